package directive

import (
	"slices"
	"strings"
)

// maxSystems keeps sums far from overflow.
const maxSystems = 1_000_000_000

// checkKind refuses what is wrong with one kind of act only.
func (c *course) checkKind(a *Act, others Lookup) error {
	if rules[a.Kind].who == byMember && len(c.pairs(a)) == 0 {
		return c.bad(a, "by", "nothing of this is asked of %q by the scope as it was issued", strings.Join(c.d.reachedBy(a, c.by), ", "))
	}
	for _, id := range a.Steps {
		if rules[a.Kind].who == byMember && !slices.ContainsFunc(c.pairs(a), func(p pair) bool { return p.step == id }) {
			return c.bad(a, "steps", "the step %q is not asked of %q by the scope as it was issued", id, strings.Join(c.d.reachedBy(a, c.by), ", "))
		}
	}
	switch a.Kind {
	case Progressed:
		if a.Done == nil || a.Total == nil {
			return c.bad(a, "done", "progress is done and total, as in done: 40, total: 52")
		}
		return inTurn(func() error { return c.checkOneStep(a) }, func() error { return c.checkFigures(a) })
	case EvidenceGiven:
		if len(a.Evidence) == 0 {
			return c.bad(a, "evidence", "is missing")
		}
		return first(c.checkOneStep(a), c.checkItems(a))
	case Completed:
		if a.Done != nil && a.Total != nil && *a.Done < *a.Total {
			return c.bad(a, "done", "%d of %d is progress, not completion", *a.Done, *a.Total)
		}
		return first(c.checkFigures(a), c.checkItems(a))
	case Returned, ExceptionRefused, ScopeDecided, ExceptionAsked:
		if strings.TrimSpace(a.Reason) == "" {
			return c.bad(a, "reason", "is missing: whoever is concerned must be able to read why")
		}
		if a.Kind == ScopeDecided {
			return c.checkDecision(a)
		}
		if a.Until != nil {
			_, err := c.limitIn(a, "until", a.Until)
			return err
		}
	case ExceptionGranted:
		return c.checkGrant(a)
	case Extended:
		return c.checkExtension(a)
	case Superseded, Closed:
		return c.checkSuccession(a, others)
	case Corrected, Denied:
		return c.checkCorrection(a, others)
	}
	return nil
}

func (c *course) checkOneStep(a *Act) error {
	if len(c.d.Steps) > 1 && len(a.Steps) != 1 {
		return c.bad(a, "steps", "name the one step that this is about")
	}
	return nil
}

func (c *course) checkFigures(a *Act) error {
	switch {
	case (a.Done == nil) != (a.Total == nil):
		return c.bad(a, "done", "done and total stand together")
	case a.Done == nil:
		return nil
	case *a.Done < 0 || *a.Total < 0:
		return c.bad(a, "done", "a number of systems is not below zero")
	case *a.Done > *a.Total:
		return c.bad(a, "done", "%d of %d is more than there are", *a.Done, *a.Total)
	case *a.Total > maxSystems:
		return c.bad(a, "total", "%d is more than %d, which must be a slip", *a.Total, maxSystems)
	}
	return nil
}

// checkItems lets evidence be meant only as what its step asks for.
func (c *course) checkItems(a *Act) error {
	for _, it := range a.Evidence {
		if it.As == "" && strings.TrimSpace(it.Text) == "" {
			return c.bad(a, "evidence", "a piece of evidence says as what it is meant (as) or what it is (text)")
		}
		if err := c.d.address(a.Line, "acts["+a.ID+"].evidence", it.URL, false); err != nil {
			return err
		}
		known := it.As == ""
		for _, p := range c.pairs(a) {
			known = known || slices.ContainsFunc(c.d.steps[p.step].Evidence, func(e Evidence) bool { return e.ID == it.As })
		}
		if !known {
			return c.bad(a, "evidence", "%q is not evidence that the step asks for", it.As)
		}
	}
	return nil
}

// checkDecision: a person decides what is open, and nothing else.
func (c *course) checkDecision(a *Act) error {
	if a.Result != "in" && a.Result != "out" {
		return c.bad(a, "result", "%q is not in or out", a.Result)
	}
	if a.Scope != "" && c.d.scope[a.Scope] == nil {
		return c.bad(a, "scope", "%q is not a line of the scope", a.Scope)
	}
	if len(a.For) == 0 {
		return c.bad(a, "for", "is missing: each member is decided on by name")
	}
	for _, id := range a.For {
		open := false
		for i := range c.d.Scope {
			s := &c.d.Scope[i]
			open = open || (a.Scope == "" || a.Scope == s.ID) && c.d.reaches(s, c.d.members[id], c.decided) == undecided
		}
		if !open {
			return c.bad(a, "for", "nothing about %q is left to decide: the scope as it was issued, or an earlier decision, says whether it is reached", id)
		}
	}
	return nil
}

func (c *course) checkGrant(a *Act) error {
	x := c.d.Exceptions
	switch {
	case x == nil:
		return c.bad(a, "kind", "the directive provides for no exceptions; what it can have is an extension")
	case a.Until == nil:
		return c.bad(a, "until", "is missing: an exception has an end")
	case len(a.For) == 0 && a.Re == "":
		return c.bad(a, "for", "is missing: an exception is granted to members by name, or re the act that asks for it")
	}
	until, err := c.limitIn(a, "until", a.Until)
	if err != nil {
		return err
	}
	at, err := instant(a.At)
	if err != nil {
		return c.bad(a, "at", "%v", err)
	}
	if past(until, at) {
		return c.bad(a, "until", "%s is over when the exception is granted", stamp(until.Latest))
	}
	if x.Until != nil {
		most, err := dueOf(*x.Until)
		if err != nil {
			return c.bad(a, "until", "%v", err)
		}
		if until.Latest.After(most.Latest) {
			return c.bad(a, "until", "%s lies after %s, beyond which the directive allows none", stamp(until.Latest), stamp(most.Latest))
		}
	}
	measures := a.Measures
	if re := c.by[a.Re]; re != nil {
		measures += re.Measures
	}
	if x.Measures && strings.TrimSpace(measures) == "" {
		return c.bad(a, "measures", "is missing: the directive allows an exception only with compensating measures")
	}
	if len(c.pairs(a)) == 0 {
		return c.bad(a, "for", "nothing is asked of them that an exception could be granted from")
	}
	return nil
}

func (c *course) checkExtension(a *Act) error {
	if a.Until == nil {
		return c.bad(a, "until", "is missing")
	}
	until, err := c.limitIn(a, "until", a.Until)
	if err != nil {
		return err
	}
	dated := false
	for _, p := range c.pairs(a) {
		due, ok := c.limit(p)
		if !ok {
			continue
		}
		dated = true
		if until.Earliest.Before(due.Earliest) || until.Latest.Before(due.Latest) {
			return c.bad(a, "until", "%s would shorten the time of %q for the step %q, which has until %s; an extension never does", stamp(until.Earliest), p.member, p.step, stamp(due.Latest))
		}
	}
	if !dated && len(c.d.Members) > 0 {
		return c.bad(a, "steps", "none of these steps has a date that could be extended")
	}
	return nil
}

// checkSuccession refuses a directive that goes on in itself, by whatever way.
func (c *course) checkSuccession(a *Act, others Lookup) error {
	if a.Directive == "" {
		if a.Kind == Superseded {
			return c.bad(a, "directive", "is missing: the directive that goes on")
		}
		return nil
	}
	if err := c.d.id(a.Line, "acts["+a.ID+"].directive", a.Directive); err != nil {
		return err
	}
	find := func(id string) *Directive {
		if id == c.d.ID {
			return c.d
		}
		if others == nil {
			return nil
		}
		o, ok := others(id)
		if !ok {
			return nil
		}
		return o
	}
	if walks(a.Directive, c.d.ID, find, after) || walks(c.d.ID, a.Directive, find, former) {
		return c.bad(a, "directive", "%q comes before this directive already: the two would supersede each other in a circle", a.Directive)
	}
	return nil
}

// checkCorrection: one mends one's own act, denies another's, and says why.
func (c *course) checkCorrection(a *Act, others Lookup) error {
	re := c.by[a.Re]
	if strings.TrimSpace(a.Text+a.Reason) == "" {
		return c.bad(a, "text", "is missing: what was wrong")
	}
	switch {
	case re.Kind == Corrected || a.Kind == Denied && re.Kind == Denied:
		return c.bad(a, "re", "%q is itself a correction or a denial; name the act that it is about", re.ID)
	case a.Kind == Denied && a.By == re.By:
		return c.bad(a, "by", "%q made the act itself: it corrects it, and another denies it", a.By)
	case a.Kind == Denied && c.d.members[a.By] != nil && !c.concerns(re, a.By):
		return c.bad(a, "by", "the act %q does not concern %q", re.ID, a.By)
	case a.Kind == Denied:
		return nil
	case a.By != re.By:
		return c.bad(a, "by", "%q did not make the act %q; who did corrects it, and others can deny it", a.By, re.ID)
	}
	mended := corrected(Act{}, a)
	changes := mended.Done != nil || mended.Total != nil || mended.AsOf != nil || mended.Until != nil || mended.Measures != "" || len(mended.Evidence) > 0
	switch {
	case a.Withdrawn && changes:
		return c.bad(a, "withdrawn", "an act is taken back or gets other values, not both")
	case a.Withdrawn:
		return nil
	case !changes:
		return c.bad(a, "kind", "gives no other value; write withdrawn: true if the act is taken back")
	}
	// The act with its new values must stand as if it were made now, without the old one.
	var rest []Act
	for _, o := range c.raw {
		if o.ID != re.ID && o.Re != re.ID {
			rest = append(rest, o)
		}
	}
	as := corrected(*re, a)
	alone, err := c.d.newCourse(rest)
	if err != nil {
		return err
	}
	as.ID, as.Line = a.ID, a.Line // a refusal is one of the correction
	return inTurn(
		func() error { return alone.checkKeys(&as, rules[as.Kind]) },
		func() error { return alone.checkTime(&as) },
		func() error { return alone.checkKind(&as, others) },
	)
}

// concerns tells whether an act is by a member, about it or about a unit of it.
func (c *course) concerns(a *Act, member string) bool {
	if c.d.members[a.By] != nil {
		return c.d.kin(a.By, member)
	}
	who := c.d.reachedBy(a, c.by)
	return who == nil || slices.ContainsFunc(who, func(id string) bool { return c.d.kin(id, member) })
}
