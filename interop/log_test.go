package interop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tocsin/httpapi"
	"tocsin/internal/datadir"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
	"tocsin/store/sqlite"
)

// base is what the origins of our test logs begin with.
const base = "log.acme.example/ledger"

// long says whether the log of a million leaves is wanted too: make long.
func long() bool { return os.Getenv("TOCSIN_LONG") != "" }

// ours is a log of ours in a data directory, with nothing left out: the keys
// and the guard in their files, SQLite, the watch and the publisher.
type ours struct {
	t         *testing.T
	path      string
	dir       *datadir.Dir
	store     *sqlite.Store
	watch     *ledger.Watch
	publisher *ledger.Publisher
	clock     time.Time
}

// newLog makes a log in a directory of its own.
func newLog(t *testing.T) *ours {
	t.Helper()
	o := openLog(t, filepath.Join(t.TempDir(), "data"), nil)
	ctx := t.Context()
	var opening ledger.Opening
	err := o.store.UpdateLog(ctx, func(w ledger.Writer) (err error) {
		opening, _, err = ledger.OpenEpoch(ctx, w, o.watch, o.dir.Base(), "", nil, o.clock, func(ledger.Opening) (receipt.Entry, error) {
			return numbered(0), nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.watch.Opened(opening, o.store.Place()); err != nil {
		t.Fatal(err)
	}
	return o
}

// openLog opens a data directory, made if need be, with these witnesses.
func openLog(t *testing.T, path string, witnesses []ledger.Witness) *ours {
	t.Helper()
	ctx := t.Context()
	o := &ours{t: t, path: path, clock: time.Date(2026, 11, 22, 6, 45, 0, 0, time.UTC)}
	var err error
	if o.dir, err = datadir.Open(path, datadir.Options{Create: true, Origin: base}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.close() })
	signers, err := o.dir.Signers(1)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	now := func() time.Time { return o.clock }
	o.watch = ledger.NewWatch(ledger.WatchOptions{Guard: o.dir.Guard(), Keys: keysOf(signers), Witnesses: witnesses, Now: now, Log: quiet})
	o.store, err = sqlite.Open(ctx, sqlite.Options{
		Path: o.dir.Database(),
		OnConnect: func(ctx context.Context, r record.Reader, place string) error {
			return o.watch.Connected(ctx, r, place)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.publisher = &ledger.Publisher{Store: o.store, Watch: o.watch, Signers: signers, Witnesses: witnesses, Now: now, Log: quiet}
	return o
}

func keysOf(signers []receipt.Signer) []receipt.Key {
	keys := make([]receipt.Key, len(signers))
	for i, s := range signers {
		keys[i] = s.Key()
	}
	return keys
}

// close lets go of the directory; it may be called twice.
func (o *ours) close() {
	if o.store != nil {
		if err := o.store.Close(); err != nil {
			o.t.Error(err)
		}
		o.store = nil
	}
	if o.dir != nil {
		if err := o.dir.Close(); err != nil {
			o.t.Error(err)
		}
		o.dir = nil
	}
}

// numbered is an entry that stands for some record.
func numbered(i int64) receipt.Entry {
	return receipt.EntryOf(sha256.Sum256(binary.BigEndian.AppendUint64([]byte("leaf "), uint64(i))))
}

// put appends entries, as the keeper of the records does.
func (o *ours) put(entries ...receipt.Entry) (first int64) {
	o.t.Helper()
	ctx := o.t.Context()
	o.clock = o.clock.Add(time.Second)
	var head ledger.Head
	err := o.store.UpdateLog(ctx, func(w ledger.Writer) (err error) {
		if err := o.watch.Check(ctx, w, ""); err != nil {
			return err
		}
		first, head, err = ledger.Extend(ctx, w, entries, o.clock)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.watch.Acknowledged(head)
	return first
}

// writable asks under the lock whether anything may be written.
func (o *ours) writable() error {
	ctx := o.t.Context()
	return o.store.UpdateLog(ctx, func(w ledger.Writer) error { return o.watch.Check(ctx, w, "") })
}

// grow appends numbered entries, other ones for another story, until the log
// has that size.
func (o *ours) grow(size, story int64) {
	o.t.Helper()
	const batch = 5000
	for have := o.head().Size; have < size; {
		entries := make([]receipt.Entry, min(batch, size-have))
		for i := range entries {
			entries[i] = numbered(story<<32 + have + int64(i))
		}
		o.put(entries...)
		have += int64(len(entries))
	}
}

func (o *ours) head() (h ledger.Head) {
	o.t.Helper()
	o.view(func(ctx context.Context, r ledger.Reader) (err error) {
		h, err = r.Head(ctx)
		return err
	})
	return h
}

func (o *ours) view(fn func(context.Context, ledger.Reader) error) {
	o.t.Helper()
	ctx := o.t.Context()
	if err := o.store.ViewLog(ctx, func(r ledger.Reader) error { return fn(ctx, r) }); err != nil {
		o.t.Fatal(err)
	}
}

// publish signs what there is.
func (o *ours) publish() ledger.Release {
	o.t.Helper()
	o.clock = o.clock.Add(time.Minute)
	rel, err := o.publisher.Publish(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return rel
}

// key is the log's Ed25519 key, the one that others' programs know to use.
func (o *ours) key() receipt.Key {
	o.t.Helper()
	for _, s := range o.publisher.Signers {
		if s.Key().Type() == receipt.Ed25519 {
			return s.Key()
		}
	}
	o.t.Fatal("the log has no Ed25519 key")
	return receipt.Key{}
}

// proof is the receipt of a leaf under the newest checkpoint.
func (o *ours) proof(index int64, extra receipt.Extra) receipt.Proof {
	o.t.Helper()
	var p receipt.Proof
	o.view(func(ctx context.Context, r ledger.Reader) error {
		cp, err := r.CheckpointOver(ctx, 1, index)
		if err != nil {
			return err
		}
		hashes, err := ledger.Prove(ctx, r, 1, index, cp.Size, cp.Root)
		if err != nil {
			return err
		}
		extra.Stamps = cp.Stamps
		p, err = receipt.NewProof(index, hashes, cp.Note, extra)
		return err
	})
	return p
}

// keep makes a record, puts it into the log, and gives it with its index.
func (o *ours) keep(values map[string]string) (*receipt.Record, int64) {
	o.t.Helper()
	raw := map[string][]byte{}
	for name, v := range values {
		raw[name] = []byte(strconv.Quote(v))
	}
	rec, err := receipt.NewRecord(raw, rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	return rec, o.put(receipt.EntryOf(rec.Commitment()))
}

// disclose opens fields of a record.
func disclose(t *testing.T, rec *receipt.Record, names ...string) receipt.Disclosure {
	t.Helper()
	d, err := rec.Disclose(names)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// served is what the public side of the log is given; see httpapi.
type served struct {
	store ledger.Store
	bend  func(ledger.Reader) ledger.Reader // nil leaves the reader as it is
}

func (s served) LatestNote(ctx context.Context) (note []byte, err error) {
	err = s.store.ViewLog(ctx, func(r ledger.Reader) error {
		cp, err := r.LastCheckpoint(ctx, ledger.Published)
		note = cp.Note
		return err
	})
	return note, err
}

func (s served) Tile(ctx context.Context, path string) (data []byte, err error) {
	err = s.store.ViewLog(ctx, func(r ledger.Reader) error {
		if s.bend != nil {
			r = s.bend(r)
		}
		data, err = ledger.Tile(ctx, r, path)
		return err
	})
	return data, err
}

// serve puts the public side of the log on loopback.
func serve(t *testing.T, s served) string {
	t.Helper()
	return serveHandler(t, httpapi.Log(s, s, slog.New(slog.DiscardHandler)))
}

func serveHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// copyDir copies a directory as a snapshot of the whole machine would.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(fmt.Errorf("copying %s: %w", from, err))
	}
	return to
}
