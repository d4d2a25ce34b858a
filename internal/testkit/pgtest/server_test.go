package pgtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func put(t *testing.T, url string, n int) error {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return err
	}
	_, err = c.Exec(t.Context(), `INSERT INTO t VALUES ($1)`, n)
	return errors.Join(err, c.Close(context.Background()))
}

func count(t *testing.T, url string) (n int) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if err := c.QueryRow(t.Context(), `SELECT count(*) FROM t`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A killed server keeps what it acknowledged, on the same address.
func TestKillAndRestart(t *testing.T) {
	s := Start(t)
	url := s.URL("life")
	s.Exec("life", `CREATE TABLE t (n int)`)
	for i, end := range []func(){s.Kill, s.Stop, s.Kill} {
		if err := put(t, url, i); err != nil {
			t.Fatal(err)
		}
		end()
		if err := put(t, url, i); err == nil {
			t.Error("a server that is down takes rows")
		}
		s.Restart()
		if got := count(t, s.URL("life")); got != i+1 {
			t.Errorf("%d rows after the restart, want %d", got, i+1)
		}
	}
}

// A synchronous standby has what the primary acknowledged; one that was cut off
// does not, and that is what fault tests need it for.
func TestStandby(t *testing.T) {
	for _, sync := range []bool{true, false} {
		s := Start(t)
		s.Exec("postgres", `CREATE TABLE t (n int)`)
		standby := s.Standby(sync)
		if err := put(t, s.URL("postgres"), 1); err != nil {
			t.Fatal(err)
		}
		want := 1
		if !sync {
			standby.Pause()
			if err := put(t, s.URL("postgres"), 2); err != nil {
				t.Fatal(err)
			}
		}
		s.Kill()
		standby.Promote()
		got := count(t, standby.URL("postgres"))
		if sync && got != want || !sync && got >= 2 {
			t.Errorf("sync %v: the promoted standby has %d rows", sync, got)
		}
		if err := put(t, standby.URL("postgres"), 3); err != nil {
			t.Errorf("sync %v: the promoted standby takes no rows: %v", sync, err)
		}
	}
}

// Nothing of a server is left when its test has ended.
func TestNothingIsLeft(t *testing.T) {
	var s *Server
	var pid int
	t.Run("a test", func(t *testing.T) {
		s = Start(t)
		pid = s.proc.Process.Pid
	})
	if !ended(pid) {
		t.Error("the server still runs")
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
}

// The newest version is taken, by number; where there is none, the test says
// what to install.
func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := find(filepath.Join(dir, "*/bin/initdb")); err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("without PostgreSQL: %v", err)
	}
	for _, version := range []string{"9", "15", "17"} {
		bin := filepath.Join(dir, version, "bin")
		if err := errors.Join(os.MkdirAll(bin, 0o700), os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := find(filepath.Join(dir, "*/bin/initdb")); err != nil || got != filepath.Join(dir, "17", "bin") {
		t.Errorf("got %s, %v", got, err)
	}
}

// Each test has a database of its own on the shared server.
func TestDatabases(t *testing.T) {
	if a, b := Database(t), Database(t); a == b {
		t.Errorf("two tests share %s", a)
	}
}

func TestMain(m *testing.M) { Shared(m) }
