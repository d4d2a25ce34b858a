package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lossy is a disk with power that can be cut: names and bytes reach it only
// when they are synced, or by chance. It holds one folder.
type lossy struct {
	names   map[string]*inode // as the running system sees them
	kept    map[string]*inode // as the platter has them
	pending []func(kept map[string]*inode)
	left    int // operations until the power goes
	lies    bool
}

type inode struct {
	d           *lossy
	name        string
	bytes, kept string
	perm        fs.FileMode
	everSynced  bool
}

var errPower = errors.New("the power is gone")

func (d *lossy) step() error {
	if d.left--; d.left < 0 {
		return errPower
	}
	return nil
}

func (d *lossy) CreateTemp(dir, pattern string) (file, error) {
	if err := d.step(); err != nil {
		return nil, err
	}
	i := &inode{d: d, name: filepath.Join(dir, strings.Replace(pattern, "*", "1", 1))}
	d.names[i.name] = i
	d.pending = append(d.pending, func(k map[string]*inode) { k[i.name] = i })
	return i, nil
}

func (d *lossy) Rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	i := d.names[from]
	delete(d.names, from)
	d.names[to] = i
	d.pending = append(d.pending, func(k map[string]*inode) { delete(k, from); k[to] = i })
	return nil
}

func (d *lossy) Link(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	if d.names[to] != nil {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: fs.ErrExist}
	}
	i := d.names[from]
	d.names[to] = i
	d.pending = append(d.pending, func(k map[string]*inode) { k[to] = i })
	return nil
}

func (d *lossy) Remove(path string) error {
	if err := d.step(); err != nil {
		return err
	}
	delete(d.names, path)
	d.pending = append(d.pending, func(k map[string]*inode) { delete(k, path) })
	return nil
}

func (d *lossy) SyncDir(string) error {
	if err := d.step(); err != nil {
		return err
	}
	for _, p := range d.pending {
		p(d.kept)
	}
	d.pending = nil
	return nil
}

func (i *inode) Name() string { return i.name }
func (i *inode) Write(b []byte) (int, error) {
	if err := i.d.step(); err != nil {
		return 0, err
	}
	i.bytes += string(b)
	return len(b), nil
}
func (i *inode) Chmod(p fs.FileMode) error { i.perm = p; return i.d.step() }
func (i *inode) Sync() error {
	if err := i.d.step(); err != nil {
		return err
	}
	if !i.d.lies {
		i.kept, i.everSynced = i.bytes, true
	}
	return nil
}
func (i *inode) Close() error { return i.d.step() }

// outcomes are the folders that may be found after the power came back: the
// names that were pending happened up to some point, and bytes that were not
// synced are there, gone or half.
func (d *lossy) outcomes() []map[string]string {
	var out []map[string]string
	for upTo := range len(d.pending) + 1 {
		names := map[string]*inode{}
		for n, i := range d.kept {
			names[n] = i
		}
		for _, p := range d.pending[:upTo] {
			p(names)
		}
		for _, half := range []int{0, 1, 2} {
			found := map[string]string{}
			for n, i := range names {
				found[n] = i.kept
				if !i.everSynced {
					found[n] = i.bytes[:len(i.bytes)*half/2]
				}
			}
			out = append(out, found)
		}
	}
	return out
}

func powered(old string) *lossy {
	d := &lossy{names: map[string]*inode{}, kept: map[string]*inode{}}
	if old != "" {
		i := &inode{d: d, name: "dir/mark", bytes: old, kept: old, everSynced: true}
		d.names[i.name], d.kept[i.name] = i, i
	}
	return d
}

// violations cuts the power after every operation of a write and says what was
// found that must not be.
func violations(old, fresh string, lies bool, write func(*lossy) error) []string {
	var out []string
	for left := range 20 {
		d := powered(old)
		d.left, d.lies = left, lies
		err := write(d)
		for _, found := range d.outcomes() {
			got, there := found["dir/mark"]
			switch {
			case err == nil && got != fresh:
				out = append(out, "acknowledged, and yet it holds "+got)
			case err != nil && got != old && got != fresh, there && got == "" && old != "":
				out = append(out, "torn: "+got)
			}
		}
	}
	return out
}

func TestThePowerMayGoAtAnyMoment(t *testing.T) {
	const old, fresh = "what was there before", "what replaces it, at more length"
	replace := func(d *lossy) error { return writeFile(d, "dir/mark", []byte(fresh), 0o600) }
	create := func(d *lossy) error { return createFile(d, "dir/mark", []byte(fresh), 0o600) }
	if v := violations(old, fresh, false, replace); len(v) > 0 {
		t.Errorf("replacing: %q", v)
	}
	if v := violations("", fresh, false, create); len(v) > 0 {
		t.Errorf("creating: %q", v)
	}
	// The controls: a disk that lies about what it holds, and ways to write
	// that leave out a step.
	if v := violations(old, fresh, true, replace); len(v) == 0 {
		t.Error("a disk that lies goes unnoticed: the test proves nothing")
	}
	if v := violations(old, fresh, false, func(d *lossy) error {
		f, err := d.CreateTemp("dir", ".mark.*.tmp")
		if err != nil {
			return err
		}
		if _, err := f.Write([]byte(fresh)); err != nil {
			return err
		}
		if err := d.Rename(f.Name(), "dir/mark"); err != nil {
			return err
		}
		return d.SyncDir("dir")
	}); len(v) == 0 {
		t.Error("a rename before the bytes are synced goes unnoticed")
	}
	if v := violations(old, fresh, false, func(d *lossy) error {
		temp, err := writeTemp(d, "dir/mark", []byte(fresh), 0o600)
		if err != nil {
			return err
		}
		return d.Rename(temp, "dir/mark")
	}); len(v) == 0 {
		t.Error("a name that is not synced goes unnoticed")
	}
}
