package record_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/record"
)

// asked counts the operations of the store while fn runs.
func (d *desk) asked(fn func()) int {
	n := 0
	d.store.Before = func(int) error { n++; return nil }
	defer func() { d.store.Before = nil }()
	fn()
	return n
}

// Peek is one statement; Find is the same ones whatever there is.
func TestPeekAndFind(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	if _, err := d.k.Note(d.ctx(), "test", nil, "clerk"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ref        string
		peek, find bool
	}{{h, true, true}, {"TOC-1", false, true}, {"nothing", false, false}, {strings.Repeat("a", 26), false, false}, {record.LogHandle, false, false}, {"filler", false, false}, {"", false, false}} {
		var p record.Peeked
		var s record.Summary
		var ok, found bool
		var err error
		if n := d.asked(func() { p, ok, err = d.k.Peek(d.ctx(), c.ref) }); err != nil || n != 1 || ok != c.peek || ok && (p.Version != 7 || p.Handle != h || p.Head != d.load(h).Head) {
			t.Errorf("peek at %q: %+v %t %v after %d", c.ref, p, ok, err, n)
		}
		if n := d.asked(func() { s, found, err = d.k.Find(d.ctx(), c.ref) }); err != nil || n != 3 || found != c.find || found && (s.Handle != h || s.Case != "TOC-1" || s.Version != 7) {
			t.Errorf("find %q: %+v %t %v after %d", c.ref, s, found, err, n)
		}
	}
}

// Two cases may have one id where the command says so: the id leads to the
// earlier one, both are found by their handles, and the projections are rebuilt
// to the same bytes.
func TestTwins(t *testing.T) {
	d := newDesk(t)
	first := d.keep(small)
	twin := func(handle, title string) (record.Result, error) {
		entries, err := record.FromFile(parse(t, strings.Replace(small, "libexample\n", title+"\n", 1)).File)
		if err != nil {
			t.Fatal(err)
		}
		return d.k.Append(d.ctx(), record.Command{Handle: handle, By: "clerk", CaseID: "TOC-1", Twin: true, Entries: entries})
	}
	var handles []string
	for _, h := range []string{"", "zzz", "aaa"} { // before and behind the first in the order of handles
		r, err := twin(h, "twin")
		if err != nil || r.Count != first.Count || r.Version != first.Version {
			t.Fatalf("%+v %v", r, err)
		}
		handles = append(handles, r.Handle)
	}
	_, err := d.k.Import(d.ctx(), parse(t, small), "clerk", "")
	wants(t, err, fault.Conflict, "kept already")
	_, err = twin("aaa", "again")
	wants(t, err, fault.Conflict, "handle")
	views := func() string { return fmt.Sprint(d.views()) }
	before := views()
	d.reopen()
	for range 2 {
		if got := d.load("TOC-1").Handle; got != first.Handle {
			t.Errorf("the id leads to %s", got)
		}
		for _, h := range handles {
			if d.load(h).Handle != h || d.load(h).Case.File.Case != "TOC-1" {
				t.Errorf("%s is not found", h)
			}
		}
		if err := d.k.Rebuild(d.ctx()); err != nil {
			t.Fatal(err)
		}
		if rep, err := d.k.Audit(d.ctx(), nil); err != nil || len(rep.Findings) > 0 {
			t.Fatalf("%+v %v", rep, err)
		}
		if views() != before {
			t.Error("the projections are not the same")
		}
	}
	// The control: a projection that leads the id to a twin is found.
	d.store.TamperView(handles[0], func(v *record.View) { v.Lookup[0] ^= 1 })
	if rep, err := d.k.Audit(d.ctx(), nil); err != nil || len(rep.Findings) != 1 {
		t.Errorf("%+v %v", rep, err)
	}
}

// views gives all projections.
func (d *desk) views() (out []record.View) {
	d.t.Helper()
	if err := d.store.View(d.ctx(), func(r record.Reader) error {
		return r.EachView(d.ctx(), func(v record.View) error { out = append(out, v); return nil })
	}); err != nil {
		d.t.Fatal(err)
	}
	return out
}

// A case that is opened with events of its own records them as they happen, each
// party with its numbered receipt.
func TestOpenedLive(t *testing.T) {
	d := newDesk(t)
	open := func(id string, change func([]record.Values) []record.Values) (record.Result, error) {
		entries, err := record.FromFile(parse(t, strings.Replace(small, "TOC-1", id, 1)).File)
		if err != nil {
			t.Fatal(err)
		}
		return d.k.Append(d.ctx(), record.Command{By: "clerk", CaseID: id, Live: true, Entries: change(entries)})
	}
	r, err := open("TOC-1", record.LiveEvents)
	if err != nil {
		t.Fatal(err)
	}
	k := d.load(r.Handle)
	var got []string
	for _, m := range k.Records[6:] {
		got = append(got, fmt.Sprintf("%s %s %s %d %t", m.Entry, m.ID, m.Party, m.Number, m.Imported))
	}
	if want := "event e1  0 false, receipt e1 finder 1 false, receipt e1 maker 1 false"; strings.Join(got, ", ") != want {
		t.Errorf("%v", got)
	}
	if k.Case.Event("e1").RecordedAt == "" {
		t.Error("it does not say when it was recorded")
	}
	if next := d.add(r.Handle, `acknowledged by=maker to=[finder]`); next.Count != 3 {
		t.Errorf("%+v", next)
	}
	if rep, err := d.k.Audit(d.ctx(), nil); err != nil || len(rep.Findings) > 0 {
		t.Errorf("%+v %v", rep, err)
	}
	_, err = open("TOC-2", func(v []record.Values) []record.Values { return v })
	wants(t, err, fault.Invalid, "imported")
}

// What another process adds is read on from what is held; an erasure is not.
func TestReadOn(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	other, err := record.New(d.store, d.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	load := func() *record.Kept {
		t.Helper()
		k, err := other.Load(d.ctx(), h)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := load()
	// The old rows are spoilt: whoever opens them again fails.
	spoil := func() { d.store.Tamper(1, 0, func(r *record.Row, _ *receipt.Entry) { r.Sealed[len(r.Sealed)-1] ^= 1 }) }
	for i := range 3 {
		d.add(h, `commented by=maker to=[finder] text="more"`)
		if i == 1 {
			spoil()
		}
		k := load()
		if len(k.Case.Events) != 2+i || k.Records[len(k.Records)-1].Number != int64(i)+1 {
			t.Errorf("%d events, %+v", len(k.Case.Events), k.Records[len(k.Records)-1])
		}
	}
	if len(first.Case.Events) != 1 || len(first.Records) != 7 {
		t.Error("what was given before has changed")
	}
	spoil() // again: it is as it was
	want := d.load(h)
	if _, err := d.k.Erase(d.ctx(), record.Erasure{Handle: h, Event: "e1", Fields: []string{"text"}, Ground: ground, By: "Ada", With: "Bob"}); err != nil {
		t.Fatal(err)
	}
	if k := load(); k.Case.Event("e1").Text != "" || k.Version != want.Version+1 {
		t.Errorf("the erased words are still there: %q", k.Case.Event("e1").Text)
	}
}
