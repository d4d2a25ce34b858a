package journeys

import "testing"

// breakGlass: the administrator must look into a case at night, and may, for a
// reason in a sentence. The coordinator who runs the case reads name and reason
// on her desk, the log keeps both, and she ends the visit.
func breakGlass(t *testing.T) {
	p := ownDemo(t)
	const secret, reason = "their hotline knew on the phone", "The coordinator cannot be reached, and the port asks whether it may open the lock."
	marit, ines := p.enter(t, "Marit Solheim"), p.enter(t, "Ines Okafor")
	address := marit.caseOf("DEMO-REMOTE-ACCESS")
	marit.open(address + "/record")
	marit.see(secret)
	marit.open("/desk")
	marit.miss("in an emergency")

	// Nobody else has such an office, nor sees that there is one.
	priya := p.enter(t, "Priya Raman")
	priya.open("/cases")
	priya.miss("emergency", "break-glass")
	priya.open("/break-glass")
	priya.see("There is nothing here that you can see")

	ines.open("/cases")
	ines.miss("DEMO-REMOTE-ACCESS")
	for _, page := range []string{"", "/plan", "/record"} {
		ines.open(address + page)
		ines.see("There is nothing here that you can see")
		ines.miss("DEMO-REMOTE", "Nordhain")
	}
	ines.open("/cases")
	ines.press("main a[href='/break-glass']")
	ines.see("the owners of the case read your name and your reason")
	ines.fill("#f-case", "DEMO-NO-SUCH-CASE")
	ines.fill("#f-reason", reason)
	ines.press("main form[action='/break-glass'] button[type=submit]")
	ines.see("There is no such case here")
	ines.fill("#f-case", "DEMO-REMOTE-ACCESS")
	ines.fill("#f-reason", "urgent")
	ines.press("main form[action='/break-glass'] button[type=submit]")
	ines.see("Say in a sentence why you must look into this case")
	marit.open("/desk")
	marit.miss("in an emergency") // nothing has happened yet
	ines.fill("#f-reason", reason)
	ines.press("main form[action='/break-glass'] button[type=submit]")
	if ines.at() != address+"/plan" {
		ines.fail("she is not in the case")
	}
	ines.open(address + "/record")
	ines.see(secret)
	for _, may := range []string{"/events/new", "/erase"} { // she looks, and does nothing
		ines.open(address + may)
		ines.see("You may not do this")
	}

	marit.seeIn("#desk-notes", "Ines Okafor", "opened one of your cases by office, in an emergency", reason)
	ines.open("/admin/log")
	ines.seeIn("main .log li:has(a)", "Emergency access to a case", "Ines Okafor", reason)

	// What was opened is closed again by whom it belongs to.
	marit.press("#desk-notes a|See who is on it")
	marit.seeIn("main tbody tr:has(.state-warn)", "Ines Okafor", "observer")
	marit.press("main tbody tr:has(.state-warn) a.btn")
	marit.see("Ines Okafor")
	marit.press("main form[action$='/people/remove'] button[type=submit]")
	ines.open(address + "/record")
	ines.see("There is nothing here that you can see")
	ines.miss(secret)
	ines.open("/cases")
	ines.miss("DEMO-REMOTE-ACCESS")
}
