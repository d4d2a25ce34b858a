package ledger

import (
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Water is the high-water mark: the largest checkpoint that this installation
// has signed or was about to sign. It is kept outside the database, so that the
// loss or the replacement of the database shows.
type Water struct {
	Epoch    int
	Origin   string
	Size     int64
	Root     tlog.Hash
	Place    string    // the database it was signed from; see Watch.Check
	At       time.Time // the operator's own clock
	Restored bool      // the database came from a backup, and nobody has vouched for it yet
	Hearsay  bool      // so did this very mark: more may have been signed than it says
}

// Guard keeps what must survive the database. internal/datadir keeps it in
// files. What it returns and stores is durable.
type Guard interface {
	// Water gives the mark; fault.NotFound if none was ever set. A mark that
	// should be there and is not, or that cannot be read, is another error.
	Water() (Water, error)
	// Raise replaces the mark. It never goes down: a lower epoch, a smaller size
	// in the same epoch, or another root at the same size is fault.Conflict.
	// Place, At, Restored and Hearsay may change freely.
	Raise(w Water) error
	// Diverged gives the reason for which nothing may be written, "" if none.
	Diverged() (reason string, err error)
	// Diverge sets the reason. If there is one already, the first one stays.
	Diverge(reason string) error
	// Clear ends the divergence, and remembers the reason and how it ended.
	Clear(how string) error
}
