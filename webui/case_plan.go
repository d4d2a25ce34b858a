package webui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

// planView is the page of the plan.
type planView struct {
	caseHead
	Plan         *plan.Plan
	Groups       []dutyGroup
	Prohibitions []prohibitedRow
	Conflicts    []conflictRow
	Standing     []standingRow
	Warnings     []string
	Changes      []changeRow // what the supposition changes
	Supposed     bool
	Asked        planAsked
	Parties      []option
	Kinds        []option
	Products     []option
	Next, Prev   string // addresses of the pages of duties
	From, To, Of int
	Nothing      bool // as far as the file shows, nothing is due from the reader
}

// planAsked is what the page was asked for.
type planAsked struct {
	Party, At, AsKnownAt, Show  string
	Kind, By, Product, When, To string // of a supposed event
}

// dutyGroup is the duties of one sort, in the plan's order.
type dutyGroup struct {
	Code   string // todo, waiting, done, aside
	Duties []dutyRow
}

// dutiesPerPage bounds a page: a case may have thousands of duties.
const dutiesPerPage = 50

// groupOf sorts states into what a reader does with them.
func groupOf(s plan.State) string {
	switch s {
	case plan.Missed, plan.Running, plan.Open, plan.Disputed, plan.NoRecord:
		return "todo"
	case plan.Awaiting:
		return "waiting"
	case plan.Met, plan.MetLate, plan.MetOrLate, plan.Waived:
		return "done"
	}
	return "aside"
}

var groupOrder = []string{"todo", "waiting", "done", "aside"}

func (s *Site) casePlan(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.plan")); err != nil {
		return err
	}
	asked, o, err := v.planAsked()
	if err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	planned, err := v.o.Desk.Plan(v.ctx(), v.Who, handle, o)
	if err != nil {
		return err
	}
	d := planView{caseHead: head(planned.Seen, "plan"), Plan: planned.Plan, Asked: asked, Supposed: len(o.WhatIf) > 0}
	v.fillDuties(&d, planned)
	v.fillRest(&d, planned)
	if diff := planned.Plan.Difference; diff != nil {
		d.Changes = v.changeRows(planned, diff)
	}
	d.Parties = partyOptions(planned.Case, v.t("case.every-party"))
	d.Products = productOptions(planned.Case, v.t("case.no-product"))
	d.Kinds = v.kindOptions()
	return v.show("case-plan", v.t("case.title", "case", planned.Case.File.Case, "page", v.t("case.plan")), "cases", d)
}

// planAsked reads from where the plan is looked at, and what is supposed.
func (v *visit) planAsked() (planAsked, coordination.PlanOptions, error) {
	f := v.Form
	a := planAsked{
		Party: f.Get("party"), At: f.Get("at"), AsKnownAt: f.Get("as-known-at"), Show: f.Get("show"),
		Kind: f.Get("kind"), By: f.Get("by"), Product: f.Get("of"), When: f.Get("when"), To: f.Get("to"),
	}
	if !slices.Contains(groupOrder, a.Show) {
		a.Show = "todo"
	}
	o := coordination.PlanOptions{Party: a.Party, Lang: v.Lang}
	for text, into := range map[*string]*time.Time{&a.At: &o.At, &a.AsKnownAt: &o.AsKnownAt} {
		if *text == "" {
			continue
		}
		t, err := v.readMoment(*text)
		if err != nil {
			return a, o, err
		}
		*into = t
	}
	if a.Kind != "" {
		o.WhatIf = []string{a.spec(v)}
	}
	return a, o, nil
}

// spec writes the supposed event by the grammar of tocsin plan --what-if.
func (a planAsked) spec(v *visit) string {
	words := []string{a.Kind}
	for _, p := range [][2]string{{"by", a.By}, {"of", a.Product}, {"to", a.To}} {
		if p[1] == "" {
			continue
		}
		value := strconv.Quote(p[1])
		if p[0] == "to" {
			value = "[" + value + "]"
		}
		words = append(words, p[0]+"="+value)
	}
	if t, err := v.readMoment(a.When); a.When != "" && err == nil {
		words = append(words, "at="+t.Format(time.RFC3339))
	}
	return strings.Join(words, " ")
}

// readMoment reads what a date field of a browser sends, in the reader's zone,
// or RFC 3339.
func (v *visit) readMoment(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, v.Zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fault.New(fault.Invalid, "%q is no date and time, such as 2026-11-24T14:51", clipText(text, 40))
}

// fillDuties puts one page of the duties of the chosen sort into their rows,
// and counts the others.
func (v *visit) fillDuties(d *planView, p *coordination.Planned) {
	sorted := map[string][]*plan.Duty{}
	own := 0
	for _, duty := range p.Plan.Duties {
		g := groupOf(duty.State)
		sorted[g] = append(sorted[g], duty)
		if g == "todo" && acts(p.Seen, duty.Obliged) {
			own++
		}
	}
	d.Nothing = own == 0 && len(p.Parties) > 0
	for _, g := range groupOrder {
		d.Groups = append(d.Groups, dutyGroup{Code: g})
	}
	for i := range d.Groups {
		all := sorted[d.Groups[i].Code]
		d.Groups[i].Duties = make([]dutyRow, 0)
		if d.Groups[i].Code != d.Asked.Show {
			d.Groups[i].Duties = make([]dutyRow, len(all)) // only their number is shown
			continue
		}
		first, _ := strconv.Atoi(v.Form.Get("from"))
		first = max(0, min(first, len(all)))
		last := min(first+dutiesPerPage, len(all))
		for _, duty := range all[first:last] {
			d.Groups[i].Duties = append(d.Groups[i].Duties, v.dutyRow(p, duty))
		}
		d.From, d.To, d.Of = first+1, last, len(all)
		if last < len(all) {
			d.Next = v.here("from", strconv.Itoa(last))
		}
		if first > 0 {
			d.Prev = v.here("from", strconv.Itoa(max(0, first-dutiesPerPage)))
		}
	}
}

// here is the address of this page with one parameter changed.
func (v *visit) here(name, value string) string {
	q := url.Values{}
	for k, x := range v.r.URL.Query() {
		q[k] = x
	}
	q.Set(name, value)
	return "?" + q.Encode()
}

// prohibitedRow is a lock, with what opens it.
type prohibitedRow struct {
	*plan.Prohibited
	Words, PartyName, ProductName string
	Open                          bool
	Because                       []string
	AllowedNames                  []string
}

// conflictRow is two rules that pull apart.
type conflictRow struct {
	*plan.Conflict
	PartyName string
	Because   []string
}

type standingRow struct {
	*plan.Standing
	PartyName string
}

func (v *visit) fillRest(d *planView, p *coordination.Planned) {
	for _, x := range p.Plan.Prohibitions {
		if x.State == "awaiting-anchor" {
			continue
		}
		row := prohibitedRow{Prohibited: x, PartyName: partyName(p.Of, x.Party), Open: x.State != "in-force", AllowedNames: partyNames(p.Of, x.Allowed)}
		if x.Of != "" {
			row.ProductName = productName(p.Of, x.Of)
		}
		row.Words, row.Because = v.ruleTitle(p.Book, x.Rule, x.Title), v.say(x.Because)
		d.Prohibitions = append(d.Prohibitions, row)
	}
	for _, x := range p.Plan.Conflicts {
		d.Conflicts = append(d.Conflicts, conflictRow{x, partyName(p.Of, x.Party), v.say(x.Because)})
	}
	for _, x := range p.Plan.Standing {
		d.Standing = append(d.Standing, standingRow{x, partyName(p.Of, x.Party)})
	}
	// Thousands of parties make thousands of lines: the same page bound holds.
	d.Prohibitions = d.Prohibitions[:min(len(d.Prohibitions), dutiesPerPage)]
	d.Conflicts = d.Conflicts[:min(len(d.Conflicts), dutiesPerPage)]
	d.Standing = d.Standing[:min(len(d.Standing), dutiesPerPage)]
	d.Warnings = v.say(p.Plan.Warnings[:min(len(p.Plan.Warnings), dutiesPerPage)])
}

// ruleTitle is the title of a rule in the reader's language.
func (v *visit) ruleTitle(b *rulebook.Book, id, title string) string {
	if b != nil {
		if r := b.Rule(id); r != nil {
			return rulebook.T(r.Title, v.Lang)
		}
	}
	return title
}

func (v *visit) say(reasons []plan.Reason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = r.Say(v.Lang)
	}
	return out
}

// kindOptions are the kinds of events in the reader's language, in its order.
func (v *visit) kindOptions() []option {
	out := []option{{"", v.t("case.choose-kind")}}
	for _, k := range casefile.Kinds() {
		out = append(out, option{string(k), v.kindWords(k)})
	}
	return out
}
