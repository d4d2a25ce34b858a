package postgres_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// noise is a reader of a seeded source: the same keys in every process of a test.
type noise struct{ rnd *rand.Rand }

func (n noise) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(n.rnd.Uint32())
	}
	return len(p), nil
}

func seeded(n uint64) noise { return noise{rand.New(rand.NewPCG(n, 7))} }

// oneKey is a record.WrapKeys with one generation for ever.
type oneKey struct{}

func (oneKey) Current() (int, [32]byte, error) { return 1, [32]byte{1}, nil }
func (oneKey) Generation(n int) ([32]byte, error) {
	if n != 1 {
		return [32]byte{}, fault.New(fault.NotFound, "there is one generation")
	}
	return [32]byte{1}, nil
}
func (oneKey) Rotate() (int, [32]byte, error) {
	return 0, [32]byte{}, fault.New(fault.Internal, "there is one generation")
}
func (oneKey) Destroy(int) error { return nil }

// noErasures is a record.ErasureList that stays empty.
type noErasures struct{}

func (noErasures) Append(...record.Erased) error        { return nil }
func (noErasures) Each(func(record.Erased) error) error { return nil }

// memoryGuard is a ledger.Guard for one process. A deaf one remembers nothing.
type memoryGuard struct {
	mu       sync.Mutex
	water    *ledger.Water
	diverged string
	deaf     bool
}

func (g *memoryGuard) Water() (ledger.Water, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.water == nil || g.deaf {
		return ledger.Water{Epoch: 1, Origin: faultOrigin + "/1"}, nil // as if it had seen the log begin
	}
	return *g.water, nil
}

func (g *memoryGuard) Raise(w ledger.Water) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if have := g.water; have != nil && !g.deaf && (w.Epoch < have.Epoch || w.Epoch == have.Epoch &&
		(w.Size < have.Size || w.Size == have.Size && w.Root != have.Root)) {
		return fault.New(fault.Conflict, "the high-water mark stands at %d", have.Size)
	}
	g.water = &w
	return nil
}

func (g *memoryGuard) Diverged() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deaf {
		return "", nil
	}
	return g.diverged, nil
}

func (g *memoryGuard) Diverge(reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.diverged == "" {
		g.diverged = reason
	}
	return nil
}

func (g *memoryGuard) Clear(string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.diverged = ""
	return nil
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
