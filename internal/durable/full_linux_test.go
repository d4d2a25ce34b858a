package durable

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"tocsin/internal/fault"
)

// On a full disk the lock is still to be had, though it can name nobody, so that
// what is there can be read and copied away. What is to be written says what is
// wrong.
func TestAFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no small disk can be mounted here (%v), and CI=true requires this check", err)
		}
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(dir, "lock")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fill"), make([]byte, 128<<10), 0o600); err == nil {
		t.Fatal("the disk is not full: the test proves nothing")
	}
	release, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(path); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second holder: %v", err)
	}
	if err := WriteFile(filepath.Join(dir, "more"), []byte("x"), 0o600); fault.KindOf(err) != fault.Unavailable || !bytes.Contains([]byte(err.Error()), []byte("the disk is full")) {
		t.Errorf("writing: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
