package ledger

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Tile gives the bytes of a C2SP tlog-tiles path, tile/<L>/<N>[.p/<W>] or
// tile/entries/<N>[.p/<W>], within the last published checkpoint of the newest
// epoch. Anything else is fault.NotFound, without a word on why.
func Tile(ctx context.Context, r Reader, path string) ([]byte, error) {
	t, ok := parseTile(path)
	if !ok {
		return nil, noTile()
	}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	last, err := lastPublished(ctx, r, head.Epoch)
	if err != nil {
		return nil, err
	}
	from, to := t.span()
	// What is not published is not served, even if it is there: how far the log
	// has grown since is told by the next checkpoint, at its time.
	if to > last.Size>>(tileBits*max(t.level, 0)) {
		return nil, noTile()
	}
	if t.level >= 0 {
		hashes, err := levelHashes(ctx, r, head.Epoch, t.level, from, to)
		return hashBytes(hashes), err
	}
	entries, err := readEntries(ctx, r, head.Epoch, from, to)
	if err != nil {
		return nil, err
	}
	return bundle(entries), nil
}

func noTile() error { return fault.New(fault.NotFound, "there is no such tile") }

// bundle is the form in which entries are served: each with its length before
// it in two bytes, big endian.
func bundle(entries []receipt.Entry) []byte {
	b := make([]byte, 0, len(entries)*(2+receipt.EntrySize))
	for i := range entries {
		b = binary.BigEndian.AppendUint16(b, receipt.EntrySize)
		b = append(b, entries[i][:]...)
	}
	return b
}

// unbundle reads what bundle writes. Entries of other lengths are not ours.
func unbundle(data []byte) ([]receipt.Entry, error) {
	const step = 2 + receipt.EntrySize
	if len(data)%step != 0 {
		return nil, fault.New(fault.Invalid, "an entry bundle of %d bytes is none of this log's", len(data))
	}
	out := make([]receipt.Entry, 0, len(data)/step)
	for ; len(data) > 0; data = data[step:] {
		e := receipt.Entry(data[2:step])
		if binary.BigEndian.Uint16(data) != receipt.EntrySize || e[0] != receipt.EntryVersion {
			return nil, fault.New(fault.Invalid, "entry %d of a bundle is none of this log's", len(out))
		}
		out = append(out, e)
	}
	return out, nil
}

// tile is a path taken apart. Level -1 stands for entries.
type tile struct {
	level int
	n     int64
	width int // 256 for a full one
}

const entriesLevel = -1

// span is what the tile holds of its level.
func (t tile) span() (from, to int64) {
	from = t.n << tileBits
	return from, from + int64(t.width)
}

func (t tile) path() string {
	var b strings.Builder
	b.WriteString("tile/entries/")
	if t.level != entriesLevel {
		b.Reset()
		fmt.Fprintf(&b, "tile/%d/", t.level)
	}
	digits := fmt.Sprintf("%03d", t.n)
	for len(digits)%3 != 0 {
		digits = "0" + digits
	}
	for ; len(digits) > 3; digits = digits[3:] {
		b.WriteString("x" + digits[:3] + "/")
	}
	b.WriteString(digits)
	if t.width < tileWidth {
		fmt.Fprintf(&b, ".p/%d", t.width)
	}
	return b.String()
}

// parseTile reads a path strictly: what it accepts, path writes again, byte for
// byte.
func parseTile(path string) (tile, bool) {
	if len(path) > 64 { // the longest that an int64 can need is under 50
		return tile{}, false
	}
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok {
		return tile{}, false
	}
	name, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return tile{}, false
	}
	t := tile{level: entriesLevel, width: tileWidth}
	if name != "entries" {
		l, err := strconv.ParseUint(name, 10, 6) // 0 to 63
		if err != nil {
			return tile{}, false
		}
		t.level = int(l)
	}
	rest, width, partial := strings.Cut(rest, ".p/")
	if partial {
		w, err := strconv.ParseUint(width, 10, tileBits)
		if err != nil || w == 0 {
			return tile{}, false
		}
		t.width = int(w)
	}
	digits := strings.NewReplacer("x", "", "/", "").Replace(rest)
	n, err := strconv.ParseUint(digits, 10, 63-2*tileBits)
	if err != nil {
		return tile{}, false
	}
	t.n = int64(n)
	return t, t.path() == path
}

// EachTile calls fn with the path of every tile of a log of that size, those of
// the entries first: what a static copy of the log consists of.
func EachTile(size int64, fn func(path string) error) error {
	for level := entriesLevel; level < 0 || size>>(tileBits*level) > 0; level++ {
		hashes := size >> (tileBits * max(level, 0))
		for n := int64(0); n<<tileBits < hashes; n++ {
			t := tile{level: level, n: n, width: int(min(tileWidth, hashes-n<<tileBits))}
			if err := fn(t.path()); err != nil {
				return err
			}
		}
	}
	return nil
}
