package record_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

// A command is decided on the version that it saw; another one is a conflict
// that names both.
func TestVersions(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	_, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), 6, "clerk", "")
	wants(t, err, fault.Conflict, "at version 7 now, and the command expects 6")
	r, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), 7, "clerk", "")
	if err != nil || r.Version != 9 {
		t.Fatalf("%+v %v", r, err)
	}
	_, err = d.k.Import(d.ctx(), parse(t, small), "clerk", "")
	wants(t, err, fault.Conflict, `"TOC-1" is kept already`)
	_, err = d.k.AddEvent(d.ctx(), "nothing", event("commented by=maker"), record.AnyVersion, "clerk", "")
	wants(t, err, fault.NotFound, `"nothing"`)
	for _, own := range []string{record.LogHandle, ""} {
		_, err = d.k.AddEvent(d.ctx(), own, event("commented"), record.AnyVersion, "clerk", "")
		wants(t, err, fault.NotFound, "no case")
	}
}

// Only what the case can hold is added; the sentence names the key.
func TestAnEventHasToFit(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	for _, c := range []struct{ spec, words string }{
		{"commented by=nobody", `events[e2].by: "nobody" is not a party`},
		{"commented id=e1", "events[e1].id: the case has an event with this id already"},
		{"commented re=e7", `events[e2].re: "e7" is not an event`},
		{"commented of=other", "is not a product"},
		{"commented supersedes=[e2]", "cannot point to itself"},
		{"commented at=9999-01-01T00:00:00Z", "must be a slip"},
		{"commented source=S2", "is not a source"},
	} {
		_, err := d.k.AddEvent(d.ctx(), h, event(c.spec), record.AnyVersion, "clerk", "")
		wants(t, err, fault.Invalid, c.words)
	}
	e := event("commented")
	e.RecordedAt = "2026-01-01T00:00:00Z"
	_, err := d.k.AddEvent(d.ctx(), h, e, record.AnyVersion, "clerk", "")
	wants(t, err, fault.Invalid, "set by the record")
	if k := d.load(h); k.Version != 7 {
		t.Errorf("something was added: version %d", k.Version)
	}
}

// Raw records are held to the same: nothing of the envelope, nothing that is no
// entry of a case, and the case has to build.
func TestAppend(t *testing.T) {
	d := newDesk(t)
	head := record.Values{"entry": []byte(`"case"`), "format": []byte(`"tocsin-casefile/1"`), "case": []byte(`"A"`), "record": []byte(`"kept"`)}
	r, err := d.k.Append(d.ctx(), record.Command{Handle: "chosen", CaseID: "A", Entries: []record.Values{head}})
	if err != nil || r.Handle != "chosen" || r.Version != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	event := record.Values{"entry": []byte(`"event"`), "id": []byte(`"x"`), "kind": []byte(`"commented"`), "at": []byte(`"2026-01-01T00:00:00Z"`)}
	with := func(name, value string) record.Values {
		v := record.Values{}
		for k, old := range event {
			v[k] = old
		}
		v[name] = []byte(value)
		return v
	}
	if r, err := d.k.Append(d.ctx(), record.Command{Handle: "chosen", Expected: 1, Entries: []record.Values{event, with("id", `"y"`)}}); err != nil || r.Version != 3 || r.ID != "x" {
		t.Fatalf("%+v %v", r, err)
	}
	for name, c := range map[string]struct {
		cmd   record.Command
		kind  fault.Kind
		words string
	}{
		"a handle twice":          {record.Command{Handle: "chosen", CaseID: "B", Entries: []record.Values{head}}, fault.Conflict, "handle"},
		"an id twice":             {record.Command{CaseID: "A", Entries: []record.Values{head}}, fault.Conflict, `"A" is kept already`},
		"no id":                   {record.Command{Entries: []record.Values{head}}, fault.Invalid, "needs its id"},
		"no entries":              {record.Command{Handle: "chosen", Expected: 3}, fault.Invalid, "adds nothing"},
		"the log's handle":        {record.Command{Handle: record.LogHandle, Expected: record.AnyVersion, Entries: []record.Values{event}}, fault.NotFound, "no case"},
		"a sequence of its own":   {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("sequence", "9")}}, fault.Invalid, "sequence is set by the record"},
		"a note in a case":        {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("entry", `"note"`)}}, fault.Invalid, "is not an entry of a case file"},
		"a forged receipt":        {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("entry", `"receipt"`)}}, fault.Invalid, "is not an entry of a case file"},
		"a field without a slot":  {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("made-up", "1")}}, fault.Invalid, "made-up"},
		"no JSON":                 {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("text", "words")}}, fault.Invalid, "not JSON"},
		"another id than its own": {record.Command{CaseID: "B", Entries: []record.Values{head}}, fault.Invalid, `the id of a case is fixed; it is "B"`},
		"a case without a header": {record.Command{CaseID: "B", Entries: []record.Values{event}}, fault.Invalid, "the id of a case is fixed"},
		"nobody's word":           {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("by", `"p"`)}}, fault.Invalid, "not a party"},
		"a wrong type":            {record.Command{Handle: "chosen", Expected: 3, Entries: []record.Values{with("persons", `"many"`)}}, fault.Invalid, "whole number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.k.Append(d.ctx(), c.cmd)
			wants(t, err, c.kind, c.words)
		})
	}
	if _, err := d.k.Note(d.ctx(), "x", map[string]any{"lost": 3}, ""); err == nil {
		t.Error("a note that raises numbers")
	}
	if err := d.k.Fillers(d.ctx(), -1); err == nil {
		t.Error("fewer than no fillers")
	}
	d.sound()
}

// What is stated can be corrected: the entry of the same id is replaced.
func TestStatements(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	add := func(s record.Statement) error {
		_, err := d.k.AddStatement(d.ctx(), h, s, record.AnyVersion, "clerk", "")
		return err
	}
	f := parse(t, small).File
	win := f.Windows[0]
	win.To.Value = "2026-01-03T00:00:00Z"
	for _, s := range []record.Statement{
		{Header: &casefile.File{Format: casefile.Format, Case: "TOC-1", Title: "Another title", TLP: "RED"}},
		{Product: &casefile.Product{ID: "lib", Name: "new name", Provider: "maker"}},
		{Product: &casefile.Product{ID: "app", Contains: []casefile.Ref{{ID: "lib"}}}},
		{Party: &casefile.Party{ID: "maker", Country: "FR"}},
		{Source: &casefile.Source{ID: "S2", Kind: "own"}},
		{Window: &win},
	} {
		if err := add(s); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	c := d.load(h).Case
	if c.Title != "Another title" || c.TLP != "RED" || c.Record != "kept" || len(c.Products) != 2 || c.Products[0].Name != "new name" ||
		c.Party("maker").Country != "FR" || c.Source("S2") == nil || len(c.Windows) != 1 || c.Windows[0].To.Value != "2026-01-03T00:00:00Z" {
		t.Errorf("%+v", c.File)
	}
	if l, err := d.k.List(d.ctx()); err != nil || len(l) != 1 || l[0].Title != "Another title" || l[0].Events != 1 || l[0].Version != 13 {
		t.Errorf("%+v %v", l, err)
	}
	wants(t, add(record.Statement{}), fault.Invalid, "is one of")
	wants(t, add(record.Statement{Header: &casefile.File{Format: casefile.Format, Case: "TOC-2"}}), fault.Invalid, "the id of a case is fixed")
	wants(t, add(record.Statement{Party: &casefile.Party{ID: "maker", PartOf: "nobody"}}), fault.Invalid, "is not a party")
	wants(t, add(record.Statement{Product: &casefile.Product{ID: "lib", Contains: []casefile.Ref{{ID: "app"}}}}), fault.Invalid, "circle")
}

// The same command under the same key is answered again, by a write of its own;
// another command under it is a conflict.
func TestReplays(t *testing.T) {
	d := newDesk(t)
	first, err := d.k.Import(d.ctx(), parse(t, small), "clerk", "key-0")
	if err != nil {
		t.Fatal(err)
	}
	e := event("commented by=maker")
	one, err := d.k.AddEvent(d.ctx(), first.Handle, e, 7, "clerk", "key-1")
	if err != nil {
		t.Fatal(err)
	}
	d.clock.Pass(time.Hour)
	d.reopen()
	commits := d.store.Commits
	again, err := d.k.AddEvent(d.ctx(), first.Handle, e, 7, "clerk", "key-1")
	if err != nil {
		t.Fatal(err)
	}
	one.Replayed = true
	if diff := cmp.Diff(one, again); diff != "" {
		t.Error(diff)
	}
	if d.store.Commits != commits+1 {
		t.Error("the replay did not rest on a commit of its own")
	}
	if r, err := d.k.Import(d.ctx(), parse(t, small), "clerk", "key-0"); err != nil || r.Handle != first.Handle || !r.Replayed {
		t.Errorf("%+v %v", r, err)
	}
	_, err = d.k.AddEvent(d.ctx(), first.Handle, event("commented by=finder"), 9, "clerk", "key-1")
	wants(t, err, fault.Conflict, "used for another command")
	_, err = d.k.AddEvent(d.ctx(), first.Handle, e, 9, "another", "key-1")
	wants(t, err, fault.Conflict, "used for another command")
	if k := d.load("TOC-1"); len(k.Case.Events) != 2 {
		t.Errorf("%d events", len(k.Case.Events))
	}
}

// held keeps the sequencer in its first transaction until release, so that what
// is started meanwhile waits together.
func (d *desk) held(handle string) (release func()) {
	gate, inside := make(chan struct{}), make(chan struct{})
	var once sync.Once
	d.store.Commit = func(int) (bool, error) {
		once.Do(func() { close(inside); <-gate })
		return true, nil
	}
	go func() { _ = d.k.Fillers(d.ctx(), 1) }()
	<-inside
	return func() { close(gate) }
}

// Commands that wait are committed together, each decided upon the ones before;
// one that is refused harms no other.
func TestGroupCommit(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	release := d.held(h)
	commits := d.store.Commits
	var waits []func() (record.Result, error)
	for i := range 64 {
		e := event("commented by=maker")
		if i == 20 {
			e.By = "nobody"
		}
		waits = append(waits, d.k.StartEvent(d.ctx(), h, e, record.AnyVersion, "clerk", fmt.Sprint("k", i%63))) // the last replays the first
	}
	release()
	for i, wait := range waits {
		r, err := wait()
		switch {
		case i == 20:
			wants(t, err, fault.Invalid, "nobody")
		case err != nil:
			t.Fatal(err)
		case i == 63:
			if r.ID != "e2" || !r.Replayed {
				t.Errorf("the replay in the same batch gives %+v", r)
			}
		case i < 20 && r.ID != fmt.Sprint("e", i+2), i > 20 && r.ID != fmt.Sprint("e", i+1):
			t.Errorf("command %d became %s", i, r.ID)
		}
	}
	if got := d.store.Commits - commits; got != 2 {
		t.Errorf("%d commits, want that of the filler and one", got)
	}
	d.reopen()
	if k := d.load(h); len(k.Case.Events) != 63 || k.Records[len(k.Records)-1].Number != 62 {
		t.Errorf("%d events", len(k.Case.Events))
	}
}

// A batch that cannot be written is taken apart: whoever can be served is.
func TestABatchThatFails(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	bad := d.keep(strings.ReplaceAll(small, "TOC-1", "TOC-2"))
	d.store.Tamper(1, bad.First, flip)
	d.reopen()
	release := d.held(h)
	waits := []func() (record.Result, error){
		d.k.StartEvent(d.ctx(), h, event("commented by=maker"), 7, "clerk", ""),
		d.k.StartEvent(d.ctx(), bad.Handle, event("commented"), record.AnyVersion, "clerk", ""),
		d.k.StartEvent(d.ctx(), h, event("commented by=maker"), 9, "clerk", ""),
	}
	release()
	for i, wait := range waits {
		r, err := wait()
		if i == 1 {
			wants(t, err, fault.Internal, fmt.Sprintf("epoch 1, index %d does not open", bad.First))
		} else if err != nil {
			t.Errorf("command %d: %v", i, err)
		} else if r.ID != fmt.Sprint("e", 2+i/2) {
			t.Errorf("command %d became %s", i, r.ID)
		}
	}
}

var errLost = &ledger.Uncertain{Cause: errors.New("connection reset")}

// The answer of a commit is lost: the command is answered truly, whether it
// stands or not, with a key and without.
func TestALostAnswer(t *testing.T) {
	for _, stands := range []bool{true, false} {
		for _, key := range []string{"", "key"} {
			for _, times := range []int{1, 3} {
				t.Run(fmt.Sprintf("stands=%t key=%q times=%d", stands, key, times), func(t *testing.T) {
					d := newDesk(t)
					h := d.keep(small).Handle
					lost := 0
					d.store.Commit = func(int) (bool, error) {
						if lost++; lost <= times {
							return stands, errLost
						}
						return true, nil
					}
					r, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), 7, "clerk", key)
					if err != nil {
						t.Fatal(err)
					}
					d.store.Commit = nil
					if r.ID != "e2" || r.Version != 9 || r.Replayed {
						t.Errorf("%+v", r)
					}
					d.reopen()
					k := d.load(h)
					if len(k.Case.Events) != 2 || k.Records[7].Index != r.First {
						t.Errorf("%d events, and the answer says index %d", len(k.Case.Events), r.First)
					}
					d.sound()
				})
			}
		}
	}
}

// If nothing can be found out, nothing is claimed; the same key gives the truth
// later.
func TestAnAnswerThatStaysLost(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	down := false
	d.store.Commit = func(int) (bool, error) { down = true; return true, errLost }
	d.store.Before = func(int) error {
		if down {
			return fault.New(fault.Unavailable, "the database does not answer")
		}
		return nil
	}
	e := event("commented by=maker")
	_, err := d.k.AddEvent(d.ctx(), h, e, 7, "clerk", "key")
	wants(t, err, fault.Unavailable, "it is not known whether the command stands; send it again with the same key")
	d.store.Commit, d.store.Before = nil, nil
	r, err := d.k.AddEvent(d.ctx(), h, e, 7, "clerk", "key")
	if err != nil || r.ID != "e2" || !r.Replayed {
		t.Errorf("%+v %v", r, err)
	}
}

// A caller who goes before the batch began takes the command along; one who goes
// later gets the truth.
func TestCancelled(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	release := d.held(h)
	ctx, cancel := context.WithCancel(d.ctx())
	early := d.k.StartEvent(ctx, h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	cancel()
	_, err := early()
	wants(t, err, fault.Unavailable, "withdrawn before it began")
	release()

	ctx, cancel = context.WithCancel(d.ctx())
	d.store.Commit = func(int) (bool, error) { cancel(); return true, nil }
	r, err := d.k.AddEvent(ctx, h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	if err != nil || r.ID != "e2" {
		t.Errorf("%+v %v", r, err)
	}
	d.store.Commit = nil
	_, err = d.k.AddEvent(ctx, h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	wants(t, err, fault.Unavailable, "nothing was added")
	if k := d.load(h); len(k.Case.Events) != 2 {
		t.Errorf("%d events", len(k.Case.Events))
	}
}

// What waits is finished when the keeper is closed; afterwards nothing is taken.
func TestCloseDrains(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	release := d.held(h)
	wait := d.k.StartEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	closed := make(chan struct{})
	go func() { defer close(closed); _ = d.k.Close() }()
	release()
	if r, err := wait(); err != nil || r.ID != "e2" {
		t.Errorf("%+v %v", r, err)
	}
	<-closed
	_, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	wants(t, err, fault.Unavailable, "being closed")
}

// Whichever operation fails, the error is plain, nothing acknowledged is lost
// and nothing half done stays.
func TestEveryOperationFailsOnce(t *testing.T) {
	for n := 1; ; n++ {
		if n > 500 {
			t.Fatal("there is no end to the operations")
		}
		d := newDesk(t)
		h := d.keep(small).Handle
		fired, count := false, 0
		d.store.Before = func(int) error {
			if count++; count == n {
				fired = true
				return fault.New(fault.Unavailable, "the disk is full")
			}
			return nil
		}
		r, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker to=[finder]"), 7, "clerk", "key")
		d.store.Before = nil
		d.reopen()
		k := d.load(h)
		switch {
		case err == nil && (len(k.Case.Events) != 2 || r.Version != k.Version):
			t.Fatalf("operation %d: acknowledged, and there are %d events", n, len(k.Case.Events))
		case err != nil && (fault.KindOf(err) != fault.Unavailable || len(k.Case.Events) != 1):
			t.Fatalf("operation %d: %v (%s), and there are %d events", n, err, fault.KindOf(err), len(k.Case.Events))
		}
		d.sound()
		if !fired {
			return
		}
	}
}

// sound fails unless the audits of the tree and of the records find nothing.
func (d *desk) sound() {
	d.t.Helper()
	rep, err := d.k.Audit(d.ctx(), nil)
	if err != nil || len(rep.Findings) != 0 {
		d.t.Fatalf("the audit: %v %v", err, rep.Findings)
	}
	if err := d.store.ViewLog(d.ctx(), func(r ledger.Reader) error {
		rep, err := ledger.Audit(d.ctx(), r, nil, nil)
		if err == nil && len(rep.Findings) > 0 {
			err = fmt.Errorf("%v", rep.Findings)
		}
		return err
	}); err != nil {
		d.t.Fatalf("the audit of the log: %v", err)
	}
}

// The same commands give the same case, one by one, all together, or with
// restarts and replays between them.
func TestBatchesAndSinglesGiveTheSameCase(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "commands")
		specs := make([]string, n)
		for i := range specs {
			specs[i] = rapid.SampledFrom([]string{"commented by=maker", "commented by=finder to=[maker]", "commented by=nobody", "acknowledged by=maker re=e1", "commented re=e3", "commented id=e3"}).Draw(rt, "spec")
		}
		together, single := newDesk(t), newDesk(t)
		hs, ht := single.keep(small).Handle, together.keep(small).Handle
		release := together.held(ht)
		var waits []func() (record.Result, error)
		for i, s := range specs {
			waits = append(waits, together.k.StartEvent(together.ctx(), ht, event(s), record.AnyVersion, "clerk", fmt.Sprint(i)))
		}
		release()
		for i, s := range specs {
			if rapid.Bool().Draw(rt, "restart") {
				single.reopen()
			}
			var want record.Result
			var wantErr error
			for range rapid.IntRange(1, 2).Draw(rt, "sent so often") {
				want, wantErr = single.k.AddEvent(single.ctx(), hs, event(s), record.AnyVersion, "clerk", fmt.Sprint(i))
			}
			got, err := waits[i]()
			if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() || got.ID != want.ID || got.Version != want.Version {
				rt.Fatalf("%s: together %+v %v, alone %+v %v", s, got, err, want, wantErr)
			}
		}
		a, b := together.load(ht), single.load(hs)
		ja, errA := a.Case.JSON()
		jb, errB := b.Case.JSON()
		if errA != nil || errB != nil || string(ja) != string(jb) || a.Version != b.Version {
			rt.Fatal(cmp.Diff(string(ja), string(jb)))
		}
		together.sound()
		single.sound()
	})
}
