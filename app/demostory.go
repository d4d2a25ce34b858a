package app

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/directive"
	"tocsin/earlier"
	"tocsin/examples"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
	"tocsin/tasking"
)

// demoPast is a partnership of earlier years, which the authority brings with it.
type demoPast struct {
	Org      string   `yaml:"org"`
	File     string   `yaml:"file"`
	Contact  string   `yaml:"contact"`
	Keywords []string `yaml:"keywords"`
}

// demoFinding is a lateness finding that waits to be put to a member: who may have
// known of a flaw before somebody told the authority of it.
type demoFinding struct {
	By       string `yaml:"by"`
	Flaw     string `yaml:"flaw"`
	Product  string `yaml:"product"`
	Told     string `yaml:"told"` // by whom
	Received string `yaml:"received"`
	Words    string `yaml:"words"`
}

// demoShare is something that goes round on the platform.
type demoShare struct {
	By    string `yaml:"by"`
	Kind  string `yaml:"kind"`
	TLP   string `yaml:"tlp"`
	AckBy string `yaml:"acknowledge-by"`
	Words map[string]struct {
		Title    string `yaml:"title"`
		Text     string `yaml:"text"`
		Concerns string `yaml:"concerns"`
		First    string `yaml:"first"`
	} `yaml:"words"`
	Signs []struct {
		Type  string `yaml:"type"`
		Value string `yaml:"value"`
		Note  string `yaml:"note"`
	} `yaml:"signs"`
	Sightings []struct {
		Type  string `yaml:"type"`
		Value string `yaml:"value"`
		Count int    `yaml:"count"`
		First string `yaml:"first"`
		Last  string `yaml:"last"`
	} `yaml:"sightings"`
	Flaws    []string `yaml:"flaws"`
	Products []string `yaml:"products"`
	Keywords []string `yaml:"keywords"`
}

// demoDirective is a directive to the members, and who has answered to it.
type demoDirective struct {
	File         string   `yaml:"file"`
	Acknowledged []string `yaml:"acknowledged"` // logins
}

// carryOver brings a partnership of earlier years, or finds it again.
func (s *seeding) carryOver(ctx context.Context, who access.Reader, platform string, m demoPast) (string, error) {
	data, err := s.file(m.File)
	if err != nil {
		return "", err
	}
	c, err := casefile.Parse(m.File, data)
	if err != nil {
		return "", err
	}
	got, err := s.p.parts.circles.CarryOver(ctx, who, platform, m.Org, partner.Agreement{Level: "full", Keywords: m.Keywords,
		Contacts: []partner.Contact{{Name: "Product security", Mail: m.Contact}}}, c.File.Events, "demo "+m.File)
	return got.ID, err
}

// find looks who knew earlier, and keeps a draft of what it finds about a member.
func (s *seeding) find(ctx context.Context, member string, f *demoFinding) error {
	who, err := s.reader(ctx, f.By)
	if err != nil {
		return err
	}
	if there, err := s.p.parts.circles.Findings(ctx, who, member); err != nil || len(there) > 0 { // of an earlier start
		return err
	}
	at, err := s.instant(f.Received)
	if err != nil {
		return err
	}
	_, err = s.p.parts.circles.Find(ctx, who, member, partnership.ReportLimb, f.Words, coordination.EarlierAsked{Report: earlier.Report{
		Flaws: []string{f.Flaw}, Names: []string{f.Product}, By: f.Told, Received: calendar.Instant(at)}})
	return err
}

// share shares something once.
func (s *seeding) share(ctx context.Context, platform, key string, x demoShare) error {
	who, err := s.reader(ctx, x.By)
	if err != nil {
		return err
	}
	d := sharing.Draft{Kind: sharing.Kind(x.Kind), TLP: x.TLP, Words: map[string]sharing.Words{}, About: sharing.About{Vulnerabilities: x.Flaws, Products: x.Products, Keywords: x.Keywords}}
	for lang, w := range x.Words {
		d.Words[lang] = sharing.Words{Title: w.Title, Text: w.Text, Concerns: w.Concerns, First: w.First}
	}
	for _, g := range x.Signs {
		d.Signs = append(d.Signs, sharing.Sign{Type: g.Type, Value: g.Value, Note: g.Note})
	}
	for _, g := range x.Sightings {
		first, err := s.instant(g.First)
		if err != nil {
			return err
		}
		last, err := s.instant(g.Last)
		if err != nil {
			return err
		}
		d.Sightings = append(d.Sightings, sharing.Seen{Type: g.Type, Value: g.Value, Count: int64(g.Count), First: first, Last: last})
	}
	if x.AckBy != "" {
		by, err := s.instant(x.AckBy)
		if err != nil {
			return err
		}
		d.AckBy = &by
	}
	_, err = s.p.parts.shared.Share(ctx, who, platform, d, key)
	return err
}

// directive issues a directive once, and has members acknowledge it.
func (s *seeding) directive(ctx context.Context, who access.Reader, platform string, d demoDirective) error {
	tasks := s.p.parts.tasks
	there, err := tasks.List(ctx, who, tasking.Filter{Platform: platform})
	if err != nil || len(there) > 0 { // of an earlier start
		return err
	}
	data, err := s.file(d.File)
	if err != nil {
		return err
	}
	v, err := tasks.Draft(ctx, who, platform, data, "")
	if err != nil {
		return err
	}
	if v, err = tasks.Issue(ctx, who, v.ID, -1, ""); err != nil {
		return err
	}
	for _, login := range d.Acknowledged {
		by, err := s.reader(ctx, login)
		if err != nil {
			return err
		}
		if _, err := tasks.Act(ctx, by, v.ID, directive.Act{Kind: directive.Acknowledged}, -1, ""); err != nil {
			return err
		}
	}
	return nil
}

// file is a file of the demo, with its times.
func (s *seeding) file(name string) ([]byte, error) {
	data, err := examples.Demo.ReadFile("demo/" + name + ".yaml")
	if err != nil {
		return nil, fault.New(fault.Internal, "%v", err)
	}
	return fromNow([]byte(onDays(string(data), s.now)), s.now)
}

// instant is a time of the demo: NOW-30h.
func (s *seeding) instant(text string) (time.Time, error) {
	at, err := fromNow([]byte(text), s.now)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, string(at))
	if err != nil {
		return t, fault.New(fault.Internal, "a time of the demo: %v", err)
	}
	return t, nil
}
