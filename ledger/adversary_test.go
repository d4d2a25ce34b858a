package ledger_test

import (
	"context"
	"fmt"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// A witness is away when a leaf is first published, and the policy asks for it:
// the receipt of that leaf comes from the next checkpoint that the policy
// accepts, and is not bound for ever to the one that nobody can verify.
func TestReceiptsComeFromACheckpointThatThePolicyAccepts(t *testing.T) {
	a, b := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
	w := newWorld(t, a, b)
	policy, err := receipt.ParsePolicy([]byte(fmt.Sprintf("log %s\nwitness A %s\nwitness B %s\ngroup both all A B\nquorum both\n",
		w.keys[0], a.Key(), b.Key())))
	must(t, err)
	w.pub.Policy = policy
	over := func() ledger.Signed {
		var s ledger.Signed
		w.view(func(r ledger.Reader) (err error) { s, err = r.CheckpointOver(ctx, 1, 5); return err })
		return s
	}
	w.append(9)
	b.Down = errDown
	first := w.publish()
	if s := over(); s.Seq != first.Seq {
		t.Errorf("with nothing better: checkpoint %d", s.Seq)
	}
	b.Down = nil
	w.append(9)
	second := w.publish()
	if !second.QuorumMet {
		t.Fatalf("%+v", second)
	}
	if s := over(); s.Seq != second.Seq {
		t.Errorf("the receipt comes from checkpoint %d, which the policy refuses; %d would do", s.Seq, second.Seq)
	}
	w.append(9)
	w.publish()
	if s := over(); s.Seq != second.Seq {
		t.Errorf("of two that do, the earlier has the better time; it is %d", s.Seq)
	}
}

// One witness slept while the log went on before the other one. Its word alone,
// while the other is silent, does not vouch for a database from a backup.
func TestEveryWitnessIsNeededToVouch(t *testing.T) {
	a, b := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
	w := newWorld(t, a, b)
	w.append(9)
	w.publish()
	before := w.store.Transactions()
	a.Down = errDown
	w.append(10)
	w.publish() // b alone has seen it
	w.store.Lose(w.store.Transactions() - before)
	w.guard.Set(ledger.Water{})
	w.start(a, b)
	must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Restored(ctx, r, "there") }))
	a.Down, b.Down = nil, errDown
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "witness.example.org/b: connection refused")
	refused(t, w.tryAppend(1), fault.Forbidden, "was restored from a backup")
	b.Down = nil
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "witness.example.org/b has this log at 20 leaves")
}

// standing is a writer on a server that names itself.
type standing struct {
	ledger.Writer
	place string
}

func (s standing) Place() string { return s.place }

// A pool holds connections to two servers at once, the old one and the one that
// was promoted. What a connection said when it was made is not taken for what
// the next transaction runs on.
func TestATransactionIsAskedWhereItRuns(t *testing.T) {
	w := newWorld(t, witness(t, "witness.example.org/a"))
	must(t, w.check("here"))
	w.append(9)
	w.publish()
	refused(t, w.check("there"), fault.Forbidden, "a witness is asked") // a connection to the other
	must(t, w.check("here"))                                            // and one more to the first
	write := func(place string) error {
		return w.store.UpdateLog(context.Background(), func(tx ledger.Writer) error { return w.watch.Check(ctx, standing{tx, place}, "") })
	}
	must(t, write("here"))
	refused(t, write("there"), fault.Forbidden, "a witness is asked")
	must(t, write("here"))
}

// A backup and a copy of the log that are both older than what was signed last,
// on a new machine that has the keys and no mark of its own: without a witness
// nobody can tell, and the log does not go on under its origin.
func TestAnOldCopyBesideAnOldBackup(t *testing.T) {
	setup := func(witnesses ...ledger.Witness) (*world, mirror, receipt.Checkpoint) {
		w := newWorld(t, witnesses...)
		w.append(9)
		w.publish()
		w.append(10)
		old := w.mirror()
		target := receipt.Checkpoint{Origin: base + "/1", Size: 20, Root: naive(w.all)}
		before := w.store.Transactions()
		w.append(5)
		w.publish() // signed, and neither in the backup nor in the copy
		w.store.Lose(w.store.Transactions() - before + 3)
		w.guard.Set(ledger.Water{})
		w.start(witnesses...)
		must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Restored(ctx, r, "here") }))
		return w, old, target
	}
	w, old, target := setup()
	_, err := w.recover(old, target)
	refused(t, err, fault.Forbidden, "new-epoch")
	refused(t, w.tryAppend(1), fault.Forbidden, "was restored from a backup")
	_, err = w.openEpoch("an old copy is all there is", nil)
	must(t, err)
	w.append(1)
	w.publish()

	wit := witness(t, "witness.example.org/a")
	w, old, target = setup(ledgertest.Remembering{Witness: wit})
	refused(t, w.watch.Recoverable(ctx, target), fault.Conflict, "has seen 25 leaves, and the copy leads to 20")
	newest := receipt.Checkpoint{Origin: target.Origin, Size: 25}
	must(t, w.watch.Recoverable(ctx, newest))
	_, err = w.recover(old, target)
	refused(t, err, fault.Forbidden, "25 leaves")

	// Beside the mark of the day nothing is in doubt: it says how far the log came.
	w, old, target = setup()
	w.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 20, Root: target.Root, Place: "gone"})
	must(t, w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Restored(ctx, r, "here") }))
	_, err = w.recover(old, target)
	must(t, err)
	must(t, w.check("here"))
}
