package identity

import (
	"context"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// First makes the first administrator, if there is nobody yet, and gives the
// secret of a link. Of two processes that ask at once, one makes it. While the
// first administrator has not come in yet, and is still alone, every call gives
// a new link in the place of the one before: whoever started the program and
// lost the link starts it again.
func (s *Service) First(ctx context.Context) (secret string, made bool, err error) {
	people, err := s.People(ctx, "", 2)
	if err != nil {
		return "", false, err
	}
	switch len(people) {
	case 0:
		return s.firstPerson(ctx)
	case 1:
		return s.firstAgain(ctx, people[0])
	}
	return "", false, nil
}

func (s *Service) firstPerson(ctx context.Context) (string, bool, error) {
	id, err := s.newID()
	if err != nil {
		return "", false, err
	}
	guard, err := s.guard(ctx)
	if err != nil {
		return "", false, err
	}
	if guard.Version != 0 { // somebody was faster
		return "", false, nil
	}
	secret, err := s.newSecret()
	if err != nil {
		return "", false, err
	}
	p := partner.Person{ID: id, Name: "Administrator", Login: "administrator", Platform: []partner.Role{partner.Administrator}}
	l := Link{ID: hashed(kindLink, secret), Person: id, For: "first", Until: s.now().Add(linkLife["first"].standard)}
	item, err := personItem(p, 0)
	if err != nil {
		return "", false, err
	}
	err = s.noted(ctx, "person", map[string]any{"what": "first", "person": id, "link": l.ID}, "", func() error {
		return s.o.Cabinet.Change(ctx, []cabinet.Item{guard, item, l.item(0)}, nil)
	})
	if err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return "", false, nil
		}
		return "", false, err
	}
	return secret, true, nil
}

// firstAgain gives the first administrator, who never came in, another link.
func (s *Service) firstAgain(ctx context.Context, p partner.Person) (string, bool, error) {
	if !administrator(p) {
		return "", false, nil
	}
	_, version, err := s.credential(ctx, p.ID)
	if err != nil || version != 0 {
		return "", false, err
	}
	secret, _, err := s.NewLink(ctx, p.ID, "first", 0, "")
	if err != nil {
		return "", false, err
	}
	return secret, true, nil
}

// Seed puts a whole directory at once while there is nobody yet; fault.Conflict
// otherwise. The demo begins with it: nobody there could grant the roles.
func (s *Service) Seed(ctx context.Context, orgs []partner.Org, people []partner.Person) error {
	guard, err := s.guard(ctx)
	if err != nil {
		return err
	}
	if guard.Version != 0 {
		return fault.New(fault.Conflict, "there are people already")
	}
	put := []cabinet.Item{guard}
	known := map[string]bool{}
	for _, o := range orgs {
		if o.Standing == "" {
			o.Standing = partner.Active
		}
		if err := checkOrg(&o); err != nil {
			return err
		}
		if o.PartOf != "" && !known[o.PartOf] {
			return fault.New(fault.Invalid, "the organisation %s comes before what it is part of", o.ID)
		}
		known[o.ID] = true
		put = append(put, orgItem(o, 0))
	}
	for _, p := range people {
		p = clonePerson(p)
		if err := checkPerson(&p); err != nil {
			return err
		}
		for _, m := range p.Member {
			if !known[m.Org] {
				return fault.New(fault.Invalid, "the organisation %s is not there", m.Org)
			}
		}
		item, err := personItem(p, 0)
		if err != nil {
			return err
		}
		put = append(put, item)
	}
	return s.noted(ctx, "person", map[string]any{"what": "seeded", "orgs": len(orgs), "people": len(people)}, "", func() error {
		return s.o.Cabinet.Change(ctx, put, nil)
	})
}
