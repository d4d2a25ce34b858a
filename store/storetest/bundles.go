package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// full is how many leaves an engine may keep as one row (C2SP tlog-tiles).
const full = 256

// borders are the ends of ranges at which a leaf could be lost or come twice.
var borders = []int{0, 1, full - 1, full, full + 1, 2*full - 1, 2 * full, 2*full + 1, 999, 1000, 1001, 4*full - 1, 4 * full, 4*full + 1, 1299, 1300}

// bundles grows epochs by batches of different sizes; whatever the batches were,
// every range has the same leaves.
func bundles(t *testing.T, s record.Store) {
	const n = 1300
	for i, batch := range []int{1, 3, full - 1, full, full + 1, 1000, n} {
		epoch, base := i+1, 10_000*i
		update(t, s, func(ctx context.Context, w record.Tx) error {
			return w.PutEpoch(ctx, ledger.Epoch{N: epoch, Origin: fmt.Sprintf("log.example.org/%d", epoch), Opened: at})
		})
		read := func(ctx context.Context, r record.Reader, have int) {
			for _, from := range borders {
				for _, to := range borders {
					if from > to || to > have {
						continue
					}
					got, err := r.Entries(ctx, epoch, int64(from), int64(to))
					if err != nil || len(got) != to-from || to > from && (got[0] != entry(base+from) || got[to-from-1] != entry(base+to-1)) {
						t.Errorf("batches of %d: leaves %d to %d of %d: %d came, %v", batch, from, to, have, len(got), err)
					}
				}
			}
			got, err := r.Entries(ctx, epoch, 0, int64(have))
			same(t, fmt.Sprintf("batches of %d: all %d leaves", batch, have), got, err, entries(base, base+have))
			for _, from := range []int{0, have - 1, have} {
				_, err = r.Entries(ctx, epoch, int64(from), int64(have+1))
				fails(t, fmt.Sprintf("batches of %d: one leaf beyond %d, from %d", batch, have, from), err, fault.NotFound)
			}
		}
		const together = 100 // batches in one transaction
		for first := 0; first < n; {
			update(t, s, func(ctx context.Context, w record.Tx) error {
				for range together {
					end := min(first+batch, n)
					if end == first {
						break
					}
					if err := w.PutLeaves(ctx, epoch, int64(first), entries(base+first, base+end), nil); err != nil {
						return err
					}
					first = end
				}
				read(ctx, w, first) // its own leaves, before the commit
				return w.PutHead(ctx, head(epoch, int64(first)))
			})
			view(t, s, func(ctx context.Context, r record.Reader) error { read(ctx, r, first); return nil })
		}
	}
	// The epochs did not mix.
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Entries(ctx, 1, full-1, full+1)
		same(t, "the first epoch after all others", got, err, entries(full-1, full+1))
		return nil
	})
}

// follows: leaves are put right after the last one, whether that has a row of its
// own or not.
func follows(t *testing.T, s record.Store) {
	const n = full + 44
	grow(t, s, n)
	for first, kind := range map[int64]fault.Kind{
		0: fault.Conflict, 10: fault.Conflict, full - 1: fault.Conflict, full: fault.Conflict, full + 1: fault.Conflict, n - 1: fault.Conflict,
		n + 1: fault.Internal, 2 * full: fault.Internal, 3 * full: fault.Internal, 1 << 39: fault.Internal,
	} {
		for _, count := range []int{1, full - 1, full, 700} {
			err := s.Update(t.Context(), func(w record.Tx) error {
				return w.PutLeaves(t.Context(), 1, first, entries(0, count), nil)
			})
			fails(t, fmt.Sprintf("%d leaves from %d on", count, first), err, kind)
			if want := fmt.Sprintf("leaf %d of epoch 1", first); kind == fault.Internal && err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("the gap is reported as %v, want %s", err, want)
			}
		}
	}
	fails(t, "the second leaf of an epoch without a first", s.Update(t.Context(), func(w record.Tx) error {
		return w.PutLeaves(t.Context(), 2, 1, entries(1, 2), nil)
	}), fault.Internal)
	// A batch that completes a bundle and fails leaves the rows as they were.
	stop := errors.New("stop")
	err := s.Update(t.Context(), func(w record.Tx) error {
		if err := w.PutLeaves(t.Context(), 1, n, entries(0, full), nil); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("the transaction that fails says %v", err)
	}
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return errors.Join(w.PutLeaves(ctx, 1, n, entries(n, 700), nil), w.PutHead(ctx, head(1, 700)))
	})
	view(t, s, func(ctx context.Context, r record.Reader) error {
		got, err := r.Entries(ctx, 1, 0, 700)
		same(t, "the leaves after all that", got, err, entries(0, 700))
		return nil
	})
}

// Damage changes the rows of leaves behind the back of a store, by statements
// that both SQL engines run, and demands that reading or the audit notices. open
// gives an empty store and a way to its database.
func Damage(t *testing.T, open func(t *testing.T) (record.Store, func(statement string, args ...any) error)) {
	const n, epoch = 1000, int64(1) << 40
	s, exec := open(t)
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1", Opened: at})
	})
	extend := func(from, to int) error {
		return s.Update(t.Context(), func(w record.Tx) error {
			_, _, err := ledger.Extend(t.Context(), w, entries(from, to), at)
			return err
		})
	}
	for first := 0; first < n; first += 100 {
		if err := extend(first, first+100); err != nil {
			t.Fatal(err)
		}
	}
	row := func(change func(b []byte) []byte) []byte { // that of bundle 1
		var b []byte
		for _, e := range entries(full, 2*full) {
			b = append(b, e[:]...)
		}
		return change(b)
	}
	const size = receipt.EntrySize
	whole := row(func(b []byte) []byte { return b })
	leaf := entry(800)
	flipped := bytes.Clone(leaf[:])
	flipped[32] ^= 1
	const (
		setBundle = `UPDATE bundle SET entries = $1 WHERE place = $2`
		setLeaf   = `UPDATE leaf SET entry = $1 WHERE place = $2`
	)
	type change struct {
		statement string
		args      []any
	}
	mend, mendLeaf := change{setBundle, []any{whole, epoch + 1}}, change{setLeaf, []any{leaf[:], epoch + 800}}
	for _, c := range []struct {
		what       string
		done, undo change
		want       string // of reading all leaves; "": only the audit can tell
	}{
		{"a bundle cut off", change{setBundle, []any{whole[:full*size-1], epoch + 1}}, mend, "bundle 1 of epoch 1 is damaged: it has 8447 bytes"},
		{"a bundle without its last entry", change{setBundle, []any{whole[:(full-1)*size], epoch + 1}}, mend, "bundle 1 of epoch 1 is damaged: it has 8415 bytes"},
		{"a bundle with an entry more", change{setBundle, []any{append(bytes.Clone(whole), leaf[:]...), epoch + 1}}, mend, "bundle 1 of epoch 1 is damaged: it has 8481 bytes"},
		{"an empty bundle", change{setBundle, []any{[]byte{}, epoch + 1}}, mend, "bundle 1 of epoch 1 is damaged: it has 0 bytes"},
		{
			"a bundle that is gone", change{`DELETE FROM bundle WHERE place = $1`, []any{epoch + 1}},
			change{`INSERT INTO bundle (place, entries) VALUES ($1, $2)`, []any{epoch + 1, whole}}, "leaf 256 of epoch 1 is missing: the database is damaged",
		},
		{
			"a bundle elsewhere", change{`UPDATE bundle SET place = $1 WHERE place = $2`, []any{epoch + 9, epoch + 2}},
			change{`UPDATE bundle SET place = $1 WHERE place = $2`, []any{epoch + 2, epoch + 9}}, "leaf 512 of epoch 1 is missing: the database is damaged",
		},
		{
			"a leaf that is gone", change{`DELETE FROM leaf WHERE place = $1`, []any{epoch + 800}},
			change{`INSERT INTO leaf (place, entry) VALUES ($1, $2)`, []any{epoch + 800, leaf[:]}}, "leaf 800 of epoch 1 is missing: the database is damaged",
		},
		{"a leaf cut off", change{setLeaf, []any{leaf[:32], epoch + 800}}, mendLeaf, "leaf 800 of epoch 1 is damaged: it has 32 bytes"},
		{"a bit of a leaf", change{setLeaf, []any{flipped, epoch + 800}}, mendLeaf, ""},
		{"a bit of a bundle", change{setBundle, []any{row(func(b []byte) []byte { b[100*size+7] ^= 4; return b }), epoch + 1}}, mend, ""},
		{"two entries exchanged", change{setBundle, []any{row(func(b []byte) []byte {
			return append(append(append([]byte{}, b[size:2*size]...), b[:size]...), b[2*size:]...)
		}), epoch + 1}}, mend, ""},
	} {
		if found := audited(t, s); len(found) > 0 {
			t.Fatalf("before %s (control): %q", c.what, found)
		}
		if err := exec(c.done.statement, c.done.args...); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		view(t, s, func(ctx context.Context, r record.Reader) error {
			_, err := r.Entries(ctx, 1, 0, n)
			if c.want == "" {
				return err
			}
			fails(t, c.what, err, fault.Internal)
			if err != nil && err.Error() != c.want {
				t.Errorf("%s is reported as %v, want %s", c.what, err, c.want)
			}
			return nil
		})
		if len(audited(t, s)) == 0 {
			t.Errorf("%s: the audit finds nothing", c.what)
		}
		if strings.HasPrefix(c.want, "leaf 800") { // would be moved into a bundle next
			fails(t, c.what+": completing the bundle", extend(n, n+full), fault.Internal)
		}
		if err := exec(c.undo.statement, c.undo.args...); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
	}
	if err := extend(n, n+full); err != nil {
		t.Errorf("the log does not go on when all is mended: %v", err)
	}
	if found := audited(t, s); len(found) > 0 {
		t.Errorf("in the end: %q", found)
	}
}

// audited gives what an audit of the log finds, in whichever way it tells.
func audited(t *testing.T, s record.Store) (found []string) {
	t.Helper()
	view(t, s, func(ctx context.Context, r record.Reader) error {
		report, err := ledger.Audit(ctx, r, nil, nil)
		if err != nil {
			found = append(found, err.Error())
		}
		for _, f := range report.Findings {
			found = append(found, f.Place+": "+f.What)
		}
		return nil
	})
	return found
}
