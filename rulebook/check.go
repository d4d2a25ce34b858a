package rulebook

import (
	"fmt"
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Problem is one finding of the linter. A problem that is no warning makes a
// book unfit to evaluate, and Load refuses it.
type Problem struct {
	File, Key, Message string
	Line               int
	Warning            bool
}

func (p Problem) err() error {
	return &fault.Error{Kind: fault.Invalid, File: p.File, Line: p.Line, Key: p.Key, Message: p.Message}
}

// String writes the problem as one sentence with its place.
func (p Problem) String() string { return p.err().Error() }

// Lint reads packs and lists every problem of content, warnings included. The
// error is for packs that cannot be read at all.
func Lint(dirs ...Dir) ([]Problem, error) {
	b, err := read(dirs...)
	if err != nil {
		return nil, err
	}
	return b.check(), nil
}

// The closed lists of words.
var (
	classes    = []string{"case-duty", "prohibition", "standing-duty", "routing", "sanction", "process"}
	subjects   = []string{"vulnerability", "incident"}
	statuses   = []string{"in-force", "in-force-via-national-law", "norm", "contractual", "proposed", "enacted-not-commenced", "not-yet-applicable", "not-in-force", "revoked", "closed"}
	grounds    = []string{"statute", "agreement", "norm"}
	modalities = []string{"must", "should", "encouraged", "may", "must-not", "none"}
	bases      = []string{"law", "agreement", "norm", "platform", "guidance"}
	whiches    = []string{"", "first", "last", "each"}
	matchers   = []string{"", "by", "to", "anyone", "other", "provider", "recipient"}
	relations  = []string{"provider", "upstream-provider", "users", "public", "reporter", "self", "controller", "requester"}
	duties     = []string{"publish", "publish-metadata", "verify", "acknowledge", "classify", "remediate", "assign", "disseminate",
		"no-publish", "no-share", "no-exaggeration", "keep-channel", "keep-record", "reward-programme", "file-record", "internal-controls",
		"sanction", "route", "coordinate", "process"}
)

type checker struct {
	b    *Book
	file string
	line int
	out  []Problem
}

func (c *checker) add(warning bool, key, format string, args ...any) {
	c.out = append(c.out, Problem{File: c.file, Line: c.line, Key: key, Message: fmt.Sprintf(format, args...), Warning: warning})
}

func (c *checker) bad(key, format string, args ...any)  { c.add(false, key, format, args...) }
func (c *checker) warn(key, format string, args ...any) { c.add(true, key, format, args...) }

func (c *checker) oneOf(key, v string, list []string) {
	if !slices.Contains(list, v) {
		c.bad(key, "%q is not one of %v", v, list)
	}
}

// check compiles the conditions and finds every problem of a book.
func (b *Book) check() []Problem {
	c := &checker{b: b}
	for _, p := range b.Packs {
		c.file, c.line = p.file, 0
		c.pack(p)
	}
	for _, r := range b.Rules {
		c.file, c.line = r.pack.file, r.line
		c.rule(r)
	}
	c.edges()
	return c.out
}

func (c *checker) pack(p *Pack) {
	if p.Pack == "" {
		c.bad("pack", "is missing")
	}
	if p.Zone != "" {
		if _, err := calendar.Zone(p.Zone); err != nil {
			c.bad("zone", "%v", err)
		}
	}
	if p.Calendar != "" {
		if _, err := calendar.Holidays(p.Calendar); err != nil {
			c.bad("calendar", "%v", err)
		}
	}
	for i := range p.Facts {
		f := &p.Facts[i]
		key := "facts[" + f.ID + "]"
		if len(f.Any)+len(f.All) == 0 {
			c.bad(key, "names no event")
		}
		c.matches(key+".any", f.Any, nil, true)
		c.matches(key+".all", f.All, nil, true)
	}
	for _, e := range p.Directory {
		if len(e.Title) == 0 {
			c.warn("directory["+e.ID+"].title", "is missing")
		}
		for _, s := range e.Sources {
			c.source("directory["+e.ID+"].sources", s)
		}
	}
}

func (c *checker) source(key, id string) {
	if c.b.sources[id] == nil {
		c.bad(key, "%q is not a source of any pack", id)
	}
}

func (c *checker) rule(r *Rule) {
	key := "rules[" + r.ID + "]"
	c.oneOf(key+".class", r.Class, classes)
	c.oneOf(key+".subject", r.Subject, subjects)
	c.oneOf(key+".status", r.Status, statuses)
	c.oneOf(key+".ground", r.Ground, grounds)
	c.oneOf(key+".modality", r.Modality, modalities)
	c.duty(key+".duty", r.Duty)
	if len(r.Title) == 0 {
		c.warn(key+".title", "is missing")
	}
	c.validity(r, key)
	if len(r.Who) == 0 {
		c.bad(key+".who", "is missing: a rule binds somebody")
	}
	for _, w := range r.Who {
		if c.b.roles[w.Role] == nil {
			c.bad(key+".who", "unknown role %q", w.Role)
		}
		c.oneOf(key+".who.certainty", w.Certainty, []string{"does", "may"})
	}
	c.recipients(key+".to", r.To)
	c.citation(r, key)
	c.oneOf(key+".displaces-when", r.DisplacesWhen, []string{"", "applies", "binds"})
	r.when = c.condition(key+".when", r.When)
	switch r.Class {
	case "case-duty":
		if len(r.Stages) == 0 {
			c.bad(key+".stages", "is missing: a duty of a case has at least one stage")
		}
	case "prohibition":
		c.forbids(r, key)
	}
	if r.Class != "case-duty" && len(r.Stages) > 0 {
		c.bad(key+".stages", "only a duty of a case has stages")
	}
	seen := map[string]bool{}
	for i := range r.Stages {
		s := &r.Stages[i]
		sk := key + ".stages[" + s.ID + "]"
		if s.ID == "" || seen[s.ID] {
			c.bad(sk+".id", "is missing or stands twice")
		}
		seen[s.ID] = true
		c.stage(r, s, sk)
	}
	if r.Retain != nil {
		if r.Retain.Period.IsZero() {
			c.bad(key+".retain.period", "is missing")
		}
		c.matches(key+".retain.each", r.Retain.Each, r, false)
	}
}

func (c *checker) duty(key, d string) {
	if len(d) > 7 && d[:7] == "notify-" {
		return
	}
	c.oneOf(key, d, duties)
}

func (c *checker) validity(r *Rule, key string) {
	for name, v := range map[string]string{"from": r.From, "until": r.Until} {
		if v == "" {
			continue
		}
		if _, err := calendar.ParseDate(v); err != nil {
			c.bad(key+"."+name, "%v", err)
		}
	}
	if r.From != "" && r.Until != "" && r.Until <= r.From {
		c.bad(key+".until", "%s does not lie after %s", r.Until, r.From)
	}
	switch {
	case r.Always && r.From != "":
		c.bad(key+".always", "a rule that always applied has no first day")
	case r.Scheduled() && r.From == "" && !r.Always:
		c.bad(key+".from", "is missing; write always: true for a norm without a known beginning")
	case (r.Status == "revoked" || r.Status == "closed") && r.Until == "":
		c.bad(key+".until", "is missing: a %s rule has a day on which it no longer applies", r.Status)
	}
	if r.Replaces != "" {
		old := c.b.rules[r.Replaces]
		switch {
		case old == nil:
			c.bad(key+".replaces", "%q is not a rule", r.Replaces)
		case old.Until == "" || r.From < old.Until:
			c.bad(key+".replaces", "overlaps the version that it replaces: %s ends %q, this begins %q", old.ID, old.Until, r.From)
		}
	}
}

func (c *checker) citation(r *Rule, key string) {
	ci := r.Citation
	if ci.Text == "" {
		c.bad(key+".citation.text", "is missing")
	}
	if len(ci.Sources) == 0 {
		c.bad(key+".citation.sources", "is missing: no rule without a source")
	}
	for _, s := range ci.Sources {
		c.source(key+".citation.sources", s)
	}
	if ci.Version == "" {
		c.warn(key+".citation.version", "is missing")
	}
	if ci.Operative != "" && ci.Language == "" {
		c.warn(key+".citation.language", "is missing beside operative words")
	}
	if len([]rune(ci.Operative)) > 160 {
		c.warn(key+".citation.operative", "is longer than a short phrase")
	}
	if r.Reviewed != nil && (r.Reviewed.By == "" || r.Reviewed.Jurisdiction == "" || !isDate(r.Reviewed.On)) {
		c.bad(key+".reviewed", "needs a name (by), a jurisdiction and a day (on)")
	}
}

func isDate(s string) bool { _, err := calendar.ParseDate(s); return err == nil }

func (c *checker) recipients(key string, to []string) {
	for _, id := range to {
		if c.b.directory[id] == nil && !slices.Contains(relations, id) {
			c.bad(key, "%q is neither an entry of the directory nor one of %v", id, relations)
		}
	}
}

func (c *checker) stage(r *Rule, s *Stage, key string) {
	c.duty(key+".duty", s.Duty)
	c.oneOf(key+".modality", s.Modality, modalities)
	c.recipients(key+".to", s.To)
	s.when = c.condition(key+".when", s.When)
	if s.By != "" && c.b.directory[s.By] == nil {
		c.bad(key+".by", "%q is not an entry of the directory", s.By)
	}
	fixed := false
	for i := range s.Readings {
		c.reading(r, s, &s.Readings[i], fmt.Sprintf("%s.readings[%d]", key, i))
		fixed = fixed || s.Readings[i].Calc == "fixed"
	}
	if len(s.Anchor.Any)+len(s.Anchor.All) == 0 {
		c.bad(key+".anchor", "is missing: the stage cannot be reached")
	}
	c.anchor(key+".anchor", &s.Anchor, r)
	c.matches(key+".met-by", s.MetBy, r, false)
}

func (c *checker) anchor(key string, a *Anchor, r *Rule) {
	if len(a.Any) > 0 && len(a.All) > 0 {
		c.bad(key, "has both any and all; one of them")
	}
	c.oneOf(key+".which", a.Which, whiches)
	c.matches(key+".any", a.Any, r, false)
	c.matches(key+".all", a.All, r, false)
	c.matches(key+".requires", a.Requires, r, false)
}

func (c *checker) matches(key string, ms []Match, r *Rule, inFact bool) {
	for i := range ms {
		m := &ms[i]
		k := fmt.Sprintf("%s[%d]", key, i)
		n := 0
		for _, v := range []string{m.Fact, m.Met, m.Due, m.Event} {
			if v != "" {
				n++
			}
		}
		if n != 1 {
			c.bad(k, "names exactly one of fact, met, due, event")
			continue
		}
		m.where = c.condition(k+".where", m.Where)
		switch {
		case m.Fact != "":
			if c.b.facts[m.Fact] == nil {
				c.bad(k+".fact", "%q is not a fact of any pack", m.Fact)
			}
			if inFact {
				c.bad(k+".fact", "a fact is made of events, not of facts")
			}
		case m.Met != "" || m.Due != "":
			if inFact {
				c.bad(k, "a fact is made of events")
				continue
			}
			if rr, ss := c.b.Resolve(m.Met+m.Due, r); rr == nil || ss == nil {
				c.bad(k, "%q is not a RULE or RULE/STAGE", m.Met+m.Due)
			} else if rr.Subject != r.Subject {
				c.bad(k, "%q is about another subject (%s)", m.Met+m.Due, rr.Subject)
			}
		default:
			if !casefile.Kind(m.Event).Known() {
				c.bad(k+".event", "unknown event kind %q", m.Event)
			}
			c.oneOf(k+".party", m.Party, matchers)
			if m.Recipient != "" {
				c.recipients(k+".recipient", []string{m.Recipient})
			}
			for _, res := range m.Result {
				if c.b.results[res] == nil && !slices.Contains(plainResults, res) {
					c.bad(k+".result", "%q is not declared by any pack", res)
				}
			}
		}
	}
}

// plainResults are the words of `decided` and `assessed` that need no pack.
var plainResults = []string{"aware", "not-reportable", "not-affected", "valid", "invalid", "deferred", "affected"}

// Resolve finds RULE or RULE/STAGE; a bare STAGE means one of the given rule.
// A bare RULE means its first stage.
func (b *Book) Resolve(ref string, r *Rule) (*Rule, *Stage) {
	if rr := b.rules[ref]; rr != nil && len(rr.Stages) > 0 {
		return rr, &rr.Stages[0]
	}
	for i := len(ref) - 1; i > 0; i-- {
		if ref[i] == '/' {
			if rr := b.rules[ref[:i]]; rr != nil {
				return rr, rr.Stage(ref[i+1:])
			}
			return nil, nil
		}
	}
	if r != nil {
		return r, r.Stage(ref)
	}
	return nil, nil
}

func (c *checker) reading(r *Rule, s *Stage, rd *Reading, key string) {
	c.oneOf(key+".basis", rd.Basis, bases)
	if own := BasisOf(r.Ground); rd.Basis != own && rd.Basis != "platform" && rd.Basis != "guidance" {
		c.bad(key+".basis", "%q does not fit the ground %q", rd.Basis, r.Ground)
	}
	rd.when = c.condition(key+".when", rd.When)
	if rd.Anchor != nil {
		c.anchor(key+".anchor", rd.Anchor, r)
	}
	for _, t := range slices.Concat(rd.Min, rd.Max) {
		if t.Anchor != nil {
			c.anchor(key+".min.anchor", t.Anchor, r)
		}
		if _, ok := t.Period.ClockDays(); !ok {
			c.bad(key+".min", "the terms of min and max are periods of clock time")
		}
	}
	switch rd.Calc {
	case "fixed":
		if _, err := time.Parse(time.RFC3339, rd.Fixed); err != nil {
			c.bad(key+".fixed", "%q is not an RFC 3339 time", rd.Fixed)
		}
		return
	case "catalogue-date":
		return
	}
	if len(rd.Min)+len(rd.Max) > 0 {
		c.oneOf(key+".calc", rd.Calc, []string{"elapsed", "elapsed-weekend-relief"})
		return
	}
	c.zones(rd, key)
	loc := time.UTC
	table := calendar.NoHolidays("XX")
	k := calendar.Reckoning{Calc: calendar.Calc(rd.Calc), Period: rd.Period, Zone: loc, Table: table,
		Rest: RestOf(rd.Rest), MinTwoWorkingDays: rd.MinTwo}
	if err := k.Validate(); err != nil {
		c.bad(key, "%v", err)
	}
}

// RestOf turns the word of a pack into the calendar's.
func RestOf(word string) calendar.RestDays {
	if word == "holiday-only" {
		return calendar.HolidayOnly
	}
	return calendar.WeekendAndHoliday
}

func (c *checker) zones(rd *Reading, key string) {
	switch rd.Zone {
	case "", "filing-state", "actor", "recipient":
	default:
		if _, err := calendar.Zone(rd.Zone); err != nil {
			c.bad(key+".zone", "%v", err)
		}
	}
	switch rd.Calendar {
	case "", "filing-state", "actor", "recipient":
	default:
		if _, err := calendar.Holidays(rd.Calendar); err != nil {
			c.bad(key+".calendar", "%v", err)
		}
	}
	if rd.Rest != "" {
		c.oneOf(key+".rest", rd.Rest, []string{"weekend+holiday", "holiday-only"})
	}
}

func (c *checker) forbids(r *Rule, key string) {
	f := r.Forbids
	if f == nil {
		c.bad(key+".forbids", "is missing: a prohibition says what it forbids")
		return
	}
	c.oneOf(key+".forbids.act", f.Act, []string{"share", "publish"})
	c.oneOf(key+".forbids.to", f.Audience, []string{"overseas", "anyone", "public", "outside-audience"})
	for _, e := range f.Except {
		c.recipients(key+".forbids.except", []string{e})
	}
	if f.Window == "" && len(f.Starts.Any)+len(f.Starts.All) == 0 {
		c.bad(key+".forbids.starts", "is missing: the prohibition never begins")
	}
	c.anchor(key+".forbids.starts", &f.Starts, r)
	c.anchor(key+".forbids.release", &f.Release, r)
}

func (c *checker) condition(key, text string) *Condition {
	if text == "" {
		return nil
	}
	cond, err := compile(key, text)
	if err != nil {
		c.bad(key, "%v", err)
		return nil
	}
	for _, k := range cond.kinds {
		if !casefile.Kind(k).Known() {
			c.bad(key, "unknown event kind %q", k)
		}
	}
	return cond
}
