package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
)

// faulty is the driver with a hand in between: before answers each statement,
// after replaces the answer of one that ran.
type faulty struct {
	driver.Driver
	mu            sync.Mutex
	before, after func(query string) error
}

type faultyConn struct {
	driver.Conn
	f *faulty
}

type faultyStmt struct {
	driver.Stmt
	query string
	f     *faulty
}

// diskError is an error of faulty with a code of SQLite.
type diskError int

func (e diskError) Error() string { return "injected: UPDATE store SET secret" }

var broken = &faulty{}

func init() {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err)
	}
	broken.Driver = db.Driver()
	sql.Register("sqlite-faulty", broken)
}

func (f *faulty) Open(name string) (driver.Conn, error) {
	c, err := f.Driver.Open(name)
	return &faultyConn{c, f}, err
}

func (f *faulty) set(before, after func(string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = before, after
}

func (f *faulty) ask(hook *func(string) error, query string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if *hook == nil {
		return nil
	}
	return (*hook)(query)
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return &faultyStmt{s, query, c.f}, err
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.f.ask(&s.f.before, s.query); err != nil {
		return nil, err
	}
	r, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	return r, errors.Join(err, s.f.ask(&s.f.after, s.query))
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func openFaulty(t *testing.T) *Store {
	t.Helper()
	broken.set(nil, nil)
	s, err := Open(t.Context(), Options{
		Path: filepath.Join(t.TempDir(), "tocsin.db"), Driver: "sqlite-faulty", DSN: fileURI,
		Code: func(err error) int {
			var d diskError
			if errors.As(err, &d) {
				return int(d)
			}
			return moderncCode(err)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		broken.set(nil, nil)
		_ = s.Close()
	})
	return s
}

// first fails only the first of the statements named so.
func first(query string, err error) func(string) error {
	return func(q string) error {
		if q != query || err == nil {
			return nil
		}
		e := err
		err = nil
		return e
	}
}

// always fails each of them.
func always(query string, err error) func(string) error {
	return func(q string) error {
		if q == query {
			return err
		}
		return nil
	}
}

// What a failed commit leaves is known when a small write after it is durable;
// or when there was no room for either; and otherwise not.
func TestFailedCommit(t *testing.T) {
	const syncFailed = diskError(codeIO | 4<<8)
	for _, c := range []struct {
		what          string
		before, after func(string) error
		uncertain     bool
		words         string
	}{
		{"the commit fails, the small write does not", first("COMMIT", syncFailed), nil, false, "the disk failed"},
		{"the disk is full at the commit alone", first("COMMIT", diskError(codeFull)), nil, false, "the disk is full"},
		{"the disk is full for both", always("COMMIT", diskError(codeFull)), nil, false, "the disk is full"},
		{"full first, then the disk fails", func() func(string) error {
			n := 0
			return func(q string) error {
				if q != "COMMIT" {
					return nil
				}
				n++
				if n == 1 {
					return diskError(codeFull)
				}
				return syncFailed
			}
		}(), nil, true, "not known"},
		{"the disk fails for both", always("COMMIT", syncFailed), nil, true, "not known"},
		{"the commit stands and its answer is lost, with the disk", nil, always("COMMIT", syncFailed), true, "not known"},
	} {
		s := openFaulty(t)
		broken.set(c.before, c.after)
		err := keep(t, s, "case-a", []byte("k"))
		broken.set(nil, nil)
		if fault.KindOf(err) != fault.Unavailable || ledger.IsUncertain(err) != c.uncertain || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: got %v, uncertain %v", c.what, err, ledger.IsUncertain(err))
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the driver's words are in the message: %v", c.what, err)
		}
		if _, err := kept(t, s, "case-a"); !c.uncertain && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: it is said to have failed and stands: %v", c.what, err)
		}
		if err := keep(t, s, "case-b", []byte("k")); err != nil {
			t.Errorf("%s: the store does not go on: %v", c.what, err)
		}
	}
}

// Statements that fail inside a transaction leave nothing, and the store goes on.
func TestFailingStatements(t *testing.T) {
	for _, code := range []int{codeFull, codeIO | 3<<8, codeBusy, codeNoMemory, codeReadOnly} {
		s := openFaulty(t)
		broken.set(func(q string) error {
			if strings.HasPrefix(q, "INSERT INTO case_key") {
				return diskError(code)
			}
			return nil
		}, nil)
		err := keep(t, s, "case-a", []byte("k"))
		if fault.KindOf(err) != fault.Unavailable || ledger.IsUncertain(err) {
			t.Errorf("code %d: got %v", code, err)
		}
		broken.set(nil, nil)
		if err := keep(t, s, "case-a", []byte("k")); err != nil {
			t.Errorf("code %d: the store does not go on: %v", code, err)
		}
	}
}

// A file that may not grow stands for a full disk: what was acknowledged stays,
// what was not is not there.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s, err := Open(t.Context(), Options{Path: path, DSN: func(path string, v url.Values) string {
		v.Add("_pragma", "max_page_count(60)")
		return fileURI(path, v)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	acked := 0
	for acked = range 100 {
		if err = keep(t, s, string(rune('a'+acked)), make([]byte, 8192)); err != nil {
			break
		}
	}
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "the disk is full") || ledger.IsUncertain(err) {
		t.Errorf("got %v", err)
	}
	n := 0
	if err := s.View(t.Context(), func(r record.Reader) error {
		return r.EachKey(t.Context(), func(record.Key) error { n++; return nil })
	}); err != nil || n != acked || n == 0 {
		t.Errorf("%d are there, %d were acknowledged: %v", n, acked, err)
	}
}

// Words that were replaced are nowhere in the files after a scrub. The control:
// before it they are.
func TestScrubForgets(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "tocsin.db"))
	word := bytes.Repeat([]byte("words to be forgotten "), 40)
	for i := range 200 {
		handle := string(rune('a'+i%26)) + string(rune('a'+i/26))
		if err := keep(t, s, handle, word); err != nil {
			t.Fatal(err)
		}
	}
	found := func() int {
		n := 0
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(b, word[:22])
		}
		return n
	}
	for i := range 200 {
		handle := string(rune('a'+i%26)) + string(rune('a'+i/26))
		if err := keep(t, s, handle, []byte("nothing")); err != nil {
			t.Fatal(err)
		}
	}
	if found() == 0 {
		t.Error("the control finds nothing before the scrub")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := found(); n != 0 {
		t.Errorf("the words are still there %d times", n)
	}
	if got, err := kept(t, s, "aa"); err != nil || got != "nothing" {
		t.Errorf("after the scrub it holds %q, %v", got, err)
	}
}

// A reader with an old snapshot keeps the log of changes from being emptied:
// the scrub says so, since words would remain, and succeeds when it is repeated.
func TestScrubWhileSomebodyReads(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	if err := keep(t, s, "case-a", []byte("old")); err != nil {
		t.Fatal(err)
	}
	c, err := dial(t.Context(), s.pools[1], moderncCode, settings)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Exec(t.Context(), "PRAGMA busy_timeout = 20"); err != nil { // the product waits longer
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(r record.Reader) error {
		if _, err := r.KeyOf(t.Context(), "case-a"); err != nil {
			return err
		}
		if err := keep(t, s, "case-a", []byte("new")); err != nil {
			return err
		}
		if err := scrub(t.Context(), c); fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "while somebody reads") {
			t.Errorf("got %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := scrub(t.Context(), c); err != nil {
		t.Error(err)
	}
}
