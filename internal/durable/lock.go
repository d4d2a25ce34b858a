//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"tocsin/internal/fault"
)

// Lock takes the exclusive lock of the file path, which is made if it is not
// there, without waiting. It ends with release or with the process, however
// that ends. fault.Conflict if somebody else holds it: the number of the
// holding process stands in the file and is named. The file is never removed,
// since another process may be about to lock it.
func Lock(path string) (release func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, Fault(path, "could not be opened to lock it", err)
	}
	if err := takeLock(path, f); err != nil {
		return nil, errors.Join(err, closed(path, f))
	}
	return func() error {
		// Closing gives the lock back; the number goes first, so that nobody
		// is named who holds nothing.
		terr := f.Truncate(0)
		return errors.Join(terr, closed(path, f))
	}, nil
}

func takeLock(path string, f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return &fault.Error{Kind: fault.Conflict, File: path, Message: "is held by " + holder(f) + ": only one process may use this directory at a time"}
	}
	if err != nil {
		return Fault(path, "could not be locked", err)
	}
	// A lock on a file that has been taken away under our hands keeps nobody out.
	here, err := f.Stat()
	if err != nil {
		return Fault(path, "could not be examined", err)
	}
	there, err := os.Stat(path)
	if err != nil || !os.SameFile(here, there) {
		return &fault.Error{Kind: fault.Conflict, File: path, Message: "was taken away or replaced while it was being locked: try again"}
	}
	if err := f.Truncate(0); err != nil {
		return Fault(path, "could not be written", err)
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	if err != nil && !full(err) { // the number is a help, no part of the lock: on a full disk it must still be possible to read
		return Fault(path, "could not be written", err)
	}
	return nil
}

// holder names the process that wrote its number into the file.
func holder(f *os.File) string {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if err != nil {
		return "another process"
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
