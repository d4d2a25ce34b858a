package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// RoleRequest is a change of platform roles that waits for another administrator.
type RoleRequest struct {
	ID     string         `json:"id"`
	Person string         `json:"person"`
	Roles  []partner.Role `json:"roles"`
	By     string         `json:"by"`
	Asked  string         `json:"asked"` // RFC 3339
}

// patience is after how long whoever asked may grant alone, because no other
// administrator can or will: a platform must not be stuck for good when one of
// two is gone, and a week is long enough for the other one to see it.
const patience = 7 * 24 * time.Hour

// mayAlone tells whether a change of platform roles happens at once, and
// whether that is because there is no second administrator. One who is disabled
// counts as there: otherwise one administrator could make themself the only one.
func (s *Service) mayAlone(ctx context.Context, by access.Reader, p, before partner.Person) (direct, alone bool, err error) {
	was := slices.Clone(before.Platform)
	slices.Sort(was)
	if slices.Equal(was, p.Platform) {
		return true, false, nil
	}
	laidDown := p.ID == by.Person && !slices.ContainsFunc(p.Platform, func(r partner.Role) bool { return !slices.Contains(was, r) })
	if laidDown {
		return true, false, nil
	}
	others, err := s.administrators(ctx)
	if err != nil {
		return false, false, err
	}
	others = slices.DeleteFunc(others, func(x partner.Person) bool { return x.ID == by.Person })
	return len(others) == 0, len(others) == 0, nil
}

// administrators lists all, those who are disabled too.
func (s *Service) administrators(ctx context.Context) ([]partner.Person, error) {
	var all []partner.Person
	err := s.o.Cabinet.All(ctx, kindDirectory, "role:"+string(partner.Administrator), func(e cabinet.Entry) error {
		var p partner.Person
		if err := e.Into(&p); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	return all, err
}

func administrator(p partner.Person) bool {
	return slices.Contains(p.Platform, partner.Administrator) && !p.Disabled
}

// guarded refuses to take away the last administrator. What changes who
// administers also writes the guard, so that two administrators who disable each
// other at the same moment do not both succeed.
func (s *Service) guarded(ctx context.Context, before, p partner.Person) ([]cabinet.Item, error) {
	if administrator(before) == administrator(p) {
		return nil, nil
	}
	guard, err := s.guard(ctx)
	if err != nil {
		return nil, err
	}
	if administrator(before) {
		all, err := s.administrators(ctx)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(x partner.Person) bool { return x.ID != p.ID && !x.Disabled }) {
			return nil, fault.New(fault.Conflict, "this is the last administrator; make another one first")
		}
	}
	return []cabinet.Item{guard}, nil
}

// guard is the item that whoever changes the administrators writes.
func (s *Service) guard(ctx context.Context) (cabinet.Item, error) {
	var v struct{}
	version, err := s.o.Cabinet.Get(ctx, kindSecret, secretGuard, &v)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return cabinet.Item{}, err
	}
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindSecret, ID: secretGuard, Version: version}, Value: v}, nil
}

func (r RoleRequest) item(version int64) cabinet.Item {
	return cabinet.Item{Ref: cabinet.Ref{Kind: kindRequest, ID: r.ID, Version: version}, Unique: []string{"person:" + r.Person}, Value: r}
}

// askRoles keeps a request; fault.Conflict if one waits for the person already.
func (s *Service) askRoles(ctx context.Context, by, person string, roles []partner.Role) (*RoleRequest, error) {
	id, err := s.newID()
	if err != nil {
		return nil, err
	}
	r := RoleRequest{ID: id, Person: person, Roles: roles, By: by, Asked: s.now().Format(time.RFC3339)}
	err = s.noted(ctx, "role", map[string]any{"what": "asked", "request": id, "person": person, "roles": roles}, by, func() error {
		err := s.o.Cabinet.Change(ctx, []cabinet.Item{r.item(0)}, nil)
		if err != nil && fault.KindOf(err) == fault.Conflict {
			err = fault.New(fault.Conflict, "a change of this person's roles waits already; it has to be decided first")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// RoleRequests lists those that wait, the oldest first.
func (s *Service) RoleRequests(ctx context.Context) ([]RoleRequest, error) {
	var all []RoleRequest
	err := s.o.Cabinet.All(ctx, kindRequest, "", func(e cabinet.Entry) error {
		var r RoleRequest
		if err := e.Into(&r); err != nil {
			return err
		}
		all = append(all, r)
		return nil
	})
	slices.SortStableFunc(all, func(a, b RoleRequest) int {
		switch {
		case a.Asked < b.Asked:
			return -1
		case a.Asked > b.Asked:
			return 1
		}
		return 0
	})
	return all, err
}

// DecideRoles grants or declines. Another administrator than the one who asked
// grants; whoever is the only administrator may grant alone, and so may the one
// who asked when nobody decided for a week; the log says so. Whoever asked may
// take it back at any time.
func (s *Service) DecideRoles(ctx context.Context, by access.Reader, id string, grant bool) error {
	if err := administers(by); err != nil {
		return err
	}
	var r RoleRequest
	version, err := s.o.Cabinet.Get(ctx, kindRequest, id, &r)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.NotFound, "there is no such request; perhaps somebody decided it")
		}
		return err
	}
	drop := []cabinet.Ref{{Kind: kindRequest, ID: id, Version: version}}
	body := map[string]any{"what": "declined", "request": id, "person": r.Person, "roles": r.Roles, "asked-by": r.By}
	if !grant {
		return s.noted(ctx, "role", body, by.Person, func() error { return s.o.Cabinet.Change(ctx, nil, drop) })
	}
	body["what"] = "granted"
	if r.By == by.Person {
		if err := s.grantsAlone(ctx, r, by.Person); err != nil {
			return err
		}
		body["alone"] = true
	}
	before, at, err := s.Person(ctx, r.Person)
	if err != nil {
		return err
	}
	p := clonePerson(before)
	p.Platform = r.Roles
	put, err := s.guarded(ctx, before, p)
	if err != nil {
		return err
	}
	item, err := personItem(p, at)
	if err != nil {
		return err
	}
	return s.noted(ctx, "role", body, by.Person, func() error {
		return s.o.Cabinet.Change(ctx, append(put, item), drop)
	})
}

// grantsAlone tells whether the one who asked may also grant.
func (s *Service) grantsAlone(ctx context.Context, r RoleRequest, by string) error {
	all, err := s.administrators(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(x partner.Person) bool { return x.ID != by }) {
		return nil
	}
	asked, err := time.Parse(time.RFC3339, r.Asked)
	if err != nil {
		return fault.New(fault.Internal, "the request does not say when it was asked")
	}
	if s.now().Before(asked.Add(patience)) {
		return fault.New(fault.Forbidden, "another administrator has to decide what you asked for; if nobody does, you may from %s on",
			asked.Add(patience).Format("2006-01-02 15:04 UTC"))
	}
	return nil
}
