package webui

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/partner"
	"tocsin/plan"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

// monday is when the pages of cases are looked at: after the CRA's duties began.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// office is a real desk over stores in memory, with three cases: one that its
// maker runs, one under an embargo, and the public record of Log4Shell.
type office struct {
	desk   *coordination.Desk
	keeper *record.Keeper
	watch  *escalation.Watcher
	book   *rulebook.Book
	line   string // handle of the case that Yuhe runs
	held   string // of the one under an embargo
	public string // of the one from outside sources
}

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// theCast are the people of the office; everybody is invented.
func theCast() (map[string]partner.Person, map[string]partner.Org) {
	member := func(org string) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: []partner.Role{partner.Responder}}}
	}
	people := map[string]partner.Person{
		"lin":   {ID: "lin", Name: "Lin Wei", Login: "lin", Place: "CN", Zone: "Asia/Shanghai", Member: member("yuhe")},
		"jonas": {ID: "jonas", Name: "Jonas Keller", Login: "jonas", Place: "DE", Zone: "Europe/Berlin", Member: member("yuhe-europe")},
		"marit": {ID: "marit", Name: "Marit Solheim", Login: "marit", Place: "DE", Zone: "Europe/Berlin", Platform: []partner.Role{partner.Coordinator}, Member: member("csirt")},
		"priya": {ID: "priya", Name: "Priya Raman", Login: "priya", Place: "NL", Zone: "Europe/Amsterdam", Member: member("harbour")},
		"tomas": {ID: "tomas", Name: "Tomás Reyes", Login: "tomas", Place: "CH", Zone: "Europe/Zurich", Member: member("ferrule")},
		"ines":  {ID: "ines", Name: "Ines Okafor", Login: "ines", Place: "DE", Zone: "Europe/Berlin", Platform: []partner.Role{partner.Administrator}},
	}
	orgs := map[string]partner.Org{
		"yuhe":        {ID: "yuhe", Name: "Yuhe Industrial Controls", Kind: partner.Entity, Country: "CN", Standing: partner.Active},
		"yuhe-europe": {ID: "yuhe-europe", Name: "Yuhe Europe GmbH", Kind: partner.Entity, PartOf: "yuhe", Country: "DE", Standing: partner.Active},
		"csirt":       {ID: "csirt", Name: "Coordination Centre Sundmark", Kind: partner.Authority, Country: "DE", Standing: partner.Active},
		"harbour":     {ID: "harbour", Name: "Harbour Grid Water and Power", Kind: partner.Entity, Country: "NL", Standing: partner.Active},
		"ferrule":     {ID: "ferrule", Name: "Ferrule Project", Kind: partner.Project, Country: "CH", Standing: partner.Active},
	}
	return people, orgs
}

// names tells the desk who people are.
type names struct {
	people map[string]partner.Person
	orgs   map[string]partner.Org
}

func (n names) OrgName(_ context.Context, id string) string    { return n.orgs[id].Name }
func (n names) PersonName(_ context.Context, id string) string { return n.people[id].Name }
func (n names) OrgCountry(_ context.Context, id string) string { return n.orgs[id].Country }
func (n names) ReadersOf(_ context.Context, org string) ([]access.Reader, error) {
	var out []access.Reader
	for id, p := range n.people {
		if len(p.Member) > 0 && p.Member[0].Org == org {
			out = append(out, n.reader(id))
		}
	}
	return out, nil
}

// reader is somebody who has just proved who they are.
func (n names) reader(id string) access.Reader {
	p := n.people[id]
	r := access.Reader{Person: p.ID, Name: p.Name, Zone: p.Zone, Place: p.Place, Session: "h-" + id, Platform: p.Platform, Fresh: true, Lang: "en"}
	for _, m := range p.Member {
		a := access.Acting{Org: m.Org, Roles: m.Roles, Standing: n.orgs[m.Org].Standing, Country: n.orgs[m.Org].Country}
		if above := n.orgs[m.Org].PartOf; above != "" {
			a.Group = []string{above}
		}
		r.Acting = append(r.Acting, a)
	}
	return r
}

// must ends a test whose world cannot be made.
func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

func newOffice() *office {
	ctx := context.Background()
	people, orgs := theCast()
	who := names{people, orgs}
	o := &office{book: must(theBook())}
	records := recordtest.New()
	must(0, recordtest.OpenLog(ctx, records, monday))
	clock := recordtest.NewClock(monday)
	lookup := [32]byte{9}
	o.keeper = must(record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: clock.Now, Elapsed: clock.Elapsed}))
	lines := desktest.New(func() map[string]int64 {
		out := map[string]int64{}
		for _, s := range must(o.keeper.List(ctx)) {
			out[s.Handle] = s.Version
		}
		return out
	})
	now := func() time.Time { return monday }
	o.watch = escalation.New(escalation.Options{Store: lines, Keeper: o.keeper, Book: o.book, Lookup: lookup, Now: now})
	o.desk = coordination.New(coordination.Options{Keeper: o.keeper, Cabinet: cabinettest.New(), Lines: lines, Seats: lines, Watch: o.watch, Book: o.book,
		Lookup: lookup, People: who, Now: now, SecondPerson: []access.Act{access.Export, access.Erase}})
	seat := func(as, handle, org string, role access.SeatRole, party string) {
		must(o.desk.GiveSeat(ctx, who.reader(as), handle, coordination.SeatAsked{Org: org, Role: role, Party: party}))
	}
	o.line = must(o.desk.ImportAs(ctx, who.reader("lin"), "yuhe", "line.yaml", []byte(lineCase), "k1")).Handle
	o.held = must(o.desk.Import(ctx, who.reader("marit"), "held.yaml", []byte(heldCase), "k2")).Handle
	for org, party := range map[string]string{"ferrule": "ferrule", "harbour": "harbour"} {
		seat("marit", o.held, org, access.PartySeat, party)
	}
	o.public = must(o.desk.Import(ctx, who.reader("marit"), "log4shell.yaml", must(os.ReadFile("../examples/log4shell.yaml")), "k3")).Handle
	for _, h := range []string{o.line, o.held, o.public} {
		must(0, o.watch.Project(ctx, h))
	}
	return o
}

// shared is an office that nobody writes to.
var shared = sync.OnceValue(newOffice)

// in puts a fake into an office: its people, its desk, its clock.
func (o *office) in(f *fake) {
	f.people, f.orgs = theCast()
	for id := range f.people {
		f.fresh[id] = true
	}
	f.with = append(f.with, func(opts *Options) {
		opts.Desk, opts.Book, opts.Now = o.desk, o.book, func() time.Time { return monday }
	})
}

// site makes the pages over the office.
func (o *office) site(t testing.TB) http.Handler {
	t.Helper()
	f := newFake()
	o.in(f)
	return f.site(t)
}

// body asks for a page that has to be there.
func body(t testing.TB, h http.Handler, who, lang, path string) string {
	t.Helper()
	w := ask(t, h, who, lang, path, nil)
	if w.Code != http.StatusOK {
		t.Fatalf("%s as %s: %d\n%s", path, who, w.Code, w.Body)
	}
	return w.Body.String()
}

// page addresses of the shared office.
func linePath(rest string) string { return "/cases/" + strings.TrimSuffix(shared().line+"/"+rest, "/") }
func heldPath(rest string) string { return "/cases/" + strings.TrimSuffix(shared().held+"/"+rest, "/") }
func publicPath(rest string) string {
	return "/cases/" + strings.TrimSuffix(shared().public+"/"+rest, "/")
}

const lineCase = `
format: tocsin-casefile/1
case: TEST-LINE
title: Yuhe Line Controller 9, attacks through Ferrule TLS (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990701]
products:
  - {id: ferrule-tls, name: Ferrule TLS, purl: "pkg:generic/ferrule-tls", provider: ferrule}
  - {id: controller, name: Yuhe Line Controller 9, provider: yuhe, contains: [ferrule-tls]}
parties:
  - {id: yuhe, name: Yuhe Industrial Controls, country: CN, markets: [CN, EU], roles: [finder], attributes: {eu-main-establishment: DE}, note: psirt@yuhe.example.org}
  - {id: ferrule, name: Ferrule Project, country: CH, roles: [oss-project]}
sources:
  - {id: desk, publisher: Yuhe product security desk, language: zh, kind: own, original: "产线一夜停机两次。"}
windows:
  - {kind: major-event, name: Games (invented), country: CN, from: "2026-12-01T00:00:00+08:00", to: "2026-12-10T00:00:00+08:00"}
events:
  - {id: mail, kind: signalled, by: yuhe, of: controller, at: {value: "2026-11-20", precision: day, zone: Asia/Shanghai}, label: mail comes in (unread), text: "A **packaging line** stopped twice.", source: desk}
  - {id: attack, kind: exploitation-observed, by: yuhe, of: controller, at: {not-after: "2026-11-21T10:00", zone: unknown, likely: [Asia/Shanghai]}, source: desk}
  - {id: aware, kind: aware, by: yuhe, of: ferrule-tls, how: found, exploited: true, at: "2026-11-21T18:00:00+08:00", source: desk}
  - {id: upstream, kind: reported, by: yuhe, to: [ferrule], of: ferrule-tls, exploited: true, at: "2026-11-21T20:00:00+08:00", source: desk}
  - {id: rumour, kind: aware, by: yuhe, of: controller, basis: claim, claimed-by: ferrule, at: {from: "2026-11-19", to: "2026-11-20", zone: Asia/Shanghai}, text: They seemed to know}
  - {id: rest, kind: decided, by: yuhe, of: controller, result: not-affected, reason: An older branch only., review-on: "2026-11-01", at: "2026-11-21T19:00:00+08:00"}
`

const heldCase = `
format: tocsin-casefile/1
case: TEST-HELD
title: Ferrule TLS, tickets that outlive their key (invented)
record: kept
tlp: AMBER
products:
  - {id: ferrule-tls, name: Ferrule TLS, provider: ferrule}
  - {id: meter, name: Nordhain Flow Meter 2, provider: nordhain, contains: [ferrule-tls]}
parties:
  - {id: ola, name: Ola Brandt, country: "NO", roles: [finder], adopts: [N-P0-90]}
  - {id: csirt, name: Coordination Centre Sundmark, country: DE, roles: [coordinator]}
  - {id: ferrule, name: Ferrule Project, country: CH, roles: [oss-project, maintainer, "-vendor", "-manufacturer"]}
  - {id: nordhain, name: Nordhain Steuerungstechnik GmbH, country: DE, markets: [EU]}
  - {id: harbour, name: Harbour Grid Water and Power, country: NL, markets: [EU], operates: [meter]}
events:
  - {id: found, kind: aware, by: ola, of: ferrule-tls, how: found, at: "2026-11-14T10:00:00+01:00"}
  - {id: report, kind: reported, by: ola, to: [csirt, ferrule], of: ferrule-tls, at: "2026-11-15T10:00:00+01:00"}
  - {id: proposed, kind: embargo-proposed, by: csirt, to: [ola, ferrule, harbour], of: ferrule-tls, until: "2026-12-12T12:00:00+01:00", at: "2026-11-17T10:00:00+01:00"}
  - {id: ferrule-accepts, kind: embargo-accepted, by: ferrule, of: ferrule-tls, re: proposed, until: "2026-12-12T12:00:00+01:00", at: "2026-11-18T10:00:00+01:00"}
`

// seen is a case as somebody sees it.
func seen(t testing.TB, o *office, who, handle string) *casefile.Case {
	t.Helper()
	people, orgs := theCast()
	s, err := o.desk.See(t.Context(), names{people, orgs}.reader(who), handle)
	if err != nil {
		t.Fatal(err)
	}
	return s.Case
}

// planned is the plan of a case as somebody sees it.
func planned(t testing.TB, who, handle string) *plan.Plan {
	t.Helper()
	people, orgs := theCast()
	p, err := shared().desk.Plan(t.Context(), names{people, orgs}.reader(who), handle, coordination.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Plan
}
