package receipt

import (
	"bytes"
	"encoding/binary"

	"tocsin/internal/fault"
)

// The binary form of a record, before it is sealed:
//
//	u8 version (1) || u16be schema || seed (32) || u8 count || fields
//
// and for each field, in rising order of slot:
//
//	u8 slot || u8 state || present: salt (32), u32be length, value
//	                    || erased: commitment (32)
const (
	binaryVersion = 1
	binaryHead    = 1 + 2 + SaltSize + 1
	statePresent  = 1
	stateErased   = 2
)

// MarshalBinary writes the record with its salts; the same record gives the
// same bytes. It never fails.
func (r *Record) MarshalBinary() ([]byte, error) {
	size := binaryHead
	for _, f := range r.fields {
		size += 2 + SaltSize + 4 + len(f.value)
	}
	out := make([]byte, 0, size)
	out = append(out, binaryVersion)
	out = binary.BigEndian.AppendUint16(out, Schema)
	out = append(out, r.seed[:]...)
	out = append(out, byte(len(r.fields)))
	for _, f := range r.fields {
		out = append(out, byte(f.slot))
		if f.erased {
			out = append(out, stateErased)
			out = append(out, f.commit[:]...)
			continue
		}
		out = append(out, statePresent)
		out = append(out, f.salt[:]...)
		out = binary.BigEndian.AppendUint32(out, uint32(len(f.value)))
		out = append(out, f.value...)
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and nothing else:
// fault.Invalid for anything that it would not write. r is unchanged then.
func (r *Record) UnmarshalBinary(data []byte) error {
	if len(data) < binaryHead {
		return cutOff()
	}
	if data[0] != binaryVersion {
		return fault.New(fault.Invalid, "the record has version %d; this program reads version %d", data[0], binaryVersion)
	}
	if schema := binary.BigEndian.Uint16(data[1:]); schema != Schema {
		return fault.New(fault.Invalid, "the record has schema %d; this program knows schema %d", schema, Schema)
	}
	var out Record
	copy(out.seed[:], data[3:])
	count, rest := int(data[binaryHead-1]), data[binaryHead:]
	if count > Slots {
		return fault.New(fault.Invalid, "the record claims %d fields; it has %d slots", count, Slots)
	}
	last, total := -1, 0
	for range count {
		f, after, err := unmarshalField(rest)
		if err != nil {
			return err
		}
		if f.slot <= last {
			return fault.New(fault.Invalid, "the record's fields are not in order of slot")
		}
		if total += len(f.value); total > MaxRecord {
			return fault.New(fault.Invalid, "the values of the record have more than %d bytes", MaxRecord)
		}
		last, rest = f.slot, after
		out.fields = append(out.fields, f)
	}
	if len(rest) != 0 {
		return fault.New(fault.Invalid, "%d bytes follow the record", len(rest))
	}
	*r = out
	return nil
}

func unmarshalField(data []byte) (f field, rest []byte, err error) {
	if len(data) < 2+SaltSize {
		return f, nil, cutOff()
	}
	f.slot = int(data[0])
	if f.slot >= len(slots) {
		return f, nil, fault.New(fault.Invalid, "the record has a field in slot %d, which this version has no name for", f.slot)
	}
	state, data := data[1], data[2:]
	switch state {
	case stateErased:
		f.erased = true
		copy(f.commit[:], data)
		return f, data[SaltSize:], nil
	case statePresent:
		copy(f.salt[:], data)
		if data = data[SaltSize:]; len(data) < 4 {
			return f, nil, cutOff()
		}
		n := binary.BigEndian.Uint32(data)
		if data = data[4:]; uint64(len(data)) < uint64(n) {
			return f, nil, cutOff()
		}
		if err := checkValue(slots[f.slot], data[:n]); err != nil {
			return f, nil, err
		}
		f.value = bytes.Clone(data[:n])
		return f, data[n:], nil
	}
	return f, nil, fault.New(fault.Invalid, "the record's field %s has the unknown state %d", slots[f.slot], state)
}

func cutOff() error { return fault.New(fault.Invalid, "the record is cut off") }
