package identity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// provider says what the test wants; identity/oidc and interop hold the real one
// to the standard.
type provider struct {
	claims Claims
	err    error
	fresh  bool
	begun  int
}

func (p *provider) Name() string { return "Example SSO" }

func (p *provider) Begin(_ context.Context, fresh bool) (string, []byte, error) {
	p.begun++
	p.fresh = fresh
	return fmt.Sprintf("https://sso.example.org/?%d", p.begun), []byte(fmt.Sprint(p.begun)), p.err
}

func (p *provider) Finish(_ context.Context, state []byte, query map[string][]string) (Claims, error) {
	if len(query["n"]) != 1 || query["n"][0] != string(state) {
		return Claims{}, errRefused
	}
	return p.claims, p.err
}

func ssoWorld(t *testing.T) (*world, *provider) {
	p := &provider{claims: Claims{Issuer: "https://sso.example.org", Subject: "s-1", Email: "Chen@Acme.example", EmailVerified: true, Name: "Chen"}}
	return newWorld(t, func(o *Options) { o.Provider = p }), p
}

func (w *world) sso(p *provider) (Step, error) {
	w.Helper()
	_, ticket, err := w.SSOBegin(w.Context())
	w.must(err)
	return w.SSOFinish(w.Context(), ticket, map[string][]string{"n": {fmt.Sprint(p.begun)}}, home)
}

func TestNobodyIsMadeByAProvider(t *testing.T) {
	w, p := ssoWorld(t)
	_, err := w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator") // although the login is this very address
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "CHEN@acme.example"))
	p.claims.EmailVerified = false
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	p.claims.EmailVerified, p.claims.Email = true, "other@acme.example"
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	p.claims.Email = "chen@acme.example"
	step, err := w.sso(p)
	w.must(err)
	sess, r := w.reader(w.Service, step.Secret)
	if r.Person != chen || sess.Limited || !has(sess.How, "sso") || r.Fresh {
		t.Errorf("%+v %+v", sess, r) // not fresh: the provider did not say when it asked
	}
	// From now on the subject counts, and the address no more.
	p.claims.Email, p.claims.EmailVerified = "", false
	_, err = w.sso(p)
	w.must(err)
	p.claims.Subject, p.claims.Email, p.claims.EmailVerified = "s-2", "chen@acme.example", true
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	p.claims.Subject, p.claims.Issuer = "s-1", "https://other.example.org"
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	people, err := w.People(t.Context(), "", 0)
	w.must(err)
	if len(people) != 5 {
		t.Errorf("%d people", len(people))
	}
	if !has(w.notes.whats("credential"), "sso-allowed", "sso-linked") {
		t.Errorf("%v", w.notes.whats("credential"))
	}
	w.refuse(w.SSODrop(t.Context(), chen, "https://sso.example.org"), fault.Conflict, "last way in")
	newAuthenticator(w).add(chen, "laptop")
	w.must(w.SSODrop(t.Context(), chen, "https://sso.example.org"))
	w.refuse(w.SSODrop(t.Context(), chen, "https://sso.example.org"), fault.NotFound, "does not sign in")
}

func TestAnAddressIsAllowedForAWhileAndForOne(t *testing.T) {
	w, p := ssoWorld(t)
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example"))
	w.refuse(w.AllowSSO(t.Context(), w.admin, dora, "Chen@acme.example"), fault.Conflict, "somebody else")
	w.refuse(w.AllowSSO(t.Context(), w.admin, dora, "a b"), fault.Invalid, "no e-mail")
	w.refuse(w.AllowSSO(t.Context(), w.admin, "p-nobody", "a@b.example"), fault.NotFound, "no such person")
	if c, _ := w.Of(t.Context(), chen); c.Allowed != "chen@acme.example" {
		t.Errorf("%+v", c)
	}
	w.clock.pass(allowLife)
	_, err := w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example"))
	w.must(w.AllowSSO(t.Context(), w.admin, chen, ""))
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	// Of somebody with a role of the platform it holds after a day, like a recovery.
	p.claims.Email = "bea@example.org"
	w.must(w.AllowSSO(t.Context(), w.admin, bea, "bea@example.org"))
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "ask an administrator")
	w.clock.pass(delay)
	_, err = w.sso(p)
	w.must(err)
}

func TestAnAnswerOfAProviderIsGoodOnce(t *testing.T) {
	w, p := ssoWorld(t)
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example"))
	p.claims.At = w.clock.now()
	_, ticket, err := w.SSOBegin(t.Context())
	w.must(err)
	query := map[string][]string{"n": {fmt.Sprint(p.begun)}}
	step, err := w.SSOFinish(t.Context(), ticket, query, home)
	w.must(err)
	if _, r := w.reader(w.Service, step.Secret); !r.Fresh {
		t.Error("the provider asked just now")
	}
	_, err = w.SSOFinish(t.Context(), ticket, query, home)
	w.refuse(err, fault.Forbidden, "begin again")
	_, ticket, err = w.SSOBegin(t.Context())
	w.must(err)
	w.clock.pass(ssoLife)
	_, err = w.SSOFinish(t.Context(), ticket, map[string][]string{"n": {fmt.Sprint(p.begun)}}, home)
	w.refuse(err, fault.Forbidden, "too long")
	p.claims.At = w.clock.now().Add(time.Hour) // its clock is wrong: that proves nothing
	step, err = w.sso(p)
	w.must(err)
	if _, r := w.reader(w.Service, step.Secret); r.Fresh {
		t.Error("fresh until the future")
	}
	w.putPerson(func(p *partner.Person) { p.Disabled = true }, chen)
	_, err = w.sso(p)
	w.refuse(err, fault.Forbidden, "did not succeed")
}

func TestAStepUpByTheProviderIsJustNowAndByTheSamePerson(t *testing.T) {
	w, p := ssoWorld(t)
	w.must(w.AllowSSO(t.Context(), w.admin, chen, "chen@acme.example"))
	step, err := w.sso(p)
	w.must(err)
	up := func(change func()) error {
		_, ticket, err := w.SSOStepUp(t.Context(), step.Secret)
		w.must(err)
		if !p.fresh {
			t.Error("the provider is not told to ask again")
		}
		w.clock.pass(time.Minute)
		p.claims.At = w.clock.now()
		if change != nil {
			change()
		}
		return w.StepUp(t.Context(), step.Secret, Proof{Ticket: ticket, Query: map[string][]string{"n": {fmt.Sprint(p.begun)}}}, home)
	}
	w.refuse(up(func() { p.claims.At = time.Time{} }), fault.Forbidden, "did not ask you again")
	w.refuse(up(func() { p.claims.At = w.clock.now().Add(-10 * time.Minute) }), fault.Forbidden, "did not ask you again")
	w.refuse(up(func() { p.claims.Subject = "s-2" }), fault.Forbidden, "not the person")
	p.claims.Subject = "s-1"
	other, err := w.sso(p)
	w.must(err)
	mine := step
	w.refuse(up(func() { step = other }), fault.Forbidden, "begin again") // the answer of one session in another
	step = mine
	if _, r := w.reader(w.Service, step.Secret); r.Fresh {
		t.Fatal("fresh by what was refused")
	}
	w.must(up(nil))
	if _, r := w.reader(w.Service, step.Secret); !r.Fresh {
		t.Error("not fresh")
	}
	// A sign-in's answer is no step-up, and the other way round.
	_, ticket, err := w.SSOBegin(t.Context())
	w.must(err)
	w.refuse(w.StepUp(t.Context(), step.Secret, Proof{Ticket: ticket, Query: map[string][]string{"n": {fmt.Sprint(p.begun)}}}, home), fault.Forbidden, "begin again")
	_, ticket, err = w.SSOStepUp(t.Context(), step.Secret)
	w.must(err)
	_, err = w.SSOFinish(t.Context(), ticket, map[string][]string{"n": {fmt.Sprint(p.begun)}}, home)
	w.refuse(err, fault.Forbidden, "begin again")
}

func TestWithoutAProviderThereIsNoSingleSignOn(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.SSOBegin(t.Context())
	w.refuse(err, fault.NotFound, "no single sign-on")
	_, err = w.SSOFinish(t.Context(), "x", nil, home)
	w.refuse(err, fault.NotFound, "no single sign-on")
	_, _, err = w.SSOStepUp(t.Context(), "x")
	w.refuse(err, fault.Forbidden, "not signed in")
	if w.SSOName() != "" {
		t.Error(w.SSOName())
	}
	with, p := ssoWorld(t)
	p.err = fault.New(fault.Unavailable, "the provider is away")
	_, _, err = with.SSOBegin(t.Context())
	with.refuse(err, fault.Unavailable, "away")
	if with.SSOName() != "Example SSO" {
		t.Error(with.SSOName())
	}
}
