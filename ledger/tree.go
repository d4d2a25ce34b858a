package ledger

import (
	"context"
	"crypto/sha256"
	"math/bits"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/receipt"
)

// tileBits is the height of a tile: 256 hashes (C2SP tlog-tiles).
const (
	tileBits  = 8
	tileWidth = 1 << tileBits
)

// emptyRoot is the root of the tree without leaves (RFC 6962, section 2.1).
var emptyRoot = tlog.Hash(sha256.Sum256(nil))

// Root is the root hash of the tree (RFC 6962, section 2.1). That of a head
// whose frontier does not fit its size is all zeros, which is no tree's root.
func (h Head) Root() tlog.Hash {
	if h.Sound() != nil {
		return tlog.Hash{}
	}
	return fold(h.Frontier)
}

// fold gives the root of a tree that consists of these full subtrees, largest
// first.
func fold(subtrees []tlog.Hash) tlog.Hash {
	if len(subtrees) == 0 {
		return emptyRoot
	}
	root := subtrees[len(subtrees)-1]
	for i := len(subtrees) - 2; i >= 0; i-- {
		root = tlog.NodeHash(subtrees[i], root)
	}
	return root
}

// Sound says whether the frontier fits the size; fault.Internal if not.
func (h Head) Sound() error {
	if h.Epoch < 1 || h.Size < 0 || h.Size > receipt.MaxSize || bits.OnesCount64(uint64(h.Size)) != len(h.Frontier) {
		return fault.New(fault.Internal, "the stored head of the log (epoch %d, size %d, %d hashes) does not fit together",
			h.Epoch, h.Size, len(h.Frontier))
	}
	return nil
}

// Append gives the head after more leaves, and the hashes of the full subtrees
// of 256^n leaves that they complete. The head must be sound (see Sound).
func (h Head) Append(entries []receipt.Entry) (Head, []Node) {
	var nodes []Node
	frontier := append(make([]tlog.Hash, 0, len(h.Frontier)+2), h.Frontier...)
	for i := range entries {
		hash := entries[i].LeafHash()
		// The one bits at the end of the index are the subtrees that this leaf
		// completes, smallest first.
		for level := 1; h.Size>>(level-1)&1 == 1; level++ {
			last := len(frontier) - 1
			hash = tlog.NodeHash(frontier[last], hash)
			frontier = frontier[:last]
			if level%tileBits == 0 {
				nodes = append(nodes, Node{Level: level / tileBits, N: h.Size >> level, Hash: hash})
			}
		}
		frontier = append(frontier, hash)
		h.Size++
	}
	h.Frontier = frontier
	return h, nodes
}

// Extend puts entries at the end of the log, inside a transaction that holds
// the log's lock and that has passed Watch.Check: the indexes begin at first.
// recorded becomes the head's, and may not lie before it. The leaves count once
// the transaction has committed; tell Watch.Acknowledged then.
func Extend(ctx context.Context, w Writer, entries []receipt.Entry, recorded time.Time) (first int64, head Head, err error) {
	old, err := soundHead(ctx, w)
	if err != nil {
		return 0, Head{}, err
	}
	if len(entries) == 0 {
		return old.Size, old, nil
	}
	if recorded.Before(old.Recorded) {
		return 0, Head{}, fault.New(fault.Internal, "recorded-at would go back, from %s to %s",
			old.Recorded.UTC().Format(time.RFC3339Nano), recorded.UTC().Format(time.RFC3339Nano))
	}
	head, nodes := old.Append(entries)
	head.Recorded = recorded
	if err := w.PutLeaves(ctx, head.Epoch, old.Size, entries, nodes); err != nil {
		return 0, Head{}, err
	}
	if err := w.PutHead(ctx, head); err != nil {
		return 0, Head{}, err
	}
	return old.Size, head, nil
}

// soundHead reads the head and refuses one that cannot be.
func soundHead(ctx context.Context, r Leaves) (Head, error) {
	h, err := r.Head(ctx)
	if err != nil {
		return Head{}, err
	}
	return h, h.Sound()
}
