// Package app builds the program's parts from Options and runs them: the data
// directory, the store, the keeper of cases, the publisher with its witnesses
// and time-stamp authority, and the public log.
//
// It is the only package that knows every adapter. It promises that a directory
// is used by one process at a time, that nothing is written before the restore
// guard has looked, and that Close leaves nothing half done. It never prints
// and never decides: what it finds out goes back as values.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"tocsin/internal/datadir"
	"tocsin/internal/fault"
	"tocsin/ledger"
	"tocsin/receipt"
	"tocsin/record"
	"tocsin/tsa"
	"tocsin/witness"
)

// Options say what to open. Only DataDir is needed.
type Options struct {
	DataDir  string // keys, guard and outside time; and the database, unless Database names one
	Database string // "" for the embedded store, or postgres://…
	Origin   string // base name of the log; only for a directory that is made now
	Create   bool   // make the directory if it is not there
	ReadOnly bool   // look only: a diverged log can still be read

	CabinetIdentity string // file of the age identity that opens the cabinet's key; "" is in DataDir

	Now  func() time.Time // default time.Now
	Rand io.Reader        // default crypto/rand
	Log  *slog.Logger     // default: nothing is logged

	// Statements is told the text of each statement that the database is asked,
	// never a parameter; nil: nobody is told.
	Statements func(ctx context.Context, text string)
}

// settled gives the options with their defaults.
func (o Options) settled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// App is an opened store with all that serves it.
type App struct {
	o       Options
	dir     *datadir.Dir
	db      database
	outside datadir.Outside
	signers []receipt.Signer // of every epoch
	watch   *ledger.Watch
	keeper  *record.Keeper
	pub     *ledger.Publisher

	began  bool                        // this Open made the log
	failed atomic.Pointer[func(error)] // is told of failures of the database; nil: nobody
	ends   []func() error              // what Close undoes, last first
}

// askAtStart bounds how long witnesses are waited for before a command writes.
// One that is not reached is no reason not to keep an event.
const askAtStart = 5 * time.Second

// Open opens or makes what Options name. A log that has diverged opens too: it
// can be read, and the ways out start here.
func Open(ctx context.Context, o Options) (*App, error) {
	a := &App{o: o.settled()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	if err := a.openDir(); err != nil {
		return err
	}
	if err := a.openDatabase(ctx, a.watch.Connected); err != nil {
		return err
	}
	if err := a.begin(ctx); err != nil {
		return err
	}
	k, err := record.New(a.db, a.recordOptions())
	if err != nil {
		return err
	}
	a.keeper = k
	a.ends = append(a.ends, k.Close)
	a.pub = a.publisher()
	if a.o.ReadOnly {
		return nil
	}
	if err := a.keeper.Finish(ctx); err != nil && fault.KindOf(err) != fault.Forbidden {
		return err
	}
	restored := a.restored()
	if len(a.pub.Witnesses) > 0 {
		actx, done := context.WithTimeout(ctx, askAtStart)
		defer done()
		err := a.pub.Outside(actx)
		if why, gerr := a.dir.Guard().Diverged(); err != nil && (gerr != nil || why == "") { // else Trouble says it
			a.o.Log.Warn("asking the witnesses", "why", err.Error())
		}
	}
	if restored && !a.restored() { // a witness has vouched for it just now
		if err := a.reapply(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// restored tells whether nobody has vouched yet for a database from a backup.
func (a *App) restored() bool {
	w, err := a.dir.Guard().Water()
	return err == nil && w.Restored
}

// reapply records as erased what a restore left out, if the log may be written.
func (a *App) reapply(ctx context.Context) error {
	_, err := a.keeper.Reapply(ctx)
	if err != nil && fault.KindOf(err) == fault.Forbidden {
		return nil // still read-only: the way out does it
	}
	return err
}

// openDir takes the directory: lock, keys, marks, outside time.
func (a *App) openDir() error {
	d, err := datadir.Open(a.o.DataDir, datadir.Options{Create: a.o.Create, Origin: a.o.Origin, Rand: a.o.Rand, Now: a.o.Now, CabinetIdentity: a.o.CabinetIdentity})
	if err != nil {
		return err
	}
	a.dir = d
	a.ends = append(a.ends, d.Close)
	if a.outside, err = d.Outside(); err != nil {
		return err
	}
	if err := a.readSigners(); err != nil {
		return err
	}
	witnesses, err := a.clients()
	if err != nil {
		return err
	}
	a.watch = ledger.NewWatch(ledger.WatchOptions{
		Guard: d.Guard(), Keys: a.keys(), Witnesses: witnesses, Now: a.o.Now, Log: a.o.Log,
	})
	return nil
}

// readSigners reads the log's keys of every epoch that has some.
func (a *App) readSigners() error {
	a.signers = nil
	epochs, err := a.dir.Epochs()
	if err != nil {
		return err
	}
	for _, n := range epochs {
		s, err := a.dir.Signers(n)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue // the process ended while they were made: nothing was signed with them
		}
		if err != nil {
			return err
		}
		a.signers = append(a.signers, s...)
	}
	return nil
}

// keys are the log's verifier keys of every epoch.
func (a *App) keys() []receipt.Key {
	out := make([]receipt.Key, 0, len(a.signers))
	for _, s := range a.signers {
		out = append(out, s.Key())
	}
	return out
}

func (a *App) clients() ([]ledger.Witness, error) {
	if a.outside.Policy == nil {
		return nil, nil
	}
	return witness.Clients(a.outside.Policy, nil)
}

func (a *App) publisher() *ledger.Publisher {
	witnesses, err := a.clients()
	if err != nil { // openDir has made them once
		a.o.Log.Warn("the witnesses of the policy", "why", err.Error())
	}
	p := &ledger.Publisher{
		Store: a.db, Watch: a.watch, Signers: a.signers, Witnesses: witnesses,
		Policy: a.outside.Policy, Now: a.o.Now, Log: a.o.Log,
	}
	if a.outside.TSA != "" {
		p.Stampers = append(p.Stampers, &tsa.Client{URL: a.outside.TSA, Roots: a.outside.Roots, Rand: a.o.Rand})
	}
	return p
}

func (a *App) recordOptions() record.Options {
	o := record.Options{
		Wraps: a.dir.Wraps(), LookupKey: a.dir.LookupKey(), Erasures: a.dir.Erasures(),
		Annex: a.annex(), Now: a.o.Now, Elapsed: elapsed(), Rand: a.o.Rand,
	}
	if a.watch != nil {
		o.Guard = a.watch
	}
	return o
}

// Keeper keeps the cases.
func (a *App) Keeper() *record.Keeper { return a.keeper }

// Store is the database.
func (a *App) Store() record.Store { return a.db }

// Began tells whether this Open made the log.
func (a *App) Began() bool { return a.began }

// Dir is the path of the data directory, absolute.
func (a *App) Dir() string { return a.dir.Path() }

// Close ends the work in hand and lets the directory go.
func (a *App) Close() error {
	var errs []error
	for i := len(a.ends) - 1; i >= 0; i-- {
		errs = append(errs, a.ends[i]())
	}
	a.ends = nil
	return errors.Join(errs...)
}
