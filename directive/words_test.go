package directive

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func wanted() []string {
	var keys []string
	for _, s := range Statuses() {
		keys = append(keys, "status."+string(s))
	}
	for _, k := range Kinds() {
		keys = append(keys, "kind."+string(k))
	}
	for _, m := range modalities {
		keys = append(keys, "modality."+m)
	}
	for _, k := range stepKinds {
		keys = append(keys, "step."+k)
	}
	slices.Sort(keys)
	return keys
}

// missing lists what a catalogue lacks and what it has too much.
func missing(words map[string]string) []string {
	var out []string
	for _, k := range wanted() {
		if words[k] == "" {
			out = append(out, "no words for "+k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(words)) {
		if !slices.Contains(wanted(), k) {
			out = append(out, "words for "+k)
		}
	}
	return out
}

func TestWordsInFourLanguages(t *testing.T) {
	if len(rules) != len(Kinds()) {
		t.Errorf("%d kinds are listed, %d have a rule", len(Kinds()), len(rules))
	}
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		for _, m := range missing(catalogues()[lang]) {
			t.Errorf("%s: %s", lang, m)
		}
	}
	if got := Overdue.In("de"); got != "Datum vorbei, keine Erledigungsmeldung eingegangen" {
		t.Error(got)
	}
	if got := Extended.In("ja"); got != "time extended" {
		t.Errorf("a language without words says %q", got)
	}
	if ModalityIn(Asked, "en") != "is asked to" || StepIn("move", "fr") != "déplacer" {
		t.Error("a modality or a step has other words")
	}
}

// The control: a catalogue with a hole and a word too many is found out.
func TestAHoleInTheWordsIsFound(t *testing.T) {
	words := maps.Clone(catalogues()["zh"])
	delete(words, "status.overdue")
	words["status.guilty"] = "x"
	if got := missing(words); !slices.Equal(got, []string{"no words for status.overdue", "words for status.guilty"}) {
		t.Errorf("found %q", got)
	}
}

// No word of any language judges a member.
func TestNoWordIsAVerdict(t *testing.T) {
	for lang, verdicts := range map[string][]string{
		"en": {"breach", "violat", "guilty", "fail", "complian", "default"}, "de": {"Verstoß", "verletz", "säumig", "Versäum"},
		"fr": {"manquement", "violation", "faute", "défaut"}, "zh": {"违反", "违规", "过失", "失职"},
	} {
		for key, w := range catalogues()[lang] {
			for _, v := range verdicts {
				if containsFold(w, v) {
					t.Errorf("%s %s: %q", lang, key, w)
				}
			}
		}
	}
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}
