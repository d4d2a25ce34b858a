package plan

import (
	"slices"
	"sort"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// prohibition evaluates one prohibition for one party and product.
func (p *planner) prohibition(r *rulebook.Rule, g grantOf, mk func(map[string]bool) *unit) {
	u := mk(p.base)
	if !u.holds(r.Gate(), nil) {
		return
	}
	if _, out := p.unscheduled(u, r); out {
		return // norms that nobody adopted, drafts
	}
	found := p.prohibited(u, r, g)
	if len(u.touched) > 0 {
		found = p.prohibitedInWorlds(found, u, r, g, mk)
	}
	p.plan.Prohibitions = append(p.plan.Prohibitions, found...)
}

// prohibitedInWorlds looks at the prohibition under each choice of competing
// claims. Where they differ it is shown as it holds without the harshest one.
func (p *planner) prohibitedInWorlds(found []*Prohibited, u *unit, r *rulebook.Rule, g grantOf, mk func(map[string]bool) *unit) []*Prohibited {
	var comps []int
	for c := range u.touched {
		comps = append(comps, c)
	}
	sort.Ints(comps)
	choice := map[int]int{}
	differ := false
	for n := 0; n < maxWorlds && next(choice, comps, p.v.comps); n++ {
		other := p.prohibited(mk(p.world(choice)), r, g)
		for i := range found {
			if i >= len(other) {
				differ = true
				continue
			}
			if other[i].State != found[i].State || !equal(other[i].ReleasedBy, found[i].ReleasedBy) {
				differ = true
				if found[i].State == "breached" {
					found[i] = other[i]
				}
			}
		}
		if len(found) == 0 && len(other) > 0 {
			found, differ = other, true
		}
	}
	if differ {
		for _, f := range found {
			f.Because = append(f.Because, because("disputed"))
		}
	}
	return found
}

func (p *planner) prohibited(u *unit, r *rulebook.Rule, g grantOf) []*Prohibited {
	f := r.Forbids
	p.effort.spend(costDuty)
	base := &Prohibited{
		Rule: r.ID, Title: rulebook.T(r.Title, "en"), Party: u.party.ID, Of: u.product, Act: f.Act, Audience: f.Audience,
		Allowed: u.allowed(f), Certainty: g.certainty, Assumes: []string{}, Because: []Reason{},
		Citation: r.Citation.Text, Operative: r.Citation.Operative, Official: r.Citation.Official, Verified: r.Verified, Reviewed: r.Reviewed, rule: r,
	}
	addAll(&base.Assumes, g.assumes)
	if g.certainty == "may" {
		base.Because = append(base.Because, because("may-bind", "note", g.note))
	}
	role := "role"
	if len(g.assumes) > 0 {
		role = "role-if"
	}
	base.Because = append(base.Because, because(role, "party", p.partyName(u.party.ID), "role", titled(p.b.Role(g.role).Title), "product", p.productName(u.product)))
	if f.Window != "" {
		return p.windows(u, r, base)
	}
	cs, ok := u.candidates(&f.Starts, r, nil)
	from, until := p.inForce(r)
	chosen, _, _ := choose(cs, f.Starts.Which, time.Time{}, until)
	if !ok || len(chosen) == 0 {
		return nil
	}
	start := chosen[0]
	base.start = start.span
	if !from.IsZero() { // knowledge from before binds from the rule's first day
		base.start = calendar.Max(start.span, calendar.Instant(from))
		if from.After(p.o.At) {
			return nil
		}
	}
	loc := anchorZone(&start)
	base.Since = &Anchor{Events: ids(start.events), Earliest: instant(base.start.Earliest, loc), Latest: instant(base.start.Latest, loc)}
	for _, e := range start.events {
		addAll(&base.Assumes, u.restsOn(e))
	}
	base.Because = append(base.Because, because("anchor", "events", p.eventWords(start.events)))
	p.release(u, r, base)
	p.lapse(r, base)
	p.breach(u, r, base)
	return []*Prohibited{base}
}

// lapse ends a prohibition with the rule that it comes from.
func (p *planner) lapse(r *rulebook.Rule, d *Prohibited) {
	_, until := p.inForce(r)
	if until.IsZero() || d.end != (calendar.Span{}) && !begin(d.end).After(until) {
		return
	}
	d.end = calendar.Instant(until)
	if d.State != string(Awaiting) && !p.o.At.Before(until) {
		d.State, d.ReleasedBy, d.ReleasedAt = "released", nil, instant(until, r.Pack().Location())
		d.Because = append(d.Because, because("ended", "until", day(until, r)))
	}
}

// allowed lists the recipients that the prohibition leaves free.
func (u *unit) allowed(f *rulebook.Forbid) []string {
	out := []string{}
	for _, id := range f.Except {
		if id == "provider" {
			for _, rel := range []string{"provider", "upstream-provider"} {
				for _, q := range u.recipientParties(rel) {
					addAll(&out, []string{q})
				}
			}
			continue
		}
		addAll(&out, u.names([]string{id}))
	}
	return out
}

// release finds what ended the prohibition: an event that the rule names, or
// the consent of the authority.
func (p *planner) release(u *unit, r *rulebook.Rule, d *Prohibited) {
	cs, ok := u.candidates(&r.Forbids.Release, r, nil)
	if !ok {
		cs = nil
	}
	for _, kind := range []casefile.Kind{"authorised", "waived"} {
		for _, e := range p.v.kinds[kind] {
			if u.fromAuthority(e, r) {
				cs = append(cs, candidate{span: u.span(e), events: []*event{e}})
			}
		}
	}
	d.State = "in-force"
	if len(cs) == 0 {
		return
	}
	end := firstOf(cs)
	d.State, d.end = "released", end.span
	var rests [][]string
	for _, c := range cs {
		var one []string
		for _, e := range c.events {
			addAll(&one, u.restsOn(e))
		}
		rests = append(rests, one)
	}
	addAll(&d.Assumes, least(rests))
	for _, e := range end.events {
		addAll(&d.Assumes, assumedEvent(e))
	}
	id := end.events[0].ID
	d.ReleasedBy, d.ReleasedAt = &id, instant(begin(end.span), anchorZone(&end))
	d.Because = append(d.Because, because("released", "events", p.eventWords(end.events)))
}

// consent ends a window early where the rule's release, or the authority's
// consent, lies inside it.
func (p *planner) consent(u *unit, r *rulebook.Rule, d *Prohibited) {
	state, end := d.State, d.end
	p.release(u, r, d)
	if d.ReleasedBy == nil || !begin(d.end).Before(begin(end)) {
		d.State, d.end, d.ReleasedBy, d.ReleasedAt = state, end, nil, nil
		return
	}
	if d.State = "released"; state == string(Awaiting) {
		d.State = state
	}
}

// breach looks for an act against the prohibition: certainly before what
// released it, and not certainly before it began.
func (p *planner) breach(u *unit, r *rulebook.Rule, d *Prohibited) {
	p.effort.spend(len(p.v.by[u.party.ID]))
	for _, e := range p.v.by[u.party.ID] {
		forbidden, unsettled := u.forbidden(e, r.Forbids, r.Order)
		if !forbidden && !unsettled || !u.concerns(e) || !e.adopted(u.party.ID) || !u.alive(e) {
			continue
		}
		s := u.span(e)
		if !s.Latest.IsZero() && !d.start.Earliest.IsZero() && s.Latest.Before(d.start.Earliest) {
			continue
		}
		if d.end != (calendar.Span{}) && !s.Before(d.end) {
			if s.MaybeBefore(d.end) {
				d.Because = append(d.Because, because("act-near-release", "event", e.ID))
			}
			continue
		}
		if unsettled {
			d.Because = append(d.Because, because("act-unsettled", "event", e.ID))
			continue
		}
		id := e.ID
		d.State, d.BreachedBy = "breached", &id
		addAll(&d.Assumes, u.restsOn(e))
		d.Because = append(d.Because, because("act-against", "event", id))
		return
	}
}

// forbidden tells whether an event is an act that the prohibition names.
func (u *unit) forbidden(e *event, f *rulebook.Forbid, order string) (yes, unsettled bool) {
	switch f.Act {
	case "publish":
		detail := e.Detail
		switch {
		case e.Kind == "published", e.Kind == "cve-published":
		case e.Kind == "exploit-published":
			detail = "exploit"
		case told(e.Kind) && u.public(e): // a post to a public list is a publication
		default:
			return false, false
		}
		if slices.Contains(f.Unsettled, detail) {
			return false, true
		}
		return len(f.Details) == 0 || slices.Contains(f.Details, detail), false
	case "share":
		if !told(e.Kind) {
			return false, false
		}
		for _, to := range e.To {
			if u.outside(to, f, order) && !u.excepted(to, e, f) {
				return true, false
			}
		}
	}
	return false, false
}

// public tells whether an event was addressed to a list or register that is open
// to the world.
func (u *unit) public(e *event) bool {
	return slices.ContainsFunc(append([]string{e.Via, e.Where}, e.To...), func(id string) bool {
		entry := u.p.b.Entry(id)
		return entry != nil && entry.Public
	})
}

// outside tells whether a recipient is one that the prohibition keeps out.
func (u *unit) outside(to string, f *rulebook.Forbid, order string) bool {
	switch f.Audience {
	case "overseas":
		on := calendar.DateOf(u.p.o.At, time.UTC)
		if q := u.p.v.c.Party(to); q != nil {
			if q.Country != "" {
				return !casefile.Lies(q.Country, order, on)
			}
			// a party without a country lies where the entries lie that it is
			return slices.ContainsFunc(q.Is, func(id string) bool {
				e := u.p.b.Entry(id)
				return e != nil && !casefile.Lies(e.Country, order, on)
			})
		}
		if e := u.p.b.Entry(to); e != nil {
			return !casefile.Lies(e.Country, order, on)
		}
		return false
	case "anyone":
		return true
	}
	return false
}

func (u *unit) excepted(to string, e *event, f *rulebook.Forbid) bool {
	if slices.Contains(f.Except, "provider") && e != nil {
		if prod := u.p.v.c.Product(e.Of); prod != nil && prod.Provider == to {
			return true
		}
	}
	return slices.Contains(u.allowed(f), to) || slices.Contains(f.Except, to)
}

// windows gives one prohibition for each window of the case that the rule looks at.
func (p *planner) windows(u *unit, r *rulebook.Rule, base *Prohibited) []*Prohibited {
	var out []*Prohibited
	on := calendar.DateOf(p.o.At, time.UTC)
	begins, ends := p.inForce(r)
	for _, w := range p.v.c.Windows {
		if w.Kind != r.Forbids.Window || w.Country != "" && !casefile.Lies(w.Country, r.Order, on) {
			continue
		}
		from, err1 := w.From.Span()
		to, err2 := w.To.Ends()
		if err1 != nil || err2 != nil {
			continue
		}
		if !p.effort.spend(costDuty) {
			break
		}
		d := *base
		d.Because = slices.Clone(base.Because)
		d.start, d.end = from, to
		if !begins.IsZero() && !d.end.Latest.IsZero() && !d.end.Latest.After(begins) || !ends.IsZero() && !begin(from).Before(ends) {
			continue // the window lies outside the time of the rule
		}
		if !begins.IsZero() {
			d.start = calendar.Max(d.start, calendar.Instant(begins))
		}
		d.Window = &Window{From: instant(d.start.Earliest, w.From.Location()), To: instant(d.end.Latest, w.To.Location()), Name: w.Name}
		switch {
		case p.o.At.Before(d.start.Earliest):
			d.State = string(Awaiting)
		case p.o.At.Before(d.end.Latest):
			d.State = "in-force"
		default:
			d.State = "released"
		}
		d.Because = append(d.Because, because("window", "name", w.Name))
		p.consent(u, r, &d)
		p.lapse(r, &d)
		p.breach(u, r, &d)
		out = append(out, &d)
	}
	return out
}
