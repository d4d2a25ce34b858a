package plan

import (
	"slices"

	"tocsin/calendar"
	"tocsin/rulebook"
)

// result is a stage evaluated for one unit.
type result struct {
	instances []*instance
	early     bool // only events before the rule's first day qualify
	after     bool // only events after the rule's last day qualify
	missing   bool // something that the anchor requires has not happened
	partly    bool // an anchor that needs several facts has some of them
}

// instance is one clock: a stage whose anchor is the n-th of its kind.
type instance struct {
	n        int
	anchor   candidate
	readings []counted
	met      *event
	covered  bool // met by an earlier notice that already gave the contents
	heard    *event
	rests    []string // assumptions behind what is required and behind readings with an anchor of their own
}

// stage evaluates a stage once per unit.
func (u *unit) stage(r *rulebook.Rule, s *rulebook.Stage) *result {
	key := stageKey{r.ID, s.ID}
	if got, ok := u.results[key]; ok {
		return got
	}
	res := &result{}
	u.results[key] = res // a loop, which the linter refuses, would see no instances
	for _, e := range u.earlier(r, s) {
		u.stage(e.rule, e.stage)
	}
	cs, ok := u.candidates(&s.Anchor, r, s)
	res.missing = !ok
	if ok && len(cs) == 0 && len(s.Anchor.All) > 1 {
		for i := range s.Anchor.All {
			res.partly = res.partly || len(u.match(&s.Anchor.All[i], r, s)) > 0
		}
	}
	from, until := u.p.inForce(r)
	chosen, early, after := choose(cs, s.Anchor.Which, from, until)
	res.early, res.after = early, after
	var rests []string
	if len(chosen) > 0 {
		rests = u.needsAssumed(&s.Anchor, r, s)
	}
	for i := range chosen {
		in := &instance{n: i + 1, anchor: chosen[i], rests: slices.Clone(rests)}
		res.instances = append(res.instances, in)
		u.settle(r, s, in, chosen)
	}
	return res
}

// settle counts the readings of an instance and finds what meets it.
func (u *unit) settle(r *rulebook.Rule, s *rulebook.Stage, in *instance, all []candidate) {
	in.readings = u.countAll(r, s, in)
	if u.base != nil { // a reading of one zone takes its outcome from the whole
		if whole := u.base.stage(r, s); len(whole.instances) >= in.n {
			in.met, in.covered, in.heard = whole.instances[in.n-1].met, whole.instances[in.n-1].covered, whole.instances[in.n-1].heard
		}
		return
	}
	if in.met = u.metBy(r, s, in, all); in.met != nil {
		in.covered = covers(in.met, s) && in.met.Stage != s.ID
		series := seriesOf(r)
		if u.taken[series] == nil {
			u.taken[series] = map[string]slot{}
		}
		if _, used := u.taken[series][in.met.ID]; !used {
			u.taken[series][in.met.ID] = slot{stageKey{r.ID, s.ID}, in.n}
		}
	}
	in.heard = u.heard(s, in.met)
}

type ruleStage struct {
	rule  *rulebook.Rule
	stage *rulebook.Stage
}

// earlier lists the stages of the series that stand before this one: an
// unlabelled notice meets the earliest that is unmet.
func (u *unit) earlier(r *rulebook.Rule, s *rulebook.Stage) []ruleStage {
	var out []ruleStage
	for _, rr := range u.p.series[seriesOf(r)] {
		for i := range rr.Stages {
			if rr == r && &rr.Stages[i] == s {
				return out
			}
			if u.bound(rr) {
				out = append(out, ruleStage{rr, &rr.Stages[i]})
			}
		}
	}
	return out
}

// bound tells whether a rule of the same series binds the unit's party too.
func (u *unit) bound(r *rulebook.Rule) bool {
	for _, w := range r.Who {
		for _, role := range u.inputs.Party.Roles {
			if role == w.Role {
				return true
			}
		}
	}
	return false
}

// span is the due date over the readings of the duty's own ground.
func (in *instance) span(b *rulebook.Book, r *rulebook.Rule) calendar.Span {
	var spans []calendar.Span
	own := rulebook.BasisOf(r.Ground)
	for i := range in.readings {
		if c := &in.readings[i]; c.rd.Basis == own && !c.zoned {
			spans = append(spans, c.due)
		}
	}
	if len(spans) == 0 {
		return calendar.Span{}
	}
	return calendar.Min(spans...)
}

// endsWithDay tells that the due date is an end of day.
func (in *instance) endsWithDay(r *rulebook.Rule) bool {
	own, _ := in.groups(r)
	for _, c := range own {
		if !c.exclusive {
			return false
		}
	}
	return len(own) > 0
}
