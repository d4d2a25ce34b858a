package directive

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// pair is a member and a step.
type pair struct{ member, step string }

// course is what the acts so far come to, as far as a further act depends on it.
type course struct {
	d       *Directive
	raw     []Act
	by      map[string]*Act   // as they stand
	gone    map[string]bool   // taken back
	answer  map[string]string // a completion or a plea for an exception: the act that decided it
	ended   *Act
	endedAt time.Time
	over    map[string]time.Time // steps that a later directive took over
	until   map[pair]calendar.Span
	decided map[[2]string]reach
	work    int
}

// newCourse follows acts that were checked when they were made.
func (d *Directive) newCourse(acts []Act) (*course, error) {
	c := &course{d: d, by: map[string]*Act{}, gone: map[string]bool{}, answer: map[string]string{}, over: map[string]time.Time{},
		until: map[pair]calendar.Span{}, decided: map[[2]string]reach{}}
	list, _, err := d.standing(acts, time.Time{})
	if err != nil {
		return nil, err
	}
	stands := map[string]*stood{}
	for _, s := range list {
		stands[s.ID] = s
	}
	for i := range acts { // in order of record: each was checked against those before it
		c.work++
		a := &acts[i]
		switch s := stands[a.ID]; {
		case s != nil:
			if err := c.follow(&s.Act, s.at); err != nil {
				return nil, err
			}
		case a.Kind == Corrected || a.Kind == Denied:
			c.by[a.ID] = a
		default:
			c.by[a.ID], c.gone[a.ID] = a, true
		}
	}
	c.raw = slices.Clone(acts)
	return c, nil
}

// add takes an act that was checked.
func (c *course) add(a *Act) error {
	if a.Kind == Corrected {
		n, err := c.d.newCourse(append(c.raw, *a))
		if err != nil {
			return err
		}
		n.work += c.work
		*c = *n
		return nil
	}
	at, err := instant(a.At)
	if err != nil {
		return err
	}
	c.raw = append(c.raw, *a)
	c.work++
	return c.follow(a, at)
}

func (c *course) follow(a *Act, at time.Time) error {
	c.by[a.ID] = a
	switch a.Kind {
	case Accepted, Returned, ExceptionRefused, ExceptionGranted:
		if a.Re != "" {
			c.answer[a.Re] = a.ID
		}
	case Closed:
		c.ended, c.endedAt = a, at
	case Superseded:
		if len(a.Steps) == 0 {
			c.ended, c.endedAt = a, at
		}
		for _, st := range a.Steps {
			c.over[st] = at
		}
	case ScopeDecided:
		c.d.decide(a, c.decided)
	case Extended:
		if a.Until == nil {
			return nil
		}
		until, err := dueOf(*a.Until)
		if err != nil {
			return err
		}
		for _, p := range c.pairs(a) {
			if due, ok := c.limit(p); ok {
				c.until[p] = later(due, until)
			}
		}
	}
	return nil
}

// decide keeps what a person decided about the scope.
func (d *Directive) decide(a *Act, into map[[2]string]reach) {
	r := out
	if a.Result == "in" {
		r = in
	}
	for _, m := range a.For {
		for i := range d.Scope {
			if s := &d.Scope[i]; a.Scope == "" || a.Scope == s.ID {
				into[[2]string{s.ID, m}] = r
			}
		}
	}
}

// limit is the limit in force for a pair.
func (c *course) limit(p pair) (calendar.Span, bool) {
	if u, ok := c.until[p]; ok {
		return u, true
	}
	return c.d.DueOf(p.step)
}

// pairs are what an act concerns, as far as something is asked or may be.
func (c *course) pairs(a *Act) []pair {
	var all []pair
	steps := stepsOf(a, c.by)
	who := c.d.reachedBy(a, c.by)
	if who == nil {
		for i := range c.d.Members {
			who = append(who, c.d.Members[i].ID)
		}
	}
	for _, id := range who {
		m := c.d.members[id]
		if m == nil {
			continue
		}
		for i := range c.d.Steps {
			st := &c.d.Steps[i]
			if !holds(steps, st.ID) {
				continue
			}
			c.work++
			if modality, open := c.d.asked(st, m, c.decided); modality != "" || len(open) > 0 {
				all = append(all, pair{id, st.ID})
			}
		}
	}
	return all
}
