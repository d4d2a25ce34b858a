package identity

import (
	"context"
	"slices"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// SaveProfile changes what a person may change of themself: name, zone,
// language, theme, deputies. The place is an administrator's to change, since
// it opens and closes cases.
func (s *Service) SaveProfile(ctx context.Context, p partner.Person, version int64) error {
	d, err := s.directory(ctx)
	if err != nil {
		return err
	}
	was, err := d.person(ctx, p.ID)
	if err != nil {
		return err
	}
	if was == nil || was.Disabled {
		return fault.New(fault.NotFound, "there is no such person")
	}
	if was.version != version {
		return fault.New(fault.Conflict, "this was changed meanwhile; look at it again")
	}
	next := clonePerson(was.Person)
	next.Name, next.Zone, next.Lang, next.Theme, next.Deputies = p.Name, p.Zone, p.Lang, p.Theme, slices.Clone(p.Deputies)
	if err := checkPerson(&next); err != nil {
		return err
	}
	if err := d.related(ctx, partner.Person{Deputies: next.Deputies}); err != nil {
		return err
	}
	item, err := personItem(next, version)
	if err != nil {
		return err
	}
	change := func() error { return s.o.Cabinet.Change(ctx, []cabinet.Item{item}, nil) }
	if sameDeputies(next.Deputies, was.Deputies) {
		return change()
	}
	type deputy struct {
		Person      string `json:"person"`
		From, Until string
	}
	var all []deputy
	for _, x := range next.Deputies {
		all = append(all, deputy{x.Person, x.From.UTC().Format(time.RFC3339), x.Until.UTC().Format(time.RFC3339)})
	}
	return s.noted(ctx, "person", map[string]any{"what": "deputies", "person": p.ID, "deputies": all}, p.ID, change)
}

func sameDeputies(a, b []partner.Deputy) bool {
	return slices.EqualFunc(a, b, func(x, y partner.Deputy) bool {
		return x.Person == y.Person && x.From.Equal(y.From) && x.Until.Equal(y.Until)
	})
}
