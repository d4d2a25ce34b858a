package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// What is committed to for one field:
//
//	HMAC-SHA-256(salt, u8 slot || u16be len(name) || name || u8 tag || value)
//
// An absent field has tag 0, no name and no value: its name is left out so
// that giving a spare slot a name later changes no commitment ever made.
const (
	tagAbsent = 0
	tagJSON   = 1
)

// SaltSize is the length of a salt in bytes. It is fixed: HMAC pads shorter
// keys, so two salts of different length could stand for the same commitment.
const SaltSize = sha256.Size

// MaxValue is the most bytes of one value, MaxRecord of all values of a record.
const (
	MaxValue  = 1 << 20
	MaxRecord = 2 << 20
)

var slotByName = func() map[string]int {
	m := make(map[string]int, len(slots))
	for i, name := range slots {
		m[name] = i
	}
	return m
}()

// SlotOf gives the frozen slot of a field's name.
func SlotOf(name string) (int, bool) {
	slot, ok := slotByName[name]
	return slot, ok
}

// FieldNames gives the names of all slots that have one, in order of slot.
func FieldNames() []string { return append([]string(nil), slots[:]...) }

func slotNamed(name string) (int, error) {
	slot, ok := slotByName[name]
	if !ok {
		return 0, fault.At("", 0, name, "no record has a field of this name")
	}
	return slot, nil
}

// checkValue accepts what can be a field's value: one JSON text in UTF-8
// without space around it. null is refused since absence has its own form, and
// invalid UTF-8 since it would not survive the JSON of a receipt.
func checkValue(name string, value []byte) error {
	switch {
	case len(value) > MaxValue:
		return fault.At("", 0, name, "the value has %d bytes; at most %d are kept", len(value), MaxValue)
	case !utf8.Valid(value):
		return fault.At("", 0, name, "the value is not UTF-8")
	case !json.Valid(value):
		return fault.At("", 0, name, "the value is not JSON")
	case bytes.ContainsAny(value[:1], " \t\r\n") || bytes.ContainsAny(value[len(value)-1:], " \t\r\n"):
		return fault.At("", 0, name, "the value has space around it")
	case string(value) == "null":
		return fault.At("", 0, name, "the value is null; leave out what is absent")
	}
	return nil
}

// The pads of HMAC (RFC 2104). It is written out here because the standard
// one allocates two hashers for each key, and every field has its own key.
const (
	innerPad = 0x36
	outerPad = 0x5c
)

// hmac256 computes HMAC-SHA-256 of msg under a key of SaltSize bytes. scratch
// is reused between calls; the result does not depend on what it held.
func hmac256(key *[SaltSize]byte, scratch *[]byte, msg ...[]byte) [sha256.Size]byte {
	buf := (*scratch)[:0]
	for _, b := range key {
		buf = append(buf, b^innerPad)
	}
	buf = append(buf, innerRest[:]...)
	for _, m := range msg {
		buf = append(buf, m...)
	}
	inner := sha256.Sum256(buf)
	var outer [sha256.BlockSize + sha256.Size]byte
	for i, b := range key {
		outer[i] = b ^ outerPad
	}
	copy(outer[SaltSize:], outerRest[:])
	copy(outer[sha256.BlockSize:], inner[:])
	*scratch = buf
	return sha256.Sum256(outer[:])
}

var innerRest, outerRest = func() (in, out [sha256.BlockSize - SaltSize]byte) {
	for i := range in {
		in[i], out[i] = innerPad, outerPad
	}
	return in, out
}()

// commitField is the commitment of a present field.
func commitField(slot int, name string, value []byte, salt *[SaltSize]byte, scratch *[]byte) [sha256.Size]byte {
	head := make([]byte, 0, 64)
	head = append(head, byte(slot))
	head = binary.BigEndian.AppendUint16(head, uint16(len(name)))
	head = append(head, name...)
	head = append(head, tagJSON)
	return hmac256(salt, scratch, head, value)
}

// commitAbsent is the commitment of an absent field.
func commitAbsent(slot int, salt *[SaltSize]byte, scratch *[]byte) [sha256.Size]byte {
	return hmac256(salt, scratch, []byte{byte(slot), 0, 0, tagAbsent})
}

// absentSalt derives the salt of an absent field from the record's seed. Only
// absent fields have derived salts: what the seed gives away about an erased
// field is nothing.
func absentSalt(seed *[SaltSize]byte, slot int, scratch *[]byte) [SaltSize]byte {
	return hmac256(seed, scratch, []byte("absent"), []byte{byte(slot)})
}

// leafHash is the hash of a field's commitment as a leaf (RFC 6962, 2.1).
func leafHash(commitment [sha256.Size]byte) tlog.Hash {
	var buf [1 + sha256.Size]byte
	copy(buf[1:], commitment[:])
	return sha256.Sum256(buf[:])
}

// nodeHash is the hash of an inner node (RFC 6962, 2.1).
func nodeHash(left, right tlog.Hash) tlog.Hash {
	var buf [1 + 2*tlog.HashSize]byte
	buf[0] = 1
	copy(buf[1:], left[:])
	copy(buf[1+tlog.HashSize:], right[:])
	return sha256.Sum256(buf[:])
}

// domain separates commitments of records from every other hash.
const domain = "tocsin.record/1\n"

// commitRoot is the commitment of a record whose field tree has this root.
func commitRoot(root tlog.Hash) [sha256.Size]byte {
	buf := make([]byte, 0, 64)
	buf = append(buf, domain...)
	buf = binary.BigEndian.AppendUint16(buf, Schema)
	buf = binary.BigEndian.AppendUint16(buf, Slots)
	buf = append(buf, root[:]...)
	return sha256.Sum256(buf)
}
