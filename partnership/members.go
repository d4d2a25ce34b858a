package partnership

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// Member is the membership of an organisation in a sharing platform.
type Member struct {
	ID        string            `json:"id"` // random
	Platform  string            `json:"platform"`
	Org       string            `json:"org"`
	Name      string            `json:"name"`   // of the organisation, when it was invited
	Handle    string            `json:"handle"` // of the partnership file
	Units     map[string]string `json:"units"`  // organisations that are in with it → their parties in the file
	Agreement partner.Agreement `json:"agreement"`
	Made      time.Time         `json:"made"`
	Carried   *Carried          `json:"carried,omitempty"` // it began elsewhere

	version int64
}

// The parties of every partnership file.
const (
	authorityParty = "authority"
	memberParty    = "member"
)

// Standing is a membership as it is now.
type Standing struct {
	Member
	State   partner.State
	Version int64 // of the file
	Side    Side  // the reader's
}

// Side is on which side of a partnership a reader stands.
type Side string

// The sides. Whoever is on both decides nothing.
const (
	OfAuthority Side = "authority"
	OfMember    Side = "member"
	OfBoth      Side = "both"
)

// InviteAsked is an organisation to be invited.
type InviteAsked struct {
	Platform  string
	Org       string
	Units     []string          // organisations below it that are in
	Agreement partner.Agreement // Signed.Hash: of the text that is offered, which both sides sign
	Words     string            // of the invitation
}

// Invite opens the partnership file of an organisation and invites it. The
// organisation reads its side of the file from then on.
func (s *Service) Invite(ctx context.Context, who access.Reader, a InviteAsked, key string) (Standing, error) {
	p, err := s.authority(ctx, who, a.Platform)
	if err != nil {
		return Standing{}, err
	}
	if err := access.Fresh(who); err != nil {
		return Standing{}, err
	}
	org, _, err := s.o.Directory.Org(ctx, a.Org)
	if err != nil {
		return Standing{}, err
	}
	if reads(who, a.Org) || a.Org == p.Authority {
		return Standing{}, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else of the authority does")
	}
	if _, err := s.of(ctx, a.Platform, a.Org); err == nil {
		return Standing{}, fault.New(fault.Conflict, "%q is on this platform already", org.Name)
	} else if fault.KindOf(err) != fault.NotFound {
		return Standing{}, err
	}
	m := Member{Platform: a.Platform, Org: a.Org, Name: org.Name, Units: map[string]string{}, Agreement: a.Agreement, Made: s.o.Now().UTC()}
	m.Agreement.Platform, m.Agreement.Org = a.Platform, a.Org
	if err := m.Agreement.CheckReach(); err != nil {
		return Standing{}, err
	}
	if m.ID, err = s.draw(); err != nil {
		return Standing{}, err
	}
	f, err := s.file(ctx, p, &m, org, a.Units)
	if err != nil {
		return Standing{}, err
	}
	res, err := s.o.Desk.OpenFile(ctx, who, p.Authority, authorityParty, f, keyOf("open", key))
	if err != nil {
		return Standing{}, err
	}
	m.Handle = res.Handle
	// Before anybody of the member can look, the membership guards the file.
	if err := s.put(ctx, m); err != nil {
		return Standing{}, err
	}
	if _, err := s.o.Desk.GiveSeat(ctx, who, m.Handle, coordination.SeatAsked{Org: m.Org, Role: access.PartySeat, Party: memberParty, Apart: true}); err != nil {
		return Standing{}, err
	}
	e := s.event("partner-invited", p)
	e.Text = strings.TrimSpace(a.Words)
	if h := a.Agreement.Signed.Hash; h != "" {
		e.Attributes = map[string]casefile.Scalar{"hash": {V: h}}
	}
	if _, err := s.o.Desk.AddAct(ctx, who, m.Handle, e, record.AnyVersion, keyOf("invite", key)); err != nil {
		return Standing{}, err
	}
	if _, err := s.settle(ctx, who.Person, m); err != nil {
		return Standing{}, err
	}
	return s.Member(ctx, who, m.ID)
}

// FilePrefix begins the id of every partnership file, and of none that is not
// called so on purpose: At tells.
const FilePrefix = "PARTNERSHIP-"

// At is the membership that a file is of, "" if it is of none. It is for whoever
// sees the file, and tells nothing of the membership.
func (s *Service) At(ctx context.Context, handle string) (string, error) {
	found, err := s.o.Cabinet.Find(ctx, kindMember, "handle:"+handle, "", 1)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].ID, nil
}

// keyOf keeps the idempotency keys of one command's parts apart; "" stays none.
func keyOf(part, key string) string {
	if key == "" {
		return ""
	}
	return part + " " + key
}

// file is the partnership file as it begins: who is in it.
func (s *Service) file(ctx context.Context, p partner.Platform, m *Member, org partner.Org, units []string) (casefile.File, error) {
	authority, _, err := s.o.Directory.Org(ctx, p.Authority)
	if err != nil {
		return casefile.File{}, err
	}
	f := casefile.File{Format: casefile.Format, Case: FilePrefix + m.ID, Title: fmt.Sprintf("%s on %s", org.Name, p.Name), Record: "kept", TLP: "AMBER",
		Parties: []casefile.Party{
			{ID: authorityParty, Name: authority.Name, Country: authority.Country, Roles: []casefile.Ref{{ID: "authority"}, {ID: "sharing-authority"}}, Is: authority.Is},
			{ID: memberParty, Name: org.Name, Country: org.Country, Roles: []casefile.Ref{{ID: "sharing-partner"}}},
		}}
	for i, id := range units {
		u, _, err := s.o.Directory.Org(ctx, id)
		if err != nil {
			return f, err
		}
		if !s.below(ctx, u, m.Org) {
			return f, fault.At("", 0, "units", "%q is no part of %q", u.Name, org.Name)
		}
		party := fmt.Sprintf("unit-%d", i+1)
		m.Units[id] = party
		f.Parties = append(f.Parties, casefile.Party{ID: party, Name: u.Name, Country: u.Country, PartOf: memberParty, Roles: []casefile.Ref{{ID: "sharing-partner"}}})
	}
	return f, nil
}

// below tells whether an organisation lies below another.
func (s *Service) below(ctx context.Context, o partner.Org, above string) bool {
	for range 16 {
		if o.PartOf == above {
			return true
		}
		up, _, err := s.o.Directory.Org(ctx, o.PartOf)
		if err != nil || o.PartOf == "" {
			return false
		}
		o = up
	}
	return false
}

// authority gives a platform to somebody who acts for the authority that runs it.
func (s *Service) authority(ctx context.Context, who access.Reader, platform string) (partner.Platform, error) {
	p, _, err := s.Platform(ctx, platform)
	if err != nil {
		return p, err
	}
	if !reads(who, p.Authority) {
		return p, fault.New(fault.NotFound, "there is no such platform")
	}
	if !access.SpeaksFor(who, p.Authority) {
		return p, fault.New(fault.Forbidden, "this is for those who act for the authority themselves")
	}
	return p, access.Scoped(who, access.Add)
}

// event begins an act of now.
func (s *Service) event(kind casefile.Kind, p partner.Platform) casefile.Event {
	e := casefile.Event{Kind: kind, Scope: p.ID, Basis: "own"}
	if partner.OfMember(kind) {
		e.By, e.To = memberParty, []string{authorityParty}
	} else {
		e.By, e.To = authorityParty, []string{memberParty}
	}
	e.At.Value = s.o.Now().UTC().Truncate(time.Second).Format(time.RFC3339)
	return e
}

func (s *Service) put(ctx context.Context, m Member) error {
	return s.o.Cabinet.Change(ctx, []cabinet.Item{memberItem(m)}, nil)
}

func memberItem(m Member) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindMember, ID: m.ID, Version: m.version}, Value: m,
		Keys:   []string{"platform:" + m.Platform, "org:" + m.Org, "handle:" + m.Handle},
		Unique: []string{"at:" + m.Platform + "/" + m.Org}}
	for id := range m.Units {
		it.Keys = append(it.Keys, "org:"+id)
	}
	slices.Sort(it.Keys)
	return it
}

// of gives the membership of an organisation in a platform.
func (s *Service) of(ctx context.Context, platform, org string) (Member, error) {
	var m Member
	ref, err := s.o.Cabinet.One(ctx, kindMember, "at:"+platform+"/"+org, &m)
	m.version = ref.Version
	return m, err
}

// member gives a membership to somebody of either side; to all others it is not there.
func (s *Service) member(ctx context.Context, who access.Reader, id string) (Member, partner.Platform, Side, error) {
	var m Member
	version, err := s.o.Cabinet.Get(ctx, kindMember, id, &m)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return m, partner.Platform{}, "", err
	}
	m.version = version
	p, _, perr := s.Platform(ctx, asID(m.Platform)) // asked in either case
	if err != nil {
		return m, p, "", missing()
	}
	if perr != nil {
		return m, p, "", perr
	}
	if side := sideOf(who, m, p); side != "" {
		return m, p, side, nil
	}
	return m, p, "", missing()
}

// asID is an id that can be asked for, where there is none: what is not there costs
// the statements of what is not the reader's.
func asID(id string) string {
	if id == "" {
		return "-"
	}
	return id
}

// sideOf is "" for whoever has nothing to do with a membership.
func sideOf(who access.Reader, m Member, p partner.Platform) Side {
	theirs := reads(who, m.Org)
	for unit := range m.Units {
		theirs = theirs || reads(who, unit)
	}
	switch ours := reads(who, p.Authority); {
	case ours && theirs:
		return OfBoth
	case ours:
		return OfAuthority
	case theirs:
		return OfMember
	}
	return ""
}

// Member gives a membership with where it stands; fault.NotFound for whoever is
// on neither side of it.
func (s *Service) Member(ctx context.Context, who access.Reader, id string) (Standing, error) {
	m, _, side, err := s.member(ctx, who, id)
	if err != nil {
		return Standing{}, err
	}
	st, version, err := s.state(ctx, m)
	if err != nil {
		return Standing{}, err
	}
	return Standing{Member: m, State: st, Version: version, Side: side}, nil
}

// Members lists the memberships that a reader is on one side of, by platform and
// name; of one platform, or all of them for "".
func (s *Service) Members(ctx context.Context, who access.Reader, platform string) ([]Standing, error) {
	platforms, err := s.Platforms(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []Standing
	for _, p := range platforms {
		if platform != "" && p.ID != platform {
			continue
		}
		err := s.o.Cabinet.All(ctx, kindMember, "platform:"+p.ID, func(e cabinet.Entry) error {
			var m Member
			if err := e.Into(&m); err != nil {
				return err
			}
			m.version = e.Version
			side := sideOf(who, m, p)
			if side == "" {
				return nil
			}
			st, version, err := s.state(ctx, m)
			if err != nil {
				return err
			}
			out = append(out, Standing{Member: m, State: st, Version: version, Side: side})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b Standing) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return out, nil
}

// state folds the file of a membership.
func (s *Service) state(ctx context.Context, m Member) (partner.State, int64, error) {
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return partner.State{}, 0, err
	}
	st, err := partner.Fold(k.Case, authorityParty, memberParty, s.o.Now())
	return st, k.Version, err
}
