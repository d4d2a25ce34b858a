// Package durable keeps small files that must survive a loss of power: keys,
// marks outside the database, the state of a witness.
//
// It promises that a file written by it holds the old bytes or the new ones
// and nothing between, that it returns only when the disk has said it holds
// them, and that two processes never hold one lock. It never replaces a file
// that it was asked to create, and never takes a failed sync for a success: an
// error of fsync means that nothing is known, so it is not tried again.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"tocsin/internal/fault"
)

// WriteFile puts data into path with exactly the permissions perm, replacing
// what was there. After an error, and after a crash at any moment, the file
// holds the old bytes or the new ones.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return writeFile(system{}, path, data, perm)
}

// CreateFile is WriteFile for a file that must not exist: fault.Conflict if it
// does, and what is there stays as it is.
func CreateFile(path string, data []byte, perm fs.FileMode) error {
	return createFile(system{}, path, data, perm)
}

// Append adds data at the end of path, which is made with permissions 0600 if
// it is not there. After an error the file is cut back to what it was, as far
// as the disk lets it; after a crash data may stand there in part, so a reader
// must be able to tell.
func Append(path string, data []byte) (err error) {
	_, missing := os.Lstat(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return Fault(path, "could not be opened for adding to it", err)
	}
	defer func() { err = errors.Join(err, closed(path, f)) }()
	info, err := f.Stat()
	if err != nil {
		return Fault(path, "could not be examined", err)
	}
	if _, werr := f.Write(data); werr != nil {
		err := Fault(path, "could not be added to", werr)
		if terr := f.Truncate(info.Size()); terr != nil {
			return errors.Join(err, Fault(path, "could not be cut back to what it was", terr))
		}
		return err
	}
	if err := f.Sync(); err != nil {
		return Fault(path, "is not known to be on the disk", err)
	}
	if errors.Is(missing, fs.ErrNotExist) {
		return system{}.SyncDir(filepath.Dir(path))
	}
	return nil
}

// Mkdir makes a directory with exactly the permissions perm and makes it
// durable; fault.Conflict if path exists.
func Mkdir(path string, perm fs.FileMode) error {
	if err := os.Mkdir(path, perm); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return &fault.Error{Kind: fault.Conflict, File: path, Message: "exists already"}
		}
		return Fault(path, "could not be made", err)
	}
	if err := os.Chmod(path, perm); err != nil { // the umask may have taken bits
		return Fault(path, "could not be given its permissions", err)
	}
	return system{}.SyncDir(filepath.Dir(path))
}

// Rename gives a file another name in its folder, durably, replacing what had it.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return Fault(from, "could not be renamed", err)
	}
	return system{}.SyncDir(filepath.Dir(to))
}

// Remove unlinks path and makes that durable; fault.NotFound if it is not there.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{Kind: fault.NotFound, File: path, Message: "is not there"}
		}
		return Fault(path, "could not be removed", err)
	}
	return system{}.SyncDir(filepath.Dir(path))
}

// Shred overwrites path with zeros, waits for the disk, and removes it. On
// file systems that write elsewhere than in place (snapshots, copy on write,
// flash) the old bytes may live on: what must be unreadable has to be
// encrypted under a key that never lay there.
func Shred(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &fault.Error{Kind: fault.NotFound, File: path, Message: "is not there"}
		}
		return Fault(path, "could not be opened to be destroyed", err)
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.Write(make([]byte, info.Size()))
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(Fault(path, "could not be overwritten", err), closed(path, f))
	}
	if err := closed(path, f); err != nil {
		return err
	}
	return Remove(path)
}

func closed(path string, f *os.File) error {
	if err := f.Close(); err != nil {
		return Fault(path, "could not be closed", err)
	}
	return nil
}

// Fault makes an error of the system one of package fault that names its place:
// it tells what did not work, and why in words when the system's reason is
// one that a person can mend.
func Fault(path, what string, err error) error {
	why := reason(err)
	switch {
	case full(err):
		why = "the disk is full: make room and try again"
	case errors.Is(err, fs.ErrPermission):
		why = "the permissions do not allow it"
	case errors.Is(err, syscall.EROFS):
		why = "the file system is read-only"
	}
	return &failure{fault.Error{Kind: fault.Unavailable, File: path, Message: fmt.Sprintf("%s: %s", what, why)}, err}
}

// failure is a fault that keeps the system's error for errors.Is.
type failure struct {
	said  fault.Error
	cause error
}

func (f *failure) Error() string   { return f.said.Error() }
func (f *failure) Unwrap() []error { return []error{&f.said, f.cause} }

// reason is the system's own word without the path, which stands in front.
func reason(err error) string {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err.Error()
	case errors.As(err, &l):
		return l.Err.Error()
	}
	return err.Error()
}

// full tells that there is no room for what was to be written.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
