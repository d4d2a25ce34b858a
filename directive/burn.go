package directive

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// change is what one cell comes to at an instant.
type change struct {
	at      time.Time
	cell    int
	pending bool
	left    int64
	known   bool
}

// burn draws the burn-downs: of each step, and of the whole, in which a member is
// open while one of its steps is, and its systems are the most that are open in
// any one step. A figure stands from the instant of which it tells, a decision
// about the scope from the beginning. What was open when the directive ended
// stays open: an end does no work.
func (f *fold) burn() {
	end, steps := f.at, len(f.d.Steps)
	var all []change
	for i, c := range f.cells {
		if c.modality != "" {
			all = append(all, f.changes(i, c, end)...)
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return a.at.Compare(b.at) })
	if len(all) == 0 {
		return
	}
	now := make([]change, len(f.cells))
	days := newDays(f.d, end)
	whole, each := &tally{}, make([]tally, steps)
	for _, ch := range all {
		if days.over(ch.at) {
			f.mark(days, whole, each)
			days.to(ch.at)
		}
		m := ch.cell / steps * steps
		whole.take(member(now[m:m+steps]), -1)
		each[ch.cell%steps].take(now[ch.cell], -1)
		now[ch.cell] = ch
		whole.take(member(now[m:m+steps]), 1)
		each[ch.cell%steps].take(ch, 1)
	}
	f.mark(days, whole, each)
	days.to(end)
	f.mark(days, whole, each)
}

// changes follows one cell in the order of what its acts tell of.
func (f *fold) changes(i int, c *cell, end time.Time) []change {
	mine := slices.Clone(f.mine[i])
	slices.SortStableFunc(mine, func(a, b *stood) int { return a.when.Compare(b.when) })
	began := f.d.issued.Earliest
	again := f.d.newCell(c.m, c.st, f.decided)
	var out []change
	note := func(at time.Time) {
		if at.Before(began) {
			at = began
		}
		if !at.After(end) {
			out = append(out, change{at, i, again.pending(at), again.left(at), again.known})
		}
	}
	var lapsed *Exception
	lapse := func(before time.Time) { // an exception that ends by itself, once
		if g := again.grant; g != nil && g != lapsed {
			if t := g.Until.Latest.Add(time.Second); t.Before(before) {
				lapsed = g
				note(t)
			}
		}
	}
	note(began)
	for _, a := range mine {
		lapse(a.when)
		again.follow(a)
		note(a.when)
	}
	lapse(end.Add(time.Second))
	return out
}

// member puts the steps of a member together.
func member(steps []change) change {
	var out change
	for _, c := range steps {
		out.pending = out.pending || c.pending
		out.left = max(out.left, c.left)
		out.known = out.known || c.known
	}
	return out
}

// tally is what is open.
type tally struct {
	members, silent int
	systems         int64
}

func (t *tally) take(c change, sign int) {
	if !c.pending {
		return
	}
	t.members += sign
	t.systems += int64(sign) * c.left
	if !c.known {
		t.silent += sign
	}
}

// mark writes the day that ends, where it differs from the one before or is the
// last.
func (f *fold) mark(d *days, whole *tally, each []tally) {
	d.put(&f.s.Burn, whole)
	for i := range each {
		if f.s.Steps[i].End == nil || !d.day.After(calendar.DateOf(f.s.Steps[i].End.At, f.d.zone)) {
			d.put(&f.s.Steps[i].Burn, &each[i])
		}
	}
}

// days walks the civil days of the directive's zone.
type days struct {
	zone *time.Location
	day  calendar.Date
	last calendar.Date
}

func newDays(d *Directive, end time.Time) *days {
	return &days{d.zone, calendar.DateOf(d.issued.Earliest, d.zone), calendar.DateOf(end, d.zone)}
}

func (d *days) over(t time.Time) bool { return calendar.DateOf(t, d.zone).After(d.day) }

func (d *days) to(t time.Time) { d.day = calendar.DateOf(t, d.zone) }

func (d *days) put(into *[]Point, t *tally) {
	p := Point{Day: d.day.String(), Members: t.members, Systems: t.systems, Silent: t.silent}
	n := len(*into)
	if n > 0 && (*into)[n-1].Day == p.Day {
		(*into)[n-1] = p
		return
	}
	if n > 0 && d.day != d.last {
		if q := (*into)[n-1]; q.Members == p.Members && q.Systems == p.Systems && q.Silent == p.Silent {
			return
		}
	}
	*into = append(*into, p)
}

// On gives the point in force on a day: the last one that is not after it.
func On(burn []Point, day string) (Point, bool) {
	i, found := slices.BinarySearchFunc(burn, day, func(p Point, day string) int {
		switch {
		case p.Day < day:
			return -1
		case p.Day > day:
			return 1
		}
		return 0
	})
	switch {
	case found:
		return burn[i], true
	case i == 0:
		return Point{}, false
	}
	return burn[i-1], true
}
