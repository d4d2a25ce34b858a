//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package durable

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/internal/fault"
)

// The test binary plays the second process too.
func TestMain(m *testing.M) {
	if role := os.Getenv("DURABLE_ROLE"); role != "" {
		if err := roles[role](os.Getenv("DURABLE_PATH")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var roles = map[string]func(path string) error{
	// hold takes the lock and waits to be killed, or for its input to end.
	"hold": func(path string) error {
		if _, err := Lock(path); err != nil {
			return err
		}
		fmt.Println("held")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	},
	"small-disk": smallDisk,
	"nobody":     nobody,
}

func child(t *testing.T, role, path string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), "DURABLE_ROLE="+role, "DURABLE_PATH="+path)
	return c
}

func TestASecondHolderIsRefusedAndToldWho(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	release, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Lock(path)
	if want := fmt.Sprintf("is held by process %d", os.Getpid()); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), want) {
		t.Errorf("the same process again: %v", err)
	}
	out, err := child(t, "hold", path).Output()
	if want := fmt.Sprintf("is held by process %d: only one process may", os.Getpid()); err == nil || !strings.Contains(string(out), want) {
		t.Errorf("another process: %v, %s", err, out)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "" {
		t.Errorf("a lock that is given back names %q", got)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

// However a holder ends, its lock ends too.
func TestTheLockOfAKilledProcessIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	c := child(t, "hold", path)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := Lock(path); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", c.Process.Pid)) {
		t.Errorf("while it lives: %v", err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err == nil {
		t.Error("it was not killed")
	}
	release, err := Lock(path)
	if err != nil {
		t.Fatalf("after its death: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}

func TestALockNobodySignedNamesNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for _, text := range []string{"", "x\n", "-3\n", strings.Repeat("9", 100)} {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			t.Fatal(err)
		}
		if _, err := Lock(path); err == nil || !strings.Contains(err.Error(), "held by another process") {
			t.Errorf("%q: %v", text, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Lock(filepath.Join(path, "under-a-file")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("no place for a lock: %v", err)
	}
}

// A disk that takes a part of a write and no more leaves the old bytes. The
// process limits its own files, which the system enforces as a full disk does.
func TestADiskThatFillsUpLeavesTheOldBytes(t *testing.T) {
	dir := t.TempDir()
	out, err := child(t, "small-disk", dir).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func smallDisk(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	mark, list, control := filepath.Join(dir, "mark"), filepath.Join(dir, "list"), filepath.Join(dir, "control")
	for _, path := range []string{mark, list, control} {
		if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
			return err
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16, Max: 16}); err != nil {
		return err
	}
	long := []byte(strings.Repeat("long", 100))
	for path, err := range map[string]error{mark: WriteFile(mark, long, 0o600), list: Append(list, long)} {
		if fault.KindOf(err) != fault.Unavailable {
			return fmt.Errorf("%s: %v", path, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != "short\n" {
			return fmt.Errorf("%s holds %q, %v", path, data, err)
		}
	}
	if err := CreateFile(filepath.Join(dir, "new"), long, 0o600); fault.KindOf(err) != fault.Unavailable {
		return fmt.Errorf("a new file: %v", err)
	}
	// The control: writing in place loses what was there.
	if err := os.WriteFile(control, long, 0o600); err == nil {
		return fmt.Errorf("the limit has no effect: the test proves nothing")
	}
	if data, err := os.ReadFile(control); err != nil || string(data) == "short\n" {
		return fmt.Errorf("the control kept its bytes: the test proves nothing (%v)", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		return fmt.Errorf("left behind: %v, %v", entries, err)
	}
	return nil
}

// Permissions are those of the system; root passes them all, so the child
// becomes nobody first.
func TestAFolderThatMayNotBeWritten(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mark"), "old")
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	out, err := child(t, "nobody", dir).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != "mark" {
		t.Errorf("left behind: %s", got)
	}
}

func nobody(dir string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	mark := filepath.Join(dir, "mark")
	for what, err := range map[string]error{
		"replacing": WriteFile(mark, []byte("new"), 0o600), "creating": CreateFile(mark+"2", nil, 0o600), "adding": Append(mark+"2", nil),
		"locking": func() error { _, err := Lock(mark + "2"); return err }(), "a folder": Mkdir(mark+"2", 0o700), "removing": Remove(mark),
	} {
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "the permissions do not allow it") {
			return fmt.Errorf("%s: %v", what, err)
		}
	}
	return nil
}
