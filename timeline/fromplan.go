package timeline

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	due "tocsin/plan"
	"tocsin/rulebook"
)

// PublicLane is the lane of what happened to nobody in particular.
const PublicLane = "public"

// FromPlan lays a case and its plan out as a sheet: events as marks and arrows,
// prohibitions, embargoes and suspensions as bands, due dates as flags. Where
// any event has a label of its own, only those are drawn. Nothing from outside
// sources is drawn as late: grey hatching only, never red.
func FromPlan(c *casefile.Case, b *rulebook.Book, p *due.Plan, lang string) Sheet {
	w := headingsFor(lang)
	base, _, _ := strings.Cut(lang, "-")
	d := drawing{w: w, lang: base, c: c, b: b, p: p, lanes: map[string]bool{}}
	for _, e := range c.Events {
		d.labelled = d.labelled || e.Label != ""
		d.retired = append(d.retired, e.Supersedes...)
	}
	for _, e := range c.Events {
		for _, id := range e.Disputes {
			if !slices.Contains(d.retired, id) && !slices.Contains(d.retired, e.ID) {
				d.disputed = append(d.disputed, e.ID, id)
			}
		}
	}
	d.s = Sheet{Lang: lang, Title: w.title + " · " + c.Title, Subtitle: w.kept}
	if c.Kept() {
		d.s.Now = p.At.Time
	} else {
		d.s.Subtitle = w.sources
	}
	for i := range c.Events {
		d.event(&c.Events[i])
	}
	d.flags()
	d.prohibitions()
	for _, q := range c.Parties {
		if d.lanes[q.ID] {
			d.s.Lanes = append(d.s.Lanes, Lane{ID: q.ID, Title: orID(q.Name, q.ID), Note: d.roles(&q)})
		}
	}
	if d.lanes[PublicLane] {
		d.s.Lanes = append(d.s.Lanes, Lane{ID: PublicLane, Title: w.public})
	}
	return d.s
}

type drawing struct {
	w        headings
	lang     string // en, zh, fr, de; anything else speaks English
	c        *casefile.Case
	b        *rulebook.Book
	p        *due.Plan
	s        Sheet
	lanes    map[string]bool
	labelled bool
	disputed []string
	retired  []string
}

func orID(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

func (d *drawing) roles(q *casefile.Party) string {
	var out []string
	for _, r := range q.Roles {
		if role := d.b.Role(r.ID); role != nil && r.ID != "observer" {
			out = append(out, d.short(r.ID, role.Title))
		}
	}
	return strings.Join(out, d.w.comma)
}

// short is a role or a step in few words: its id, which is English, or its title
// in another language.
func (d *drawing) short(id string, title map[string]string) string {
	if t := title[d.lang]; t != "" && d.lang != "en" {
		return t
	}
	return strings.ReplaceAll(id, "-", " ")
}

// tones says what kind of sign each kind of event is; the rest are facts.
var tones = map[casefile.Kind]Tone{
	"reported": Told, "notified": Told, "acknowledged": Told, "called-on": Told, "requested": Told, "directed": Told,
	"users-notified": Told, "partner-warned": Told, "partner-heard": Told, "partner-invited": Told, "partner-reminded": Told, "finding-served": Told,
	"hearing-opened": Told, "hearing-answered": Told, "mark-contested": Told, "rectification-set": Told, "rectification-reported": Told,
	"rectification-returned": Told, "appealed": Told, "appeal-decided": Told,
	"measure-available": Good, "published": Good, "cve-published": Good, "fix-committed": Good, "remediated": Good, "handled": Good,
	"partner-reinstated": Good, "agreement-signed": Good, "partner-joined": Good, "partner-renewed": Good, "rectification-accepted": Good,
	"leaked": Bad, "exploit-published": Bad, "exploitation-observed": Bad, "partner-suspended": Bad, "partner-terminated": Bad,
	"partner-extended": Bad, "payment-made": Bad, "incident-aware": Bad,
	"commented": Muted, "signalled": Muted, "planned": Muted,
}

func (d *drawing) event(e *casefile.Event) {
	if d.labelled && e.Label == "" || !d.labelled && (e.Kind == "commented" || e.Kind == "corrected" || e.Kind == "planned") {
		return
	}
	tone, ok := tones[e.Kind]
	if !ok {
		tone = Fact
	}
	hollow := e.Denies || e.Basis == "claim" || slices.Contains(d.disputed, e.ID) || slices.Contains(d.retired, e.ID)
	if slices.Contains(d.retired, e.ID) {
		tone = Muted
	}
	if e.Denies {
		tone = Fact
	}
	label := e.Label
	if label == "" {
		label = e.Kind.In(d.lang)
	}
	at := spanOf(d.c.Span(e))
	tip := d.tip(e)
	lane := e.By
	if lane == "" {
		lane = PublicLane
	}
	arrows := 0
	if !e.Denies && (tone == Told || tone == Bad && len(e.To) > 0) {
		for _, to := range e.To {
			if d.c.Party(to) == nil || to == lane {
				continue
			}
			a := Arrow{ID: e.ID + "-" + to, From: lane, To: to, At: at, Tone: tone, Dashed: hollow, Tip: tip}
			if arrows == 0 {
				a.Label = label
			}
			d.s.Arrows = append(d.s.Arrows, a)
			d.lanes[lane], d.lanes[to] = true, true
			arrows++
		}
	}
	if arrows == 0 {
		d.s.Marks = append(d.s.Marks, Mark{ID: e.ID, Lane: lane, At: at, Label: label, Tone: tone, Hollow: hollow, Assumed: e.Assumed, Tip: tip})
		d.lanes[lane] = true
	}
	d.bands(e, label, tip)
}

// bands draws what an event holds open until a time: embargo and suspension.
func (d *drawing) bands(e *casefile.Event, label, tip string) {
	if e.Until == nil {
		return
	}
	until, err := e.Until.Span()
	if err != nil {
		return
	}
	band := Band{From: spanOf(d.c.Span(e)), To: spanOf(until), Tip: tip}
	switch e.Kind {
	case "embargo-accepted", "embargo-proposed", "embargo-revised":
		if e.By == "" {
			return
		}
		band.ID, band.Lane, band.Kind, band.Label = e.ID+"-band", e.By, Embargo, WordsFor(d.lang).Embargo
		d.s.Bands = append(d.s.Bands, band)
		d.lanes[e.By] = true
	case "partner-suspended", "partner-extended":
		for _, to := range e.To {
			if d.c.Party(to) == nil {
				continue
			}
			band.ID, band.Lane, band.Kind, band.Label = e.ID+"-"+to+"-band", to, Suspension, label
			d.s.Bands = append(d.s.Bands, band)
			d.lanes[to] = true
		}
	}
}

// tip is the whole event in one line: what, when as stated, and whose word.
func (d *drawing) tip(e *casefile.Event) string {
	out := e.Kind.In(d.lang)
	if e.Text != "" {
		out += d.w.stop + e.Text
	}
	if s := d.c.Source(e.Source); s != nil {
		out += " — " + s.Publisher
		if s.Kind != "" {
			kind := s.Kind
			if said := d.w.sourceKinds[kind]; said != "" {
				kind = said
			}
			out += d.w.comma + kind
		}
	}
	return out
}

func spanOf(s calendar.Span) Span { return Span{From: s.Earliest, To: s.Latest} }

// flags draws each due date at the lane of who owes it. A date that hangs on an
// unstated zone stands from the earliest to the latest of its readings.
func (d *drawing) flags() {
	for _, x := range d.p.Duties {
		if x.Due == nil || x.State == due.NotScheduled || x.State == due.Displaced || x.Informational || d.c.Party(x.Obliged) == nil {
			continue
		}
		if x.Ground == "norm" && x.Modality == "may" {
			continue
		}
		at, zoned := limits(x)
		f := Flag{ID: "due-" + x.ID, Lane: x.Obliged, At: at, Conditional: len(x.Assumes) > 0, State: d.flagState(x), Tip: d.title(x)}
		f.Label = d.limitWords(x, at, zoned) + d.w.comma + d.clause(x)
		if f.Conditional {
			f.Label, f.Tip = d.w.ifWord+f.Label, d.w.ifWord+f.Tip
		}
		d.s.Flags = append(d.s.Flags, f)
		d.lanes[x.Obliged] = true
		d.run(x)
	}
}

// limitWords says the outer limit in days; an end of day is that day.
func (d *drawing) limitWords(x *due.Duty, at Span, zoned bool) string {
	words := WordsFor(d.s.Lang)
	loc := x.Due.Location()
	for _, r := range x.Readings { // print in the zone that governs the dates
		if r.Exclusive() && r.DueLatest != nil {
			loc = r.DueLatest.Location()
			break
		}
	}
	day := func(t time.Time) string {
		t = t.In(loc).Add(-time.Second)
		return fill(words.DayMonth, "d", strconv.Itoa(t.Day()), "m", words.ShortMonths[t.Month()-1])
	}
	if zoned && day(at.From) != day(at.To) {
		return fill(d.w.limits, "a", day(at.From), "b", day(at.To))
	}
	return fill(d.w.limit, "a", day(at.From))
}

// title is what the law asks for, in the reader's language; a plan that was read
// from JSON knows its own words alone.
func (d *drawing) title(x *due.Duty) string {
	r := x.RuleRecord()
	if r == nil {
		return x.Title
	}
	t := rulebook.T(r.Title, d.lang)
	if s := r.Stage(x.Stage); s != nil && len(r.Stages) > 1 {
		t = join(t, rulebook.T(s.Title, d.lang))
	}
	return t
}

// clause names the rule shortly, with the step where it has several.
func (d *drawing) clause(x *due.Duty) string {
	s := x.Citation
	if i := strings.IndexAny(s, ",("); i > 12 {
		s = strings.TrimSpace(s[:i])
	}
	if r := x.RuleRecord(); r != nil && len(r.Stages) > 1 {
		var title map[string]string
		if stage := r.Stage(x.Stage); stage != nil {
			title = stage.Title
		}
		s += d.w.comma + d.short(x.Stage, title)
	}
	return s
}

func limits(x *due.Duty) (Span, bool) {
	at, zoned := Span{From: x.Due.Time, To: x.Due.Time}, false
	for _, r := range x.Readings {
		if !r.Zoned() {
			continue
		}
		for _, t := range []*due.Instant{r.DueEarliest, r.DueLatest} {
			if t == nil {
				continue
			}
			if !zoned || t.Before(at.From) {
				at.From = t.Time
			}
			if !zoned || t.After(at.To) {
				at.To = t.Time
			}
			zoned = true
		}
	}
	return at, zoned
}

func (d *drawing) flagState(x *due.Duty) string {
	switch {
	case x.State == due.Met:
		return Met
	case d.c.Kept() && (x.State == due.MetLate || x.State == due.Missed):
		return Late
	case x.State == due.MetOrLate || x.State == due.Disputed:
		return Uncertain
	case x.State == due.Running:
		return Due
	}
	return Past
}

// run draws the time from due to done. Outside sources and disputed times are
// hatched grey, never red.
func (d *drawing) run(x *due.Duty) {
	r := Run{ID: "run-" + x.ID, Lane: x.Obliged, From: x.Due.Time, Tip: d.title(x)}
	if len(x.Assumes) > 0 {
		r.Tip = d.w.ifWord + r.Tip
	}
	switch x.State {
	case due.MetLate:
		r.To, r.Red = x.MetAt.Time, d.c.Kept()
	case due.Missed:
		r.To, r.Red = d.p.At.Time, true
	case due.Disputed:
		for _, a := range x.Alternatives {
			if a.MetBy == nil {
				continue
			}
			if s := d.c.Span(d.c.Event(*a.MetBy)); s.Latest.After(r.To) {
				r.To = s.Latest
			}
		}
	}
	if !r.To.IsZero() && r.To.After(r.From) {
		d.s.Runs = append(d.s.Runs, r)
	}
}

// prohibitions draws those that something can end; a ban without end says
// nothing on a time axis.
func (d *drawing) prohibitions() {
	surest := map[string]*due.Prohibited{} // one band a rule and party, on its surest ground
	for _, x := range d.p.Prohibitions {
		if rule := d.b.Rule(x.Rule); rule == nil || x.Since == nil || len(rule.Forbids.Release.Any)+len(rule.Forbids.Release.All) == 0 {
			continue
		}
		if have := surest[x.Rule+"/"+x.Party]; have == nil || surer(x, have) {
			surest[x.Rule+"/"+x.Party] = x
		}
	}
	for _, x := range d.p.Prohibitions {
		if surest[x.Rule+"/"+x.Party] != x {
			continue
		}
		title := rulebook.T(d.b.Rule(x.Rule).Title, d.lang)
		band := Band{ID: "band-" + x.Rule + "-" + x.Party, Lane: x.Party, Kind: Prohibition, Label: x.Citation + ": " + title,
			Conditional: len(x.Assumes) > 0 || x.Certainty == "may", Tip: title}
		if len(x.Assumes) > 0 {
			band.Label, band.Tip = d.w.ifWord+band.Label, d.w.ifWord+band.Tip
		}
		band.From = Span{From: at(x.Since.Earliest), To: at(x.Since.Latest)}
		if x.ReleasedAt != nil {
			band.To = Span{From: x.ReleasedAt.Time, To: x.ReleasedAt.Time}
		} else if !d.s.Now.IsZero() {
			band.To = Instant(d.s.Now)
		}
		d.s.Bands = append(d.s.Bands, band)
		d.lanes[x.Party] = true
	}
}

// surer tells whether a holds more surely than b: not merely perhaps, and on
// fewer assumptions.
func surer(a, b *due.Prohibited) bool {
	if (a.Certainty == "may") != (b.Certainty == "may") {
		return b.Certainty == "may"
	}
	return len(a.Assumes) < len(b.Assumes)
}

func at(t *due.Instant) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}
