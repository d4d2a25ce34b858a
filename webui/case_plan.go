package webui

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/coordination"
	"tocsin/plan"
	"tocsin/rulebook"
)

// planView is the page of the plan.
type planView struct {
	caseHead
	Plan         *plan.Plan
	Groups       []dutyGroup
	Duties       template.HTML // of the group that is shown
	Prohibitions []prohibitedRow
	Conflicts    []conflictRow
	Standing     []standingRow
	Warnings     []string
	Silent       []coordination.Silent // who was asked about the embargo and has not answered
	Reviews      []reviewRow
	More         map[string]int // how many lines of a list are not shown
	Changes      []changeRow    // what the supposition changes
	MoreChanges  int
	Supposed     bool
	Asked        planAsked
	Parties      partyList
	Kinds        []option
	Products     []option
	Next, Prev   string // addresses of the pages of duties
	From, To, Of int
	Nothing      bool       // as far as the file shows, nothing is due from the reader
	Then         *time.Time // the plan is looked at from another time
	KnownThen    *time.Time
	Files        string // query of the downloads
}

// planAsked is what the page was asked for.
type planAsked struct {
	Party, At, AsKnownAt, Show  string
	Kind, By, Product, When, To string // of a supposed event
}

// dutyGroup counts the duties of one sort.
type dutyGroup struct {
	Code string // todo, waiting, done, aside
	N    int
	Href string
}

// dutiesPerPage bounds a page: a case may have thousands of duties.
const dutiesPerPage = 25

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
	mark := ""
	if o.Party != "" || len(o.WhatIf) > 0 || !o.At.IsZero() || !o.AsKnownAt.IsZero() { // else the plan itself tells
		if mark, err = v.o.Desk.Mark(v.ctx(), v.Who, v.r.PathValue("handle")); err != nil {
			return err
		}
	}
	planned, err := v.o.Desk.Plan(v.ctx(), v.Who, v.r.PathValue("handle"), o)
	if err != nil {
		return err
	}
	if mark == "" {
		mark = coordination.MarkOf(planned)
	}
	d := planView{caseHead: head(planned.Seen, "plan"), Plan: planned.Plan, Asked: asked, Supposed: len(o.WhatIf) > 0}
	d.Mark = mark
	if !o.At.IsZero() {
		d.Then = &o.At
	}
	if !o.AsKnownAt.IsZero() {
		d.KnownThen = &o.AsKnownAt
	}
	supposed := map[string]string{}
	if diff := planned.Plan.Difference; diff != nil {
		d.Changes, d.MoreChanges = v.changeRows(planned, diff)
		for code, list := range map[string][]plan.Change{"added": diff.Added, "changed": diff.Changed} {
			for _, c := range list {
				supposed[c.ID] = code
			}
		}
	}
	if err := v.fillDuties(&d, planned, supposed); err != nil {
		return err
	}
	v.fillRest(&d, planned)
	if err := v.fillReviews(&d, planned.Seen); err != nil {
		return err
	}
	if d.Then == nil && d.KnownThen == nil {
		if d.Silent, err = v.o.Desk.Silent(v.ctx(), v.Who, planned.Handle); err != nil {
			return err
		}
	}
	d.Parties = partiesOf(planned.Case, v.t("case.every-party"))
	d.Products = productOptions(planned.Case, v.t("case.no-product"))
	d.Kinds = v.kindOptions()
	d.Files = v.filesQuery()
	return v.show("case-plan", v.caseTitle(planned.Seen, v.t("case.plan")), "cases", d)
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
		*text = t.In(v.Zone).Format("2006-01-02T15:04") // as a field of a browser wants it
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

// urgentFirst sorts duties. Of thousands the keys are made once.
func urgentFirst(all []*plan.Duty) []*plan.Duty {
	type keyed struct {
		rank int
		due  int64
		duty *plan.Duty
	}
	keys := make([]keyed, len(all))
	for i, d := range all {
		rank, due := urgency(d)
		keys[i] = keyed{rank, due.Unix(), d}
	}
	slices.SortStableFunc(keys, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.due, b.due)) })
	out := make([]*plan.Duty, len(all))
	for i := range keys {
		out[i] = keys[i].duty
	}
	return out
}

// urgency sorts what is to be done: past due, at once, by date, then what has
// neither.
func urgency(d *plan.Duty) (rank int, due time.Time) {
	switch {
	case d.State == plan.Missed || d.PastDue && d.State == plan.Running:
		rank = 0
	case d.State == plan.Open && plan.AtOnce(d):
		rank = 1
	case d.State == plan.Running:
		rank = 2
	case d.State == plan.Open && d.Modality == "must":
		rank = 3
	case d.State == plan.Open:
		rank = 4
	default:
		rank = 5
	}
	if d.Due != nil {
		due = d.Due.Time
	}
	return rank, due
}

// fillDuties puts one page of the duties of the chosen sort into their rows,
// and counts the others.
func (v *visit) fillDuties(d *planView, p *coordination.Planned, supposed map[string]string) error {
	var all []*plan.Duty // of the group that is shown
	count := map[string]int{}
	own := 0
	for _, duty := range p.Plan.Duties {
		g := groupOf(duty.State)
		if count[g]++; g == d.Asked.Show {
			all = append(all, duty)
		}
		if g == "todo" && acts(p.Seen, duty.Obliged) {
			own++
		}
	}
	d.Nothing = own == 0 && len(p.Parties) > 0
	for _, g := range groupOrder {
		q := url.Values{}
		for name, x := range v.r.URL.Query() {
			q[name] = x
		}
		q.Set("show", g)
		q.Del("from")
		q.Del("lang")
		d.Groups = append(d.Groups, dutyGroup{g, count[g], d.Base + "/plan?" + q.Encode()})
	}
	first, _ := strconv.Atoi(v.Form.Get("from"))
	first = max(0, min(first, len(all)))
	last := min(first+dutiesPerPage, len(all))
	if first < last {
		key := dutiesKey{p.Plan, p.Handle, d.Asked.Show, first, v.Lang, v.Zone.String(), d.May("add"), strings.Join(p.Parties, "\x00")}
		made, err := v.sharedPart(v.Now, key, func() (any, error) {
			if d.Asked.Show == "todo" && p.Of.Kept() {
				all = urgentFirst(all)
			}
			return v.dutyRows(p, all[first:last], supposed, d.May("add"))
		})
		if err != nil {
			return err
		}
		d.Duties = made.(template.HTML)
	}
	d.From, d.To, d.Of = first+1, last, len(all)
	if last < len(all) {
		d.Next = v.here("from", strconv.Itoa(last))
	}
	if first > 0 {
		d.Prev = v.here("from", strconv.Itoa(max(0, first-dutiesPerPage)))
	}
	return nil
}

// dutiesKey is all that the rows of a plan's duties are made of (sharedPart): the
// plan, which is that of one view and one supposition, what of it is shown, and
// what differs from reader to reader.
type dutiesKey struct {
	plan       *plan.Plan
	handle     string
	show       string
	first      int
	lang, zone string
	may        bool   // add an event
	parties    string // that the reader acts for
}

func (v *visit) dutyRows(p *coordination.Planned, duties []*plan.Duty, supposed map[string]string, may bool) (template.HTML, error) {
	rows := make([]dutyRow, 0, len(duties))
	for _, duty := range duties {
		row := v.dutyRow(p, duty)
		if row.Supposed = supposed[duty.ID]; !may {
			row.Step = ""
		}
		rows = append(rows, row)
	}
	return v.part("case-duties", rows)
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
		out[i] = v.humane(r.Say(v.Lang))
	}
	return out
}

// kindOptions are the kinds of events in the reader's language, in the order of
// their groups.
func (v *visit) kindOptions() []option {
	out := []option{{"", v.t("case.choose-kind")}}
	for _, g := range kindGroups {
		for _, k := range g.Kinds {
			out = append(out, option{string(k), v.kindWords(k)})
		}
	}
	return out
}

// eventAddress is the page of an event.
func eventAddress(handle, event string) string {
	return "/cases/" + url.PathEscape(handle) + "/events/" + url.PathEscape(event)
}
