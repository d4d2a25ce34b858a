package burndown

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"tocsin/calendar"
	"tocsin/directive"
)

// mostLimits is how many limits are drawn; those as issued come first.
const mostLimits = 60

// FromState is the chart of a directive at an instant: the members with something
// open and the systems that are open, of one step or ("") of all, with the limits
// as they were issued and, hollow, those that hold for some by extension or
// exception.
func FromState(d *directive.Directive, s *directive.State, of, lang string) (Chart, error) {
	w := wordsFor(lang)
	c := Chart{Title: d.Number + ": " + d.Title.In(lang), Lang: lang, Zone: d.Location(), Subtitle: w.whole, Now: s.At, Poles: []Pole{issue(d, w)}}
	burn := s.Burn
	if of != "" {
		i := slices.IndexFunc(s.Steps, func(f directive.Figures) bool { return f.Step == of })
		if i < 0 {
			return Chart{}, fmt.Errorf("burndown: %q is not a step of the directive", of)
		}
		burn, c.Subtitle = s.Steps[i].Burn, d.Step(of).Title.In(lang)
	}
	end := s.At
	if s.End != nil {
		end = s.End.At
		c.Poles = append(c.Poles, Pole{At: end, Label: s.End.Kind.In(lang), End: true})
	}
	members, systems, err := curves(burn, d.Location(), end)
	if err != nil {
		return Chart{}, err
	}
	c.Panels = []Panel{{w.members, members}, {w.systems, systems}}
	if n := len(burn); n > 0 {
		c.Footer = w.excepted
		if burn[n-1].Silent > 0 {
			c.Footer = fill(w.silent, "n", strconv.Itoa(burn[n-1].Silent)) + " " + c.Footer
		}
	}
	own := limits(d, s, of, lang)
	if n := len(own) - mostLimits; n > 0 {
		own = own[:mostLimits]
		c.Footer = fill(w.further, "n", strconv.Itoa(n)) + " " + c.Footer
	}
	c.Poles = append(c.Poles, own...)
	slices.SortStableFunc(c.Poles, func(a, b Pole) int { return a.At.Compare(b.At) })
	return c, nil
}

// issue is where it all began; a day is drawn where it begins.
func issue(d *directive.Directive, w words) Pole {
	at := d.IssuedSpan()
	p := Pole{At: at.Earliest, Label: w.issued}
	if at.Latest.Sub(at.Earliest) > 26*time.Hour {
		p.To = at.Latest
	}
	return p
}

// curves puts the days on the axis: a figure is that of the day's end, the first
// day's stands from its beginning.
func curves(burn []directive.Point, zone *time.Location, end time.Time) (members, systems []Point, err error) {
	for i, p := range burn {
		day, err := calendar.ParseDate(p.Day)
		if err != nil {
			return nil, nil, err
		}
		at := day.Start(zone)
		if i > 0 {
			if at = day.End(zone).Add(-time.Second); at.After(end) {
				at = end
			}
		}
		last := i == len(burn)-1
		members = step(members, Point{at, int64(p.Members)}, last)
		systems = step(systems, Point{at, p.Systems}, last)
	}
	return members, systems, nil
}

// step adds a point where the curve changes, and where it ends.
func step(curve []Point, p Point, last bool) []Point {
	n := len(curve)
	switch {
	case n > 0 && !p.At.After(curve[n-1].At): // an end within the first second of a day
		curve[n-1].Open = p.Open
		return curve
	case n > 0 && !last && curve[n-1].Open == p.Open:
		return curve
	}
	return append(curve, p)
}

// limits gathers the limits as issued, and those of single members that differ.
func limits(d *directive.Directive, s *directive.State, step, lang string) []Pole {
	w := wordsFor(lang)
	type limit struct {
		from, to int64
		issued   bool
	}
	of := func(sp calendar.Span, issued bool) limit { return limit{sp.Earliest.Unix(), sp.Latest.Unix(), issued} }
	index := map[limit]int{}
	names, who := map[limit][]string{}, map[limit]map[string]bool{}
	var all []Pole
	take := func(k limit, sp calendar.Span, title string) {
		if _, ok := index[k]; !ok {
			index[k], who[k] = len(all), map[string]bool{}
			all = append(all, Pole{At: sp.Earliest, To: sp.Latest, Hollow: !k.issued})
		}
		if !slices.Contains(names[k], title) {
			names[k] = append(names[k], title)
		}
	}
	for i := range d.Steps {
		st := &d.Steps[i]
		if due, ok := d.DueOf(st.ID); ok && (step == "" || step == st.ID) {
			take(of(due, true), due, st.Title.In(lang))
		}
	}
	for i := range s.Cells {
		c := &s.Cells[i]
		if c.Due == nil || *c.Due == *c.Issued || step != "" && step != c.Step {
			continue
		}
		k := of(*c.Due, false)
		take(k, *c.Due, d.Step(c.Step).Title.In(lang))
		who[k][c.Member] = true
	}
	for k, i := range index {
		say := func(name string) string {
			if k.issued {
				return fill(w.due, "a", name)
			}
			return fill(w.dueFor, "a", name, "n", strconv.Itoa(len(who[k])))
		}
		all[i].Label, all[i].Tip = names[k][0], ""
		if n := len(names[k]); n > 1 {
			all[i].Label += " +" + strconv.Itoa(n-1)
		}
		all[i].Label = say(all[i].Label)
		for j, name := range names[k] {
			if j > 0 {
				all[i].Tip += "; "
			}
			all[i].Tip += name
		}
		all[i].Tip = say(all[i].Tip)
	}
	return all
}
