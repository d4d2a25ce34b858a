package sharing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// world is an authority with two members on one platform, and a third organisation
// that is none. Everybody is invented.
type world struct {
	testing.TB
	*Service
	circles *partnership.Service
	people  *identity.Service
	keeper  *record.Keeper
	store   *cabinettest.Memory
	clock   *recordtest.Clock
	tick    chan time.Time
	ids     map[string]string // of memberships, by organisation
	frozen  []string
	looked  []string
	calls   func() int // round trips to the cabinet
}

type noter struct{ *record.Keeper }

func (n noter) Note(ctx context.Context, kind string, body map[string]any, by string) error {
	_, err := n.Keeper.Note(ctx, kind, body, by)
	return err
}

// Looked notes what was read.
func (w *world) Looked(who access.Reader, kind, id string, all bool) {
	w.looked = append(w.looked, fmt.Sprint(who.Person, " ", kind, " ", id, " ", all))
}

// Freeze notes whom it would freeze.
func (w *world) Freeze(_ context.Context, session, _ string) error {
	w.frozen = append(w.frozen, session)
	return nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	book, err := theBook()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, clock: recordtest.NewClock(monday), store: cabinettest.NewMemory(), tick: make(chan time.Time), ids: map[string]string{}}
	w.calls = w.store.Calls
	cab := cabinettest.Over(w.store)
	records := recordtest.New()
	w.must(recordtest.OpenLog(t.Context(), records, monday))
	lookup := [32]byte{7}
	w.keeper, err = record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed})
	w.must(err)
	t.Cleanup(func() { _ = w.keeper.Close() })
	lines := desktest.New(func() map[string]int64 { return nil })
	watch := escalation.New(escalation.Options{Store: lines, Keeper: w.keeper, Book: book, Lookup: lookup, Now: w.clock.Now})
	w.people, err = identity.New(identity.Options{Cabinet: cab, Notes: noter{w.keeper}, Now: w.clock.Now, Origins: []string{"http://localhost:8080"}})
	w.must(err)
	desk := coordination.New(coordination.Options{Keeper: w.keeper, Cabinet: cab, Lines: lines, Seats: lines, Watch: watch, Book: book, Lookup: lookup, People: w.people, Now: w.clock.Now})
	w.circles = partnership.New(partnership.Options{Desk: desk, Files: w.keeper, Directory: w.people, Cabinet: cab, Now: w.clock.Now})
	desk.Join(w.circles)
	w.Service = w.another(cab, w.tick)

	member := func(org string, roles ...partner.Role) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: roles}}
	}
	w.must(w.people.Seed(t.Context(), []partner.Org{
		{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE"},
		{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE"},
		{ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme"},
		{ID: "borel", Name: "Borel Energy", Kind: partner.Entity, Country: "FR"},
		{ID: "dirac", Name: "Dirac Works", Kind: partner.Entity, Country: "DE"},
	}, []partner.Person{
		{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "otto", Name: "Otto", Login: "otto", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "anton", Name: "Anton", Login: "anton", Place: "DE", Member: member("office", partner.Observer)},
		{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: member("acme", partner.Responder)},
		{ID: "ben", Name: "Ben", Login: "ben", Place: "DE", Member: member("acme-psirt", partner.Responder)},
		{ID: "cleo", Name: "Cleo", Login: "cleo", Place: "FR", Member: member("borel", partner.Responder)},
		{ID: "dora", Name: "Dora", Login: "dora", Place: "DE", Member: member("dirac", partner.Responder)},
		{ID: "ines", Name: "Ines", Login: "ines", Platform: []partner.Role{partner.Administrator}},
	}))
	w.must(w.circles.PutPlatform(t.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, platform(), 0))
	w.joined("acme", partner.Agreement{Keywords: []string{"log4j"}, Products: []string{"pkg:maven/org.example/pump"}})
	w.joined("borel", partner.Agreement{Keywords: []string{"turbine"}})
	return w
}

// another is the service of another process on the same database.
func (w *world) another(cab *cabinet.Cabinet, tick <-chan time.Time) *Service {
	return New(Options{Circles: w.circles, People: w.people, Log: w.keeper, Cabinet: cab, Reads: w, Freezer: w, Most: 5, Now: w.clock.Now, Live: Live{Tick: tick}})
}

func within(p, clause string) partner.Within {
	q, err := calendar.ParsePeriod(p)
	if err != nil {
		panic(err)
	}
	return partner.Within{Period: q, Clause: clause}
}

// platform is one whose authority suspends with one person, after a hearing that
// can come later.
func platform() partner.Platform {
	urgent := within("P10D", "s. 7(4)")
	return partner.Platform{ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "model-partnership", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10"), Body: "Administrative Panel",
		Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: {TLP: "RED", Clause: "s. 5"}, partner.Warned: {TLP: "AMBER", Clause: "s. 5"}, partner.Suspended: {TLP: "CLEAR", Clause: "s. 5"},
			partner.Left: {Clause: "s. 5"}, partner.Invited: {Clause: "s. 5"}},
		Levels: []partner.Grade{{ID: "full", Title: map[string]string{"en": "full member"}, Clause: "s. 1"}},
	}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// who is somebody as they are now.
func (w *world) who(person string) access.Reader {
	w.Helper()
	for _, org := range []string{"office", "acme", "acme-psirt", "borel", "dirac"} {
		all, err := w.people.ReadersOf(w.Context(), org)
		w.must(err)
		if i := slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == person }); i >= 0 {
			all[i].Fresh, all[i].Session = true, "s-"+person
			return all[i]
		}
	}
	w.Fatalf("nobody is called %s", person)
	return access.Reader{}
}

// again asks for somebody anew, as a stream does.
func (w *world) again(person string) func(context.Context) (access.Reader, error) {
	org := w.who(person).Acting[0].Org
	return func(ctx context.Context) (access.Reader, error) {
		all, err := w.people.ReadersOf(ctx, org)
		for _, r := range all {
			if r.Person == person {
				return r, nil
			}
		}
		return access.Reader{}, errors.Join(err, ctx.Err(), fault.New(fault.Forbidden, "nobody"))
	}
}

// acts does an act of a partnership, which must work.
func (w *world) acts(person, org, spec string) {
	w.Helper()
	w.clock.Pass(time.Minute)
	e, err := casefile.EventFrom(spec+" at=2026-11-23T09:00:00Z", monday)
	w.must(err)
	if _, err := w.circles.Do(w.Context(), w.who(person), w.ids[org], e, -1, ""); err != nil {
		w.Fatalf("%s: %v", spec, err)
	}
}

func (w *world) joined(org string, a partner.Agreement, units ...string) {
	w.Helper()
	m, err := w.circles.Invite(w.Context(), w.who("karin"), partnership.InviteAsked{Platform: "circle", Org: org, Units: units, Agreement: a}, "")
	w.must(err)
	w.ids[org] = m.ID
	w.acts("karin", org, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
}

// suspended suspends a member at once; the hearing follows.
func (w *world) suspended(org string) {
	w.Helper()
	w.acts("karin", org, "partner-suspended until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin} reason=because rule=TMP-MEMBER-REPORT "+
		"attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: 2026-12-31, publication: internal, effect: at-once, hearing: after, hearing-due: 2026-12-02}")
}

// wants fails unless err has the kind and the words.
func (w *world) wants(err error, kind fault.Kind, words string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		w.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

// report is a report with a label.
func report(tlp, title string) Draft {
	return Draft{Kind: Report, TLP: tlp, Words: map[string]Words{"en": {Title: title, Text: "What we know of " + title + "."}}}
}

// shares shares something, which must work.
func (w *world) shares(person string, d Draft) *Item {
	w.Helper()
	w.clock.Pass(time.Second)
	it, err := w.Share(w.Context(), w.who(person), "circle", d, "")
	if err != nil {
		w.Fatalf("%s shares %q: %v", person, d.Words["en"].Title, err)
	}
	return it
}

// titles are those of somebody's list.
func (w *world) titles(person string, f Filter) string {
	w.Helper()
	rows, _, err := w.List(w.Context(), w.who(person), f, Page{})
	w.must(err)
	var out []string
	for _, r := range rows {
		out = append(out, r.Titles["en"])
	}
	return strings.Join(out, ", ")
}

// sees tells whether somebody can read an item.
func (w *world) sees(person, id string) bool {
	w.Helper()
	it, err := w.Get(w.Context(), w.who(person), id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		w.Fatal(err)
	}
	return err == nil && it.ID == id
}

// seers lists who reads an item.
func (w *world) seers(id string) string {
	w.Helper()
	var out []string
	for _, p := range []string{"karin", "anton", "ada", "ben", "cleo", "dora"} {
		if w.sees(p, id) {
			out = append(out, p)
		}
	}
	return fmt.Sprint(out)
}
