package identity

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestSigningInTakesPasswordAndCode(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	step := w.in(w.Service, "CHEN@acme.example", secret) // case of a login says nothing
	sess, r := w.reader(w.Service, step.Secret)
	if sess.Person != chen || r.Person != chen || r.Name != "Chen Li" || !r.Fresh || r.Place != "CN" || r.Lang != "zh" || r.Session != sess.ID {
		t.Fatalf("the session is %+v, the reader %+v", sess, r)
	}
	if len(r.Acting) != 1 || r.Acting[0].Org != "o-lab" || r.Acting[0].Country != "CN" || r.Acting[0].Standing != partner.Active ||
		!has(r.Acting[0].Group, "o-acme", "o-holding") || r.Acting[0].Group[0] != "o-acme" || r.Acting[0].For != "" {
		t.Errorf("acts for %+v", r.Acting)
	}
	if r.Scopes != nil {
		t.Errorf("a session has no scopes, and this one has %v", r.Scopes)
	}
	if !has(sess.How, "password", "totp") || sess.Limited || sess.Address != "192.0.2.7" || sess.Agent != "Browser/1.0 (test)" {
		t.Errorf("the session says %+v", sess)
	}
	w.must(w.SignOut(t.Context(), step.Secret))
	w.gone(w.Service, step.Secret)
}

func TestWhateverIsWrongIsSaidAlike(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	w.equip(dora)
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, dora)
	for name, try := range map[string][2]string{
		"wrong password":           {"chen@acme.example", plain + "x"},
		"no password":              {"chen@acme.example", ""},
		"unknown login":            {"nobody@example.org", plain},
		"impossible login":         {"no body\x00", plain},
		"nobody's empty login":     {"", plain},
		"disabled, right password": {"dora", plain},
		"nothing set up":           {"emil@example.org", plain},
		"a password too long":      {"chen@acme.example", string(make([]byte, 5000))},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Password(t.Context(), try[0], try[1], Came{})
			if err == nil || err.Error() != errRefused.Error() || fault.KindOf(err) != fault.Forbidden {
				t.Errorf("got %v", err)
			}
			w.clock.pass(time.Hour)
		})
	}
}

// TestAnUnknownLoginCostsTheSame counts what the database is asked: whoever
// measures learns nothing of who is there (security.md, "Existence").
func TestAnUnknownLoginCostsTheSame(t *testing.T) {
	w := newWorld(t)
	w.equip(chen)
	calls := func(login, password string) int {
		before := w.store.Calls()
		if _, err := w.Password(t.Context(), login, password, home); err != errRefused {
			t.Fatalf("%s: %v", login, err)
		}
		w.clock.pass(time.Hour)
		return w.store.Calls() - before
	}
	known := calls("chen@acme.example", "not the password 1")
	for _, login := range []string{"nobody@example.org", "emil@example.org", "no body", ""} {
		if n := calls(login, "not the password 1"); n != known {
			t.Errorf("%q takes %d statements, a known login %d", login, n, known)
		}
	}
}

func TestACodeIsGoodOnceAndForASmallWhile(t *testing.T) {
	w := newWorld(t)
	secret, recovery := w.equip(chen)
	begin := func() string {
		w.Helper()
		step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
		w.must(err)
		return step.Ticket
	}
	second := func(ticket, code string) error {
		_, err := w.Second(t.Context(), ticket, code, Came{})
		return err
	}
	code := w.code(secret)
	w.must(second(begin(), code[:3]+" "+code[3:])) // as authenticators show it
	w.refuse(second(begin(), code), fault.Forbidden, "used already")

	w.clock.pass(-30 * time.Second)
	early := w.code(secret) // the step before the one that was taken
	w.clock.pass(30 * time.Second)
	w.refuse(second(begin(), early), fault.Forbidden, "used already")

	w.clock.pass(time.Minute)
	late := w.code(secret)
	w.clock.pass(30 * time.Second)
	w.must(second(begin(), late)) // the clocks differ by a step
	stale := w.code(secret)
	w.clock.pass(90 * time.Second)
	w.refuse(second(begin(), stale), fault.Forbidden, "wrong")

	ticket := begin()
	w.clock.pass(secondLife)
	w.refuse(second(ticket, w.code(secret)), fault.Forbidden, "begin again")

	// A password that is changed meanwhile takes the step with it.
	ticket = begin()
	w.must(w.SetPassword(t.Context(), chen, "another-donkey-parade-55", ""))
	w.refuse(second(ticket, w.code(secret)), fault.Forbidden, "begin again")
	if c, err := w.Of(t.Context(), chen); err != nil || c.Recovery != len(recovery) || !c.Password || !c.TOTP {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestARecoveryCodeStandsInForTheSecondFactorOnce(t *testing.T) {
	w := newWorld(t)
	_, codes := w.equip(chen)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	use := func(code string) (Step, error) {
		w.clock.pass(time.Hour)
		step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
		w.must(err)
		return w.Second(t.Context(), step.Ticket, code, home)
	}
	step, err := use(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
	w.must(err)
	if !has(step.Session.How, "recovery") {
		t.Errorf("signed in by %v", step.Session.How)
	}
	if !has(w.notes.whats("recovery"), "code-used") {
		t.Error("the log does not know")
	}
	_, err = use(codes[3])
	w.refuse(err, fault.Forbidden, "used already")
	_, err = use(codes[4])
	w.must(err)
	if c, err := w.Of(t.Context(), chen); err != nil || c.Recovery != 8 {
		t.Errorf("%d left, %v", c.Recovery, err)
	}
	// It is a way back, no proof for what cannot be undone.
	err = w.StepUp(t.Context(), step.Secret, Proof{Password: plain, Code: codes[5]}, home)
	w.refuse(err, fault.Forbidden, "wrong")
}

// TestTwoProcessesDoNotTakeOneCodeTwice runs many sign-ins with one code at once.
func TestTwoProcessesDoNotTakeOneCodeTwice(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	processes := []*Service{w.Service, w.process()}
	code := w.code(secret)
	var tickets []string
	for i := range 8 {
		step, err := processes[i%2].Password(t.Context(), "chen@acme.example", plain, Came{})
		w.must(err)
		tickets = append(tickets, step.Ticket)
	}
	var wg sync.WaitGroup
	var good atomic.Int32
	for i, ticket := range tickets {
		wg.Go(func() {
			if _, err := processes[(i+1)%2].Second(t.Context(), ticket, code, Came{}); err == nil { // sealed by the other one
				good.Add(1)
			}
		})
	}
	wg.Wait()
	if good.Load() != 1 {
		t.Errorf("one code let %d in", good.Load())
	}
}

// TestAPasswordAloneOpensOnlyItsSetUp is OWASP ASVS 6.3.3.
func TestAPasswordAloneOpensOnlyItsSetUp(t *testing.T) {
	w := newWorld(t)
	w.must(w.SetPassword(t.Context(), chen, plain, ""))
	step, err := w.Password(t.Context(), "chen@acme.example", plain, home)
	w.must(err)
	sess, r := w.reader(w.Service, step.Secret)
	if !sess.Limited || r.Acting != nil || r.Platform != nil || r.Fresh || len(r.Scopes) != 1 || r.Scopes[0] != scopeSetUp {
		t.Fatalf("a password alone gives %+v %+v", sess, r)
	}
	// Setting up a second factor elsewhere does not open this session by itself:
	// it may be somebody else who knows the password.
	_, secret, _, ticket, err := w.TOTPBegin(t.Context(), chen)
	w.must(err)
	_, err = w.TOTPConfirm(t.Context(), chen, ticket, w.code(secret))
	w.must(err)
	if sess, _ := w.reader(w.Service, step.Secret); !sess.Limited {
		t.Fatal("the session is full although its person proved nothing more")
	}
	w.clock.pass(30 * time.Second)
	w.must(w.StepUp(t.Context(), step.Secret, Proof{Password: plain, Code: w.code(secret)}, home))
	if sess, r := w.reader(w.Service, step.Secret); sess.Limited || len(r.Acting) != 1 || !r.Fresh {
		t.Errorf("after the step-up: %+v %+v", sess, r)
	}
}

func TestAPasswordBesideAPasskeyNeedsItsOwnSecondFactor(t *testing.T) {
	w := newWorld(t)
	newAuthenticator(w).add(chen, "laptop")
	w.must(w.SetPassword(t.Context(), chen, plain, ""))
	_, err := w.Password(t.Context(), "chen@acme.example", plain, home)
	if err != errRefused {
		t.Errorf("a password without a second factor came in beside a passkey: %v", err)
	}
}

func TestAHashOfAnotherCostIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.equip(chen)
	old := costNow
	costNow = cost{memory: 16 * 1024, time: 1, lanes: 2}
	defer func() { costNow = old }()
	w.in(w.Service, "chen@acme.example", secret)
	c, _, err := w.credential(t.Context(), chen)
	w.must(err)
	if got, _, _, ok := parsePHC(c.Password); !ok || got != costNow {
		t.Errorf("the hash is %s", c.Password)
	}
	w.in(w.Service, "chen@acme.example", secret) // and it is still the same password
}
