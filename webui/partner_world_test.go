package webui

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/identity"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/sharing"
)

// circle is an authority with four members on a real service over stores in
// memory; everybody is invented. Acme is being heard, Borel is suspended, Delta is
// invited, and the suspension of Ferrum waits for a second person.
type circle struct {
	*partnership.Service
	desk   *coordination.Desk
	people *identity.Service
	keeper *record.Keeper
	clock  *recordtest.Clock
	round  *sharing.Service // what goes round

	acme, borel, delta, ferrum string            // memberships
	call                       string            // on several of them
	shared                     string            // a case of the office that Acme and Ferrum see
	items                      map[string]string // what goes round, by a name of ours
}

// members puts the people of the directory behind the sessions of the fake.
type members struct {
	*fake
	c *circle
}

func (m members) Reader(_ context.Context, secret string, _ identity.Came) (identity.Session, access.Reader, error) {
	r := m.c.reader(secret)
	r.Fresh = m.fresh[secret]
	s := *m.step(secret, "password", "totp").Session
	r.Session = s.ID
	return s, r, nil
}

func (m members) OrgName(ctx context.Context, id string) string { return m.c.people.OrgName(ctx, id) }
func (m members) PersonName(ctx context.Context, id string) string {
	return m.c.people.PersonName(ctx, id)
}
func (m members) Orgs(ctx context.Context, after string, limit int) ([]partner.Org, error) {
	return m.c.people.Orgs(ctx, after, limit)
}

// circlePeople are who is there, by organisation.
var circlePeople = map[string][]partner.Person{
	"office": {{ID: "karin", Name: "Karin Bauer"}, {ID: "otto", Name: "Otto Lindgren"}}, "acme": {{ID: "ada", Name: "Ada Winter"}},
	"acme-psirt": {{ID: "ben", Name: "Ben Brandt"}}, "borel": {{ID: "cleo", Name: "Cléo Martin"}}, "delta": {{ID: "dirk", Name: "Dirk Olsen"}},
	"ferrum": {{ID: "fay", Name: "Fay Turner"}}, "other": {{ID: "stranger", Name: "Sam Stranger"}},
}

func (c *circle) reader(person string) access.Reader {
	for org := range circlePeople {
		for _, r := range must(c.people.ReadersOf(context.Background(), org)) {
			if r.Person == person {
				r.Fresh = true
				return r
			}
		}
	}
	panic("nobody is called " + person)
}

type noted struct{ *record.Keeper }

func (n noted) Note(ctx context.Context, kind string, body map[string]any, by string) error {
	_, err := n.Keeper.Note(ctx, kind, body, by)
	return err
}

func within(p, clause string) partner.Within {
	return partner.Within{Period: must(calendar.ParsePeriod(p)), Clause: clause}
}

func circleTerms() partner.Platform {
	urgent := within("P10D", "s. 7(4)")
	ceiling := func(tlp string) partner.Ceiling { return partner.Ceiling{TLP: tlp, Clause: "s. 5(2)"} }
	return partner.Platform{ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "agreement", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10(1)"), Body: "Administrative Panel of Sundmark",
		Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
		Ceilings:     map[partner.Standing]partner.Ceiling{partner.Active: ceiling("AMBER"), partner.Warned: ceiling("AMBER"), partner.Suspended: ceiling("CLEAR"), partner.Left: ceiling(""), partner.Invited: ceiling("")},
		SecondPerson: map[casefile.Kind]string{"partner-suspended": "rules of procedure 4"},
		Levels:       []partner.Grade{{ID: "full", Title: map[string]string{"en": "full member", "de": "Vollmitglied", "fr": "membre à part entière", "zh": "正式成员"}, Clause: "s. 1"}},
	}}
}

func newCircle() *circle {
	ctx := context.Background()
	c := &circle{clock: recordtest.NewClock(monday)}
	records := recordtest.New()
	must(0, recordtest.OpenLog(ctx, records, monday))
	lookup := [32]byte{11}
	c.keeper = must(record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: c.clock.Now, Elapsed: c.clock.Elapsed}))
	lines := desktest.New(func() map[string]int64 {
		out := map[string]int64{}
		for _, s := range must(c.keeper.List(ctx)) {
			out[s.Handle] = s.Version
		}
		return out
	})
	cab := cabinettest.New()
	watch := escalation.New(escalation.Options{Store: lines, Keeper: c.keeper, Book: must(theBook()), Lookup: lookup, Now: c.clock.Now})
	c.people = must(identity.New(identity.Options{Cabinet: cab, Notes: noted{c.keeper}, Now: c.clock.Now, Origins: []string{"http://localhost:8080"}}))
	c.desk = coordination.New(coordination.Options{Keeper: c.keeper, Cabinet: cab, Lines: lines, Seats: lines, Watch: watch, Book: must(theBook()), Lookup: lookup, People: c.people, Now: c.clock.Now})
	c.Service = partnership.New(partnership.Options{Desk: c.desk, Files: c.keeper, Directory: c.people, Cabinet: cab, Now: c.clock.Now})
	c.desk.Join(c.Service)
	c.round = sharing.New(sharing.Options{Circles: c.Service, People: c.people, Log: c.keeper, Cabinet: cab, Reads: c.desk, Now: c.clock.Now})
	var people []partner.Person
	for org, list := range circlePeople {
		for _, p := range list {
			p.Login, p.Place, p.Zone, p.Member = p.ID, "DE", "Europe/Berlin", []partner.Membership{{Org: org, Roles: []partner.Role{partner.Responder}}}
			people = append(people, p)
		}
	}
	people = append(people, partner.Person{ID: "anton", Name: "Anton Reeve", Login: "anton", Place: "DE", Member: []partner.Membership{{Org: "office", Roles: []partner.Role{partner.Observer}}}},
		partner.Person{ID: "anne", Name: "Anne Vogt", Login: "anne", Place: "DE", Member: []partner.Membership{{Org: "acme", Roles: []partner.Role{partner.Counsel}}}})
	must(0, c.people.Seed(ctx, []partner.Org{
		{ID: "office", Name: "Sundmark Office for Product Security", Kind: partner.Authority, Country: "DE"},
		{ID: "acme", Name: "Acme Networks GmbH", Kind: partner.Entity, Country: "DE"}, {ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme"},
		{ID: "borel", Name: "Borel Énergie", Kind: partner.Entity, Country: "FR"}, {ID: "delta", Name: "Delta Works", Kind: partner.Entity, Country: "NL"},
		{ID: "ferrum", Name: "Ferrum Controls", Kind: partner.Entity, Country: "DE"}, {ID: "other", Name: "Other Works", Kind: partner.Entity, Country: "DE"},
		{ID: "new-one", Name: "Neuwerk AG", Kind: partner.Entity, Country: "CH"},
	}, people))
	must(0, c.PutPlatform(ctx, access.Reader{Person: "karin", Platform: []partner.Role{partner.Administrator}, Fresh: true}, circleTerms(), 0))
	c.play()
	c.share()
	return c
}

const (
	signed  = "signatory: Dr. K. Bauer, office: Head of the desk, delegation: Delegation 3/2026, place: Sundmark, from-address: 'Hafenstraße 1\n12345 Sundmark', to-address: 'Ring 4\n54321 Nordhain'"
	decided = "rule=TMP-MEMBER-REPORT reason='The report came 19 days late.' attributes={number: SO-2026-2, " + signed + ", appeal-body: Administrative Panel of Sundmark, appeal-until: 2027-03-01, publication: public, effect: at-once}"
	ends    = "until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"
)

// play is the story as far as the pages show it.
func (c *circle) play() {
	c.acme = c.joined("acme", "acme-psirt")
	c.borel, c.ferrum = c.joined("borel"), c.joined("ferrum")
	c.delta = must(c.Invite(context.Background(), c.reader("karin"), partnership.InviteAsked{Platform: "circle", Org: "delta", Words: "We invite you to the circle."}, "")).ID
	res := must(c.desk.ImportAs(context.Background(), c.reader("karin"), "office", "case.yaml", []byte(sharedCase), ""))
	c.shared = res.Handle
	for _, org := range []string{"acme", "ferrum"} {
		must(c.desk.GiveSeat(context.Background(), c.reader("karin"), res.Handle, coordination.SeatAsked{Org: org, Role: access.PartySeat, Party: org}))
	}
	c.does("karin", c.acme, "called-on due=2026-11-25T12:00:00Z text='Please check **Example Pump** in your networks.'")
	c.does("karin", c.acme, "partner-reminded reason='The yearly list of contacts is missing.' rule=TMP-MEMBER-YEARLY")
	c.does("ada", c.acme, "mark-contested reason='It was sent on 3 November.' re="+c.last(c.acme, "partner-reminded"))
	c.does("karin", c.acme, "partner-warned reason='A report came late.' rule=TMP-MEMBER-REPORT attributes={number: SO-2026-1, "+signed+"}")
	c.does("karin", c.acme, "hearing-opened reason='The report of CVE-2026-990701 came 19 days after you knew.' text='Suspension for six months.' rule=TMP-MEMBER-HEARING due={value: 2026-12-11, zone: Europe/Berlin} attributes={number: SO-2026-7, "+signed+"}")

	for _, x := range []struct{ member, person string }{{c.borel, "cleo"}, {c.ferrum, "fay"}} {
		c.does("karin", x.member, "partner-reminded reason='No answer to the call.' rule=TMP-MEMBER-SUPPORT")
		c.does("karin", x.member, "hearing-opened reason='Is it so?' due={value: 2026-12-11, zone: Europe/Berlin} attributes={number: SO-2026-8}")
		c.does(x.person, x.member, "hearing-answered text='We are sorry.' re="+c.last(x.member, "hearing-opened"))
		c.does("karin", x.member, "partner-heard result=answered re="+c.last(x.member, "hearing-opened"))
	}
	c.clock.Pass(time.Hour)
	asked := c.does("karin", c.borel, "partner-suspended "+decided+" "+ends)
	c.clock.Pass(time.Minute)
	must(c.Decide(context.Background(), c.reader("otto"), asked.ID, true, ""))
	c.does("karin", c.borel, "rectification-set due={value: 2027-02-28, zone: Europe/Berlin} attributes={task-1: An inbox that is read at night, task-2: A list of products}")
	c.does("cleo", c.borel, "rectification-reported text='The inbox is read.' attributes={task: 1} re="+c.last(c.borel, "rectification-set"))
	c.does("karin", c.borel, "rectification-returned reason='No proof.' attributes={task: 1} re="+c.last(c.borel, "rectification-reported"))
	c.does("cleo", c.borel, "appealed reason='We reported in time.' re="+c.last(c.borel, "partner-suspended"))
	m := must(c.Member(context.Background(), c.reader("cleo"), c.borel))
	must(c.desk.AddEvent(context.Background(), c.reader("cleo"), m.Handle, c.act("statement-made by=member where='Sundmark Post' text='We did nothing wrong.'"), record.AnyVersion, ""))
	c.does("karin", c.ferrum, "partner-suspended "+decided+" "+ends)
	call := partnership.CallAsked{Platform: "circle", Members: []string{c.acme, c.borel}, Asks: []string{"assess", "help"}, Text: "Who runs Example Pump, and who can spare an engineer?"}
	c.clock.Pass(time.Minute)
	var err error
	c.call, _, err = c.CallOn(context.Background(), c.reader("karin"), call, "")
	must(0, err)
}

const sharedCase = `
format: tocsin-casefile/1
case: TOC-PUMP
title: A flaw in Example Pump (invented)
record: kept
tlp: AMBER
products: [{id: pump, name: Example Pump, provider: borel}]
parties:
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
  - {id: acme, name: Acme Networks, country: DE, operates: [pump]}
  - {id: ferrum, name: Ferrum Controls, country: DE, operates: [pump]}
  - {id: borel, name: Borel, country: FR, markets: [FR]}
events:
  - {id: e1, kind: reported, by: borel, to: [office], of: pump, at: "2026-11-20T08:00:00Z", text: words of Borel}
  - {id: e2, kind: reported, by: office, to: [acme, ferrum], of: pump, at: "2026-11-20T09:00:00Z", text: words of the office}
`

func (c *circle) act(spec string) casefile.Event {
	return must(casefile.EventFrom(spec+" at="+c.clock.Now().UTC().Format(time.RFC3339), c.clock.Now()))
}

func (c *circle) does(person, member, spec string) partnership.Asked {
	c.clock.Pass(time.Minute)
	return must(c.Do(context.Background(), c.reader(person), member, c.act(spec), -1, ""))
}

func (c *circle) joined(org string, units ...string) string {
	a := partnership.InviteAsked{Platform: "circle", Org: org, Units: units, Words: "Welcome.", Agreement: partner.Agreement{Level: "full", Keywords: []string{"pump", "modbus"},
		Contacts: []partner.Contact{{Name: "PSIRT", Mail: "psirt@" + org + ".example", Phone: "+49 30 1234", OutOfHours: "+49 30 4321"}}}}
	id := must(c.Invite(context.Background(), c.reader("karin"), a, "")).ID
	c.does("karin", id, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: "+strings.Repeat("9f", 32)+", level: full}")
	return id
}

// last is the id of the last act of a kind.
func (c *circle) last(member string, kind casefile.Kind) string {
	k := must(c.keeper.Load(context.Background(), must(c.Member(context.Background(), c.reader("karin"), member)).Handle))
	i := len(k.Case.Events) - 1
	for ; k.Case.Events[i].Kind != kind; i-- {
	}
	return k.Case.Events[i].ID
}

// theCircle is one that nobody writes to.
var theCircle = sync.OnceValue(newCircle)

// in puts a circle behind the pages.
func (c *circle) in(f *fake) {
	for _, list := range circlePeople {
		for _, p := range list {
			f.fresh[p.ID] = true
		}
	}
	f.fresh["anton"], f.fresh["anne"] = true, true
	f.with = append(f.with, func(o *Options) {
		o.Identity, o.Desk, o.Circles, o.Shares, o.Book, o.Now = members{f, c}, c.desk, c.Service, c.round, must(theBook()), c.clock.Now
		o.Published = func(context.Context) ([]PublicDecision, error) {
			return []PublicDecision{{Authority: "Sundmark Office", Platform: "Sundmark Circle", Member: "Borel Énergie", Number: "SO-2026-2", Kind: "partner-suspended", Rule: "TMP-MEMBER-REPORT",
				Reason: "The report came late.", At: monday, Zone: "Europe/Berlin", Until: "2027-05-22", Appeal: "appealed", Contested: true}}, nil
		}
	})
}

func (c *circle) site(t testing.TB, change ...func(*fake)) http.Handler {
	t.Helper()
	f := newFake()
	c.in(f)
	for _, x := range change {
		x(f)
	}
	return f.site(t)
}

// letterOf is the letter about the last act of a kind.
func (c *circle) letterOf(who, member string, kind casefile.Kind) partnership.Letter {
	all := must(c.Inbox(context.Background(), c.reader(who)))
	return all[slices.IndexFunc(all, func(l partnership.Letter) bool { return l.Member == member && l.Kind == kind })]
}
