package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// Until gives the first second after p.At at which the plan of a case can be
// another although nothing was added: the states of its duties and prohibitions
// are the same at every whole second before. It is zero if time alone changes
// nothing.
//
// It lists every instant that plan.For compares "now" with: the bounds of the
// readings, of events that lie in the future, of windows, of the validity of
// rules, and the days on which the membership of the European Union changes. An
// instant that turns out to change nothing costs one computation. Where claims
// compete, a plan does not show the dates of every world: there the end of the
// span is looked at too, and if the plan is another by then the first change is
// searched for. In one world, between those instants, a duty can only go from
// running to missed, so that equal ends mean that nothing changed between them.
func Until(c *casefile.Case, b *rulebook.Book, p *plan.Plan) (time.Time, error) {
	now := p.At.Time.Truncate(time.Second)
	s := instants{now: now}
	s.ofPlan(p)
	s.ofCase(c)
	for _, r := range b.Rules {
		from, until := r.InForce()
		s.add(from)
		s.add(until)
	}
	s.ofUnion()
	if !slices.ContainsFunc(c.Events, func(e casefile.Event) bool { return len(e.Disputes) > 0 }) {
		return s.first, nil
	}
	return s.inWorlds(c, b, p)
}

// instants keeps the first of the seconds after now.
type instants struct{ now, first time.Time }

// add takes a bound. A date includes its instant, an end of day does not, so
// that the second of the bound and the one after it both count.
func (s *instants) add(t time.Time) {
	if t.IsZero() {
		return
	}
	at := t.UTC().Truncate(time.Second)
	for _, t := range []time.Time{at, at.Add(time.Second)} {
		if t.After(s.now) && (s.first.IsZero() || t.Before(s.first)) {
			s.first = t
			return
		}
	}
}

func (s *instants) addAll(list ...*plan.Instant) {
	for _, i := range list {
		if i != nil {
			s.add(i.Time)
		}
	}
}

func (s *instants) ofPlan(p *plan.Plan) {
	for _, d := range p.Duties {
		s.addAll(d.Due, d.ActBy, d.MetAt)
		for _, r := range d.Readings {
			s.addAll(r.DueEarliest, r.DueLatest)
		}
		if d.Anchor != nil {
			s.addAll(d.Anchor.Earliest, d.Anchor.Latest)
		}
	}
	for _, f := range p.Prohibitions {
		s.addAll(f.ReleasedAt)
		if f.Since != nil {
			s.addAll(f.Since.Earliest, f.Since.Latest)
		}
		if f.Window != nil {
			s.addAll(f.Window.From, f.Window.To)
		}
	}
}

func (s *instants) ofCase(c *casefile.Case) {
	for i := range c.Events {
		e := &c.Events[i]
		s.span(c.Span(e))
		for _, t := range []*casefile.Time{e.Until, e.Due} {
			if t != nil {
				s.moment(*t)
			}
		}
		if d, err := calendar.ParseDate(e.ReviewOn); err == nil {
			for _, loc := range []*time.Location{time.UTC, e.At.Location()} {
				s.add(d.Start(loc))
				s.add(d.End(loc))
			}
		}
	}
	for _, w := range c.Windows {
		s.moment(w.From)
		s.moment(w.To)
	}
}

func (s *instants) span(sp calendar.Span) {
	s.add(sp.Earliest)
	s.add(sp.Latest)
}

// moment takes both ends of a stated time, and the end of the day that it names.
func (s *instants) moment(t casefile.Time) {
	sp, err := t.Span()
	if err != nil {
		return
	}
	s.span(sp)
	if !sp.Earliest.IsZero() {
		s.add(calendar.DateOf(sp.Earliest, t.Location()).End(t.Location()))
	}
}

// ofUnion takes the next midnight if other States belong to the Union from then.
func (s *instants) ofUnion() {
	today := calendar.DateOf(s.now, time.UTC)
	if !slices.Equal(casefile.MemberStates(today), casefile.MemberStates(today.AddDays(1))) {
		s.add(today.End(time.UTC))
	}
}

// inWorlds looks at the end of the span, a day at most, and searches for the
// first change where there is one.
func (s *instants) inWorlds(c *casefile.Case, b *rulebook.Book, p *plan.Plan) (time.Time, error) {
	if day := s.now.Add(24 * time.Hour); s.first.IsZero() || s.first.After(day) {
		s.first = day
	}
	was := shape(p)
	same := func(t time.Time) (bool, error) {
		other, err := plan.For(c, b, plan.Options{At: t})
		if err != nil {
			return false, err
		}
		return shape(other) == was, nil
	}
	lo, hi := s.now, s.first // it is the same at lo, and may be another at hi
	if eq, err := same(hi.Add(-time.Second)); err != nil || eq {
		return hi, err
	}
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Second)
		eq, err := same(mid)
		if err != nil {
			return time.Time{}, err
		}
		if eq {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi, nil
}

// shape is what of a plan must not change unseen.
func shape(p *plan.Plan) string {
	var b strings.Builder
	for _, d := range p.Duties {
		fmt.Fprintf(&b, "%s %s %t", d.ID, d.State, d.PastDue)
		for _, a := range d.Alternatives {
			fmt.Fprintf(&b, " %s", a.State)
		}
		b.WriteByte('\n')
	}
	for _, f := range p.Prohibitions {
		fmt.Fprintf(&b, "%s %s %s %s\n", f.Rule, f.Party, f.Of, f.State)
	}
	return b.String()
}
