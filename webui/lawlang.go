package webui

import (
	"strings"
	"unicode"

	"tocsin/rulebook"
)

// lawLang is the language of what a pack says in free text: the law's own words
// in Chinese or Japanese, else English, in which the packs note everything. What
// mixes both is English with words of the law in it.
func lawLang(text string) string {
	han := false
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			return "en"
		case unicode.Is(unicode.Han, r):
			han = true
		}
	}
	if han {
		return "zh"
	}
	return "en"
}

// inEnglish tells whether a page has to say, for a reader of another language,
// that what the packs note is in English.
func (v *visit) inEnglish(notes ...string) bool {
	return v.Lang != "en" && lawLang(strings.Join(notes, " ")) == "en" && strings.TrimSpace(strings.Join(notes, "")) != ""
}

// notesOf are the texts of a rule that exist in the pack's language alone.
func notesOf(r *rulebook.Rule) []string {
	out := append([]string{r.Penalty, r.Except, r.Pace, r.Verified.Note}, r.Notes...)
	out = append(out, r.Contents...)
	for _, s := range r.Stages {
		for _, x := range s.Readings {
			out = append(out, x.Note)
		}
	}
	return out
}
