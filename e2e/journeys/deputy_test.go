package journeys

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// deputy: an engineer goes on leave and names a colleague, who so far only reads.
// While it lasts the colleague acts for their organisation, and every page that
// tells for whom says so; what was shared with her by name, under TLP:RED, stays
// closed to him. When it is over he reads again, and what he did stays.
func deputy(t *testing.T) {
	const secret = "the lever behind the ticket machine"
	dir := filepath.Join(t.TempDir(), "data")
	p, stop := within(t, dir, 0, lysmark)
	t.Cleanup(stop)
	sigrun, femke, nils := p.enter(t, "Sigrun Dahl"), p.enter(t, "Femke de Wit"), p.enter(t, "Nils Aarden")
	open := sigrun.imports("ferry.yaml", ferry)
	red := strings.NewReplacer("tlp: AMBER", "tlp: RED", "J-FERRY-GATE", "J-FERRY-LEVER", "Ferry gate controller, opened from the quay", secret).Replace(ferry)
	closed := sigrun.imports("lever.yaml", red)
	for address, person := range map[string]string{open: "", closed: "Femke de Wit"} {
		sigrun.open(address + "/people")
		sigrun.pick("#f-org", "Quayside Controls")
		if person != "" {
			sigrun.pick("#f-person", person)
		}
		sigrun.fill("#f-role", "party")
		sigrun.fill("#f-party", "quay")
		sigrun.press("section[aria-labelledby=invite] button[value=preview]")
		sigrun.press("button[value=give]")
	}
	femke.open(closed)
	femke.see(secret)
	staysClosed := func(nils *tab) {
		t.Helper()
		for _, page := range []string{"", "/plan", "/record", "/events/new", "/export"} {
			nils.open(closed + page)
			nils.see("There is nothing here that you can see")
			nils.miss(secret, "J-FERRY-LEVER")
		}
		for _, page := range []string{"/desk", "/cases", "/search?q=lever"} {
			nils.open(page)
			nils.miss(secret, "J-FERRY-LEVER")
		}
	}
	onlyReads := func(nils *tab) {
		t.Helper()
		nils.open(open + "/plan")
		nils.see("J-FERRY-GATE")
		if nils.count("main a[href$='/events/new']") > 0 {
			nils.fail("whoever only reads is offered to add an event")
		}
		nils.open(open + "/events/new?kind=commented")
		nils.see("You may not do this")
		nils.open("/settings")
		nils.miss("Femke de Wit")
		nils.open("/settings/deputies")
		nils.miss("Femke de Wit at the moment")
	}
	onlyReads(nils)
	staysClosed(nils)

	// She names him from today until tomorrow.
	today := time.Now().In(in(t, "Europe/Amsterdam"))
	femke.open("/settings/deputies")
	femke.pick("#f-person", "Nils Aarden")
	femke.fill("#f-from", today.Format(time.DateOnly))
	femke.fill("#f-until", today.AddDate(0, 0, -1).Format(time.DateOnly))
	femke.wait("a day that is over to be refused", `!document.querySelector("#f-until").checkValidity()`)
	femke.fill("#f-until", today.AddDate(0, 0, 1).Format(time.DateOnly))
	femke.press("form[action='/settings/deputies'] button[type=submit]")
	femke.seeIn("section[aria-labelledby=deputies-now]", "Nils Aarden", today.Format("2 Jan 2006"))

	nils.signOut()
	nils = p.enter(t, "Nils Aarden")
	nils.open("/settings/deputies")
	nils.see("You are deputy of Femke de Wit at the moment")
	nils.open("/settings")
	nils.see("as deputy of Femke de Wit")
	entry := nils.remark(open, "the gate is chained shut", "Until the controller is mended.")
	for _, b := range []*tab{nils, femke, sigrun} {
		b.open(entry)
		b.see("Quayside Controls: comment", "the gate is chained shut")
	}
	staysClosed(nils)
	sigrun.open(open + "/people")
	if seats := sigrun.text("main table"); strings.Contains(seats, "Nils") { // no seat of his own came of it
		t.Errorf("the seats are %s", seats)
	}
	stop()

	// Two days on it is over by itself.
	p, stop = within(t, dir, 49*time.Hour, lysmark)
	t.Cleanup(stop)
	femke.moved(p.url)
	sigrun.moved(p.url)
	nils.moved(p.url)
	nils = p.enter(t, "Nils Aarden")
	onlyReads(nils)
	staysClosed(nils)
	nils.open(entry)
	nils.see("the gate is chained shut")
	femke = p.enter(t, "Femke de Wit")
	femke.open(closed)
	femke.see(secret)
}
