package security

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// answer is all that somebody outside gets to know, and what the database was
// asked for it.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	asked   []string // statements
	request string   // word of the request
}

func (w *world) request(method, path, kind string, body []byte) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.p.URL()+path, bytes.NewReader(body))
	must(w.t, err)
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("User-Agent", "walk")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if len(body) == 0 {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	return r
}

// as puts who asks onto a request: the cookie of a session, as a browser sends it
// from our own page, or a token.
func (w *world) as(r *http.Request, p *person, token string) *http.Request {
	switch {
	case token != "":
		r.Header.Set("Authorization", "Bearer "+token)
	case p != nil && p.session != "":
		r.AddCookie(&http.Cookie{Name: "tocsin", Value: p.session})
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

// do sends a request. Whoever asks too fast for one person waits and asks again:
// the walk is about other things.
func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		a := w.once(r)
		if a.status != http.StatusTooManyRequests || time.Now().After(deadline) {
			return a
		}
		<-time.After(50 * time.Millisecond)
		if r.GetBody != nil {
			r.Body, _ = r.GetBody()
		}
	}
}

func (w *world) once(r *http.Request) answer {
	w.t.Helper()
	res, err := w.web.Do(r)
	must(w.t, err)
	defer res.Body.Close()
	var body []byte
	if res.Header.Get("Content-Type") == "text/event-stream" {
		body = make([]byte, 64) // it stays open: the beginning tells enough
		n, _ := res.Body.Read(body)
		body = body[:n]
	} else {
		body, err = io.ReadAll(res.Body)
		must(w.t, err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: body, request: res.Header.Get("X-Request-Id")}
	a.asked = w.traces.taken(a.request)
	return a
}

// alike makes two answers comparable: the date, the word of the request (in the
// header and on the page of an error), and what the asker wrote into the address
// themself. Nothing else may differ.
func (a answer) alike(ref string) answer {
	out := answer{status: a.status, header: a.header.Clone(), body: a.body, asked: a.asked}
	out.header.Del("Date")
	out.header.Del("X-Request-Id")
	replace := func(s string) string {
		if a.request != "" {
			s = strings.ReplaceAll(s, a.request, "REQUEST")
		}
		if ref != "" && strings.Contains(s, ref) { // most texts do not have it, and an expression is slow to find that
			written := regexp.MustCompile(`(^|[^A-Za-z ]|%[0-9A-F]{2})` + regexp.QuoteMeta(ref)) // not "found" in "not found"
			s = written.ReplaceAllString(s, "${1}REF")
		}
		return s
	}
	out.body = []byte(replace(string(a.body)))
	for k, vs := range out.header {
		for i := range vs {
			vs[i] = replace(vs[i])
		}
		out.header[k] = vs
	}
	return out
}

// differ tells in what two comparable answers differ, "" for nothing.
func differ(a, b answer) string {
	if a.status != b.status {
		return fmt.Sprintf("status %d, and %d", a.status, b.status)
	}
	for _, k := range slices.Sorted(keysOf(a.header, b.header)) {
		if !slices.Equal(a.header[k], b.header[k]) {
			return fmt.Sprintf("header %s %q, and %q", k, a.header[k], b.header[k])
		}
	}
	if !bytes.Equal(a.body, b.body) {
		return fmt.Sprintf("body %s", where(a.body, b.body))
	}
	if !slices.Equal(a.asked, b.asked) {
		return fmt.Sprintf("%d statements, and %d: %s", len(a.asked), len(b.asked), whereAsked(a.asked, b.asked))
	}
	return ""
}

func keysOf(hs ...http.Header) func(func(string) bool) {
	seen := map[string]bool{}
	for _, h := range hs {
		for k := range h {
			seen[k] = true
		}
	}
	return func(yield func(string) bool) {
		for k := range seen {
			if !yield(k) {
				return
			}
		}
	}
}

// where shows the first place in which two bodies differ.
func where(a, b []byte) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	from := max(0, i-60)
	return fmt.Sprintf("(%d and %d bytes) at %d: %q, and %q", len(a), len(b), i, a[from:min(len(a), i+60)], b[from:min(len(b), i+60)])
}

func whereAsked(a, b []string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	at := func(s []string) string {
		if i < len(s) {
			return strings.Join(strings.Fields(s[i]), " ")
		}
		return "no more"
	}
	return fmt.Sprintf("statement %d is %.160q, and %.160q", i+1, at(a), at(b))
}
