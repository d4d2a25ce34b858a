package plan

import "slices"

// component is a set of claims that compete, with the ways to choose among them.
type component struct {
	members []*event
	choices [][]string // maximal sets of claims that can be true together
	cut     bool       // there are more
}

// maxChoices bounds the ways to choose within one dispute, maxMembers the claims
// of one that is enumerated at all; beyond them the plan warns.
const (
	maxChoices = 16
	maxMembers = 20
)

// components finds the connected parts of the dispute graph and, for each, its
// maximal independent sets: `disputes` makes two events alternatives of one
// another, not all three of a chain.
func components(v *view) []component {
	edges, seen := map[string][]string{}, map[[2]string]bool{}
	for _, e := range v.known {
		for _, d := range e.Disputes {
			if o := v.byID[d]; o != nil && mayAnswer(e.Event, o.Event) && mayAnswer(o.Event, e.Event) {
				if seen[[2]string{e.ID, d}] || seen[[2]string{d, e.ID}] {
					continue // each disputes the other, or one does so twice
				}
				seen[[2]string{e.ID, d}] = true
				edges[e.ID] = append(edges[e.ID], d)
				edges[d] = append(edges[d], e.ID)
			}
		}
	}
	var out []component
	for _, e := range v.known {
		if len(edges[e.ID]) == 0 || e.comp >= 0 {
			continue
		}
		comp := component{}
		queue := []*event{e}
		e.comp = len(out)
		for len(queue) > 0 {
			x := queue[0]
			queue = queue[1:]
			comp.members = append(comp.members, x)
			for _, id := range edges[x.ID] {
				if n := v.byID[id]; n.comp < 0 {
					n.comp = len(out)
					queue = append(queue, n)
				}
			}
		}
		all := false
		comp.choices, all = independent(comp.members, edges)
		comp.cut = !all
		out = append(out, comp)
	}
	return out
}

// independent lists the maximal independent sets, in the order of the members.
// A branch ends as soon as a claim that it left out can no longer be excluded by
// one that it takes, so that a large dispute costs little.
func independent(members []*event, edges map[string][]string) (out [][]string, all bool) {
	if len(members) > maxMembers { // too many to enumerate: each claim alone
		for _, m := range members[:maxChoices] {
			out = append(out, []string{m.ID})
		}
		return out, false
	}
	all = true
	var grow func(i int, chosen, left []string)
	grow = func(i int, chosen, left []string) {
		if len(out) >= maxChoices {
			all = false
			return
		}
		if i == len(members) {
			out = append(out, slices.Clone(chosen))
			return
		}
		id := members[i].ID
		if !clash(id, chosen, edges) {
			take := append(slices.Clone(chosen), id)
			if excludable(left, take, members[i+1:], edges) {
				grow(i+1, take, left)
			}
		}
		skip := append(slices.Clone(left), id)
		if excludable(skip, chosen, members[i+1:], edges) {
			grow(i+1, chosen, skip)
		}
	}
	grow(0, nil, nil)
	return out, all
}

// excludable tells whether each claim that was left out clashes with one that is
// taken, or with one that can still be taken.
func excludable(left, chosen []string, rest []*event, edges map[string][]string) bool {
	for _, id := range left {
		if clash(id, chosen, edges) {
			continue
		}
		if !slices.ContainsFunc(rest, func(m *event) bool {
			return slices.Contains(edges[id], m.ID) && !clash(m.ID, chosen, edges)
		}) {
			return false
		}
	}
	return true
}

func clash(id string, chosen []string, edges map[string][]string) bool {
	for _, c := range chosen {
		if slices.Contains(edges[id], c) {
			return true
		}
	}
	return false
}
