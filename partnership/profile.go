package partnership

import (
	"context"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Profile is how a member is reached, and what it wants to be told about. It
// changes without a new agreement.
type Profile struct {
	Contacts []partner.Contact
	All      bool     // wants to be told about everything
	Keywords []string // technologies, names, ids
	Products []string // package URLs
}

// Profile is that of the membership.
func (m Member) Profile() Profile {
	a := &m.Agreement
	return Profile{Contacts: a.Contacts, All: a.All, Keywords: a.Keywords, Products: a.Products}
}

// Edition is the version of the membership, for SetProfile.
func (m Member) Edition() int64 { return m.version }

// SetProfile changes how a member is reached and what it is told about, as
// somebody who acts for the member, suspended or not, or for the authority. The
// log notes that it changed, not to what: contacts are people. It is
// fault.Conflict if somebody else changed it since edition.
func (s *Service) SetProfile(ctx context.Context, who access.Reader, id string, p Profile, edition int64) error {
	m, on, side, err := s.member(ctx, who, id)
	if err != nil {
		return err
	}
	if !(side == OfMember && access.SpeaksFor(who, m.Org)) && !(side == OfAuthority && access.SpeaksFor(who, on.Authority)) {
		return fault.New(fault.Forbidden, "this is for those who act for the member, or for the authority")
	}
	if err := access.Scoped(who, access.Add); err != nil {
		return err
	}
	if m.version != edition {
		return fault.New(fault.Conflict, "somebody else changed this meanwhile; look at it again")
	}
	a := m.Agreement
	a.Contacts, a.All, a.Keywords, a.Products = p.Contacts, p.All, p.Keywords, p.Products
	if err := a.CheckReach(); err != nil {
		return err
	}
	m.Agreement = a
	if _, err := s.o.Files.Note(ctx, "partner-profile", map[string]any{"member": m.ID, "platform": m.Platform, "side": string(side)}, who.Person); err != nil {
		return err
	}
	return s.put(ctx, m)
}
