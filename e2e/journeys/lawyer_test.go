package journeys

import "testing"

// lawyer: counsel of a manufacturer opens the page of one date, reads what
// it is made of, and keeps a snapshot. Somebody records an event that changes
// what lies beneath; the page of relied-on dates and the desk say so.
func lawyer(t *testing.T) {
	p := demo(t)
	anne, marit := p.enter(t, "Anne Vogt"), p.enter(t, "Marit Solheim")
	anne.open("/desk")
	anne.see("Early warning of an actively exploited vulnerability within 24 hours")
	anne.press("li.desk-line a|Early warning of an actively exploited vulnerability within 24 hours")
	// Facts and their sources, the clause in its own words and where it stands, the arithmetic, what is open.
	anne.see("without undue delay and in any event within 24 hours", "CRA Art. 14(1), 14(2)(a)", "https://eur-lex.europa.eu/eli/reg/2024/2847/oj")
	anne.see("own record", "starts the clock", "undecided", "Reg. 1182/71", "plus 24 h is")
	anne.miss("verified: true")
	date := anne.at()
	anne.fill("form[action$='/rely'] [name=note]", "Opinion for the board")
	anne.press("form[action$='/rely'] button[type=submit]")
	anne.see("Opinion for the board", "Nothing beneath it has changed")
	anne.open("/relied")
	anne.see("Opinion for the board", "Nothing beneath it has changed")
	anne.open("/desk")

	// The centre finds that it had told them ten hours earlier itself: its own act, and its own word.
	marit.open(marit.caseOf("DEMO-REMOTE-ACCESS") + "/events/new?kind=reported")
	marit.fill("#f-by", "csirt")
	marit.fill("#f-of", "ram6")
	marit.fill("[name=to][value=nordhain]", "on")
	marit.fill("#f-exploited", "on")
	marit.fill("#f-at", wall(t, "Europe/Berlin", -30))
	marit.press("#event-form button[value=preview]")
	marit.see("Early warning of an actively exploited vulnerability within 24 hours")
	marit.press("button[value=keep]")

	anne.see("Something changed beneath a date that you rely on")
	anne.open("/relied")
	anne.see("Changed since", "facts")
	anne.open(date)
	anne.see("Changed since")
}
