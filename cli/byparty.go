package cli

import (
	"sort"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

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
	first, rests := true, ""
	for _, d := range ds {
		if len(d.Readings) > 0 || d.Heard != nil || d.State == plan.Disputed || t.why || d.Modality != "must" || d.Ground != "statute" {
			continue
		}
		if first {
			t.blank()
			t.para(plain, "  ", "Also asked for, without a number:")
			first, rests = false, ""
		}
		if s := t.f.assumptions(d.Assumes); s != rests {
			if rests = s; s == "" {
				s = "with nothing assumed"
			}
			t.para(warn, "    ", s+":")
		}
		s := plaintext.Clean(d.Title) + " — " + d.Citation
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

// assumption prints what a duty rests on, at each duty: a line may be quoted alone.
func (t *table) assumption(d *plan.Duty) {
	if s := t.f.assumptions(d.Assumes); s != "" {
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
