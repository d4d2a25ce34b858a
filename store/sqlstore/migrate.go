package sqlstore

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"tocsin/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The table that says which migrations ran. Its shape never changes, so that
// any older binary can read a newer database's version and refuse it.
const (
	schemaCreate = `CREATE TABLE IF NOT EXISTS schema_version (version {int} PRIMARY KEY, applied TEXT NOT NULL){strict}`
	schemaNewest = `SELECT COALESCE(MAX(version), 0) FROM schema_version`
	schemaInsert = `INSERT INTO schema_version (version, applied) VALUES ($1, $2)`
	storeInsert  = `INSERT INTO store (one, id) VALUES (1, $1)`
)

// migrate brings the schema up to this binary's, in one transaction that holds
// the log's lock: two processes that open a new database at once do it once.
func migrate(ctx context.Context, c Conn, d *Dialect) (err error) {
	list, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if err := c.Begin(ctx, Writing); err != nil {
		return err
	}
	done, err := migrateTo(ctx, c, d, list)
	if err != nil || done == 0 {
		return errors.Join(err, c.Rollback(context.WithoutCancel(ctx)))
	}
	return c.Commit(context.WithoutCancel(ctx))
}

// migrateTo runs those of the list that have not run, and tells how many. Their
// numbers are their places in the list, from 1.
func migrateTo(ctx context.Context, c Conn, d *Dialect, list []string) (done int, err error) {
	if _, err := c.Exec(ctx, d.words(schemaCreate)); err != nil {
		return 0, err
	}
	version, err := number(ctx, c, schemaNewest)
	if err != nil {
		return 0, err
	}
	if version > int64(len(list)) {
		return 0, fault.New(fault.Unavailable, "the database has schema %d and this program knows %d: use the newer program that wrote it", version, len(list))
	}
	for n := version; n < int64(len(list)); n++ {
		text, err := migrations.ReadFile(list[n])
		if err != nil {
			return 0, err
		}
		for _, statement := range split(d.words(string(text))) {
			if _, err := c.Exec(ctx, statement); err != nil {
				return 0, fmt.Errorf("%s: %w", list[n], err)
			}
		}
		if n == 0 {
			if _, err := c.Exec(ctx, storeInsert, newID()); err != nil {
				return 0, err
			}
		}
		if _, err := c.Exec(ctx, schemaInsert, n+1, timeText(time.Now())); err != nil {
			return 0, err
		}
		done++
	}
	return done, nil
}

func number(ctx context.Context, s Session, query string) (n int64, err error) {
	rows, err := s.Query(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n, errors.Join(err, rows.Err())
}

// newID gives 128 random bits in hex; crypto/rand does not fail.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// words puts the engine's words for types into a migration.
func (d *Dialect) words(text string) string {
	for name, word := range d.Types {
		text = strings.ReplaceAll(text, "{"+name+"}", word)
	}
	return text
}

// split takes a migration apart into statements; comments begin a line.
func split(text string) []string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	var out []string
	for s := range strings.SplitSeq(b.String(), ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
