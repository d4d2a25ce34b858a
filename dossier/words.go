package dossier

import (
	"embed"
	"html"
	"strings"

	"tocsin/internal/catalogue"
)

//go:embed words/*.json
var wordFiles embed.FS

// Languages are those that dossiers are written in.
func Languages() []string { return []string{"en", "zh", "fr", "de"} }

var catalogues = catalogue.Of[string](wordFiles)

// t gives the catalogue's words, escaped, with arguments that are escaped here.
func (b *book) t(key string, pairs ...string) string {
	args := make([]string, len(pairs))
	for i, p := range pairs {
		if args[i] = "{" + p + "}"; i%2 == 1 {
			args[i] = esc(p)
		}
	}
	return strings.NewReplacer(args...).Replace(html.EscapeString(catalogues()[b.lang][key]))
}

// code gives the words of a code, or the code itself where there are none.
func (b *book) code(stem, code string) string {
	if words := catalogues()[b.lang][stem+"."+code]; words != "" {
		return html.EscapeString(words)
	}
	return esc(code)
}

// scriptWords are what the checker says, by name.
func (b *book) scriptWords() map[string]string {
	out := map[string]string{}
	for key, words := range catalogues()[b.lang] {
		if name, ok := strings.CutPrefix(key, "js."); ok {
			out[name] = words
		}
	}
	return out
}
