package datadir

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"tocsin/internal/fault"
)

func cabinetKey(t *testing.T, d *Dir) [32]byte {
	t.Helper()
	key, err := d.CabinetKey()
	if err != nil {
		t.Fatal(err)
	}
	if key == ([32]byte{}) {
		t.Fatal("a key of zeros")
	}
	return key
}

// refusedKey demands a refusal that names a file and says something.
func refusedKey(t *testing.T, what string, d *Dir, file, why string) {
	t.Helper()
	key, err := d.CabinetKey()
	if fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), why) {
		t.Errorf("%s: %v; want %s: … %s …", what, err, file, why)
	}
	if key != ([32]byte{}) {
		t.Errorf("%s: a key came with the refusal", what)
	}
	if err != nil && strings.Contains(err.Error(), "AGE-SECRET") {
		t.Errorf("%s: the identity shows in %v", what, err)
	}
}

func TestTheCabinetsKey(t *testing.T) {
	dir := made(t)
	d := open(t, dir, Options{})
	before := tree(t, dir)
	if strings.Contains(before, "cabinet") {
		t.Errorf("it is there before anybody asked:\n%s", before)
	}
	key := cabinetKey(t, d)
	if cabinetKey(t, d) != key {
		t.Error("asked again it is another one")
	}
	closing(t, d)
	d = open(t, dir, Options{})
	if cabinetKey(t, d) != key {
		t.Error("opened again it is another one")
	}
	for _, name := range []string{"keys/cabinet.age", "keys/cabinet.identity", "guard/cabinet"} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, st, err)
		}
		if data := read(t, filepath.Join(dir, name)); bytes.Contains(data, key[:]) {
			t.Errorf("%s holds the key in clear", name)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", d, d, d); strings.Contains(s, "AGE-SECRET") {
		t.Error(s)
	}
	// Whoever has age and the two files has the key: nothing else is needed.
	ids, err := age.ParseIdentities(bytes.NewReader(read(t, filepath.Join(dir, "keys/cabinet.identity"))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(bytes.NewReader(read(t, filepath.Join(dir, "keys/cabinet.age"))), ids...); err != nil {
		t.Error(err)
	}
	closing(t, d)
}

// The identity may lie on another medium; without it nothing opens.
func TestTheIdentityElsewhere(t *testing.T) {
	dir, medium := made(t), filepath.Join(t.TempDir(), "identity")
	d := open(t, dir, Options{CabinetIdentity: medium})
	key := cabinetKey(t, d)
	if _, err := os.Stat(filepath.Join(dir, "keys", "cabinet.identity")); err == nil {
		t.Error("the identity lies in the directory too")
	}
	closing(t, d)
	d = open(t, dir, Options{})
	refusedKey(t, "its place is not said", d, "cabinet.identity", "say where it lies now")
	closing(t, d)
	d = open(t, dir, Options{CabinetIdentity: medium})
	if cabinetKey(t, d) != key {
		t.Error("with the medium it is another one")
	}
	identity := read(t, medium)
	remove(t, medium)
	refusedKey(t, "the medium was taken out", d, medium, "is gone")
	write(t, medium, identity)
	if err := os.Chmod(medium, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := d.CabinetKey(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an identity that others can read: %v", err)
	}
	closing(t, d)
}

func TestALostOrWrongCabinetKey(t *testing.T) {
	other := using(t)
	cabinetKey(t, other)
	for what, c := range map[string]struct {
		spoil func(at func(string) string)
		file  string
		why   string
	}{
		"the sealed key is gone": {func(at func(string) string) { remove(t, at("keys/cabinet.age")) }, "cabinet.age", "once had it"},
		"the identity is gone":   {func(at func(string) string) { remove(t, at("keys/cabinet.identity")) }, "cabinet.identity", "is gone"},
		"both are gone": {func(at func(string) string) {
			remove(t, at("keys/cabinet.age"))
			remove(t, at("keys/cabinet.identity"))
		}, "cabinet.age", "once had it"},
		"another identity": {func(at func(string) string) {
			write(t, at("keys/cabinet.identity"), read(t, other.at("keys", "cabinet.identity")))
		}, "cabinet.age", "another identity"},
		"no identity": {func(at func(string) string) {
			write(t, at("keys/cabinet.identity"), []byte("AGE-SECRET-KEY-1NOTREALLY\n"))
		}, "cabinet.identity", "no file of age identities"},
		"an endless identity": {func(at func(string) string) { write(t, at("keys/cabinet.identity"), make([]byte, 1<<20)) }, "cabinet.identity", "too long"},
		"a torn key":          {func(at func(string) string) { write(t, at("keys/cabinet.age"), read(t, at("keys/cabinet.age"))[:150]) }, "cabinet.age", "torn"},
		"an empty key":        {func(at func(string) string) { write(t, at("keys/cabinet.age"), nil) }, "cabinet.age", "torn"},
		"a changed key": {func(at func(string) string) {
			b := read(t, at("keys/cabinet.age"))
			b[len(b)-1] ^= 1
			write(t, at("keys/cabinet.age"), b)
		}, "cabinet.age", "torn"},
		"both of another place": {func(at func(string) string) {
			write(t, at("keys/cabinet.identity"), read(t, other.at("keys", "cabinet.identity")))
			write(t, at("keys/cabinet.age"), read(t, other.at("keys", "cabinet.age")))
		}, "cabinet.age", "holds another key"},
		"a mark that is torn": {func(at func(string) string) { write(t, at("guard/cabinet"), []byte("tocsin-cabi")) }, "guard/cabinet", ""},
		"a key that is no key": {func(at func(string) string) {
			write(t, at("keys/cabinet.age"), sealedWords(t, at("keys/cabinet.identity")))
		}, "cabinet.age", "torn"},
	} {
		dir := made(t)
		d := open(t, dir, Options{})
		cabinetKey(t, d)
		c.spoil(func(name string) string { return filepath.Join(dir, name) })
		refusedKey(t, what, d, c.file, c.why)
		closing(t, d)
	}
}

// sealedWords are words that are no key, sealed to the identity of a file.
func sealedWords(t *testing.T, identity string) []byte {
	t.Helper()
	ids, err := age.ParseIdentities(bytes.NewReader(read(t, identity)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, ids[0].(*age.X25519Identity).Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("words")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A crash between the files of the first making is completed: the identity that
// is there is taken, and a key without its mark gets one.
func TestAHalfMadeCabinetKey(t *testing.T) {
	dir := made(t)
	d := open(t, dir, Options{})
	id, err := newIdentity()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "keys", "cabinet.identity"), identityFile(id))
	key := cabinetKey(t, d)
	if !bytes.Contains(read(t, filepath.Join(dir, "keys", "cabinet.identity")), []byte(id.String())) {
		t.Error("the identity that was there was replaced")
	}
	remove(t, filepath.Join(dir, "guard", "cabinet"))
	if cabinetKey(t, d) != key {
		t.Error("without its mark it is another one")
	}
	if _, err := os.Stat(filepath.Join(dir, "guard", "cabinet")); err != nil {
		t.Error(err)
	}
	closing(t, d)
}

// A new identity opens the same key; the old one opens it no more. Cut short
// anywhere, the key opens with what is there.
func TestANewIdentity(t *testing.T) {
	dir := made(t)
	d := open(t, dir, Options{})
	key := cabinetKey(t, d)
	sealed, identity := filepath.Join(dir, "keys", "cabinet.age"), filepath.Join(dir, "keys", "cabinet.identity")
	oldSealed, oldIdentity := read(t, sealed), read(t, identity)
	if err := d.RotateCabinetIdentity(); err != nil {
		t.Fatal(err)
	}
	if cabinetKey(t, d) != key {
		t.Error("the key is another one")
	}
	newSealed, newIdentity := read(t, sealed), read(t, identity)
	if bytes.Equal(oldSealed, newSealed) || bytes.Equal(oldIdentity, newIdentity) || bytes.Count(newIdentity, []byte("AGE-SECRET-KEY-1")) != 1 {
		t.Errorf("nothing was rotated: %s", newIdentity)
	}
	write(t, identity, oldIdentity)
	refusedKey(t, "the old identity", d, "cabinet.age", "another identity")
	// The states that a crash can leave: the identity file has both, the sealed
	// key is the old or the new one.
	write(t, identity, append(bytes.Clone(newIdentity), oldIdentity...))
	for _, s := range [][]byte{oldSealed, newSealed} {
		write(t, sealed, s)
		if cabinetKey(t, d) != key {
			t.Error("cut short it is another one")
		}
	}
	if err := d.RotateCabinetIdentity(); err != nil { // and rotating again tidies up
		t.Fatal(err)
	}
	if n := bytes.Count(read(t, identity), []byte("AGE-SECRET-KEY-1")); n != 1 || cabinetKey(t, d) != key {
		t.Errorf("%d identities are left", n)
	}
	remove(t, identity)
	if err := d.RotateCabinetIdentity(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without the old identity: %v", err)
	}
	closing(t, d)
}
