package record

import (
	"context"
	"sync"
	"time"

	"tocsin/internal/fault"
)

// The clock of the machine is believed within these bounds; outside, a person
// has to look at it (see AcceptClock).
const (
	maxDrift  = time.Minute         // between the wall clock and the clock that only goes forward
	maxBehind = 5 * time.Second     // the wall clock behind the last record
	maxAhead  = 90 * 24 * time.Hour // the wall clock ahead of the last record, at start
)

const clockHelp = "look at the clock of this machine; if it is right, run tocsin ledger accept-clock"

// reading is one look at both clocks.
type reading struct {
	wall    time.Time
	elapsed time.Duration
}

// clock watches that time passes as it should between appends.
type clock struct {
	now     func() time.Time
	elapsed func() time.Duration

	mu   sync.Mutex
	last reading // at the last transaction, or at start
	used bool    // something was appended by this process
}

func newClock(now func() time.Time, elapsed func() time.Duration) *clock {
	c := &clock{now: now, elapsed: elapsed}
	c.last = c.read()
	return c
}

func (c *clock) read() reading {
	return reading{wall: c.now().Round(0).UTC(), elapsed: c.elapsed()}
}

// passed takes a reading as the one that the next is compared with.
func (c *clock) passed(r reading, appended bool) {
	c.mu.Lock()
	c.last, c.used = r, c.used || appended
	c.mu.Unlock()
}

// check gives the time of the next record, in milliseconds, never before last,
// the time of the last one (zero if there is none). behind tells whether a
// person accepted that the wall clock is behind last.
func (c *clock) check(last time.Time, behind func() (bool, error)) (reading, time.Time, error) {
	r := c.read()
	c.mu.Lock()
	before, used := c.last, c.used
	c.mu.Unlock()
	if drift := r.wall.Sub(before.wall) - (r.elapsed - before.elapsed); drift.Abs() > maxDrift {
		return r, time.Time{}, fault.New(fault.Unavailable,
			"nothing is recorded: the clock of this machine jumped by %s since %s; %s", drift.Round(time.Second), stamp(before.wall), clockHelp)
	}
	now := r.wall.Truncate(time.Millisecond)
	if last.IsZero() || !now.Before(last) {
		if !used && !last.IsZero() && now.Sub(last) > maxAhead {
			return r, time.Time{}, fault.New(fault.Unavailable,
				"nothing is recorded: the last record is of %s, and the clock of this machine says %s, more than 90 days later; %s", stamp(last), stamp(now), clockHelp)
		}
		return r, now, nil
	}
	if last.Sub(now) > maxBehind {
		ok, err := behind()
		if err != nil {
			return r, time.Time{}, err
		}
		if !ok {
			return r, time.Time{}, fault.New(fault.Unavailable,
				"nothing is recorded: the last record is of %s, and the clock of this machine says %s, which is before it; %s", stamp(last), stamp(now), clockHelp)
		}
	}
	return r, last, nil
}

// stamp writes recorded-at: RFC 3339 in UTC with milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// noteClock is the kind of the note that AcceptClock leaves.
const noteClock = "clock-accepted"

// AcceptClock records that a person looked at the clock and takes it as it is.
// If it is behind the last record, recorded-at repeats that one's until the
// clock has caught up.
func (k *Keeper) AcceptClock(ctx context.Context, by string) (Result, error) {
	if by == "" {
		return Result{}, fault.New(fault.Invalid, "whoever accepts the clock has to be named")
	}
	c := noteCommand(noteClock, nil, by)
	c.anyClock = true
	return k.start(ctx, c)()
}

// acceptedUntil gives the time of the last record up to which a person accepted
// that the clock is behind; zero if nobody did.
func (b *batch) acceptedUntil(ctx context.Context) (time.Time, error) {
	key, err := b.key(ctx, LogHandle)
	if fault.KindOf(err) == fault.NotFound {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	rows, err := b.tx.CaseRows(ctx, LogHandle, 0)
	if err != nil {
		return time.Time{}, err
	}
	var until time.Time
	for _, row := range rows {
		o, err := openRow(key, row)
		if err != nil {
			return time.Time{}, err
		}
		v := o.values()
		if noteKind(v) != noteClock {
			continue
		}
		if at, err := time.Parse(time.RFC3339, v.word("recorded-at")); err == nil {
			until = at
		}
	}
	return until, nil
}
