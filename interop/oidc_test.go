package interop

import (
	"context"
	"encoding/json"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet/cabinettest"
	"tocsin/identity"
	"tocsin/identity/oidc"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// sso is our side of a provider, as a client of it.
func sso(t *testing.T, issuer, client, secret string) *oidc.Provider {
	t.Helper()
	p, err := oidc.New(oidc.Options{Issuer: issuer, ClientID: client, Secret: secret, Redirect: ssoReturn})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin asks for an address to send a browser to.
func begin(t *testing.T, p *oidc.Provider, fresh bool) (string, []byte) {
	t.Helper()
	address, state, err := p.Begin(t.Context(), fresh)
	if err != nil {
		t.Fatal(err)
	}
	return address, state
}

func forbidden(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || fault.KindOf(err) != fault.Forbidden {
		t.Errorf("%s: got %v (%s), want a refusal", what, err, fault.KindOf(err))
	}
}

// TestSingleSignOnWithAProviderWeDidNotWrite signs in at the npm package
// oidc-provider, and then shows that each thing that holds the flow together is
// looked at: whatever is altered, the answer is refused.
func TestSingleSignOnWithAProviderWeDidNotWrite(t *testing.T) {
	issuer := startProvider(t)
	p := sso(t, issuer, ssoClient, ssoSecret)
	ada := newBrowser(t)

	address, state := begin(t, p, false)
	query := ada.visit(address, "ada")
	claims, err := p.Finish(t.Context(), state, query)
	if err != nil {
		t.Fatal(err)
	}
	if claims.Issuer != issuer || claims.Subject != "ada" || claims.Email != "Ada@Example.org" || !claims.EmailVerified || claims.Name != "Ada Admin" {
		t.Errorf("the provider says %+v", claims)
	}
	if !slices.Equal(ada.forms, []string{"login", "consent"}) {
		t.Errorf("the browser filled in %v", ada.forms)
	}
	_, err = p.Finish(t.Context(), state, query)
	forbidden(t, "a code that was used", err)

	// Each of these begins anew, in a browser that is signed in there, and alters one thing.
	asked := func(raw []byte, key, value string) []byte {
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		m[key] = value
		out, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	other := startProvider(t)
	for _, c := range []struct {
		what  string
		by    *oidc.Provider
		alter func(state []byte, q url.Values) ([]byte, url.Values)
	}{
		{"nothing altered (the control of the controls)", p, nil},
		{"a nonce of another question", p, func(s []byte, q url.Values) ([]byte, url.Values) {
			return asked(s, "nonce", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), q
		}},
		{"a verifier of another question", p, func(s []byte, q url.Values) ([]byte, url.Values) {
			return asked(s, "verifier", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), q
		}},
		{"a tampered state", p, func(s []byte, q url.Values) ([]byte, url.Values) {
			q.Set("state", q.Get("state")[1:]+"A")
			return s, q
		}},
		{"no state", p, func(s []byte, q url.Values) ([]byte, url.Values) { q.Del("state"); return s, q }},
		{"two codes", p, func(s []byte, q url.Values) ([]byte, url.Values) { q.Add("code", "x"); return s, q }},
		{"no code", p, func(s []byte, q url.Values) ([]byte, url.Values) { q.Del("code"); return s, q }},
		{"a code of nobody", p, func(s []byte, q url.Values) ([]byte, url.Values) { q.Set("code", "nobody"); return s, q }},
		{"an answer that names another issuer", p, func(s []byte, q url.Values) ([]byte, url.Values) {
			q.Set("iss", other)
			return s, q
		}},
		{"an answer that names no issuer, where the provider does", p, func(s []byte, q url.Values) ([]byte, url.Values) {
			q.Del("iss")
			return s, q
		}},
		{"another client", sso(t, issuer, otherClient, otherSecret), func(s []byte, q url.Values) ([]byte, url.Values) { return s, q }},
		{"another issuer that is asked for the token", sso(t, other, ssoClient, ssoSecret), func(s []byte, q url.Values) ([]byte, url.Values) {
			q.Set("iss", other)
			return s, q
		}},
	} {
		address, state := begin(t, p, false)
		query := ada.visit(address, "ada")
		if slices.Contains(ada.forms, "login") {
			t.Errorf("%s: the provider asked who it is although its session runs", c.what)
		}
		if c.alter == nil {
			if _, err := c.by.Finish(t.Context(), state, query); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		state, query = c.alter(state, maps.Clone(query))
		_, err := c.by.Finish(t.Context(), state, query)
		forbidden(t, c.what, err)
	}

	wrong := sso(t, issuer, ssoClient, "not the secret")
	address, state = begin(t, wrong, false)
	if _, err := wrong.Finish(t.Context(), state, ada.visit(address, "ada")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("with a wrong secret of the client: %v (%s)", err, fault.KindOf(err))
	}
	written := sso(t, issuer+"/", ssoClient, ssoSecret)
	if _, _, err := written.Begin(t.Context(), false); err == nil {
		t.Error("an issuer written in another way was taken for the provider")
	}
}

// TestAPersonSignsInAndStepsUpByTheirProvider goes through identity: nobody is
// made, an allowed address is linked once, and a step-up makes the provider ask
// again.
func TestAPersonSignsInAndStepsUpByTheirProvider(t *testing.T) {
	issuer := startProvider(t)
	ctx := t.Context()
	people, err := identity.New(identity.Options{Cabinet: cabinettest.New(), Notes: silent{}, Provider: sso(t, issuer, ssoClient, ssoSecret),
		Origins: []string{"http://127.0.0.1:7"}, FreshFor: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	err = people.Seed(ctx, nil, []partner.Person{
		{ID: "root", Name: "Root", Login: "root", Platform: []partner.Role{partner.Administrator}},
		{ID: "p-ada", Name: "Ada", Login: "ada@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	came := identity.Came{Address: netip.MustParseAddr("192.0.2.1")}
	signIn := func(b *browser, login string) (identity.Step, error) {
		t.Helper()
		address, ticket, err := people.SSOBegin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return people.SSOFinish(ctx, ticket, b.visit(address, login), came)
	}

	ada, mallory := newBrowser(t), newBrowser(t)
	_, err = signIn(ada, "ada")
	forbidden(t, "somebody whom nobody allowed, though the login is the address", err)
	root := access.Reader{Person: "root", Platform: []partner.Role{partner.Administrator}, Fresh: true}
	if err := people.AllowSSO(ctx, root, "p-ada", "ada@example.org"); err != nil {
		t.Fatal(err)
	}
	_, err = signIn(mallory, "mallory")
	forbidden(t, "an address that the provider did not verify", err)
	step, err := signIn(ada, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if step.Session == nil || step.Session.Person != "p-ada" || !slices.Contains(step.Session.How, "sso") {
		t.Fatalf("signed in as %+v", step.Session)
	}
	if _, err := signIn(ada, "ada"); err != nil { // by subject from now on
		t.Errorf("the second time: %v", err)
	}

	// A step-up, for which the provider asks again although its session runs.
	address, ticket, err := people.SSOStepUp(ctx, step.Secret)
	if err != nil {
		t.Fatal(err)
	}
	query := ada.visit(address, "ada")
	if !slices.Contains(ada.forms, "login") {
		t.Errorf("the provider did not ask again: %v", ada.forms)
	}
	if err := people.StepUp(ctx, step.Secret, identity.Proof{Ticket: ticket, Query: query}, came); err != nil {
		t.Fatal(err)
	}
	if _, r, err := people.Reader(ctx, step.Secret, came); err != nil || !r.Fresh {
		t.Errorf("after the step-up: fresh %v, %v", r.Fresh, err)
	}
	forbidden(t, "the answer of a step-up a second time",
		people.StepUp(ctx, step.Secret, identity.Proof{Ticket: ticket, Query: query}, came))

	// Somebody else at the provider does not step up for Ada.
	address, ticket, err = people.SSOStepUp(ctx, step.Secret)
	if err != nil {
		t.Fatal(err)
	}
	forbidden(t, "a step-up by somebody else",
		people.StepUp(ctx, step.Secret, identity.Proof{Ticket: ticket, Query: mallory.visit(address, "mallory")}, came))
}

// silent is a log that nobody reads.
type silent struct{}

func (silent) Note(context.Context, string, map[string]any, string) error { return nil }
