package client

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/httpapi"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
	"tocsin/rulebook"
)

var now = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

const token = "tocsin_right"

// platform is the real API over a desk of one case.
type platform struct {
	httpapi.Reads
	httpapi.Writes
	httpapi.Papers
	t    testing.TB
	book *rulebook.Book

	mu      sync.Mutex
	file    casefile.File
	version int64
	keys    map[string]record.Result
	busy    int // answers "unavailable" so many times
	meddle  int // the case changes while it is read, so many times
}

func newPlatform(t testing.TB) *platform {
	t.Helper()
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../examples/log4shell.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse("log4shell.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return &platform{t: t, book: book, file: c.File, keys: map[string]record.Result{}}
}

// mux is the platform's API.
func (p *platform) mux() *http.ServeMux {
	mux := http.NewServeMux()
	httpapi.API(mux, httpapi.Options{Tokens: p, Reads: p, Writes: p, Papers: p, Book: p.book, Ledger: p.ledger, TagKey: []byte("k")})
	return mux
}

// serve serves it through a way that may be bad.
func (p *platform) serve(way func(http.Handler) http.Handler) (*Client, *httptest.Server) {
	h := http.Handler(p.mux())
	if way != nil {
		h = way(h)
	}
	return p.through(h, token)
}

// through serves a handler and gives a client of it that does not wait.
func (p *platform) through(h http.Handler, token string) (*Client, *httptest.Server) {
	s := httptest.NewServer(h)
	p.t.Cleanup(s.Close)
	c, err := New(s.URL, token, s.Client())
	if err != nil {
		p.t.Fatal(err)
	}
	c.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return c, s
}

func (p *platform) TokenReader(_ context.Context, tok string, _ identity.Came) (access.Reader, error) {
	if tok != token {
		return access.Reader{}, fault.New(fault.Forbidden, "no")
	}
	return access.Reader{Person: "p1", Scopes: []string{"*"}}, nil
}

func (p *platform) See(_ context.Context, _ access.Reader, ref string) (*coordination.Seen, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ref != p.file.Case {
		return nil, fault.New(fault.NotFound, "there is no such case here")
	}
	if p.meddle > 0 {
		p.meddle--
		p.version++
	}
	f := p.file
	f.Events = append([]casefile.Event{}, f.Events...)
	c, err := casefile.Build(f.Case, f)
	if err != nil {
		return nil, err
	}
	s := &coordination.Seen{Handle: "h4nd1e", Version: p.version, Case: c, View: access.Viewpoint{All: true}, Role: access.Owner}
	for i, e := range f.Events {
		s.Records = append(s.Records, record.Meta{Epoch: 1, Index: int64(i), Seq: int64(i + 1), Entry: "event", ID: e.ID, Recorded: now})
	}
	for len(s.Records) < 1200 { // more than two pages
		s.Records = append(s.Records, record.Meta{Epoch: 1, Index: int64(len(s.Records)), Seq: int64(len(s.Records) + 1), Entry: "receipt", ID: "e1", Recorded: now})
	}
	return s, nil
}

func (p *platform) Plan(ctx context.Context, who access.Reader, ref string, o coordination.PlanOptions) (*coordination.Planned, error) {
	s, err := p.See(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	pl, err := plan.For(s.Case, p.book, plan.Options{At: o.At, Party: o.Party})
	if err != nil {
		return nil, err
	}
	pl.SayIn(o.Lang)
	return &coordination.Planned{Seen: s, Plan: pl, Book: p.book, Of: s.Case}, nil
}

func (p *platform) Cases(_ context.Context, _ access.Reader, page coordination.Page) ([]coordination.Listed, string, error) {
	if page.After == "" {
		return []coordination.Listed{{Handle: "a", Case: "TOC-1", Record: "kept", Role: access.Owner, Version: 3}}, "a", nil
	}
	return []coordination.Listed{{Handle: "b", Case: "TOC-2", Record: "kept", Role: access.PartySeat, Version: 3}}, "", nil
}

func (p *platform) keep(key string, expected int64, do func() string) (record.Result, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy > 0 {
		p.busy--
		return record.Result{}, fault.New(fault.Unavailable, "the store is busy")
	}
	if r, ok := p.keys[key]; ok {
		r.Replayed = true
		return r, nil
	}
	if expected != record.AnyVersion && expected != p.version {
		return record.Result{}, fault.New(fault.Conflict, "the case has moved on")
	}
	p.version++
	r := record.Result{Handle: "h4nd1e", ID: do(), Epoch: 1, First: p.version, Count: 1, Recorded: now}
	p.keys[key] = r
	return r, nil
}

func (p *platform) AddEvent(_ context.Context, _ access.Reader, _ string, e casefile.Event, expected int64, key string) (record.Result, error) {
	if !e.Kind.Known() {
		return record.Result{}, fault.At("", 3, "kind", "%q is no kind of event", e.Kind)
	}
	return p.keep(key, expected, func() string {
		e.ID = "new-" + time.Duration(len(p.file.Events)).String()
		p.file.Events = append(p.file.Events, e)
		return e.ID
	})
}

func (p *platform) Adopt(_ context.Context, _ access.Reader, _, event, reason string, expected int64, key string) (record.Result, error) {
	return p.keep(key, expected, func() string { return event + " " + reason })
}

func (p *platform) ImportAs(_ context.Context, _ access.Reader, _, name string, data []byte, key string) (record.Result, error) {
	if _, err := casefile.Parse(name, data); err != nil {
		return record.Result{}, err
	}
	return p.keep(key, record.AnyVersion, func() string { return "" })
}

func (p *platform) Export(_ context.Context, _ access.Reader, _, format string) ([]byte, error) {
	c, err := casefile.Build(p.file.Case, p.file)
	if err != nil {
		return nil, err
	}
	if format == "json" {
		return c.JSON()
	}
	return c.YAML()
}

func (p *platform) Receipt(_ context.Context, _ access.Reader, _, event, party string, disclose []string) ([]byte, error) {
	if event == "young" {
		return nil, fault.New(fault.TooEarly, "no published checkpoint covers this record yet")
	}
	return []byte("proof of " + event + " " + party + " " + disclose[0] + disclose[1]), nil
}

func (p *platform) ledger(context.Context) (httpapi.PublicLog, error) {
	return httpapi.PublicLog{Origin: "log.example.org/1", Epoch: 1, Keys: []string{"k"}, Checkpoint: &httpapi.Signed{Size: 8, Root: "cm9vdA==", At: now}, Quorum: "none"}, nil
}

// cut closes the connection of the first n requests that match, before they are
// served or after, as a network does that goes away.
func cut(n int, before bool, match func(*http.Request) bool) func(http.Handler) http.Handler {
	var mu sync.Mutex
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now := match(r) && n > 0
			if now {
				n--
			}
			mu.Unlock()
			if !now {
				h.ServeHTTP(w, r)
				return
			}
			if !before {
				h.ServeHTTP(httptest.NewRecorder(), r)
			}
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a reset, not an orderly end
			}
			conn.Close()
		})
	}
}

var reader access.Reader

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
