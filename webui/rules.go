package webui

import (
	"net/url"
	"strings"

	"tocsin/internal/fault"
	"tocsin/rulebook"
)

// rulesView lists the rules that the platform knows, by pack.
type rulesView struct {
	Packs  []packRow
	Digest string
	Query  string
	Found  int
}

type packRow struct {
	Name  string
	Rules []ruleRow
}

type ruleRow struct {
	*rulebook.Rule
	Words   string
	Checked bool
	Address string
}

func (s *Site) rulesPage(v *visit) error {
	if err := v.need(v.o.Book != nil, v.t("rules.title")); err != nil {
		return err
	}
	d := rulesView{Digest: v.o.Book.Digest, Query: strings.TrimSpace(clipText(v.Form.Get("q"), 100))}
	want := strings.ToLower(d.Query)
	for _, p := range v.o.Book.Packs {
		row := packRow{Name: rulebook.T(p.Title, v.Lang)}
		for _, r := range v.o.Book.Rules {
			if r.Pack() != p {
				continue
			}
			x := v.ruleRow(r)
			if want != "" && !strings.Contains(strings.ToLower(r.ID+" "+x.Words+" "+r.Citation.Text), want) {
				continue
			}
			row.Rules = append(row.Rules, x)
		}
		if len(row.Rules) > 0 {
			d.Packs = append(d.Packs, row)
			d.Found += len(row.Rules)
		}
	}
	return v.show("rules", v.t("rules.title"), "rules", d)
}

func (v *visit) ruleRow(r *rulebook.Rule) ruleRow {
	return ruleRow{r, rulebook.T(r.Title, v.Lang), r.Verified.Duty && r.Verified.Deadline, "/rules/" + url.PathEscape(r.ID)}
}

// ruleView is one rule: its clause in the law's own words, its sources, what was
// checked and by whom, its notes.
type ruleView struct {
	ruleRow
	Parent   *rulebook.Rule
	Children []ruleRow
	Sources  []*rulebook.Source
	InNotes  bool // there are notes in English, for a reader of another language
}

func (s *Site) rulePage(v *visit) error {
	if err := v.need(v.o.Book != nil, v.t("rules.title")); err != nil {
		return err
	}
	r := v.o.Book.Rule(v.r.PathValue("rule"))
	if r == nil {
		return fault.New(fault.NotFound, "there is no such rule here")
	}
	d := ruleView{ruleRow: v.ruleRow(r), InNotes: v.inEnglish(notesOf(r)...)}
	if r.Parent != "" {
		d.Parent = v.o.Book.Rule(r.Parent)
	}
	for _, c := range v.o.Book.Children(r.ID) {
		d.Children = append(d.Children, v.ruleRow(c))
	}
	for _, id := range r.Citation.Sources {
		if src := v.o.Book.Source(id); src != nil {
			d.Sources = append(d.Sources, src)
		}
	}
	return v.show("rule", r.ID, "rules", d)
}
