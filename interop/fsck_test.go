package interop

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tocsin/ledger"
	"tocsin/receipt"
)

// fsck runs Tessera's auditor on a log and says whether it found it sound, for
// the checkpoint that is expected. Its exit status is 0 when it finds fault
// too, so what counts is the line that it prints when it does not.
func fsck(t *testing.T, url, vkey string, cp receipt.Checkpoint) (sound bool, said string) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "log.pub")
	if err := os.WriteFile(key, []byte(vkey), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, program(t, "fsck"), "-storage_url", url, "-public_key", key, "-ui=false", "-N", "2")
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("fsck did not end: %v\n%s", err, out.Bytes())
	}
	line := fmt.Sprintf("Successfully fsck'd log with size %d and root %s (%x)", cp.Size, cp.Root, cp.Root[:])
	return bytes.Contains(out.Bytes(), []byte(line)), out.String()
}

// mustBeSound requires that it finds nothing, mustBeFound that it finds
// something and says so; a run that broke off for another reason passes neither.
func mustBeSound(t *testing.T, url string, key receipt.Key, cp receipt.Checkpoint) {
	t.Helper()
	if sound, said := fsck(t, url, key.String(), cp); !sound {
		t.Errorf("fsck does not call the log of %d leaves sound:\n%s", cp.Size, said)
	}
}

func mustBeFound(t *testing.T, url string, key receipt.Key, cp receipt.Checkpoint) {
	t.Helper()
	sound, said := fsck(t, url, key.String(), cp)
	if sound || !bytes.Contains([]byte(said), []byte("fsck failed")) {
		t.Errorf("fsck did not find what was altered:\n%s", said)
	}
}

func checkpointOf(t *testing.T, note []byte) receipt.Checkpoint {
	t.Helper()
	n, err := receipt.ParseNote(note)
	if err != nil {
		t.Fatal(err)
	}
	cp, err := n.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	return cp
}

// An auditor that we did not write reads our log over HTTP, at the sizes where
// tiles begin and end, and finds every hash as the signed root demands.
func TestFsckCallsOurTilesSound(t *testing.T) {
	o := newLog(t)
	url := serve(t, served{store: o.store})
	sizes := []int64{1, 2, 255, 256, 257, 1000, 65_535, 65_537, 70_000}
	if long() {
		sizes = append(sizes, 1_000_000)
	}
	for _, size := range sizes {
		o.grow(size, 0)
		mustBeSound(t, url, o.key(), checkpointOf(t, o.publish().Note))
	}
}

// Whoever holds an older checkpoint still finds all tiles that it needs: the
// partial ones are served for every size that was ever published.
func TestFsckReadsAnOlderCheckpointOfAGrownLog(t *testing.T) {
	o := newLog(t)
	o.grow(300, 0)
	old := o.publish().Note
	o.grow(1000, 0)
	o.publish()
	tiles := served{store: o.store}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(w http.ResponseWriter, _ *http.Request) { w.Write(old) })
	live := serve(t, tiles)
	mux.HandleFunc("GET /tile/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, live+r.URL.Path[1:], http.StatusFound)
	})
	mustBeSound(t, serveHandler(t, mux), o.key(), checkpointOf(t, old))
}

// staticCopy writes the log as files, as a mirror has them.
func staticCopy(t *testing.T, o *ours, cp ledger.Signed) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path string, data []byte) error {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o600)
	}
	if err := write("checkpoint", cp.Note); err != nil {
		t.Fatal(err)
	}
	tiles := served{store: o.store}
	err := ledger.EachTile(cp.Size, func(path string) error {
		data, err := tiles.Tile(t.Context(), path)
		if err != nil {
			return err
		}
		return write(path, data)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The control: the same program on a copy in which one bit differs. The copy as
// it was made is sound, so what fails is the bit.
func TestFsckFindsAFlippedBit(t *testing.T) {
	o := newLog(t)
	o.grow(1000, 0)
	rel := o.publish()
	dir := staticCopy(t, o, rel.Signed)
	url := serveHandler(t, http.FileServer(http.Dir(dir)))
	cp := checkpointOf(t, rel.Note)
	mustBeSound(t, url, o.key(), cp)
	for _, c := range []struct {
		path string
		at   int
	}{
		{"tile/entries/002", 2 + 1 + 17},       // of the commitment of leaf 512
		{"tile/entries/003.p/232", 231*35 + 3}, // of the last leaf's
		{"tile/0/001", 77*32 + 31},             // of a stored leaf hash
		{"tile/1/000.p/3", 5},                  // of a stored subtree hash
	} {
		t.Run(c.path, func(t *testing.T) {
			file := filepath.Join(dir, filepath.FromSlash(c.path))
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			bent := bytes.Clone(whole)
			bent[c.at] ^= 0x10
			if err := os.WriteFile(file, bent, 0o600); err != nil {
				t.Fatal(err)
			}
			mustBeFound(t, url, o.key(), cp)
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	mustBeSound(t, url, o.key(), cp)
}

// bentLeaf is a database in which one bit of one leaf differs.
type bentLeaf struct {
	ledger.Reader
	index int64
}

func (b bentLeaf) Entries(ctx context.Context, epoch int, from, to int64) ([]receipt.Entry, error) {
	entries, err := b.Reader.Entries(ctx, epoch, from, to)
	if at := b.index - from; err == nil && at >= 0 && at < int64(len(entries)) {
		entries = append([]receipt.Entry(nil), entries...)
		entries[at][9] ^= 1
	}
	return entries, err
}

// The same through our own server: whatever it then answers, no auditor calls
// the log sound.
func TestFsckFindsABitFlippedInTheDatabase(t *testing.T) {
	o := newLog(t)
	o.grow(600, 0)
	cp := checkpointOf(t, o.publish().Note)
	mustBeSound(t, serve(t, served{store: o.store}), o.key(), cp)
	for _, index := range []int64{0, 255, 256, 599} {
		mustBeFound(t, serve(t, served{store: o.store, bend: func(r ledger.Reader) ledger.Reader {
			return bentLeaf{r, index}
		}}), o.key(), cp)
	}
}

// And a log whose checkpoint is signed by somebody else is none of ours.
func TestFsckRefusesAnotherKey(t *testing.T) {
	o, other := newLog(t), newLog(t)
	o.grow(10, 0)
	cp := checkpointOf(t, o.publish().Note)
	mustBeFound(t, serve(t, served{store: o.store}), other.key(), cp)
}
