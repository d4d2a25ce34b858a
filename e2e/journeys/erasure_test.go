package journeys

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/partner"
	"tocsin/webui/webuitest"
)

const ferry = `format: tocsin-casefile/1
case: J-FERRY-GATE
title: Ferry gate controller, opened from the quay (invented)
record: kept
tlp: AMBER
products:
  - {id: gate, name: Ferry Gate 2, provider: quay}
parties:
  - {id: csirt, name: Coordination Centre Lysmark, country: DE, roles: [coordinator], is: [eu-csirt-coordinator]}
  - {id: quay, name: Quayside Controls, country: NL, markets: [EU]}
sources:
  - {id: desk, publisher: Lysmark duty desk, language: en, kind: own}
events:
  - {id: told, kind: reported, by: csirt, to: [quay], of: gate, at: "2026-03-02T09:15:00+01:00", label: the harbour master's call, source: desk}
`

// lysmark is a coordination centre with two on duty, and a manufacturer with
// somebody who acts and somebody who only reads.
var lysmark = &company{
	orgs: []partner.Org{
		{ID: "lysmark", Name: "Coordination Centre Lysmark", Kind: "authority", Country: "DE", Is: []string{"eu-csirt-coordinator"}},
		{ID: "quay", Name: "Quayside Controls", Kind: "legal-entity", Country: "NL"},
	},
	people: []partner.Person{
		{ID: "sigrun", Name: "Sigrun Dahl", Login: "sigrun", Place: "DE", Zone: "Europe/Berlin", Platform: []partner.Role{partner.Coordinator}, Member: member("lysmark", partner.Responder)},
		{ID: "odile", Name: "Odile Ferrand", Login: "odile", Place: "DE", Zone: "Europe/Berlin", Member: member("lysmark", partner.Responder)},
		{ID: "femke", Name: "Femke de Wit", Login: "femke", Place: "NL", Zone: "Europe/Amsterdam", Member: member("quay", partner.Responder)},
		{ID: "nils", Name: "Nils Aarden", Login: "nils", Place: "NL", Zone: "Europe/Amsterdam", Member: member("quay", partner.Observer)},
	},
}

func member(org string, roles ...partner.Role) []partner.Membership {
	return []partner.Membership{{Org: org, Roles: roles}}
}

// imports brings a case file in and gives the address of the case.
func (b *tab) imports(name, file string) (address string) {
	b.t.Helper()
	b.open("/cases/import")
	b.do(chromedp.SetUploadFiles(`#f-file`, []string{written(b.t, name, []byte(file))}))
	b.press("form[action='/cases/import'] button[type=submit]")
	handle, _, _ := strings.Cut(strings.TrimPrefix(b.at(), "/cases/"), "/")
	return "/cases/" + handle
}

// remark adds a comment to a case, and gives the address of the entry.
func (b *tab) remark(address, label, text string) (entry string) {
	b.t.Helper()
	b.open(address + "/events/new")
	b.press("main .kinds a|comment")
	b.fill("#f-label", label)
	b.fill("#f-text", text)
	b.press("#event-form button[value=preview]")
	b.press("button[value=keep]")
	b.open(address + "/record")
	b.seeIn("main ol.events", label)
	b.open(js[string](b, `[...document.querySelectorAll("main li.event")].find((e) => e.innerText.includes(`+quoted(label)+`)).querySelector("a").getAttribute("href")`))
	return b.at()
}

// fetched is what an address answers to the page that is open.
func (b *tab) fetched(path string) string {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](`fetch(`+quoted(path)+`).then((r) => r.text())`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.fail("%s: %v", path, err)
	}
	return said
}

// proves checks a receipt in the browser, and by the command.
func (b *tab) proves(receipt string) {
	b.t.Helper()
	b.open("/ledger")
	b.wait("the box for receipts", `!document.getElementById("receipt-box").hidden`)
	b.do(chromedp.SetUploadFiles(`#receipt-file`, []string{receipt}))
	b.seeIn("#receipt-result .receipt-good", "Proved")
	keys := js[string](b, `document.getElementById("receipt-keys").value`)
	tocsin(b.t, "verify", receipt, "--key", written(b.t, "keys.txt", []byte(keys+"\n")))
}

// takeAway asks for the whole case file, has another person approve, and gives it.
func (b *tab) takeAway(address string, other *tab) string {
	b.t.Helper()
	b.open(address + "/export")
	b.press("form[action$='/export'] button")
	other.open("/approvals")
	other.see("Take the whole case file away")
	other.press("button[value=approve]")
	b.open(address + "/export")
	name, data, ok := b.download("main a[href$='export?format=yaml']")
	if !ok {
		b.fail("no case file")
	}
	tocsin(b.t, "plan", name)
	return string(data)
}

// erasure: what a caller said about a patient stands in an entry, and must go.
// The coordinator asks for it, after proving who she is; her colleague agrees.
// Then the words are nowhere: not on a page, not in the search, not in the file
// that leaves the house. The record says that something was erased, and
// receipts, older ones too, still prove what they proved.
func erasure(t *testing.T) {
	const label, gone, stays = "call noted at the gate", "ulcer of the gatekeeper", "the gate opened by itself"
	dir := filepath.Join(t.TempDir(), "data")
	p, stop := within(t, dir, 0, lysmark)
	t.Cleanup(stop)
	sigrun := newTab(t, p.url)
	sigrun.do(webuitest.SecurityKey())
	sigrun.open(p.links["Sigrun Dahl"])
	sigrun.press("main form button")
	sigrun.open("/settings/sign-in")
	sigrun.keepPasskey("The key on my ring")
	sigrun.signOut()
	sigrun.open("/sign-in?to=/cases")
	sigrun.press("button[data-passkey=get]")
	address := sigrun.imports("ferry.yaml", ferry)
	entry := sigrun.remark(address, label, "He spoke of the "+gone+".")
	kept := sigrun.remark(address, stays, "Seen twice.")
	sigrun.open(entry)
	sigrun.see(gone)
	before, _ := sigrun.receipt()
	stop()

	p, stop = within(t, dir, 30*time.Minute, lysmark)
	t.Cleanup(stop)
	sigrun.moved(p.url)
	odile := p.enter(t, "Odile Ferrand")
	odile.open("/search?q=gatekeeper")
	odile.seeIn("main", "J-FERRY-GATE")
	sigrun.open(address + "/export")
	sigrun.press("main a|Erase")
	sigrun.see("What is erased cannot be brought back")
	sigrun.pick("#f-event", label)
	sigrun.press("main form[method=get][action$='/erase'] button[type=submit]")
	sigrun.see(gone) // what stands in each field that can go
	sigrun.click("input[name=fields][value=text]")
	sigrun.fill("#f-ground", "because he asks")
	sigrun.press("main form[action$='/erase'] button[type=submit]")
	sigrun.stepUp()
	sigrun.see("a ground that cites its clause")
	sigrun.fill("#f-ground", "Art. 17(1)(a) GDPR")
	sigrun.press("main form[action$='/erase'] button[type=submit]")
	sigrun.see("You asked for this. Another person decides", "Art. 17(1)(a) GDPR")
	sigrun.open(entry)
	sigrun.see(gone) // asked is not done

	odile.open("/approvals")
	odile.see("Erase", "Asked by Sigrun Dahl", "the content is forgotten at once and for good", "Art. 17(1)(a) GDPR")
	odile.press("button[value=approve]")
	odile.see("Done")

	for _, b := range []*tab{sigrun, odile} {
		b.open(entry)
		b.see(label, "Erased", "text")
		b.miss(gone)
		for _, page := range []string{"/record", "/plan", "/when", "/export", "/events/new"} {
			b.open(address + page)
			b.miss(gone)
		}
		for _, file := range []string{"/plan.json", "/when.svg"} {
			if said := b.fetched(address + file); len(said) < 500 || strings.Contains(said, "gatekeeper") {
				t.Errorf("%s: %s", file, said)
			}
		}
		b.open("/search?q=gatekeeper")
		b.miss("J-FERRY-GATE", gone)
		b.open("/search?q=noted")
		b.seeIn("main", "J-FERRY-GATE")
	}
	file := sigrun.takeAway(address, odile)
	if strings.Contains(file, "gatekeeper") || !strings.Contains(file, label) || !strings.Contains(file, stays) {
		t.Errorf("the file that leaves the house:\n%s", file)
	}

	sigrun.open(entry)
	if sigrun.count("input[name=disclose][value=text]") > 0 {
		sigrun.fail("a receipt offers to disclose what is erased")
	}
	after, data := sigrun.receipt()
	if strings.Contains(string(data), "gatekeeper") {
		t.Errorf("the receipt tells it:\n%s", data)
	}
	sigrun.open(kept)
	other, _ := sigrun.receipt()
	for _, name := range []string{before, after, other} {
		sigrun.proves(name)
	}
}
