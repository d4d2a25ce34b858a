package sqlite

import (
	"errors"

	driver "modernc.org/sqlite"

	"tocsin/internal/fault"
)

// SQLite's result codes (sqlite.org/rescode.html): the primary ones in the low
// byte, and three extended ones.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeNoMemory   = 7
	codeReadOnly   = 8
	codeInterrupt  = 9
	codeIO         = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCannotOpen = 14
	codeProtocol   = 15
	codeTooBig     = 18
	codeConstraint = 19
	codeNotADB     = 26

	codeNoRoom     = codeIO | 19<<8 // SQLITE_IOERR_SHMSIZE
	codePrimaryKey = codeConstraint | 6<<8
	codeUnique     = codeConstraint | 8<<8
	codeRowID      = codeConstraint | 10<<8
)

// moderncCode understands errors of modernc.org/sqlite.
func moderncCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// meanings say what a result code means for whoever waits, in our own words.
var meanings = map[int]fault.Error{
	codeBusy:       {Kind: fault.Unavailable, Message: "the database is in use by somebody else and did not become free in time"},
	codeLocked:     {Kind: fault.Unavailable, Message: "the database is in use by somebody else and did not become free in time"},
	codeNoMemory:   {Kind: fault.Unavailable, Message: "there is not enough memory"},
	codeReadOnly:   {Kind: fault.Unavailable, Message: "the database file may not be written"},
	codeInterrupt:  {Kind: fault.Unavailable, Message: "it was interrupted"},
	codeIO:         {Kind: fault.Unavailable, Message: "the disk failed to read or write"},
	codeCorrupt:    {Kind: fault.Internal, Message: "the database file is damaged"},
	codeFull:       {Kind: fault.Unavailable, Message: "the disk is full"},
	codeCannotOpen: {Kind: fault.Unavailable, Message: "the database file cannot be opened"},
	codeProtocol:   {Kind: fault.Unavailable, Message: "the lock of the database file did not become free in time"},
	codeTooBig:     {Kind: fault.Invalid, Message: "a value is too large to keep"},
	codeConstraint: {Kind: fault.Internal, Message: "the database refused a value that breaks its rules"},
	codeNotADB:     {Kind: fault.Invalid, Message: "the file is not a database of this program"},

	codeNoRoom:     {Kind: fault.Unavailable, Message: "the disk is full, and even reading needs a little room beside the database: make room, or copy the whole folder to another disk and read it there"},
	codePrimaryKey: {Kind: fault.Conflict, Message: "the place is taken"},
	codeUnique:     {Kind: fault.Conflict, Message: "the place is taken"},
	codeRowID:      {Kind: fault.Conflict, Message: "the place is taken"},
}

// faultOf maps an error by its code.
func faultOf(code func(error) int) func(error) *fault.Error {
	return func(err error) *fault.Error {
		n := code(err)
		for _, key := range []int{n, n & 0xff} {
			if m, ok := meanings[key]; ok && n != 0 {
				return &m
			}
		}
		return nil
	}
}
