package sharing

import (
	"context"
	"slices"

	"tocsin/cabinet"
	"tocsin/partnership"
)

// kept are the memberships that partnership keeps in the same cabinet.
type kept struct{ cabinet *cabinet.Cabinet }

// Kept finds memberships where partnership keeps them: by the organisations that
// are in one, which partnership has no question for.
func Kept(c *cabinet.Cabinet) Memberships { return kept{c} }

const (
	kindMember = "member" // of partnership
	maxOf      = 1_000    // memberships of one organisation
)

// Of finds the memberships in which organisations are: one statement each.
func (k kept) Of(ctx context.Context, orgs []string) ([]partnership.Member, error) {
	var out []partnership.Member
	for _, org := range orgs {
		if org == "" {
			continue
		}
		found, err := k.cabinet.Find(ctx, kindMember, "org:"+org, "", maxOf)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			var m partnership.Member
			if err := e.Into(&m); err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(out, func(x partnership.Member) bool { return x.ID == m.ID }) {
				out = append(out, m)
			}
		}
	}
	return out, nil
}
