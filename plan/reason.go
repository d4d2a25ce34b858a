package plan

import (
	"embed"
	"regexp"
	"sort"
	"strings"

	"tocsin/internal/catalogue"
)

// Reason says why, as a code with arguments. Text is the English form; Say
// gives another language.
type Reason struct {
	Code string            `json:"code"`
	Args map[string]string `json:"args"`
	Text string            `json:"text"`

	terms map[string]phrase // arguments that have words of their own in each language
}

//go:embed words/*.json
var wordFiles embed.FS

var catalogues = catalogue.Of[string](wordFiles)

// Languages lists the languages that reasons can be said in.
func Languages() []string {
	var out []string
	for l := range catalogues() {
		out = append(out, l)
	}
	sort.Strings(out)
	return out
}

// Say renders a reason in a language, English if it has no words for it.
func (r Reason) Say(lang string) string {
	c := catalogues()
	lang, _, _ = strings.Cut(strings.ReplaceAll(lang, "_", "-"), "-")
	t, ok := c[lang][r.Code]
	if !ok {
		if t, ok = c["en"][r.Code]; !ok {
			return r.Code
		}
	}
	return fill(t, r.arguments(lang))
}

func fill(template string, args map[string]string) string {
	var b strings.Builder
	empty := false
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(template[i:], '}')
		if j < 0 {
			break
		}
		b.WriteString(template[:i])
		value := args[template[i+1:i+j]]
		empty = empty || value == ""
		b.WriteString(value)
		template = template[i+j+1:]
	}
	b.WriteString(template)
	out := b.String()
	if empty {
		out = hollow.ReplaceAllString(out, "")
	}
	return strings.TrimSpace(strings.ReplaceAll(out, " )", ")"))
}

// hollow is a bracket that an empty argument left with nothing, or with only a
// label, inside.
var hollow = regexp.MustCompile(`[ \x{a0}]?[(（](?:[^()（）]*[:：])?[ \x{a0}]?[)）]`)

// because makes a reason from pairs of argument names and values: a text, or a
// phrase, which has words of its own in each language.
func because(code string, pairs ...any) Reason {
	r := Reason{Code: code, Args: make(map[string]string, len(pairs)/2)}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case string:
			r.Args[name] = v
		case phrase:
			r.Args[name] = v.in("en")
			if r.terms == nil {
				r.terms = map[string]phrase{}
			}
			r.terms[name] = v
		}
	}
	r.Text = r.Say("en")
	return r
}
