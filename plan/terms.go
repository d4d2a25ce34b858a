package plan

import (
	"maps"
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// term is a piece of an argument that has words of its own in each language: the
// title of a role, fact, rule or authority, or a kind of event. What lies around
// it is the same in all.
type term struct {
	before string
	title  map[string]string
	kind   casefile.Kind
	after  string
}

func (t term) in(lang string) string {
	return t.before + t.kind.In(lang) + rulebook.T(t.title, lang) + t.after
}

// phrase is an argument as it is put together.
type phrase []term

func (p phrase) in(lang string) string {
	var b strings.Builder
	for _, t := range p {
		b.WriteString(t.in(lang))
	}
	return b.String()
}

// joined puts words between the parts of a list, and says none twice.
func joined(parts []phrase, between string) phrase {
	var out phrase
	var said []string
	for _, p := range parts {
		w := p.in("en")
		if w == "" || slices.Contains(said, w) {
			continue
		}
		if said = append(said, w); len(said) > 1 {
			out = append(out, term{before: between})
		}
		out = append(out, p...)
	}
	return out
}

// titled is an argument that is one title.
func titled(title map[string]string) phrase { return phrase{{title: title}} }

// arguments are those of a reason in a language.
func (r Reason) arguments(lang string) map[string]string {
	if len(r.terms) == 0 || lang == "en" {
		return r.Args
	}
	out := maps.Clone(r.Args)
	for name, p := range r.terms {
		out[name] = p.in(lang)
	}
	return out
}

// statuses are the words of a rule's status. In English the id is the word.
var statuses = map[string]map[string]string{
	"in-force":                  {"en": "in-force", "zh": "现行有效", "fr": "en vigueur", "de": "in Kraft"},
	"in-force-via-national-law": {"en": "in-force-via-national-law", "zh": "经国内法生效", "fr": "en vigueur par la loi nationale", "de": "in Kraft durch nationales Recht"},
	"norm":                      {"en": "norm", "zh": "规范", "fr": "norme", "de": "Norm"},
	"contractual":               {"en": "contractual", "zh": "约定", "fr": "contractuel", "de": "vertraglich"},
	"proposed":                  {"en": "proposed", "zh": "拟议", "fr": "proposé", "de": "vorgeschlagen"},
	"enacted-not-commenced":     {"en": "enacted-not-commenced", "zh": "已颁布，未施行", "fr": "adopté, non entré en vigueur", "de": "erlassen, nicht in Kraft"},
	"not-yet-applicable":        {"en": "not-yet-applicable", "zh": "尚未适用", "fr": "pas encore applicable", "de": "noch nicht anwendbar"},
	"not-in-force":              {"en": "not-in-force", "zh": "未生效", "fr": "pas en vigueur", "de": "nicht in Kraft"},
	"revoked":                   {"en": "revoked", "zh": "已废止", "fr": "abrogé", "de": "aufgehoben"},
	"closed":                    {"en": "closed", "zh": "已结束", "fr": "clos", "de": "abgeschlossen"},
}

func statusTerm(id string) phrase {
	if w := statuses[id]; w != nil {
		return titled(w)
	}
	return phrase{{before: id}}
}
