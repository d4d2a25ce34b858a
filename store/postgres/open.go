package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/store/sqlstore"
)

// Options say which server to use.
type Options struct {
	// URL is a PostgreSQL connection URL or keyword string.
	URL string
	// OnConnect is called with each new connection before its first use, with a
	// snapshot and the place of the database (see Store.Place). An error of kind
	// forbidden refuses writing on the connection and leaves reading; any other
	// refuses the connection.
	OnConnect func(ctx context.Context, r record.Reader, place string) error
	// Statements is told the text of each statement before it runs, never a
	// parameter; nil: nobody is told.
	Statements func(ctx context.Context, text string)

	// Failed is told of failures of the database itself, without its own words.
	Failed func(err error)
}

// Store is an open database. It implements record.Store and ledger.Store.
type Store struct {
	*sqlstore.Store
	signer signer
}

// The connections of one process. Only one writer at a time holds the log's
// lock; the others wait for it on the server, in the order of their coming.
const (
	writers = 3
	readers = 6
	asides  = 3
)

// connectWait bounds the wait for a connection where the URL says nothing.
const connectWait = 10 * time.Second

// parameters are set for each session. Whoever holds the log's lock and falls
// silent loses it within half a minute; the time for a statement ends before
// sqlstore stops waiting for a commit, so that the server's word is heard. Plans
// are kept from when the tables were empty, and a look-up of many keys in a small
// table is planned as a reading of the whole: so that is ruled out, and with it
// joins that read a whole index first (each join here looks a few keys up) and
// the compiling of plans that seem dear.
var parameters = map[string]string{
	"application_name":        "tocsin",
	"client_encoding":         "UTF8",
	"enable_seqscan":          "off",
	"enable_hashjoin":         "off",
	"enable_mergejoin":        "off",
	"jit":                     "off",
	"statement_timeout":       "50s",
	"lock_timeout":            "30s",
	"tcp_keepalives_idle":     "15",
	"tcp_keepalives_count":    "3",
	"tcp_keepalives_interval": "5",
}

// idle is how long a transaction may do nothing before the server ends it.
func idle(write bool) string {
	if write {
		return "30s"
	}
	return "10min" // a backup to a slow disk holds a snapshot
}

// Open connects, checks the server and migrates the schema. Errors: invalid for
// a URL that does not parse or a database that is not UTF-8, unavailable for a
// server that cannot be reached, is older than 15, is a standby, would
// acknowledge what is not durable, or has a newer schema.
func Open(ctx context.Context, o Options) (*Store, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil { // the parser's words may hold the password
		return nil, fault.New(fault.Invalid, "the connection URL of the database does not parse: postgres://user@host:port/name?sslmode=verify-full is the form")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectWait
	}
	for name, value := range parameters {
		if _, ok := config.RuntimeParams[name]; !ok || name != "application_name" {
			config.RuntimeParams[name] = value
		}
	}
	d := &sqlstore.Dialect{
		Types: map[string]string{"int": "BIGINT", "bytes": "BYTEA", "strict": "", "postgres": ""},
		Dial: func(ctx context.Context, write bool) (sqlstore.Conn, error) {
			return dial(ctx, config, write)
		},
		Place:     place,
		Fault:     faultOf,
		Stale:     stale,
		Scrub:     scrub,
		OnConnect: o.OnConnect, Statements: o.Statements, Failed: o.Failed,
		Writers: writers,
		Readers: readers,
		Asides:  asides,
	}
	s := &Store{signer: signer{config: config, fail: d.Fail}}
	if s.Store, err = sqlstore.New(ctx, d); err != nil {
		return nil, err
	}
	return s, nil
}

func dial(ctx context.Context, config *pgx.ConnConfig, write bool) (*conn, error) {
	c := &conn{}
	own := config.Copy()
	own.RuntimeParams["idle_in_transaction_session_timeout"] = idle(write)
	own.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { c.notice(n) }
	var err error
	if c.c, err = pgx.ConnectConfig(ctx, own); err != nil {
		return nil, err
	}
	if err := c.examine(ctx); err != nil {
		_ = c.Close() // the refusal is what counts
		return nil, err
	}
	return c, nil
}

// oldest is the oldest version of PostgreSQL that is tested.
const oldest = 150000

const examination = `SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),
	current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'),
	current_setting('synchronous_commit'), current_setting('transaction_read_only')`

// examine refuses a server whose acknowledgement would not mean what is needed.
// synchronous_commit is raised for the session where the server's default is
// lower: "on" waits for the standbys that the server names, if it names any.
func (c *conn) examine(ctx context.Context) error {
	var version int
	var standby bool
	var encoding, fsync, pages, commit, readOnly string
	if err := c.c.QueryRow(ctx, examination).Scan(&version, &standby, &encoding, &fsync, &pages, &commit, &readOnly); err != nil {
		return err
	}
	refuse := func(format string, args ...any) error { return fault.New(fault.Unavailable, format, args...) }
	switch {
	case version < oldest:
		return refuse("the server is PostgreSQL %d, and 15 or newer is needed", version/10000)
	case standby:
		return refuse("the server is a standby: give the address of the primary")
	case readOnly != "off":
		return refuse("the server gives read-only sessions (default_transaction_read_only)")
	case encoding != "UTF8":
		return fault.New(fault.Invalid, "the database has the encoding %s, and UTF8 is needed", encoding)
	case fsync != "on":
		return refuse("the server runs with fsync = %s: what it acknowledges is lost with the power; nothing was opened", fsync)
	case pages != "on":
		return refuse("the server runs with full_page_writes = %s: a torn page would damage the record; nothing was opened", pages)
	case commit == "on" || commit == "remote_apply":
		return nil
	}
	if _, err := c.c.Exec(ctx, `SET synchronous_commit = on`); err != nil {
		return err
	}
	if err := c.c.QueryRow(ctx, `SHOW synchronous_commit`).Scan(&commit); err != nil {
		return err
	}
	if commit != "on" {
		return refuse("the server keeps synchronous_commit = %s: it acknowledges what is not durable; nothing was opened", commit)
	}
	return nil
}

const placeQuery = `SELECT system_identifier::text, (SELECT oid FROM pg_database WHERE datname = current_database())::text,
	pg_walfile_name(pg_current_wal_insert_lsn()) FROM pg_control_system()`

// place names the database by the cluster's identifier, its own number there,
// and the timeline of the write-ahead log, which a promotion raises.
func place(ctx context.Context, s sqlstore.Session) (string, error) {
	var system, oid, segment string
	if err := s.(*conn).c.QueryRow(ctx, placeQuery).Scan(&system, &oid, &segment); err != nil {
		return "", err
	}
	timeline := strings.TrimLeft(segment[:min(8, len(segment))], "0")
	return "postgresql:" + system + ":" + oid + ":" + timeline, nil
}
