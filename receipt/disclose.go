package receipt

import (
	"crypto/sha256"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Disclosure opens chosen fields of a record and stands for the others by
// hashes. Its JSON form is part of receipts.
type Disclosure struct {
	Schema int     `json:"schema"`
	Fields []Field `json:"fields"` // in order of slot
	// Hidden are the hashes of the subtrees without an opened field, in the
	// order of a walk from the left, depth first.
	Hidden [][]byte `json:"hidden"`
}

// Field is an opened field. Value is the text of its JSON value, byte for byte
// as committed; nil shows that the field is absent. It travels as a JSON string
// inside the receipt, so that no program on the way writes it in another form.
type Field struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
	Salt  []byte  `json:"salt"`
}

// Disclose opens the named fields; an absent one is opened as absent.
// fault.Invalid for a name without a slot or given twice; fault.NotFound for
// an erased field, which can never be opened.
func (r *Record) Disclose(names []string) (Disclosure, error) {
	d := Disclosure{Schema: Schema, Fields: make([]Field, 0, len(names)), Hidden: [][]byte{}}
	var opened [Slots]bool
	scratch := make([]byte, 0, 512)
	for _, name := range names {
		slot, err := slotNamed(name)
		if err != nil {
			return Disclosure{}, err
		}
		if opened[slot] {
			return Disclosure{}, fault.At("", 0, name, "the field is to be opened twice")
		}
		opened[slot] = true
		f := r.find(name)
		switch {
		case f == nil:
			salt := absentSalt(&r.seed, slot, &scratch)
			d.Fields = append(d.Fields, Field{Name: name, Salt: salt[:]})
		case f.erased:
			return Disclosure{}, &fault.Error{Kind: fault.NotFound, Key: name, Message: "the field was erased and cannot be opened"}
		default:
			value := string(f.value)
			d.Fields = append(d.Fields, Field{Name: name, Value: &value, Salt: slices.Clone(f.salt[:])})
		}
	}
	slices.SortFunc(d.Fields, func(a, b Field) int { return slotByName[a.Name] - slotByName[b.Name] })
	leaves := r.leaves()
	d.hide(leaves[:], opened[:])
	return d, nil
}

// hide appends the hashes of the subtrees without an opened field.
func (d *Disclosure) hide(leaves []tlog.Hash, opened []bool) {
	if !slices.Contains(opened, true) {
		root := fold(slices.Clone(leaves))
		d.Hidden = append(d.Hidden, root[:])
		return
	}
	if len(leaves) == 1 {
		return
	}
	half := len(leaves) / 2
	d.hide(leaves[:half], opened[:half])
	d.hide(leaves[half:], opened[half:])
}

// Commitment computes the commitment of the record that d opens. fault.Invalid
// unless d has exactly the form that Disclose gives.
func (d Disclosure) Commitment() ([sha256.Size]byte, error) {
	if d.Schema != Schema {
		return [sha256.Size]byte{}, fault.New(fault.Invalid, "the disclosure has schema %d; this program knows schema %d", d.Schema, Schema)
	}
	var opened [Slots]bool
	var known [Slots]tlog.Hash
	last := -1
	scratch := make([]byte, 0, 512)
	for _, f := range d.Fields {
		slot, err := slotNamed(f.Name)
		if err != nil {
			return [sha256.Size]byte{}, err
		}
		if slot <= last {
			return [sha256.Size]byte{}, fault.At("", 0, f.Name, "the opened fields are not in order")
		}
		if len(f.Salt) != SaltSize {
			return [sha256.Size]byte{}, fault.At("", 0, f.Name, "the salt has %d bytes, not %d", len(f.Salt), SaltSize)
		}
		last, opened[slot] = slot, true
		salt := [SaltSize]byte(f.Salt)
		if f.Value == nil {
			known[slot] = leafHash(commitAbsent(slot, &salt, &scratch))
			continue
		}
		value := []byte(*f.Value)
		if err := checkValue(f.Name, value); err != nil {
			return [sha256.Size]byte{}, err
		}
		known[slot] = leafHash(commitField(slot, f.Name, value, &salt, &scratch))
	}
	hidden := d.Hidden
	root, err := join(known[:], opened[:], &hidden)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	if len(hidden) != 0 {
		return [sha256.Size]byte{}, fault.New(fault.Invalid, "the disclosure has %d hashes too many", len(hidden))
	}
	return commitRoot(root), nil
}

// join is the other side of hide: it takes the hashes in the same order.
func join(known []tlog.Hash, opened []bool, hidden *[][]byte) (tlog.Hash, error) {
	if !slices.Contains(opened, true) {
		if len(*hidden) == 0 {
			return tlog.Hash{}, fault.New(fault.Invalid, "the disclosure lacks a hash of hidden fields")
		}
		next := (*hidden)[0]
		if len(next) != tlog.HashSize {
			return tlog.Hash{}, fault.New(fault.Invalid, "a hash of hidden fields has %d bytes, not %d", len(next), tlog.HashSize)
		}
		*hidden = (*hidden)[1:]
		return tlog.Hash(next), nil
	}
	if len(known) == 1 {
		return known[0], nil
	}
	half := len(known) / 2
	left, err := join(known[:half], opened[:half], hidden)
	if err != nil {
		return tlog.Hash{}, err
	}
	right, err := join(known[half:], opened[half:], hidden)
	if err != nil {
		return tlog.Hash{}, err
	}
	return nodeHash(left, right), nil
}

// Value gives the text of an opened field's JSON; false if it is not opened or
// opened as absent.
func (d Disclosure) Value(name string) (string, bool) {
	for _, f := range d.Fields {
		if f.Name == name && f.Value != nil {
			return *f.Value, true
		}
	}
	return "", false
}
