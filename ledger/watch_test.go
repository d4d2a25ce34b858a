package ledger_test

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// lost is a log that has published 20 leaves and then lost its last n
// transactions, as a database that is restored from a backup has.
func lost(t *testing.T, n int, witnesses ...ledger.Witness) *world {
	w := newWorld(t, witnesses...)
	w.append(9)
	w.publish() // three transactions: leaves, intent, published
	w.append(10)
	w.publish()
	w.store.Lose(n)
	w.all = w.all[:w.head().Size]
	w.start(witnesses...)
	return w
}

// A database that holds less than was signed is found at start, and by
// everything that would write.
func TestRollbackIsNoticed(t *testing.T) {
	w := lost(t, 3)
	refused(t, w.check("here"), fault.Forbidden, "20 leaves of epoch 1 were signed, and the database holds 10")
	refused(t, w.check(""), fault.Forbidden, "read-only: 20 leaves")
	refused(t, w.tryAppend(1), fault.Forbidden, "tocsin ledger recover")
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "tocsin ledger new-epoch")
	_, err = w.pub.Refresh(ctx)
	refused(t, err, fault.Forbidden, "read-only")
	if reason, _ := w.guard.Diverged(); reason == "" {
		t.Error("nothing was written down")
	}
	// Reading goes on.
	must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Connected(ctx, r, "here") }))
	_, err = w.pub.Latest(ctx)
	must(t, err)
}

// Losing only what was acknowledged, and never signed, is noticed by the
// process that saw it. After a restart nobody knows: that is what an answer
// before the checkpoint is worth, and why the checkpoint comes soon.
func TestLossOfWhatWasAcknowledged(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()
	w.append(5)
	w.store.Lose(1)
	refused(t, w.check("here"), fault.Forbidden, "15 leaves of epoch 1 were acknowledged, and the database holds 10")

	w = newWorld(t)
	w.append(9)
	w.publish()
	w.append(5)
	w.store.Lose(1)
	w.start()
	must(t, w.check("here"))
}

// The same size with other leaves is a fork, whichever of the two is asked.
func TestForkOfTheSameSize(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	copied := w.store.Clone()
	w.append(3)
	w.publish()

	other := *w
	other.store = copied
	other.guard = &ledgertest.Guard{}
	water, err := w.guard.Water()
	must(t, err)
	other.guard.Set(ledger.Water{Epoch: 1, Origin: water.Origin})
	other.start()
	other.append(3) // the clone with the key, which does not know of the first

	w.store = other.store
	refused(t, w.check("here"), fault.Forbidden, "are not those that were")
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "read-only")
}

// A fork that has grown past the mark is no better.
func TestForkGrownPastTheMark(t *testing.T) {
	w := lost(t, 3)
	must(t, w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
		_, _, err := ledger.Extend(ctx, tx, entriesOf(50), w.clock) // past the guard
		return err
	}))
	refused(t, w.check("here"), fault.Forbidden, "the first 20 leaves of epoch 1 are not those that were signed")
}

// Leaves that others add between two transactions are no divergence, and the
// mark may move as well.
func TestOthersMayWrite(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	second := *w
	second.start()
	for range 5 {
		w.append(3)
		second.append(2)
		w.publish()
		_, err := second.pub.Publish(ctx)
		must(t, err)
	}
	must(t, w.check("here"))
	if w.head().Size != 10+25 {
		t.Errorf("%d leaves", w.head().Size)
	}
}

// A database without a mark beside it, or a mark that cannot be read, is not
// written to; nor is one that is lost as a whole.
func TestMarkAndDatabaseBelongTogether(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()

	w.guard.Fail = fault.New(fault.Internal, "guard/high-water is torn")
	refused(t, w.check("here"), fault.Internal, "is torn")
	refused(t, w.tryAppend(1), fault.Internal, "is torn")
	w.guard.Fail = nil

	w.guard.Set(ledger.Water{})
	refused(t, w.check("here"), fault.Forbidden, "the high-water mark beside it is missing")

	w = newWorld(t)
	w.append(9)
	w.publish()
	w.store = ledgertest.New()
	w.start()
	refused(t, w.check("here"), fault.Forbidden, "epoch 1 was signed, and the database knows of 0")
}

// Nothing at all is where every log begins.
func TestEmptyDatabaseWithoutMark(t *testing.T) {
	w := empty(t)
	must(t, w.check("here"))
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.TooEarly, "the log is empty")
	must(t, w.pub.Outside(ctx))
	w.store.ViewLog(ctx, func(r ledger.Reader) error {
		refused(t, w.watch.Presented(ctx, r, receipt.Checkpoint{Origin: base + "/1", Size: 1}), fault.NotFound, "no epoch")
		return nil
	})
}

// An error of the database is no divergence.
func TestFaultsAreNoDivergence(t *testing.T) {
	w := newWorld(t)
	w.append(300)
	w.publish()
	fired := 0
	for n := 1; ; n++ {
		w.start()
		w.store.FailAt(n)
		err := w.check("here")
		if w.store.FailAt(0) > 0 {
			must(t, err)
			break
		}
		fired++
		refused(t, err, fault.Unavailable, "injected")
		if reason, _ := w.guard.Diverged(); reason != "" {
			t.Fatalf("operation %d: %s", n, reason)
		}
	}
	if fired == 0 {
		t.Error("no fault fired")
	}
	w.guard.Fail = errDown
	if err := w.check("here"); err == nil {
		t.Error("a guard that fails lets the log be written to")
	}
}

// That a divergence cannot be written down does not make it pass.
func TestDivergenceThatCannotBeWrittenDown(t *testing.T) {
	w := lost(t, 3)
	w.watch = ledger.NewWatch(ledger.WatchOptions{Guard: mute{w.guard}, Now: w.now})
	refused(t, w.check("here"), fault.Internal, "could not be written down")
}

type mute struct{ *ledgertest.Guard }

func (mute) Diverge(string) error { return errDown }

// A checkpoint that somebody brings is compared at once: a stranger with a
// receipt knows more than a restored database.
func TestPresented(t *testing.T) {
	w := newWorld(t)
	w.append(19)
	w.publish()
	w.append(5)
	present := func(w *world, cp receipt.Checkpoint) error {
		return w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Presented(ctx, r, cp) })
	}
	must(t, present(w, receipt.Checkpoint{Origin: base + "/1", Size: 20, Root: naive(w.all[:20])}))
	must(t, present(w, receipt.Checkpoint{Origin: base + "/1", Size: 7, Root: naive(w.all[:7])}))
	refused(t, present(w, receipt.Checkpoint{Origin: base + "/9", Size: 7}), fault.NotFound, "no epoch of this log")
	must(t, w.check("here"))

	for name, cp := range map[string]receipt.Checkpoint{
		"is over 26 leaves": {Origin: base + "/1", Size: 26},
		"has another root":  {Origin: base + "/1", Size: 20, Root: tlog.Hash{1}},
		"over the first 0":  {Origin: base + "/1", Size: 0, Root: tlog.Hash{1}},
	} {
		w := newWorld(t)
		w.append(24)
		w.publish()
		refused(t, present(w, cp), fault.Forbidden, name)
		refused(t, w.tryAppend(1), fault.Forbidden, "a checkpoint that was presented")
	}

	must(t, w.guard.Diverge("for the test"))
	_, err := w.openEpoch("for the test", nil)
	must(t, err)
	refused(t, present(w, receipt.Checkpoint{Origin: base + "/1", Size: 1000}), fault.Conflict, "epoch 1, which has ended")
	must(t, w.check("here"))
}

// A checkpoint of an epoch that has ended is compared with what is here of it.
// Whatever it shows, the epoch of today is not the one that diverges.
func TestPresentedOfAnEndedEpoch(t *testing.T) {
	w := newWorld(t)
	w.append(19)
	w.publish()
	w.append(5)
	old := w.all
	for _, reason := range []string{"first", "second"} {
		must(t, w.guard.Diverge("for the test"))
		_, err := w.openEpoch(reason, nil)
		must(t, err)
		w.append(40)
	}
	mark := w.guardMark()
	for _, c := range []struct {
		size  int64
		root  tlog.Hash
		kind  fault.Kind
		words string
	}{
		{20, naive(old[:20]), fault.Conflict, "Its 20 leaves are here, and fit"},
		{25, naive(old), fault.Conflict, "Its 25 leaves are here, and fit"},
		{0, naive(nil), fault.Conflict, "fit"},
		{26, naive(old), fault.Conflict, "over 26 leaves, and 25 of that epoch are here: the rest was lost"},
		{20, tlog.Hash{1}, fault.Forbidden, "a second story: the checkpoint is of epoch 1"},
		{25, naive(old[:20]), fault.Forbidden, "another root over its first 25 leaves"},
		{0, tlog.Hash{1}, fault.Forbidden, "a second story"},
	} {
		err := w.store.ViewLog(ctx, func(r ledger.Reader) error {
			return w.watch.Presented(ctx, r, receipt.Checkpoint{Origin: base + "/1", Size: c.size, Root: c.root})
		})
		refused(t, err, c.kind, c.words)
		refused(t, err, c.kind, "epoch 3")
	}
	must(t, w.check("here"))
	if why, _ := w.guard.Diverged(); why != "" || w.guardMark() != mark {
		t.Errorf("something was recorded: %q", why)
	}
	w.append(1)
	w.publish()
}

// A standby that was promoted may lack what the first one acknowledged. Without
// a witness nobody can tell, so it is not written to.
func TestPromotionWithoutWitness(t *testing.T) {
	w := newWorld(t)
	must(t, w.check("here"))
	w.append(9)
	w.publish()
	must(t, w.check("here"))
	refused(t, w.check("there"), fault.Forbidden, "promotion: what was signed came from the database here, and this is there")
	refused(t, w.check("here"), fault.Forbidden, "promotion")
}

// With a witness the answer is the witness's: what it saw last is what is here.
func TestPromotionWithWitness(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	must(t, w.check("here"))
	w.append(9)
	w.publish()
	refused(t, w.check("there"), fault.Forbidden, "a witness is asked before anything is written")
	refused(t, w.tryAppend(1), fault.Forbidden, "a witness is asked")
	wit.Down = errDown
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "no witness has vouched")
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "no witness has vouched")
	wit.Down = nil
	must(t, w.pub.Outside(ctx))
	must(t, w.check("there"))
	w.append(1)
	w.publish()
	// The next process starts in the new place without a question.
	w.start(wit)
	asks := wit.Asks
	must(t, w.check("there"))
	w.append(1)
	if wit.Asks != asks {
		t.Error("the witness was asked again")
	}
	refused(t, w.check("here"), fault.Forbidden, "a witness is asked")
}

// The standby lacks what was published: the witness knows, whatever the mark
// says.
func TestPromotionThatLostWhatAWitnessSaw(t *testing.T) {
	for name, remembers := range map[string]bool{"with a reading side": true, "without": false} {
		wit := witness(t, "witness.example.org/a")
		var asked ledger.Witness = wit
		if remembers {
			asked = ledgertest.Remembering{Witness: wit}
		}
		w := lost(t, 3, asked)
		w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 10, Root: naive(w.all), Place: "here"})
		refused(t, w.check("there"), fault.Forbidden, "a witness is asked")
		refused(t, w.pub.Outside(ctx), fault.Forbidden, "has this log at 20 leaves, and the database holds 10")
		refused(t, w.tryAppend(1), fault.Forbidden, "20 leaves")
		_ = name
	}
}

// At start the witnesses are asked even where nothing is in doubt: a machine
// that was put back as a whole, its mark included, knows nothing else.
func TestWholeMachinePutBack(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := lost(t, 3, wit)
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 10, Root: naive(w.all), Place: "here"})
	must(t, w.check("here"))
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "witness.example.org/a has this log at 20 leaves")

	// Control: nobody asks, and the log forks. That is what the question is for.
	w = lost(t, 3)
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 10, Root: naive(w.all), Place: "here"})
	must(t, w.pub.Outside(ctx))
	w.append(10)
	if done := w.publish(); done.Size != 20 {
		t.Errorf("the control published %d", done.Size)
	}
}

// Put back and grown past the witness before anybody asks: the witness refuses,
// and the log stops.
func TestForkIsNeverCosigned(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := lost(t, 3, wit)
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 10, Root: naive(w.all), Place: "here"})
	w.append(50)
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "contradicts what it has seen")
	if wit.Size(base+"/1") != 20 {
		t.Errorf("the witness is at %d", wit.Size(base+"/1"))
	}
	for _, s := range w.signed() {
		if s.Size > 20 && s.State == ledger.Published {
			t.Error("the fork was released")
		}
	}
	refused(t, w.tryAppend(1), fault.Forbidden, "contradicts")
}

// A database from a backup is read-only until a witness vouches.
func TestRestoredDatabase(t *testing.T) {
	setup := func(losing int) *world {
		w := lost(t, losing, witness(t, "witness.example.org/a"))
		must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error {
			w.guard.Set(ledger.Water{}) // a new data directory
			return w.watch.Restored(ctx, r, "there")
		}))
		return w
	}
	w := setup(0)
	refused(t, w.check("there"), fault.Forbidden, "was restored from a backup")
	refused(t, w.tryAppend(1), fault.Forbidden, "was restored from a backup")
	must(t, w.pub.Outside(ctx))
	w.append(1)
	w.publish()

	w = setup(3)
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "has this log at 20 leaves, and the database holds 10")

	// Without any witness only a new epoch helps.
	w = setup(0)
	w.start()
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "no witness has vouched for this database (0 asked)")
	o, err := w.openEpoch("restored", nil)
	must(t, err)
	if o.Gap != 0 || o.OldSize != 20 {
		t.Errorf("%+v", o)
	}
	w.append(1)
	w.publish()
}

// Restoring beside a mark that is higher keeps the mark: the loss shows.
func TestRestoreDoesNotLowerTheMark(t *testing.T) {
	w := lost(t, 3)
	must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Restored(ctx, r, "here") }))
	refused(t, w.check("here"), fault.Forbidden, "20 leaves of epoch 1 were signed")
}

// A witness that lies about the log, or is of no help, does not vouch.
func TestSettleBelievesNobodyWithoutASignature(t *testing.T) {
	liar := witness(t, "witness.example.org/a")
	w := newWorld(t, ledgertest.Remembering{Witness: liar})
	must(t, w.check("here"))
	w.append(9)
	w.publish()
	w.append(5)
	liar.Answer = func(_ int64, _, _ []byte, _ error) ([]byte, error) { return nil, &ledger.WitnessAhead{Size: 12} }
	refused(t, w.check("there"), fault.Forbidden, "a witness is asked")
	// It says 12, between what was published and what is here, and shows 10.
	must(t, w.pub.Outside(ctx))

	for _, answer := range []error{
		errDown, &ledger.WitnessRefused{Status: 404, Reason: "unknown"}, &ledger.WitnessRefused{Status: 403}, &ledger.WitnessAhead{Size: 3},
		&ledger.WitnessAhead{Size: -1}, &ledger.WitnessAhead{Size: 12},
	} {
		silent := witness(t, "witness.example.org/b")
		w := newWorld(t, silent)
		must(t, w.check("here"))
		w.append(9)
		w.publish()
		w.append(5)
		silent.Answer = func(int64, []byte, []byte, error) ([]byte, error) { return nil, answer }
		refused(t, w.check("there"), fault.Forbidden, "a witness is asked")
		refused(t, w.pub.Outside(ctx), fault.Forbidden, "no witness has vouched")
		if reason, _ := w.guard.Diverged(); reason != "" {
			t.Errorf("%v made the log diverge: %s", answer, reason)
		}
	}
}
