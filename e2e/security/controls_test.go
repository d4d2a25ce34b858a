package security

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestTheWalkSeesWhatIsOpen is the control of every line of the table: to whoever
// keeps the case, each route answers otherwise than for a case that is not there.
// A form that would be refused before any case is looked at shows here.
func TestTheWalkSeesWhatIsOpen(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	lin := w.people["lin"]
	var patterns []string
	for p := range routes {
		patterns = append(patterns, p)
	}
	slices.SortFunc(patterns, func(a, b string) int { // what takes away comes last
		last := func(p string) int {
			if strings.Contains(p, "DELETE") || strings.Contains(p, "remove") || strings.Contains(p, "drop") {
				return 1
			}
			return 0
		}
		if n := last(a) - last(b); n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, pattern := range patterns {
		r := routes[pattern]
		if !slices.Contains([]string{"case", "event", "duty", "seat", "approval", "snapshot"}, r.of) || slices.Contains(r.by, "ines") || r.leads {
			continue
		}
		c := caller{name: "lin", who: lin, of: kept, brief: true, open: true}
		if strings.Contains(pattern, " "+api) {
			c.token = lin.every
		}
		if leaks := w.compare(c, pattern, r); len(leaks) == 0 {
			t.Errorf("%s: the walk sees no difference although the case is open to the caller", pattern)
		}
	}
}

// meddling changes requests or answers on their way, as a platform with a fault would.
type meddling struct {
	with    http.RoundTripper
	request func(*http.Request)
	answer  func(*http.Request, *http.Response)
}

func (m meddling) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.request != nil {
		r = r.Clone(r.Context())
		m.request(r)
	}
	res, err := m.with.RoundTrip(r)
	if err == nil && m.answer != nil {
		m.answer(r, res)
	}
	return res, err
}

// TestFaultsAreCaught: a route whose access check is broken, another sentence, a
// header more, a byte less, one statement more for what is there: the walk tells of
// each, and of that route alone.
func TestFaultsAreCaught(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	there := func(r *http.Request) bool { return strings.Contains(r.URL.Path, w.cases[kept]+"/when") }
	edited := func(edit func([]byte) []byte) func(*http.Request, *http.Response) {
		return func(r *http.Request, res *http.Response) {
			if !there(r) {
				return
			}
			body, err := io.ReadAll(res.Body)
			must(t, err)
			must(t, res.Body.Close())
			res.Body = io.NopCloser(bytes.NewReader(edit(body)))
		}
	}
	faults := map[string]meddling{
		"nobody asks the table on one route": {request: func(r *http.Request) {
			if there(r) {
				r.Header.Del("Cookie")
				r.AddCookie(&http.Cookie{Name: "tocsin", Value: w.people["lin"].session})
			}
		}},
		"another sentence": {answer: edited(func(b []byte) []byte {
			return bytes.Replace(b, []byte("</main>"), []byte(" it is not yours</main>"), 1)
		})},
		"a byte less": {answer: edited(func(b []byte) []byte { return b[:max(0, len(b)-1)] })},
		"a header more": {answer: func(r *http.Request, res *http.Response) {
			if there(r) {
				res.Header.Set("X-Cache", "hit")
			}
		}},
		"another status": {answer: func(r *http.Request, res *http.Response) {
			if there(r) {
				res.StatusCode = http.StatusForbidden
			}
		}},
		"one statement more": {answer: func(r *http.Request, res *http.Response) {
			if there(r) {
				id := res.Header.Get("X-Request-Id")
				w.traces.mu.Lock()
				w.traces.by[id] = append(w.traces.by[id], "SELECT 1")
				w.traces.mu.Unlock()
			}
		}},
	}
	plain := w.web.Transport
	for name, f := range faults {
		f.with = plain
		w.web.Transport = f
		c := caller{name: "priya", who: w.people["priya"], of: kept}
		if leaks := w.compare(c, "GET /cases/{handle}/when", routes["GET /cases/{handle}/when"]); len(leaks) == 0 {
			t.Errorf("%s: not caught", name)
		}
		if leaks := w.compare(c, "GET /cases/{handle}/record", routes["GET /cases/{handle}/record"]); len(leaks) > 0 {
			t.Errorf("%s: told of another route: %s", name, leaks)
		}
	}
}
