package plan

import (
	"slices"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// What rests on an assumption says so (contract section 1, "Facts that are
// assumed"). The functions here gather the assumptions behind one line.

// restsOn lists what an event brings with it: that it is assumed itself, and that
// the product which it is about lies inside the unit's.
func (u *unit) restsOn(e *event) []string {
	out := slices.Clone(assumedEvent(e))
	addAll(&out, u.p.v.inside[u.product][e.Of])
	return out
}

// needsAssumed lists the assumptions behind what an anchor requires besides its
// own events: a requirement rests on one if no stated event fulfils it.
func (u *unit) needsAssumed(a *rulebook.Anchor, r *rulebook.Rule, s *rulebook.Stage) []string {
	var out []string
	if a == nil {
		return nil
	}
	for i := range a.Requires {
		var lists [][]string
		for _, c := range u.match(&a.Requires[i], r, s) {
			var one []string
			for _, e := range c.events {
				addAll(&one, u.restsOn(e))
			}
			lists = append(lists, one)
		}
		addAll(&out, least(lists))
	}
	return out
}

// least is the shortest of the lists: the way that assumes the fewest things.
func least(lists [][]string) []string {
	var best []string
	for i, l := range lists {
		if i == 0 || len(l) < len(best) {
			best = l
		}
	}
	return best
}

// gateAssumes lists the assumptions behind the kinds of events that a condition
// asks about.
func (u *unit) gateAssumes(c *rulebook.Condition) []string {
	if c == nil {
		return nil
	}
	var out []string
	for _, kind := range c.Kinds() {
		var lists [][]string
		for _, e := range u.ofKind(casefile.Kind(kind)) {
			if u.concerns(e) && e.Basis != "claim" && !u.dropped[e.ID] {
				lists = append(lists, assumedEvent(e))
			}
		}
		addAll(&out, least(lists))
	}
	return out
}

// recipientAssumes lists the assumptions that make somebody the upstream provider.
func (u *unit) recipientAssumes(to []string) []string {
	if !slices.Contains(to, "upstream-provider") {
		return nil
	}
	var lists [][]string
	for _, id := range u.p.v.parts[u.product] {
		if q := u.p.v.c.Product(id).Provider; q != "" && q != u.party.ID {
			lists = append(lists, u.p.v.inside[u.product][id])
		}
	}
	return least(lists)
}
