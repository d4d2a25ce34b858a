package postgres

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/internal/fault"
)

// Every code that is named gives its kind; of what the server says, nothing.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		code  string
		kind  fault.Kind
		stale bool
	}{
		{"23505", fault.Conflict, false},
		{"23514", fault.Internal, false},
		{"40001", fault.Unavailable, false},
		{"40P01", fault.Unavailable, false},
		{"53100", fault.Unavailable, false},
		{"53400", fault.Unavailable, false},
		{"55P03", fault.Unavailable, false},
		{"57014", fault.Unavailable, false},
		{"58030", fault.Unavailable, false},
		{"22021", fault.Invalid, false},
		{"54000", fault.Invalid, false},
		{"3D000", fault.NotFound, false},
		{"XX001", fault.Internal, false},
	} {
		err := error(&pgconn.PgError{Severity: "FEHLER", SeverityUnlocalized: "ERROR", Code: c.code, Message: "secret"})
		f := faultOf(err)
		if f == nil || f.Kind != c.kind || stale(err) != c.stale {
			t.Errorf("%s: %v, stale %v", c.code, f, stale(err))
		}
	}
	if f := faultOf(&pgconn.PgError{Code: "42601"}); f != nil {
		t.Errorf("a mistake of ours has the public name %v", f)
	}
	if !stale(&pgconn.PgError{Severity: "FATAL", Code: "57P01"}) {
		t.Error("a server's farewell does not make a connection stale")
	}
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, pgconn.ErrConnClosed, &net.OpError{Op: "read", Err: errors.New("reset")}} {
		if f := faultOf(err); f == nil || f.Kind != fault.Unavailable || !stale(err) {
			t.Errorf("%v: %v, stale %v", err, f, stale(err))
		}
	}
	if f := faultOf(errors.New("what?")); f != nil {
		t.Errorf("the unknown has the name %v", f)
	}
}
