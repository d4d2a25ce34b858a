package webui

import (
	"html/template"
	"slices"
	"strings"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/rulebook"
)

// kindGroups sorts the kinds of events by what a person wants to tell, so that
// the right one of 61 is found at a glance. A test says that each kind has its
// place.
var kindGroups = []struct {
	Code  string
	Kinds []casefile.Kind
}{
	{"know", []casefile.Kind{"aware", "signalled", "assessed", "exploitation-observed", "detected", "decided"}},
	{"tell", []casefile.Kind{"reported", "notified", "acknowledged", "users-notified"}},
	{"mend", []casefile.Kind{"fix-committed", "measure-available", "remediated"}},
	{"public", []casefile.Kind{"published", "cve-requested", "cve-reserved", "cve-published", "kev-listed", "leaked", "exploit-published", "statement-made"}},
	{"embargo", []casefile.Kind{"embargo-proposed", "embargo-accepted", "embargo-declined", "embargo-revised", "embargo-terminated"}},
	{"incident", []casefile.Kind{"incident-aware", "classified", "determined", "fact-confirmed", "handled", "payment-made"}},
	{"authority", []casefile.Kind{"requested", "directed", "authorised", "waived", "called-on"}},
	{"partner", []casefile.Kind{"partner-invited", "agreement-signed", "partner-joined", "partner-renewed", "partner-reminded", "partner-warned", "finding-served", "mark-contested", "hearing-opened",
		"hearing-answered", "partner-heard", "partner-suspended", "rectification-set", "rectification-reported", "rectification-accepted", "rectification-returned",
		"partner-reassessed", "partner-extended", "partner-reinstated", "partner-terminated", "partner-left", "appealed", "appeal-decided"}},
	{"note", []casefile.Kind{"commented", "corrected", "planned"}},
}

// kindKeys are the keys of their own that kinds have (docs/casefile.md): the
// form shows these first.
var kindKeys = map[casefile.Kind][]string{
	"signalled": {"to", "via"}, "aware": {"how", "exploited"}, "decided": {"result", "reason", "review-on"},
	"reported": {"to", "via", "exploited"}, "acknowledged": {"re", "form"}, "assessed": {"result", "reason"},
	"notified": {"to", "rule", "stage", "covers", "via", "form", "exploited"}, "users-notified": {},
	"incident-aware": {"incident", "nature", "persons"}, "classified": {"incident", "result"}, "determined": {"incident", "result"},
	"requested": {"to", "rule", "until", "due"}, "directed": {"to", "rule", "until", "due"}, "authorised": {"to", "rule", "until"},
	"waived": {"to", "rule"}, "called-on": {"to", "due"}, "measure-available": {"form", "user-action"}, "fix-committed": {"reveals"},
	"remediated": {"form"}, "published": {"detail", "with", "where"}, "leaked": {"where"}, "exploit-published": {"where"},
	"exploitation-observed": {}, "kev-listed": {"due"}, "detected": {"exposed", "automatable", "impact"}, "handled": {"incident"},
	"fact-confirmed": {"incident"}, "payment-made": {"incident"}, "cve-requested": {"to"}, "cve-reserved": {}, "cve-published": {},
	"embargo-proposed": {"to", "until"}, "embargo-accepted": {"re", "until"}, "embargo-declined": {"re", "reason"},
	"embargo-revised": {"until", "reason", "stage", "rule"}, "embargo-terminated": {"reason"},
	"partner-invited":        {"to", "scope", "due"},
	"agreement-signed":       {"to", "re"},
	"partner-joined":         {"to", "re", "scope", "until"},
	"partner-renewed":        {"to", "until"},
	"partner-reminded":       {"to", "re", "rule", "reason", "due"},
	"finding-served":         {"to", "re", "rule", "reason", "result", "due"},
	"mark-contested":         {"to", "re", "reason"},
	"partner-warned":         {"to", "re", "rule", "reason", "scope", "result", "until"},
	"hearing-opened":         {"to", "re", "reason", "due"},
	"hearing-answered":       {"to", "re", "result"},
	"partner-heard":          {"to", "re", "result"},
	"partner-suspended":      {"to", "rule", "reason", "scope", "until", "due"},
	"rectification-set":      {"to", "re", "due"},
	"rectification-reported": {"to", "re"},
	"rectification-accepted": {"to", "re"},
	"rectification-returned": {"to", "re", "reason", "due"},
	"partner-reassessed":     {"to", "re", "result", "reason"},
	"partner-extended":       {"to", "re", "rule", "reason", "until", "due"},
	"partner-reinstated":     {"to", "re", "result", "reason"},
	"partner-terminated":     {"to", "re", "rule", "reason"},
	"partner-left":           {"to", "reason"},
	"appealed":               {"to", "re", "reason"},
	"appeal-decided":         {"to", "re", "result", "reason", "until"},
	"statement-made":         {"where"}, "planned": {}, "commented": {"claimed-by"}, "corrected": {"re"},
}

// eventFields are the keys of an event that the form has a field for beside
// kind, by, of and at, in their order, with what their text becomes: text, long,
// list, words, time, date, number, flag.
var eventFields = []struct{ Name, Becomes string }{
	{"to", "list"}, {"re", "text"}, {"result", "text"}, {"how", "text"}, {"detail", "text"}, {"with", "list"}, {"where", "text"},
	{"form", "text"}, {"impact", "text"}, {"until", "time"}, {"due", "time"}, {"rule", "text"}, {"stage", "text"}, {"covers", "words"},
	{"via", "text"}, {"incident", "text"}, {"nature", "words"}, {"persons", "number"}, {"scope", "text"}, {"review-on", "date"},
	{"reason", "long"}, {"exploited", "flag"}, {"reveals", "flag"}, {"user-action", "flag"}, {"exposed", "flag"}, {"automatable", "flag"},
	{"mandate", "text"}, {"claimed-by", "text"}, {"disputes", "list"}, {"supersedes", "list"}, {"denies", "flag"}, {"assumed", "flag"},
}

// becomes tells what the text of a field becomes, "" for no field.
func becomes(name string) string {
	switch name {
	case "kind", "by", "of", "label", "source":
		return "text"
	case "text", "original":
		return "long"
	}
	for _, f := range eventFields {
		if f.Name == name {
			return f.Becomes
		}
	}
	return ""
}

// formField is one field of the form, as the template shows it.
type formField struct {
	Name, Type string
	Hint       string
	Options    []option
	Datalist   []option
	Wide       bool
	Required   bool // of an act of a partnership
	Letter     bool // of its letter
	Label      string
}

// fieldsFor gives the fields that a kind uses, and the rest.
func (v *visit) fieldsFor(seen *coordination.Seen, kind casefile.Kind) (first, rest []formField) {
	own := kindKeys[kind]
	for _, f := range eventFields {
		if f.Name == "to" {
			continue // shown with its own template: several can be told at once
		}
		x := v.formField(seen, kind, f.Name, f.Becomes)
		if slices.Contains(own, f.Name) || v.Form.Get(f.Name) != "" {
			first = append(first, x)
		} else {
			rest = append(rest, x)
		}
	}
	return first, rest
}

func (v *visit) formField(seen *coordination.Seen, kind casefile.Kind, name, becomes string) formField {
	x := formField{Name: name, Type: map[string]string{"time": "datetime-local", "date": "date", "long": "textarea", "flag": "checkbox", "number": "number"}[becomes], Wide: becomes == "long"}
	if x.Type == "" {
		x.Type = "text"
	}
	x.Hint = v.hint("event.h.", name)
	switch name {
	case "re", "disputes", "supersedes":
		x.Options = v.eventOptions(seen.Case)
	case "claimed-by":
		x.Options = append(partyOptions(seen.Case, v.t("common.none")), sourceOptions(seen.Case, "")[1:]...)
	case "result":
		x.Options = v.resultOptions(kind)
	case "how", "detail", "impact", "with", "form":
		x.Options = v.wordOptions(name, fieldWords(kind, name))
	case "nature":
		x.Datalist = v.wordOptions(name, natures)[1:]
	}
	if len(x.Options) > 0 {
		x.Type = "select"
	}
	return x
}

// natures are the words of incident-aware (docs/casefile.md).
var natures = []string{"data", "personal-data", "leak", "tampering", "loss", "development-systems", "ransom-payment"}

// fieldWords are the closed lists of docs/casefile.md.
func fieldWords(kind casefile.Kind, name string) []string {
	switch name {
	case "how":
		return []string{"found", "told"}
	case "detail":
		return []string{"metadata", "advisory", "exploit"}
	case "impact":
		return []string{"partial", "total"}
	case "with":
		return []string{"fix", "workaround", "exploit"}
	}
	switch kind {
	case "notified":
		return []string{"oral", "written", "progress"}
	case "acknowledged":
		return []string{"written", "automatic"}
	}
	return []string{"fix", "workaround", "mitigation"}
}

func (v *visit) wordOptions(name string, words []string) []option {
	out := []option{{"", v.t("common.none")}}
	for _, w := range words {
		out = append(out, option{w, v.codeWords("event.value.", w)})
	}
	return out
}

// codeWords says a code of a family, or gives the code where there are no words.
func (v *visit) codeWords(family, code string) string {
	if key := family + code; v.words.has(key) {
		return v.t(key)
	}
	return code
}

// hint says what stands under a field, "" for most.
func (v *visit) hint(family, name string) string {
	if key := family + name; v.words.has(key) {
		return v.t(key)
	}
	return ""
}

// resultOptions are the results that fit a kind.
func (v *visit) resultOptions(kind casefile.Kind) []option {
	out := []option{{"", v.t("common.choose")}}
	if acts := partner.Results(kind); len(acts) > 0 {
		for _, w := range acts {
			out = append(out, option{w, v.codeWords("decide.result.", w)})
		}
		return out
	}
	own := []string{"aware", "not-reportable", "affected", "not-affected", "dissemination-delayed", "cve-refused", "release-process"}
	if kind == "assessed" {
		own = []string{"valid", "invalid", "deferred", "affected", "not-affected"}
	}
	if kind != "classified" && kind != "determined" {
		for _, w := range own {
			out = append(out, option{w, v.codeWords("decide.result.", w)})
		}
	}
	if kind == "assessed" || kind == "decided" || v.o.Book == nil {
		return out
	}
	seen := map[string]bool{}
	for _, p := range v.o.Book.Packs {
		for _, w := range p.Results {
			if !seen[w.ID] {
				seen[w.ID] = true
				out = append(out, option{w.ID, rulebook.T(w.Title, v.Lang) + " · " + w.ID})
			}
		}
	}
	return out
}

// mostEvents bounds a choice of events: the newest are meant.
const mostEvents = 200

func (v *visit) eventOptions(c *casefile.Case) []option {
	out := []option{{"", v.t("common.none")}}
	for i := len(c.Events) - 1; i >= 0 && len(out) <= mostEvents; i-- {
		id := c.Events[i].ID
		out = append(out, option{id, v.eventWords(c, id) + " · " + id})
	}
	return out
}

// partyList is how the pages let somebody choose parties: a list to tick, or
// where there are many a field that suggests them.
type partyList struct {
	Options []option
	Many    bool
}

// Suggested is the list from which a field suggests parties. It is written here
// and not by a template, which takes a good part of a page's time for a thousand.
func (l partyList) Suggested() template.HTML {
	var b strings.Builder
	b.WriteString(`<datalist id="case-parties">`)
	for _, o := range l.Options {
		if o.Value == "" {
			continue
		}
		b.WriteString(`<option value="`)
		b.WriteString(template.HTMLEscapeString(o.Value))
		b.WriteString(`">`)
		b.WriteString(template.HTMLEscapeString(o.Label))
		b.WriteString(`</option>`)
	}
	b.WriteString(`</datalist>`)
	return template.HTML(b.String()) // escaped above
}

// fewParties is how many parties still fit a list to choose from.
const fewParties = 60

func partiesOf(c *casefile.Case, first string) partyList {
	return partyList{Options: partyOptions(c, first), Many: len(c.Parties) > fewParties}
}

// authorities are the entries of the directory that a notice can go to.
func (v *visit) authorities() []option {
	if v.o.Book == nil {
		return nil
	}
	var out []option
	for _, e := range v.o.Book.Directory() {
		out = append(out, option{e.ID, rulebook.T(e.Title, v.Lang)})
	}
	return out
}
