package client

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"tocsin/internal/fault"
)

// Error is a refusal of the platform. It is also a fault.Error, with the kind and,
// where the platform names one, the place in what was sent.
type Error struct {
	Status   int
	Code     string   // reason of a refusal by the table of access
	Citation string   // clause of the law that refuses
	Needs    []string // what would make it allowed
	fault    *fault.Error
}

// Error is the sentence with its place and, where a law refuses, its clause.
func (e *Error) Error() string {
	s := e.fault.Error()
	if e.Citation != "" && !strings.Contains(s, e.Citation) {
		s += " (" + e.Citation + ")"
	}
	return s
}

// Unwrap gives the fault.Error.
func (e *Error) Unwrap() error { return e.fault }

// problem is what the API answers with (RFC 9457).
type problem struct {
	Kind     fault.Kind `json:"kind"`
	Detail   string     `json:"detail"`
	Code     string     `json:"code"`
	Citation string     `json:"citation"`
	Needs    []string   `json:"needs"`
	Errors   []struct {
		Detail string `json:"detail"`
		Line   int    `json:"line"`
		Key    string `json:"key"`
	} `json:"errors"`
}

// known is the closed list of kinds.
var known = map[fault.Kind]bool{
	fault.NotFound: true, fault.Invalid: true, fault.Conflict: true, fault.Forbidden: true,
	fault.Suspended: true, fault.TooEarly: true, fault.Unavailable: true, fault.Internal: true,
}

// failed turns a refusal into an error. What does not come from a platform, such
// as a page of a proxy on the way, is told by its status alone.
func (c *Client) failed(res *http.Response, body []byte) error {
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	var p problem
	if err != nil || media != "application/problem+json" || json.Unmarshal(body, &p) != nil || !known[p.Kind] || p.Detail == "" {
		kind := fault.Unavailable
		if res.StatusCode == http.StatusNotFound {
			kind = fault.NotFound
		}
		return fault.New(kind, "%s answered %d %s, and not as a platform does; is the address right?", c.base.Host, res.StatusCode, http.StatusText(res.StatusCode))
	}
	f := &fault.Error{Kind: p.Kind, Message: p.Detail}
	if len(p.Errors) > 0 {
		f.Line, f.Key = p.Errors[0].Line, p.Errors[0].Key
	}
	if res.StatusCode == http.StatusUnauthorized && c.token != "" {
		f.Message = "the token does not count here: it is unknown, has ended, or its person may not sign in"
	}
	return &Error{Status: res.StatusCode, Code: p.Code, Citation: p.Citation, Needs: p.Needs, fault: f}
}

// decode reads the JSON of an answer.
func (c *Client) decode(a *answer, into any) error {
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err == nil && media != "application/json" {
		err = fmt.Errorf("it is %s", media)
	}
	if err == nil {
		err = json.Unmarshal(a.body, into)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "%s did not answer as a platform does: %v", c.base.Host, err)
	}
	return nil
}
