package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server of a test's own.
type Server struct {
	t     testing.TB // nil for the shared server
	bin   string
	dir   string // holds data, socket and log
	owner *syscall.Credential
	port  int
	name  string // of a standby, in the primary's list

	mu      sync.Mutex
	proc    *exec.Cmd // nil while it is down
	made    map[string]bool
	copies  int
	primary *Server
}

// patience is how long a server may take for anything.
const patience = time.Minute

// base is the configuration of every server: small, but as careful with the
// disk as one in use.
var base = []string{
	"fsync = on", "full_page_writes = on", "synchronous_commit = on",
	"shared_buffers = 32MB", "max_connections = 60", "wal_level = replica", "max_wal_senders = 4",
	"hot_standby = on", "log_min_messages = warning", "autovacuum_naptime = 1h",
}

// Start starts a server with the given lines of configuration ("name = value")
// and stops it when the test ends.
func Start(t testing.TB, conf ...string) *Server {
	t.Helper()
	s, err := start(conf...)
	if err != nil {
		t.Fatal(err)
	}
	s.t = t
	t.Cleanup(s.remove)
	return s
}

func start(conf ...string) (*Server, error) {
	bin, err := find(debian)
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, made: map[string]bool{"postgres": true}}
	if err := s.room(); err != nil {
		return nil, err
	}
	err = s.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	if err == nil {
		err = s.configure(append(base[:len(base):len(base)], conf...))
	}
	if err == nil {
		err = s.up()
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// room makes the folder, for a user who is not root, and picks a port.
func (s *Server) room() (err error) {
	if s.owner, err = unprivileged(); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "pgtest-"); err != nil {
		return err
	}
	if s.owner != nil {
		if err := os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = attributes(s.owner)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "PGTZ=UTC")
	return cmd
}

func (s *Server) run(name string, args ...string) error {
	if out, err := s.command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

func (s *Server) configure(lines []string) error {
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("\n" + strings.Join(lines, "\n") + "\n")
	return errors.Join(err, f.Close())
}

// up starts the server and waits until it answers. Right after a kill its
// predecessor's processes may still hold the shared memory: then it tries again.
func (s *Server) up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	deadline := time.Now().Add(patience)
	for {
		log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		cmd := s.command("postgres", "-D", s.data(), "-c", "port="+strconv.Itoa(s.port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.dir)
		cmd.Stdout, cmd.Stderr = log, log
		err = cmd.Start()
		if err := errors.Join(err, log.Close()); err != nil {
			return err
		}
		if s.answers(cmd, deadline) {
			s.proc = cmd
			return nil
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("the server did not start:\n%s", text)
		}
	}
}

// answers waits until the server takes connections; false if it ended.
func (s *Server) answers(cmd *exec.Cmd, deadline time.Time) bool {
	return waitFor(deadline, func() (done, ok bool) {
		if ended(cmd.Process.Pid) {
			return true, false
		}
		ctx, cancel := context.WithDeadline(context.Background(), deadline)
		defer cancel()
		c, err := pgx.Connect(ctx, s.url("postgres"))
		if err != nil {
			return false, false
		}
		return true, c.Close(ctx) == nil
	})
}

// waitFor asks until it is done or the time is over.
func waitFor(deadline time.Time, ask func() (done, ok bool)) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if done, ok := ask(); done {
			return ok
		}
		if now := <-tick.C; now.After(deadline) {
			return false
		}
	}
}

func (s *Server) url(db string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, db)
}

// Addr gives the server's address, for a proxy in front of it.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// URL gives the connection URL of a database, which is created if it is missing.
func (s *Server) URL(db string) string {
	s.mu.Lock()
	made := s.made[db]
	s.made[db] = true
	s.mu.Unlock()
	if !made {
		var there bool
		s.ask(&there, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, db)
		if !there {
			s.Exec("postgres", "CREATE DATABASE "+pgx.Identifier{db}.Sanitize())
		}
	}
	return s.url(db)
}

// Exec runs statements on a database as the server's superuser.
func (s *Server) Exec(db string, statements ...string) {
	s.must(s.with(db, func(ctx context.Context, c *pgx.Conn) error {
		for _, q := range statements {
			if _, err := c.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		return nil
	}))
}

// ask reads one value from the database postgres.
func (s *Server) ask(dest any, query string, args ...any) {
	s.must(s.with("postgres", func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, query, args...).Scan(dest)
	}))
}

func (s *Server) with(db string, fn func(ctx context.Context, c *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := pgx.Connect(ctx, s.url(db))
	if err != nil {
		return err
	}
	return errors.Join(fn(ctx, c), c.Close(ctx))
}

// must fails the test; the shared server has none and panics, which ends the
// test binary in which its tests run.
func (s *Server) must(err error) {
	switch {
	case err == nil:
	case s.t == nil:
		panic(err)
	default:
		s.t.Helper()
		s.t.Fatal(err)
	}
}
