package cabinet

import "context"

// Row is a document as the database keeps it.
type Row struct {
	Kind    string
	ID      string
	Version int64      // 1, 2, …; of a Put the version after it
	Keys    [][32]byte // keyed hashes under which it is found, without repetitions
	Unique  [][32]byte // those of Keys that no other document of the kind may have
	Sealed  []byte
}

// Change is one transaction: all of it or nothing.
type Change struct {
	Put  []Row // Version 1 must not be there yet, n must be at n-1; else fault.Conflict
	Drop []Row // Kind and ID; Version as read, or 0 for any
}

// Store is the database (store/sqlstore). Every read is of the primary.
type Store interface {
	// CabinetGet gives a document; fault.NotFound if it is not there.
	CabinetGet(ctx context.Context, kind, id string) (Row, error)
	// CabinetFind gives documents of a kind in order of their ids, after the id
	// given; key nil takes all of the kind. Keys and Unique are not filled.
	CabinetFind(ctx context.Context, kind string, key *[32]byte, after string, limit int) ([]Row, error)
	// CabinetChange makes the change and returns after a durable commit.
	CabinetChange(ctx context.Context, c Change) error
	// CabinetEdition counts the changes of the kinds given, those of other
	// processes too: what was read at an edition is still true while it is the same.
	CabinetEdition(ctx context.Context, kind string) (int64, error)
}
