package journeys

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tocsin/webui/webuitest"
)

// withProvider starts a platform and the provider that its people sign in at.
// Each must know the other's address before it begins, so that the platform
// takes a port that was free a moment ago; if it no longer is, another one.
func withProvider(t *testing.T) (p *platform, issuer string) {
	t.Helper()
	client := webuitest.Client{ID: "tocsin", Secret: "a secret of the client with = and & in it"}
	file := written(t, "secret", []byte(client.Secret+"\n"))
	var failed error
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		issuer = webuitest.Provider(t, "../../tools/interop-node", named("http://"+addr)+"/sign-in/sso/return", client)
		p, failed = startPlatform(t, addr, "--sso-issuer", issuer, "--sso-client-id", client.ID, "--sso-secret-file", file)
		if failed == nil {
			return p, issuer
		}
	}
	t.Fatal(failed)
	return nil, ""
}

// trusts lets the browser go to the provider, whose pages are its own; what they
// would load from the open network stays there.
func (b *tab) trusts(issuer string) {
	b.t.Helper()
	b.mu.Lock()
	b.provider = issuer
	b.mu.Unlock()
	away := network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "https://*:*/*", Block: true}}}
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, network.SetBlockedURLs, away)
		return chromedp.Void{}, err
	})
}

// byProvider goes to the provider, answers whatever it asks, and comes back. It
// tells whether the provider asked who it is.
func (b *tab) byProvider(link, login string) (asked bool) {
	b.t.Helper()
	b.press(link)
	for range 5 {
		if js[string](b, `location.origin`) == b.base {
			return asked
		}
		if b.count("input[name=login]") > 0 {
			asked = true
			b.fill("input[name=login]", login)
			b.fill("input[name=password]", "the provider's forms for development do not look at it")
		}
		b.press("button[type=submit]")
	}
	b.fail("the provider does not come to an end")
	return asked
}

// singleSignOn: people of an organisation sign in at their own provider, one
// that we did not write. Being known there does not open anything: the
// administrator allows it first. From then on one press lets her in; what cannot
// be taken back makes the provider ask her again, and nobody else answers for her.
func singleSignOn(t *testing.T) {
	p, issuer := withProvider(t)
	ada := newTab(t, p.url)
	ada.trusts(issuer)
	const signIn, stepUp = "main a[href^='/sign-in/sso']", "main a[href^='/step-up/sso']"
	admin := p.firstAdministrator(t)
	admin.open("/admin/people/new")
	admin.fill("#f-name", "Ada Admin")
	admin.fill("#f-login", "ada")
	admin.fill("#f-place", "CH")
	admin.fill("#f-zone", "Europe/Zurich")
	admin.press(`main form[action="/admin/people"] button[type=submit]`)

	ada.open("/settings/sessions")
	if !ada.byProvider(signIn, "ada") {
		ada.fail("the provider did not ask who it is")
	}
	ada.see("That did not work")
	ada.open("/settings/sessions")
	ada.see("Sign in")

	if !strings.Contains(admin.at(), "/admin/people/") {
		admin.press("main a|Ada Admin")
	}
	admin.fill("#f-email", "ada@example.org")
	admin.press("form[action$='/sso'] button")
	ada.open("/settings/sessions")
	if ada.byProvider(signIn, "ada") {
		ada.fail("the provider asked again although its session runs")
	}
	if ada.at() != "/settings/sessions" {
		ada.fail("she is not where she wanted to go")
	}
	ada.see("Signed in by single sign-on")
	ada.signOut()
	ada.open("/desk")
	ada.byProvider(signIn, "ada")
	ada.see("Desk", "Ada Admin")

	// What gives power asks anew: somebody else at the provider will not do.
	ada.open("/settings/tokens")
	ada.fill("#f-name", "Nightly list")
	ada.click("#scope-see")
	ada.press("form[action='/settings/tokens'] button[type=submit]")
	ada.see("Confirm that it is you")
	if !ada.byProvider(stepUp, "mallory") {
		ada.fail("the provider did not ask who it is before a step-up")
	}
	ada.see("That did not work", "Confirm that it is you")
	if !ada.byProvider(stepUp, "ada") {
		ada.fail("the provider did not ask who it is before a step-up")
	}
	if ada.at() != "/settings/tokens" {
		ada.fail("the step-up does not lead back")
	}
	ada.fill("#f-name", "Nightly list")
	ada.click("#scope-see")
	ada.press("form[action='/settings/tokens'] button[type=submit]")
	if ada.text("#token") == "" {
		ada.fail("no token after the step-up")
	}

	admin.open("/admin/log")
	admin.see("Single sign-on was allowed", "Single sign-on was used for the first time")
}
