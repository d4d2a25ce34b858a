package coordination_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// notes gives the kinds of what stands in the log about itself.
func (w *office) notes(t *testing.T) (n int) {
	t.Helper()
	w.lines.Calls()
	rep, err := w.keeper.Audit(w.ctx(), nil)
	if err != nil || len(rep.Findings) > 0 {
		t.Fatalf("%+v %v", rep, err)
	}
	return int(rep.Records)
}

// Before a seat is given, the page tells who would see what, whom the table would
// refuse, and what the party would owe.
func TestASeatIsShownBeforeItIsGiven(t *testing.T) {
	abroad := responder("lin", "acme", "SG")
	reader := responder("obi", "acme", "DE")
	reader.Acting[0].Roles = []partner.Role{partner.Observer}
	left := responder("left", "acme", "DE")
	left.Acting[0].Standing = partner.Left
	w := newOffice(t, func(o *coordination.Options) { o.People = people{"acme": {ada, reader, left, abroad}} })
	h := w.imports(olga, strings.Replace(gateway, "country: NL, roles: [oss-project]", "country: CN", 1))
	p, err := w.desk.PreviewSeat(w.ctx(), olga, h, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if p.People != 4 || len(p.Refused) != 1 || p.Refused[0].Code != "left" || !slices.Equal(p.Sees.Parties, []string{"acme"}) || !slices.Contains(p.Warnings, coordination.WarnSome) {
		t.Errorf("%d people, refused %+v, sees %+v, warns %v", p.People, p.Refused, p.Sees, p.Warnings)
	}
	if _, err := w.desk.See(w.ctx(), ada, h); fault.KindOf(err) != fault.NotFound {
		t.Error("the preview gave the seat")
	}
	p, err = w.desk.PreviewSeat(w.ctx(), olga, h, coordination.SeatAsked{Org: "project", Role: access.PartySeat, Party: "project"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Obliges == nil || len(p.Obliges.Added)+len(p.Obliges.Changed) == 0 || !slices.Contains(p.Warnings, coordination.WarnObliges) {
		t.Errorf("%+v", p.Obliges)
	}
	for name, a := range map[string]coordination.SeatAsked{
		"no role": {Org: "acme"}, "nobody": {Role: access.Observes}, "no party": {Org: "acme", Role: access.PartySeat},
		"a party that is none": {Org: "acme", Role: access.PartySeat, Party: "nobody"}, "an observer with a party": {Org: "acme", Role: access.Observes, Party: "acme"},
	} {
		if _, err := w.desk.GiveSeat(w.ctx(), olga, h, a); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = w.desk.GiveSeat(w.ctx(), ada, h, coordination.SeatAsked{Org: "acme", Role: access.Owner})
	wants(t, err, fault.NotFound, "no such case")
}

// A laboratory in China that runs a case under a prohibition on sharing abroad is
// told so before it lets somebody abroad in, and has to say why it does all the same.
func TestASeatAbroadUnderAProhibition(t *testing.T) {
	w := newOffice(t)
	text := strings.Replace(gateway, "roles: [finder]}", "roles: [finder], markets: [CN]}", 1)
	h := w.imports(mei, strings.Replace(text, "kind: reported, by: lab, to: [acme]", "kind: aware, how: found, by: lab", 1))
	w.seat(mei, h, coordination.SeatAsked{Org: "lab", Role: access.Owner, Party: "lab"})
	asked := coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"}
	p, err := w.desk.PreviewSeat(w.ctx(), mei, h, asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Barred) == 0 || p.Barred[0].Citation == "" || !slices.Contains(p.Warnings, coordination.WarnSeatBar) {
		t.Fatalf("%+v %v", p.Barred, p.Warnings)
	}
	_, err = w.desk.GiveSeat(w.ctx(), mei, h, asked)
	wants(t, err, fault.Forbidden, "barred-abroad")
	if !strings.Contains(err.Error(), p.Barred[0].Citation) {
		t.Errorf("the clause is not shown: %v", err)
	}
	asked.Despite = "counsel of 20 November: the text reaches others only"
	w.seat(mei, h, asked)
	// Her own colleague abroad is refused, with the clause.
	colleague := responder("kai", "lab", "CN")
	colleague.Place = "US"
	_, err = w.desk.See(w.ctx(), colleague, h)
	wants(t, err, fault.Forbidden, "barred-abroad")
	add, err := w.desk.PreviewEvent(w.ctx(), mei, h, event(`reported by=lab to=[acme] of=gateway at=2026-11-23T08:00:00Z`))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(add.Warnings, coordination.WarnAbroad) {
		t.Errorf("telling abroad warns of %v", add.Warnings)
	}
}

// A case always keeps an owner, and every change of seats is in the log.
func TestACaseKeepsAnOwner(t *testing.T) {
	w := newOffice(t)
	h := w.imports(ada, gateway)
	before := w.notes(t)
	seats, err := w.desk.Seats(w.ctx(), ada, h)
	if err != nil || len(seats) != 1 {
		t.Fatalf("%+v %v", seats, err)
	}
	wants(t, w.desk.TakeSeat(w.ctx(), ada, h, seats[0].ID), fault.Conflict, "keeps an owner")
	wants(t, w.desk.TakeSeat(w.ctx(), ada, h, "other"), fault.NotFound, "no such seat")
	coord := w.seat(ada, h, coordination.SeatAsked{Org: "desk", Role: access.Coordinates})
	if again := w.seat(ada, h, coordination.SeatAsked{Org: "desk", Role: access.Coordinates}); again.ID != coord.ID {
		t.Error("a seat was given twice")
	}
	wants(t, w.desk.TakeSeat(w.ctx(), olga, h, seats[0].ID), fault.Forbidden, "owners-make-owners")
	_, err = w.desk.GiveSeat(w.ctx(), olga, h, coordination.SeatAsked{Org: "desk", Role: access.Owner})
	wants(t, err, fault.Forbidden, "owners-make-owners")
	second := w.seat(ada, h, coordination.SeatAsked{Org: "lab", Role: access.Owner})
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []string{seats[0].ID, second.ID} {
		wg.Go(func() { errs[i] = w.desk.TakeSeat(w.ctx(), []access.Reader{ada, mei}[i], h, id) })
	}
	wg.Wait()
	all, err := w.lines.SeatsOf(w.ctx(), h)
	if err != nil || len(all) != 2 || (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%d seats are left; %v", len(all), errs)
	}
	if after := w.notes(t); after != before+3 {
		t.Errorf("%d notes were made, not 3", after-before)
	}
}

// Whoever breaks the glass sees all and does nothing; the owners read why.
func TestBrokenGlass(t *testing.T) {
	w := newOffice(t)
	h := w.imports(ada, gateway)
	admin := access.Reader{Person: "root", Fresh: true, Platform: []partner.Role{partner.Administrator}}
	_, err := w.desk.See(w.ctx(), admin, h)
	wants(t, err, fault.NotFound, "no such case")
	for _, who := range []access.Reader{ivan, ada} {
		_, err := w.desk.BreakGlass(w.ctx(), who, h, "I would like to look")
		wants(t, err, fault.Forbidden, "role")
	}
	stale := admin
	stale.Fresh = false
	_, err = w.desk.BreakGlass(w.ctx(), stale, h, "somebody is in danger")
	wants(t, err, fault.Forbidden, "step-up")
	_, err = w.desk.BreakGlass(w.ctx(), admin, h, "why")
	wants(t, err, fault.Invalid, "reason")
	seat, err := w.desk.BreakGlass(w.ctx(), admin, h, "the owner cannot be reached and a date passes")
	if err != nil || !seat.Broken || seat.Role != access.Observes {
		t.Fatalf("%+v %v", seat, err)
	}
	if s := w.see(admin, h); !s.View.All || s.May[access.Add].Allowed {
		t.Errorf("%+v", s.May[access.Add])
	}
	_, err = w.desk.AddEvent(w.ctx(), admin, h, event(`commented at=2026-11-23T08:00:00Z`), record.AnyVersion, "")
	wants(t, err, fault.Forbidden, "role")
	for who, n := range map[string]int{"ada": 1, "mei": 0} {
		list, err := w.desk.Announcements(w.ctx(), map[string]access.Reader{"ada": ada, "mei": mei}[who])
		if err != nil || len(list) != n {
			t.Errorf("%s reads %+v (%v)", who, list, err)
		}
	}
}

// Importing a case without saying which party one is leaves no way round a
// prohibition: the people abroad of the same house are refused, with the clause.
func TestAColleagueAbroadOfWhoImportedWithoutAParty(t *testing.T) {
	w := newOffice(t)
	text := strings.Replace(gateway, "roles: [finder]}", "roles: [finder], markets: [CN]}", 1)
	h := w.imports(mei, strings.Replace(text, "kind: reported, by: lab, to: [acme]", "kind: aware, how: found, by: lab", 1))
	if _, err := w.desk.See(w.ctx(), mei, h); err != nil {
		t.Fatal("herself:", err)
	}
	unit := responder("kai", "lab-europe", "DE")
	unit.Acting[0].Group = []string{"lab"}
	_, err := w.desk.See(w.ctx(), unit, h)
	wants(t, err, fault.Forbidden, "barred-abroad")
	if r := (*coordination.Refusal)(nil); !errors.As(err, &r) || r.Citation == "" {
		t.Errorf("without a clause: %v", err)
	}
}

// Whoever sees a case by its label alone is refused what needs a seat, and not told
// that there is no such case; whoever does not see it is told so.
func TestActsThatNeedASeat(t *testing.T) {
	w := newOffice(t)
	acts := func(h string) map[string]error {
		fresh := ivan
		fresh.Fresh = true
		_, export := w.desk.AskExport(w.ctx(), fresh, h)
		_, add := w.desk.AddEvent(w.ctx(), fresh, h, event(`commented by=acme at=2026-11-23T08:00:00Z text=x`), record.AnyVersion, "")
		_, seat := w.desk.GiveSeat(w.ctx(), fresh, h, coordination.SeatAsked{Org: "elsewhere", Role: access.Observes})
		return map[string]error{"export": export, "add": add, "seat": seat}
	}
	open := w.imports(ada, strings.Replace(strings.Replace(gateway, "TOC-GATEWAY", "TOC-GREEN", 1), "tlp: AMBER", "tlp: GREEN", 1))
	if _, err := w.desk.See(w.ctx(), ivan, open); err != nil {
		t.Fatal(err)
	}
	for act, err := range acts(open) {
		if fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s of a case that is seen: %v", act, err)
		}
	}
	for act, err := range acts(w.imports(ada, gateway)) {
		if fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("%s of a case that is not seen: %v", act, err)
		}
	}
}
