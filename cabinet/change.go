package cabinet

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"tocsin/internal/fault"
)

// Change puts and drops in one transaction, durably; fault.Conflict if one of
// the versions is not the one in the database or a unique key is taken. What is
// dropped gives its unique keys free for what is put. A document that is to be
// dropped at any version need not be there.
func (c *Cabinet) Change(ctx context.Context, put []Item, drop []Ref) error {
	if len(put)+len(drop) == 0 {
		return nil
	}
	seen := map[[2]string]bool{}
	name := func(r Ref) (*keyring, string, error) {
		k, err := c.ring(r.Kind)
		if err == nil {
			err = checkID(r.Kind, r.ID)
		}
		if err != nil {
			return nil, "", err
		}
		if r.Version < 0 {
			return nil, "", fault.New(fault.Invalid, "%d is no version of a document of kind %s", r.Version, r.Kind)
		}
		n := k.name(r.ID)
		if at := [2]string{r.Kind, n}; seen[at] {
			return nil, "", fault.New(fault.Invalid, "a document of kind %s is named twice in one change", r.Kind)
		} else {
			seen[at] = true
		}
		return k, n, nil
	}
	var ch Change
	for _, it := range put {
		k, n, err := name(it.Ref)
		if err != nil {
			return err
		}
		row, err := c.row(k, n, it)
		if err != nil {
			return err
		}
		ch.Put = append(ch.Put, row)
	}
	for _, r := range drop {
		_, n, err := name(r)
		if err != nil {
			return err
		}
		ch.Drop = append(ch.Drop, Row{Kind: r.Kind, ID: n, Version: r.Version})
	}
	return c.store.CabinetChange(ctx, ch)
}

func (c *Cabinet) row(k *keyring, name string, it Item) (Row, error) {
	value, err := json.Marshal(it.Value)
	if err != nil {
		return Row{}, fault.New(fault.Internal, "a document of kind %s cannot be written as JSON: %v", it.Kind, err)
	}
	if len(value) > maxSize {
		return Row{}, fault.New(fault.Invalid, "a document of kind %s has %d bytes, and at most %d are kept", it.Kind, len(value), maxSize)
	}
	row := Row{Kind: it.Kind, ID: name, Version: it.Version + 1}
	for _, w := range slices.Concat(it.Keys, it.Unique) {
		if err := checkWord(it.Kind, w); err != nil {
			return Row{}, err
		}
		row.Keys = append(row.Keys, k.word(w))
	}
	for _, w := range it.Unique {
		row.Unique = append(row.Unique, k.one(w))
	}
	row.Keys, row.Unique = inOrder(append(row.Keys, row.Unique...)), inOrder(row.Unique)
	row.Sealed, err = k.seal(c.o.Rand, it.Kind, name, row.Version, letter{it.ID, it.Keys, it.Unique, value})
	return row, err
}

func inOrder(keys [][32]byte) [][32]byte {
	slices.SortFunc(keys, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(keys)
}
