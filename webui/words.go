package webui

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed words
var wordFiles embed.FS

// Languages are those in which every page is complete; the first is served to
// whoever asks for none of them.
var Languages = []string{"en", "zh", "fr", "de"}

// langNames are the languages' own names.
var langNames = map[string]string{"en": "English", "zh": "中文", "fr": "Français", "de": "Deutsch"}

var (
	langTags = map[string]language.Tag{
		"en": language.English, "zh": language.SimplifiedChinese, "fr": language.French, "de": language.German,
	}
	// matcher answers in the order of Languages.
	matcher = language.NewMatcher([]language.Tag{
		language.English, language.SimplifiedChinese, language.French, language.German,
	})
)

func speaks(lang string) bool { return langTags[lang] != language.Tag{} }

// choose gives the first language that is one of ours, else the best match for
// what the browser asks.
func choose(asked, profile, accept string) string {
	for _, lang := range []string{asked, profile} {
		if speaks(lang) {
			return lang
		}
	}
	tags, _, err := language.ParseAcceptLanguage(clipText(accept, 500))
	if err != nil {
		return Languages[0]
	}
	_, i, _ := matcher.Match(tags...)
	return Languages[i]
}

// entry is one text: a sentence, or one a plural category (CLDR).
type entry struct {
	one   string
	forms map[string]string
}

// UnmarshalJSON takes a text or an object of plural categories.
func (e *entry) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, &e.forms)
	}
	return json.Unmarshal(b, &e.one)
}

// catalogue holds all texts: language → topic.key → text. It never changes.
type catalogue struct {
	texts map[string]map[string]entry
}

// loadWords reads words/TOPIC/LANG.json.
func loadWords(files fs.FS) (*catalogue, error) {
	c := &catalogue{texts: map[string]map[string]entry{}}
	names, err := fs.Glob(files, "words/*/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var texts map[string]entry
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		topic, lang := path.Base(path.Dir(name)), strings.TrimSuffix(path.Base(name), ".json")
		if c.texts[lang] == nil {
			c.texts[lang] = map[string]entry{}
		}
		for key, text := range texts {
			c.texts[lang][topic+"."+key] = text
		}
	}
	return c, nil
}

func (c *catalogue) has(key string) bool {
	_, ok := c.texts[Languages[0]][key]
	return ok
}

// say gives a text with its arguments, pairs of a name and a value. The argument
// n chooses the plural. A key that is not there comes back as it is: a test
// finds it before a reader does.
func (c *catalogue) say(lang, key string, args ...any) string {
	e, ok := c.texts[lang][key]
	if !ok {
		return key
	}
	text := e.one
	if e.forms != nil {
		text = e.forms[category(lang, args)]
		if text == "" {
			text = e.forms["other"]
		}
	}
	if len(args) == 0 {
		return text
	}
	return fill(lang, text, args)
}

// fill puts arguments, pairs of a name and a value, where {name} stands. What
// they say is not looked at again; a name that was not given stays.
func fill(lang, text string, args []any) string {
	var b strings.Builder
	b.Grow(len(text) + 32)
	for {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			break
		}
		name, rest, closed := strings.Cut(text[start+1:], "}")
		value, given := named(name, args)
		if !closed || !given {
			b.WriteString(text[:start+1])
			text = text[start+1:]
			continue
		}
		b.WriteString(text[:start])
		b.WriteString(argument(lang, value))
		text = rest
	}
	b.WriteString(text)
	return b.String()
}

// named finds an argument; the first of that name counts.
func named(name string, args []any) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if have, ok := args[i].(string); ok && have == name {
			return args[i+1], true
		}
	}
	return nil, false
}

// argument writes a value: numbers with the separators of the language.
func argument(lang string, v any) string {
	switch n := v.(type) {
	case string:
		return n
	case int:
		return number(lang, int64(n))
	case int64:
		return number(lang, n)
	}
	return fmt.Sprint(v)
}

// number groups digits by three, from five digits on: a comma in English and
// Chinese, a narrow space in French, a point in German.
func number(lang string, n int64) string {
	s := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(s, "-")
	if len(digits) < 5 {
		return s
	}
	sep := map[string]string{"fr": "\u202f", "de": "."}[lang]
	if sep == "" {
		sep = ","
	}
	var b strings.Builder
	b.WriteString(s[:len(s)-len(digits)])
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// category is the plural category of the argument n.
func category(lang string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != "n" {
			continue
		}
		n, err := strconv.Atoi(fmt.Sprint(args[i+1]))
		if err != nil {
			return "other"
		}
		if n < 0 {
			n = -n
		}
		return formNames[plural.Cardinal.MatchPlural(langTags[lang], n, 0, 0, 0, 0)]
	}
	return "other"
}

var formNames = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// listSeparator stands between two words of a list, commaOf between two parts of a
// line. Neither is in the catalogues, whose texts neither begin nor end with a blank.
func listSeparator(lang string) string {
	if lang == "zh" {
		return "、"
	}
	return ", "
}

func commaOf(lang string) string {
	if lang == "zh" {
		return "，"
	}
	return ", "
}
