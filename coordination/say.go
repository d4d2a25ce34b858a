package coordination

import (
	"slices"

	"tocsin/plan"
)

// sayIn gives a copy of a plan with its reasons in another language; what is
// remembered is shared by readers of all languages and never changed.
func sayIn(p *plan.Plan, lang string) *plan.Plan {
	out := *p
	out.Duties = copies(p.Duties, func(d *plan.Duty) {
		d.Because = slices.Clone(d.Because)
		d.Readings = copies(d.Readings, func(r *plan.Reading) { r.Steps = slices.Clone(r.Steps) })
	})
	out.Prohibitions = copies(p.Prohibitions, func(x *plan.Prohibited) { x.Because = slices.Clone(x.Because) })
	out.Conflicts = copies(p.Conflicts, func(c *plan.Conflict) { c.Because = slices.Clone(c.Because) })
	out.Warnings = slices.Clone(p.Warnings)
	out.SayIn(lang)
	return &out
}

// copies copies what a list points to, one level deep.
func copies[T any](list []*T, deeper func(*T)) []*T {
	out := make([]*T, len(list))
	for i, p := range list {
		c := *p
		deeper(&c)
		out[i] = &c
	}
	return out
}
