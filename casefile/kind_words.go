package casefile

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed words/*.json
var wordFiles embed.FS

// kindWords are the few words of each kind by language; English stands in kinds.
var kindWords = sync.OnceValue(func() map[string]map[Kind]string {
	out := map[string]map[Kind]string{"en": kinds}
	for _, lang := range []string{"zh", "fr", "de"} {
		data, err := wordFiles.ReadFile("words/" + lang + ".json")
		if err != nil {
			panic(err) // embedded in the program
		}
		m := map[Kind]string{}
		if err := json.Unmarshal(data, &m); err != nil {
			panic(fmt.Sprintf("words/%s.json: %v", lang, err))
		}
		out[lang] = m
	}
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
