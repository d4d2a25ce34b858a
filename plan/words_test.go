package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// wordLanguages are those that the contract promises (section 2, "Text in four
// languages"); English is the yardstick.
var wordLanguages = []string{"en", "zh", "fr", "de"}

// readWords reads a catalogue as the translator wrote it: key by key, so that a
// key given twice, of which the decoder would keep the last, is seen.
func readWords(data []byte) (keys []string, words map[string]string, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("a catalogue is one object of texts (%v)", err)
	}
	words = map[string]string{}
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		var v string
		if err := dec.Decode(&v); err != nil {
			return nil, nil, fmt.Errorf("%v: %w", k, err)
		}
		keys = append(keys, k.(string))
		if _, twice := words[k.(string)]; twice {
			return nil, nil, fmt.Errorf("%v is given twice", k)
		}
		words[k.(string)] = v
	}
	_, err = dec.Token()
	return keys, words, err
}

func loadWords(t *testing.T, lang string) ([]string, map[string]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("words", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	keys, words, err := readWords(data)
	if err != nil {
		t.Fatalf("words/%s.json: %v", lang, err)
	}
	return keys, words
}

var wordSlot = regexp.MustCompile(`\{[^{}]*\}`)

// slots are the placeholders of a template, sorted, repeats kept.
func slots(template string) []string {
	out := wordSlot.FindAllString(template, -1)
	slices.Sort(out)
	return out
}

// compareWords reports where a catalogue differs from the English one: a code
// without words, words without a code, other placeholders, broken braces.
func compareWords(english, other map[string]string) []string {
	var out []string
	for code, want := range english {
		got, ok := other[code]
		switch {
		case !ok:
			out = append(out, code+": missing")
			continue
		case strings.TrimSpace(got) == "":
			out = append(out, code+": empty")
			continue
		}
		if a, b := slots(got), slots(want); !slices.Equal(a, b) {
			out = append(out, fmt.Sprintf("%s: placeholders %v, English has %v", code, a, b))
		}
		if strings.ContainsAny(wordSlot.ReplaceAllString(got, ""), "{}") {
			out = append(out, code+": a brace without its other half")
		}
	}
	for code := range other {
		if _, ok := english[code]; !ok {
			out = append(out, code+": not in English")
		}
	}
	slices.Sort(out)
	return out
}

func TestFourCataloguesSayTheSameThings(t *testing.T) {
	want := slices.Clone(wordLanguages)
	slices.Sort(want)
	if diff := cmp.Diff(want, Languages()); diff != "" {
		t.Fatalf("languages (-want +got):\n%s", diff)
	}
	order, english := loadWords(t, "en")
	for _, lang := range wordLanguages {
		keys, words := loadWords(t, lang)
		for _, fault := range compareWords(english, words) {
			t.Errorf("%s: %s", lang, fault)
		}
		// One order in all files: a translator reads them side by side.
		if diff := cmp.Diff(order, keys); diff != "" {
			t.Errorf("%s: order of the keys (-en +%s):\n%s", lang, lang, diff)
		}
	}
}

// Control: the checker sees each fault that it is there for.
func TestTheCatalogueCheckerSeesFaults(t *testing.T) {
	english := map[string]string{"met": "done; recorded as event {event}", "waived": "waived ({event})"}
	for name, c := range map[string]struct {
		other map[string]string
		want  string
	}{
		"a missing key":       {map[string]string{"met": "erledigt: {event}"}, "waived: missing"},
		"an empty text":       {map[string]string{"met": " ", "waived": "befreit ({event})"}, "met: empty"},
		"a key of its own":    {map[string]string{"met": "{event}", "waived": "{event}", "more": "x"}, "more: not in English"},
		"a placeholder lost":  {map[string]string{"met": "erledigt", "waived": "{event}"}, "met: placeholders [], English has [{event}]"},
		"one translated":      {map[string]string{"met": "{ereignis}", "waived": "{event}"}, "met: placeholders [{ereignis}], English has [{event}]"},
		"one given twice":     {map[string]string{"met": "{event}{event}", "waived": "{event}"}, "met: placeholders [{event} {event}], English has [{event}]"},
		"a brace left open":   {map[string]string{"met": "{event} {", "waived": "{event}"}, "met: a brace without its other half"},
		"nothing to complain": {map[string]string{"met": "{event}", "waived": "{event}"}, ""},
	} {
		if got := strings.Join(compareWords(english, c.other), "; "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for _, bad := range []string{`{"a": "x", "a": "y"}`, `{"a": 1}`, `["a"]`, `{"a": "x"`, ``} {
		if _, _, err := readWords([]byte(bad)); err == nil {
			t.Errorf("%s: read without complaint", bad)
		}
	}
}

// A language without words, or a code without any, never leaves a blank page.
func TestSayFallsBackToEnglish(t *testing.T) {
	r := because("met", "event", "e7")
	for lang, want := range map[string]string{
		"en": "recorded as done; event e7", "zh": "记录为已完成；事件 e7", "fr": "consigné comme fait\u00a0; événement e7", "de": "als erledigt verzeichnet; Ereignis e7",
		"nl": r.Text, "": r.Text,
	} {
		if got := r.Say(lang); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
	unknown := Reason{Code: "from-a-later-version", Args: map[string]string{"event": "e7"}}
	for _, lang := range append([]string{"nl"}, wordLanguages...) {
		if got := unknown.Say(lang); got != unknown.Code {
			t.Errorf("%s: %q, want the code", lang, got)
		}
	}
}

// Every argument is said, in every language, and none of its own braces is
// taken for a placeholder.
func TestNoArgumentIsLost(t *testing.T) {
	_, english := loadWords(t, "en")
	var codes []string
	for c := range english {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	rapid.Check(t, func(t *rapid.T) {
		r := Reason{Code: rapid.SampledFrom(codes).Draw(t, "code"), Args: map[string]string{}}
		for _, s := range slots(english[r.Code]) {
			r.Args[strings.Trim(s, "{}")] = rapid.StringMatching(`[a-z{}漏é]{1,9}`).Draw(t, s)
		}
		for _, lang := range wordLanguages {
			got := r.Say(lang)
			for name, v := range r.Args {
				if !strings.Contains(got, v) {
					t.Fatalf("%s, %s: %q is lost in %q", lang, name, v, got)
				}
			}
		}
	})
}

// wordStyle is how a language writes a reason, and what it must not say: the
// contract lets nothing speak of a breach, of compliance or of safety.
var wordStyle = map[string]struct{ bad, never *regexp.Regexp }{
	"en": {regexp.MustCompile(`[;:,](\S|$)|[’]`), regexp.MustCompile(`(?i)breach|complian|comply|violat|infring|illegal|unlawful|guilt|\bsafe|\bfail`)},
	"zh": {regexp.MustCompile(`[;:,()!?]|[；：，。、）]\s+\S`), regexp.MustCompile(`违反|违规|违法|违约|合规|安全|失职|逾期`)},
	"fr": {regexp.MustCompile(`[^\x{a0}][;:!?»]|«[^\x{a0}]|'`), regexp.MustCompile(`(?i)viol|infraction|manquement|conform|illégal|illicite|fautif|en règle`)},
	"de": {regexp.MustCompile(`[;:,](\S|$)|["“][^“]*“|'`), regexp.MustCompile(`(?i)verst[oö]ß|verletz|konform|compliance|rechtswidrig|schuld|sicher(heit|er)\b|versäum`)},
}

var tightHan = regexp.MustCompile(`\p{Han}\{|\}\p{Han}`)

// styleFaults reports what a text does against the habit of its language.
func styleFaults(lang, text string) []string {
	var out []string
	s := wordStyle[lang]
	bare := wordSlot.ReplaceAllString(text, "X")
	bare = strings.ReplaceAll(bare, "24:00", "X")
	if m := s.bad.FindString(bare); m != "" {
		out = append(out, fmt.Sprintf("punctuation %q", m))
	}
	if m := s.never.FindString(text); m != "" {
		out = append(out, fmt.Sprintf("the word %q", m))
	}
	if r, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(".。!！", r) {
		out = append(out, "a final stop")
	}
	if lang == "zh" && tightHan.MatchString(text) {
		out = append(out, "no space between Chinese and what is mostly a date or an id")
	}
	first, _ := utf8.DecodeRuneInString(text)
	noun := lang == "de" || strings.HasPrefix(text, "{") // a German noun may come first
	if unicode.IsUpper(first) && !noun {
		out = append(out, "a capital at the start")
	}
	if strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
		out = append(out, "a stray space")
	}
	return out
}

func TestWordsKeepTheHabitsOfTheirLanguageAndTheCareOfTheContract(t *testing.T) {
	for _, lang := range wordLanguages {
		_, words := loadWords(t, lang)
		for code, text := range words {
			for _, fault := range styleFaults(lang, text) {
				t.Errorf("%s, %s: %s in %q", lang, code, fault, text)
			}
		}
	}
	// Control: each of these is refused.
	for lang, texts := range map[string][]string{
		"en": {"The clock runs", "done.", "a breach is recorded", "the party is not compliant", "one,two", "done "},
		"zh": {"期限已届满。", "构成违反", "该方(甲)", "一, 二", "合规", "自{from}起"},
		"fr": {"le délai court : {needs}", "« {pace} »", "un manquement est consigné", "l'acte", "Le délai court"},
		"de": {"ein Verstoß ist verzeichnet", "Maßstab “{pace}“", "erledigt;{event}", "nicht konform", "erledigt."},
	} {
		for _, text := range texts {
			if styleFaults(lang, text) == nil {
				t.Errorf("%s: %q passes", lang, text)
			}
		}
	}
}

// The sentences on which most depends, word for word in four languages.
func TestTheCarefulSentences(t *testing.T) {
	for _, c := range []struct {
		reason         Reason
		en, zh, fr, de string
	}{
		{because("no-record"),
			"no record in these sources; absence from outside sources is not evidence that it was not done",
			"在这些来源中未见记录；外部来源未见记载，不能作为未曾履行的证据",
			"aucune mention dans ces sources\u00a0; l’absence de mention dans des sources externes n’est pas une preuve que l’acte n’a pas été accompli",
			"kein Eintrag in diesen Quellen; das Fehlen in fremden Quellen ist kein Beleg dafür, dass es unterblieben ist"},
		{because("act-against", "event", "e9"),
			"an act against it is recorded (e9)",
			"记录中有与该禁止相抵触的行为（e9）",
			"un acte contraire à cette interdiction est consigné (e9)",
			"eine Handlung gegen das Verbot ist verzeichnet (e9)"},
		{because("no-number", "pace", "立即"),
			"the text gives no number; its standard is “立即”",
			"条文未规定具体期限；其要求为“立即”",
			"le texte ne fixe pas de délai chiffré\u00a0; son exigence est «\u00a0立即\u00a0»",
			"der Text nennt keine bezifferte Frist; sein Maßstab lautet „立即“"},
		// Traps 11: the end of a day is said as 24:00 of that day.
		{because("step-end-of-day", "date", "2021-11-26"),
			"the period ends at 24:00 on 2021-11-26",
			"期间于 2021-11-26 24:00 届满",
			"le délai expire le 2021-11-26 à 24:00",
			"die Frist endet am 2021-11-26 um 24:00 Uhr"},
		// `until` is the first day on which the rule no longer applies.
		{because("ended", "until", "2026-01-01"),
			"the rule ceased to apply on 2026-01-01",
			"该规则自 2026-01-01 起不再适用",
			"la règle a cessé de s’appliquer le 2026-01-01",
			"die Regel gilt seit dem 2026-01-01 nicht mehr"},
		// A weekend has no name: nothing is left hanging where it would stand.
		{because("step-skipped", "date", "2026-11-28", "why", "weekend"),
			"2026-11-28 is not counted (weekend)",
			"2026-11-28 不计入；原因：weekend",
			"le 2026-11-28 n’est pas compté (weekend)",
			"der 2026-11-28 wird nicht mitgerechnet (weekend)"},
	} {
		for lang, want := range map[string]string{"en": c.en, "zh": c.zh, "fr": c.fr, "de": c.de} {
			if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(c.reason.Say(lang))); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", lang, c.reason.Code, diff)
			}
		}
	}
}
