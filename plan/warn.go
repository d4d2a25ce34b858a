package plan

import (
	"slices"
	"sort"
	"strconv"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// standing adds a rule that asks something at all times, with the day until
// which records must be kept where one follows from the case.
func (p *planner) standing(party *casefile.Party, r *rulebook.Rule, g grantOf, roles []string) {
	from, until := p.inForce(r)
	if r.Ground == "norm" && !adopted(p.v.c, party, r) {
		return // a norm binds whoever follows it, at all times too
	}
	if !r.Scheduled() || !from.IsZero() && p.o.At.Before(from) || !until.IsZero() && !p.o.At.Before(until) {
		return
	}
	u := p.unit(party, subject{}, roles, p.base)
	u.everything = true
	if !u.holds(r.Gate(), nil) {
		return
	}
	s := &Standing{Rule: r.ID, Title: rulebook.T(r.Title, "en"), Class: r.Class, Party: party.ID, Citation: r.Citation.Text, Assumes: []string{}, rule: r}
	addAll(&s.Assumes, g.assumes)
	if r.Retain != nil {
		s.keepUntil(u, r)
	}
	p.plan.Standing = append(p.plan.Standing, s)
}

// keepUntil is the latest of the retention minima of the entries in the case.
func (d *Standing) keepUntil(u *unit, r *rulebook.Rule) {
	loc := r.Pack().Location()
	if z, err := calendar.Zone(r.Retain.Zone); err == nil && r.Retain.Zone != "" {
		loc = z
	}
	var last *Instant
	var because []string // the assumptions behind the latest of them
	for i := range r.Retain.Each {
		for _, c := range u.match(&r.Retain.Each[i], r, nil) {
			k := calendar.Reckoning{Calc: calendar.RetentionMin, Period: r.Retain.Period, Zone: loc}
			due, _, err := k.Over(c.span)
			if err != nil || due.Latest.IsZero() {
				continue
			}
			if last == nil || due.Latest.After(last.Time) {
				last = instant(due.Latest, loc)
				because = because[:0]
				for _, e := range c.events {
					addAll(&because, assumedEvent(e))
				}
			}
		}
	}
	d.KeepUntil = last
	addAll(&d.Assumes, because)
}

// warn adds what a careful reader should see beside the duties.
func (p *planner) warn() {
	p.warnEmbargo()
	p.warnSignals()
	p.warnFixes()
	provisional, claims := 0, 0
	for _, d := range p.plan.Duties {
		if slices.ContainsFunc(d.Readings, func(r *Reading) bool { return r.Provisional }) {
			provisional++
		}
	}
	if provisional > 0 {
		p.plan.Warnings = append(p.plan.Warnings, because("provisional", "n", strconv.Itoa(provisional)))
	}
	for _, e := range p.v.events {
		ownWord := e.By != "" && e.RecordedBy == e.By && len(e.To) == 0
		if e.Basis == "claim" && !ownWord {
			claims++
		}
	}
	if claims > 0 {
		p.plan.Warnings = append(p.plan.Warnings, because("claims-unadopted", "n", strconv.Itoa(claims)))
	}
}

// warnEmbargo: the shortest embargo wins; joining a list with a short maximum
// silently shortens a longer plan.
func (p *planner) warnEmbargo() {
	by := map[string][]*Duty{}
	for _, d := range p.plan.Duties {
		if d.Ground == "norm" && d.Duty == "publish" && d.Due != nil && !d.Done() && !p.isPublic(d.Of) {
			by[d.Of] = append(by[d.Of], d)
		}
	}
	var products []string
	for id := range by {
		products = append(products, id)
	}
	sort.Strings(products)
	for _, id := range products {
		ds := by[id]
		sort.SliceStable(ds, func(i, j int) bool { return ds[i].Due.Before(ds[j].Due.Time) })
		for _, d := range ds[1:] {
			if d.Rule != ds[0].Rule && d.Due.After(ds[0].Due.Time) {
				p.plan.Warnings = append(p.plan.Warnings, because("embargo-shortened", "short", ds[0].Rule, "due", calendar.Clock(ds[0].Due.Time, ds[0].Due.Location()),
					"long", d.Rule, "was", calendar.Clock(d.Due.Time, d.Due.Location()), "product", p.productName(id)))
				break
			}
		}
	}
}

// isPublic tells whether a flaw is out already: nothing is left to hold back.
func (p *planner) isPublic(product string) bool {
	for _, kind := range []casefile.Kind{"published", "cve-published", "leaked", "exploit-published"} {
		for _, e := range p.v.kinds[kind] {
			if e.Detail != "metadata" && p.about(e, product) {
				return true
			}
		}
	}
	return false
}

// warnSignals: a signal that nobody assessed is not awareness, but time passes.
func (p *planner) warnSignals() {
	for _, e := range p.v.kinds["signalled"] {
		for _, who := range append([]string{e.By}, e.To...) {
			if who == "" || p.v.c.Party(who) == nil {
				continue
			}
			knows := slices.ContainsFunc(p.v.by[who], func(x *event) bool {
				return (x.Kind == "aware" || x.Kind == "decided" || x.Kind == "assessed" || x.Kind == "incident-aware") && !begin(x.span).Before(begin(e.span))
			})
			if !knows && (who != e.By || len(e.To) == 0) {
				p.plan.Warnings = append(p.plan.Warnings, because("signal-unassessed", "party", p.partyName(who), "event", e.ID, "at", begin(e.span).UTC().Format(time.RFC3339)))
			}
		}
	}
}

// warnFixes: a fix in a public repository that gives the flaw away is a leak
// channel, and some lists treat the issue as public from then on.
func (p *planner) warnFixes() {
	for _, e := range p.v.kinds["fix-committed"] {
		if e.Reveals {
			p.plan.Warnings = append(p.plan.Warnings, because("fix-visible", "event", e.ID, "by", p.partyName(e.By)))
			return
		}
	}
}
