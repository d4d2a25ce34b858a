package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
)

var event = casefile.Event{Kind: "acknowledged", By: "asf", At: at("2026-10-01T09:00:00Z")}

func at(s string) (t casefile.Time) {
	t.Moment.Value = s
	return t
}

func post(r *http.Request) bool { return r.Method == http.MethodPost }

func kindOf(err error) fault.Kind {
	if err == nil {
		return ""
	}
	return fault.KindOf(err)
}

// Whatever happens to the connection in the middle of a write, it is done once,
// and the caller learns where it stands.
func TestALostConnectionLeavesAllOrNothing(t *testing.T) {
	for name, way := range map[string]func(http.Handler) http.Handler{
		"nothing is lost":              nil,
		"lost before it was done":      cut(3, true, post),
		"lost after it was done":       cut(1, false, post),
		"lost after, again and again":  cut(4, false, post),
		"lost in the middle of it all": func(h http.Handler) http.Handler { return cut(2, true, post)(cut(2, false, post)(h)) },
	} {
		p := newPlatform(t)
		before := len(p.file.Events)
		c, _ := p.serve(way)
		k, err := c.AddEvent(t.Context(), p.file.Case, event, Write{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(p.file.Events) != before+1 || k.ID != p.file.Events[before].ID || len(p.keys) != 1 {
			t.Errorf("%s: %d events more, %d keys, %+v", name, len(p.file.Events)-before, len(p.keys), k)
		}
		if strings.Contains(name, "after") != k.Replayed && way != nil && !strings.Contains(name, "middle") {
			t.Errorf("%s: replayed %v", name, k.Replayed)
		}
	}
	// A network that stays away ends in an error, and in nothing or all.
	p := newPlatform(t)
	c, _ := p.serve(cut(100, true, post))
	if _, err := c.AddEvent(t.Context(), p.file.Case, event, Write{}); kindOf(err) != fault.Unavailable || len(p.keys) != 0 {
		t.Errorf("%v, %d done", err, len(p.keys))
	}
	// The caller's own word holds over calls.
	p = newPlatform(t)
	c, _ = p.serve(nil)
	first, err1 := c.AddEvent(t.Context(), p.file.Case, event, Write{Key: "mine"})
	again, err2 := c.AddEvent(t.Context(), p.file.Case, event, Write{Key: "mine"})
	if err1 != nil || err2 != nil || first.Replayed || !again.Replayed || first.Index != again.Index {
		t.Errorf("%+v %v, %+v %v", first, err1, again, err2)
	}
	other, err := c.AddEvent(t.Context(), p.file.Case, event, Write{})
	if err != nil || other.Index == first.Index {
		t.Errorf("another call without a word is another event: %+v %v", other, err)
	}
}

// An answer that breaks off is no answer.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	p := newPlatform(t)
	var n atomic.Int32
	c, _ := p.serve(func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) > 2 {
				h.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", fmt.Sprint(rec.Body.Len()))
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
		})
	})
	k, err := c.AddEvent(t.Context(), p.file.Case, event, Write{})
	if err != nil || !k.Replayed || len(p.keys) != 1 {
		t.Errorf("%+v %v", k, err)
	}
}

// A platform that is busy is asked again; one that refuses is not.
func TestWhatIsAskedAgain(t *testing.T) {
	p := newPlatform(t)
	p.busy = 3
	c, _ := p.serve(nil)
	if k, err := c.Import(t.Context(), must(p.Export(t.Context(), reader, "", "yaml")), "", Write{}); err != nil || k.Replayed {
		t.Errorf("%+v %v", k, err)
	}
	var n atomic.Int32
	var pauses []time.Duration
	status, retry := http.StatusTooManyRequests, "7"
	c, _ = p.serve(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			w.Header().Set("Retry-After", retry)
			w.WriteHeader(status)
		})
	})
	c.pause = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
	if _, err := c.Cases(t.Context()); kindOf(err) != fault.Unavailable || n.Load() != tries || len(pauses) != tries-1 || pauses[0] != 7*time.Second {
		t.Errorf("%v after %d, %v", err, n.Load(), pauses)
	}
	n.Store(0)
	if retry = "3600"; true { // whoever shall come back in an hour is told so
		if _, err := c.Cases(t.Context()); kindOf(err) != fault.Unavailable || n.Load() != 1 {
			t.Errorf("%v after %d", err, n.Load())
		}
	}
	for _, s := range []int{400, 401, 403, 404, 409, 422, 500} {
		n.Store(0)
		status = s
		if _, err := c.Cases(t.Context()); err == nil || n.Load() != 1 {
			t.Errorf("%d: %v after %d", s, err, n.Load())
		}
	}
	// An end of the context ends the waiting.
	ctx, cancel := context.WithCancel(t.Context())
	status, retry = 503, ""
	c.pause = func(ctx context.Context, _ time.Duration) error { cancel(); return context.Cause(ctx) }
	n.Store(0)
	if _, err := c.Cases(ctx); err == nil || n.Load() != 1 {
		t.Errorf("%v after %d", err, n.Load())
	}
}

// The token goes to the host it was given for, and nowhere else.
func TestNoRedirectElsewhere(t *testing.T) {
	var heard atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard.Add(1)
		fmt.Fprint(w, "{}")
	}))
	defer other.Close()
	p := newPlatform(t)
	to := other.URL + "/api/v1/cases"
	c, s := p.serve(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		})
	})
	if _, err := c.Cases(t.Context()); kindOf(err) != fault.Forbidden || heard.Load() != 0 {
		t.Errorf("%v, heard %d", err, heard.Load())
	}
	if _, err := c.AddEvent(t.Context(), "x", event, Write{}); err == nil || heard.Load() != 0 {
		t.Errorf("%v, heard %d", err, heard.Load())
	}
	to = s.URL + "/round"
	if _, err := c.Cases(t.Context()); kindOf(err) != fault.Unavailable {
		t.Errorf("a circle: %v", err)
	}
}

// Errors come back as what they were, with kind and place.
func TestErrorsComeBack(t *testing.T) {
	p := newPlatform(t)
	c, _ := p.serve(nil)
	_, err := c.AddEvent(t.Context(), p.file.Case, casefile.Event{Kind: "sneezed", At: event.At}, Write{})
	var f *fault.Error
	var own *Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Key != "kind" || f.Line != 3 || !errors.As(err, &own) || own.Status != 422 {
		t.Errorf("%v %+v", err, f)
	}
	for kind, call := range map[fault.Kind]func() error{
		fault.NotFound: func() error { _, err := c.Case(t.Context(), "TOC-9999-0000"); return err },
		fault.TooEarly: func() error { _, err := c.Receipt(t.Context(), "x", "young", "", nil); return err },
		fault.Conflict: func() error {
			_, err := c.AddEvent(t.Context(), p.file.Case, event, Write{Match: `"old"`})
			return err
		},
	} {
		if err := call(); kindOf(err) != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
	c.token = "tocsin_wrong"
	if _, err := c.Cases(t.Context()); kindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "token") {
		t.Errorf("%v", err)
	}
	for _, body := range []string{"<html>proxy</html>", `{"kind":"sabotage","detail":"x"}`, `{"kind":"internal"}`, strings.Repeat("x", maxError+2)} {
		c, _ := p.serve(func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(500)
				fmt.Fprint(w, body)
			})
		})
		if _, err := c.Cases(t.Context()); kindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "html") {
			t.Errorf("%.20q: %v", body, err)
		}
	}
	c, _ = p.serve(func(http.Handler) http.Handler { return http.NotFoundHandler() })
	if _, err := c.Cases(t.Context()); kindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "address") {
		t.Errorf("%v", err)
	}
}

// A case as it is seen, put together from its pages, is the case, and a plan of it
// is the platform's plan to the byte.
func TestTheCaseAsSeen(t *testing.T) {
	p := newPlatform(t)
	p.meddle = 3 // pages of two states are not mixed
	c, _ := p.serve(nil)
	s, cs, records, err := c.Seen(t.Context(), p.file.Case)
	if err != nil {
		t.Fatal(err)
	}
	want, err := casefile.Build(p.file.Case, p.file)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := must(cs.JSON()), must(want.JSON()); !bytes.Equal(a, b) {
		t.Error("the case that came is not the case that is there")
	}
	if len(records) != 1200 || s.Version == nil || !s.View.All {
		t.Errorf("%d records, %+v", len(records), s)
	}
	pl, err := plan.For(cs, p.book, plan.Options{At: now})
	if err != nil {
		t.Fatal(err)
	}
	pl.SayIn("de")
	remote, err := c.Plan(t.Context(), p.file.Case, PlanOptions{At: now, Lang: "de"})
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(remote, &a) != nil || json.Unmarshal(must(json.Marshal(pl)), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Error("the plan from here is not the plan from there")
	}
	if digest, err := c.Rulebook(t.Context()); err != nil || digest != pl.Basis.Rulebook {
		t.Errorf("rulebook %q, %v", digest, err)
	}
	p.meddle = 1000
	if _, _, _, err := c.Seen(t.Context(), p.file.Case); kindOf(err) != fault.Conflict {
		t.Errorf("a case that never stands still: %v", err)
	}
}

// What was seen guards what is written.
func TestMatch(t *testing.T) {
	p := newPlatform(t)
	c, _ := p.serve(nil)
	s, err := c.Case(t.Context(), p.file.Case)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddEvent(t.Context(), p.file.Case, event, Write{Match: s.Tag}); err != nil {
		t.Error(err)
	}
	if _, err := c.AddEvent(t.Context(), p.file.Case, event, Write{Match: s.Tag}); kindOf(err) != fault.Conflict {
		t.Errorf("a second time: %v", err)
	}
}

func TestOtherOperations(t *testing.T) {
	p := newPlatform(t)
	c, s := p.serve(nil)
	cases, err := c.Cases(t.Context())
	if err != nil || len(cases) != 2 || cases[0].Version == nil || cases[1].Version != nil {
		t.Errorf("%+v %v", cases, err)
	}
	l, err := c.Ledger(t.Context())
	if err != nil || l.Size != 8 || l.Root != "cm9vdA==" {
		t.Errorf("%+v %v", l, err)
	}
	if proof, err := c.Receipt(t.Context(), "x y/z", "e1", "asf", []string{"kind", "at"}); err != nil || string(proof) != "proof of e1 asf kindat" {
		t.Errorf("%q %v", proof, err)
	}
	if file, err := c.Export(t.Context(), "x", "json"); err != nil || !json.Valid(file) {
		t.Errorf("%v", err)
	}
	if k, err := c.Adopt(t.Context(), "x", "e 7/8", "we did", Write{}); err != nil || k.ID != "e 7/8 we did" {
		t.Errorf("%+v %v", k, err)
	}
	public, err := New(s.URL+"/api/v1/", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := public.Ledger(t.Context()); err != nil {
		t.Errorf("without a token: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "tocsin.example.org", "ftp://x", "https://", "https://me:pw@x", "https://x?a=b", "https://x#y", "http://[::1"} {
		if _, err := New(bad, "", nil); kindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := New("https://x", "two words", nil); kindOf(err) != fault.Invalid {
		t.Errorf("a token of two words: %v", err)
	}
	for server, local := range map[string]bool{"http://127.0.0.1:8321": true, "http://localhost": true, "http://[::1]:1": true, "http://127.9.9.9": true,
		"http://10.0.0.1": false, "http://localhost.example.org": false, "http://example.org": false, "": false, "http://0.0.0.0": false} {
		if Local(server) != local {
			t.Errorf("%q: %v", server, !local)
		}
	}
	// Nobody is there.
	s := httptest.NewServer(nil)
	c, err := New(s.URL, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	c.pause = func(context.Context, time.Duration) error { return nil }
	if _, err := c.Ledger(t.Context()); kindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "/api/v1") {
		t.Errorf("%v", err)
	}
}
