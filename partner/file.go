package partner

import (
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// Fold reads from a partnership file where a member stands with an authority at
// an instant, and all that a page, a letter or a next step needs to know. It
// depends on nothing that lies after the instant, nor on the order in which acts
// were recorded. Errors are of kind invalid.
//
// What is not known exactly stays so: an act dated as an interval begins and
// ends standings at an interval, and where several standings are possible State
// lists them all. Nothing ends by itself unless its own words say so.
func Fold(c *casefile.Case, authority, member string, at time.Time) (State, error) {
	w, err := newSides(c, authority, member)
	if err != nil {
		return State{}, err
	}
	events, ignored := w.counted(at)
	choices, err := w.choices(events)
	if err != nil {
		return State{}, err
	}
	var all []State
	var possible []Standing
	for _, without := range choices {
		f := &fold{sides: w, s: State{Authority: authority, Member: member, Platform: w.platform, At: at, Kept: c.Kept(), Related: w.related(), Ignored: ignored}}
		for _, p := range c.Parties {
			if w.below[p.ID] && p.ID != member {
				f.s.Units = append(f.s.Units, p.ID)
			}
		}
		for _, e := range events {
			if !without[e.ID] {
				f.read(e)
			}
		}
		f.flush(at)
		f.finish(at)
		all = append(all, f.s)
		possible = append(possible, f.s.Possible...)
	}
	slices.SortStableFunc(all, func(a, b State) int { return b.Standing.rank() - a.Standing.rank() }) // the worst first
	s := all[0]
	s.Otherwise = all[1:]
	if len(s.Otherwise) > 0 {
		s.Possible = sorted(possible)
	}
	return s, nil
}

// sorted lists standings once, the best first.
func sorted(list []Standing) []Standing {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b Standing) int { return a.rank() - b.rank() })
	return slices.Compact(out)
}

// fold is the work of reading one file under one choice.
type fold struct {
	*sides
	s     State
	later []change

	invited, joined bool
	end             string      // the act that ended it
	before          *Suspension // that held when the authority ended it
	reports         map[string][]int
}

// change takes effect at a time of its own, without a further act.
type change struct {
	at    calendar.Span
	by    string
	apply func()
}

// settle notes where the member stands from a time on, if that has changed.
func (f *fold) settle(at calendar.Span, by string) {
	now := f.standing()
	h := &f.s.History
	if n := len(*h); n > 0 {
		last := &(*h)[n-1]
		if last.Standing == now {
			return
		}
		last.To = at
	} else if now == "" {
		return
	}
	*h = append(*h, Interval{Standing: now, From: at, By: by})
}

func (f *fold) standing() Standing {
	x := f.s.Suspension
	switch {
	case f.end != "":
		return Left
	case x != nil && x.Effective && len(x.Units) == 0:
		return Suspended
	case slices.ContainsFunc(f.s.Marks, func(m Mark) bool { return m.Kind == "partner-warned" && m.EndedBy == "" }):
		return Warned
	case f.joined:
		return Active
	case f.invited:
		return Invited
	}
	return ""
}

// plan keeps a change for its own time.
func (f *fold) plan(at calendar.Span, by string, apply func()) {
	f.later = append(f.later, change{at, by, apply})
	slices.SortStableFunc(f.later, func(a, b change) int { return begin(a.at).Compare(begin(b.at)) })
}

// flush makes the changes whose time can have come.
func (f *fold) flush(at time.Time) {
	for len(f.later) > 0 && !begin(f.later[0].at).After(at) {
		c := f.later[0]
		f.later = f.later[1:]
		c.apply()
		f.settle(c.at, c.by)
	}
}

// finish works out what depends on the instant alone.
func (f *fold) finish(at time.Time) {
	s := &f.s
	for _, i := range s.History {
		if over(i.To, at) {
			continue
		}
		s.Possible = append(s.Possible, i.Standing)
		if s.Standing == "" || i.Standing.Worse(s.Standing) {
			s.Standing, s.Since, s.By = i.Standing, i.From, i.By
		}
	}
	s.Possible = sorted(s.Possible)
	s.Ended = f.end
	if n := len(s.Past); s.Suspension == nil && n > 0 && s.Standing == Suspended { // it can still last
		x := s.Past[n-1]
		s.Suspension = &x
	}
	if x := s.Suspension; x != nil {
		x.Review.Overdue = s.Kept && x.EndedBy == "" && x.Review.Done == "" && over(x.Review.By, at)
	}
	if j := s.Agreement; j != nil {
		j.Over = over(j.Until, at)
	}
	for i := range s.Hearings {
		h := &s.Hearings[i]
		h.Silent = s.Kept && len(h.Answers) == 0 && over(h.Due, at)
	}
	for i := range s.Tasks {
		t := &s.Tasks[i]
		t.Overdue = s.Kept && (t.State == "open" || t.State == "returned") && over(t.Due, at)
	}
	for i := range s.Calls {
		c := &s.Calls[i]
		c.Overdue = s.Kept && len(c.Answers) == 0 && over(c.Due, at)
	}
	f.contested()
}

// contested puts the member's words against acts beside these acts.
func (f *fold) contested() {
	s := &f.s
	for _, c := range s.Contests {
		for i := range s.Marks {
			if s.Marks[i].Event == c.Of {
				s.Marks[i].Contested = append(s.Marks[i].Contested, c.Event)
			}
		}
		for i := range s.Decisions {
			if s.Decisions[i].Event == c.Of {
				s.Decisions[i].Contested = append(s.Decisions[i].Contested, c.Event)
			}
		}
	}
}
