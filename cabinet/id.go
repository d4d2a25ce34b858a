package cabinet

import (
	"encoding/base32"
	"io"

	"tocsin/internal/fault"
)

var idLetters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// NewID draws the id of a document: 24 letters and digits from which nothing can
// be told, not even when it was made.
func NewID(from io.Reader) (string, error) {
	var raw [15]byte
	if _, err := io.ReadFull(from, raw[:]); err != nil {
		return "", fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return idLetters.EncodeToString(raw[:]), nil
}

// IDOf is the id that follows from a hash of at least 15 bytes: the same from the
// same.
func IDOf(hash []byte) string { return idLetters.EncodeToString(hash[:15]) }
