package ledger

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// Head is the log after its last leaf. Frontier holds the hashes of the full
// subtrees of Size leaves, largest first: their number is the number of one
// bits of Size, and together they give the root.
type Head struct {
	Epoch    int // 1, 2, …; each has an origin of its own, and indexes of its own
	Size     int64
	Frontier []tlog.Hash
	Recorded time.Time // recorded-at of the last record; it never decreases
}

// Node is the hash of a full subtree of 256^Level leaves, Level at least 1: the
// hash number N%256 of the C2SP tile Level, N/256.
type Node struct {
	Level int
	N     int64
	Hash  tlog.Hash
}

// Epoch is one life of the log under one origin.
type Epoch struct {
	N      int
	Origin string
	Opened time.Time
	// Before is how many leaves the epoch before it had here when this one was
	// opened, and Carried how many of the last of them were entered again, as
	// leaves 1 to Carried: those that no published checkpoint covers.
	Before, Carried int64
}

// State tells how far a checkpoint came.
type State string

// Intent is committed before anything is signed; Published has its note.
const (
	Intent    State = "intent"
	Published State = "published"
)

// Signed is a row of the checkpoint table. Seq counts from 1 over all epochs.
type Signed struct {
	Seq    int64
	Epoch  int
	Size   int64
	Root   tlog.Hash
	State  State
	Note   []byte    // the signed note with the cosignatures it has so far; nil while Intent
	Stamps [][]byte  // RFC 3161 tokens over Note's text, DER
	At     time.Time // the operator's own clock
	// Timed tells that somebody outside has put a time to it: a verified witness
	// has cosigned it, or it has a verified stamp, and the quorum of the policy,
	// where there is one, is met.
	Timed bool
}

// Leaves reads the tree. from and to are half open; what is asked beyond the
// end is an error. A missing row inside is an error too, never a shorter answer.
type Leaves interface {
	// Head is that of the newest epoch; fault.NotFound before the first epoch.
	Head(ctx context.Context) (Head, error)
	Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error)
	Nodes(ctx context.Context, epoch, level int, from, to int64) ([]tlog.Hash, error)
}

// Epochs reads and writes the epochs, oldest first.
type Epochs interface {
	Epochs(ctx context.Context) ([]Epoch, error)
}

// Checkpoints reads what was intended and signed.
type Checkpoints interface {
	// LastCheckpoint gives the row with the highest Seq in that state ("" for
	// any); fault.NotFound if there is none.
	LastCheckpoint(ctx context.Context, state State) (Signed, error)
	// CheckpointOver gives the earliest published checkpoint of the epoch whose
	// size is greater than index and that is Timed: its time is the best bound.
	// If none is timed it gives the newest; fault.NotFound if there is none.
	CheckpointOver(ctx context.Context, epoch int, index int64) (Signed, error)
	// EachCheckpoint calls fn with every row in order of Seq.
	EachCheckpoint(ctx context.Context, fn func(Signed) error) error
}

// Reader is one consistent view of the log.
type Reader interface {
	Leaves
	Epochs
	Checkpoints
}

// Writer adds to the log inside the one transaction that holds the log's lock.
// Nothing it writes is visible before the transaction has committed durably.
type Writer interface {
	Reader
	PutLeaves(ctx context.Context, epoch int, first int64, entries []receipt.Entry, nodes []Node) error
	PutHead(ctx context.Context, h Head) error
	PutEpoch(ctx context.Context, e Epoch) error
	// PutIntent inserts a row; fault.Conflict if its Seq is taken, for then
	// somebody else publishes.
	PutIntent(ctx context.Context, s Signed) error
	// PutPublished completes the row Seq with its note and stamps; it may be
	// called again to add cosignatures and stamps. fault.Conflict if epoch, size
	// or root differ from the intent's.
	PutPublished(ctx context.Context, s Signed) error
}

// Store is what the publisher and the auditor need of a database.
type Store interface {
	// UpdateLog runs fn in one transaction that holds the log's lock, and
	// returns after a durable commit. See Uncertain.
	UpdateLog(ctx context.Context, fn func(Writer) error) error
	// ViewLog runs fn on one consistent snapshot.
	ViewLog(ctx context.Context, fn func(Reader) error) error
}
