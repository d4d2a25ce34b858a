// Package record keeps cases: append-only records, each committed to the log in
// the transaction that stores it.
//
// A command loads a case, decides, and appends with the expected version; that
// is the only write. What is kept is sealed under a key of its case, and can be
// erased field by field without touching a commitment. It promises that what it
// acknowledged is durable and has a leaf, that an export gives back what was
// imported, and that the projections can be rebuilt to the same bytes. It never
// edits a record and never answers from memory what the database has not
// committed.
package record
