// Package tsa asks a time-stamping authority for RFC 3161 tokens over
// checkpoints.
//
// It promises to hand out no token that it has not verified itself against the
// roots it was given: chain, purpose, imprint, signature and nonce. Where no
// connection is allowed, request and answer travel as files. It never trusts
// the system's roots, and never follows an authority to another host.
package tsa

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt/rfc3161"
)

// Client asks one authority over HTTP (RFC 3161, section 3.4). It is a
// ledger.Stamper.
type Client struct {
	URL   string         // http:// or https://
	Roots *x509.CertPool // the authority's roots; nil is refused
	HTTP  *http.Client   // nil for one that gives up after 15 seconds
	Rand  io.Reader      // for the nonce; nil for crypto/rand
}

var _ ledger.Stamper = (*Client)(nil)

// maxAnswer bounds what is read of an answer: a token with a long chain.
const maxAnswer = 64 << 10

// Check tells what is wrong with the client's settings before it is used.
func (c *Client) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return fault.New(fault.Invalid, "the address of a time-stamping authority must read http:// or https://, a host, and a path if it has one")
	}
	if c.Roots == nil {
		return fault.New(fault.Invalid, "a time-stamping authority is used only with its own root certificates; the system's are never trusted for it")
	}
	return nil
}

// Stamp asks for a token over message and verifies it before returning it, DER.
// fault.Unavailable if the authority does not answer or refuses,
// fault.Forbidden if its answer does not verify.
func (c *Client) Stamp(ctx context.Context, message []byte) (token []byte, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	from := c.Rand
	if from == nil {
		from = rand.Reader
	}
	nonce, err := newNonce(from)
	if err != nil {
		return nil, err
	}
	answer, err := c.ask(ctx, rfc3161.Request(sha256.Sum256(message), nonce))
	if err != nil {
		return nil, err
	}
	token, err = rfc3161.Parse(answer)
	if err != nil {
		return nil, c.failed("gave no token: " + err.Error())
	}
	if _, err := rfc3161.Verify(token, message, nonce, c.Roots); err != nil {
		return nil, fault.New(fault.Forbidden, "the token of the time-stamping authority at %s is not used: %v", c.host(), err)
	}
	return token, nil
}

// newNonce makes a positive number of 64 bits, which every authority takes.
func newNonce(from io.Reader) (*big.Int, error) {
	var b [8]byte
	if _, err := io.ReadFull(from, b[:]); err != nil {
		return nil, fault.New(fault.Unavailable, "no randomness: %v", err)
	}
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b[:]), nil
}

func (c *Client) ask(ctx context.Context, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(query))
	if err != nil {
		return nil, c.failed("can not be asked: " + why(err))
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	client := http.Client{Timeout: 15 * time.Second}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = stay
	resp, err := client.Do(req)
	if err != nil {
		return nil, c.failed("was not reached: " + why(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, c.failed("answered with status " + resp.Status)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || !strings.EqualFold(kind, "application/timestamp-reply") {
		return nil, c.failed("answered with something else than a time-stamp")
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.failed("broke off its answer: " + why(err))
	case len(answer) > maxAnswer:
		return nil, c.failed("answered with more than any time-stamp needs")
	}
	return answer, nil
}

// stay follows no redirect to another host or scheme, and few to the same.
func stay(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return errors.New("it redirects to another host")
	}
	if len(via) > 3 {
		return errors.New("it redirects again and again")
	}
	return nil
}

func (c *Client) failed(what string) error {
	return fault.New(fault.Unavailable, "the time-stamping authority at %s %s", c.host(), what)
}

// host names the authority without the path, which may hold a customer's word.
func (c *Client) host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "an unreadable address"
	}
	return u.Host
}

// why is an error of package http without the address.
func why(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}
