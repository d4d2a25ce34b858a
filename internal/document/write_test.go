package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	yaml "go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

func scalarNode(tag, v string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v}
}

func mapping(kv ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: kv}
}

// What is written is what a person would write: plain words plain, and all that
// a reader could take for something else in quotes.
func TestYAMLReadsWell(t *testing.T) {
	root, err := Parse("f", []byte(`{"format":"tocsin-casefile/1","title":"A flaw: remote code","tags":["cna","1.0","no"],"none":[],
		"entries":[{"id":"e1","at":"2021-12-10","n":3,"ok":true,"f":1.0},{"id":"e2","text":"`+strings.Repeat("word ", 40)+`","with":{"a":"b"}}]}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := `format: tocsin-casefile/1
title: "A flaw: remote code"
tags: [cna, "1.0", "no"]
none: []
entries:
  - {id: e1, at: "2021-12-10", "n": 3, ok: true, f: 1.0}
  - id: e2
    text: "` + strings.Repeat("word ", 40) + `"
    with: {a: b}
`
	if diff := cmp.Diff(want, string(YAML(root))); diff != "" {
		t.Error(diff)
	}
}

var sameTree = []cmp.Option{
	cmpopts.IgnoreFields(yaml.Node{}, "Line", "Column", "Style"), cmpopts.EquateEmpty(),
}

// Whatever a tree holds, it is read back: texts that look like numbers, dates,
// truths, marks or escapes among them.
func TestYAMLIsReadBack(t *testing.T) {
	tricky := []string{"", " ", "a ", " a", "~", "null", "Null", "true", "Yes", "off", "0", "-1", "1.5", "1e3", ".5", "0x1F", "0o17", "1_000", ".inf", "-.INF", ".NaN",
		"2021-12-10", "2021-12-10T00:00:00Z", "12:30:45", "a: b", "a:", ":a", "a #b", "#a", "- a", "-", "--", "---", "...", "? a", "!a", "!!str a", "&a", "*a", "<<", "=",
		"[a]", "{a}", "a, b", "a]", "|", ">", "'", "\"", "\\", "\\n", "@a", "`a", "%a", "a\nb", "a\r\nb", "\ta", "a\tb", "\u0007", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufffe", "\U0001f600", "漏洞", "e\u0301"}
	text := rapid.OneOf(rapid.SampledFrom(tricky), rapid.String().Filter(func(s string) bool { return !strings.ContainsRune(s, 0) }))
	key := text.Filter(func(s string) bool { return len(s) < 100 })
	scalar := rapid.Custom(func(t *rapid.T) *yaml.Node {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return scalarNode("!!int", rapid.SampledFrom([]string{"0", "-7", "9223372036854775807"}).Draw(t, "int"))
		case 1:
			return scalarNode("!!float", rapid.SampledFrom([]string{"1.0", "-0.5", "1e+30", "2.5e-07"}).Draw(t, "float"))
		case 2:
			return scalarNode("!!bool", rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool"))
		}
		return scalarNode("!!str", text.Draw(t, "text"))
	})
	var value func(depth int) *rapid.Generator[*yaml.Node]
	table := func(depth int) *rapid.Generator[*yaml.Node] {
		return rapid.Custom(func(t *rapid.T) *yaml.Node {
			n := mapping()
			for _, k := range rapid.SliceOfNDistinct(key, 0, 4, rapid.ID[string]).Draw(t, "keys") {
				n.Content = append(n.Content, scalarNode("!!str", k), value(depth-1).Draw(t, "value"))
			}
			return n
		})
	}
	value = func(depth int) *rapid.Generator[*yaml.Node] {
		if depth == 0 {
			return scalar
		}
		list := rapid.Custom(func(t *rapid.T) *yaml.Node {
			return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: rapid.SliceOfN(value(depth-1), 0, 4).Draw(t, "list")}
		})
		return rapid.OneOf(scalar, list, table(depth))
	}
	rapid.Check(t, func(t *rapid.T) {
		want := table(4).Draw(t, "root")
		if len(want.Content) == 0 {
			t.Skip("an empty document")
		}
		data := YAML(want)
		got, err := Parse("f", data, Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(want, got, sameTree...); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
	})
}

// FuzzDocument: no bytes make the reader panic or hang; what it takes, it can
// write and take again, and the second writing is the first.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{"a: b\n", "{\"a\": [1, true, null]}", "a:\n  - {b: c}\n  - |\n    x\n", "\ufeffa: 'b'\r\n", "? a\n: b\n", "a: &x b\nc: *x\n", "---\na: b\n...\n", "a: !!str 1", "[", "{", "{a: \"\\x41\"}", bomb()} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := Parse("f", data, Limits{Bytes: 1 << 16})
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "f:") || strings.ContainsAny(msg, "\n\x1b") {
				t.Fatalf("a message without its place, or of several lines: %q", msg)
			}
			return
		}
		var s sheet
		_ = Decode("f", root, &s)
		once := YAML(root)
		if len(once) == 0 {
			return
		}
		again, err := Parse("g", once, Limits{})
		if err != nil {
			t.Fatalf("what was written is refused: %v\n%s", err, once)
		}
		if twice := YAML(again); string(once) != string(twice) {
			t.Fatalf("written twice, it differs:\n%s\n%s", once, twice)
		}
	})
}
