package cli

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

// table prints a plan for a person. A case kept here is grouped by what to do
// next; a case put together from outside sources by party and ground, since
// there is nothing to do but to see what the clocks would have said.
type table struct {
	*page
	f   *phrases
	why bool
}

func (t *table) print() {
	t.head()
	t.inShort()
	groups := t.urgencies()
	t.glance(groups)
	t.conflicts() // before anything is sent
	if t.f.c.Kept() {
		t.byUrgency(groups)
	} else {
		t.byParty()
	}
	t.prohibitions()
	t.order()
	t.warnings()
	t.quiet()
	t.difference()
	t.foot()
}

func (t *table) head() {
	p, c := t.f.p, t.f.c
	if title := plaintext.Clean(c.Title); title != "" {
		t.para(strong, "", title)
	}
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
		t.duty(d)
	}
}

func (t *table) urgencies() map[string][]*plan.Duty {
	groups := map[string][]*plan.Duty{}
	for _, d := range t.f.p.Duties {
		groups[urgency(d)] = append(groups[urgency(d)], d)
	}
	for _, ds := range groups {
		sort.SliceStable(ds, func(i, j int) bool { return dueBefore(ds[i], ds[j]) })
	}
	return groups
}

func (t *table) byUrgency(groups map[string][]*plan.Duty) {
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
		if s := t.f.assumptions(d.Assumes); s != "" && d.State != plan.Awaiting {
			word = s + ": " + word
		}
		t.para(plain, "  "+mark(d)+" ", plaintext.Clean(d.Title)+" — "+t.f.party(d.Obliged)+", "+t.about(d))
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

func (t *table) difference() {
	diff := t.f.p.Difference
	if diff == nil {
		return
	}
	t.heading("What the assumption changes")
	for _, c := range diff.Added {
		t.para(good, "  + ", strings.TrimSpace(c.ID+" "+t.changed(c.ID, c.After)))
	}
	for _, c := range diff.Removed {
		t.para(late, "  − ", strings.TrimSpace(c.ID+" "+t.changed(c.ID, c.Before)))
	}
	for _, c := range diff.Changed {
		before, after := t.changed(c.ID, c.Before), t.changed(c.ID, c.After)
		if before+after == "" {
			t.para(plain, "  ~ ", c.ID+": "+fields(c.After))
			continue
		}
		if before == "" {
			before = "no date"
		}
		if after == "" {
			after = "no date"
		}
		t.para(plain, "  ~ ", c.ID+" "+before+" → "+after)
	}
	if len(diff.Added)+len(diff.Removed)+len(diff.Changed) == 0 {
		t.para(plain, "  ", "nothing")
	}
}

// fields names in words what differs where neither a state nor a date does.
func fields(m map[string]any) string {
	words := map[string]string{"assumes": "what it rests on", "to": "to whom", "act_by": "the date to act by", "met_by": "what met it", "met_at": "when it was met",
		"late_by": "by how much", "anchor": "where the clock starts", "recipient_heard": "who told the recipient first", "alternatives": "the alternatives",
		"allowed": "who stays allowed", "certainty": "whether the rule reaches the party", "keep_until": "until when to keep"}
	var out []string
	for k := range m {
		if words[k] != "" {
			out = append(out, words[k])
		}
	}
	sort.Strings(out)
	if len(out) == 0 {
		return "details"
	}
	return strings.Join(out, ", ")
}

// changed says one side of a difference, in the words of the rest of the page.
func (t *table) changed(id string, m map[string]any) string {
	var out []string
	switch s := m["state"].(type) {
	case plan.State:
		d := &plan.Duty{State: s}
		for _, x := range t.f.p.Duties {
			if x.ID == id {
				d.Duty, d.Readings = x.Duty, x.Readings
			}
		}
		word, _ := t.f.state(d)
		out = append(out, word)
	case string:
		word, _ := forbidden(s)
		out = append(out, word)
	}
	if d, ok := m["due"].(*plan.Instant); ok && d != nil {
		out = append(out, "due "+stamp(d))
	}
	return strings.Join(out, ", ")
}
