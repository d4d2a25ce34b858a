package app

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// demoCircle is a sharing platform of the demo with its members, and what was done
// with each, in order.
type demoCircle struct {
	ID        string        `yaml:"id"`
	Name      string        `yaml:"name"`
	Authority string        `yaml:"authority"`
	Appeal    string        `yaml:"appeal"`
	By        string        `yaml:"by"` // login of whoever acts for the authority
	Admin     string        `yaml:"admin"`
	Members   []demoPartner `yaml:"members"`
	Past      []demoPast    `yaml:"past"`
	Shares    []demoShare   `yaml:"shares"`

	Directive demoDirective `yaml:"directive"`
}

type demoPartner struct {
	Org      string    `yaml:"org"`
	Words    string    `yaml:"words"`
	Contact  string    `yaml:"contact"`
	Keywords []string  `yaml:"keywords"`
	Acts     []demoAct `yaml:"acts"`

	Finding *demoFinding `yaml:"finding"`
}

// demoAct is an act as it is typed: KIND key=value …; re names the kind of an act before.
type demoAct struct {
	By  string `yaml:"by"`
	Act string `yaml:"act"`
}

// platform has the terms of the model agreement; two persons suspend and end.
func (c demoCircle) platform() (partner.Platform, error) {
	var failed error
	within := func(period, clause string) partner.Within {
		p, err := calendar.ParsePeriod(period)
		if err != nil {
			failed = err
		}
		return partner.Within{Period: p, Clause: "Model Partnership Agreement " + clause}
	}
	ceiling := func(tlp string) partner.Ceiling {
		return partner.Ceiling{TLP: tlp, Clause: "Model Partnership Agreement s. 5(2)"}
	}
	urgent := within("P10D", "s. 7(4)")
	const two = "rules of procedure of the circle, no. 4"
	p := partner.Platform{ID: c.ID, Name: c.Name, Authority: c.Authority, Pack: "agreement", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10(1)"), Body: c.Appeal,
		Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: ceiling("AMBER+STRICT"), partner.Warned: ceiling("AMBER"), partner.Suspended: ceiling("CLEAR"), partner.Left: ceiling(""), partner.Invited: ceiling(""),
		},
		SecondPerson: map[casefile.Kind]string{"partner-suspended": two, "partner-extended": two, "partner-terminated": two},
		Levels: []partner.Grade{
			{ID: "full", Title: map[string]string{"en": "full member", "zh": "正式成员", "fr": "membre à part entière", "de": "Vollmitglied"}, Clause: "rules of procedure of the circle, no. 1"},
		},
	}}
	return p, failed
}

// platforms makes the platforms of the demo, before the cases: whoever comes to a
// case of the authority comes through its platform.
func (s *seeding) platforms(ctx context.Context) error {
	for _, c := range s.cast.Circles {
		_, _, err := s.p.parts.circles.Platform(ctx, c.ID)
		if err == nil {
			continue
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		p, err := c.platform()
		if err != nil {
			return fault.New(fault.Internal, "%v", err)
		}
		admin := access.Reader{Person: personOf(c.Admin), Platform: []partner.Role{partner.Administrator}, Fresh: true}
		if err := s.p.parts.circles.PutPlatform(ctx, admin, p, 0); err != nil {
			return err
		}
	}
	return nil
}

// circles plays what happened on the platforms of the demo, or finds it again.
func (s *seeding) circles(ctx context.Context) error {
	for _, c := range s.cast.Circles {
		if err := s.circle(ctx, c); err != nil {
			return fault.New(fault.KindOf(err), "the platform %s of the demo: %v", c.ID, err)
		}
	}
	return nil
}

func (s *seeding) circle(ctx context.Context, c demoCircle) error {
	parts := s.p.parts
	who, err := s.reader(ctx, c.By)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, m := range c.Past {
		if ids[m.Org], err = s.carryOver(ctx, who, c.ID, m); err != nil {
			return err
		}
	}
	there, err := parts.circles.Members(ctx, who, c.ID)
	if err != nil {
		return err
	}
	for _, m := range c.Members {
		i := slices.IndexFunc(there, func(x partnership.Standing) bool { return x.Org == m.Org })
		id := ids[m.Org]
		switch {
		case id != "": // it goes on from what it brought
		case i >= 0: // of an earlier start
			id = there[i].ID
		default:
			in, err := parts.circles.Invite(ctx, who, partnership.InviteAsked{Platform: c.ID, Org: m.Org, Words: m.Words, Agreement: partner.Agreement{
				Level: "full", Keywords: m.Keywords, Contacts: []partner.Contact{{Name: "Product security", Mail: m.Contact}}}}, "")
			if err != nil {
				return err
			}
			id = in.ID
		}
		if err := s.acts(ctx, id, m); err != nil {
			return err
		}
		if m.Finding != nil {
			if err := s.find(ctx, id, m.Finding); err != nil {
				return err
			}
		}
	}
	for i, x := range c.Shares {
		if err := s.share(ctx, c.ID, fmt.Sprintf("demo share %d", i), x); err != nil {
			return err
		}
	}
	if c.Directive.File == "" {
		return nil
	}
	return s.directive(ctx, who, c.ID, c.Directive)
}

// acts plays what happened with a member. Each act has a key of its own, so that a
// later start finds it done.
func (s *seeding) acts(ctx context.Context, id string, m demoPartner) error {
	last := map[string]string{}
	for i, a := range m.Acts {
		by, err := s.reader(ctx, a.By)
		if err != nil {
			return err
		}
		spec, err := fromNow([]byte(a.Act), s.now)
		if err != nil {
			return err
		}
		now := s.p.app.o.Now()
		e, err := casefile.EventFrom(onDays(string(spec), now), now)
		if err != nil {
			return err
		}
		if e.Re != "" {
			e.Re = last[e.Re] // the kind of an act before
		}
		done, err := s.p.parts.circles.Do(ctx, by, id, e, -1, fmt.Sprintf("demo %s %d", m.Org, i))
		if err != nil {
			return err
		}
		last[string(e.Kind)] = done.Event.ID
	}
	return nil
}

// dayFrom is a day of the demo: DAY+12 is the day twelve days from now.
var dayFrom = regexp.MustCompile(`DAY\+(\d{1,4})`)

func onDays(spec string, now time.Time) string {
	return dayFrom.ReplaceAllStringFunc(spec, func(m string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(m, "DAY+")) // digits alone
		return now.UTC().AddDate(0, 0, n).Format(time.DateOnly)
	})
}
