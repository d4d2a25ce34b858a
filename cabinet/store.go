package cabinet

import "context"

// Row is a document as the database keeps it.
type Row struct {
	Kind    string
	ID      string     // 32 hexadecimal digits, a keyed hash of the document's id
	Version int64      // 1, 2, …; of a Put the version after the one that was read
	Keys    [][32]byte // keyed hashes under which it is found, in order, without repetitions
	Unique  [][32]byte // those of Keys that no other document of the kind has among its Unique
	Sealed  []byte
}

// Change is one transaction: all of it or nothing. A document is named at most
// once in it. What is dropped gives its unique keys free for what is put.
type Change struct {
	Put  []Row // Version 1 must not be there yet, n must be at n-1; else fault.Conflict
	Drop []Row // Kind and ID; Version as read, else fault.Conflict; or 0 for any, or none there
}

// Store is the database (store/sqlstore). Every read is of the primary.
type Store interface {
	// CabinetGet gives a document; fault.NotFound if it is not there. Keys and
	// Unique are not filled.
	CabinetGet(ctx context.Context, kind, id string) (Row, error)
	// CabinetFind gives documents of a kind in order of their ids, after the id
	// given; key nil takes all of the kind. Keys and Unique are not filled.
	CabinetFind(ctx context.Context, kind string, key *[32]byte, after string, limit int) ([]Row, error)
	// CabinetChange makes the change and returns after a durable commit.
	CabinetChange(ctx context.Context, c Change) error
	// CabinetEdition counts the changes that touched a kind, those of other
	// processes too: what was read at an edition is still true while it is the
	// same. 0 if there never was one.
	CabinetEdition(ctx context.Context, kind string) (int64, error)
}
