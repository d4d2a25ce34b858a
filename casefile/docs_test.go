package casefile_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// doc is docs/casefile.md: what a user reads of the format. These tests keep it
// and the code from drifting apart.
func doc(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../docs/casefile.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// mentions tells whether the document has the word in code marks, alone or
// before its value.
func mentions(doc, word string) bool {
	return regexp.MustCompile("`"+regexp.QuoteMeta(word)+"(:[^`]*)?`").MatchString(doc) ||
		regexp.MustCompile(`[{,\[] ?`+regexp.QuoteMeta(word)+`:`).MatchString(doc)
}

// Every key of the types is explained, under its own section.
func TestEveryKeyIsInTheDocument(t *testing.T) {
	text := doc(t)
	section := func(title string) string {
		_, rest, ok := strings.Cut(text, "\n## "+title+"\n")
		if !ok {
			t.Fatalf("no section %q", title)
		}
		s, _, _ := strings.Cut(rest, "\n## ")
		return s
	}
	for title, v := range map[string]any{"The case": casefile.File{}, "Products": casefile.Product{}, "Parties": casefile.Party{},
		"Sources": casefile.Source{}, "Windows": casefile.Window{}, "Events": casefile.Event{}} {
		s := section(title)
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			if key != "" && key != "-" && !mentions(s, key) {
				t.Errorf("the section %q does not mention %q", title, key)
			}
		}
	}
	for _, key := range []string{"value", "precision", "zone", "likely", "from", "to", "not-before", "not-after"} {
		if !mentions(section("Time"), key) {
			t.Errorf("the section on time does not mention %q", key)
		}
	}
	for _, p := range []calendar.Precision{calendar.Second, calendar.Minute, calendar.Hour, calendar.Day, calendar.Month} {
		if !mentions(section("Time"), string(p)) {
			t.Errorf("the section on time does not mention %q", p)
		}
	}
	if mentions(text, "no-such-key") {
		t.Error("the search finds what is not there")
	}
}

var row = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| .* \\| `(\\{id: x, kind: ([a-z-]+),.*\\})` \\|$")

// Every kind of event has a row with an example, each example is read, and each
// key in it is one that the row or the common keys name.
func TestEveryKindHasAnExampleThatIsRead(t *testing.T) {
	text := doc(t)
	_, yaml, _ := strings.Cut(text, "```yaml\n")
	yaml, _, _ = strings.Cut(yaml, "```")
	if _, err := casefile.Parse("docs/casefile.md", []byte(yaml)); err != nil {
		t.Fatalf("the example at the top: %v", err)
	}
	seen := map[casefile.Kind]bool{}
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		kind := casefile.Kind(m[1])
		if m[1] != m[3] || seen[kind] {
			t.Errorf("the row of %s shows %s, or stands twice", m[1], m[3])
		}
		seen[kind] = true
		c, err := casefile.Parse("docs/casefile.md", []byte(yaml+"  - "+m[2]+"\n"))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if e := c.Event("x"); e == nil || e.Kind != kind {
			t.Errorf("%s: the example is no event of that kind", kind)
		}
	}
	for _, k := range casefile.Kinds() {
		if !seen[k] {
			t.Errorf("the kind %s has no row with an example", k)
		}
	}
	if len(seen) != len(casefile.Kinds()) {
		t.Errorf("%d rows for %d kinds", len(seen), len(casefile.Kinds()))
	}
}

// Each form of time in the document is read.
func TestEveryFormOfTimeIsRead(t *testing.T) {
	forms := regexp.MustCompile("(?m)^\\| `(at: .*)` \\|").FindAllStringSubmatch(doc(t), -1)
	if len(forms) < 6 {
		t.Fatalf("%d forms", len(forms))
	}
	for _, m := range forms {
		if _, err := casefile.Parse("doc", []byte("format: tocsin-casefile/1\ncase: A\nevents: [{id: e, kind: leaked, "+m[1]+"}]\n")); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
}

// The words that the shipped packs ask for are in the document: results that
// they declare, natures, forms and reasons in their conditions.
func TestEveryWordOfThePacksIsInTheDocument(t *testing.T) {
	text := doc(t)
	var words []string
	n := 0
	err := filepath.WalkDir("../rulebook/packs", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".examples.yaml") {
			return err
		}
		n++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		words = append(words, packWords(string(data))...)
		return nil
	})
	if err != nil || n < 15 {
		t.Fatalf("%d packs, %v", n, err)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) < 25 {
		t.Fatalf("only %d words were found: %v", len(words), words)
	}
	for _, w := range words {
		if !mentions(text, w) {
			t.Errorf("docs/casefile.md does not mention %q, which a pack asks for", w)
		}
	}
}

// Rule ids in the document's examples are rules, so that they can be copied.
func TestRulesOfTheDocumentExist(t *testing.T) {
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`(?:rule: |adopts: \[)([A-Z0-9-]+)`).FindAllStringSubmatch(doc(t), -1)
	if len(ids) < 5 {
		t.Fatalf("only %d ids were found", len(ids))
	}
	for _, m := range ids {
		if b.Rule(m[1]) == nil {
			t.Errorf("%s is not a rule", m[1])
		}
	}
}

func packWords(pack string) []string {
	var out []string
	if _, rest, ok := strings.Cut(pack, "\nresults:\n"); ok {
		for _, line := range strings.Split(rest, "\n") {
			if !strings.HasPrefix(line, " ") {
				break
			}
			if m := regexp.MustCompile(`id: ([a-z0-9-]+)`).FindStringSubmatch(line); m != nil {
				out = append(out, m[1])
			}
		}
	}
	for _, p := range []string{`'([a-z-]+)' in event\.(?:nature|with)`, `event\.(?:form|reason|detail|impact|how) [!=]= '([a-z-]+)'`} {
		for _, m := range regexp.MustCompile(p).FindAllStringSubmatch(pack, -1) {
			out = append(out, m[1])
		}
	}
	for _, m := range regexp.MustCompile(`event\.(?:form|impact) in \[([^\]]*)\]`).FindAllStringSubmatch(pack, -1) {
		for _, w := range strings.Split(m[1], ",") {
			out = append(out, strings.Trim(w, " '"))
		}
	}
	for _, m := range regexp.MustCompile(`(?:party|product)\.attributes\['([a-z-]+)'\]`).FindAllStringSubmatch(pack, -1) {
		out = append(out, m[1])
	}
	return out
}
