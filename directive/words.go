package directive

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words in every language of the platform, by key: status.overdue, kind.extended,
// modality.must, step.patch. A test keeps the four catalogues complete.
var catalogues = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range []string{"en", "zh", "fr", "de"} {
		data, err := wordFiles.ReadFile("words/" + lang + ".json")
		if err != nil {
			panic(err) // embedded in the program
		}
		m := map[string]string{}
		if err := json.Unmarshal(data, &m); err != nil {
			panic(fmt.Sprintf("words/%s.json: %v", lang, err))
		}
		all[lang] = m
	}
	return all
})

func say(lang, key string) string {
	if w := catalogues()[lang][key]; w != "" {
		return w
	}
	return catalogues()["en"][key]
}

// In gives the status in a few words of a language (en, zh, fr, de), English if
// it has none.
func (s Status) In(lang string) string { return say(lang, "status."+string(s)) }

// In gives the act in a few words.
func (k Kind) In(lang string) string { return say(lang, "kind."+string(k)) }

// ModalityIn gives a modality in a few words.
func ModalityIn(modality, lang string) string { return say(lang, "modality."+modality) }

// StepIn gives a kind of step in a few words.
func StepIn(kind, lang string) string { return say(lang, "step."+kind) }
