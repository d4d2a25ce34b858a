package record

import (
	"context"

	"tocsin/ledger"
)

// Row is one record as the database keeps it: who owns it in clear, everything
// it says sealed under the key of its case.
type Row struct {
	Epoch  int
	Index  int64
	Handle string // random; "" for fillers, LogHandle for what concerns the log itself
	Seq    int64  // 1, 2, … in the case; 0 for fillers
	Sealed []byte
}

// View is the projection of a case: what is needed to find it and to append to
// it without reading it. It can be dropped and is rebuilt to the same bytes.
type View struct {
	Handle  string
	Version int64    // Seq of the last record
	Head    [32]byte // commitment of the last record
	Lookup  [32]byte // keyed hash of the case's id
	Sealed  []byte   // title and counts, for lists; sealed under the case's key
}

// Key is the key of a case, wrapped under a generation of the wrapping key that
// lives outside the database.
type Key struct {
	Handle     string
	Generation int
	Wrapped    []byte
}

// Request remembers the answer to a command that came with an idempotency key.
type Request struct {
	Key     [32]byte // keyed hash of what the client sent
	Digest  [32]byte // keyed hash of the command, to refuse another one under the same key
	Handle  string
	Version int64 // of the case after it
	Epoch   int
	First   int64 // leaf index of its first record
	Count   int64
	Replays int64 // how often the answer was given again
}

// Rows reads records.
type Rows interface {
	CaseRows(ctx context.Context, handle string, afterSeq int64) ([]Row, error) // in order of Seq
	RowAt(ctx context.Context, epoch int, index int64) (Row, error)
	// EachRow calls fn in order of (epoch, index), from the given place on.
	EachRow(ctx context.Context, epoch int, from int64, fn func(Row) error) error
}

// Views reads the projection. NotFound if there is none.
type Views interface {
	ViewOf(ctx context.Context, handle string) (View, error)
	// ViewsOf gives those of them that there are, in no order.
	ViewsOf(ctx context.Context, handles []string) ([]View, error)
	ViewByLookup(ctx context.Context, lookup [32]byte) (View, error)
	EachView(ctx context.Context, fn func(View) error) error // in order of Handle
}

// Keys reads the wrapped keys of the cases.
type Keys interface {
	KeyOf(ctx context.Context, handle string) (Key, error)
	// KeysOf gives those of them that there are, in no order.
	KeysOf(ctx context.Context, handles []string) ([]Key, error)
	EachKey(ctx context.Context, fn func(Key) error) error // in order of Handle
}

// Requests finds an earlier answer. NotFound if there is none.
type Requests interface {
	RequestBy(ctx context.Context, key [32]byte) (Request, error)
	// RequestsBy gives those of them that there are, in no order.
	RequestsBy(ctx context.Context, keys [][32]byte) ([]Request, error)
	EachRequest(ctx context.Context, fn func(Request) error) error
}

// Reader is one consistent view of everything that is kept.
type Reader interface {
	ledger.Reader
	Rows
	Views
	Keys
	Requests
}

// Tx adds to what is kept, inside the one transaction that holds the log's lock.
type Tx interface {
	ledger.Writer
	Rows
	Views
	Keys
	Requests
	Putter
	Eraser
}

// Putter inserts, many at a time where there are many: to a server each call is
// a journey. A row whose place is taken is a fault.Conflict; of two views or keys
// with one handle the later counts.
type Putter interface {
	PutRows(ctx context.Context, rows []Row) error
	PutView(ctx context.Context, views ...View) error // inserts or replaces
	PutKey(ctx context.Context, keys ...Key) error    // inserts or replaces
	PutRequest(ctx context.Context, requests ...Request) error
	// TouchRequest counts a replay: a durable write, so that an answer given
	// again rests on a commit of its own.
	TouchRequest(ctx context.Context, key [32]byte) error
}

// Eraser changes what may be changed: sealed contents, never a leaf.
type Eraser interface {
	ReplaceSealed(ctx context.Context, epoch int, index int64, sealed []byte) error
	DropViews(ctx context.Context) error
	// ForgetLines leaves nothing of a case in what others project of it (package
	// escalation), and takes nothing that was made of an older version any more.
	ForgetLines(ctx context.Context, handle string, version int64) error
}

// Store is the database. One process may write at a time on the embedded
// engine; on PostgreSQL many may, one transaction after the other.
type Store interface {
	// Update runs fn in one transaction that holds the log's lock and returns
	// after a durable commit. If the answer of the commit was lost, the error
	// satisfies ledger.Uncertain: what fn did may or may not stand.
	Update(ctx context.Context, fn func(Tx) error) error
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Reader) error) error
	// Scrub makes the database forget what was replaced or deleted: free pages,
	// dead rows, the write-ahead log as far as the engine lets it.
	Scrub(ctx context.Context) error
	Close() error
}
