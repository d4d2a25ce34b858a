package crashsim

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
)

// outside is what no power cut of the disk touches: the files of the data
// directory, each written and synced before a call returns, and the witness.
type outside struct {
	guard   *guard
	wraps   *wraps
	erased  *erasures
	signers []receipt.Signer
	witness *witness
	lookup  [32]byte
}

const origin = "example.org/crash"

// newOutside makes keys for the log's first epoch.
func newOutside(rnd *rand.Rand) *outside {
	return &outside{
		guard:   &guard{},
		wraps:   &wraps{keys: map[int][32]byte{1: key(rnd)}, current: 1, rnd: rnd},
		erased:  &erasures{},
		signers: []receipt.Signer{signer(origin+"/1", receipt.Ed25519, rnd)},
		witness: &witness{signer: signer("witness.example/crash", receipt.Ed25519Cosignature, rnd), sizes: map[string]int64{}},
		lookup:  key(rnd),
	}
}

// keys are the public sides of the log's keys.
func (o *outside) keys() (out []receipt.Key) {
	for _, s := range o.signers {
		out = append(out, s.Key())
	}
	return out
}

// noise is a reader of a seeded source.
type noise struct{ rnd *rand.Rand }

func (n noise) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(n.rnd.Uint32())
	}
	return len(p), nil
}

func key(rnd *rand.Rand) (k [32]byte) {
	for i := range 4 {
		binary.LittleEndian.PutUint64(k[8*i:], rnd.Uint64())
	}
	return k
}

func signer(name string, t receipt.Type, rnd *rand.Rand) receipt.Signer {
	s, err := receipt.NewSigner(name, t, noise{rnd})
	if err != nil {
		panic(err)
	}
	return s
}

// guard is a ledger.Guard in memory.
type guard struct {
	mu       sync.Mutex
	water    *ledger.Water
	diverged string
	// deaf makes a guard that forgets everything, for controls.
	deaf bool
}

func (g *guard) Water() (ledger.Water, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.water == nil {
		return ledger.Water{}, fault.New(fault.NotFound, "no high-water mark was ever set")
	}
	if g.deaf {
		return ledger.Water{Epoch: 1, Origin: origin + "/1"}, nil
	}
	return *g.water, nil
}

func (g *guard) Raise(w ledger.Water) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if have := g.water; have != nil && !g.deaf {
		if w.Epoch < have.Epoch || w.Epoch == have.Epoch && (w.Size < have.Size || w.Size == have.Size && w.Root != have.Root) {
			return fault.New(fault.Conflict, "the high-water mark stands at %d and does not go to %d", have.Size, w.Size)
		}
	}
	g.water = &w
	return nil
}

func (g *guard) Diverged() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.deaf {
		return "", nil
	}
	return g.diverged, nil
}

func (g *guard) Diverge(reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.diverged == "" {
		g.diverged = reason
	}
	return nil
}

func (g *guard) Clear(string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.diverged = ""
	return nil
}

// wraps are record.WrapKeys in memory.
type wraps struct {
	mu      sync.Mutex
	keys    map[int][32]byte
	current int
	rnd     *rand.Rand
}

func (w *wraps) Current() (int, [32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current, w.keys[w.current], nil
}

func (w *wraps) Generation(n int) ([32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k, ok := w.keys[n]
	if !ok {
		return k, fault.New(fault.NotFound, "generation %d of the wrapping key is gone", n)
	}
	return k, nil
}

func (w *wraps) Rotate() (int, [32]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.current++
	w.keys[w.current] = key(w.rnd)
	return w.current, w.keys[w.current], nil
}

func (w *wraps) Destroy(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n >= w.current {
		return fault.New(fault.Invalid, "generation %d is in use", n)
	}
	for i := range n + 1 {
		delete(w.keys, i)
	}
	return nil
}

// erasures are a record.ErasureList in memory.
type erasures struct {
	mu    sync.Mutex
	lines []record.Erased
}

func (e *erasures) Append(lines ...record.Erased) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, lines...)
	return nil
}

func (e *erasures) Each(fn func(record.Erased) error) error {
	e.mu.Lock()
	lines := e.lines
	e.mu.Unlock()
	for _, l := range lines {
		if err := fn(l); err != nil {
			return err
		}
	}
	return nil
}

// witness remembers every signed note that ever left the process, consistent or
// not, and cosigns like an honest witness.
type witness struct {
	mu     sync.Mutex
	signer receipt.Signer
	sizes  map[string]int64
	seen   []note
}

type note struct {
	receipt.Checkpoint
	text []byte
}

func (w *witness) Key() receipt.Key { return w.signer.Key() }

func (w *witness) AddCheckpoint(_ context.Context, old int64, _ []tlog.Hash, signed []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := receipt.ParseNote(signed)
	if err != nil {
		return nil, err
	}
	c, err := receipt.ParseCheckpoint(n.Text)
	if err != nil {
		return nil, err
	}
	w.seen = append(w.seen, note{c, signed})
	if old != w.sizes[c.Origin] {
		return nil, &ledger.WitnessAhead{Size: w.sizes[c.Origin]}
	}
	line, err := receipt.Cosign(signed, w.signer, time.Now())
	if err != nil {
		return nil, err
	}
	w.sizes[c.Origin] = c.Size
	return line, nil
}

func (w *witness) notes() []note {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]note(nil), w.seen...)
}

// digest names a text in a failing test without repeating it.
func digest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b))[:12] }
