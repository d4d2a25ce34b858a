package partnership

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
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

// learned is a world in which a report arrived of what Acme knew, and how the office
// asks for it.
func learned(w *world) (acme, borel string, asked coordination.EarlierAsked) {
	w.Helper()
	acme, borel = w.joined("acme"), w.joined("borel")
	own, err := w.desk.ImportAs(w.Context(), w.who("ada"), "acme", "case.yaml", []byte(known), "")
	w.must(err)
	_, err = w.desk.ImportAs(w.Context(), w.who("karin"), "office", "case.yaml", []byte(third), "")
	w.must(err)
	_, err = w.desk.GiveSeat(w.Context(), w.who("ada"), own.Handle, coordination.SeatAsked{Org: "office", Role: access.Observes})
	w.must(err)
	w.clock.Pass(time.Minute)
	return acme, borel, coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{"CVE-2026-990100"}, By: "Borel Energy",
		Received: calendar.Instant(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))}}
}

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

// Where the terms want two persons, the finding is the member's to read when the
// second agreed, and not before; it waits once, and is served once.
func TestAFindingIsServedByTwo(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	p := circle()
	p.Terms.SecondPerson["finding-served"] = "rules of procedure 3"
	w.must(w.PutPlatform(ctx, access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, p, 1))
	acme, _, asked := learned(w)
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "", asked)
	w.must(err)
	late := w.act("finding-served reason=late rule=TMP-MEMBER-REPORT")
	a, err := w.ServeFinding(ctx, w.who("karin"), f.ID, late, -1, "k")
	w.must(err)
	again, err := w.ServeFinding(ctx, w.who("karin"), f.ID, late, -1, "k")
	if err != nil || again.ID != a.ID || a.State != Waiting {
		t.Errorf("%+v, %+v: %v", a, again, err)
	}
	_, err = w.ServeFinding(ctx, w.who("otto"), f.ID, late, -1, "")
	w.wants(err, fault.Conflict, "another person's agreement")
	if got, err := w.Finding(ctx, w.who("otto"), f.ID); err != nil || got.State != FindingWaiting {
		t.Errorf("%s: %v", got.State, err)
	}
	if _, err := w.Finding(ctx, w.who("ada"), f.ID); err == nil {
		t.Error("what waits is the member's to read")
	}
	_, err = w.Decide(ctx, w.who("otto"), a.ID, true, "")
	w.must(err)
	got, err := w.Finding(ctx, w.who("ada"), f.ID)
	if err != nil || got.State != FindingServed || got.Act == "" {
		t.Fatalf("%+v: %v", got, err)
	}
	_, err = w.ServeFinding(ctx, w.who("karin"), f.ID, late, -1, "")
	w.wants(err, fault.Conflict, "served already")
}

// An act that names a finding of somebody else's, or other evidence, serves nothing.
func TestAnActServesOnlyItsFinding(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	acme, borel, asked := learned(w)
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "", asked)
	w.must(err)
	for _, spec := range []string{"finding: " + f.ID + ", evidence: 00", "finding: " + strings.Repeat("q", 24), "finding: " + strings.Repeat("x", 600)} {
		w.does("karin", acme, "finding-served reason=late rule=TMP-MEMBER-REPORT attributes={"+spec+"}")
	}
	w.does("karin", borel, "finding-served reason=late rule=TMP-MEMBER-REPORT attributes={finding: "+f.ID+", evidence: "+f.Hash+"}")
	for _, who := range []string{"ada", "cleo"} {
		if _, err := w.Finding(ctx, w.who(who), f.ID); fault.KindOf(err) != fault.NotFound || err == nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	w.does("karin", acme, "finding-served reason=late rule=TMP-MEMBER-REPORT attributes={finding: "+f.ID+", evidence: "+f.Hash+"}") // the control
	if got, err := w.Finding(ctx, w.who("ada"), f.ID); err != nil || got.State != FindingServed {
		t.Errorf("%+v: %v", got, err)
	}
}

// The whole way of a finding in the lists of both sides; nobody else's is among them.
func TestFindingsAreFollowed(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	acme, borel, asked := learned(w)
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "We heard it from others.", asked)
	w.must(err)
	state := func(who, member string) (out []FindingState) {
		t.Helper()
		all, err := w.AllFindings(ctx, w.who(who), member)
		w.must(err)
		for _, l := range all {
			if len(l.Evidence.Rows) > 0 || l.Report.By != "" || l.Name != "Acme Networks" {
				t.Errorf("a list tells %+v", l)
			}
			out = append(out, l.State)
		}
		return out
	}
	expect := func(want FindingState, people ...string) {
		t.Helper()
		for _, who := range []string{"karin", "anton", "ada", "ben", "cleo"} {
			got := state(who, "")
			if reads := slices.Contains(people, who); reads != (len(got) == 1) || reads && got[0] != want {
				t.Errorf("%s reads %v, want %s for %v", who, got, want, people)
			}
		}
	}
	expect(FindingDraft, "karin", "anton")
	served, err := w.ServeFinding(ctx, w.who("karin"), f.ID, w.act("finding-served reason=late rule=TMP-MEMBER-REPORT"), -1, "")
	w.must(err)
	expect(FindingServed, "karin", "anton", "ada", "ben")
	w.does("karin", acme, "hearing-opened reason='Is it so?' due={value: 2026-12-11, zone: Europe/Berlin} re="+served.Event.ID)
	w.does("ada", acme, "hearing-answered text='We told the maker.' re="+w.last(acme, "hearing-opened").ID)
	expect(FindingAnswered, "karin", "anton", "ada", "ben")
	w.does("ada", acme, "mark-contested reason='no' re="+served.Event.ID)
	expect(FindingContested, "karin", "anton", "ada", "ben")
	got, err := w.Finding(ctx, w.who("ada"), f.ID)
	if err != nil || len(got.Replies.Contested) != 1 || len(got.Replies.Hearings) != 1 || len(got.Replies.Answered) != 1 {
		t.Errorf("%+v %v", got.Replies, err)
	}
	w.does("karin", acme, "finding-served result=withdrawn reason='it was another flaw' re="+served.Event.ID)
	expect(FindingWithdrawn, "karin", "anton", "ada", "ben")
	if n := len(state("karin", acme)); n != 1 {
		t.Errorf("%d of the membership", n)
	}
	if n := len(state("karin", borel)); n != 0 {
		t.Errorf("%d of another's", n)
	}
	if _, err := w.AllFindings(ctx, w.who("cleo"), acme); fault.KindOf(err) != fault.NotFound || err == nil {
		t.Error(err)
	}
}

// Of a case that the member sees a side of, the finding shows that side: nothing of
// what others claimed there unseen, and since when follows from what is shown.
func TestAFindingShowsASideOfACase(t *testing.T) {
	w := newWorld(t)
	ctx := w.Context()
	acme, _, asked := learned(w)
	k, err := w.keeper.Load(ctx, "TOC-THIRD")
	w.must(err)
	_, err = w.desk.GiveSeat(ctx, w.who("karin"), k.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	w.must(err)
	_, err = w.desk.AddEvent(ctx, w.who("ada"), k.Handle, w.act("aware by=acme of=lib"), record.AnyVersion, "")
	w.must(err)
	asked.Received = calendar.Instant(monday.Add(24 * time.Hour))
	w.clock.Pass(time.Minute)
	f, err := w.Find(ctx, w.who("karin"), acme, ReportLimb, "", asked)
	w.must(err)
	_, err = w.ServeFinding(ctx, w.who("karin"), f.ID, w.act("finding-served reason=late rule=TMP-MEMBER-REPORT"), -1, "")
	w.must(err)
	whole, err := w.Finding(ctx, w.who("karin"), f.ID)
	w.must(err)
	got, err := w.Finding(ctx, w.who("ada"), f.ID)
	w.must(err)
	seen, err := w.desk.See(ctx, w.who("ada"), k.Handle)
	w.must(err)
	claim, side := 0, 0
	for _, r := range whole.Evidence.Rows {
		for _, m := range r.Marks {
			if m.Event == "t2" {
				claim++
			}
		}
	}
	for _, r := range got.Evidence.Rows {
		for _, m := range r.Marks {
			if r.Case == "TOC-THIRD" {
				side++
				if seen.Case.Event(m.Event) == nil {
					t.Errorf("the member is shown %s, which it does not see", m.Event)
				}
			}
		}
	}
	if claim != 1 || side == 0 || seen.Case.Event("t2") == nil && got.Less == 0 {
		t.Errorf("%d claims, %d marks of the side, %d rows in part", claim, side, got.Less)
	}
	if got.Unseen+got.Less > 0 && got.Report.By != "" {
		t.Error("who brought it is told")
	}
}
