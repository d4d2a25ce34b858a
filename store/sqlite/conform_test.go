package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"

	"tocsin/record"
	"tocsin/store/storetest"
)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// SQLite holds everything that the interfaces promise.
func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) record.Store {
		return open(t, filepath.Join(t.TempDir(), "tocsin.db"))
	})
}

// What is done to the rows of the leaves does not stay unnoticed.
func TestDamage(t *testing.T) {
	storetest.Damage(t, func(t *testing.T) (record.Store, func(string, ...any) error) {
		path := filepath.Join(t.TempDir(), "tocsin.db")
		s := open(t, path)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return s, func(statement string, args ...any) error {
			_, err := db.ExecContext(t.Context(), statement, args...)
			return err
		}
	})
}
