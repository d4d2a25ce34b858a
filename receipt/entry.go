package receipt

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// EntrySize is the length of a log entry in bytes.
const EntrySize = 33

// Entry is what the log holds of a record: a version byte and the record's
// commitment. Nothing else of a record is in the log.
type Entry [EntrySize]byte

// EntryVersion is the first byte of every entry.
const EntryVersion = 1

// EntryOf wraps a commitment.
func EntryOf(commitment [sha256.Size]byte) Entry {
	var e Entry
	e[0] = EntryVersion
	copy(e[1:], commitment[:])
	return e
}

// Commitment is the record's commitment inside the entry.
func (e Entry) Commitment() (c [sha256.Size]byte) {
	copy(c[:], e[1:])
	return c
}

// LeafHash is the hash of the entry as a leaf (RFC 6962, section 2.1).
func (e Entry) LeafHash() tlog.Hash { return tlog.RecordHash(e[:]) }
