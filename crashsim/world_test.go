package crashsim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/record"
	"tocsin/store/sqlite"
)

// world is the product on a disk, and what is known of it outside.
type world struct {
	disk    *Disk
	outside *outside
	journal *journal
	rnd     *rand.Rand
	normal  bool // the control: synchronous=NORMAL behind the product's back
	deaf    bool // the control: no restore guard
}

func newWorld(seed uint64) *world {
	rnd := rand.New(rand.NewPCG(seed, 2))
	return &world{disk: NewDisk(seed), outside: newOutside(rnd), journal: newJournal(), rnd: rnd}
}

// process is the product, running.
type process struct {
	store     *sqlite.Store
	watch     *ledger.Watch
	keeper    *record.Keeper
	publisher *ledger.Publisher
}

// start starts the product on the disk as the program does: store, guard, first
// epoch, keeper, and what an erasure left to be done.
func (w *world) start(ctx context.Context, dir string) (p *process, err error) {
	quiet := slog.New(slog.DiscardHandler)
	w.outside.guard.deaf = w.deaf
	p = &process{watch: ledger.NewWatch(ledger.WatchOptions{
		Guard: w.outside.guard, Keys: w.outside.keys(), Witnesses: []ledger.Witness{w.outside.witness}, Log: quiet,
	})}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	name := Driver
	if w.normal {
		name = Careless
	}
	p.store, err = sqlite.Open(ctx, sqlite.Options{
		Path:   dir + "/tocsin.db",
		Driver: name,
		DSN:    func(path string, settings url.Values) string { return "file:" + path + "?" + settings.Encode() },
		Code:   extended,
		OnConnect: func(ctx context.Context, r record.Reader, place string) error {
			return p.watch.Connected(ctx, r, place)
		},
	})
	if err != nil {
		return p, fmt.Errorf("opening the store: %w", err)
	}
	options := record.Options{
		Wraps: w.outside.wraps, LookupKey: w.outside.lookup, Erasures: w.outside.erased, Guard: p.watch, Rand: noise{rand.New(rand.NewPCG(w.rnd.Uint64(), 3))},
	}
	if err := w.begin(ctx, p, options); err != nil {
		return p, fmt.Errorf("opening the first epoch: %w", err)
	}
	p.keeper, err = record.New(p.store, options)
	if err != nil {
		return p, fmt.Errorf("starting the keeper: %w", err)
	}
	p.publisher = &ledger.Publisher{Store: p.store, Watch: p.watch, Signers: w.outside.signers, Witnesses: []ledger.Witness{w.outside.witness}, Log: quiet}
	if err := p.keeper.Finish(ctx); err != nil && fault.KindOf(err) != fault.Forbidden {
		return p, fmt.Errorf("finishing what was begun: %w", err)
	}
	return p, nil
}

// stop ends the process. What closing says after a power cut is of no use.
func (p *process) stop() {
	if p.keeper != nil {
		_ = p.keeper.Close()
	}
	if p.store != nil {
		_ = p.store.Close()
	}
}

// extended is SQLite's result code of an error of this driver.
func extended(err error) int {
	var e sqlite3.ExtendedErrorCode
	if errors.As(err, &e) {
		return int(e)
	}
	return 0
}

// journal is what was acknowledged, kept where no power cut reaches it.
type journal struct {
	mu     sync.Mutex
	next   int
	handle string                   // of the case, once its import is acknowledged
	texts  map[string]string        // what was sent under each idempotency key
	acked  map[string]record.Result // the answer to each key
	erased map[string]bool          // keys whose text was to be forgotten; true once that was acknowledged
	wrong  []string                 // answers that contradict an earlier one
}

func newJournal() *journal {
	return &journal{texts: map[string]string{}, acked: map[string]record.Result{}, erased: map[string]bool{}}
}

// fresh gives a new key and its text; or, now and then, an old key again.
func (j *journal) fresh(rnd *rand.Rand) (key, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.next > 0 && rnd.IntN(8) == 0 {
		key = fmt.Sprintf("key-%d", rnd.IntN(j.next))
		return key, j.texts[key]
	}
	key = fmt.Sprintf("key-%d", j.next)
	j.texts[key] = fmt.Sprintf("word %d, %x", j.next, rnd.Uint64())
	j.next++
	return key, j.texts[key]
}

// open lists the keys without an answer, oldest first.
func (j *journal) open() (out []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for n := range j.next {
		key := fmt.Sprintf("key-%d", n)
		if _, ok := j.acked[key]; !ok {
			out = append(out, key)
		}
	}
	return out
}

// got enters an answer. A second answer to a key must be the first one again.
func (j *journal) got(key string, r record.Result) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before, ok := j.acked[key]
	if ok && (before.First != r.First || before.ID != r.ID || before.Version != r.Version || before.Epoch != r.Epoch) {
		j.wrong = append(j.wrong, fmt.Sprintf("%s was answered with %+v and then with %+v", key, before, r))
		return
	}
	j.acked[key] = r
}

const crashCase = `
format: tocsin-casefile/1
case: TOC-2026-0901
title: Crash (invented)
record: kept
tlp: AMBER
products:
  - {id: widget, name: Widget, provider: acme}
parties:
  - {id: acme, name: Acme Ltd, country: DE}
  - {id: finder, name: A finder, country: FR, roles: [finder]}
events:
  - {id: first, kind: reported, by: finder, to: [acme], of: widget, at: "2026-11-20T09:00Z"}
`

// importCase imports the case, until that has been acknowledged once.
func (w *world) importCase(ctx context.Context, p *process) error {
	if w.journal.handle != "" {
		return nil
	}
	c, err := casefile.Parse("crash.yaml", []byte(crashCase))
	if err != nil {
		return err
	}
	r, err := p.keeper.Import(ctx, c, "crash", "import")
	if err == nil {
		w.journal.handle = r.Handle
	}
	return err
}

// add sends an event under a key and enters the answer in the journal.
func (w *world) add(ctx context.Context, p *process, key, text string) error {
	r, err := p.keeper.AddEvent(ctx, w.journal.handle, event(text), record.AnyVersion, "crash", key)
	if err == nil {
		w.journal.got(key, r)
	}
	return err
}

// erase forgets the text of an event that was acknowledged.
func (w *world) erase(ctx context.Context, p *process, rnd *rand.Rand) error {
	w.journal.mu.Lock()
	keys := slices.Sorted(maps.Keys(w.journal.acked))
	if len(keys) == 0 {
		w.journal.mu.Unlock()
		return nil
	}
	key := keys[rnd.IntN(len(keys))]
	w.journal.erased[key] = w.journal.erased[key] // asked for
	id := w.journal.acked[key].ID
	w.journal.mu.Unlock()
	_, err := p.keeper.Erase(ctx, record.Erasure{
		Handle: w.journal.handle, Event: id, Fields: []string{"text"}, Ground: "Art. 17(1)(a) GDPR (invented)", By: "Ada Example", With: "Bo Example",
	})
	if err == nil {
		w.journal.mu.Lock()
		w.journal.erased[key] = true
		w.journal.mu.Unlock()
	}
	return err
}

func event(text string) casefile.Event {
	e, err := casefile.ParseEvent("", fmt.Appendf(nil, `{kind: commented, by: acme, to: [finder], of: widget, at: "2026-11-20T10:00Z", text: %q}`, text))
	if err != nil {
		panic(err)
	}
	return e
}

// verdict is what is wrong after a restart. The zero verdict is what is promised.
type verdict struct {
	lost  int // acknowledged and not there, or there otherwise
	forks int // signed, and contradicted by what is stored
	other []string
}

func (v *verdict) add(o verdict) {
	v.lost += o.lost
	v.forks += o.forks
	v.other = append(v.other, o.other...)
}

func (v verdict) bad() bool { return v.lost > 0 || v.forks > 0 || len(v.other) > 0 }

// check compares what is stored with the journal and with what was signed.
func (w *world) check(ctx context.Context, p *process) (v verdict, err error) {
	signed := w.outside.witness.notes()
	err = p.store.View(ctx, func(r record.Reader) error {
		head, err := r.Head(ctx)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			v.lost, v.forks = len(w.journal.acked), len(signed) // the whole log is gone
			return nil
		}
		if err != nil {
			return err
		}
		for _, n := range signed {
			if n.Size > head.Size {
				v.forks++
				continue
			}
			root, err := ledger.RootAt(ctx, r, 1, n.Size)
			if err != nil {
				return err
			}
			if root != n.Root {
				v.forks++
			}
		}
		report, err := ledger.Audit(ctx, r, w.outside.keys(), nil)
		for _, f := range report.Findings {
			v.other = append(v.other, fmt.Sprintf("ledger audit: %+v", f))
		}
		return err
	})
	if err != nil || v.bad() {
		return v, err
	}
	report, err := p.keeper.Audit(ctx, nil)
	if err != nil {
		return v, err
	}
	for _, f := range report.Findings {
		v.other = append(v.other, fmt.Sprintf("record audit: %+v", f))
	}
	if w.journal.handle == "" {
		return v, nil
	}
	kept, err := p.keeper.Load(ctx, w.journal.handle)
	if fault.KindOf(err) == fault.NotFound {
		v.lost += 1 + len(w.journal.acked)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	lost, wrong := w.journal.compare(kept)
	v.lost += lost
	v.other = append(v.other, wrong...)
	return v, nil
}

// compare says how many acknowledged events the kept case lacks, and what else
// is wrong with it: an event kept twice, or elsewhere than was answered, or with
// words that were to be forgotten.
func (j *journal) compare(kept *record.Kept) (lost int, wrong []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	wrong = slices.Clone(j.wrong)
	texts, times := map[string]string{}, map[string]int{}
	for _, e := range kept.Case.Events {
		texts[e.ID] = e.Text
		times[e.Text]++
	}
	for key, text := range j.texts {
		if times[text] > 1 {
			wrong = append(wrong, fmt.Sprintf("%s is kept %d times", key, times[text]))
		}
		a, acked := j.acked[key]
		if !acked {
			continue
		}
		at := slices.IndexFunc(kept.Records, func(m record.Meta) bool { return m.Entry == "event" && m.ID == a.ID })
		if at < 0 || kept.Records[at].Index != a.First || kept.Records[at].Epoch != a.Epoch {
			lost++
			delete(j.acked, key)
			delete(j.texts, key)
			continue
		}
		forgotten := slices.Contains(kept.Records[at].Erased, "text")
		done, asked := j.erased[key]
		switch {
		case forgotten && !asked:
			wrong = append(wrong, fmt.Sprintf("%s was erased and nobody asked for it", key))
		case done && (!forgotten || times[text] > 0):
			wrong = append(wrong, fmt.Sprintf("%s was erased and its words are back", key))
		case !forgotten && texts[a.ID] != text:
			lost++
			delete(j.acked, key)
			delete(j.texts, key)
		}
	}
	return lost, wrong
}

// TestJournalNotices is the control of the comparison.
func TestJournalNotices(t *testing.T) {
	kept := func(events ...casefile.Event) *record.Kept {
		k := &record.Kept{Case: &casefile.Case{File: casefile.File{Events: events}}}
		for i, e := range events {
			k.Records = append(k.Records, record.Meta{Epoch: 1, Index: int64(10 + i), Entry: "event", ID: e.ID})
		}
		return k
	}
	erased := func(k *record.Kept) *record.Kept {
		k.Records[0].Erased = []string{"text"}
		return k
	}
	for _, c := range []struct {
		name        string
		kept        *record.Kept
		lost, wrong int
	}{
		{"all there", kept(casefile.Event{ID: "e1", Text: "one"}, casefile.Event{ID: "e2", Text: "two"}), 0, 0},
		{"lost", kept(), 1, 0},
		{"under another id", kept(casefile.Event{ID: "e9", Text: "one"}), 1, 0},
		{"at another index", kept(casefile.Event{ID: "e2", Text: "two"}, casefile.Event{ID: "e1", Text: "one"}), 1, 0},
		{"changed", kept(casefile.Event{ID: "e1", Text: "won"}), 1, 0},
		{"twice", kept(casefile.Event{ID: "e1", Text: "one"}, casefile.Event{ID: "e2", Text: "one"}), 0, 1},
		{"erased unasked", erased(kept(casefile.Event{ID: "e1"})), 0, 1},
	} {
		j := &journal{
			texts: map[string]string{"key-0": "one", "key-1": "two"},
			acked: map[string]record.Result{"key-0": {ID: "e1", Epoch: 1, First: 10}},
		}
		if lost, wrong := j.compare(c.kept); lost != c.lost || len(wrong) != c.wrong {
			t.Errorf("%s: %d lost and %q, want %d and %d", c.name, lost, wrong, c.lost, c.wrong)
		}
	}
	j := newJournal()
	j.texts["key-0"], j.acked["key-0"] = "one", record.Result{ID: "e1", Epoch: 1, First: 10}
	for _, c := range []struct {
		done  bool
		kept  *record.Kept
		wrong int
	}{
		{true, erased(kept(casefile.Event{ID: "e1"})), 0},
		{true, kept(casefile.Event{ID: "e1", Text: "one"}), 1},
		{false, kept(casefile.Event{ID: "e1", Text: "one"}), 0},
		{false, erased(kept(casefile.Event{ID: "e1"})), 0},
	} {
		j.erased["key-0"] = c.done
		if lost, wrong := j.compare(c.kept); lost != 0 || len(wrong) != c.wrong {
			t.Errorf("erasure acknowledged %t: %d lost and %q, want %d wrong", c.done, lost, wrong, c.wrong)
		}
	}
	j = newJournal()
	j.got("k", record.Result{First: 1})
	j.got("k", record.Result{First: 2})
	if len(j.wrong) != 1 {
		t.Error("two answers to one key pass")
	}
}

// begin opens the first epoch of a log that has none, as package app does: a mark
// that says that more was signed than nothing keeps it from doing so.
func (w *world) begin(ctx context.Context, p *process, o record.Options) error {
	var epochs []ledger.Epoch
	err := p.store.ViewLog(ctx, func(r ledger.Reader) (err error) {
		epochs, err = r.Epochs(ctx)
		return err
	})
	if err != nil || len(epochs) > 0 {
		return err
	}
	water, err := w.outside.guard.Water()
	if err == nil && (water.Epoch != 1 || water.Size > 0) || err != nil && fault.KindOf(err) != fault.NotFound {
		return nil
	}
	_, err = record.OpenEpoch(ctx, p.store, o, p.watch, origin, record.EpochOpening{})
	return err
}
