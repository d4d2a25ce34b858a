package ledger_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// A checkpoint covers every leaf, is signed by the log's key, and is there the
// next time.
func TestPublish(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	done := w.publish()
	if !done.New || done.Size != 10 || done.Root != naive(w.all) || done.Seq != 1 || !done.QuorumMet || done.Timed {
		t.Errorf("%+v", done)
	}
	note, err := receipt.ParseNote(done.Note)
	must(t, err)
	cp, err := note.Checkpoint()
	must(t, err)
	if cp != (receipt.Checkpoint{Origin: base + "/1", Size: 10, Root: naive(w.all)}) {
		t.Errorf("%+v", cp)
	}
	if signed, err := note.Verify(w.keys); err != nil || len(signed) != 1 {
		t.Errorf("signed by %v, %v", signed, err)
	}
	if again := w.publish(); again.New || again.Seq != 1 || !bytes.Equal(again.Note, done.Note) {
		t.Errorf("nothing new, and yet %+v", again)
	}
	latest, err := w.pub.Latest(ctx)
	must(t, err)
	if latest.Seq != 1 || len(w.signed()) != 1 {
		t.Errorf("%+v", latest)
	}
	w.append(1)
	if done := w.publish(); done.Seq != 2 || done.Size != 11 {
		t.Errorf("%+v", done)
	}
	w.sound()
}

// trace writes down what happens in which order.
type trace struct {
	ledger.Store
	*ledgertest.Guard
	*ledgertest.Witness
	mu    sync.Mutex
	steps []string
}

func (tr *trace) step(s string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.steps = append(tr.steps, s)
}

func (tr *trace) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	w := &tracedWriter{tr: tr}
	err := tr.Store.UpdateLog(ctx, func(tx ledger.Writer) error { w.Writer = tx; return fn(w) })
	if err == nil && w.did != "" {
		tr.step(w.did + " committed")
	}
	return err
}

func (tr *trace) Raise(w ledger.Water) error { tr.step("mark raised"); return tr.Guard.Raise(w) }

func (tr *trace) AddCheckpoint(ctx context.Context, old int64, proof []tlog.Hash, note []byte) ([]byte, error) {
	tr.step("witness asked")
	return tr.Witness.AddCheckpoint(ctx, old, proof, note)
}

func (tr *trace) Stamp(context.Context, []byte) ([]byte, error) {
	tr.step("stamp asked")
	return []byte("token"), nil
}

type tracedWriter struct {
	ledger.Writer
	tr  *trace
	did string
}

func (w *tracedWriter) PutIntent(ctx context.Context, s ledger.Signed) error {
	w.did = "intent"
	return w.Writer.PutIntent(ctx, s)
}

func (w *tracedWriter) PutPublished(ctx context.Context, s ledger.Signed) error {
	w.did = "note"
	return w.Writer.PutPublished(ctx, s)
}

// No signature leaves the process before the intent is durable and the mark is
// raised, and none is shown before it is stored.
func TestPublishInOrder(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	tr := &trace{Store: w.store, Guard: w.guard, Witness: witness(t, "witness.example.org/a")}
	w.watch = ledger.NewWatch(ledger.WatchOptions{Guard: tr, Keys: w.keys, Now: w.now})
	w.pub = &ledger.Publisher{Store: tr, Watch: w.watch, Signers: w.sign, Witnesses: []ledger.Witness{tr}, Stampers: []ledger.Stamper{tr}, Now: w.now}
	done := w.publish()
	slices.Sort(tr.steps[2 : len(tr.steps)-1]) // those outside are asked at once
	if got := strings.Join(tr.steps, ", "); got != "intent committed, mark raised, stamp asked, witness asked, note committed" {
		t.Error(got)
	}
	if !done.Timed || len(done.Stamps) != 1 || len(done.Cosigned) != 1 {
		t.Errorf("%+v", done)
	}
}

// collector is a witness that keeps whatever was signed and shown to it, or
// only what it cosigned.
type collector struct {
	*ledgertest.Witness
	cosigned bool
	mu       sync.Mutex
	notes    [][]byte
}

func (c *collector) AddCheckpoint(ctx context.Context, old int64, proof []tlog.Hash, note []byte) ([]byte, error) {
	lines, err := c.Witness.AddCheckpoint(ctx, old, proof, note)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil || !c.cosigned {
		c.notes = append(c.notes, note)
	}
	return lines, err
}

// Latest makes it remember, as package witness's client does.
func (c *collector) Latest(ctx context.Context, origin string) (int64, []byte, error) {
	return ledgertest.Remembering{Witness: c.Witness}.Latest(ctx, origin)
}

// consistent demands that every signature that ever left is over a prefix of
// the leaves as they should be.
func (c *collector) consistent(t *testing.T, all []receipt.Entry) {
	t.Helper()
	for _, data := range c.notes {
		note, err := receipt.ParseNote(data)
		must(t, err)
		cp, err := note.Checkpoint()
		must(t, err)
		if cp.Size > int64(len(all)) || cp.Root != naive(all[:cp.Size]) {
			t.Errorf("a fork was signed at %d", cp.Size)
		}
	}
}

// Whatever operation of the database fails, and whether the process goes on or
// begins anew, the next try completes what was begun, and no signature ever
// contradicts another.
func TestPublishSurvivesAFaultAnywhere(t *testing.T) {
	for name, restart := range map[string]bool{"going on": false, "after a restart": true} {
		fired := 0
		for n := 1; ; n++ {
			c := &collector{Witness: witness(t, "witness.example.org/a")}
			w := newWorld(t, c)
			w.append(3)
			w.publish()
			w.append(300)
			w.store.FailAt(n)
			_, err := w.pub.Publish(ctx)
			if w.store.FailAt(0) > 0 {
				must(t, err)
				break
			}
			fired++
			if restart {
				w.start(c)
			}
			w.append(2)
			done := w.publish()
			if done.Size != 306 || len(done.Cosigned) != 1 {
				t.Fatalf("%s, operation %d: %+v", name, n, done)
			}
			c.consistent(t, w.all)
			w.sound()
		}
		if fired < 15 {
			t.Errorf("%s: only %d operations", name, fired)
		}
	}
}

// The same with commits whose answer is lost, whether they stand or not.
func TestPublishWithALostCommitAnswer(t *testing.T) {
	for _, answer := range []ledgertest.Answer{ledgertest.LostStanding, ledgertest.LostUndone} {
		for commit := range 2 {
			c := &collector{Witness: witness(t, "witness.example.org/a")}
			w := newWorld(t, c)
			w.append(3)
			s := &nth{Store: w.store, left: commit, answer: answer}
			w.pub.Store = s
			done := w.publish()
			if done.Size != 4 || len(w.signed()) != 1 || len(c.notes) != 1 {
				t.Errorf("answer %d of commit %d: %+v, %d notes", answer, commit, done, len(c.notes))
			}
			w.sound()
		}
	}
	w := newWorld(t)
	w.append(3)
	w.store.NextCommit(ledgertest.RefusedUndone)
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "injected")
	w.publish()
}

// nth spoils the answer of one commit.
type nth struct {
	*ledgertest.Store
	left   int
	answer ledgertest.Answer
}

func (s *nth) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	if s.left == 0 {
		s.NextCommit(s.answer)
	}
	s.left--
	return s.Store.UpdateLog(ctx, fn)
}

// An intent that a crash left is completed as it was intended, before more is
// signed: it may have been signed already.
func TestIntentIsCompletedFirst(t *testing.T) {
	c := &collector{Witness: witness(t, "witness.example.org/a")}
	w := newWorld(t, c)
	w.publish()
	w.append(9)
	c.Down = errDown
	w.pub.Store = &nth{Store: w.store, left: 1, answer: ledgertest.RefusedUndone}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "injected")
	if s := w.signed(); len(s) != 2 || s[1].State != ledger.Intent {
		t.Fatalf("%+v", s)
	}
	c.Down = nil
	w.start(c)
	w.append(5)
	if done := w.publish(); done.Seq != 3 || done.Size != 15 {
		t.Errorf("%+v", done)
	}
	if s := w.signed(); s[1].State != ledger.Published || s[1].Size != 10 {
		t.Errorf("%+v", s[1])
	}
	c.consistent(t, w.all)
	w.sound()
}

// An intent that the entries do not support is not completed. It is left behind
// if it cannot have been signed, and stops everything if it may have been.
func TestIntentThatIsNotSupported(t *testing.T) {
	for name, signed := range map[string]bool{"not signed": false, "perhaps signed": true} {
		w := newWorld(t)
		w.append(9)
		w.publish()
		w.append(2)
		false11 := ledger.Signed{Seq: 2, Epoch: 1, Size: 11, Root: tlog.Hash{1}, State: ledger.Intent, At: w.clock}
		must(t, w.store.UpdateLog(ctx, func(tx ledger.Writer) error { return tx.PutIntent(ctx, false11) }))
		if !signed {
			if done := w.publish(); done.Seq != 3 || done.Size != 12 {
				t.Errorf("%s: %+v", name, done)
			}
			continue
		}
		must(t, w.guard.Raise(ledger.Water{Epoch: 1, Origin: base + "/1", Size: 11, Root: tlog.Hash{1}, Place: "here"}))
		_, err := w.pub.Publish(ctx)
		refused(t, err, fault.Forbidden, "are not those that were signed")
	}
}

// Two publishers on one database, at once: both answers are checkpoints of the
// one log, and nothing is signed twice in different words.
func TestTwoPublishers(t *testing.T) {
	c := &collector{Witness: witness(t, "witness.example.org/a")}
	w := newWorld(t, c)
	other := *w
	other.start(c)
	for range 20 {
		w.append(3)
		var both sync.WaitGroup
		var done [2]ledger.Release
		for i, p := range []*ledger.Publisher{w.pub, other.pub} {
			both.Go(func() {
				var err error
				if done[i], err = p.Publish(ctx); err != nil {
					t.Errorf("publisher %d: %v", i, err)
				}
			})
		}
		both.Wait()
		if done[0].Size != int64(len(w.all)) || done[1].Size != done[0].Size || done[1].Root != done[0].Root {
			t.Fatalf("%+v\n%+v", done[0], done[1])
		}
		other.all = w.all
	}
	c.consistent(t, w.all)
	w.sound()
	for _, s := range w.signed() {
		if s.State != ledger.Published {
			t.Errorf("checkpoint %d is left behind", s.Seq)
		}
	}
}

// One publisher is held up by a witness; another completes the same intent and
// goes on. What both have collected is kept, in the row that it belongs to.
func TestOvertakenPublisher(t *testing.T) {
	slow, quick := witness(t, "witness.example.org/a"), witness(t, "witness.example.org/b")
	w := newWorld(t, slow)
	w.append(9)
	other := *w
	other.start(quick)
	slow.Answer = func(_ int64, _, lines []byte, err error) ([]byte, error) {
		slow.Answer = nil
		other.append(3)
		if done := other.publish(); done.Size != 13 || done.Seq != 2 {
			t.Errorf("%+v", done)
		}
		return lines, err
	}
	w.pub.Stampers = []ledger.Stamper{&ledgertest.Stamper{}}
	if done := w.publish(); done.Size != 13 && done.Size != 10 {
		t.Errorf("%+v", done)
	}
	rows := w.signed()
	first, err := receipt.ParseNote(rows[0].Note)
	must(t, err)
	both, err := first.Verify([]receipt.Key{slow.Key(), quick.Key()})
	must(t, err)
	if len(rows) != 2 || len(both) != 2 || len(rows[0].Stamps) != 1 || !rows[0].Timed {
		t.Errorf("%d rows, the first cosigned by %d", len(rows), len(both))
	}
	w.sound()
}

// taken is a store in which somebody else was quicker.
type taken struct{ ledger.Store }

func (s taken) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	return s.Store.UpdateLog(ctx, func(w ledger.Writer) error { return fn(takenWriter{w}) })
}

type takenWriter struct{ ledger.Writer }

func (takenWriter) PutIntent(context.Context, ledger.Signed) error {
	return fault.New(fault.Conflict, "checkpoint 2 is there")
}

// A row that is taken is a conflict, and nothing was signed.
func TestPublishConflict(t *testing.T) {
	c := &collector{Witness: witness(t, "witness.example.org/a")}
	w := newWorld(t, c)
	w.append(3)
	w.pub.Store = taken{w.store}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Conflict, "checkpoint 2 is there")
	if len(c.notes) > 0 {
		t.Error("something was signed")
	}
}

// Without a key of this origin nothing is begun.
func TestPublishWithoutKey(t *testing.T) {
	w := newWorld(t)
	w.append(3)
	w.pub.Signers = []receipt.Signer{signer(t, base+"/2", receipt.Ed25519)}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Unavailable, "no signing key for the origin "+base+"/1")
	if len(w.signed()) > 0 {
		t.Error("an intent was written")
	}
}

// After a rotation the old key still vouches for what it signed, if it is among
// the watch's keys; if nobody knows it, nothing is built on that checkpoint.
func TestKeyRotation(t *testing.T) {
	w := newWorld(t)
	w.append(3)
	w.publish()
	old := w.sign
	second, err := receipt.NewSigner(base+"/1", receipt.MLDSA44Cosignature, strings.NewReader(strings.Repeat("second", 20)))
	must(t, err)
	w.sign = append([]receipt.Signer{second}, old...)
	w.start()
	w.append(3)
	done := w.publish() // both keys, for an overlap
	note, err := receipt.ParseNote(done.Note)
	must(t, err)
	if len(note.Signatures) != 2 {
		t.Errorf("%d signatures", len(note.Signatures))
	}
	w.sign = []receipt.Signer{second}
	w.start()
	w.append(3)
	w.publish()

	w = newWorld(t)
	w.append(3)
	w.publish()
	w.sign, w.keys = []receipt.Signer{second}, nil
	w.start()
	w.append(3)
	_, err = w.pub.Publish(ctx)
	refused(t, err, fault.Internal, "no signature of this log")
}

// Refreshing signs again at the same size, as a new row: the earlier time of
// the old one is the better bound.
func TestRefresh(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	_, err := w.pub.Refresh(ctx)
	refused(t, err, fault.TooEarly, "nothing to publish")
	w.append(9)
	first := w.publish()
	w.clock = w.clock.Add(time.Hour)
	wit.Now = func() time.Time { return w.clock }
	second, err := w.pub.Refresh(ctx)
	must(t, err)
	if !second.New || second.Seq != 2 || second.Size != first.Size || bytes.Equal(first.Note, second.Note) || !second.At.Equal(w.clock) {
		t.Errorf("%+v", second)
	}
	if s := w.signed(); !bytes.Equal(s[0].Note, first.Note) {
		t.Error("the first note was written over")
	}
	w.view(func(r ledger.Reader) error {
		over, err := r.CheckpointOver(ctx, 1, 4)
		if over.Seq != 1 {
			t.Errorf("the bound is checkpoint %d", over.Seq)
		}
		return err
	})
	w.append(1)
	w.publish()
	w.sound()
}

// The rows of a checkpoint are lost, and its leaves are not: the mark knows that
// it was signed, and nothing smaller is signed after it.
func TestLostRowsOfACheckpoint(t *testing.T) {
	for name, next := range map[string]func(*ledger.Publisher) (ledger.Release, error){
		"publish":  func(p *ledger.Publisher) (ledger.Release, error) { return p.Publish(ctx) },
		"a padded": func(p *ledger.Publisher) (ledger.Release, error) { return p.PublishPadded(ctx, 8) },
		"refresh":  func(p *ledger.Publisher) (ledger.Release, error) { return p.Refresh(ctx) },
	} {
		for lost := 1; lost <= 3; lost++ {
			w := newWorld(t)
			w.append(8)
			_, err := w.pub.PublishPadded(ctx, 8)
			must(t, err)
			w.publish()
			w.store.Lose(lost)
			w.start()
			must(t, w.check("here"))
			done, err := next(w.pub)
			must(t, err)
			if want := int64(9); done.Size != want && !(name == "a padded" && done.Size == 8) {
				t.Errorf("%s after %d lost: signed at %d", name, lost, done.Size)
			}
			w.append(8)
			w.publish()
			w.sound()
		}
	}
}

// A checkpoint of a padded log is a multiple larger than the last, whatever
// else was added since.
func TestPublishPadded(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ add, size int64 }{{6, 0}, {1, 8}, {7, 8}, {1, 16}, {30, 40}, {0, 40}, {2, 48}} {
		w.append(int(c.add))
		done, err := w.pub.PublishPadded(ctx, 8)
		if c.size == 0 {
			refused(t, err, fault.TooEarly, "nothing to publish")
			continue
		}
		must(t, err)
		if done.Size != c.size || done.Root != naive(w.all[:c.size]) {
			t.Errorf("after %d more: %d, want %d", c.add, done.Size, c.size)
		}
	}
	w.sound()
}

// The same divergence that stops writing stops a release that is under way.
func TestDivergenceStopsARelease(t *testing.T) {
	wit := witness(t, "witness.example.org/a")
	w := newWorld(t, wit)
	w.append(9)
	wit.Answer = func(_ int64, _, lines []byte, err error) ([]byte, error) {
		must(t, w.guard.Diverge("somebody presented a larger checkpoint"))
		return lines, err
	}
	_, err := w.pub.Publish(ctx)
	refused(t, err, fault.Forbidden, "somebody presented")
	if s := w.signed(); s[0].State != ledger.Intent {
		t.Error("it was released")
	}
}
