package directive

import (
	"fmt"

	"tocsin/calendar"
	"tocsin/casefile"
)

// limitOf reads a limit; none may lie before the issue.
func (d *Directive) limitOf(line int, key string, t casefile.Time) (calendar.Span, error) {
	s, err := dueOf(t)
	switch {
	case err != nil:
		return s, d.errorf(line, key, "%v", err)
	case s.Latest.Year() > maxYear:
		return s, d.errorf(line, key, "lies after the year %d, which must be a slip", maxYear)
	case s.Latest.Before(d.issued.Earliest):
		return s, d.errorf(line, key, "%s lies before the directive was issued (%s)", stamp(s.Latest), stamp(d.issued.Earliest))
	}
	return s, nil
}

func (d *Directive) checkScope() error {
	if len(d.Scope) == 0 {
		return d.errorf(0, "scope", "is missing: whom the directive reaches, as it was issued")
	}
	for i := range d.Scope {
		s := &d.Scope[i]
		key := "scope[" + orIndex(s.ID, i) + "]"
		if err := d.id(s.Line, key+".id", s.ID); err != nil {
			return err
		}
		if d.scope[s.ID] != nil {
			return d.errorf(s.Line, key+".id", "the id stands twice in scope")
		}
		d.scope[s.ID] = s
		if err := first(d.checkLine(key, s), d.source(s.Line, key+".source", s.Source)); err != nil {
			return err
		}
		for j := range s.Except {
			e := &s.Except[j]
			at := fmt.Sprintf("%s.except[%d]", key, j)
			if e.ID != "" || e.All || len(e.Except) > 0 {
				return d.errorf(e.Line, at, "an exception from the scope has no id, no all and no exceptions of its own")
			}
			if err := d.checkLine(at, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Directive) checkLine(key string, s *Scope) error {
	named := len(s.Groups)+len(s.Members)+len(s.Sectors)+len(s.Kinds)+len(s.Condition) > 0
	switch {
	case !s.All && !named:
		return d.errorf(s.Line, key, "names nobody; write all, groups, members, sectors, kinds or condition")
	case s.All && named:
		return d.errorf(s.Line, key+".all", "stands alone; what narrows it goes into a line without all")
	case s.Units && len(s.Members) == 0:
		return d.errorf(s.Line, key+".units", "belongs to members: the units of those named")
	}
	for _, id := range s.Members {
		if d.members[id] == nil {
			return d.errorf(s.Line, key+".members", "%q is not a member of this directive", id)
		}
	}
	return first(d.text(s.Line, key+".condition", s.Condition, false), d.text(s.Line, key+".words", s.Words, false))
}

func (d *Directive) checkSteps() error {
	if len(d.Steps) == 0 {
		return d.errorf(0, "steps", "is missing: what is to be done")
	}
	for i := range d.Steps {
		st := &d.Steps[i]
		key := "steps[" + orIndex(st.ID, i) + "]"
		if err := first(d.id(st.Line, key+".id", st.ID), d.word(st.Line, key+".kind", st.Kind, stepKinds), d.text(st.Line, key+".title", st.Title, true),
			d.text(st.Line, key+".text", st.Text, false), d.source(st.Line, key+".source", st.Source), d.checkAsks(key, st), d.checkEvidence(key, st),
			d.checkReminders(st.Line, key+".reminders", st.Reminders)); err != nil {
			return err
		}
		if d.steps[st.ID] != nil {
			return d.errorf(st.Line, key+".id", "the id stands twice in steps")
		}
		d.steps[st.ID] = st
		if st.Due != nil {
			due, err := d.limitOf(st.Line, key+".due", *st.Due)
			if err != nil {
				return err
			}
			d.due[st.ID] = due
		}
		if r := st.Report; r != nil {
			if r.To != "" && d.authorities[r.To] == nil {
				return d.errorf(st.Line, key+".report.to", "%q is not an authority of this directive", r.To)
			}
			if err := d.text(st.Line, key+".report.form", r.Form, false); err != nil {
				return err
			}
		}
	}
	return d.checkReminders(0, "reminders", d.Reminders)
}

func (d *Directive) checkAsks(key string, st *Step) error {
	if len(st.Asks) == 0 {
		return d.errorf(st.Line, key+".asks", "is missing: of which lines of the scope, and whether they must, should or are asked")
	}
	for i, a := range st.Asks {
		at := fmt.Sprintf("%s.asks[%d]", key, i)
		if len(a.Of) == 0 {
			return d.errorf(a.Line, at+".of", "is missing: a line of the scope")
		}
		for _, id := range a.Of {
			if d.scope[id] == nil {
				return d.errorf(a.Line, at+".of", "%q is not a line of the scope", id)
			}
		}
		if a.Modality == "" {
			return d.errorf(a.Line, at+".modality", "is missing: must, should or asked, as it was issued")
		}
		if err := first(d.word(a.Line, at+".modality", a.Modality, modalities), d.text(a.Line, at+".words", a.Words, false)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directive) checkEvidence(key string, st *Step) error {
	seen := map[string]bool{}
	for i, e := range st.Evidence {
		at := key + ".evidence[" + orIndex(e.ID, i) + "]"
		if err := first(d.id(e.Line, at+".id", e.ID), d.text(e.Line, at+".title", e.Title, false)); err != nil {
			return err
		}
		if seen[e.ID] {
			return d.errorf(e.Line, at+".id", "the id stands twice in the evidence of this step")
		}
		seen[e.ID] = true
	}
	return nil
}

func (d *Directive) checkReminders(line int, key string, ps []calendar.Period) error {
	if len(ps) > 50 {
		return d.errorf(line, key, "holds more than 50 periods")
	}
	for _, p := range ps {
		switch {
		case p.IsZero():
			return d.errorf(line, key, "a reminder lies before the date, as in P7D")
		case p.BusinessDays > 0:
			return d.errorf(line, key, "%s: working days differ from member to member; write days", p.String())
		case p.Years*12+p.Months > 1200 || p.Weeks*7+p.Days > 36500:
			return d.errorf(line, key, "%s is longer than a hundred years, which must be a slip", p.String())
		}
	}
	return nil
}

func (d *Directive) checkExceptions() error {
	x := d.Exceptions
	if x == nil {
		return nil
	}
	for _, id := range x.By {
		if err := d.authority(0, "exceptions.by", id); err != nil {
			return err
		}
	}
	if x.Until != nil {
		if _, err := d.limitOf(0, "exceptions.until", *x.Until); err != nil {
			return err
		}
	}
	return d.text(0, "exceptions.text", x.Text, false)
}

// checkLinks refuses a directive that follows on itself.
func (d *Directive) checkLinks() error {
	one := func(key string, l *Link) error {
		if l == nil {
			return nil
		}
		if l.ID == d.ID {
			return d.errorf(l.Line, key+".id", "a directive cannot follow on itself")
		}
		return first(d.id(l.Line, key+".id", l.ID), d.text(l.Line, key+".title", l.Title, false), d.address(l.Line, key+".official", l.Official, false), d.source(l.Line, key+".source", l.Source))
	}
	before := map[string]bool{}
	for i := range d.Supersedes {
		l := &d.Supersedes[i]
		key := "supersedes[" + orIndex(l.ID, i) + "]"
		if err := one(key, l); err != nil {
			return err
		}
		if before[l.ID] {
			return d.errorf(l.Line, key+".id", "the id stands twice in supersedes")
		}
		before[l.ID] = true
	}
	for i, l := range []*Link{d.SupersededBy, d.ClosesInto} {
		key := [2]string{"superseded-by", "closes-into"}[i]
		if err := one(key, l); err != nil {
			return err
		}
		if l != nil && before[l.ID] {
			return d.errorf(l.Line, key+".id", "%q comes before this directive and after it: a circle", l.ID)
		}
	}
	return nil
}
