package rulebook_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/casefile"
	"tocsin/rulebook"
	"tocsin/rulebook/worked"
)

// The guide for those who write packs is tried as it is read: its pack is
// linted, its examples run, and the sentences it quotes are the linter's.

const guideFile = "../docs/adding-a-rule-pack.md"

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func guideText(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(guideFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// guide gives one of the files that the guide writes: pack, examples or case.
func guide(t *testing.T, which string) string {
	t.Helper()
	blocks := yamlBlock.FindAllStringSubmatch(guideText(t), -1)
	i := slices.Index([]string{"pack", "examples", "case"}, which)
	if len(blocks) != 3 || i < 0 {
		t.Fatalf("the guide has %d files, and %q is not known", len(blocks), which)
	}
	return blocks[i][1]
}

// lint says what `tocsin rules lint my-rules` says of the two files. Most of what
// there is to say needs no other pack, only the words that packs share.
func lint(pack, examples string) []string {
	beside := rulebook.Vocabulary(func(string) bool { return false })
	if strings.Contains(pack, "CN-RMSV") {
		beside = rulebook.Shipped()
	}
	dir := rulebook.Dir{Name: "my-rules", FS: fstest.MapFS{"ardenia.yaml": {Data: []byte(pack)}, "ardenia.examples.yaml": {Data: []byte(examples)}}}
	problems, err := worked.Lint(func(file string) bool { return strings.HasPrefix(file, "my-rules/") }, beside, dir)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return out
}

func TestGuideBuildsAPackThatPasses(t *testing.T) {
	pack, examples := guide(t, "pack"), guide(t, "examples")
	if got := lint(pack, examples); got != nil {
		t.Errorf("the linter says %q", got)
	}
	if _, err := casefile.Parse("case.yaml", []byte(guide(t, "case"))); err != nil {
		t.Error(err)
	}
	if err := compile(t, packSchema).Validate(plain(t, "pack", pack)); err != nil {
		t.Error(err)
	}
	if err := compile(t, examplesSchema).Validate(plain(t, "examples", examples)); err != nil {
		t.Error(err)
	}
	dir := rulebook.Dir{Name: "my-rules", FS: fstest.MapFS{"ardenia.yaml": {Data: []byte(pack)}, "ardenia.examples.yaml": {Data: []byte(examples)}}}
	b, err := rulebook.Load(rulebook.Shipped(), dir)
	if err != nil {
		t.Fatal(err)
	}
	list, err := worked.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, _ := worked.Run(b, list)
	if len(results) != 2 {
		t.Fatalf("%d examples, want 2", len(results))
	}
	for _, r := range results {
		if place := r.Example.Place(); !strings.Contains(guideText(t), "ok    "+place) {
			t.Errorf("the guide does not print %q", place)
		}
		for _, e := range r.Errors {
			t.Errorf("%s: %s", r.Example.Name, e)
		}
	}
}

// Each mistake of the guide's table is made, and gives the sentence that stands
// there. Those that a schema can see, the schema refuses too: these are its
// controls.
func TestGuideQuotesTheLinter(t *testing.T) {
	packs, examples := compile(t, packSchema), compile(t, examplesSchema)
	for _, m := range []struct {
		old, with string // in the pack, else in the examples
		sentence  string // in the guide and from the linter
		seen      bool   // by the schema
	}{
		{"modality:", "modalty:", `unknown key; did you mean "modality"?`, true},
		{`"strict: 72 hours from awareness"`, `strict: 72 hours from awareness`, "not readable as YAML: did not find expected ',' or '}'", false},
		{`"ordinary: the day of awareness is not counted, the`, `the day of awareness is not counted, "the`, "unknown key", true},
		{"[xa-nso]\n    pace", "*office\n    pace", "not readable as YAML: unknown anchor 'office' referenced", false},
		{"    modality: must\n", "    modality: must\n    modality: may\n", "the key stands twice; it stood on line ", false},
		{"to: [xa-nso]", "to: [xa-office]", `"xa-office" is neither an entry of the directory nor one of`, false},
		{"role: vendor", "role: provider", `unknown role "provider"`, false},
		{"sources: [XA-1]}\n    verified", "sources: [XA-9]}\n    verified", `"XA-9" is not a source of any pack`, false},
		{"    from: 2026-01-01\n", "", "is missing; write always: true for a norm without a known beginning", true},
		{"status: in-force", "status: revoked", "is missing: a revoked rule has a day on which it no longer applies", true},
		{"elapsed, period: P3D, basis: law", "elapsed, period: P3D, basis: norm", `"norm" does not fit the ground "statute"`, false},
		{"calendar-days, period: P3D", "calendar-days, period: PT72H", "calc calendar-days: period PT72H: want years, months, weeks or days", false},
		{"elapsed, period: P3D", "elapsed, period: P1M", "calc elapsed: period P1M: want weeks, days, hours, minutes or seconds", false},
		{"elapsed, period: P3D", "elapsed", "is missing: a law without a number has no reading", true},
		{"{fact: aware}", "{event: exploited}", `unknown event kind "exploited"`, true},
		{"{fact: aware}", "{fact: aware, event: aware}", "names exactly one of fact, met, due, event", true},
		{"{fact: aware}", "{event: classified, result: [grave]}", `"grave" is not declared by any pack`, false},
		{"{fact: aware}", "{met: report}", "the stage waits for itself: its anchors go round in a circle", false},
		{"operative: without delay", "operative: " + strings.Repeat("without delay ", 12), "a citation quotes a short phrase of at most 160", true},
		{"    verified:", "    reviewed: {by: the team, on: 2026}\n    verified:", "needs a name (by), a jurisdiction and a day (on)", true},
		{"    modality:", "    when: \"party.contry == 'XA'\"\n    modality:", "the condition is not well formed: 1:6: undefined field 'contry'", false},
		{"    modality:", "    when: \"party.country = 'XA'\"\n    modality:", "the condition is not well formed", false},
		{"    modality:", "    when: \"party.country\"\n    modality:", "the condition gives string, not true or false", false},
		{"    modality:", "    when: \"happened('exploitation-observed')\"\n    modality:", "rules[XA-NSA-12-1-REPORT].when: no example makes the condition true", false},
		{"    modality:", "    class: prohibition\n    modality:", "is missing: a prohibition says what it forbids", true},
		{"XA-NSA-12-1-REPORT", "CN-RMSV-7-2-MIIT", "the id is taken already", false},
		{"    name: aware before the Act applied\n    at: \"2026-03-03", "    name: aware before the Act applied\n    at: \"2025-12-29", "", false}, // no mistake: the control
		{`at: "2026-03-02T10:00:00+01:00"`, `at: "2026-03-02T10:00:00"`, "has no offset (zone may be unknown)", true},
		{`due: "2026-03-06T00:00:00+01:00"`, `due: "2026-03-05T24:00:00+01:00"`, "no example that passes shows it applying", false},
		{"    expect: {applies: false}", "    expect: {applies: true}", "no example that passes shows it not applying", false},
		{"obliged: v", "obliges: v", "unknown key", true},
		{"kind: aware, by: v", "kind: knows, by: v", "no example that passes shows it applying", true},
	} {
		pack, tried := guide(t, "pack"), guide(t, "examples")
		schema, judged := packs, &pack
		if !strings.Contains(pack, m.old) {
			schema, judged = examples, &tried
		}
		if !strings.Contains(*judged, m.old) {
			t.Errorf("%q stands in no file of the guide", m.old)
			continue
		}
		*judged = strings.Replace(*judged, m.old, m.with, 1)
		said := lint(pack, tried)
		if m.sentence == "" {
			if said != nil {
				t.Errorf("%s: the linter says %q of what is no mistake", m.with, said)
			}
			continue
		}
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, m.sentence) }) {
			t.Errorf("%s: the linter does not say %q but %q", m.with, m.sentence, said)
		}
		if !strings.Contains(guideText(t), m.sentence) {
			t.Errorf("the guide does not quote %q", m.sentence)
		}
		if strings.Contains(m.sentence, "YAML") || strings.Contains(m.sentence, "twice") {
			continue // no document, so nothing for a schema to judge
		}
		if err := schema.Validate(plain(t, "x", *judged)); (err != nil) != m.seen {
			t.Errorf("%s: the schema says %v, want refused = %v", m.with, err, m.seen)
		}
	}
}

// Every key of both forms stands in the guide, in backticks; those of a case
// are explained where case files are.
func TestGuideNamesEveryKey(t *testing.T) {
	text := guideText(t)
	seen := map[reflect.Type]bool{reflect.TypeFor[casefile.File](): true}
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" {
				if !regexp.MustCompile("`" + regexp.QuoteMeta(tag) + "[`:]").MatchString(text) {
					t.Errorf("%s.%s: the guide does not name the key %q", typ.Name(), f.Name, tag)
				}
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[rulebook.Pack]())
	walk(reflect.TypeFor[worked.File]())
	for _, calc := range enum(t, tree(t, packSchema), "reading.calc") {
		if !strings.Contains(text, "\n| "+calc+" |") {
			t.Errorf("the guide's table does not hold the calc %s", calc)
		}
	}
	for _, duty := range enum(t, tree(t, packSchema), "rule.duty") {
		if !strings.Contains(text, duty) {
			t.Errorf("the guide does not name the duty %s", duty)
		}
	}
	if strings.Count(text, "\n") > 450 {
		t.Errorf("the guide has %d lines; nobody reads more than 450", strings.Count(text, "\n"))
	}
}
