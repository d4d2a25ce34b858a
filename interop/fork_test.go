package interop

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// fork is another story under the same origin and keys.
type fork struct {
	signers []receipt.Signer
	hashes  []tlog.Hash // as tlog stores them
}

func newFork(t *testing.T, o *ours, size int64) *fork {
	t.Helper()
	f := &fork{signers: o.publisher.Signers}
	for i := range size {
		e := receipt.EntryOf(sha256.Sum256(fmt.Append(nil, "another story ", i)))
		hashes, err := tlog.StoredHashes(i, e[:], f)
		if err != nil {
			t.Fatal(err)
		}
		f.hashes = append(f.hashes, hashes...)
	}
	return f
}

// ReadHashes makes it a tlog.HashReader.
func (f *fork) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = f.hashes[at]
	}
	return out, nil
}

func (f *fork) note(t *testing.T, size int64) []byte {
	t.Helper()
	root, err := tlog.TreeHash(size, f)
	if err != nil {
		t.Fatal(err)
	}
	n, err := receipt.Sign(receipt.Checkpoint{Origin: f.signers[0].Key().Name(), Size: size, Root: root}, f.signers, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fork) proof(t *testing.T, old, size int64) []tlog.Hash {
	t.Helper()
	p, err := tlog.ProveTree(size, old, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
