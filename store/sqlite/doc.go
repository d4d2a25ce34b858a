// Package sqlite keeps records in one SQLite file, written by one process.
//
// It promises that every connection runs with a write-ahead log and with
// synchronous=FULL, read back and not only asked for; that a file of another
// program, a newer schema or a network file system is refused; and that a full
// disk or an I/O error leaves nothing acknowledged that is not durable. It
// takes no lock on the data directory (internal/datadir does) and never opens
// a sealed record.
package sqlite
