package datadir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
)

// Options of Open.
type Options struct {
	// Create allows to make what is not there yet, or only in part.
	Create bool
	// Origin is the base of the log's origins: the epoch n has Origin/n. "" takes
	// what the directory has, or makes up tocsin-<8 hex>.invalid/ledger.
	Origin string
	// CabinetIdentity is the file of the age identity that opens the cabinet's
	// key; "" is keys/cabinet.identity in the directory.
	CabinetIdentity string
	Rand            io.Reader        // nil: crypto/rand
	Now             func() time.Time // nil: time.Now
}

// Dir is an open data directory. It holds the lock until Close.
type Dir struct {
	path    string
	base    string
	rand    io.Reader
	now     func() time.Time
	release func() error
	lookup  func() [32]byte // a function prints as nothing
	marking sync.Mutex      // the marks in guard/
	listing sync.Mutex      // guard/erasures

	identity string     // where the cabinet's identity lies, "" for its usual place
	sealing  sync.Mutex // the files of the cabinet's key
}

// Open takes the lock of a data directory and checks it. fault.NotFound if it
// is not there and may not be made, fault.Conflict if another process has it
// or it has another origin, fault.Forbidden if it is not as it must be.
func Open(path string, o Options) (*Dir, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Origin != "" {
		if err := checkBase(o.Origin); err != nil {
			return nil, err
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, durable.Fault(path, "could not be read", err)
	}
	d := &Dir{path: abs, rand: o.Rand, now: o.Now}
	if d.identity, err = elsewhere(o.CabinetIdentity); err != nil {
		return nil, err
	}
	if err := d.enter(o.Create); err != nil {
		return nil, err
	}
	if d.release, err = durable.Lock(d.at("lock")); err != nil {
		return nil, err
	}
	if err := d.prepare(o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close gives the lock back.
func (d *Dir) Close() error { return d.release() }

// String and GoString name the directory and print no key.
func (d *Dir) String() string   { return d.path }
func (d *Dir) GoString() string { return d.path }

// Path is the directory, absolute.
func (d *Dir) Path() string { return d.path }

// Database is the path of the embedded database.
func (d *Dir) Database() string { return d.at("tocsin.db") }

// Base is what the origins of all epochs begin with.
func (d *Dir) Base() string { return d.base }

// Origin is the log's origin in epoch n, counted from 1.
func (d *Dir) Origin(epoch int) string { return fmt.Sprintf("%s/%d", d.base, epoch) }

// LookupKey is the key of the hashes by which cases are found.
func (d *Dir) LookupKey() [32]byte { return d.lookup() }

func (d *Dir) at(parts ...string) string {
	return filepath.Join(append([]string{d.path}, parts...)...)
}

// enter makes the directory itself, or checks who may use it.
func (d *Dir) enter(create bool) error {
	_, err := os.Lstat(d.path)
	if !errors.Is(err, fs.ErrNotExist) {
		if err := d.foreign(); err != nil {
			return err
		}
		return durable.Private(d.path, true)
	}
	if !create {
		return &fault.Error{Kind: fault.NotFound, File: d.path, Message: "is no data directory: it is not there"}
	}
	if err := os.MkdirAll(filepath.Dir(d.path), 0o755); err != nil {
		return durable.Fault(filepath.Dir(d.path), "could not be made", err)
	}
	err = durable.Mkdir(d.path, 0o700)
	if fault.KindOf(err) == fault.Conflict { // made by another process meanwhile: the lock decides
		return durable.Private(d.path, true)
	}
	return err
}

// foreign refuses a folder that is somebody else's: it is no data directory, and
// something is in it that no data directory has. What cannot be read is judged by
// the checks that follow.
func (d *Dir) foreign() error {
	if _, err := os.Lstat(d.at("origin")); err == nil {
		return nil
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case name == "keys", name == "guard", name == "outside", name == "lock", name == "control", name == "lost+found",
			strings.HasPrefix(name, "tocsin.db"), strings.HasPrefix(name, "."):
			continue
		}
		return &fault.Error{Kind: fault.Conflict, File: d.path, Message: fmt.Sprintf("is no data directory, and holds something else (%s): name a folder that is new or empty", name)}
	}
	return nil
}

// prepare completes or checks everything below the directory. The file origin
// is written last, so that it stands for: all the rest was there.
func (d *Dir) prepare(o Options) error {
	complete := true
	base, err := durable.ReadLine(d.at("origin"), "tocsin-origin/1", "take it from a copy of this directory")
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		complete = false
	case err != nil:
		return err
	}
	if complete {
		if err := checkBase(base); err != nil {
			return err
		}
		if o.Origin != "" && o.Origin != base {
			return &fault.Error{Kind: fault.Conflict, File: d.at("origin"), Message: fmt.Sprintf("this log's origin is %s, not %s; an origin is never changed", base, o.Origin)}
		}
		d.base = base
		if err := d.sweep(); err != nil {
			return err
		}
		return d.check()
	}
	if !o.Create {
		return &fault.Error{Kind: fault.NotFound, File: d.path, Message: "is no data directory, or one that was never finished"}
	}
	return d.complete(o.Origin)
}

// complete makes what is missing of a directory that was never finished. What
// is there stays as it is.
func (d *Dir) complete(base string) error {
	if _, err := os.Lstat(d.Database()); err == nil {
		return &fault.Error{Kind: fault.Forbidden, File: d.path, Message: "holds a database but not the file origin that was made with it: nothing is made anew beside a database; put the whole directory back from a copy, or use another directory"}
	}
	for _, sub := range []string{"keys", "guard", "outside"} {
		if err := durable.Mkdir(d.at(sub), 0o700); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
		if err := durable.Private(d.at(sub), true); err != nil {
			return err
		}
	}
	if err := d.sweep(); err != nil {
		return err
	}
	// A log key that is there already fixes the origin.
	had, err := d.baseOfKeys()
	if err != nil {
		return err
	}
	switch {
	case had != "" && base != "" && had != base:
		return &fault.Error{Kind: fault.Conflict, File: d.at("keys"), Message: fmt.Sprintf("the log key that is there belongs to the origin %s, not %s", had, base)}
	case had != "":
		base = had
	case base == "":
		var b [4]byte
		if _, err := io.ReadFull(d.rand, b[:]); err != nil {
			return fault.New(fault.Unavailable, "no randomness: %v", err)
		}
		base = "tocsin-" + hex.EncodeToString(b[:]) + ".invalid/ledger"
	}
	d.base = base
	for _, make := range []func() error{
		func() error { return d.makeSigners(1) },
		d.makeLookup,
		d.makeFirstWrap,
		d.makeGuard,
	} {
		if err := make(); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	if err := d.check(); err != nil {
		return err
	}
	return durable.CreateFile(d.at("origin"), []byte(durable.Line("tocsin-origin/1", d.base)), 0o600)
}

// sweep removes what a crash left: files that were never in force, and keys
// whose destruction had begun.
func (d *Dir) sweep() error {
	for _, sub := range []string{"", "keys", "guard", "outside"} {
		entries, err := os.ReadDir(d.at(sub))
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				continue // check names it
			}
			return durable.Fault(d.at(sub), "could not be read", err)
		}
		for _, e := range entries {
			if durable.IsTemp(e.Name()) && e.Type().IsRegular() {
				if err := durable.Remove(d.at(sub, e.Name())); err != nil {
					return err
				}
			}
		}
	}
	return d.finishDestroying()
}

// check reads everything that a finished directory must have.
func (d *Dir) check() (err error) {
	for _, sub := range []string{"keys", "guard", "outside"} {
		if err := durable.Private(d.at(sub), true); err != nil {
			return lostFolder(err, d.at(sub), sub)
		}
	}
	entries, err := os.ReadDir(d.at("keys"))
	if err != nil {
		return durable.Fault(d.at("keys"), "could not be read", err)
	}
	for _, e := range entries {
		if err := durable.Private(d.at("keys", e.Name()), false); err != nil {
			return err
		}
	}
	if _, err := d.Signers(1); err != nil {
		return lost(err, d.at("keys"))
	}
	lookup, err := d.readLookup()
	if err != nil {
		return lost(err, d.at("keys", "lookup.key"))
	}
	d.lookup = func() [32]byte { return lookup }
	if _, _, err := d.Wraps().Current(); fault.KindOf(err) == fault.NotFound && err != nil {
		return &fault.Error{Kind: fault.Forbidden, File: d.at("keys"), Message: "holds no wrapping key (wrap-N.key), although this directory once had one; without it nothing in the database can be read: put the newest one back from a copy of this directory"}
	} else if err != nil {
		return err
	}
	return d.checkMarks()
}

// lostFolder also says how to go on without what was in it, where that is
// possible: an empty guard lets the log be read and opens a new epoch, an empty
// outside is none set up.
func lostFolder(err error, path, sub string) error {
	out := lost(err, path)
	if f, ok := out.(*fault.Error); ok && out != err {
		switch sub {
		case "guard":
			f.Message += ". Without any copy make an empty folder of that name, mode 0700: the log can then be read, and tocsin ledger new-epoch lets it go on under a new name"
		case "outside":
			f.Message += ". Without any copy make an empty folder of that name, mode 0700, and set outside time up anew"
		}
	}
	return out
}

// lost turns the absence of a part into what it is: a directory that lost one.
func lost(err error, path string) error {
	if err == nil || fault.KindOf(err) != fault.NotFound {
		return err
	}
	file := path
	var f *fault.Error
	if errors.As(err, &f) && f.File != "" {
		file = f.File
	}
	return &fault.Error{Kind: fault.Forbidden, File: file, Message: "is gone, although this directory once had it: it is not made anew; put it back from a copy of this directory"}
}

// checkBase refuses an origin that a key name could not have (C2SP signed-note,
// "Format") or that would not fit a cosignature with the epoch added.
func checkBase(base string) error {
	bad := func(why string) error {
		return &fault.Error{Kind: fault.Invalid, Key: "origin", Message: why}
	}
	switch {
	case base == "" || len(base) > 200:
		return bad("must have 1 to 200 bytes, like log.example.org/ledger")
	case strings.Contains(base, "://"):
		return bad("is written without a scheme, like log.example.org/ledger")
	case strings.HasPrefix(base, "/"), strings.HasSuffix(base, "/"):
		return bad("neither begins nor ends with a slash")
	}
	for _, r := range base {
		if r <= ' ' || r == '+' || r >= 0x7f {
			return bad("has only printable ASCII without spaces and without +, like log.example.org/ledger")
		}
	}
	return nil
}
