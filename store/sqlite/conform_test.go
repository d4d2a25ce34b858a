package sqlite

import (
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
