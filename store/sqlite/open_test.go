package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// refused demands that opening fails with a kind and words, and gives no store.
func refused(t *testing.T, what string, o Options, kind fault.Kind, words string) {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err == nil {
		_ = s.Close()
	}
	if fault.KindOf(err) != kind || !strings.Contains(fmt.Sprint(err), words) {
		t.Errorf("%s: got %v, want %q of kind %q", what, err, words, kind)
	}
}

// raw runs statements on a file behind the store's back.
func raw(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", fileURI(path, url.Values{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, q := range statements {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

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

// Each setting is read back: a data source name that drops it, or a driver that
// ignores it, is refused. synchronous=NORMAL would lose what was acknowledged.
func TestOtherSettingsAreRefused(t *testing.T) {
	others := map[string]string{
		"busy_timeout": "5", "journal_mode": "DELETE", "synchronous": "NORMAL", "fullfsync": "OFF",
		"checkpoint_fullfsync": "OFF", "foreign_keys": "OFF", "secure_delete": "OFF", "trusted_schema": "ON",
		"cell_size_check": "OFF", "query_only": "OFF",
	}
	for _, s := range append(settings, queryOnly) {
		other, ok := others[s.name]
		if !ok {
			t.Errorf("no other value of %s is tried", s.name)
			continue
		}
		refused(t, s.name, Options{
			Path: filepath.Join(t.TempDir(), "tocsin.db"),
			DSN: func(path string, v url.Values) string {
				for i, p := range v["_pragma"] {
					if strings.HasPrefix(p, s.name+"(") {
						v["_pragma"][i] = s.name + "(" + other + ")"
					}
				}
				return fileURI(path, v)
			},
		}, fault.Unavailable, "the database runs with "+s.name+" = ")
	}
	// The control: the same way with nothing changed opens.
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "tocsin.db"), DSN: fileURI})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What is not ours, newer than us or damaged is not touched.
func TestForeignFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }

	raw(t, at("other.db"), "CREATE TABLE t (a)")
	refused(t, "another program's database", Options{Path: at("other.db")}, fault.Invalid, "another program")
	raw(t, at("marked.db"), "PRAGMA application_id = 7")
	refused(t, "an empty database marked by another program", Options{Path: at("marked.db")}, fault.Invalid, "another program")

	if err := os.WriteFile(at("text.db"), []byte(strings.Repeat("no database. ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "a text file", Options{Path: at("text.db")}, fault.Invalid, "not a database of this program")
	refused(t, "a file in no folder", Options{Path: at("none/tocsin.db")}, fault.Unavailable, "folder")
	refused(t, "a folder", Options{Path: dir}, fault.Unavailable, "cannot be opened")

	s := open(t, at("newer.db"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw(t, at("newer.db"), "INSERT INTO schema_version VALUES (99, 'tomorrow')")
	refused(t, "a newer schema", Options{Path: at("newer.db")}, fault.Unavailable, "schema 99")
}

// A small file is checked whole at start. The bytes between the header of the
// first page and its first cell do not matter to it; those of other pages do.
func TestDamagedFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s := open(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i+8 < len(b); i += 4096 { // the type byte of each further page
		b[i] = 0xff
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "a file with broken pages", Options{Path: path}, fault.Internal, "damaged")
}

// The files hold wrapped keys and sealed records: they are for their owner.
func TestFilesAreForTheOwner(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "tocsin.db"))
	if err := keep(t, s, "case-a", []byte("k")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Errorf("%d files, want the database, its log and its index", len(files))
	}
	for _, f := range files {
		if st, err := f.Info(); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want mode 0600", f.Name(), st.Mode(), err)
		}
	}
}

// A store is the same one when it is opened again, and no other is it.
func TestPlace(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, filepath.Join(dir, "a.db")), open(t, filepath.Join(dir, "b.db"))
	if !strings.HasPrefix(a.Place(), "sqlite:") || a.Place() == b.Place() {
		t.Errorf("the places are %q and %q", a.Place(), b.Place())
	}
	if err := a.View(t.Context(), func(r record.Reader) error {
		if p := r.(interface{ Place() string }).Place(); p != a.Place() {
			t.Errorf("the reader says %q, the store %q", p, a.Place())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(keep(t, a, "case-a", []byte("word")), a.Close()); err != nil {
		t.Fatal(err)
	}
	again := open(t, filepath.Join(dir, "a.db"))
	if again.Place() != a.Place() {
		t.Errorf("opened again the place is %q, was %q", again.Place(), a.Place())
	}
	if got, err := kept(t, again, "case-a"); err != nil || got != "word" {
		t.Errorf("opened again it holds %q, %v", got, err)
	}
}

// SQLite's own syntax in a path is only a path.
func TestPathsAreEscaped(t *testing.T) {
	for _, name := range []string{"a?mode=memory", "b#c", "d%20e", "fünf 五", "g&vfs=none"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, path)
		if err := errors.Join(keep(t, s, "case-a", []byte("k")), s.Close()); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%q: the file is not where it was asked for: %v", name, err)
		}
	}
}

// Several that open a new file at once make its tables once.
func TestOpenedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	const n = 4
	places := make(chan string, n)
	for range n {
		go func() {
			s, err := Open(t.Context(), Options{Path: path})
			if err != nil {
				places <- err.Error()
				return
			}
			places <- s.Place()
			_ = s.Close()
		}()
	}
	first := <-places
	for range n - 1 {
		if p := <-places; p != first || !strings.HasPrefix(p, "sqlite:") {
			t.Errorf("opened at once, one says %q, another %q", first, p)
		}
	}
}

// Writers on two connections read before they write: with the write lock taken
// only then, one of them would fail or count wrong. (Two processes are kept
// apart by the data directory; this is what stands behind it.)
func TestWritersOnTwoStores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	stores := []*Store{open(t, path), open(t, path)}
	if err := keep(t, stores[0], "count", nil); err != nil {
		t.Fatal(err)
	}
	const each = 50
	var wg sync.WaitGroup
	for _, s := range stores {
		wg.Go(func() {
			for range each {
				if err := s.Update(t.Context(), func(w record.Tx) error {
					k, err := w.KeyOf(t.Context(), "count")
					if err != nil {
						return err
					}
					k.Generation++
					return w.PutKey(t.Context(), k)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := stores[0].View(t.Context(), func(r record.Reader) error {
		k, err := r.KeyOf(t.Context(), "count")
		if k.Generation != len(stores)*each {
			t.Errorf("counted %d, want %d", k.Generation, len(stores)*each)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Of the heads that are inserted, a few are left when a checkpoint is published.
func TestHeadsArePruned(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	const size = 50
	c := ledger.Signed{Seq: 1, Epoch: 1, Size: size, Note: []byte("note")}
	if err := s.Update(t.Context(), func(w record.Tx) error {
		ctx := t.Context()
		err := w.PutEpoch(ctx, ledger.Epoch{N: 1, Origin: "log.example.org/1"})
		for n := range int64(size) {
			err = errors.Join(err, w.PutHead(ctx, ledger.Head{Epoch: 1, Size: n + 1}))
		}
		return errors.Join(err, w.PutIntent(ctx, c), w.PutPublished(ctx, c))
	}); err != nil {
		t.Fatal(err)
	}
	db, err := dial(t.Context(), s.pools[0], moderncCode, settingsOf(false))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var n int64
	if err := db.value(t.Context(), "SELECT count(*) FROM head", &n); err != nil || n < 1 || n > 10 {
		t.Errorf("%d heads are left, %v", n, err)
	}
}

// The hook sees each new connection with the place and what is stored; it may
// refuse writing, which leaves reading, or everything.
func TestOnConnect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s := open(t, path)
	if err := errors.Join(keep(t, s, "case-a", []byte("word")), s.Close()); err != nil {
		t.Fatal(err)
	}
	var places []string
	var answer error
	o := Options{Path: path, OnConnect: func(ctx context.Context, r record.Reader, place string) error {
		places = append(places, place)
		if k, err := r.KeyOf(ctx, "case-a"); err != nil || string(k.Wrapped) != "word" {
			t.Errorf("the hook reads %q, %v", k.Wrapped, err)
		}
		return answer
	}}
	again, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(places) != 2 || places[0] != s.Place() || places[1] != s.Place() {
		t.Errorf("the hook saw %q, want the place for the writer and for a reader", places)
	}
	if err := errors.Join(keep(t, again, "case-b", []byte("k")), again.Close()); err != nil {
		t.Error(err)
	}

	answer = fault.New(fault.Forbidden, "read-only: the log has diverged")
	again, err = Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept(t, again, "case-a"); err != nil || got != "word" {
		t.Errorf("reading gives %q, %v", got, err)
	}
	for range 2 {
		if err := keep(t, again, "case-c", []byte("k")); !errors.Is(err, answer) {
			t.Errorf("writing gives %v, want %v", err, answer)
		}
	}
	answer = nil // the way out was taken
	if err := errors.Join(keep(t, again, "case-c", []byte("k")), again.Close()); err != nil {
		t.Error(err)
	}
	answer = fault.New(fault.Unavailable, "the guard cannot be read")
	refused(t, "a hook that fails", o, fault.Unavailable, "the guard cannot be read")
}

// One signer at a time; releasing twice frees nobody else's right.
func TestSigner(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	release, ok, err := s.TrySigner(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := s.TrySigner(t.Context()); ok || err != nil {
		t.Error("two sign", err)
	}
	release()
	second, ok, err := s.TrySigner(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	release()
	if _, ok, _ := s.TrySigner(t.Context()); ok {
		t.Error("the first released the second's right")
	}
	second()
}

// The store serves the publisher as well.
var _ ledger.Store = (*Store)(nil)
var _ record.Store = (*Store)(nil)
