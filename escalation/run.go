package escalation

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/internal/fault"
	"tocsin/record"
)

const (
	scanPage  = 64
	scanEvery = 2 * time.Second // cases that other processes changed
	firstWait = time.Second
	lastWait  = 5 * time.Minute
	workers   = 4
)

// failure is a case that could not be projected, and when it is tried again.
type failure struct {
	wait  time.Duration
	again time.Time
}

// Run works until ctx ends: it projects what is stale, sleeps until the next
// change, and wakes when it is told of one or tick fires (nil: every second).
// The clock is asked at every wake, so that a clock that jumps makes nothing
// sleep for long. What fails is tried again, later each time, and stops nothing
// else; the log tells it by the case's handle.
func (w *Watcher) Run(ctx context.Context, tick <-chan time.Time) error {
	if tick == nil {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		tick = t.C
	}
	w.next, w.scanAt = 0, time.Time{}
	for {
		w.turn(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-w.woken:
		case <-tick:
		}
	}
}

// turn does everything that is to do now.
func (w *Watcher) turn(ctx context.Context) {
	w.told(ctx)
	now := w.now()
	if err := w.pulse(ctx, now); err != nil && ctx.Err() == nil {
		w.o.Log.Error("the watch could not say that it is alive", "kind", string(fault.KindOf(err)))
	}
	if now.Unix() < w.next && now.Before(w.scanAt) && w.scanAt.Sub(now) <= scanEvery && !w.retry(now) {
		return
	}
	if err := w.scan(ctx); err != nil && ctx.Err() == nil {
		w.o.Log.Error("the cases that are due could not be looked for", "kind", string(fault.KindOf(err)))
	}
	w.scanAt = now.Add(scanEvery)
}

// told projects what was told to have changed, before all else. What is told
// meanwhile waits for the next turn: cases that are written to without a pause
// must not keep the others, and the pulse, waiting.
func (w *Watcher) told(ctx context.Context) {
	for h, err := range w.each(ctx, w.take()) {
		if err == nil || fault.KindOf(err) != fault.NotFound {
			w.outcome(ctx, h, err)
		}
	}
}

// each projects some cases, a few at a time, so that one commit takes several,
// and gives what became of each.
func (w *Watcher) each(ctx context.Context, list []string) map[string]error {
	var mu sync.Mutex
	out := make(map[string]error, len(list))
	work := make(chan string)
	var wg sync.WaitGroup
	for range min(workers, len(list)) {
		wg.Go(func() {
			for h := range work {
				err := w.Project(ctx, h)
				mu.Lock()
				out[h] = err
				mu.Unlock()
			}
		})
	}
	for _, h := range list {
		work <- h
	}
	close(work)
	wg.Wait()
	return out
}

// scan projects what is stale, in pages, and finds the next change.
func (w *Watcher) scan(ctx context.Context) error {
	basis, done := w.basis(), map[string]bool{}
	for ctx.Err() == nil {
		now := w.now()
		list, err := w.o.Store.Stale(ctx, basis, now.Unix(), scanPage+len(w.failed))
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(h string) bool {
			f, ok := w.failed[h]
			return h == record.LogHandle || ok && now.Before(f.again) && f.again.Sub(now) <= lastWait
		})
		if len(list) == 0 {
			break
		}
		for h, err := range w.each(ctx, list) {
			if err == nil && done[h] { // it changes as fast as it is looked at: others first
				err = fault.New(fault.Unavailable, "case %s is stale again", h)
			}
			w.outcome(ctx, h, err)
			done[h] = true
		}
		w.told(ctx) // whoever has just written does not wait for the rest
	}
	var err error
	w.next, err = w.o.Store.NextChange(ctx)
	return err
}

// retry tells whether a case that failed is to be tried again.
func (w *Watcher) retry(now time.Time) bool {
	for _, f := range w.failed {
		if !now.Before(f.again) || f.again.Sub(now) > lastWait {
			return true
		}
	}
	return false
}

// outcome remembers a case that failed, and forgets one that did not.
func (w *Watcher) outcome(ctx context.Context, handle string, err error) {
	if err == nil {
		delete(w.failed, handle)
		return
	}
	if ctx.Err() != nil {
		return
	}
	f := w.failed[handle]
	f.wait = min(max(2*f.wait, firstWait), lastWait)
	f.again = w.now().Add(f.wait)
	w.failed[handle] = f
	level := slog.LevelError
	if f.wait == firstWait && fault.KindOf(err) == fault.Unavailable {
		level = slog.LevelInfo // it was written to meanwhile, as busy cases are; a second time is another matter
	}
	w.o.Log.Log(ctx, level, "a case could not be projected", "handle", handle, "kind", string(fault.KindOf(err)), "again", f.wait.String())
}
