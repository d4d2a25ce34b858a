package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// MembershipList is the memberships that somebody is on one side of.
type MembershipList struct {
	Memberships []MembershipLine `json:"memberships"`
}

// MembershipLine is a membership in a list.
type MembershipLine struct {
	ID       string             `json:"id"`
	Platform string             `json:"platform"`
	Org      string             `json:"org" doc:"The organisation that signed."`
	Name     string             `json:"name" doc:"Of it, when it was invited."`
	Handle   string             `json:"handle" doc:"Of the partnership file, which is a case."`
	Side     string             `json:"side" enum:"authority,member,both" doc:"Yours."`
	Standing partner.Standing   `json:"standing" doc:"Of several that the record leaves open, the one with which least is shared."`
	Possible []partner.Standing `json:"possible"`
	Units    []string           `json:"units" doc:"Organisations that are in with it."`
}

// WholeMembership is a membership with its state.
type WholeMembership struct {
	MembershipLine
	Version int64         `json:"version" doc:"Of the file: send it as expected with an act."`
	State   partner.State `json:"state" doc:"What the partnership file says now."`
}

// ActList is the acts on a membership that wait for a second person.
type ActList struct {
	Acts []AskedAct `json:"acts"`
}

// AskedAct is an act that was asked for.
type AskedAct struct {
	ID         string         `json:"id"`
	Membership string         `json:"membership"`
	Platform   string         `json:"platform"`
	Event      casefile.Event `json:"event"`
	By         string         `json:"by"`
	Asked      time.Time      `json:"asked"`
	Expires    time.Time      `json:"expires"`
	Via        string         `json:"via,omitempty" enum:"token" doc:"A token proposed it."`
	State      string         `json:"state" enum:"waiting,underway,done,declined,refused,expired"`
	With       string         `json:"with,omitempty" doc:"Who decided."`
	Decided    *time.Time     `json:"decided,omitempty"`
	Reason     string         `json:"reason,omitempty"`
}

// NewAct is an act in a partnership. Who does it, to whom, when and on which
// platform is not the asker's to say.
type NewAct struct {
	Kind       string                     `json:"kind" doc:"A partnership act (docs/casefile.md), such as hearing-answered." example:"hearing-answered"`
	Re         string                     `json:"re,omitempty" doc:"Id of the event that it is about."`
	Rule       string                     `json:"rule,omitempty"`
	Reason     string                     `json:"reason,omitempty"`
	Result     string                     `json:"result,omitempty"`
	Text       string                     `json:"text,omitempty"`
	Label      string                     `json:"label,omitempty"`
	Of         string                     `json:"of,omitempty"`
	Until      *casefile.Time             `json:"until,omitempty"`
	Due        *casefile.Time             `json:"due,omitempty"`
	Attributes map[string]casefile.Scalar `json:"attributes,omitempty"`
}

// spanSchema describes an interval of instants.
type spanSchema struct{}

func (spanSchema) Schema(huma.Registry) *huma.Schema {
	end := &huma.Schema{AnyOf: []*huma.Schema{{Type: "string", Format: "date-time"}, {Type: "null"}}}
	return &huma.Schema{Type: "object", Description: "An interval, both ends included; an end that is open is null.", AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"earliest": end, "latest": end}}
}

func membershipLine(m partnership.Standing) MembershipLine {
	return MembershipLine{ID: m.ID, Platform: m.Platform, Org: m.Org, Name: m.Name, Handle: m.Handle, Side: string(m.Side), Standing: m.State.Standing, Possible: some(m.State.Possible), Units: some(slices.Sorted(maps.Keys(m.Units)))}
}

func actOf(x partnership.Asked) AskedAct {
	return AskedAct{ID: x.ID, Membership: x.Member, Platform: x.Platform, Event: x.Event, By: x.By, Via: x.Via, Asked: x.Asked, Expires: x.Expires, State: x.State, With: x.With, Decided: x.Decided, Reason: x.Reason}
}

// InMembership names a membership.
type InMembership struct {
	ID string `path:"id" maxLength:"100"`
}

func (a *api) addMemberships() {
	if a.o.Circles == nil {
		return
	}
	type listIn struct {
		Platform string `query:"platform" maxLength:"200" doc:"Only of this platform."`
	}
	add(a, operation{
		id: "memberships", method: http.MethodGet, path: "/memberships", tag: "sharing", act: access.See, summary: "Memberships",
		about: "Those that you are on one side of, by name.", gives: map[int]*content{200: {of: MembershipList{}}},
	}, func(ctx context.Context, c *call, in *listIn) (*reply, error) {
		all, err := a.o.Circles.Members(ctx, c.reader, in.Platform)
		if err != nil {
			return nil, err
		}
		out := MembershipList{Memberships: []MembershipLine{}}
		for _, m := range all {
			out.Memberships = append(out.Memberships, membershipLine(m))
		}
		return sends(http.StatusOK, out)
	})
	add(a, operation{
		id: "membership", method: http.MethodGet, path: "/memberships/{id}", tag: "sharing", act: access.See, summary: "A membership and where it stands",
		about: "What the partnership file says now: standing, marks, hearings, decisions, tasks, calls, appeals.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: WholeMembership{}}},
	}, func(ctx context.Context, c *call, in *InMembership) (*reply, error) {
		m, err := a.o.Circles.Member(ctx, c.reader, in.ID)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, WholeMembership{membershipLine(m), m.Version, m.State})
	})
	add(a, operation{
		id: "acts", method: http.MethodGet, path: "/memberships/{id}/acts", tag: "sharing", act: access.See, summary: "Acts that wait for a second person",
		about: "For the authority; what is not decided is not the member's to know.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: ActList{}}},
	}, func(ctx context.Context, c *call, in *InMembership) (*reply, error) {
		if _, err := a.o.Circles.Member(ctx, c.reader, in.ID); err != nil {
			return nil, err
		}
		all, err := a.o.Circles.Asked(ctx, c.reader)
		if err != nil {
			return nil, err
		}
		out := ActList{Acts: []AskedAct{}}
		for _, x := range all {
			if x.Member == in.ID {
				out.Acts = append(out.Acts, actOf(x))
			}
		}
		return sends(http.StatusOK, out)
	})
	type actIn struct {
		InMembership
		Keyed
		Expected int64 `query:"expected" minimum:"-1" default:"-1" doc:"Version of the file that you saw: if it has moved on, nothing is done."`
	}
	add(a, operation{
		id: "act", method: http.MethodPost, path: "/memberships/{id}/acts", tag: "sharing", act: access.Add, summary: "Do an act in a partnership",
		about: "It is checked against the agreement and the file. What a member does, and an authority's call or reminder, is done at once. Every other act of the authority is proposed by a token: it answers 202 and waits, " +
			"until somebody of the authority who has just proved who they are decides it on the page: where the agreement wants two persons, another than the token's owner. No token decides.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.TooEarly, fault.Suspended},
		takes: &content{of: NewAct{}, example: map[string]any{"kind": "hearing-answered", "re": "e7", "text": "We had it under test."}}, gives: map[int]*content{201: {of: AskedAct{}}, 202: {of: AskedAct{}}},
	}, func(ctx context.Context, c *call, in *actIn) (*reply, error) {
		e, err := c.newAct()
		if err != nil {
			return nil, err
		}
		done, err := a.o.Circles.Do(ctx, c.reader, in.ID, e, in.Expected, in.Key)
		if err != nil {
			return nil, err
		}
		status := http.StatusCreated
		if done.State == partnership.Waiting || done.State == partnership.Underway {
			status = http.StatusAccepted
		}
		return sends(status, actOf(done))
	})
}
