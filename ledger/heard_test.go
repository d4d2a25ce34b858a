package ledger_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// putBack is a machine that published 10 leaves and then 20, and was put back as
// a whole to where it had published 10. begin starts its next process.
func putBack(t *testing.T, policy string, witnesses ...*ledgertest.Witness) (w *world, begin func()) {
	t.Helper()
	var all []ledger.Witness
	for _, wit := range witnesses {
		all = append(all, ledgertest.Remembering{Witness: wit})
	}
	w = newWorld(t, all...)
	var p *receipt.Policy
	if policy != "" {
		text := fmt.Sprintf("log %s\n", w.keys[0])
		for i, wit := range witnesses {
			text += fmt.Sprintf("witness w%d %s\n", i+1, wit.Key())
		}
		far := signer(t, "witness.example.org/far", receipt.Ed25519Cosignature)
		text += fmt.Sprintf("witness far %s\n%s", far.Key(), policy)
		var err error
		p, err = receipt.ParsePolicy([]byte(text))
		must(t, err)
	}
	begin = func() {
		w.start(all...)
		w.pub.Policy = p
	}
	begin()
	w.append(9)
	w.publish()
	return w, begin
}

func (w *world) goesOn(n int, lose func()) {
	w.t.Helper()
	before, mark := w.store.Transactions(), w.guardMark()
	w.append(n)
	w.publish()
	w.all = w.all[:len(w.all)-n]
	w.store.Lose(w.store.Transactions() - before)
	w.guard.Set(mark)
	lose()
}

func (w *world) guardMark() ledger.Water {
	w.t.Helper()
	mark, err := w.guard.Water()
	must(w.t, err)
	return mark
}

// A machine that was put back as a whole, while its witness cannot be reached,
// goes on keeping what it is told, gives what it had published, and signs
// nothing new. When the witness is back, the log stops.
func TestAMachinePutBackReleasesNothingUnheard(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w, begin := putBack(t, "", wit)
	w.goesOn(10, begin)
	wit.Down = errDown
	w.append(30) // past what the witness saw
	rows := len(w.signed())
	for _, publish := range map[string]func(context.Context) (ledger.Release, error){
		"publish": w.pub.Publish, "refresh": w.pub.Refresh,
		"padded": func(ctx context.Context) (ledger.Release, error) { return w.pub.PublishPadded(ctx, 8) },
	} {
		_, err := publish(ctx)
		refused(t, err, fault.Unavailable, "no witness could be asked since this process began (witness witness.example.org/a: connection refused)")
		refused(t, err, fault.Unavailable, "nothing was signed; appends go on; try again, or take the witness out of the policy with tocsin ledger outside")
	}
	w.append(1)
	if s := w.signed(); len(s) != rows || w.guardMark().Size != 10 {
		t.Errorf("%d rows, the mark at %d: something was begun", len(s), w.guardMark().Size)
	}
	wit.Down = nil
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "fork: ")
	refused(t, w.tryAppend(1), fault.Forbidden, "read-only")
	for _, s := range w.signed() {
		if s.Size > 10 {
			t.Errorf("a checkpoint over %d leaves", s.Size)
		}
	}
}

// What is published already is no new signature.
func TestWhatIsPublishedIsGivenUnheard(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w, begin := putBack(t, "", wit)
	begin()
	wit.Down = errDown
	if done := w.publish(); done.New || done.Size != 10 || len(done.Cosigned) != 1 {
		t.Errorf("%+v", done)
	}
}

// A witness that goes away during a process's life stops nothing, and one that
// comes during it is enough.
func TestAWitnessThatGoesAwayLaterStopsNothing(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w, begin := putBack(t, "", wit)
	begin()
	must(t, w.pub.Outside(ctx)) // heard at start
	wit.Down = errDown
	for range 3 {
		w.append(3)
		if done := w.publish(); !done.New || len(done.Missing) != 1 {
			t.Errorf("%+v", done)
		}
	}
	begin()
	w.append(3)
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "no witness could be asked")
	wit.Down = nil
	if done := w.publish(); !done.New || len(done.Cosigned) != 1 {
		t.Errorf("%+v", done)
	}
	w.sound()
}

// How many have to be heard follows from the quorum: whatever met it elsewhere,
// one that was heard has cosigned it. A witness by files is asked for nothing,
// if those with an address were all heard.
func TestHowManyAreHeard(t *testing.T) {
	for _, c := range []struct {
		policy string
		down   string // which of three are not reached
		words  string // of the refusal, "" if there is none
	}{
		{"quorum none\n", "12", ""},
		{"quorum none\n", "123", "no witness could be asked"},
		{"group g all w1 w2 w3\nquorum g\n", "12", ""},
		{"group g all w1 w2 w3\nquorum g\n", "123", "no witness could be asked"},
		{"group g 2 w1 w2 w3\nquorum g\n", "1", ""},
		{"group g 2 w1 w2 w3\nquorum g\n", "12", "too few witnesses could be asked"},
		{"group g any w1 w2 w3\nquorum g\n", "1", "too few witnesses could be asked"},
		{"group g any w1 w2 w3\nquorum g\n", "", ""},
		{"quorum w1\n", "23", ""},
		{"quorum w1\n", "1", "too few witnesses could be asked"},
		{"group g any w1 far\nquorum g\n", "", ""},
		{"group g any w1 far\nquorum g\n", "2", "too few witnesses could be asked"},
		{"group g 2 w1 w2 w3 far\nquorum g\n", "1", "too few witnesses could be asked"},
	} {
		wits := []*ledgertest.Witness{witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b"), witness(t, "witness.example.org/c")}
		w, begin := putBack(t, c.policy, wits...)
		begin()
		w.append(5)
		for _, d := range c.down {
			wits[d-'1'].Down = errDown
		}
		_, err := w.pub.Publish(ctx)
		switch {
		case c.words == "" && err != nil:
			t.Errorf("%q without %q: %v", c.policy, c.down, err)
		case c.words != "":
			t.Logf("%q without %q", c.policy, c.down)
			refused(t, err, fault.Unavailable, c.words)
		}
	}
}

// One witness slept while the log went on before the other two, and is the only
// one that is reached after the machine was put back: it knows nothing, and is
// not enough.
func TestASleeperIsNotEnough(t *testing.T) {
	wits := []*ledgertest.Witness{witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b"), witness(t, "witness.example.org/c")}
	w, begin := putBack(t, "group g 2 w1 w2 w3\nquorum g\n", wits...)
	wits[0].Down = errDown
	w.goesOn(10, begin)
	wits[0].Down, wits[1].Down, wits[2].Down = nil, errDown, errDown
	w.append(30)
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "too few witnesses could be asked")
	wits[2].Down = nil // any second one has seen it
	_, err = w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "fork: ")
}

// Before the first checkpoint there is nothing to ask about. It is shown to the
// witnesses, and to nobody else before one of them has answered: the machine may
// have been put back to where it had signed nothing yet.
func TestTheFirstCheckpointIsShownToTheWitnessAlone(t *testing.T) {
	for name, refusal := range map[string]error{
		"it does not know the log": &ledger.WitnessRefused{Status: 404, Reason: "unknown log"},
		"it went away just then":   errDown,
	} {
		wit := witness(t, "witness.example.org/a")
		w := newWorld(t, wit)
		w.append(9)
		wit.Answer = func(int64, []byte, []byte, error) ([]byte, error) { return nil, refusal }
		for range 2 { // the intent that was left changes nothing
			_, err := w.pub.Publish(ctx)
			refused(t, err, fault.Unavailable, "the checkpoint was shown to them alone, and is not released")
			if _, err := w.pub.Latest(ctx); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: it was released (%v)", name, err)
			}
			w.start(wit)
		}
		w.append(1)
		wit.Answer = nil
		if done := w.publish(); done.Size != 11 || len(done.Cosigned) != 1 {
			t.Errorf("%s: %+v", name, done)
		}
		w.sound()
	}
}

// A witness without a reading side is at a size between what was published here
// and what is here, and the padded checkpoint is smaller than that. What it has
// seen cannot be compared, so it was not heard.
func TestASizeThatCannotBeComparedIsNoAnswer(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.append(9)
	w.publish()
	w.goesOn(19, func() { w.start(wit) }) // the witness is at 29
	w.append(23)
	_, err := w.pub.PublishPadded(ctx, 18) // 28 of 33
	refused(t, err, fault.Unavailable, "is not released")
	if done, err := w.pub.Latest(ctx); err != nil || done.Size != 10 {
		t.Errorf("%+v, %v", done, err)
	}
}

// stuck is a witness that hangs when it is read.
type stuck struct{ *ledgertest.Witness }

func (s stuck) AddCheckpoint(ctx context.Context, _ int64, _ []tlog.Hash, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A witness that hangs is waited for no longer than one that answers is.
func TestTheFirstAnswerIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
		w := newWorld(t, good, bad)
		w.append(9)
		w.publish()
		w.start(stuck{bad}, good)
		w.append(9)
		start := time.Now()
		w.publish()
		if took := time.Since(start); took != 15*time.Second { // for its cosignature, and not twice
			t.Errorf("it took %v", took)
		}
	})
}

// A new epoch is a new log, of which nobody was heard yet.
func TestANewEpochIsHeardAnew(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w, _ := putBack(t, "", wit)
	must(t, w.guard.Diverge("for the test"))
	_, err := w.openEpoch("for the test", nil)
	must(t, err)
	wit.Down = errDown
	_, err = w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "no witness could be asked")
	wit.Down = nil
	w.publish()
}
