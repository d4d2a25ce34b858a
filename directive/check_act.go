package directive

import (
	"slices"
	"strings"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Lookup gives another directive by its id, with its acts.
type Lookup func(id string) (*Directive, bool)

// Check refuses an act that cannot follow on those that are on record, with one
// sentence that names its key. others finds the directives that this one stands
// in a row with; nil if none are kept.
func (d *Directive) Check(acts []Act, a *Act, others Lookup) error {
	c, err := d.newCourse(acts)
	if err != nil {
		return err
	}
	return c.check(a, others)
}

// checkActs checks each act of the document against those before it.
func (d *Directive) checkActs() error {
	c, err := d.newCourse(nil)
	if err != nil {
		return err
	}
	for i := range d.Acts {
		a := &d.Acts[i]
		if err := c.check(a, nil); err != nil {
			return err
		}
		if err := c.add(a); err != nil {
			return err
		}
		if c.work > maxWork {
			return d.errorf(a.Line, "acts["+a.ID+"]", "the acts so far concern more than %d members and steps; keep them in a record, or split the document", maxWork)
		}
	}
	return nil
}

// bad is a refusal of one key of an act.
func (c *course) bad(a *Act, key, format string, args ...any) error {
	return fault.At(c.d.Name, a.Line, "acts["+a.ID+"]."+key, format, args...)
}

func (c *course) check(a *Act, others Lookup) error {
	r, known := rules[a.Kind]
	switch {
	case !known:
		return c.bad(a, "kind", "%q is not a kind of act; known are "+kindList(), string(a.Kind))
	case c.by[a.ID] != nil:
		return c.bad(a, "id", "the id stands twice in acts")
	}
	return inTurn(
		func() error { return c.d.id(a.Line, "acts["+a.ID+"].id", a.ID) },
		func() error { return c.checkKeys(a, r) },
		func() error { return c.checkTime(a) },
		func() error { return c.checkWho(a, r) },
		func() error { return c.checkRe(a, r) },
		func() error { return c.checkEnd(a) },
		func() error { return c.checkKind(a, others) },
	)
}

// inTurn makes checks of which each relies on those before it.
func inTurn(checks ...func() error) error {
	for _, f := range checks {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func kindList() string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, string(k))
	}
	return strings.Join(out, ", ")
}

// checkKeys refuses keys that the kind does not take.
func (c *course) checkKeys(a *Act, r rule) error {
	takes := strings.Fields(r.keys)
	for _, k := range []struct {
		name  string
		there bool
	}{
		{"for", len(a.For) > 0}, {"steps", len(a.Steps) > 0}, {"done", a.Done != nil}, {"total", a.Total != nil}, {"as-of", a.AsOf != nil},
		{"until", a.Until != nil}, {"measures", a.Measures != ""}, {"evidence", len(a.Evidence) > 0}, {"scope", a.Scope != ""},
		{"result", a.Result != ""}, {"directive", a.Directive != ""}, {"withdrawn", a.Withdrawn},
	} {
		if k.there && !slices.Contains(takes, k.name) {
			return c.bad(a, k.name, "does not belong to an act of kind %s", string(a.Kind))
		}
	}
	if a.Re != "" && r.re == nil && !r.needRe {
		return c.bad(a, "re", "does not belong to an act of kind %s", string(a.Kind))
	}
	for _, t := range [][2]string{{"text", a.Text}, {"original", a.Original}, {"reason", a.Reason}, {"measures", a.Measures}} {
		if len(t[1]) > maxWords {
			return c.bad(a, t[0], "has %d bytes; at most %d fit", len(t[1]), maxWords)
		}
	}
	if !c.d.Kept() && a.Source == "" {
		return c.bad(a, "source", "is missing: in a record of sources each act names the source that says so")
	}
	return first(c.d.source(a.Line, "acts["+a.ID+"].source", a.Source), c.d.source(a.Line, "acts["+a.ID+"].claimed-by", a.ClaimedBy))
}

// checkTime refuses an act before the issue, and figures from after the act.
func (c *course) checkTime(a *Act) error {
	if a.At.IsZero() {
		return c.bad(a, "at", "is missing")
	}
	s, err := a.At.Span()
	if err != nil {
		return c.bad(a, "at", "%v", err)
	}
	if settled(s).Year() > maxYear {
		return c.bad(a, "at", "lies after the year %d, which must be a slip", maxYear)
	}
	if before := (calendar.Span{Earliest: s.Earliest, Latest: settled(s)}); before.Before(c.d.issued) {
		return c.bad(a, "at", "%s lies before the directive was issued (%s)", stamp(settled(s)), stamp(c.d.issued.Earliest))
	}
	if a.AsOf == nil {
		return nil
	}
	of, err := instant(*a.AsOf)
	switch {
	case err != nil:
		return c.bad(a, "as-of", "%v", err)
	case of.After(settled(s)):
		return c.bad(a, "as-of", "%s lies after the report itself (%s)", stamp(of), stamp(settled(s)))
	case of.Before(c.d.issued.Earliest):
		return c.bad(a, "as-of", "%s lies before the directive was issued (%s)", stamp(of), stamp(c.d.issued.Earliest))
	}
	return nil
}

// checkWho refuses an act of somebody whose act it is not.
func (c *course) checkWho(a *Act, r rule) error {
	member, authority := c.d.members[a.By] != nil, c.d.authorities[a.By] != nil
	for _, id := range a.For {
		switch {
		case c.d.members[id] == nil:
			return c.bad(a, "for", "%q is not a member of this directive", id)
		case member && r.who == byMember && id != a.By && !slices.Contains(c.d.above(c.d.members[id]), a.By):
			return c.bad(a, "for", "%q is no unit of %q: a member reports for itself and for its units", id, a.By)
		}
	}
	for _, id := range a.Steps {
		if c.d.steps[id] == nil {
			return c.bad(a, "steps", "%q is not a step of this directive", id)
		}
	}
	switch {
	case a.By == "":
		return c.bad(a, "by", "is missing")
	case !member && !authority:
		return c.bad(a, "by", "%q is neither a member nor an authority of this directive", a.By)
	case r.who == byMember && !member:
		return c.bad(a, "by", "%q is an authority; %s is an act of a member", a.By, string(a.Kind))
	case r.who == byAnyone:
		return nil
	case a.Kind == ExceptionGranted && member:
		return c.bad(a, "by", "%q is a member: nobody grants itself or others an exception; %s may", a.By, strings.Join(c.d.granters(), ", "))
	case r.who == byAuthority && !authority:
		return c.bad(a, "by", "%q is a member; %s is an act of the authority", a.By, string(a.Kind))
	case (a.Kind == ExceptionGranted || a.Kind == ExceptionRefused) && !slices.Contains(c.d.granters(), a.By):
		return c.bad(a, "by", "%q may not decide on exceptions from this directive; %s may", a.By, strings.Join(c.d.granters(), ", "))
	case slices.Contains([]Kind{Extended, Superseded, Closed, ScopeDecided}, a.Kind) && a.By != c.d.IssuedBy:
		return c.bad(a, "by", "%q did not issue the directive; %s is an act of %s", a.By, string(a.Kind), c.d.IssuedBy)
	}
	return nil
}

// granters are those who may decide on exceptions.
func (d *Directive) granters() []string {
	if d.Exceptions == nil || len(d.Exceptions.By) == 0 {
		return []string{d.IssuedBy}
	}
	return d.Exceptions.By
}

// checkRe looks at the act that this one is about.
func (c *course) checkRe(a *Act, r rule) error {
	if a.Re == "" {
		if r.needRe {
			return c.bad(a, "re", "is missing: the act that this one is about")
		}
		return nil
	}
	re := c.by[a.Re]
	if re == nil {
		return c.bad(a, "re", "%q is not an act on record before this one", a.Re)
	}
	made, err := re.At.Span()
	now, err2 := a.At.Span()
	switch {
	case first(err, err2) != nil:
		return c.bad(a, "at", "%v", first(err, err2))
	case now.Before(made):
		return c.bad(a, "at", "lies before the act that it is about (%s)", stamp(made.Earliest))
	case c.gone[re.ID]:
		return c.bad(a, "re", "%q was taken back", re.ID)
	case r.re != nil && !slices.Contains(r.re, re.Kind):
		return c.bad(a, "re", "%q is an act of kind %s; %s is about %s", re.ID, string(re.Kind), string(a.Kind), string(r.re[0]))
	case r.re != nil && c.answer[re.ID] != "":
		return c.bad(a, "re", "%q was decided by %q already; a slip in that decision is corrected", re.ID, c.answer[re.ID])
	}
	if a.Kind != ExceptionGranted {
		return nil
	}
	for _, id := range a.For {
		if !slices.Contains(c.d.reachedBy(re, c.by), id) {
			return c.bad(a, "for", "%q is not whom %q asks for", id, re.ID)
		}
	}
	for _, id := range a.Steps {
		if !holds(re.Steps, id) {
			return c.bad(a, "steps", "%q is not a step that %q asks about", id, re.ID)
		}
	}
	return nil
}

// checkEnd refuses acts on what is over; what was recorded can still be corrected.
func (c *course) checkEnd(a *Act) error {
	if a.Kind == Corrected || a.Kind == Denied {
		return nil
	}
	at, err := instant(a.At)
	if err != nil {
		return c.bad(a, "at", "%v", err)
	}
	if c.ended != nil && !at.Before(c.endedAt) {
		return c.bad(a, "at", "the directive was %s on %s: since then acts can only be corrected or denied", string(c.ended.Kind), stamp(c.endedAt))
	}
	for _, st := range stepsOf(a, c.by) {
		if end, over := c.over[st]; over && !at.Before(end) {
			return c.bad(a, "steps", "a later directive took the step %q over on %s", st, stamp(end))
		}
	}
	return nil
}

// limitIn reads a limit in an act.
func (c *course) limitIn(a *Act, key string, t *casefile.Time) (calendar.Span, error) {
	return c.d.limitOf(a.Line, "acts["+a.ID+"]."+key, *t)
}
