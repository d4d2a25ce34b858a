package ledger_test

import (
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// One flipped bit of a stored leaf ended a public log in 2022. Here every bit of
// every row of leaf, node and head, and many of the signed notes, is flipped, one
// at a time, and // then everything is tried: proving under the checkpoint that was signed before,
// publishing, appending and publishing again. Each gives what is true, or fails;
// what is false is never signed and never handed out.
//
// The control goes without the second way to the root and without the mark, and
// signs falsehoods.
func TestEveryBitFlipped(t *testing.T) {
	for name, c := range map[string]struct{ published, beyond int }{
		"a small log":             {3, 3},
		"all published":           {3, 0},
		"never published":         {0, 3},
		"on both sides of a node": {250, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if c.published > 0 {
				w.append(c.published - 1)
				w.publish()
			}
			if c.beyond > 0 {
				w.append(c.beyond)
			}
			water, err := w.guard.Water()
			must(t, err)
			bits := w.store.Bits()
			falsehoods := 0
			for i, bit := range bits {
				// The larger log is there for its node; of the rest some will do.
				if len(bits) > 20_000 && bit.Kind != "node" && i%97 != 0 || bit.Kind == "note" && i%7 != 0 {
					continue
				}
				again := func(mark ledger.Water) *world {
					f := *w
					f.store = w.store.Flip(bit)
					f.all = append([]receipt.Entry(nil), w.all...)
					f.guard = &ledgertest.Guard{}
					f.guard.Set(mark)
					f.start()
					return &f
				}
				// Without the mark, too, nothing false is signed: the two are
				// independent of one another.
				forgotten := ledger.Water{Epoch: 1, Origin: water.Origin}
				for _, mark := range []ledger.Water{water, forgotten} {
					if wrong := again(mark).tryEverything(c.published); wrong != "" {
						t.Fatalf("bit %d, of a %s: %s", i, bit.Kind, wrong)
					}
				}
				f := again(forgotten)
				ledger.OneWay(f.pub)
				if strings.Contains(f.tryEverything(c.published), "signed") {
					falsehoods++
				}
			}
			if falsehoods == 0 {
				t.Error("the control signed nothing false: the second way is for nothing")
			}
			t.Logf("%d bits; without the second way %d falsehoods are signed", len(bits), falsehoods)
		})
	}
}

// tryEverything says what false thing was done, "" if none.
func (w *world) tryEverything(published int) (wrong string) {
	_ = w.store.ViewLog(ctx, func(r ledger.Reader) error {
		if published == 0 {
			return nil
		}
		root := naive(w.all[:published])
		for _, i := range []int{0, published / 2, published - 1} {
			proof, err := ledger.Prove(ctx, r, 1, int64(i), int64(published), root)
			if err == nil && tlog.CheckRecord(proof, int64(published), root, int64(i), w.all[i].LeafHash()) != nil {
				wrong = "a false proof was made"
			}
		}
		proof, err := ledger.Consistency(ctx, r, 1, 1, int64(published), naive(w.all[:1]), root)
		if err == nil && published > 1 && tlog.CheckTree(proof, int64(published), root, 1, naive(w.all[:1])) != nil {
			wrong = "a false proof was made"
		}
		return nil
	})
	if wrong != "" {
		return wrong
	}
	for range 2 {
		if done, err := w.pub.Publish(ctx); err == nil {
			if wrong := w.falsehood(done); wrong != "" {
				return wrong
			}
		}
		if w.tryAppend(1) != nil {
			break
		}
	}
	return ""
}

// falsehood says what is wrong with a release.
func (w *world) falsehood(done ledger.Release) string {
	note, err := receipt.ParseNote(done.Note)
	if err != nil {
		return "a note was released that is none"
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return "a note was released that is no checkpoint"
	}
	signed, err := note.Verify(w.keys)
	if err != nil || len(signed) == 0 {
		return "a note was released that does not verify"
	}
	if cp.Origin != base+"/1" || cp.Size > int64(len(w.all)) || cp.Root != naive(w.all[:cp.Size]) {
		return "a falsehood was signed"
	}
	return ""
}
