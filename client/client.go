package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/fault"
)

const (
	prefix   = "/api/v1"
	maxBody  = 256 << 20 // of an answer; a plan of ten thousand events has about 20 MB
	maxError = 1 << 20   // of an error
	tries    = 5
	maxPause = 30 * time.Second
)

// Client is safe for many goroutines.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
	pause func(ctx context.Context, d time.Duration) error
}

// New makes a client of the platform at server, such as
// https://tocsin.example.org. token may be empty for what is public. hc may be
// nil; its transport and timeout are used, its cookies and redirects are not.
func New(server, token string, hc *http.Client) (*Client, error) {
	u, err := url.Parse(server)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return nil, fault.New(fault.Invalid, "%q is not the address of a platform, such as https://tocsin.example.org", server)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, fault.New(fault.Invalid, "the address of a platform has no name, question mark or fragment in it, such as https://tocsin.example.org")
	case strings.ContainsAny(token, " \t\r\n"):
		return nil, fault.New(fault.Invalid, "the token holds blanks or line ends; it is one word that begins with tocsin_")
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), prefix)
	c := &Client{base: u, token: token, pause: pause}
	own := http.Client{Timeout: 2 * time.Minute}
	if hc != nil {
		own = *hc
	}
	own.Jar = nil
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Host != u.Host || r.URL.Scheme != u.Scheme {
			return fault.New(fault.Forbidden, "%s answered with a redirect to another host, %s; it is not followed, since the token is not for it", u.Host, r.URL.Host)
		}
		if m := via[0].Method; len(via) > 3 || m != http.MethodGet && m != http.MethodHead {
			return fault.New(fault.Unavailable, "%s answered with a redirect; give its own address", u.Host)
		}
		return nil
	}
	c.http = &own
	return c, nil
}

// Local tells whether an address is on this machine, so that plain HTTP to it
// crosses no network.
func Local(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// request is one operation.
type request struct {
	method, path string
	query        url.Values
	body         []byte
	kind         string // of body
	accept       string
	key, match   string
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request, and again where that is safe and could help: after a lost
// connection, when the platform says that it cannot answer now, and when it asks
// to come back later. Writes carry a key always, so that again is once.
func (c *Client) do(ctx context.Context, q request) (*answer, error) {
	if q.method != http.MethodGet && q.key == "" {
		q.key = rand.Text()
	}
	var last error
	for n := range tries {
		a, wait, err := c.once(ctx, q)
		if err == nil {
			return a, nil
		}
		last = err
		if wait < 0 || ctx.Err() != nil || n == tries-1 {
			break
		}
		if wait == 0 {
			wait = 100 * time.Millisecond << (2 * n)
		}
		if wait > maxPause {
			break
		}
		if err := c.pause(ctx, wait); err != nil {
			break
		}
	}
	return nil, last
}

// once sends a request once. A wait below zero says that again would not help.
func (c *Client) once(ctx context.Context, q request) (*answer, time.Duration, error) {
	u := *c.base
	u.Path, u.RawPath = "", ""
	full := strings.TrimSuffix(u.String(), "/") + (&url.URL{Path: c.base.Path}).EscapedPath() + prefix + q.path
	if len(q.query) > 0 {
		full += "?" + q.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, full, bytes.NewReader(q.body))
	if err != nil {
		return nil, -1, fault.New(fault.Invalid, "this cannot be asked for: %v", err)
	}
	c.dress(r, q)
	res, err := c.http.Do(r)
	if err != nil {
		return nil, again(err), c.unreachable(err)
	}
	defer res.Body.Close()
	limit := int64(maxBody)
	if res.StatusCode >= 400 {
		limit = maxError
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, 0, c.unreachable(fmt.Errorf("the answer broke off: %w", err))
	}
	if int64(len(body)) > limit {
		return nil, -1, fault.New(fault.Unavailable, "%s answered with more than %d bytes", c.base.Host, limit)
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return &answer{res.StatusCode, res.Header, body}, 0, nil
	}
	wait := time.Duration(-1)
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		wait = 0
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s >= 0 {
			wait = max(time.Duration(s)*time.Second, 100*time.Millisecond)
		}
	}
	return nil, wait, c.failed(res, body)
}

func (c *Client) dress(r *http.Request, q request) {
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	r.Header.Set("Accept", "application/json")
	if q.accept != "" {
		r.Header.Set("Accept", q.accept)
	}
	r.Header.Set("User-Agent", "tocsin")
	if len(q.body) > 0 {
		r.Header.Set("Content-Type", q.kind)
	}
	if q.method != http.MethodGet {
		r.Header.Set("Idempotency-Key", q.key)
	}
	if q.match != "" {
		r.Header.Set("If-Match", q.match)
	}
}

// again tells whether a failure before an answer is worth another try: a refusal
// of ours is not, nor a name or certificate that is wrong.
func again(err error) time.Duration {
	var own *fault.Error
	var dns *net.DNSError
	if errors.As(err, &own) || errors.As(err, &dns) && dns.IsNotFound || strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: ") {
		return -1
	}
	return 0
}

// unreachable says what is wrong with the way to the platform.
func (c *Client) unreachable(err error) error {
	var own *fault.Error
	if errors.As(err, &own) {
		return own
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // its text repeats the address with all that was asked
		err = wrapped.Err
	}
	return fault.New(fault.Unavailable, "%s cannot be reached: %v", c.base.Host, err)
}
