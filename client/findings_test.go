package client

import (
	"context"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

const heard = `
format: tocsin-casefile/1
case: TOC-HEARD
title: What the office heard (invented)
record: kept
tlp: AMBER
vulnerabilities: [CVE-2026-990100]
products: [{id: lib, name: Example Library, provider: maker}]
parties:
  - {id: acme, name: Acme, country: DE}
  - {id: maker, name: Example Maker, country: US}
  - {id: office, name: Office, country: DE, roles: [authority]}
events:
  - {id: t1, kind: aware, by: acme, of: lib, at: "2026-01-10T10:00:00Z"}
`

// findings is the way of a lateness finding by the client: the office looks and makes
// a draft, which the member does not find.
func findings(ctx context.Context, t *testing.T, p *app.Platform, karin access.Reader, office, acme *Client, membership string) {
	t.Helper()
	kept := must(p.Desk().ImportAs(ctx, karin, "office", "case.yaml", []byte(heard), ""))
	must(p.Desk().GiveSeat(ctx, karin, kept.Handle, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"}))
	r := Report{Flaws: []string{"CVE-2026-990100"}, Received: "2026-02-01T09:00:00Z"}
	var found *Earlier
	for until := time.Now().Add(20 * time.Second); ; { // until the desk has made its lines
		if found = must(office.LookEarlier(ctx, "circle", r, "", 0)); len(found.Found) > 0 || time.Now().After(until) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(found.Found) != 1 || found.Found[0].Membership != membership || found.Found[0].Evidence.When != "earlier" {
		t.Fatalf("%+v", found)
	}
	made := must(office.MakeFinding(ctx, membership, "report", "We heard it.", r))
	if again := must(office.MakeFinding(ctx, membership, "report", "We heard it.", r)); again.ID != made.ID {
		t.Error("the same evidence makes two drafts")
	}
	list := must(office.Findings(ctx, membership))
	if one := must(office.Finding(ctx, made.ID)); len(list) != 1 || list[0].State != "draft" || len(list[0].Evidence.Rows) > 0 || len(one.Evidence.Rows) != 1 || one.Hash != list[0].Hash {
		t.Errorf("%+v\n%+v", list, one)
	}
	if _, err := acme.Finding(ctx, made.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the member reads a draft: %v", err)
	}
	if list := must(acme.Findings(ctx, "")); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if _, err := acme.LookEarlier(ctx, "circle", r, "", 0); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the member looks: %v", err)
	}
}
