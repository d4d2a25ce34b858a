package sharing

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/partner"
)

// Audience is who would receive something.
type Audience struct {
	Named   bool      // Members says who: for the authority alone. A member is not told who the others are, nor where they stand
	Members []Reached // that it is for; those who receive it first
	People  int       // of these, whom it would reach now
}

// Reached is a member that something is for.
type Reached struct {
	Member   string // id of the membership
	Org      string
	Name     string
	Standing partner.Standing
	Ceiling  partner.Ceiling // of where it stands
	Under    bool            // the label lies at that ceiling or under it
	People   int             // of the member, and of its units that joined, who would receive it now
}

// Audience tells who would receive a draft if it were shared now, and refuses what
// Share would refuse. It shares nothing.
func (s *Service) Audience(ctx context.Context, who access.Reader, platform string, d Draft) (Audience, error) {
	var out Audience
	if err := access.Scoped(who, access.Add); err != nil {
		return out, err
	}
	c, err := s.circle(ctx, who, platform)
	if err != nil {
		return out, err
	}
	if err := s.mayShare(ctx, who, c, &d, s.o.Now().UTC()); err != nil {
		return out, s.unless(who, c, err)
	}
	if out.Named = access.Runs(who, c.Circle); !out.Named {
		return out, nil
	}
	members, err := s.o.Circles.Members(ctx, who, platform)
	if err != nil {
		return out, err
	}
	x := access.Shared{Platform: c.ID, From: d.Org, By: who.Person, TLP: d.TLP, To: d.To, Groups: d.Groups, People: d.People}
	counted := map[string]bool{}
	for _, m := range members {
		around := c.Circle
		around.Joined = []string{m.Org}
		for unit := range m.Units {
			around.Joined = append(around.Joined, unit)
		}
		// Whether it is for the member is asked as if no ceiling were.
		open := around
		open.Ceilings = map[partner.Standing]partner.Ceiling{partner.Active: {TLP: "RED"}}
		r := Reached{Member: m.ID, Org: m.Org, Name: m.Name, Standing: m.State.Standing, Ceiling: c.Ceilings[m.State.Standing]}
		meant, here := false, map[string]bool{}
		for _, org := range around.Joined {
			meant = meant || reaches(org, m.Org, partner.Active, x, open)
			r.Under = r.Under || reaches(org, m.Org, r.Standing, x, around)
			people, err := s.o.People.ReadersOf(ctx, org)
			if err != nil {
				return out, err
			}
			for _, p := range people {
				if access.Receives(p, x, around) == access.AsMember {
					here[p.Person], counted[p.Person] = true, true
				}
			}
		}
		if r.People = len(here); meant {
			out.Members = append(out.Members, r)
		}
	}
	out.People = len(counted)
	slices.SortStableFunc(out.Members, func(a, b Reached) int {
		if a.Under != b.Under {
			if a.Under {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name+"\x00"+a.Org, b.Name+"\x00"+b.Org)
	})
	return out, nil
}

// reaches tells whether the people of an organisation of a member would receive
// something if it stood somewhere.
func reaches(org, member string, standing partner.Standing, x access.Shared, c access.Circle) bool {
	a := access.Acting{Org: org, Standing: partner.Active, Roles: []partner.Role{partner.Responder}, On: map[string]partner.Standing{c.ID: standing}}
	if org != member {
		a.Group = []string{member}
	}
	for _, person := range append([]string{"somebody"}, x.People...) {
		if access.Receives(access.Reader{Person: person, Acting: []access.Acting{a}}, x, c) == access.AsMember {
			return true
		}
	}
	return false
}
