package partnership

import (
	"context"
	"slices"
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
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// world is an authority with two members, on a desk and a directory in memory.
// Everybody is invented.
type world struct {
	testing.TB
	*Service
	desk   *coordination.Desk
	people *identity.Service
	keeper *record.Keeper
	cab    *cabinet.Cabinet
	clock  *recordtest.Clock
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
	w := &world{TB: t, clock: recordtest.NewClock(monday), cab: cabinettest.New()}
	records := recordtest.New()
	w.must(recordtest.OpenLog(t.Context(), records, monday))
	lookup := [32]byte{7}
	w.keeper, err = record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: w.clock.Now, Elapsed: w.clock.Elapsed})
	w.must(err)
	t.Cleanup(func() { _ = w.keeper.Close() })
	lines := desktest.New(func() map[string]int64 {
		out := map[string]int64{}
		list, err := w.keeper.List(context.Background())
		if err != nil {
			t.Error(err)
		}
		for _, s := range list {
			out[s.Handle] = s.Version
		}
		return out
	})
	watch := escalation.New(escalation.Options{Store: lines, Keeper: w.keeper, Book: book, Lookup: lookup, Now: w.clock.Now})
	w.people, err = identity.New(identity.Options{Cabinet: w.cab, Notes: noter{w.keeper}, Now: w.clock.Now, Origins: []string{"http://localhost:8080"}})
	w.must(err)
	w.desk = coordination.New(coordination.Options{Keeper: w.keeper, Cabinet: w.cab, Lines: lines, Seats: lines, Watch: watch, Book: book, Lookup: lookup, People: w.people, Now: w.clock.Now})
	w.Service = New(Options{Desk: w.desk, Files: w.keeper, Directory: w.people, Cabinet: w.cab, Book: book, Now: w.clock.Now})
	w.desk.Join(w.Service)

	member := func(org string, roles ...partner.Role) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: roles}}
	}
	w.must(w.people.Seed(t.Context(), []partner.Org{
		{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE"},
		{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE"},
		{ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme"},
		{ID: "borel", Name: "Borel Energy", Kind: partner.Entity, Country: "FR"},
	}, []partner.Person{
		{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "otto", Name: "Otto", Login: "otto", Place: "DE", Member: member("office", partner.Responder)},
		{ID: "anton", Name: "Anton", Login: "anton", Place: "DE", Member: member("office", partner.Observer)},
		{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: member("acme", partner.Responder)},
		{ID: "ben", Name: "Ben", Login: "ben", Place: "DE", Member: member("acme-psirt", partner.Responder)},
		{ID: "cleo", Name: "Cleo", Login: "cleo", Place: "FR", Member: member("borel", partner.Responder)},
		{ID: "ines", Name: "Ines", Login: "ines", Platform: []partner.Role{partner.Administrator}},
		{ID: "both", Name: "Both", Login: "both", Place: "DE", Member: append(member("office", partner.Responder), member("acme", partner.Responder)...)},
	}))
	w.must(w.PutPlatform(t.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, circle(), 0))
	return w
}

func within(p, clause string) partner.Within {
	q, err := calendar.ParsePeriod(p)
	if err != nil {
		panic(err)
	}
	return partner.Within{Period: q, Clause: clause}
}

// circle is a platform that suspends with two persons.
func circle() partner.Platform {
	urgent := within("P10D", "s. 7(4)")
	return partner.Platform{ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "model-partnership", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: within("P6M", "s. 8(2)"), Appeal: within("P30D", "s. 10"), Body: "Administrative Panel",
		Term: within("P3Y", "s. 10(2)"), Yearly: within("P1Y", "s. 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: {TLP: "AMBER", Clause: "s. 5"}, partner.Warned: {TLP: "AMBER", Clause: "s. 5"}, partner.Suspended: {TLP: "CLEAR", Clause: "s. 5"},
			partner.Left: {Clause: "s. 5"}, partner.Invited: {Clause: "s. 5"}},
		SecondPerson: map[casefile.Kind]string{"partner-suspended": "rules of procedure 4"},
		Levels:       []partner.Grade{{ID: "full", Title: map[string]string{"en": "full member"}, Clause: "s. 1"}},
	}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// who is somebody who has just proved who they are.
func (w *world) who(person string) access.Reader {
	w.Helper()
	for _, org := range []string{"office", "acme", "acme-psirt", "borel"} {
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

// act is an act as somebody types it.
func (w *world) act(spec string) casefile.Event {
	w.Helper()
	e, err := casefile.EventFrom(spec+" at=2026-11-23T09:00:00Z", monday)
	w.must(err)
	return e
}

// does does an act, which must work.
func (w *world) does(person, member, spec string) Asked {
	w.Helper()
	w.clock.Pass(time.Minute)
	a, err := w.Do(w.Context(), w.who(person), member, w.act(spec), -1, "")
	if err != nil {
		w.Fatalf("%s: %v", spec, err)
	}
	return a
}

// last is the last event of a kind in the file.
func (w *world) last(member string, kind casefile.Kind) casefile.Event {
	w.Helper()
	m, err := w.Member(w.Context(), w.who("karin"), member)
	w.must(err)
	k, err := w.keeper.Load(w.Context(), m.Handle)
	w.must(err)
	for i := len(k.Case.Events) - 1; i >= 0; i-- {
		if k.Case.Events[i].Kind == kind {
			return k.Case.Events[i]
		}
	}
	w.Fatalf("no %s in the file", kind)
	return casefile.Event{}
}

// joined is a member of the circle.
func (w *world) joined(org string, units ...string) string {
	w.Helper()
	m, err := w.Invite(w.Context(), w.who("karin"), InviteAsked{Platform: "circle", Org: org, Units: units, Words: "Welcome."}, "")
	w.must(err)
	w.does("karin", m.ID, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
	return m.ID
}

// wants fails unless err has the kind and the words.
func (w *world) wants(err error, kind fault.Kind, words string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !holds(err.Error(), words) {
		w.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

// suspension is a whole decision.
func (w *world) suspension(more string) casefile.Event {
	w.Helper()
	return w.act("partner-suspended " + decision + " " + more)
}

// text is an attribute.
func text(s string) casefile.Scalar { return casefile.Scalar{V: s} }
