package earlier

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// Others tell what of a case is for others to say. A nil one knows nothing.
type Others struct {
	// Office tells whether an entry of the directory is an authority, or a place
	// where authorities take reports (rulebook).
	Office func(entry string) bool

	// Embargo tells whether an embargo is in force at an instant, and which parties
	// have accepted it (access).
	Embargo func(c *casefile.Case, at time.Time) (inForce bool, accepted map[string]bool)
}

// Of reads from a case who knew what. What is assumed is left out, and so is what
// happened in incidents and what was superseded. The order of the file decides
// nothing.
func Of(c *casefile.Case, o Others) *Facts {
	r := &reader{c: c, o: o, retired: map[string]bool{}, adopts: map[string]bool{}, disputed: map[string][]string{},
		corrected: map[string][]string{}, receipts: map[string]*Receipt{}, is: map[string][]string{}, parties: map[string]*Party{}}
	r.relate()
	out := &Facts{Case: c.File.Case, Kept: c.Kept()}
	out.Flaws = slices.Sorted(maps.Keys(keysOf(c.Vulnerabilities, FlawKey)))
	for i := range c.Products {
		if p := &c.Products[i]; !p.Assumed {
			out.Products = append(out.Products, Product{ID: p.ID, Name: p.Name, Purl: PurlKey(p.Purl), Provider: p.Provider, Inside: r.inside(p.ID)})
		}
	}
	for i := range c.Events {
		if e := &c.Events[i]; r.counts(e) {
			r.read(e)
		}
	}
	r.embargos()
	for _, id := range slices.Sorted(maps.Keys(r.parties)) {
		p := r.parties[id]
		p.Knew, p.Signals, p.Found, p.Denied = earliest(p.Knew), earliest(p.Signals), earliest(p.Found), earliest(p.Denied)
		slices.SortFunc(p.Told, func(a, b Telling) int { return byTime(a.At, b.At, a.Event, b.Event) })
		out.Parties = append(out.Parties, *p)
	}
	slices.SortFunc(out.Products, func(a, b Product) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// reader is the work of one Of.
type reader struct {
	c *casefile.Case
	o Others

	retired   map[string]bool
	adopts    map[string]bool // events that adopt a claim
	disputed  map[string][]string
	corrected map[string][]string
	receipts  map[string]*Receipt
	is        map[string][]string // entry of the directory → parties
	parties   map[string]*Party
}

// mayAnswer tells whether one event can retire or dispute another: a claim that
// nobody adopted moves nothing but what the same hand claimed (as in plan).
func mayAnswer(e, other *casefile.Event) bool {
	if e.Basis != "claim" || e.RecordedBy != "" && e.RecordedBy == e.By {
		return true
	}
	return other.Basis == "claim" && other.RecordedBy == e.RecordedBy
}

// relate finds what events say of one another.
func (r *reader) relate() {
	for _, p := range r.c.Parties {
		for _, id := range p.Is {
			r.is[id] = append(r.is[id], p.ID)
		}
	}
	events := r.c.Events
	for i := range events {
		for _, id := range events[i].Supersedes {
			if o := r.c.Event(id); mayAnswer(&events[i], o) {
				r.retired[id] = true
				r.adopts[events[i].ID] = r.adopts[events[i].ID] || o.Basis == "claim" && events[i].Basis != "claim"
			}
		}
	}
	note := func(in map[string][]string, id, by string) {
		if !slices.Contains(in[id], by) {
			in[id] = append(in[id], by)
			slices.Sort(in[id])
		}
	}
	for i := range events {
		e := &events[i]
		if r.retired[e.ID] {
			continue
		}
		for _, id := range e.Disputes {
			o := r.c.Event(id)
			if r.retired[id] || !mayAnswer(e, o) || !mayAnswer(o, e) && !e.Denies {
				continue
			}
			note(r.disputed, id, e.ID)
			if !e.Denies {
				note(r.disputed, e.ID, id)
			}
		}
		switch o := r.c.Event(e.Re); {
		case o == nil || e.Denies || e.Assumed:
		case e.Kind == "mark-contested":
			note(r.disputed, o.ID, e.ID)
		case e.Kind == "corrected" && e.Basis != "claim":
			note(r.corrected, o.ID, e.ID)
		case e.Kind == "acknowledged" && e.Basis != "claim" && slices.Contains(r.recipients(o), e.By):
			got := &Receipt{e.ID, e.By, r.span(e), e.Form == "automatic"}
			if was := r.receipts[o.ID]; was == nil || better(got, was) {
				r.receipts[o.ID] = got
			}
		}
	}
}

// better prefers somebody's word to a machine's, then the earlier one.
func better(a, b *Receipt) bool {
	if a.Automatic != b.Automatic {
		return b.Automatic
	}
	return byTime(a.At, b.At, a.Event, b.Event) < 0
}

// recipients lists the parties that an event is addressed to, under any of their
// names.
func (r *reader) recipients(e *casefile.Event) []string {
	var out []string
	for _, to := range e.To {
		for _, id := range append([]string{to}, r.is[to]...) {
			if r.c.Party(id) != nil && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// counts leaves out what is assumed, superseded or of an incident.
func (r *reader) counts(e *casefile.Event) bool {
	if e.Assumed || r.retired[e.ID] || e.Incident != "" {
		return false
	}
	if p := r.c.Product(e.Of); p != nil && p.Assumed {
		return false
	}
	return true
}

// party is what is told of a party; nil for what is none, or assumed.
func (r *reader) party(id string) *Party {
	q := r.c.Party(id)
	if q == nil || q.Assumed {
		return nil
	}
	p := r.parties[id]
	if p == nil {
		p = &Party{ID: id, Name: q.Name, Country: q.Country, Authority: r.authority(id)}
		r.parties[id] = p
	}
	return p
}

// authority tells whether a party or an entry of the directory is one.
func (r *reader) authority(id string) bool {
	known := func(entry string) bool { return r.o.Office != nil && r.o.Office(entry) }
	q := r.c.Party(id)
	if q == nil {
		return known(id)
	}
	return slices.ContainsFunc(q.Roles, func(role casefile.Ref) bool { return role.ID == "authority" && !role.Assumed }) || slices.ContainsFunc(q.Is, known)
}

// inside lists what a product contains, by links that are not assumed.
func (r *reader) inside(id string) []string {
	var out []string
	for part, assumes := range r.c.Contains(id) {
		if len(assumes) == 0 {
			out = append(out, part)
		}
	}
	slices.Sort(out)
	return out
}

// earliest keeps, of the marks of one product, word and kind of dispute, the one
// that begins first and, if it is another, the one that was certainly there first.
func earliest(list []Mark) []Mark {
	type group struct {
		of, result string
		word       Word
		disputed   bool
	}
	slices.SortFunc(list, func(a, b Mark) int { return byTime(a.At, b.At, a.Event, b.Event) })
	first, sure := map[group]int{}, map[group]int{}
	for i := range list {
		m := &list[i]
		g := group{m.Of, m.Result, m.Word, len(m.Disputed) > 0}
		if _, ok := first[g]; !ok {
			first[g], sure[g] = i, i
			continue
		}
		if was := list[sure[g]].At.Latest; !m.At.Latest.IsZero() && (was.IsZero() || m.At.Latest.Before(was)) {
			sure[g] = i
		}
	}
	keep := map[int]bool{}
	for g, i := range first {
		keep[i], keep[sure[g]] = true, true
	}
	var out []Mark
	for i := range list {
		if keep[i] {
			out = append(out, list[i])
		}
	}
	return out
}

// span is when an event happened, in UTC.
func (r *reader) span(e *casefile.Event) calendar.Span {
	s := r.c.Span(e)
	return calendar.Span{Earliest: s.Earliest.UTC(), Latest: s.Latest.UTC()}
}

// byTime orders by beginning, an open one first, then by end, then by id.
func byTime(a, b calendar.Span, x, y string) int {
	if d := a.Earliest.Compare(b.Earliest); d != 0 {
		return d
	}
	if a.Latest.IsZero() != b.Latest.IsZero() {
		if a.Latest.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Latest.Compare(b.Latest), cmp.Compare(x, y))
}
