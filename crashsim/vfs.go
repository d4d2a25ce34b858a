package crashsim

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// vfsName is under which SQLite knows the file system of all disks.
const vfsName = "crashsim"

func init() { vfs.Register(vfsName, system{}) }

// boot is the time between power on and power off. When it has ended, whatever
// still holds its files gets input/output errors and changes nothing.
type boot struct {
	disk  *Disk
	name  string // first element of its paths
	shm   string // directory of the shared-memory files, "" before the first; no boot inherits them
	plan  Plan
	ops   int64
	fired bool // the plan's fault has been met
	off   bool
}

var running struct {
	sync.Mutex
	boots map[string]*boot
	next  int
}

// Boot switches the power on and gives the directory under which programs find
// the files of the disk. A boot before it must have ended.
func (d *Disk) Boot(p Plan) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != nil && !d.live.off {
		panic("crashsim: the disk is still in use")
	}
	running.Lock()
	defer running.Unlock()
	running.next++
	d.boots++
	d.live = &boot{disk: d, name: fmt.Sprintf("boot%d", running.next), plan: p}
	if running.boots == nil {
		running.boots = map[string]*boot{}
	}
	running.boots[d.live.name] = d.live
	return "/" + d.live.name
}

// memory is a directory that lives in memory where the system has one: the
// shared-memory files of SQLite must be mappable, and are never synced.
func memory() string {
	if s, err := os.Stat("/dev/shm"); err == nil && s.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// Cut takes the power away now, if the plan has not done so yet, and decides
// what survives. Close the programs' handles afterwards, then call Release.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != nil && !d.live.off {
		d.live.off = true
		d.settle()
	}
}

// CutIn plans the power cut for the n-th operation from now on.
func (d *Disk) CutIn(n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.live.plan.CutAt = d.live.ops + n
}

// Off tells whether the power has failed in this boot.
func (d *Disk) Off() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live == nil || d.live.off
}

// Ops is how many operations the boot has counted.
func (d *Disk) Ops() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live.ops
}

// Fired tells whether the plan's fault has been met.
func (d *Disk) Fired() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live.fired
}

// Heal ends a lasting fault: somebody made room.
func (d *Disk) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.live.plan.FaultAt = 0
}

// Halt ends the boot in good order: nothing unsynced is lost, as when a
// process ends and the system goes on.
func (d *Disk) Halt() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.live.off = true
	for _, f := range d.names {
		f.locks = locks{}
	}
}

// Release forgets the boot, once it is off and every handle is closed.
func (d *Disk) Release() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	running.Lock()
	delete(running.boots, d.live.name)
	running.Unlock()
	if d.live.shm == "" {
		return nil
	}
	return os.RemoveAll(d.live.shm)
}

// count is called with the disk locked, before an operation. It answers what
// goes wrong: the power, a fault, or nothing. before runs when the power fails
// in this very operation, so that a write may be found torn.
func (b *boot) count(op Op, before func()) (Fault, error) {
	if b.off {
		return "", code(op, EIO)
	}
	b.ops++
	if b.plan.CutAt > 0 && b.ops >= b.plan.CutAt {
		before()
		b.off = true
		b.disk.settle()
		return "", code(op, EIO)
	}
	if b.plan.FaultAt > 0 && b.ops >= b.plan.FaultAt && b.plan.Fault.hits(op) && (!b.fired || b.plan.Lasting) {
		b.fired = true
		return b.plan.Fault, code(op, b.plan.Fault)
	}
	return "", nil
}

// system finds the boot of a path.
type system struct{}

func find(name string) (*boot, string, error) {
	first, rest, ok := strings.Cut(strings.TrimPrefix(name, "/"), "/")
	running.Lock()
	defer running.Unlock()
	if b := running.boots[first]; b != nil && ok {
		return b, rest, nil
	}
	return nil, "", sqlite3.CANTOPEN
}

func (system) FullPathname(name string) (string, error) { return name, nil }

func (system) Access(name string, _ vfs.AccessFlag) (bool, error) {
	b, name, err := find(name)
	if err != nil {
		return false, err
	}
	b.disk.mu.Lock()
	defer b.disk.mu.Unlock()
	if b.off {
		return false, sqlite3.IOERR_ACCESS
	}
	return b.disk.names[name] != nil, nil
}

func (system) Delete(name string, dirSync bool) error {
	b, name, err := find(name)
	if err != nil {
		return err
	}
	d := b.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if _, err := b.count(Delete, func() { delete(d.names, name) }); err != nil {
		return err
	}
	delete(d.names, name)
	if dirSync && !d.NoSync {
		delete(d.platter, name)
	}
	return nil
}

func (system) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	const temporary = vfs.OPEN_TEMP_DB | vfs.OPEN_TRANSIENT_DB | vfs.OPEN_TEMP_JOURNAL | vfs.OPEN_SUBJOURNAL
	if name == "" || flags&temporary != 0 && flags&vfs.OPEN_DELETEONCLOSE != 0 {
		return &file{boot: scratch(), inode: &inode{}}, flags, nil
	}
	b, short, err := find(name)
	if err != nil {
		return nil, flags, err
	}
	d := b.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	f, fresh := d.names[short], false
	if f == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		f = &inode{}
		if _, err := b.count(Open, func() { d.names[short] = f }); err != nil {
			return nil, flags, err
		}
		d.names[short] = f
		fresh = flags&(vfs.OPEN_WAL|vfs.OPEN_MAIN_JOURNAL) != 0
	} else if b.off {
		return nil, flags, sqlite3.CANTOPEN
	}
	out := &file{boot: b, inode: f, name: short, wal: flags&vfs.OPEN_WAL != 0, fresh: fresh}
	if flags&vfs.OPEN_MAIN_DB != 0 {
		if b.shm == "" {
			if b.shm, err = os.MkdirTemp(memory(), "crashsim-"); err != nil {
				return nil, flags, sqlite3.CANTOPEN
			}
		}
		out.shared = vfs.NewSharedMemory(filepath.Join(b.shm, short+"-shm"), flags)
	}
	return out, flags, nil
}

// scratch is the boot of temporary files, which no power cut concerns.
func scratch() *boot { return &boot{disk: &Disk{names: map[string]*inode{}}} }

// file is an open file.
type file struct {
	boot   *boot
	inode  *inode
	name   string
	wal    bool
	fresh  bool // a journal that this handle created and has not synced yet
	level  vfs.LockLevel
	shared vfs.SharedMemory
}

func (f *file) SharedMemory() vfs.SharedMemory { return f.shared }

func (f *file) Close() error {
	err := f.Unlock(vfs.LOCK_NONE)
	if f.shared != nil {
		err = f.shared.Close()
	}
	return err
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	if _, err := f.boot.count(Read, func() {}); err != nil {
		return 0, err
	}
	if at >= int64(len(f.inode.now)) {
		return 0, io.EOF
	}
	n := copy(p, f.inode.now[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(p []byte, at int64) (int, error) {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	bad, err := f.boot.count(Write, func() { f.inode.write(p, at) })
	if bad == Short {
		f.inode.write(p[:len(p)/2], at)
	}
	if err != nil {
		return 0, err
	}
	f.inode.write(p, at)
	return len(p), nil
}

func (f *file) Truncate(size int64) error {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	if _, err := f.boot.count(Truncate, func() { f.inode.truncate(size) }); err != nil {
		return err
	}
	f.inode.truncate(size)
	return nil
}

func (f *file) Sync(vfs.SyncFlag) error {
	d := f.boot.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	bad, err := f.boot.count(Sync, func() {})
	if bad != "" {
		f.forget()
	}
	if err != nil || d.lies(f.wal) {
		return err
	}
	f.inode.sync()
	switch {
	case f.fresh: // as SQLite on Unix does after the first sync of a new journal
		f.fresh = false
		d.platter = maps.Clone(d.names)
	case f.name != "" && d.names[f.name] == f.inode:
		d.platter[f.name] = f.inode
	}
	return nil
}

// forget is a failed sync: the system drops what it could not write from the
// list of what is to be written, and goes on showing it to programs.
func (f *file) forget() {
	seen := f.inode.now
	f.inode.settle(mood{whole: 50}, f.boot.disk.rnd)
	f.inode.now = seen
}

func (f *file) Size() (int64, error) {
	f.boot.disk.mu.Lock()
	defer f.boot.disk.mu.Unlock()
	return int64(len(f.inode.now)), nil
}

func (f *file) SectorSize() int { return Sector }

// DeviceCharacteristics is what SQLite assumes on Linux by default.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}
