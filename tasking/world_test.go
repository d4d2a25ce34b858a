package tasking

import (
	"context"
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
	"tocsin/directive"
	"tocsin/escalation"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
	"tocsin/sharing"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// world is an authority with three members on one platform, one of them with a
// unit, and an organisation that is none. Everybody is invented.
type world struct {
	testing.TB
	*Service
	cab     *cabinet.Cabinet
	circles *partnership.Service
	shared  *sharing.Service
	people  *identity.Service
	keeper  *record.Keeper
	store   *cabinettest.Memory
	clock   *recordtest.Clock
	ids     map[string]string // of memberships, by organisation
}

type noter struct{ *record.Keeper }

func (n noter) Note(ctx context.Context, kind string, body map[string]any, by string) error {
	_, err := n.Keeper.Note(ctx, kind, body, by)
	return err
}

func newWorld(t testing.TB) *world {
	t.Helper()
	book, err := theBook()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, clock: recordtest.NewClock(monday), store: cabinettest.NewMemory(), ids: map[string]string{}}
	w.cab = cabinettest.Over(w.store)
	records := recordtest.New()
	w.must(recordtest.OpenLog(t.Context(), records, monday))
	lookup := [32]byte{7}
	w.keeper, err = record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed})
	w.must(err)
	t.Cleanup(func() { _ = w.keeper.Close() })
	lines := desktest.New(func() map[string]int64 { return nil })
	watch := escalation.New(escalation.Options{Store: lines, Keeper: w.keeper, Book: book, Lookup: lookup, Now: w.clock.Now})
	w.people, err = identity.New(identity.Options{Cabinet: w.cab, Notes: noter{w.keeper}, Now: w.clock.Now, Origins: []string{"http://localhost:8080"}})
	w.must(err)
	desk := coordination.New(coordination.Options{Keeper: w.keeper, Cabinet: w.cab, Lines: lines, Seats: lines, Watch: watch, Book: book, Lookup: lookup, People: w.people, Now: w.clock.Now})
	w.circles = partnership.New(partnership.Options{Desk: desk, Files: w.keeper, Directory: w.people, Cabinet: w.cab, Now: w.clock.Now})
	desk.Join(w.circles)
	w.shared = sharing.New(sharing.Options{Circles: w.circles, People: w.people, Log: w.keeper, Cabinet: w.cab, Now: w.clock.Now})
	w.Service = w.another()

	member := func(org string, roles ...partner.Role) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: roles}}
	}
	w.must(w.people.Seed(t.Context(), []partner.Org{
		{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE"},
		{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE"},
		{ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme"},
		{ID: "borel", Name: "Borel Energy", Kind: partner.Entity, Country: "FR"},
		{ID: "castor", Name: "Castor Logistics", Kind: partner.Entity, Country: "DE"},
		{ID: "dirac", Name: "Dirac Works", Kind: partner.Entity, Country: "DE"},
	}, []partner.Person{
		{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "otto", Name: "Otto", Login: "otto", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "anton", Name: "Anton", Login: "anton", Place: "DE", Member: member("office", partner.Observer)},
		{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: member("acme", partner.Responder)},
		{ID: "ben", Name: "Ben", Login: "ben", Place: "DE", Member: member("acme-psirt", partner.Responder)},
		{ID: "cleo", Name: "Cleo", Login: "cleo", Place: "FR", Member: member("borel", partner.Responder)},
		{ID: "carl", Name: "Carl", Login: "carl", Place: "DE", Member: member("castor", partner.Responder)},
		{ID: "dora", Name: "Dora", Login: "dora", Place: "DE", Member: member("dirac", partner.Responder)},
		{ID: "both", Name: "Bo", Login: "both", Place: "DE", Member: append(member("office", partner.Responder), member("borel", partner.Responder)...)},
		{ID: "ines", Name: "Ines", Login: "ines", Platform: []partner.Role{partner.Administrator}},
	}))
	w.must(w.circles.PutPlatform(t.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, platform(), 0))
	w.joined("acme", "acme-psirt")
	w.joined("borel")
	w.joined("castor")
	_, err = w.shared.PutGroup(t.Context(), w.who("karin"), sharing.Group{Platform: "circle", Name: "essential-operators", Orgs: []string{"acme", "borel"}})
	w.must(err)
	return w
}

// another is the service of another process on the same database.
func (w *world) another() *Service {
	return New(Options{Circles: w.circles, Groups: w.shared, Directory: w.people, Log: w.keeper, Cabinet: w.cab, Now: w.clock.Now})
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

// who is somebody as they are now, with a fresh sign-in.
func (w *world) who(person string) access.Reader {
	w.Helper()
	for _, org := range []string{"office", "acme", "acme-psirt", "borel", "castor", "dirac"} {
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

// partners does an act of a partnership, which must work.
func (w *world) partners(person, org, spec string) {
	w.Helper()
	w.clock.Pass(time.Minute)
	e, err := casefile.EventFrom(spec+" at=2026-11-23T09:00:00Z", monday)
	w.must(err)
	if _, err := w.circles.Do(w.Context(), w.who(person), w.ids[org], e, -1, ""); err != nil {
		w.Fatalf("%s: %v", spec, err)
	}
}

func (w *world) joined(org string, units ...string) {
	w.Helper()
	m, err := w.circles.Invite(w.Context(), w.who("karin"), partnership.InviteAsked{Platform: "circle", Org: org, Units: units, Agreement: partner.Agreement{Level: "full"}}, "")
	w.must(err)
	w.ids[org] = m.ID
	w.partners("karin", org, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
}

// suspended suspends a member at once; the hearing follows.
func (w *world) suspended(org string) {
	w.Helper()
	w.partners("karin", org, "partner-suspended until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin} reason=because rule=TMP-MEMBER-REPORT "+
		"attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: 2026-12-31, publication: internal, effect: at-once, hearing: after, hearing-due: 2026-12-02}")
}

// wants fails unless err has the kind and the words.
func (w *world) wants(err error, kind fault.Kind, words string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		w.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

// order is a directive as its authority writes it: three steps, of which the
// operators must do two, everybody else is asked for one, and who processes for
// them should do one.
func order(change ...string) []byte {
	text := `format: tocsin-directive/1
directive: so-2026-7
number: SO 2026/7
title: {en: Move of register data}
tlp: AMBER
zone: Europe/Berlin
authorities: [{id: so, name: Sundmark Office}, {id: board, name: Board for Exceptions}]
issued-by: so
issued: "2026-11-23T09:00:00Z"
signed-by: I. Varn
basis:
  - {text: The Office may order that register data be moved., citation: "State Data Act (invented), s. 14(2)", official: "https://law.example/14"}
scope:
  - {id: operators, groups: [essential-operators], words: {en: Operators in the list}}
  - {id: others, all: true, except: [{groups: [essential-operators]}]}
  - {id: processors, condition: {en: Who processes register data for an operator}}
steps:
  - id: inventory
    kind: inventory
    title: {en: List the secret registers}
    asks: [{of: [operators], modality: must}]
    due: {value: "2026-12-14", zone: Europe/Berlin}
    evidence: [{id: list, title: {en: The list}, required: true}]
  - id: move
    kind: move
    title: {en: Move them}
    asks: [{of: [operators], modality: must}, {of: [processors], modality: should}, {of: [others], modality: asked}]
    due: {value: "2027-01-31", zone: Europe/Berlin}
  - id: confirm
    kind: report
    title: {en: Confirm it}
    asks: [{of: [operators], modality: must}]
reminders: [P14D, P7D]
exceptions: {by: [board], measures: true}
`
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			panic("nothing to change: " + change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	return []byte(text)
}

// issues drafts and issues a directive, which must work.
func (w *world) issues(text []byte) *View {
	w.Helper()
	w.clock.Pass(time.Second)
	d, err := w.Draft(w.Context(), w.who("karin"), "circle", text, "")
	w.must(err)
	v, err := w.Issue(w.Context(), w.who("karin"), d.ID, d.Version, "")
	w.must(err)
	return v
}

// acts does an act, which must work, and gives the id that it got.
func (w *world) acts(person, id string, a directive.Act) string {
	w.Helper()
	w.clock.Pass(time.Minute)
	v, err := w.Act(w.Context(), w.who(person), id, a, -1, "")
	if err != nil {
		w.Fatalf("%s, %s: %v", person, a.Kind, err)
	}
	return v.Acts[len(v.Acts)-1].ID
}

// refuses does an act that must be refused, and leave no trace.
func (w *world) refuses(person, id string, a directive.Act, kind fault.Kind, words string) {
	w.Helper()
	before := w.sees("karin", id)
	_, err := w.Act(w.Context(), w.who(person), id, a, -1, "")
	w.wants(err, kind, words)
	if after := w.sees("karin", id); after.Version != before.Version {
		w.Errorf("%s, %s: refused, and on record nevertheless", person, a.Kind)
	}
}

func (w *world) sees(person, id string) *View {
	w.Helper()
	v, err := w.Get(w.Context(), w.who(person), id, time.Time{})
	if err != nil {
		w.Fatalf("%s: %v", person, err)
	}
	return v
}

// status is where a member stands with a step, as somebody sees it.
func (v *View) status(member, step string) directive.Status {
	for _, c := range v.State.Cells {
		if c.Member == member && c.Step == step {
			return c.Status
		}
	}
	return "unseen"
}

// kinds are those of the acts that somebody sees.
func (v *View) kinds() string {
	var out []string
	for _, a := range v.Acts {
		out = append(out, string(a.Kind))
	}
	return strings.Join(out, " ")
}

// waiting is what waits for somebody, as words.
func (w *world) waiting(person string) string {
	w.Helper()
	all, err := w.Waiting(w.Context(), w.who(person))
	w.must(err)
	var out []string
	for _, l := range all {
		s := string(l.What)
		if l.Step != "" {
			s += " " + l.Step
		}
		if l.Member != "" {
			s += " " + l.Member
		}
		if l.Past {
			s += " (past)"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func day(s string) *casefile.Time {
	return &casefile.Time{Moment: calendar.Moment{Value: s, Zone: []string{"Europe/Berlin"}}}
}

func n(x int64) *int64 { return &x }

// until lets the world's time be what is given.
func (w *world) until(at time.Time) {
	w.clock.Pass(at.Sub(w.clock.Now()))
}

// everything is all that a reader can be given of a directive, as text.
func (w *world) everything(person, id string) string {
	w.Helper()
	ctx, who := w.Context(), w.who(person)
	var out strings.Builder
	v, err := w.Get(ctx, who, id, time.Time{})
	fmt.Fprintf(&out, "%v\n", err)
	if err == nil {
		write(&out, v.Row, v.State, v.Duties, v.Acts, v.Editions, v.Refused)
		for _, a := range v.Acts {
			fmt.Fprintf(&out, "%s\n", a.Sealed)
		}
		fmt.Fprintf(&out, "%s\n", v.Sealed)
		if v.Directive != nil {
			write(&out, v.Directive.File)
		}
	}
	if f, err := w.File(ctx, who, id); err == nil {
		write(&out, f.File)
	}
	rows, err := w.List(ctx, who, Filter{})
	w.must(err)
	lines, err := w.Waiting(ctx, who)
	w.must(err)
	reminders, err := w.Reminders(ctx, who, time.Time{})
	w.must(err)
	write(&out, rows, lines, reminders)
	if r, err := w.Report(ctx, who, id, time.Time{}); err == nil {
		write(&out, r)
	}
	return out.String()
}
