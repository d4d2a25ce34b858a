package cli

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tocsin/plan"
)

// table prints a plan for a person. A case kept here is grouped by what to do
// next; a case put together from outside sources by party and ground, since
// there is nothing to do but to see what the clocks would have said.
type table struct {
	*page
	f   *phrases
	why bool

	assumed string // the assumption printed last
}

func (t *table) print() {
	t.head()
	t.inShort()
	if t.f.c.Kept() {
		t.byUrgency()
	} else {
		t.byParty()
	}
	t.prohibitions()
	t.conflicts()
	t.order()
	t.warnings()
	t.quiet()
	t.difference()
	t.foot()
}

func (t *table) head() {
	p, c := t.f.p, t.f.c
	t.para(strong, "", clean(c.Title))
	line := c.File.Case
	if c.TLP != "" {
		line += " · TLP:" + c.TLP
	}
	line += " · computed for " + clock(p.At.Time)
	if p.AsKnownAt != nil {
		line += " · as recorded by " + stamp(p.AsKnownAt)
	}
	t.para(faint, "", line)
	if !c.Kept() {
		t.para(plain, "", "Put together from outside sources: that no act is recorded is not evidence that it was not done. A computed date is not a legal conclusion.")
	} else {
		t.para(faint, "", "A computed date is not a legal conclusion. Where a pace stands beside a number, the number is the outer limit, never the target.")
	}
}

// section prints duties under a heading, if there are any.
func (t *table) section(title string, ds []*plan.Duty) {
	if len(ds) == 0 {
		return
	}
	t.heading(fmt.Sprintf("%s (%d)", title, len(ds)))
	for _, d := range ds {
		t.assumed = ""
		t.duty(d)
	}
}

func (t *table) byUrgency() {
	groups := map[string][]*plan.Duty{}
	for _, d := range t.f.p.Duties {
		groups[urgency(d)] = append(groups[urgency(d)], d)
	}
	for _, ds := range groups {
		sort.SliceStable(ds, func(i, j int) bool { return dueBefore(ds[i], ds[j]) })
	}
	if len(groups["past"])+len(groups["now"])+len(groups["running"])+len(groups["open"]) == 0 {
		t.blank()
		if nothingDue(t.f.p) {
			t.para(strong, "", "Nothing is legally due from anyone, as far as this file shows.")
		} else {
			t.para(strong, "", "Nothing is to be done now, as far as this file shows.")
		}
	}
	t.section("Past the limit", groups["past"])
	t.section("At once", groups["now"])
	t.section("Running, next due first", groups["running"])
	t.section("Asked for without a number", groups["open"])
	t.section("Sources disagree", groups["disputed"])
	t.short("Done", groups["done"])
	t.short("Waiting for a fact", groups["waiting"])
	t.section("For information: other people's clocks", groups["others"])
}

// short prints duties that need no action in three lines each.
func (t *table) short(title string, ds []*plan.Duty) {
	if t.why {
		t.section(title, ds)
		return
	}
	if len(ds) == 0 {
		return
	}
	t.heading(fmt.Sprintf("%s (%d)", title, len(ds)))
	for _, d := range ds {
		word, st := t.f.state(d)
		t.para(plain, "  "+mark(d)+" ", clean(d.Title)+" — "+t.f.party(d.Obliged)+", "+t.about(d))
		switch {
		case d.State == plan.Awaiting:
			for _, r := range d.Because {
				if r.Code == "awaiting" || r.Code == "awaiting-required" {
					t.para(faint, "      ", r.Text)
				}
			}
		case d.MetBy != nil:
			t.para(st, "      ", word+t.limit(d)+" · "+t.f.event(*d.MetBy))
		default:
			t.para(st, "      ", word+t.limit(d))
		}
	}
}

// nothingDue: no statute or agreement asks anything of anyone in the file.
func nothingDue(p *plan.Plan) bool {
	return !slices.ContainsFunc(p.Duties, func(d *plan.Duty) bool {
		return d.Ground != "norm" && d.State != plan.NotScheduled && (d.Modality == "must" || d.Modality == "should")
	})
}

func urgency(d *plan.Duty) string {
	switch {
	case d.State == plan.NotScheduled || d.State == plan.Displaced || d.State == plan.Waived:
		return "quiet"
	case d.State == plan.Awaiting:
		return "waiting"
	case d.Informational:
		return "others"
	case d.State == plan.Missed || d.PastDue && d.State == plan.Running:
		return "past"
	case d.State == plan.Disputed:
		return "disputed"
	case d.Done():
		return "done"
	case plan.AtOnce(d) && d.State != plan.NoRecord:
		return "now"
	case d.State == plan.Running:
		return "running"
	}
	return "open"
}

func dueBefore(a, b *plan.Duty) bool {
	switch {
	case a.Due == nil:
		return false
	case b.Due == nil:
		return true
	}
	return a.Due.Before(b.Due.Time)
}

// byParty groups by who owes it, on which ground, and on which assumptions.
func (t *table) byParty() {
	for _, q := range t.f.c.Parties {
		var mine []*plan.Duty
		for _, d := range t.f.p.Duties {
			if d.Obliged == q.ID && urgency(d) != "quiet" && d.State != plan.Awaiting {
				mine = append(mine, d)
			}
		}
		if len(mine) == 0 {
			continue
		}
		t.heading(t.f.party(q.ID))
		for _, g := range grounds(mine) {
			t.blank()
			t.para(accent, "", g.title)
			sort.SliceStable(g.duties, func(i, j int) bool { return dueBefore(g.duties[i], g.duties[j]) })
			t.assumed = ""
			for _, d := range g.duties {
				if len(d.Readings) > 0 || d.Heard != nil || d.State == plan.Disputed || t.why || d.Modality != "must" || d.Ground != "statute" {
					t.duty(d)
				}
			}
			t.numberless(g.duties)
		}
	}
}

// numberless lists the duties without a number in two lines each.
func (t *table) numberless(ds []*plan.Duty) {
	first := true
	for _, d := range ds {
		if len(d.Readings) > 0 || d.Heard != nil || d.State == plan.Disputed || t.why || d.Modality != "must" || d.Ground != "statute" {
			continue
		}
		if first {
			t.blank()
			t.para(plain, "  ", "Also asked for, without a number:")
			t.assumption(d)
			first = false
		}
		s := clean(d.Title) + " — " + d.Citation
		if d.Pace != "" {
			s += ", pace: " + d.Pace
		}
		word, _ := t.f.state(d)
		if d.MetBy != nil {
			word += ": " + t.f.event(*d.MetBy)
		}
		t.para(plain, "  "+mark(d)+" ", s)
		t.para(faint, "      ", word)
	}
}

// assumption prints what a duty rests on, once for duties in a row.
func (t *table) assumption(d *plan.Duty) {
	s := t.f.assumptions(d.Assumes)
	if s == t.assumed {
		return
	}
	t.assumed = s
	if s != "" {
		t.para(warn, "    ", s+":")
	}
}

type group struct {
	title  string
	duties []*plan.Duty
}

// grounds sorts duties into the grounds on which they stand.
func grounds(ds []*plan.Duty) []group {
	all := []struct {
		title string
		in    func(*plan.Duty) bool
	}{
		{"The statute, for a provider of a product", func(d *plan.Duty) bool { return d.Ground == "statute" && d.Modality == "must" && providerDuty(d) }},
		{"The statute", func(d *plan.Duty) bool { return d.Ground == "statute" && d.Modality == "must" && !providerDuty(d) }},
		{"The statute, for a finder: encouraged, not required", func(d *plan.Duty) bool { return d.Ground == "statute" && d.Modality != "must" }},
		{"The partnership", func(d *plan.Duty) bool { return d.Ground == "agreement" }},
		{"Norms that it follows", func(d *plan.Duty) bool { return d.Ground == "norm" }},
	}
	var out []group
	for _, g := range all {
		var in []*plan.Duty
		for _, d := range ds {
			if g.in(d) {
				in = append(in, d)
			}
		}
		if len(in) > 0 {
			out = append(out, group{g.title, in})
		}
	}
	return out
}

func providerDuty(d *plan.Duty) bool {
	for _, w := range d.RuleRecord().Who {
		if w.Role == "vendor" || w.Role == "manufacturer" {
			return true
		}
	}
	return false
}

// duty prints one duty: what, to whom, by when, why.
func (t *table) duty(d *plan.Duty) {
	state, st := t.f.state(d)
	lead := t.lead(d)
	to := t.f.parties(d.To)
	who := t.f.party(d.Obliged)
	if to != "" {
		who += " → " + to
	}
	t.blank()
	t.para(strong, "  "+mark(d)+" ", lead+clean(d.Title))
	t.para(plain, "    ", who+" · about "+t.about(d))
	t.assumption(d)
	t.para(st, "    ", state+t.limit(d))
	for _, r := range d.Because {
		if r.Code == "decided-not-reportable" {
			t.para(plain, "    ", r.Text)
		}
	}
	if d.Pace != "" {
		t.para(plain, "    ", "pace: "+d.Pace)
	}
	t.readings(d)
	for _, a := range d.Alternatives {
		t.para(plain, "    · ", t.alternative(d, a))
	}
	if d.Anchor != nil {
		for i, id := range d.Anchor.Events {
			word := "from   "
			if i > 0 {
				word = "       "
			}
			t.para(faint, "    "+word, t.f.event(id))
		}
	}
	if d.MetBy != nil {
		t.para(faint, "    by     ", t.f.event(*d.MetBy))
	}
	if d.Heard != nil {
		t.para(plain, "    heard  ", "the recipient heard from "+t.f.party(d.Heard.By)+": "+t.f.event(d.Heard.Event))
	}
	t.para(faint, "    clause ", t.clause(d))
	if d.State == plan.Awaiting || t.why {
		for _, r := range d.Because {
			t.para(faint, "    why    ", r.Text)
		}
	}
	if t.why {
		for _, r := range d.Readings {
			for _, s := range r.Steps {
				t.para(faint, "    "+r.Calc+"  ", s.Text)
			}
		}
		t.para(faint, "    id     ", d.ID)
	}
}

func (t *table) about(d *plan.Duty) string {
	switch {
	case d.Incident != "" && d.Of != "":
		return "incident " + clean(d.Incident) + ", " + t.f.product(d.Of)
	case d.Incident != "":
		return "incident " + clean(d.Incident)
	case d.Of == "":
		return "the case"
	}
	return t.f.product(d.Of)
}

// lead is the time left in words, for what is still to do.
func (t *table) lead(d *plan.Duty) string {
	if !t.f.c.Kept() || d.Done() || d.State == plan.NoRecord || d.State == plan.Disputed || d.State == plan.Awaiting {
		return ""
	}
	if plan.AtOnce(d) && len(d.Readings) == 0 {
		return "at once — "
	}
	if d.Due == nil {
		return ""
	}
	left := d.Due.Sub(t.f.p.At.Time)
	if left < 0 {
		return words(left) + " past — "
	}
	return "in " + words(left) + " — "
}

// mark is the sign before a duty, so that colour is never alone.
func mark(d *plan.Duty) string {
	switch {
	case d.State == plan.Missed || d.PastDue && d.State == plan.Running:
		return "!"
	case d.State == plan.Disputed || d.State == plan.MetOrLate:
		return "?"
	case d.Done():
		return "✓"
	case d.State == plan.NoRecord:
		return "–"
	case d.State == plan.Awaiting:
		return "…"
	case d.Modality == "encouraged" || d.Modality == "may":
		return "○"
	}
	return "●"
}

func (t *table) clause(d *plan.Duty) string {
	s := d.Modality + ", " + d.Ground + ", " + d.Citation
	if d.Operative != "" {
		s += " “" + d.Operative + "”"
	}
	v := "checked: " + checked(d.Verified.Duty, "duty") + checked(d.Verified.Deadline, "deadline") + checked(d.Verified.Calc, "computation")
	s += " · " + strings.TrimSuffix(v, ", ")
	if d.Reviewed == nil {
		s += " · not reviewed by a named person"
	} else {
		s += fmt.Sprintf(" · reviewed by %s on %s", d.Reviewed.By, d.Reviewed.On)
	}
	if d.Certainty == "may" {
		s += " · whether it binds is open"
	}
	return s
}

func checked(ok bool, what string) string {
	if ok {
		return what + " yes, "
	}
	return what + " no, "
}

// limit is the strictest date, where it stands alone.
func (t *table) limit(d *plan.Duty) string {
	if d.Due == nil || d.State == plan.NotScheduled {
		return ""
	}
	own := ""
	for _, r := range d.Readings {
		if !r.Zoned() && r.DueEarliest != nil && r.DueEarliest.Equal(d.Due.Time) || r.DueEarliest == nil && r.DueLatest != nil && r.DueLatest.Equal(d.Due.Time) {
			own = span(r)
			break
		}
	}
	if own == "" {
		own = stamp(d.Due)
	}
	s := " · outer limit " + own
	if d.ActBy != nil {
		s += " · act by " + stamp(d.ActBy)
	}
	return s
}

// span says the due date of a reading, open ends and intervals included.
func span(r *plan.Reading) string {
	lo, hi := r.DueEarliest, r.DueLatest
	switch {
	case lo == nil && hi == nil:
		return "not known"
	case lo == nil:
		return "no later than " + end(hi.Time, r.Exclusive())
	case hi == nil:
		return "not before " + end(lo.Time, r.Exclusive())
	case lo.Equal(hi.Time) || hi.Sub(lo.Time) < time.Minute:
		return end(lo.Time, r.Exclusive())
	}
	return end(lo.Time, r.Exclusive()) + " to " + end(hi.Time, r.Exclusive())
}

// readings prints each way of counting; rows that say the same are merged, and
// those of each candidate zone stand together.
func (t *table) readings(d *plan.Duty) {
	zones := []string{""}
	for _, r := range d.Readings {
		if r.Zoned() && !slices.Contains(zones, r.Zone()) {
			zones = append(zones, r.Zone())
		}
	}
	if len(d.Readings) < 2 && !t.why {
		return
	}
	for _, z := range zones {
		type row struct{ due, basis, how string }
		var rows []row
		for _, r := range d.Readings {
			if r.Zone() != z {
				continue
			}
			how := counts(r)
			if v := variant(r.Variant); v != "" {
				how = v
			}
			if r.Provisional {
				how += " (provisional)"
			}
			if i := slices.IndexFunc(rows, func(x row) bool { return x.due == span(r) && x.basis == r.Basis }); i >= 0 {
				if !strings.Contains(rows[i].how, how) {
					rows[i].how += "; " + how
				}
				continue
			}
			rows = append(rows, row{span(r), r.Basis, how})
		}
		lead := "    – "
		if z != "" {
			t.para(plain, "    – ", "if that time was in "+z+":")
			lead = "        "
		} else if len(zones) > 1 {
			t.para(plain, "    – ", "whatever the zone:")
			lead = "        "
		}
		for _, r := range rows {
			t.para(plain, lead, strings.TrimPrefix(r.due, "no later than ")+"  ("+r.basis+": "+r.how+")")
		}
	}
}

func variant(v string) string {
	var out []string
	for _, part := range strings.Split(v, ",") {
		switch {
		case part == "":
		case part == "rest=holiday-only":
			out = append(out, "only public holidays as rest days")
		case strings.HasPrefix(part, "zone="):
		default:
			out = append(out, part)
		}
	}
	return strings.Join(out, ", ")
}

func (t *table) alternative(d *plan.Duty, a plan.Alternative) string {
	var given []string
	for _, id := range a.Given {
		given = append(given, t.f.claim(id))
	}
	x := *d
	x.State, x.LateBy = a.State, a.LateBy
	if a.MetBy == nil && (a.State == plan.NoRecord || a.State == plan.Missed) {
		return "if " + strings.Join(given, " and ") + ": no notice of its own is on record"
	}
	s, _ := t.f.state(&x)
	return "if " + strings.Join(given, " and ") + ": " + s
}

func (t *table) difference() {
	diff := t.f.p.Difference
	if diff == nil {
		return
	}
	t.heading("What the assumption changes")
	for _, c := range diff.Added {
		t.para(good, "  + ", c.ID+" "+state(c.After))
	}
	for _, c := range diff.Removed {
		t.para(late, "  − ", c.ID+" "+state(c.Before))
	}
	for _, c := range diff.Changed {
		t.para(plain, "  ~ ", c.ID+" "+state(c.Before)+" → "+state(c.After))
	}
	if len(diff.Added)+len(diff.Removed)+len(diff.Changed) == 0 {
		t.para(plain, "  ", "nothing")
	}
}

func state(m map[string]any) string {
	var out []string
	if s, ok := m["state"]; ok {
		out = append(out, fmt.Sprint(s))
	}
	if d, ok := m["due"].(*plan.Instant); ok && d != nil {
		out = append(out, "due "+stamp(d))
	}
	return strings.Join(out, ", ")
}
