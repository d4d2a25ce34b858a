package plan

import (
	"slices"
	"sort"
	"time"

	"tocsin/calendar"
	"tocsin/rulebook"
)

// candidate is one instant that could start a clock, with the events behind it.
type candidate struct {
	span   calendar.Span
	events []*event
	bound  bool // the exclusive bound of a day, which belongs to the day before
}

// candidates lists the instants of an anchor before its choice of first, last
// or each, in the order of time. ok is false when something required has not
// happened.
func (u *unit) candidates(a *rulebook.Anchor, r *rulebook.Rule, s *rulebook.Stage) (out []candidate, ok bool) {
	for i := range a.Requires {
		if len(u.match(&a.Requires[i], r, s)) == 0 {
			return nil, false
		}
	}
	if len(a.All) > 0 {
		lists := make([][]candidate, len(a.All))
		for i := range a.All {
			lists[i] = u.match(&a.All[i], r, s)
		}
		out = latestOf(lists)
	} else {
		for i := range a.Any {
			out = append(out, u.match(&a.Any[i], r, s)...)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return begin(out[i].span).Before(begin(out[j].span)) })
	return out, true
}

// match finds the candidates of one matcher.
func (u *unit) match(m *rulebook.Match, r *rulebook.Rule, s *rulebook.Stage) []candidate {
	switch {
	case m.Fact != "":
		f := u.p.b.Fact(m.Fact)
		if len(f.All) > 0 {
			lists := make([][]candidate, len(f.All))
			for i := range f.All {
				lists[i] = u.match(&f.All[i], r, s)
			}
			return latestOf(lists)
		}
		var out []candidate
		for i := range f.Any {
			out = append(out, u.match(&f.Any[i], r, s)...)
		}
		return out
	case m.Met != "":
		rr, ss := u.p.b.Resolve(m.Met, r)
		var out []candidate
		for _, in := range u.stage(rr, ss).instances {
			if in.met != nil && (!m.InTime || u.inTime(in, rr)) {
				out = append(out, candidate{span: u.span(in.met), events: []*event{in.met}})
			}
		}
		return out
	case m.Due != "":
		rr, ss := u.p.b.Resolve(m.Due, r)
		var out []candidate
		for _, in := range u.stage(rr, ss).instances {
			if due := in.span(u.p.b, rr); due != (calendar.Span{}) {
				out = append(out, candidate{span: due, events: in.anchor.events, bound: in.endsWithDay(rr)})
			}
		}
		return out
	}
	var out []candidate
	for _, e := range u.find(m, s) {
		out = append(out, candidate{span: u.span(e), events: []*event{e}})
	}
	return out
}

// inTime tells whether an instance was met certainly within its outer limit.
func (u *unit) inTime(in *instance, r *rulebook.Rule) bool {
	own, all := in.groups(r)
	state, _ := u.judge(in, own, all)
	return state == Met
}

// latestOf combines facts that are all needed: for each fact, each event with
// the first of the others. The first of the combinations is when all were there.
func latestOf(lists [][]candidate) []candidate {
	firsts := make([]candidate, len(lists))
	for i, l := range lists {
		if len(l) == 0 {
			return nil
		}
		firsts[i] = firstOf(l)
	}
	var out []candidate
	seen := map[calendar.Span]bool{}
	for i, l := range lists {
		for _, c := range l {
			spans, events := []calendar.Span{c.span}, slices.Clone(c.events)
			for j, f := range firsts {
				if j == i {
					continue
				}
				spans = append(spans, f.span)
				for _, e := range f.events {
					if !slices.Contains(events, e) {
						events = append(events, e)
					}
				}
			}
			s := calendar.Max(spans...)
			if !seen[s] {
				seen[s] = true
				out = append(out, candidate{span: s, events: events})
			}
		}
	}
	return out
}

// firstOf is the earliest of some instants, as an interval: any of the events
// that could be the first is behind it.
func firstOf(cs []candidate) candidate {
	spans := make([]calendar.Span, len(cs))
	for i, c := range cs {
		spans[i] = c.span
	}
	out := candidate{span: calendar.Min(spans...), bound: len(cs) == 1 && cs[0].bound}
	for _, c := range cs {
		if !out.span.Latest.IsZero() && !c.span.Earliest.IsZero() && c.span.Earliest.After(out.span.Latest) {
			continue
		}
		for _, e := range c.events {
			if !slices.Contains(out.events, e) {
				out.events = append(out.events, e)
			}
		}
	}
	return out
}

// lastOf is the latest of some instants.
func lastOf(cs []candidate) candidate {
	spans := make([]calendar.Span, len(cs))
	for i, c := range cs {
		spans[i] = c.span
	}
	out := candidate{span: calendar.Max(spans...)}
	for _, c := range cs {
		if c.span.Latest.IsZero() || out.span.Earliest.IsZero() || !c.span.Latest.Before(out.span.Earliest) {
			out.events = append(out.events, c.events...)
		}
	}
	return out
}

// choose applies first, last or each, and the validity of the rule: a rule
// applies as of its anchor, the first qualifying event on or after its first
// day. early tells that only earlier events qualify.
func choose(cs []candidate, which string, from, until time.Time) (out []candidate, early, after bool) {
	var in []candidate
	for _, c := range cs {
		switch {
		case !from.IsZero() && !c.span.Latest.IsZero() && c.span.Latest.Before(from):
			early = true
		case !until.IsZero() && !begin(c.span).Before(until):
			after = true
		default:
			in = append(in, c)
		}
	}
	if len(in) == 0 {
		return nil, early, after
	}
	switch which {
	case "last":
		return []candidate{lastOf(in)}, false, false
	case "each":
		return in, false, false
	}
	return []candidate{firstOf(in)}, false, false
}
