package journeys

import (
	"strings"
	"testing"
)

// authority: the desk of an authority sees what was and was not received,
// in words that judge nobody. To take a whole file away it needs a second
// person, who decides in another browser; then the file comes once.
func authority(t *testing.T) {
	p := demo(t)
	karin, marit := p.enter(t, "Karin Bauer"), p.enter(t, "Marit Solheim")
	karin.see("past the outer limit")
	karin.open(karin.caseOf("TOC-2026-0401") + "/plan")
	karin.see("outer limit passed, nothing recorded")
	for _, page := range []string{"/desk", karin.at()} {
		karin.open(page)
		karin.miss("breach", "violat", "non-compliant", "noncompliant", "infring", "offender", "missed")
	}

	// A colleague of the coordination centre gets a seat that sees all, so that there are two.
	address := karin.caseOf("TOC-2026-0301")
	karin.open(address + "/people")
	karin.pick("#f-org", "Coordination Centre Sundmark")
	karin.fill("#f-role", "coordinator")
	karin.press("section[aria-labelledby=invite] button[value=preview]")
	karin.press("button[value=give]")
	karin.open(address + "/export")
	karin.see("another person must approve")
	karin.press("form[action$='/export'] button")
	karin.see("Take the whole case file away")
	karin.see("You asked for this. Another person decides")

	marit.open("/approvals")
	marit.see("Take the whole case file away", "Asked by Karin Bauer")
	marit.press("button[value=approve]")

	karin.open(address + "/export")
	name, data, ok := karin.download("main a[href$='export?format=yaml']")
	if !ok || !strings.HasPrefix(string(data), "format: tocsin-casefile/1") && !strings.Contains(string(data), "tocsin-casefile/1") {
		karin.fail("no case file: %s\n%.300s", name, data)
	}
	tocsin(t, "plan", name)
	karin.open(address + "/export")
	karin.see("another person must approve") // one approval, one file
	if n := karin.count("main a[href*='export?format=']"); n > 0 {
		t.Errorf("one approval was spent, and %d files are offered", n)
	}
	karin.open(address + "/export?format=yaml")
	karin.see("Another person")
}
