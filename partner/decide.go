package partner

import (
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// decided enters a decision into the register.
func (f *fold) decided(e *casefile.Event, at calendar.Span) {
	d := Decided{Event: e.ID, Kind: string(e.Kind), At: at, Number: attr(e, "number"), Rule: e.Rule, Reason: e.Reason, Body: attr(e, "appeal-body")}
	if day, ok := dayOf(e, "appeal-until"); ok {
		d.Open = calendar.DayEnds(day, e.At.Location(), false)
	}
	f.s.Decisions = append(f.s.Decisions, d)
}

// decision reads the acts that change a suspension or end the partnership.
func (f *fold) decision(e *casefile.Event, at calendar.Span) {
	s := &f.s
	f.joined = f.joined || f.end == "" // whoever is suspended or reinstated was a member, whatever else is recorded
	switch e.Kind {
	case "partner-reassessed":
		s.Reviews = append(s.Reviews, Review{e.ID, at, e.Re, e.Result})
		if e.Result == "active" {
			if f.findMark(e.Re, "partner-warned") >= 0 {
				f.endMarks(e.ID, e.Re)
			} else {
				f.endMarks(e.ID, "")
			}
		} else if x := s.Suspension; x != nil {
			x.Review.Done, x.Review.Result = e.ID, e.Result
		}
		return
	case "partner-suspended":
		f.suspend(e, at)
	case "partner-extended":
		f.extend(e, at)
	case "partner-reinstated":
		f.stop(e.ID, at)
		f.endMarks(e.ID, "")
		if s.Conditions = ""; e.Result == "with-conditions" {
			s.Conditions = e.ID
		}
	case "partner-terminated":
		f.use(e.ID)
		from := f.from(e, at)
		f.plan(from, e.ID, func() {
			if f.end == "" && f.standsDecision(e.ID) {
				f.leave(e.ID, from)
			}
		})
		f.decided(e, at)
		f.flush(begin(at))
		return
	}
	f.decided(e, at)
}

// use notes which closed hearing a decision rests on.
func (f *fold) use(decision string) {
	if h := f.s.heard(); h != nil {
		h.For = decision
	}
}

// from is when a decision takes effect: at once, or from the day that it names,
// never before it was made.
func (f *fold) from(e *casefile.Event, at calendar.Span) calendar.Span {
	if day, ok := dayOf(e, "from"); ok && attr(e, "effect") != "at-once" {
		return calendar.Max(at, calendar.Instant(day.Earliest))
	}
	return at
}

func (f *fold) suspend(e *casefile.Event, at calendar.Span) {
	s := &f.s
	if s.Suspension != nil { // a new decision takes the place of the one that holds
		f.stop(e.ID, at)
	}
	x := &Suspension{Decision: e.ID, At: at, From: f.from(e, at), Scope: e.Scope, Units: f.units(e),
		Urgent: attr(e, "hearing") == "after", lapses: flag(e, "lapses")}
	if !x.Urgent {
		f.use(e.ID)
	}
	x.until = untilOf(e, x.From)
	if x.due = x.until; e.Due != nil {
		x.due = ends(*e.Due)
	}
	x.measure()
	s.Suspension = x
	if by, ok := dayOf(e, "reply-by"); ok && x.Urgent { // the decision itself asks, and the hearing runs after it
		s.Hearings = append(s.Hearings, Hearing{Opened: e.ID, At: at, Due: calendar.Instant(by.Latest.Add(time.Second)), About: e.ID, Proof: attr(e, "proof-of-service"), For: e.ID})
	}
	f.effect(x)
	f.lapse(x, at)
}

// units are the parts of the member that a suspension is for: those that it
// names, or to which alone it is addressed.
func (f *fold) units(e *casefile.Event) []string {
	if u := strings.Fields(attr(e, "units")); len(u) > 0 {
		return u
	}
	var out []string
	for _, id := range e.To {
		if id == f.member || !f.below[id] {
			return nil
		}
		out = append(out, id)
	}
	return out
}

// effect begins a suspension on its first day.
func (f *fold) effect(x *Suspension) {
	f.plan(x.From, x.Decision, func() {
		if f.s.Suspension == x {
			x.Effective = true
		}
	})
	f.flush(begin(x.At)) // at once
}

// untilOf is the end that a decision names: a last day, or a period from its first.
func untilOf(e *casefile.Event, from calendar.Span) calendar.Span {
	if e.Until != nil {
		return ends(*e.Until)
	}
	p, err := calendar.ParsePeriod(attr(e, "period"))
	if err != nil || p.BusinessDays != 0 {
		return calendar.Span{}
	}
	return after(from, p, e.At.Location())
}

// measure takes the end and the review from the last decision that stands.
func (x *Suspension) measure() {
	until, due := x.until, x.due
	x.Lapses = x.lapses
	if n := len(x.Extended); n > 0 {
		last := x.Extended[n-1]
		until, due, x.Lapses = last.Until, last.due, last.lapses
	}
	x.Until = until
	if x.Review.By != due {
		x.Review = Due{By: due}
	}
}

func (f *fold) extend(e *casefile.Event, at calendar.Span) {
	f.use(e.ID)
	x := f.s.Suspension
	if x == nil {
		return // of nothing: CheckAct refuses it
	}
	n := Extension{Decision: e.ID, At: at, Until: untilOf(e, x.lastDay()), lapses: flag(e, "lapses")}
	if n.due = n.Until; e.Due != nil {
		n.due = ends(*e.Due)
	}
	x.Extended = append(x.Extended, n)
	x.Review = Due{By: n.due}
	x.measure()
	f.lapse(x, at)
}

// lastDay is the last second before the end, from which a period of days runs on.
func (x *Suspension) lastDay() calendar.Span {
	if x.Until.Earliest.IsZero() || x.Until.Latest.IsZero() {
		return calendar.Span{}
	}
	return calendar.Span{Earliest: x.Until.Earliest.Add(-time.Second), Latest: x.Until.Latest.Add(-time.Second)}
}

// lapse lets a suspension end by itself, where the words of the last decision on
// it say so: at its end, or when this came to be its end.
func (f *fold) lapse(x *Suspension, at calendar.Span) {
	if until := x.Until; x.Lapses && until != (calendar.Span{}) {
		by := x.Decision
		if n := len(x.Extended); n > 0 {
			by = x.Extended[n-1].Decision
		}
		end := calendar.Max(until, at)
		f.plan(end, by, func() {
			if f.s.Suspension == x && x.Until == until && x.Lapses {
				f.stop(by, end)
			}
		})
	}
}

// stop ends the suspension that was decided on, begun or not.
func (f *fold) stop(by string, at calendar.Span) {
	x := f.s.Suspension
	if x == nil {
		return
	}
	x.EndedBy, x.Ended = by, at
	f.s.Past = append(f.s.Past, *x)
	f.s.Suspension = nil
}

func (f *fold) appeal(e *casefile.Event, at calendar.Span) {
	s := &f.s
	if e.Kind == "appealed" {
		a := Appeal{Event: e.ID, At: at, Of: e.Re, Reason: e.Reason}
		if d := f.decisionOf(e.Re); d != nil {
			d.Appeal, a.Timely = "appealed", timely(at, d.Open)
		}
		s.Appeals = append(s.Appeals, a)
		return
	}
	of := e.Re // the decision, or the appeal against it
	for i := range s.Appeals {
		if a := &s.Appeals[i]; a.Decided == "" && (a.Event == e.Re || a.Of == e.Re) {
			a.Decided, a.Result, a.End, of = e.ID, e.Result, at, a.Of
		}
	}
	d := f.decisionOf(of)
	if d == nil {
		return
	}
	switch d.Appeal = e.Result; e.Result {
	case "changed":
		f.change(of, e)
	case "annulled":
		f.annul(of, e.ID, at)
	}
}

func (f *fold) decisionOf(id string) *Decided {
	for i := range f.s.Decisions {
		if d := &f.s.Decisions[i]; id != "" && d.Event == id {
			return d
		}
	}
	return nil
}

func (f *fold) standsDecision(id string) bool {
	d := f.decisionOf(id)
	return d != nil && d.Appeal != "annulled"
}

// change moves the end of the suspension that an appeal was about.
func (f *fold) change(decision string, e *casefile.Event) {
	x := f.s.Suspension
	if x == nil || e.Until == nil {
		return
	}
	until, due := ends(*e.Until), ends(*e.Until)
	if e.Due != nil {
		due = ends(*e.Due)
	}
	if x.Decision == decision {
		x.until, x.due = until, due
	}
	for i := range x.Extended {
		if n := &x.Extended[i]; n.Decision == decision {
			n.Until, n.due = until, due
		}
	}
	x.measure()
	f.lapse(x, f.c.Span(e))
}

// annul takes a decision away from that day on; what was refused under it
// before stays refused.
func (f *fold) annul(decision, by string, at calendar.Span) {
	s := &f.s
	f.endMarks(by, decision)
	if s.Conditions == decision {
		s.Conditions = ""
	}
	if f.end == decision {
		f.end, f.joined = "", true
		if x := f.before; x != nil { // what it ended goes on
			s.Past = slices.DeleteFunc(s.Past, func(p Suspension) bool { return p.Decision == x.Decision && p.EndedBy == decision })
			x.EndedBy, x.Ended = "", calendar.Span{}
			s.Suspension = x
		}
	}
	x := s.Suspension
	if x == nil {
		return
	}
	if x.Decision == decision {
		f.stop(by, at)
		return
	}
	x.Extended = slices.DeleteFunc(x.Extended, func(n Extension) bool { return n.Decision == decision })
	x.measure()
	f.lapse(x, at)
}
