package cabinet

import (
	"context"

	"tocsin/internal/fault"
)

// Get reads a document into v and gives its version; fault.NotFound. One
// statement.
func (c *Cabinet) Get(ctx context.Context, kind, id string, v any) (int64, error) {
	k, err := c.ring(kind)
	if err == nil {
		err = checkID(kind, id)
	}
	if err != nil {
		return 0, err
	}
	row, err := c.store.CabinetGet(ctx, kind, k.name(id))
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = missing(kind)
		}
		return 0, err
	}
	e, err := c.entry(k, row)
	if err != nil {
		return 0, err
	}
	return e.Version, e.Into(v)
}

// Find gives the documents of a kind that have a key, or all of them for "", in
// an order that stays, after the id given, at most limit. The order is that of
// hashes and tells nothing: sort what is shown.
func (c *Cabinet) Find(ctx context.Context, kind, key, after string, limit int) ([]Entry, error) {
	k, err := c.ring(kind)
	if err != nil {
		return nil, err
	}
	if limit < 1 {
		return nil, fault.New(fault.Invalid, "a limit of %d documents of kind %s is none", limit, kind)
	}
	var hash *[32]byte
	if key != "" {
		if err := checkWord(kind, key); err != nil {
			return nil, err
		}
		h := k.word(key)
		hash = &h
	}
	if after != "" {
		after = k.name(after)
	}
	rows, err := c.store.CabinetFind(ctx, kind, hash, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, 0, len(rows))
	for _, row := range rows {
		e, err := c.entry(k, row)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// page is how many documents All reads at a time.
const page = 256

// All calls fn with each document of a kind that has a key, or with all of them
// for "", page by page, until fn gives an error.
func (c *Cabinet) All(ctx context.Context, kind, key string, fn func(Entry) error) error {
	for after := ""; ; {
		list, err := c.Find(ctx, kind, key, after, page)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
		after = list[page-1].ID
	}
}

// One gives the only document with a unique key; fault.NotFound. One statement.
func (c *Cabinet) One(ctx context.Context, kind, key string, v any) (Ref, error) {
	k, err := c.ring(kind)
	if err == nil {
		err = checkWord(kind, key)
	}
	if err != nil {
		return Ref{}, err
	}
	hash := k.one(key)
	rows, err := c.store.CabinetFind(ctx, kind, &hash, "", 2)
	switch {
	case err != nil:
		return Ref{}, err
	case len(rows) == 0:
		return Ref{}, missing(kind)
	case len(rows) > 1:
		return Ref{}, fault.New(fault.Internal, "two documents of kind %s have a key that only one may have: the database is damaged", kind)
	}
	e, err := c.entry(k, rows[0])
	if err != nil {
		return Ref{}, err
	}
	return e.Ref, e.Into(v)
}

// Edition is a number that grows with every change of a kind, in any process.
func (c *Cabinet) Edition(ctx context.Context, kind string) (int64, error) {
	if _, err := c.ring(kind); err != nil {
		return 0, err
	}
	return c.store.CabinetEdition(ctx, kind)
}

func (c *Cabinet) entry(k *keyring, row Row) (Entry, error) {
	l, err := k.open(row)
	if err != nil {
		return Entry{}, err
	}
	return Entry{Ref{row.Kind, l.ID, row.Version}, l.Value}, nil
}
