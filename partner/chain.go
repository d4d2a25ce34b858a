package partner

import (
	"slices"
	"time"
)

// Lookup gives an organisation by its id.
type Lookup func(id string) (Org, bool)

// maxAbove bounds how deep organisations lie in one another: a group, a holding,
// a legal entity, a division, a team leave room to spare.
const maxAbove = 16

// Above lists the organisations that org is part of, nearest first. A part-of
// that points nowhere, goes round in a circle or lies too deep is refused with
// fault.Invalid: whoever cannot be placed gets no rights from where it stands.
func Above(org Org, by Lookup) ([]Org, error) {
	var out []Org
	seen := []string{org.ID}
	for at := org; at.PartOf != ""; {
		up, ok := by(at.PartOf)
		switch {
		case !ok:
			return nil, bad("part-of", "%q is part of an organisation that is not there", at.Name)
		case slices.Contains(seen, up.ID):
			return nil, bad("part-of", "%q goes round in a circle by way of %q", org.Name, at.Name)
		case len(out) == maxAbove:
			return nil, bad("part-of", "%q lies more than %d organisations deep", org.Name, maxAbove)
		}
		seen, out, at = append(seen, up.ID), append(out, up), up
	}
	return out, nil
}

// Chain lists the ids of the organisations above org, nearest first (Above).
func Chain(org Org, by Lookup) ([]string, error) {
	above, err := Above(org, by)
	ids := make([]string, 0, len(above))
	for _, o := range above {
		ids = append(ids, o.ID)
	}
	return ids, err
}

// LegalCountry is the country of the legal order that org answers to: its own,
// or that of the nearest organisation above it that states one; "" if none does.
// A unit without a country lies where its legal entity does.
func LegalCountry(org Org, above []Org) string {
	for _, o := range append([]Org{org}, above...) {
		if o.Country != "" {
			return o.Country
		}
	}
	return ""
}

// rank orders standings by how little is shared; a word that is not known counts
// as the worst.
func (s Standing) rank() int {
	if i := slices.Index(Standings(), s); i >= 0 {
		return i
	}
	return len(standings)
}

// Worse tells whether less is shared with s than with t: active, warned,
// suspended, left, invited, and last what is not known.
func (s Standing) Worse(t Standing) bool { return s.rank() > t.rank() }

// Worst is the worst of some standings; of none, the zero Standing, which is
// worse than any.
func Worst(of ...Standing) Standing {
	var out Standing
	for i, s := range of {
		if i == 0 || s.Worse(out) {
			out = s
		}
	}
	return out
}

// StandingOf is the worst standing of org and of what it is part of: a unit of a
// suspended group is suspended.
func StandingOf(org Org, above []Org) Standing {
	out := org.Standing
	for _, o := range above {
		out = Worst(out, o.Standing)
	}
	return out
}

// StandingsOn is, at an instant, the worst standing of org and of what it is part
// of, on each platform that one of them joined; nil if none did.
func StandingsOn(org Org, above []Org, at time.Time) map[string]Standing {
	var out map[string]Standing
	for _, o := range append([]Org{org}, above...) {
		for platform, stands := range o.On {
			if out == nil {
				out = map[string]Standing{}
			}
			s := stands.At(at)
			if was, ok := out[platform]; ok {
				s = Worst(was, s)
			}
			out[platform] = s
		}
	}
	return out
}

// Acts tells whether d may act at an instant: Until is exclusive.
func (d Deputy) Acts(at time.Time) bool { return !at.Before(d.From) && at.Before(d.Until) }

// In gives the membership of p in an organisation.
func (p *Person) In(org string) (Membership, bool) {
	for _, m := range p.Member {
		if m.Org == org {
			return m, true
		}
	}
	return Membership{}, false
}

// Has tells whether p holds a role of the platform.
func (p *Person) Has(r Role) bool { return r.Platform() && slices.Contains(p.Platform, r) }
