package access

import (
	"slices"

	"tocsin/partner"
)

// Circle is a sharing platform, as far as it decides who receives what.
type Circle struct {
	ID        string
	Authority string                               // the organisation that runs it
	Ceilings  map[partner.Standing]partner.Ceiling // of its terms: the most that is shared, by standing
	Groups    map[string][]string                  // groups of members → the organisations in them
	Joined    []string                             // organisations that are in by name, as member or as unit; the reader's own are enough
}

// Shared is something that was shared on a sharing platform, as far as it decides
// who receives it. The zero Shared is received by nobody.
type Shared struct {
	Platform string
	From     string   // the organisation that shared it
	By       string   // the person of it who did
	TLP      string   // of TLP 2.0; nobody receives what is not labelled, but its sender
	To       []string // organisations, and
	Groups   []string // groups of members, that it is for; none of either: all members
	People   []string // of RED: who receives it, by name
}

// Road is the way by which a reader receives something; "" is none.
type Road string

// The roads.
const (
	AsSender    Road = "sender"    // it is their own
	AsAuthority Road = "authority" // they run the platform
	AsMember    Road = "member"    // it is for them, and lies under their ceiling
)

// Labels are those of TLP 2.0, from the widest to the narrowest.
func Labels() []string { return []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} }

// Receives tells by which road a reader receives something that was shared:
//
//   - its sender always has its own, wherever it stands
//   - the people of the authority see all of their platform
//   - the people of a member see what is for it, up to the ceiling of where the
//     member stands now: of itself and of those above it the worst
//   - RED is for the people whom it names, and its sender is a person too
//
// Where a member stands is all that counts: what it received before it was
// suspended or left it does not receive any more.
func Receives(r Reader, s Shared, c Circle) Road {
	if r.Person == "" || s.Platform == "" || s.Platform != c.ID {
		return ""
	}
	red := s.TLP == "RED"
	out := Road("")
	for i := range r.Acting {
		a := &r.Acting[i]
		if len(a.Roles) == 0 || red && a.For != "" {
			continue // nobody there; and RED is no deputy's
		}
		switch {
		case a.inside(s.From, s.TLP) && (!red || s.By == r.Person):
			return AsSender
		case red && !slices.Contains(s.People, r.Person):
		case a.runs(c):
			out = AsAuthority
		case out == "" && a.addressed(s, c) && under(s.TLP, a.Ceiling(c)):
			out = AsMember
		}
	}
	return out
}

// Runs tells whether a reader sees all of a platform, as one of the authority.
func Runs(r Reader, c Circle) bool {
	return r.Person != "" && slices.ContainsFunc(r.Acting, func(a Acting) bool { return len(a.Roles) > 0 && a.runs(c) })
}

// runs: the people of the authority and of the offices below it, as long as the
// authority itself stands well with the installation.
func (a *Acting) runs(c Circle) bool {
	return c.Authority != "" && (a.Org == c.Authority || slices.Contains(a.Group, c.Authority)) && (a.Standing == partner.Active || a.Standing == partner.Warned)
}

// Stands is where the organisation stands on a platform now, and whether it is a
// member there, or part of one.
func (a *Acting) Stands(platform string) (partner.Standing, bool) {
	_, joined := a.On[platform]
	return a.at(platform), joined
}

// Ceiling is the most that the organisation receives on a platform, by where it
// stands there now; "" is nothing, also for whoever is no member.
func (a *Acting) Ceiling(c Circle) string {
	if _, joined := a.On[c.ID]; !joined {
		return ""
	}
	return c.Ceilings[a.at(c.ID)].TLP
}

// addressed tells whether something is for an organisation: for all members, for
// it or one that it is part of, or for a group in which one of these is.
func (a *Acting) addressed(s Shared, c Circle) bool {
	if len(s.To) == 0 && len(s.Groups) == 0 {
		return s.TLP != "AMBER+STRICT" || slices.Contains(c.Joined, a.Org)
	}
	in := func(org string) bool { return a.inside(org, s.TLP) }
	return slices.ContainsFunc(s.To, in) || slices.ContainsFunc(s.Groups, func(g string) bool { return slices.ContainsFunc(c.Groups[g], in) })
}

// inside tells whether what an organisation has is the acting one's too: its own,
// and unless the label keeps it in one organisation that of those above it.
func (a *Acting) inside(org, tlp string) bool {
	return org != "" && (a.Org == org || tlp != "AMBER+STRICT" && slices.Contains(a.Group, org))
}

// under tells whether a label lies at a ceiling or under it. What has no label
// lies under none, and no label lies under none.
func under(tlp, ceiling string) bool {
	at := slices.Index(Labels(), tlp)
	return at >= 0 && at <= slices.Index(Labels(), ceiling)
}
