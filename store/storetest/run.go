package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// Run holds the store that open gives, empty each time, to its promises.
func Run(t *testing.T, open func(t *testing.T) record.Store) {
	for _, c := range []struct {
		promise string
		hold    func(t *testing.T, s record.Store)
	}{
		{"an empty store has nothing and says so", empty},
		{"what is put is read again to the byte", roundTrip},
		{"ranges are half open and never short", ranges},
		{"a missing row is named", holes},
		{"leaves are read as they were put, whatever the batches", bundles},
		{"leaves follow one another", follows},
		{"a head only grows", heads},
		{"old heads are pruned when a checkpoint is published", prunes},
		{"a new epoch has indexes of its own", epochs},
		{"a taken place is a conflict", conflicts},
		{"a failed write dooms its transaction", dooms},
		{"an intent is inserted once and completed as it was meant", intents},
		{"checkpoints are found by state and by index", checkpoints},
		{"a repeated request is found and counted", requests},
		{"sealed contents are replaced, nothing else", reseals},
		{"views are replaced and dropped", views},
		{"many are put and found at once", manyAtOnce},
		{"the Each methods keep order, stop and may be nested", orders},
		{"nothing is visible before its commit", isolation},
		{"a view is one snapshot", snapshots},
		{"an error rolls everything back", rollbacks},
		{"a panic rolls everything back", panics},
		{"a transaction ends with its function", ended},
		{"big batches are whole", bigBatches},
		{"writers at once come one after the other", writersAtOnce},
		{"a cancelled context changes nothing", cancelled},
		{"hostile values are kept or refused, never bent", hostile},
		{"a scrubbed store still has everything", scrubbed},
		{"a closed store is unavailable", closed},
	} {
		t.Run(c.promise, func(t *testing.T) { c.hold(t, open(t)) })
	}
}

// at is a time with all nine digits, so that a lost digit shows.
var at = time.Date(2026, 11, 22, 6, 45, 1, 123456789, time.UTC)

func entry(n int) receipt.Entry {
	return receipt.EntryOf(sha256.Sum256(binary.BigEndian.AppendUint64([]byte("entry"), uint64(n))))
}

func entries(from, to int) (out []receipt.Entry) {
	for i := from; i < to; i++ {
		out = append(out, entry(i))
	}
	return out
}

func hashOf(s string) tlog.Hash { return sha256.Sum256([]byte(s)) }

func sum(s string) [32]byte { return sha256.Sum256([]byte(s)) }

func head(epoch int, size int64) ledger.Head {
	h := ledger.Head{Epoch: epoch, Size: size, Recorded: at}
	for n := uint64(size); n > 0; n &= n - 1 {
		h.Frontier = append(h.Frontier, hashOf(fmt.Sprint("frontier", size, n)))
	}
	return h
}

func row(epoch int, index int64, handle string, seq int64) record.Row {
	return record.Row{Epoch: epoch, Index: index, Handle: handle, Seq: seq, Sealed: fmt.Appendf(nil, "sealed %d/%d", epoch, index)}
}

// update and view fail the test when the store does.
func update(t testing.TB, s record.Store, fn func(ctx context.Context, w record.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), func(w record.Tx) error { return fn(t.Context(), w) }); err != nil {
		t.Fatalf("update: %v (%v)", err, causes(err))
	}
}

func view(t testing.TB, s record.Store, fn func(ctx context.Context, r record.Reader) error) {
	t.Helper()
	if err := s.View(t.Context(), func(r record.Reader) error { return fn(t.Context(), r) }); err != nil {
		t.Fatalf("view: %v (%v)", err, causes(err))
	}
}

// causes gives what the public message leaves out, for the reader of a test.
func causes(err error) (out []error) {
	if u, ok := err.(interface{ Unwrap() []error }); ok {
		return u.Unwrap()
	}
	return nil
}

// same compares what was read with what was put.
func same[T any](t *testing.T, what string, got T, err error, want T) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v (%v)", what, err, causes(err))
	} else if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// fails demands an error of a kind.
func fails(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	var known *fault.Error
	if err == nil || fault.KindOf(err) != kind || !errors.As(err, &known) {
		t.Errorf("%s: got %v (%v), want an error of kind %q", what, err, causes(err), kind)
	}
}

// grow opens epoch 1 with n leaves, rows of one case, and a head.
func grow(t *testing.T, s record.Store, n int) {
	t.Helper()
	update(t, s, func(ctx context.Context, w record.Tx) error {
		var rows []record.Row
		for i := range n {
			rows = append(rows, row(1, int64(i), "case-a", int64(i+1)))
		}
		return errors.Join(
			w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1", Opened: at}),
			w.PutLeaves(ctx, 1, 0, entries(0, n), nil),
			w.PutRows(ctx, rows),
			w.PutHead(ctx, head(1, int64(n))),
		)
	})
}
