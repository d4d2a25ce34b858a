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
	w.outside.guard.Deaf = w.deaf
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
	if _, asked := w.journal.erased[key]; !asked {
		w.journal.erased[key] = false // asked for, not yet answered
	}
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
	gone := false // the whole log
	err = p.store.View(ctx, func(r record.Reader) error {
		head, err := r.Head(ctx)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			v.lost, v.forks, gone = len(w.journal.acked), len(signed), true
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
	if err != nil || gone {
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
