package postgres_test

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

// seeded is a source of chance that is the same in every process of a test.
func seeded(n byte) io.Reader { return rand.NewChaCha8([32]byte{n}) }

// begun is what one process knows of a log that it saw begin.
func begun() *ledgertest.Guard { return ledgertest.Begun(faultOrigin + "/1") }

// deaf is a guard that finds nothing, for the control.
func deaf() *ledgertest.Guard {
	g := begun()
	g.Deaf = true
	return g
}

// recorder is a witness that keeps every signed note that left the process.
type recorder struct {
	mu     sync.Mutex
	signer receipt.Signer
	size   int64
	seen   []receipt.Checkpoint
	last   []byte
}

func newRecorder(t testing.TB) *recorder {
	s, err := receipt.NewSigner("witness.example/faults", receipt.Ed25519Cosignature, seeded(2))
	if err != nil {
		t.Fatal(err)
	}
	return &recorder{signer: s}
}

func (r *recorder) Key() receipt.Key { return r.signer.Key() }

func (r *recorder) AddCheckpoint(_ context.Context, old int64, _ []tlog.Hash, signed []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := receipt.ParseNote(signed)
	if err != nil {
		return nil, err
	}
	c, err := n.Checkpoint()
	if err != nil {
		return nil, err
	}
	r.seen = append(r.seen, c)
	if old != r.size {
		return nil, &ledger.WitnessAhead{Size: r.size}
	}
	line, err := receipt.Cosign(signed, r.signer, time.Now())
	if err != nil {
		return nil, err
	}
	r.size, r.last = c.Size, slices.Concat(signed, line)
	return line, nil
}

// Latest makes it a witness that can be asked.
func (r *recorder) Latest(context.Context, string) (int64, []byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return 0, nil, fault.New(fault.NotFound, "no checkpoint of this log was cosigned")
	}
	return r.size, r.last, nil
}

func (r *recorder) checkpoints() []receipt.Checkpoint {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}
