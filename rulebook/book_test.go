package rulebook

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/fault"
)

func basePack(t *testing.T) string { return sections(t, "testdata/lint.txtar")[0].body }

func folder(name string, files map[string]string) Dir {
	fs := fstest.MapFS{}
	for n, body := range files {
		fs[n] = &fstest.MapFile{Data: []byte(body)}
	}
	return Dir{name, fs}
}

// A stranger's folder stands beside the shipped packs, and may use their roles,
// facts and recipients.
func TestLoadBesideShipped(t *testing.T) {
	mine := folder("mine", map[string]string{"xx/law.yaml": `
pack: mine
title: {en: Mine}
order: CN
zone: Asia/Shanghai
rules:
  - id: MINE-1
    parent: MINE
    title: {en: Tell the ministry too}
    status: in-force
    ground: statute
    from: 2026-01-01
    who: [{role: vendor}]
    duty: notify-authority
    modality: must
    to: [cn-miit-nvdb]
    stages: [{id: a, anchor: {any: [{fact: aware}]}, readings: [{calc: elapsed, period: PT1H}]}]
    citation: {text: Art. 1, version: "1", sources: [S1]}
`, "xx/law.examples.yaml": "not: [read, here"})
	b, err := Load(Shipped(), mine)
	if err != nil {
		t.Fatal(err)
	}
	r := b.Rule("MINE-1")
	if r == nil || r.Pack().File() != "mine/xx/law.yaml" || r.Line() != 7 || len(b.Children("MINE")) != 1 {
		t.Fatalf("%+v", r)
	}
	s := r.Stage("a")
	if r.Class != "case-duty" || r.Subject != "vulnerability" || r.Who[0].Certainty != "does" || s.Duty != "notify-authority" ||
		s.Modality != "must" || s.To[0] != "cn-miit-nvdb" || s.Readings[0].Basis != "law" || r.Stage("b") != nil {
		t.Errorf("what the file left out was not filled in: %+v", r)
	}
	from, until := r.InForce()
	if !from.Equal(time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC)) || !until.IsZero() {
		t.Errorf("in force from %v until %v: the day begins in the pack's zone", from, until)
	}
	if shipped := shippedBook(t); shipped.Digest == b.Digest || !strings.HasPrefix(b.Digest, "sha256:") {
		t.Error("a book with another pack has the same digest")
	}
}

// The digest is that of the contents: neither the order of folders' names on a
// disk nor the name under which a folder is shown changes it; one byte does.
func TestDigest(t *testing.T) {
	a := basePack(t)
	load := func(name, body string) string {
		b, err := Load(folder(name, map[string]string{"p.yaml": body}))
		if err != nil {
			t.Fatal(err)
		}
		return b.Digest
	}
	if load("one", a) != load("two", a) {
		t.Error("the name of a folder changes the digest")
	}
	if load("one", a) == load("one", a+"# a comment\n") {
		t.Error("a byte more does not change the digest")
	}
}

// What cannot be read at all is one sentence of kind invalid.
func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		dirs []Dir
		want string
	}{
		"nothing":                  {[]Dir{folder("x", nil)}, "no rule pack (*.yaml) found"},
		"only examples":            {[]Dir{folder("x", map[string]string{"a.examples.yaml": "pack: a"})}, "no rule pack (*.yaml) found"},
		"a folder that is not":     {[]Dir{{"x", os.DirFS("no/such/folder")}}, "x: cannot be read: no such file or directory"},
		"bad YAML":                 {[]Dir{folder("x", map[string]string{"a/b.yaml": "pack: [\n"})}, "x/a/b.yaml:1: not readable as YAML: did not find expected node content"},
		"an alias":                 {[]Dir{folder("x", map[string]string{"b.yaml": "pack: &a x\n"})}, "x/b.yaml:1: pack: anchors (&a) are not allowed; write the value out"},
		"an empty pack":            {[]Dir{folder("x", map[string]string{"b.yaml": "\n"})}, "x/b.yaml:1: the file is empty"},
		"the same pack twice":      {[]Dir{folder("x", map[string]string{"b.yaml": basePack(t)}), folder("y", map[string]string{"b.yaml": basePack(t)})}, "y/b.yaml:13: facts[aware].id: the id is taken already"},
		"a rule of two packs":      {[]Dir{folder("x", map[string]string{"a.yaml": "pack: a\nrules: [{id: R}]\n", "b.yaml": "pack: b\n\nrules: [{id: R}]\n"})}, "x/b.yaml:3: rules[R].id: the id is taken already, at x/a.yaml:2"},
		"a folder of a lower case": {[]Dir{folder("x", map[string]string{"a.yml": basePack(t)})}, "no rule pack (*.yaml) found"},
	} {
		_, err := Load(c.dirs...)
		if err == nil || err.Error() != c.want || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s:\n got %v (%s)\nwant %s", name, err, fault.KindOf(err), c.want)
		}
	}
}

// FuzzPack: no bytes make loading or linting panic.
func FuzzPack(f *testing.F) {
	data, err := os.ReadFile("testdata/lint.txtar")
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := strings.Cut(string(data), "-- base.yaml --\n")
	body, _, _ = strings.Cut(body, "\n-- ")
	f.Add(body)
	f.Add("pack: a\nrules: [{id: R, who: [{}], stages: [{id: s, anchor: {any: [{met: s}]}, readings: [{min: [{}], calc: elapsed}]}]}]\n")
	f.Fuzz(func(t *testing.T, pack string) {
		dir := folder("", map[string]string{"p.yaml": pack})
		found, lintErr := Lint(dir)
		b, err := Load(dir)
		switch {
		case lintErr != nil && err == nil:
			t.Fatalf("Lint cannot read what Load does: %v", lintErr)
		case err == nil:
			for _, r := range b.Rules {
				b.Conditions(r)
				r.InForce()
			}
			for _, p := range found {
				if !p.Warning {
					t.Fatalf("Load takes what Lint finds wrong: %s", p)
				}
			}
		}
	})
}

// Resolve finds a stage by its full name, a rule's first, or one beside it.
func TestResolve(t *testing.T) {
	b, err := Load(folder("", map[string]string{"p.yaml": basePack(t)}))
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{"R1": "R1/first", "R1/second": "R1/second", "second": "R1/second", "R4/report": "R4/report",
		"R1/none": "", "R9/first": "", "none": "", "R2": "", "": "", "/": ""} {
		got := ""
		if r, s := b.Resolve(ref, b.Rule("R1")); r != nil && s != nil {
			got = r.ID + "/" + s.ID
		}
		if got != want {
			t.Errorf("Resolve(%q) = %q, want %q", ref, got, want)
		}
	}
	if r, s := b.Resolve("first", nil); r != nil || s != nil {
		t.Error("a stage of no rule was found")
	}
}

// Conditions are found wherever they stand, and hold as they are written.
func TestConditions(t *testing.T) {
	b, err := Load(folder("", map[string]string{"p.yaml": basePack(t)}))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.Conditions(b.Rule("R4"))); n != 1 {
		t.Errorf("R4 has %d conditions, want 1", n)
	}
	gate := b.Rule("R1").Gate()
	if k := gate.Kinds(); len(k) != 1 || k[0] != "kev-listed" {
		t.Errorf("kinds %v", k)
	}
	for _, c := range []struct {
		in   Inputs
		want bool
	}{
		{Inputs{Party: Party{Country: "CN"}}, true},
		{Inputs{Party: Party{Country: "US"}}, false},
		{Inputs{Party: Party{Country: "CN"}, Kinds: []string{"kev-listed"}}, false},
		{Inputs{Party: Party{Country: "CN"}, OwnKinds: []string{"kev-listed"}}, true},
	} {
		if got, err := gate.Holds(&c.in); err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c.in, got, err)
		}
	}
	if ok, err := (*Condition)(nil).Holds(nil); !ok || err != nil {
		t.Error("no condition holds always")
	}
}

// An attribute that is not there is an error, and an error does not hold: a rule
// is never applied on a guess.
func TestAMissingAttributeDoesNotHold(t *testing.T) {
	cond, err := compile("k", "party.attributes['size'] > 10")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := cond.Holds(&Inputs{Party: Party{Attributes: map[string]any{}}}); ok || err == nil {
		t.Errorf("held %v, error %v", ok, err)
	}
	if ok, err := cond.Holds(&Inputs{Party: Party{Attributes: map[string]any{"size": int64(11)}}}); !ok || err != nil {
		t.Errorf("held %v, error %v", ok, err)
	}
}

// A condition that would take for ever is stopped.
func TestAConditionCannotTakeForEver(t *testing.T) {
	cond, err := compile("k", "party.markets.all(a, party.markets.all(b, party.markets.all(c, a != b || b != c || a == c)))")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := cond.Holds(&Inputs{Party: Party{Markets: make([]string, 300)}}); ok || err == nil || !strings.Contains(err.Error(), "cost") {
		t.Errorf("held %v, error %v", ok, err)
	}
}

// A title comes in the language asked for, else in English, else in any.
func TestTitles(t *testing.T) {
	for _, c := range []struct {
		titles map[string]string
		lang   string
		want   string
	}{
		{map[string]string{"en": "a", "zh": "b"}, "zh", "b"},
		{map[string]string{"en": "a", "zh": "b"}, "fr", "a"},
		{map[string]string{"zh": "b", "ja": "c"}, "fr", "c"},
		{nil, "en", ""},
	} {
		if got := T(c.titles, c.lang); got != c.want {
			t.Errorf("T(%v, %s) = %q", c.titles, c.lang, got)
		}
	}
}
