package postgres

import (
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/internal/fault"
)

// insufficientPrivilege is a code of PostgreSQL (documentation, appendix A).
const insufficientPrivilege = "42501"

// meanings say what a code, or a class of codes (two characters), means for
// whoever waits, in our own words.
var meanings = map[string]fault.Error{
	"08":    {Kind: fault.Unavailable, Message: "the connection to the database was lost"},
	"22021": {Kind: fault.Invalid, Message: "a text cannot be kept in UTF-8"},
	"23505": {Kind: fault.Conflict, Message: "the place is taken"},
	"23":    {Kind: fault.Internal, Message: "the database refused a value that breaks its rules"},
	"25P03": {Kind: fault.Unavailable, Message: "the transaction did nothing for too long and was ended"},
	"25006": {Kind: fault.Unavailable, Message: "the server takes no writes"},
	"28":    {Kind: fault.Unavailable, Message: "the server refused the login"},
	"3D000": {Kind: fault.NotFound, Message: "the server has no such database"},
	"40":    {Kind: fault.Unavailable, Message: "the transaction was in another's way and was rolled back: try again"},
	"42501": {Kind: fault.Unavailable, Message: "the role on the server may not do this"},
	"53100": {Kind: fault.Unavailable, Message: "the disk of the server is full"},
	"53200": {Kind: fault.Unavailable, Message: "the server has not enough memory"},
	"53300": {Kind: fault.Unavailable, Message: "the server has too many connections"},
	"53":    {Kind: fault.Unavailable, Message: "the server has run out of something it needs"},
	"54":    {Kind: fault.Invalid, Message: "a value is too large to keep"},
	"55P03": {Kind: fault.Unavailable, Message: "the lock of the log did not become free in time"},
	"57014": {Kind: fault.Unavailable, Message: "the server ended a statement that took too long"},
	"57":    {Kind: fault.Unavailable, Message: "the server is stopping or starting"},
	"58":    {Kind: fault.Unavailable, Message: "the disk of the server failed to read or write"},
	"XX001": {Kind: fault.Internal, Message: "the database is damaged"},
	"XX002": {Kind: fault.Internal, Message: "an index of the database is damaged"},
}

// code gives the server's code of an error, "" if the server did not speak.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func faultOf(err error) *fault.Error {
	if c := code(err); len(c) == 5 {
		for _, key := range []string{c, c[:2]} {
			if m, ok := meanings[key]; ok {
				return &m
			}
		}
		return nil
	}
	var refused *pgconn.ConnectError
	if errors.As(err, &refused) {
		return &fault.Error{Kind: fault.Unavailable, Message: "the server of the database cannot be reached"}
	}
	if lost(err) {
		return &fault.Error{Kind: fault.Unavailable, Message: "the connection to the database was lost"}
	}
	return nil
}

// lost tells that the connection is gone.
func lost(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed) || pgconn.SafeToRetry(err)
}

// stale tells that an idle connection died, by itself or with its server
// (class 57: the server's farewell), before it began anything.
func stale(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return severity(e) != "ERROR"
	}
	return lost(err)
}
