package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// recount is the second way to the root: it shares no code with Head.Append. It
// keeps the incomplete tile of each level whole, with all hashes between the
// tile's leaves and its top, where the frontier keeps one hash a bit. So a
// fault in one of the two shows as a difference.
type recount struct {
	size  int64
	tiles []tilePyramid // by level
	// full is told the hash of each full tile, which is a hash of the level
	// above it: a node as it should be stored.
	full func(Node) error
}

// tilePyramid holds rows[k][i], the hash of the 2^k hashes that begin at i·2^k
// in the tile; counts[k] of them are there.
type tilePyramid struct {
	rows   [tileBits + 1][]tlog.Hash
	counts [tileBits + 1]int
	done   int64 // full tiles of this level before this one
}

func newTilePyramid() tilePyramid {
	var t tilePyramid
	for k := range t.rows {
		t.rows[k] = make([]tlog.Hash, tileWidth>>k)
	}
	return t
}

// add puts one more hash at the bottom, and what it completes above it. It
// tells whether the tile is full now.
func (t *tilePyramid) add(h tlog.Hash) bool {
	for k := range t.rows {
		t.rows[k][t.counts[k]] = h
		t.counts[k]++
		if t.counts[k]%2 == 1 {
			return k == tileBits
		}
		h = tlog.NodeHash(t.rows[k][t.counts[k]-2], h)
	}
	return false // not reached: the top row has one place, and one is odd
}

// add counts one leaf hash.
func (c *recount) add(leaf tlog.Hash) error {
	c.size++
	return c.addAt(0, leaf)
}

func (c *recount) addAt(level int, h tlog.Hash) error {
	for ; ; level++ {
		if level == len(c.tiles) {
			c.tiles = append(c.tiles, newTilePyramid())
		}
		t := &c.tiles[level]
		if !t.add(h) {
			return nil
		}
		h = t.rows[tileBits][0]
		node := Node{Level: level + 1, N: t.done, Hash: h}
		t.done++
		clear(t.counts[:])
		if c.full != nil {
			if err := c.full(node); err != nil {
				return err
			}
		}
	}
}

// subtrees gives the full subtrees of all leaves so far, largest first.
func (c *recount) subtrees() []tlog.Hash {
	var out []tlog.Hash
	for level := len(c.tiles) - 1; level >= 0; level-- {
		t := &c.tiles[level]
		for k := tileBits - 1; k >= 0; k-- {
			if t.counts[0]>>k&1 == 1 {
				out = append(out, t.rows[k][t.counts[k]-1])
			}
		}
	}
	return out
}

// root is that of all leaves so far.
func (c *recount) root() tlog.Hash { return fold(c.subtrees()) }

// recountTo loads the count of the first size leaves from the stored hashes: one
// range of each level. Nothing is verified; the caller compares the root with
// one that is signed.
func recountTo(ctx context.Context, r Leaves, epoch int, size int64) (*recount, error) {
	if size < 0 || size > receipt.MaxSize {
		return nil, fault.New(fault.Invalid, "a log has no size %d", size)
	}
	c := &recount{size: size}
	for level := 0; size>>(tileBits*level) > 0; level++ {
		t := newTilePyramid()
		end := size >> (tileBits * level)
		t.done = end >> tileBits
		hashes, err := levelHashes(ctx, r, epoch, level, t.done<<tileBits, end)
		if err != nil {
			return nil, err
		}
		for _, h := range hashes {
			t.add(h)
		}
		c.tiles = append(c.tiles, t)
	}
	return c, nil
}

// feed counts the stored entries from the present size up to another.
func (c *recount) feed(ctx context.Context, r Leaves, epoch int, to int64) error {
	for c.size < to {
		until := min(to, c.size+auditRange)
		entries, err := readEntries(ctx, r, epoch, c.size, until)
		if err != nil {
			return err
		}
		for i := range entries {
			if err := c.add(entries[i].LeafHash()); err != nil {
				return err
			}
		}
	}
	return nil
}

// levelHashes reads the hashes of one level, those of the leaves for level 0.
func levelHashes(ctx context.Context, r Leaves, epoch, level int, from, to int64) ([]tlog.Hash, error) {
	if from == to {
		return nil, nil
	}
	if level > 0 {
		hashes, err := r.Nodes(ctx, epoch, level, from, to)
		if err == nil && int64(len(hashes)) != to-from {
			err = fault.New(fault.Internal, "%d nodes of level %d from %d on, want %d", len(hashes), level, from, to-from)
		}
		return hashes, err
	}
	entries, err := readEntries(ctx, r, epoch, from, to)
	if err != nil {
		return nil, err
	}
	hashes := make([]tlog.Hash, len(entries))
	for i := range entries {
		hashes[i] = entries[i].LeafHash()
	}
	return hashes, nil
}

// readEntries refuses a store that answers with another number of entries.
func readEntries(ctx context.Context, r Leaves, epoch int, from, to int64) ([]receipt.Entry, error) {
	entries, err := r.Entries(ctx, epoch, from, to)
	if err == nil && int64(len(entries)) != to-from {
		err = fault.New(fault.Internal, "%d entries from leaf %d on, want %d", len(entries), from, to-from)
	}
	return entries, err
}
