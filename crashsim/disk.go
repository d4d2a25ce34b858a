package crashsim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// Sector is what a disk writes at once, in bytes. A write that crosses its
// borders is several writes, and each has a fate of its own.
const Sector = 512

// Disk holds files in memory, twice: as programs see them, and as they would be
// found after the power failed. It is safe for concurrent use.
type Disk struct {
	mu      sync.Mutex
	rnd     *rand.Rand
	names   map[string]*inode // the directory as programs see it
	platter map[string]*inode // the directory as it survives
	live    *boot
	boots   int

	// NoSync makes every sync answer success and do nothing: the disk that
	// lies, for controls.
	NoSync bool
	// NoWALSync does the same for write-ahead logs alone.
	NoWALSync bool
}

// inode is a file. kept and pending together are what may survive of it.
type inode struct {
	now     []byte
	kept    []byte
	pending []change
	locks   locks
}

// change is a write (data) or a truncation (data nil) that no sync has covered.
type change struct {
	at   int64
	data []byte
}

// NewDisk is an empty disk whose every choice follows from the seed.
func NewDisk(seed uint64) *Disk {
	return &Disk{
		rnd:     rand.New(rand.NewPCG(seed, 0x746f6373696e)),
		names:   map[string]*inode{},
		platter: map[string]*inode{},
	}
}

// write changes the file as programs see it and remembers the change as unsynced.
func (f *inode) write(p []byte, at int64) {
	f.now = patch(f.now, p, at)
	f.pending = append(f.pending, change{at, slices.Clone(p)})
}

func (f *inode) truncate(size int64) {
	f.now = resize(f.now, size)
	f.pending = append(f.pending, change{at: size})
}

// sync makes all that was written survive.
func (f *inode) sync() {
	for _, c := range f.pending {
		f.kept = c.apply(f.kept)
	}
	f.pending = nil
}

func (c change) apply(b []byte) []byte {
	if c.data == nil {
		return resize(b, c.at)
	}
	return patch(b, c.data, c.at)
}

// patch writes p at an offset; a hole before it reads as zeros.
func patch(b, p []byte, at int64) []byte {
	if end := at + int64(len(p)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[at:], p)
	return b
}

func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size]
	}
	old := len(b)
	b = slices.Grow(b, int(size)-old)[:size]
	clear(b[old:])
	return b
}

// mood is how kind a power cut is: the odds, in percent, that an unsynced
// sector survives whole or survives torn. What is left is lost.
type mood struct{ whole, torn int }

// moods holds the extremes too: nothing unsynced survives, and all of it does.
// Both are legal, and some faults show only in one of them.
var moods = []mood{{0, 0}, {100, 0}, {50, 0}, {40, 20}, {80, 15}, {10, 80}}

// settle decides the fate of everything unsynced, and makes the outcome both
// what survives and what the next boot sees.
func (d *Disk) settle() {
	m := moods[d.rnd.IntN(len(moods))]
	after := map[string]*inode{}
	for _, name := range d.everyName() {
		f := d.platter[name]
		if now := d.names[name]; now != f && d.rnd.IntN(2) == 0 {
			f = now // the directory had reached the disk by itself
		}
		if f != nil {
			after[name] = f
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		after[name].settle(m, d.rnd)
		after[name].locks = locks{}
	}
	d.platter, d.names = after, maps.Clone(after)
}

// everyName lists the names on either directory, in order, so that the same
// seed makes the same choices.
func (d *Disk) everyName() []string {
	all := maps.Clone(d.platter)
	maps.Copy(all, d.names)
	return slices.Sorted(maps.Keys(all))
}

// settle lets each unsynced sector of the file live, die or tear.
func (f *inode) settle(m mood, rnd *rand.Rand) {
	for _, c := range f.pending {
		if c.data == nil {
			if rnd.IntN(100) < m.whole+m.torn {
				f.kept = c.apply(f.kept)
			}
			continue
		}
		for from := int64(0); from < int64(len(c.data)); {
			to := min(int64(len(c.data)), (c.at+from)/Sector*Sector+Sector-c.at)
			piece := c.data[from:to]
			switch n := rnd.IntN(100); {
			case n < m.whole:
				f.kept = patch(f.kept, piece, c.at+from)
			case n < m.whole+m.torn:
				f.kept = patch(f.kept, tear(piece, rnd), c.at+from)
			}
			from = to
		}
	}
	f.pending = nil
	f.now = slices.Clone(f.kept)
}

// tear is what may be found of a sector whose writing was interrupted: its
// beginning, its end, or noise. Bytes of the sector that were not being written
// stay as they were: SQLite counts on that by default (power-safe overwrite).
func tear(piece []byte, rnd *rand.Rand) []byte {
	out := slices.Clone(piece)
	cut := rnd.IntN(len(out) + 1)
	switch rnd.IntN(3) {
	case 0:
		out = out[:cut]
	case 1:
		clear(out[:cut])
	default:
		for i := range out[cut:] {
			out[cut+i] = byte(rnd.Uint32())
		}
	}
	return out
}

// lies tells whether a sync of the file is only pretended.
func (d *Disk) lies(wal bool) bool { return d.NoSync || d.NoWALSync && wal }

// Bytes is a copy of a file as programs see it, nil if there is none.
func (d *Disk) Bytes(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.names[name]; f != nil {
		return append([]byte{}, f.now...)
	}
	return nil
}

// Put replaces a file durably, as an administrator would while nothing runs.
func (d *Disk) Put(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &inode{now: slices.Clone(data), kept: slices.Clone(data)}
	d.names[name], d.platter[name] = f, f
}

// Remove deletes a file durably.
func (d *Disk) Remove(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.names, name)
	delete(d.platter, name)
}

// String names the files with their sizes, for a failing test.
func (d *Disk) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, name := range d.everyName() {
		seen, kept := -1, -1
		if f := d.names[name]; f != nil {
			seen = len(f.now)
		}
		if f := d.platter[name]; f != nil {
			kept = len(f.kept)
		}
		out = append(out, fmt.Sprintf("%s %d/%d", name, seen, kept))
	}
	return fmt.Sprint(out)
}
