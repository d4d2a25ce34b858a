package record_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/record"
)

const day = 24 * time.Hour

// The clock of the machine is believed while it behaves; else nothing is
// recorded until a person has looked.
func TestTheClock(t *testing.T) {
	for name, c := range map[string]struct {
		turn   func(c *recordClock)
		reopen bool
		words  string // of the refusal, "" if the event is recorded
		at     time.Duration
	}{
		"time passes":                      {turn: func(c *recordClock) { c.Pass(300 * day) }, at: 300 * day},
		"the clock is set a little":        {turn: func(c *recordClock) { c.Jump(50 * time.Second) }, at: 50 * time.Second},
		"the clock is a little behind":     {turn: func(c *recordClock) { c.Jump(-4 * time.Second) }, at: 0},
		"the clock is behind":              {turn: func(c *recordClock) { c.Jump(-6 * time.Second) }, words: "which is before it"},
		"the clock jumps a year ahead":     {turn: func(c *recordClock) { c.Jump(365 * day) }, words: "jumped by 8760h0m0s since 2026-11-22T06:45:01.123Z"},
		"the clock jumps back":             {turn: func(c *recordClock) { c.Jump(-2 * time.Minute) }, words: "jumped by -2m0s"},
		"the clock stands still":           {turn: func(c *recordClock) { c.Pass(time.Hour); c.Jump(-time.Hour) }, words: "jumped by -1h0m0s"},
		"a start after a short rest":       {turn: func(c *recordClock) { c.Jump(89 * day) }, reopen: true, at: 89 * day},
		"a start long after":               {turn: func(c *recordClock) { c.Jump(91 * day) }, reopen: true, words: "more than 90 days later"},
		"a start a year before":            {turn: func(c *recordClock) { c.Jump(-365 * day) }, reopen: true, words: "which is before it"},
		"a start a little before the last": {turn: func(c *recordClock) { c.Jump(-5 * time.Second) }, reopen: true, at: 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			h := d.keep(small).Handle
			c.turn(d.clock)
			if c.reopen {
				d.reopen()
			}
			r, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
			if c.words == "" {
				if err != nil || !r.Recorded.Equal(start.Add(c.at).Truncate(time.Millisecond)) {
					t.Errorf("%s %v", r.Recorded, err)
				}
				return
			}
			wants(t, err, fault.Unavailable, c.words)
			if !strings.Contains(err.Error(), "tocsin ledger accept-clock") {
				t.Errorf("%v does not say what to do", err)
			}
			if _, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", ""); err == nil {
				t.Error("the second try got through")
			}
			if _, err := d.k.AcceptClock(d.ctx(), ""); err == nil {
				t.Error("nobody accepted it")
			}
			n, err := d.k.AcceptClock(d.ctx(), "Ada Clerk")
			if err != nil || n.Handle != record.LogHandle {
				t.Fatalf("%+v %v", n, err)
			}
			for range 2 { // in this process, and in the next
				r, err = d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
				if err != nil || r.Recorded.Before(start.Truncate(time.Millisecond)) {
					t.Fatalf("%s %v", r.Recorded, err)
				}
				d.reopen()
			}
			d.sound()
		})
	}
}

// A clock that was accepted as behind repeats the last time until it has caught
// up; then it is watched again.
func TestAnAcceptedClockCatchesUp(t *testing.T) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.clock.Jump(-time.Hour)
	d.reopen()
	if _, err := d.k.AcceptClock(d.ctx(), "Ada"); err != nil {
		t.Fatal(err)
	}
	last := start.Truncate(time.Millisecond)
	for i, want := range []time.Time{last, last, last.Add(30 * time.Minute)} {
		d.clock.Pass(30 * time.Minute)
		if r := d.add(h, "commented by=maker"); !r.Recorded.Equal(want) {
			t.Errorf("after %d half hours: %s, want %s", i+1, r.Recorded, want)
		}
	}
	d.clock.Jump(-time.Minute)
	d.reopen()
	_, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", "")
	wants(t, err, fault.Unavailable, "which is before it")
}
