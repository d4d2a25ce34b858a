package plan

import (
	"maps"
	"slices"
	"strings"
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
	events []*event // those that count
	known  []*event // those and the ones that lie in the future of "now"
	byID   map[string]*event
	by     map[string][]*event // acts of a party
	to     map[string][]*event // what a party was told
	kinds  map[casefile.Kind][]*event
	about  map[aboutKey][]*event // acts about a product (of "": about any), incidents left out
	told   map[toldKey][]*event  // of those what a recipient was told
	effort *effort

	ofIncident map[incidentKey][]*event // acts of a party, or what it was told, about one incident

	comps  []component
	inside map[string]map[string][]string // product → products inside it → assumptions
	parts  map[string][]string            // the same in the order of the file

	incidents []string            // distinct incident ids in the case
	roots     []string            // products that contain no other
	is        map[string][]string // directory id → parties
}

// incidentKinds are about an incident even where `incident` is left out.
var incidentKinds = map[casefile.Kind]bool{
	"incident-aware": true, "classified": true, "determined": true, "handled": true,
	"fact-confirmed": true, "payment-made": true,
}

func newView(c *casefile.Case, o Options, f *effort) *view {
	v := &view{c: c, effort: f, ofIncident: map[incidentKey][]*event{}, byID: map[string]*event{}, by: map[string][]*event{}, to: map[string][]*event{},
		kinds: map[casefile.Kind][]*event{}, about: map[aboutKey][]*event{}, told: map[toldKey][]*event{}, parts: map[string][]string{}, inside: map[string]map[string][]string{}, is: map[string][]string{}}
	for _, p := range c.Parties {
		for _, id := range p.Is {
			v.is[id] = append(v.is[id], p.ID)
		}
	}
	position := make(map[string]int, len(c.Products))
	for i, p := range c.Products {
		position[p.ID] = i
	}
	for _, p := range c.Products {
		if len(p.Contains) == 0 {
			v.roots = append(v.roots, p.ID)
			continue
		}
		v.inside[p.ID] = c.Contains(p.ID)
		cost := 4 * len(p.Contains)
		for id, assumes := range v.inside[p.ID] {
			cost += 100 + 2*len(assumes) + 4*len(c.Product(id).Contains)
		}
		if !f.spend(cost) {
			return v
		}
		parts := slices.Collect(maps.Keys(v.inside[p.ID]))
		slices.SortFunc(parts, func(a, b string) int { return position[a] - position[b] })
		v.parts[p.ID] = parts
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
			if mayAnswer(e, v.c.Event(id)) {
				retired[id] = true
			}
		}
		out = append(out, &event{Event: e, span: s, zones: e.At.Zones(), incident: e.Incident, comp: -1, future: begin(s).After(o.At)})
	}
	out = slices.DeleteFunc(out, func(e *event) bool { return retired[e.ID] })
	slices.SortFunc(out, byTime)
	return out
}

// byTime orders events by time, then by id: the order of the file decides nothing.
func byTime(a, b *event) int {
	if c := begin(a.span).Compare(begin(b.span)); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// mayAnswer tells whether one event can retire or dispute another. A claim about
// another party that nobody adopted moves no clock, so it can stop none either;
// it can answer only what the same hand recorded as a claim.
func mayAnswer(e, other *casefile.Event) bool {
	if e.Basis != "claim" || e.RecordedBy != "" && e.RecordedBy == e.By {
		return true
	}
	return other != nil && other.Basis == "claim" && other.RecordedBy == e.RecordedBy
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

// findIncidents gives events without an incident id the only one there is; where
// there are several they are about one of their own, so that none gets lost.
func (v *view) findIncidents(events []*event) {
	seen := map[string]bool{}
	for _, e := range events {
		if e.incident != "" && !seen[e.incident] {
			seen[e.incident] = true
			v.incidents = append(v.incidents, e.incident)
		}
	}
	only := "-"
	if len(v.incidents) == 1 {
		only = v.incidents[0]
	}
	for _, e := range events {
		if incidentKinds[e.Kind] && e.incident == "" {
			e.incident = only
			if !slices.Contains(v.incidents, only) {
				v.incidents = append(v.incidents, only)
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
	if re := v.c.Event(e.Re); re != nil && re.Kind == "exploitation-observed" && !re.Denies && e.Kind != "exploitation-observed" {
		e.exploited = true
	}
	if e.Denies {
		return // a denial is never itself a fact
	}
	if e.By != "" {
		v.by[e.By] = append(v.by[e.By], e)
		v.note(e, e.By, false)
	}
	for _, t := range e.To {
		v.receive(t, e)
		if !v.effort.spend(8 * len(v.is[t])) {
			return
		}
		for _, p := range v.is[t] {
			v.receive(p, e)
		}
	}
	v.kinds[e.Kind] = append(v.kinds[e.Kind], e)
	if e.incident == "" {
		k := aboutKey{e.Kind, e.Of}
		v.about[k] = append(v.about[k], e)
	}
}

// receive notes once what a party was told, however many of its names are listed.
func (v *view) receive(party string, e *event) {
	l := v.to[party]
	if len(l) > 0 && l[len(l)-1] == e {
		return
	}
	v.to[party] = append(l, e)
	v.note(e, party, true)
	if e.incident == "" && told(e.Kind) {
		k := toldKey{party, e.Of}
		v.told[k] = append(v.told[k], e)
	}
}

// note keeps an event of an incident with the party that did it or was told.
func (v *view) note(e *event, party string, told bool) {
	if e.incident != "" {
		k := incidentKey{party, e.incident, told}
		v.ofIncident[k] = append(v.ofIncident[k], e)
	}
}

type incidentKey struct {
	party, incident string
	told            bool
}

type aboutKey struct {
	kind casefile.Kind
	of   string
}

type toldKey struct{ to, of string }

// adopted tells whether an event counts for a party's clock: another's claim
// about it does not, until it is adopted as a new event. A claim is its maker's
// own word for the maker's own clock: whoever says that an authority asked it
// for something was asked, whatever the authority says.
func (e *event) adopted(party string) bool {
	return e.Basis != "claim" || e.RecordedBy == party || e.ClaimedBy == party
}
