package pgtest

import (
	"fmt"
	"time"
)

// Standby copies the server and starts the copy as a standby that streams from
// it; with sync the server waits for it at each commit from then on.
func (s *Server) Standby(sync bool) *Server {
	s.mu.Lock()
	s.copies++
	name := fmt.Sprintf("standby%d", s.copies)
	s.mu.Unlock()
	c := &Server{t: s.t, bin: s.bin, name: name, primary: s, made: map[string]bool{"postgres": true}}
	s.must(c.room())
	if s.t != nil {
		s.t.Cleanup(c.remove)
	}
	source := fmt.Sprintf("host=127.0.0.1 port=%d user=postgres application_name=%s", s.port, name)
	s.must(c.run("pg_basebackup", "-D", c.data(), "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync"))
	s.must(c.up())
	state := "streaming"
	if sync {
		s.Exec("postgres", fmt.Sprintf("ALTER SYSTEM SET synchronous_standby_names = '%s'", name), "SELECT pg_reload_conf()")
		state = "sync"
	}
	if !c.follows(state) {
		s.must(fmt.Errorf("the standby is not %s after %v", state, patience))
	}
	return c
}

// follows waits until the primary says so of this standby.
func (s *Server) follows(state string) bool {
	return waitFor(time.Now().Add(patience), func() (bool, bool) {
		var is bool
		s.primary.ask(&is, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND $2 IN (state, sync_state))`, s.name, state)
		return is, is
	})
}

// Pause cuts a standby off from its primary and returns when the primary has
// noticed: what is committed from then on does not reach it.
func (s *Server) Pause() {
	s.Exec("postgres", "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
	gone := waitFor(time.Now().Add(patience), func() (bool, bool) {
		var is bool
		s.primary.ask(&is, `SELECT NOT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1)`, s.name)
		return is, is
	})
	if !gone {
		s.must(fmt.Errorf("the standby still follows after %v", patience))
	}
}

// Promote makes a standby a primary that waits for nobody, and returns when it
// takes writes.
func (s *Server) Promote() {
	var done bool
	s.ask(&done, `SELECT pg_promote(true, $1)`, int(patience.Seconds()))
	if !done {
		s.must(fmt.Errorf("the standby was not promoted after %v", patience))
	}
	s.Exec("postgres", "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
	free := waitFor(time.Now().Add(patience), func() (bool, bool) {
		var names string
		s.ask(&names, `SHOW synchronous_standby_names`)
		return names == "", true
	})
	if !free {
		s.must(fmt.Errorf("the promoted server still waits for standbys"))
	}
}
