package journeys

import (
	"testing"

	"tocsin/webui/webuitest"
)

// fits checks that the page does not scroll sideways; what must be wide scrolls
// within itself.
func (b *tab) fits() {
	b.t.Helper()
	wide, err := webuitest.Overflow(b.ctx)
	if err != nil || wide > 0 {
		b.fail("the page is %d pixels wider than the phone (%v)", wide, err)
	}
}

// phoneWithoutScript: a coordinator is on the train with an old phone that runs
// no scripts. She signs in, sees what is due, records something after seeing
// what it changes, invites, searches, changes her language, and signs out.
func phoneWithoutScript(t *testing.T) {
	p := demo(t)
	b := newTabAs(t, p.url, webuitest.Look{Width: 390, Lang: "en"})
	b.do(webuitest.NoScript())
	b.open("/")
	b.fits()
	b.open(p.links["Marit Solheim"])
	b.fits()
	b.press("main form button")
	b.open("/desk")
	b.see("Desk", "DEMO-METER-EMBARGO")
	b.fits()
	b.fill("#f-due", "week")
	b.press(".desk-filter button")
	b.fits()
	address := b.caseOf("DEMO-METER-EMBARGO")
	b.fits()
	for _, page := range []string{"/plan", "/when", "/record", "/people", "/events/new", "/decide", "/export", "/events/report"} {
		b.open(address + page)
		b.see("DEMO-METER-EMBARGO")
		b.fits()
	}
	b.open(address + "/events/new")
	b.press("main .kinds a|comment")
	b.fill("#f-label", "Written on the train")
	b.press("#event-form button[value=preview]")
	b.see("Written on the train")
	b.fits()
	b.press("button[value=keep]")
	b.see("Saved")
	b.open(address + "/record")
	b.see("Written on the train")
	b.open(address + "/plan")
	b.press("li.duty a")
	b.fits()
	b.fill("#search-top", "train")
	b.leave(func() { b.keys("\r") })
	b.see("DEMO-METER-EMBARGO")
	b.fits()
	b.open("/settings")
	b.fits()
	b.fill("#f-language", "de")
	b.press("form[action='/settings/profile'] button[type=submit]")
	b.open("/desk")
	if lang := b.attribute("html", "lang"); lang != "de" {
		t.Errorf("the page is in %q", lang)
	}
	b.open("/settings")
	b.fill("#f-language", "")
	b.press("form[action='/settings/profile'] button[type=submit]")
	b.click("details[data-menu] summary")
	b.press("form[action='/sign-out'] button")
	b.open("/desk")
	b.see("Sign in")
	b.fits()
}
