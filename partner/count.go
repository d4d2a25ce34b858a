package partner

import (
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// sides are the parties of a partnership file: who speaks for whom.
type sides struct {
	c         *casefile.Case
	authority string
	member    string
	below     map[string]bool // the member and what lies below it
	names     map[string]bool // these, and the entries of the directory that they are
	platform  string          // the scope that the first act names
}

func newSides(c *casefile.Case, authority, member string) (*sides, error) {
	for _, id := range []string{authority, member} {
		if c.Party(id) == nil {
			return nil, fault.At(c.Name, 0, "parties", "%q is not a party of this partnership file", id)
		}
	}
	if authority == member {
		return nil, fault.At(c.Name, 0, "parties", "%q cannot be both the authority and the member", member)
	}
	w := &sides{c: c, authority: authority, member: member, below: map[string]bool{}, names: map[string]bool{}}
	for i := range c.Parties {
		p := &c.Parties[i]
		if p.ID != member && !slices.Contains(w.above(p.ID), member) {
			continue
		}
		w.below[p.ID], w.names[p.ID] = true, true
		for _, id := range p.Is {
			w.names[id] = true
		}
	}
	return w, nil
}

// above lists what a party of the file is part of; part-of has no rings there.
func (w *sides) above(id string) []string {
	var out []string
	for p := w.c.Party(id); p != nil && p.PartOf != ""; p = w.c.Party(p.PartOf) {
		out = append(out, p.PartOf)
	}
	return out
}

// related tells whether authority and member are of one group.
func (w *sides) related() bool {
	ours := append([]string{w.authority}, w.above(w.authority)...)
	return slices.ContainsFunc(append([]string{w.member}, w.above(w.member)...), func(id string) bool { return slices.Contains(ours, id) })
}

// hand is whose act an event is, as far as this partnership goes.
func (w *sides) hand(e *casefile.Event) actor {
	switch {
	case e.By == w.authority:
		return byAuthority
	case w.below[e.By]:
		return byMember
	}
	return nobody
}

// told tells whether an act of the authority is addressed to the member. A call
// that names nobody is one to all.
func (w *sides) told(e *casefile.Event) bool {
	return e.Kind == "called-on" && len(e.To) == 0 || slices.ContainsFunc(e.To, func(id string) bool { return w.names[id] })
}

// why tells why a partnership act does not count here, "" if it does.
func (w *sides) why(e *casefile.Event) string {
	whose, hand := actors[e.Kind], w.hand(e)
	switch {
	case e.Basis == "claim":
		return "claim"
	case e.Denies:
		return "denied"
	case whose == byAuthority && hand != byAuthority, whose == byMember && hand != byMember,
		whose == byEither && (hand == byMember || e.By == "" && e.RecordedBy != "" && e.RecordedBy != w.authority):
		return "other-hand"
	case whose == byAuthority && !w.told(e):
		return "not-addressed"
	}
	return ""
}

// counted lists what counts at an instant, in the order in which it happened,
// and the partnership acts that do not. An act is retired by a later word of the
// same hand alone: a member takes back nothing of its authority's. What lies
// after the instant does nothing, not even retire.
func (w *sides) counted(at time.Time) (out []*casefile.Event, ignored []Ignored) {
	retired := map[string]bool{}
	var known []*casefile.Event
	for i := range w.c.Events {
		e := &w.c.Events[i]
		if begin(w.c.Span(e)).After(at) {
			continue
		}
		known = append(known, e)
		if e.Basis == "claim" {
			continue
		}
		for _, id := range e.Supersedes {
			if o := w.c.Event(id); o.By == e.By {
				retired[id] = true
			}
		}
	}
	slices.SortFunc(known, w.order)
	for _, e := range known {
		act := actors[e.Kind] != nobody
		code := ""
		switch {
		case retired[e.ID]:
			code = "retired"
		case act:
			code = w.why(e)
		case e.Basis == "claim" || e.Denies || w.hand(e) != byMember:
			continue // of other events only the member's own words are looked at
		}
		if code == "" && act && e.Scope != "" {
			if w.platform == "" {
				w.platform = e.Scope
			}
			if e.Scope != w.platform {
				code = "other-platform"
			}
		}
		switch {
		case code == "":
			out = append(out, e)
		case act:
			ignored = append(ignored, Ignored{e.ID, code})
		}
	}
	return out, ignored
}

// order sorts by time, then by the place in a partnership's life, then by id:
// the order of the file decides nothing.
func (w *sides) order(a, b *casefile.Event) int {
	s, t := w.c.Span(a), w.c.Span(b)
	if c := begin(s).Compare(begin(t)); c != 0 {
		return c
	}
	if c := s.Latest.Compare(t.Latest); c != 0 {
		return c
	}
	if c := rankOf(a.Kind) - rankOf(b.Kind); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// maxCompeting bounds how many acts of one hand may compete in one file.
const maxCompeting = 8

// choices lists, for acts of one hand that dispute each other, what is left out
// when as many as can be true together are true; one empty choice where none
// compete. That the other side disputes an act takes nothing from it: it is
// shown as contested.
func (w *sides) choices(events []*casefile.Event) ([]map[string]bool, error) {
	byID := map[string]*casefile.Event{}
	for _, e := range events {
		byID[e.ID] = e
	}
	against := map[string][]string{}
	for _, e := range events {
		for _, id := range e.Disputes {
			if o := byID[id]; o != nil && o.By == e.By {
				against[e.ID], against[id] = append(against[e.ID], id), append(against[id], e.ID)
			}
		}
	}
	var rivals []string
	for _, e := range events {
		if len(against[e.ID]) > 0 {
			rivals = append(rivals, e.ID)
		}
	}
	if len(rivals) > maxCompeting {
		return nil, fault.At(w.c.Name, 0, "events", "more than %d acts of this partnership compete; decide between some of them first (supersedes)", maxCompeting)
	}
	var out []map[string]bool
	for set := range 1 << len(rivals) {
		in := func(id string) bool { return set>>slices.Index(rivals, id)&1 == 1 }
		left, ok := map[string]bool{}, true
		for _, id := range rivals {
			clash := slices.ContainsFunc(against[id], in)
			ok = ok && in(id) != clash // taken without a clash, or left out for one
			if !in(id) {
				left[id] = true
			}
		}
		if ok {
			out = append(out, left)
		}
	}
	return out, nil
}
