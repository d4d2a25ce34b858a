package escalation_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

var start = time.Date(2026, 11, 22, 6, 45, 1, 0, time.UTC)

// book is loaded once: it is never changed.
var book = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

func shipped(t testing.TB) *rulebook.Book {
	t.Helper()
	b, err := book()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// world is a keeper, a store of lines and a watcher, on one clock.
type world struct {
	t     testing.TB
	clock *recordtest.Clock
	kept  *recordtest.Store
	k     *record.Keeper
	store *desktest.Store
	w     *escalation.Watcher
	log   *logged

	mu       sync.Mutex
	versions map[string]int64
}

var lookup = [32]byte{4, 2}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: recordtest.NewClock(start), kept: recordtest.New(), versions: map[string]int64{}, log: &logged{}}
	if err := recordtest.OpenLog(t.Context(), w.kept, start); err != nil {
		t.Fatal(err)
	}
	var err error
	w.k, err = record.New(w.kept, record.Options{Wraps: recordtest.NewWraps(), LookupKey: [32]byte{1}, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.k.Close() })
	w.store = desktest.New(w.recorded)
	w.restart()
	return w
}

// restart makes another watcher on the same store, as a new process would.
func (w *world) restart() {
	w.w = escalation.New(escalation.Options{Store: w.store, Keeper: w.k, Book: shipped(w.t), Lookup: lookup, Now: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(w.log, nil))})
}

func (w *world) recorded() map[string]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]int64{}
	for h, v := range w.versions {
		out[h] = v
	}
	return out
}

func (w *world) has(r record.Result) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.versions[r.Handle] = r.Version
	return r.Handle
}

// keep keeps a case and gives its handle.
func (w *world) keep(text string) string {
	w.t.Helper()
	c, err := casefile.Parse("case.yaml", []byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.k.Import(w.t.Context(), c, "clerk", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return w.has(r)
}

func (w *world) add(handle, spec string) {
	w.t.Helper()
	e, err := casefile.EventFrom(spec, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := w.k.AddEvent(w.t.Context(), handle, e, record.AnyVersion, "clerk", "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.has(r)
}

func (w *world) project(handle string) {
	w.t.Helper()
	if err := w.w.Project(w.t.Context(), handle); err != nil {
		w.t.Fatal(err)
	}
}

// lines opens what is projected of a case.
func (w *world) lines(handle string) []escalation.Line {
	w.t.Helper()
	_, all := w.store.Projected()
	var out []escalation.Line
	for n, r := range all[handle] {
		l, err := r.Open(escalation.LineSealer(lookup))
		if err != nil {
			w.t.Fatal(err)
		}
		if r.N != n || r.Due != l.Sorts() || r.Handle != handle {
			w.t.Fatalf("line %d stands at N %d, due %d, of %s", n, r.N, r.Due, r.Handle)
		}
		out = append(out, l)
	}
	return out
}

func (w *world) row(handle string) escalation.CaseRow {
	cases, _ := w.store.Projected()
	return cases[handle]
}

// run starts the watcher with ticks of the test's own.
func (w *world) run() (tick chan time.Time, stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	tick = make(chan time.Time)
	done := make(chan error, 1)
	go func() { done <- w.w.Run(ctx, tick) }()
	return tick, func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	}
}

// until waits for a condition, a tick at a time.
func (w *world) until(tick chan time.Time, what string, cond func() bool) {
	w.t.Helper()
	end := time.After(20 * time.Second)
	for !cond() {
		select {
		case tick <- w.clock.Now():
		case <-end:
			w.t.Fatalf("it never came: %s; the log says: %s", what, w.log.String())
		}
	}
}

// logged is a log that many may write to.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// flaw is a case of a maker in the Union who knows since the 20th that its
// product is attacked: the 24 hours are over by start, the 72 hours are not.
const flaw = `
format: tocsin-casefile/1
case: ID
title: A flaw in libexample
record: kept
vulnerabilities: [CVE-2026-44228]
products: [{id: lib, name: libexample, purl: "pkg:generic/acme/libexample@2.1", provider: maker}]
parties:
  - {id: maker, name: Acme Works, country: DE, markets: [EU], roles: [manufacturer]}
  - {id: finder, name: Jo Finder, roles: [finder]}
events:
  - {id: e1, kind: reported, by: finder, to: [maker], of: lib, at: "2026-11-20T10:00:00Z"}
  - {id: e2, kind: aware, by: maker, of: lib, at: "2026-11-20T10:00:00Z", how: told}
  - {id: e3, kind: exploitation-observed, by: maker, of: lib, at: "2026-11-20T10:00:00Z", text: "seen in the field, 漏洞利用"}
`

func flawed(id string) string { return strings.Replace(flaw, "case: ID", "case: "+id, 1) }
