package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/rulebook"
)

// counted is one reading as computed for one instance, before it is printed.
type counted struct {
	rd          *rulebook.Reading
	variant     string
	due         calendar.Span
	loc         *time.Location
	exclusive   bool
	provisional bool
	notes       []string
	steps       []Reason
	zoned       bool // a reading of one candidate zone: shown, but sets nothing
	rests       []string
}

// countAll computes every reading of a stage for one anchor.
func (u *unit) countAll(r *rulebook.Rule, s *rulebook.Stage, in *instance) []counted {
	var out []counted
	a := &in.anchor
	var trigger *event
	if len(a.events) > 0 {
		trigger = a.events[len(a.events)-1]
	}
	begins, ends := u.p.inForce(r)
	for i := range s.Readings {
		rd := &s.Readings[i]
		if rd.Gate() != nil && !u.holds(rd.Gate(), trigger) {
			continue
		}
		from := a
		if rd.Anchor != nil {
			cs, ok := u.candidates(rd.Anchor, r, s)
			if !ok || len(cs) == 0 {
				continue
			}
			own, _, _ := choose(cs, rd.Anchor.Which, begins, ends)
			if len(own) == 0 {
				continue
			}
			from = &own[0]
		}
		if c, ok := u.count(r, s, rd, from, a); ok {
			out = append(out, c)
			addAll(&in.rests, c.rests)
			addAll(&in.rests, u.gateAssumes(rd.Gate()))
			addAll(&in.rests, u.needsAssumed(rd.Anchor, r, s))
			for _, e := range from.events {
				addAll(&in.rests, u.restsOn(e))
			}
		}
	}
	return out
}

func (u *unit) count(r *rulebook.Rule, s *rulebook.Stage, rd *rulebook.Reading, from, stage *candidate) (counted, bool) {
	out := counted{rd: rd, variant: rd.Variant, exclusive: endOfDay(rd.Calc)}
	if rd.Rest == "holiday-only" {
		out.variant = joinVariant(out.variant, "rest=holiday-only")
	}
	if rd.Note != "" {
		out.notes = append(out.notes, rd.Note)
	}
	switch {
	case rd.Calc == "fixed":
		t, err := time.Parse(time.RFC3339, rd.Fixed)
		if err != nil {
			return out, false
		}
		out.due, out.loc, out.exclusive = calendar.Instant(t), t.Location(), false
		out.steps = []Reason{because("step-fixed")}
		return out, true
	case rd.Calc == "catalogue-date":
		return u.catalogue(out, from)
	case len(rd.Min)+len(rd.Max) > 0:
		return u.bounded(r, s, out, stage)
	}
	start := from.span
	if from.bound && out.exclusive { // days are counted from the day that ended, not from the one that begins
		start = calendar.Span{Earliest: before(start.Earliest), Latest: before(start.Latest)}
	}
	states, differ := u.places(rd, r, s), false
	for i, place := range states {
		k := calendar.Reckoning{Calc: calendar.Calc(rd.Calc), Period: rd.Period, Zone: place.loc, Table: place.table,
			Rest: rulebook.RestOf(rd.Rest), MinTwoWorkingDays: rd.MinTwo}
		due, res, err := k.Over(start)
		if err != nil {
			out.notes = append(out.notes, err.Error())
			return out, false
		}
		out.provisional = out.provisional || res.Provisional
		if i == 0 {
			out.due, out.loc, out.steps = due, place.loc, steps(res.Steps)
		} else {
			differ = differ || !due.Earliest.Equal(out.due.Earliest) || !due.Latest.Equal(out.due.Latest)
			out.due = calendar.Union(out.due, due)
		}
	}
	if differ { // where all States agree, nothing hangs on which it is
		out.notes = append(out.notes, because("filing-state-unknown").Text)
		out.provisional = true
	}
	if !governed(rd.Calc) {
		out.loc = anchorZone(from)
	}
	return out, true
}

// before is the last second before an exclusive bound; an open end stays open.
func before(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-time.Second)
}

func joinVariant(a, b string) string {
	if a == "" {
		return b
	}
	return a + "," + b
}

// endOfDay tells whether a calc gives the exclusive bound of a day.
func endOfDay(calc string) bool {
	switch calc {
	case "cn-day", "eu-1182-days", "eu-1182-months", "calendar-days", "business-days", "business-days-sec", "same-day", "retention-min", "catalogue-date":
		return true
	}
	return false
}

// governed tells whether a calc prints in a zone of its own.
func governed(calc string) bool {
	switch calc {
	case "elapsed", "cn-hour", "simultaneous":
		return false
	}
	return true
}

// anchorZone is the zone in which the first of the anchor's events was stated.
func anchorZone(a *candidate) *time.Location {
	if len(a.events) > 0 {
		return a.events[0].At.Location()
	}
	return time.UTC
}

func steps(in []calendar.Step) []Reason {
	out := make([]Reason, 0, len(in))
	for _, s := range in {
		r := Reason{Code: "step-" + s.Code, Args: s.Args}
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Text = r.Say("en")
		out = append(out, r)
	}
	return out
}

// catalogue takes the date that the anchor's event itself gives.
func (u *unit) catalogue(out counted, from *candidate) (counted, bool) {
	for _, e := range from.events {
		if e.Due == nil {
			continue
		}
		s, err := e.Due.Span()
		if err != nil {
			continue
		}
		out.loc = e.Due.Location()
		if out.due, err = e.Due.Ends(); err != nil {
			continue
		}
		out.exclusive = out.due != s
		out.steps = []Reason{because("step-catalogue", "event", e.ID)}
		return out, true
	}
	return out, false
}

// bounded computes the smaller (min) or larger (max) of several clocks. A term
// that lapses falls away where it would end before the stage's anchor: DORA's
// 24 h cap is gone when classification came later (Del. Reg. 2025/301 Art. 5).
func (u *unit) bounded(r *rulebook.Rule, s *rulebook.Stage, out counted, stage *candidate) (counted, bool) {
	terms, least := out.rd.Min, true
	if len(terms) == 0 {
		terms, least = out.rd.Max, false
	}
	var ends []calendar.Span
	for i := range terms {
		t := &terms[i]
		from := stage
		if t.Anchor != nil {
			cs, ok := u.candidates(t.Anchor, r, s)
			if !ok || len(cs) == 0 {
				continue
			}
			own, _, _ := choose(cs, t.Anchor.Which, time.Time{}, time.Time{})
			from = &own[0]
			for _, e := range from.events {
				addAll(&out.rests, u.restsOn(e))
			}
		}
		end, _, err := calendar.Reckoning{Calc: calendar.Elapsed, Period: t.Period}.Over(from.span)
		if err != nil {
			return out, false
		}
		if t.Lapses {
			gone, uncertain := lapsed(end, stage.span)
			if gone {
				out.steps = append(out.steps, because("step-cap-gone", "period", t.Period.String()))
				continue
			}
			if uncertain { // it may be gone: it bounds the earliest end only
				end = calendar.Span{Earliest: calendar.Max(calendar.Instant(end.Earliest), calendar.Instant(stage.span.Earliest)).Earliest}
			}
		}
		out.steps = append(out.steps, because("step-term", "period", t.Period.String()))
		ends = append(ends, end)
	}
	if len(ends) == 0 {
		return out, false
	}
	out.due = calendar.Max(ends...)
	if least {
		out.due = calendar.Min(ends...)
	}
	out.loc = anchorZone(stage)
	if out.rd.Calc == "elapsed-weekend-relief" {
		place := u.places(out.rd, r, s)[0]
		relief := calendar.Reckoning{Calc: calendar.ElapsedWeekendRelief, Period: calendar.Period{}, Zone: place.loc, Table: place.table}
		due, res, err := relief.Over(out.due)
		if err != nil {
			return out, false
		}
		out.due, out.loc, out.provisional = due, place.loc, out.provisional || res.Provisional
		out.steps = append(out.steps, steps(res.Steps)...)
	}
	return out, true
}

func lapsed(end, anchor calendar.Span) (gone, uncertain bool) {
	gone = !end.Latest.IsZero() && !anchor.Earliest.IsZero() && end.Latest.Before(anchor.Earliest)
	uncertain = !gone && !end.Earliest.IsZero() && !anchor.Latest.IsZero() && end.Earliest.Before(anchor.Latest)
	return gone, uncertain
}

// zonesOf lists the candidate zones of an anchor's events that give readings of
// their own.
func zonesOf(a *candidate) []string {
	var out []string
	for _, e := range a.events {
		for _, z := range e.zones {
			if !slices.Contains(out, z) {
				out = append(out, z)
			}
		}
	}
	return out
}

func zoneVariant(zone string) string { return "zone=" + zone }

// lateText writes a duration as the contract does: PT120H, PT1H30M.
func lateText(d time.Duration) string {
	if d < 0 {
		d = 0
	}
	d = d.Truncate(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	var b strings.Builder
	b.WriteString("PT")
	if h > 0 || m == 0 && s == 0 {
		fmt.Fprintf(&b, "%dH", h)
	}
	if m > 0 {
		fmt.Fprintf(&b, "%dM", m)
	}
	if s > 0 {
		fmt.Fprintf(&b, "%dS", s)
	}
	return b.String()
}
