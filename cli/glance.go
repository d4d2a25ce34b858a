package cli

import (
	"fmt"
	"strings"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

// glance says, above all else in a case kept here, the one thing to do next, the
// clock that runs out first, and how much more there is. It follows the sections below it: past the limit, at
// once, running, asked for without a number.
func (t *table) glance(groups map[string][]*plan.Duty) {
	if !t.f.c.Kept() {
		return
	}
	var next *plan.Duty
	var counts []string
	for _, g := range []struct{ id, words string }{
		{"past", "past the limit"}, {"now", "at once"}, {"running", "running"}, {"open", "without a number"}, {"disputed", "disputed"},
	} {
		if ds := groups[g.id]; len(ds) > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", len(ds), g.words))
			if next == nil && g.id != "disputed" {
				next = ds[0]
			}
		}
	}
	if next == nil {
		return
	}
	t.blank()
	t.first("Next   ", next)
	if len(groups["running"]) > 0 && groups["running"][0] != next && next.Due == nil {
		t.first("Clock  ", groups["running"][0])
	}
	t.para(plain, "To do  ", strings.Join(counts, ", "))
}

// first says one duty in a line.
func (t *table) first(label string, d *plan.Duty) {
	s := plaintext.Clean(d.Title) + " — " + t.f.party(d.Obliged)
	if d.Due != nil { // a pace stands in the title already
		s = t.lead(d) + s
	}
	if to := t.f.recipients(d); to != "" {
		s += " → " + to
	}
	if a := t.f.assumptions(d.Assumes); a != "" {
		s = a + ": " + s
	}
	t.para(strong, label, s)
	if w := t.pulled(d); w != "" {
		t.para(warn, "       ⇄ ", w)
	}
}

// pulled says that a prohibition stands against a duty that is still to do.
func (t *table) pulled(d *plan.Duty) string {
	var by []string
	word := "may be forbidden by "
	for _, c := range t.f.p.Conflicts {
		if !d.Done() && c.Party == d.Obliged && c.Of == d.Of && c.Between[1] == d.Rule {
			if c.Certainty != "may" {
				word = "is forbidden by "
			}
			by = append(by, c.Between[0])
		}
	}
	if len(by) == 0 {
		return ""
	}
	return word + strings.Join(unique(by), ", ") + ": ask counsel before it is sent"
}
