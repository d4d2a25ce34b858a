package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

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

// dial is a session beside the store's.
func dial(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// What is done to the rows of the leaves does not stay unnoticed.
func TestDamage(t *testing.T) {
	storetest.Damage(t, func(t *testing.T) (record.Store, func(string, ...any) error) {
		url := pgtest.Database(t)
		s, c := open(t, url), dial(t, url)
		return s, func(statement string, args ...any) error {
			_, err := c.Exec(t.Context(), statement, args...)
			return err
		}
	})
}
