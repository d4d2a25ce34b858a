package coordination

import (
	"context"
	"slices"
	"time"

	"tocsin/escalation"
	"tocsin/internal/fault"
)

// lists is what the desk needs for lists, for what is live and for what was read.
type lists struct {
	opener  escalation.Sealer // of lines
	cursors escalation.Sealer
	laws    []string // packs that have duties
	hub     *hub
	reads   *reading
}

// initLists sets it up.
func (d *Desk) initLists() {
	if d.o.Reads.Every <= 0 {
		d.o.Reads.Every = 5 * time.Minute
	}
	if d.o.Reads.Most <= 0 {
		d.o.Reads.Most = 500
	}
	if d.o.Reads.Cases <= 0 {
		d.o.Reads.Cases = 300
	}
	d.lists = lists{opener: escalation.LineSealer(d.keys), cursors: d.keys.Sealer("cursor"), hub: newHub(d.o), reads: newReading()}
	for _, p := range d.o.Book.Packs {
		for i := range p.Rules {
			if c := p.Rules[i].Class; (c == "case-duty" || c == "") && !slices.Contains(d.laws, p.Pack) {
				d.laws = append(d.laws, p.Pack)
			}
		}
	}
	slices.Sort(d.laws)
	if d.o.Watch != nil {
		d.o.Watch.Hear(func(handle string, _ int64) { d.hub.woke(handle, true) })
	}
}

// Run writes kept reads until ctx ends, when tick fires (nil: every 10 seconds)
// and they are due, or as soon as they are many.
func (d *Desk) Run(ctx context.Context, tick <-chan time.Time) error {
	if tick == nil {
		t := time.NewTicker(10 * time.Second)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.reads.full:
		case <-tick:
			d.reads.mu.Lock()
			due := !d.reads.since.IsZero() && d.o.Now().Sub(d.reads.since) >= d.o.Reads.Every
			d.reads.mu.Unlock()
			if !due {
				continue
			}
		}
		if err := d.flush(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.Error("reads could not be kept", "kind", string(fault.KindOf(err)))
		}
	}
}

// closeLists writes what was read and is not in the log yet.
func (d *Desk) closeLists(ctx context.Context) error { return d.flush(ctx) }
