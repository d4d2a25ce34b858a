package webui

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// editView is the form for one entry of a case that is no event.
type editView struct {
	caseHead
	What    string // header, product, party, source, window
	ID      string // "" for a new one
	Fields  []formField
	Values  map[string]string
	Key     string
	Version int64
	Wrong   string
}

// entries are what the form can be of.
var entries = []string{"header", "product", "party", "source", "window"}

func (s *Site) aboutEdit(v *visit) error {
	seen, err := v.seenFor(access.Describe)
	if err != nil {
		return err
	}
	d, err := v.editForm(seen)
	if err != nil {
		return err
	}
	return v.show("case-about-edit", v.caseTitle(seen, v.t("about.title")), "cases", d)
}

// editForm fills the form with the entry as it is.
func (v *visit) editForm(seen *coordination.Seen) (editView, error) {
	d := editView{caseHead: head(seen, "about"), What: v.Form.Get("what"), ID: v.Form.Get("id"), Key: v.Form.Get("key"), Version: seen.Version, Values: map[string]string{}}
	if !slices.Contains(entries, d.What) {
		return d, fault.New(fault.NotFound, "there is no such page here")
	}
	if d.Key == "" {
		d.Key = newKey()
	}
	c := seen.Case
	parties, products := partyOptions(c, v.t("common.none")), productOptions(c, v.t("common.none"))[1:]
	sources := sourceOptions(c, v.t("case.no-source"))
	set := func(name, kind, value string, more ...[]option) {
		f := formField{Name: name, Type: kind, Wide: kind == "textarea", Hint: v.hint("about.h.", name)}
		if len(more) > 0 {
			f.Options = more[0]
		}
		if kind == "text" && f.Options != nil {
			f.Datalist, f.Options = f.Options, nil
		}
		d.Fields = append(d.Fields, f)
		d.Values[name] = value
	}
	gone := fault.New(fault.NotFound, "there is no such entry here")
	switch d.What {
	case "header":
		f := c.File
		set("title", "text", f.Title)
		var labels []option
		for _, t := range []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"} {
			labels = append(labels, option{t, "TLP:" + t})
		}
		set("tlp", "select", c.TLP, labels)
		set("vulnerabilities", "text", strings.Join(f.Vulnerabilities, ", "))
		set("adopts", "text", strings.Join(f.Adopts, ", "), v.norms())
		set("note", "textarea", f.Note)
	case "product":
		p := &casefile.Product{}
		if d.ID != "" {
			if p = c.Product(d.ID); p == nil {
				return d, gone
			}
		}
		set("name", "text", p.Name)
		set("provider", "select", p.Provider, parties)
		set("contains", "text", refWords(p.Contains), products)
		set("purl", "text", p.Purl)
		set("note", "textarea", p.Note)
		set("source", "select", p.Source, sources)
		set("assumed", "checkbox", onOff(p.Assumed))
	case "party":
		p := &casefile.Party{}
		if d.ID != "" {
			if p = c.Party(d.ID); p == nil {
				return d, gone
			}
		}
		set("name", "text", p.Name)
		set("country", "select", p.Country, append([]option{{"", v.t("common.unknown")}}, countries(v.Lang)...))
		set("markets", "text", strings.Join(p.Markets, ", "))
		set("roles", "text", refWords(p.Roles), v.roleOptions())
		set("is", "text", strings.Join(p.Is, ", "), v.authorities())
		set("operates", "text", refWords(p.Operates), products)
		set("adopts", "text", strings.Join(p.Adopts, ", "), v.norms())
		set("part-of", "select", p.PartOf, parties)
		set("note", "textarea", p.Note)
		set("source", "select", p.Source, sources)
		set("assumed", "checkbox", onOff(p.Assumed))
	case "source":
		p := &casefile.Source{}
		if d.ID != "" {
			if p = c.Source(d.ID); p == nil {
				return d, gone
			}
		}
		set("publisher", "text", p.Publisher)
		set("entry-title", "text", p.Title)
		set("published", "text", p.Published)
		kinds := []option{{"", v.t("common.unknown")}}
		for _, k := range []string{"primary", "press", "anonymous", "own"} {
			kinds = append(kinds, option{k, v.t("case.quality." + k)})
		}
		set("kind", "select", p.Kind, kinds)
		set("language", "text", p.Language)
		set("url", "text", p.URL)
		set("original", "textarea", p.Original)
		set("translation", "textarea", p.Translation)
		set("cites", "text", strings.Join(p.Cites, ", "), sources[1:])
		set("note", "textarea", p.Note)
	case "window":
		set("kind", "text", "major-event")
		set("name", "text", "")
		set("country", "select", "", append([]option{{"", v.t("common.unknown")}}, countries(v.Lang)...))
		set("from", "datetime-local", "")
		set("to", "datetime-local", "")
		set("source", "select", "", sources)
	}
	return d, nil
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return ""
}

// norms are the rules that one adopts rather than is bound by.
func (v *visit) norms() []option {
	out := []option{}
	if v.o.Book == nil {
		return out
	}
	for _, r := range v.o.Book.Rules {
		if r.Ground == "norm" && r.Parent == "" {
			out = append(out, option{r.ID, v.ruleTitle(v.o.Book, r.ID, r.ID)})
		}
	}
	return out
}

func (v *visit) roleOptions() []option {
	out := []option{}
	for _, r := range []string{"finder", "coordinator", "maintainer", "oss-project", "authority", "observer"} {
		out = append(out, option{r, v.roleName(r)})
	}
	if v.o.Book != nil {
		for _, r := range v.o.Book.Roles() {
			out = append(out, option{r.ID, v.roleName(r.ID)})
		}
	}
	return out
}

// aboutKeep keeps the entry.
func (s *Site) aboutKeep(v *visit) error {
	seen, err := v.seenFor(access.Describe)
	if err != nil {
		return err
	}
	d, err := v.editForm(seen)
	if err != nil {
		return err
	}
	st, err := v.entrySent(seen, d)
	if err != nil {
		return err
	}
	if v.ok() {
		expected := v.formInt("version")
		if expected < 0 {
			expected = record.AnyVersion
		}
		_, err = v.o.Desk.AddStatement(v.ctx(), v.Who, seen.Handle, st, expected, v.Form.Get("key"))
		var f *fault.Error
		switch {
		case err == nil:
			return v.done("/cases/"+url.PathEscape(seen.Handle)+"/about", "saved")
		case fault.KindOf(err) == fault.Conflict:
			d.Wrong = v.t("case.changed-meanwhile")
			v.problems = map[string]string{"": d.Wrong}
		case errors.As(err, &f) && f.Kind == fault.Invalid:
			v.entryWrong(&d, f)
		default:
			return err
		}
	}
	return v.again("case-about-edit", v.caseTitle(seen, v.t("about.title")), "cases", d)
}

// entryWrong puts a fault at the field it is about.
func (v *visit) entryWrong(d *editView, f *fault.Error) {
	key := f.Key
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		key = key[i+1:]
	}
	key, _, _ = strings.Cut(key, "[")
	if key == "title" && d.What == "source" {
		key = "entry-title"
	}
	if slices.ContainsFunc(d.Fields, func(x formField) bool { return x.Name == key }) {
		v.problems = map[string]string{key: f.Message}
		return
	}
	d.Wrong = f.Error()
	v.problems = map[string]string{"": d.Wrong}
}

// entrySent makes the statement of the form: what it has no field for stays as
// it was.
func (v *visit) entrySent(seen *coordination.Seen, d editView) (record.Statement, error) {
	f := func(name string) string { return strings.TrimSpace(v.Form.Get(name)) }
	need := func(name string) {
		if f(name) == "" {
			v.problem(name, "common.field-missing")
		}
	}
	c := seen.Case
	switch d.What {
	case "header":
		need("title")
		h := c.File
		h.Title, h.TLP, h.Vulnerabilities, h.Adopts, h.Note = f("title"), f("tlp"), splitWords(f("vulnerabilities")), splitWords(f("adopts")), f("note")
		h.Products, h.Parties, h.Sources, h.Windows, h.Events = nil, nil, nil, nil, nil
		return record.Statement{Header: &h}, nil
	case "product":
		need("name")
		p := casefile.Product{ID: slug(f("name"), "product", func(id string) bool { return c.Product(id) != nil })}
		if d.ID != "" {
			p = *c.Product(d.ID)
		}
		p.Name, p.Provider, p.Purl, p.Note, p.Source, p.Assumed = f("name"), f("provider"), f("purl"), f("note"), f("source"), f("assumed") != ""
		p.Contains = refsSent(f("contains"))
		return record.Statement{Product: &p}, nil
	case "party":
		need("name")
		p := casefile.Party{ID: slug(f("name"), "party", func(id string) bool { return c.Party(id) != nil })}
		if d.ID != "" {
			p = *c.Party(d.ID)
		}
		p.Name, p.Country, p.PartOf, p.Note, p.Source, p.Assumed = f("name"), f("country"), f("part-of"), f("note"), f("source"), f("assumed") != ""
		p.Markets, p.Is, p.Adopts = upper(splitWords(f("markets"))), splitWords(f("is")), splitWords(f("adopts"))
		p.Roles, p.Operates = refsSent(f("roles")), refsSent(f("operates"))
		return record.Statement{Party: &p}, nil
	case "source":
		need("publisher")
		p := casefile.Source{ID: slug(f("publisher"), "source", func(id string) bool { return c.Source(id) != nil })}
		if d.ID != "" {
			p = *c.Source(d.ID)
		}
		p.Publisher, p.Title, p.Published, p.Kind, p.Language, p.URL = f("publisher"), f("entry-title"), f("published"), f("kind"), f("language"), f("url")
		p.Original, p.Translation, p.Cites, p.Note = f("original"), f("translation"), splitWords(f("cites")), f("note")
		return record.Statement{Source: &p}, nil
	}
	need("from")
	need("to")
	w := casefile.Window{Kind: f("kind"), Name: f("name"), Country: f("country"), Source: f("source")}
	for name, into := range map[string]*casefile.Time{"from": &w.From, "to": &w.To} {
		if f(name) == "" {
			continue
		}
		t, err := v.caseTime(name)
		if err != nil {
			v.problem(name, "newcase.no-time")
			continue
		}
		*into = t
	}
	return record.Statement{Window: &w}, nil
}

func upper(words []string) []string {
	for i := range words {
		words[i] = strings.ToUpper(words[i])
	}
	return words
}
