package casefile

import (
	"maps"
	"slices"
	"testing"
)

// wordless lists the kinds that a catalogue has no words for, and the words that
// it has for no kind.
func wordless(words map[Kind]string) []string {
	var out []string
	for k := range kinds {
		if words[k] == "" {
			out = append(out, "no words for "+string(k))
		}
	}
	for k := range words {
		if !k.Known() {
			out = append(out, "words for "+string(k))
		}
	}
	slices.Sort(out)
	return out
}

func TestEveryKindHasWordsInFourLanguages(t *testing.T) {
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		for _, fault := range wordless(kindWords()[lang]) {
			t.Errorf("%s: %s", lang, fault)
		}
		if lang != "en" && Kind("aware").In(lang) == Kind("aware").Words() {
			t.Errorf("%s says it in English", lang)
		}
	}
	if got := Kind("aware").In("ja"); got != "became aware" {
		t.Errorf("a language without words says %q", got)
	}
	if got := Kind("conquered").In("de"); got != "" {
		t.Errorf("a kind that is none is %q", got)
	}
}

// The control: a kind without words, and words without a kind, are found.
func TestAKindWithoutWordsIsFound(t *testing.T) {
	words := maps.Clone(kindWords()["de"])
	delete(words, "aware")
	words["conquered"] = "erobert"
	if got := wordless(words); !slices.Equal(got, []string{"no words for aware", "words for conquered"}) {
		t.Errorf("found %q", got)
	}
}
