package directive

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// Fold gives the state of the directive at an instant: what the acts that had
// happened by then come to. The acts are those that Check has let pass; an error
// is an act whose time cannot be read.
func Fold(d *Directive, acts []Act, at time.Time) (*State, error) {
	list, denied, err := d.standing(acts, at)
	if err != nil {
		return nil, err
	}
	s := &State{Directive: d.ID, At: at, Issued: !at.Before(d.issued.Earliest), Counts: map[Status]int{}, Steps: make([]Figures, len(d.Steps))}
	for i := range d.Steps {
		s.Steps[i] = Figures{Step: d.Steps[i].ID, Counts: map[Status]int{}, Asked: map[string]int{}, Burn: []Point{}}
	}
	s.Burn = []Point{}
	if !s.Issued {
		s.nothingYet(d)
		return s, nil
	}
	list = s.until(list)
	f := &fold{d: d, s: s, list: list, at: at, decided: map[[2]string]reach{}, forms: map[string]*Act{}}
	for _, a := range list {
		f.forms[a.ID] = &a.Act
		if a.Kind == ScopeDecided {
			d.decide(&a.Act, f.decided)
		}
	}
	if s.End != nil { // what was open then
		f.at = s.End.At
	}
	f.sort()
	f.run(denied)
	f.reminders()
	f.burn()
	return s, nil
}

// nothingYet is the state before the issue: nothing is asked of anyone.
func (s *State) nothingYet(d *Directive) {
	for i := range d.Steps {
		for j := range d.Members {
			s.Cells = append(s.Cells, Cell{Member: d.Members[j].ID, Step: d.Steps[i].ID, Status: NotAsked})
			s.Counts[NotAsked]++
			s.Steps[i].Counts[NotAsked]++
		}
	}
}

// until finds the end of the directive and leaves out what came after it.
func (s *State) until(list []*stood) []*stood {
	for i, a := range list {
		end := &End{Kind: a.Kind, At: a.at, Act: a.ID, Directive: a.Directive}
		switch {
		case a.Kind == Closed, a.Kind == Superseded && len(a.Steps) == 0:
			s.End = end
			return list[:i+1]
		case a.Kind == Superseded:
			for j := range s.Steps {
				if f := &s.Steps[j]; f.End == nil && slices.Contains(a.Steps, f.Step) {
					f.End = end
				}
			}
		}
	}
	return list
}

// fold is one folding at work.
type fold struct {
	d       *Directive
	s       *State
	at      time.Time // of the state, or the end if that came first
	list    []*stood
	decided map[[2]string]reach
	forms   map[string]*Act

	toAll  []int            // acts that concern every member, by place in list
	toEach map[string][]int // the others, by member
	cells  []*cell
	mine   [][]*stood // by cell: its acts
}

// sort files the acts by the members that they concern.
func (f *fold) sort() {
	f.toEach = map[string][]int{}
	for i, a := range f.list {
		who := f.d.reachedBy(&a.Act, f.forms)
		if who == nil {
			f.toAll = append(f.toAll, i)
			continue
		}
		for _, id := range who {
			if at := f.toEach[id]; len(at) == 0 || at[len(at)-1] != i {
				f.toEach[id] = append(at, i)
			}
		}
	}
}

// run follows every member through every step.
func (f *fold) run(denied map[string][]string) {
	s := f.s
	for i := range f.d.Members {
		m := &f.d.Members[i]
		places := slices.Concat(f.toAll, f.toEach[m.ID])
		slices.Sort(places)
		asked, pending, heard := false, false, false
		for j := range f.d.Steps {
			st := &f.d.Steps[j]
			c := f.d.newCell(m, st, f.decided)
			var mine []*stood
			for _, p := range places {
				a := f.list[p]
				if a.Kind != ScopeDecided && holds(stepsOf(&a.Act, f.forms), st.ID) {
					c.follow(a)
					mine = append(mine, a)
				}
			}
			f.cells, f.mine = append(f.cells, c), append(f.mine, mine)
			s.add(c.show(s.At, denied), &s.Steps[j])
			asked = asked || c.modality != ""
			heard = heard || c.heard
			pending = pending || c.pending(f.at)
			if c.modality != "" && c.claimed == nil && c.excepted(f.at) {
				s.Exceptions = append(s.Exceptions, *c.grant)
			}
		}
		if asked {
			s.Members++
			if pending {
				s.Open++
			}
			if !heard {
				s.Unacknowledged = append(s.Unacknowledged, m.ID)
			}
		}
	}
}

// add counts one cell.
func (s *State) add(c Cell, f *Figures) {
	s.Cells = append(s.Cells, c)
	s.Counts[c.Status]++
	f.Counts[c.Status]++
	if c.Modality == "" {
		return
	}
	f.Asked[c.Modality]++
	if c.Known {
		f.Done += c.Done
		f.Total += c.Total
	} else {
		f.Silent++
	}
	if c.AfterDue {
		f.AfterDue++
	}
}

// reminders gathers who is to be reminded next, by step, limit and time. Of
// several whose time has come only the last is told: nobody is reminded thrice
// at once. What a person sent counts from then on.
func (f *fold) reminders() {
	if f.s.End != nil {
		return
	}
	type round struct {
		step    string
		at, due int64
		now     bool
	}
	index := map[round]int{}
	for _, c := range f.cells {
		if c.modality == "" || !c.dated || c.claimed != nil || c.end != nil {
			continue
		}
		at, now, ok := c.next(f.s.At)
		if !ok {
			continue
		}
		k := round{c.st.ID, at.Unix(), c.due.Earliest.Unix(), now}
		i, there := index[k]
		if !there {
			i = len(f.s.Reminders)
			index[k] = i
			f.s.Reminders = append(f.s.Reminders, Reminder{Step: c.st.ID, At: at, Due: c.due.Earliest, Now: now})
		}
		f.s.Reminders[i].Members = append(f.s.Reminders[i].Members, c.m.ID)
	}
	slices.SortStableFunc(f.s.Reminders, func(a, b Reminder) int { return a.At.Compare(b.At) })
}

// next is when the member is to be reminded: the last time that has come and is
// not on record, else the first that is still to come.
func (c *cell) next(now time.Time) (at time.Time, come, ok bool) {
	periods := c.st.Reminders
	if len(periods) == 0 {
		periods = c.d.Reminders
	}
	var last, first time.Time
	for _, p := range periods {
		t := before(c.due.Earliest, p)
		switch {
		case t.Before(c.d.issued.Earliest):
		case t.After(now):
			if first.IsZero() || t.Before(first) {
				first = t
			}
		case last.IsZero() || t.After(last):
			last = t
		}
	}
	if !last.IsZero() && c.reminded.Before(last) && !past(calendar.Instant(c.due.Earliest), now) {
		return last, true, true
	}
	return first, false, !first.IsZero()
}
