package cli

import (
	"slices"
	"strings"

	"tocsin/plan"
)

// inShort says, for a case from outside sources, what the plan comes to for a
// party that stands on several grounds at once: each ground in a sentence, who
// told the recipient first, and where the sources disagree.
func (t *table) inShort() {
	if t.f.c.Kept() {
		return
	}
	for _, q := range t.f.c.Parties {
		var mine []*plan.Duty
		for _, d := range t.f.p.Duties {
			if d.Obliged == q.ID && urgency(d) != "quiet" && d.State != plan.Awaiting && strings.HasPrefix(d.Duty, "notify-authority") {
				mine = append(mine, d)
			}
		}
		gs := grounds(mine)
		if len(gs) < 2 {
			continue
		}
		t.heading("In short: " + t.f.party(q.ID) + ", on " + number(len(gs)) + " grounds")
		for _, g := range gs {
			t.ground(g)
		}
		t.heardFirst(mine)
		t.disagree(mine)
	}
}

func number(n int) string {
	return []string{"no", "one", "two", "three", "four", "five"}[min(n, 5)]
}

// ground says one ground in a sentence.
func (t *table) ground(g group) {
	d := g.duties[0]
	for _, x := range g.duties {
		if len(x.Readings) > 0 {
			d = x
			break
		}
	}
	s := ""
	if a := t.f.assumptions(d.Assumes); a != "" {
		s = a + ": "
	}
	switch {
	case len(d.Readings) > 0:
		s += "outer limit " + t.zones(d)
	case d.Modality == "must":
		s += "to tell " + t.f.recipients(d) + "; no number"
		if d.Pace != "" {
			s += ", pace " + d.Pace
		}
		if v := d.RuleRecord().Verified; !v.Duty && v.Note != "" {
			s += "; " + v.Note
		}
	default:
		s += d.Modality + " to tell " + t.f.recipients(d) + "; no number, no duty"
	}
	t.para(plain, "  "+mark(d)+" ", g.title+" ("+d.Citation+") — "+s+".")
}

// zones gives the outer limit by each candidate zone, in days.
func (t *table) zones(d *plan.Duty) string {
	var out []string
	var zones []string
	for _, r := range d.Readings {
		if r.Zoned() && !slices.Contains(zones, r.Zone()) {
			zones = append(zones, r.Zone())
		}
	}
	for _, z := range zones {
		var first, last *plan.Reading
		for _, r := range d.Readings {
			if r.Zone() != z || r.DueLatest == nil {
				continue
			}
			if last == nil || r.DueLatest.After(last.DueLatest.Time) {
				last = r
			}
			if first == nil || r.DueLatest.Before(first.DueLatest.Time) {
				first = r
			}
		}
		if last != nil {
			s := strings.TrimPrefix(span(last), "no later than ") + " if that time was in " + z
			if strict := strings.TrimPrefix(span(first), "no later than "); !first.DueLatest.Equal(last.DueLatest.Time) {
				s += " (by the strictest reading " + strict + ")"
			}
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return strings.TrimPrefix(t.limit(d), " · outer limit ")
	}
	return strings.Join(out, "; ")
}

func (t *table) heardFirst(ds []*plan.Duty) {
	var seen []string
	for _, d := range ds {
		if d.Heard == nil || slices.Contains(seen, d.Heard.Event) {
			continue
		}
		seen = append(seen, d.Heard.Event)
		t.para(plain, "  ◂ ", t.f.parties(d.To[:1])+" heard from others: "+t.f.event(d.Heard.Event)+".")
	}
}

// disagree lists the competing claims that bear on the duties.
func (t *table) disagree(ds []*plan.Duty) {
	var claims []string
	for _, d := range ds {
		for _, a := range d.Alternatives {
			for _, id := range a.Given {
				if c := strings.TrimSuffix(t.f.claim(id), " holds"); !slices.Contains(claims, c) {
					claims = append(claims, c)
				}
			}
		}
	}
	if len(claims) > 0 {
		t.para(plain, "  ? ", "Sources disagree, and nothing here decides between them: "+strings.Join(claims, "; ")+".")
	}
}
