package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tocsin/internal/fault"
	"tocsin/internal/testkit/pgtest"
	"tocsin/ledger"
	"tocsin/record"
	"tocsin/store/postgres"
)

func keep(t testing.TB, s record.Store, handle string, wrapped []byte) error {
	return s.Update(t.Context(), func(w record.Tx) error {
		return w.PutKey(t.Context(), record.Key{Handle: handle, Wrapped: wrapped})
	})
}

func kept(t testing.TB, s record.Store, handle string) (string, error) {
	var k record.Key
	err := s.View(t.Context(), func(r record.Reader) (err error) {
		k, err = r.KeyOf(t.Context(), handle)
		return err
	})
	return string(k.Wrapped), err
}

// connect gives a session beside the store.
func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func execute(t testing.TB, c *pgx.Conn, statements ...string) {
	t.Helper()
	for _, q := range statements {
		if _, err := c.Exec(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

func refused(t *testing.T, what, url string, kind fault.Kind, words string) {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err == nil {
		_ = s.Close()
	}
	if fault.KindOf(err) != kind || !strings.Contains(fmt.Sprint(err), words) {
		t.Errorf("%s: got %v, want %q of kind %q", what, err, words, kind)
	}
}

// What cannot be reached, does not parse or is of another make is refused in
// words that hold no password.
func TestRefusedAddresses(t *testing.T) {
	url := pgtest.Database(t)
	c := connect(t, url)
	execute(t, c, `CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	at := func(db string) string {
		return fmt.Sprintf("postgres://postgres:hidden@127.0.0.1:%d/%s?sslmode=disable", config.Port, db)
	}
	refused(t, "a URL that does not parse", "postgres://u:hidden@host:port/", fault.Invalid, "does not parse")
	refused(t, "a port where nobody is", "postgres://postgres:hidden@127.0.0.1:1/x?sslmode=disable", fault.Unavailable, "cannot be reached")
	refused(t, "a database that is not there", at("nowhere"), fault.NotFound, "no such database")
	refused(t, "another encoding", at("ascii"), fault.Invalid, "UTF8 is needed")
	refused(t, "read-only sessions", at("postgres")+"&default_transaction_read_only=on", fault.Unavailable, "read-only")
	if _, err := postgres.Open(t.Context(), postgres.Options{URL: "postgres://u:hidden@host:port/"}); strings.Contains(err.Error(), "hidden") {
		t.Errorf("the password is in the message: %v", err)
	}
}

// A newer schema is left to the newer program.
func TestNewerSchemaIsRefused(t *testing.T) {
	url := pgtest.Database(t)
	if err := open(t, url).Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, connect(t, url), `INSERT INTO schema_version VALUES (99, 'tomorrow')`)
	refused(t, "a newer schema", url, fault.Unavailable, "schema 99")
}

// A server that acknowledges what is not durable is refused; where the session
// can be told better, it is.
func TestDurabilityIsReadBack(t *testing.T) {
	s := pgtest.Start(t, "fsync = off")
	refused(t, "fsync off", s.URL("tocsin"), fault.Unavailable, "fsync = off")
	s.Stop()
	s.Restart("fsync = on", "full_page_writes = off")
	refused(t, "full_page_writes off", s.URL("tocsin"), fault.Unavailable, "full_page_writes = off")
	s.Stop()
	for _, level := range []string{"off", "local", "remote_write", "on", "remote_apply"} {
		s.Restart("full_page_writes = on", "synchronous_commit = "+level)
		want := "on"
		if level == "remote_apply" {
			want = level
		}
		st := open(t, s.URL("tocsin"))
		if got := postgres.SessionSetting(t.Context(), st, "synchronous_commit"); got != want {
			t.Errorf("the server's %s: the session has %s, want %s", level, got, want)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
		s.Stop()
	}
}

// A plan that was made while a table was empty still finds its rows when it has
// many: no look-up is planned as a reading of the whole table.
func TestPlansOfEmptyTables(t *testing.T) {
	url := pgtest.Database(t)
	st := open(t, url)
	var keys []string
	for i := range 64 {
		keys = append(keys, fmt.Sprintf("'case-%d'", i))
	}
	query := `SELECT handle, wrapped FROM case_key WHERE handle IN (` + strings.Join(keys, ", ") + `)`
	plan, err := postgres.Plan(t.Context(), st, query)
	if err != nil || !strings.Contains(plan, "case_key_pkey") || strings.Contains(plan, "Seq Scan") {
		t.Errorf("%v\n%s", err, plan)
	}
	plan, err = postgres.Explain(t.Context(), dial(t, url), query)
	if err != nil || !strings.Contains(plan, "Seq Scan") {
		t.Errorf("control: a session of somebody else finds them so: %v\n%s", err, plan)
	}
}

// A role that only owns its database is enough, for everything.
func TestPlainRole(t *testing.T) {
	url := pgtest.Database(t)
	c := connect(t, url)
	execute(t, c, `CREATE ROLE plain LOGIN`, `ALTER DATABASE "`+c.Config().Database+`" OWNER TO plain`)
	s := open(t, strings.Replace(url, "postgres@", "plain@", 1))
	if err := errors.Join(keep(t, s, "case-a", []byte("word")), s.Scrub(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.TrySigner(t.Context()); !ok || err != nil {
		t.Error(ok, err)
	}
	if got, err := kept(t, s, "case-a"); err != nil || got != "word" {
		t.Errorf("%q, %v", got, err)
	}
}

// Several processes that open a new database at once make its tables once.
func TestOpenedAtOnce(t *testing.T) {
	url := pgtest.Database(t)
	const n = 4
	errs := make(chan error, n)
	for range n {
		go func() {
			s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Errorf("%v (%v)", err, errors.Unwrap(err))
		}
	}
}

// When the server gives up waiting for its standby it warns and says COMMIT.
// That is no acknowledgement: the transaction is uncertain.
func TestWarningOnCommit(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL("tocsin")
	s := open(t, url)
	server.Exec("postgres", `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`)
	done := make(chan error)
	go func() { done <- keep(t, s, "case-a", []byte("word")) }()
	c := connect(t, url)
	for cancelled := false; !cancelled; {
		if err := c.QueryRow(t.Context(), `SELECT COALESCE(bool_or(pg_cancel_backend(pid)), false)
			FROM pg_stat_activity WHERE wait_event = 'SyncRep'`).Scan(&cancelled); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; !ledger.IsUncertain(err) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	// It stands on this server, and that is why "failed" would be wrong as well.
	if got, err := kept(t, s, "case-a"); err != nil || got != "word" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// A session that the server ends before the commit: nobody acknowledged, and
// the store goes on with a new connection.
func TestEndedSession(t *testing.T) {
	url := pgtest.Database(t)
	s := open(t, url)
	c := connect(t, url)
	err := s.Update(t.Context(), func(w record.Tx) error {
		if err := w.PutKey(t.Context(), record.Key{Handle: "case-a"}); err != nil {
			return err
		}
		execute(t, c, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'
			AND datname = current_database() AND pid <> pg_backend_pid()`)
		_, err := w.KeyOf(t.Context(), "case-a")
		return err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, err := kept(t, s, "case-a"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what was not committed stands: %v", err)
	}
	if err := keep(t, s, "case-a", []byte("word")); err != nil {
		t.Errorf("the store does not go on: %v", err)
	}
}

// A server that was stopped and started is found again by the next transaction.
func TestServerComesBack(t *testing.T) {
	server := pgtest.Start(t)
	s := open(t, server.URL("tocsin"))
	if err := errors.Join(keep(t, s, "case-a", []byte("word"))); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(){"stopped": server.Stop, "killed": server.Kill} {
		end()
		if err := keep(t, s, "case-b", []byte("k")); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: writing to it gives %v", name, err)
		}
		if _, err := kept(t, s, "case-a"); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: reading from it gives %v", name, err)
		}
		server.Restart()
		if got, err := kept(t, s, "case-a"); err != nil || got != "word" {
			t.Errorf("%s and restarted it holds %q, %v", name, got, err)
		}
		if err := keep(t, s, "case-c", []byte("k")); err != nil {
			t.Errorf("%s and restarted: %v", name, err)
		}
	}
}

// The place differs between databases, survives a restart, and changes with a
// promotion; a standby is no place to write to.
func TestPlace(t *testing.T) {
	server := pgtest.Start(t)
	a, b := open(t, server.URL("a")), open(t, server.URL("b"))
	place := a.Place()
	if parts := strings.Split(place, ":"); len(parts) != 4 || parts[0] != "postgresql" || parts[3] != "1" || place == b.Place() {
		t.Errorf("the places are %q and %q", place, b.Place())
	}
	if err := keep(t, a, "case-a", []byte("word")); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	server.Restart()
	if err := keep(t, a, "case-a", []byte("word")); err != nil || a.Place() != place {
		t.Errorf("after a crash the place is %q, was %q: %v", a.Place(), place, err)
	}
	standby := server.Standby(true)
	refused(t, "a standby", standby.URL("a"), fault.Unavailable, "is a standby")
	server.Kill()
	standby.Promote()
	var seen []string
	promoted, err := postgres.Open(t.Context(), postgres.Options{
		URL:       standby.URL("a"),
		OnConnect: func(_ context.Context, _ record.Reader, place string) error { seen = append(seen, place); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = promoted.Close() }()
	if want := strings.TrimSuffix(place, "1") + "2"; promoted.Place() != want || len(seen) != 2 || seen[0] != want {
		t.Errorf("after the promotion the place is %q and the hook saw %q, want %q", promoted.Place(), seen, want)
	}
	if got, err := kept(t, promoted, "case-a"); err != nil || got != "word" {
		t.Errorf("the promoted standby holds %q, %v", got, err)
	}
}

// One process publishes; when it ends, whichever way, another may.
func TestSigner(t *testing.T) {
	url := pgtest.Database(t)
	a, b := open(t, url), open(t, url)
	release, ok, err := a.TrySigner(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := b.TrySigner(t.Context()); ok || err != nil {
		t.Errorf("two sign: %v, %v", ok, err)
	}
	release()
	release()
	taken := false
	for !taken { // the server needs a moment to see that the session has gone
		var free func()
		if free, taken, err = b.TrySigner(t.Context()); err != nil {
			t.Fatal(err)
		} else if taken {
			free()
		}
	}
}

// Words that were replaced are in no file of a table after a scrub. The
// control: before it they are.
func TestScrubForgets(t *testing.T) {
	server := pgtest.Start(t)
	url := server.URL("tocsin")
	s := open(t, url)
	word := bytes.Repeat([]byte("words to be forgotten "), 40)
	for _, w := range [][]byte{word, []byte("nothing")} {
		for i := range 100 {
			if err := keep(t, s, fmt.Sprintf("case-%d", i), w); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := connect(t, url)
	found := func() (n int) {
		execute(t, c, `CHECKPOINT`) // to the files
		for _, root := range []string{"base", "global"} {
			err := filepath.WalkDir(filepath.Join(server.Data(), root), func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				b, err := os.ReadFile(path)
				n += bytes.Count(b, word[:22])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return n
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
	if got, err := kept(t, s, "case-7"); err != nil || got != "nothing" {
		t.Errorf("after the scrub it holds %q, %v", got, err)
	}
}

// A hook that forbids writing leaves reading.
func TestOnConnectForbids(t *testing.T) {
	url := pgtest.Database(t)
	answer := fault.New(fault.Forbidden, "read-only: the log has diverged")
	if err := errors.Join(keep(t, open(t, url), "case-a", []byte("word"))); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url, OnConnect: func(context.Context, record.Reader, string) error { return answer }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got, err := kept(t, s, "case-a"); err != nil || got != "word" {
		t.Errorf("reading gives %q, %v", got, err)
	}
	if err := keep(t, s, "case-b", nil); !errors.Is(err, answer) {
		t.Errorf("writing gives %v", err)
	}
}
