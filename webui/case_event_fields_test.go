package webui

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/casefile"
)

// TestEveryKindHasItsPlace: each kind of event is in one group, and the form
// shows the keys that docs/casefile.md gives it.
func TestEveryKindHasItsPlace(t *testing.T) {
	placed := map[casefile.Kind]int{}
	for _, g := range kindGroups {
		for _, k := range g.Kinds {
			placed[k]++
		}
	}
	for _, k := range casefile.Kinds() {
		if placed[k] != 1 {
			t.Errorf("%s stands in %d groups", k, placed[k])
		}
		if _, ok := kindKeys[k]; !ok {
			t.Errorf("%s: the form does not know its keys", k)
		}
		delete(placed, k)
	}
	for k := range placed {
		t.Errorf("%s is no kind", k)
	}
	doc, err := os.ReadFile("../docs/casefile.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| [^|]* \\| ([^|]*) \\| `\\{id: x, kind: ")
	word := regexp.MustCompile("`([a-z-]+)`")
	found := row.FindAllStringSubmatch(string(doc), -1)
	if len(found) < 30 {
		t.Fatalf("%d kinds in the document", len(found))
	}
	for _, r := range found {
		k := casefile.Kind(r[1])
		for _, part := range strings.FieldsFunc(r[2], func(r rune) bool { return r == ',' || r == ';' }) {
			names := word.FindStringSubmatch(part)
			if names == nil || !strings.HasPrefix(strings.TrimSpace(part), "`"+names[1]+"`") || becomes(names[1]) == "" {
				continue // a value of the key before, not a key
			}
			if !slices.Contains(kindKeys[k], names[1]) && names[1] != "text" {
				t.Errorf("%s has the key %s, and the form does not show it first", k, names[1])
			}
		}
	}
	for k, keys := range kindKeys {
		for _, key := range keys {
			if becomes(key) == "" {
				t.Errorf("%s: the form has no field %s", k, key)
			}
		}
	}
}

// TestTheFormHasEveryKey: what an event can hold can be said on the web.
func TestTheFormHasEveryKey(t *testing.T) {
	set := map[string]bool{"id": true, "at": true, "basis": true, "recorded-by": true, "recorded-at": true, "attributes": true} // given elsewhere, or not by people
	src, err := os.ReadFile("../casefile/types.go")
	if err != nil {
		src, err = os.ReadFile("../casefile/event.go")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(string(src), "type Event struct {")
	if !ok {
		t.Fatal("the type stands elsewhere now: say where")
	}
	body, _, _ = strings.Cut(body, "\n}")
	for _, m := range regexp.MustCompile("yaml:\"([a-z-]+)\"").FindAllStringSubmatch(body, -1) {
		if !set[m[1]] && m[1] != "-" && becomes(m[1]) == "" {
			t.Errorf("the form has no field for %s", m[1])
		}
	}
}

// TestPeriodsInWords: lengths of legal time as people read them.
func TestPeriodsInWords(t *testing.T) {
	f := newFake()
	s, err := New(Options{Identity: f, Now: nowAt, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{Site: s, Lang: "en"}
	for in, want := range map[string]string{"PT48H": "48 h", "P2D": "2 d", "P1M": "1 month", "P2W": "2 weeks", "P1Y6M": "1 year 6 months", "PT1H30M": "1 h 30 min", "PT0S": "", "": "", "P3X": "P3X", "P5BD": "5 business days", "P1BD": "1 business day", "P2B": "P2B", "P": ""} {
		if got := v.period(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got, want := v.humane("2026-11-21T16:22:00+01:00 plus PT24H is 2026-11-22T15:22:59Z, or P4BD; PQ stays"), "Sat 21 Nov 2026, 16:22 UTC+1 plus 24 h is Sun 22 Nov 2026, 15:22:59 UTC, or 4 business days; PQ stays"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
