package crashsim

import (
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// locks are the locks on one file between the connections of one boot
// (https://sqlite.org/lockingv3.html). No lock survives a power cut.
type locks struct {
	shared   int
	reserved *file
	pending  *file
}

func (f *file) Lock(want vfs.LockLevel) error {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	l := &f.inode.locks
	if f.boot.off {
		return sqlite3.IOERR_LOCK
	}
	if f.level >= want {
		return nil
	}
	switch want {
	case vfs.LOCK_SHARED:
		if l.pending != nil {
			return sqlite3.BUSY
		}
		l.shared++
	case vfs.LOCK_RESERVED:
		if l.reserved != nil {
			return sqlite3.BUSY
		}
		l.reserved = f
	case vfs.LOCK_EXCLUSIVE:
		if l.pending != nil && l.pending != f || l.reserved != nil && l.reserved != f {
			return sqlite3.BUSY
		}
		l.reserved, l.pending = f, f
		f.level = vfs.LOCK_PENDING
		if l.shared > 1 {
			return sqlite3.BUSY
		}
	}
	f.level = want
	return nil
}

func (f *file) Unlock(to vfs.LockLevel) error {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	l := &f.inode.locks
	if f.boot.off {
		f.level = to // the locks died with the boot
		return nil
	}
	if f.level <= to {
		return nil
	}
	if l.reserved == f {
		l.reserved = nil
	}
	if l.pending == f {
		l.pending = nil
	}
	if to == vfs.LOCK_NONE {
		l.shared--
	}
	f.level = to
	return nil
}

func (f *file) CheckReservedLock() (bool, error) {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	return f.inode.locks.reserved != nil, nil
}
