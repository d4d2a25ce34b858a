package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/plaintext"
	"tocsin/plan"
	"tocsin/rulebook"
)

// phrases says the parts of a plan in words. Where the record is put together
// from outside sources it says only what those sources say: nothing is called
// missed, and what rests on an assumption begins with "if".
type phrases struct {
	c *casefile.Case
	b *rulebook.Book
	p *plan.Plan
}

func (f *phrases) party(id string) string {
	if q := f.c.Party(id); q != nil && q.Name != "" {
		return plaintext.Clean(q.Name)
	}
	if e := f.b.Entry(id); e != nil {
		return rulebook.T(e.Title, "en")
	}
	switch id {
	case "users":
		return "affected users"
	case "public":
		return "the public"
	case "self":
		return ""
	case "provider":
		return "the provider of the product (not named in the case)"
	case "upstream-provider":
		return "the provider of the component (not named in the case)"
	case "reporter":
		return "whoever reported it"
	}
	return plaintext.Clean(id)
}

func (f *phrases) parties(ids []string) string { return f.list(ids, ", ") }

func (f *phrases) list(ids []string, between string) string {
	var out []string
	for _, id := range ids {
		if s := f.party(id); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, between)
}

// recipients names to whom a duty is owed; of several one is enough, unless the
// rule asks for all.
func (f *phrases) recipients(d *plan.Duty) string {
	if r := d.RuleRecord(); r != nil && len(d.To) > 1 {
		for _, s := range r.Stages {
			if s.ID == d.Stage && len(s.To) > 1 && !s.All {
				return "one of: " + f.list(d.To, "; ")
			}
		}
	}
	return f.parties(d.To)
}

func (f *phrases) product(id string) string {
	if q := f.c.Product(id); q != nil && q.Name != "" {
		return plaintext.Clean(q.Name)
	}
	return plaintext.Clean(id)
}

// stamp writes an instant as people read it, with its offset.
func stamp(t *plan.Instant) string {
	if t == nil {
		return ""
	}
	return clock(t.Time)
}

func clock(t time.Time) string {
	return t.Format("2 Jan 2006 15:04") + " " + offset(t)
}

// end writes the end of a period; an exclusive midnight is 24:00 of the day before.
func end(t time.Time, exclusive bool) string {
	if exclusive && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Add(-time.Second).Format("2 Jan 2006") + " 24:00 " + offset(t)
	}
	return clock(t)
}

func offset(t time.Time) string {
	_, off := t.Zone()
	if off == 0 {
		return "UTC"
	}
	return t.Format("-07:00")
}

// moment says a time as its source states it.
func moment(m calendar.Moment) string {
	zone := ""
	switch {
	case len(m.Zone) == 1 && m.Zone[0] == "unknown":
		zone = ", zone not stated"
	case len(m.Zone) > 1:
		zone = ", zone one of " + strings.Join(m.Zone, ", ")
	case len(m.Zone) == 1:
		zone = " " + m.Zone[0]
	}
	switch {
	case m.NotAfter != "":
		return "no later than " + civil(m.NotAfter) + zone
	case m.NotBefore != "":
		return "not before " + civil(m.NotBefore) + zone
	case m.From != "" || m.To != "":
		return "between " + civil(m.From) + " and " + civil(m.To) + zone
	}
	if m.Precision == calendar.Day && len(m.Value) > 10 {
		return civil(m.Value[:10]) + zone
	}
	return civil(m.Value) + zone
}

// civil turns the digits of a source into a date that people read, without
// moving it to another zone.
func civil(s string) string {
	for _, l := range []struct{ in, out string }{
		{time.RFC3339, "2 Jan 2006 15:04 -07:00"}, {"2006-01-02T15:04Z07:00", "2 Jan 2006 15:04 -07:00"},
		{"2006-01-02T15:04:05", "2 Jan 2006 15:04"}, {"2006-01-02T15:04", "2 Jan 2006 15:04"},
		{"2006-01-02", "2 Jan 2006"}, {"2006-01", "January 2006"},
	} {
		if t, err := time.Parse(l.in, s); err == nil {
			out := t.Format(l.out)
			if l.in == "2006-01" {
				out = t.Format("January 2006")
			}
			return strings.ReplaceAll(out, "+00:00", "UTC")
		}
	}
	return plaintext.Clean(s)
}

// source says how good the source of an event is: publisher, kind, date.
func (f *phrases) source(e *casefile.Event) string {
	s := f.c.Source(e.Source)
	switch {
	case s == nil && f.c.Kept():
		return "" // the record itself is the source
	case s == nil:
		return " — no source given"
	}
	out := " — " + plaintext.Clean(s.Publisher)
	if s.Kind != "" {
		out += ", " + s.Kind
	}
	if s.Published != "" {
		out += ", " + civil(s.Published)
	}
	return out + " [" + s.ID + "]"
}

// event says one event in a line.
func (f *phrases) event(id string) string {
	e := f.c.Event(id)
	if e == nil {
		return id
	}
	s := plaintext.Clean(e.Label)
	if s == "" {
		s = f.act(e)
	}
	s += " [" + e.ID + "], " + moment(e.At.Moment)
	if e.Denies {
		s += " (says that it did not happen)"
	}
	if e.ClaimedBy != "" {
		s += ", according to " + f.claimant(e.ClaimedBy)
	}
	if e.Assumed {
		s += " (assumed)"
	}
	return s + f.source(e)
}

func (f *phrases) claimant(id string) string {
	if f.c.Party(id) != nil {
		return f.party(id)
	}
	if s := f.c.Source(id); s != nil {
		return plaintext.Clean(s.Publisher)
	}
	return plaintext.Clean(id)
}

func (f *phrases) act(e *casefile.Event) string {
	s := e.Kind.Words()
	if e.By != "" {
		s = f.party(e.By) + ": " + s
	}
	if len(e.To) > 0 {
		s += " to " + f.parties(e.To)
	}
	return s
}

// assumptions turns the paths that something rests on into an if-clause.
func (f *phrases) assumptions(paths []string) string {
	var parts []string
	add := func(s string) {
		if !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	for _, path := range paths {
		list, rest, _ := strings.Cut(path, ".")
		switch list {
		case "products":
			id, inner, deeper := strings.Cut(rest, ".contains.")
			if deeper {
				add(fmt.Sprintf("%s contained %s", f.product(id), f.product(inner)))
				continue
			}
			if q := f.c.Product(id); q != nil && len(q.Contains) > 0 {
				var inside []string
				for _, r := range q.Contains {
					inside = append(inside, f.product(r.ID))
				}
				add(fmt.Sprintf("a product that %s provided contained %s", f.party(q.Provider), strings.Join(inside, ", ")))
				continue
			}
			add(f.product(id) + " is as assumed")
		case "parties":
			if id, role, ok := strings.Cut(rest, ".roles."); ok {
				t := role
				if r := f.b.Role(role); r != nil {
					t = rulebook.T(r.Title, "en")
				}
				add(fmt.Sprintf("%s had the role “%s”", f.party(id), t))
				continue
			}
			if id, op, ok := strings.Cut(rest, ".operates."); ok {
				add(fmt.Sprintf("%s operated %s", f.party(id), f.product(op)))
				continue
			}
			add(f.party(rest) + " is as assumed")
		case "events":
			e := f.c.Event(rest)
			if e == nil {
				continue
			}
			switch e.Kind {
			case "aware":
				add(fmt.Sprintf("%s knew %s", f.party(e.By), moment(e.At.Moment)))
			default:
				add(fmt.Sprintf("“%s” happened as assumed (%s)", f.act(e), moment(e.At.Moment)))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "if " + strings.Join(parts, ", and if ")
}

// perhapsPast: the first instant that the strictest limit could have been has gone
// by, and no reading on the duty's own ground has wholly done so.
func perhapsPast(d *plan.Duty) bool {
	if !d.PastDue || d.State != plan.Running {
		return false
	}
	own := rulebook.BasisOf(d.Ground)
	return !slices.ContainsFunc(d.Readings, func(r *plan.Reading) bool {
		return r.Basis == own && !strings.Contains(r.Variant, "zone=") && r.State != plan.Running
	})
}

// state says the state of a duty.
func (f *phrases) state(d *plan.Duty) (string, style) {
	did := "done"
	if strings.HasPrefix(d.Duty, "notify-") {
		did = "received"
	}
	numbered := len(d.Readings) > 0
	switch d.State {
	case plan.Met:
		if !numbered {
			return did + "; no number to hold it against", good
		}
		return did + " within the outer limit", good
	case plan.MetLate:
		return did + " after the outer limit" + lateWords(d.LateBy), warn
	case plan.MetOrLate:
		return did + "; whether within the outer limit depends on the reading", warn
	case plan.Disputed:
		return "sources disagree", warn
	case plan.NoRecord:
		return "no record in these sources", faint
	case plan.Missed:
		return "past the latest limit, nothing recorded here", late
	case plan.Running:
		if perhapsPast(d) {
			return "perhaps past the strictest limit: the starting time is not known closely enough to say", warn
		}
		if d.PastDue {
			return "past the strictest limit, still inside another reading", late
		}
		return "running", accent
	case plan.Open:
		if numbered && (d.Modality == "may" || d.Modality == "encouraged") {
			return "permitted or encouraged; no act is recorded, and none can be missed", faint
		}
		if !f.c.Kept() {
			return "no number; these sources record no act", faint
		}
		return "open", accent
	case plan.Awaiting:
		return "waiting for a fact", faint
	case plan.NotScheduled:
		return "not scheduled", faint
	case plan.Displaced:
		return "a more special rule stands instead", faint
	case plan.Waived:
		return "waived by the authority", faint
	}
	return string(d.State), plain
}

func lateWords(by *string) string {
	if by == nil {
		return ""
	}
	p, err := calendar.ParsePeriod(*by)
	if err != nil {
		return ""
	}
	d, _ := p.Clock()
	return ", by " + words(d)
}

// words says a duration roughly, in its two largest units.
func words(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days >= 60:
		return fmt.Sprintf("%d days", days)
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case days > 0:
		return fmt.Sprintf("%d d", days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", minutes)
}

// counts says a reading in a few words: "48 hours", "whole days, …".
func counts(r *plan.Reading) string {
	s := calcs[r.Calc]
	if p, err := calendar.ParsePeriod(r.Period()); err == nil && r.Calc == "elapsed" && !p.IsZero() {
		if d, ok := p.ClockDays(); ok {
			s = fmt.Sprintf("%d hours from the instant", int(d.Hours()))
		}
	}
	return s
}

// calcs says each way of counting in a few words.
var calcs = map[string]string{
	"elapsed": "counted from the instant", "cn-hour": "hours from the moment",
	"cn-day": "whole days, Civil Code 200-204 by analogy", "eu-1182-hours": "full hours, Reg. 1182/71",
	"eu-1182-days": "whole days, Reg. 1182/71", "eu-1182-months": "months, Reg. 1182/71",
	"calendar-days": "calendar days", "business-days": "business days", "business-days-sec": "SEC business days",
	"elapsed-weekend-relief": "from the instant, with weekend relief", "same-day": "the same day",
	"simultaneous": "at the same instant", "fixed": "a fixed date", "catalogue-date": "the date in the catalogue",
	"retention-min": "kept at least until",
}
