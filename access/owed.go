package access

import (
	"slices"

	"tocsin/plan"
)

// Owed leaves of a plan what the parties of a viewpoint owe. A plan of a cut case
// lists others' duties too, worked out from half of their facts: those it must
// not say, for they would be wrong. The plan of a viewpoint of All is as it is.
// The difference against another plan is left out: take plan.Diff of what Owed
// leaves of both.
func Owed(p *plan.Plan, v Viewpoint) *plan.Plan {
	if v.All || p == nil {
		return p
	}
	ours := func(party string) bool { return slices.Contains(v.Parties, party) }
	out := *p
	out.Difference = nil
	out.Duties, out.Prohibitions, out.Conflicts, out.Standing, out.Order = []*plan.Duty{}, []*plan.Prohibited{}, []*plan.Conflict{}, []*plan.Standing{}, [][]string{}
	kept := map[string]bool{}
	for _, d := range p.Duties {
		if ours(d.Obliged) {
			out.Duties, kept[d.ID] = append(out.Duties, d), true
		}
	}
	for _, d := range p.Prohibitions {
		if ours(d.Party) {
			out.Prohibitions = append(out.Prohibitions, d)
		}
	}
	for _, c := range p.Conflicts {
		if ours(c.Party) {
			out.Conflicts = append(out.Conflicts, c)
		}
	}
	for _, s := range p.Standing {
		if ours(s.Party) {
			out.Standing = append(out.Standing, s)
		}
	}
	for _, layer := range p.Order {
		if l := keep(layer, func(id string) bool { return kept[id] }); len(l) > 0 {
			out.Order = append(out.Order, l)
		}
	}
	return &out
}
