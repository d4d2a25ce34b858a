package tasking

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/sharing"
)

// crowd is a platform with a thousand members, without a partnership file each.
type crowd struct{ n int }

func (c crowd) Platform(_ context.Context, id string) (partner.Platform, int64, error) {
	if id != "circle" {
		return partner.Platform{}, 0, fault.New(fault.NotFound, "there is no such platform")
	}
	return house.Circle(), 1, nil
}

func (c crowd) Platforms(context.Context, access.Reader) ([]partner.Platform, error) {
	return []partner.Platform{house.Circle()}, nil
}

func (c crowd) On(context.Context, string) ([]partnership.Member, error) {
	var out []partnership.Member
	for i := range c.n {
		out = append(out, partnership.Member{ID: fmt.Sprintf("m%d", i), Platform: "circle", Org: fmt.Sprintf("org-%d", i), Name: fmt.Sprintf("Org %04d", i)})
	}
	return out, nil
}

func (c crowd) Org(_ context.Context, id string) (partner.Org, int64, error) {
	return partner.Org{ID: id, Name: "The " + id, Kind: partner.Entity, On: map[string]partner.Stands{"circle": {{From: monday.Add(-time.Hour), Standing: partner.Active}}}}, 1, nil
}

func (c crowd) Groups(context.Context, access.Reader, string) ([]sharing.Group, error) {
	g := sharing.Group{ID: "g", Platform: "circle", Name: "essential-operators"}
	for i := range c.n / 2 {
		g.Orgs = append(g.Orgs, fmt.Sprintf("org-%d", i))
	}
	return []sharing.Group{g}, nil
}

func (c crowd) Note(context.Context, string, map[string]any, string) (record.Result, error) {
	return record.Result{Epoch: 1}, nil
}

// someone acts for an organisation.
func someone(org string) access.Reader {
	return access.Reader{Person: "of-" + org, Fresh: true, Acting: []access.Acting{{Org: org, Standing: partner.Active, Roles: []partner.Role{partner.Responder}, On: map[string]partner.Standing{"circle": partner.Active}}}}
}

// A directive to a thousand members, two hundred of which have acknowledged and
// reported.
func BenchmarkAThousandMembers(b *testing.B) {
	c := crowd{1000}
	now := monday
	s := New(Options{Circles: c, Groups: c, Directory: c, Log: c, Cabinet: cabinettest.New(), Now: func() time.Time { return now }})
	office, ctx := someone("office"), b.Context()
	office.Acting[0].On = nil
	d, err := s.Draft(ctx, office, "circle", order(), "")
	if err == nil {
		_, err = s.Issue(ctx, office, d.ID, -1, "")
	}
	if err != nil {
		b.Fatal(err)
	}
	for i := range 200 {
		now = now.Add(time.Minute)
		who := someone(fmt.Sprintf("org-%d", i))
		for _, a := range []directive.Act{{Kind: directive.Acknowledged}, {Kind: directive.Progressed, Steps: []string{"move"}, Done: n(3), Total: n(9)}} {
			if _, err := s.Act(ctx, who, d.ID, a, -1, ""); err != nil {
				b.Fatal(err)
			}
		}
	}
	member := someone("org-7")
	for name, f := range map[string]func() error{
		"get, authority":     func() error { _, err := s.Get(ctx, office, d.ID, time.Time{}); return err },
		"get, member":        func() error { _, err := s.Get(ctx, member, d.ID, time.Time{}); return err },
		"list, authority":    func() error { _, err := s.List(ctx, office, Filter{}); return err },
		"waiting, authority": func() error { _, err := s.Waiting(ctx, office); return err },
		"waiting, member":    func() error { _, err := s.Waiting(ctx, member); return err },
		"act, member": func() error {
			now = now.Add(time.Second)
			_, err := s.Act(ctx, member, d.ID, directive.Act{Kind: directive.Acknowledged}, -1, "")
			return err
		},
		"sweep": func() error { return s.Sweep(ctx) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
