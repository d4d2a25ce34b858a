package ledger_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
)

const (
	base   = "log.example.org/ledger"
	epochs = 9 // for which there are keys
)

var ctx = context.Background()

// world is one installation: a database, what is kept beside it, keys, a clock
// that somebody else moves, and a list of the leaves as it should be.
type world struct {
	t     testing.TB
	store *ledgertest.Store
	guard *ledgertest.Guard
	watch *ledger.Watch
	keys  []receipt.Key // of every epoch
	sign  []receipt.Signer
	pub   *ledger.Publisher
	clock time.Time
	made  int // entries made, so that no two are alike
	all   []receipt.Entry
}

var (
	signersMu sync.Mutex
	signers   = map[string]receipt.Signer{} // made once: keys cost time
	startsAt  = time.Date(2026, 11, 22, 6, 45, 0, 0, time.UTC)
)

func signer(t testing.TB, name string, typ receipt.Type) receipt.Signer {
	t.Helper()
	id := name + typ.String()
	signersMu.Lock()
	defer signersMu.Unlock()
	if s, ok := signers[id]; ok {
		return s
	}
	sum := sha256.Sum256([]byte(id))
	s, err := receipt.NewSigner(name, typ, rand.New(rand.NewSource(int64(binary.BigEndian.Uint64(sum[:])))))
	must(t, err)
	signers[id] = s
	return s
}

// empty is an installation whose log has no epoch yet.
func empty(t testing.TB, witnesses ...ledger.Witness) *world {
	w := &world{t: t, store: ledgertest.New(), guard: &ledgertest.Guard{}, clock: startsAt}
	for n := range epochs {
		s := signer(t, fmt.Sprintf("%s/%d", base, n+1), receipt.Ed25519)
		w.sign, w.keys = append(w.sign, s), append(w.keys, s.Key())
	}
	w.start(witnesses...)
	return w
}

// start begins a process: it knows only what the database and the guard know.
func (w *world) start(witnesses ...ledger.Witness) {
	w.watch = ledger.NewWatch(ledger.WatchOptions{Guard: w.guard, Keys: w.keys, Witnesses: witnesses, Now: w.now})
	w.pub = &ledger.Publisher{Store: w.store, Watch: w.watch, Signers: w.sign, Witnesses: witnesses, Now: w.now}
}

// newWorld has its first epoch, of one leaf.
func newWorld(t testing.TB, witnesses ...ledger.Witness) *world {
	t.Helper()
	w := empty(t, witnesses...)
	_, err := w.openEpoch("", nil)
	must(t, err)
	return w
}

func (w *world) now() time.Time { return w.clock }

func (w *world) openEpoch(reason string, presented *receipt.Checkpoint) (ledger.Opening, error) {
	var o ledger.Opening
	var h ledger.Head
	var first receipt.Entry
	next := 0
	err := w.store.ViewLog(ctx, func(r ledger.Reader) (err error) { next, err = w.watch.NextEpoch(ctx, r); return err })
	if err != nil {
		return o, err
	}
	err = w.store.UpdateLog(ctx, func(tx ledger.Writer) (err error) {
		o, h, err = ledger.OpenEpoch(ctx, tx, w.watch, base, reason, presented, w.clock, func(ledger.Opening) (receipt.Entry, error) {
			first = w.entry()
			return first, nil
		})
		return err
	})
	if err != nil {
		return o, err
	}
	if o.Epoch != next {
		w.t.Errorf("epoch %d was opened, and keys were made for %d", o.Epoch, next)
	}
	carried := w.all[int64(len(w.all))-o.Carried:]
	w.all = append([]receipt.Entry{first}, carried...)
	w.watch.Reset()
	w.watch.Acknowledged(h)
	return o, w.watch.Opened(o, "here")
}

func entryOf(n int) receipt.Entry {
	return receipt.EntryOf(sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n))))
}

func entriesOf(n int) []receipt.Entry {
	out := make([]receipt.Entry, n)
	for i := range out {
		out[i] = entryOf(i)
	}
	return out
}

func (w *world) entry() receipt.Entry {
	w.made++
	return entryOf(w.made)
}

// tryAppend adds n leaves as a keeper does.
func (w *world) tryAppend(n int) error {
	var entries []receipt.Entry
	for range n {
		entries = append(entries, w.entry())
	}
	var head ledger.Head
	err := w.store.UpdateLog(ctx, func(tx ledger.Writer) (err error) {
		if err = w.watch.Check(ctx, tx, ""); err != nil {
			return err
		}
		_, head, err = ledger.Extend(ctx, tx, entries, w.clock)
		return err
	})
	if err == nil {
		w.watch.Acknowledged(head)
		w.all = append(w.all, entries...)
	}
	return err
}

func (w *world) append(n int) {
	w.t.Helper()
	must(w.t, w.tryAppend(n))
}

func (w *world) publish() ledger.Release {
	w.t.Helper()
	done, err := w.pub.Publish(ctx)
	must(w.t, err)
	return done
}

// check is what a new connection is asked.
func (w *world) check(place string) error {
	return w.store.ViewLog(ctx, func(r ledger.Reader) error { return w.watch.Check(ctx, r, place) })
}

func (w *world) head() ledger.Head {
	w.t.Helper()
	var h ledger.Head
	w.view(func(r ledger.Reader) (err error) { h, err = r.Head(ctx); return err })
	return h
}

func (w *world) view(fn func(ledger.Reader) error) {
	w.t.Helper()
	must(w.t, w.store.ViewLog(ctx, fn))
}

func (w *world) signed() []ledger.Signed {
	w.t.Helper()
	var out []ledger.Signed
	w.view(func(r ledger.Reader) error {
		return r.EachCheckpoint(ctx, func(s ledger.Signed) error { out = append(out, s); return nil })
	})
	return out
}

func (w *world) audit() ledger.Report {
	w.t.Helper()
	var rep ledger.Report
	w.view(func(r ledger.Reader) (err error) { rep, err = ledger.Audit(ctx, r, w.keys, nil); return err })
	return rep
}

// sound demands that an audit finds nothing.
func (w *world) sound() {
	w.t.Helper()
	for _, f := range w.audit().Findings {
		w.t.Errorf("audit: epoch %d, %s: %s", f.Epoch, f.Place, f.What)
	}
}

// witness makes one that knows this log.
func witness(t testing.TB, name string) *ledgertest.Witness {
	w := &ledgertest.Witness{Signer: signer(t, name, receipt.Ed25519Cosignature), Now: func() time.Time { return startsAt.Add(time.Minute) }}
	for n := range epochs {
		w.Logs = append(w.Logs, signer(t, fmt.Sprintf("%s/%d", base, n+1), receipt.Ed25519).Key())
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused demands an error of a kind whose sentence holds the words.
func refused(t testing.TB, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s with %q", kind, words)
	}
	if fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("%s: %v; want %s with %q", fault.KindOf(err), err, kind, words)
	}
}

// naive is the tree hash as RFC 6962, section 2.1, defines it.
func naive(entries []receipt.Entry) tlog.Hash {
	switch len(entries) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		var leaf [1 + receipt.EntrySize]byte
		copy(leaf[1:], entries[0][:])
		return sha256.Sum256(leaf[:])
	}
	k := 1
	for k*2 < len(entries) {
		k *= 2
	}
	l, r := naive(entries[:k]), naive(entries[k:])
	node := [1 + 2*32]byte{1}
	copy(node[1:], l[:])
	copy(node[33:], r[:])
	return sha256.Sum256(node[:])
}

var errDown = errors.New("connection refused")
