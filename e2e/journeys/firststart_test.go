package journeys

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tocsin/webui/webuitest"
)

// newPlatform starts the platform on a new folder, as its operator does.
func newPlatform(t testing.TB) *platform {
	t.Helper()
	p, err := startPlatform(t, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// startPlatform is newPlatform at an address and with further settings.
func startPlatform(t testing.TB, addr string, settings ...string) (*platform, error) {
	t.Helper()
	args := append([]string{"serve", "--addr", addr, "--data", filepath.Join(t.TempDir(), "data"), "--rate", "0"}, settings...)
	p, lines, err := start("/in/", args...)
	if err != nil {
		return nil, err
	}
	t.Cleanup(p.stop)
	for _, l := range lines {
		if at := strings.Index(l, "http://"); at >= 0 && strings.Contains(l, "/in/") {
			p.first = named(strings.TrimSpace(l[at:]))
		}
	}
	p.url, _, _ = strings.Cut(p.first, "/in/")
	return p, nil
}

// authenticator is the app on a person's phone.
type authenticator struct {
	secret string
	used   int64 // the last step of its clock whose code was given
}

// code gives one that was not given yet. Phones and servers are never quite of
// one time, so that the code before and the one after are taken as well.
func (a *authenticator) code(b *tab) string {
	b.t.Helper()
	b.wait("the next code", fmt.Sprintf(`Date.now() >= %d`, a.used*30_000))
	now := time.Now().Unix() / 30
	a.used = max(now-1, a.used+1)
	code, err := totp.GenerateCode(a.secret, time.Unix(a.used*30, 0))
	if err != nil {
		b.fail("%v", err)
	}
	return code
}

// signOut by the menu.
func (b *tab) signOut() {
	b.t.Helper()
	b.click("details[data-menu] summary")
	b.press(`form[action="/sign-out"] button`)
	b.see("You are signed out")
}

const phrase = "granite umbrella seventeen whistle"

// firstStart: an operator starts the program on an empty folder and gets one
// link. It makes the first administrator, who chooses a passkey, enters an
// organisation and a person, and invites that person; they choose a password
// with a second factor, and both come back in.
func firstStart(t *testing.T) {
	p := newPlatform(t)
	admin := p.firstAdministrator(t)

	admin.open("/admin/organisations")
	admin.press(`main a[href="/admin/organisations/new"]`)
	admin.fill("#f-name", "Larchwood Valves AG")
	admin.fill("#f-kind", "legal-entity")
	admin.fill("#f-country", "CH")
	admin.fill("#f-standing", "active")
	admin.press(`main form button[type=submit]`)
	admin.see("Larchwood Valves AG")
	admin.press(`nav.tabs a[href="/admin/people"]`)
	admin.press(`main a[href="/admin/people/new"]`)
	admin.fill("#f-name", "Mira Anders")
	admin.fill("#f-login", "mira@larchwood.example.org")
	admin.fill("#f-place", "CH")
	admin.fill("#f-zone", "Europe/Zurich")
	admin.pick("#org-0", "Larchwood Valves AG")
	admin.fill("#org-0-responder", "on")
	admin.press(`main form[action="/admin/people"] button[type=submit]`)
	if !strings.Contains(admin.at(), "/admin/people/") {
		admin.press("main a|Mira Anders")
	}
	admin.press(`main form[action$="/link"] button`)
	link := admin.text("#link")

	mira := newTab(t, p.url)
	mira.open(link)
	mira.see("You were invited", "Mira Anders")
	mira.press("main form button")
	mira.fill("form[action='/settings/password'] [name=password]", phrase)
	mira.fill("form[action='/settings/password'] [name=repeat]", phrase)
	mira.press("form[action='/settings/password'] button")
	mira.press("form[action='/settings/second-factor'] button")
	phone := &authenticator{secret: strings.ReplaceAll(mira.text("#totp-secret"), " ", "")}
	mira.fill("#f-code", phone.code(mira))
	mira.press("form[action='/settings/second-factor/confirm'] button")
	codes := strings.Fields(mira.text("#recovery-codes"))
	if len(codes) < 8 {
		t.Errorf("recovery codes: %q", codes)
	}
	mira.press("main a|I have kept them")

	// She is in. Without a passkey the proof is password and code.
	mira.open("/desk")
	mira.see("Desk", "Nothing is due")
	mira.do(webuitest.SecurityKey())
	mira.signOut()
	mira.open("/desk")
	mira.see("Sign in")
	mira.fill("#f-login", "mira@larchwood.example.org")
	mira.fill("#f-password", "granite umbrella seventeen thistle")
	mira.press("main form[action='/sign-in'] button")
	mira.see("That did not work")
	mira.fill("#f-login", "mira@larchwood.example.org")
	mira.fill("#f-password", phrase)
	mira.press("main form[action='/sign-in'] button")
	mira.fill("#f-code", phone.code(mira))
	mira.press("main form[action='/sign-in/second'] button")
	if !strings.HasPrefix(mira.at(), "/desk") {
		mira.fail("she is not where she wanted to go")
	}
	mira.open("/settings/sign-in")
	mira.keepPasskey("Laptop")
	mira.signOut()
	mira.open("/sign-in?to=/settings/sessions")
	mira.press("button[data-passkey=get]")
	mira.see("Signed in by passkey")

	// One of the recovery codes stands in for a lost phone, once.
	mira.signOut()
	for _, works := range []bool{true, false} {
		mira.open("/sign-in")
		mira.fill("#f-login", "mira@larchwood.example.org")
		mira.fill("#f-password", phrase)
		mira.press("main form[action='/sign-in'] button")
		mira.fill("#f-code", codes[0])
		mira.press("main form[action='/sign-in/second'] button")
		if in := strings.HasPrefix(mira.at(), "/desk"); in != works {
			mira.fail("the recovery code works: %v, and should: %v", in, works)
		}
		if works {
			mira.signOut()
		}
	}

	// Links are good once, whoever opens them again.
	for _, used := range []string{link, p.first} {
		stranger := newTab(t, p.url)
		stranger.open(used)
		stranger.see("This link does not work", "It was used already, has ended, or was copied incompletely")
	}

	// Of the administration she sees not even that it is there.
	mira.open("/sign-in?to=/desk")
	mira.press("button[data-passkey=get]")
	mira.open("/admin/people")
	mira.see("There is nothing here that you can see")
	mira.miss("administ")
}
