package letter

import (
	"embed"
	"maps"
	"slices"
	"strings"

	"tocsin/internal/catalogue"
	"tocsin/internal/fault"
)

//go:embed words/*.json
var wordFiles embed.FS

// Languages are those that letters are written in.
func Languages() []string { return []string{"en", "zh", "fr", "de"} }

var catalogues = catalogue.Of[string](wordFiles)

// say gives the words of a key with its arguments, pairs of name and text.
func say(lang, key string, pairs ...string) string {
	words := catalogues()[lang][key]
	for i := range pairs {
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(words)
}

// known gives the catalogue's name of a language.
func known(lang string) (string, error) {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(lang, "_", "-")), "-")
	if !slices.Contains(Languages(), base) {
		return "", fault.New(fault.Invalid, "letters are written in en, zh, fr and de, not in %q", lang)
	}
	return base, nil
}

// pick gives the text in a language, else in English, else in the first there
// is; and the language that it is in.
func (t Text) pick(lang string) (text, in string) {
	for _, l := range append([]string{lang, "en"}, slices.Sorted(maps.Keys(t))...) {
		if said(t[l]) {
			return t[l], l
		}
	}
	return "", lang
}
