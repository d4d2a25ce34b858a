package webui

import (
	"fmt"
	"slices"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/plan"
	"tocsin/rulebook"
)

// dutyRow is one duty as a reader sees it.
type dutyRow struct {
	*plan.Duty
	Words       string // the rule's title
	ObligedName string
	ProductName string
	ToNames     []string
	Mine        bool
	Tone, Icon  string
	Code        string // of the state, words under case.state
	Exclusive   bool   // due is the end of a day
	Zone        string // that governs
	Readings    []readingRow
	Because     []string
	Met         string // the event that met it, in words
	Address     string // its own page
	Step        string // address of the form for what meets it; "" if there is nothing to do
	Checked     bool   // a person has verified duty and deadline
	Others      []alternativeRow
}

// readingRow is one way of counting.
type readingRow struct {
	*plan.Reading
	Zone      string
	Code      string
	Tone      string
	Steps     []string
	Exclusive bool
	From, To  *moment // nil where the date is open on that side
}

type alternativeRow struct {
	Given []string // events in words
	Code  string
	By    string
}

func (v *visit) dutyRow(p *coordination.Planned, d *plan.Duty) dutyRow {
	r := dutyRow{
		Duty: d, Words: v.ruleTitle(p.Book, d.Rule, d.Title), ObligedName: partyName(p.Of, d.Obliged),
		Mine: acts(p.Seen, d.Obliged), Code: string(d.State), Because: v.say(d.Because),
		Address: dutyAddress(p.Handle, d.ID), Checked: d.Verified.Duty && d.Verified.Deadline,
	}
	if d.Of != "" {
		r.ProductName = productName(p.Of, d.Of)
	}
	for _, to := range d.To {
		r.ToNames = append(r.ToNames, v.recipient(p, to))
	}
	r.Tone, r.Icon = stateTone(d, p.Of.Kept())
	if d.PastDue && d.State == plan.Running {
		r.Code = "past-due"
	}
	for _, x := range d.Readings {
		row := readingRow{Reading: x, Code: string(x.State), Steps: v.say(x.Steps), Exclusive: x.Exclusive(), Zone: x.Zone()}
		row.Tone, _ = stateTone(&plan.Duty{State: x.State}, p.Of.Kept())
		if row.Zone == "" {
			row.Zone = governing(x.DueEarliest, x.DueLatest)
		}
		if d.Due != nil && x.DueEarliest != nil && x.DueEarliest.Equal(d.Due.Time) {
			r.Exclusive, r.Zone = x.Exclusive(), row.Zone
		}
		row.From, row.To = v.instant(x.DueEarliest, row.Exclusive, row.Zone), v.instant(x.DueLatest, row.Exclusive, row.Zone)
		if row.From != nil && row.To != nil && x.DueEarliest.Equal(x.DueLatest.Time) {
			row.To = row.From
		}
		r.Readings = append(r.Readings, row)
	}
	if d.MetBy != nil {
		r.Met = v.eventWords(p.Of, *d.MetBy)
	}
	for _, a := range d.Alternatives {
		row := alternativeRow{Code: string(a.State)}
		for _, id := range a.Given {
			row.Given = append(row.Given, v.eventWords(p.Of, id))
		}
		if a.MetBy != nil {
			row.By = v.eventWords(p.Of, *a.MetBy)
		}
		r.Others = append(r.Others, row)
	}
	if g := groupOf(d.State); p.Of.Kept() && (g == "todo" || g == "waiting" && r.Mine) && d.State != plan.NoRecord {
		r.Step = stepAddress(p.Handle, d.Rule, d.Stage, d.Obliged, d.Of, d.To, d.Duty)
	}
	return r
}

// instant writes one end of a computed date.
func (v *visit) instant(t *plan.Instant, end bool, zone string) *moment {
	if t == nil {
		return nil
	}
	m, err := newMoment(v.words, &page{visit: v}, t.Time, end, zone)
	if err != nil {
		return nil
	}
	return &m
}

// governing is the zone in which an instant was computed, as an offset.
func governing(at ...*plan.Instant) string {
	for _, t := range at {
		if t != nil {
			return t.Format("-07:00")
		}
	}
	return ""
}

// stateTone gives the tone and icon of a state. Absence from outside sources is
// never red: it is no breach.
func stateTone(d *plan.Duty, kept bool) (tone, icon string) {
	switch d.State {
	case plan.Missed:
		if kept {
			return "over", "alert"
		}
		return "plain", "question"
	case plan.Running:
		if d.PastDue {
			return "over", "alert"
		}
		return "warn", "clock"
	case plan.Open:
		return "warn", "dots"
	case plan.Met, plan.Waived:
		return "good", "check"
	case plan.MetLate:
		return "warn", "check"
	case plan.Disputed, plan.MetOrLate, plan.NoRecord:
		return "plain", "question"
	}
	return "plain", "dots"
}

// recipient is the name of whom a duty addresses: a party of the case that is
// it, or the directory's own name.
func (v *visit) recipient(p *coordination.Planned, id string) string {
	if party := p.Of.Party(id); party != nil {
		return partyName(p.Of, id)
	}
	if p.Book != nil {
		if e := p.Book.Entry(id); e != nil {
			return rulebook.T(e.Title, v.Lang)
		}
	}
	return id
}

// eventWords says an event in a few words: who did what, and its own label.
func (v *visit) eventWords(c *casefile.Case, id string) string {
	e := c.Event(id)
	if e == nil {
		return id
	}
	words := v.kindWords(e.Kind)
	if e.By != "" {
		words = fmt.Sprintf("%s: %s", partyName(c, e.By), words)
	}
	if e.Label != "" {
		words += " (" + e.Label + ")"
	}
	return words
}

// kindWords says the kind of an event in the reader's language.
func (v *visit) kindWords(k casefile.Kind) string {
	if key := "kinds." + string(k); v.words.has(key) {
		return v.t(key)
	}
	return k.Words()
}

// changeRow is one line of what a supposed event changes.
type changeRow struct {
	Code, Tone, Words, Who string
	Fields                 []string // state: running → met
}

// changeRows puts a difference into words: what is new, gone or otherwise.
func (v *visit) changeRows(p *coordination.Planned, diff *plan.Difference) []changeRow {
	byID := map[string]*plan.Duty{}
	for _, d := range p.Plan.Duties {
		byID[d.ID] = d
	}
	var out []changeRow
	add := func(code, tone string, list []plan.Change) {
		for _, c := range list {
			row := changeRow{Code: code, Tone: tone, Words: c.ID}
			if d := byID[c.ID]; d != nil {
				row.Words, row.Who = v.ruleTitle(p.Book, d.Rule, d.Title), partyName(p.Of, d.Obliged)
			} else if rule, ok := c.Before["rule"].(string); ok {
				row.Words = v.ruleTitle(p.Book, rule, c.ID)
			}
			row.Fields = v.changed(c)
			out = append(out, row)
		}
	}
	add("added", "warn", diff.Added)
	add("changed", "accent", diff.Changed)
	add("removed", "plain", diff.Removed)
	return out[:min(len(out), 4*dutiesPerPage)]
}

// changed lists the fields that people look at: state and due.
func (v *visit) changed(c plan.Change) []string {
	var out []string
	word := func(name string, x any) string {
		s := fmt.Sprint(x)
		switch {
		case x == nil || s == "<nil>":
			return "–"
		case name == "state" && v.words.has("case.state."+s):
			return v.t("case.state." + s)
		}
		return s
	}
	for _, name := range []string{"state", "due", "met_by"} {
		after, ok := c.After[name]
		before, had := c.Before[name]
		switch {
		case ok && had && fmt.Sprint(before) != fmt.Sprint(after):
			out = append(out, v.t("case.field."+name)+": "+word(name, before)+" → "+word(name, after))
		case ok && !had && after != nil:
			out = append(out, v.t("case.field."+name)+": "+word(name, after))
		}
	}
	return slices.Clip(out)
}
