package rulebook

import "slices"

// Conditions lists every condition of a rule: of itself, its stages, readings
// and the matchers of its anchors.
func (b *Book) Conditions(r *Rule) []*Condition {
	var out []*Condition
	add := func(c *Condition) {
		if c != nil {
			out = append(out, c)
		}
	}
	matches := func(ms []Match) {
		for i := range ms {
			add(ms[i].where)
		}
	}
	anchor := func(a *Anchor) {
		if a != nil {
			matches(a.Any)
			matches(a.All)
			matches(a.Requires)
		}
	}
	add(r.when)
	for i := range r.Stages {
		s := &r.Stages[i]
		add(s.when)
		anchor(&s.Anchor)
		matches(s.MetBy)
		for j := range s.Readings {
			rd := &s.Readings[j]
			add(rd.when)
			anchor(rd.Anchor)
			for _, t := range slices.Concat(rd.Min, rd.Max) {
				anchor(t.Anchor)
			}
		}
	}
	if r.Forbids != nil {
		anchor(&r.Forbids.Starts)
		anchor(&r.Forbids.Release)
	}
	if r.Retain != nil {
		matches(r.Retain.Each)
	}
	return out
}
