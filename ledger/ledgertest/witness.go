package ledgertest

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// Witness follows the protocol of C2SP tlog-witness in memory. It knows any log
// whose notes carry a signature of one of Logs.
type Witness struct {
	Signer receipt.Signer
	Logs   []receipt.Key
	Now    func() time.Time
	Down   error                                                          // when set, it is not reached
	Answer func(old int64, note, lines []byte, err error) ([]byte, error) // when set, changes the answer

	mu   sync.Mutex
	seen map[string]seen // by origin
	Asks int             // how often it was asked to cosign
}

type seen struct {
	cp   receipt.Checkpoint
	note []byte
}

// Key implements ledger.Witness.
func (w *Witness) Key() receipt.Key { return w.Signer.Key() }

// Size is the last one that it cosigned for an origin.
func (w *Witness) Size(origin string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen[origin].cp.Size
}

// AddCheckpoint implements ledger.Witness.
func (w *Witness) AddCheckpoint(ctx context.Context, old int64, proof []tlog.Hash, note []byte) ([]byte, error) {
	lines, err := w.add(ctx, old, proof, note)
	if w.Answer != nil {
		return w.Answer(old, note, lines, err)
	}
	return lines, err
}

func (w *Witness) add(ctx context.Context, old int64, proof []tlog.Hash, data []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Asks++
	if w.Down != nil {
		return nil, w.Down
	}
	note, err := receipt.ParseNote(data)
	if err != nil {
		return nil, &ledger.WitnessRefused{Status: 400, Reason: err.Error()}
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return nil, &ledger.WitnessRefused{Status: 400, Reason: err.Error()}
	}
	if signed, err := note.Verify(w.Logs); err != nil || len(signed) == 0 {
		return nil, &ledger.WitnessRefused{Status: 403, Reason: "no signature of a known log"}
	}
	last := w.seen[cp.Origin]
	switch {
	case old > cp.Size:
		return nil, &ledger.WitnessRefused{Status: 400, Reason: "old is larger"}
	case old != last.cp.Size:
		return nil, &ledger.WitnessAhead{Size: last.cp.Size}
	case old == 0 && len(proof) > 0, old == cp.Size && old > 0 && cp.Root != last.cp.Root:
		return nil, &ledger.WitnessRefused{Status: 422, Reason: "inconsistent"}
	case old > 0 && old < cp.Size && tlog.CheckTree(proof, cp.Size, cp.Root, old, last.cp.Root) != nil:
		return nil, &ledger.WitnessRefused{Status: 422, Reason: "inconsistent"}
	}
	line, err := receipt.Cosign(data, w.Signer, w.Now())
	if err != nil {
		return nil, err
	}
	if w.seen == nil {
		w.seen = map[string]seen{}
	}
	w.seen[cp.Origin] = seen{cp, data}
	return line, nil
}

// Remembering adds the reading side to a witness.
type Remembering struct{ *Witness }

// Latest implements ledger.Remembering.
func (r Remembering) Latest(ctx context.Context, origin string) (int64, []byte, error) {
	w := r.Witness
	w.mu.Lock()
	defer w.mu.Unlock()
	last, ok := w.seen[origin]
	switch {
	case w.Down != nil:
		return 0, nil, w.Down
	case !ok:
		return 0, nil, fault.New(fault.NotFound, "this log was never seen")
	}
	return last.cp.Size, last.note, nil
}

// Stamper counts what it was asked to stamp. It makes no real tokens.
type Stamper struct {
	Down error
	mu   sync.Mutex
	Over [][]byte
}

// Stamp implements ledger.Stamper.
func (s *Stamper) Stamp(_ context.Context, message []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Down != nil {
		return nil, s.Down
	}
	s.Over = append(s.Over, append([]byte(nil), message...))
	sum := sha256.Sum256(message)
	return append([]byte("stamp "), sum[:]...), nil
}
