package plan

import (
	"slices"

	"tocsin/rulebook"
)

// recipientParties resolves a recipient of a rule to parties of the case.
func (u *unit) recipientParties(id string) []string {
	c := u.p.v.c
	switch id {
	case "provider":
		if prod := c.Product(u.product); prod != nil && prod.Provider != "" && prod.Provider != u.party.ID {
			return []string{prod.Provider}
		}
		return nil
	case "upstream-provider":
		var out []string
		for _, id := range u.p.v.parts[u.product] {
			if q := c.Product(id).Provider; q != "" && q != u.party.ID && !slices.Contains(out, q) {
				out = append(out, q)
			}
		}
		return out
	case "reporter", "requester":
		var out []string
		for _, e := range u.p.v.to[u.party.ID] {
			if (e.Kind == "reported" || e.Kind == "cve-requested") && u.concerns(e) && e.By != "" && !slices.Contains(out, e.By) {
				out = append(out, e.By)
			}
		}
		return out
	case "controller":
		var out []string
		for _, p := range c.Parties {
			for _, r := range p.Roles {
				if r.ID == "controller" && p.ID != u.party.ID {
					out = append(out, p.ID)
				}
			}
		}
		return out
	case "users", "public", "self":
		return nil
	}
	return u.p.v.is[id]
}

// names gives the recipients as they stand in a plan: parties of the case where
// they are known, else the recipient's own id.
func (u *unit) names(to []string) []string {
	out := []string{}
	for _, id := range to {
		ps := u.recipientParties(id)
		if len(ps) == 0 {
			ps = []string{id}
		}
		for _, p := range ps {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// went tells whether an event was addressed to a recipient. A party that runs
// several platforms is reached through the one named in `via`, else through any.
func (u *unit) went(e *event, recipient string) bool {
	if u.p.effort.spend(len(e.To)); recipient == "public-list" {
		return slices.ContainsFunc(e.To, func(to string) bool {
			entry := u.p.b.Entry(to)
			return entry != nil && entry.Public
		})
	}
	if slices.Contains(e.To, recipient) || e.Where == recipient || e.Via == recipient {
		return true
	}
	if u.p.b.Entry(recipient) != nil && e.Via != "" && u.p.b.Entry(e.Via) != nil && e.Via != recipient {
		return false
	}
	for _, p := range u.recipientParties(recipient) {
		if slices.Contains(e.To, p) {
			return true
		}
	}
	return false
}

// ownUpstream tells that a stage asks to tell the upstream provider where every
// component is the party's own: nobody has to tell itself.
func (u *unit) ownUpstream(s *rulebook.Stage) bool {
	if len(s.To) != 1 || s.To[0] != "upstream-provider" || len(u.p.v.inside[u.product]) == 0 {
		return false
	}
	for id := range u.p.v.inside[u.product] {
		if u.p.v.c.Product(id).Provider != u.party.ID {
			return false
		}
	}
	return true
}
