package identity

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestALinkIsLookedAtOftenAndUsedOnce(t *testing.T) {
	w := newWorld(t)
	secret, l, err := w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	for range 3 {
		got, err := w.LookLink(t.Context(), secret)
		w.must(err)
		if got.Person != emil || got.For != "invite" || got.ID != l.ID || got.By != ada {
			t.Fatalf("%+v", got)
		}
	}
	step, err := w.UseLink(t.Context(), secret, home)
	w.must(err)
	sess, r := w.reader(w.Service, step.Secret)
	if !sess.Limited || r.Person != emil || len(r.Scopes) != 1 {
		t.Errorf("%+v %+v", sess, r)
	}
	_, err = w.UseLink(t.Context(), secret, home)
	w.refuse(err, fault.NotFound, "not good")
	_, err = w.LookLink(t.Context(), secret)
	w.refuse(err, fault.NotFound, "not good")

	// Setting up what counts makes the session full, by itself.
	w.must(w.SetPassword(t.Context(), emil, plain, sess.ID))
	if sess, _ := w.reader(w.Service, step.Secret); !sess.Limited {
		t.Error("a password alone makes it full")
	}
	newAuthenticator(w).add(emil, "laptop")
	if sess, r := w.reader(w.Service, step.Secret); sess.Limited || r.Scopes != nil || !r.Fresh {
		t.Errorf("%+v %+v", sess, r)
	}
	_, _, err = w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.refuse(err, fault.Conflict, "has a way in already")
}

func TestALinkUsedTwiceAtOnceLetsOneIn(t *testing.T) {
	w := newWorld(t)
	secret, _, err := w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	processes := []*Service{w.Service, w.process()}
	var wg sync.WaitGroup
	var in atomic.Int32
	for i := range 10 {
		wg.Go(func() {
			if _, err := processes[i%2].UseLink(t.Context(), secret, home); err == nil {
				in.Add(1)
			} else if fault.KindOf(err) != fault.NotFound {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("%d came in", in.Load())
	}
}

func TestANewLinkEndsTheOneBeforeAndItsSession(t *testing.T) {
	w := newWorld(t)
	lost, _, err := w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	step, err := w.UseLink(t.Context(), lost, home) // by whoever found it
	w.must(err)
	older, _, err := w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	w.gone(w.Service, step.Secret)
	_, _, err = w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	_, err = w.LookLink(t.Context(), older)
	w.refuse(err, fault.NotFound, "not good")
}

func TestALinkEnds(t *testing.T) {
	w := newWorld(t)
	secret, _, err := w.NewLink(t.Context(), emil, "invite", time.Hour, ada)
	w.must(err)
	w.clock.pass(time.Hour)
	_, err = w.UseLink(t.Context(), secret, home)
	w.refuse(err, fault.NotFound, "not good")
	for _, c := range []struct {
		purpose string
		life    time.Duration
		person  string
		kind    fault.Kind
	}{
		{"other", 0, emil, fault.Invalid}, {"invite", -1, emil, fault.Invalid}, {"recovery", 8 * 24 * time.Hour, emil, fault.Invalid},
		{"demo", 0, emil, fault.Forbidden}, {"invite", 0, "p-nobody", fault.NotFound},
	} {
		if _, _, err := w.NewLink(t.Context(), c.person, c.purpose, c.life, ada); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	secret, _, err = w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.must(err)
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, emil)
	_, err = w.UseLink(t.Context(), secret, home)
	w.refuse(err, fault.NotFound, "not good")
	_, _, err = w.NewLink(t.Context(), emil, "invite", 0, ada)
	w.refuse(err, fault.Conflict, "disabled")
}

// TestARecoveryForgetsWhatWas: whoever lost a phone, or lost an account to
// somebody else, begins anew, and so does that somebody.
func TestARecoveryForgetsWhatWas(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	a := newAuthenticator(w)
	a.add(chen, "laptop")
	token, _, err := w.NewToken(t.Context(), chen, "nightly", []string{"*"}, time.Hour)
	w.must(err)
	old := w.in(w.Service, "chen@acme.example", secret)
	link, l, err := w.Invite(t.Context(), w.admin, chen, "recovery")
	w.must(err)
	if !l.From.IsZero() {
		t.Error("somebody without a role of the platform has to wait")
	}
	w.gone(w.Service, old.Secret) // at once, before the link is used
	step, err := w.UseLink(t.Context(), link, home)
	w.must(err)
	if c, err := w.Of(t.Context(), chen); err != nil || c.Password || c.TOTP || c.Recovery+len(c.Passkeys)+len(c.Tokens) != 0 {
		t.Errorf("left: %+v, %v", c, err)
	}
	_, err = w.TokenReader(t.Context(), token, home)
	w.refuse(err, fault.Forbidden, "not signed in")
	if _, err := w.Password(t.Context(), "chen@acme.example", plain, home); err != errRefused {
		t.Errorf("the old password: %v", err)
	}
	if _, err := a.signIn(w.Service); err == nil {
		t.Error("the old passkey still opens")
	}
	if sess, _ := w.reader(w.Service, step.Secret); !sess.Limited || !has(sess.How, "recovery") {
		t.Errorf("%+v", sess)
	}
	if !has(w.notes.whats("recovery"), "link-made", "link-used") {
		t.Errorf("the log knows %v", w.notes.whats("recovery"))
	}
	w.equipIn(chen, step.Session.ID)
	if sess, r := w.reader(w.Service, step.Secret); sess.Limited || len(r.Acting) != 1 {
		t.Errorf("%+v %+v", sess, r)
	}
}

// TestAnAdministratorDoesNotBecomeASecondOneOverLunch: the recovery of somebody
// with a role of the platform waits a day, and a sign-in cancels it.
func TestAnAdministratorDoesNotBecomeASecondOneOverLunch(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(bea) // coordinator
	link, l, err := w.Invite(t.Context(), w.admin, bea, "recovery")
	w.must(err)
	if !l.From.Equal(w.clock.now().Add(24 * time.Hour)) {
		t.Fatalf("from %v", l.From)
	}
	_, err = w.UseLink(t.Context(), link, home)
	w.refuse(err, fault.TooEarly, "holds from 2026-11-23")
	w.clock.pass(20 * time.Hour)
	w.in(w.Service, "bea@example.org", secret)
	w.clock.pass(5 * time.Hour)
	_, err = w.UseLink(t.Context(), link, home)
	w.refuse(err, fault.NotFound, "not good")
	if !has(w.notes.whats("recovery"), "cancelled-by-sign-in") {
		t.Error("the log does not know")
	}
	link, _, err = w.Invite(t.Context(), w.admin, bea, "recovery") // and if she really cannot
	w.must(err)
	w.clock.pass(25 * time.Hour)
	_, err = w.UseLink(t.Context(), link, home)
	w.must(err)
	link, l, err = w.NewLink(t.Context(), bea, "recovery", 0, "") // whoever runs the machine needs no day
	w.must(err)
	if !l.From.IsZero() {
		t.Error("the operator waits")
	}
	_, err = w.UseLink(t.Context(), link, home)
	w.must(err)
}

func TestOnlyAnAdministratorInvitesAndNeverThemself(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.Invite(t.Context(), w.admin, ada, "recovery")
	w.refuse(err, fault.Forbidden, "another administrator")
	_, _, err = w.Invite(t.Context(), w.admin, emil, "demo")
	w.refuse(err, fault.Invalid, "invite and recovery")
	for name, by := range map[string]access.Reader{
		"a coordinator":          {Person: bea, Platform: []partner.Role{partner.Coordinator}, Fresh: true},
		"nobody":                 {},
		"without a step-up":      {Person: ada, Platform: []partner.Role{partner.Administrator}},
		"by a token without it":  {Person: ada, Platform: []partner.Role{partner.Administrator}, Fresh: true, Scopes: []string{"see"}},
		"by a session set up":    {Person: ada, Platform: []partner.Role{partner.Administrator}, Fresh: true, Scopes: []string{scopeSetUp}},
		"by a token of no scope": {Person: ada, Platform: []partner.Role{partner.Administrator}, Fresh: true, Scopes: []string{}},
	} {
		if _, _, err := w.Invite(t.Context(), by, emil, "invite"); fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := w.PutOrg(t.Context(), by, partner.Org{Name: "x", Kind: partner.Project}, 0); fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := w.PutPerson(t.Context(), by, partner.Person{Name: "x", Login: "x"}, 0); fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.AllowSSO(t.Context(), by, emil, "emil@example.org"); fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.DecideRoles(t.Context(), by, "x", true); fault.KindOf(err) != fault.Forbidden || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLinksOfTheDemoStayGoodAndAreOfTheDemoOnly(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Demo = true })
	secret, _, err := w.NewLink(t.Context(), bea, "demo", 0, "")
	w.must(err)
	var step Step
	for range 2 {
		step, err = w.UseLink(t.Context(), secret, home)
		w.must(err)
	}
	w.clock.pass(2 * time.Hour)
	if sess, r := w.reader(w.Service, step.Secret); sess.Limited || !r.Fresh || len(r.Platform) != 1 {
		t.Errorf("%+v %+v", sess, r)
	}
	serious := w.process()
	_, err = serious.UseLink(t.Context(), secret, home)
	w.refuse(err, fault.NotFound, "not good")
	_, _, err = serious.NewLink(t.Context(), bea, "demo", 0, "")
	w.refuse(err, fault.Forbidden, "demo")
	if _, r := w.reader(serious, step.Secret); r.Fresh {
		t.Error("always fresh on a platform that is no demo")
	}
}

func TestThereIsOneFirstAdministrator(t *testing.T) {
	w := newWorld(t)
	if _, made, err := w.First(t.Context()); err != nil || made {
		t.Errorf("made %v beside others, %v", made, err)
	}
	empty := emptyWorld(t)
	processes := []*Service{empty.Service, empty.process()}
	secrets := make([]string, 10)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			s, made, err := processes[i%2].First(t.Context())
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
			if made {
				secrets[i] = s
			}
		})
	}
	wg.Wait()
	good := 0
	for _, s := range secrets {
		if s == "" {
			continue
		}
		if _, err := empty.LookLink(t.Context(), s); err == nil {
			good++
		}
	}
	people, err := empty.People(t.Context(), "", 0)
	empty.must(err)
	if good != 1 || len(people) != 1 || people[0].Platform[0] != partner.Administrator {
		t.Fatalf("%d links hold, %+v", good, people)
	}
	again, made, err := empty.First(t.Context()) // the link was lost, the program started again
	empty.must(err)
	if !made {
		t.Fatal("no second link")
	}
	step, err := empty.UseLink(t.Context(), again, home)
	empty.must(err)
	newAuthenticator(empty).add(people[0].ID, "laptop")
	if sess, r := empty.reader(empty.Service, step.Secret); sess.Limited || !r.Fresh || len(r.Platform) != 1 {
		t.Errorf("%+v %+v", sess, r)
	}
	if _, made, err := empty.First(t.Context()); err != nil || made {
		t.Errorf("a link for an administrator who is there already: %v", err)
	}
	orgs, folk := seeded()
	empty.refuse(empty.Seed(t.Context(), orgs, folk), fault.Conflict, "already")
}
