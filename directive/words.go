package directive

import (
	"embed"

	"tocsin/internal/catalogue"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words in every language of the platform, by key: status.overdue, kind.extended,
// modality.must, step.patch. A test keeps the four catalogues complete.
var catalogues = catalogue.Of[string](wordFiles)

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
