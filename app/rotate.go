package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/internal/datadir"
	"tocsin/internal/fault"
)

// Rotated tells what a new identity of the cabinet was written to.
type Rotated struct {
	Identity string // file of the new identity
	Public   string // its public key
	Sealed   string // file of the key that is sealed to it
}

// RotateCabinet seals the key of people and settings to a new identity. It needs
// the folder for itself and no database: what is sealed there is sealed under the
// key, which stays. fault.Conflict while another process has the folder,
// fault.NotFound where there is no such key yet.
func RotateCabinet(o Options) (r Rotated, err error) {
	o = o.settled()
	d, err := datadir.Open(o.DataDir, datadir.Options{Origin: o.Origin, Rand: o.Rand, Now: o.Now, CabinetIdentity: o.CabinetIdentity})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	r.Sealed = filepath.Join(d.Path(), "keys", "cabinet.age")
	if r.Identity = o.CabinetIdentity; r.Identity == "" {
		r.Identity = filepath.Join(d.Path(), "keys", "cabinet.identity")
	}
	if missing(r.Sealed) && missing(filepath.Join(d.Path(), "guard", "cabinet")) {
		return r, fault.New(fault.NotFound, "%s keeps no people yet: the key and its identity are made when tocsin serve is first started there", d.Path())
	}
	if err := d.RotateCabinetIdentity(); err != nil {
		return r, err
	}
	key, err := d.CabinetKey() // with what is on the disk now
	clear(key[:])
	if err != nil {
		return r, err
	}
	text, err := os.ReadFile(r.Identity)
	if err != nil {
		return r, fault.New(fault.Unavailable, "the new identity is written, and cannot be read: %v", err)
	}
	defer clear(text)
	_, rest, _ := strings.Cut(string(text), "# public key: ")
	r.Public, _, _ = strings.Cut(rest, "\n")
	return r, nil
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
