package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// Bench measures what an append costs the engine, on its own and in a group:
// per command one record with 1.5 KiB sealed, its leaf, the view of its case and
// the answer to its request, and per transaction one head, asked for and put as
// record.Keeper does. ns/op is for one transaction; commands/s is what to compare.
func Bench(b *testing.B, open func(b *testing.B) record.Store) {
	for _, group := range []int{1, 64} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			s := open(b)
			update(b, s, func(ctx context.Context, w record.Tx) error {
				return w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1", Opened: at})
			})
			sealed := make([]byte, 1536)
			size := int64(0)
			for b.Loop() {
				update(b, s, func(ctx context.Context, w record.Tx) error { return command(ctx, w, group, &size, sealed) })
			}
			b.ReportMetric(float64(size)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}

func command(ctx context.Context, w record.Tx, group int, size *int64, sealed []byte) error {
	h, err := w.Head(ctx)
	if err != nil {
		return err
	}
	var rows []record.Row
	var handles []string
	var keys [][32]byte
	var views []record.View
	var answers []record.Request
	for i := range group {
		handle := fmt.Sprintf("case-%d", i)
		q := requestOf(fmt.Sprint(h.Size, i))
		handles, keys = append(handles, handle), append(keys, q.Key)
		views, answers = append(views, viewOf(handle, h.Size)), append(answers, q)
		rows = append(rows, record.Row{Epoch: 1, Index: h.Size + int64(i), Handle: handle, Seq: h.Size + 1, Sealed: sealed})
	}
	if got, err := w.RequestsBy(ctx, keys); err != nil || len(got) > 0 {
		return errors.Join(err, fmt.Errorf("%d requests of tomorrow are answered already", len(got)))
	}
	if _, err := w.ViewsOf(ctx, handles); err != nil {
		return err
	}
	first := int(h.Size)
	*size = h.Size + int64(group)
	return errors.Join(
		w.PutView(ctx, views...),
		w.PutRequest(ctx, answers...),
		w.PutRows(ctx, rows),
		w.PutLeaves(ctx, 1, h.Size, entries(first, first+group), nil),
		w.PutHead(ctx, head(1, *size)),
	)
}

// Fill puts n bare leaves and their nodes into a new log, in batches, for
// measuring what leaves take and how fast they are read.
func Fill(t testing.TB, s record.Store, n int) {
	const batch = 1 << 14
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1", Opened: at})
	})
	for first := 0; first < n; first += batch {
		end := min(first+batch, n)
		var nodes []ledger.Node
		for level := 1; level < 4; level++ {
			for i := first >> (8 * level); i < end>>(8*level); i++ {
				nodes = append(nodes, ledger.Node{Level: level, N: int64(i), Hash: hashOf(fmt.Sprint(level, i))})
			}
		}
		update(t, s, func(ctx context.Context, w record.Tx) error {
			return errors.Join(w.PutLeaves(ctx, 1, int64(first), entries(first, end), nodes), w.PutHead(ctx, head(1, int64(end))))
		})
	}
}

// FillSingly is Fill for a log that grows by one leaf at a time, in transactions
// of many for the sake of time: what it leaves behind is the same. now and then
// is called between transactions, after so many leaves, for the housekeeping that
// a server does by itself.
func FillSingly(t testing.TB, s record.Store, n, then int, now func()) {
	const together = 500
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1", Opened: at})
	})
	since := 0
	for size := 0; size < n; {
		update(t, s, func(ctx context.Context, w record.Tx) error {
			for end := min(size+together, n); size < end; size++ {
				var nodes []ledger.Node
				if size%full == full-1 {
					nodes = []ledger.Node{{Level: 1, N: int64(size / full), Hash: hashOf(fmt.Sprint(1, size/full))}}
				}
				if err := w.PutLeaves(ctx, 1, int64(size), entries(size, size+1), nodes); err != nil {
					return err
				}
			}
			return w.PutHead(ctx, head(1, int64(size)))
		})
		if since += together; since >= then {
			since = 0
			now()
		}
	}
}

// Scan reads n leaves in ranges as an audit does, and tells whether all came.
func Scan(t testing.TB, s record.Store, n int) {
	view(t, s, func(ctx context.Context, r record.Reader) error {
		const span = 1 << 16
		var last receipt.Entry
		for from := 0; from < n; from += span {
			got, err := r.Entries(ctx, 1, int64(from), int64(min(from+span, n)))
			if err != nil {
				return err
			}
			last = got[len(got)-1]
		}
		if last != entry(n-1) {
			return errors.New("the last leaf is not the one that was put")
		}
		return nil
	})
}
