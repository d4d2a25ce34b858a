package receipt

import (
	"bytes"
	"crypto/sha256"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Record is the content of a record with the salts of its fields: as secret as
// what it says. Absent fields count too: every record commits to all slots. A
// Record may be read by several goroutines at once.
type Record struct {
	seed   [SaltSize]byte // the salts of absent fields are derived from it
	fields []field        // present and erased ones, in order of slot
}

// field is a slot that is present or was erased. An erased one keeps its
// commitment and nothing else.
type field struct {
	slot   int
	erased bool
	value  []byte
	salt   [SaltSize]byte
	commit [sha256.Size]byte // of an erased field only
}

// NewRecord makes a record of JSON values by field name, kept byte for byte.
// The seed and one salt for each field, in order of slot, are read from rand.
// fault.Invalid for a name without a slot, or a value that is no JSON, null,
// not UTF-8, has space around it or is larger than MaxValue.
func NewRecord(values map[string][]byte, rand io.Reader) (*Record, error) {
	if err := allNamed(values); err != nil {
		return nil, err
	}
	r := &Record{fields: make([]field, 0, len(values))}
	if _, err := io.ReadFull(rand, r.seed[:]); err != nil {
		return nil, noChance(err)
	}
	if err := r.fill(values, rand); err != nil {
		return nil, err
	}
	return r, nil
}

// allNamed refuses a name without a slot.
func allNamed(values map[string][]byte) error {
	for name := range values {
		if _, err := slotNamed(name); err != nil {
			return err
		}
	}
	return nil
}

// fill puts the values in, each with a salt of its own.
func (r *Record) fill(values map[string][]byte, rand io.Reader) error {
	total := 0
	for slot, name := range slots {
		value, ok := values[name]
		if !ok {
			continue
		}
		if err := checkValue(name, value); err != nil {
			return err
		}
		if total += len(value); total > MaxRecord {
			return fault.At("", 0, name, "the values of one record have more than %d bytes", MaxRecord)
		}
		f := field{slot: slot, value: bytes.Clone(value)}
		if _, err := io.ReadFull(rand, f.salt[:]); err != nil {
			return noChance(err)
		}
		r.fields = append(r.fields, f)
	}
	return nil
}

func noChance(err error) error {
	return fault.New(fault.Internal, "the source of random bytes failed: %v", err)
}

// Commitment is what the log's entry holds of the record.
func (r *Record) Commitment() [sha256.Size]byte {
	leaves := r.leaves()
	return commitRoot(fold(leaves[:]))
}

// leaves are the leaf hashes of all slots.
func (r *Record) leaves() (leaves [Slots]tlog.Hash) {
	scratch := make([]byte, 0, 512)
	next := 0
	for slot := range leaves {
		if next < len(r.fields) && r.fields[next].slot == slot {
			f := &r.fields[next]
			next++
			if f.erased {
				leaves[slot] = leafHash(f.commit)
			} else {
				leaves[slot] = leafHash(commitField(slot, slots[slot], f.value, &f.salt, &scratch))
			}
			continue
		}
		salt := absentSalt(&r.seed, slot, &scratch)
		leaves[slot] = leafHash(commitAbsent(slot, &salt, &scratch))
	}
	return leaves
}

// fold computes the root over a power of two of leaves, and uses them up.
func fold(level []tlog.Hash) tlog.Hash {
	for len(level) > 1 {
		half := level[:len(level)/2]
		for i := range half {
			half[i] = nodeHash(level[2*i], level[2*i+1])
		}
		level = half
	}
	return level[0]
}

// find gives the field of a name; nil if it is absent.
func (r *Record) find(name string) *field {
	slot, ok := slotByName[name]
	if !ok {
		return nil
	}
	for i := range r.fields {
		if r.fields[i].slot == slot {
			return &r.fields[i]
		}
	}
	return nil
}

// Value gives the JSON of a field, verbatim; false if it is absent or erased.
func (r *Record) Value(name string) ([]byte, bool) {
	f := r.find(name)
	if f == nil || f.erased {
		return nil, false
	}
	return bytes.Clone(f.value), true
}

// Names gives the fields that are present, in order of slot.
func (r *Record) Names() []string { return r.named(false) }

// ErasedNames gives the fields that were erased, in order of slot.
func (r *Record) ErasedNames() []string { return r.named(true) }

func (r *Record) named(erased bool) []string {
	var names []string
	for _, f := range r.fields {
		if f.erased == erased {
			names = append(names, slots[f.slot])
		}
	}
	return names
}

// Erase forgets value and salt of a field and keeps its commitment, so that
// the record's own does not change and the field can never be opened or
// guessed. fault.NotFound if the field is absent; erasing what is erased
// already changes nothing.
func (r *Record) Erase(name string) error {
	if _, err := slotNamed(name); err != nil {
		return err
	}
	f := r.find(name)
	if f == nil {
		return &fault.Error{Kind: fault.NotFound, Key: name, Message: "the record does not have this field"}
	}
	if f.erased {
		return nil
	}
	scratch := make([]byte, 0, 512)
	f.commit = commitField(f.slot, name, f.value, &f.salt, &scratch)
	clear(scratch[:cap(scratch)])
	clear(f.value) // best effort: the collector may have moved copies
	f.value, f.salt, f.erased = nil, [SaltSize]byte{}, true
	return nil
}
