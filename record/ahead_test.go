package record_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/record"
)

// A batch asks for everything at once: 64 commands on 64 cases are a few calls of
// the store, where one after the other they are hundreds.
func TestABatchAsksOnce(t *testing.T) {
	const n, most = 64, 24
	calls := map[bool]int{}
	for _, together := range []bool{false, true} {
		d := newDesk(t)
		var handles []string
		for i := range n {
			handles = append(handles, d.keep(strings.ReplaceAll(small, "TOC-1", fmt.Sprint("TOC-", i+1))).Handle)
		}
		release := func() {}
		if together {
			release = d.held("")
		}
		var waits []func() (record.Result, error)
		d.store.Before = func(int) error { calls[together]++; return nil }
		for i, h := range handles {
			wait := d.k.StartEvent(d.ctx(), h, event("commented by=maker"), 7, "clerk", fmt.Sprint("key-", i))
			if !together {
				if _, err := wait(); err != nil {
					t.Fatal(err)
				}
			}
			waits = append(waits, wait)
		}
		release()
		for i, wait := range waits {
			if r, err := wait(); err != nil || r.Handle != handles[i] || r.ID != "e2" {
				t.Errorf("command %d: %+v, %v", i, r, err)
			}
		}
		d.close() // so that nobody calls any more
		t.Logf("together %v: %d calls", together, calls[together])
	}
	if calls[true] > most {
		t.Errorf("%d commands in a batch take %d calls of the store, want at most %d", n, calls[true], most)
	}
	if calls[false] < 4*n {
		t.Errorf("control: one after the other they take %d calls", calls[false])
	}
}

// What is read ahead answers each command as it would have been answered alone,
// and what spoils the reading ahead harms nobody but its own.
func TestABatchOfAllSorts(t *testing.T) {
	for _, hostile := range []string{"no such case", "a\x00b", "a\xffb"} {
		d := newDesk(t)
		h := d.keep(small).Handle
		e := event("commented by=maker")
		old, err := d.k.AddEvent(d.ctx(), h, e, record.AnyVersion, "clerk", "old")
		if err != nil {
			t.Fatal(err)
		}
		type one struct {
			what string
			wait func() (record.Result, error)
			kind fault.Kind
			want func(r record.Result) bool
		}
		start := func(handle, key, by string) func() (record.Result, error) {
			return d.k.StartEvent(d.ctx(), handle, e, record.AnyVersion, by, key)
		}
		release := d.held(h)
		added := func(r record.Result) bool { return !r.Replayed && r.ID != old.ID }
		list := []one{
			{"a new command", start(h, "", "clerk"), "", added},
			{"one with a key", start(h, "new", "clerk"), "", added},
			{"the same again", start(h, "new", "clerk"), "", func(r record.Result) bool { return r.Replayed && r.ID != old.ID }},
			{"an old one again", start(h, "old", "clerk"), "", func(r record.Result) bool { return r.Replayed && r.ID == old.ID }},
			{"and again", start(h, "old", "clerk"), "", func(r record.Result) bool { return r.Replayed && r.ID == old.ID }},
			{"an old key for another command", start(h, "old", "another"), fault.Conflict, nil},
			{"a case that is not kept", start("case-of-nobody", "x", "clerk"), fault.NotFound, nil},
			{"the first note of the log", func() func() (record.Result, error) {
				done := make(chan struct{})
				var r record.Result
				var err error
				go func() { defer close(done); r, err = d.k.Note(context.Background(), "tested", nil, "clerk") }()
				return func() (record.Result, error) { <-done; return r, err }
			}(), "", added},
			{"a hostile handle", start(hostile, "y", "clerk"), "refused", nil},
			{"a last one", start(h, "last", "clerk"), "", added},
		}
		release()
		for _, c := range list {
			r, err := c.wait()
			switch {
			case c.kind == "refused":
				if kind := fault.KindOf(err); err == nil || kind != fault.Invalid && kind != fault.NotFound {
					t.Errorf("%q, %s: %+v, %v", hostile, c.what, r, err)
				}
			case c.kind != "":
				wants(t, err, c.kind, "")
			case err != nil || !c.want(r):
				t.Errorf("%q, %s: %+v, %v", hostile, c.what, r, err)
			}
		}
		d.reopen()
		if k := d.load(h); len(k.Case.Events) != 5 {
			t.Errorf("%q: %d events, want the first, the old one and three new ones", hostile, len(k.Case.Events))
		}
		d.sound()
	}
}
