package httpapi

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
)

// round is a sharing platform on which the shop's first person is, with one thing
// shared and one membership; nobody else is on it.
type round struct{ *shop }

const (
	circle = "circle"
	given  = "i1" // what is shared
	member = "m1"
)

// on refuses whoever is not on the platform, and what is not there.
func (r round) on(who access.Reader, id, want string) error {
	if who.Person != "p1" || id != want {
		return fault.New(fault.NotFound, "there is nothing of this kind")
	}
	return r.fails
}

func (r round) platform() partner.Platform {
	p := partner.Within{Period: calendar.Period{Days: 10}, Clause: "s. 7"}
	return partner.Platform{ID: circle, Name: "Sundmark Circle", Authority: "o1", Pack: "model-partnership", Terms: partner.Terms{Zone: "Europe/Berlin", Reply: p, Urgent: &p, Longest: p, Appeal: p, Body: "Panel", Term: p, Yearly: p,
		Ceilings: map[partner.Standing]partner.Ceiling{partner.Active: {TLP: "AMBER", Clause: "s. 5"}, partner.Suspended: {TLP: "CLEAR", Clause: "s. 5"}}, SecondPerson: map[casefile.Kind]string{"partner-suspended": "rules 4"}}}
}

func (r round) Platforms(context.Context, access.Reader) ([]partner.Platform, error) {
	return []partner.Platform{r.platform()}, r.fails
}

func (r round) standing() partnership.Standing {
	span := calendar.Instant(now)
	return partnership.Standing{Member: partnership.Member{ID: member, Platform: circle, Org: "o2", Name: "Acme", Handle: "h4nd1e", Units: map[string]string{"o3": "unit-1"}}, Version: 7, Side: partnership.OfAuthority,
		State: partner.State{Authority: "authority", Member: "member", At: now, Standing: partner.Suspended, Since: span,
			History:    []partner.Interval{{Standing: partner.Active, From: span, To: span, By: "e1"}, {Standing: partner.Suspended, From: span, By: "e2"}},
			Suspension: &partner.Suspension{Decision: "e2", At: span, From: span, Effective: true}, Decisions: []partner.Decided{{Event: "e2", Kind: "partner-suspended", At: span}}}}
}

func (r round) Members(context.Context, access.Reader, string) ([]partnership.Standing, error) {
	return []partnership.Standing{r.standing()}, r.fails
}

func (r round) Member(_ context.Context, who access.Reader, id string) (partnership.Standing, error) {
	if err := r.on(who, id, member); err != nil {
		return partnership.Standing{}, err
	}
	return r.standing(), nil
}

func (r round) Do(_ context.Context, who access.Reader, id string, e casefile.Event, _ int64, key string) (partnership.Asked, error) {
	a := partnership.Asked{ID: "a1", Member: id, Platform: circle, Event: e, By: who.Person, Asked: now, Expires: now.Add(time.Hour), State: partnership.Done}
	if e.Kind == "partner-suspended" {
		a.State = partnership.Waiting
	}
	a.Event.At.Value = now.Format(time.RFC3339)
	return a, r.on(who, id, member)
}

func (r round) Asked(context.Context, access.Reader) ([]partnership.Asked, error) {
	e := casefile.Event{ID: "e3", Kind: "partner-suspended"}
	e.At.Value = now.Format(time.RFC3339)
	return []partnership.Asked{{ID: "a1", Member: member, Platform: circle, Event: e, By: "p1", Asked: now, Expires: now, State: partnership.Waiting}, {ID: "a2", Member: "another", Platform: circle, Event: e, By: "p1", Asked: now, Expires: now, State: partnership.Waiting, Via: partnership.ByToken}}, r.fails
}

func (r round) Preview(_ context.Context, who access.Reader, id string, e casefile.Event) (*partnership.Preview, error) {
	e.At.Value = now.Format(time.RFC3339)
	out := &partnership.Preview{Event: e, Before: partner.State{Standing: partner.Active}, After: partner.State{Standing: partner.Suspended}, Second: "rules 4",
		Orgs: []partnership.OrgChange{{Org: "o2", After: partner.Stands{{From: now, Standing: partner.Suspended}}}},
		Groups: []partnership.Reaching{{Org: "o2", People: 2, Cases: []coordination.Reached{{Handle: "h1", Case: "TOC-1", Title: "T", TLP: "AMBER", Before: access.Decision{Allowed: true}}, {Handle: "h2", After: access.Decision{Allowed: true}},
			{Handle: "h3", Case: "TOC-3", After: access.Decision{Allowed: true}}, {Handle: "h4", Case: "TOC-4", Before: access.Decision{Allowed: true}, After: access.Decision{Allowed: true}}}}, {Org: "o3", People: 3, More: true}}}
	return out, r.on(who, id, member)
}

func (r round) Dossier(_ context.Context, who access.Reader, id string, a partnership.DossierAsked) (*coordination.DossierMade, error) {
	if err := r.on(who, id, member); err != nil {
		return nil, err
	}
	return &coordination.DossierMade{File: []byte("<!doctype html>" + a.Act + " " + a.Lang + " " + a.Zone.String() + " " + a.KeysFrom)}, nil
}

func (r round) Read(_ context.Context, who access.Reader, id, lang string) (partnership.Letter, casefile.Event, partnership.Written, error) {
	e := casefile.Event{ID: "e2", Kind: "partner-suspended"}
	e.At.Value = now.Format(time.RFC3339)
	return partnership.Letter{ID: "l1", Member: member, Platform: circle, Org: "o2", Event: "e2", Kind: "partner-suspended", Sent: now, Served: &partnership.Served{Person: "p1", At: now, Event: "r1", Token: who.Session}}, e,
		partnership.Written{Kind: "suspension", Lang: lang, Number: "2/2026", Missing: []string{"place"}}, r.on(who, id, "l1")
}

func (r round) Inbox(context.Context, access.Reader) ([]partnership.Letter, error) {
	return []partnership.Letter{{ID: "l1", Member: member, Platform: circle, Org: "o2", Event: "e2", Kind: "partner-suspended", Sent: now, Served: &partnership.Served{Person: "p1", At: now, Event: "r1"}}, {ID: "l2", Sent: now}}, r.fails
}

func (r round) item(n int) *sharing.Item {
	by := now.Add(time.Hour)
	e := sharing.Edition{N: max(n, 1), At: now, By: "p1", TLP: "AMBER", To: []string{"o2"}, Titles: map[string]string{"en": "Pumps"}, About: sharing.About{Purls: []string{"pkg:maven/a/b"}}, AckBy: &by, Proof: sharing.Proof{Hash: "00ff", Epoch: 1, Index: 9}}
	it := &sharing.Item{Row: sharing.Row{ID: given, Platform: circle, Kind: sharing.RiskNotice, From: "o1", At: now, Road: access.AsMember, Edition: e, Concerns: []partner.Concern{{Why: "product", Wanted: "pkg:maven/a/b", Matched: "pkg:maven/a/b", In: "purl"}},
		Acked: []sharing.Acknowledgement{r.word()}, Withdrawn: &sharing.Mark{At: now, By: "p1", Reason: "wrong"}},
		Words: map[string]sharing.Words{"en": {Title: "Pumps", Text: "${jndi:ldap://x.example/a}", Concerns: "all", First: "unplug"}}, Signs: []sharing.Sign{{Type: "payload", Value: "${jndi:ldap://x.example/a}"}},
		Sightings: []sharing.Seen{{Type: "payload", Value: "x", Count: 3, First: now, Last: now}}, Editions: []sharing.Edition{e}, Sealed: []byte(`{"item":"i1"}`)}
	return it
}

func (r round) word() sharing.Acknowledgement {
	return sharing.Acknowledgement{Item: given, N: 1, Org: "o2", Person: "p1", At: now, Words: "on it"}
}

func (r round) List(_ context.Context, who access.Reader, f sharing.Filter, _ sharing.Page) ([]sharing.Row, string, error) {
	if err := r.on(who, f.Platform, circle); err != nil {
		return nil, "", err
	}
	return []sharing.Row{r.item(1).Row}, "more", nil
}

func (r round) GetVersion(_ context.Context, who access.Reader, id string, n int) (*sharing.Item, error) {
	return r.item(n), r.on(who, id, given)
}

func (r round) Groups(_ context.Context, who access.Reader, platform string) ([]sharing.Group, error) {
	return []sharing.Group{{ID: "g1", Platform: circle, Name: "Energy", Orgs: []string{"o2"}}, {ID: "g2", Name: "Water"}}, r.on(who, platform, circle)
}

func (r round) Share(_ context.Context, who access.Reader, platform string, d sharing.Draft, _ string) (*sharing.Item, error) {
	r.wrote++
	it := r.item(1)
	it.Kind, it.Words, it.TLP, it.AckBy, it.To = d.Kind, d.Words, d.TLP, d.AckBy, d.To
	return it, r.on(who, platform, circle)
}

func (r round) Report(ctx context.Context, who access.Reader, platform string, d sharing.Draft, key string) (*sharing.Item, error) {
	d.To = []string{"o1"}
	return r.Share(ctx, who, platform, d, key)
}

func (r round) Correct(_ context.Context, who access.Reader, id string, _ sharing.Draft, _ int, _ string) (*sharing.Item, error) {
	return r.item(2), r.on(who, id, given)
}

func (r round) Withdraw(_ context.Context, who access.Reader, id, _ string) error {
	return r.on(who, id, given)
}

func (r round) Acknowledge(_ context.Context, who access.Reader, id, _, _ string) (sharing.Acknowledgement, error) {
	return r.word(), r.on(who, id, given)
}

func (r round) Words(_ context.Context, who access.Reader, id string) ([]sharing.Word, error) {
	word := r.word()
	return []sharing.Word{{Member: "m2", Org: "o3", Name: "Borel", Standing: partner.Active, Receives: true}, {Member: member, Org: "o2", Name: "Acme", Standing: partner.Suspended, Given: &word}}, r.on(who, id, given)
}

// Watch tells of one change, and then that it is over.
func (r round) Watch(ctx context.Context, again func(context.Context) (access.Reader, error), platform string) (<-chan sharing.Change, error) {
	who, err := again(ctx)
	if err != nil {
		return nil, err
	}
	ch := make(chan sharing.Change, 1)
	ch <- sharing.Change{}
	close(ch)
	return ch, r.on(who, platform, circle)
}

func (r round) Again(_ context.Context, session string) (access.Reader, error) {
	for _, x := range readers {
		if x.Session == session {
			return x, nil
		}
	}
	return access.Reader{}, fault.New(fault.Forbidden, "there is no such session")
}
