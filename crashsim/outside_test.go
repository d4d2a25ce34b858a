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

	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
	"tocsin/record/recordtest"
)

// outside is what no power cut of the disk touches: the files of the data
// directory, each written and synced before a call returns, and the witness.
type outside struct {
	guard   *ledgertest.Guard
	wraps   *recordtest.Wraps
	erased  *recordtest.Erasures
	signers []receipt.Signer
	witness *witness
	lookup  [32]byte
}

const origin = "example.org/crash"

// newOutside makes keys for the log's first epoch.
func newOutside(rnd *rand.Rand) *outside {
	return &outside{
		guard:   &ledgertest.Guard{},
		wraps:   recordtest.NewWraps(),
		erased:  &recordtest.Erasures{},
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
