package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/ledger/ledgertest"
	"tocsin/receipt"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/postgres"
)

// The tests named fault_ run the product's keeper and publisher on servers,
// connections and processes that die, and compare what is kept with journals
// that do not.

const faultOrigin = "example.org/faults"

// replica is one process of the product, or what stands for it in a test.
type replica struct {
	store     *postgres.Store
	watch     *ledger.Watch
	options   record.Options
	keeper    *record.Keeper
	publisher *ledger.Publisher
	signer    receipt.Signer
}

// outer is what a replica has beside the database. The witness may be nil.
type outer struct {
	guard   *ledgertest.Guard
	witness *recorder
}

// openReplica opens the store at the URL as the program does.
func openReplica(ctx context.Context, url string, o outer) (r *replica, err error) {
	r = &replica{}
	if r.signer, err = receipt.NewSigner(faultOrigin+"/1", receipt.Ed25519, seeded(1)); err != nil {
		return nil, err
	}
	var witnesses []ledger.Witness
	if o.witness != nil {
		witnesses = append(witnesses, o.witness)
	}
	quiet := slog.New(slog.DiscardHandler)
	r.watch = ledger.NewWatch(ledger.WatchOptions{Guard: o.guard, Keys: []receipt.Key{r.signer.Key()}, Witnesses: witnesses, Log: quiet})
	look := func(ctx context.Context, v record.Reader, place string) error {
		return r.watch.Connected(ctx, v, place)
	}
	if r.store, err = postgres.Open(ctx, postgres.Options{URL: url, OnConnect: look}); err != nil {
		return nil, err
	}
	r.options = record.Options{Wraps: recordtest.NewWraps(), Erasures: &recordtest.Erasures{}, Guard: r.watch, LookupKey: [32]byte{2}}
	if err := firstEpoch(ctx, r, r.options); err != nil {
		r.close()
		return nil, err
	}
	if r.keeper, err = record.New(r.store, r.options); err != nil {
		r.close()
		return nil, err
	}
	r.publisher = &ledger.Publisher{Store: r.store, Watch: r.watch, Signers: []receipt.Signer{r.signer}, Witnesses: witnesses, Log: quiet}
	return r, nil
}

func firstEpoch(ctx context.Context, r *replica, o record.Options) error {
	err := r.store.View(ctx, func(v record.Reader) error {
		_, err := v.Head(ctx)
		return err
	})
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	_, err = record.OpenEpoch(ctx, r.store, o, r.watch, faultOrigin, record.EpochOpening{})
	return err
}

func (r *replica) close() {
	if r.keeper != nil {
		_ = r.keeper.Close()
	}
	if r.store != nil {
		_ = r.store.Close()
	}
}

const faultCase = `
format: tocsin-casefile/1
case: TOC-2026-0902
title: Servers die (invented)
record: kept
tlp: AMBER
products:
  - {id: widget, name: Widget, provider: acme}
parties:
  - {id: acme, name: Acme Ltd, country: DE}
events:
  - {id: first, kind: aware, by: acme, of: widget, at: "2026-11-20T09:00Z"}
`

func (r *replica) importCase(ctx context.Context, t testing.TB) string {
	t.Helper()
	c, err := casefile.Parse("faults.yaml", []byte(faultCase))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.keeper.Import(ctx, c, "faults", "import")
	if err != nil {
		t.Fatal(err)
	}
	return got.Handle
}

// answer is a line of a journal: what was acknowledged under a key.
type answer struct {
	Key   string `json:"key"`
	ID    string `json:"id"`
	Epoch int    `json:"epoch"`
	Index int64  `json:"index"`
}

// add adds an event whose text is its key, under that key.
func (r *replica) add(ctx context.Context, handle, key string) (answer, error) {
	return r.addUnder(ctx, handle, key, key)
}

func (r *replica) addWithoutKey(ctx context.Context, handle, text string) (answer, error) {
	return r.addUnder(ctx, handle, text, "")
}

func (r *replica) addUnder(ctx context.Context, handle, text, key string) (answer, error) {
	e, err := casefile.ParseEvent("", fmt.Appendf(nil, `{kind: commented, by: acme, of: widget, at: "2026-11-20T10:00Z", text: %q}`, text))
	if err != nil {
		return answer{}, err
	}
	got, err := r.keeper.AddEvent(ctx, handle, e, record.AnyVersion, "faults", key)
	return answer{key, got.ID, got.Epoch, got.First}, err
}

// retry adds an event until the answer is there, as a client with a key does. It
// gives up when ctx ends, and at once on an error that trying again cannot mend.
func (r *replica) retry(ctx context.Context, handle, key string) (answer, int, error) {
	for n := 1; ; n++ {
		a, err := r.add(ctx, handle, key)
		if err == nil || fault.KindOf(err) != fault.Unavailable {
			return a, n, err
		}
		select { // a server that restarts wants a moment
		case <-ctx.Done():
			return a, n, err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// findings are what is wrong with a database: acknowledged events that it lacks
// or has elsewhere, events that it has twice, signed checkpoints that it
// contradicts, and what the audits find.
type findings struct {
	lost, twice, forks int
	audit              []string
}

func (f findings) none() bool { return f.lost+f.twice+f.forks+len(f.audit) == 0 }

// examine compares a database with journals.
func examine(ctx context.Context, t testing.TB, r *replica, handle string, acked []answer, signed []receipt.Checkpoint) (f findings) {
	t.Helper()
	err := r.store.View(ctx, func(v record.Reader) error {
		head, err := v.Head(ctx)
		if err != nil {
			return err
		}
		for _, c := range signed {
			if c.Size > head.Size {
				f.forks++
				continue
			}
			root, err := ledger.RootAt(ctx, v, 1, c.Size)
			if err != nil {
				return err
			}
			if root != c.Root {
				f.forks++
			}
		}
		report, err := ledger.Audit(ctx, v, []receipt.Key{r.signer.Key()}, nil)
		for _, one := range report.Findings {
			f.audit = append(f.audit, fmt.Sprintf("ledger: %+v", one))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err := r.keeper.Audit(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range report.Findings {
		f.audit = append(f.audit, fmt.Sprintf("records: %+v", one))
	}
	kept, err := r.keeper.Load(ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	f.lost, f.twice = compare(kept, acked)
	return f
}

func compare(kept *record.Kept, acked []answer) (lost, twice int) {
	ids, places := map[string]string{}, map[string]int64{}
	for _, e := range kept.Case.Events {
		if _, ok := ids[e.Text]; ok && e.Text != "" {
			twice++
		}
		ids[e.Text] = e.ID
	}
	for _, m := range kept.Records {
		if m.Entry == "event" {
			places[m.ID] = m.Index
		}
	}
	for _, a := range acked {
		if ids[a.Key] != a.ID || places[a.ID] != a.Index {
			lost++
		}
	}
	return lost, twice
}

// TestCompareNotices is the control of the comparison.
func TestCompareNotices(t *testing.T) {
	kept := &record.Kept{
		Case: &casefile.Case{File: casefile.File{Events: []casefile.Event{{ID: "e1", Text: "a"}, {ID: "e2", Text: "b"}, {ID: "e3", Text: "b"}}}},
		Records: []record.Meta{
			{Entry: "event", ID: "e1", Index: 5}, {Entry: "event", ID: "e2", Index: 6}, {Entry: "event", ID: "e3", Index: 7},
		},
	}
	lost, twice := compare(kept, []answer{{"a", "e1", 1, 5}, {"a", "e9", 1, 5}, {"a", "e1", 1, 9}, {"c", "e4", 1, 8}})
	if lost != 3 || twice != 1 {
		t.Errorf("%d lost and %d twice, want 3 and 1", lost, twice)
	}
}

// line writes a line of a journal.
func line(a answer) string {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return string(b)
}
