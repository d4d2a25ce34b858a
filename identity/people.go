package identity

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Who is asking is checked by these methods themselves: by is the person, and
// only an administrator who stepped up may change others (access.Administer).

// administers tells whether somebody may change people and organisations.
func administers(by access.Reader) error {
	switch {
	case !slices.Contains(by.Platform, partner.Administrator):
		return fault.New(fault.Forbidden, "this is for administrators of the platform")
	case by.Scopes != nil && !slices.Contains(by.Scopes, string(access.Administer)):
		return fault.New(fault.Forbidden, "this token does not name the scope administer")
	case !by.Fresh:
		return fault.New(fault.Forbidden, "please prove once more who you are, then do this again")
	}
	return nil
}

// Person gives a person; fault.NotFound.
func (s *Service) Person(ctx context.Context, id string) (partner.Person, int64, error) {
	d, err := s.directory(ctx)
	if err != nil {
		return partner.Person{}, 0, err
	}
	p, err := d.person(ctx, id)
	if err != nil {
		return partner.Person{}, 0, err
	}
	if p == nil {
		return partner.Person{}, 0, fault.New(fault.NotFound, "there is no such person")
	}
	return clonePerson(p.Person), p.version, nil
}

// clonePerson makes a copy that shares nothing with what is remembered.
func clonePerson(p partner.Person) partner.Person {
	p.Platform, p.Deputies, p.Member = slices.Clone(p.Platform), slices.Clone(p.Deputies), slices.Clone(p.Member)
	for i := range p.Member {
		p.Member[i].Roles = slices.Clone(p.Member[i].Roles)
	}
	return p
}

// People lists people, in an order that stays, after the id given.
func (s *Service) People(ctx context.Context, after string, limit int) ([]partner.Person, error) {
	return listed[partner.Person](ctx, s, "person", personID, after, limit)
}

// Orgs lists organisations, in an order that stays, after the id given.
func (s *Service) Orgs(ctx context.Context, after string, limit int) ([]partner.Org, error) {
	return listed[partner.Org](ctx, s, "org", orgID, after, limit)
}

// maxList bounds a list.
const maxList = 1000

func listed[T any](ctx context.Context, s *Service, key, prefix, after string, limit int) ([]T, error) {
	if limit <= 0 || limit > maxList {
		limit = maxList
	}
	if after != "" {
		after = prefix + after
	}
	es, err := s.o.Cabinet.Find(ctx, kindDirectory, key, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(es))
	for i, e := range es {
		if err := e.Into(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Org gives an organisation; fault.NotFound.
func (s *Service) Org(ctx context.Context, id string) (partner.Org, int64, error) {
	d, err := s.directory(ctx)
	if err != nil {
		return partner.Org{}, 0, err
	}
	o, err := d.org(ctx, id)
	if err != nil {
		return partner.Org{}, 0, err
	}
	if o == nil {
		return partner.Org{}, 0, fault.New(fault.NotFound, "there is no such organisation")
	}
	out := o.Org
	out.Is = slices.Clone(out.Is)
	return out, o.version, nil
}

func orgItem(o partner.Org, version int64) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindDirectory, ID: orgID + o.ID, Version: version}, Keys: []string{"org"}, Value: o}
	if o.PartOf != "" {
		it.Keys = append(it.Keys, "part-of:"+o.PartOf)
	}
	return it
}

func personItem(p partner.Person, version int64) (cabinet.Item, error) {
	folded, ok := foldLogin(p.Login)
	if !ok {
		return cabinet.Item{}, fault.New(fault.Invalid, "this login cannot be typed; an e-mail address or a short name will do")
	}
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindDirectory, ID: personID + p.ID, Version: version},
		Keys: []string{"person"}, Unique: []string{"login:" + folded}, Value: p}
	for _, r := range p.Platform {
		it.Keys = append(it.Keys, "role:"+string(r))
	}
	for _, m := range p.Member {
		it.Keys = append(it.Keys, "member:"+m.Org)
	}
	for _, d := range p.Deputies {
		if key := "deputy:" + d.Person; !slices.Contains(it.Keys, key) {
			it.Keys = append(it.Keys, key)
		}
	}
	return it, nil
}

// PutOrg makes (version 0) or changes an organisation. Its standing is new if
// none is said: active.
func (s *Service) PutOrg(ctx context.Context, by access.Reader, o partner.Org, version int64) (partner.Org, error) {
	if err := administers(by); err != nil {
		return partner.Org{}, err
	}
	var err error
	if o.ID == "" && version == 0 {
		if o.ID, err = s.newID(); err != nil {
			return partner.Org{}, err
		}
	}
	if o.Standing == "" {
		o.Standing = partner.Active
	}
	if err := checkOrg(&o); err != nil {
		return partner.Org{}, err
	}
	d, err := s.directory(ctx)
	if err != nil {
		return partner.Org{}, err
	}
	was, err := d.org(ctx, o.ID)
	if err != nil {
		return partner.Org{}, err
	}
	if err := atVersion(version, was == nil, func() int64 { return was.version }); err != nil {
		return partner.Org{}, err
	}
	if err := d.fits(ctx, o); err != nil {
		return partner.Org{}, err
	}
	if o.On = nil; was != nil {
		o.On = maps.Clone(was.On) // not an administrator's to change
	}
	body := map[string]any{"what": "made", "org": o.ID, "standing": string(o.Standing)}
	if was != nil {
		body["what"], body["stood"] = "changed", string(was.Standing)
	}
	err = s.noted(ctx, "org", body, by.Person, func() error {
		return s.o.Cabinet.Change(ctx, []cabinet.Item{orgItem(o, version)}, nil)
	})
	return o, err
}

// atVersion compares before anything is noted; the cabinet compares again.
func atVersion(asked int64, absent bool, at func() int64) error {
	switch {
	case absent && asked == 0:
		return nil
	case absent:
		return fault.New(fault.NotFound, "this entry is not there")
	case asked == 0:
		return fault.New(fault.Conflict, "there is an entry of this id already")
	case asked != at():
		return fault.New(fault.Conflict, "somebody else changed this meanwhile; look at it again")
	}
	return nil
}

// fits checks that what an organisation is part of is there and makes no circle,
// also for those that are part of it.
func (d *directory) fits(ctx context.Context, o partner.Org) error {
	_, failed, misplaced := d.up(ctx, o)
	if failed != nil {
		return failed
	}
	return misplaced
}

// PutPerson makes (version 0) or changes a person. To give somebody a role of
// the platform, or to take it, asks for another administrator: it waits
// (partner.Person is as it was, and the RoleRequest is set). Whoever is the only
// administrator does it alone, and anybody may lay down their own; the log says
// so. A person who is disabled loses sessions, links and tokens.
func (s *Service) PutPerson(ctx context.Context, by access.Reader, p partner.Person, version int64) (partner.Person, *RoleRequest, error) {
	none := partner.Person{}
	if err := administers(by); err != nil {
		return none, nil, err
	}
	var err error
	if p.ID == "" && version == 0 {
		if p.ID, err = s.newID(); err != nil {
			return none, nil, err
		}
	}
	p = clonePerson(p)
	if err := checkPerson(&p); err != nil {
		return none, nil, err
	}
	d, err := s.directory(ctx)
	if err != nil {
		return none, nil, err
	}
	was, err := d.person(ctx, p.ID)
	if err != nil {
		return none, nil, err
	}
	if err := atVersion(version, was == nil, func() int64 { return was.version }); err != nil {
		return none, nil, err
	}
	if err := d.related(ctx, p); err != nil {
		return none, nil, err
	}
	var before partner.Person
	if was != nil {
		before = was.Person
	}
	asked := p.Platform
	direct, alone, err := s.mayAlone(ctx, by, p, before)
	if err != nil {
		return none, nil, err
	}
	if !direct {
		p.Platform = slices.Clone(before.Platform)
	}
	self, err := s.helpsSelf(ctx, by, p, before)
	if err != nil {
		return none, nil, err
	}
	alone = alone || self
	put, err := s.guarded(ctx, before, p)
	if err != nil {
		return none, nil, err
	}
	item, err := personItem(p, version)
	if err != nil {
		return none, nil, err
	}
	body := bodyOf(p, was != nil, before)
	if alone {
		body["alone"] = true
	}
	drop, err := s.ended(ctx, p, before)
	if err != nil {
		return none, nil, err
	}
	err = s.noted(ctx, "person", body, by.Person, func() error {
		return s.o.Cabinet.Change(ctx, append(put, item), drop)
	})
	if err != nil || direct {
		return p, nil, err
	}
	req, err := s.askRoles(ctx, by.Person, p.ID, asked)
	return p, req, err
}

// helpsSelf tells whether an administrator changes what opens cases to themself:
// the organisations that they belong to, their place, or whose deputy they are.
// That takes another administrator; only whoever is alone does it, and the log
// says so.
func (s *Service) helpsSelf(ctx context.Context, by access.Reader, p, before partner.Person) (bool, error) {
	same := p.Place == before.Place && slices.EqualFunc(p.Member, before.Member, func(a, b partner.Membership) bool {
		return a.Org == b.Org && slices.Equal(a.Roles, b.Roles)
	})
	named := slices.ContainsFunc(p.Deputies, func(d partner.Deputy) bool {
		return d.Person == by.Person && !slices.ContainsFunc(before.Deputies, func(x partner.Deputy) bool {
			return sameDeputies([]partner.Deputy{x}, []partner.Deputy{d})
		})
	})
	if (p.ID != by.Person || same) && !named {
		return false, nil
	}
	others, err := s.administrators(ctx)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(others, func(x partner.Person) bool { return x.ID != by.Person }) {
		return false, fault.New(fault.Forbidden, "this opens cases to you; another administrator has to do it")
	}
	return true, nil
}

// bodyOf is what the log keeps of a change of a person: ids and roles, no name.
func bodyOf(p partner.Person, change bool, before partner.Person) map[string]any {
	body := map[string]any{"what": "made", "person": p.ID, "platform": p.Platform, "member": p.Member, "disabled": p.Disabled}
	if change {
		body["what"] = "changed"
		body["login-changed"] = p.Login != before.Login
		body["place-changed"] = p.Place != before.Place
	}
	return body
}

// ended lists what ends when somebody is disabled.
func (s *Service) ended(ctx context.Context, p, before partner.Person) ([]cabinet.Ref, error) {
	if !p.Disabled || before.Disabled {
		return nil, nil
	}
	drop, err := s.sessionsOf(ctx, p.ID, "")
	if err != nil {
		return nil, err
	}
	links, err := s.linksOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	tokens, err := s.tokensOf(ctx, p.ID)
	for _, t := range tokens {
		drop = append(drop, cabinet.Ref{Kind: kindToken, ID: t.ID})
	}
	return append(drop, links...), err
}

// related checks that the organisations and deputies of a person are there.
func (d *directory) related(ctx context.Context, p partner.Person) error {
	for _, m := range p.Member {
		o, err := d.org(ctx, m.Org)
		if err != nil {
			return err
		}
		if o == nil {
			return fault.New(fault.Invalid, "the organisation %s is not there", m.Org)
		}
	}
	for _, x := range p.Deputies {
		other, err := d.person(ctx, x.Person)
		if err != nil {
			return err
		}
		if other == nil {
			return fault.New(fault.Invalid, "the deputy %s is not there", x.Person)
		}
	}
	return nil
}

// MembersOf lists the people who belong to an organisation itself, those who are
// shut out too, in order of their names.
func (s *Service) MembersOf(ctx context.Context, org string) ([]partner.Person, error) {
	if !idForm.MatchString(org) {
		return nil, nil
	}
	var all []partner.Person
	err := s.o.Cabinet.All(ctx, kindDirectory, "member:"+org, func(e cabinet.Entry) error {
		var p partner.Person
		if err := e.Into(&p); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	slices.SortFunc(all, func(a, b partner.Person) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
	return all, err
}
