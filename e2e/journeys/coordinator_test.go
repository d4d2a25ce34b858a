package journeys

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const gauge = `format: tocsin-casefile/1
case: J-LEVEL-GAUGE
title: Harbour level gauge, exploited at a lock (invented)
record: kept
tlp: AMBER
products:
  - {id: gauge, name: Harbour Level Gauge 1, provider: harbour}
parties:
  - {id: csirt, name: Coordination Centre Sundmark, country: DE, roles: [coordinator], is: [eu-csirt-coordinator]}
  - {id: harbour, name: Harbour Grid Water and Power, country: NL, markets: [EU], attributes: {eu-main-establishment: NL}}
sources:
  - {id: desk, publisher: Harbour product desk, language: en, kind: own}
events:
  - {id: told, kind: reported, by: csirt, to: [harbour], of: gauge, at: "TOLD", exploited: true, label: the lock keeper's report, source: desk}
`

// tabTo presses Tab until a control has the focus, as whoever has no mouse does.
func (b *tab) tabTo(what, condition string) {
	b.t.Helper()
	for range 80 {
		b.keys("\t")
		if js[bool](b, `((e) => !!(e && (`+condition+`)))(document.activeElement)`) {
			return
		}
	}
	b.fail("Tab never comes to %s", what)
}

// coordinatorByKeyboard: from anywhere to the desk, its next step, the
// search and the help without a mouse.
func coordinatorByKeyboard(t *testing.T) {
	b := demo(t).enter(t, "Marit Solheim")
	b.open("/rules")
	b.leave(func() { b.keys("gd") })
	if b.at() != "/desk" {
		b.fail("g d leads elsewhere")
	}
	b.keys("\t")
	if js[string](b, `document.activeElement.className`) != "skip" {
		b.fail("the first Tab is not the way past the menu")
	}
	b.tabTo("the first step", `e.closest(".desk-step")`)
	if !js[bool](b, `getComputedStyle(document.activeElement).outlineStyle !== "none" || getComputedStyle(document.activeElement).boxShadow !== "none"`) {
		b.fail("what has the focus does not show it")
	}
	b.leave(func() { b.keys("\r") })
	if !strings.HasPrefix(b.at(), "/cases/") {
		b.fail("Enter does not do the step")
	}
	b.keys("/")
	b.wait("the focus in the search", `document.activeElement.matches("[data-search]")`)
	b.keys("hotline")
	b.leave(func() { b.keys("\r") })
	b.see("DEMO-REMOTE-ACCESS", "their hotline knew on the phone")
	js[bool](b, `document.activeElement.blur() || true`)
	b.leave(func() { b.keys("?") })
	b.see("Keyboard")
	b.tabTo("the menu of the person", `e.matches("details[data-menu] summary")`)
	b.keys("\r")
	b.wait("the open menu", `document.querySelector("details[data-menu]").open`)
	b.do(chromedp.KeyEvent("\u001b"))
	b.wait("the closed menu", `!document.querySelector("details[data-menu]").open`)
}

// coordinator: a national CSIRT takes in a case, invites the party that it
// concerns after seeing what they will see and owe, and the party's browser
// shows it without being touched. What the centre says about the party moves no
// clock until the party says so itself.
func coordinator(t *testing.T) {
	p := demo(t)
	marit, priya := p.enter(t, "Marit Solheim"), p.enter(t, "Priya Raman")
	file := strings.Replace(gauge, "TOLD", time.Now().Add(-20*time.Hour).UTC().Format(time.RFC3339), 1)
	address := marit.imports("gauge.yaml", file)

	priya.open("/desk")
	priya.miss("J-LEVEL-GAUGE")
	js[bool](priya, `window.untouched = true`)
	marit.open(address + "/people")
	marit.pick("#f-org", "Harbour Grid Water and Power")
	marit.fill("#f-role", "party")
	marit.fill("#f-party", "harbour")
	marit.press("section[aria-labelledby=invite] button[value=preview]")
	marit.see("Before the invitation")
	priya.miss("J-LEVEL-GAUGE") // a preview tells nobody
	marit.press("button[value=give]")
	priya.see("J-LEVEL-GAUGE", "Early warning of an actively exploited vulnerability within 24 hours")
	if !js[bool](priya, `window.untouched === true`) {
		t.Error("the page was loaded anew")
	}

	// The centre heard that they knew two days earlier. That is a claim.
	due := `(document.querySelector('li.duty:has(a[href*="EU-CRA-14-2A-AEV24"]) time[data-relative]') || {dateTime: ""}).dateTime`
	priya.open(address + "/plan")
	before := js[string](priya, due)
	if before == "" {
		priya.fail("no date of the early warning")
	}
	js[bool](priya, `window.untouched = true`)
	marit.open(address + "/events/new?kind=aware")
	marit.fill("#f-by", "harbour")
	marit.fill("#f-of", "gauge")
	marit.fill("#f-how", "told")
	marit.fill("#f-exploited", "on")
	marit.fill("#f-at", wall(t, "Europe/Berlin", -68))
	marit.press("#event-form button[value=preview]")
	marit.see("claim")
	marit.press("button[value=keep]")
	priya.see("claims about another party that nobody has adopted: 1")
	if now := js[string](priya, due); now != before {
		t.Errorf("a claim moved the clock: %s, was %s", now, before)
	}
	if !js[bool](priya, `window.untouched === true`) {
		t.Error("the page was loaded anew")
	}

	// Their own word moves it, and the centre sees that as it happens.
	marit.open(address + "/plan")
	priya.open(address + "/record")
	priya.press("li.event-claim a|became aware")
	priya.fill("#f-reason", "The call is in our own log.")
	priya.press("form[action$='/adopt'] button[value=preview]")
	priya.see("Early warning")
	priya.press("form[action$='/adopt'] button[value=keep]")
	priya.open(address + "/plan")
	after := js[string](priya, due)
	if after == before || after == "" {
		priya.fail("the party's own word does not move the clock: %s", after)
	}
	marit.wait("the earlier date", due+` === `+quoted(after))
}
