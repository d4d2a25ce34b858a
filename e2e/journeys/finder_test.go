package journeys

import (
	"strings"
	"testing"
)

// finder: whoever found the flaw sees what became of the report, and takes
// a receipt for it home.
func finder(t *testing.T) {
	b := demo(t).enter(t, "Ola Brandt")
	b.open(b.caseOf("DEMO-METER-EMBARGO"))
	b.press(`nav.tabs a[href$="/record"]`)
	b.see("report with a working example", "thanks, need two weeks", "embargo proposed")
	b.miss("control room", "the maker is told what it is about") // what passed between others
	b.press(`main a|told about the vulnerability`)
	name, data := b.receipt()
	if !strings.HasSuffix(name, ".tlog-proof") || !strings.HasPrefix(string(data), "c2sp.org/tlog-proof@v1\n") {
		t.Errorf("no receipt: %s\n%.200s", name, data)
	}
}
