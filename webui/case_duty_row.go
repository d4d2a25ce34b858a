package webui

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	Further     []readingRow // beyond the first few
	Because     []string
	Met         string // the event that met it, in words
	MetAddress  string
	Address     string // its own page
	Step        string // address of the form for what meets it; "" if there is nothing to do
	Checked     bool   // a person has verified duty and deadline
	Others      []alternativeRow
	AtOnce      bool
	Since       *time.Time // of the anchor, where there is no date
	Gone, Whole int64      // seconds since the anchor, and from it to due; 0 draws no bar
	Supposed    string     // added or changed by what is supposed
	If          bool       // a sentence about it begins with "if"
	Sources     bool       // of a case from outside sources
}

// readingRow is one way of counting.
type readingRow struct {
	*plan.Reading
	Strictest bool
	Period    string // in words, "" for none
	Variants  []string
	Zone      string
	Code      string // of the state, "" where it is the duty's own
	Tone      string
	Steps     []string
	Exclusive bool
	If        bool
	From, To  *moment // nil where the date is open on that side
}

type alternativeRow struct {
	Given []string // events in words
	Code  string
	By    string
}

// readingsShown is how many readings stand side by side; the rest is folded.
const readingsShown = 3

func (v *visit) dutyRow(p *coordination.Planned, d *plan.Duty) dutyRow {
	kept := p.Of.Kept()
	r := dutyRow{
		Duty: d, Words: v.ruleTitle(p.Book, d.Rule, d.Title), ObligedName: partyName(p.Of, d.Obliged),
		Mine: acts(p.Seen, d.Obliged), Code: string(d.State), Because: v.say(d.Because),
		Address: dutyAddress(p.Handle, d.ID), Checked: d.Verified.Duty && d.Verified.Deadline, AtOnce: plan.AtOnce(d),
		If: !kept || len(d.Assumes) > 0, Sources: !kept,
	}
	if d.Of != "" {
		r.ProductName = productName(p.Of, d.Of)
	}
	for _, to := range d.To {
		r.ToNames = append(r.ToNames, v.recipient(p, to))
	}
	if d.PastDue && d.State == plan.Running {
		r.Code = "past-due"
	}
	r.Tone, r.Icon = stateTone(d, kept, v.Now)
	for _, x := range d.Readings {
		row := v.readingRow(p, d, x)
		row.If = r.If
		if row.Code == r.Code || row.Code == string(d.State) {
			row.Code = ""
		}
		if row.Strictest {
			r.Exclusive, r.Zone = x.Exclusive(), row.Zone
		}
		r.Readings = append(r.Readings, row)
	}
	slices.SortStableFunc(r.Readings, func(a, b readingRow) int { // the strictest first
		return map[bool]int{true: -1}[a.Strictest] - map[bool]int{true: -1}[b.Strictest]
	})
	if n := len(r.Readings); n > readingsShown+1 {
		r.Readings, r.Further = r.Readings[:readingsShown], r.Readings[readingsShown:]
	}
	if d.MetBy != nil {
		r.Met = v.eventWords(p.Of, *d.MetBy)
		r.MetAddress = eventAddress(p.Handle, *d.MetBy)
	}
	for _, a := range d.Alternatives {
		row := alternativeRow{Code: string(a.State)}
		for _, id := range a.Given {
			row.Given = append(row.Given, v.eventWords(p.Of, id))
		}
		if a.MetBy != nil && !slices.Contains(a.Given, *a.MetBy) {
			row.By = v.eventWords(p.Of, *a.MetBy)
		}
		r.Others = append(r.Others, row)
	}
	v.passed(&r, d)
	if g := groupOf(d.State); kept && (g == "todo" || g == "waiting" && r.Mine) && d.State != plan.NoRecord {
		r.Step = stepAddress(p.Handle, d.Rule, d.Stage, d.Obliged, d.Of, d.To, d.Duty)
	}
	return r
}

// passed tells how much of the time is gone.
func (v *visit) passed(r *dutyRow, d *plan.Duty) {
	if d.Anchor == nil || d.Anchor.Earliest == nil {
		return
	}
	from := d.Anchor.Earliest.Time
	if d.Due == nil {
		r.Since = &from
		return
	}
	if (d.State == plan.Running || d.State == plan.Missed) && d.Due.After(from) {
		r.Whole = int64(d.Due.Sub(from) / time.Second)
		r.Gone = max(0, min(r.Whole, int64(v.Now.Sub(from)/time.Second)))
	}
}

func (v *visit) readingRow(p *coordination.Planned, d *plan.Duty, x *plan.Reading) readingRow {
	row := readingRow{Reading: x, Code: string(x.State), Steps: v.say(x.Steps), Exclusive: x.Exclusive(), Zone: x.Zone(), Period: v.period(x.Period())}
	row.Tone, _ = stateTone(&plan.Duty{State: x.State}, p.Of.Kept(), v.Now)
	if row.Zone == "" {
		row.Zone = governing(x.DueEarliest, x.DueLatest)
	}
	for _, part := range strings.Split(x.Variant, ",") {
		if zone, ok := strings.CutPrefix(part, "zone="); ok {
			row.Variants = append(row.Variants, v.t("case.variant-zone", "zone", zone))
		} else if part != "" {
			row.Variants = append(row.Variants, v.codeWords("case.variant.", part))
		}
	}
	if d.Due != nil && x.DueEarliest != nil {
		row.Strictest = x.DueEarliest.Equal(d.Due.Time) && !x.Zoned()
	} else if d.Due != nil && x.DueLatest != nil {
		row.Strictest = x.DueLatest.Equal(d.Due.Time) && !x.Zoned()
	}
	row.From, row.To = v.instant(x.DueEarliest, row.Exclusive, row.Zone), v.instant(x.DueLatest, row.Exclusive, row.Zone)
	if row.From != nil && row.To != nil && x.DueEarliest.Equal(x.DueLatest.Time) {
		row.To = row.From
	}
	return row
}

// period says a length of legal time: 48 h, 14 d, 1 month. What has no words
// stays as the rule writes it.
func (v *visit) period(text string) string {
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || text == "PT0S" || text == "P0D" {
		return ""
	}
	date, clock, _ := strings.Cut(rest, "T")
	var out []string
	take := func(part string, units map[string]string) bool {
		for part != "" {
			i := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
			if i < 1 {
				return false
			}
			unit := part[i : i+1]
			if strings.HasPrefix(part[i:], "BD") {
				unit = "BD"
			}
			key, known := units[unit]
			if !known {
				return false
			}
			n := 0
			for _, digit := range part[:i] {
				n = n*10 + int(digit-'0')
			}
			out = append(out, v.t(key, "n", n))
			part = part[i+len(unit):]
		}
		return true
	}
	if !take(date, map[string]string{"Y": "case.unit.year", "M": "case.unit.month", "W": "case.unit.week", "D": "common.unit.d", "BD": "case.unit.business-day"}) ||
		!take(clock, map[string]string{"H": "common.unit.h", "M": "common.unit.min"}) {
		return text
	}
	return strings.Join(out, " ")
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

// stateTone gives the tone and icon of a state. A case from outside sources has
// no colours: absence from them is no breach, and nothing of it is owed here.
func stateTone(d *plan.Duty, kept bool, now time.Time) (tone, icon string) {
	switch {
	case !kept:
		if d.State == plan.Met || d.State == plan.MetLate {
			return "plain", "check"
		}
		return "plain", ""
	case d.State == plan.Missed, d.State == plan.Running && d.PastDue:
		return "over", "alert"
	case d.State == plan.Running && d.Due != nil && d.Due.Sub(now) <= soon:
		return "warn", "clock"
	case d.State == plan.Running:
		return "plain", "clock"
	case d.State == plan.Open && plan.AtOnce(d):
		return "warn", "clock"
	case d.State == plan.Met, d.State == plan.Waived:
		return "good", "check"
	case d.State == plan.MetLate:
		return "warn", "check"
	case d.State == plan.Disputed, d.State == plan.MetOrLate, d.State == plan.NoRecord:
		return "plain", "question"
	}
	return "plain", ""
}

// recipient is the name of whom a duty addresses: a party of the case that is
// it, the directory's own name, or the relation that the rule names.
func (v *visit) recipient(p *coordination.Planned, id string) string {
	if party := p.Of.Party(id); party != nil {
		return partyName(p.Of, id)
	}
	return v.addressee(p.Book, id)
}

// addressee is the name of a recipient that is no party of the case.
func (v *visit) addressee(b *rulebook.Book, id string) string {
	if key := "case.addressee." + id; v.words.has(key) {
		return v.t(key)
	}
	if b != nil {
		if e := b.Entry(id); e != nil {
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
