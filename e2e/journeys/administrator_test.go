package journeys

import (
	"testing"
	"time"
)

// byItself waits until an open page has followed without being touched, and logs
// how long it outlived the right to see it: seconds, unless the machine is busy.
func (b *tab) byItself(what, condition string) {
	b.t.Helper()
	began := time.Now()
	b.wait(what+", by itself", condition)
	b.t.Logf("%s, by itself after %s", what, time.Since(began).Round(time.Millisecond))
}

// administrator: an engineer left a browser signed in elsewhere, and ends
// it from where she is. Then the administrator suspends an organisation: the
// pages that its people have open close, and what they may see is narrowed.
func administrator(t *testing.T) {
	p := ownDemo(t)
	here, there := p.enter(t, "Priya Raman"), p.enter(t, "Priya Raman")
	there.open(there.caseOf("DEMO-REMOTE-ACCESS") + "/plan")
	there.see("Nordhain RAM-6")
	here.open("/settings/sessions")
	here.press("form[action='/settings/sessions/end'].actions button")
	there.byItself("the sign-in page", `location.pathname === "/sign-in"`)
	there.open("/desk")
	there.see("Sign in")
	here.open("/desk")
	here.see("Priya Raman")

	ines := p.enter(t, "Ines Okafor")
	tomas := p.enter(t, "Tomás Reyes")
	tomas.open(tomas.caseOf("DEMO-METER-EMBARGO") + "/record")
	tomas.see("report with a working example", "confirmed")
	ines.open("/admin/organisations")
	ines.press("main a|Ferrule Project")
	ines.fill("#f-standing", "suspended")
	ines.press("main form[action^='/admin/organisations/'] button[type=submit]:not([name=sure])")
	ines.see("Its people lose sight of what others did on every case") // before it is done
	ines.press("button[name=sure]")
	ines.open("/admin/organisations")
	ines.seeIn("main table tr:has(.state-over)", "Ferrule Project", "Suspended")
	tomas.byItself("the narrowed page", `!document.body.innerText.includes("report with a working example")`)
	tomas.see("Your organisation is suspended", "confirmed") // what it did itself stays
	tomas.open("/desk")
	ines.open("/admin/organisations")
	ines.press("main a|Ferrule Project")
	ines.fill("#f-standing", "active")
	ines.press("main form[action^='/admin/organisations/'] button[type=submit]:not([name=sure])")
	if ines.count("button[name=sure]") > 0 {
		ines.press("button[name=sure]")
	}
	tomas.open(tomas.caseOf("DEMO-METER-EMBARGO") + "/record")
	tomas.see("report with a working example")

	// Somebody who is shut out is out at once, wherever they are.
	ines.open("/admin/people")
	ines.press("main a|Tomás Reyes")
	ines.fill("#f-sure", "on")
	ines.press("form[action$='/access'] button[type=submit]")
	tomas.byItself("the sign-in page", `location.pathname === "/sign-in"`)

	// She administers, and sees no case by it.
	ines.open("/cases")
	ines.miss("DEMO-METER-EMBARGO", "DEMO-REMOTE-ACCESS", "DEMO-LINE-CONTROLLER")
	ines.open("/admin/platform")
	ines.see("What plans are made of")
}
