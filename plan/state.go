package plan

import (
	"time"

	"tocsin/calendar"
)

// outcome judges one due interval against what was done (contract section 2,
// "States"). exclusive is true where the bound is an end of day.
func outcome(due calendar.Span, exclusive bool, met *calendar.Span, latestOfAll time.Time, now time.Time, kept bool) State {
	if met != nil {
		switch {
		case !due.Earliest.IsZero() && !met.Latest.IsZero() && within(met.Latest, due.Earliest, exclusive):
			return Met
		case !due.Latest.IsZero() && !met.Earliest.IsZero() && !within(met.Earliest, due.Latest, exclusive):
			return MetLate
		}
		return MetOrLate
	}
	if latestOfAll.IsZero() || within(now, latestOfAll, exclusive) {
		return Running
	}
	if kept {
		return Missed
	}
	return NoRecord
}

func within(t, bound time.Time, exclusive bool) bool {
	if exclusive {
		return t.Before(bound)
	}
	return !t.After(bound)
}

// judge gives the state of a whole instance: by the readings of the duty's own
// ground for what was done in time, by the latest of any reading for what is
// still running.
func (u *unit) judge(in *instance, own []counted, all []counted) (state State, due time.Time) {
	var met *calendar.Span
	if in.met != nil {
		s := u.span(in.met)
		met = &s
	}
	if len(own) == 0 { // a date of a platform or of guidance is no number of the law
		if met != nil {
			return Met, time.Time{}
		}
		return Open, time.Time{}
	}
	for _, c := range own { // of an open beginning the bound that is known
		if t := earliest(c.due); due.IsZero() || !t.IsZero() && t.Before(due) {
			due = t
		}
	}
	if met != nil && sameEvent(in) {
		return Met, due // the act is its own anchor: simultaneous
	}
	if met == nil {
		return u.undone(all), due
	}
	return u.combine(own, met), due
}

// undone: as long as one reading of any basis still runs, the duty does.
func (u *unit) undone(all []counted) State {
	state := Running
	for _, c := range all {
		if state = outcome(c.due, c.exclusive, nil, c.due.Latest, u.p.o.At, u.p.kept); state == Running {
			return Running
		}
	}
	return state
}

// past tells whether a due date has gone by: at an end of day the day is over, an
// instant may still be used.
func past(own []counted, due, now time.Time) bool {
	for _, c := range own {
		if earliest(c.due).Equal(due) && within(now, due, c.exclusive) {
			return false
		}
	}
	return !now.Before(due)
}

// combine asks each reading: in time by all is met, late by all is late.
func (u *unit) combine(own []counted, met *calendar.Span) State {
	state := State("")
	for _, c := range own {
		s := outcome(c.due, c.exclusive, met, c.due.Latest, u.p.o.At, u.p.kept)
		if state != "" && s != state {
			return MetOrLate
		}
		state = s
	}
	return state
}

func sameEvent(in *instance) bool {
	for _, e := range in.anchor.events {
		if e == in.met {
			return true
		}
	}
	return false
}

// lateBy counts from due to what was done, or to now for what was not.
func (u *unit) lateBy(state State, due time.Time, met *event) *string {
	if due.IsZero() {
		return nil
	}
	at := u.p.o.At
	switch state {
	case MetLate, MetOrLate:
		if met == nil {
			return nil
		}
		if at = u.span(met).Earliest; at.IsZero() || !at.After(due) {
			return nil
		}
	case Missed:
	default:
		return nil
	}
	s := lateText(at.Sub(due))
	return &s
}
