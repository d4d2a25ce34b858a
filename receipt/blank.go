package receipt

import (
	"crypto/sha256"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Blank is a record before anything is put in: its seed, and the Merkle tree over
// all slots as absent. Nearly all the work of a commitment is in them and does
// not depend on what the record will say, so that it can be done ahead, where
// nobody waits. A blank is as secret as a record, and good for one.
type Blank struct {
	seed [SaltSize]byte
	tree [2 * Slots]tlog.Hash // the root at 1, below n the nodes 2n and 2n+1, the leaves from Slots on
	used bool
}

// NewBlank reads a seed from rand and hashes all slots as absent.
func NewBlank(rand io.Reader) (*Blank, error) {
	b := new(Blank)
	if _, err := io.ReadFull(rand, b.seed[:]); err != nil {
		return nil, noChance(err)
	}
	r := Record{seed: b.seed}
	leaves := r.leaves()
	copy(b.tree[Slots:], leaves[:])
	for n := Slots - 1; n > 0; n-- {
		b.tree[n] = nodeHash(b.tree[2*n], b.tree[2*n+1])
	}
	return b, nil
}

// Record makes the record that NewRecord would make with the blank's seed, and
// its commitment. fault.Internal if the blank was used before: two records of
// one seed would share the salts of what both lack, and show that they belong
// together.
func (b *Blank) Record(values map[string][]byte, rand io.Reader) (*Record, [sha256.Size]byte, error) {
	var none [sha256.Size]byte
	if b.used {
		return nil, none, fault.New(fault.Internal, "a blank record was used twice")
	}
	if err := allNamed(values); err != nil {
		return nil, none, err
	}
	b.used = true
	r := &Record{seed: b.seed, fields: make([]field, 0, len(values))}
	if err := r.fill(values, rand); err != nil {
		return nil, none, err
	}
	scratch := make([]byte, 0, 512)
	var changed [2 * Slots]bool
	for i := range r.fields {
		f := &r.fields[i]
		n := Slots + f.slot
		b.tree[n] = leafHash(commitField(f.slot, slots[f.slot], f.value, &f.salt, &scratch))
		for n >>= 1; n > 0 && !changed[n]; n >>= 1 {
			changed[n] = true
		}
	}
	for n := Slots - 1; n > 0; n-- {
		if changed[n] {
			b.tree[n] = nodeHash(b.tree[2*n], b.tree[2*n+1])
		}
	}
	c := commitRoot(b.tree[1])
	clear(b.seed[:])
	clear(b.tree[:])
	return r, c, nil
}
