package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/store/sqlstore"
)

// Options say which file to open, and how.
type Options struct {
	// Path of the database file; it is created with mode 0600 if it is missing.
	Path string
	// Driver is the name of the database/sql driver; "" for modernc.org/sqlite.
	Driver string
	// DSN makes the data source name from the path and the query settings that
	// the store asks for (_pragma=…); nil makes a file: URI. With a DSN of one's
	// own nothing is looked up in or asked of the file system.
	DSN func(path string, settings url.Values) string
	// Code gives SQLite's extended result code of an error of the driver, 0 if
	// it is none; nil understands modernc.org/sqlite.
	Code func(error) int
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
	pools  [2]*sql.DB
	signer sync.Mutex
}

// readers is how many read at once, beside the one writer.
const readers = 4

// checked is the size in bytes up to which a file is checked whole at start.
const checked = 64 << 20

// Open opens or creates the database, migrates its schema and checks it.
// Errors: invalid for a file of another program, unavailable for a newer
// schema, other settings, a network file system or a disk that fails, internal
// for a damaged file.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Driver == "" {
		o.Driver = "sqlite"
	}
	if o.Code == nil {
		o.Code = moderncCode
	}
	if o.DSN == nil {
		if err := prepareFile(o.Path); err != nil {
			return nil, err
		}
		o.DSN = fileURI
	}
	s := &Store{}
	d := &sqlstore.Dialect{
		Types:     map[string]string{"int": "INTEGER", "bytes": "BLOB", "strict": " STRICT", "postgres": "--"},
		Place:     place,
		Fault:     faultOf(o.Code),
		Scrub:     scrub,
		OnConnect: o.OnConnect, Statements: o.Statements, Failed: o.Failed,
		Writers: 1,
		Readers: readers,
	}
	for i, write := range []bool{false, true} {
		db, err := sql.Open(o.Driver, o.DSN(o.Path, pragmas(settingsOf(write))))
		if err != nil {
			return nil, fault.New(fault.Internal, "the driver of the database cannot be used")
		}
		db.SetMaxIdleConns(-1) // sqlstore keeps the connections
		s.pools[i] = db
	}
	d.Dial = func(ctx context.Context, write bool) (sqlstore.Conn, error) {
		db := s.pools[0]
		if write {
			db = s.pools[1]
		}
		return dial(ctx, db, o.Code, settingsOf(write))
	}
	err := examine(ctx, d)
	if err == nil {
		s.Store, err = sqlstore.New(ctx, d)
	}
	if err != nil {
		s.closePools()
		return nil, d.Fail("opening "+filepath.Base(o.Path), err)
	}
	return s, nil
}

func dial(ctx context.Context, db *sql.DB, code func(error) int, list []setting) (*conn, error) {
	sc, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{c: sc, stmts: map[string]*sql.Stmt{}, code: code}
	if err := c.readBack(ctx, list); err != nil {
		_ = c.Close() // the refusal is what counts
		return nil, err
	}
	return c, nil
}

// applicationID marks the file as ours ("Tcsn"), in the header where file(1) looks.
const applicationID = 0x5463736e

// examine makes sure that the file is new or ours, and a small one whole.
func examine(ctx context.Context, d *sqlstore.Dialect) error {
	sc, err := d.Dial(ctx, true)
	if err != nil {
		return err
	}
	c := sc.(*conn)
	err = c.examine(ctx)
	if cerr := c.Close(); err == nil {
		err = cerr
	}
	return err
}

func (c *conn) examine(ctx context.Context) error {
	var id, tables, pages, size int64
	for query, dest := range map[string]*int64{
		"PRAGMA application_id":              &id,
		"PRAGMA page_count":                  &pages,
		"PRAGMA page_size":                   &size,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := c.value(ctx, query, dest); err != nil {
			return err
		}
	}
	switch {
	case id == 0 && tables == 0:
		_, err := c.Exec(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
		return err
	case id != applicationID:
		return fault.New(fault.Invalid, "the file is a database of another program")
	case pages*size > checked:
		return nil // the ledger's audit reads everything; this would take minutes
	}
	var verdict string
	if err := c.value(ctx, "PRAGMA quick_check(1)", &verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fault.New(fault.Internal, "the database file is damaged: restore a backup into an empty directory")
	}
	return nil
}

// fileURI escapes a path for SQLite (sqlite.org/uri.html).
func fileURI(path string, settings url.Values) string {
	esc := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")
	return "file:" + esc.Replace(path) + "?" + settings.Encode()
}

// prepareFile creates a missing file, for its owner alone, and makes its name
// durable; SQLite gives the files beside it the same mode.
func prepareFile(path string) error {
	if err := refuseNetwork(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if os.IsExist(err) {
		return nil
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fault.New(fault.Unavailable, "%s cannot be created in its folder", filepath.Base(path))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// Close waits for the transactions that run and closes the file.
func (s *Store) Close() error {
	err := s.Store.Close()
	s.closePools()
	return err
}

// closePools closes what holds no connection any more.
func (s *Store) closePools() {
	for _, db := range s.pools {
		if db != nil {
			_ = db.Close()
		}
	}
}

// TrySigner takes the right to publish; ok is false if it is taken. One process
// has the file (internal/datadir), so it is enough to ask within this one.
func (s *Store) TrySigner(context.Context) (release func(), ok bool, err error) {
	if !s.signer.TryLock() {
		return nil, false, nil
	}
	return sync.OnceFunc(s.signer.Unlock), true, nil
}
