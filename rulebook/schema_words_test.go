package rulebook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "go.yaml.in/yaml/v4"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/document"
	"tocsin/plan"
	"tocsin/rulebook"
	"tocsin/rulebook/worked"
)

// The schemas say nothing of their own. Beside schema_test.go, which holds them
// to the shipped files and the keys of packs and cases, these tests hold them to
// the form of every value, to what an example may expect, and to the words that
// the linter and the case file know.
const (
	packSchema     = "schema/rulepack.schema.json"
	examplesSchema = "schema/examples.schema.json"
)

type object = map[string]any

func tree(t *testing.T, file string) object {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return doc.(object)
}

// compile also judges the schema itself, against the meta-schema of 2020-12.
func compile(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	doc := tree(t, file)
	id, _ := doc["$id"].(string)
	if want := "https://tocsin.example/" + file; id != want {
		t.Errorf("%s: $id is %q, want %q", file, id, want)
	}
	if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("%s: $schema is %v", file, doc["$schema"])
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(id, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain turns a document into the values that a schema judges. Dates stay text,
// as they are for the loader.
func plain(t *testing.T, name, text string) any {
	t.Helper()
	root, err := document.Parse(name, []byte(text), document.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return value(root)
}

func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := object{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		s := make([]any, len(n.Content))
		for i, c := range n.Content {
			s[i] = value(c)
		}
		return s
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

// mirror walks a schema and a type side by side and tells where they differ.
type mirror struct {
	root object
	seen map[reflect.Type]bool
	out  []string
}

func (m *mirror) differ(path, format string, args ...any) {
	m.out = append(m.out, path+": "+fmt.Sprintf(format, args...))
}

// follow finds what a node says, behind $ref; of alternatives that are no
// object of their own it takes the last, which is the long form.
func (m *mirror) follow(node object) object {
	for {
		if ref, ok := node["$ref"].(string); ok {
			next, _ := m.root["$defs"].(object)[strings.TrimPrefix(ref, "#/$defs/")].(object)
			if next == nil {
				m.differ(ref, "leads nowhere")
			}
			node = next
		} else if alts, ok := node["oneOf"].([]any); ok && node["properties"] == nil && node["type"] == nil {
			node = alts[len(alts)-1].(object)
		} else {
			return node
		}
	}
}

func (m *mirror) walk(path string, node object, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	node = m.follow(node)
	want := ""
	switch t {
	case reflect.TypeFor[casefile.Time]():
		m.keys(path, node, knownKeys("events: [{id: e, kind: aware, at: {bogus: 1}}]"))
		return
	case reflect.TypeFor[casefile.Ref]():
		m.keys(path, node, knownKeys("parties: [{id: p, roles: [{bogus: 1}]}]"))
		return
	case reflect.TypeFor[casefile.Scalar]():
		if !reflect.DeepEqual(node["type"], []any{"string", "number", "boolean"}) {
			m.differ(path, "an attribute is one value, not %v", node["type"])
		}
		return
	case reflect.TypeFor[calendar.Period]():
		t = reflect.TypeFor[string]()
	}
	switch t.Kind() {
	case reflect.Struct:
		m.structure(path, node, t)
		return
	case reflect.Slice:
		if items, ok := node["items"].(object); ok {
			m.walk(path+"[]", items, t.Elem())
			return
		}
		want = "array"
	case reflect.Map:
		if items, ok := node["additionalProperties"].(object); ok {
			m.walk(path+".*", items, t.Elem())
		}
		want = "object"
	case reflect.Bool:
		want = "boolean"
	case reflect.Int, reflect.Int64:
		want = "integer"
	case reflect.String:
		if node["enum"] != nil || node["anyOf"] != nil {
			return
		}
		want = "string"
	}
	if node["type"] != want {
		m.differ(path, "is %v, want %s", node["type"], want)
	}
}

func (m *mirror) structure(path string, node object, t reflect.Type) {
	var tags []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			tags = append(tags, tag)
		}
	}
	props := m.keys(path, node, tags)
	if m.seen[t] {
		return
	}
	m.seen[t] = true
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("yaml")
		p, ok := props[tag].(object)
		if !ok {
			continue
		}
		if d, _ := p["description"].(string); d == "" {
			m.differ(path+"."+tag, "has no description")
		}
		m.walk(path+"."+tag, p, t.Field(i).Type)
	}
}

// keys compares the properties of an object with the keys that are read.
func (m *mirror) keys(path string, node object, want []string) object {
	props, _ := node["properties"].(object)
	if node["additionalProperties"] != false {
		m.differ(path, "takes keys that are not listed")
	}
	slices.Sort(want)
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(props))); d != "" {
		m.differ(path, "keys of the type (-) and of the schema (+):\n%s", d)
	}
	return props
}

// knownKeys takes the keys from the sentence that refuses another: these forms
// read themselves and have no tags.
func knownKeys(rest string) []string {
	_, err := casefile.Parse("x", []byte("format: tocsin-casefile/1\ncase: C\n"+rest+"\n"))
	if err == nil {
		return nil
	}
	_, list, _ := strings.Cut(err.Error(), "known are ")
	return strings.Split(list, ", ")
}

func differences(root object, t reflect.Type) []string {
	m := &mirror{root: root, seen: map[reflect.Type]bool{}}
	m.walk(t.Name(), root, t)
	return m.out
}

func TestSchemasHaveTheFormOfTheTypes(t *testing.T) {
	for file, typ := range map[string]reflect.Type{packSchema: reflect.TypeFor[rulebook.Pack](), examplesSchema: reflect.TypeFor[worked.File]()} {
		for _, d := range differences(tree(t, file), typ) {
			t.Errorf("%s: %s", file, d)
		}
	}
}

// The controls: each way in which a schema can leave its type is seen.
func TestMirrorSeesADifference(t *testing.T) {
	prop := func(s object, key string) object { return s["properties"].(object)[key].(object) }
	for name, spoil := range map[string]func(stage object){
		"a key too few":     func(s object) { delete(s["properties"].(object), "pace") },
		"a key too many":    func(s object) { s["properties"].(object)["speed"] = object{} },
		"any other key":     func(s object) { delete(s, "additionalProperties") },
		"a list as text":    func(s object) { s["properties"].(object)["readings"] = prop(s, "pace") },
		"a text as a truth": func(s object) { s["properties"].(object)["pace"] = prop(s, "all-of") },
		"a key unexplained": func(s object) { delete(prop(s, "pace"), "description") },
	} {
		root := tree(t, packSchema)
		spoil(root["$defs"].(object)["stage"].(object))
		if len(differences(root, reflect.TypeFor[rulebook.Pack]())) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
}

// enum gives the words of a property; at is DEF.KEY.
func enum(t *testing.T, root object, at string) []string {
	t.Helper()
	def, key, _ := strings.Cut(at, ".")
	node, _ := root["$defs"].(object)[def].(object)
	if key != "" {
		node, _ = node["properties"].(object)[key].(object)
	}
	if ref, ok := node["$ref"].(string); ok {
		return enum(t, root, strings.TrimPrefix(ref, "#/$defs/"))
	}
	if alts, ok := node["anyOf"].([]any); ok {
		node = alts[0].(object)
	}
	var out []string
	list, _ := node["enum"].([]any)
	for _, w := range list {
		out = append(out, w.(string))
	}
	if out == nil {
		t.Errorf("%s: no closed list", at)
	}
	slices.Sort(out)
	return out
}

// wrongWords is a pack in which every word of a closed list is "?". The linter
// answers each with the list.
const wrongWords = `
pack: wrong
order: XA
roles: [{id: r, over: "?"}]
directory: [{id: d, kind: "?"}]
rules:
  - id: A
    title: {"?": x}
    class: "?"
    subject: "?"
    status: "?"
    ground: "?"
    modality: "?"
    duty: "?"
    displaces-when: "?"
    who: [{role: r, certainty: "?"}]
    retain: {period: P1D, calc: "?"}
    stages: [{id: s, modality: "?", duty: "?", anchor: {which: "?", any: [{event: aware, party: "?"}]}, readings: [{calc: cn-day, period: P1D, basis: "?", rest: "?"}]}]
  - {id: B, class: prohibition, status: norm, ground: norm, modality: must-not, duty: no-share, forbids: {act: "?", to: "?"}}
`

var closedList = regexp.MustCompile(`^"\?" is not one of (?:the languages )?\[ ?(.*)\]$`)

func TestSchemaWordsAreTheLintersWords(t *testing.T) {
	problems, err := rulebook.Lint(rulebook.Dir{FS: fstest.MapFS{"wrong.yaml": {Data: []byte(wrongWords)}}})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]string{}
	for _, p := range problems {
		if m := closedList.FindStringSubmatch(p.Message); m != nil {
			said[p.Key] = strings.Fields(m[1])
			slices.Sort(said[p.Key])
		}
	}
	root := tree(t, packSchema)
	languages := slices.Sorted(maps.Keys(root["$defs"].(object)["title"].(object)["properties"].(object)))
	if d := cmp.Diff(said["rules[A].title.?"], languages); d != "" {
		t.Errorf("languages of the linter (-) and of the schema (+):\n%s", d)
	}
	delete(said, "rules[A].title.?")
	for key, at := range map[string]string{
		"roles[r].over": "role.over", "directory[d].kind": "entry.kind", "rules[A].class": "rule.class", "rules[A].subject": "rule.subject",
		"rules[A].status": "rule.status", "rules[A].ground": "rule.ground", "rules[A].modality": "rule.modality", "rules[A].duty": "rule.duty",
		"rules[A].displaces-when": "rule.displaces-when", "rules[A].who.certainty": "who.certainty", "rules[A].retain.calc": "retention.calc",
		"rules[A].stages[s].modality": "stage.modality", "rules[A].stages[s].duty": "stage.duty", "rules[A].stages[s].anchor.which": "anchor.which",
		"rules[A].stages[s].anchor.any[0].party": "match.party", "rules[A].stages[s].readings[0].basis": "reading.basis",
		"rules[A].stages[s].readings[0].rest": "reading.rest", "rules[B].forbids.act": "forbid.act", "rules[B].forbids.to": "forbid.to",
	} {
		if d := cmp.Diff(said[key], enum(t, root, at)); d != "" {
			t.Errorf("%s: the linter's words (-), the schema's (+):\n%s", at, d)
		}
		delete(said, key)
	}
	for key, words := range said { // a new closed list needs its place in the schema
		t.Errorf("%s: the linter knows a closed list that this test does not: %v", key, words)
	}
}

var orList = regexp.MustCompile(`"\?"(?: is not|: want) (.*?),? or (.*)$`)

// The same for case files, whose checker stops at the first wrong word.
func TestSchemaWordsAreTheCaseFilesWords(t *testing.T) {
	root := tree(t, examplesSchema)
	event := func(rest string) string { return "events: [{id: e, kind: aware, " + rest + "}]" }
	for at, text := range map[string]string{
		"case.record":      `record: "?"`,
		"case.tlp":         `tlp: "?"`,
		"source.kind":      `sources: [{id: s, kind: "?"}]`,
		"event.basis":      event(`at: "2026-01-01T00:00:00Z", basis: "?"`),
		"event.how":        event(`at: "2026-01-01T00:00:00Z", how: "?"`),
		"event.detail":     event(`at: "2026-01-01T00:00:00Z", detail: "?"`),
		"event.impact":     event(`at: "2026-01-01T00:00:00Z", impact: "?"`),
		"moment.precision": event(`at: {value: 2026-01-01, zone: UTC, precision: "?"}`),
	} {
		_, err := casefile.Parse("x", []byte("format: tocsin-casefile/1\ncase: C\n"+text+"\n"))
		if err == nil {
			t.Errorf("%s: the case file was taken", at)
			continue
		}
		m := orList.FindStringSubmatch(err.Error())
		if m == nil {
			t.Errorf("%s: no list in %q", at, err)
			continue
		}
		want := append(strings.Split(m[1], ", "), m[2])
		slices.Sort(want)
		if d := cmp.Diff(want, enum(t, root, at)); d != "" {
			t.Errorf("%s: the case file's words (-), the schema's (+):\n%s", at, d)
		}
	}
}

func words[T ~string](list ...T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	slices.Sort(out)
	return out
}

// Lists that the code exports, and those that both schemas hold.
func TestSchemaWordsAreTheCodesWords(t *testing.T) {
	kinds := words(casefile.Kinds()...)
	calcs := words(append(calendar.Calcs(), "fixed", "catalogue-date")...) // the last two compute nothing
	states := words(plan.Awaiting, plan.Open, plan.Running, plan.NoRecord, plan.Missed, plan.Met, plan.MetLate, plan.MetOrLate,
		plan.Disputed, plan.NotScheduled, plan.Displaced, plan.Waived)
	packs, examples := tree(t, packSchema), tree(t, examplesSchema)
	for _, c := range []struct {
		at   string
		root object
		want []string
	}{
		{"match.event", packs, kinds}, {"event.kind", examples, kinds},
		{"reading.calc", packs, calcs}, {"reading.calc", examples, calcs},
		{"duty.state", examples, states}, {"reading.state", examples, states},
		{"duty.modality", examples, enum(t, packs, "rule.modality")}, {"reading.basis", examples, enum(t, packs, "reading.basis")},
		{"duty.certainty", examples, enum(t, packs, "who.certainty")},
	} {
		if d := cmp.Diff(c.want, enum(t, c.root, c.at)); d != "" {
			t.Errorf("%s: the code's words (-), the schema's (+):\n%s", c.at, d)
		}
	}
}

// The periods that an editor takes are those that the loader takes.
func TestSchemaPeriods(t *testing.T) {
	s := compile(t, packSchema)
	for _, p := range []string{"P2D", "P1M", "PT72H", "P4BD", "P1Y2M3W4D", "P1DT12H", "PT1H30M5S",
		"P", "PT", "P1DT", "2D", "P-1D", "P1.5D", "P1H", "P4BDT1H", "P1D4BD", "P123456D", "p2d", ""} {
		pack := strings.Replace(guide(t, "pack"), "period: P3D", "period: "+strconv.Quote(p), 1)
		_, err := calendar.ParsePeriod(p)
		if bad := s.Validate(plain(t, "x", pack)); (bad == nil) != (err == nil) {
			t.Errorf("%q: the schema says %v, the calendar %v", p, bad, err)
		}
	}
}
