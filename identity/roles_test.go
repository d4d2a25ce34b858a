package identity

import (
	"sync"
	"sync/atomic"
	"testing"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func platform(w *world, id string) []partner.Role {
	w.Helper()
	p, _, err := w.Person(w.Context(), id)
	w.must(err)
	return p.Platform
}

func admin(id string) access.Reader {
	return access.Reader{Person: id, Platform: []partner.Role{partner.Administrator}, Fresh: true}
}

// second makes Chen the second administrator: Ada is the only one, so she may.
func second(w *world) {
	w.Helper()
	if req := w.putPerson(func(p *partner.Person) { p.Platform = []partner.Role{partner.Administrator} }, chen); req != nil {
		w.Fatalf("the only administrator has to wait: %+v", req)
	}
	alone := false
	for _, n := range w.notes.all {
		alone = alone || n.kind == "person" && n.body["alone"] == true
	}
	if !alone {
		w.Error("the log does not say that it was done alone")
	}
}

func TestARoleOfThePlatformTakesTwoAdministrators(t *testing.T) {
	w := newWorld(t)
	second(w)
	req := w.putPerson(func(p *partner.Person) { p.Platform = []partner.Role{partner.Coordinator}; p.Name = "Emil E." }, emil)
	if req == nil || req.By != ada || req.Person != emil || platform(w, emil) != nil {
		t.Fatalf("%+v, %v", req, platform(w, emil))
	}
	if got := w.PersonName(t.Context(), emil); got != "Emil E." {
		t.Errorf("the rest waits too: %s", got)
	}
	waiting, err := w.RoleRequests(t.Context())
	w.must(err)
	if len(waiting) != 1 || waiting[0].ID != req.ID {
		t.Errorf("%+v", waiting)
	}
	p, v, err := w.Person(t.Context(), emil)
	w.must(err)
	p.Platform = []partner.Role{partner.Administrator}
	_, _, err = w.PutPerson(t.Context(), w.admin, p, v)
	w.refuse(err, fault.Conflict, "waits already")
	w.refuse(w.DecideRoles(t.Context(), w.admin, req.ID, true), fault.Forbidden, "another administrator")
	w.must(w.DecideRoles(t.Context(), admin(chen), req.ID, true))
	if got := platform(w, emil); len(got) != 1 || got[0] != partner.Coordinator {
		t.Errorf("%v", got)
	}
	w.refuse(w.DecideRoles(t.Context(), admin(chen), req.ID, true), fault.NotFound, "no such request")
	if !has(w.notes.whats("role"), "asked", "granted") {
		t.Errorf("%v", w.notes.whats("role"))
	}
	// Declined, by the other one; taken back, by whoever asked.
	for _, by := range []access.Reader{admin(chen), w.admin} {
		req = w.putPerson(func(p *partner.Person) { p.Platform = nil }, emil)
		w.must(w.DecideRoles(t.Context(), by, req.ID, false))
		if len(platform(w, emil)) != 1 {
			t.Error("declined, and done")
		}
	}
}

// TestARequestIsNotStuckForGood: one of two administrators is gone.
func TestARequestIsNotStuckForGood(t *testing.T) {
	w := newWorld(t)
	second(w)
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen) // one administrator silences the other
	req := w.putPerson(func(p *partner.Person) { p.Platform = nil }, chen)
	if req == nil {
		t.Fatal("and is the only one at once")
	}
	w.refuse(w.DecideRoles(t.Context(), w.admin, req.ID, true), fault.Forbidden, "2026-11-29")
	w.clock.pass(patience)
	w.must(w.DecideRoles(t.Context(), w.admin, req.ID, true))
	last := w.notes.all[len(w.notes.all)-1]
	if last.body["alone"] != true || platform(w, chen) != nil {
		t.Errorf("%+v %v", last, platform(w, chen))
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	p, v, err := w.Person(t.Context(), ada)
	w.must(err)
	for _, change := range []func(*partner.Person){
		func(p *partner.Person) { p.Platform = nil },
		func(p *partner.Person) { p.Disabled = true },
	} {
		next := clonePerson(p)
		change(&next)
		_, _, err = w.PutPerson(t.Context(), w.admin, next, v)
		w.refuse(err, fault.Conflict, "last administrator")
	}
	second(w)
	if req := w.putPerson(func(p *partner.Person) { p.Platform = nil }, ada); req != nil || platform(w, ada) != nil {
		t.Error("one's own role cannot be laid down")
	}
	if !has(w.notes.whats("person"), "changed") {
		t.Error("the log does not know")
	}
}

// TestTwoAdministratorsWhoDisableEachOtherAtOnce leave one of them.
func TestTwoAdministratorsWhoDisableEachOtherAtOnce(t *testing.T) {
	w := newWorld(t)
	second(w)
	other := w.process()
	disable := func(s *Service, by access.Reader, id string) error {
		p, v, err := s.Person(t.Context(), id)
		if err != nil {
			return err
		}
		p.Disabled = true
		_, _, err = s.PutPerson(t.Context(), by, p, v)
		return err
	}
	var wg sync.WaitGroup
	var done atomic.Int32
	for _, c := range []struct {
		s  *Service
		by access.Reader
		id string
	}{{w.Service, w.admin, chen}, {other, admin(chen), ada}} {
		wg.Go(func() {
			if err := disable(c.s, c.by, c.id); err == nil {
				done.Add(1)
			} else if fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 {
		t.Errorf("%d succeeded", done.Load())
	}
}

// TestAnAdministratorOpensNoCaseToThemself: administrators see the cases that
// they are on (security.md, "Compromised coordinator"), and who is on what an
// organisation sees is decided by more than themself.
func TestAnAdministratorOpensNoCaseToThemself(t *testing.T) {
	w := newWorld(t)
	try := func(id string, change func(*partner.Person)) error {
		p, v, err := w.Person(t.Context(), id)
		w.must(err)
		change(&p)
		_, _, err = w.PutPerson(t.Context(), w.admin, p, v)
		return err
	}
	join := func(p *partner.Person) {
		p.Member = append(p.Member, partner.Membership{Org: "o-other", Roles: []partner.Role{partner.Responder}})
	}
	w.must(try(ada, join)) // alone, and the log says so
	if last := w.notes.all[len(w.notes.all)-1]; last.body["alone"] != true {
		t.Errorf("%+v", last)
	}
	second(w)
	w.refuse(try(ada, func(p *partner.Person) { p.Member = nil }), fault.Forbidden, "another administrator")
	w.refuse(try(ada, func(p *partner.Person) { p.Place = "CN" }), fault.Forbidden, "another administrator")
	w.refuse(try(dora, func(p *partner.Person) { p.Deputies = []partner.Deputy{deputy(w, ada, 0, 1)} }), fault.Forbidden, "another administrator")
	w.must(try(dora, func(p *partner.Person) { p.Deputies = []partner.Deputy{deputy(w, emil, 0, 1)} }))
	w.must(try(ada, func(p *partner.Person) { p.Name = "Ada A." }))
	w.must(try(emil, join))
}
