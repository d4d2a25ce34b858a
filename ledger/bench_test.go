package ledger_test

import (
	"fmt"
	"testing"

	"tocsin/ledger"
	"tocsin/receipt"
)

// What a leaf costs without a database: the hash of the entry, and one node.
func BenchmarkAppend(b *testing.B) {
	entries := entriesOf(64)
	h, _ := ledger.Head{Epoch: 1}.Append(entriesOf(1_000_000))
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h, _ = h.Append(entries[:n])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/leaf")
		})
	}
}

// big is a log in memory of a million leaves with one checkpoint.
func big(b *testing.B) (*world, ledger.Release) {
	w := newWorld(b)
	w.append(999_999)
	return w, w.publish()
}

// What a proof costs without a database: the hashing of whole tiles, since all
// that is read is verified.
func BenchmarkProve(b *testing.B) {
	w, done := big(b)
	b.Run("inclusion", func(b *testing.B) {
		i := int64(0)
		for b.Loop() {
			i = (i + 314_159) % done.Size
			w.view(func(r ledger.Reader) error {
				_, err := ledger.Prove(ctx, r, 1, i, done.Size, done.Root)
				return err
			})
		}
	})
	b.Run("consistency", func(b *testing.B) {
		i := int64(0)
		for b.Loop() {
			i = 1 + (i+314_159)%(done.Size-1)
			w.view(func(r ledger.Reader) error {
				root, err := ledger.RootWithin(ctx, r, w.head(), i)
				must(b, err)
				_, err = ledger.Consistency(ctx, r, 1, i, done.Size, root, done.Root)
				return err
			})
		}
	})
	b.Run("root", func(b *testing.B) {
		for b.Loop() {
			w.view(func(r ledger.Reader) error { _, err := ledger.RootAt(ctx, r, 1, done.Size-1); return err })
		}
	})
}

// A million leaves, derived again from the entries. The rest of three seconds is
// the database's.
func BenchmarkAudit(b *testing.B) {
	w, _ := big(b)
	for b.Loop() {
		if rep := w.audit(); rep.Leaves != 1_000_000 || len(rep.Findings) > 0 {
			b.Fatalf("%+v", rep)
		}
	}
}

// What the guard costs in each transaction, with a head that is known and with
// one that others have moved.
func BenchmarkCheck(b *testing.B) {
	w, _ := big(b)
	b.Run("same head", func(b *testing.B) {
		for b.Loop() {
			must(b, w.check(""))
		}
	})
	w.append(1)
	b.Run("moved by others", func(b *testing.B) {
		for b.Loop() {
			w.start()
			must(b, w.check(""))
		}
	})
}

// From 64 new leaves to a released checkpoint, Ed25519, without witnesses.
func BenchmarkPublish(b *testing.B) {
	w, _ := big(b)
	var entries []receipt.Entry
	for range 64 {
		entries = append(entries, w.entry())
	}
	for b.Loop() {
		must(b, w.store.UpdateLog(ctx, func(tx ledger.Writer) error {
			_, _, err := ledger.Extend(ctx, tx, entries, w.clock)
			return err
		}))
		w.publish()
	}
}
