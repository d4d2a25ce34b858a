package webui

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/partnership"
	"tocsin/record"
)

// knownValve is a case of Acme's own: it knew, told the maker, and let the office in.
const knownValve = `
format: tocsin-casefile/1
case: TOC-VALVE-ACME
title: What Acme saw in Example Valve (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990702]
products: [{id: valve, name: Example Valve, purl: "pkg:generic/maker/valve", provider: maker}]
parties:
  - {id: acme, name: Acme Networks GmbH, country: DE, roles: [finder, sharing-partner]}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
events:
  - {id: k1, kind: aware, how: found, by: acme, of: valve, at: "2026-11-03T08:00:00Z"}
  - {id: k2, kind: reported, by: acme, to: [maker], of: valve, at: "2026-11-03T14:51:00Z"}
  - {id: k3, kind: acknowledged, by: maker, to: [acme], re: k2, at: "2026-11-04T09:00:00Z"}
`

// brought is what a third party brings, with what it heard of Acme, and of somebody
// who is no member.
const brought = `
format: tocsin-casefile/1
case: TOC-VALVE
title: A flaw in Example Valve, reported from outside (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990702]
products: [{id: valve, name: Example Valve, purl: "pkg:generic/maker/valve", provider: maker}]
parties:
  - {id: borel, name: Borel Énergie, country: FR}
  - {id: acme, name: Acme Networks GmbH, country: DE}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
events:
  - {id: t1, kind: reported, by: borel, to: [office], of: valve, at: "2026-11-20T10:00:00Z"}
  - {id: t2, kind: aware, by: acme, of: valve, at: "2026-10-28T10:00:00Z", basis: claim, claimed-by: borel}
  - {id: t3, kind: aware, by: maker, of: valve, at: "2026-11-05T10:00:00Z"}
`

// lateCircle is a circle in which a report arrived of what Acme knew, with a finding that
// was served and contested, one that was served, and a draft.
type lateCircle struct {
	*circle
	own, third           string // cases
	served, fresh, draft string // findings: contested, served, draft
	asked                coordination.EarlierAsked
}

func newLate() *lateCircle {
	ctx := context.Background()
	l := &lateCircle{circle: newCircle()}
	c := l.circle
	l.own = must(c.desk.ImportAs(ctx, c.reader("ada"), "acme", "case.yaml", []byte(knownValve), "")).Handle
	l.third = must(c.desk.ImportAs(ctx, c.reader("karin"), "office", "case.yaml", []byte(brought), "")).Handle
	must(c.desk.GiveSeat(ctx, c.reader("ada"), l.own, coordination.SeatAsked{Org: "office", Role: access.Observes}))
	c.clock.Pass(time.Minute)
	l.asked = coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{"CVE-2026-990702"}, By: "Borel Énergie", Received: calendar.Instant(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))}}
	find := func(limb partnership.Limb, words string) string {
		c.clock.Pass(time.Minute)
		return must(c.Find(ctx, c.reader("karin"), c.acme, limb, words, l.asked)).ID
	}
	serve := func(id string) string {
		c.clock.Pass(time.Minute)
		return must(c.ServeFinding(ctx, c.reader("karin"), id, c.act("finding-served rule=TMP-MEMBER-REPORT reason='You knew on 3 November; we heard of it from others.'"), record.AnyVersion, "")).Event.ID
	}
	l.served = find(partnership.ReportLimb, "We heard of it **from others** on 20 November.")
	act := serve(l.served)
	c.does("ada", c.acme, "mark-contested reason='We told the maker within the day.' re="+act)
	l.fresh = find(partnership.SupportLimb, "")
	serve(l.fresh)
	l.draft = find(partnership.ReportLimb, "Not yet read by a second pair of eyes.")
	return l
}

// theLate is one that nobody writes to.
var theLate = sync.OnceValue(newLate)

// findingPages are the pages of lateness findings as each side sees them.
func findingPages() []pageCase {
	l := theLate()
	look := "/findings/look?" + url.Values{"platform": {"circle"}, "flaws": {"CVE-2026-990702"}, "received": {"2026-11-20T11:00"}, "by": {"Borel Énergie"}}.Encode()
	sent := func(more url.Values) url.Values {
		out := url.Values{"platform": {"circle"}, "flaws": {"CVE-2026-990702"}, "received": {"2026-11-20T11:00"}}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	serve := "/partners/" + l.acme + "/do?act=finding-served&finding=" + l.draft
	list := []pageCase{
		{Path: "/findings", Who: "karin"}, {Path: "/findings", Who: "ada", Name: "findings-ours"}, {Path: "/findings", Who: "dirk", Name: "findings-none"}, {Path: "/findings", Who: "stranger", Status: 404, Name: "findings-stranger"},
		{Path: "/findings?state=withdrawn", Who: "karin", Name: "findings-filtered"}, {Path: "/findings", Who: "anton", Name: "findings-reads"},
		{Path: "/findings/look", Who: "karin"}, {Path: look, Who: "karin", Name: "findings-look-found"}, {Path: "/findings/look?case=" + l.third, Who: "karin", Name: "findings-look-case"},
		{Path: "/findings/look?platform=circle&received=soon", Who: "karin", Name: "findings-look-wrong"}, {Path: "/findings/look?flaws=CVE-2026-1&received=2026-11-20", Who: "karin", Name: "findings-look-nobody"},
		{Path: "/findings/look", Who: "anton", Status: 403, Name: "findings-look-reads"}, {Path: "/findings/look", Who: "ada", Status: 404, Name: "findings-look-not-yours"},
		{Path: "/findings/look", Who: "karin", Form: sent(url.Values{"member": {l.ferrum}, "limb": {"report"}}), Status: 422, Name: "findings-make-nothing"},
		{Path: "/findings/look", Who: "karin", Form: sent(url.Values{"member": {l.acme}}), Status: 422, Name: "findings-make-limb"},
		{Path: "/findings/" + l.draft, Who: "karin", Name: "finding-draft"}, {Path: "/findings/" + l.served, Who: "karin", Name: "finding-contested"}, {Path: "/findings/" + l.fresh, Who: "karin", Name: "finding-served"},
		{Path: "/findings/" + l.fresh, Who: "ada", Name: "finding-ours"}, {Path: "/findings/" + l.served, Who: "ada", Name: "finding-ours-contested"}, {Path: "/findings/" + l.served, Who: "anne", Name: "finding-reads"},
		{Path: "/findings/" + l.draft, Who: "ada", Status: 404, Name: "finding-draft-not-yours"}, {Path: "/findings/" + l.served, Who: "cleo", Status: 404, Name: "finding-other"}, {Path: "/findings/nothing", Who: "karin", Status: 404, Name: "finding-nowhere"},
		{Path: serve, Who: "karin", Name: "finding-serve"},
		{Path: serve, Who: "karin", Form: url.Values{"rule": {"TMP-MEMBER-REPORT"}, "reason": {"We heard it from others."}, "text": {"Please read."}, "do": {"preview"}}, Name: "finding-serve-preview"},
		{Path: "/partners/" + l.acme + "/do?act=hearing-opened", Who: "karin", Name: "do-hear"},
		{Path: "/partners/" + l.acme, Who: "karin", Name: "partner-findings"}, {Path: "/partners/" + l.acme + "/about-us", Who: "ada", Name: "about-us-findings"}, {Path: "/cases/" + l.third + "/plan", Who: "karin", Name: "case-who-knew"},
	}
	for i := range list {
		list[i].Set = func(f *fake) { l.in(f) }
	}
	return list
}

func init() { morePages = append(morePages, findingPages()...) }

// TestFindingsAreTheirSides: to whoever may not read a finding, what is there and
// what is not give the same page, byte by byte.
func TestFindingsAreTheirSides(t *testing.T) {
	l := theLate()
	h := l.site(t)
	absent := "/findings/" + strings.Repeat("q", len(l.draft))
	for _, c := range []struct{ who, id string }{{"ada", l.draft}, {"cleo", l.served}, {"cleo", l.draft}, {"stranger", l.served}, {"fay", l.fresh}} {
		a, b := ask(t, h, c.who, "en", "/findings/"+c.id, nil), ask(t, h, c.who, "en", absent, nil)
		if a.Code != 404 || a.Body.String() != b.Body.String() {
			t.Errorf("%s reads %s: %d, and %d for what is not there", c.who, c.id, a.Code, b.Code)
		}
	}
	if w := ask(t, h, "ada", "en", "/findings/"+l.served, nil); w.Code != 200 { // the control
		t.Errorf("the member does not read what was served on it: %d", w.Code)
	}
}
