package receipt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
)

// Checkpoint is what a log signs of its tree.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// MaxSize is the most leaves of a tree that is read here: the tree functions of
// x/mod never return for a larger size, and whoever holds a log's key could have
// a verifier wait for ever.
const MaxSize = 1 << 62

// Text is the note text (tlog-checkpoint, "Note text"): three lines.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, encode64(c.Root[:]))
}

// ParseCheckpoint reads a note text strictly. Extension lines are refused,
// since ML-DSA cosignatures do not cover them and monitors cannot audit them.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := bytes.Split(text, []byte("\n"))
	switch {
	case len(lines) < 4:
		return Checkpoint{}, fault.New(fault.Invalid, "the checkpoint has fewer than three lines")
	case len(lines) > 4 || len(lines[3]) != 0:
		return Checkpoint{}, fault.New(fault.Invalid, "the checkpoint has extension lines, which no ML-DSA signature covers and no monitor can audit")
	}
	origin := string(lines[0])
	if err := checkOrigin(origin); err != nil {
		return Checkpoint{}, err
	}
	size, err := decimal(string(lines[1]))
	if err != nil {
		return Checkpoint{}, fault.At("", 2, "", "the size of the tree, %q, %v", string(lines[1]), err)
	}
	if size > MaxSize {
		return Checkpoint{}, fault.At("", 2, "", "the size of the tree, %d, is more than any log has; at most 2^62 is read", size)
	}
	root, err := decodeHash(string(lines[2]))
	if err != nil {
		return Checkpoint{}, fault.At("", 3, "", "the root %v", err)
	}
	return Checkpoint{Origin: origin, Size: size, Root: root}, nil
}

func checkOrigin(origin string) error {
	switch {
	case origin == "":
		return fault.At("", 1, "", "the origin is empty")
	case len(origin) > maxName:
		return fault.At("", 1, "", "the origin has %d bytes; at most %d are possible", len(origin), maxName)
	case !utf8.ValidString(origin) || strings.ContainsFunc(origin, control):
		return fault.At("", 1, "", "the origin %q holds a control character or is not UTF-8", origin)
	}
	return nil
}

func control(r rune) bool { return r < 0x20 }

// decimal reads a number from 0 to 2^63-1 as the formats here write it: digits
// only, no leading zero.
func decimal(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s || n < 0 {
		return 0, fault.New(fault.Invalid, "is no decimal number without sign and leading zeros below 2^63")
	}
	return n, nil
}

// decodeHash reads one hash in base64.
func decodeHash(s string) (tlog.Hash, error) {
	b, err := decode64(s)
	if err != nil {
		return tlog.Hash{}, fault.New(fault.Invalid, "is not in base64")
	}
	if len(b) != tlog.HashSize {
		return tlog.Hash{}, fault.New(fault.Invalid, "has %d bytes, not %d", len(b), tlog.HashSize)
	}
	return tlog.Hash(b), nil
}
