package sqlstore

import (
	"time"
	"unicode/utf8"

	"tocsin/internal/fault"
)

// The parts of a place, which keys leaves, records, heads and nodes.
const (
	indexBits = 40
	nodeBits  = 36 // of n below a level: 2^40 leaves have 2^32 nodes of level 1
	maxIndex  = int64(1) << indexBits
	maxEpoch  = 1<<(62-indexBits) - 1
	maxLevel  = 1<<(indexBits-nodeBits) - 1
)

// place packs an epoch and an index; index may be maxIndex, the end of the epoch.
func place(epoch int, index int64) (int64, error) {
	if epoch < 1 || epoch > maxEpoch {
		return 0, fault.New(fault.Invalid, "%d is no epoch", epoch)
	}
	if index < 0 || index > maxIndex {
		return 0, fault.New(fault.Invalid, "%d is no index of a leaf", index)
	}
	return int64(epoch)<<indexBits + index, nil
}

func unplace(p int64) (epoch int, index int64) {
	return int(p >> indexBits), p & (maxIndex - 1)
}

// span packs a half open range of indexes.
func span(epoch int, from, to int64) (lo, hi int64, err error) {
	if from > to {
		return 0, 0, fault.New(fault.Invalid, "a range of leaves from %d to %d runs backwards", from, to)
	}
	if lo, err = place(epoch, from); err != nil {
		return 0, 0, err
	}
	hi, err = place(epoch, to)
	return lo, hi, err
}

// nodeSpan packs a half open range of the nodes of one level.
func nodeSpan(epoch, level int, from, to int64) (lo, hi int64, err error) {
	if level < 1 || level > maxLevel {
		return 0, 0, fault.New(fault.Invalid, "%d is no level of stored nodes", level)
	}
	if from < 0 || from > to || to > 1<<nodeBits {
		return 0, 0, fault.New(fault.Invalid, "nodes from %d to %d are no range", from, to)
	}
	base, err := place(epoch, 0)
	base += int64(level) << nodeBits
	return base + from, base + to, err
}

// clean refuses text that one of the engines cannot keep.
func clean(what, s string) error {
	if !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "%s is not UTF-8", what)
	}
	for i := range len(s) {
		if s[i] == 0 {
			return fault.New(fault.Invalid, "%s holds a zero byte", what)
		}
	}
	return nil
}

// blob gives bytes that are never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Times are kept as text: exact to the nanosecond, the same on both engines.
func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func timeOf(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return t, fault.New(fault.Internal, "the database holds a time that does not parse: it is damaged")
	}
	return t.UTC(), nil
}
