// Package postgres keeps records in PostgreSQL 15 or newer, written by any
// number of processes, one transaction after the other.
//
// It promises that an acknowledged commit is durable where the server was told
// to make it durable, standbys included; that a server which would lie about
// that is refused; that each new connection is checked to reach the same
// database on the same timeline; and that a commit answered with a warning or
// not at all is uncertain, never done. It never opens a sealed record.
package postgres
