package httpapi

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
)

// Circles is what an authority and the members of its platforms do with one
// another (partnership.Service).
type Circles interface {
	Platforms(ctx context.Context, who access.Reader) ([]partner.Platform, error)
	Members(ctx context.Context, who access.Reader, platform string) ([]partnership.Standing, error)
	Member(ctx context.Context, who access.Reader, id string) (partnership.Standing, error)
	Do(ctx context.Context, who access.Reader, id string, e casefile.Event, expected int64, key string) (partnership.Asked, error)
	Preview(ctx context.Context, who access.Reader, id string, e casefile.Event) (*partnership.Preview, error)
	Asked(ctx context.Context, who access.Reader) ([]partnership.Asked, error)
	Dossier(ctx context.Context, who access.Reader, id string, a partnership.DossierAsked) (*coordination.DossierMade, error)
	Read(ctx context.Context, who access.Reader, id, lang string) (partnership.Letter, casefile.Event, partnership.Written, error)
	Inbox(ctx context.Context, who access.Reader) ([]partnership.Letter, error)
}

// PlatformList is the sharing platforms that somebody has to do with.
type PlatformList struct {
	Platforms []SharingPlatform `json:"platforms"`
}

// SharingPlatform is a sharing platform of an authority with its terms.
type SharingPlatform struct {
	ID        string `json:"id" example:"circle"`
	Name      string `json:"name"`
	Authority string `json:"authority" doc:"Organisation that runs it."`
	Pack      string `json:"pack" doc:"Rule pack with both sides' duties."`
	Zone      string `json:"zone,omitempty"`
	Runs      bool   `json:"runs" doc:"You belong to the authority."`

	Reply      Within            `json:"reply" doc:"A member has at least so long to answer a hearing."`
	Urgent     *Within           `json:"urgent,omitempty" doc:"A suspension before the hearing is possible, which then opens within."`
	Longest    Within            `json:"longest" doc:"Of one suspension, or one extension of it."`
	Appeal     Within            `json:"appeal"`
	Body       string            `json:"appeal-body"`
	Term       Within            `json:"term"`
	Review     Within            `json:"review"`
	Ceilings   []StandingCeiling `json:"ceilings" doc:"The most that is shared, by standing."`
	TwoPersons map[string]string `json:"second-person" doc:"Acts that need another person, with the clause."`
	Yours      []YourStanding    `json:"yours" doc:"Where your organisations stand, and what they receive."`
}

// Within is a period with its clause.
type Within struct {
	Period string `json:"period" example:"P10D"`
	Clause string `json:"clause"`
}

// StandingCeiling is the most that is shared with who stands so.
type StandingCeiling struct {
	Standing partner.Standing `json:"standing" enum:"invited,active,warned,suspended,left"`
	TLP      string           `json:"tlp" doc:"A label of TLP 2.0; empty for nothing."`
	Clause   string           `json:"clause"`
}

// YourStanding is where an organisation of yours stands now.
type YourStanding struct {
	Org      string           `json:"org"`
	Standing partner.Standing `json:"standing" enum:"invited,active,warned,suspended,left"`
	Ceiling  string           `json:"ceiling" doc:"The most that it receives; empty for nothing."`
}

// GroupList is groups of members of a platform.
type GroupList struct {
	Groups []SharingGroup `json:"groups"`
}

// SharingGroup is some of the members of a platform.
type SharingGroup struct {
	ID   string   `json:"id"`
	Name string   `json:"name"`
	Orgs []string `json:"organisations" doc:"For the authority; a member is told no others."`
}

func withinOf(w partner.Within) Within { return Within{w.Period.String(), w.Clause} }

func platformOf(p partner.Platform, who access.Reader) SharingPlatform {
	t := p.Terms
	c := access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: t.Ceilings}
	out := SharingPlatform{ID: p.ID, Name: p.Name, Authority: p.Authority, Pack: p.Pack, Zone: t.Zone, Runs: access.Runs(who, c), Reply: withinOf(t.Reply), Longest: withinOf(t.Longest), Appeal: withinOf(t.Appeal),
		Body: t.Body, Term: withinOf(t.Term), Review: withinOf(t.Yearly), Ceilings: []StandingCeiling{}, TwoPersons: map[string]string{}, Yours: []YourStanding{}}
	if t.Urgent != nil {
		u := withinOf(*t.Urgent)
		out.Urgent = &u
	}
	for _, s := range []partner.Standing{partner.Invited, partner.Active, partner.Warned, partner.Suspended, partner.Left} {
		if x, ok := t.Ceilings[s]; ok {
			out.Ceilings = append(out.Ceilings, StandingCeiling{s, x.TLP, x.Clause})
		}
	}
	for k, clause := range t.SecondPerson {
		out.TwoPersons[string(k)] = clause
	}
	for i := range who.Acting {
		a := &who.Acting[i]
		if s, joined := a.Stands(p.ID); joined && len(a.Roles) > 0 {
			out.Yours = append(out.Yours, YourStanding{a.Org, s, a.Ceiling(c)})
		}
	}
	return out
}

// InPlatform names a sharing platform.
type InPlatform struct {
	Platform string `path:"platform" maxLength:"200" doc:"Id of the sharing platform." example:"circle"`
}

func (a *api) addPlatforms() {
	if a.o.Circles == nil || a.o.Shares == nil {
		return
	}
	add(a, operation{
		id: "platforms", method: http.MethodGet, path: "/platforms", tag: "sharing", act: access.See, summary: "Sharing platforms",
		about: "Those of an authority that you belong to, and those that an organisation of yours is a member of, with their terms and where you stand.", gives: map[int]*content{200: {of: PlatformList{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		all, err := a.o.Circles.Platforms(ctx, c.reader)
		if err != nil {
			return nil, err
		}
		out := PlatformList{Platforms: []SharingPlatform{}}
		for _, p := range all {
			out.Platforms = append(out.Platforms, platformOf(p, c.reader))
		}
		return sends(http.StatusOK, out)
	})
	add(a, operation{
		id: "sharing-groups", method: http.MethodGet, path: "/platforms/{platform}/groups", tag: "sharing", act: access.See, summary: "Groups of members",
		about: "With which something can be shared: for the authority all, for a member those that it is in.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: GroupList{}}},
	}, func(ctx context.Context, c *call, in *InPlatform) (*reply, error) {
		all, err := a.o.Shares.Groups(ctx, c.reader, in.Platform)
		if err != nil {
			return nil, err
		}
		out := GroupList{Groups: []SharingGroup{}}
		for _, g := range all {
			out.Groups = append(out.Groups, SharingGroup{g.ID, g.Name, some(g.Orgs)})
		}
		return sends(http.StatusOK, out)
	})
	type listIn struct {
		InPlatform
		Paged
		Kind       string `query:"kind" enum:"report,indicator,sighting,risk-notice"`
		Concerning bool   `query:"concerning" doc:"Only what concerns an organisation of yours, by its keywords and products."`
		Waiting    bool   `query:"waiting" doc:"Only what waits for your acknowledgement."`
	}
	add(a, operation{
		id: "shared", method: http.MethodGet, path: "/platforms/{platform}/shared", tag: "sharing", act: access.See, summary: "What was shared with you",
		about: "The newest first, each with why it concerns you. What lies above the ceiling of where you stand now is not there.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: SharedList{}}},
	}, func(ctx context.Context, c *call, in *listIn) (*reply, error) {
		rows, next, err := a.o.Shares.List(ctx, c.reader, sharing.Filter{Platform: in.Platform, Kind: sharing.Kind(in.Kind), Concerning: in.Concerning, Waiting: in.Waiting}, sharing.Page{After: in.After, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		out := SharedList{Shared: []SharedLine{}, Next: next}
		for _, r := range rows {
			out.Shared = append(out.Shared, sharedLine(r))
		}
		return sends(http.StatusOK, out)
	})
	type shareIn struct {
		InPlatform
		Keyed
	}
	add(a, operation{
		id: "share", method: http.MethodPost, path: "/platforms/{platform}/shared", tag: "sharing", act: access.Add, summary: "Share something",
		about: "The authority shares with all members, with groups or with organisations by name; a member with all, with groups that it is in, or with the authority alone (report: true), which a suspended member may too. " +
			"Nothing is edited later: it is corrected by another version, or withdrawn. The log has a commitment to it before you are answered.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{of: NewShared{}, example: exampleShared}, gives: map[int]*content{201: {of: SharedItem{}}},
	}, func(ctx context.Context, c *call, in *shareIn) (*reply, error) {
		d, report, err := c.draft()
		if err != nil {
			return nil, err
		}
		share := a.o.Shares.Share
		if report {
			share = a.o.Shares.Report
		}
		it, err := share(ctx, c.reader, in.Platform, d, in.Key)
		if err != nil {
			return nil, err
		}
		r, err := sends(http.StatusCreated, sharedItem(it))
		if err == nil {
			r.location = Prefix + "/shared/" + it.ID
		}
		return r, err
	})
}
