package tasking

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// members are who is on a platform now, as a directive names them: its members
// and their units by the ids of the organisations, with what their membership says
// of them. Whoever was only invited, or has left, is not among them; of sectors
// nothing is known here, and nothing is guessed.
func (s *Service) members(ctx context.Context, who access.Reader, p partner.Platform) ([]directive.Member, error) {
	all, err := s.o.Circles.On(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	groups, err := s.o.Groups.Groups(ctx, who, p.ID)
	if err != nil {
		return nil, err
	}
	var out []directive.Member
	seen := map[string]bool{}
	add := func(id, up string, a partner.Agreement) error {
		org, _, err := s.o.Directory.Org(ctx, id)
		switch {
		case fault.KindOf(err) == fault.NotFound && err != nil, seen[id]:
			return nil // no organisation any more, or there already
		case err != nil:
			return err
		}
		switch standing := org.On[p.ID].At(s.o.Now()); standing {
		case partner.Active, partner.Warned, partner.Suspended:
		default:
			return nil
		}
		if up != "" && !seen[up] {
			up = ""
		}
		seen[id] = true
		m := directive.Member{ID: id, Name: org.Name, Kind: string(org.Kind), PartOf: up}
		for _, g := range groups {
			if slices.Contains(g.Orgs, id) || up != "" && slices.Contains(g.Orgs, up) { // a unit is in what its member is in, as with all that is shared
				m.Groups = append(m.Groups, g.Name, g.ID)
			}
		}
		for _, word := range []string{a.Level, a.Kind} {
			if word != "" {
				m.Groups = append(m.Groups, word)
			}
		}
		slices.Sort(m.Groups)
		m.Groups = slices.Compact(m.Groups)
		out = append(out, m)
		return nil
	}
	slices.SortFunc(all, func(a, b partnership.Member) int { return strings.Compare(a.Name+"\x00"+a.Org, b.Name+"\x00"+b.Org) })
	for _, m := range all {
		if err := add(m.Org, "", m.Agreement); err != nil {
			return nil, err
		}
	}
	for _, m := range all {
		for _, unit := range units(m) {
			if err := add(unit, m.Org, m.Agreement); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func units(m partnership.Member) []string {
	var out []string
	for unit := range m.Units {
		out = append(out, unit)
	}
	slices.Sort(out)
	return out
}

// known refuses a scope that names groups or kinds which the platform does not
// know: a slip would reach nobody and say nothing.
func (s *Service) known(ctx context.Context, who access.Reader, p partner.Platform, f *directive.File) error {
	groups, err := s.o.Groups.Groups(ctx, who, p.ID)
	if err != nil {
		return err
	}
	words := map[string]bool{}
	for _, g := range groups {
		words[g.ID], words[g.Name] = true, true
	}
	for _, g := range slices.Concat(p.Terms.Levels, p.Terms.Kinds) {
		words[g.ID] = true
	}
	one := func(key string, l *directive.Scope) error {
		for _, g := range l.Groups {
			if !words[g] {
				return fault.At("", l.Line, key+".groups", "%q is no group, level or kind of member of this platform", g)
			}
		}
		for _, k := range l.Kinds {
			if !slices.Contains(partner.Kinds(), partner.Kind(k)) {
				return fault.At("", l.Line, key+".kinds", "%q is no kind of organisation", k)
			}
		}
		return nil
	}
	for i := range f.Scope {
		l := &f.Scope[i]
		key := "scope[" + l.ID + "]"
		if err := one(key, l); err != nil {
			return err
		}
		for j := range l.Except {
			if err := one(key+".except", &l.Except[j]); err != nil {
				return err
			}
		}
	}
	return nil
}
