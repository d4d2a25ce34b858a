package record

import (
	"context"

	"tocsin/internal/fault"
)

// walk opens the records of a case one after the other and checks its chain; it
// gives what a projection holds, without folding the case.
func walk(ctx context.Context, r Rows, key CaseKey, handle string) (*chain, error) {
	c := newChain(handle)
	rows, err := r.CaseRows(ctx, handle, 0)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		o, err := openRow(key, row)
		if err != nil {
			return nil, err
		}
		if _, _, err := c.follow(o); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// namesakes knows which case of an id is the earliest: the id leads to it, and to
// the others only their handles do.
type namesakes map[string]earliest

type earliest struct {
	handle string
	first  spot
}

// spot is where a record stands in the log.
type spot struct {
	epoch int
	index int64
}

func (p spot) before(o spot) bool {
	return p.epoch < o.epoch || p.epoch == o.epoch && p.index < o.index
}

// add takes a case that has any record.
func (n namesakes) add(c *chain) {
	if was, ok := n[c.summary.Case]; !ok || c.first.before(was.first) {
		n[c.summary.Case] = earliest{c.handle, c.first}
	}
}

// lookupOf is how the database finds a case again.
func (s *Sealer) lookupOf(sum Summary, n namesakes) [32]byte {
	switch {
	case sum.Handle == LogHandle:
		return s.ownLookup(LogHandle)
	case n[sum.Case].handle != sum.Handle:
		return s.twinLookup(sum.Case, sum.Handle)
	}
	return s.Lookup(sum.Case)
}

// handles lists who has a key, fillers left out.
func handles(ctx context.Context, r Keys) ([]string, error) {
	var out []string
	err := r.EachKey(ctx, func(k Key) error {
		if k.Handle != fillerHandle {
			out = append(out, k.Handle)
		}
		return nil
	})
	return out, err
}

// Rebuild drops the projections and makes them again from the records, to the
// same bytes.
func (k *Keeper) Rebuild(ctx context.Context) error {
	return k.store.Update(ctx, func(tx Tx) error {
		if k.o.Guard != nil {
			if err := k.o.Guard.Check(ctx, tx, ""); err != nil {
				return err
			}
		}
		return k.rebuild(ctx, tx)
	})
}

func (k *Keeper) rebuild(ctx context.Context, tx Tx) error {
	list, err := handles(ctx, tx)
	if err != nil {
		return err
	}
	if err := tx.DropViews(ctx); err != nil {
		return err
	}
	chains, same := make([]*chain, 0, len(list)), namesakes{}
	for _, h := range list {
		key, err := k.keyOf(ctx, tx, h)
		if err != nil {
			return err
		}
		c, err := walk(ctx, tx, key, h)
		if err != nil {
			return err
		}
		if c.version == 0 {
			return fault.New(fault.Internal, "case %s has a key and no records; run tocsin ledger audit", h)
		}
		chains = append(chains, c)
		same.add(c)
	}
	for _, c := range chains {
		key, err := k.keyOf(ctx, tx, c.handle)
		if err != nil {
			return err
		}
		v, err := project(c.summary, c.head, key, k.seal.lookupOf(c.summary, same))
		if err != nil {
			return err
		}
		if err := tx.PutView(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
