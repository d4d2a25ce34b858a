package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

func empty(t *testing.T, s record.Store) {
	view(t, s, func(ctx context.Context, r record.Reader) error {
		_, err := r.Head(ctx)
		fails(t, "the head", err, fault.NotFound)
		e, err := r.Epochs(ctx)
		same(t, "the epochs", len(e), err, 0)
		for _, state := range []ledger.State{"", ledger.Intent, ledger.Published} {
			_, err = r.LastCheckpoint(ctx, state)
			fails(t, "the last checkpoint "+string(state), err, fault.NotFound)
		}
		_, err = r.CheckpointOver(ctx, 1, 0)
		fails(t, "a checkpoint over leaf 0", err, fault.NotFound)
		_, err = r.RowAt(ctx, 1, 0)
		fails(t, "a row", err, fault.NotFound)
		_, err = r.ViewOf(ctx, "case-a")
		fails(t, "a view", err, fault.NotFound)
		_, err = r.ViewByLookup(ctx, sum("a"))
		fails(t, "a view by look-up", err, fault.NotFound)
		_, err = r.KeyOf(ctx, "case-a")
		fails(t, "a key", err, fault.NotFound)
		_, err = r.RequestBy(ctx, sum("a"))
		fails(t, "a request", err, fault.NotFound)
		_, err = r.Entries(ctx, 1, 0, 1)
		fails(t, "an entry", err, fault.NotFound)
		rows, err := r.CaseRows(ctx, "case-a", 0)
		same(t, "the rows of a case", len(rows), err, 0)
		never := errors.New("called for nothing")
		return errors.Join(
			r.EachRow(ctx, 1, 0, func(record.Row) error { return never }),
			r.EachView(ctx, func(record.View) error { return never }),
			r.EachKey(ctx, func(record.Key) error { return never }),
			r.EachRequest(ctx, func(record.Request) error { return never }),
			r.EachCheckpoint(ctx, func(ledger.Signed) error { return never }),
		)
	})
}

func ranges(t *testing.T, s record.Store) {
	grow(t, s, 10)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutLeaves(ctx, 1, 10, nil, []ledger.Node{{Level: 1, N: 0, Hash: hashOf("n0")}, {Level: 1, N: 1, Hash: hashOf("n1")}, {Level: 2, N: 0, Hash: hashOf("m0")}})
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		for _, c := range [][2]int{{0, 10}, {0, 1}, {9, 10}, {3, 7}} {
			got, err := r.Entries(ctx, 1, int64(c[0]), int64(c[1]))
			same(t, "entries", got, err, entries(c[0], c[1]))
		}
		for _, n := range []int64{0, 5, 10} {
			got, err := r.Entries(ctx, 1, n, n)
			same(t, "an empty range", len(got), err, 0)
		}
		_, err := r.Entries(ctx, 1, 0, 11)
		fails(t, "a range beyond the end", err, fault.NotFound)
		_, err = r.Entries(ctx, 2, 0, 1)
		fails(t, "a range in no epoch", err, fault.NotFound)
		_, err = r.Entries(ctx, 1, 5, 4)
		fails(t, "a range that runs backwards", err, fault.Invalid)
		_, err = r.Entries(ctx, 1, -1, 4)
		fails(t, "a range from before the beginning", err, fault.Invalid)
		got, err := r.Nodes(ctx, 1, 1, 0, 2)
		same(t, "nodes of level 1", got, err, []tlog.Hash{hashOf("n0"), hashOf("n1")})
		got, err = r.Nodes(ctx, 1, 2, 0, 1)
		same(t, "nodes of level 2", got, err, []tlog.Hash{hashOf("m0")})
		_, err = r.Nodes(ctx, 1, 1, 0, 3)
		fails(t, "nodes beyond the end", err, fault.NotFound)
		_, err = r.Nodes(ctx, 1, 0, 0, 1)
		fails(t, "nodes of level 0, which are not stored", err, fault.Invalid)
		return nil
	})
}

func holes(t *testing.T, s record.Store) {
	grow(t, s, 300)
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutHead(ctx, head(1, 600)) }) // leaves that never came
	view(t, s, func(ctx context.Context, r record.Reader) error {
		for _, from := range []int64{0, 256, 299, 300} {
			for _, to := range []int64{301, 512, 600} {
				_, err := r.Entries(ctx, 1, from, to)
				fails(t, "a range over a hole", err, fault.Internal)
				if want := "leaf 300 of epoch 1 is missing: the database is damaged"; err != nil && err.Error() != want {
					t.Errorf("the hole is reported as %q, want %q", err, want)
				}
			}
		}
		_, err := r.Entries(ctx, 1, 520, 530)
		fails(t, "a range in the hole", err, fault.Internal)
		got, err := r.Entries(ctx, 1, 0, 300)
		same(t, "the range before the hole", got, err, entries(0, 300))
		_, err = r.Nodes(ctx, 1, 1, 1, 2)
		fails(t, "a node within the size", err, fault.Internal)
		return nil
	})
}

func heads(t *testing.T, s record.Store) {
	grow(t, s, 3)
	for _, size := range []int64{3, 2, 0} {
		fails(t, "a head that goes back", s.Update(t.Context(), func(w record.Tx) error {
			return w.PutHead(t.Context(), head(1, size))
		}), fault.Conflict)
	}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		if err := w.PutHead(ctx, head(1, 7)); err != nil {
			return err
		}
		got, err := w.Head(ctx)
		same(t, "the head in its own transaction", got, err, head(1, 7))
		return nil
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Head(ctx)
		same(t, "the head", got, err, head(1, 7))
		return nil
	})
}

func prunes(t *testing.T, s record.Store) {
	grow(t, s, 1)
	for size := int64(2); size < 40; size++ {
		update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutHead(ctx, head(1, size)) })
	}
	c := ledger.Signed{Seq: 1, Epoch: 1, Size: 39, Root: hashOf("root"), At: at, Note: []byte("note")}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutIntent(ctx, c), w.PutPublished(ctx, c))
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Head(ctx)
		same(t, "the head after pruning", got, err, head(1, 39))
		return nil
	})
}

func epochs(t *testing.T, s record.Store) {
	grow(t, s, 5)
	second := ledger.Epoch{N: 2, Origin: "log.example.org/2", Opened: at.Add(time.Hour), Before: 5, Carried: 3}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		if err := w.PutEpoch(ctx, second); err != nil {
			return err
		}
		got, err := w.Head(ctx)
		same(t, "the head of an epoch without leaves", got, err, ledger.Head{Epoch: 2})
		return errors.Join(
			w.PutLeaves(ctx, 2, 0, entries(100, 102), nil),
			w.PutRows(ctx, []record.Row{row(2, 0, "case-a", 6), row(2, 1, "", 0)}),
			w.PutHead(ctx, head(2, 2)),
		)
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Epochs(ctx)
		same(t, "the epochs", got, err, []ledger.Epoch{{N: 1, Origin: "log.example.org/1", Opened: at}, second})
		h, err := r.Head(ctx)
		same(t, "the head", h, err, head(2, 2))
		e, err := r.Entries(ctx, 2, 0, 2)
		same(t, "the new epoch's entries", e, err, entries(100, 102))
		e, err = r.Entries(ctx, 1, 0, 5)
		same(t, "the old epoch's entries", e, err, entries(0, 5))
		_, err = r.Entries(ctx, 1, 0, 6)
		fails(t, "a range into the next epoch", err, fault.NotFound)
		rows, err := r.CaseRows(ctx, "case-a", 4)
		same(t, "the rows of a case over two epochs", rows, err, []record.Row{row(1, 4, "case-a", 5), row(2, 0, "case-a", 6)})
		return nil
	})
	for what, e := range map[string]ledger.Epoch{
		"a taken number": {N: 2, Origin: "log.example.org/3", Opened: at},
		"a taken origin": {N: 3, Origin: "log.example.org/1", Opened: at},
	} {
		fails(t, what, s.Update(t.Context(), func(w record.Tx) error { return w.PutEpoch(t.Context(), e) }), fault.Conflict)
	}
}

func intents(t *testing.T, s record.Store) {
	grow(t, s, 5)
	intent := ledger.Signed{Seq: 1, Epoch: 1, Size: 5, Root: hashOf("root"), State: ledger.Intent, At: at}
	put := func(fn func(ctx context.Context, w record.Tx) error) error {
		return s.Update(t.Context(), func(w record.Tx) error { return fn(t.Context(), w) })
	}
	fails(t, "publishing without an intent", put(func(ctx context.Context, w record.Tx) error { return w.PutPublished(ctx, intent) }), fault.NotFound)
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutIntent(ctx, intent) })
	fails(t, "a second intent", put(func(ctx context.Context, w record.Tx) error { return w.PutIntent(ctx, intent) }), fault.Conflict)
	fails(t, "an intent without a number", put(func(ctx context.Context, w record.Tx) error {
		return w.PutIntent(ctx, ledger.Signed{Epoch: 1, Size: 5, At: at})
	}), fault.Invalid)

	done := intent
	done.State, done.Note, done.At = ledger.Published, []byte("note\n"), at.Add(time.Minute)
	for what, change := range map[string]func(*ledger.Signed){
		"another epoch": func(c *ledger.Signed) { c.Epoch = 2 },
		"another size":  func(c *ledger.Signed) { c.Size = 4 },
		"another root":  func(c *ledger.Signed) { c.Root = hashOf("other") },
	} {
		c := done
		change(&c)
		fails(t, what, put(func(ctx context.Context, w record.Tx) error { return w.PutPublished(ctx, c) }), fault.Conflict)
	}
	noNote := done
	noNote.Note = nil
	fails(t, "no note", put(func(ctx context.Context, w record.Tx) error { return w.PutPublished(ctx, noNote) }), fault.Invalid)
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.LastCheckpoint(ctx, "")
		same(t, "the intent after all that", got, err, intent)
		_, err = r.CheckpointOver(ctx, 1, 0)
		fails(t, "an intent covers nothing yet", err, fault.NotFound)
		return nil
	})
	later := done
	later.Note, later.Stamps = []byte("note with more\n"), [][]byte{[]byte("one"), {}, []byte("three")}
	later.Timed = true
	for _, c := range []ledger.Signed{done, later} {
		update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutPublished(ctx, c) })
		view(t, s, func(ctx context.Context, r record.Reader) error {
			got, err := r.LastCheckpoint(ctx, ledger.Published)
			same(t, "the published checkpoint", got, err, c)
			_, err = r.LastCheckpoint(ctx, ledger.Intent)
			fails(t, "an intent that is done", err, fault.NotFound)
			return nil
		})
	}
}

func checkpoints(t *testing.T, s record.Store) {
	grow(t, s, 5)
	all := []ledger.Signed{
		{Seq: 1, Epoch: 1, Size: 2, Root: hashOf("2"), State: ledger.Published, Note: []byte("two"), At: at},
		{Seq: 2, Epoch: 1, Size: 4, Root: hashOf("4"), State: ledger.Published, Note: []byte("four"), At: at},
		{Seq: 3, Epoch: 1, Size: 5, Root: hashOf("5"), State: ledger.Intent, At: at},
		{Seq: 4, Epoch: 1, Size: 5, Root: hashOf("5"), State: ledger.Published, Note: []byte("five"), At: at, Timed: true},
		{Seq: 5, Epoch: 1, Size: 5, Root: hashOf("5"), State: ledger.Published, Note: []byte("five again"), At: at, Timed: true},
		{Seq: 6, Epoch: 1, Size: 9, Root: hashOf("9"), State: ledger.Published, Note: []byte("nine"), At: at},
		{Seq: 7, Epoch: 1, Size: 9, Root: hashOf("9"), State: ledger.Published, Note: []byte("nine again"), At: at},
		{Seq: 8, Epoch: 1, Size: 11, Root: hashOf("11"), State: ledger.Intent, At: at},
		{Seq: 9, Epoch: 2, Size: 1, Root: hashOf("1"), State: ledger.Published, Note: []byte("one"), At: at},
	}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		for _, c := range all {
			err := w.PutIntent(ctx, c)
			if err == nil && c.State == ledger.Published {
				err = w.PutPublished(ctx, c)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		for state, want := range map[ledger.State]int{"": 8, ledger.Intent: 7, ledger.Published: 8} {
			got, err := r.LastCheckpoint(ctx, state)
			same(t, "the last checkpoint "+string(state), got, err, all[want])
		}
		for _, c := range []struct {
			epoch, index, want int
		}{{1, 0, 3}, {1, 4, 3}, {1, 5, 6}, {1, 8, 6}, {2, 0, 8}} {
			// The earliest with a time from outside, or else the newest.
			got, err := r.CheckpointOver(ctx, c.epoch, int64(c.index))
			same(t, fmt.Sprintf("the checkpoint over leaf %d", c.index), got, err, all[c.want])
		}
		_, err := r.CheckpointOver(ctx, 1, 9)
		fails(t, "an index that only an intent covers", err, fault.NotFound)
		var got []ledger.Signed
		err = r.EachCheckpoint(ctx, func(c ledger.Signed) error { got = append(got, c); return nil })
		same(t, "each checkpoint", got, err, all)
		return nil
	})
}

func bigBatches(t *testing.T, s record.Store) {
	const n = 5000
	grow(t, s, n)
	var nodes []ledger.Node
	for i := range int64(n >> 8) {
		nodes = append(nodes, ledger.Node{Level: 1, N: i, Hash: hashOf(string(rune('a' + i)))})
	}
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutLeaves(ctx, 1, n, nil, nodes) })
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Entries(ctx, 1, 0, n)
		same(t, "a big range", got, err, entries(0, n))
		hashes, err := r.Nodes(ctx, 1, 1, 0, n>>8)
		same(t, "the nodes", len(hashes), err, n>>8)
		rows, err := r.CaseRows(ctx, "case-a", 0)
		same(t, "the rows", len(rows), err, n)
		next := int64(0)
		err = r.EachRow(ctx, 1, 0, func(row record.Row) error {
			if row.Index != next {
				t.Errorf("row %d comes where %d was due", row.Index, next)
			}
			next++
			return nil
		})
		same(t, "each row", next, err, n)
		return nil
	})
}
