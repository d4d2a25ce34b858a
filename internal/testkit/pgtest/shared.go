package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the one server of a test binary, started by the first test that
// asks for a database.
var shared struct {
	sync.Mutex
	ready  bool // Shared runs
	conf   []string
	server *Server
	err    error
	made   int
}

// Shared runs the tests and exits with their code: call it from TestMain. One
// server, which the first Database starts, is there for all of them.
func Shared(m *testing.M, conf ...string) {
	shared.ready, shared.conf = true, conf
	code := m.Run()
	if shared.server != nil {
		shared.server.remove()
	}
	os.Exit(code)
}

// Database gives the URL of a fresh database on the shared server.
func Database(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.ready {
		t.Fatal("TestMain does not call pgtest.Shared")
	}
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = start(shared.conf...)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	shared.made++
	return shared.server.URL(fmt.Sprintf("test_%d", shared.made))
}

// Analyse gathers the statistics of a database, as autovacuum does within minutes
// on a server of anybody's; the private one leaves it out.
func Analyse(t testing.TB, url string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.WithoutCancel(t.Context())) }()
	if _, err := c.Exec(t.Context(), `VACUUM ANALYZE`); err != nil {
		t.Fatal(err)
	}
}
