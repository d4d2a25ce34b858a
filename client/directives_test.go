package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/directive"
	"tocsin/internal/fault"
)

const anOrder = `format: tocsin-directive/1
directive: ed-2026-1
number: ED 2026/1
title: {en: Patch the pumps}
authorities: [{id: so, name: Office}]
issued-by: so
issued: "2026-10-01T09:00:00Z"
basis: [{text: The Office may order it., citation: "Pump Act (invented), s. 1", official: "https://law.example/1"}]
scope: [{id: everybody, all: true}]
steps: [{id: patch, kind: patch, title: {en: Patch them}, asks: [{of: [everybody], modality: must}]}]
`

// directives lets an office order something of its member: a client drafts it, a
// person issues it, and the member's client answers.
func directives(ctx context.Context, t *testing.T, p *app.Platform, karin access.Reader, office, acme *Client) {
	t.Helper()
	draft := must(office.DraftDirective(ctx, "circle", []byte(anOrder), Write{Key: "d"}))
	if again := must(office.DraftDirective(ctx, "circle", []byte(anOrder), Write{Key: "d"})); again.ID != draft.ID || draft.Status != "draft" {
		t.Errorf("%+v", draft)
	}
	if _, err := acme.Directive(ctx, draft.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a draft is the member's to read: %v", err)
	}
	if _, err := p.Directives().Issue(ctx, karin, draft.ID, draft.Version, ""); err != nil {
		t.Fatal(err)
	}
	list := must(acme.Directives(ctx, "circle"))
	if len(list) != 1 || list[0].Number != "ED 2026/1" || list[0].Waits != 2 || list[0].Withheld {
		t.Fatalf("%+v", list)
	}
	seen := must(acme.Directive(ctx, draft.ID))
	done := must(acme.ActOn(ctx, draft.ID, directive.Act{Kind: directive.Completed, Steps: []string{"patch"}}, seen.Version, Write{Key: "c"}))
	sum := sha256.Sum256([]byte(done.Acts[0].Sealed))
	if len(done.Acts) != 1 || done.Duties[0].Cell.Status != string(directive.Claimed) || done.Acts[0].Hash != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v", done)
	}
	if _, err := acme.ActOn(ctx, draft.ID, directive.Act{Kind: directive.Progressed, Steps: []string{"patch"}}, seen.Version, Write{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an act on old knowledge: %v", err)
	}
	if _, err := acme.DirectiveReport(ctx, draft.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member's report: %v", err)
	}
	if r := must(office.DirectiveReport(ctx, draft.ID)); r.Members != 1 || r.Number != "ED 2026/1" {
		t.Errorf("%+v", r)
	}
	d, err := directive.Parse("own", must(acme.DirectiveFile(ctx, draft.ID, "yaml")))
	if err != nil || len(d.Acts) != 1 || d.Members[0].ID != "acme" {
		t.Errorf("%+v %v", d, err)
	}
	if st, err := directive.Fold(d, d.Acts, time.Now()); err != nil || st.Cells[0].Status != directive.Claimed {
		t.Errorf("%+v %v", st, err)
	}
}
