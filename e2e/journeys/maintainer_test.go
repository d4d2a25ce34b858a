package journeys

import "testing"

// maintainer: whoever keeps a project in their free time opens the case and
// reads that nothing is legally due from them; what others owe is not theirs to
// read as if it were.
func maintainer(t *testing.T) {
	b := demo(t).enter(t, "Tomás Reyes")
	b.see("Desk")
	b.press(`nav.top-nav a[href="/cases"]`)
	b.press(`main a|Ferrule TLS, session tickets`)
	b.see("Nothing is legally due from you, as far as this file shows")
	b.miss("EU-CRA", "hours", "past due", "Member State")
}
