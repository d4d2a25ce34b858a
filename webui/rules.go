package webui

import (
	"net/url"
	"strings"
	"time"

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
	Within   *ruleRow // the rule that it is a part of
	Children []ruleRow
	Steps    []stepRow
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
	d := ruleView{ruleRow: v.ruleRow(r), InNotes: v.inEnglish(notesOf(r)...), Steps: v.stepRows(r)}
	if parent := v.o.Book.Rule(r.Parent); parent != nil {
		row := v.ruleRow(parent)
		d.Within = &row
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

// stepRow is one step of a rule, with each way of counting its time.
type stepRow struct {
	Words, ID string
	Pace      string // in the law's words, where it gives no number
	Note      string
	Ways      []wayRow
}

// wayRow is one way of counting a time, in words.
type wayRow struct {
	Period, Calc, Basis, Note string
	Variant                   string
	Fixed                     time.Time
	Which                     string // min, max: of several clocks the one that ends first or last
}

func (v *visit) stepRows(r *rulebook.Rule) []stepRow {
	var out []stepRow
	for i := range r.Stages {
		st := &r.Stages[i]
		row := stepRow{ID: st.ID, Pace: st.Pace, Note: st.Note}
		if row.Words = rulebook.T(st.Title, v.Lang); row.Words == "" && i == 0 {
			row.Words = rulebook.T(r.Title, v.Lang) // the first step is what the rule is called after
		}
		for j := range st.Readings {
			row.Ways = append(row.Ways, v.wayRow(&st.Readings[j]))
		}
		out = append(out, row)
	}
	return out
}

func (v *visit) wayRow(x *rulebook.Reading) wayRow {
	way := wayRow{Period: v.period(x.Period.String()), Calc: x.Calc, Basis: x.Basis, Note: x.Note}
	if x.Variant != "" {
		way.Variant = v.codeWords("case.variant.", x.Variant)
	}
	if x.Fixed != "" {
		way.Fixed, _ = time.Parse(time.RFC3339, x.Fixed) // the linter of packs refuses another
	}
	terms := x.Min
	if way.Which = "min"; len(terms) == 0 {
		terms, way.Which = x.Max, "max"
	}
	var clocks []string
	for _, term := range terms {
		if p := v.period(term.Period.String()); p != "" {
			clocks = append(clocks, p)
		}
	}
	if len(clocks) == 0 {
		way.Which = ""
	} else {
		way.Period = v.enumerated(clocks)
	}
	return way
}
