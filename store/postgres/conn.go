package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/store/sqlstore"
)

// conn is one session on the server.
type conn struct {
	c      *pgx.Conn
	warned *pgconn.Notice // the last warning of the server
}

func (c *conn) notice(n *pgconn.Notice) {
	if severity((*pgconn.PgError)(n)) == "WARNING" {
		c.warned = n
	}
}

// severity is not translated, whatever the language of the server.
func severity(e *pgconn.PgError) string {
	if e.SeverityUnlocalized != "" {
		return e.SeverityUnlocalized
	}
	return e.Severity
}

// Exec implements sqlstore.Session.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := c.c.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

// Query implements sqlstore.Session.
func (c *conn) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	return c.c.Query(ctx, query, args...)
}

// logLock is the advisory lock of the one transaction that writes.
const logLock = int64(0x746f6373696e0001)

// Begin implements sqlstore.Conn. A writer reads what is committed at each
// statement, and has the log's lock before the first: so it sees what the
// holder before it wrote. The lock ends with the transaction, after its changes
// are visible to the next. Nothing is done while it is held but reading and
// writing rows; the work of a command is done before. What is written aside does
// without the lock: its transactions are in order by the rows of mark that they
// change first (see sqlstore).
func (c *conn) Begin(ctx context.Context, m sqlstore.Mode) error {
	query := `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	switch m {
	case sqlstore.Aside:
		query = `BEGIN ISOLATION LEVEL READ COMMITTED`
	case sqlstore.Writing:
		query = fmt.Sprintf(`BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%d)`, logLock)
	}
	_, err := c.c.PgConn().Exec(ctx, query).ReadAll()
	return err
}

// Commit implements sqlstore.Conn. An answer of severity ERROR comes before the
// commit is written, so the transaction does not stand. A warning comes after:
// the server gave up waiting for its standbys, say, and a promotion could undo
// what it calls committed. A lost connection and a server that stops say nothing.
func (c *conn) Commit(ctx context.Context) error {
	c.warned = nil
	res, err := c.c.PgConn().Exec(ctx, "COMMIT").ReadAll()
	var answer *pgconn.PgError
	switch {
	case errors.As(err, &answer) && severity(answer) == "ERROR":
		return err
	case err != nil:
		return &ledger.Uncertain{Cause: err}
	case c.warned != nil:
		return &ledger.Uncertain{Cause: fmt.Errorf("warning on commit: %w", (*pgconn.PgError)(c.warned))}
	case len(res) == 1 && res[0].CommandTag.String() == "COMMIT":
		return nil
	}
	return fault.New(fault.Unavailable, "the server rolled the transaction back")
}

// Rollback implements sqlstore.Conn.
func (c *conn) Rollback(ctx context.Context) error {
	_, err := c.c.PgConn().Exec(ctx, "ROLLBACK").ReadAll()
	return err
}

// closeWait bounds the farewell to a server that may be gone.
const closeWait = 2 * time.Second

// Close implements sqlstore.Conn.
func (c *conn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	return c.c.Close(ctx)
}

// sealedTables hold what is sealed or wrapped, or replaced in place.
var sealedTables = []string{"event", "case_key", "case_view", "request",
	"cabinet", "cabinet_key", "seat", "desk_case", "desk_line", "desk_word"}

// scrub writes the tables anew without their dead rows, and asks for a
// checkpoint, after which old segments of the write-ahead log are recycled. It
// has no reach into segments that are kept for standbys or archives: what they
// hold is sealed under keys that are destroyed.
func scrub(ctx context.Context, s sqlstore.Conn) error {
	c := s.(*conn)
	if _, err := c.Exec(ctx, `SET statement_timeout = 0`); err != nil { // large tables take their time
		return err
	}
	for _, table := range sealedTables {
		if _, err := c.Exec(ctx, `VACUUM (FULL) `+table); err != nil {
			return err
		}
	}
	// Only some roles may ask for a checkpoint; the server makes one by itself
	// within checkpoint_timeout.
	if _, err := c.Exec(ctx, `CHECKPOINT`); err != nil && code(err) != insufficientPrivilege {
		return err
	}
	_, err := c.Exec(ctx, `SET statement_timeout = '`+parameters["statement_timeout"]+`'`)
	return err
}
