package witness

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
	"tocsin/receipt"
)

// The test binary plays a second process too.
func TestMain(m *testing.M) {
	if dir := os.Getenv("WITNESS_SECOND"); dir != "" {
		_, err := Open(dir, Options{})
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestOneProcessHasADirectory(t *testing.T) {
	s := running(t, newLog(t, "log.example.org/ledger/1"))
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), "WITNESS_SECOND="+s.dir)
	out, err := c.CombinedOutput()
	if want := fmt.Sprintf("is held by process %d", os.Getpid()); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %s", err, out)
	}
}

// A witness that is stopped and started goes on where it was, with its keys.
func TestItRemembersOverARestart(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	fork := newLog(t, log.origin).grow(12, "other")
	dir := filepath.Join(t.TempDir(), "deep", "w")
	s := open(t, dir, options(log))
	keys := fmt.Sprint(s.Keys())
	if r := post(t, s, string(log.request(0, 7))); r.StatusCode != 200 {
		t.Fatal(text(t, r))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o := options(log)
	o.Create, o.Name, o.Rand = false, "", nil
	s = open(t, dir, o)
	if got := fmt.Sprint(s.Keys()); got != keys {
		t.Errorf("other keys: %s", got)
	}
	for body, want := range map[string]int{
		string(log.request(0, 12)): 409, string(fork.request(0, 12)): 409, string(fork.request(7, 7)): 422, string(fork.request(7, 12)): 422, string(log.request(0, 3)): 409,
	} {
		if r := post(t, s, body); r.StatusCode != want {
			t.Errorf("%d %s", r.StatusCode, text(t, r))
		}
	}
	if r := post(t, s, string(log.request(7, 12))); r.StatusCode != 200 {
		t.Errorf("%d %s", r.StatusCode, text(t, r))
	}
	// A log that is taken off the list and put back has not been forgotten.
	for _, o := range []Options{{Now: o.Now}, o} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, o)
	}
	if r := post(t, s, string(log.request(7, 12))); r.StatusCode != 409 || text(t, r) != "12\n" {
		t.Errorf("after a pause: %d", r.StatusCode)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A crash may come before the new state is on the disk, or after it and before
// the answer left. The story of the log goes on either way, and no two answers
// ever contradict one another.
func TestACrashBetweenDiskAndAnswer(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(12, "leaf")
	fork := log.fork()
	fork.hashes, fork.size = nil, 0
	fork.grow(5, "leaf").grow(12, "other")
	crash := errors.New("the power is gone")
	for name, c := range map[string]struct {
		write writer
		then  int64 // size after the restart
	}{
		"before the disk": {func(string, []byte, fs.FileMode) error { return crash }, 5},
		"after the disk": {func(path string, data []byte, perm fs.FileMode) error {
			if err := durable.WriteFile(path, data, perm); err != nil {
				return err
			}
			return crash
		}, 12},
	} {
		dir := t.TempDir() + "/w"
		o := options(log)
		calls := 0
		o.write = func(path string, data []byte, perm fs.FileMode) error {
			if calls++; calls > 1 {
				return c.write(path, data, perm)
			}
			return durable.WriteFile(path, data, perm)
		}
		s := open(t, dir, o)
		if r := post(t, s, string(log.request(0, 5))); r.StatusCode != 200 {
			t.Fatal(text(t, r))
		}
		r := post(t, s, string(log.request(5, 12)))
		if body := text(t, r); r.StatusCode != 503 || strings.Contains(body, "—") {
			t.Errorf("%s: a signature left: %d %s", name, r.StatusCode, body)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, options(log))
		if r := post(t, s, string(log.request(1, 12))); r.StatusCode != 409 || text(t, r) != fmt.Sprintln(c.then) {
			t.Errorf("%s: after the restart: %d", name, r.StatusCode)
		}
		if r := post(t, s, string(log.request(c.then, 12))); r.StatusCode != 200 {
			t.Errorf("%s: the log does not come on: %d", name, r.StatusCode)
		}
		for _, old := range []int64{0, 5, 12} {
			if r := post(t, s, string(fork.request(old, 12))); r.StatusCode == 200 {
				t.Errorf("%s: the fork is cosigned from %d", name, old)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A log that shows two stories to many callers at once gets one of them
// cosigned. Control: a witness that forgets what it wrote cosigns both.
func TestTwoStoriesAreNeverCosigned(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(40, "leaf")
	fork := newLog(t, log.origin).grow(40, "other")
	stories := func(forget bool) (seen map[string]bool) {
		s := running(t, log)
		seen = map[string]bool{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for n := range int64(40) {
			for name, l := range map[string]*someLog{"leaf": log, "other": fork} {
				all.Go(func() {
					for range 3 {
						if forget {
							mu.Lock()
							kept := s.logs[log.origin]
							kept.mu.Lock()
							kept.last = state{Origin: log.origin}
							kept.mu.Unlock()
							mu.Unlock()
						}
						old := int64(0)
						if r := post(t, s, string(l.request(0, n+1))); r.StatusCode == 409 {
							if _, err := fmt.Sscan(text(t, r), &old); err != nil {
								t.Error(err)
							}
							if old > n+1 {
								return
							}
						} else if r.StatusCode == 200 {
							mu.Lock()
							seen[name] = true
							mu.Unlock()
							continue
						}
						if r := post(t, s, string(l.request(old, n+1))); r.StatusCode == 200 {
							mu.Lock()
							seen[name] = true
							mu.Unlock()
						}
					}
				})
			}
		}
		all.Wait()
		return seen
	}
	if seen := stories(false); len(seen) != 1 {
		t.Errorf("cosigned: %v", seen)
	}
	if seen := stories(true); len(seen) != 2 {
		t.Errorf("the control cosigned only %v: the test proves nothing", seen)
	}
}

// A state that is torn anywhere, or gone, stops this log and no other.
func TestALostStateIsNoBeginning(t *testing.T) {
	log, other := newLog(t, "log.example.org/ledger/1").grow(5, "leaf"), newLog(t, "other.example.org/1").grow(5, "leaf")
	dir := t.TempDir() + "/w"
	s := open(t, dir, options(log, other))
	for _, l := range []*someLog{log, other} {
		if r := post(t, s, string(l.request(0, 5))); r.StatusCode != 200 {
			t.Fatal(text(t, r))
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state", originHash(log.origin))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(filepath.Join(dir, "state", originHash(other.origin)))
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string][]byte{"another log's": foreign, "gone": nil}
	for n := 0; n < len(whole); n += 37 { // every prefix is tried in package durable
		broken[fmt.Sprintf("cut at %d", n)] = whole[:n]
	}
	flipped := bytes.Clone(whole)
	flipped[len(whole)/2] ^= 1
	broken["flipped"] = flipped
	for name, data := range broken {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if data != nil {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, dir, options(log, other))
		if tr := s.Troubles(); len(tr) != 1 || fault.KindOf(tr[0]) != fault.Forbidden || !strings.Contains(tr[0].Error(), "nothing is cosigned for this log") {
			t.Errorf("%s: %v", name, tr)
		}
		for _, old := range []int64{0, 5} {
			if r := post(t, s, string(log.request(old, 5))); r.StatusCode != 503 {
				t.Errorf("%s: %d", name, r.StatusCode)
			}
		}
		if r := ask(s, "GET", "/"+originHash(log.origin)+"/checkpoint", ""); r.StatusCode != 503 {
			t.Errorf("%s: the monitor gets %d", name, r.StatusCode)
		}
		if r := post(t, s, string(other.request(5, 5))); r.StatusCode != 200 {
			t.Errorf("%s: the other log gets %d", name, r.StatusCode)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if data == nil { // for the next round's Remove
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A directory from which a part was lost is refused; what a crash left of its
// making is completed.
func TestLostPartsAndUnfinishedOnes(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(5, "leaf")
	made := func(use bool) string {
		dir := t.TempDir() + "/w"
		s := open(t, dir, options(log))
		if use {
			if r := post(t, s, string(log.request(0, 5))); r.StatusCode != 200 {
				t.Fatal(text(t, r))
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, part := range []string{"logs", "witness-ed25519.key", "witness-mldsa44.key"} {
		dir := made(true)
		if err := os.Remove(filepath.Join(dir, part)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, options(log)); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), part+": is gone") {
			t.Errorf("without %s: %v", part, err)
		}
		dir = made(true)
		if err := os.WriteFile(filepath.Join(dir, part), []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, options(log)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("with %s torn: %v", part, err)
		}
		if err := os.WriteFile(filepath.Join(dir, part), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, "witness-ed25519.key"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, options(log)); err == nil {
			t.Errorf("with a key for everybody to read: %v", err)
		}
	}
	// Both the list and the states: the keys tell that there were some.
	dir := made(true)
	for _, part := range []string{"logs", "state"} {
		if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, options(log)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("keys alone: %v", err)
	}
	// The making: directory, state folder, list, keys, first states.
	for _, missing := range [][]string{
		{"state", "logs", "witness-ed25519.key", "witness-mldsa44.key"}, {"logs", "witness-ed25519.key", "witness-mldsa44.key"},
		{"witness-ed25519.key", "witness-mldsa44.key"}, {"witness-mldsa44.key"},
	} {
		dir := made(false)
		if err := os.RemoveAll(filepath.Join(dir, "state")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "logs"), []byte(durable.Line(logsKind, "[]")), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, part := range missing {
			if err := os.RemoveAll(filepath.Join(dir, part)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, ".logs.123.tmp"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("without %v and not allowed to make it: %v", missing, err)
		}
		s := open(t, dir, options(log))
		if r := post(t, s, string(log.request(0, 5))); r.StatusCode != 200 {
			t.Errorf("without %v: %s", missing, text(t, r))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, ".logs.123.tmp")); err == nil {
			t.Error("a leftover stays")
		}
	}
}

func TestOpeningRefusesWhatCanNotBe(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1")
	cosigner := must(receipt.NewSigner("w.example.org", receipt.Ed25519Cosignature, seeded("w")))
	for name, c := range map[string]struct {
		change func(*Options)
		kind   fault.Kind
		says   string
	}{
		"nothing there":            {func(o *Options) { o.Create = false }, fault.NotFound, "no directory of a witness"},
		"no name":                  {func(o *Options) { o.Name = "" }, fault.Invalid, "needs a name"},
		"a name that is none":      {func(o *Options) { o.Name = "two words" }, fault.Invalid, "name"},
		"a witness for a log":      {func(o *Options) { o.Logs = []receipt.Key{cosigner.Key()} }, fault.Invalid, "not of a log"},
		"no chance":                {func(o *Options) { o.Rand = strings.NewReader("") }, "", ""},
		"a file for a directory":   {func(o *Options) { o.Name = "file" }, "", ""},
		"another name than it has": {func(o *Options) { o.Name = "witness.example.net/w2" }, fault.Conflict, "never changed"},
	} {
		dir := t.TempDir() + "/w"
		switch name {
		case "a file for a directory":
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		case "another name than it has":
			if err := open(t, dir, options(log)).Close(); err != nil {
				t.Fatal(err)
			}
		}
		o := options(log)
		c.change(&o)
		s, err := Open(dir, o)
		if err == nil {
			t.Errorf("%s: opened", name)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		} else if c.kind != "" && fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A cosignature says that nothing larger was seen by its time, so a later one
// never states an earlier time.
func TestTheClockOfAWitness(t *testing.T) {
	log := newLog(t, "log.example.org/ledger/1").grow(9, "leaf")
	c := &clock{start}
	o := options(log)
	o.Now = c.now
	dir := t.TempDir() + "/w"
	s := open(t, dir, o)
	for _, step := range []struct {
		by     time.Duration
		status int
		at     time.Time
	}{
		{0, 200, start},
		{time.Hour, 200, start.Add(time.Hour)},
		{-3 * time.Second, 200, start.Add(time.Hour)},
		{-time.Minute, 503, time.Time{}},
		{2 * time.Minute, 200, start.Add(time.Hour + 57*time.Second)},
		{-100 * 365 * 24 * time.Hour, 503, time.Time{}},
	} {
		c.at = c.at.Add(step.by)
		size := s.logs[log.origin].last.Size
		body := log.request(size, size+1)
		r := post(t, s, string(body))
		answer := text(t, r)
		if r.StatusCode != step.status {
			t.Errorf("%v: %d %s", step.by, r.StatusCode, answer)
		} else if step.status == 200 {
			cosigned(t, s, log.note(size+1), []byte(answer), step.at)
		} else if !strings.Contains(answer, "clock") {
			t.Errorf("%v: %s", step.by, answer)
		}
	}
	// Its operator may take the clock as it is, if it is set at all.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c.at, o.AcceptClock = start, true
	s = open(t, dir, o)
	if r := post(t, s, string(log.request(4, 6))); r.StatusCode != 200 {
		t.Errorf("%d %s", r.StatusCode, text(t, r))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
