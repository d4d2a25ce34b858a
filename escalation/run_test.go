package escalation_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/escalation"
)

func TestTheWatcherWakesWhenADuePassesAndWhenItIsTold(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	var heard atomic.Int64
	w.w.Hear(func(handle string, version int64) {
		if handle == h {
			heard.Store(version)
		}
	})
	tick, stop := w.run()
	defer stop()
	w.until(tick, "the first lines", func() bool { return len(w.lines(h)) > 0 })
	full := find(t, w.lines(h), "notification")
	if full.State != "running" {
		t.Fatalf("the notification is %s", full.State)
	}
	w.clock.Pass(full.Due.Sub(w.clock.Now()) + 2*time.Second)
	w.until(tick, "the notification is past its due", func() bool { return find(t, w.lines(h), "notification").PastDue })
	w.clock.Pass(full.Latest.Sub(w.clock.Now()) + 2*time.Second)
	w.until(tick, "the notification is missed", func() bool { return find(t, w.lines(h), "notification").State == "missed" })

	w.add(h, "notified by=maker to="+full.To[0]+" of=lib rule="+full.Rule+" stage=notification")
	w.w.Changed(h)
	w.until(tick, "the notification is made", func() bool { return w.row(h).Version == w.recorded()[h] })
	for _, l := range w.lines(h) {
		if l.Stage == "notification" && l.State == "missed" && l.Duty == full.Duty {
			t.Error("a duty that was done late is still a line")
		}
	}
	w.until(tick, "whoever listens was told", func() bool { return heard.Load() == w.recorded()[h] })
}

func TestWhatAnotherProcessWroteIsFoundByItsVersion(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	tick, stop := w.run()
	defer stop()
	w.until(tick, "the first lines", func() bool { return w.row(h).Version > 0 })
	w.add(h, "published by=maker of=lib detail=advisory") // and nobody tells the watcher
	before := w.row(h).Version
	w.clock.Pass(time.Minute)
	w.until(tick, "the new version", func() bool { return w.row(h).Version > before })
}

func TestOneCaseThatFailsStopsNoOther(t *testing.T) {
	w := newWorld(t)
	var handles []string
	for i := range 150 { // more than two pages
		handles = append(handles, w.keep(flawed(fmt.Sprintf("TOC-%d", i))))
	}
	w.mu.Lock()
	for i := range 100 { // more than a page of cases that the record does not know
		w.versions[fmt.Sprintf("0broken-%d", i)] = 1
	}
	w.mu.Unlock()
	tick, stop := w.run()
	defer stop()
	all := func() bool {
		for _, h := range handles {
			if w.row(h).Version == 0 {
				return false
			}
		}
		return true
	}
	w.until(tick, "every sound case", all)
	if !strings.Contains(w.log.String(), "handle=0broken-7") {
		t.Error("the log does not name the case that failed")
	}
	tries := strings.Count(w.log.String(), "handle=0broken-7 ")
	for range 20 { // no time passes: it is not tried again
		tick <- w.clock.Now()
	}
	if n := strings.Count(w.log.String(), "handle=0broken-7 "); n != tries {
		t.Errorf("it was tried %d times without a pause", n-tries)
	}
	w.clock.Pass(6 * time.Minute)
	w.until(tick, "another try", func() bool { return strings.Count(w.log.String(), "handle=0broken-7 ") > tries })
}

func TestADatabaseThatIsAwayForAWhileIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	var away atomic.Bool
	away.Store(true)
	w.store.Before = func(string) error {
		if away.Load() {
			return errors.New("away")
		}
		return nil
	}
	tick, stop := w.run()
	defer stop()
	for range 5 {
		tick <- w.clock.Now()
	}
	away.Store(false)
	w.clock.Pass(20 * time.Second)
	w.until(tick, "the lines", func() bool { return len(w.lines(h)) > 0 })
}

func TestAClockThatJumpsMakesNothingSleep(t *testing.T) {
	for _, by := range []time.Duration{-90 * 24 * time.Hour, 400 * 24 * time.Hour} {
		w := newWorld(t)
		h := w.keep(flawed("TOC-1"))
		tick, stop := w.run()
		w.until(tick, "the first lines", func() bool { return len(w.lines(h)) > 0 })
		w.clock.Jump(by)
		before := w.store.Calls()
		w.mu.Lock()
		w.versions["0broken"] = 1
		w.mu.Unlock()
		w.until(tick, "what is new after the jump", func() bool { return strings.Contains(w.log.String(), "handle=0broken") })
		stop()
		if len(before) == 0 {
			t.Error("nothing was called")
		}
	}
}

func TestAThousandPartiesAreOnePlan(t *testing.T) {
	w := newWorld(t)
	var b strings.Builder
	b.WriteString(strings.Split(flawed("TOC-1"), "products:")[0] + "products:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  - {id: p%d, name: Product %d, provider: u%d}\n", i, i, i)
	}
	b.WriteString("parties:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  - {id: u%d, name: Works %d, country: DE, markets: [EU], roles: [manufacturer]}\n", i, i)
	}
	b.WriteString("events:\n")
	for i := range 1000 {
		for _, kind := range []string{"aware", "exploitation-observed"} {
			fmt.Fprintf(&b, "  - {id: %.1s%d, kind: %s, by: u%d, of: p%d, at: \"2026-11-20T10:00:00Z\"}\n", kind, i, kind, i, i)
		}
	}
	h := w.keep(b.String())
	began := time.Now()
	w.project(h)
	if n := len(w.lines(h)); n < 3000 {
		t.Errorf("%d lines of 1,000 makers", n)
	}
	t.Logf("%d lines of 1,000 parties in %v", len(w.lines(h)), time.Since(began))
	puts := 0
	for _, c := range w.store.Calls() {
		if c == "PutLines" {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("it took %d transactions", puts)
	}
}

func TestRebuildNamesWhatItLeftOut(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.mu.Lock()
	w.versions["0broken"] = 1
	w.mu.Unlock()
	if err := w.w.Rebuild(t.Context()); err == nil || !strings.Contains(err.Error(), "1 case") {
		t.Errorf("a rebuild with a broken case says %v", err)
	}
	if w.row(h).Version == 0 || !strings.Contains(w.log.String(), "handle=0broken") {
		t.Error("the sound case was left out, or the broken one was not told")
	}
	_ = escalation.NoDue
}

// A case that is told to have changed as soon as its lines are made keeps neither
// the pulse nor the other cases waiting.
func TestACaseThatChangesWithoutAPauseStarvesNothing(t *testing.T) {
	w := newWorld(t)
	busy, other := w.keep(flawed("TOC-1")), w.keep(flawed("TOC-2"))
	var times atomic.Int64
	w.w.Hear(func(handle string, _ int64) {
		if handle == busy {
			times.Add(1)
			w.w.Changed(busy)
		}
	})
	w.w.Changed(busy)
	tick, stop := w.run()
	defer stop()
	w.until(tick, "the first lines", func() bool { return w.row(other).Version > 0 })
	before, seen := w.row(other).Version, times.Load()
	w.add(other, "published by=maker of=lib detail=advisory") // and nobody tells the watcher
	w.clock.Pass(2 * time.Minute)
	w.until(tick, "the pulse", func() bool {
		beat, err := w.store.Alive(t.Context())
		return err == nil && beat == w.clock.Now().Unix()
	})
	w.until(tick, "the other case", func() bool { return w.row(other).Version > before })
	w.until(tick, "the busy case again", func() bool { return times.Load() > seen })
}
