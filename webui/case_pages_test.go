package webui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// casePages are the pages of desk and cases, each as somebody of the cast sees
// it. They are walked in four languages, and opened in a browser, with all others.
func casePages() []pageCase {
	set := func(f *fake) { shared().in(f) }
	duty := url.QueryEscape("CN-RMSV-7-2-MIIT/report/yuhe/controller/1")
	list := []pageCase{
		{Path: "/desk", Who: "lin", Name: "desk-psirt"}, {Path: "/desk", Who: "marit", Name: "desk-coordinator"}, {Path: "/desk", Who: "priya", Name: "desk-asked"},
		{Path: "/desk", Who: "jonas", Name: "desk-nothing"}, {Path: "/desk?law=eu-cra&due=past&mine=on", Who: "lin", Name: "desk-filtered"},
		{Path: "/desk?case=" + shared().line + "&party=yuhe", Who: "lin", Name: "desk-of-a-party"},
		{Path: "/cases", Who: "marit", Name: "cases"}, {Path: "/cases", Who: "jonas", Name: "cases-of-one"},
		{Path: "/search?q=ferrule", Who: "lin", Name: "search"}, {Path: "/search?q=nothing-such", Who: "lin", Name: "search-nothing"}, {Path: "/search", Who: "lin", Name: "search-first"},
		{Path: linePath("plan"), Who: "lin", Name: "plan"}, {Path: linePath("plan?show=waiting"), Who: "lin", Name: "plan-waiting"},
		{Path: linePath("plan?show=aside"), Who: "lin", Name: "plan-aside"}, {Path: linePath("plan?show=done&party=yuhe"), Who: "lin", Name: "plan-done"},
		{Path: linePath("plan?kind=measure-available&by=yuhe&of=controller"), Who: "lin", Name: "plan-supposed"},
		{Path: linePath("plan?at=2026-11-22T09:00&as-known-at=2026-11-23T18:00"), Who: "lin", Name: "plan-then"},
		{Path: heldPath("plan"), Who: "priya", Name: "plan-asked"}, {Path: heldPath("plan"), Who: "tomas", Name: "plan-nothing-due"}, {Path: heldPath("plan"), Who: "marit", Name: "plan-coordinator"},
		{Path: publicPath("plan"), Who: "priya", Name: "plan-sources"}, {Path: publicPath("plan?show=done"), Who: "lin", Name: "plan-sources-done"},
		{Path: linePath("plan"), Who: "jonas", Status: http.StatusForbidden, Name: "plan-abroad"}, {Path: "/cases/nowhere/plan", Who: "lin", Status: http.StatusNotFound, Name: "plan-nowhere"},
		{Path: linePath("plan?at=yesterday"), Who: "lin", Status: http.StatusUnprocessableEntity, Name: "plan-no-date"},
		{Path: linePath("when"), Who: "lin", Name: "when"}, {Path: publicPath("when"), Who: "marit", Name: "when-sources"}, {Path: heldPath("when"), Who: "priya", Name: "when-asked"},
		{Path: linePath("when?from=2026-11-21T10:00&to=2026-11-22T00:00&lane=yuhe"), Who: "lin", Name: "when-closer"},
		{Path: linePath("record"), Who: "lin", Name: "record"}, {Path: publicPath("record?order=oldest&party=asf"), Who: "lin", Name: "record-party"}, {Path: heldPath("record"), Who: "priya", Name: "record-asked"},
		{Path: linePath("about"), Who: "lin", Name: "about"}, {Path: heldPath("about"), Who: "tomas", Name: "about-side"}, {Path: heldPath("about"), Who: "marit", Name: "about-all"},
		{Path: linePath("about/edit?what=header"), Who: "lin", Name: "edit-header"}, {Path: linePath("about/edit?what=product&id=controller"), Who: "lin", Name: "edit-product"},
		{Path: linePath("about/edit?what=party"), Who: "lin", Name: "edit-party"}, {Path: linePath("about/edit?what=source&id=desk"), Who: "lin", Name: "edit-source"},
		{Path: linePath("about/edit?what=window"), Who: "lin", Name: "edit-window"}, {Path: linePath("about/edit?what=party&id=nobody"), Who: "lin", Status: 404, Name: "edit-nobody"},
		{Path: linePath("about"), Who: "lin", Form: url.Values{"what": {"party"}, "name": {""}}, Status: 422, Name: "edit-wrong"},
		{Path: linePath("events/new"), Who: "lin", Name: "event-choose"}, {Path: linePath("events/new?kind=notified&by=yuhe&to=cn-miit-nvdb&rule=CN-RMSV-7-2-MIIT&of=controller"), Who: "lin", Name: "event-notified"},
		{Path: linePath("events/new?kind=incident-aware"), Who: "lin", Name: "event-incident"}, {Path: heldPath("events/new?kind=embargo-accepted&until=2026-12-12T12:00:00%2B01:00"), Who: "priya", Name: "event-embargo"},
		{Path: linePath("events"), Who: "lin", Form: url.Values{"kind": {"notified"}, "by": {"yuhe"}, "to": {"cn-miit-nvdb", ""}, "of": {"controller"}, "rule": {"CN-RMSV-7-2-MIIT"}}, Name: "event-preview"},
		{Path: linePath("events"), Who: "lin", Form: url.Values{"kind": {"reported"}, "by": {"yuhe"}, "to": {"nobody-here"}}, Status: 422, Name: "event-wrong"},
		{Path: linePath("events/mail"), Who: "lin", Name: "event"}, {Path: linePath("events/rumour"), Who: "lin", Name: "event-claim"}, {Path: publicPath("events/CSRB-found"), Who: "lin", Status: 404, Name: "event-nowhere"},
		{Path: linePath("adopt"), Who: "lin", Form: url.Values{"event": {"rumour"}, "reason": {"It is right."}}, Name: "adopt-preview"},
		{Path: linePath("adopt"), Who: "lin", Form: url.Values{"event": {"rumour"}}, Status: 422, Name: "adopt-wrong"},
		{Path: linePath("decide"), Who: "lin", Name: "decide"}, {Path: publicPath("decide"), Who: "marit", Name: "decide-nobody"},
		{Path: linePath("decide"), Who: "lin", Form: url.Values{"by": {"yuhe"}, "result": {"not-reportable"}, "reason": {"x"}}, Status: 422, Name: "decide-wrong"},
		{Path: linePath("decide"), Who: "lin", Form: url.Values{"by": {"yuhe"}, "of": {"controller"}, "result": {"not-reportable"}, "reason": {"Only seen in the laboratory."}, "review-on": {"2027-01-15"}}, Name: "decide-preview"},
		{Path: linePath("duties?id=" + duty), Who: "lin", Name: "paper"}, {Path: linePath("rely"), Who: "lin", Form: url.Values{"id": {"CN-RMSV-7-2-MIIT/report/yuhe/controller/1"}, "override": {"x"}}, Status: 422, Name: "paper-wrong"},
		{Path: linePath("people"), Who: "lin", Name: "people"}, {Path: heldPath("people"), Who: "tomas", Name: "people-side"}, {Path: heldPath("people"), Who: "marit", Name: "people-coordinator"}, {Path: linePath("record?show=claims"), Who: "lin", Name: "record-claims"},
		{Path: linePath("people"), Who: "lin", Form: url.Values{"org": {"harbour"}, "role": {"observer"}}, Name: "people-preview"},
		{Path: linePath("people"), Who: "lin", Form: url.Values{"org": {""}, "role": {"party"}}, Status: 422, Name: "people-wrong"},
		{Path: linePath("export"), Who: "lin", Name: "export"}, {Path: heldPath("export"), Who: "tomas", Name: "export-side"}, {Path: linePath("erase"), Who: "lin", Name: "erase"},
		{Path: linePath("erase?event=mail"), Who: "lin", Name: "erase-entry"}, {Path: linePath("erase?event=upstream"), Who: "lin", Name: "erase-entry-less"},
		{Path: "/rules", Name: "rules-stranger"}, {Path: "/rules/AU-SOCI-30BC", Name: "rule-stranger"},
		{Path: linePath("erase"), Who: "lin", Form: url.Values{"event": {""}, "ground": {"Art. 17 GDPR"}}, Status: 422, Name: "erase-wrong"},
		{Path: "/cases/new", Who: "lin", Name: "newcase"}, {Path: "/cases/import", Who: "lin", Name: "import"}, {Path: "/cases/new", Who: "ines", Status: 403, Name: "newcase-not-allowed"},
		{Path: "/cases", Who: "lin", Form: url.Values{"product": {"Pump 3"}, "title": {"x"}, "how": {"found"}, "role": {"vendor"}, "provider-is-us": {"on"}, "org": {"yuhe"}, "attacked": {"unknown"}, "public": {"no"}, "tlp": {"AMBER"}}, Status: 422, Name: "newcase-wrong"},
		{Path: "/cases", Who: "lin", Form: url.Values{"product": {"Pump 3"}, "title": {"Pump 3, overflow"}, "how": {"found"}, "knew": {"2026-11-22T08:00"}, "role": {"vendor"}, "provider-is-us": {"on"}, "org": {"yuhe"}, "country": {"CN"}, "markets": {"EU", "CN"}, "attacked": {"yes"}, "public": {"no"}, "tlp": {"AMBER"}}, Name: "newcase-draft"},
		{Path: "/break-glass", Who: "ines", Name: "glass"}, {Path: "/break-glass", Who: "marit", Form: url.Values{"case": {""}, "reason": {"x"}}, Status: 422, Name: "glass-wrong"}, {Path: "/break-glass", Who: "lin", Status: 404, Name: "glass-nobody"},
		{Path: "/relied", Who: "lin", Name: "relied-none"}, {Path: "/rules?q=CRA", Who: "lin", Name: "rules"}, {Path: "/rules/EU-CRA-14-2A-AEV24", Who: "lin", Name: "rule"}, {Path: "/rules?q=no-such-rule", Who: "lin", Name: "rules-none"},
		{Path: "/", Name: "front"}, {Path: "/ledger", Name: "ledger", Set: func(f *fake) { f.ledger = someLedger{} }}, {Path: "/ledger", Name: "ledger-bare", Set: func(f *fake) { f.ledger = bareLedger{} }},
	}
	for i := range list {
		if list[i].Set == nil {
			list[i].Set = set
		}
	}
	return list
}

func init() { morePages = append(morePages, casePages()...) }

// TestTitlesTellNothing: what stands in a tab, and in the history of a browser
// that others use, is a case's id at most.
func TestTitlesTellNothing(t *testing.T) {
	h := shared().site(t)
	for _, c := range casePages() {
		if c.Form != nil || c.Who == "" {
			continue
		}
		root, err := html.Parse(strings.NewReader(ask(t, h, c.Who, "en", c.Path, nil).Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		title := titleOf(root)
		for _, told := range []string{"Yuhe Line", "Ferrule", "tickets", "Log4j", "JNDI"} {
			if strings.Contains(title, told) {
				t.Errorf("%s: the title %q tells of the case", c.Name, title)
			}
		}
	}
}

func titleOf(n *html.Node) string {
	if n.Type == html.ElementNode && n.Data == "title" && n.Parent.Data == "head" && n.FirstChild != nil {
		return n.FirstChild.Data
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if t := titleOf(c); t != "" {
			return t
		}
	}
	return ""
}
