package postgres_test

import (
	"testing"

	"tocsin/internal/testkit/pgtest"
	"tocsin/record"
	"tocsin/store/postgres"
	"tocsin/store/storetest"
)

func TestMain(m *testing.M) { pgtest.Shared(m) }

func open(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// PostgreSQL holds everything that the interfaces promise.
func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) record.Store { return open(t, pgtest.Database(t)) })
}
