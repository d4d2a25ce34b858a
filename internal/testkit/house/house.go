// Package house is the inside of a platform in memory, for the tests of the use
// cases that run on it: record, cabinet, people and desk on one clock, with an
// authority, members to be and strangers in it.
//
// Everybody is invented. What a test needs beside it (a sharing platform, another
// person) it puts in itself. Nothing here reads the time of the machine.
package house

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
	"tocsin/coordination"
	"tocsin/coordination/desktest"
	"tocsin/escalation"
	"tocsin/identity"
	"tocsin/partner"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/rulebook"
)

// Monday is when the clock of a house begins.
var Monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

var book = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Load(rulebook.Shipped()) })

// House is one of them, until its test ends.
type House struct {
	testing.TB
	Clock   *recordtest.Clock
	Store   *cabinettest.Memory // under Cabinet
	Cabinet *cabinet.Cabinet
	Keeper  *record.Keeper
	People  *identity.Service
	Desk    *coordination.Desk
	Book    *rulebook.Book
}

// Admin is the administrator, who has just proved who she is.
var Admin = access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}

// noter notes for identity.
type noter struct{ *record.Keeper }

func (n noter) Note(ctx context.Context, kind string, body map[string]any, by string) error {
	_, err := n.Keeper.Note(ctx, kind, body, by)
	return err
}

// New builds a house: the authority office with karin, otto and the observer anton;
// acme with ada, and its unit acme-psirt with ben; borel with cleo, castor with carl,
// dirac with dora; the administrator ines; and more people of the test's own.
func New(t testing.TB, more ...partner.Person) *House {
	t.Helper()
	h := &House{TB: t, Clock: recordtest.NewClock(Monday), Store: cabinettest.NewMemory()}
	var err error
	h.Book, err = book()
	h.Must(err)
	h.Cabinet = cabinettest.Over(h.Store)
	records := recordtest.New()
	h.Must(recordtest.OpenLog(t.Context(), records, Monday))
	lookup := [32]byte{7}
	h.Keeper, err = record.New(records, record.Options{Wraps: recordtest.NewWraps(), LookupKey: lookup, Erasures: &recordtest.Erasures{}, Now: h.Clock.Now, Elapsed: h.Clock.Elapsed})
	h.Must(err)
	t.Cleanup(func() { _ = h.Keeper.Close() })
	lines := desktest.New(h.versions)
	watch := escalation.New(escalation.Options{Store: lines, Keeper: h.Keeper, Book: h.Book, Lookup: lookup, Now: h.Clock.Now})
	h.People, err = identity.New(identity.Options{Cabinet: h.Cabinet, Notes: noter{h.Keeper}, Now: h.Clock.Now, Origins: []string{"http://localhost:8080"}})
	h.Must(err)
	h.Desk = coordination.New(coordination.Options{Keeper: h.Keeper, Cabinet: h.Cabinet, Lines: lines, Seats: lines, Watch: watch, Book: h.Book, Lookup: lookup, People: h.People, Now: h.Clock.Now})
	h.Must(h.People.Seed(t.Context(), []partner.Org{
		{ID: "office", Name: "Sundmark Office", Kind: partner.Authority, Country: "DE"},
		{ID: "acme", Name: "Acme Networks", Kind: partner.Entity, Country: "DE"},
		{ID: "acme-psirt", Name: "Acme PSIRT", Kind: partner.Unit, PartOf: "acme"},
		{ID: "borel", Name: "Borel Energy", Kind: partner.Entity, Country: "FR"},
		{ID: "castor", Name: "Castor Logistics", Kind: partner.Entity, Country: "DE"},
		{ID: "dirac", Name: "Dirac Works", Kind: partner.Entity, Country: "DE"},
	}, append([]partner.Person{
		{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: Of("office", partner.Responder)},
		{ID: "otto", Name: "Otto", Login: "otto", Place: "DE", Member: Of("office", partner.Responder)},
		{ID: "anton", Name: "Anton", Login: "anton", Place: "DE", Member: Of("office", partner.Observer)},
		{ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: Of("acme", partner.Responder)},
		{ID: "ben", Name: "Ben", Login: "ben", Place: "DE", Member: Of("acme-psirt", partner.Responder)},
		{ID: "cleo", Name: "Cleo", Login: "cleo", Place: "FR", Member: Of("borel", partner.Responder)},
		{ID: "carl", Name: "Carl", Login: "carl", Place: "DE", Member: Of("castor", partner.Responder)},
		{ID: "dora", Name: "Dora", Login: "dora", Place: "DE", Member: Of("dirac", partner.Responder)},
		{ID: "ines", Name: "Ines", Login: "ines", Platform: []partner.Role{partner.Administrator}},
	}, more...)))
	return h
}

// versions are those of all cases, as the desk's projection asks for them.
func (h *House) versions() map[string]int64 {
	out := map[string]int64{}
	list, err := h.Keeper.List(context.Background())
	if err != nil {
		h.Error(err)
	}
	for _, s := range list {
		out[s.Handle] = s.Version
	}
	return out
}

// Of is a membership of an organisation, by roles.
func Of(org string, roles ...partner.Role) []partner.Membership {
	return []partner.Membership{{Org: org, Roles: roles}}
}

// Must fails the test on an error.
func (h *House) Must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// Who is somebody as they are now, with a fresh sign-in.
func (h *House) Who(person string) access.Reader {
	h.Helper()
	for _, org := range []string{"office", "acme", "acme-psirt", "borel", "castor", "dirac"} {
		all, err := h.People.ReadersOf(h.Context(), org)
		h.Must(err)
		if i := slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == person }); i >= 0 {
			all[i].Fresh, all[i].Session = true, "s-"+person
			return all[i]
		}
	}
	h.Fatalf("nobody is called %s", person)
	return access.Reader{}
}

// Within is a period of an agreement, with its clause.
func Within(period, clause string) partner.Within {
	p, err := calendar.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	return partner.Within{Period: p, Clause: clause}
}

// Circle is a sharing platform of the office, which suspends with one person, after
// a hearing that can come later.
func Circle() partner.Platform {
	urgent := Within("P10D", "s. 7(4)")
	return partner.Platform{ID: "circle", Name: "Sundmark Circle", Authority: "office", Pack: "model-partnership", Terms: partner.Terms{
		Zone: "Europe/Berlin", Reply: Within("P10D", "s. 7(1)"), Urgent: &urgent, Longest: Within("P6M", "s. 8(2)"), Appeal: Within("P30D", "s. 10"), Body: "Administrative Panel",
		Term: Within("P3Y", "s. 10(2)"), Yearly: Within("P1Y", "s. 6(2)"),
		Ceilings: map[partner.Standing]partner.Ceiling{
			partner.Active: {TLP: "RED", Clause: "s. 5"}, partner.Warned: {TLP: "AMBER", Clause: "s. 5"}, partner.Suspended: {TLP: "CLEAR", Clause: "s. 5"},
			partner.Left: {Clause: "s. 5"}, partner.Invited: {Clause: "s. 5"}},
		Levels: []partner.Grade{{ID: "full", Title: map[string]string{"en": "full member"}, Clause: "s. 1"}},
	}}
}
