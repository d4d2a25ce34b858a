package partnership

import (
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
)

// known is a member's own case: it knew of the flaw and told its maker, and later
// let the office in.
const known = `
format: tocsin-casefile/1
case: TOC-KNOWN
title: What Acme found (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990100]
products: [{id: lib, name: Example Library, provider: maker}]
parties:
  - {id: acme, name: Acme Networks, country: DE, roles: [finder, sharing-partner]}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
events:
  - {id: k1, kind: aware, how: found, by: acme, of: lib, at: "2026-11-09T08:00:00Z"}
  - {id: k2, kind: reported, by: acme, to: [maker], of: lib, at: "2026-11-09T14:51:00Z"}
`

// third is what somebody else brings, with what they heard of Acme.
const third = `
format: tocsin-casefile/1
case: TOC-THIRD
title: A report from elsewhere (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990100]
products: [{id: lib, name: Example Library, provider: maker}]
parties:
  - {id: borel, name: Borel Energy, country: FR}
  - {id: acme, name: Acme Networks, country: DE}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
events:
  - {id: t1, kind: reported, by: borel, to: [office], of: lib, at: "2026-11-20T10:00:00Z"}
  - {id: t2, kind: aware, by: acme, of: lib, at: "2026-11-10T10:00:00Z", basis: claim, claimed-by: borel}
`

// When a report arrives, what members knew before is found as evidence, with what
// speaks for them; put to the member, it shows nothing of others' cases, and the
// member contests it.
func TestALatenessFinding(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	acme, borel := w.joined("acme"), w.joined("borel")
	own, err := w.desk.ImportAs(ctx, w.who("ada"), "acme", "case.yaml", []byte(known), "")
	w.must(err)
	_, err = w.desk.ImportAs(ctx, w.who("karin"), "office", "case.yaml", []byte(third), "")
	w.must(err)
	asked := coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{"CVE-2026-990100"}, By: "Borel Energy",
		Received: calendar.Instant(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))}}
	mine := func() *Candidate {
		t.Helper()
		all, _, err := w.Look(ctx, w.who("karin"), "circle", asked)
		w.must(err)
		for i := range all {
			if all[i].Membership != nil && all[i].Membership.ID == acme {
				return &all[i]
			}
		}
		return nil
	}
	if c := mine(); c != nil && c.When == earlier.Before {
		t.Errorf("a case that nobody showed the office was found: %+v", c)
	}
	_, err = w.desk.GiveSeat(ctx, w.who("ada"), own.Handle, coordination.SeatAsked{Org: "office", Role: access.Observes})
	w.must(err)
	w.clock.Pass(time.Minute)
	c := mine()
	if c == nil || c.When != earlier.Before {
		t.Fatalf("%+v", c)
	}
	speaks := false
	for _, r := range c.Rows {
		for _, p := range r.For {
			speaks = speaks || p.Code == earlier.ToldMaintainer
		}
	}
	if !speaks {
		t.Error("that it told the maker does not speak for it")
	}
	for who, kind := range map[string]fault.Kind{"ada": fault.Forbidden, "anton": fault.Forbidden, "both": fault.Forbidden} {
		if _, err := w.Find(ctx, w.who(who), acme, ReportLimb, "", asked); err == nil || fault.KindOf(err) != kind {
			t.Errorf("%s finds: %v (want %s)", who, err, kind)
		}
	}
	if _, err := w.Find(ctx, w.who("karin"), borel, ReportLimb, "", asked); fault.KindOf(err) != fault.Conflict || err == nil {
		t.Errorf("of a member that nothing tells of: %v", err)
	}
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "We heard of it from somebody else on 20 November.", asked)
	w.must(err)
	if _, err := w.Finding(ctx, w.who("ada"), f.ID); fault.KindOf(err) != fault.NotFound || err == nil {
		t.Errorf("a draft is shown to the member: %v", err)
	}
	if list, err := w.Findings(ctx, w.who("ada"), acme); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	served, err := w.ServeFinding(ctx, w.who("karin"), f.ID, w.act("finding-served reason=late rule=TMP-MEMBER-REPORT"), -1, "")
	w.must(err)
	if served.State != Done || served.Event.Attributes["evidence"].String() != f.Hash {
		t.Errorf("%+v", served)
	}
	_, err = w.ServeFinding(ctx, w.who("karin"), f.ID, w.act("finding-served reason=late"), -1, "")
	w.wants(err, fault.Conflict, "served already")

	got, err := w.Finding(ctx, w.who("ada"), f.ID)
	w.must(err)
	for _, r := range got.Evidence.Rows {
		if r.Case != "TOC-KNOWN" {
			t.Errorf("the member is shown %s", r.Case)
		}
	}
	if len(got.Evidence.Rows) == 0 || got.Unseen == 0 || got.Report.By != "" {
		t.Errorf("%d rows, %d not shown, brought by %q", len(got.Evidence.Rows), got.Unseen, got.Report.By)
	}
	if whole, err := w.Finding(ctx, w.who("karin"), f.ID); err != nil || whole.Unseen != 0 || len(whole.Evidence.Rows) <= len(got.Evidence.Rows) {
		t.Errorf("%d rows for the office: %v", len(whole.Evidence.Rows), err)
	}
	if _, err := w.Finding(ctx, w.who("cleo"), f.ID); fault.KindOf(err) != fault.NotFound || err == nil {
		t.Error(err)
	}
	w.does("ada", acme, "mark-contested reason='we told the maker within the day' re="+served.Event.ID)
	m, err := w.Member(ctx, w.who("karin"), acme)
	w.must(err)
	if len(m.State.Marks) != 1 || len(m.State.Marks[0].Contested) != 1 {
		t.Errorf("%+v", m.State.Marks)
	}
	if strings.Contains(f.Words, "breach") {
		t.Error("a verdict")
	}
}
