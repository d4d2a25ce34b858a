package journeys

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// wall is a time for a field of the page, hours from now in a person's zone.
func wall(t testing.TB, zone string, hours int) string {
	t.Helper()
	return time.Now().In(in(t, zone)).Add(time.Duration(hours) * time.Hour).Format("2006-01-02T15:04")
}

// in is a zone by its name.
func in(t testing.TB, zone string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// fiveQuestions opens a case the way it begins: what product, whose, what is
// known since when, who one is, whether it is attacked. It shows the draft first.
func (b *tab) fiveQuestions(title string) (address string) {
	b.t.Helper()
	b.press(`nav.top-nav a[href="/desk"]`)
	b.press(`main a[href="/cases/new"]`)
	b.fill("#f-product", "Yuhe Dose Pump 4")
	b.fill("#f-title", title)
	b.fill("#f-provider-is-us", "on")
	b.pick("#f-how", "told")
	b.fill("#f-knew", wall(b.t, "Asia/Shanghai", -5))
	b.fill("#f-told-by", "Ola Brandt")
	b.fill("#f-known", "The pump takes commands from anybody.")
	b.fill("#f-role", "vendor")
	b.fill("#f-country", "CN")
	b.fill("[name=markets][value=EU]", "on")
	b.fill("[name=markets][value=CN]", "on")
	b.fill("#f-attacked", "yes")
	b.fill("#f-attacked-at", wall(b.t, "Asia/Shanghai", -4))
	b.fill("#f-public", "no")
	b.press(`button[value=draft]`)
	b.see("Early warning of an actively exploited vulnerability within 24 hours", "CRA single reporting platform")
	b.see("Report to the ministry's vulnerability platform within two days", "MIIT")
	b.press(`button[value=open]`)
	if !strings.HasPrefix(b.at(), "/cases/") || strings.HasPrefix(b.at(), "/cases/new") {
		b.fail("the case is not open")
	}
	address, _, _ = strings.Cut(strings.TrimPrefix(b.at(), "/cases/"), "/")
	return "/cases/" + address
}

// psirt: a manufacturer's desk hears of an attack, answers five questions,
// sees the duties of both markets side by side, records what it filed after
// seeing what that changes, decides with reasons, supposes what may come, and
// keeps a receipt that its browser finds good.
func psirt(t *testing.T) {
	b := demo(t).enter(t, "Lin Wei")
	b.see("Report to the ministry", "Early warning") // the desk: what is due next
	address := b.fiveQuestions("Dose pump, commands without a password")
	b.open(address + "/plan")
	b.see("CRA single reporting platform", "MIIT", "elapsed hours", "Reg. 1182/71", "days by Chinese law")

	// What was filed is recorded from the duty itself; the page shows first what it changes.
	b.press(`li.duty:has(a[href*="EU-CRA-14-2A-AEV24"]) a.btn`)
	b.fill("#f-at", wall(t, "Asia/Shanghai", -1))
	b.press(`#event-form button[value=preview]`)
	b.see("Early warning of an actively exploited vulnerability within 24 hours")
	b.seeIn("section[aria-labelledby=preview]", "Early warning")
	if b.count("section[aria-labelledby=preview] .changes li") == 0 {
		b.fail("the preview shows no difference")
	}
	b.press(`button[value=keep]`)
	b.open(address + "/plan?show=done")
	b.seeIn(`li.duty:has(a[href*="EU-CRA-14-2A-AEV24"])`, "Early warning")
	if js[bool](b, `!!document.querySelector('li.duty:has(a[href*="EU-CRA-14-2A-AEV24"]) a.btn')`) {
		b.fail("a duty that is met still asks to be recorded")
	}

	// A decision has an author, reasons, and a day on which it is looked at again.
	b.open(address + "/plan")
	b.press(`main a[href$="/decide"]`)
	b.pick("#f-result", "not reportable")
	b.fill("#f-reason", "The older model has no network part.")
	b.fill("#f-review-on", time.Now().AddDate(0, 1, 0).Format("2006-01-02"))
	b.press(`button[value=preview]`)
	b.press(`button[value=keep]`)
	b.open(address + "/record")
	b.see("a reasoned decision", "The older model has no network part.")

	// What if it becomes public? Nothing of it is kept.
	b.open(address + "/plan")
	b.fill("#f-kind", "leaked")
	b.press(`section[aria-labelledby=what-if] form button`)
	b.seeIn("section[aria-labelledby=difference]", "What")
	b.open(address + "/record")
	b.miss("public without consent")

	// The receipt of what was filed, found good by the page of the ledger.
	b.press(`main li.event a|a duty’s notice sent`)
	name, _ := b.receipt()
	b.open("/ledger")
	b.do(chromedp.SetUploadFiles(`#receipt-file`, []string{name}))
	b.seeIn("#receipt-result .receipt-good", "Proved")
}
