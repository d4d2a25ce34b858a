package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/internal/fault"
)

// disk is what it takes to replace a file; the tests cut its power.
type disk interface {
	CreateTemp(dir, pattern string) (file, error)
	Rename(from, to string) error
	Link(from, to string) error
	Remove(path string) error
	SyncDir(dir string) error
}

type file interface {
	Name() string
	Write([]byte) (int, error)
	Chmod(fs.FileMode) error
	Sync() error
	Close() error
}

// writeFile syncs the bytes before the name points to them, and the name
// before it returns.
func writeFile(d disk, path string, data []byte, perm fs.FileMode) error {
	temp, err := writeTemp(d, path, data, perm)
	if err != nil {
		return err
	}
	if err := d.Rename(temp, path); err != nil {
		return errors.Join(Fault(path, "could not be put in place", err), dropTemp(d, temp))
	}
	return d.SyncDir(filepath.Dir(path))
}

// createFile links, which fails when the name is taken; a rename would replace.
func createFile(d disk, path string, data []byte, perm fs.FileMode) error {
	temp, err := writeTemp(d, path, data, perm)
	if err != nil {
		return err
	}
	lerr := d.Link(temp, path)
	derr := dropTemp(d, temp)
	switch {
	case errors.Is(lerr, fs.ErrExist):
		return errors.Join(&fault.Error{Kind: fault.Conflict, File: path, Message: "exists already and is not overwritten"}, derr)
	case lerr != nil:
		return errors.Join(Fault(path, "could not be put in place", lerr), derr)
	}
	return errors.Join(d.SyncDir(filepath.Dir(path)), derr)
}

func writeTemp(d disk, path string, data []byte, perm fs.FileMode) (string, error) {
	f, err := d.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return "", Fault(path, "could not be written", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", errors.Join(Fault(path, "could not be written", err), dropTemp(d, f.Name()))
	}
	return f.Name(), nil
}

// IsTemp tells whether a name (without its folder) is that of a file which a
// crash of this package may have left behind. Its bytes were never in force,
// and it may be removed by whoever holds the lock of the folder.
func IsTemp(name string) bool {
	return len(name) > len(".tmp") && name[0] == '.' && filepath.Ext(name) == ".tmp"
}

// dropTemp removes a file that was never in force; a crash may leave it too.
func dropTemp(d disk, temp string) error {
	if err := d.Remove(temp); err != nil {
		return Fault(temp, "could not be removed", err)
	}
	return nil
}

// system is the disk itself.
type system struct{}

func (system) CreateTemp(dir, pattern string) (file, error) { return os.CreateTemp(dir, pattern) }
func (system) Rename(from, to string) error                 { return os.Rename(from, to) }
func (system) Link(from, to string) error                   { return os.Link(from, to) }
func (system) Remove(path string) error                     { return os.Remove(path) }

// SyncDir makes the names in a directory durable.
func (system) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return Fault(dir, "could not be opened", err)
	}
	if err := d.Sync(); err != nil {
		return errors.Join(Fault(dir, "is not known to be on the disk", err), closed(dir, d))
	}
	return closed(dir, d)
}
