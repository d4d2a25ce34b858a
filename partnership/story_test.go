package partnership

import (
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func holds(s, words string) bool { return strings.Contains(s, words) }

// shared is a case that the office runs and shows to a member through the circle.
const shared = `
format: tocsin-casefile/1
case: TOC-SHARED
title: A flaw in a pump (invented)
record: kept
tlp: AMBER
products: [{id: pump, name: Example Pump, provider: borel}]
parties:
  - {id: office, name: Sundmark Office, country: DE, roles: [authority]}
  - {id: acme, name: Acme Networks, country: DE, operates: [pump]}
  - {id: borel, name: Borel Energy, country: FR, markets: [FR]}
events:
  - {id: e1, kind: reported, by: borel, to: [office], of: pump, at: "2026-11-20T08:00:00Z", text: words of Borel}
  - {id: e2, kind: reported, by: office, to: [acme], of: pump, at: "2026-11-20T09:00:00Z", text: words of the office}
  - {id: e3, kind: commented, by: office, to: [acme], of: pump, at: "2026-11-20T09:30:00Z", text: what we think of it}
`

// The way from a call to the end of a suspension, with two persons where the
// agreement wants them; the access changes with it, at once and back.
func TestFromACallToTheLifting(t *testing.T) {
	w := newWorld(t)
	id := w.joined("acme", "acme-psirt")
	res, err := w.desk.ImportAs(w.Context(), w.who("karin"), "office", "case.yaml", []byte(shared), "")
	w.must(err)
	if _, err := w.desk.GiveSeat(w.Context(), w.who("karin"), res.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"}); err != nil {
		t.Fatal(err)
	}
	sees := func(person string) bool {
		t.Helper()
		s, err := w.desk.See(w.Context(), w.who(person), res.Handle)
		w.must(err)
		return !s.View.Own && s.Case.Event("e3") != nil
	}
	if !sees("ada") || !sees("ben") {
		t.Fatal("a member does not see what it was shown")
	}

	w.does("karin", id, "called-on due=2026-11-25T12:00:00Z text=help")
	w.does("karin", id, "partner-warned reason=late rule=TMP-MEMBER-REPORT attributes={number: 1/2026, signatory: K, appeal-body: Panel, appeal-until: 2026-12-31}")
	w.does("karin", id, "hearing-opened due=2026-12-04T23:59:59+01:00 reason=answer")
	_, err = w.Do(w.Context(), w.who("karin"), id, w.suspension("until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"), -1, "")
	if err == nil {
		t.Fatal("suspended although the hearing is open")
	}
	w.does("ada", id, "hearing-answered text=sorry re="+w.last(id, "hearing-opened").ID)
	w.does("karin", id, "partner-heard result=answered re="+w.last(id, "hearing-opened").ID)

	asked, err := w.Do(w.Context(), w.who("karin"), id, w.suspension("until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"), -1, "k1")
	w.must(err)
	if asked.State != Waiting || !sees("ada") {
		t.Fatalf("%s, and ada sees: %v", asked.State, sees("ada"))
	}
	if again, err := w.Do(w.Context(), w.who("karin"), id, w.suspension("until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin}"), -1, "k1"); err != nil || again.ID != asked.ID {
		t.Errorf("asked again: %v %v", again.ID, err)
	}
	_, err = w.Decide(w.Context(), w.who("karin"), asked.ID, true, "")
	w.wants(err, fault.Forbidden, "another person")
	_, err = w.Decide(w.Context(), w.who("ada"), asked.ID, true, "")
	w.wants(err, fault.NotFound, "nothing of this kind")
	_, err = w.Decide(w.Context(), w.who("anton"), asked.ID, true, "")
	w.wants(err, fault.Forbidden, "act for the authority")
	w.clock.Pass(time.Minute)
	done, err := w.Decide(w.Context(), w.who("otto"), asked.ID, true, "agreed")
	w.must(err)
	if done.State != Done {
		t.Fatal(done.State)
	}
	if sees("ada") || sees("ben") {
		t.Error("a suspended member still sees what others did")
	}
	if m, err := w.Member(w.Context(), w.who("ada"), id); err != nil || m.State.Standing != partner.Suspended {
		t.Errorf("its own standing: %v %v", m.State.Standing, err)
	}
	// It still reports, and still does what it owes.
	if _, err := w.desk.AddEvent(w.Context(), w.who("ada"), res.Handle, w.act("assessed by=acme of=pump result=valid"), -1, ""); err != nil {
		t.Error("a suspended member cannot answer:", err)
	}
	w.does("karin", id, "rectification-set due={value: 2027-02-28, zone: Europe/Berlin} attributes={task-list: inventory}")
	w.does("ada", id, "rectification-reported text=done re="+w.last(id, "rectification-set").ID)
	w.does("otto", id, "rectification-accepted re="+w.last(id, "rectification-reported").ID)
	_, err = w.Do(w.Context(), w.who("karin"), id, w.act("partner-reinstated result=full "+decision), -1, "")
	if err == nil {
		t.Error("lifted without a review")
	}
	w.does("karin", id, "partner-reassessed result=lift reason=mended re="+w.last(id, "partner-suspended").ID)
	w.does("karin", id, "partner-reinstated result=full "+decision)
	if !sees("ada") || !sees("ben") {
		t.Error("the access did not come back")
	}
}

// A member does one act after another: its own numbers of the file lag behind the
// authority's receipts, and nothing has moved on.
func TestAMemberActsTwiceInARow(t *testing.T) {
	w := newWorld(t)
	id := w.joined("acme")
	w.does("karin", id, "partner-reminded reason=late")
	w.does("ada", id, "mark-contested reason=no re="+w.last(id, "partner-reminded").ID)
	w.does("ada", id, "mark-contested reason=indeed re="+w.last(id, "partner-reminded").ID)
}

// With a key the invitation is sent as without.
func TestAnInvitationHasAKey(t *testing.T) {
	w := newWorld(t)
	m, err := w.Invite(t.Context(), w.who("karin"), InviteAsked{Platform: "circle", Org: "borel", Words: "Welcome."}, "k1")
	w.must(err)
	if m.State.Standing != partner.Invited {
		t.Error(m.State.Standing)
	}
}

const decision = "reason=because rule=TMP-MEMBER-REPORT attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: 2026-12-31, publication: internal, effect: at-once}"
