package coordination_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

// monday is the instant at which every story begins.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// office is a desk with everything around it, in memory, and its own clock.
type office struct {
	t       testing.TB
	desk    *coordination.Desk
	keeper  *record.Keeper
	records *recordtest.Store
	lines   *desktest.Store
	watch   *escalation.Watcher
	clock   *recordtest.Clock
	o       coordination.Options
}

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// people tells names, and who works where.
type people map[string][]access.Reader

func (people) OrgName(_ context.Context, id string) string {
	return map[string]string{"acme": "Acme Networks", "lab": "Qinglan Laboratory", "desk": "National Desk", "hosts": "Hosting Example", "project": "Example Project"}[id]
}
func (people) PersonName(_ context.Context, id string) string { return id }
func (people) OrgCountry(_ context.Context, id string) string {
	return map[string]string{"acme": "DE", "lab": "CN", "desk": "DE", "hosts": "IN", "project": "NL"}[id]
}
func (p people) ReadersOf(_ context.Context, org string) ([]access.Reader, error) {
	return p[org], nil
}

// responder is somebody of an organisation in a country, in good standing.
func responder(name, org, country string) access.Reader {
	return access.Reader{Person: name, Name: name, Place: country, Fresh: true,
		Acting: []access.Acting{{Org: org, Country: country, Standing: partner.Active, Roles: []partner.Role{partner.Responder}}}}
}

// The people of the stories.
var (
	ada   = responder("ada", "acme", "DE") // PSIRT of a manufacturer
	ben   = responder("ben", "acme", "DE") // her colleague
	mei   = responder("mei", "lab", "CN")  // a finder
	noor  = responder("noor", "hosts", "IN")
	olga  = coordinator(responder("olga", "desk", "DE"))
	femke = responder("femke", "project", "NL")
	ivan  = responder("ivan", "elsewhere", "CH") // on no case
)

func coordinator(r access.Reader) access.Reader {
	r.Platform = []partner.Role{partner.Coordinator}
	return r
}

func newOffice(t testing.TB, change ...func(*coordination.Options)) *office {
	t.Helper()
	book, err := theBook()
	if err != nil {
		t.Fatal(err)
	}
	w := &office{t: t, records: recordtest.New(), clock: recordtest.NewClock(monday)}
	if err := recordtest.OpenLog(t.Context(), w.records, monday); err != nil {
		t.Fatal(err)
	}
	lookup := [32]byte{7}
	w.keeper, err = record.New(w.records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.keeper.Close() })
	w.lines = desktest.New(w.versions)
	w.watch = escalation.New(escalation.Options{Store: w.lines, Keeper: w.keeper, Book: book, Lookup: lookup, Now: w.clock.Now})
	w.o = coordination.Options{Keeper: w.keeper, Cabinet: cabinettest.New(), Lines: w.lines, Seats: w.lines, Watch: w.watch, Book: book,
		Lookup: lookup, People: people{"acme": {ada, ben}, "lab": {mei}}, Now: w.clock.Now}
	for _, f := range change {
		f(&w.o)
	}
	w.desk = coordination.New(w.o)
	return w
}

func (w *office) versions() map[string]int64 {
	out := map[string]int64{}
	list, err := w.keeper.List(context.Background())
	if err != nil {
		w.t.Error(err)
	}
	for _, s := range list {
		out[s.Handle] = s.Version
	}
	return out
}

func (w *office) ctx() context.Context { return context.Background() }

func at(s string) (t casefile.Time) {
	e, err := casefile.EventFrom("commented at="+s, monday)
	if err != nil {
		panic(err)
	}
	return e.At
}

func event(spec string) casefile.Event {
	e, err := casefile.EventFrom(spec, monday)
	if err != nil {
		panic(err)
	}
	return e
}

// gateway is a case that Acme runs: its own product with a project's component,
// found by a laboratory.
const gateway = `
format: tocsin-casefile/1
case: TOC-GATEWAY
title: A flaw in a gateway (invented)
record: kept
tlp: AMBER
products:
  - {id: parser, name: Example Parser, provider: project}
  - {id: gateway, name: Example Gateway, provider: acme, contains: [parser]}
parties:
  - {id: acme, name: Acme Networks, country: DE, markets: [EU], attributes: {eu-main-establishment: DE}}
  - {id: lab, name: Qinglan Laboratory, country: CN, roles: [finder]}
  - {id: project, name: Example Project, country: NL, roles: [oss-project]}
  - {id: csirt, name: A CSIRT, country: DE, roles: [authority], is: [eu-csirt-coordinator]}
sources:
  - {id: S1, publisher: A paper, kind: press}
events:
  - {id: e1, kind: reported, by: lab, to: [acme], of: parser, at: "2026-11-20T08:00:00Z", text: words of the laboratory}
`

// imports keeps a case, and gives its handle.
func (w *office) imports(who access.Reader, text string) string {
	w.t.Helper()
	r, err := w.desk.Import(w.ctx(), who, "case.yaml", []byte(text), "")
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Handle
}

// seat gives a seat, which must work.
func (w *office) seat(by access.Reader, handle string, s coordination.SeatAsked) access.Seat {
	w.t.Helper()
	seat, err := w.desk.GiveSeat(w.ctx(), by, handle, s)
	if err != nil {
		w.t.Fatal(err)
	}
	return seat
}

func (w *office) plan(who access.Reader, ref string) *coordination.Planned {
	w.t.Helper()
	p, err := w.desk.Plan(w.ctx(), who, ref, coordination.PlanOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// duty finds the duty of a party under a rule; nil if there is none.
func duty(p *coordination.Planned, rule, party string) (state string, due time.Time, found bool) {
	for _, d := range p.Plan.Duties {
		if d.Rule == rule && d.Obliged == party {
			if d.Due != nil {
				due = d.Due.Time
			}
			return string(d.State), due, true
		}
	}
	return "", due, false
}

func rules(p *coordination.Planned, party string) (out []string) {
	for _, d := range p.Plan.Duties {
		if d.Obliged == party && !slices.Contains(out, d.Rule) {
			out = append(out, d.Rule)
		}
	}
	slices.Sort(out)
	return out
}

// wants fails unless err has the kind and the code or words.
func wants(t testing.TB, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !holdsWords(err, words) {
		t.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}
