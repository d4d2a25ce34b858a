package webui

import (
	"embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"tocsin/internal/fault"
)

//go:embed templates
var templateFiles embed.FS

// loadTemplates parses all templates for one language: t and code say words in
// it, so that a template needs no language of its own.
func loadTemplates(words *catalogue, files *assets, lang string) (*template.Template, error) {
	return template.New("").Funcs(functions(words, files, lang)).ParseFS(templateFiles, "templates/*.html")
}

// functions are what templates may call, beyond those of html/template.
func functions(words *catalogue, files *assets, lang string) template.FuncMap {
	say := func(key string, args ...any) string { return words.say(lang, key, args...) }
	return template.FuncMap{
		// t says a key: {{t "desk.cases" "n" 3}}.
		"t": say,
		// code says family.CODE, for codes of a closed list that other packages
		// give, or the code itself if there are no words for it.
		"code": func(family string, code any, args ...any) string {
			key := family + "." + fmt.Sprint(code)
			if fmt.Sprint(code) == "" || !words.has(key) {
				return fmt.Sprint(code)
			}
			return say(key, args...)
		},
		"asset":  files.address,
		"icon":   icon,
		"number": func(n any) string { return argument(lang, n) },
		"join":   strings.Join,
		// listed is a list as the language writes it, sep what stands between two of
		// it, and comma what stands between two parts of a line.
		"listed": func(all []string) string { return strings.Join(all, listSeparator(lang)) },
		"sep":    func() string { return listSeparator(lang) },
		"comma":  func() string { return commaOf(lang) },
		"dict":   dict,
		"list":   func(v ...any) []any { return v },
		"field":  newField,
		"option": func(value, label string) option { return option{value, label} },
		"moment": func(p *page, t any, zone ...string) (moment, error) { return newMoment(words, p, t, false, zone...) },
		// dayEnd is moment for the exclusive end of a day: shown as 24:00.
		"dayEnd":  func(p *page, t any, zone ...string) (moment, error) { return newMoment(words, p, t, true, zone...) },
		"lawlang": lawLang,
		"left":    func(p *page, t time.Time) string { return left(words, lang, t.Sub(p.Now)) },
		"country": func(code string) string {
			return countryName(lang, code)
		},
	}
}

// dict makes a map of pairs, for a template that wants more than one argument.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fault.New(fault.Internal, "dict wants pairs")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fault.New(fault.Internal, "dict wants names")
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}
