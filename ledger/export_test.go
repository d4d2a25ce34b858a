package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// OneWay gives a publisher without the second way to the root: the control of
// the tests that say what the second way is for.
func OneWay(p *Publisher) { p.oneWay = true }

// TilePath reads a path and writes it again; false if it is refused.
func TilePath(path string) (string, bool) {
	t, ok := parseTile(path)
	if !ok {
		return "", false
	}
	return t.path(), true
}

// Recount goes the second way over entries: its root, its frontier and the
// nodes that it met.
func Recount(entries []receipt.Entry) (tlog.Hash, []tlog.Hash, []Node) {
	var nodes []Node
	c := &recount{full: func(n Node) error { nodes = append(nodes, n); return nil }}
	for i := range entries {
		if err := c.add(entries[i].LeafHash()); err != nil {
			panic(err)
		}
	}
	return c.root(), c.subtrees(), nodes
}

// Unbundle reads an entry bundle.
func Unbundle(data []byte) ([]receipt.Entry, error) { return unbundle(data) }

// RootWithin is the verified root of a prefix.
func RootWithin(ctx context.Context, r Leaves, h Head, size int64) (tlog.Hash, error) {
	return rootWithin(ctx, r, h, size)
}
