package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// told is a problem that came back.
func told(t *testing.T, a answer) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != problemJSON || p.Status != a.status || p.Type != "about:blank" || p.Detail == "" {
		t.Errorf("no problem: %d %q %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	return p
}

// Whatever is wrong with a body is told with its place, and nothing is kept.
func TestBadBodies(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	deep := strings.Repeat(`{"party":`, 5000) + "1" + strings.Repeat("}", 5000)
	for name, c := range map[string]struct {
		path, body, kind string
		status           int
		pointer, says    string
	}{
		"not JSON":             {"/cases/CASE/statements", `party: {id: acme}`, "", 422, "", "not JSON"},
		"JSON that breaks off": {"/cases/CASE/statements", "{\"party\":\n {\"id\": ", "", 422, "", "not JSON"},
		"no object":            {"/cases/CASE/statements", `[1]`, "", 422, "", "object"},
		"a word":               {"/approvals/a1", `null`, "", 422, "", "object"},
		"two documents":        {"/approvals/a1", `{"approve": true} {"approve": false}`, "", 422, "", "not JSON"},
		"an unknown key":       {"/cases/CASE/statements", `{"party": {"id": "acme", "nmae": "Acme"}}`, "", 422, "/party/nmae", "nmae"},
		"a doubled key":        {"/approvals/a1", `{"approve": false, "approve": true}`, "", 422, "", "approve"},
		"a wrong type":         {"/approvals/a1", `{"approve": "yes"}`, "", 422, "/approve", "approve"},
		"a missing decision":   {"/approvals/a1", `{"reason": "x"}`, "", 422, "/approve", "missing"},
		"a missing grant":      {"/roles/r1", `{}`, "", 422, "/grant", "missing"},
		"bad UTF-8":            {"/cases/CASE/statements", "{\"party\": {\"id\": \"ac\xff\xfeme\"}}", "", 422, "", "UTF-8"},
		"a deep nest":          {"/cases/CASE/statements", deep, "", 422, "", "deep"},
		"nothing":              {"/cases/CASE/statements", "", "application/json", 422, "", "body"},
		"two entries":          {"/cases/CASE/statements", `{"party": {"id": "a"}, "product": {"id": "b"}}`, "", 422, "", "exactly one"},
		"too large":            {"/cases/CASE/statements", `{"party": {"id": "` + strings.Repeat("x", maxBody) + `"}}`, "", 413, "", "bytes"},
		"a form":               {"/cases/CASE/events", "kind=aware", "application/x-www-form-urlencoded", 415, "", "application/json"},
		"another charset":      {"/cases/CASE/events", anEvent, "application/json; charset=utf-16", 415, "", "UTF-8"},
		"a bad media type":     {"/cases/CASE/events", anEvent, ";;;", 415, "", "application/json"},
		"an unknown kind":      {"/cases/CASE/events", `{"kind": "sneezed", "at": "2026-10-01T09:00:00Z"}`, "", 422, "/kind", "sneezed"},
		"an event's time":      {"/cases/CASE/events", "{\"kind\": \"aware\",\n\"at\": \"yesterday\"}", "", 422, "/at", "yesterday"},
		"a case file":          {"/cases", "format: tocsin-casefile/1\ncase: X\nevents: [{id: e1, kind: aware}]\n", "application/yaml", 422, "", "missing"},
		"another id":           {"/organisations", `{"id": "o9", "name": "x", "kind": "unit", "standing": "active"}`, "", 422, "/id", "platform"},
		"a deputy's day":       {"/people", `{"name": "D", "login": "d", "deputies": [{"person": "p", "until": "soon"}]}`, "", 422, "/deputies/until", "soon"},
		"an override's day":    {"/cases/CASE/snapshots", `{"duty": "d", "override": {"due": "soon", "reason": "r"}}`, "", 422, "/override/due", "soon"},
	} {
		header := []string{}
		if c.kind != "" {
			header = []string{"Content-Type", c.kind}
		}
		began := time.Now()
		a := j.ask(t, "POST", strings.ReplaceAll(c.path, "CASE", open), "tocsin_all", c.body, header...)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
		p := told(t, a)
		if a.status != c.status || p.Kind != fault.Invalid || !strings.Contains(a.body, c.says) || len(a.body) > 4000 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		if c.pointer != "" && (len(p.Errors) != 1 || p.Errors[0].Pointer != c.pointer) {
			t.Errorf("%s: the place is %+v", name, p.Errors)
		}
	}
	if s.wrote > 0 {
		t.Error("something was kept")
	}
	a := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "Content-Encoding", "gzip")
	if a.status != 415 {
		t.Errorf("compressed: %d", a.status)
	}
}

// broken is a body that fails to come.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

type slow struct{ error }

func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return false }

func TestBodiesThatDoNotCome(t *testing.T) {
	s := newShop(t)
	mux, _ := s.serve(t)
	for err, want := range map[error]int{io.ErrUnexpectedEOF: 400, slow{errors.New("x")}: 408} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", Prefix+"/cases/"+open+"/events", broken{err})
		r.Header.Set("Authorization", "Bearer tocsin_all")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != want || s.wrote > 0 {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
	// More than was announced, and an announcement that is too large.
	r := httptest.NewRequestWithContext(t.Context(), "POST", Prefix+"/cases/"+open+"/events", io.LimitReader(endless{}, maxBody+10))
	r.ContentLength = -1
	r.Header.Set("Authorization", "Bearer tocsin_all")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// Parameters are checked, and an unknown one is an error: a filter that is
// misspelt must not read as no filter.
func TestBadParameters(t *testing.T) {
	j := newShop(t).judged(t)
	for path, where := range map[string]string{
		"/cases?limit=many": "query.limit", "/cases?limit=0": "query.limit", "/cases?limit=501": "query.limit", "/cases?limt=3": "query.limt",
		"/cases/" + open + "/plan?lang=tlh": "query.lang", "/cases/" + open + "/plan?at=now": "query.at", "/cases/" + open + "/record?after=7": "query.after",
		"/cases/" + open + "/record?after=1.07": "query.after", "/cases/" + open + "/record?after=1.7x": "query.after", "/search": "query.q",
		"/cases/" + strings.Repeat("x", 300): "path.case", "/cases/" + open + "/plan?format=pdf": "query.format", "/desk?mine=perhaps": "query.mine",
	} {
		a := j.ask(t, "GET", path, "tocsin_all", "")
		p := told(t, a)
		if a.status != 422 || p.Kind != fault.Invalid || len(p.Errors) == 0 || p.Errors[0].Parameter != where {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
		if strings.Contains(a.body, "tlh") { // values of parameters stay out of the answer
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for _, path := range []string{"/cases?after=%ff", "/cases/%ff", "/cases/%00", "/cases?after=a;b", "/cases?after=%zz", "/cases?after=" + strings.Repeat("x", 17<<10)} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", Prefix+"/cases", nil)
		r.Header.Set("Authorization", "Bearer tocsin_all")
		path, query, _ := strings.Cut(path, "?")
		r.URL.RawQuery = query
		if unescaped, ok := map[string]string{"/cases/%ff": "/cases/\xff", "/cases/%00": "/cases/\x00"}[path]; ok {
			r.URL.Path, r.URL.RawPath = Prefix+unescaped, Prefix+path
		}
		w := httptest.NewRecorder()
		j.h.ServeHTTP(w, r)
		if w.Code != 400 {
			t.Errorf("%q %q: %d %s", path, query, w.Code, w.Body)
		}
	}
	a := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "Idempotency-Key", strings.Repeat("k", 129))
	if p := told(t, a); a.status != 422 || len(p.Errors) == 0 || p.Errors[0].Parameter != "header.Idempotency-Key" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// No body makes the API panic, answer 5xx, or answer what the document does not
// describe.
func FuzzBodies(f *testing.F) {
	f.Add("/cases/"+open+"/events", "application/json", anEvent)
	f.Add("/cases/"+open+"/statements", "application/json", `{"party": {"id": "acme"}}`)
	f.Add("/cases", "application/yaml", "format: tocsin-casefile/1\ncase: X\n")
	f.Add("/cases/open", "", `{"product": "x", "knew": {"from": "2026-10-01T00:00:00Z"}}`)
	f.Add("/cases/"+open+"/snapshots", "application/json", `{"duty": "d", "override": {"due": "2026-10-02T00:00:00Z"}}`)
	f.Add("/people", "application/json", `{"name": "D", "member": [{"org": "o"}]}`)
	f.Add("/cases/"+open+"/erasures", "application/json", `{"fields": [[]]}`)
	j := newShop(f).judged(f)
	f.Fuzz(func(t *testing.T, path, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", Prefix+"/x", strings.NewReader(body))
		r.URL.Path = Prefix + path
		r.Header.Set("Authorization", "Bearer tocsin_all")
		r.Header["Content-Type"] = []string{kind}
		res, err := j.RoundTrip(r)
		if err != nil {
			t.Error(err)
		}
		if res.StatusCode >= 500 {
			t.Errorf("%d", res.StatusCode)
		}
	})
}

// No path or query does either.
func FuzzAddresses(f *testing.F) {
	for _, q := range every {
		path, query, _ := strings.Cut(strings.ReplaceAll(q.path, "CASE", open), "?")
		f.Add(q.method, path, query, "tocsin_all", "*")
	}
	f.Add("GET", "/cases/"+hidden, "", "tocsin_other", `W/"x", "y"`)
	j := newShop(f).judged(f)
	f.Fuzz(func(t *testing.T, method, path, query, token, tag string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", Prefix+"/x", nil)
		r.Method, r.URL.Path, r.URL.RawQuery = method, Prefix+path, query
		r.Header["Authorization"] = []string{"Bearer " + token}
		r.Header["If-None-Match"] = []string{tag}
		w := httptest.NewRecorder()
		j.h.ServeHTTP(w, r)
		if w.Code >= 500 && token != "tocsin_broken" {
			t.Errorf("%s %q?%q: %d %s", method, path, query, w.Code, w.Body)
		}
		if strings.Contains(path, hidden) && w.Code < 300 && !strings.Contains(path, "rules") {
			t.Errorf("%s %q: %d", method, path, w.Code)
		}
	})
}
