package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/fault"
	"tocsin/record"
)

// tx is one transaction; it implements record.Tx, and for reading record.Reader.
type tx struct {
	conn   Conn // nil when the transaction has ended
	d      *Dialect
	place  string
	doomed error // the first write that failed
}

var _ record.Tx = (*tx)(nil)

// Place names the database that the transaction runs on.
func (t *tx) Place() string { return t.place }

var errEnded = fault.New(fault.Internal, "a transaction was used after its end")

// page is how many rows the Each methods hold at a time. They read pages, so
// that fn may use the transaction itself.
const page = 256

func (t *tx) query(ctx context.Context, doing, query string, each func(Rows) error, args ...any) error {
	if t.conn == nil {
		return errEnded
	}
	t.d.tell(ctx, query)
	rows, err := t.conn.Query(ctx, query, args...)
	if err != nil {
		return t.d.Fail(doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return t.d.Fail(doing, err)
		}
	}
	return t.d.Fail(doing, rows.Err())
}

// exec writes, and remembers a failure.
func (t *tx) exec(ctx context.Context, doing, query string, args ...any) (int64, error) {
	if t.conn == nil {
		return 0, errEnded
	}
	if t.doomed != nil {
		return 0, t.doomed
	}
	t.d.tell(ctx, query)
	n, err := t.conn.Exec(ctx, query, args...)
	if err != nil {
		return 0, t.doom(t.d.Fail(doing, err))
	}
	return n, nil
}

// change is what exec is, for a statement that gives the rows it changed.
func (t *tx) change(ctx context.Context, doing, query string, each func(Rows) error, args ...any) error {
	if t.doomed != nil {
		return t.doomed
	}
	if err := t.query(ctx, doing, query, each, args...); err != nil {
		return t.doom(err)
	}
	return nil
}

func (t *tx) doom(err error) error {
	if t.doomed == nil {
		t.doomed = err
	}
	return err
}

// chunks are the sizes in which rows are inserted and looked up: few statements
// for a batch, and few different ones for an engine to keep prepared.
var chunks = []int{256, 64, 16, 4, 1}

// insert adds rows, each a list of width parameters; prefix ends in VALUES.
func (t *tx) insert(ctx context.Context, doing, prefix string, width int, args []any) error {
	return t.upsert(ctx, doing, prefix, "", width, args)
}

// upsert is insert where suffix says what becomes of a row that is there.
func (t *tx) upsert(ctx context.Context, doing, prefix, suffix string, width int, args []any) error {
	for _, size := range chunks {
		for len(args) >= size*width {
			if _, err := t.exec(ctx, doing, values(prefix, size, width)+suffix, args[:size*width]...); err != nil {
				return err
			}
			args = args[size*width:]
		}
	}
	return nil
}

func values(prefix string, rows, width int) string {
	var b strings.Builder
	b.WriteString(prefix)
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// one reads a single row; fault.NotFound with the given words if there is none.
func one[T any](ctx context.Context, t *tx, doing, none, query string, scan func(Rows) (T, error), args ...any) (T, error) {
	var out T
	found := false
	err := t.query(ctx, doing, query, func(r Rows) (err error) {
		found = true
		out, err = scan(r)
		return err
	}, args...)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "%s", none)
	}
	return out, err
}

// all reads every row.
func all[T any](ctx context.Context, t *tx, doing, query string, scan func(Rows) (T, error), args ...any) ([]T, error) {
	var out []T
	err := t.query(ctx, doing, query, func(r Rows) error {
		v, err := scan(r)
		out = append(out, v)
		return err
	}, args...)
	return out, err
}

// many reads the rows whose key is in a list, each once; prefix ends in IN. The
// last key is repeated until there are as many as one of the chunks has.
func many[K comparable, T any](ctx context.Context, t *tx, doing, prefix string, scan func(Rows) (T, error), keys []K, param func(K) any) ([]T, error) {
	seen := make(map[K]bool, len(keys))
	list := make([]any, 0, len(keys))
	for _, k := range keys {
		if !seen[k] {
			list = append(list, param(k))
		}
		seen[k] = true
	}
	var out []T
	for len(list) > 0 {
		size := chunks[0]
		for _, c := range chunks {
			if c >= len(list) {
				size = c
			}
		}
		n := min(size, len(list))
		args := slices.Clone(list[:n])
		for len(args) < size {
			args = append(args, args[n-1])
		}
		rows, err := all(ctx, t, doing, values(prefix, 1, size), scan, args...)
		if err != nil {
			return nil, err
		}
		out, list = append(out, rows...), list[n:]
	}
	return out, nil
}

// paged calls fn with each row of next, which gives the page after the last row
// (nil at the beginning).
func paged[T any](next func(last *T) ([]T, error), fn func(T) error) error {
	var last *T
	for {
		rows, err := next(last)
		if err != nil {
			return err
		}
		for _, v := range rows {
			if err := fn(v); err != nil {
				return err
			}
		}
		if len(rows) < page {
			return nil
		}
		last = &rows[len(rows)-1]
	}
}
