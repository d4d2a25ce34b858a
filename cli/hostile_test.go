package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// steers finds what could move a cursor or turn a line round.
func steers(s string) string {
	for i, r := range s {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return s[max(0, i-60):min(len(s), i+20)]
		}
	}
	return ""
}

const hostileText = `evil\e[2J\e]0;x\a\u202Egpj\u009b31m`

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, "EVIL", hostileText)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func tocsin(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(append([]string{"tocsin"}, args...), strings.NewReader(""), &o, &e)
	return o.String() + e.String(), code
}

// No text of a case file, whichever key it stands under, reaches the terminal as
// anything but letters.
func TestACaseFileCannotSteerTheTerminal(t *testing.T) {
	file := write(t, "c.yaml", `
format: tocsin-casefile/1
case: "EVIL"
title: "EVIL"
record: RECORD
products: [{id: q, name: "EVIL", provider: acme, assumed: true, contains: [{id: r, assumed: true}]}, {id: r, name: "EVIL"}]
parties:
  - {id: acme, name: "EVIL", country: CN, markets: [CN, EU], roles: [finder, platform-partner, essential-entity]}
  - {id: up, name: "EVIL", country: US}
sources: [{id: s, publisher: "EVIL", title: "EVIL"}]
windows: [{kind: major-event, name: "EVIL", country: CN, from: "2026-10-01T00:00:00Z", to: "2026-12-01T00:00:00Z"}]
events:
  - {id: e1, kind: aware, by: acme, of: q, at: "2026-10-01T00:00:00Z", label: "EVIL", source: s, claimed-by: s, disputes: [e2]}
  - {id: e2, kind: aware, by: acme, of: q, at: "2026-10-02T00:00:00Z", source: s}
  - {id: e3, kind: decided, result: not-reportable, reason: "EVIL", by: acme, of: q, at: "2026-10-02T00:00:00Z"}
  - {id: e4, kind: incident-aware, incident: "EVIL", by: acme, at: "2026-10-02T00:00:00Z"}
  - {id: e5, kind: signalled, to: [acme], by: up, of: q, at: "2026-10-20T00:00:00Z"}
`)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range []string{"kept", "sources"} {
		f := write(t, record+".yaml", strings.Replace(string(data), "RECORD", record, 1))
		for _, more := range [][]string{{}, {"--why"}, {"--assume", "products.q.contains=[]"}} {
			out, code := tocsin(t, append([]string{"plan", "--at", "2026-11-01T00:00:00Z", f}, more...)...)
			if code != 0 || !strings.Contains(out, "evil") {
				t.Errorf("%s %v: exit %d: %.200s", record, more, code, out)
			}
			if at := steers(out); at != "" {
				t.Errorf("%s %v: %q", record, more, at)
			}
		}
	}
}

const hostilePack = `
pack: evil
title: {en: "EVIL"}
order: CN
roles: [{id: evil-role, title: {en: "EVIL"}}]
sources: [{id: EV, text: "EVIL", read: "2026-01-01"}]
directory: [{id: evil-list, title: {en: "EVIL"}, country: CN, kind: list, sources: [EV]}]
rules:
  - id: RULE-1
    title: {en: "EVIL", zh: "EVIL"}
    ground: statute
    status: in-force
    from: "2020-01-01"
    modality: must
    duty: notify-authority
    who: [{role: evil-role, certainty: may, note: "EVIL"}]
    to: [evil-list]
    pace: "EVIL"
    contents: ["EVIL"]
    penalty: "EVIL"
    notes: ["EVIL"]
    citation: {text: "EVIL", version: "EVIL", sources: [EV], operative: "EVIL", language: zh}
    verified: {duty: true, note: "EVIL"}
    stages:
      - {id: s1, title: {en: "EVIL"}, anchor: {any: [{event: aware}]}, readings: [{calc: elapsed, period: PT1H, variant: "EVIL", note: "EVIL"}]}
`

// Nor does any text of a stranger's rule pack.
func TestARulePackCannotSteerTheTerminal(t *testing.T) {
	dir := filepath.Dir(write(t, "evil.yaml", hostilePack))
	file := write(t, "c.yaml", `{"format": "tocsin-casefile/1", "case": "A", "record": "kept",
		"products": [{"id": "q", "provider": "acme"}], "parties": [{"id": "acme", "country": "CN", "roles": ["evil-role"]}],
		"events": [{"id": "e", "kind": "aware", "by": "acme", "of": "q", "at": "2026-10-01T00:00:00Z"}]}`)
	for _, args := range [][]string{
		{"rules", "list", "--rules", dir}, {"rules", "list", "--rules", dir, "--directory"}, {"rules", "list", "--rules", dir, "--roles"},
		{"rules", "show", "--rules", dir, "RULE-1"}, {"plan", "--rules", dir, "--at", "2026-11-01T00:00:00Z", "--why", file},
	} {
		out, code := tocsin(t, args...)
		if code != 0 || !strings.Contains(out, "evil[2J") {
			t.Errorf("%v: exit %d: %.300s", args, code, out)
		}
		if at := steers(out); at != "" {
			t.Errorf("%v: %q", args, at)
		}
	}
	if out, _ := tocsin(t, "rules", "lint", dir); steers(out) != "" {
		t.Errorf("lint: %q", steers(out))
	}
	if out, code := tocsin(t, "plan", "--x\x1b[31m"); code != 2 || steers(out) != "" {
		t.Errorf("a wrong flag: exit %d, %q", code, out)
	}
}
