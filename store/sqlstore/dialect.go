package sqlstore

import (
	"context"

	"tocsin/internal/fault"
	"tocsin/record"
)

// Rows are the answer to a query. Close may be called more than once.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Session runs statements; parameters are $1, $2, …
type Session interface {
	// Exec gives the number of rows that the statement changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// Mode is the sort of a transaction.
type Mode int

const (
	// Reading is on one snapshot.
	Reading Mode = iota
	// Writing holds the log's lock when it has begun.
	Writing
	// Aside writes what is no part of the record. It does not wait for the log's
	// lock where the engine lets several write at once; each of its statements
	// sees what is committed then.
	Aside
)

// Conn is one connection, used by one transaction at a time.
type Conn interface {
	Session
	Begin(ctx context.Context, m Mode) error
	// Commit returns nil when the transaction is durable, an error that is
	// ledger.Uncertain when nobody can tell, and any other when it does not stand
	// and never will.
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
	Close() error
}

// Dialect is what an engine does in its own way.
type Dialect struct {
	// Types gives the words for {int}, {bytes} and {strict} in migrations, and
	// for {postgres}, which begins a line for that engine alone: the others make
	// it a comment.
	Types map[string]string
	// Dial makes a connection, with its settings read back.
	Dial func(ctx context.Context, write bool) (Conn, error)
	// Place names the database that a connection reached, once it has tables.
	Place func(ctx context.Context, s Session) (string, error)
	// Fault gives kind and message of an error of the driver, nil if it is none
	// that it knows. The message holds no words of the driver.
	Fault func(error) *fault.Error
	// Stale tells that a connection which was idle turned out to be dead before
	// it did anything; nil where that cannot be.
	Stale func(error) bool
	// Scrub makes the engine forget replaced and deleted bytes.
	Scrub func(ctx context.Context, c Conn) error
	// OnConnect is shown each new connection; see the engines' Options.
	OnConnect func(ctx context.Context, r record.Reader, place string) error
	// Statements is told the text of each statement before it runs, and the sort of
	// each transaction as it begins, never a parameter; nil: nobody is told.
	Statements func(ctx context.Context, text string)

	// Failed is told of failures of the database itself (fault.Unavailable and
	// fault.Internal), in the words for the public; nil: nobody is told. A caller
	// that gave up is none.
	Failed func(err error)
	// Writers, Readers and Asides bound the connections. Asides 0: whoever writes
	// aside takes its turn among the writers.
	Writers, Readers, Asides int
}

func (d *Dialect) tell(ctx context.Context, text string) {
	if d.Statements != nil {
		d.Statements(ctx, text)
	}
}

// String names the sort of a transaction.
func (m Mode) String() string {
	switch m {
	case Reading:
		return "reading"
	case Writing:
		return "writing"
	}
	return "aside"
}
