package crashsim

import (
	"github.com/ncruces/go-sqlite3"
)

// Op is what a program asks of the disk.
type Op string

// The operations, as they are counted.
const (
	Open     Op = "open"
	Read     Op = "read"
	Write    Op = "write"
	Truncate Op = "truncate"
	Sync     Op = "sync"
	Delete   Op = "delete"
)

// Fault is a way for an operation to fail.
type Fault string

// The faults. A short write leaves half of its bytes. A sync that fails has
// forgotten what it should have written: later syncs do not write it again, as
// on Linux since 4.13.
const (
	EIO    Fault = "input/output error"
	ENOSPC Fault = "disk full"
	Short  Fault = "short write"
)

// hits tells whether the fault can meet the operation.
func (f Fault) hits(op Op) bool {
	switch f {
	case ENOSPC:
		return op == Write || op == Open
	case Short:
		return op == Write
	}
	return true
}

// Plan says when things go wrong in a boot, counting its operations from 1.
type Plan struct {
	CutAt   int64 // the power fails in this operation; 0 never
	FaultAt int64 // from this operation on, the first that the fault can meet fails; 0 never
	Fault   Fault
	Lasting bool // and all after it
}

// code is what SQLite's own file system would answer.
func code(op Op, f Fault) error {
	if f == ENOSPC && op == Write {
		return sqlite3.FULL
	}
	switch op {
	case Open:
		return sqlite3.CANTOPEN
	case Read:
		return sqlite3.IOERR_READ
	case Truncate:
		return sqlite3.IOERR_TRUNCATE
	case Sync:
		return sqlite3.IOERR_FSYNC
	case Delete:
		return sqlite3.IOERR_DELETE
	}
	return sqlite3.IOERR_WRITE
}
