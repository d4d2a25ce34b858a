package ledger_test

import (
	"encoding/hex"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// Four ways to the root agree at every size: the definition of RFC 6962, the
// stored hashes of x/mod, our frontier, and the count of the second way.
func TestFourWaysToTheRootAgree(t *testing.T) {
	const n = 600
	entries := entriesOf(n)
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			out[i] = stored[x]
		}
		return out, nil
	})
	h := ledger.Head{Epoch: 1}
	for i := range n {
		hashes, err := tlog.StoredHashes(int64(i), entries[i][:], read)
		must(t, err)
		stored = append(stored, hashes...)
		h, _ = h.Append(entries[i : i+1])
		want, err := tlog.TreeHash(int64(i+1), read)
		must(t, err)
		second, frontier, _ := ledger.Recount(entries[:i+1])
		got := want
		if i < 40 || i%16 > 13 { // the definition is slow
			got = naive(entries[:i+1])
		}
		if h.Root() != want || got != want || second != want {
			t.Fatalf("at %d leaves: frontier %v, definition %v, second way %v, x/mod %v", i+1, h.Root(), got, second, want)
		}
		if d := cmp.Diff(h.Frontier, frontier); d != "" {
			t.Fatalf("at %d leaves the two frontiers differ: %s", i+1, d)
		}
	}
}

// The empty tree hashes to the hash of nothing.
func TestEmptyTree(t *testing.T) {
	const want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	root := ledger.Head{Epoch: 1}.Root()
	if got := hex.EncodeToString(root[:]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if root, _, _ := ledger.Recount(nil); hex.EncodeToString(root[:]) != want {
		t.Errorf("the second way gives %v", root)
	}
}

// However the leaves are cut into batches, the head and the nodes are the same.
func TestBatchesMakeNoDifference(t *testing.T) {
	entries := entriesOf(256*256 + 300)
	whole, nodes := ledger.Head{Epoch: 1}.Append(entries)
	_, _, second := ledger.Recount(entries)
	if d := cmp.Diff(nodes, second); d != "" {
		t.Errorf("the nodes of the two ways differ: %s", d)
	}
	if len(nodes) != 257+1 {
		t.Errorf("%d nodes, want 257 of level 1 and one of level 2", len(nodes))
	}
	rnd := rand.New(rand.NewSource(1))
	h, got := ledger.Head{Epoch: 1}, []ledger.Node(nil)
	for rest := entries; len(rest) > 0; {
		n := min(len(rest), 1+rnd.Intn(700))
		var more []ledger.Node
		h, more = h.Append(rest[:n])
		got, rest = append(got, more...), rest[n:]
	}
	if d := cmp.Diff(whole, h); d != "" {
		t.Errorf("the heads differ: %s", d)
	}
	if d := cmp.Diff(nodes, got); d != "" {
		t.Errorf("the nodes differ: %s", d)
	}
}

// Appending to a head leaves the head as it was: a transaction may be undone.
func TestAppendDoesNotWriteToItsHead(t *testing.T) {
	h, _ := ledger.Head{Epoch: 1}.Append(entriesOf(7))
	before := append([]tlog.Hash(nil), h.Frontier...)
	a, _ := h.Append(entriesOf(1))
	b, _ := h.Append(entriesOf(9))
	if d := cmp.Diff(before, h.Frontier); d != "" {
		t.Error(d)
	}
	if a.Root() == b.Root() || a.Size != 8 || b.Size != 16 {
		t.Error("two continuations of one head are not what they should be")
	}
}

// A head that cannot be has no root, and nothing is built on it.
func TestUnsoundHead(t *testing.T) {
	sound, _ := ledger.Head{Epoch: 1}.Append(entriesOf(5))
	for name, spoil := range map[string]func(*ledger.Head){
		"a hash too few":    func(h *ledger.Head) { h.Frontier = h.Frontier[:1] },
		"a hash too many":   func(h *ledger.Head) { h.Frontier = append(h.Frontier, tlog.Hash{}) },
		"a negative size":   func(h *ledger.Head) { h.Size = -1 },
		"another size":      func(h *ledger.Head) { h.Size = 4 },
		"no epoch":          func(h *ledger.Head) { h.Epoch = 0 },
		"no hashes at all":  func(h *ledger.Head) { h.Frontier = nil },
		"the smallest size": func(h *ledger.Head) { h.Size = -1 << 63 },
		"a size beyond all": func(h *ledger.Head) { h.Size = 1<<62 + 1 },
	} {
		h := sound
		h.Frontier = append([]tlog.Hash(nil), sound.Frontier...)
		spoil(&h)
		refused(t, h.Sound(), fault.Internal, "does not fit together")
		if h.Root() != (tlog.Hash{}) {
			t.Errorf("%s: it has a root", name)
		}
		w := newWorld(t)
		w.store.Tamper(func(r *ledgertest.Rows) { r.Heads = append(r.Heads, h) })
		refused(t, w.tryAppend(1), fault.Internal, "does not fit together")
	}
}

// recorded-at never goes back, whoever calls.
func TestExtendKeepsTime(t *testing.T) {
	w := newWorld(t)
	w.append(1)
	w.clock = w.clock.Add(-time.Millisecond)
	refused(t, w.tryAppend(1), fault.Internal, "recorded-at would go back")
	w.clock = w.clock.Add(time.Millisecond)
	w.append(1) // the same instant is no way back
	if got := w.head(); got.Size != 3 || !got.Recorded.Equal(w.clock) {
		t.Errorf("the head is %+v", got)
	}
}

// Extend tells where the leaves are, and nothing is put for no leaves.
func TestExtendPlaces(t *testing.T) {
	w := newWorld(t)
	w.append(4)
	before := w.store.Transactions()
	must(t, w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
		first, h, err := ledger.Extend(ctx, tx, nil, w.clock)
		if first != 5 || h.Size != 5 {
			t.Errorf("for nothing: first %d, size %d", first, h.Size)
		}
		return err
	}))
	must(t, w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
		first, h, err := ledger.Extend(ctx, tx, []receipt.Entry{w.entry(), w.entry()}, w.clock)
		if first != 5 || h.Size != 7 {
			t.Errorf("for two: first %d, size %d", first, h.Size)
		}
		return err
	}))
	if w.store.Transactions() != before+2 {
		t.Error("the transactions are miscounted")
	}
	w.sound()
}
