package record

import (
	"context"
	"io"
	"time"

	"tocsin/casefile"
	"tocsin/ledger"
)

// LogHandle is the handle of the records that concern the log itself.
const LogHandle = "log"

// AnyVersion as the expected version of a command leaves the check out.
const AnyVersion = -1

// Values are the fields of a record: name (receipt/slots.go) to JSON, verbatim.
type Values map[string][]byte

// WrapKeys are the generations of the wrapping key, kept outside the database
// (internal/datadir). A generation that was destroyed is fault.NotFound.
type WrapKeys interface {
	Current() (gen int, key [32]byte, err error)
	Generation(n int) (key [32]byte, err error)
	// Rotate makes the next generation, durably, and makes it current.
	Rotate() (gen int, key [32]byte, err error)
	// Destroy destroys generation n and all before it; what is gone already is no
	// error. The current one is refused.
	Destroy(n int) error
}

// Erased is a line of the list of erasures that is kept outside the database,
// so that a restored backup forgets again what was erased since. It holds no
// content: places and names of fields. A line with Person says that the party of
// that record was erased wherever it is named, and has that pseudonym since.
type Erased struct {
	Handle  string   `json:"handle"`
	Seq     int64    `json:"sequence"`
	Fields  []string `json:"fields,omitempty"`
	Person  string   `json:"person,omitempty"`
	Erasure string   `json:"erasure"` // hex commitment of the erasure record
}

// ErasureList is append-only and durable.
type ErasureList interface {
	Append(lines ...Erased) error
	Each(fn func(Erased) error) error
}

// Guard refuses to write to a log that contradicts what was signed; it is a
// *ledger.Watch. place is "" where the store has no word for it.
type Guard interface {
	Check(ctx context.Context, r ledger.Reader, place string) error
	Acknowledged(h ledger.Head)
}

// Options of a Keeper. Wraps and LookupKey are required.
type Options struct {
	Wraps     WrapKeys
	LookupKey [32]byte
	Erasures  ErasureList
	Guard     Guard                // nil: none
	Annex     Annex                // what a backup takes along; nil: nothing
	Now       func() time.Time     // the wall clock; nil: time.Now
	Elapsed   func() time.Duration // a clock that only goes forward; nil: since New
	Rand      io.Reader            // nil: crypto/rand
	Batch     int                  // most commands of one transaction; 0: 256
}

// Command appends records to one case.
type Command struct {
	Handle   string // "" for a new case: a random one is given
	Expected int64  // version that the case must have; 0: the case must be new; AnyVersion
	Key      string // idempotency key of the client, "" for none
	By       string // who authenticated; recorded-by of every record
	Entries  []Values
	CaseID   string // of a new case, for the look-up
	// Twin lets a new case have the id of one that is kept: an id is then a name
	// that people gave, and only the handle tells the two apart.
	Twin bool
	// Live events are recorded as they happen, not imported: each party that one
	// names gets its numbered receipt.
	Live bool
}

// Result says where a command's records are. They are durable.
type Result struct {
	Handle   string
	Version  int64 // of the case after the command
	Epoch    int
	First    int64 // leaf index of the first record
	Count    int64
	ID       string    // of the event, where the command added one
	Recorded time.Time // UTC, milliseconds
	Replayed bool      // the same command had been answered before
}

// Meta is what is known of a kept record without its contents.
type Meta struct {
	Epoch      int
	Index      int64
	Seq        int64
	Commitment [32]byte
	Entry      string // case, product, party, source, window, event, receipt, erasure, note, filler
	ID         string // id of what it states, "" if none; of a receipt the event's
	Recorded   time.Time
	By         string // who authenticated
	Basis      string
	Imported   bool
	Party      string // of a receipt
	Number     int64  // of a receipt: 1, 2, … per party and case
	Erased     []string
	Lost       int64 // of a note: as many records may be missing in front of it, at most
}

// Kept is a case as the store holds it.
type Kept struct {
	Handle  string
	Version int64
	Head    [32]byte
	Case    *casefile.Case // as an export writes it
	Records []Meta         // in order of Seq

	state *state
}

// Summary is a line of a list of cases.
type Summary struct {
	Handle   string    `json:"handle"`
	Case     string    `json:"case"`
	Title    string    `json:"title,omitempty"`
	Record   string    `json:"record"`
	TLP      string    `json:"tlp,omitempty"`
	Version  int64     `json:"version"`
	Events   int       `json:"events"`
	Recorded time.Time `json:"recorded"`
}

// Statement is one entry of a case file that is not an event: exactly one field
// is set. A header carries the keys of the case itself; its lists are ignored.
type Statement struct {
	Header  *casefile.File
	Product *casefile.Product
	Party   *casefile.Party
	Source  *casefile.Source
	Window  *casefile.Window
}

// Erasure asks to erase fields of an event, or a person. Two different people
// are named; until there are accounts they are recorded as unauthenticated.
type Erasure struct {
	Handle string   // or the case's id
	Event  string   // with Fields: an event's id; or case, products.ID, parties.ID, sources.ID, windows.ID
	Fields []string // names as in the case file
	Person string   // id of a party; instead of Event
	Ground string   // with a citation, such as "Art. 17(1)(a) GDPR"
	By     string
	With   string
}

// Erasing tells what an erasure did.
type Erasing struct {
	Result
	Fields    int      // how many were erased; 0 if they were before, and the rest was completed now
	Pseudonym string   // of a person, such as erased-1
	Left      []string // where a name still stands, since rules count it or events point to it
}

// Finding is one thing that an audit found wrong, with its place.
type Finding struct {
	Epoch  int    `json:"epoch,omitempty"`
	Index  int64  `json:"index"`
	Handle string `json:"handle,omitempty"`
	What   string `json:"what"`
}

// AuditReport of the records. The tree itself is audited by ledger.Audit.
type AuditReport struct {
	Records  int64     `json:"records"`
	Cases    int       `json:"cases"`
	Fillers  int64     `json:"fillers"`
	Erased   int64     `json:"erased-fields"`
	Lost     int64     `json:"lost-records"` // leaves that were recovered without what they said
	Findings []Finding `json:"findings"`
}

// BackupReport counts what a backup or a restore moved.
type BackupReport struct {
	Records     int64
	Leaves      int64
	Checkpoints int64
	Epochs      int
	Requests    int64
	SHA256      [32]byte // of the stream before its trailer
	Annexed     int64    // documents of the annex; those that a restore leaves out count too
	Forgotten   int      // of a restore: fields that the list of erasures names and that were left out
}
