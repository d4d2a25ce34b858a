package partnership

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partner"
)

// Preview tells what an act would change, before anybody signs it.
type Preview struct {
	Event  casefile.Event // as it would be put on record
	Before partner.State
	After  partner.State
	Second string // clause by which another person must agree; "" if none has to

	Orgs   []OrgChange // where the organisations of the member would stand
	Groups []Reaching  // how their people would reach cases
}

// OrgChange is where an organisation would stand from when on.
type OrgChange struct {
	Org           string
	Before, After partner.Stands
}

// Reaching is what changes for people who reach alike: of the same organisation,
// with the same roles, at the same place.
type Reaching struct {
	Org    string
	People int
	Cases  []coordination.Reached // that they reach differently
	Looked int                    // cases that were looked at
	More   bool                   // and there are more
}

// reachingMost bounds how many sorts of people are looked at.
const reachingMost = 40

// Preview tells what an act would change: where the member and its units would
// stand, and which cases their people would reach less, or more, of. It refuses
// what Do would refuse.
func (s *Service) Preview(ctx context.Context, who access.Reader, id string, e casefile.Event) (*Preview, error) {
	m, p, err := s.actor(ctx, who, id, e.Kind)
	if err != nil {
		return nil, err
	}
	now := s.o.Now().UTC()
	e = s.dress(e, p)
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return nil, err
	}
	out := &Preview{Event: e, Second: p.Terms.SecondPerson[e.Kind]}
	if err := check(k.Case, p, &e, now); err != nil {
		return nil, err
	}
	after, err := with(k.Case, e)
	if err != nil {
		return nil, err
	}
	if out.Before, err = partner.Fold(k.Case, authorityParty, memberParty, now); err != nil {
		return nil, err
	}
	if out.After, err = partner.Fold(after, authorityParty, memberParty, now); err != nil {
		return nil, err
	}
	parties := map[string]string{m.Org: memberParty}
	orgs := []string{m.Org}
	for org, party := range m.Units {
		parties[org] = party
		orgs = append(orgs, org)
	}
	slices.Sort(orgs[1:])
	changed := map[string]partner.Stands{}
	for _, org := range orgs {
		x := OrgChange{Org: org}
		if x.Before, err = stands(k.Case, parties[org], now); err != nil {
			return nil, err
		}
		if x.After, err = stands(after, parties[org], now); err != nil {
			return nil, err
		}
		changed[org] = x.After
		out.Orgs = append(out.Orgs, x)
	}
	out.Groups, err = s.reaching(ctx, who, p.ID, orgs, changed)
	return out, err
}

// reaching looks for each sort of people of some organisations at what they
// would reach once these stand elsewhere: at the latest of what is decided, so
// that a suspension from next week shows what it will cut.
func (s *Service) reaching(ctx context.Context, who access.Reader, platform string, orgs []string, changed map[string]partner.Stands) ([]Reaching, error) {
	type sort struct {
		org  string
		now  access.Reader
		many int
	}
	var sorts []*sort
	known := map[string]*sort{}
	seen := map[string]bool{}
	for _, org := range orgs {
		people, err := s.o.Directory.ReadersOf(ctx, org)
		if err != nil {
			return nil, err
		}
		for _, r := range people {
			if seen[r.Person] {
				continue
			}
			seen[r.Person] = true
			key := fmt.Sprintf("%q %q", r.Place, r.Platform)
			for _, a := range r.Acting {
				key += fmt.Sprintf(" %q %q %q %q", a.Org, a.Roles, a.Country, a.For)
			}
			if x := known[key]; x != nil {
				x.many++
				continue
			}
			known[key] = &sort{org, r, 1}
			sorts = append(sorts, known[key])
		}
	}
	var out []Reaching
	for i, x := range sorts {
		if i == reachingMost {
			break
		}
		cases, looked, more, err := s.o.Desk.Reach(ctx, who, x.now, standing(x.now, platform, changed))
		if err != nil {
			return nil, err
		}
		out = append(out, Reaching{Org: x.org, People: x.many, Cases: cases, Looked: looked, More: more})
	}
	slices.SortStableFunc(out, func(a, b Reaching) int { return strings.Compare(a.Org, b.Org) })
	return out, nil
}

// standing is the same person once organisations stand as the last of what was
// decided says.
func standing(r access.Reader, platform string, changed map[string]partner.Stands) access.Reader {
	r.Acting = slices.Clone(r.Acting)
	for i := range r.Acting {
		a := &r.Acting[i]
		var all []partner.Standing
		for _, org := range append([]string{a.Org}, a.Group...) {
			if at := changed[org]; len(at) > 0 {
				all = append(all, at[len(at)-1].Standing)
			}
		}
		if len(all) == 0 {
			continue
		}
		a.On = maps.Clone(a.On)
		if a.On == nil {
			a.On = map[string]partner.Standing{}
		}
		a.On[platform] = partner.Worst(all...)
	}
	return r
}
