package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
)

const story = `
format: tocsin-casefile/1
case: T-1
title: A case
record: kept
parties: [{id: acme, name: Acme Networks, roles: [finder]}, {id: vendor}]
events:
  - {id: e1, kind: aware, by: acme, at: "2026-10-01T09:00:00Z"}
  - {id: e2, kind: reported, by: acme, to: [vendor], at: "2026-10-01T10:00:00Z", text: Kestrelwing}
`

func folder(t *testing.T) string { return filepath.Join(t.TempDir(), "data") }

// begun opens a record in dir, making it if it is not there.
func begun(t *testing.T, dir string) *App {
	t.Helper()
	a, err := Open(t.Context(), Options{DataDir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	return a
}

func closed(t *testing.T, a *App) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// told imports the story.
func told(t *testing.T, a *App) string {
	t.Helper()
	c, err := casefile.Parse("story", []byte(story))
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Keeper().Import(t.Context(), c, "tester", "")
	if err != nil {
		t.Fatal(err)
	}
	return r.Handle
}

// more adds an event.
func more(t *testing.T, a *App, handle, spec string) error {
	t.Helper()
	e, err := casefile.EventFrom(spec, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Keeper().AddEvent(t.Context(), handle, e, -1, "tester", "")
	return err
}

func wantKind(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("want %s with %q, got %v", kind, words, err)
	}
}

func TestWhatIsKeptIsThereAgain(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	if !a.Began() {
		t.Error("a new folder was not begun")
	}
	handle := told(t, a)
	closed(t, a)
	a = begun(t, dir)
	if a.Began() {
		t.Error("a folder that was there was begun anew")
	}
	k, err := a.Keeper().Load(t.Context(), "T-1")
	if err != nil || k.Handle != handle || len(k.Case.Events) != 2 {
		t.Errorf("%+v, %v", k, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	_, err := Open(t.Context(), Options{DataDir: dir})
	wantKind(t, err, fault.Conflict, "held by process")
	closed(t, a)
	begun(t, dir)
}

func TestLookingMakesNothing(t *testing.T) {
	dir := folder(t)
	_, err := Open(t.Context(), Options{DataDir: dir, ReadOnly: true})
	wantKind(t, err, fault.NotFound, "not there")
	_, err = Open(t.Context(), Options{DataDir: dir})
	wantKind(t, err, fault.NotFound, "not there")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%v: looking made the folder", err)
	}
}

// A start that was cut short after the folder, or after the database, is
// completed by the next one.
func TestABeginningIsCompleted(t *testing.T) {
	for name, cut := range map[string]func(a *App) error{
		"after the folder": func(a *App) error { return a.openDir() },
		"after the database": func(a *App) error {
			return firstErr(a.openDir(), func() error { return a.openDatabase(t.Context(), a.watch.Connected) })
		},
	} {
		dir := folder(t)
		a := &App{o: Options{DataDir: dir, Create: true}.settled()}
		if err := cut(a); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		closed(t, a)
		b := begun(t, dir)
		if !b.Began() {
			t.Errorf("%s: nothing was begun", name)
		}
		told(t, b)
		closed(t, b)
	}
}

func firstErr(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// A folder that lost its database is read-only for good, and says so: it is not
// taken for a new one.
func TestALostDatabaseIsNoBeginning(t *testing.T) {
	dir := folder(t)
	a := begun(t, dir)
	told(t, a)
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	for _, name := range []string{"tocsin.db", "tocsin.db-wal", "tocsin.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	a = begun(t, dir)
	s, err := a.Status(t.Context())
	if err != nil || s.State != "diverged" || s.Size != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	c, err := casefile.Parse("story", []byte(story))
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Keeper().Import(t.Context(), c, "tester", "")
	wantKind(t, err, fault.Forbidden, "read-only")
	_, err = a.Publish(t.Context())
	wantKind(t, err, fault.Forbidden, "read-only")
}

// A receipt publishes what it needs, once, and verifies with the keys of the
// status alone.
func TestAReceiptPublishesWhatItNeeds(t *testing.T) {
	a := begun(t, folder(t))
	handle := told(t, a)
	s, err := a.Status(t.Context())
	if err != nil || s.Checkpoint != nil || s.Unpublished != s.Size || s.Oldest == nil || s.State != "sound" || s.OutsideTime {
		t.Errorf("before: %+v, %v", s, err)
	}
	p, err := a.Receipt(t.Context(), handle, "e2", "", []string{"text"})
	if err != nil {
		t.Fatal(err)
	}
	var keys []receipt.Key
	if s, err = a.Status(t.Context()); err != nil || s.Checkpoint == nil || s.Unpublished != 0 || s.Oldest != nil || len(s.Keys) != 2 {
		t.Fatalf("after: %+v, %v", s, err)
	}
	for _, text := range s.Keys {
		k, err := receipt.ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	policy, err := receipt.KeysPolicy(keys)
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(p, policy, receipt.Options{}); !v.Proved || v.Size != s.Size || !v.NotLater.IsZero() {
		t.Errorf("%+v", v)
	}
	size := s.Size
	if _, err := a.Receipt(t.Context(), handle, "", "", nil); err != nil {
		t.Error(err)
	}
	if s, err = a.Status(t.Context()); err != nil || s.Checkpoint.Size != size {
		t.Errorf("a second receipt published again: %+v, %v", s, err)
	}
	_, err = a.Receipt(t.Context(), handle, "e9", "", nil)
	wantKind(t, err, fault.NotFound, "e9")
	if r, err := a.Refresh(t.Context()); err != nil || !r.New || r.Size != size {
		t.Errorf("refresh: %+v, %v", r, err)
	}
}

// Only one process signs at a time; the other one is told and signs nothing.
func TestOneSigner(t *testing.T) {
	a := begun(t, folder(t))
	told(t, a)
	release, ok, err := a.db.TrySigner(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	_, err = a.Publish(t.Context())
	wantKind(t, err, fault.Conflict, "another process publishes")
	release()
	if _, err := a.Publish(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLargerCheckpoint(t *testing.T) {
	one := receipt.Checkpoint{Origin: "a", Size: 1}
	two := receipt.Checkpoint{Origin: "a", Size: 2}
	other := receipt.Checkpoint{Origin: "b", Size: 9}
	for i, x := range []struct {
		a    *receipt.Checkpoint
		b    receipt.Checkpoint
		want receipt.Checkpoint
	}{{nil, one, one}, {&one, two, two}, {&two, one, two}, {&one, other, one}} {
		if got := larger(x.a, x.b); *got != x.want {
			t.Errorf("%d: %+v", i, got)
		}
	}
}

func TestAuditFindsNothingAndCounts(t *testing.T) {
	a := begun(t, folder(t))
	handle := told(t, a)
	if err := a.Keeper().Fillers(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	stages := map[string]bool{}
	r, err := a.Audit(t.Context(), func(stage string, done, total int64) {
		stages[stage] = true
		if done < 0 || done > total {
			t.Errorf("%s: %d of %d", stage, done, total)
		}
	})
	if err != nil || !r.Sound() || r.Records.Fillers != 5 || r.Log.Checkpoints != 1 || r.Records.Cases != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if !stages["log"] || !stages["records"] {
		t.Errorf("progress: %v", stages)
	}
	d, err := a.OpenLeaf(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := d.Value("entry"); !ok || v != `"note"` {
		t.Errorf("the first entry is %s", v)
	}
	_, err = a.OpenLeaf(t.Context(), 0, 4711)
	if err == nil {
		t.Error("a leaf that is not there was opened")
	}
}

// The static copy is what the published checkpoint covers, and is brought up to
// date by another run.
func TestTilesAreACopy(t *testing.T) {
	a := begun(t, folder(t))
	dir := filepath.Join(t.TempDir(), "copy")
	_, err := a.Tiles(t.Context(), dir)
	wantKind(t, err, fault.TooEarly, "no checkpoint")
	handle := told(t, a)
	for range 2 {
		if _, err := a.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		size, err := a.Tiles(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		err = ledger.EachTile(size, func(path string) error {
			want, err := publicLog{a.db}.Tile(t.Context(), path)
			if err != nil {
				return err
			}
			got, err := (dirTiles{dir}).Tile(t.Context(), path)
			if string(got) != string(want) {
				t.Errorf("%s differs", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		note, err := (dirTiles{dir}).Tile(t.Context(), "checkpoint")
		if err != nil {
			t.Fatal(err)
		}
		if cp, err := a.Signed(note); err != nil || cp.Size != size {
			t.Errorf("%+v, %v", cp, err)
		}
		if err := a.Keeper().Fillers(t.Context(), 300); err != nil { // over the edge of a tile
			t.Fatal(err)
		}
	}
	if err := more(t, a, handle, "acknowledged by=vendor re=e2"); err != nil {
		t.Error(err)
	}
}

func TestSourcesRefuseWhatIsNoCopy(t *testing.T) {
	for _, from := range []string{"", "nothere", "http://", "app.go"} {
		if _, err := source(from); err == nil {
			t.Errorf("%q was taken", from)
		}
	}
	d := dirTiles{t.TempDir()}
	for _, path := range []string{"../../etc/passwd", "/etc/passwd", "tile/0/../../x"} {
		if _, err := d.Tile(t.Context(), path); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.WriteFile(filepath.Join(d.dir, "big"), make([]byte, maxTile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := d.Tile(context.Background(), "big")
	wantKind(t, err, fault.Invalid, "too large")
}
