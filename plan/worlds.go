package plan

import (
	"slices"
	"sort"

	"tocsin/rulebook"
)

// maxWorlds bounds how many combinations of competing claims are computed for
// one duty; beyond it the plan warns.
const maxWorlds = 64

// world gives the events left out when, of each dispute, the choice with the
// given index is true. A nil choice takes the first of each.
func (p *planner) world(choice map[int]int) map[string]bool {
	out := map[string]bool{}
	for i, comp := range p.v.comps {
		if !p.effort.spend(8 * len(comp.members)) {
			break
		}
		keep := comp.choices[choice[i]]
		for _, m := range comp.members {
			if !slices.Contains(keep, m.ID) {
				out[m.ID] = true
			}
		}
	}
	return out
}

// alternatives evaluates a stage under every combination of the claims that
// matter to it. Where the outcomes differ the duty takes no side: its state is
// disputed, and each outcome is listed.
func (p *planner) alternatives(base []*Duty, bu *unit, r *rulebook.Rule, s *rulebook.Stage, g grantOf, mk func(map[string]bool) *unit) []*Duty {
	touched := map[int]bool{}
	for c := range bu.touched {
		touched[c] = true
	}
	type outcome struct {
		given  []string
		duties []*Duty
	}
	var outcomes []outcome
	cut := false // not every combination is looked at
	for {
		before := len(touched)
		outcomes = outcomes[:0]
		var comps []int
		for c := range touched {
			comps = append(comps, c)
		}
		sort.Ints(comps)
		choice := map[int]int{}
		for n := 0; n < maxWorlds && p.effort.spend(20*len(comps)); n++ {
			u := mk(p.world(choice))
			ds := p.evaluate(u, r, s, g)
			for c := range u.touched {
				touched[c] = true
			}
			o := outcome{duties: ds}
			for _, c := range comps {
				o.given = append(o.given, p.v.comps[c].choices[choice[c]]...)
			}
			outcomes = append(outcomes, o)
			if !next(choice, comps, p.v.comps) {
				break
			}
			if n == maxWorlds-1 {
				cut = true
			}
		}
		if len(touched) == before || p.effort.out() {
			break
		}
	}
	for c := range touched {
		cut = cut || p.v.comps[c].cut
	}
	if cut {
		p.tooMany(r)
	}
	byID := map[string][]Alternative{}
	all := map[string][]*Duty{}
	var order []string
	for _, o := range outcomes {
		for _, d := range o.duties {
			if all[d.ID] == nil {
				order = append(order, d.ID)
			}
			all[d.ID] = append(all[d.ID], d)
			byID[d.ID] = append(byID[d.ID], Alternative{Given: o.given, State: d.State, MetBy: d.MetBy, LateBy: d.LateBy})
		}
	}
	var out []*Duty
	for _, id := range order {
		out = append(out, merge(all[id], byID[id], !cut && len(all[id]) == len(outcomes)))
	}
	return out
}

// tooMany warns, once a rule, that not every combination was looked at.
func (p *planner) tooMany(r *rulebook.Rule) {
	if !slices.ContainsFunc(p.plan.Warnings, func(w Reason) bool { return w.Code == "too-many-claims" && w.Args["rule"] == r.ID }) {
		p.plan.Warnings = append(p.plan.Warnings, because("too-many-claims", "rule", r.ID))
	}
}

// next counts the choice up like a clock; false when it has come round.
func next(choice map[int]int, comps []int, all []component) bool {
	for i := len(comps) - 1; i >= 0; i-- {
		c := comps[i]
		if choice[c]+1 < len(all[c].choices) {
			choice[c]++
			return true
		}
		choice[c] = 0
	}
	return false
}

// merge makes one duty of its outcomes in several worlds. Where they are not all
// there is, because the duty is missing from some or some were not computed, no
// common state is claimed.
func merge(ds []*Duty, alts []Alternative, whole bool) *Duty {
	d := ds[0]
	same, sameState, sameDue, sameAnchor := true, true, true, true
	for _, o := range ds[1:] {
		if o.State != d.State {
			sameState = false
		}
		if !equal(o.MetBy, d.MetBy) || !equal(o.LateBy, d.LateBy) {
			same = false
		}
		if !sameInstant(o.Due, d.Due) {
			sameDue = false
		}
		if (o.Anchor == nil) != (d.Anchor == nil) || o.Anchor != nil && !slices.Equal(o.Anchor.Events, d.Anchor.Events) {
			sameAnchor = false
		}
		addAll(&d.Assumes, o.Assumes)
	}
	sameState = sameState && whole
	if same && sameState && sameDue && sameAnchor {
		return d
	}
	d.Alternatives = alts
	if !sameState {
		d.State = Disputed
	}
	if !sameState || !same {
		d.MetBy, d.MetAt, d.LateBy, d.PastDue = nil, nil, nil, false
	}
	for _, o := range ds[1:] {
		for _, b := range o.Because {
			if !slices.ContainsFunc(d.Because, func(x Reason) bool { return x.Code == b.Code && x.Text == b.Text }) {
				d.Because = append(d.Because, b)
			}
		}
		if d.Heard == nil {
			d.Heard = o.Heard
		}
		d.Due, d.ActBy = earlier(d.Due, o.Due), earlier(d.ActBy, o.ActBy)
		if d.Anchor == nil {
			d.Anchor = o.Anchor
		}
		if len(d.Readings) == 0 {
			d.Readings = o.Readings
		}
	}
	if !sameState || !same {
		for _, r := range d.Readings {
			r.State, r.LateBy = Disputed, nil
		}
	}
	d.Because = append(d.Because, because("disputed"))
	return d
}

func earlier(a, b *Instant) *Instant {
	if a == nil || b != nil && b.Before(a.Time) {
		return b
	}
	return a
}

func equal(a, b *string) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

func sameInstant(a, b *Instant) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(b.Time)
}
