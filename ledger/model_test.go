package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// model holds an installation against a list of leaves. Faults come at any
// moment: an operation fails, an answer is lost, the process ends, the database
// is put back to an earlier state, alone or together with its mark.
type model struct {
	*world
	wit     *collector
	signed  map[string][]receipt.Entry // by origin: the leaves of the largest checkpoint that ever left
	checked int                        // notes that were looked at
	steps   int
	mirror  mirror
	target  receipt.Checkpoint // the mirror's
}

func newModel(t *testing.T) *model {
	m := &model{wit: &collector{Witness: witness(t, "witness.example.org/a")}, signed: map[string][]receipt.Entry{}}
	m.world = newWorld(t, m.wit)
	if err := m.check("here"); err != nil {
		t.Fatal(err)
	}
	return m
}

// commit runs one transaction that appends, and keeps the list in step.
func (m *model) appendSome(t *rapid.T) {
	n := rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(1, 9), rapid.IntRange(1, 300)).Draw(t, "leaves")
	before := m.made
	err := m.tryAppend(n)
	switch {
	case err == nil, fault.KindOf(err) == fault.Forbidden:
	case fault.KindOf(err) == fault.Unavailable:
		if ledger.IsUncertain(err) {
			var batch []receipt.Entry
			for i := before + 1; i <= before+n; i++ {
				batch = append(batch, entryOf(i))
			}
			m.resolve(t, batch)
		}
	default:
		t.Fatalf("append: %s: %v", fault.KindOf(err), err)
	}
}

// resolve looks whether a batch stands whose answer was lost, as a keeper does.
func (m *model) resolve(t *rapid.T, batch []receipt.Entry) {
	m.store.FailAt(0)
	h, all := m.leaves(t)
	if int(h.Size) == len(m.all)+len(batch) && slices.Equal(all[len(m.all):], batch) {
		m.all = append(m.all, batch...)
	}
}

// leaves reads the newest epoch whole.
func (m *model) leaves(t *rapid.T) (h ledger.Head, all []receipt.Entry) {
	err := m.store.ViewLog(ctx, func(r ledger.Reader) (err error) {
		if h, err = r.Head(ctx); err == nil {
			all, err = r.Entries(ctx, h.Epoch, 0, h.Size)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, all
}

func (m *model) publishSome(t *rapid.T) {
	var err error
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		_, err = m.pub.Refresh(ctx)
	case 1:
		_, err = m.pub.PublishPadded(ctx, 8)
	default:
		_, err = m.pub.Publish(ctx)
	}
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Unavailable, fault.TooEarly:
	default:
		if err != nil {
			t.Fatalf("publish: %s: %v", fault.KindOf(err), err)
		}
	}
}

// putBack gives the database an earlier state, and takes the mark along or not.
func (m *model) putBack(t *rapid.T, wholeMachine bool) {
	m.store.FailAt(0)
	most := m.store.Transactions() - 1 // never the first epoch
	if most < 1 {
		t.Skip("nothing to lose")
	}
	m.store.Lose(rapid.IntRange(1, min(6, most)).Draw(t, "transactions"))
	h, all := m.leaves(t)
	m.all = all
	if wholeMachine {
		mark := ledger.Water{Epoch: h.Epoch, Origin: fmt.Sprintf("%s/%d", base, h.Epoch), Place: "here"}
		if last, err := m.lastPublished(t); err == nil && last.Epoch == h.Epoch {
			mark.Size, mark.Root = last.Size, last.Root
		}
		m.guard.Set(mark)
	}
	m.start(m.wit)
	// What a process does at start, and what stands between a copy and a fork.
	if err := m.pub.Outside(ctx); err != nil && fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("start: %v", err)
	}
}

func (m *model) lastPublished(t *rapid.T) (s ledger.Signed, err error) {
	err = m.store.ViewLog(ctx, func(r ledger.Reader) (err error) {
		s, err = r.LastCheckpoint(ctx, ledger.Published)
		return err
	})
	return s, err
}

// wayOut ends a divergence, if there is one, by a mirror or by a new epoch.
func (m *model) wayOut(t *rapid.T) {
	m.store.FailAt(0)
	m.store.NextCommit(ledgertest.Given)
	if reason, _ := m.guard.Diverged(); reason == "" {
		t.Skip("all is well")
	}
	if m.mirror != nil && rapid.Bool().Draw(t, "from the mirror") {
		_, err := m.recover(m.mirror, m.target)
		switch fault.KindOf(err) {
		case fault.Conflict, fault.Forbidden, fault.Unavailable:
		default:
			if err != nil {
				t.Fatalf("recover: %v", err)
			}
		}
		_, m.all = m.leaves(t)
		return
	}
	if m.head().Epoch >= epochs-1 {
		t.Skip("no more keys")
	}
	h, all := m.leaves(t)
	m.all = all
	o, err := m.openEpoch("for the test", nil)
	if err != nil {
		t.Fatalf("new epoch: %v", err)
	}
	if o.Epoch <= h.Epoch {
		t.Fatalf("epoch %d after %d", o.Epoch, h.Epoch)
	}
}

// copyTiles takes a copy as a partner with a mirror does.
func (m *model) copyTiles(t *rapid.T) {
	m.store.FailAt(0)
	last, err := m.lastPublished(t)
	if err != nil || last.Epoch != m.head().Epoch {
		t.Skip("nothing is published")
	}
	m.target = receipt.Checkpoint{Origin: fmt.Sprintf("%s/%d", base, last.Epoch), Size: last.Size, Root: last.Root}
	m.mirror = mirror{}
	err = ledger.EachTile(last.Size, func(path string) (err error) {
		m.mirror[path], err = m.tile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hold is what must be true after every step.
func (m *model) hold(t *rapid.T) {
	left := m.store.FailAt(0)
	defer m.store.FailAt(left)
	h, all := m.leaves(t)
	if !slices.Equal(all, m.all) {
		t.Fatalf("the database holds %d leaves of epoch %d, and %d were acknowledged", len(all), h.Epoch, len(m.all))
	}
	for _, data := range m.wit.notes[m.checked:] {
		m.checked++
		if wrong := m.contradiction(data, all); wrong != "" {
			t.Fatal(wrong)
		}
	}
	if m.steps++; m.steps%4 != 0 {
		return
	}
	var rep ledger.Report
	err := m.store.ViewLog(ctx, func(r ledger.Reader) (err error) { rep, err = ledger.Audit(ctx, r, m.keys, nil); return err })
	if err != nil || len(rep.Findings) > 0 {
		t.Fatalf("audit: %v, %+v", err, rep.Findings)
	}
}

// contradiction compares a note with those before it, and with the leaves.
func (m *model) contradiction(data []byte, all []receipt.Entry) string {
	note, err := receipt.ParseNote(data)
	if err != nil {
		return err.Error()
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return err.Error()
	}
	known := m.signed[cp.Origin]
	switch {
	case cp.Size <= int64(len(known)):
		if naive(known[:cp.Size]) != cp.Root {
			return fmt.Sprintf("fork: %s was signed twice at %d", cp.Origin, cp.Size)
		}
	case cp.Size > int64(len(all)) || naive(all[:cp.Size]) != cp.Root || !slices.Equal(all[:len(known)], known):
		return fmt.Sprintf("fork: %s was signed at %d, which does not continue %d", cp.Origin, cp.Size, len(known))
	default:
		m.signed[cp.Origin] = slices.Clone(all[:cp.Size])
	}
	return ""
}

func (m *model) actions(vouched bool) map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"append":  m.appendSome,
		"append2": m.appendSome,
		"publish": m.publishSome,
		"time": func(t *rapid.T) {
			m.clock = m.clock.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "ms")) * time.Millisecond)
		},
		"a fault": func(t *rapid.T) { m.store.FailAt(rapid.IntRange(1, 40).Draw(t, "operations")) },
		"a lost answer": func(t *rapid.T) {
			m.store.NextCommit(rapid.SampledFrom([]ledgertest.Answer{ledgertest.LostStanding, ledgertest.LostUndone, ledgertest.RefusedUndone}).Draw(t, "answer"))
		},
		"restart":          func(t *rapid.T) { m.start(m.wit) },
		"the witness away": func(t *rapid.T) { m.wit.Down = map[bool]error{true: errDown}[vouched && m.wit.Down == nil] },
		"put back": func(t *rapid.T) {
			if !rapid.Bool().Draw(t, "really") {
				t.Skip("not yet")
			}
			m.putBack(t, false)
		},
		"a copy":  m.copyTiles,
		"way out": m.wayOut,
		"":        m.hold,
	}
}

// rounds of a hundred runs each: at least so many, and more until the runs have
// met enough, for what they meet is chance.
const (
	rounds     = 5
	mostRounds = 40
)

// Nothing acknowledged is lost, nothing signed is contradicted, and every state
// passes an audit, whatever happens in whatever order, as long as the mark
// beside the database survives or the witness is reached.
func TestModel(t *testing.T) {
	var met tally
	for n := 0; met.more(n); n++ {
		rapid.Check(t, func(rt *rapid.T) {
			m := newModel(t)
			defer met.add(m)
			rt.Repeat(m.actions(true))
		})
	}
	met.enough(t)
}

// A machine that is put back as a whole has no memory of its own. A witness has:
// whatever happens, it never cosigns a fork. (What was signed and never reached
// the witness is beyond its word, so only what it cosigned counts here.)
func TestModelOfAWholeMachinePutBack(t *testing.T) {
	var met tally
	for n := 0; met.more(n); n++ {
		rapid.Check(t, func(rt *rapid.T) {
			m := newModel(t)
			defer met.add(m)
			m.wit.cosigned = true
			a := m.actions(false)
			a["put back whole"] = func(t *rapid.T) { m.putBack(t, true) }
			rt.Repeat(a)
		})
	}
	met.enough(t)
}

// The control: the same machine, put back as a whole, without a witness. The
// model sees the fork.
func TestModelSeesAFork(t *testing.T) {
	m := newModel(t)
	show := &forgetful{m.wit}
	m.start(show)
	for range 2 {
		m.append(9)
		m.publish()
		m.store.Lose(3)
		m.all = m.all[:1]
		m.guard.Set(ledger.Water{Epoch: 1, Origin: base + "/1"})
		m.start(show)
	}
	m.append(9)
	for i, want := range []string{"", "fork: " + base + "/1 was signed twice at 10"} {
		if got := m.contradiction(m.wit.notes[i], append(m.all[:1:1], entriesOf(11)[2:]...)); got != want {
			t.Errorf("note %d: %q, want %q", i, got, want)
		}
	}
}

// forgetful cosigns anything: as good as no witness.
type forgetful struct{ *collector }

func (f *forgetful) AddCheckpoint(_ context.Context, _ int64, _ []tlog.Hash, note []byte) ([]byte, error) {
	f.notes = append(f.notes, note)
	return receipt.Cosign(note, f.Signer, startsAt)
}

// tally counts what the runs of a model met, since a model that meets nothing
// proves nothing.
type tally struct{ notes, epochs, ended, diverged int }

func (c *tally) add(m *model) {
	c.notes += len(m.wit.notes)
	c.epochs += len(m.signed)
	c.ended += len(m.guard.Ended)
	if reason, _ := m.guard.Diverged(); reason != "" {
		c.diverged++
	}
}

func (c *tally) sparse() bool {
	return c.notes < 300 || c.epochs < 100 || c.ended < 20 || c.diverged < 8
}

// more tells whether another round is wanted after n.
func (c *tally) more(n int) bool { return n < rounds || n < mostRounds && c.sparse() }

func (c *tally) enough(t *testing.T) {
	if c.sparse() {
		t.Errorf("the runs met too little: %+v", *c)
	}
	t.Logf("%+v", *c)
}
