package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/fault"
	"tocsin/ledger"
)

// glance runs fn, which reads with one statement, without a transaction around
// it: to a server each statement is a journey, and one alone is a snapshot.
func (s *Store) glance(ctx context.Context, fn func(*tx) error) error {
	for {
		l, err := s.readers.get(ctx)
		if err != nil {
			return s.d.Fail("reaching the database", err)
		}
		t := &tx{conn: l.Conn, d: s.d, place: l.place}
		finished := false
		func() {
			defer func() {
				t.conn = nil
				if !finished { // fn panicked
					s.readers.put(l, true)
				}
			}()
			err = fn(t)
			finished = true
		}()
		stale := err != nil && l.used && s.d.Stale != nil && s.d.Stale(err)
		s.readers.put(l, stale)
		if !stale {
			return err
		}
	}
}

// aside writes what is no part of the record. When the answer of the commit was
// lost, fn is run once more, told so: whatever it locks first has waited for the
// transaction before it.
func (s *Store) aside(ctx context.Context, fn func(t *tx, again bool) error) error {
	err := s.transact(ctx, Aside, func(t *tx) error { return fn(t, false) })
	if !ledger.IsUncertain(err) {
		return err
	}
	again := s.transact(ctx, Aside, func(t *tx) error { return fn(t, true) })
	if fault.KindOf(again) == fault.Unavailable && again != nil {
		return err // still nobody can tell
	}
	return again
}

// listed writes a statement that ends in IN with a list of n parameters after
// those that it has.
func listed(prefix string, before, n int) string {
	var b strings.Builder
	b.WriteString(prefix)
	for i := range n {
		b.WriteString(map[bool]string{true: "($", false: ", $"}[i == 0])
		b.WriteString(strconv.Itoa(before + i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// inChunks calls fn with the statement and its parameters for each part of a
// list; the last of a part is repeated until there are as many as one of the
// chunks has, so that an engine keeps few statements.
func inChunks(prefix string, fixed, list []any, fn func(query string, args []any) error) error {
	for len(list) > 0 {
		size := chunks[0]
		for _, c := range chunks {
			if c >= len(list) {
				size = c
			}
		}
		n := min(size, len(list))
		args := slices.Concat(fixed, list[:n])
		for len(args) < len(fixed)+size {
			args = append(args, list[n-1])
		}
		if err := fn(listed(prefix, len(fixed), size), args); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// execIn writes with a statement that ends in IN; a list of nothing is no statement.
func (t *tx) execIn(ctx context.Context, doing, prefix string, fixed, list []any) error {
	return inChunks(prefix, fixed, list, func(query string, args []any) error {
		_, err := t.exec(ctx, doing, query, args...)
		return err
	})
}

// queryIn reads with a statement that ends in IN. The list has no repetitions.
func (t *tx) queryIn(ctx context.Context, doing, prefix string, fixed, list []any, each func(Rows) error) error {
	return inChunks(prefix, fixed, list, func(query string, args []any) error {
		return t.query(ctx, doing, query, each, args...)
	})
}
