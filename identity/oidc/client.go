package oidc

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// maxBody of any answer: discovery documents and key sets are some kilobytes.
	maxBody = 1 << 20
	// patience with the provider, all in all.
	patience = 10 * time.Second
)

// client is for the provider only: bounded in time and size, and it follows no
// redirection, since none of these answers has one that is meant for us.
func client() *http.Client {
	return &http.Client{
		Timeout: patience,
		Transport: bounded{&http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  8 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns:           4,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded cuts answers that are too long off with an error.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &short{ReadCloser: res.Body, left: maxBody}
	return res, nil
}

// short is a body of at most so many bytes.
type short struct {
	io.ReadCloser
	left int64
}

var errLong = errors.New("the answer is too long")

// Read implements io.Reader.
func (s *short) Read(p []byte) (int, error) {
	if s.left <= 0 {
		var one [1]byte
		n, err := s.ReadCloser.Read(one[:])
		if n > 0 {
			return 0, errLong
		}
		return 0, err
	}
	if int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.ReadCloser.Read(p)
	s.left -= int64(n)
	return n, err
}
