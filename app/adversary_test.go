package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

// A machine that was put back as a whole has neither the keys nor the memory of
// an epoch that was opened since; the next one leaves its number out, and signs.
func TestAnEpochWhoseNumberWasLeftOutSigns(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	told(t, a)
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := a.dir.Guard().Raise(ledger.Water{Epoch: 2, Origin: a.dir.Origin(2), Size: 9, Root: receipt.Entry{}.LeafHash(), At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	o, err := a.NewEpoch(t.Context(), "the machine was put back", "ann", "ben", nil)
	if err != nil || o.Epoch != 3 {
		t.Fatalf("%+v, %v", o, err)
	}
	closed(t, a)
	a = begun(t, dir)
	done, err := a.Publish(t.Context())
	if err != nil || !done.New || done.Epoch != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	if s, err := a.Status(t.Context()); err != nil || s.State != "sound" || len(s.Keys) != 2 || len(s.OldKeys) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

// Nothing was signed yet, but something was acknowledged: a database that is
// gone is no beginning either.
func TestALostDatabaseThatSignedNothingIsNoBeginning(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	told(t, a)
	closed(t, a)
	for _, name := range []string{"tocsin.db", "tocsin.db-wal", "tocsin.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	a = begun(t, dir)
	if a.Began() {
		t.Error("a new log was begun in place of the one that is lost")
	}
	c, err := casefile.Parse("story", []byte(story))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Keeper().Import(t.Context(), c, "tester", "")
	wantKind(t, err, fault.Forbidden, "read-only")
	// The way out is one that two people take.
	if _, err := a.NewEpoch(t.Context(), "the disk was lost", "ann", "ben", nil); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	told(t, begun(t, dir))
}

// A copy is of one epoch: tiles of the one before would stay under the same
// names, and the copy would be of no log at all.
func TestTilesOfTwoEpochsAreNotMixed(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	told(t, a)
	publish := func() {
		t.Helper()
		if _, err := a.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	publish()
	into := filepath.Join(t.TempDir(), "copy")
	for range 2 {
		if _, err := a.Tiles(t.Context(), into); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.NewEpoch(t.Context(), "for the test", "ann", "ben", nil); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	a = begun(t, dir)
	publish()
	before, err := os.ReadFile(filepath.Join(into, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Tiles(t.Context(), into)
	wantKind(t, err, fault.Conflict, "another")
	if after, err := os.ReadFile(filepath.Join(into, "checkpoint")); err != nil || string(after) != string(before) {
		t.Errorf("the copy was changed: %v", err)
	}
	if _, err := a.Tiles(t.Context(), filepath.Join(t.TempDir(), "second")); err != nil {
		t.Error(err)
	}
}

// A recovery whose process ended after its transaction is completed by the same
// command, and does not leave the log read-only for good.
func TestARecoveryThatWasCutShortIsCompleted(t *testing.T) {
	was := outgrown(t)
	handle, mirror, back := was.handle, was.mirror, without(t, was.dir)
	if _, err := Restore(t.Context(), Options{DataDir: back}, bytes.NewReader(was.backup), was.pair.id); err != nil {
		t.Fatal(err)
	}
	b := begun(t, back)
	marks := t.TempDir()
	copied(t, filepath.Join(back, "guard"), marks)
	if _, err := b.Recover(t.Context(), mirror, nil); err != nil {
		t.Fatal(err)
	}
	closed(t, b)
	copied(t, marks, filepath.Join(back, "guard")) // as if what follows the transaction had not been done
	b = begun(t, back)
	wantKind(t, more(t, b, handle, "commented by=acme text=early"), fault.Forbidden, "read-only")
	size := func() int64 {
		s, err := b.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Size
	}
	before := size()
	if _, err := b.Recover(t.Context(), mirror, nil); err != nil {
		t.Fatal(err)
	}
	if size() != before {
		t.Error("the second run put something in")
	}
	if err := more(t, b, handle, "commented by=acme text=on"); err != nil {
		t.Error(err)
	}
	if r, err := b.Audit(t.Context(), nil); err != nil || !r.Sound() {
		t.Errorf("%+v, %v", r, err)
	}
}
