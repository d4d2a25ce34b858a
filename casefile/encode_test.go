package casefile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tocsin/calendar"
)

// same compares two cases by what they say: lines are no facts, and an empty
// list says what a missing one says.
var same = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" }, cmp.Ignore()),
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// loseless writes a case both ways and reads it back.
func lossless(t failer, c *Case) {
	t.Helper()
	for name, write := range map[string]func() ([]byte, error){"x.yaml": c.YAML, "x.json": c.JSON} {
		data, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := Parse(name, data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(c.File, back.File, same); diff != "" {
			t.Fatalf("%s is not the same:\n%s\n%s", name, diff, data)
		}
	}
}

// Every example is the same case after a journey through each form.
func TestExamplesAreLossless(t *testing.T) {
	names, _ := filepath.Glob("../examples/*.yaml")
	if len(names) < 5 {
		t.Fatalf("only %d examples found", len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse(name, data)
			if err != nil {
				t.Fatal(err)
			}
			lossless(t, c)
		})
	}
}

// The control: a case that differs in one digit, one word or one kind of value
// is not the same.
func TestComparisonSees(t *testing.T) {
	for _, c := range [][2]string{{"09:00:00Z\"}", "09:00:01Z\"}"}, {"markets: [EU,", "markets: [NL,"}, {"contains: [lib]", "contains: [{id: lib, assumed: true}]"}} {
		a, err := Parse("a", []byte(good))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse("b", []byte(strings.Replace(good, c[0], c[1], 1)))
		if err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(a.File, b.File, same) {
			t.Errorf("%s and %s compare as the same", c[0], c[1])
		}
	}
}

// The same case in JSON and in YAML is the same case, tabs and all.
func TestJSONAndYAMLAreTheSameCase(t *testing.T) {
	y, err := Parse("c.yaml", []byte("format: tocsin-casefile/1\ncase: A\nparties: [{id: p, attributes: {a: 1, b: 1.0, c: true, d: \"1\", e: x}, roles: [finder, {id: cna, assumed: true}]}]\n"+
		"events:\n  - {id: e, kind: reported, by: p, to: p, at: {not-after: \"2021-11-24T14:51\", zone: unknown, likely: [Asia/Shanghai]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	j, err := Parse("c.json", []byte("{\n\t\"format\": \"tocsin-casefile/1\", \"case\": \"A\",\n\t\"parties\": [{\"id\": \"p\", \"attributes\": {\"a\": 1, \"b\": 1.0, \"c\": true, \"d\": \"1\", \"e\": \"x\"}, \"roles\": [\"finder\", {\"id\": \"cna\", \"assumed\": true}]}],\n"+
		"\t\"events\": [{\"id\": \"e\", \"kind\": \"reported\", \"by\": \"p\", \"to\": [\"p\"],\n\t\t\"at\": {\"not-after\": \"2021-11-24T14:51\", \"zone\": \"unknown\", \"likely\": [\"Asia/Shanghai\"]}}]\n}"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(y.File, j.File, same); diff != "" {
		t.Error(diff)
	}
	if got := y.Parties[0].Attributes["b"].V; got != 1.0 {
		t.Errorf("1.0 became %T %v", got, got)
	}
}

// Any case whatever, with texts that look like numbers, dates and marks.
func TestAnyCaseIsLossless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { lossless(t, anyCase(t)) })
}

var texts4test = rapid.OneOf(
	rapid.SampledFrom([]string{"", "", "", "no", "1.5", "2021-12-10", "12:30", "a: b", "- a", "#", "*a", "a\nb", "漏洞信息", "\u200b", "\ufeff", "~", "null", "{", "\"", "\\", " x "}),
	rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }),
)

func anyScalar(t *rapid.T) Scalar {
	switch rapid.IntRange(0, 3).Draw(t, "kind of value") {
	case 0:
		return Scalar{rapid.Bool().Draw(t, "bool")}
	case 1:
		return Scalar{rapid.Int64().Draw(t, "int")}
	case 2:
		return Scalar{rapid.Float64().Filter(func(f float64) bool { return f-f == 0 }).Draw(t, "float")}
	}
	return Scalar{texts4test.Draw(t, "text")}
}

func anyTime(t *rapid.T) Time {
	zone := rapid.SampledFrom([][]string{{"Asia/Shanghai"}, {"+05:30"}, {"unknown"}, {"Europe/Berlin", "America/New_York"}}).Draw(t, "zone")
	m := calendar.Moment{Zone: zone}
	if zone[0] == "unknown" {
		m.Likely = rapid.SampledFrom([][]string{nil, {"Asia/Tokyo"}, {"Asia/Shanghai", "UTC"}}).Draw(t, "likely")
	}
	switch rapid.IntRange(0, 4).Draw(t, "form of time") {
	case 0:
		return Time{calendar.Moment{Value: rapid.SampledFrom([]string{"2026-05-04T09:00:00Z", "2026-05-04T09:00:00.25+08:00", "2026-05-04T09:00-05:00"}).Draw(t, "instant")}}
	case 1:
		m.Value = rapid.SampledFrom([]string{"2026-05", "2026-05-04", "2026-05-04T09:00", "2026-05-04T09:00:01"}).Draw(t, "value")
		if len(m.Value) > 7 {
			m.Precision = rapid.SampledFrom([]calendar.Precision{"", calendar.Month, calendar.Day}).Draw(t, "precision")
		}
	case 2:
		m.From, m.To = "2026-05-04", "2026-05-06T10:00"
	case 3:
		m.NotBefore = "2026-05-04"
	case 4:
		m.NotAfter = "2026-05-04T09:00"
	}
	return Time{m}
}

func anyCase(t *rapid.T) *Case {
	text := func() string { return texts4test.Draw(t, "text") }
	words := func() []string { return rapid.SliceOfN(texts4test, 0, 3).Draw(t, "words") }
	flag := func() bool { return rapid.Bool().Draw(t, "flag") }
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	attrs := func() map[string]Scalar {
		m := map[string]Scalar{}
		for _, k := range rapid.SliceOfN(texts4test.Filter(func(s string) bool { return s != "" && len(s) <= 200 }), 0, 3).Draw(t, "keys") {
			m[k] = anyScalar(t)
		}
		return m
	}
	f := File{Format: Format, Case: "TOC/1", Title: text(), Record: pick("sources", "kept"), TLP: pick("", "AMBER+STRICT"),
		Vulnerabilities: words(), Adopts: words(), Note: text(),
		Products: []Product{
			{ID: "lib", Name: text(), Purl: text(), Attributes: attrs(), Assumed: flag()},
			{ID: "漏洞-1", Provider: "p", Contains: []Ref{{"lib", flag()}}, Note: text(), Source: "S"},
		},
		Parties: []Party{
			{ID: "p", Name: text(), Country: pick("", "DE", "UK"), Markets: []string{"EU", "US-NY"}, Roles: []Ref{{text() + "x", flag()}, {"-vendor", false}},
				Is: words(), Operates: []Ref{{"lib", flag()}}, Adopts: words(), Attributes: attrs(), Note: text()},
			{ID: "1.0", PartOf: "p", Assumed: flag()},
		},
		Sources: []Source{{ID: "S", Publisher: text(), Title: text(), Published: pick("", "2021", "2021-12", "2021-12-10"), Language: text(), Kind: pick("", "press"),
			Cites: []string{"S"}, Original: text(), Translation: text(), URL: text(), Note: text()}},
		Windows: []Window{{Kind: "x" + text(), Name: text(), Country: "CN", From: Time{calendar.Moment{Value: "2020-01-01T00:00:00Z"}}, To: anyTime(t), Source: "S"}},
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "events") {
		due := anyTime(t)
		e := Event{ID: string(rune('a' + i)), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"), By: pick("", "p", "1.0"), To: words(), Of: pick("", "lib"), At: anyTime(t),
			Via: text(), Rule: text(), Stage: text(), Covers: words(), How: pick("", "found"), Result: text(), Reason: text(), ReviewOn: pick("", "2026-06-01"),
			Detail: pick("", "exploit"), With: words(), Where: text(), Form: text(), UserAction: flag(), Reveals: flag(), Exploited: flag(), Incident: text(), Nature: words(),
			Persons: rapid.Int64Min(0).Draw(t, "persons"), Exposed: flag(), Automatable: flag(), Impact: pick("", "total"), Until: &due, Scope: text(),
			Label: text(), Text: text(), Original: text(), Source: pick("", "S"), Assumed: flag(), Denies: flag(), ClaimedBy: pick("", "S", "p"),
			Basis: pick("", "claim"), Mandate: text(), RecordedBy: pick("", "p"), RecordedAt: pick("", "2026-05-05T10:00:00.5Z"), Attributes: attrs()}
		if i > 0 {
			e.Re, e.Disputes, e.Supersedes, e.Due = "a", []string{"a"}, []string{"a"}, &due
		}
		f.Events = append(f.Events, e)
	}
	c, err := Build("any", f)
	if err != nil {
		t.Fatalf("the generator made a bad case: %v", err)
	}
	return c
}
