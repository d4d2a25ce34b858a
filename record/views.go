package record

import (
	"context"

	"tocsin/internal/fault"
)

// walk opens the records of a case one after the other and checks its chain; it
// gives what a projection holds, without folding the case.
func walk(ctx context.Context, r Rows, key CaseKey, handle string) (Summary, [32]byte, error) {
	c := newChain(handle)
	rows, err := r.CaseRows(ctx, handle, 0)
	if err != nil {
		return Summary{}, [32]byte{}, err
	}
	for _, row := range rows {
		o, err := openRow(key, row)
		if err != nil {
			return Summary{}, [32]byte{}, err
		}
		if _, _, err := c.follow(o); err != nil {
			return Summary{}, [32]byte{}, err
		}
	}
	return c.summary, c.head, nil
}

// lookupOf is how the database finds a case again.
func (s *Sealer) lookupOf(sum Summary) [32]byte {
	if sum.Handle == LogHandle {
		return s.ownLookup(LogHandle)
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
	for _, h := range list {
		key, err := k.keyOf(ctx, tx, h)
		if err != nil {
			return err
		}
		sum, head, err := walk(ctx, tx, key, h)
		if err != nil {
			return err
		}
		if sum.Version == 0 {
			return fault.New(fault.Internal, "case %s has a key and no records; run tocsin ledger audit", h)
		}
		v, err := project(sum, head, key, k.seal.lookupOf(sum))
		if err != nil {
			return err
		}
		if err := tx.PutView(ctx, v); err != nil {
			return err
		}
	}
	return nil
}
