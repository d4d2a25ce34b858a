package timeline

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/plaintext"
)

var braces = regexp.MustCompile(`\{[^}]*\}`)

// Every language has every word, and each pattern names the same parts.
func TestEveryLanguageHasEveryWord(t *testing.T) {
	en := reflect.ValueOf(english())
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		v := reflect.ValueOf(WordsFor(lang))
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).Kind() == reflect.Array {
				for k := range 12 {
					if v.Field(i).Index(k).String() == "" {
						t.Errorf("%s: %s has no month %d", lang, name, k+1)
					}
				}
				continue
			}
			got, want := v.Field(i).String(), en.Field(i).String()
			if got == "" {
				t.Errorf("%s: %s is empty", lang, name)
			}
			a, b := braces.FindAllString(strings.ToLower(got), -1), braces.FindAllString(strings.ToLower(want), -1)
			if slices.Sort(a); name == "DayMonth" || name == "MonthYear" || name == "FullDay" || !slices.Equal(a, sorted(b)) && len(b) > 0 {
				if !slices.Equal(a, sorted(b)) {
					t.Errorf("%s: %s is %q, English %q", lang, name, got, want)
				}
			}
			if plaintext.Clean(got) != got {
				t.Errorf("%s: %s holds signs that would be stripped: %q", lang, name, got)
			}
		}
	}
}

func sorted(s []string) []string { slices.Sort(s); return s }

func TestWordsForChoosesByTheBaseLanguage(t *testing.T) {
	for lang, want := range map[string]string{"zh-Hans-CN": "现在", "de_AT": "jetzt", "FR": "maintenant", "nl": "now", "": "now"} {
		if got := WordsFor(lang).Now; got != want {
			t.Errorf("%q says %q, want %q", lang, got, want)
		}
	}
}

// The caller's words win, and what it leaves empty is filled; hidden signs in
// them are stripped like anywhere else.
func TestCallersWordsWin(t *testing.T) {
	w := Words{Now: "today\u202e", Months: [12]string{"Hornung"}}.or(WordsFor("en"))
	if w.Now != "today" || w.Months[0] != "Hornung" || w.Months[1] != "February" || w.Due != "due" {
		t.Errorf("%q %q %q", w.Now, w.Months[:2], w.Due)
	}
}

func TestDatesInFourLanguages(t *testing.T) {
	for lang, want := range map[string]string{"en": "4 Mar 2026 16:05", "zh": "2026年3月4日 16:05", "de": "4. März 2026 16:05", "fr": "4 mars 2026 16:05"} {
		if got := WordsFor(lang).moment(utc("2026-03-04T16:05:00Z")); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if got := english().moment(utc("2026-03-04T16:05:09Z")); got != "4 Mar 2026 16:05:09" {
		t.Errorf("seconds are lost: %q", got)
	}
}
