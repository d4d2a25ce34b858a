package partnership

import (
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/record/recordtest"
)

var monday = house.Monday

// world is an authority with two members, on a desk and a directory in memory.
// Everybody is invented.
type world struct {
	testing.TB
	*Service
	house  *house.House
	desk   *coordination.Desk
	people *identity.Service
	keeper *record.Keeper
	cab    *cabinet.Cabinet
	clock  *recordtest.Clock
}

func newWorld(t testing.TB) *world {
	t.Helper()
	h := house.New(t, partner.Person{ID: "both", Name: "Both", Login: "both", Place: "DE", Member: append(house.Of("office", partner.Responder), house.Of("acme", partner.Responder)...)})
	w := &world{TB: t, house: h, desk: h.Desk, people: h.People, keeper: h.Keeper, cab: h.Cabinet, clock: h.Clock}
	w.Service = New(Options{Desk: w.desk, Files: w.keeper, Directory: w.people, Cabinet: w.cab, Book: h.Book, Now: w.clock.Now})
	w.desk.Join(w.Service)
	w.must(w.PutPlatform(t.Context(), house.Admin, circle(), 0))
	return w
}

// circle is a platform that suspends with two persons.
func circle() partner.Platform {
	p := house.Circle()
	p.Terms.Ceilings[partner.Active] = partner.Ceiling{TLP: "AMBER", Clause: "s. 5"}
	p.Terms.SecondPerson = map[casefile.Kind]string{"partner-suspended": "rules of procedure 4"}
	return p
}

func (w *world) must(err error) { w.Helper(); w.house.Must(err) }

// who is somebody who has just proved who they are.
func (w *world) who(person string) access.Reader { w.Helper(); return w.house.Who(person) }

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
