package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

func dooms(t *testing.T, s record.Store) {
	grow(t, s, 3)
	fails(t, "an update that forgives a conflict", s.Update(t.Context(), func(w record.Tx) error {
		ctx := t.Context()
		if err := w.PutKey(ctx, record.Key{Handle: "case-a", Wrapped: []byte("k")}); err != nil {
			return err
		}
		fails(t, "the conflict", w.PutRows(ctx, []record.Row{row(1, 2, "case-b", 1)}), fault.Conflict)
		return nil
	}), fault.Conflict)
	view(t, s, func(ctx context.Context, r record.Reader) error {
		_, err := r.KeyOf(ctx, "case-a")
		fails(t, "what was written before the conflict", err, fault.NotFound)
		return nil
	})
}

func isolation(t *testing.T, s record.Store) {
	grow(t, s, 3)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		if err := errors.Join(w.PutLeaves(ctx, 1, 3, entries(3, 4), nil), w.PutHead(ctx, head(1, 4))); err != nil {
			return err
		}
		view(t, s, func(ctx context.Context, r record.Reader) error {
			h, err := r.Head(ctx)
			same(t, "the head seen from outside", h, err, head(1, 3))
			_, err = r.Entries(ctx, 1, 3, 4)
			fails(t, "a leaf seen from outside", err, fault.NotFound)
			return nil
		})
		return nil
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		h, err := r.Head(ctx)
		same(t, "the head after the commit", h, err, head(1, 4))
		return nil
	})
}

func snapshots(t *testing.T, s record.Store) {
	grow(t, s, 3)
	view(t, s, func(ctx context.Context, r record.Reader) error {
		h, err := r.Head(ctx)
		same(t, "the head before", h, err, head(1, 3))
		update(t, s, func(ctx context.Context, w record.Tx) error {
			return errors.Join(w.PutLeaves(ctx, 1, 3, entries(3, 4), nil), w.PutHead(ctx, head(1, 4)), w.ReplaceSealed(ctx, 1, 0, []byte("new")))
		})
		h, err = r.Head(ctx)
		same(t, "the head in the same view", h, err, head(1, 3))
		got, err := r.RowAt(ctx, 1, 0)
		same(t, "a row in the same view", got, err, row(1, 0, "case-a", 1))
		return nil
	})
}

// everything puts one thing of each kind beside what grow made.
func everything(ctx context.Context, w record.Tx) error {
	c := ledger.Signed{Seq: 1, Epoch: 1, Size: 4, Root: hashOf("r"), Note: []byte("n"), At: at}
	return errors.Join(
		w.PutLeaves(ctx, 1, 3, entries(3, 4), []ledger.Node{{Level: 1, Hash: hashOf("n")}}),
		w.PutHead(ctx, head(1, 4)),
		w.PutEpoch(ctx, ledger.Epoch{N: 2, Origin: "log.example.org/2", Opened: at}),
		w.PutIntent(ctx, c), w.PutPublished(ctx, c),
		w.PutRows(ctx, []record.Row{row(1, 3, "case-a", 4)}),
		w.PutView(ctx, viewOf("case-a", 4)),
		w.PutKey(ctx, record.Key{Handle: "case-a", Wrapped: []byte("k")}),
		w.PutRequest(ctx, requestOf("r")),
		w.ReplaceSealed(ctx, 1, 0, []byte("new")),
	)
}

// untouched demands that nothing of everything stands.
func untouched(t *testing.T, s record.Store) {
	t.Helper()
	view(t, s, func(ctx context.Context, r record.Reader) error {
		h, err := r.Head(ctx)
		same(t, "the head", h, err, head(1, 3))
		got, err := r.RowAt(ctx, 1, 0)
		same(t, "the first row", got, err, row(1, 0, "case-a", 1))
		_, err = r.Entries(ctx, 1, 3, 4)
		fails(t, "the leaf", err, fault.NotFound)
		_, err = r.Nodes(ctx, 1, 1, 0, 1)
		fails(t, "the node", err, fault.NotFound)
		_, err = r.LastCheckpoint(ctx, "")
		fails(t, "the checkpoint", err, fault.NotFound)
		_, err = r.RowAt(ctx, 1, 3)
		fails(t, "the row", err, fault.NotFound)
		_, err = r.ViewOf(ctx, "case-a")
		fails(t, "the view", err, fault.NotFound)
		_, err = r.KeyOf(ctx, "case-a")
		fails(t, "the key", err, fault.NotFound)
		_, err = r.RequestBy(ctx, sum("r"))
		fails(t, "the request", err, fault.NotFound)
		return nil
	})
}

func rollbacks(t *testing.T, s record.Store) {
	grow(t, s, 3)
	why := errors.New("the command was refused")
	err := s.Update(t.Context(), func(w record.Tx) error {
		if err := everything(t.Context(), w); err != nil {
			t.Errorf("everything: %v (%v)", err, causes(err))
		}
		return why
	})
	if !errors.Is(err, why) {
		t.Errorf("the function's error is not returned: %v", err)
	}
	untouched(t, s)
	update(t, s, everything) // and nothing stands in its way afterwards
}

func panics(t *testing.T, s record.Store) {
	grow(t, s, 3)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Update(t.Context(), func(w record.Tx) error {
			_ = everything(t.Context(), w)
			panic("a bug")
		})
	}()
	untouched(t, s)
	update(t, s, everything)
}

func ended(t *testing.T, s record.Store) {
	grow(t, s, 3)
	var kept record.Tx
	update(t, s, func(_ context.Context, w record.Tx) error { kept = w; return nil })
	_, err := kept.Head(t.Context())
	fails(t, "reading after the end", err, fault.Internal)
	fails(t, "writing after the end", kept.PutHead(t.Context(), head(1, 9)), fault.Internal)
	untouched(t, s)
}

// A counter in the place of the head: each of many writers reads it and puts
// the next, so a writer that saw an old one would be a conflict or a loss.
func writersAtOnce(t *testing.T, s record.Store) {
	grow(t, s, 1)
	const writers, each = 8, 20
	var wg sync.WaitGroup
	for g := range writers {
		wg.Go(func() {
			for i := range each {
				err := s.Update(t.Context(), func(w record.Tx) error {
					ctx := t.Context()
					h, err := w.Head(ctx)
					if err != nil {
						return err
					}
					return errors.Join(
						w.PutLeaves(ctx, 1, h.Size, entries(int(h.Size), int(h.Size)+1), nil),
						w.PutRows(ctx, []record.Row{row(1, h.Size, fmt.Sprintf("case-%d", g), int64(i+1))}),
						w.PutHead(ctx, head(1, h.Size+1)),
					)
				})
				if err != nil {
					t.Errorf("writer %d: %v (%v)", g, err, causes(err))
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Entries(ctx, 1, 0, 1+writers*each)
		same(t, "the leaves of all", got, err, entries(0, 1+writers*each))
		for g := range writers {
			rows, err := r.CaseRows(ctx, fmt.Sprintf("case-%d", g), 0)
			same(t, "the rows of one writer", len(rows), err, each)
		}
		return nil
	})
}

func cancelled(t *testing.T, s record.Store) {
	grow(t, s, 3)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	called := func() error { t.Error("called for a caller who had gone"); return nil }
	for what, err := range map[string]error{
		"an update": s.Update(gone, func(record.Tx) error { return called() }),
		"a view":    s.View(gone, func(record.Reader) error { return called() }),
	} {
		fails(t, what, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v does not say who gave up", what, err)
		}
	}
	for what, put := range map[string]func(ctx context.Context, w record.Tx) error{
		"before the writes": func(ctx context.Context, w record.Tx) error { return everything(ctx, w) },
		"after the writes":  func(_ context.Context, w record.Tx) error { return everything(t.Context(), w) },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, func(w record.Tx) error {
			cancel()
			return put(ctx, w)
		})
		fails(t, "cancelled "+what, err, fault.Unavailable)
		if ledger.IsUncertain(err) {
			t.Errorf("cancelled %s: what was never committed is called uncertain", what)
		}
		untouched(t, s)
	}
	// Whoever waits for the lock may give up, and the one who has it goes on.
	update(t, s, func(_ context.Context, w record.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Update(ctx, func(record.Tx) error { return called() }) }()
		cancel()
		fails(t, "an update that gave up waiting", <-done, fault.Unavailable)
		return everything(t.Context(), w)
	})
}

func scrubbed(t *testing.T, s record.Store) {
	grow(t, s, 300)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.ReplaceSealed(ctx, 1, 7, []byte("new")), w.PutKey(ctx, record.Key{Handle: "case-a", Wrapped: []byte("k")}))
	})
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatalf("scrub: %v (%v)", err, causes(err))
	}
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Entries(ctx, 1, 0, 300)
		same(t, "the leaves", got, err, entries(0, 300))
		rows, err := r.CaseRows(ctx, "case-a", 0)
		same(t, "the rows", len(rows), err, 300)
		k, err := r.KeyOf(ctx, "case-a")
		same(t, "the key", string(k.Wrapped), err, "k")
		return nil
	})
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.PutHead(ctx, head(1, 301)) })
}

func closed(t *testing.T, s record.Store) {
	grow(t, s, 3)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	fails(t, "an update", s.Update(t.Context(), func(record.Tx) error { return nil }), fault.Unavailable)
	fails(t, "a view", s.View(t.Context(), func(record.Reader) error { return nil }), fault.Unavailable)
	fails(t, "a scrub", s.Scrub(t.Context()), fault.Unavailable)
}
