package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

const anOrder = `format: tocsin-directive/1
directive: ed-2026-1
number: ED 2026/1
title: {en: Patch the pumps}
authorities: [{id: desk, name: Example Desk}]
issued-by: desk
issued: "2026-10-01T09:00:00Z"
basis: [{text: The Desk may order it., citation: "Pump Act (invented), s. 1", official: "https://law.example/1"}]
scope: [{id: everybody, all: true}]
steps: [{id: patch, kind: patch, title: {en: Patch them}, asks: [{of: [everybody], modality: must}]}]
`

// A directive on a running platform: drafted by token, issued by a person, acted on
// and exported by token.
func TestDirectivesOnARunningPlatform(t *testing.T) {
	p := running(t)
	ctx := t.Context()
	org := p.circle(t)
	all, err := p.whole.People().ReadersOf(ctx, org)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	expect := p.expects(t)
	expect(0, "no directive here", "directive", "list", "circle")
	file := write(t, "order.yaml", anOrder)
	expect(exitBad, "line 3: numbr", "directive", "draft", "circle", write(t, "order.yaml", strings.Replace(anOrder, "number:", "numbr:", 1)))
	id := strings.Fields(expect(0, "It binds nobody yet", "directive", "draft", "circle", file, "--key", "k"))[1]
	expect(0, id, "directive", "draft", "circle", file, "--key", "k")
	expect(exitBad, "not issued yet", "directive", "act", id, "reminded text=soon")
	ada := all[0]
	ada.Fresh = true
	if _, err := p.whole.Directives().Issue(ctx, ada, id, -1, ""); err != nil {
		t.Fatal(err)
	}
	expect(0, "ED 2026/1", "directive", "list", "circle")
	expect(0, "On record: reminded", "directive", "act", id, "reminded text='a word to all'", "--key", "r")
	expect(exitBad, "prove once more", "directive", "act", id, "closed text=done")
	expect(exitBad, "leave them out", "directive", "act", id, "reminded at=2026-10-01T09:00:00Z")
	expect(exitBad, "moved on", "directive", "act", id, "reminded text=x", "--expect", "1")
	expect(exitBad, "directive list circle", "directive", "list")
	if out, code := tocsin(t, "directive", "list", "circle"); code != exitBad || !strings.Contains(out, "running platform") {
		t.Errorf("without a platform: %d %s", code, out)
	}

	out := expect(0, "ed-2026-1", "directive", "export", id)
	if shown, code := tocsin(t, "directive", "show", write(t, "out.yaml", out), "--at", time.Now().UTC().Format(time.RFC3339)); code != 0 || !strings.Contains(shown, "Patch the pumps") {
		t.Errorf("exit %d: %s", code, shown)
	}
	var v struct{ Acts []struct{ Kind, Text string } }
	if err := json.Unmarshal([]byte(expect(0, "", "directive", "export", id, "--format", "json")), &v); err != nil || len(v.Acts) != 1 || v.Acts[0].Text != "a word to all" {
		t.Errorf("%+v %v", v, err)
	}
	other, code := tocsin(t, "directive", "export", id, "--server", p.url, "--token-file", p.other)
	if code != exitBad || !strings.Contains(other, "no such directive") {
		t.Errorf("somebody else: %d %s", code, other)
	}
}
