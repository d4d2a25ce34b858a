package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// Client asks a witness over HTTP. It is a ledger.Witness, and remembering.
type Client struct {
	key  receipt.Key
	base string // submission and monitoring prefix, without a slash at the end
	http *http.Client
	turn chan struct{} // holds one token while a call is under way
}

var (
	_ ledger.Witness     = (*Client)(nil)
	_ ledger.Remembering = (*Client)(nil)
)

// maxAnswer bounds what is read of an answer: a note with its signatures.
const maxAnswer = 256 << 10

// NewClient makes the client of one witness line of a policy. A nil client is
// one that gives up after 15 seconds. Addresses of this machine and of private
// networks are fine, since the operator wrote them down; what a witness answers
// can send us nowhere else.
func NewClient(w receipt.Witness, client *http.Client) (*Client, error) {
	if t := w.Key.Type(); t != receipt.Ed25519Cosignature && t != receipt.MLDSA44Cosignature {
		return nil, fault.New(fault.Invalid, "the key of witness %s is not one that cosigns", w.Name)
	}
	u, err := url.Parse(w.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "the address of witness %s must read http:// or https://, a host, and at most a path", w.Name)
	}
	c := http.Client{Timeout: 15 * time.Second}
	if client != nil {
		c = *client
	}
	c.CheckRedirect = stay
	return &Client{key: w.Key, base: strings.TrimRight(w.URL, "/"), http: &c, turn: make(chan struct{}, 1)}, nil
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

// Clients makes a client for each witness of a policy that has a URL. Those of
// one address take turns: they are keys of one witness, and some refuse the
// second of two calls at a time.
func Clients(p *receipt.Policy, client *http.Client) ([]ledger.Witness, error) {
	var out []ledger.Witness
	turns := map[string]chan struct{}{}
	for _, w := range p.Witnesses() {
		if w.URL == "" {
			continue
		}
		c, err := NewClient(w, client)
		if err != nil {
			return nil, err
		}
		if turn, ok := turns[c.base]; ok {
			c.turn = turn
		}
		turns[c.base] = c.turn
		out = append(out, c)
	}
	return out, nil
}

// Key is the key that answers must verify with.
func (c *Client) Key() receipt.Key { return c.key }

// AddCheckpoint submits a checkpoint; see ledger.Witness. Only lines that
// verify with the witness's key over this very note come back.
func (c *Client) AddCheckpoint(ctx context.Context, old int64, proof []tlog.Hash, note []byte) ([]byte, error) {
	body, err := WriteRequest(old, proof, note)
	if err != nil {
		return nil, err
	}
	status, kind, answer, err := c.do(ctx, http.MethodPost, "/add-checkpoint", body)
	if err != nil {
		return nil, err
	}
	switch {
	case status == http.StatusOK:
		return ownLines(answer, note, []receipt.Key{c.key})
	case status == http.StatusConflict:
		size, ok := parseSize(strings.TrimSuffix(string(answer), "\n"))
		if !ok || kind != "text/x.tlog.size" {
			return nil, &ledger.WitnessRefused{Status: status, Reason: "409 without a tree size"}
		}
		return nil, &ledger.WitnessAhead{Size: size}
	case status == http.StatusTooManyRequests:
		return nil, c.failed("has too much to do")
	case status >= 400 && status < 500:
		return nil, &ledger.WitnessRefused{Status: status, Reason: firstLine(answer)}
	}
	return nil, c.failed(fmt.Sprintf("answered with status %d", status))
}

// Latest asks for the last checkpoint of an origin that the witness cosigned.
// The witness's signature on it is verified; the log's is for the caller.
func (c *Client) Latest(ctx context.Context, origin string) (size int64, note []byte, err error) {
	status, _, answer, err := c.do(ctx, http.MethodGet, "/"+originHash(origin)+"/checkpoint", nil)
	switch {
	case err != nil:
		return 0, nil, err
	case status == http.StatusNotFound:
		return 0, nil, fault.New(fault.NotFound, "the witness %s has cosigned nothing of this log", c.key.Name())
	case status != http.StatusOK:
		return 0, nil, c.failed(fmt.Sprintf("answered with status %d", status))
	}
	n, err := receipt.ParseNote(answer)
	if err != nil {
		return 0, nil, c.failed("gave no signed note")
	}
	cp, err := n.Checkpoint()
	if err != nil || cp.Origin != origin {
		return 0, nil, c.failed("gave no checkpoint of this log")
	}
	held, err := n.Verify([]receipt.Key{c.key})
	if err != nil || len(held) == 0 {
		return 0, nil, c.failed("gave a checkpoint without its own signature")
	}
	return cp.Size, answer, nil
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (status int, kind string, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, fault.New(fault.Invalid, "the witness %s can not be asked: %v", c.key.Name(), err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return 0, "", nil, c.failed("was not reached: " + ctx.Err().Error())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, "", nil, c.failed("was not reached: " + why(err))
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, "", nil, c.failed("broke off its answer: " + why(err))
	case len(answer) > maxAnswer:
		return 0, "", nil, c.failed("answered with more than any checkpoint needs")
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), answer, nil
}

func (c *Client) failed(what string) error {
	return fault.New(fault.Unavailable, "the witness %s %s", c.key.Name(), what)
}

// why is an error of package http without the address, which stands in our
// configuration and not in messages.
func why(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// ownLines gives those lines of an answer that verify with one of the keys over
// the note: at least one. Lines of others are ignored, as the protocol asks; a
// line by one of the keys that does not hold spoils the answer.
func ownLines(answer, note []byte, keys []receipt.Key) ([]byte, error) {
	bad := func(why string) error {
		return fault.New(fault.Forbidden, "the witness's answer is not used: %s", why)
	}
	sigs, err := receipt.ParseSignatures(answer)
	if err != nil {
		return nil, bad(err.Error())
	}
	n, err := receipt.ParseNote(note)
	if err != nil {
		return nil, err
	}
	one := receipt.Note{Text: n.Text}
	for _, sig := range sigs {
		for _, k := range keys {
			if sig.Name == k.Name() && sig.ID == k.ID() {
				one.Signatures = append(one.Signatures, sig)
				break
			}
		}
	}
	if len(one.Signatures) == 0 {
		return nil, bad("no line in it is by the witness's key")
	}
	held, err := one.Verify(keys)
	if err != nil {
		return nil, bad(err.Error())
	}
	for _, h := range held {
		if h.Time.IsZero() || h.Time.Unix() <= 0 {
			return nil, bad("a cosignature states no time")
		}
	}
	return bytes.TrimPrefix(one.Bytes(), append(bytes.Clone(n.Text), '\n')), nil
}

// firstLine keeps of an outside text what fits into a message.
func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	if len(line) > 200 {
		line = line[:200]
	}
	return strings.ToValidUTF8(line, "�")
}
