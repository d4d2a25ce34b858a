package ledger_test

import (
	"context"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// sizes are those where tiles and their parents begin, are full, or end.
var sizes = []int64{1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 700}

// Every leaf has a proof in every tree that contains it, and x/mod accepts it.
func TestProveEveryLeaf(t *testing.T) {
	w := newWorld(t)
	w.append(699)
	w.view(func(r ledger.Reader) error {
		for _, size := range sizes {
			root := naive(w.all[:size])
			for i := int64(0); i < size; i += 1 + size/40 {
				proof, err := ledger.Prove(ctx, r, 1, i, size, root)
				must(t, err)
				must(t, tlog.CheckRecord(proof, size, root, i, w.all[i].LeafHash()))
			}
		}
		return nil
	})
}

// Every tree is proved to continue every smaller one.
func TestConsistencyOfEveryPair(t *testing.T) {
	w := newWorld(t)
	w.append(699)
	w.view(func(r ledger.Reader) error {
		for _, size := range sizes {
			root := naive(w.all[:size])
			for _, old := range append([]int64{0}, sizes...) {
				if old > size {
					continue
				}
				proof, err := ledger.Consistency(ctx, r, 1, old, size, naive(w.all[:old]), root)
				must(t, err)
				if old == 0 || old == size {
					if len(proof) > 0 {
						t.Errorf("%d to %d: a proof where the protocol wants none", old, size)
					}
					continue
				}
				must(t, tlog.CheckTree(proof, size, root, old, naive(w.all[:old])))
			}
		}
		return nil
	})
}

// The root at each size is that of the leaves, and so is the verified one.
func TestRootAt(t *testing.T) {
	w := newWorld(t)
	w.append(699)
	h := w.head()
	w.view(func(r ledger.Reader) error {
		for size := int64(0); size <= h.Size; size++ {
			want := naive(w.all[:size])
			got, err := ledger.RootAt(ctx, r, 1, size)
			must(t, err)
			within, err := ledger.RootWithin(ctx, r, h, size)
			must(t, err)
			if got != want || within != want {
				t.Fatalf("at %d: %v and %v, want %v", size, got, within, want)
			}
		}
		return nil
	})
}

// What makes no sense is refused in words, not by a panic of x/mod.
func TestProveRefusesNonsense(t *testing.T) {
	w := newWorld(t)
	w.append(9)
	root := naive(w.all)
	w.view(func(r ledger.Reader) error {
		for _, c := range []struct{ index, size int64 }{{-1, 10}, {10, 10}, {0, 0}, {0, -1}, {1 << 62, 10}, {3, 1<<62 + 1}, {3, 1<<63 - 1}} {
			_, err := ledger.Prove(ctx, r, 1, c.index, c.size, root)
			refused(t, err, fault.Invalid, "is not in a log of")
		}
		for _, c := range []struct{ old, size int64 }{{-1, 10}, {11, 10}, {0, -1}, {3, 1<<62 + 1}, {3, 1<<63 - 1}} {
			_, err := ledger.Consistency(ctx, r, 1, c.old, c.size, root, root)
			refused(t, err, fault.Invalid, "no state of")
		}
		_, err := ledger.Consistency(ctx, r, 1, 10, 10, tlog.Hash{}, root)
		refused(t, err, fault.Internal, "two roots")
		_, err = ledger.Consistency(ctx, r, 1, 0, 10, root, root)
		refused(t, err, fault.Internal, "two roots")
		_, err = ledger.RootAt(ctx, r, 1, -1)
		refused(t, err, fault.Invalid, "no size")
		_, err = ledger.RootAt(ctx, r, 1, 11)
		refused(t, err, fault.Internal, "not all there")
		_, err = ledger.Prove(ctx, r, 1, 3, 1000, root)
		refused(t, err, fault.Internal, "not all there")
		_, err = ledger.Prove(ctx, r, 7, 3, 10, root)
		refused(t, err, fault.Internal, "not all there")
		return nil
	})
}

// A proof against a root that is not the tree's is never made.
func TestProveVerifiesWhatItReads(t *testing.T) {
	w := newWorld(t)
	w.append(299)
	root := naive(w.all)
	w.store.Tamper(func(r *ledgertest.Rows) { r.Leaves[1][17][5] ^= 4 })
	w.view(func(r ledger.Reader) error {
		_, err := ledger.Prove(ctx, r, 1, 20, 300, root)
		refused(t, err, fault.Internal, "do not give the root")
		_, err = ledger.Prove(ctx, r, 1, 17, 300, root)
		refused(t, err, fault.Internal, "do not give the root")
		_, err = ledger.Consistency(ctx, r, 1, 100, 300, naive(w.all[:100]), root)
		refused(t, err, fault.Internal, "do not give the root")
		// Another tile of the same tree is untouched.
		_, err = ledger.Prove(ctx, r, 1, 280, 300, root)
		must(t, err)
		_, err = ledger.Consistency(ctx, r, 1, 290, 300, tlog.Hash{1}, root)
		refused(t, err, fault.Internal, "does not continue")
		return nil
	})
}

// short is a store that answers with less than was asked, and says nothing.
type short struct{ ledger.Reader }

func (s short) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	e, err := s.Reader.Entries(ctx, epoch, from, to)
	return e[:len(e)-1], err
}

func (s short) Nodes(ctx context.Context, epoch, level int, from, to int64) ([]tlog.Hash, error) {
	n, err := s.Reader.Nodes(ctx, epoch, level, from, to)
	return n[:len(n)-1], err
}

// A store that leaves a row out without an error is found out.
func TestShortAnswers(t *testing.T) {
	w := newWorld(t)
	w.append(511)
	root := naive(w.all)
	w.view(func(r ledger.Reader) error {
		_, err := ledger.Prove(ctx, short{r}, 1, 3, 512, root)
		refused(t, err, fault.Internal, "want")
		_, err = ledger.RootAt(ctx, short{r}, 1, 300)
		refused(t, err, fault.Internal, "want")
		rep, err := ledger.Audit(ctx, short{r}, w.keys, nil)
		must(t, err)
		if len(rep.Findings) == 0 {
			t.Error("the audit finds nothing")
		}
		return nil
	})
}

// The store's own error keeps its kind on the way through x/mod.
func TestProveKeepsTheStoresError(t *testing.T) {
	w := newWorld(t)
	w.append(20)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	w.view(func(r ledger.Reader) error {
		if _, err := ledger.Prove(gone, r, 1, 3, 21, naive(w.all)); err != context.Canceled {
			t.Errorf("%v, want the cancellation", err)
		}
		return nil
	})
}
