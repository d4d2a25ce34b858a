package record

import (
	"context"
	"fmt"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// origin tells from where a leaf was taken over when its epoch was opened.
func origin(epochs []ledger.Epoch, epoch int, index int64) (int, int64, bool) {
	for i, e := range epochs {
		if i > 0 && e.N == epoch && index >= 1 && index <= e.Carried {
			return epochs[i-1].N, e.Before - e.Carried + index - 1, true
		}
	}
	return 0, 0, false
}

// OpenLeaf gives what an auditor may demand of any leaf: a filler opens that it
// is one, another record where it stands in the chain of its case.
func (k *Keeper) OpenLeaf(ctx context.Context, epoch int, index int64) (receipt.Disclosure, error) {
	var d receipt.Disclosure
	err := k.look(ctx, func(r Reader) error {
		epochs, err := r.Epochs(ctx)
		if err != nil {
			return err
		}
		for {
			old, i, ok := origin(epochs, epoch, index)
			if !ok {
				break
			}
			epoch, index = old, i
		}
		row, err := r.RowAt(ctx, epoch, index)
		if err != nil {
			if fault.KindOf(err) == fault.NotFound {
				return fault.New(fault.NotFound, "no record is kept for leaf %d of epoch %d", index, epoch)
			}
			return err
		}
		key, err := k.keyOf(ctx, r, row.Handle)
		if err != nil {
			return err
		}
		o, err := openRow(key, row)
		if err != nil {
			return err
		}
		names := openOfHead
		if row.Handle == fillerHandle {
			names = []string{"entry"}
		}
		d, err = o.rec.Disclose(names)
		return err
	})
	return d, err
}

// String is a line for people.
func (f Finding) String() string {
	switch {
	case f.Epoch > 0 && f.Handle != "":
		return fmt.Sprintf("epoch %d, leaf %d (case %s): %s", f.Epoch, f.Index, f.Handle, f.What)
	case f.Epoch > 0:
		return fmt.Sprintf("epoch %d, leaf %d: %s", f.Epoch, f.Index, f.What)
	case f.Handle != "":
		return fmt.Sprintf("case %s: %s", f.Handle, f.What)
	}
	return f.What
}
