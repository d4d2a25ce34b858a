package partnership

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

const until = "until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"

// heard is a member that was heard, so that it can be suspended.
func (w *world) heard(org string, units ...string) string {
	w.Helper()
	id := w.joined(org, units...)
	w.does("karin", id, "hearing-opened due=2026-12-04T23:59:59+01:00 reason=answer")
	person := map[string]string{"acme": "ada", "borel": "cleo"}[org]
	w.does(person, id, "hearing-answered text=sorry re="+w.last(id, "hearing-opened").ID)
	w.does("karin", id, "partner-heard result=answered re="+w.last(id, "hearing-opened").ID)
	return id
}

// stands is where an organisation's person stands on the circle.
func (w *world) stands(person string) partner.Standing {
	w.Helper()
	return w.who(person).Acting[0].On["circle"]
}

// flaky is a desk whose record fails when it is told to.
type flaky struct {
	Desk
	before, after error // the record refuses; or it keeps the act and its answer is lost
}

func (f *flaky) AddAct(ctx context.Context, who access.Reader, handle string, e casefile.Event, expected int64, key string) (record.Result, error) {
	if f.before != nil {
		return record.Result{}, f.before
	}
	r, err := f.Desk.AddAct(ctx, who, handle, e, expected, key)
	if f.after != nil {
		return record.Result{}, f.after
	}
	return r, err
}

// A process that dies between the cut and the record leaves the roads cut; the
// next one finishes, and does nothing twice.
func TestASuspensionIsFinishedAfterACrash(t *testing.T) {
	away := fault.New(fault.Unavailable, "the database is away")
	for name, f := range map[string]flaky{"nothing on record": {before: away}, "on record, and no answer": {after: away}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.heard("acme")
			asked, err := w.Do(w.Context(), w.who("karin"), id, w.suspension(until), -1, "")
			w.must(err)
			real := w.o.Desk
			f.Desk = real
			w.Service.o.Desk = &f
			w.clock.Pass(time.Minute)
			if _, err := w.Decide(w.Context(), w.who("otto"), asked.ID, true, ""); !errors.Is(err, away) {
				t.Fatal(err)
			}
			if s := w.stands("ada"); s != partner.Suspended {
				t.Errorf("between cut and record it stands as %q", s)
			}
			// Another look at all members must not open what is under way.
			if err := w.Sweep(w.Context()); err == nil {
				t.Error("a record that is away still finished it")
			}
			if s := w.stands("ada"); s != partner.Suspended {
				t.Errorf("a sweep opened it: %q", s)
			}
			w.Service.o.Desk = real
			for range 2 {
				w.must(w.Sweep(w.Context()))
				m, err := w.Member(w.Context(), w.who("ada"), id)
				w.must(err)
				if len(m.State.Decisions) != 1 || m.State.Standing != partner.Suspended || w.stands("ada") != partner.Suspended {
					t.Errorf("%d decisions, %q, %q", len(m.State.Decisions), m.State.Standing, w.stands("ada"))
				}
			}
		})
	}
}

// What the record refuses for good is undone: the roads are as the file says.
func TestARefusedSuspensionIsUndone(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme")
	asked, err := w.Do(w.Context(), w.who("karin"), id, w.suspension(until), -1, "")
	w.must(err)
	real := w.o.Desk
	w.Service.o.Desk = &flaky{Desk: real, before: fault.New(fault.Conflict, "the case is at version 99 now")}
	_, err = w.Decide(w.Context(), w.who("otto"), asked.ID, true, "")
	w.wants(err, fault.Conflict, "moved on")
	w.Service.o.Desk = real
	if s := w.stands("ada"); s != partner.Active {
		t.Errorf("it stands as %q", s)
	}
	_, err = w.Decide(w.Context(), w.who("otto"), asked.ID, true, "")
	w.wants(err, fault.Conflict, "decided already")
}

// Of decisions that race, one wins, and the others are told.
func TestRacingDecisions(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme")
	p := circle()
	p.Terms.SecondPerson = nil
	_, version, err := w.Platform(w.Context(), "circle")
	w.must(err)
	w.must(w.PutPlatform(w.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, p, version))
	w.clock.Pass(time.Minute)
	other := New(w.Service.o) // a second process
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range []*Service{w.Service, other} {
		who, e := w.who([]string{"karin", "otto"}[i]), w.suspension(until)
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, errs[i] = s.Do(context.Background(), who, id, e, -1, "")
		}()
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	}
	m, err := w.Member(w.Context(), w.who("karin"), id)
	w.must(err)
	if len(m.State.Decisions) != 1 || w.stands("ada") != partner.Suspended {
		t.Errorf("%d decisions, %q", len(m.State.Decisions), w.stands("ada"))
	}
}

// Nobody decides on their own organisation, no member does the authority's acts,
// no observer and no deputy acts, and whoever is on neither side finds nothing.
func TestWhoMayAct(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme")
	ctx := w.Context()
	stale := w.who("karin")
	stale.Fresh = false
	deputy := w.who("karin")
	deputy.Acting[0].For = "otto"
	token := w.who("karin")
	token.Scopes = []string{"see"}
	for _, c := range []struct {
		who  access.Reader
		spec string
		kind fault.Kind
		said string
	}{
		{w.who("ada"), "partner-reminded reason=x", fault.Forbidden, "act for the authority"},
		{w.who("anton"), "partner-reminded reason=x", fault.Forbidden, "act for the authority"},
		{deputy, "partner-reminded reason=x", fault.Forbidden, "act for the authority"},
		{w.who("both"), "partner-reminded reason=x", fault.Forbidden, "own"},
		{w.who("karin"), "mark-contested text=x", fault.Forbidden, "act for the member"},
		{w.who("ben"), "mark-contested text=x", fault.NotFound, "no such membership"}, // a unit that is not in, on neither side
		{w.who("cleo"), "partner-reminded reason=x", fault.NotFound, "no such membership"},
		{stale, "partner-reminded reason=x", fault.Forbidden, "prove once more"},
		{token, "partner-reminded reason=x", fault.Forbidden, "scope"},
		{w.who("karin"), "commented text=x", fault.Invalid, "no act of a partnership"},
	} {
		_, err := w.Do(ctx, c.who, id, w.act(c.spec), -1, "")
		if c.who.Person == "ben" && fault.KindOf(err) == fault.Forbidden {
			continue // of a unit below the member: reads, and does not act
		}
		w.wants(err, c.kind, c.said)
	}
	if _, err := w.Member(ctx, w.who("cleo"), id); err == nil || err.Error() != missing().Error() {
		t.Error(err)
	}
	if _, err := w.Member(ctx, w.who("cleo"), "nothing"); err == nil || err.Error() != missing().Error() {
		t.Error(err)
	}
	for person, want := range map[string]int{"karin": 1, "ada": 1, "cleo": 0} {
		list, err := w.Members(ctx, w.who(person), "")
		w.must(err)
		if len(list) != want {
			t.Errorf("%s sees %d memberships", person, len(list))
		}
	}
}

// The steps of a partnership cannot be gone round by adding the act, or taking one
// back, as an event of the case.
func TestTheFileIsGuarded(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme")
	m, err := w.Member(w.Context(), w.who("karin"), id)
	w.must(err)
	joined := w.last(id, "partner-joined").ID
	for _, spec := range []string{"partner-suspended by=authority to=[member]", "commented by=authority supersedes=[" + joined + "]", "partner-joined by=authority to=[member] denies=true"} {
		_, err := w.desk.AddEvent(w.Context(), w.who("karin"), m.Handle, w.act(spec), record.AnyVersion, "")
		w.wants(err, fault.Invalid, "partnership")
	}
	if _, err := w.desk.AddEvent(w.Context(), w.who("ada"), m.Handle, w.act("statement-made by=member where=paper text=words"), record.AnyVersion, ""); err != nil {
		t.Error("what is no act is kept from the file:", err)
	}
	// A case of anybody's may tell of a suspension somewhere.
	res, err := w.desk.ImportAs(w.Context(), w.who("karin"), "office", "case.yaml", []byte(shared), "")
	w.must(err)
	if _, err := w.desk.AddEvent(w.Context(), w.who("karin"), res.Handle, w.act("partner-suspended by=office to=[acme]"), record.AnyVersion, ""); err != nil {
		t.Error(err)
	}
}

// A decision that takes effect later cuts on its day, without anybody's help.
func TestASuspensionFromADay(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme")
	e := w.suspension(until)
	e.Attributes["effect"], e.Attributes["from"] = text("from-date"), text("2026-12-10")
	asked, err := w.Do(w.Context(), w.who("karin"), id, e, -1, "")
	w.must(err)
	w.clock.Pass(time.Minute)
	_, err = w.Decide(w.Context(), w.who("otto"), asked.ID, true, "")
	w.must(err)
	if s := w.stands("ada"); s != partner.Active {
		t.Errorf("before its day it stands as %q", s)
	}
	w.clock.Pass(17 * 24 * time.Hour)
	if s := w.stands("ada"); s != partner.Suspended {
		t.Errorf("on its day it stands as %q", s)
	}
}

// Only the unit that a suspension names is cut.
func TestASuspensionOfAUnit(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme", "acme-psirt")
	e := w.suspension(until)
	e.Attributes["units"] = text("unit-1")
	asked, err := w.Do(w.Context(), w.who("karin"), id, e, -1, "")
	w.must(err)
	w.clock.Pass(time.Minute)
	_, err = w.Decide(w.Context(), w.who("otto"), asked.ID, true, "")
	w.must(err)
	if a, u := w.stands("ada"), w.stands("ben"); a != partner.Active || u != partner.Suspended {
		t.Errorf("the member stands as %q, its unit as %q", a, u)
	}
}

// What is signed was shown: where everybody would stand and what they would lose.
func TestAPreviewShowsWhatChanges(t *testing.T) {
	w := newWorld(t)
	id := w.heard("acme", "acme-psirt")
	res, err := w.desk.ImportAs(w.Context(), w.who("karin"), "office", "case.yaml", []byte(shared), "")
	w.must(err)
	_, err = w.desk.GiveSeat(w.Context(), w.who("karin"), res.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	w.must(err)
	own, err := w.desk.ImportAs(w.Context(), w.who("ada"), "acme", "case.yaml", []byte(strings.Replace(shared, "TOC-SHARED", "TOC-OWN", 1)), "")
	w.must(err)
	p, err := w.Preview(w.Context(), w.who("karin"), id, w.suspension(until))
	w.must(err)
	if p.Second == "" || p.Before.Standing != partner.Active || p.After.Standing != partner.Suspended || len(p.Orgs) != 2 {
		t.Errorf("%q, %q to %q, %d organisations", p.Second, p.Before.Standing, p.After.Standing, len(p.Orgs))
	}
	found := 0
	for _, g := range p.Groups {
		for _, c := range g.Cases {
			found++
			if c.Handle != res.Handle || c.Case != "TOC-SHARED" || c.Before.View.Own || !c.After.View.Own {
				t.Errorf("%+v", c)
			}
			if c.Handle == own.Handle {
				t.Error("its own case is cut")
			}
		}
	}
	if found == 0 {
		t.Error("nothing would change")
	}
	if w.stands("ada") != partner.Active {
		t.Error("a preview changed something")
	}
	// The preview is right: the same readers reach the same afterwards.
	_, err = w.Preview(w.Context(), w.who("ada"), id, w.suspension(until))
	w.wants(err, fault.Forbidden, "authority")
}

// A letter is received when somebody who acts for the recipient opens it, once.
func TestALetterIsServed(t *testing.T) {
	w := newWorld(t)
	id := w.joined("acme")
	w.does("karin", id, "partner-reminded reason=please")
	inbox, err := w.Inbox(w.Context(), w.who("ada"))
	w.must(err)
	if len(inbox) == 0 || inbox[0].Kind != "partner-reminded" || inbox[0].Served != nil {
		t.Fatalf("%+v", inbox)
	}
	l := inbox[0]
	if got, e, err := w.Open(w.Context(), w.who("karin"), l.ID); err != nil || got.Served != nil || e.Reason != "please" {
		t.Errorf("the sender received it: %+v %v", got, err)
	}
	if _, _, err := w.Open(w.Context(), w.who("cleo"), l.ID); fault.KindOf(err) != fault.NotFound || err == nil {
		t.Error(err)
	}
	for range 2 {
		got, e, err := w.Open(w.Context(), w.who("ada"), l.ID)
		w.must(err)
		if got.Served == nil || got.Served.Person != "ada" || e.Kind != "partner-reminded" {
			t.Fatalf("%+v", got)
		}
	}
	ack := w.last(id, "acknowledged")
	if ack.By != memberParty || ack.Re != l.Event {
		t.Errorf("%+v", ack)
	}
}
