package identity

import (
	"errors"
	"sync"
	"testing"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// TestARequestCostsTwoReads counts statements: the session and one edition.
func TestARequestCostsTwoReads(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	w.clock.pass(time.Minute)
	w.reader(w.Service, step.Secret) // says that it is seen, and fills what is remembered
	before := w.store.Calls()
	w.reader(w.Service, step.Secret)
	if n := w.store.Calls() - before; n != 2 {
		t.Errorf("a request takes %d statements", n)
	}
	before = w.store.Calls()
	for range 100 {
		if w.OrgName(t.Context(), "o-acme") != "Acme Networks" || w.PersonName(t.Context(), chen) != "Chen Li" || w.PersonName(t.Context(), "p-nobody") != "" {
			t.Fatal("names")
		}
	}
	if n := w.store.Calls() - before; n > 2 {
		t.Errorf("300 names take %d statements", n)
	}
	token, _, err := w.NewToken(t.Context(), chen, "nightly", []string{"*"}, time.Hour)
	w.must(err)
	_, err = w.TokenReader(t.Context(), token, home)
	w.must(err)
	before = w.store.Calls()
	_, err = w.TokenReader(t.Context(), token, home)
	w.must(err)
	if n := w.store.Calls() - before; n != 2 {
		t.Errorf("a request by token takes %d statements", n)
	}
}

func TestASessionEndsAfterAWhileAndInAnyCase(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	idle := w.in(w.Service, "chen@acme.example", secret)
	busy := w.in(w.Service, "chen@acme.example", secret)
	start := busy.Session.Created
	for w.clock.now().Before(start.Add(7 * 24 * time.Hour)) {
		sess, _ := w.reader(w.Service, busy.Secret)
		if behind := w.clock.now().Sub(sess.Seen); behind > time.Minute {
			t.Fatalf("seen %v ago", behind)
		}
		w.clock.pass(7 * time.Hour)
	}
	w.gone(w.Service, idle.Secret)
	w.gone(w.Service, busy.Secret)
	n, err := w.Sweep(t.Context())
	w.must(err)
	if n < 2 {
		t.Errorf("swept %d", n)
	}
	list, err := w.Sessions(t.Context(), chen)
	w.must(err)
	if len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// TestSeenIsWrittenOnceAMinute: a session in use is no load on the database.
func TestSeenIsWrittenOnceAMinute(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	writes := 0
	for range 600 {
		before, _ := w.cab.Edition(t.Context(), kindSession)
		w.reader(w.Service, step.Secret)
		after, _ := w.cab.Edition(t.Context(), kindSession)
		writes += int(after - before)
		w.clock.pass(time.Second)
	}
	if writes < 9 || writes > 11 {
		t.Errorf("%d writes in ten minutes", writes)
	}
}

// TestEndingHoldsAtOnceInEveryProcess is the promise of the package.
func TestEndingHoldsAtOnceInEveryProcess(t *testing.T) {
	w := newWorld(t)
	other := w.process()
	secret, _ := w.equip(chen)
	in := func() string { return w.in(w.Service, "chen@acme.example", secret).Secret }
	a, b, c := in(), in(), in()
	for _, s := range []string{a, b, c} {
		w.reader(other, s)
	}
	list, err := w.Sessions(t.Context(), chen)
	w.must(err)
	if len(list) != 3 {
		t.Fatalf("%d sessions", len(list))
	}
	w.refuse(w.EndSession(t.Context(), dora, hashed(kindSession, a), ""), fault.NotFound, "no such session")
	w.must(w.EndSession(t.Context(), chen, hashed(kindSession, a), ""))
	w.gone(other, a)
	w.must(w.SetPassword(t.Context(), chen, "another-donkey-parade-55", hashed(kindSession, b)))
	w.gone(other, c)
	w.reader(other, b)
	if _, err := other.Again(t.Context(), hashed(kindSession, b)); err != nil {
		t.Errorf("what stays open is closed: %v", err)
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen)
	w.gone(other, b)
	if _, err := other.Again(t.Context(), hashed(kindSession, b)); !errors.Is(err, errNobody) {
		t.Errorf("what stays open stays open: %v", err)
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = false }, chen)
	w.gone(other, b) // and it does not come back
}

func TestChangesOfPeopleHoldAtTheNextRequest(t *testing.T) {
	w := newWorld(t)
	other := w.process()
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	w.reader(other, step.Secret)
	w.putOrg(func(o *partner.Org) { o.Standing = partner.Suspended }, "o-holding")
	if _, r := w.reader(other, step.Secret); r.Acting[0].Standing != partner.Suspended {
		t.Errorf("a unit of a suspended group is %s", r.Acting[0].Standing)
	}
	w.putOrg(func(o *partner.Org) { o.Country = "HK" }, "o-lab")
	if _, r := w.reader(other, step.Secret); r.Acting[0].Country != "HK" {
		t.Errorf("the unit lies in %s", r.Acting[0].Country)
	}
	w.putPerson(func(p *partner.Person) { p.Member = nil; p.Place = "DE" }, chen)
	if _, r := w.reader(other, step.Secret); r.Acting != nil || r.Place != "DE" {
		t.Errorf("%+v", r)
	}
}

func TestAFrozenSessionThawsByAStepUp(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	w.must(w.Freeze(t.Context(), step.Session.ID, "many-cases"))
	sess, r := w.reader(w.Service, step.Secret)
	if !sess.Frozen || r.Acting != nil || r.Fresh || len(r.Scopes) != 1 || r.Scopes[0] != scopeStepUp {
		t.Fatalf("%+v %+v", sess, r)
	}
	if r, err := w.Again(t.Context(), step.Session.ID); err != nil || r.Acting != nil {
		t.Errorf("what stays open sees on: %+v %v", r, err)
	}
	if !has(w.notes.whats("session"), "frozen") {
		t.Error("the log does not know")
	}
	for name, p := range map[string]Proof{
		"a wrong password": {Password: plain + "x", Code: w.code(secret)},
		"a wrong code":     {Password: plain, Code: "000000"},
		"no code":          {Password: plain},
	} {
		if err := w.StepUp(t.Context(), step.Secret, p, home); err != errRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.refuse(w.StepUp(t.Context(), step.Secret, Proof{}, home), fault.Invalid, "takes a password")
	w.must(w.StepUp(t.Context(), step.Secret, Proof{Password: plain, Code: w.code(secret)}, home))
	if sess, r := w.reader(w.Service, step.Secret); sess.Frozen || len(r.Acting) != 1 || !r.Fresh {
		t.Errorf("%+v %+v", sess, r)
	}
	w.refuse(w.Freeze(t.Context(), hashed(kindSession, "nobody"), "x"), fault.Forbidden, "not signed in")
}

func TestSomebodyElsesPasskeyDoesNotStepUp(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	a := newAuthenticator(w)
	a.add(dora, "laptop")
	w.clock.pass(time.Hour)
	options, ticket, err := w.PasskeyBegin(t.Context())
	w.must(err)
	w.refuse(w.StepUp(t.Context(), step.Secret, Proof{Ticket: ticket, Answer: a.get(options)}, home), fault.Forbidden, "not the person")
	if _, r := w.reader(w.Service, step.Secret); r.Fresh {
		t.Error("fresh by somebody else's key")
	}
}

func TestAPersonHasSoManySessions(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Demo = true })
	link, _, err := w.NewLink(t.Context(), chen, "demo", 0, "")
	w.must(err)
	var first string
	for i := range maxSessions + 3 {
		step, err := w.UseLink(t.Context(), link, home)
		w.must(err)
		if i == 0 {
			first = step.Secret
		}
		w.clock.pass(time.Minute)
	}
	list, err := w.Sessions(t.Context(), chen)
	w.must(err)
	if len(list) != maxSessions || !list[0].Seen.After(list[maxSessions-1].Seen) {
		t.Errorf("%d sessions", len(list))
	}
	w.gone(w.Service, first)
}

// TestASignInAndAnEndAtOnceLeaveNoSession: a password is changed while somebody
// signs in with the old one. Whoever is last, the old one opens nothing.
func TestASignInAndAnEndAtOnceLeaveNoSession(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
	w.must(err)
	code := w.code(secret)
	var wg sync.WaitGroup
	var got Step
	var signErr error
	wg.Go(func() { got, signErr = w.Second(t.Context(), step.Ticket, code, home) })
	wg.Go(func() {
		if err := w.SetPassword(t.Context(), chen, "another-donkey-parade-55", ""); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if signErr == nil {
		w.gone(w.Service, got.Secret)
	}
}

func TestADatabaseThatIsDownIsNotNobody(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "chen@acme.example", secret)
	w.reader(w.Service, step.Secret)
	w.clock.pass(10 * time.Second)
	down := fault.New(fault.Unavailable, "the database is away")
	w.store.Fail(down)
	if _, _, err := w.Reader(t.Context(), step.Secret, home); err != down {
		t.Errorf("got %v", err)
	}
	if _, err := w.Password(t.Context(), "chen@acme.example", plain, home); err != down {
		t.Errorf("got %v", err)
	}
	if w.OrgName(t.Context(), "o-acme") != "Acme Networks" {
		t.Error("a name that was known is not shown")
	}
	w.store.Fail(nil)
	w.reader(w.Service, step.Secret)
}

// TestNothingIsDoneThatTheLogCannotKnow: what changes power is noted first.
func TestNothingIsDoneThatTheLogCannotKnow(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	edition := func() (n int64) {
		for _, kind := range []string{kindDirectory, kindCredential, kindLink, kindToken, kindRequest} {
			e, err := w.cab.Edition(t.Context(), kind)
			w.must(err)
			n += e
		}
		return n
	}
	before := edition()
	w.notes.fail = fault.New(fault.Unavailable, "the log is read-only")
	p, v, err := w.Person(t.Context(), chen)
	w.must(err)
	_, _, e1 := w.PutPerson(t.Context(), w.admin, p, v)
	_, e2 := w.PutOrg(t.Context(), w.admin, partner.Org{Name: "New", Kind: partner.Project}, 0)
	_, _, e3 := w.NewLink(t.Context(), chen, "recovery", 0, ada)
	_, _, e4 := w.NewToken(t.Context(), chen, "x", []string{"see"}, time.Hour)
	e5 := w.SetPassword(t.Context(), chen, "another-donkey-parade-55", "")
	e6 := w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example")
	for i, err := range []error{e1, e2, e3, e4, e5, e6} {
		w.refuse(err, fault.Unavailable, "read-only")
		_ = i
	}
	if edition() != before {
		t.Error("something was changed all the same")
	}
	// A change that fails after its note is taken back in the log.
	w.notes.fail = nil
	if _, err := w.PutOrg(t.Context(), w.admin, partner.Org{ID: "o-acme", Name: "New", Kind: partner.Project}, 7); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v", err)
	}
	if has(w.notes.whats("org"), "changed") {
		t.Error("a change that was refused before is noted")
	}
	err = w.noted(t.Context(), "org", map[string]any{"what": "changed"}, ada, func() error {
		return w.cab.Change(t.Context(), []cabinet.Item{orgItem(partner.Org{ID: "o-acme"}, 99)}, nil)
	})
	if fault.KindOf(err) != fault.Conflict || !has(w.notes.whats("org"), "changed", "undone changed") {
		t.Errorf("%v %v", err, w.notes.whats("org"))
	}
}
