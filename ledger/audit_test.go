package ledger_test

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// audited is a log with a bit of everything: full tiles, checkpoints at several
// sizes, one signed again, an intent that a crash left, and a second epoch with
// leaves that were carried over.
func audited(t *testing.T) *world {
	w := newWorld(t)
	for _, n := range []int{1, 254, 1, 300} {
		w.append(n)
		w.publish()
	}
	_, err := w.pub.Refresh(ctx)
	must(t, err)
	w.append(5)
	must(t, w.guard.Diverge("for the test"))
	_, err = w.openEpoch("for the test", nil)
	must(t, err)
	w.append(300)
	w.publish()
	w.append(3)
	return w
}

// A log that nobody touched has no findings, and the report counts it right.
func TestAuditOfASoundLog(t *testing.T) {
	w := audited(t)
	w.sound()
	rep := w.audit()
	if rep.Epochs != 2 || rep.Leaves != 1+556+5+1+5+303 || rep.Nodes != 2+1 || rep.Checkpoints != 6 || rep.Unverified != 0 {
		t.Errorf("%+v", rep)
	}
	var done, total int64
	w.view(func(r ledger.Reader) error {
		rep, err := ledger.Audit(ctx, r, nil, func(d, n int64) { done, total = d, n })
		if rep.Unverified != 6 || len(rep.Findings) > 0 {
			t.Errorf("without keys: %+v", rep)
		}
		return err
	})
	if done != total || done != rep.Leaves {
		t.Errorf("progress ends at %d of %d", done, total)
	}
	if rep := empty(t).audit(); rep.Epochs != 0 || len(rep.Findings) > 0 {
		t.Errorf("an empty database: %+v", rep)
	}
}

// Whatever is changed is found, and named by its place.
func TestAuditFindsEachTampering(t *testing.T) {
	sound := audited(t)
	for name, c := range map[string]struct {
		tamper func(*ledgertest.Rows)
		place  string
		what   string
	}{
		"a bit of a leaf":           {func(r *ledgertest.Rows) { r.Leaves[1][3][7] ^= 1 }, "node 1/0", "is not the hash"},
		"a bit of a later leaf":     {func(r *ledgertest.Rows) { r.Leaves[1][550][7] ^= 1 }, "checkpoint 4", "its root is not"},
		"the version of a leaf":     {func(r *ledgertest.Rows) { r.Leaves[1][3][0] = 2 }, "leaf 3", "is of version 2"},
		"a leaf not yet published":  {func(r *ledgertest.Rows) { r.Leaves[2][307][7] ^= 1 }, "head", "frontier"},
		"a carried leaf":            {func(r *ledgertest.Rows) { r.Leaves[1][560][7] ^= 1 }, "leaf 4", "is not leaf 560 of the epoch before"},
		"two leaves exchanged":      {func(r *ledgertest.Rows) { l := r.Leaves[1]; l[9], l[10] = l[10], l[9] }, "node 1/0", "is not the hash"},
		"a leaf taken away":         {func(r *ledgertest.Rows) { r.Leaves[2] = r.Leaves[2][:308] }, "leaf 0", "cannot be read"},
		"a leaf of an ended epoch":  {func(r *ledgertest.Rows) { r.Leaves[1] = r.Leaves[1][:500] }, "leaf 0", "cannot be read"},
		"a node":                    {func(r *ledgertest.Rows) { r.Nodes(1, 1)[1][0] ^= 1 }, "node 1/1", "is not the hash"},
		"all nodes gone":            {func(r *ledgertest.Rows) { r.DropNodes(1, 1) }, "leaf 0", "cannot be read"},
		"the frontier":              {func(r *ledgertest.Rows) { last(r.Heads).Frontier[0][0] ^= 1 }, "head", "frontier"},
		"the head's size":           {func(r *ledgertest.Rows) { last(r.Heads).Size-- }, "head", "does not fit"},
		"the head's epoch":          {func(r *ledgertest.Rows) { last(r.Heads).Epoch = 1 }, "head", "not of the newest epoch"},
		"no head":                   {func(r *ledgertest.Rows) { r.Heads = nil }, "head", "is missing"},
		"no epochs":                 {func(r *ledgertest.Rows) { r.Epochs = nil }, "head", "not of the newest epoch"},
		"an epoch's number":         {func(r *ledgertest.Rows) { r.Epochs[1].N = 1 }, "epoch", "its row cannot be"},
		"an epoch's origin":         {func(r *ledgertest.Rows) { r.Epochs[0].Origin = "" }, "epoch", "its row cannot be"},
		"another origin":            {func(r *ledgertest.Rows) { r.Epochs[0].Origin = base + "/3" }, "checkpoint 1", "does not say what its row says"},
		"what an epoch carried":     {func(r *ledgertest.Rows) { r.Epochs[1].Carried = 600 }, "epoch", "its row cannot be"},
		"a checkpoint's root":       {func(r *ledgertest.Rows) { r.Signed[2].Root[0] ^= 1 }, "checkpoint 3", "its root is not"},
		"a checkpoint's size":       {func(r *ledgertest.Rows) { r.Signed[2].Size-- }, "checkpoint 3", "does not say what its row says"},
		"a checkpoint's note":       {func(r *ledgertest.Rows) { flipText(r.Signed[1].Note) }, "checkpoint 2", "does not say"},
		"a checkpoint's signature":  {func(r *ledgertest.Rows) { n := r.Signed[1].Note; flipBase64(n, len(n)-8) }, "checkpoint 2", "does not verify"},
		"a note that is none":       {func(r *ledgertest.Rows) { r.Signed[1].Note = []byte("x") }, "checkpoint 2", "cannot be read"},
		"a note of another log":     {func(r *ledgertest.Rows) { r.Signed[0].Note = foreign(t, r.Signed[0]) }, "checkpoint 1", "signed by none"},
		"a checkpoint removed":      {func(r *ledgertest.Rows) { r.Signed = append(r.Signed[:1:1], r.Signed[2:]...) }, "checkpoint 3", "follows checkpoint 1"},
		"two checkpoints exchanged": {func(r *ledgertest.Rows) { s := r.Signed; s[0], s[3] = s[3], s[0] }, "checkpoint 4", "follows checkpoint 0"},
		"a state unheard of":        {func(r *ledgertest.Rows) { r.Signed[0].State = "lost" }, "checkpoint 1", "in no known state"},
		"an intent with a note":     {func(r *ledgertest.Rows) { r.Signed[5].State = ledger.Intent }, "checkpoint 6", "only intended"},
		"a second root":             {func(r *ledgertest.Rows) { r.Signed[4].Root[0] ^= 1 }, "checkpoint 5", "another root than the one before"},
		"an epoch unheard of":       {func(r *ledgertest.Rows) { r.Signed[5].Epoch = 7 }, "checkpoint 6", "an epoch that cannot be"},
		"an epoch gone back":        {func(r *ledgertest.Rows) { r.Signed[5].Epoch, r.Signed[4].Epoch = 1, 2 }, "checkpoint 6", "an epoch that cannot be"},
		"more than there is":        {func(r *ledgertest.Rows) { r.Signed[5].Size = 1000 }, "checkpoint 6", "is over 1000 leaves, and there are"},
	} {
		w := *sound
		w.store = sound.store.Clone()
		w.store.Tamper(c.tamper)
		found := false
		rep := w.audit()
		for _, f := range rep.Findings {
			found = found || f.Place == c.place && strings.Contains(f.What, c.what)
		}
		if !found {
			t.Errorf("%s: want %q at %q among %+v", name, c.what, c.place, rep.Findings)
		}
	}
}

func last[T any](s []T) *T { return &s[len(s)-1] }

// flipText changes the root in a note's text.
func flipText(note []byte) { flipBase64(note, strings.Index(string(note), "\n\n")-8) }

func flipBase64(b []byte, at int) {
	if b[at] == 'A' {
		b[at] = 'B'
		return
	}
	b[at] = 'A'
}

// foreign is the note of a row as a log with another key would sign it.
func foreign(t *testing.T, s ledger.Signed) []byte {
	other, err := receipt.NewSigner(base+"/1", receipt.Ed25519, strings.NewReader(strings.Repeat("other", 20)))
	must(t, err)
	note, err := receipt.Sign(receipt.Checkpoint{Origin: base + "/1", Size: s.Size, Root: s.Root}, []receipt.Signer{other}, startsAt)
	must(t, err)
	return note
}

// A log where everything is wrong gives a long report, not an endless one.
func TestAuditReportIsBounded(t *testing.T) {
	w := newWorld(t)
	w.append(3000)
	w.store.Tamper(func(r *ledgertest.Rows) {
		for i := range r.Leaves[1] {
			r.Leaves[1][i][0] = 9
		}
	})
	if n := len(w.audit().Findings); n != 1000 {
		t.Errorf("%d findings", n)
	}
}

// An audit that cannot be made is an error; it never passes for a sound log.
func TestAuditThatCannotBeMade(t *testing.T) {
	w := audited(t)
	total := 0
	for n := 1; ; n++ {
		w.store.FailAt(n)
		var rep ledger.Report
		err := w.store.ViewLog(ctx, func(r ledger.Reader) (err error) { rep, err = ledger.Audit(ctx, r, w.keys, nil); return err })
		if w.store.FailAt(0) > 0 {
			break // it was over before the fault
		}
		total++
		if err == nil && len(rep.Findings) == 0 {
			t.Fatalf("operation %d fails, and the log passes for sound", n)
		}
	}
	if total < 5 {
		t.Errorf("only %d operations: the fault never fired where it should", total)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	err := w.store.ViewLog(ctx, func(r ledger.Reader) error { _, err := ledger.Audit(gone, r, w.keys, nil); return err })
	if err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// A reader is used by one at a time, although reading and hashing overlap.
func TestAuditReadsAlone(t *testing.T) {
	w := newWorld(t)
	w.append(70_000)
	w.view(func(r ledger.Reader) error {
		rep, err := ledger.Audit(ctx, &alone{Reader: r, t: t}, w.keys, nil)
		if len(rep.Findings) > 0 || rep.Nodes != 274 {
			t.Errorf("%+v", rep)
		}
		return err
	})
}

type alone struct {
	ledger.Reader
	t    *testing.T
	busy bool // the race detector is the other half of this check
}

func (a *alone) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	defer a.enter()()
	return a.Reader.Entries(ctx, epoch, from, to)
}

func (a *alone) Nodes(ctx context.Context, epoch, level int, from, to int64) ([]tlog.Hash, error) {
	defer a.enter()()
	return a.Reader.Nodes(ctx, epoch, level, from, to)
}

func (a *alone) enter() func() {
	if a.busy {
		a.t.Error("two at a time")
	}
	a.busy = true
	return func() { a.busy = false }
}
