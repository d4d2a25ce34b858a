package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// The first epoch begins with a leaf of its own, under an origin with its
// number, and may be written to at once.
func TestFirstEpoch(t *testing.T) {
	w := empty(t)
	o, err := w.openEpoch("", nil)
	must(t, err)
	want := ledger.Opening{Epoch: 1, Origin: base + "/1", Opened: startsAt, OldRoot: naive(nil), Root: naive(nil)}
	if d := cmp.Diff(want, o); d != "" {
		t.Error(d)
	}
	water, err := w.guard.Water()
	must(t, err)
	if water.Epoch != 1 || water.Size != 0 || water.Place != "here" {
		t.Errorf("%+v", water)
	}
	w.append(3)
	w.publish()
	w.sound()
}

// The process ends while it opens the first epoch, at any operation: the next
// one opens it, under the same origin, for nothing was signed.
func TestFirstEpochSurvivesAFaultAnywhere(t *testing.T) {
	for n := 1; ; n++ {
		w := empty(t)
		w.store.FailAt(n)
		_, err := w.openEpoch("", nil)
		if w.store.FailAt(0) > 0 {
			must(t, err)
			break
		}
		refused(t, err, fault.Unavailable, "injected")
		w.start()
		must(t, w.check("here"))
		o, err := w.openEpoch("", nil)
		must(t, err)
		if o.Origin != base+"/1" {
			t.Errorf("operation %d: %s", n, o.Origin)
		}
		w.append(1)
		w.publish()
	}
	// It ended after the commit, and before Opened.
	w := newWorld(t)
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1"})
	w.start()
	must(t, w.check("here"))
	w.append(1)
	w.publish()
}

// A divergence ends in a new epoch: the first leaf can say what is lost, the old
// origin is never signed under again, and what was never covered gets proofs.
func TestNewEpoch(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()
	w.append(3)
	w.publish()
	lostRoot := naive(w.all)
	w.append(4)
	w.store.Lose(4) // the last seven leaves, and the checkpoint over 13
	w.all = w.all[:w.head().Size]
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "13 leaves of epoch 1 were signed, and the database holds 10")
	must(t, w.store.UpdateLog(ctx, func(tx ledger.Writer) error { // as if two had come before anybody looked
		_, _, err := ledger.Extend(ctx, tx, []receipt.Entry{w.entry(), w.entry()}, w.clock)
		return err
	}))
	w.view(func(r ledger.Reader) error {
		entries, err := r.Entries(ctx, 1, 0, 12)
		w.all = entries
		return err
	})
	o, err := w.openEpoch("restored from last week", nil)
	must(t, err)
	want := ledger.Opening{
		Epoch: 2, Origin: base + "/2", Opened: startsAt, Reason: "restored from last week",
		OldOrigin: base + "/1", OldSize: 12, OldRoot: o.OldRoot, Signed: 13, Root: lostRoot, Gap: 1, Carried: 2,
	}
	if d := cmp.Diff(want, o); d != "" {
		t.Error(d)
	}
	if reason, _ := w.guard.Diverged(); reason != "" || len(w.guard.Ended) != 1 {
		t.Errorf("still diverged: %s", reason)
	}
	w.append(5)
	done := w.publish()
	if done.Epoch != 2 || done.Size != 8 || done.Root != naive(w.all) {
		t.Errorf("%+v", done)
	}
	w.view(func(r ledger.Reader) error {
		for _, c := range []struct {
			epoch int
			index int64
			to    int
			at    int64
		}{{1, 0, 1, 0}, {1, 9, 1, 9}, {1, 10, 2, 1}, {1, 11, 2, 2}, {2, 0, 2, 0}, {2, 7, 2, 7}} {
			e, i, err := ledger.Locate(ctx, r, c.epoch, c.index)
			must(t, err)
			if e != c.to || i != c.at {
				t.Errorf("leaf %d of epoch %d is at %d of %d, want %d of %d", c.index, c.epoch, i, e, c.at, c.to)
			}
			if _, err := ledger.Prove(ctx, r, e, i, sizeOver(t, r, e, i), rootOver(t, r, e, i)); err != nil {
				t.Errorf("leaf %d of epoch %d has no proof: %v", c.index, c.epoch, err)
			}
		}
		return nil
	})
	w.sound()
	if data, err := json.Marshal(o); err != nil || !strings.Contains(string(data), `"gap":1`) {
		t.Errorf("%s, %v", data, err)
	}
}

func over(t *testing.T, r ledger.Reader, epoch int, index int64) ledger.Signed {
	s, err := r.CheckpointOver(ctx, epoch, index)
	must(t, err)
	return s
}

func sizeOver(t *testing.T, r ledger.Reader, epoch int, index int64) int64 {
	return over(t, r, epoch, index).Size
}

func rootOver(t *testing.T, r ledger.Reader, epoch int, index int64) tlog.Hash {
	return over(t, r, epoch, index).Root
}

// What somebody presented is known to be signed too, and widens the gap.
func TestNewEpochAfterSomethingWasPresented(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()
	cp := receipt.Checkpoint{Origin: base + "/1", Size: 50, Root: tlog.Hash{5}}
	w.store.ViewLog(ctx, func(r ledger.Reader) error {
		refused(t, w.watch.Presented(ctx, r, cp), fault.Forbidden, "over 50 leaves")
		return nil
	})
	o, err := w.openEpoch("a receipt says more", &cp)
	must(t, err)
	if o.Signed != 50 || o.Root != cp.Root || o.Gap != 40 || o.Carried != 0 {
		t.Errorf("%+v", o)
	}
	w.append(1)
	w.publish()
	w.sound()
}

// An epoch that was ended before it published anything is carried over whole,
// and again: a leaf is found however often it moved.
func TestEpochsInARow(t *testing.T) {
	w := newWorld(t)
	w.append(400)
	for n := 2; n <= 4; n++ {
		must(t, w.guard.Diverge("for the test"))
		o, err := w.openEpoch("for the test", nil)
		must(t, err)
		if o.Epoch != n || o.Carried != int64(400+n-1) {
			t.Errorf("%+v", o)
		}
	}
	w.publish()
	w.view(func(r ledger.Reader) error {
		e, i, err := ledger.Locate(ctx, r, 1, 200)
		if e != 4 || i != 203 || w.all[203] != entryOf(201) {
			t.Errorf("it is at %d of epoch %d", i, e)
		}
		return err
	})
	w.sound()
}

// A number is never given again: not when the database that knew of it is from
// before, and not when it is gone.
func TestEpochNumbersAreNotUsedAgain(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()
	before := w.store.Clone()
	must(t, w.guard.Diverge("for the test"))
	_, err := w.openEpoch("for the test", nil)
	must(t, err)
	w.append(1)
	w.publish()

	w.store = before
	w.all = w.all[:0]
	w.view(func(r ledger.Reader) (err error) { w.all, err = r.Entries(ctx, 1, 0, 10); return err })
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "epoch 2 was signed, and the database knows of 1")
	o, err := w.openEpoch("an old backup", nil)
	must(t, err)
	if o.Epoch != 3 || o.OldOrigin != base+"/1" {
		t.Errorf("%+v", o)
	}
	w.append(1)
	w.publish()
	w.sound()

	w.store = ledgertest.New()
	w.all = nil
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "the database knows of 0")
	o, err = w.openEpoch("the disk is gone", nil)
	must(t, err)
	if o.Epoch != 4 || o.OldOrigin != base+"/3" || o.Signed != 2 || o.Gap != 2 {
		t.Errorf("%+v", o)
	}
	w.append(1)
	w.publish()
	w.sound()
}

// A machine that was put back as a whole does not know of the epoch that it
// opened since. A witness does, and the number is not given again.
func TestForgottenEpoch(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, ledgertest.Remembering{Witness: wit})
	w.append(9)
	w.publish()
	w.append(1)
	w.publish()
	before, mark := w.store.Clone(), ledger.Water{Epoch: 1, Origin: base + "/1"}
	must(t, w.guard.Diverge("for the test"))
	_, err := w.openEpoch("for the test", nil)
	must(t, err)
	w.publish()
	for _, c := range []struct {
		down  error
		epoch int
	}{{errDown, 2}, {nil, 3}} {
		f := *w
		f.store, f.guard = before.Clone(), &ledgertest.Guard{}
		f.guard.Set(mark)
		f.start(ledgertest.Remembering{Witness: wit})
		must(t, f.guard.Diverge("for the test"))
		f.all = nil
		wit.Down = c.down
		o, err := f.openEpoch("for the test", nil)
		must(t, err)
		if o.Epoch != c.epoch {
			t.Errorf("witness %v: epoch %d, want %d", c.down, o.Epoch, c.epoch)
		}
	}
}

// An intent of an epoch that has ended is never signed.
func TestIntentOfAnEndedEpoch(t *testing.T) {
	c := &collector{Witness: witness(t, "witness.example.org/a")}
	w := newWorld(t, c)
	w.publish()
	w.append(9)
	w.pub.Store = &nth{Store: w.store, left: 1, answer: ledgertest.RefusedUndone}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "injected")
	must(t, w.guard.Diverge("for the test"))
	_, err = w.openEpoch("for the test", nil)
	must(t, err)
	w.start(c)
	c.notes = nil
	if done := w.publish(); done.Epoch != 2 || done.Seq != 3 {
		t.Errorf("%+v", done)
	}
	for _, note := range c.notes {
		if !strings.HasPrefix(string(note), base+"/2\n") {
			t.Errorf("signed under the old origin: %s", note)
		}
	}
	w.sound()
}

// An epoch whose first record cannot be made is not opened.
func TestEpochWithoutFirstRecord(t *testing.T) {
	w := empty(t)
	err := w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
		_, _, err := ledger.OpenEpoch(ctx, tx, w.watch, base, "", nil, w.clock, func(ledger.Opening) (receipt.Entry, error) {
			return receipt.Entry{}, errors.New("no key")
		})
		return err
	})
	if err == nil || w.store.Transactions() != 0 {
		t.Errorf("%v", err)
	}
}

// mirror is a copy of the log's tiles, taken at some time.
type mirror map[string][]byte

func (m mirror) Tile(_ context.Context, path string) ([]byte, error) {
	if data, ok := m[path]; ok {
		return data, nil
	}
	return nil, fault.New(fault.NotFound, "the mirror lacks %s", path)
}

func (w *world) mirror() mirror {
	m := mirror{}
	must(w.t, ledger.EachTile(w.publish().Size, func(path string) (err error) {
		m[path], err = w.tile(path)
		return err
	}))
	return m
}

func (w *world) recover(src ledger.Source, target receipt.Checkpoint) (kept []receipt.Entry, err error) {
	err = w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
		_, err = ledger.Recover(ctx, tx, src, target, func(first int64, entries []receipt.Entry) error {
			kept = entries
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return kept, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Recovered(ctx, r, target, "here") })
}

// A mirror holds the missing leaves: the log goes on where it was, without a
// gap and under its origin. A mirror that has grown since will do as well.
func TestRecoverFromAMirror(t *testing.T) {
	for name, beyond := range map[string]int{"as it was": 0, "that has grown": 300} {
		w := newWorld(t)
		w.append(300)
		w.publish()
		w.append(300)
		w.publish()
		target := receipt.Checkpoint{Origin: base + "/1", Size: 601, Root: naive(w.all)}
		all := w.all
		ahead := *w
		ahead.store = w.store.Clone()
		ahead.guard = &ledgertest.Guard{}
		water, _ := w.guard.Water()
		ahead.guard.Set(water)
		ahead.start()
		if beyond > 0 {
			ahead.append(beyond)
		}
		m := ahead.mirror()

		w.store.Lose(3)
		w.all = w.all[:301]
		w.start()
		refused(t, w.check("here"), fault.Forbidden, "601 leaves")
		kept, err := w.recover(m, target)
		must(t, err)
		if len(kept) != 300 || w.head().Root() != target.Root {
			t.Errorf("%s: %d kept", name, len(kept))
		}
		w.all = all
		must(t, w.check("here"))
		w.append(1)
		if done := w.publish(); done.Epoch != 1 || done.Size != 602 {
			t.Errorf("%+v", done)
		}
		w.sound()
	}
}

// A mirror of another log, one that lacks leaves, and one that lies recover
// nothing, and nothing is put in.
func TestRecoverRefuses(t *testing.T) {
	w := newWorld(t)
	w.append(300)
	w.publish()
	w.append(300)
	target := receipt.Checkpoint{Origin: base + "/1", Size: 601, Root: naive(w.all)}
	m := w.mirror()
	w.store.Lose(3)
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "601 leaves")
	change := func(fn func(mirror)) mirror {
		c := mirror{}
		for k, v := range m {
			c[k] = append([]byte(nil), v...)
		}
		fn(c)
		return c
	}
	for name, c := range map[string]struct {
		src    mirror
		target receipt.Checkpoint
		kind   fault.Kind
		why    string
	}{
		"another log":     {m, receipt.Checkpoint{Origin: base + "/2", Size: 601}, fault.Conflict, "and this log is"},
		"nothing missing": {m, receipt.Checkpoint{Origin: base + "/1", Size: 300}, fault.Conflict, "nothing is missing"},
		"far too many":    {m, receipt.Checkpoint{Origin: base + "/1", Size: 1 << 60}, fault.Invalid, "more than one recovery takes"},
		"another root":    {m, receipt.Checkpoint{Origin: base + "/1", Size: 601}, fault.Conflict, "is not reached"},
		"a missing tile":  {change(func(m mirror) { delete(m, "tile/entries/001") }), target, fault.NotFound, "lacks tile/entries/001"},
		"a flipped bit":   {change(func(m mirror) { m["tile/entries/001"][3000] ^= 1 }), target, fault.Conflict, "is not reached"},
		"no bundle":       {change(func(m mirror) { m["tile/entries/001"] = []byte("404") }), target, fault.Invalid, "an entry bundle of 3 bytes"},
		"a short bundle":  {change(func(m mirror) { m["tile/entries/001"] = m["tile/entries/001"][:35] }), target, fault.Invalid, "holds 1 entries"},
	} {
		before := w.store.Transactions()
		_, err := w.recover(c.src, c.target)
		refused(t, err, c.kind, c.why)
		if w.store.Transactions() != before {
			t.Errorf("%s: something was put in", name)
		}
	}
	// A recovery up to less than was signed leaves the log as diverged as it was.
	less := receipt.Checkpoint{Origin: base + "/1", Size: 512, Root: naive(w.all[:512])}
	_, err := w.recover(m, less)
	refused(t, err, fault.Forbidden, "601 leaves of epoch 1 were signed, and the database holds 512")
	refused(t, w.tryAppend(1), fault.Forbidden, "601 leaves")
	// And the rest can still come.
	_, err = w.recover(m, target)
	must(t, err)
	must(t, w.check("here"))
}

// What a witness or a stranger knows beyond the mark must be reached too, and a
// fork is not ended by leaves.
func TestRecoveredAsksWhoKnowsMore(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, ledgertest.Remembering{Witness: wit})
	w.append(9)
	small := w.mirror()
	smallTarget := receipt.Checkpoint{Origin: base + "/1", Size: 10, Root: naive(w.all)}
	w.append(9)
	large := w.mirror()
	largeTarget := receipt.Checkpoint{Origin: base + "/1", Size: 19, Root: naive(w.all)}
	all := w.all
	w.store.Lose(6) // all but the first leaf, the machine put back as a whole
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Place: "here"})
	w.start(ledgertest.Remembering{Witness: wit})
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "is over 19 leaves of epoch 1, and the database holds 1")
	if mark, _ := w.guard.Water(); mark.Size != 19 {
		t.Errorf("the mark is %d: what was seen outside is forgotten", mark.Size)
	}
	_, err := w.recover(small, smallTarget)
	refused(t, err, fault.Forbidden, "19 leaves of epoch 1 were signed, and the database holds 10")
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Place: "here"})
	_, err = w.recover(small, smallTarget)
	refused(t, err, fault.Forbidden, "is over 19 leaves")
	wit.Down = errDown
	_, err = w.recover(large, largeTarget)
	refused(t, err, fault.Unavailable, "no witness could be asked")
	refused(t, w.tryAppend(1), fault.Forbidden, "read-only")
	wit.Down = nil
	_, err = w.recover(large, largeTarget)
	must(t, err)
	w.all = all
	w.append(1)
	w.publish()
	w.sound()

	w.store.ViewLog(ctx, func(r ledger.Reader) error {
		refused(t, w.watch.Presented(ctx, r, receipt.Checkpoint{Origin: base + "/1", Size: 5, Root: tlog.Hash{1}}), fault.Forbidden, "fork: ")
		return nil
	})
	_, err = w.recover(nil, receipt.Checkpoint{Origin: base + "/1", Size: 20, Root: naive(w.all)})
	refused(t, err, fault.Forbidden, "only tocsin ledger new-epoch ends it")
}
