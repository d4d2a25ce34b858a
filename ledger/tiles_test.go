package ledger_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// tlog-tiles, "Merkle Tree": the paths of the specification's own examples, and
// those that a hostile client sends.
func TestTilePaths(t *testing.T) {
	for _, path := range []string{
		"tile/0/000", "tile/0/001.p/112", "tile/1/000.p/1", "tile/63/000", "tile/entries/000", "tile/entries/999.p/255",
		"tile/0/x001/x234/067", "tile/entries/x001/x234/067.p/8", "tile/0/x140/x737/x488/x355/327",
	} {
		if got, ok := ledger.TilePath(path); !ok || got != path {
			t.Errorf("%s: %q, %v", path, got, ok)
		}
	}
	for _, path := range []string{
		"", "/", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000", "tiles/0/000",
		"tile/00/000", "tile/01/000", "tile/+1/000", "tile/-1/000", "tile/64/000", "tile/ 1/000", "tile/0x1/000", "tile/data/000", "tile/Entries/000",
		"tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/1234", "tile/0/x000/000", "tile/0/x001", "tile/0/x001/x000", "tile/0/001/000", "tile/0/X001/000",
		"tile/0/x000/x001/000", "tile/0/-01", "tile/0/+01", "tile/0/0a0", "tile/0/٠٠٠", "tile/0/x001//000", "tile/0/x001/../000",
		"tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/-1", "tile/0/000.p/+1",
		"tile/0/000.p/1/", "tile/0/000.p/1.p/1", "tile/0/000.P/1", "tile/0/000p/1", "tile/0/.p/1",
		"tile/0/x140/x737/x488/x355/328", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/" + strings.Repeat("x999/", 1<<16) + "999",
		"tile/0/000\x00", "tile/0/000\n", "tile/0/000?x", "tile/0/%30%30%30", "tile/8/0/000",
	} {
		if got, ok := ledger.TilePath(path); ok {
			t.Errorf("%.80q is taken, as %q", path, got)
		}
	}
}

// What is read as a path is written again as it was; nothing else is read.
func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/entries/x001/x234/067.p/8", "tile/63/000.p/255", "tile/0/x000/000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if got, ok := ledger.TilePath(path); ok && got != path {
			t.Errorf("%q became %q", path, got)
		}
	})
}

// An entry bundle of somebody else is refused in words.
func FuzzBundle(f *testing.F) {
	f.Add([]byte{})
	f.Add(append([]byte{0, 33, 1}, make([]byte, 32)...))
	f.Add(append([]byte{0, 33, 2}, make([]byte, 32)...))
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := ledger.Unbundle(data)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		if len(entries)*35 != len(data) {
			t.Errorf("%d bytes gave %d entries", len(data), len(entries))
		}
	})
}

// publishedAt gives a world whose last checkpoint covers the size, and that has
// grown since.
func publishedAt(t *testing.T, size, beyond int) *world {
	w := newWorld(t)
	w.append(size - 1)
	w.publish()
	if beyond > 0 {
		w.append(beyond)
	}
	return w
}

func (w *world) tile(path string) (data []byte, err error) {
	err = w.store.ViewLog(ctx, func(r ledger.Reader) error {
		data, err = ledger.Tile(ctx, r, path)
		return err
	})
	return data, err
}

// A client that knows nothing but the checkpoint and the tiles gets every leaf
// and a verified proof of it, at sizes on both sides of a full tile.
func TestTilesServeAClient(t *testing.T) {
	for _, size := range []int{1, 255, 256, 257, 700} {
		w := publishedAt(t, size, 0)
		tree := tlog.Tree{N: int64(size), Hash: naive(w.all)}
		read := tlog.TileHashReader(tree, client{t, w})
		var all []receipt.Entry
		n := 0
		must(t, ledger.EachTile(tree.N, func(path string) error {
			n++
			data, err := w.tile(path)
			must(t, err)
			if strings.HasPrefix(path, "tile/entries/") {
				entries, err := ledger.Unbundle(data)
				must(t, err)
				all = append(all, entries...)
			}
			return nil
		}))
		if len(all) != size || naive(all) != tree.Hash {
			t.Errorf("at %d: the bundles hold %d entries, with another root or none", size, len(all))
		}
		for i := int64(0); i < tree.N; i += 50 {
			proof, err := tlog.ProveRecord(tree.N, i, read)
			must(t, err)
			must(t, tlog.CheckRecord(proof, tree.N, tree.Hash, i, all[i].LeafHash()))
		}
	}
}

// client reads tiles as another program would.
type client struct {
	t *testing.T
	w *world
}

func (c client) Height() int                     { return 8 }
func (c client) SaveTiles([]tlog.Tile, [][]byte) {}
func (c client) path(t tlog.Tile) string         { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }
func (c client) ReadTiles(ts []tlog.Tile) (out [][]byte, err error) {
	for _, t := range ts {
		data, err := c.w.tile(c.path(t))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.path(t), err)
		}
		out = append(out, data)
	}
	return out, nil
}

// What is committed and not published is not served, so the growth of the log
// tells nothing between two checkpoints. Every width below is served.
func TestTilesEndWithTheCheckpoint(t *testing.T) {
	w := publishedAt(t, 300, 400)
	for _, path := range []string{
		"tile/0/000", "tile/0/000.p/1", "tile/0/000.p/255", "tile/0/001.p/44", "tile/0/001.p/1", "tile/1/000.p/1",
		"tile/entries/000", "tile/entries/001.p/44", "tile/entries/001.p/3",
	} {
		if _, err := w.tile(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{
		"tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1", "tile/7/000", "tile/8/000", "tile/63/000.p/1",
		"tile/entries/001", "tile/entries/001.p/45", "tile/entries/002", "tile/0/x140/x737/x488/x355/327", "tile/0/x999",
	} {
		_, err := w.tile(path)
		refused(t, err, fault.NotFound, "there is no such tile")
	}
	w.publish()
	if _, err := w.tile("tile/0/001"); err != nil {
		t.Errorf("after the next checkpoint: %v", err)
	}
}

// The bytes are those of the specification: hashes one after the other, entries
// with their length before them.
func TestTileBytes(t *testing.T) {
	w := publishedAt(t, 257, 0)
	data, err := w.tile("tile/0/001.p/1")
	must(t, err)
	if leaf := w.all[256].LeafHash(); string(data) != string(leaf[:]) {
		t.Error("the tile is not the leaf's hash")
	}
	data, err = w.tile("tile/1/000.p/1")
	must(t, err)
	if node := naive(w.all[:256]); string(data) != string(node[:]) {
		t.Error("the tile is not the hash of the first 256 leaves")
	}
	data, err = w.tile("tile/entries/001.p/1")
	must(t, err)
	if len(data) != 35 || binary.BigEndian.Uint16(data) != 33 || receipt.Entry(data[2:]) != w.all[256] {
		t.Errorf("the bundle is %x", data)
	}
}

// Before the first checkpoint there is nothing, and never an empty tile.
func TestNoTilesBeforeTheFirstCheckpoint(t *testing.T) {
	w := newWorld(t)
	w.append(300)
	_, err := w.tile("tile/0/000")
	refused(t, err, fault.NotFound, "")
	_, err = empty(t).tile("tile/0/000")
	refused(t, err, fault.NotFound, "")
	n := 0
	must(t, ledger.EachTile(0, func(string) error { n++; return nil }))
	if n > 0 {
		t.Errorf("an empty log has %d tiles", n)
	}
}

// tlog-tiles, "Partial Tiles": "a tree of size 70,000 will be represented by
// 273 full level 0 tiles, one partial level 0 tile of width 112, one full level
// 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile of
// width 1".
func TestEachTileOfTheSpecification(t *testing.T) {
	got := map[string]int{}
	last := map[string]string{}
	must(t, ledger.EachTile(70_000, func(path string) error {
		part := strings.Split(path, "/")
		level := part[1]
		if strings.Contains(path, ".p/") {
			last[level] = part[len(part)-1]
		} else {
			got[level]++
		}
		return nil
	}))
	for level, want := range map[string]struct {
		full int
		last string
	}{"0": {273, "112"}, "1": {1, "17"}, "2": {0, "1"}, "entries": {273, "112"}} {
		if got[level] != want.full || last[level] != want.last {
			t.Errorf("level %s: %d full and one of width %s; want %d and %s", level, got[level], last[level], want.full, want.last)
		}
	}
	if len(last) != 4 {
		t.Errorf("levels: %v", last)
	}
}
