package access

import (
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/plan"
)

// MatterOf works out what the table needs to know of a case. p is the plan of
// the whole case, at the instant that counts; without one nothing is known of
// prohibitions, and whoever sits for a party is refused (Matter.Blind).
func MatterOf(c *casefile.Case, p *plan.Plan, seats []Seat) Matter {
	m := Matter{TLP: c.TLP, Seats: seats, PartOf: map[string]string{}, Blind: p == nil}
	for _, q := range c.Parties {
		if q.PartOf != "" {
			m.PartOf[q.ID] = q.PartOf
		}
	}
	if p == nil {
		m.Embargo, m.Consented = true, map[string]bool{}
		return m
	}
	m.On = calendar.DateOf(p.At.Time, time.UTC)
	m.Embargo, m.Consented = Embargo(c, p.At.Time)
	m.Bars = bars(c, p, m.On)
	return m
}

// bars are the prohibitions of a plan on sharing abroad that hold at its instant.
// One that was acted against still holds until something releases it; one whose
// reach is open (Bar.May) bars too: telling cannot be taken back.
//
// It bars the people of parties that lie inside the order themselves. Of one that
// is bound through a market alone, the people at home are no overseas recipients
// of their own knowledge; the plan shows the prohibition to it all the same.
func bars(c *casefile.Case, p *plan.Plan, on calendar.Date) []Bar {
	var out []Bar
	for _, d := range p.Prohibitions {
		holds := d.State == "in-force" || d.State == "breached" && d.ReleasedAt == nil
		if d.Window != nil && d.Window.To != nil && !p.At.Before(d.Window.To.Time) {
			holds = false
		}
		if !holds || d.Act != "share" || d.Audience != "overseas" {
			continue
		}
		b := Bar{Party: d.Party, Rule: d.Rule, Allowed: d.Allowed, Citation: d.Citation, May: d.Certainty == "may"}
		if r := d.RuleRecord(); r != nil {
			b.Order = r.Order
		}
		if q := c.Party(d.Party); q != nil && q.Country != "" && b.Order != "" && !casefile.Lies(q.Country, b.Order, on) {
			continue
		}
		if d.Since != nil && d.Since.Earliest != nil {
			b.Since = d.Since.Earliest.Format(time.RFC3339)
		}
		if !slices.ContainsFunc(out, func(o Bar) bool { return o.Party == b.Party && o.Rule == b.Rule && slices.Equal(o.Allowed, b.Allowed) }) {
			out = append(out, b)
		}
	}
	return out
}

// Embargo tells whether an embargo is in force in a case at an instant, and
// which parties accepted it.
//
// It is in force from the first proposal, so that nobody reads on before they
// accepted; whoever proposes it accepts it. A revision asks everybody anew, but
// for a step that a norm knows beforehand (`stage`). It ends when its last
// `until` has passed, when it is terminated, or when the flaw is public. What
// changes or ends it counts only by, and recorded by, parties that are in it, or
// by nobody named: else a party could open the case to itself by a word.
func Embargo(c *casefile.Case, at time.Time) (inForce bool, accepted map[string]bool) {
	var events []*casefile.Event
	retired := map[string]bool{}
	for i := range c.Events {
		e := &c.Events[i]
		if e.Basis == "claim" {
			continue
		}
		for _, id := range e.Supersedes {
			if o := c.Event(id); o.By == e.By && o.RecordedBy == e.RecordedBy || e.By == "" && e.RecordedBy == "" {
				retired[id] = true
			}
		}
		if embargoKinds[e.Kind] && !e.Denies && !begin(c.Span(e)).After(at) {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b *casefile.Event) int { return begin(c.Span(a)).Compare(begin(c.Span(b))) })

	accepted = map[string]bool{}
	var end time.Time // zero: no end is known
	until := func(e *casefile.Event) {
		if e.Until == nil {
			return
		}
		if s, err := e.Until.Span(); err == nil {
			end = s.Latest
		}
	}
	for _, e := range events {
		inside := (e.By == "" || accepted[e.By]) && (e.RecordedBy == "" || accepted[e.RecordedBy])
		switch {
		case retired[e.ID]:
		case e.Kind == "embargo-proposed":
			if !inForce || passed(end, begin(c.Span(e))) { // else another's terms: no word on those in force
				inForce, accepted, end = true, map[string]bool{e.By: true}, time.Time{}
				until(e)
			}
		case e.Kind == "embargo-accepted":
			if !inForce { // agreed on elsewhere
				inForce, end = true, time.Time{}
				until(e)
			}
			accepted[e.By] = true
		case e.Kind == "embargo-declined":
			delete(accepted, e.By)
		case !inForce || !inside:
		case e.Kind == "embargo-revised":
			until(e)
			if e.Stage == "" {
				accepted = map[string]bool{e.By: true}
			}
		case e.Kind == "published" && e.Detail == "metadata":
		default: // terminated, or public
			inForce, accepted, end = false, map[string]bool{}, time.Time{}
		}
	}
	delete(accepted, "")
	return inForce && !passed(end, at), accepted
}

var embargoKinds = map[casefile.Kind]bool{
	"embargo-proposed": true, "embargo-accepted": true, "embargo-declined": true, "embargo-revised": true, "embargo-terminated": true,
	"published": true, "leaked": true, "exploit-published": true,
}

func passed(end, at time.Time) bool { return !end.IsZero() && at.After(end) }

// begin is the earliest instant of a span, or its end where the beginning is open.
func begin(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}
