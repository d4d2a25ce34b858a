package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// missing is what a test says on a machine without PostgreSQL.
const missing = "these tests need PostgreSQL 15 or newer: apt-get install postgresql"

// debian is where Debian puts the programs of each version.
const debian = "/usr/lib/postgresql/*/bin/initdb"

// find gives the folder of the newest PostgreSQL that matches, or of that in PATH.
func find(pattern string) (string, error) {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p)))) // 0 for a name that is no number
		return n
	}
	sort.Slice(dirs, func(i, j int) bool { return version(dirs[i]) > version(dirs[j]) })
	if len(dirs) > 0 {
		return filepath.Dir(dirs[0]), nil
	}
	p, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("%s", missing)
	}
	if p, err = filepath.EvalSymlinks(p); err != nil {
		return "", err
	}
	return filepath.Dir(p), nil
}

// unprivileged gives the user who runs the server when the test runs as root,
// for PostgreSQL refuses to be root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if uerr == nil && gerr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

// ended tells that a process has gone or waits to be reaped.
func ended(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, ok := strings.Cut(string(b), ") ")
	return !ok || strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

// children are the processes of a postmaster.
func children(pid int) (out []int) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	for f := range strings.FieldsSeq(string(b)) {
		if n, err := strconv.Atoi(f); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// end sends a signal to the postmaster and waits until all its processes are gone.
func (s *Server) end(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return nil
	}
	pid := s.proc.Process.Pid
	own := children(pid)
	if err := s.proc.Process.Signal(sig); err != nil {
		return err
	}
	_ = s.proc.Wait() // a killed process has no good status
	s.proc = nil
	gone := waitFor(time.Now().Add(patience), func() (bool, bool) {
		for _, c := range own {
			if !ended(c) {
				return false, false
			}
		}
		return true, true
	})
	if !gone {
		return fmt.Errorf("processes of the server outlived it")
	}
	return nil
}

// Kill sends SIGKILL to the postmaster and waits until its processes, which
// notice, are gone.
func (s *Server) Kill() { s.must(s.end(syscall.SIGKILL)) }

// Stop stops the server as an operator would ("fast").
func (s *Server) Stop() { s.must(s.end(syscall.SIGINT)) }

// Restart starts the server again after Kill or Stop, on the same port, with
// further lines of configuration.
func (s *Server) Restart(conf ...string) {
	s.must(s.configure(conf))
	s.must(s.up())
}

// remove ends the server at once and removes everything of it.
func (s *Server) remove() {
	err := s.end(syscall.SIGQUIT)
	if err == nil && s.dir != "" {
		err = os.RemoveAll(s.dir)
	}
	if err != nil && s.t != nil {
		s.t.Error(err)
	}
}

// Data is the folder of the server's files, for tests that look for bytes in it.
func (s *Server) Data() string { return s.data() }
