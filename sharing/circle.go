package sharing

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// Group is some of the members of a platform, as its authority put them together.
type Group struct {
	ID       string   `json:"id"` // random
	Platform string   `json:"platform"`
	Name     string   `json:"name"`
	Orgs     []string `json:"orgs"`
	Version  int64    `json:"-"`
}

const maxGroup = 2_000

// PutGroup makes (version 0) or changes a group, as somebody who acts for the
// authority. What was shared with it is its members' of now: who joins reads what
// was there before, and who is taken out does not read it any more.
func (s *Service) PutGroup(ctx context.Context, who access.Reader, g Group) (Group, error) {
	if err := access.Scoped(who, access.Invite); err != nil {
		return g, err
	}
	c, err := s.circle(ctx, who, g.Platform)
	if err != nil {
		return g, err
	}
	if !access.SpeaksFor(who, c.Authority) {
		return g, s.unless(who, c, fault.New(fault.Forbidden, "this is for those who act for the authority"))
	}
	if g.Name = line(g.Name); g.Name == "" || len(g.Name) > maxWord || len(g.Orgs) > maxGroup {
		return g, bad("name", "a group has a name of at most %d bytes, and at most %d members", maxWord, maxGroup)
	}
	g.Orgs = slices.Compact(slices.Sorted(slices.Values(g.Orgs)))
	if err := s.members(ctx, c, "orgs", g.Orgs); err != nil {
		return g, err
	}
	what := "changed"
	if g.Version == 0 {
		what = "made"
		if g.ID, err = s.draw(); err != nil {
			return g, err
		}
	} else if !known(c, g.ID) {
		return g, fault.New(fault.NotFound, "there is no such group")
	}
	if _, err := s.o.Log.Note(ctx, "sharing-group", map[string]any{"what": what, "platform": g.Platform, "group": g.ID, "members": len(g.Orgs)}, who.Person); err != nil {
		return g, err
	}
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindGroup, ID: g.ID, Version: g.Version}, Keys: []string{"platform:" + g.Platform}, Value: g}
	if err := s.o.Cabinet.Change(ctx, []cabinet.Item{it}, nil); err != nil {
		return g, err
	}
	g.Version++
	s.hub.wake()
	return g, nil
}

// DropGroup dissolves a group, as somebody who acts for the authority. What was
// shared with it alone, no member reads any more; whoever shared it and the
// authority still do.
func (s *Service) DropGroup(ctx context.Context, who access.Reader, platform, id string, version int64) error {
	if err := access.Scoped(who, access.Invite); err != nil {
		return err
	}
	c, err := s.circle(ctx, who, platform)
	if err != nil {
		return err
	}
	if !access.SpeaksFor(who, c.Authority) {
		return s.unless(who, c, fault.New(fault.Forbidden, "this is for those who act for the authority"))
	}
	if !known(c, id) {
		return fault.New(fault.NotFound, "there is no such group")
	}
	if _, err := s.o.Log.Note(ctx, "sharing-group", map[string]any{"what": "dissolved", "platform": platform, "group": id, "members": 0}, who.Person); err != nil {
		return err
	}
	if err := s.o.Cabinet.Change(ctx, nil, []cabinet.Ref{{Kind: kindGroup, ID: id, Version: version}}); err != nil {
		return err
	}
	s.hub.wake()
	return nil
}

// Groups lists the groups of a platform: for the authority with their members,
// for a member those that it is in, by name alone.
func (s *Service) Groups(ctx context.Context, who access.Reader, platform string) ([]Group, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	c, err := s.circle(ctx, who, platform)
	if err != nil {
		return nil, err
	}
	if !c.mine(who) {
		return nil, noPlatform()
	}
	all := access.Runs(who, c.Circle)
	var out []Group
	for _, g := range c.groups {
		switch {
		case all:
		case slices.ContainsFunc(who.Acting, func(a access.Acting) bool { return in(a, g.Orgs) }):
			g.Orgs = nil
		default:
			continue
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int { return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID) })
	return out, nil
}

// in tells whether an organisation, or one above it, is in a list.
func in(a access.Acting, orgs []string) bool {
	return len(a.Roles) > 0 && (slices.Contains(orgs, a.Org) || slices.ContainsFunc(a.Group, func(g string) bool { return slices.Contains(orgs, g) }))
}

// circle is a platform with its groups and the reader's own memberships.
type circle struct {
	access.Circle
	groups []Group
	own    []partner.Agreement
}

// mine tells whether a reader has to do with a platform at all.
func (c *circle) mine(who access.Reader) bool {
	return access.Runs(who, c.Circle) || slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		_, joined := a.Stands(c.ID)
		return joined && len(a.Roles) > 0
	})
}

// nowhere stands for the platform of what is not there: it is looked for like one.
const nowhere = "-"

// circle reads a platform for a reader. It asks the same of the database whether
// the platform is there or not, and is an empty one where it is not.
func (s *Service) circle(ctx context.Context, who access.Reader, id string) (*circle, error) {
	if id == "" || len(id) > 200 {
		id = nowhere
	}
	p, _, err := s.o.Circles.Platform(ctx, id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	if err != nil {
		p = partner.Platform{}
	}
	own, err := s.own(ctx, who)
	if err != nil {
		return nil, err
	}
	return s.around(ctx, p, id, own)
}

// around puts a platform together with its groups.
func (s *Service) around(ctx context.Context, p partner.Platform, id string, own []partnership.Member) (*circle, error) {
	c := &circle{Circle: access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: p.Terms.Ceilings, Groups: map[string][]string{}}}
	found, err := s.o.Cabinet.Find(ctx, kindGroup, "platform:"+id, "", maxGroup)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		var g Group
		if err := e.Into(&g); err != nil {
			return nil, err
		}
		g.Version = e.Version
		c.groups = append(c.groups, g)
		c.Groups[g.ID] = g.Orgs
	}
	for _, m := range own {
		if m.Platform != p.ID {
			continue
		}
		c.own = append(c.own, m.Agreement)
		c.Joined = append(c.Joined, m.Org)
		for unit := range m.Units {
			c.Joined = append(c.Joined, unit)
		}
	}
	return c, nil
}

// circles reads every platform that a reader has to do with; of one platform, if
// it is named.
func (s *Service) circles(ctx context.Context, who access.Reader, platform string) ([]*circle, error) {
	all, err := s.o.Circles.Platforms(ctx, who)
	if err != nil {
		return nil, err
	}
	own, err := s.own(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []*circle
	for _, p := range all {
		if platform != "" && p.ID != platform {
			continue
		}
		c, err := s.around(ctx, p, p.ID, own)
		if err != nil {
			return nil, err
		}
		if c.mine(who) {
			out = append(out, c)
		}
	}
	return out, nil
}

// own are the memberships of the reader's organisations and those above them.
func (s *Service) own(ctx context.Context, who access.Reader) ([]partnership.Member, error) {
	var orgs []string
	for _, a := range who.Acting {
		if len(a.Roles) > 0 {
			orgs = append(append(orgs, a.Org), a.Group...)
		}
	}
	slices.Sort(orgs)
	return s.o.Circles.Of(ctx, slices.Compact(orgs))
}

// members refuses organisations that are not on a platform.
func (s *Service) members(ctx context.Context, c *circle, key string, orgs []string) error {
	found, err := s.o.Circles.Of(ctx, orgs)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if !slices.ContainsFunc(found, func(m partnership.Member) bool {
			_, unit := m.Units[org]
			return m.Platform == c.ID && (m.Org == org || unit)
		}) {
			return bad(key, "%q is no member of this platform", org)
		}
	}
	return nil
}

// unless hides a refusal from whoever has nothing to do with the platform.
func (s *Service) unless(who access.Reader, c *circle, err error) error {
	if !c.mine(who) {
		return noPlatform()
	}
	return err
}

func known(c *circle, group string) bool {
	_, ok := c.Groups[group]
	return ok
}
