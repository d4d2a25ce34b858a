package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// Prove gives the inclusion proof of a leaf in the tree of a checkpoint (RFC
// 6962, section 2.1.1). All that is read is verified against root: a stored bit
// that differs gives fault.Internal, never a wrong proof.
func Prove(ctx context.Context, r Leaves, epoch int, index, size int64, root tlog.Hash) ([]tlog.Hash, error) {
	if index < 0 || index >= size || size > receipt.MaxSize { // beyond it x/mod never ends
		return nil, fault.New(fault.Invalid, "leaf %d is not in a log of %d leaves", index, size)
	}
	tiles := &tileSource{ctx: ctx, r: r, epoch: epoch}
	proof, err := tlog.ProveRecord(size, index, tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles))
	if err != nil {
		return nil, tiles.explain(err, size)
	}
	// The proof does not contain the leaf itself, and that of a log of one leaf
	// contains nothing.
	leaf, err := levelHashes(ctx, r, epoch, 0, index, index+1)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckRecord(proof, size, root, index, leaf[0]); err != nil {
		return nil, tiles.explain(err, size)
	}
	return proof, nil
}

// Consistency gives the proof that the tree of size old is a prefix of the tree
// of that size (RFC 6962, section 2.1.2). It is empty for old 0 and old == size.
// What is read is verified against both roots.
func Consistency(ctx context.Context, r Leaves, epoch int, old, size int64, oldRoot, root tlog.Hash) ([]tlog.Hash, error) {
	switch {
	case old < 0 || old > size || size > receipt.MaxSize:
		return nil, fault.New(fault.Invalid, "a log of %d leaves has no state of %d leaves before it", size, old)
	case old == 0 && oldRoot != emptyRoot, old == size && oldRoot != root:
		return nil, fault.New(fault.Internal, "two roots for %d leaves", old)
	case old == 0 || old == size:
		return nil, nil // C2SP tlog-witness asks for an empty proof, and x/mod may not be asked
	}
	tiles := &tileSource{ctx: ctx, r: r, epoch: epoch}
	proof, err := tlog.ProveTree(size, old, tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles))
	if err != nil {
		return nil, tiles.explain(err, size)
	}
	if err := tlog.CheckTree(proof, size, root, old, oldRoot); err != nil {
		return nil, fault.New(fault.Internal, "the checkpoint over %d leaves does not continue the one over %d", size, old)
	}
	return proof, nil
}

// RootAt computes the root of the first size leaves from what is stored, in
// O(log size) reads. It is as right as the stored hashes are.
func RootAt(ctx context.Context, r Leaves, epoch int, size int64) (tlog.Hash, error) {
	c, err := recountTo(ctx, r, epoch, size)
	if err != nil {
		return tlog.Hash{}, err
	}
	return c.root(), nil
}

// rootWithin computes the root of the first size leaves and verifies all that
// it reads against the head.
func rootWithin(ctx context.Context, r Leaves, h Head, size int64) (tlog.Hash, error) {
	return rootBefore(ctx, r, h.Epoch, size, h.Size, h.Root())
}

// rootBefore computes the root of the first old leaves of a tree of that size
// and root, and verifies all that it reads against the root.
func rootBefore(ctx context.Context, r Leaves, epoch int, old, size int64, root tlog.Hash) (tlog.Hash, error) {
	switch {
	case old < 0 || old > size || size > receipt.MaxSize:
		return tlog.Hash{}, fault.New(fault.Invalid, "a log of %d leaves has no state of %d leaves before it", size, old)
	case old == 0:
		return emptyRoot, nil
	case old == size:
		return root, nil
	}
	tiles := &tileSource{ctx: ctx, r: r, epoch: epoch}
	hash, err := tlog.TreeHash(old, tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles))
	if err != nil {
		return tlog.Hash{}, tiles.explain(err, size)
	}
	return hash, nil
}

// tileSource gives stored hashes as the tiles of x/mod, which verifies them
// against the root before it uses any.
type tileSource struct {
	ctx   context.Context
	r     Leaves
	epoch int
	err   error // of the store; x/mod has no kinds
}

func (s *tileSource) Height() int { return tileBits }

func (s *tileSource) SaveTiles([]tlog.Tile, [][]byte) {}

func (s *tileSource) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		from := t.N << tileBits
		hashes, err := levelHashes(s.ctx, s.r, s.epoch, t.L, from, from+int64(t.W))
		if err != nil {
			s.err = err
			return nil, err
		}
		data[i] = hashBytes(hashes)
	}
	return data, nil
}

// explain gives the store's own error, or says that what is stored does not
// support what is signed.
func (s *tileSource) explain(err error, size int64) error {
	if s.err != nil {
		return s.err
	}
	return fault.New(fault.Internal, "the stored hashes do not give the root over %d leaves of epoch %d (%v); tocsin ledger audit finds the place",
		size, s.epoch, err)
}

func hashBytes(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for i := range hashes {
		b = append(b, hashes[i][:]...)
	}
	return b
}
