package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/examples"
	"tocsin/internal/document"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Visitor is somebody whom one can be in the demo.
type Visitor struct {
	Who  string // the kind of person, in words
	Name string
	Org  string // name, "" for nobody's
	Link string // address that signs in and leads to At; it may be used again and again
	Look string // what to look at first
	At   string // address of that
}

// cast is people.yaml.
type cast struct {
	Orgs []struct {
		ID      string   `yaml:"id"`
		Name    string   `yaml:"name"`
		Kind    string   `yaml:"kind"`
		PartOf  string   `yaml:"part-of"`
		Country string   `yaml:"country"`
		Is      []string `yaml:"is"`
	} `yaml:"orgs"`
	People  []player     `yaml:"people"`
	Cases   []demoCase   `yaml:"cases"`
	Circles []demoCircle `yaml:"circles"`
}

type player struct {
	Login    string   `yaml:"login"`
	Name     string   `yaml:"name"`
	Place    string   `yaml:"place"`
	Zone     string   `yaml:"zone"`
	Platform []string `yaml:"platform"`
	Member   []struct {
		Org   string   `yaml:"org"`
		Roles []string `yaml:"roles"`
	} `yaml:"member"`
	Who   string `yaml:"who"`
	Look  string `yaml:"look"`
	Start string `yaml:"start"`
	Case  string `yaml:"case"` // instead of Start: a file of the demo
	Page  string `yaml:"page"` // of the case, "plan" without it
}

type demoCase struct {
	File  string `yaml:"file"`
	By    string `yaml:"by"`
	Seats []struct {
		Org    string `yaml:"org"`
		Person string `yaml:"person"`
		Role   string `yaml:"role"`
		Party  string `yaml:"party"`
	} `yaml:"seats"`
}

// log4shell is read by everybody: its record is public. The others are kept by
// the authority's desk.
const (
	log4shell  = "log4shell.yaml"
	othersKept = "karin.bauer"
	openKept   = "marit.solheim"
)

// seeding fills an empty platform, and knows a filled one again.
type seeding struct {
	p     *Platform
	cast  cast
	cases map[string]string // file → handle
	now   time.Time
}

// Demo opens the platform with the people and cases of the demo, if they are not
// there yet, and gives a link for each person.
func (p *Platform) Demo(ctx context.Context) ([]Visitor, error) {
	if !p.o.Demo {
		return nil, fault.New(fault.Internal, "this platform is no demo")
	}
	s := &seeding{p: p, cases: map[string]string{}, now: p.app.o.Now()}
	data, err := examples.Demo.ReadFile("demo/people.yaml")
	if err != nil {
		return nil, fault.New(fault.Internal, "%v", err)
	}
	root, err := document.Parse("demo/people.yaml", data, document.Limits{})
	if err == nil {
		err = document.Decode("demo/people.yaml", root, &s.cast)
	}
	if err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{s.people, s.platforms, s.demoCases, s.examples, s.circles} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.published(ctx); err != nil {
		return nil, err
	}
	// So that a receipt of what is there can be had at once, and not with the next tick.
	if _, err := p.app.Publish(ctx); err != nil && fault.KindOf(err) != fault.Conflict {
		return nil, err
	}
	return s.visitors(ctx)
}

// published has a checkpoint cover all that is there, so that receipts can be
// had at once. The cadence may be publishing just now: then it is asked again.
func (s *seeding) published(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		_, err := s.p.app.Publish(ctx)
		if err == nil || fault.KindOf(err) != fault.Conflict {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return fault.New(fault.Unavailable, "the cases of the demo could not be published")
}

// people puts organisations and people there at once, or finds them again.
func (s *seeding) people(ctx context.Context) error {
	var orgs []partner.Org
	for _, o := range s.cast.Orgs {
		orgs = append(orgs, partner.Org{
			ID: o.ID, Name: o.Name, Kind: partner.Kind(o.Kind), PartOf: o.PartOf, Country: o.Country, Is: o.Is, Standing: partner.Active,
		})
	}
	var people []partner.Person
	for _, c := range s.cast.People {
		x := partner.Person{ID: personOf(c.Login), Name: c.Name, Login: c.Login, Place: c.Place, Zone: c.Zone}
		for _, r := range c.Platform {
			x.Platform = append(x.Platform, partner.Role(r))
		}
		for _, m := range c.Member {
			member := partner.Membership{Org: m.Org}
			for _, r := range m.Roles {
				member.Roles = append(member.Roles, partner.Role(r))
			}
			x.Member = append(x.Member, member)
		}
		people = append(people, x)
	}
	err := s.p.parts.people.Seed(ctx, orgs, people)
	if err == nil || fault.KindOf(err) != fault.Conflict {
		return err
	}
	for _, x := range people { // somebody is there: those of an earlier start?
		if s.p.parts.people.PersonName(ctx, x.ID) == "" {
			return fault.New(fault.Conflict, "this folder has people of its own, and is no demo; name another one with --data")
		}
	}
	return nil
}

// personOf is the id of one of the cast.
func personOf(login string) string { return "demo-" + strings.ReplaceAll(login, ".", "-") }

// reader is one of the cast as if they had just stepped up.
func (s *seeding) reader(ctx context.Context, login string) (access.Reader, error) {
	x, _, err := s.p.parts.people.Person(ctx, personOf(login))
	if err != nil {
		return access.Reader{}, err
	}
	for _, m := range x.Member {
		rs, err := s.p.parts.people.ReadersOf(ctx, m.Org)
		if err != nil {
			return access.Reader{}, err
		}
		for _, r := range rs {
			if r.Person == x.ID {
				r.Fresh = true
				return r, nil
			}
		}
	}
	return access.Reader{}, fault.New(fault.Internal, "%s acts for nobody", login)
}

func (s *seeding) demoCases(ctx context.Context) error {
	for _, c := range s.cast.Cases {
		data, err := examples.Demo.ReadFile("demo/" + c.File + ".yaml")
		if err != nil {
			return fault.New(fault.Internal, "%v", err)
		}
		if data, err = fromNow(data, s.now); err != nil {
			return err
		}
		who, err := s.reader(ctx, c.By)
		if err != nil {
			return err
		}
		if s.cases[c.File], err = s.imported(ctx, who, c.File+".yaml", data); err != nil {
			return err
		}
		if err := s.seats(ctx, who, c); err != nil {
			return err
		}
	}
	return nil
}

// imported keeps a case, or finds it again: its id is unique among the reader's.
func (s *seeding) imported(ctx context.Context, who access.Reader, name string, data []byte) (string, error) {
	id := ""
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "case: "); ok {
			id = strings.TrimSpace(rest)
		}
	}
	if seen, err := s.p.parts.desk.See(ctx, who, id); err == nil {
		return seen.Handle, nil
	}
	res, err := s.p.parts.desk.Import(ctx, who, name, data, "demo "+name)
	return res.Handle, err
}

// seats gives the seats of a case that are not there yet. A seat of the owner
// with its party takes the place of the one that the import gave.
func (s *seeding) seats(ctx context.Context, who access.Reader, c demoCase) error {
	desk, handle := s.p.parts.desk, s.cases[c.File]
	there, err := desk.Seats(ctx, who, handle)
	if err != nil {
		return err
	}
	for _, a := range c.Seats {
		asked := coordination.SeatAsked{Org: a.Org, Role: access.SeatRole(a.Role), Party: a.Party}
		if a.Person != "" {
			asked.Person = personOf(a.Person)
		}
		if slices.ContainsFunc(there, func(t access.Seat) bool {
			return t.Org == asked.Org && t.Person == asked.Person && t.Role == asked.Role && t.Party == asked.Party
		}) {
			continue
		}
		if _, err := desk.GiveSeat(ctx, who, handle, asked); err != nil {
			return err
		}
		for _, t := range there {
			if t.Role == access.Owner && asked.Role == access.Owner && t.Org == asked.Org && t.Party == "" {
				if err := desk.TakeSeat(ctx, who, handle, t.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// examples keeps the example cases: the public record of Log4Shell for all, the
// others for one desk.
func (s *seeding) examples(ctx context.Context) error {
	files, err := examples.Files.ReadDir(".")
	if err != nil {
		return fault.New(fault.Internal, "%v", err)
	}
	for _, f := range files {
		data, err := examples.Files.ReadFile(f.Name())
		if err != nil {
			return fault.New(fault.Internal, "%v", err)
		}
		login := othersKept
		if f.Name() == log4shell {
			login = openKept
		}
		who, err := s.reader(ctx, login)
		if err != nil {
			return err
		}
		if _, err := s.imported(ctx, who, f.Name(), data); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeding) visitors(ctx context.Context) ([]Visitor, error) {
	var out []Visitor
	for _, c := range s.cast.People {
		secret, _, err := s.p.parts.people.NewLink(ctx, personOf(c.Login), "demo", 0, "")
		if err != nil {
			return nil, err
		}
		at := c.Start
		if c.Case != "" {
			at = "/cases/" + s.cases[c.Case] + "/" + cmp.Or(c.Page, "plan")
		}
		v := Visitor{Who: c.Who, Name: c.Name, Link: s.p.Link(secret), Look: c.Look, At: s.p.url + at}
		if at != "/desk" { // where a sign-in leads without a word
			v.Link += "?to=" + at
		}
		if len(c.Member) > 0 {
			v.Org = s.p.parts.people.OrgName(ctx, c.Member[0].Org)
		}
		out = append(out, v)
	}
	return out, nil
}
