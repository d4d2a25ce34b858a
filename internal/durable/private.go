package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tocsin/internal/fault"
)

// Private refuses what somebody else could read, write or have put in place.
func Private(path string, dir bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &fault.Error{Kind: fault.NotFound, File: path, Message: "is not there"}
	case err != nil:
		return Fault(path, "could not be read", err)
	case dir && !info.IsDir():
		return &fault.Error{Kind: fault.Forbidden, File: path, Message: "is no directory"}
	case !dir && !info.Mode().IsRegular():
		return &fault.Error{Kind: fault.Forbidden, File: path, Message: "is no ordinary file"}
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		want := fs.FileMode(0o600)
		if dir {
			want = 0o700
		}
		return &fault.Error{Kind: fault.Forbidden, File: path, Message: fmt.Sprintf("can be used by others than its owner (%04o): run chmod %04o on it, and think about who may have read it", info.Mode().Perm(), want)}
	}
	return nil
}
