package tasking

import (
	"slices"
	"time"

	"tocsin/directive"
	"tocsin/internal/fault"
)

// shows tells whether a member sees an act: its own side's, and those of the
// authority that are about it, as far as its steps are concerned.
func (v sight) shows(_ *head, b *bound, a *directive.Act) bool {
	if v.side != OfMember {
		return true
	}
	about := b.about(a)
	if about != nil {
		return slices.ContainsFunc(v.own, func(org string) bool { return a.By == org || slices.Contains(about, org) })
	}
	if a.Kind == directive.Closed || a.Kind == directive.Superseded && len(a.Steps) == 0 || len(v.own) == 0 && len(a.Steps) == 0 {
		return true
	}
	return slices.ContainsFunc(v.own, func(org string) bool { return b.touches(a, org) })
}

// touches tells whether an act is about a step that is asked of a member, or may be.
func (b *bound) touches(a *directive.Act, org string) bool {
	steps := a.Steps
	if re := b.find(a.Re); len(steps) == 0 && re != nil {
		return b.touches(re, org)
	}
	return len(b.asked[org]) > 0 && (len(steps) == 0 || slices.ContainsFunc(steps, func(st string) bool { return b.asked[org][st] }))
}

// kept lists the acts that a reader sees, of those made by an instant.
func (b *bound) kept(v sight, at time.Time) []Kept {
	var out []Kept
	for i := range b.acts {
		o := &b.acts[i]
		if o.Recorded.After(at) || !v.shows(nil, b, &o.Act) {
			continue
		}
		k := Kept{Act: o.Act, N: len(out) + 1, Recorded: o.Recorded, Person: o.Person, Proof: o.proof, Sealed: o.raw}
		theirs := b.d.Member(o.Act.By) != nil
		if v.side == OfMember {
			whole := len(o.Act.For)
			if k.For = among(o.Act.For, v.own); len(k.For) != whole {
				k.Sealed = nil
			}
			if !theirs && v.withheld {
				k.Act, k.Sealed = wordless(k.Act), nil
			}
		}
		if o.Person != bySweep && theirs != (v.side == OfMember) && v.side != OfBoth {
			k.Person = ""
		}
		out = append(out, k)
	}
	return out
}

// wordless is an act of the authority of which only what it does is told.
func wordless(a directive.Act) directive.Act {
	return directive.Act{ID: a.ID, Kind: a.Kind, By: a.By, At: a.At, For: a.For, Steps: a.Steps, Re: a.Re, Until: a.Until, Result: a.Result, Withdrawn: a.Withdrawn}
}

// among keeps of a list what is in another one; nil stays nil.
func among(list, of []string) []string {
	var out []string
	for _, x := range list {
		if slices.Contains(of, x) {
			out = append(out, x)
		}
	}
	return out
}

// duties are the cells of the reader's organisations.
func (b *bound) duties(v sight, full *directive.State) []Duty {
	var out []Duty
	for _, c := range full.Cells {
		if !slices.Contains(v.own, c.Member) || c.Status == directive.NotAsked {
			continue
		}
		d := Duty{Cell: c, Kind: b.d.Step(c.Step).Kind, Reminded: b.reminded(&c)}
		if v.withheld && v.side == OfMember {
			d.Missing, d.Open = nil, nil
			if x := c.Exception; x != nil {
				bare := *x
				bare.Measures = ""
				d.Exception = &bare
			}
		}
		out = append(out, d)
	}
	return out
}

// reminded is the last reminder of a cell.
func (b *bound) reminded(c *directive.Cell) time.Time {
	if o := b.last(c, directive.Reminded); o != nil {
		return o.Recorded
	}
	return time.Time{}
}

// cutState leaves of a state what is a member's own: no figures, which are sums
// over others.
func cutState(full *directive.State, own []string) *directive.State {
	out := &directive.State{Directive: full.Directive, At: full.At, Issued: full.Issued, End: full.End, Counts: map[directive.Status]int{},
		Steps: []directive.Figures{}, Burn: []directive.Point{}, Unacknowledged: among(full.Unacknowledged, own)}
	asked := map[string]bool{}
	for _, c := range full.Cells {
		if slices.Contains(own, c.Member) && c.Status != directive.NotAsked {
			out.Cells = append(out.Cells, c)
			asked[c.Step] = true
		}
	}
	for _, f := range full.Steps {
		if asked[f.Step] && f.End != nil {
			out.Steps = append(out.Steps, directive.Figures{Step: f.Step, End: f.End, Counts: map[directive.Status]int{}, Asked: map[string]int{}, Burn: []directive.Point{}})
		}
	}
	for _, x := range full.Exceptions {
		if slices.Contains(own, x.Member) {
			out.Exceptions = append(out.Exceptions, x)
		}
	}
	for _, r := range full.Reminders {
		if r.Members = among(r.Members, own); len(r.Members) > 0 {
			out.Reminders = append(out.Reminders, r)
		}
	}
	return out
}

// cut is the document as a member reads it: without any other member. Lines of the
// scope that name members keep those of the reader alone; a line that then names
// nobody is left out, and with it what is asked of nobody else. A zero instant
// leaves the acts out.
func (b *bound) cut(own []string, at time.Time) (*directive.Directive, error) {
	f := b.d.File
	f.Acts, f.Members = nil, nil
	if !at.IsZero() {
		own = b.withWhole(own)
	}
	for _, m := range b.d.Members {
		if slices.Contains(own, m.ID) {
			if !slices.Contains(own, m.PartOf) {
				m.PartOf = ""
			}
			f.Members = append(f.Members, m)
		}
	}
	lines := map[string]bool{}
	f.Scope = nil
	for _, l := range b.d.Scope {
		if l, ok := b.cutLine(l, own); ok {
			lines[l.ID] = true
			f.Scope = append(f.Scope, l)
		}
	}
	steps := map[string]bool{}
	f.Steps = nil
	for _, st := range b.d.Steps {
		var asks []directive.Ask
		for _, a := range st.Asks {
			var of []string
			for _, id := range a.Of {
				if lines[id] {
					of = append(of, id)
				}
			}
			if a.Of = of; len(of) > 0 {
				asks = append(asks, a)
			}
		}
		if st.Asks = asks; len(asks) > 0 {
			steps[st.ID] = true
			f.Steps = append(f.Steps, st)
		}
	}
	if !at.IsZero() {
		f.Acts = b.cutActs(own, steps, at)
	}
	d, err := directive.Build("", f)
	if err != nil {
		return nil, fault.New(fault.Internal, "the own side of a directive cannot be cut out: %v", err)
	}
	return d, nil
}

// withWhole adds the members that reported for a unit among them: an act stands in
// a document only beside who did it.
func (b *bound) withWhole(own []string) []string {
	out := slices.Clone(own)
	for i := range b.list {
		a := &b.list[i]
		if b.d.Member(a.By) != nil && !slices.Contains(out, a.By) && slices.ContainsFunc(a.For, func(unit string) bool { return slices.Contains(own, unit) }) {
			out = append(out, a.By)
		}
	}
	return out
}

func (b *bound) cutLine(l directive.Scope, own []string) (directive.Scope, bool) {
	if len(l.Members) > 0 {
		var keep []string
		for _, org := range own {
			if slices.Contains(l.Members, org) || l.Units && slices.ContainsFunc(l.Members, func(up string) bool { return under(b.d, org, up) }) {
				keep = append(keep, org)
			}
		}
		if l.Members = keep; len(keep) == 0 {
			return l, false
		}
	}
	var except []directive.Scope
	for _, x := range l.Except {
		if x, ok := b.cutLine(x, own); ok {
			except = append(except, x)
		}
	}
	l.Except = except
	return l, true
}

// cutActs are the acts of a member's own side as they stand in its document.
func (b *bound) cutActs(own []string, steps map[string]bool, at time.Time) []directive.Act {
	var out []directive.Act
	for _, k := range b.kept(sight{side: OfMember, own: own}, at) {
		a := k.Act
		if a.Steps != nil {
			var of []string
			for _, st := range a.Steps {
				if steps[st] && (b.about(&k.Act) != nil || a.Kind == directive.Superseded || b.anyAsked(own, st)) {
					of = append(of, st)
				}
			}
			if a.Steps = of; len(of) == 0 {
				continue
			}
		}
		if a.Re != "" && !slices.ContainsFunc(out, func(o directive.Act) bool { return o.ID == a.Re }) {
			continue // what it is about was left out
		}
		out = append(out, a)
	}
	return out
}

func (b *bound) anyAsked(own []string, step string) bool {
	return slices.ContainsFunc(own, func(org string) bool { return b.asked[org][step] })
}
