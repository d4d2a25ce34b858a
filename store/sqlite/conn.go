package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/store/sqlstore"
)

// conn is one connection with the statements that it keeps prepared.
type conn struct {
	c     *sql.Conn
	stmts map[string]*sql.Stmt
	code  func(error) int
}

// rows makes Close fit sqlstore.Rows; what it would say, Err says.
type rows struct{ *sql.Rows }

func (r rows) Close() { _ = r.Rows.Close() }

func (c *conn) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.stmts[query]; s != nil {
		return s, nil
	}
	s, err := c.c.PrepareContext(ctx, query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// Exec implements sqlstore.Session.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query implements sqlstore.Session.
func (c *conn) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return rows{r}, nil
}

// Begin implements sqlstore.Conn. A writer takes the write lock of the file at
// once: a transaction that reads first and writes later could fail between.
func (c *conn) Begin(ctx context.Context, m sqlstore.Mode) error {
	how := "BEGIN"
	if m != sqlstore.Reading {
		how = "BEGIN IMMEDIATE"
	}
	_, err := c.Exec(ctx, how)
	return err
}

// settle is a small durable write; see Commit.
const settle = `UPDATE store SET settled = settled + 1 WHERE one = 1`

// Commit implements sqlstore.Conn. It is never interrupted: an interrupted
// commit may have happened.
//
// When a commit fails, all its frames may stand in the write-ahead log all the
// same (a failed fsync), and a crash before the next write would bring the
// transaction back. The next commit starts at the first of those frames and so
// breaks their chain of checksums. Therefore a failed commit is followed by a
// small write of our own: once that is durable, the failed one never stands. If
// it is refused for want of room as the first was, there was no room for the
// first frame either. In any other case nobody can tell.
func (c *conn) Commit(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	_, err := c.Exec(ctx, "COMMIT")
	if err == nil {
		return nil
	}
	_ = c.Rollback(ctx) // SQLite may have rolled back by itself; the write below fails if not
	serr := c.Begin(ctx, sqlstore.Writing)
	for _, q := range []string{settle, "COMMIT"} {
		if serr == nil {
			_, serr = c.Exec(ctx, q)
		}
	}
	if serr == nil || (c.code(err)&0xff == codeFull && c.code(serr)&0xff == codeFull) {
		return err
	}
	_ = c.Rollback(ctx) // the connection is closed next
	return &ledger.Uncertain{Cause: err}
}

// Rollback implements sqlstore.Conn.
func (c *conn) Rollback(ctx context.Context) error {
	_, err := c.Exec(context.WithoutCancel(ctx), "ROLLBACK")
	return err
}

// Close implements sqlstore.Conn.
func (c *conn) Close() error {
	for _, s := range c.stmts {
		_ = s.Close() // the connection goes with them
	}
	// The pool of database/sql keeps no idle connection, but asks it to be sure.
	_ = c.c.Raw(func(any) error { return driver.ErrBadConn })
	err := c.c.Close()
	if err == sql.ErrConnDone {
		err = nil
	}
	return err
}

// value reads one value.
func (c *conn) value(ctx context.Context, query string, dest any) error {
	r, err := c.Query(ctx, query)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Next() {
		return r.Scan(dest)
	}
	if err := r.Err(); err != nil {
		return err
	}
	return fault.New(fault.Internal, "%s gave no answer", query)
}

// place names the database by the random id of its making.
func place(ctx context.Context, s sqlstore.Session) (string, error) {
	var id string
	if err := s.(*conn).value(ctx, `SELECT id FROM store WHERE one = 1`, &id); err != nil {
		return "", err
	}
	return "sqlite:" + id, nil
}

// scrub overwrites what was freed, rebuilds the file without it, and empties
// the write-ahead log, before and after.
func scrub(ctx context.Context, s sqlstore.Conn) error {
	c := s.(*conn)
	for _, q := range []string{"", "VACUUM", ""} {
		if q != "" {
			if _, err := c.Exec(ctx, q); err != nil {
				return err
			}
			continue
		}
		if err := c.emptyLog(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) emptyLog(ctx context.Context) error {
	r, err := c.Query(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil {
		return err
	}
	defer r.Close()
	var busy, frames, done int64
	if !r.Next() {
		return fmt.Errorf("no answer of the checkpoint: %w", r.Err())
	}
	if err := r.Scan(&busy, &frames, &done); err != nil {
		return err
	}
	if busy != 0 {
		return fault.New(fault.Unavailable, "the write-ahead log could not be emptied while somebody reads: try again")
	}
	return r.Err()
}
