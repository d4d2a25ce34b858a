package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// ActPreview is what an act would change. Nothing is done.
type ActPreview struct {
	Event     casefile.Event   `json:"event" doc:"As it would be put on record."`
	Before    partner.Standing `json:"before"`
	After     partner.Standing `json:"after"`
	Second    string           `json:"second,omitempty" doc:"The clause by which another person must agree."`
	Orgs      []OrgMove        `json:"organisations"`
	Reach     []ReachMove      `json:"reach" doc:"Whose way to cases would change, people who reach alike together."`
	Unchanged int              `json:"unchanged" doc:"People for whom nothing changes."`
	More      bool             `json:"more" doc:"There are cases that were not looked at."`
}

// OrgMove is where an organisation would stand, from when on.
type OrgMove struct {
	Org    string  `json:"org"`
	Before []Stand `json:"before"`
	After  []Stand `json:"after"`
}

// Stand is one standing, from an instant on.
type Stand struct {
	From     time.Time        `json:"from"`
	Standing partner.Standing `json:"standing"`
}

// ReachMove is what would change for people of an organisation who reach alike.
type ReachMove struct {
	Org    string     `json:"org"`
	People int        `json:"people"`
	Cases  []CaseMove `json:"cases"`
	Hidden int        `json:"hidden" doc:"Further cases, which you do not see."`
}

// CaseMove is what becomes of their way to a case.
type CaseMove struct {
	Handle string `json:"handle"`
	Case   string `json:"case"`
	Title  string `json:"title"`
	TLP    string `json:"tlp"`
	Then   string `json:"then" enum:"lost,gained,changed" doc:"changed: they see another part of it."`
}

func actPreview(p *partnership.Preview) ActPreview {
	out := ActPreview{Event: p.Event, Before: p.Before.Standing, After: p.After.Standing, Second: p.Second, Orgs: []OrgMove{}, Reach: []ReachMove{}}
	stands := func(s partner.Stands) []Stand {
		list := []Stand{}
		for _, x := range s {
			list = append(list, Stand{x.From, x.Standing})
		}
		return list
	}
	for _, o := range p.Orgs {
		out.Orgs = append(out.Orgs, OrgMove{o.Org, stands(o.Before), stands(o.After)})
	}
	for _, g := range p.Groups {
		out.More = out.More || g.More
		if len(g.Cases) == 0 {
			out.Unchanged += g.People
			continue
		}
		m := ReachMove{Org: g.Org, People: g.People, Cases: []CaseMove{}}
		for _, c := range g.Cases {
			if c.Title == "" && c.Case == "" {
				m.Hidden++
				continue
			}
			m.Cases = append(m.Cases, CaseMove{c.Handle, c.Case, c.Title, c.TLP, then(c)})
		}
		out.Reach = append(out.Reach, m)
	}
	return out
}

func then(c coordination.Reached) string {
	switch {
	case c.Before.Allowed && !c.After.Allowed:
		return "lost"
	case !c.Before.Allowed && c.After.Allowed:
		return "gained"
	}
	return "changed"
}

// newAct reads an act from the body.
func (c *call) newAct() (casefile.Event, error) {
	data, err := c.body(maxBody, jsonType)
	if err != nil {
		return casefile.Event{}, err
	}
	if err := isObject(data); err != nil {
		return casefile.Event{}, err
	}
	return casefile.ParseEvent(bodyName, data)
}

func (a *api) addActs() {
	if a.o.Circles == nil {
		return
	}
	add(a, operation{
		id: "preview-act", method: http.MethodPost, path: "/memberships/{id}/acts/preview", tag: "sharing", act: access.Add, summary: "What an act would change",
		about: "Where the member and its units would stand, and which cases their people would reach less, or more, of. Nothing is done; what would be refused is refused.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.TooEarly, fault.Suspended},
		takes: &content{of: NewAct{}, example: map[string]any{"kind": "partner-reminded", "reason": "The yearly list of contacts is missing."}}, gives: map[int]*content{200: {of: ActPreview{}}},
	}, func(ctx context.Context, c *call, in *InMembership) (*reply, error) {
		e, err := c.newAct()
		if err != nil {
			return nil, err
		}
		p, err := a.o.Circles.Preview(ctx, c.reader, in.ID, e)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, actPreview(p))
	})
	add(a, operation{
		id: "waiting-acts", method: http.MethodGet, path: "/partner-acts/waiting", tag: "sharing", act: access.See, summary: "Acts that wait for somebody to decide",
		about: "Over all memberships of the platforms that your authority runs. They are decided on the page, by somebody who has just proved who they are: never by token. What is not decided is not the member's to know.",
		gives: map[int]*content{200: {of: ActList{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		all, err := a.o.Circles.Asked(ctx, c.reader)
		if err != nil {
			return nil, err
		}
		out := ActList{Acts: []AskedAct{}}
		for _, x := range all {
			out.Acts = append(out.Acts, actOf(x))
		}
		return sends(http.StatusOK, out)
	})
}
