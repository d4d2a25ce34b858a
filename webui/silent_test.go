package webui

import (
	"net/url"
	"strings"
	"testing"
)

// Who an embargo waits for is told to whoever runs the case, on its plan, beside
// its people and on the desk; and to no other party.
func TestAnEmbargoSaysWhomItWaitsFor(t *testing.T) {
	h := shared().site(t)
	for lang, words := range map[string]string{
		"en": "was asked, and has not answered", "de": "gefragt und hat nicht geantwortet", "fr": "n’a pas répondu", "zh": "尚未答复",
	} {
		for _, path := range []string{heldPath("plan"), heldPath("people"), "/desk"} {
			page := body(t, h, "marit", lang, path)
			at := strings.Index(page, words)
			if at < 0 {
				t.Errorf("%s in %s does not say who is silent", path, lang)
				continue
			}
			for _, said := range []string{"Harbour Grid Water and Power", "2026-11-"} {
				if !strings.Contains(page[max(0, at-1500):min(len(page), at+1500)], said) {
					t.Errorf("%s in %s says that somebody is silent without %q", path, lang, said)
				}
			}
		}
		for _, who := range []string{"tomas", "priya"} {
			for _, path := range []string{heldPath("plan"), heldPath("people"), "/desk"} {
				if strings.Contains(body(t, h, who, lang, path), words) {
					t.Errorf("%s tells %s who else is silent", path, who)
				}
			}
		}
	}
	plan := body(t, h, "marit", "en", heldPath("plan"))
	for _, link := range []string{`href="` + heldPath("people") + `"`, `href="` + heldPath("events/proposed") + `"`} {
		if !strings.Contains(plan, link) {
			t.Errorf("the plan has no link %s", link)
		}
	}
	if then := body(t, h, "marit", "en", heldPath("plan?at=2026-11-16T09:00")); strings.Contains(then, "has not answered") {
		t.Error("a plan of another day speaks of today's silence")
	}
	if line := body(t, h, "lin", "en", linePath("plan")); strings.Contains(line, "has not answered") {
		t.Error("a case without an embargo waits for somebody")
	}
}

// Somebody else's claim about the reader's party stands on the desk, with the way
// to the place where it is adopted, until it is.
func TestClaimsAboutOnesPartyAreOnTheDesk(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	event := "/cases/" + o.line + "/events/rumour"
	for lang, words := range map[string]string{"en": "1 claim about your side waits for your word", "zh": "1 项", "fr": "1 affirmation", "de": "1 Behauptung"} {
		if page := body(t, h, "lin", lang, "/desk"); !strings.Contains(page, words) || !strings.Contains(page, `href="`+event+`"`) {
			t.Errorf("the desk in %s does not tell of the claim", lang)
		}
	}
	if page := body(t, h, "marit", "en", "/desk"); strings.Contains(page, "claim about your side") {
		t.Error("the desk of somebody else tells of it")
	}
	if page := body(t, h, "lin", "en", event); !strings.Contains(page, `action="/cases/`+o.line+`/adopt"`) {
		t.Error("the link leads to a page where nothing is adopted")
	}
	seeOther(t, h, "lin", "/cases/"+o.line+"/adopt", url.Values{"event": {"rumour"}, "reason": {"It is right."}, "do": {"keep"}}, "/cases/"+o.line+"/plan")
	must(0, o.watch.Project(t.Context(), o.line))
	if page := body(t, h, "lin", "en", "/desk"); strings.Contains(page, "claim about your side") {
		t.Error("what is adopted still waits")
	}
}

// Several claims are found together.
func TestTheRecordShowsWhatWaitsForAWord(t *testing.T) {
	h := shared().site(t)
	page := body(t, h, "lin", "en", linePath("record?show=claims"))
	if strings.Count(page, `<li class="event`) != 1 || !strings.Contains(page, linePath("events/rumour")) || !strings.Contains(page, `href="`+linePath("record")+`"`) {
		t.Errorf("the open claims are not alone on the page:\n%.3000s", page)
	}
}
