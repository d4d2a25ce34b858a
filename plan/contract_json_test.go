package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/rulebook"
)

// Contract section 2: the JSON form. The golden is the whole plan of a small
// case under a small book, so that it changes only when the engine does.

var update = flag.Bool("update", false, "write the goldens anew")

const goldenPack = `
pack: golden
title: {en: golden}
order: CN
zone: Asia/Shanghai
calendar: CN
sources: [{id: T1, text: test}]
roles:
  - {id: vendor, title: {en: provider of the product}, over: own}
  - {id: finder, title: {en: finder}, over: others}
  - {id: authority, title: {en: authority}}
facts: [{id: aware, title: {en: aware}, any: [{event: aware, party: by}, {event: reported, party: to}]}]
directory: [{id: desk, title: {en: Desk}, country: CN, kind: platform, sources: [T1]}]
rules:
  - id: R-REPORT
    title: {en: Report}
    status: in-force
    ground: statute
    from: 2021-01-01
    who: [{role: vendor}]
    duty: notify-authority
    modality: must
    to: [desk]
    pace: promptly
    contents: [what it is]
    stages:
      - id: first
        anchor: {any: [{fact: aware}]}
        readings: [{calc: elapsed, period: PT24H, basis: law}, {calc: cn-day, period: P2D, basis: law, note: ordinary}]
      - {id: last, anchor: {any: [{event: measure-available}]}}
    citation: {text: "Art. 1", version: "1", operative: words, language: en, official: "https://example.org", sources: [T1]}
    verified: {duty: true, deadline: true, calc: false}
  - id: R-QUIET
    title: {en: Quiet}
    class: prohibition
    status: in-force
    ground: statute
    from: 2021-01-01
    who: [{role: vendor}]
    duty: no-share
    modality: must-not
    forbids: {act: share, to: overseas, except: [provider], starts: {any: [{fact: aware}]}, release: {any: [{event: published, party: anyone}]}}
    citation: {text: "Art. 2", version: "1", sources: [T1]}
    verified: {duty: true, deadline: true, calc: true}
  - id: R-LOG
    title: {en: Log}
    class: standing-duty
    status: in-force
    ground: statute
    from: 2021-01-01
    who: [{role: vendor}]
    duty: keep-record
    modality: must
    retain: {period: P6M, calc: retention-min, each: [{event: reported, party: to}]}
    citation: {text: "Art. 3", version: "1", sources: [T1]}
    verified: {duty: true, deadline: true, calc: true}
`

const goldenCase = `
products: [{id: p, name: Product, provider: v, assumed: true}]
parties: [{id: v, name: Vendor, country: CN}, {id: f, country: US}]
events:
  - {id: e1, kind: reported, by: f, to: [v], of: p, at: "2021-11-24T14:51:00+08:00"}
  - {id: yes, kind: notified, by: v, to: [desk], of: p, at: "2021-11-25T10:00:00+08:00", disputes: [no]}
  - {id: no, kind: notified, by: v, to: [desk], of: p, denies: true, at: "2021-12-01T10:00:00+08:00"}`

func goldenPlan(t *testing.T) []byte {
	t.Helper()
	b, err := rulebook.Load(rulebook.Dir{Name: "golden", FS: memory{"g.yaml": goldenPack}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := For(parse(t, goldenCase), b, Options{At: instantOf(t, "2021-12-24T00:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	p.Basis = Basis{Rulebook: "sha256:…", Engine: Engine, TZData: "…", Holidays: "sha256:…"} // the rest moves with the data
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(p); err != nil {
		t.Fatal(err)
	}
	return sentence.ReplaceAll(out.Bytes(), []byte(`"text": "…"`))
}

// sentence is the words of a reason, which have tests of their own.
var sentence = regexp.MustCompile(`"text": "[^"]*"`)

func TestGoldenJSON(t *testing.T) {
	got := goldenPlan(t)
	const name = "testdata/small.json"
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the JSON form has changed (-want +got):\n%s", diff)
	}
}

// The names that the contract fixes, object by object.
var contractNames = map[string]string{
	"plan":        "case at basis duties prohibitions conflicts standing_duties order warnings",
	"basis":       "rulebook engine tzdata holidays",
	"duty":        "id rule stage obliged of to duty modality ground status assumes anchor readings due act_by pace past_due state met_by met_at late_by recipient_heard alternatives contents because displaced_by citation verified reviewed",
	"anchor":      "events earliest latest",
	"reading":     "calc basis variant due_earliest due_latest state late_by provisional note",
	"alternative": "given state met_by late_by",
	"because":     "code args text",
	"verified":    "duty deadline calc",
	"prohibition": "rule party of act allowed state released_by breached_by window because citation verified",
	"standing":    "rule party keep_until",
	"conflict":    "between party certainty because",
}

func TestJSONHasTheFieldsOfTheContract(t *testing.T) {
	var p map[string]any
	if err := json.Unmarshal(goldenPlan(t), &p); err != nil {
		t.Fatal(err)
	}
	object := func(kind string, v any) map[string]any {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%s is %T", kind, v)
		}
		for _, name := range strings.Fields(contractNames[kind]) {
			if _, ok := m[name]; !ok {
				t.Errorf("%s has no %q", kind, name)
			}
		}
		return m
	}
	list := func(v any) []any {
		l, ok := v.([]any)
		if !ok {
			t.Fatalf("a list is %T", v)
		}
		return l
	}
	object("plan", p)
	object("basis", p["basis"])
	for _, v := range list(p["duties"]) {
		d := object("duty", v)
		object("verified", d["verified"])
		if d["anchor"] != nil {
			object("anchor", d["anchor"])
		}
		for _, r := range list(d["readings"]) {
			object("reading", r)
		}
		for _, a := range list(d["alternatives"]) {
			object("alternative", a)
		}
		for _, b := range list(d["because"]) {
			object("because", b)
		}
		for _, key := range []string{"assumes", "to", "contents"} {
			list(d[key])
		}
	}
	for _, v := range list(p["prohibitions"]) {
		list(object("prohibition", v)["allowed"])
	}
	for _, v := range list(p["standing_duties"]) {
		object("standing", v)
	}
	list(p["conflicts"])
	list(p["order"])
	list(p["warnings"])
	if _, there := p["difference"]; there {
		t.Error("a difference stands only beside a hypothesis")
	}
}

func TestConflictsHaveTheFieldsOfTheContract(t *testing.T) {
	out, err := json.Marshal(planOf(t, "2026-10-05T12:00:00+08:00", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN, markets: [CN, EU]}]
events: [{id: x, kind: exploitation-observed, by: v, of: p, at: "2026-10-05T10:00:00+08:00"}]`).Conflicts[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(contractNames["conflict"]) {
		if !bytes.Contains(out, []byte(`"`+name+`":`)) {
			t.Errorf("no %q in %s", name, out)
		}
	}
}

func TestAnEmptyPlanHasEmptyListsNotNulls(t *testing.T) {
	out, err := json.Marshal(planOf(t, "2021-12-24T00:00:00Z", "title: nothing"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields("duties prohibitions conflicts standing_duties order warnings") {
		if !bytes.Contains(out, []byte(`"`+name+`":[]`)) {
			t.Errorf("%s is not an empty list in %s", name, out)
		}
	}
}

func TestStatesAreThoseOfTheContract(t *testing.T) {
	want := strings.Split("awaiting-anchor|open|running|no-record|missed|met|met-late|met-or-late|disputed|not-scheduled|displaced|waived", "|")
	var got []string
	for _, s := range []State{Awaiting, Open, Running, NoRecord, Missed, Met, MetLate, MetOrLate, Disputed, NotScheduled, Displaced, Waived} {
		got = append(got, string(s))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"an unknown recipient", kept + "\n  - {id: n, kind: notified, by: v, to: [nobody], at: \"2021-11-25T00:00:00+08:00\"}", "events[n].to"},
		{"an unknown role", strings.Replace(kept, "country: CN", "country: CN, roles: [wizard]", 1), "parties[v].roles"},
		{"an unknown role taken away", strings.Replace(kept, "country: CN", `country: CN, roles: ["-wizard"]`, 1), "parties[v].roles"},
		{"an unknown entry", strings.Replace(kept, "country: CN", "country: CN, is: [moon]", 1), "parties[v].is"},
		{"an unknown norm", strings.Replace(kept, "country: CN", "country: CN, adopts: [N-X]", 1), "parties[v].adopts"},
		{"an unknown norm of the case", "adopts: [N-X]\n" + kept, "adopts"},
		{"an unknown rule", kept + "\n  - {id: w, kind: waived, rule: R, at: \"2021-11-25T00:00:00+08:00\"}", "events[w].rule"},
	} {
		_, err := For(parse(t, c.body), book(t), Options{At: instantOf(t, "2021-12-01T00:00:00Z")})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "case.yaml") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	c := parse(t, kept)
	if _, err := For(c, book(t), Options{}); err == nil {
		t.Error("a plan without an instant")
	}
	if _, err := For(c, book(t), Options{At: instantOf(t, "2021-12-01T00:00:00Z"), Party: "x"}); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("an unknown party: %v", err)
	}
}
