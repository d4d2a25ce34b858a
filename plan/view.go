package plan

import (
	"slices"
	"sort"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// event is a counted event with what the plan needs of it.
type event struct {
	*casefile.Event
	span      calendar.Span
	zones     []string // candidate zones that give readings of their own
	incident  string
	exploited bool
	comp      int  // dispute component, -1 if undisputed
	future    bool // not yet at "now": it starts and meets nothing
}

// view is the case as seen from "now": which events count, indexed.
type view struct {
	c      *casefile.Case
	at     time.Time
	events []*event // those that count
	known  []*event // those and the ones that lie in the future of "now"
	byID   map[string]*event
	by     map[string][]*event // acts of a party
	to     map[string][]*event // what a party was told
	kinds  map[casefile.Kind][]*event
	comps  []component
	inside map[string]map[string][]string // product → products inside it → assumptions

	incidents []string            // distinct incident ids in the case
	roots     []string            // products that contain no other
	is        map[string][]string // directory id → parties
}

// incidentKinds are about an incident even where `incident` is left out.
var incidentKinds = map[casefile.Kind]bool{
	"incident-aware": true, "classified": true, "determined": true, "handled": true,
	"fact-confirmed": true, "payment-made": true,
}

func newView(c *casefile.Case, o Options) *view {
	v := &view{c: c, at: o.At, byID: map[string]*event{}, by: map[string][]*event{}, to: map[string][]*event{},
		kinds: map[casefile.Kind][]*event{}, inside: map[string]map[string][]string{}, is: map[string][]string{}}
	for _, p := range c.Parties {
		for _, id := range p.Is {
			v.is[id] = append(v.is[id], p.ID)
		}
	}
	for _, p := range c.Products {
		if len(p.Contains) == 0 {
			v.roots = append(v.roots, p.ID)
		} else {
			v.inside[p.ID] = c.Contains(p.ID)
		}
	}
	counted := v.count(o)
	v.findIncidents(counted)
	for _, e := range counted {
		v.add(e)
	}
	v.comps = components(v)
	return v
}

// count picks the events that count at "now" and are not retired. A claim is
// retired by what is known, whenever the facts lie; and a claim that lies in the
// future of "now" does not count, but still competes with those that do.
func (v *view) count(o Options) []*event {
	var out []*event
	retired := map[string]bool{}
	for i := range v.c.Events {
		e := &v.c.Events[i]
		s := v.c.Span(e)
		if !o.AsKnownAt.IsZero() && known(e, s).After(o.AsKnownAt) {
			continue
		}
		for _, id := range e.Supersedes {
			retired[id] = true
		}
		out = append(out, &event{Event: e, span: s, zones: e.At.Zones(), incident: e.Incident, comp: -1, future: begin(s).After(o.At)})
	}
	out = slices.DeleteFunc(out, func(e *event) bool { return retired[e.ID] })
	sort.SliceStable(out, func(i, j int) bool { return begin(out[i].span).Before(begin(out[j].span)) })
	return out
}

// known is when an event was recorded; without a record the latest bound of
// when it happened.
func known(e *casefile.Event, s calendar.Span) time.Time {
	if t, err := time.Parse(time.RFC3339, e.RecordedAt); err == nil {
		return t
	}
	if s.Latest.IsZero() {
		return s.Earliest
	}
	return s.Latest
}

// begin orders spans; an open beginning sorts by its known end.
func begin(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}

// findIncidents gives events without an incident id the only one there is.
func (v *view) findIncidents(events []*event) {
	seen := map[string]bool{}
	for _, e := range events {
		if e.incident != "" && !seen[e.incident] {
			seen[e.incident] = true
			v.incidents = append(v.incidents, e.incident)
		}
	}
	if len(v.incidents) > 1 {
		return
	}
	only := "-"
	if len(v.incidents) == 1 {
		only = v.incidents[0]
	}
	for _, e := range events {
		if incidentKinds[e.Kind] && e.incident == "" {
			e.incident = only
			if len(v.incidents) == 0 {
				v.incidents = []string{only}
			}
		}
	}
}

func (v *view) add(e *event) {
	v.byID[e.ID] = e
	v.known = append(v.known, e)
	if e.future {
		return
	}
	v.events = append(v.events, e)
	e.exploited = e.Exploited
	if re := v.c.Event(e.Re); re != nil && re.Kind == "exploitation-observed" && e.Kind != "exploitation-observed" {
		e.exploited = true
	}
	if e.Denies {
		return // a denial is never itself a fact
	}
	if e.By != "" {
		v.by[e.By] = append(v.by[e.By], e)
	}
	for _, t := range e.To {
		v.to[t] = append(v.to[t], e)
		for _, p := range v.is[t] {
			if !slices.Contains(e.To, p) {
				v.to[p] = append(v.to[p], e)
			}
		}
	}
	v.kinds[e.Kind] = append(v.kinds[e.Kind], e)
}

// adopted tells whether an event counts for a party's clock: another's claim
// about it does not, until it is adopted as a new event.
func (e *event) adopted(party string) bool {
	return e.Basis != "claim" || e.RecordedBy == party
}

// component is a set of claims that compete, with the ways to choose among them.
type component struct {
	members []*event
	choices [][]string // maximal sets of claims that can be true together
}

const maxChoices = 16

// components finds the connected parts of the dispute graph and, for each, its
// maximal independent sets: `disputes` makes two events alternatives of one
// another, not all three of a chain.
func components(v *view) []component {
	edges := map[string][]string{}
	for _, e := range v.known {
		for _, d := range e.Disputes {
			if v.byID[d] != nil {
				edges[e.ID] = append(edges[e.ID], d)
				edges[d] = append(edges[d], e.ID)
			}
		}
	}
	var out []component
	for _, e := range v.known {
		if len(edges[e.ID]) == 0 || e.comp >= 0 {
			continue
		}
		comp := component{}
		queue := []*event{e}
		e.comp = len(out)
		for len(queue) > 0 {
			x := queue[0]
			queue = queue[1:]
			comp.members = append(comp.members, x)
			for _, id := range edges[x.ID] {
				if n := v.byID[id]; n.comp < 0 {
					n.comp = len(out)
					queue = append(queue, n)
				}
			}
		}
		comp.choices = independent(comp.members, edges)
		out = append(out, comp)
	}
	return out
}

// independent lists the maximal independent sets, in the order of the members.
func independent(members []*event, edges map[string][]string) [][]string {
	var out [][]string
	var grow func(i int, chosen []string)
	grow = func(i int, chosen []string) {
		if len(out) >= maxChoices {
			return
		}
		if i == len(members) {
			for _, m := range members { // maximal: nothing more fits
				if !slices.Contains(chosen, m.ID) && !clash(m.ID, chosen, edges) {
					return
				}
			}
			out = append(out, slices.Clone(chosen))
			return
		}
		id := members[i].ID
		if !clash(id, chosen, edges) {
			grow(i+1, append(slices.Clone(chosen), id))
		}
		if len(edges[id]) > 0 {
			grow(i+1, chosen)
		}
	}
	if len(members) > 20 { // too many to enumerate: each claim alone
		for _, m := range members[:min(len(members), maxChoices)] {
			out = append(out, []string{m.ID})
		}
		return out
	}
	grow(0, nil)
	return out
}

func clash(id string, chosen []string, edges map[string][]string) bool {
	for _, c := range chosen {
		if slices.Contains(edges[id], c) {
			return true
		}
	}
	return false
}
