package casefile

import (
	"embed"
	"maps"
	"sync"

	"tocsin/internal/catalogue"
)

//go:embed words/*.json
var wordFiles embed.FS

// kindWords are the few words of each kind by language; English stands in kinds.
var kindWords = sync.OnceValue(func() catalogue.Words[Kind] {
	out := maps.Clone(catalogue.Of[Kind](wordFiles)())
	out["en"] = kinds
	return out
})

// In gives the kind in a few words of a language (en, zh, fr, de), English if it
// has none.
func (k Kind) In(lang string) string {
	if w := kindWords()[lang][k]; w != "" {
		return w
	}
	return kinds[k]
}
