package journeys

import (
	"strings"
	"testing"
)

// caseOf is the address of a case on a person's list of cases.
func (b *tab) caseOf(id string) string {
	b.t.Helper()
	b.open("/cases")
	b.seeIn("main table", id)
	return js[string](b, `[...document.querySelectorAll("main tbody tr")].find((r) => r.innerText.includes(`+quoted(id)+`)).querySelector("a").getAttribute("href")`)
}

// colleagueAbroad: a law forbids to share the case abroad. The colleague in
// Germany, of the same group, is refused with the clause, at every address of
// the case; and neither his desk, nor his list, nor a search tells him anything.
func colleagueAbroad(t *testing.T) {
	p := demo(t)
	lin := p.enter(t, "Lin Wei")
	address := lin.caseOf("DEMO-LINE-CONTROLLER")
	lin.open("/search?q=packaging")
	lin.seeIn("main", "DEMO-LINE-CONTROLLER") // what he searches for is there to be found

	jonas := p.enter(t, "Jonas Keller")
	for _, page := range []string{"", "/plan", "/when", "/record", "/people", "/events/new", "/export"} {
		jonas.open(address + page)
		jonas.see("A law forbids to share this case abroad", "RMSV Art. 9(7)")
		jonas.miss("Line Controller", "packaging", "DEMO-LINE", "Ferrule")
	}
	for _, page := range []string{"/desk", "/cases", "/search?q=packaging", "/search?q=yuhe+controller", "/relied", "/approvals"} {
		jonas.open(page)
		jonas.miss("DEMO-LINE", "Line Controller", strings.TrimPrefix(address, "/cases/"))
	}
}
