package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/plaintext"
	"tocsin/plan"
)

// duty prints one duty: what, to whom, by when, why.
func (t *table) duty(d *plan.Duty) {
	state, st := t.f.state(d)
	lead := t.lead(d)
	to := t.f.recipients(d)
	who := t.f.party(d.Obliged)
	if to != "" {
		who += " → " + to
	}
	t.blank()
	t.para(strong, "  "+mark(d)+" ", lead+plaintext.Clean(d.Title))
	t.para(plain, "    ", who+" · about "+t.about(d))
	t.assumption(d)
	t.para(st, "    ", state+t.limit(d))
	if w := t.pulled(d); w != "" {
		t.para(warn, "    ⇄ ", w)
	}
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
		return "incident " + plaintext.Clean(d.Incident) + ", " + t.f.product(d.Of)
	case d.Incident != "":
		return "incident " + plaintext.Clean(d.Incident)
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
	switch {
	case perhapsPast(d):
		return "perhaps past — "
	case left < 0:
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
	case d.State == plan.MetLate:
		return "~" // done, after the outer limit
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
		if !d.Done() && t.f.c.Kept() && d.ActBy.Before(t.f.p.At.Time) {
			s += " (gone by)"
		}
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
