package partnership

import (
	"context"
	"slices"

	"tocsin/internal/fault"
)

// mostOf bounds the memberships of one organisation: one a platform at most.
const mostOf = 1_000

// Of finds the memberships in which organisations are, as who signed or as a unit,
// on whatever platform: one statement each. It is for use cases that know whose
// organisations they ask for; it tells nobody anything by itself.
func (s *Service) Of(ctx context.Context, orgs []string) ([]Member, error) {
	var out []Member
	for _, org := range orgs {
		if org == "" {
			continue
		}
		found, err := s.o.Cabinet.Find(ctx, kindMember, "org:"+org, "", mostOf+1)
		if err != nil {
			return nil, err
		}
		if len(found) > mostOf {
			return nil, fault.New(fault.Internal, "an organisation is in more than %d memberships", mostOf)
		}
		for _, e := range found {
			var m Member
			if err := e.Into(&m); err != nil {
				return nil, err
			}
			m.version = e.Version
			if !slices.ContainsFunc(out, func(x Member) bool { return x.ID == m.ID }) {
				out = append(out, m)
			}
		}
	}
	return out, nil
}
