package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// A witness that was away is brought up to date with a proof from where it was,
// by a process that does not remember where that is.
func TestWitnessThatWasAway(t *testing.T) {
	a, b := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
	w := newWorld(t, a, b)
	for i := range 4 {
		w.append(200)
		b.Down = nil
		if i%2 == 1 {
			b.Down = errDown
		}
		done := w.publish()
		if want := 2 - i%2; len(done.Cosigned) != want || len(done.Missing) != 2-want {
			t.Errorf("round %d: %v, missing %v", i, done.Cosigned, done.Missing)
		}
		w.start(a, b)
	}
	b.Down = nil
	w.append(1)
	if done := w.publish(); len(done.Cosigned) != 2 || b.Size(base+"/1") != 802 {
		t.Errorf("%v", done.Cosigned)
	}
	w.sound()
}

// A checkpoint goes out without a quorum and says so; the next try asks only
// those that are missing, and what they say is added.
func TestQuorum(t *testing.T) {
	a, b := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
	w := newWorld(t, a, b)
	policy, err := receipt.ParsePolicy([]byte(fmt.Sprintf("log %s\nwitness A %s\nwitness B %s\ngroup both all A B\nquorum both\n",
		w.keys[0], a.Key(), b.Key())))
	must(t, err)
	w.pub.Policy = policy
	w.append(9)
	b.Down = errDown
	done := w.publish()
	if done.QuorumMet || len(done.Cosigned) != 1 || !strings.Contains(done.Missing[0], "witness.example.org/b: connection refused") || done.Timed {
		t.Errorf("%+v", done)
	}
	again := w.publish()
	if again.New || again.QuorumMet || len(again.Missing) != 1 {
		t.Errorf("still away: %+v", again)
	}
	b.Down = nil
	asks := a.Asks
	again = w.publish()
	if again.New || !again.QuorumMet || len(again.Cosigned) != 2 || again.Seq != done.Seq || !again.Timed {
		t.Errorf("back: %+v", again)
	}
	if a.Asks != asks {
		t.Error("the one that had cosigned was asked again")
	}
	if s := w.signed(); len(s) != 1 || !bytes.Equal(s[0].Note, again.Note) {
		t.Error("what was added is not stored")
	}
	w.sound()
}

// Answers that are wrong do no harm: the checkpoint goes without them.
func TestWitnessAnswers(t *testing.T) {
	stranger := witness(t, "witness.example.org/stranger")
	for name, c := range map[string]struct {
		answer func(old int64, note, lines []byte) ([]byte, error)
		why    string // "" if it is taken
	}{
		"as it should be":         {func(_ int64, _, l []byte) ([]byte, error) { return l, nil }, ""},
		"a stranger's line too":   {func(_ int64, n, l []byte) ([]byte, error) { return append(cosign(t, n, stranger), l...), nil }, ""},
		"only a stranger's line":  {func(_ int64, n, l []byte) ([]byte, error) { return cosign(t, n, stranger), nil }, "no signature of a known witness"},
		"nothing":                 {func(int64, []byte, []byte) ([]byte, error) { return nil, nil }, "no signature of a known witness"},
		"no signature lines":      {func(int64, []byte, []byte) ([]byte, error) { return []byte("hello\n"), nil }, "no signature line"},
		"a signature over others": {func(_ int64, n, l []byte) ([]byte, error) { flipBase64(l, len(l)-8); return l, nil }, "does not hold"},
		"it has no such log": {func(int64, []byte, []byte) ([]byte, error) {
			return nil, &ledger.WitnessRefused{Status: 404, Reason: "unknown"}
		}, "status 404"},
		"it refuses the key": {func(int64, []byte, []byte) ([]byte, error) {
			return nil, &ledger.WitnessRefused{Status: 403, Reason: "no"}
		}, "status 403"},
		"another size each time": {func(old int64, _, _ []byte) ([]byte, error) { return nil, &ledger.WitnessAhead{Size: (old + 1) % 5} }, "another size each time"},
		"the size that we said":  {func(old int64, _, _ []byte) ([]byte, error) { return nil, &ledger.WitnessAhead{Size: old} }, "this log at size"},
		"a negative size":        {func(old int64, _, _ []byte) ([]byte, error) { return nil, &ledger.WitnessAhead{Size: -1} }, "this log at size -1"},
	} {
		wit := witness(t, "witness.example.org/a")
		w := newWorld(t, wit)
		w.publish() // it was heard
		w.append(9)
		wit.Answer = func(old int64, note, lines []byte, err error) ([]byte, error) {
			must(t, err)
			return c.answer(old, note, lines)
		}
		if strings.Contains(name, "size") {
			wit.Answer = func(old int64, note, lines []byte, _ error) ([]byte, error) { return c.answer(old, note, lines) }
		}
		done := w.publish()
		switch {
		case c.why == "" && (len(done.Cosigned) != 1 || len(done.Missing) > 0):
			t.Errorf("%s: %+v", name, done)
		case c.why != "" && (len(done.Cosigned) > 0 || len(done.Missing) != 1 || !strings.Contains(done.Missing[0], c.why)):
			t.Errorf("%s: missing %q, want %q", name, done.Missing, c.why)
		}
		if n, _ := receipt.ParseNote(done.Note); len(n.Signatures) != 1+len(done.Cosigned) {
			t.Errorf("%s: the note has %d signatures", name, len(n.Signatures))
		}
		w.sound()
		must(t, w.check("here"))
	}
}

func cosign(t *testing.T, note []byte, w *ledgertest.Witness) []byte {
	line, err := receipt.Cosign(note, w.Signer, startsAt)
	must(t, err)
	return line
}

// A witness that has seen more than the database holds, or something else, ends
// writing. One that was told more by a quicker publisher does not.
func TestWitnessThatHasSeenMore(t *testing.T) {
	for _, c := range []struct {
		answer error
		why    string
	}{
		{&ledger.WitnessAhead{Size: 1000}, "has this log at 1000 leaves, and the database holds 10"},
		{&ledger.WitnessRefused{Status: 422, Reason: "proof"}, "contradicts what it has seen"},
	} {
		wit := witness(t, "witness.example.org/a")
		w := newWorld(t, wit)
		w.append(9)
		wit.Answer = func(int64, []byte, []byte, error) ([]byte, error) { return nil, c.answer }
		_, err := w.pub.Publish(ctx)
		refused(t, err, fault.Forbidden, c.why)
		refused(t, w.tryAppend(1), fault.Forbidden, c.why)
	}

	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.publish()
	w.append(9)
	wit.Answer = func(_ int64, _, lines []byte, err error) ([]byte, error) {
		wit.Answer = nil
		w.append(5) // and another publisher has shown it those
		return nil, &ledger.WitnessAhead{Size: 12}
	}
	done := w.publish()
	if len(done.Missing) != 1 || !strings.Contains(done.Missing[0], "at 12 leaves already") {
		t.Errorf("%v", done.Missing)
	}
	must(t, w.check("here"))
}

// An authority whose token does not verify, and a witness whose answer is
// spoiled, are missing and no more, whatever kind of error they give.
func TestASpoiledAnswerIsOnlyMissing(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.publish()
	spoiled := fault.New(fault.Forbidden, "the token does not verify")
	w.pub.Stampers = []ledger.Stamper{&ledgertest.Stamper{Down: spoiled}}
	wit.Down = spoiled
	w.append(9)
	if done := w.publish(); len(done.Missing) != 2 {
		t.Errorf("%v", done.Missing)
	}
	must(t, w.pub.Outside(ctx))
	must(t, w.check("here"))
}

// There are witnesses that say 409 without a size where the root differs at the
// size that both have. That is a contradiction like 422.
func TestRefusalAtTheSameSize(t *testing.T) {
	refusal := &ledger.WitnessRefused{Status: 409, Reason: "409 without a tree size"}
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.append(9)
	wit.Answer = func(old int64, _, _ []byte, _ error) ([]byte, error) {
		if old == 10 {
			return nil, refusal
		}
		return nil, &ledger.WitnessAhead{Size: 10}
	}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "fork: ")

	wit = witness(t, "witness.example.org/a")
	w = newWorld(t, wit)
	w.publish()
	wit.Down = errDown
	w.append(9)
	w.publish()
	wit.Down = refusal
	refused(t, w.pub.Outside(ctx), fault.Forbidden, "fork: ")

	// Where the sizes differ it says nothing of the kind.
	wit = witness(t, "witness.example.org/a")
	w = newWorld(t, wit)
	w.publish()
	wit.Down = refusal
	w.append(9)
	if done := w.publish(); len(done.Missing) != 1 {
		t.Errorf("%v", done.Missing)
	}
	must(t, w.check("here"))
}

// What a witness contradicts is not published, even if that cannot be written
// down.
func TestContradictionThatCannotBeWrittenDown(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.watch = ledger.NewWatch(ledger.WatchOptions{Guard: mute{w.guard}, Keys: w.keys, Witnesses: []ledger.Witness{wit}, Now: w.now})
	w.pub.Watch = w.watch
	w.append(9)
	wit.Down = &ledger.WitnessRefused{Status: 422, Reason: "inconsistent"}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Internal, "could not be written down")
	if s := w.signed(); s[0].State != ledger.Intent {
		t.Error("it was published")
	}
	wit.Down = nil
	w.publish()
	wit.Down = &ledger.WitnessRefused{Status: 422, Reason: "inconsistent"}
	refused(t, w.pub.Outside(ctx), fault.Internal, "could not be written down")
}

// A witness or an authority that hangs does not hold up the others, and no
// longer than the patience that was set.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
		w := newWorld(t, good, hanging{bad})
		w.pub.Stampers = []ledger.Stamper{&ledgertest.Stamper{Down: errDown}, &ledgertest.Stamper{}, hanging{bad}}
		w.append(9)
		start := time.Now()
		done := w.publish()
		if took := time.Since(start); took != 15*time.Second {
			t.Errorf("it took %v", took)
		}
		if len(done.Cosigned) != 1 || len(done.Stamps) != 1 || len(done.Missing) != 3 {
			t.Errorf("%+v", done)
		}
		w.pub.Patience = time.Second
		w.append(1)
		start = time.Now()
		w.publish()
		if took := time.Since(start); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

type hanging struct{ *ledgertest.Witness }

func (h hanging) AddCheckpoint(ctx context.Context, _ int64, _ []tlog.Hash, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (h hanging) Stamp(ctx context.Context, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// A witness on a closed network gets a file and gives one back, perhaps after
// the next checkpoint. Its words go to the checkpoint that they are over.
func TestFileExchange(t *testing.T) {
	far := witness(t, "witness.example.org/far")
	w := newWorld(t)
	policy, err := receipt.ParsePolicy([]byte(fmt.Sprintf("log %s\nwitness far %s\nquorum far\n", w.keys[0], far.Key())))
	must(t, err)
	w.pub.Policy = policy
	_, _, err = w.pub.WitnessRequest(ctx, 0)
	refused(t, err, fault.NotFound, "")
	w.append(9)
	w.publish()
	proof, note, err := w.pub.WitnessRequest(ctx, 0)
	must(t, err)
	lines, err := far.AddCheckpoint(ctx, 0, proof, note)
	must(t, err)
	w.append(9)
	if done := w.publish(); done.QuorumMet || done.Timed {
		t.Errorf("%+v", done)
	}
	done, err := w.pub.Attach(ctx, lines, nil)
	must(t, err)
	if done.Seq != 1 || !done.QuorumMet || !done.Timed || len(done.Cosigned) != 1 {
		t.Errorf("%+v", done)
	}

	proof, note, err = w.pub.WitnessRequest(ctx, 10)
	must(t, err)
	lines, err = far.AddCheckpoint(ctx, 10, proof, note)
	must(t, err)
	done, err = w.pub.Attach(ctx, lines, [][]byte{[]byte("token")})
	must(t, err)
	if done.Seq != 2 || !done.QuorumMet || len(done.Stamps) != 1 {
		t.Errorf("%+v", done)
	}
	again, err := w.pub.Attach(ctx, lines, [][]byte{[]byte("token")})
	must(t, err)
	if !bytes.Equal(again.Note, done.Note) || len(again.Stamps) != 1 {
		t.Error("attached twice")
	}
	w.sound()

	_, _, err = w.pub.WitnessRequest(ctx, 20)
	refused(t, err, fault.Invalid, "no state of 20 leaves")
	for name, c := range map[string]struct {
		lines []byte
		why   string
	}{
		"nothing":          {nil, "nothing to attach"},
		"garbage":          {[]byte("hello\n"), "no signature line"},
		"a stranger":       {cosign(t, note, witness(t, "witness.example.org/stranger")), "is no configured witness"},
		"over another log": {cosign(t, foreign(t, ledger.Signed{Size: 3}), far), "over no checkpoint that was published here"},
	} {
		if _, err := w.pub.Attach(ctx, c.lines, nil); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want %q", name, err, c.why)
		}
	}
}

// A stamp that comes late goes to the checkpoint that it is over, by its number.
func TestALateStamp(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	w.publish()
	w.append(9)
	w.publish()
	for range 2 {
		done, err := w.pub.AttachStamps(ctx, 1, [][]byte{[]byte("token")})
		must(t, err)
		if done.Seq != 1 || done.Size != 10 || len(done.Stamps) != 1 || !done.Timed || done.New {
			t.Errorf("%+v", done)
		}
	}
	if rows := w.signed(); len(rows) != 2 || len(rows[0].Stamps) != 1 || len(rows[1].Stamps) != 0 || rows[1].Timed {
		t.Errorf("%+v", rows)
	}
	if _, err := w.pub.AttachStamps(ctx, 3, [][]byte{[]byte("token")}); err == nil {
		t.Error("a stamp for a checkpoint that is not there")
	}
	w.sound()
}

// While the log is diverged nothing is written, what comes as files included.
func TestNothingIsAttachedToADivergedLog(t *testing.T) {
	far := witness(t, "witness.example.org/far")
	w := newWorld(t)
	policy, err := receipt.ParsePolicy([]byte(fmt.Sprintf("log %s\nwitness far %s\nquorum far\n", w.keys[0], far.Key())))
	must(t, err)
	w.pub.Policy = policy
	w.append(9)
	done := w.publish()
	must(t, w.guard.Diverge("for the test"))
	before := w.store.Transactions()
	_, err = w.pub.Attach(ctx, cosign(t, done.Note, far), [][]byte{[]byte("token")})
	refused(t, err, fault.Forbidden, "the log is read-only: for the test")
	_, err = w.pub.AttachStamps(ctx, done.Seq, [][]byte{[]byte("token")})
	refused(t, err, fault.Forbidden, "the log is read-only: for the test")
	if n := w.store.Transactions(); n != before || len(w.signed()[0].Stamps) > 0 {
		t.Errorf("%d transactions were committed", n-before)
	}
}
