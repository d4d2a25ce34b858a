package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// Witness cosigns checkpoints that are consistent with those it has seen (C2SP
// tlog-witness). Package witness has the client.
type Witness interface {
	Key() receipt.Key
	// AddCheckpoint submits a signed checkpoint with the proof that it is
	// consistent with the tree of size old, and returns signature lines. It
	// returns *WitnessAhead where the witness has another size than old, and
	// *WitnessRefused where it refuses; any other error means that it was not
	// reached.
	AddCheckpoint(ctx context.Context, old int64, proof []tlog.Hash, note []byte) (lines []byte, err error)
}

// Remembering is what a Witness may offer beside: the last checkpoint that it
// cosigned for an origin, fault.NotFound if none.
type Remembering interface {
	Latest(ctx context.Context, origin string) (size int64, note []byte, err error)
}

// WitnessAhead is a witness's answer that its last checkpoint has another size
// than the one we said (status 409). Size may also be smaller than ours.
type WitnessAhead struct{ Size int64 }

func (e *WitnessAhead) Error() string {
	return fmt.Sprintf("the witness has this log at size %d", e.Size)
}

// WitnessRefused is a refusal. Status is that of the protocol: 422 means that
// the checkpoint contradicts what the witness has seen.
type WitnessRefused struct {
	Status int
	Reason string // one line, from outside
}

func (e *WitnessRefused) Error() string {
	return fmt.Sprintf("the witness refused with status %d: %.200q", e.Status, e.Reason)
}

// statusInconsistent is the answer to a checkpoint that does not continue the
// last one (C2SP tlog-witness, "add-checkpoint").
const statusInconsistent = 422

// contradicts tells whether the witness says that it has seen another log. There
// are witnesses that answer 409, without a size, where the root differs at the
// very size that both have; the protocol's word for it is 422.
func (e *WitnessRefused) contradicts(sameSize bool) bool {
	return e.Status == statusInconsistent || e.Status == 409 && sameSize
}

// Stamper gets an RFC 3161 token over a message from a time-stamp authority and
// verifies it before returning it, DER. Package tsa has the client.
type Stamper interface {
	Stamp(ctx context.Context, message []byte) (token []byte, err error)
}
