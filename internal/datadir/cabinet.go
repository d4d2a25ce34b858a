package datadir

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"

	"tocsin/internal/durable"
	"tocsin/internal/fault"
)

// The data key of the cabinet lies in keys/cabinet.age, sealed to an age
// identity (age-encryption.org/v1, X25519) in keys/cabinet.identity or wherever
// Options.CabinetIdentity says: on a medium that is taken out, say, or in memory
// that a secret manager fills. guard/cabinet remembers by a keyed hash which key
// it was, so that a lost or exchanged one is named before anything is sealed
// under another.
const (
	cabinetSealed = "cabinet.age"
	cabinetKind   = "tocsin-cabinet-key/1"
	cabinetMark   = "tocsin-cabinet-mark/1"
	maxKeyFile    = 64 << 10 // bytes of an identity file or of a sealed key
)

func (d *Dir) cabinetIdentity() string {
	if d.identity != "" {
		return d.identity
	}
	return d.at("keys", "cabinet.identity")
}

// CabinetKey is the data key of the cabinet. It is made when it is asked for the
// first time, with its identity where there is none yet. fault.Forbidden with a
// way on if the key or its identity is gone, is another one, or is torn.
func (d *Dir) CabinetKey() ([32]byte, error) {
	d.sealing.Lock()
	defer d.sealing.Unlock()
	key, err := d.openCabinet()
	if fault.KindOf(err) == fault.NotFound && err != nil {
		if key, err = d.makeCabinet(); err != nil {
			return [32]byte{}, err
		}
	}
	if err != nil {
		return [32]byte{}, err
	}
	if err := d.markCabinet(key); err != nil {
		clear(key[:])
		return [32]byte{}, err
	}
	return key, nil
}

// openCabinet reads the key; fault.NotFound only where there never was one.
func (d *Dir) openCabinet() (key [32]byte, err error) {
	path := d.at("keys", cabinetSealed)
	err = durable.Private(path, false)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		if _, merr := os.Lstat(d.at("guard", "cabinet")); !errors.Is(merr, fs.ErrNotExist) {
			return key, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is gone, although this directory once had it: without it the people, organisations and settings of the platform cannot be read; put it back from a copy of this directory"}
		}
		return key, err
	}
	if err != nil {
		return key, err
	}
	ids, err := d.readIdentities()
	if err != nil {
		return key, err
	}
	sealed, err := readSmall(path)
	if err != nil {
		return key, err
	}
	return unseal(path, sealed, ids, d.cabinetIdentity())
}

func unseal(path string, sealed []byte, ids []age.Identity, from string) (key [32]byte, err error) {
	plain, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return key, &fault.Error{Kind: fault.Forbidden, File: path, Message: fmt.Sprintf("is sealed to another identity than the one in %s: put back the identity that belongs to this directory, or name its file", from)}
	}
	var text []byte
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(plain, maxKeyFile))
		defer clear(text)
	}
	if err == nil {
		if body, ok := durable.Unline(cabinetKind, string(text)); ok {
			if key, ok = decodeKey(body); ok {
				return key, nil
			}
		}
	}
	return [32]byte{}, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is torn or was changed: put it back from a copy of this directory"}
}

// readIdentities never lets a part of an identity into an error.
func (d *Dir) readIdentities() ([]age.Identity, error) {
	path := d.cabinetIdentity()
	err := durable.Private(path, false)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return nil, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is gone: it opens keys/cabinet.age, and without it the people, organisations and settings of the platform cannot be read; put it back from its copy, or say where it lies now"}
	}
	if err != nil {
		return nil, err
	}
	text, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is no file of age identities: put it back from its copy"}
	}
	return ids, nil
}

func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, durable.Fault(path, "could not be read", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, durable.Fault(path, "could not be read", err)
	}
	if len(data) > maxKeyFile {
		return nil, &fault.Error{Kind: fault.Forbidden, File: path, Message: "is far too long to be what its name says"}
	}
	return data, nil
}

// makeCabinet makes the first key. An identity that is there already is taken:
// somebody brought it, or a crash came between the two files.
func (d *Dir) makeCabinet() (key [32]byte, err error) {
	path := d.cabinetIdentity()
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		id, err := newIdentity()
		if err != nil {
			return key, err
		}
		if err := durable.CreateFile(path, identityFile(id), 0o600); err != nil {
			return key, err
		}
	}
	ids, err := d.readIdentities()
	if err != nil {
		return key, err
	}
	own, ok := ids[0].(*age.X25519Identity)
	if !ok {
		return key, &fault.Error{Kind: fault.Forbidden, File: path, Message: "begins with an identity that is no X25519 one (AGE-SECRET-KEY-1…)"}
	}
	if _, err := io.ReadFull(d.rand, key[:]); err != nil {
		return key, fault.New(fault.Unavailable, "no randomness: %v", err)
	}
	sealed, err := sealTo(own.Recipient(), key)
	if err != nil {
		return key, err
	}
	return key, durable.CreateFile(d.at("keys", cabinetSealed), sealed, 0o600)
}

func newIdentity() (*age.X25519Identity, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fault.New(fault.Unavailable, "no randomness: %v", err)
	}
	return id, nil
}

// identityFile has the form of age-keygen's. The first identity is the one that
// the key is sealed to.
func identityFile(ids ...*age.X25519Identity) []byte {
	var b bytes.Buffer
	b.WriteString("# opens " + cabinetSealed + "\n")
	for _, id := range ids {
		fmt.Fprintf(&b, "# public key: %s\n%s\n", id.Recipient(), id)
	}
	return b.Bytes()
}

func sealTo(to age.Recipient, key [32]byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err == nil {
		_, err = io.WriteString(w, durable.Line(cabinetKind, base64.StdEncoding.EncodeToString(key[:])))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the key of the cabinet could not be sealed: %v", err)
	}
	return b.Bytes(), nil
}

// markCabinet remembers which key it was, or refuses another one.
func (d *Dir) markCabinet(key [32]byte) error {
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte(cabinetMark))
	want := base64.StdEncoding.EncodeToString(m.Sum(nil)[:16])
	path := d.at("guard", "cabinet")
	had, err := durable.ReadLine(path, cabinetMark, "take it from a copy of this directory; without one remove it, if you are sure that keys/cabinet.age is this directory's own")
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return durable.CreateFile(path, []byte(durable.Line(cabinetMark, want)), 0o600)
	case err != nil:
		return err
	case !hmac.Equal([]byte(had), []byte(want)):
		return &fault.Error{Kind: fault.Forbidden, File: d.at("keys", cabinetSealed), Message: "holds another key than the one that this directory's documents are sealed under: put back the file that belongs to it"}
	}
	return nil
}

// RotateCabinetIdentity seals the data key to a new identity, which takes the
// place of the old one in its file. The data key stays, and so does everything
// that is sealed under it: whoever has copied the old identity together with the
// old keys/cabinet.age has the key. Whenever it is cut short, the key opens with
// what is there.
func (d *Dir) RotateCabinetIdentity() error {
	key, err := d.CabinetKey()
	if err != nil {
		return err
	}
	defer clear(key[:])
	d.sealing.Lock()
	defer d.sealing.Unlock()
	ids, err := d.readIdentities()
	if err != nil {
		return err
	}
	next, err := newIdentity()
	if err != nil {
		return err
	}
	both := []*age.X25519Identity{next}
	for _, id := range ids {
		if x, ok := id.(*age.X25519Identity); ok {
			both = append(both, x)
		}
	}
	path := d.cabinetIdentity()
	if err := durable.WriteFile(path, identityFile(both...), 0o600); err != nil {
		return err
	}
	sealed, err := sealTo(next.Recipient(), key)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(d.at("keys", cabinetSealed), sealed, 0o600); err != nil {
		return err
	}
	return durable.WriteFile(path, identityFile(next), 0o600)
}

// elsewhere makes the path of an identity that lies outside absolute.
func elsewhere(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", durable.Fault(path, "could not be read", err)
	}
	return abs, nil
}
