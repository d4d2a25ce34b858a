package record

import (
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// content is what a row seals: the record, and stand-ins for fields that were
// erased, such as a pseudonym where a person was named. Stand-ins are no part of
// the commitment; the erasure that made them names their digest.
type content struct {
	rec   *receipt.Record
	stand Values
}

// contentVersion is the first byte of every sealed content.
const contentVersion = 1

func (c content) marshal() ([]byte, error) {
	rec, err := c.rec.MarshalBinary()
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint32([]byte{contentVersion}, uint32(len(rec)))
	b = append(b, rec...)
	for _, name := range slices.Sorted(maps.Keys(c.stand)) {
		b = append(append(b, byte(len(name))), name...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(c.stand[name])))
		b = append(b, c.stand[name]...)
	}
	return b, nil
}

// parseContent reads what marshal wrote and nothing else: every stand-in has a
// name that is erased in the record, in alphabetical order.
func parseContent(b []byte) (content, error) {
	bad := fault.New(fault.Internal, "the content of a record has not the form in which it is written")
	take := func(n uint32) []byte {
		if uint64(n) > uint64(len(b)) {
			return nil
		}
		part := b[:n]
		b = b[n:]
		return part
	}
	if len(b) < 5 || b[0] != contentVersion {
		return content{}, bad
	}
	n := binary.BigEndian.Uint32(b[1:])
	b = b[5:]
	rec := take(n)
	if rec == nil {
		return content{}, bad
	}
	c := content{rec: new(receipt.Record)}
	if err := c.rec.UnmarshalBinary(rec); err != nil {
		return content{}, err
	}
	erased, last := c.rec.ErasedNames(), ""
	for len(b) > 0 {
		size := uint32(b[0])
		b = b[1:]
		name := string(take(size))
		if name <= last || !slices.Contains(erased, name) || len(b) < 4 {
			return content{}, bad
		}
		n := binary.BigEndian.Uint32(b)
		b = b[4:]
		value := take(n)
		if value == nil || n == 0 {
			return content{}, bad
		}
		if c.stand == nil {
			c.stand = Values{}
		}
		c.stand[name], last = slices.Clone(value), name
	}
	return c, nil
}

// values are the fields as they are read today: what is erased is absent, or
// what stands in for it.
func (c content) values() Values {
	v := Values{}
	for _, name := range c.rec.Names() {
		v[name], _ = c.rec.Value(name)
	}
	maps.Copy(v, c.stand)
	return v
}

// opened is a record with its place.
type opened struct {
	content
	epoch      int
	index      int64
	handle     string
	seq        int64
	commitment [32]byte
	event      *casefile.Event // the event it states, where that was read already
}

func (o opened) row(key CaseKey) (Row, error) {
	plain, err := o.marshal()
	if err != nil {
		return Row{}, err
	}
	sealed := key.seal(rowPlace(o.handle, o.epoch, o.index), plain)
	clear(plain)
	return Row{Epoch: o.epoch, Index: o.index, Handle: o.handle, Seq: o.seq, Sealed: sealed}, nil
}

// openRow opens a row, refuses one whose content belongs elsewhere, and computes
// the commitment.
func openRow(key CaseKey, r Row) (opened, error) {
	o, err := unseal(key, r)
	if err == nil {
		o.commitment = o.rec.Commitment()
	}
	return o, err
}

// unseal is openRow without the commitment, which is most of the work.
func unseal(key CaseKey, r Row) (opened, error) {
	plain, err := key.open(rowPlace(r.Handle, r.Epoch, r.Index), r.Sealed)
	if err != nil {
		return opened{}, err
	}
	c, err := parseContent(plain)
	if err != nil {
		return opened{}, fault.New(fault.Internal, "the record at epoch %d, index %d: %v", r.Epoch, r.Index, err)
	}
	o := opened{content: c, epoch: r.Epoch, index: r.Index, handle: r.Handle, seq: r.Seq}
	v := Values{}
	for _, name := range []string{"handle", "sequence"} {
		if value, ok := c.rec.Value(name); ok {
			v[name] = value
		}
	}
	if v.word("handle") != r.Handle || v.number("sequence") != r.Seq {
		return opened{}, fault.New(fault.Internal, "the record at epoch %d, index %d stands in the place of another", r.Epoch, r.Index)
	}
	return o, nil
}

func hexOf(c [32]byte) string { return hex.EncodeToString(c[:]) }
