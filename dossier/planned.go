package dossier

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
	"tocsin/rulebook"
)

// planned shows what was owed by whom and by when, and why: each reading with its
// arithmetic, the clause in its own words, what rests on what.
func (b *book) planned() section {
	title := b.t("h.plan")
	p := b.Plan
	var s strings.Builder
	s.WriteString(heading("plan", title) + "<p>" + b.t("plan-text") + " " + moment(&p.At, false) + "</p>\n")
	if len(p.Duties)+len(p.Prohibitions)+len(p.Standing) == 0 {
		s.WriteString("<p>" + b.t("nothing-due") + "</p>\n")
	}
	for _, d := range dated(p.Duties) {
		s.WriteString(b.duty(d))
	}
	b.list(&s, "prohibitions", len(p.Prohibitions), func(i int) string { return b.prohibited(p.Prohibitions[i]) })
	b.list(&s, "conflicts", len(p.Conflicts), func(i int) string {
		c := p.Conflicts[i]
		return "<p>" + b.party(c.Party) + ": " + b.code("certainty", c.Certainty) + " <span class=\"mono\">" + esc(strings.Join(c.Between, ", ")) + "</span></p>" + b.reasons(c.Because)
	})
	b.list(&s, "standing", len(p.Standing), func(i int) string {
		x := p.Standing[i]
		return "<p>" + b.party(x.Party) + ": " + esc(x.Title) + " · " + esc(x.Citation) + "</p>"
	})
	if len(p.Warnings) > 0 {
		s.WriteString("<h3>" + b.t("warnings") + "</h3>\n" + b.reasons(p.Warnings))
	}
	return section{"plan", title, s.String()}
}

// dated puts first what has run or runs, then what waits, then what is not asked.
func dated(duties []*plan.Duty) []*plan.Duty {
	rank := func(d *plan.Duty) int {
		switch d.State {
		case plan.Awaiting:
			return 1
		case plan.NotScheduled, plan.Displaced:
			return 2
		}
		return 0
	}
	out := slices.Clone(duties)
	slices.SortStableFunc(out, func(a, b *plan.Duty) int { return rank(a) - rank(b) })
	return out
}

func (b *book) list(s *strings.Builder, key string, n int, entry func(int) string) {
	if n == 0 {
		return
	}
	s.WriteString("<h3>" + b.t(key) + "</h3>\n<ul class=\"plain\">\n")
	for i := range n {
		s.WriteString("<li>" + entry(i) + "</li>\n")
	}
	s.WriteString("</ul>\n")
}

func (b *book) reasons(list []plan.Reason) string {
	if len(list) == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("<ul>")
	for _, r := range list {
		s.WriteString("<li>" + esc(r.Say(b.lang)) + "</li>\n")
	}
	s.WriteString("</ul>\n")
	return s.String()
}

// dutyTitle is the title of rule and stage in the language of the file, where
// the plan still knows its rule.
func (b *book) dutyTitle(d *plan.Duty) string {
	r, st := d.RuleRecord(), d.StageRecord()
	if r == nil || st == nil {
		return d.Title
	}
	title, step := rulebook.T(r.Title, b.lang), rulebook.T(st.Title, b.lang)
	if step == "" || len(r.Stages) < 2 {
		return title
	}
	return title + ": " + step
}

// conditional tells whether a sentence about a duty begins with "if".
func (b *book) conditional(assumes []string) string {
	switch {
	case !b.Case.Kept():
		return b.t("if-sources") + " "
	case len(assumes) > 0:
		return b.t("if-assumed") + " "
	}
	return ""
}

func (b *book) duty(d *plan.Duty) string {
	var s strings.Builder
	state := string(d.State)
	if d.PastDue && d.State == plan.Running {
		state = "past-due"
	}
	fmt.Fprintf(&s, "<article class=\"duty\"><h3>%s</h3>\n<p><strong>%s</strong>", esc(b.dutyTitle(d)), b.party(d.Obliged))
	for _, to := range d.To {
		s.WriteString(" → " + b.party(to))
	}
	if d.Of != "" {
		s.WriteString(" · " + b.product(d.Of))
	}
	fmt.Fprintf(&s, " · %s, %s</p>\n<p class=\"state\">%s%s</p>\n<dl class=\"facts\">", b.code("modality", d.Modality), b.code("ground", d.Ground), b.conditional(d.Assumes), b.code("state", state))
	pair := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&s, "<dt>%s</dt><dd>%s</dd>\n", b.t(key), value)
		}
	}
	pair("due", moment(d.Due, b.wholeDay(d)))
	pair("act-by", moment(d.ActBy, false))
	if d.Anchor != nil {
		var from []string
		for _, id := range d.Anchor.Events {
			from = append(from, b.ref(id))
		}
		pair("counts-from", b.between(d.Anchor.Earliest, d.Anchor.Latest, false)+" · "+strings.Join(from, ", "))
	}
	if d.MetBy != nil {
		pair("met-by", b.ref(*d.MetBy)+" "+moment(d.MetAt, false))
	}
	if d.LateBy != nil {
		pair("late-by", esc(*d.LateBy))
	}
	pair("pace", esc(d.Pace))
	if len(d.Assumes) > 0 {
		pair("assumes", esc(strings.Join(d.Assumes, ", ")))
	}
	pair("clause", b.clause(d.Citation, d.Operative, d.Official, b.language(d.RuleRecord(), d.StageRecord())))
	checked := "unchecked"
	switch {
	case d.Reviewed != nil:
		checked = ""
		pair("reviewed", esc(strings.Join([]string{d.Reviewed.By, d.Reviewed.Jurisdiction, fmt.Sprint(d.Reviewed.On)}, ", ")))
	case d.Verified.Duty && d.Verified.Deadline:
		checked = "checked"
	}
	if checked != "" {
		pair("reviewed", b.t(checked))
	}
	s.WriteString("</dl>\n")
	b.readings(&s, d)
	for i, a := range d.Alternatives {
		if i == 0 {
			s.WriteString("<h4>" + b.t("alternatives") + "</h4>\n<ul>")
		}
		var given []string
		for _, id := range a.Given {
			given = append(given, b.ref(id))
		}
		fmt.Fprintf(&s, "<li>%s: %s</li>\n", strings.Join(given, " + "), b.code("state", string(a.State)))
		if i == len(d.Alternatives)-1 {
			s.WriteString("</ul>\n")
		}
	}
	if len(d.Because) > 0 {
		s.WriteString("<h4>" + b.t("why") + "</h4>\n" + b.reasons(d.Because))
	}
	s.WriteString("</article>\n")
	return s.String()
}

// wholeDay tells whether a duty's date is the end of a day.
func (b *book) wholeDay(d *plan.Duty) bool {
	for _, r := range d.Readings {
		for _, t := range []*plan.Instant{r.DueEarliest, r.DueLatest} {
			if r.Exclusive() && t != nil && d.Due != nil && t.Equal(d.Due.Time) {
				return true
			}
		}
	}
	return false
}

func (b *book) readings(s *strings.Builder, d *plan.Duty) {
	if len(d.Readings) == 0 {
		return
	}
	s.WriteString("<h4>" + b.t("readings") + "</h4>\n<ul class=\"plain\">")
	for _, r := range d.Readings {
		fmt.Fprintf(s, "<li><p><strong>%s</strong>", b.code("calc", r.Calc))
		if p := r.Period(); p != "" && p != "PT0S" {
			s.WriteString(" <span class=\"mono\">" + esc(p) + "</span>")
		}
		s.WriteString(" · " + b.code("basis-of", r.Basis))
		for v := range strings.SplitSeq(r.Variant, ",") {
			if zone, ok := strings.CutPrefix(v, "zone="); ok {
				s.WriteString(" · " + b.t("variant-zone", "zone", zone))
			} else if v != "" {
				s.WriteString(" · " + b.code("variant", v))
			}
		}
		fmt.Fprintf(s, "</p><p>%s · %s", b.between(r.DueEarliest, r.DueLatest, r.Exclusive()), b.code("state", string(r.State)))
		if r.Provisional {
			s.WriteString(" · " + b.t("provisional"))
		}
		s.WriteString("</p>\n" + b.reasons(r.Steps))
		if r.Note != "" {
			s.WriteString("<p>" + esc(r.Note) + "</p>")
		}
		s.WriteString("</li>\n")
	}
	s.WriteString("</ul>\n")
}

// clause is the provision with its operative words and the official address.
func (b *book) clause(citation, operative, official, lang string) string {
	s := esc(citation)
	if said(operative) {
		if tags.MatchString(lang) {
			s += "<blockquote lang=\"" + lang + "\">" + esc(operative) + "</blockquote>"
		} else {
			s += "<blockquote>" + esc(operative) + "</blockquote>"
		}
	}
	if said(official) {
		if !said(operative) {
			s += "<br>"
		}
		s += b.t("official") + " " + link(official)
	}
	return s
}

// language is that of a rule's operative words.
func (b *book) language(r *rulebook.Rule, st *rulebook.Stage) string {
	switch {
	case st != nil && st.Citation != nil:
		return st.Citation.Language
	case r != nil:
		return r.Citation.Language
	}
	return ""
}

func (b *book) prohibited(x *plan.Prohibited) string {
	title := x.Title
	if r := x.RuleRecord(); r != nil {
		title = rulebook.T(r.Title, b.lang)
	}
	s := "<p><strong>" + b.party(x.Party) + "</strong>: " + esc(title) + "</p><p class=\"state\">" + b.conditional(x.Assumes) + b.code("lock", x.State) + "</p><dl class=\"facts\">"
	if x.Since != nil {
		s += "<dt>" + b.t("since") + "</dt><dd>" + b.between(x.Since.Earliest, x.Since.Latest, false) + "</dd>"
	}
	if x.ReleasedBy != nil {
		s += "<dt>" + b.t("released") + "</dt><dd>" + b.ref(*x.ReleasedBy) + " " + moment(x.ReleasedAt, false) + "</dd>"
	}
	s += "<dt>" + b.t("clause") + "</dt><dd>" + b.clause(x.Citation, x.Operative, x.Official, b.language(x.RuleRecord(), nil)) + "</dd></dl>\n"
	return s + b.reasons(x.Because)
}
