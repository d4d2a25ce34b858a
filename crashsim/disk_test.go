package crashsim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// open opens a file of the disk as SQLite would.
func open(t *testing.T, dir, name string, flags vfs.OpenFlag) *file {
	t.Helper()
	f, _, err := system{}.Open(dir+"/"+name, flags|vfs.OPEN_READWRITE|vfs.OPEN_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	return f.(*file)
}

// newDisk is a disk whose last boot is released when the test ends.
func newDisk(t *testing.T, seed uint64) *Disk {
	d := NewDisk(seed)
	t.Cleanup(func() {
		if d.Cut(); d.live != nil {
			_ = d.Release()
		}
	})
	return d
}

// reboot cuts the power and switches it on again.
func reboot(t *testing.T, d *Disk, p Plan) string {
	t.Helper()
	d.Cut()
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
	return d.Boot(p)
}

func write(t *testing.T, f *file, at int64, p []byte) {
	t.Helper()
	if _, err := f.WriteAt(p, at); err != nil {
		t.Fatal(err)
	}
}

func flush(t *testing.T, f *file) {
	t.Helper()
	if err := f.Sync(vfs.SYNC_FULL); err != nil {
		t.Fatal(err)
	}
}

// TestCut tells what may be found of ten sectors that held "a", were synced,
// and were overwritten with "b" when the power failed.
func TestCut(t *testing.T) {
	old, now := bytes.Repeat([]byte("a"), 10*Sector), bytes.Repeat([]byte("b"), 8*Sector)
	var whole, lost, torn int
	for seed := range uint64(60) {
		d := newDisk(t, seed)
		f := open(t, d.Boot(Plan{}), "f", vfs.OPEN_MAIN_DB)
		write(t, f, 0, old)
		flush(t, f)
		write(t, f, Sector, now)
		d.Cut()
		got := d.Bytes("f")
		if len(got) != len(old) {
			t.Fatalf("seed %d: %d bytes survive, want %d", seed, len(got), len(old))
		}
		for i := range 10 {
			switch piece := got[i*Sector:][:Sector]; {
			case i == 0 || i == 9:
				if !bytes.Equal(piece, old[:Sector]) {
					t.Errorf("seed %d: sector %d, which nobody wrote after the sync, changed", seed, i)
				}
			case bytes.Equal(piece, now[:Sector]):
				whole++
			case bytes.Equal(piece, old[:Sector]):
				lost++
			default:
				torn++
			}
		}
	}
	if whole == 0 || lost == 0 || torn == 0 {
		t.Errorf("over 60 cuts %d sectors survive whole, %d are lost, %d torn; want some of each", whole, lost, torn)
	}
}

// TestTornWriteSparesNeighbours checks that a torn sector keeps the bytes that
// were not being written: SQLite is told so.
func TestTornWriteSparesNeighbours(t *testing.T) {
	for seed := range uint64(200) {
		d := newDisk(t, seed)
		f := open(t, d.Boot(Plan{}), "f", vfs.OPEN_MAIN_DB)
		write(t, f, 0, bytes.Repeat([]byte("a"), Sector))
		flush(t, f)
		write(t, f, 100, bytes.Repeat([]byte("b"), 50))
		d.Cut()
		got := d.Bytes("f")
		for i, c := range got {
			if (i < 100 || i >= 150) && c != 'a' {
				t.Fatalf("seed %d: byte %d was not being written and is %q", seed, i, c)
			}
		}
	}
}

// TestSameSeedSameFate replays a seed.
func TestSameSeedSameFate(t *testing.T) {
	fate := func(seed uint64) []byte {
		d := newDisk(t, seed)
		dir := d.Boot(Plan{})
		for i := range 5 {
			f := open(t, dir, fmt.Sprint(i), vfs.OPEN_MAIN_DB)
			write(t, f, 0, bytes.Repeat([]byte{byte(i)}, 3000))
		}
		d.Cut()
		var out []byte
		for i := range 5 {
			out = append(append(out, byte(i)), d.Bytes(fmt.Sprint(i))...)
		}
		return out
	}
	different := 0
	for seed := range uint64(20) {
		if !bytes.Equal(fate(seed), fate(seed)) {
			t.Errorf("seed %d has two fates", seed)
		}
		if !bytes.Equal(fate(seed), fate(seed+1)) {
			different++
		}
	}
	if different == 0 {
		t.Error("control: every seed has the same fate")
	}
}

// TestDirectory tells which names survive a cut.
func TestDirectory(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		may  []bool // the answers to "is the file there?" that the rules allow
	}{
		{"never synced", func(t *testing.T, dir string) {
			write(t, open(t, dir, "f", vfs.OPEN_MAIN_DB), 0, []byte("x"))
		}, []bool{true, false}},
		{"synced", func(t *testing.T, dir string) {
			f := open(t, dir, "f", vfs.OPEN_MAIN_DB)
			write(t, f, 0, []byte("x"))
			flush(t, f)
		}, []bool{true}},
		{"deleted", func(t *testing.T, dir string) {
			flush(t, open(t, dir, "f", vfs.OPEN_MAIN_DB))
			_ = system{}.Delete(dir+"/f", false)
		}, []bool{true, false}},
		{"deleted, with the directory synced", func(t *testing.T, dir string) {
			flush(t, open(t, dir, "f", vfs.OPEN_MAIN_DB))
			_ = system{}.Delete(dir+"/f", true)
		}, []bool{false}},
		{"deleted, then a new log synced", func(t *testing.T, dir string) {
			flush(t, open(t, dir, "f", vfs.OPEN_MAIN_JOURNAL))
			_ = system{}.Delete(dir+"/f", false)
			flush(t, open(t, dir, "g", vfs.OPEN_WAL))
		}, []bool{false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := map[bool]bool{}
			for seed := range uint64(64) {
				d := newDisk(t, seed)
				c.do(t, d.Boot(Plan{}))
				d.Cut()
				seen[d.Bytes("f") != nil] = true
			}
			if len(seen) != len(c.may) || !seen[c.may[0]] {
				t.Errorf("after the cut the file is there: %v, want %v", seen, c.may)
			}
		})
	}
}

// TestNothingAfterTheCut checks that a dead boot changes nothing.
func TestNothingAfterTheCut(t *testing.T) {
	d := newDisk(t, 1)
	dir := d.Boot(Plan{CutAt: 3})
	f := open(t, dir, "f", vfs.OPEN_MAIN_DB) // operation 1
	write(t, f, 0, []byte("one"))            // 2
	if err := f.Sync(vfs.SYNC_FULL); !errors.Is(err, sqlite3.IOERR_FSYNC) || !d.Off() {
		t.Fatalf("the sync in which the power fails answers %v", err)
	}
	before := d.Bytes("f")
	if _, err := f.WriteAt([]byte("two"), 0); err == nil {
		t.Error("a write succeeded without power")
	}
	if err := f.Truncate(0); err == nil {
		t.Error("a truncation succeeded without power")
	}
	if _, err := f.ReadAt(make([]byte, 3), 0); err == nil || err == io.EOF {
		t.Errorf("a read without power answers %v", err)
	}
	dir = reboot(t, d, Plan{})
	if _, err := f.WriteAt([]byte("two"), 0); err == nil {
		t.Error("a handle of the boot before wrote")
	}
	if got := d.Bytes("f"); !bytes.Equal(got, before) {
		t.Errorf("the file changed from %q to %q while the power was off", before, got)
	}
	write(t, open(t, dir, "f", vfs.OPEN_MAIN_DB), 0, []byte("three"))
}

// TestFaults tells what each fault does to the file.
func TestFaults(t *testing.T) {
	t.Run("a short write leaves half", func(t *testing.T) {
		d := newDisk(t, 1)
		f := open(t, d.Boot(Plan{FaultAt: 2, Fault: Short}), "f", vfs.OPEN_MAIN_DB)
		if _, err := f.WriteAt([]byte("abcdef"), 0); !errors.Is(err, sqlite3.IOERR_WRITE) {
			t.Errorf("the short write answers %v", err)
		}
		if got := d.Bytes("f"); string(got) != "abc" || !d.Fired() {
			t.Errorf("the file holds %q, fired %t", got, d.Fired())
		}
		write(t, f, 0, []byte("abcdef")) // the fault comes once
	})
	t.Run("a full disk stays full until somebody makes room", func(t *testing.T) {
		d := newDisk(t, 1)
		f := open(t, d.Boot(Plan{FaultAt: 2, Fault: ENOSPC, Lasting: true}), "f", vfs.OPEN_MAIN_DB)
		for range 3 {
			if _, err := f.WriteAt([]byte("x"), 0); !errors.Is(err, sqlite3.FULL) {
				t.Errorf("a write to a full disk answers %v", err)
			}
		}
		flush(t, f)
		if _, err := f.ReadAt(make([]byte, 1), 0); err != io.EOF {
			t.Errorf("reading from a full disk answers %v", err)
		}
		d.Heal()
		write(t, f, 0, []byte("x"))
	})
	t.Run("a failed sync forgets", func(t *testing.T) {
		lost := 0
		for seed := range uint64(40) {
			d := newDisk(t, seed)
			f := open(t, d.Boot(Plan{FaultAt: 3, Fault: EIO}), "f", vfs.OPEN_MAIN_DB)
			write(t, f, 0, bytes.Repeat([]byte("x"), 4*Sector))
			if err := f.Sync(vfs.SYNC_FULL); !errors.Is(err, sqlite3.IOERR_FSYNC) {
				t.Fatalf("the sync answers %v", err)
			}
			flush(t, f) // success, and nothing to write
			if got := d.Bytes("f"); !bytes.Equal(got, bytes.Repeat([]byte("x"), 4*Sector)) {
				t.Fatal("programs no longer see what they wrote")
			}
			d.Cut()
			if !bytes.Equal(d.Bytes("f"), bytes.Repeat([]byte("x"), 4*Sector)) {
				lost++
			}
		}
		if lost < 20 {
			t.Errorf("only %d of 40 failed syncs lost anything", lost)
		}
	})
}

// TestLocks follows the table of https://sqlite.org/lockingv3.html, section 3.
func TestLocks(t *testing.T) {
	d := newDisk(t, 1)
	dir := d.Boot(Plan{})
	a, b := open(t, dir, "f", vfs.OPEN_MAIN_DB), open(t, dir, "f", vfs.OPEN_MAIN_DB)
	step := func(f *file, want vfs.LockLevel, busy bool) {
		t.Helper()
		if err := f.Lock(want); errors.Is(err, sqlite3.BUSY) != busy {
			t.Fatalf("lock %d answers %v, want busy %t", want, err, busy)
		}
	}
	step(a, vfs.LOCK_SHARED, false)
	step(b, vfs.LOCK_SHARED, false)
	step(a, vfs.LOCK_RESERVED, false)
	step(b, vfs.LOCK_RESERVED, true)
	if held, _ := b.CheckReservedLock(); !held {
		t.Error("the reserved lock does not show")
	}
	step(a, vfs.LOCK_EXCLUSIVE, true) // b still reads
	c := open(t, dir, "f", vfs.OPEN_MAIN_DB)
	step(c, vfs.LOCK_SHARED, true) // a waits, so nobody new
	if err := b.Unlock(vfs.LOCK_NONE); err != nil {
		t.Fatal(err)
	}
	step(a, vfs.LOCK_EXCLUSIVE, false)
	if err := a.Unlock(vfs.LOCK_SHARED); err != nil {
		t.Fatal(err)
	}
	step(c, vfs.LOCK_SHARED, false)
	d.Cut()
	dir = reboot(t, d, Plan{})
	d.Put("f", nil)
	step(open(t, dir, "f", vfs.OPEN_MAIN_DB), vfs.LOCK_SHARED, false)
}
