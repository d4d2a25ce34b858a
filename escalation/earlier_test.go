package escalation_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/escalation"
)

// A case is found by what it is about, however that is written, and nobody can
// type such a word into a search.
func TestACaseIsFoundByWhatItIsAbout(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.project(h)
	keys, row := escalation.Keys(lookup), w.row(h)
	for _, word := range []string{"\x00cve CVE-2026-44228", "\x00purl pkg:generic/acme/libexample", "\x00name libexample",
		escalation.FlawWord("cve-2026-44228"), escalation.PurlWord("pkg:generic/Acme/libexample@9.9?arch=arm"), escalation.NameWord("LibExample!")} {
		if !slices.Contains(row.Words, keys.Word(word)) {
			t.Errorf("%q does not lead to the case", word)
		}
	}
	for _, word := range []string{"\x00cve CVE-2026-4422", "\x00purl pkg:generic/acme", "\x00name lib"} {
		if slices.Contains(row.Words, keys.Word(word)) {
			t.Errorf("%q leads to the case: only the whole does", word)
		}
	}
	for _, none := range []string{escalation.FlawWord(" "), escalation.PurlWord("libexample"), escalation.NameWord("-")} {
		if none != "" {
			t.Errorf("what is none gives the word %q", none)
		}
	}
	for _, word := range escalation.Ask("\x00cve CVE-2026-44228").Words {
		if strings.Contains(word, "\x00") {
			t.Errorf("%q was typed", word)
		}
	}
}

// The brief of a case holds who knew what, as the case is now.
func TestABriefTellsWhoKnewWhat(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	knew := func() map[string]int {
		t.Helper()
		w.project(h)
		row := w.row(h)
		b, err := row.Brief(escalation.LineSealer(lookup))
		if err != nil {
			t.Fatal(err)
		}
		f, err := b.Facts()
		if err != nil || f == nil || f.Case != "TOC-1" || !f.Kept || !slices.Equal(f.Flaws, []string{"CVE-2026-44228"}) {
			t.Fatalf("%+v %v", f, err)
		}
		out := map[string]int{}
		for _, p := range f.Parties {
			out[p.ID] = len(p.Knew)
		}
		return out
	}
	if got := knew(); got["maker"] == 0 || got["finder"] == 0 {
		t.Errorf("%v", got)
	}
	before := knew()["maker"]
	w.add(h, "aware by=maker of=lib at=2026-11-19T10:00:00Z") // its own word, where the case said nothing of whose it was
	if got := knew(); got["maker"] != before+1 {
		t.Errorf("%v after %d", got, before)
	}
	var b escalation.Brief
	if f, err := b.Facts(); f != nil || err != nil {
		t.Errorf("a brief that holds nothing: %+v %v", f, err)
	}
	b.Known = []byte("nonsense")
	if _, err := b.Facts(); err == nil {
		t.Error("nonsense was read")
	}
}

// Of a case too large for its brief nothing is held, rather than a part.
func TestALargeCaseHoldsNothingOfWhoKnew(t *testing.T) {
	w := newWorld(t)
	var events strings.Builder
	for i := range 400 {
		events.WriteString("  - {id: x" + letters(i) + ", kind: reported, by: finder, to: [maker], of: lib, at: \"2026-11-20T10:00:00Z\"}\n")
	}
	h := w.keep(flawed("TOC-1") + events.String())
	w.project(h)
	row := w.row(h)
	b, err := row.Brief(escalation.LineSealer(lookup))
	if err != nil || b.Known != nil || b.Title == "" {
		t.Errorf("%d bytes, %v", len(b.Known), err)
	}
}
