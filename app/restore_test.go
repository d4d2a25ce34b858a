package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"tocsin/internal/fault"
	"tocsin/record"
)

// copied copies a folder as a snapshot would, permissions included.
func copied(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// without copies a folder but for its database.
func without(t *testing.T, from string) string {
	t.Helper()
	to := folder(t)
	copied(t, from, to)
	for _, name := range []string{"tocsin.db", "tocsin.db-wal", "tocsin.db-shm"} {
		if err := os.Remove(filepath.Join(to, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return to
}

type pair struct {
	to Recipients
	id Identity
}

func newPair(t *testing.T) pair {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := ParseRecipients(id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	private, err := ParseIdentity([]byte("# a comment\n" + id.String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return pair{to, private}
}

func backedUp(t *testing.T, a *App, p pair) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := a.Backup(t.Context(), &b, p.to); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same words, the same log; and nothing is signed until somebody outside
// has vouched, or a new epoch says what happened.
func TestRestoreIntoANewFolder(t *testing.T) {
	a := begun(t, folder(t))
	told(t, a)
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := newPair(t)
	backup := backedUp(t, a, p)
	if bytes.Contains(backup, []byte("Kestrelwing")) {
		t.Error("the backup is readable")
	}
	want, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	dir := folder(t)
	r, err := Restore(t.Context(), Options{DataDir: dir}, bytes.NewReader(backup), p.id)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status.State != "read-only" || r.Status.Root != want.Root || r.Status.Size != want.Size || r.Checkpoints != 1 {
		t.Errorf("%+v", r)
	}
	b := begun(t, dir)
	k, err := b.Keeper().Load(t.Context(), "T-1")
	if err != nil || k.Case.Event("e2").Text != "Kestrelwing" {
		t.Errorf("%+v, %v", k, err)
	}
	wantKind(t, more(t, b, k.Handle, "commented by=acme text=fork"), fault.Forbidden, "nobody has vouched")
	_, err = b.Publish(t.Context())
	wantKind(t, err, fault.Forbidden, "read-only")
	_, err = b.Recover(t.Context(), t.TempDir(), nil)
	wantKind(t, err, fault.Invalid, "something from outside")

	_, err = b.NewEpoch(t.Context(), "", "A", "B", nil)
	wantKind(t, err, fault.Invalid, "reason")
	_, err = b.NewEpoch(t.Context(), "a restore", "A", "A", nil)
	wantKind(t, err, fault.Invalid, "two people")
	o, err := b.NewEpoch(t.Context(), "a restore", "A", "B", nil)
	if err != nil || o.Epoch != 2 || o.OldSize != want.Size || o.Gap != 0 {
		t.Fatalf("%+v, %v", o, err)
	}
	closed(t, b)
	b = begun(t, dir)
	if err := more(t, b, k.Handle, "commented by=acme text=on"); err != nil {
		t.Error(err)
	}
	if _, err := b.Receipt(t.Context(), k.Handle, "", "", nil); err != nil {
		t.Error(err)
	}
	if r, err := b.Audit(t.Context(), nil); err != nil || !r.Sound() {
		t.Errorf("%+v, %v", r, err)
	}
}

// past is a log that went on after its backup: what it published then is in no
// backup, and in a mirror.
type past struct {
	dir, handle string
	backup      []byte
	pair        pair
	mirror      string
	size        int64 // of the mirror
}

func outgrown(t *testing.T) past {
	t.Helper()
	w := past{dir: folder(t), pair: newPair(t), mirror: t.TempDir()}
	a := begun(t, w.dir)
	w.handle = told(t, a)
	w.backup = backedUp(t, a, w.pair)
	if err := more(t, a, w.handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.size, err = a.Tiles(t.Context(), w.mirror); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	return w
}

// An old backup beside the marks of today is diverged at once, and a copy of
// the log brings back that the lost entries stood there.
func TestAnOldBackupBesideTheMarksOfToday(t *testing.T) {
	was := outgrown(t)
	handle, mirror, back := was.handle, was.mirror, without(t, was.dir)
	r, err := Restore(t.Context(), Options{DataDir: back}, bytes.NewReader(was.backup), was.pair.id)
	if err != nil || r.Status.State != "diverged" {
		t.Fatalf("%+v, %v", r, err)
	}
	b := begun(t, back)
	wantKind(t, more(t, b, handle, "commented by=acme text=fork"), fault.Forbidden, "read-only")

	// A copy in which one bit is another is refused, and nothing is put in.
	broken := t.TempDir()
	copied(t, mirror, broken)
	bundles, err := filepath.Glob(filepath.Join(broken, "tile", "entries", "000.p", "*"))
	if err != nil || len(bundles) != 1 {
		t.Fatal(bundles, err)
	}
	data, err := os.ReadFile(bundles[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(bundles[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Recover(t.Context(), broken, nil); err == nil {
		t.Error("a changed copy was taken")
	}
	if _, err := b.Recover(t.Context(), mirror, nil); err != nil {
		t.Fatal(err)
	}
	closed(t, b)
	b = begun(t, back)
	s, err := b.Status(t.Context())
	if err != nil || s.State != "sound" || s.Size <= was.size {
		t.Errorf("%+v, %v", s, err)
	}
	if err := more(t, b, handle, "commented by=acme text=on"); err != nil {
		t.Error(err)
	}
	if _, err := b.Publish(t.Context()); err != nil {
		t.Error(err)
	}
	if r, err := b.Audit(t.Context(), nil); err != nil || !r.Sound() {
		t.Errorf("%+v, %v", r, err)
	}
}

// What was erased after the backup is erased again before anything is read.
func TestARestoreForgetsAgain(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	handle := told(t, a)
	p := newPair(t)
	old := backedUp(t, a, p)
	if _, err := a.Keeper().Erase(t.Context(), record.Erasure{Handle: handle, Event: "e2", Fields: []string{"text"}, Ground: "Art. 17(1)(a) GDPR", By: "A", With: "B"}); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	back := without(t, dir)
	r, err := Restore(t.Context(), Options{DataDir: back}, bytes.NewReader(old), p.id)
	if err != nil || r.Forgotten != 1 || r.Status.State == "sound" {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, name := range []string{"tocsin.db", "tocsin.db-wal"} {
		data, err := os.ReadFile(filepath.Join(back, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("Kestrelwing")) {
			t.Error("the words are in " + name)
		}
	}
	b := begun(t, back)
	k, err := b.Keeper().Load(t.Context(), "T-1")
	if err != nil || k.Case.Event("e2").Text != "" {
		t.Errorf("%+v, %v", k, err)
	}
	if _, err := b.NewEpoch(t.Context(), "an old backup", "A", "B", nil); err != nil {
		t.Fatal(err)
	}
	if r, err := b.Audit(t.Context(), nil); err != nil || !r.Sound() || r.Records.Erased != 1 {
		t.Errorf("the erasure is not recorded again: %+v, %v", r, err)
	}
}

// A restore works into an empty store only, and refuses what is no backup of
// the holder of the key; a store that holds something is not touched.
func TestARestoreIsRefused(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	told(t, a)
	p := newPair(t)
	backup := backedUp(t, a, p)
	closed(t, a)
	_, err := Restore(t.Context(), Options{DataDir: dir}, bytes.NewReader(backup), p.id)
	wantKind(t, err, fault.Conflict, "empty store only")
	b := begun(t, dir)
	if s, err := b.Status(t.Context()); err != nil || s.State != "sound" {
		t.Errorf("a refused restore left %+v, %v", s, err)
	}
	_, err = Restore(t.Context(), Options{DataDir: folder(t)}, bytes.NewReader(backup), newPair(t).id)
	wantKind(t, err, fault.Invalid, "not encrypted to this identity")
	_, err = Restore(t.Context(), Options{DataDir: folder(t)}, strings.NewReader("no backup"), p.id)
	wantKind(t, err, fault.Invalid, "no backup that can be opened")
	for cut := len(backup) - 1; cut > 0; cut /= 2 {
		if _, err := Restore(t.Context(), Options{DataDir: folder(t)}, bytes.NewReader(backup[:cut]), p.id); err == nil {
			t.Errorf("the first %d bytes of %d were taken for a backup", cut, len(backup))
		}
	}
	flipped := bytes.Clone(backup)
	flipped[len(flipped)-20] ^= 1
	if _, err := Restore(t.Context(), Options{DataDir: folder(t)}, bytes.NewReader(flipped), p.id); err == nil {
		t.Error("a changed backup was taken")
	}
}

// full is a disk that takes n bytes.
type full struct{ n int }

func (f *full) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(b), nil
}

func TestABackupThatCannotBeWrittenIsNone(t *testing.T) {
	a := begun(t, folder(t))
	told(t, a)
	p := newPair(t)
	whole := len(backedUp(t, a, p))
	for n := 0; n < whole; n += 1 + whole/20 {
		if _, err := a.Backup(t.Context(), &full{n}, p.to); err == nil {
			t.Errorf("a disk of %d bytes took a backup of %d", n, whole)
		}
	}
}

func TestKeysOfBackupsAreRefusedWithoutBeingRepeated(t *testing.T) {
	for _, text := range []string{"", "AGE-SECRET-KEY-1NOTREALLY", "age1nonsense"} {
		if _, err := ParseIdentity([]byte(text)); err == nil || strings.Contains(err.Error(), "NOTREALLY") {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := ParseRecipients(text); err == nil {
			t.Errorf("%q is no recipient", text)
		}
	}
	if s := newPair(t).id.String(); s != "…" {
		t.Error("an identity prints as " + s)
	}
}
