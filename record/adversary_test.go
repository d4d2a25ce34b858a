package record_test

import (
	"context"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
	"tocsin/record/recordtest"
)

// no is a guard that refuses: the database is another one.
type no struct{}

func (no) Check(context.Context, ledger.Reader, string) error {
	return fault.New(fault.Forbidden, "read-only: this is another database")
}
func (no) Acknowledged(ledger.Head) {}

// A process ended between the new generation and its transaction, and the next
// start is given another database by mistake. Nothing in that one needs the old
// generation; everything in the right one does.
func TestAnotherDatabaseDestroysNoKey(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	if _, _, err := d.wraps.Rotate(); err != nil {
		t.Fatal(err)
	}
	o := d.o
	o.Guard = no{}
	k, err := record.New(recordtest.New(), o)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, k.Finish(d.ctx()), fault.Forbidden, "another database")
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	d.load(h)
	if err := d.k.Finish(d.ctx()); err != nil || d.wraps.Generations() != 1 {
		t.Errorf("the control: %v, %d generations", err, d.wraps.Generations())
	}
	d.load(h)
}

// The answer of an erasure's commit is lost. What can be read then need not be
// on a standby, which still has all keys under the old generation: that one is
// destroyed only after a further durable write.
func TestTheOldKeyGoesAfterADurableWrite(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	lost, sure := 0, false
	d.store.Commit = func(n int) (bool, error) {
		if lost == 0 {
			lost = n
			return true, errLost
		}
		return true, nil
	}
	d.wraps.Before = func(method string) error {
		if method == "Destroy" && !sure {
			t.Error("the key was destroyed on the word of a commit that nobody answered")
		}
		return nil
	}
	// A transaction that changes nothing is no durable write.
	writes := &writing{Store: d.store, wrote: func() { sure = sure || lost > 0 && d.store.Commits > lost }}
	k, err := record.New(writes, d.o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = k.Close() }()
	if _, err := k.Erase(d.ctx(), record.Erasure{Handle: h, Event: "e1", Fields: []string{"text"}, Ground: ground, By: "Ada", With: "Bob"}); err != nil {
		t.Fatal(err)
	}
	if d.wraps.Generations() != 1 {
		t.Errorf("%d generations", d.wraps.Generations())
	}
}

// writing tells of transactions that wrote something and were committed.
type writing struct {
	record.Store
	wrote func()
}

func (w *writing) Update(ctx context.Context, fn func(record.Tx) error) error {
	wrote := false
	err := w.Store.Update(ctx, func(tx record.Tx) error { return fn(&watchedTx{tx, &wrote}) })
	if err == nil && wrote {
		w.wrote()
	}
	return err
}

type watchedTx struct {
	record.Tx
	wrote *bool
}

func (w *watchedTx) PutKey(ctx context.Context, keys ...record.Key) error {
	*w.wrote = true
	return w.Tx.PutKey(ctx, keys...)
}

// What is kept of a command under an idempotency key must not let anybody who
// has the folder of keys try out what an erased field said: the client's key is
// in it, and that one is not kept.
func TestARequestDoesNotConfirmAGuess(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	for _, key := range []string{"9b1f", "77c0"} {
		if _, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker text=Kestrelwing"), record.AnyVersion, "clerk", key); err != nil {
			t.Fatal(err)
		}
		if r, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker text=Kestrelwing"), record.AnyVersion, "clerk", key); err != nil || !r.Replayed {
			t.Errorf("%+v, %v", r, err)
		}
	}
	seen := map[[32]byte]bool{}
	if err := d.store.View(d.ctx(), func(r record.Reader) error {
		return r.EachRequest(d.ctx(), func(q record.Request) error { seen[q.Digest] = true; return nil })
	}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 {
		t.Errorf("the same command under two keys has %d digests", len(seen))
	}
}

// The clock jumps while the answer of a commit is lost. Finding out what became
// of it writes a filler, which does not carry the wrong time into the log.
func TestALostAnswerAndAClockThatJumps(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	lost := false
	d.store.Commit = func(int) (bool, error) {
		if !lost {
			lost = true
			d.clock.Jump(365 * 24 * time.Hour)
			return true, errLost
		}
		return true, nil
	}
	if _, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", ""); err != nil {
		t.Fatal(err)
	}
	_, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	wants(t, err, fault.Unavailable, "jumped")
	d.clock.Jump(-365 * 24 * time.Hour)
	if _, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", ""); err != nil {
		t.Errorf("the clock is right again: %v", err)
	}
}

// An operator hides a record and writes a note that says it was lost. A recovery
// leaves another picture: the last leaves of the log, and none of their records.
func TestANoteHidesNoRecord(t *testing.T) {
	note := func(d *desk, first, count int64) {
		t.Helper()
		if _, err := d.k.Note(d.ctx(), "leaves-recovered", map[string]any{"first": first, "count": count}, "clerk"); err != nil {
			t.Fatal(err)
		}
	}
	size := func(d *desk) (n int64) {
		t.Helper()
		if err := d.store.View(d.ctx(), func(r record.Reader) error {
			h, err := r.Head(d.ctx())
			n = h.Size
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, c := range map[string]struct {
		harm  func(d *desk, h string)
		words string
		lost  int64
	}{
		"one leaf": {func(d *desk, _ string) { d.store.DropRow(1, 4); note(d, 4, 1) }, "is not about the leaves in front of it", 0},
		"all from it on": {func(d *desk, _ string) { d.store.DropRow(1, 20); note(d, 20, size(d)-20) },
			"a note says that the 4 leaves in front of it were lost, and 3 of them have their records", 1},
		"control: the last leaf was a filler that is lost": {func(d *desk, _ string) {
			if err := d.k.Fillers(d.ctx(), 1); err != nil {
				t.Fatal(err)
			}
			last := size(d) - 1
			d.store.DropRow(1, last)
			note(d, last, 1)
		}, "", 1},
	} {
		d, h := full(t)
		c.harm(d, h)
		rep, err := d.k.Audit(d.ctx(), nil)
		found := ""
		for _, f := range rep.Findings {
			found += f.String() + "\n"
		}
		if err != nil || c.words == "" && found != "" || !contains(found, c.words) || rep.Lost != c.lost {
			t.Errorf("%s: %v, lost %d\n%s", name, err, rep.Lost, found)
		}
	}
}

// More leaves were recovered without their records than an audit lists findings;
// one that is missing after them is found all the same.
func TestAHiddenRecordAfterALongGap(t *testing.T) {
	d := newDesk(t)
	first := d.keep(small)
	from := first.First + first.Count
	if err := d.k.Fillers(d.ctx(), 1500); err != nil {
		t.Fatal(err)
	}
	for i := range int64(1500) {
		d.store.DropRow(1, from+i)
	}
	if _, err := d.k.Note(d.ctx(), "leaves-recovered", map[string]any{"first": from, "count": 1500}, "clerk"); err != nil {
		t.Fatal(err)
	}
	r := d.keep(bytesReplace(small, "TOC-1", "TOC-2"))
	d.store.DropRow(1, r.First+r.Count-1)
	rep, err := d.k.Audit(d.ctx(), nil)
	if err != nil || rep.Lost != 1500 {
		t.Fatalf("%d lost, %v", rep.Lost, err)
	}
	for _, f := range rep.Findings {
		if f.Index == r.First+r.Count-1 && contains(f.What, "has no record") {
			return
		}
	}
	t.Errorf("the hidden record is not found: %+v", rep.Findings)
}
