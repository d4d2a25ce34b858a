package plan

import (
	"slices"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// unit is one party and one subject (a product or an incident), evaluated in
// one world, that is with one choice among the claims that compete.
type unit struct {
	p          *planner
	party      *casefile.Party
	product    string // product, also of an incident where known; "" if none
	about      string // the product or incident id that stands in duty ids
	isIncident bool
	own        bool // the party provides the product
	everything bool // standing duties look at all events

	inputs rulebook.Inputs
	direct bool // awareness of what is inside does not pass to this product

	directOn []string // assumptions behind that

	dropped map[string]bool            // events that this world leaves out
	touched map[int]bool               // dispute components that mattered
	results map[stageKey]*result       // stages already evaluated in this world
	taken   map[string]map[string]slot // series → event → what it met
	zone    string                     // candidate zone, for readings of their own
	base    *unit                      // the unit without a zone
}

type stageKey struct{ rule, stage string }

// slot is one clock of a series: the n-th instance of a stage.
type slot struct {
	stageKey
	n int
}

// concerns tells whether an event is about the unit's subject.
func (u *unit) concerns(e *event) bool {
	if u.everything {
		return true
	}
	if u.isIncident {
		return u.concernsIncident(e)
	}
	if e.incident != "" {
		return false
	}
	if e.Of == "" || u.product == "" || e.Of == u.product {
		return true
	}
	_, inside := u.p.v.inside[u.product][e.Of]
	return inside
}

func (u *unit) concernsIncident(e *event) bool {
	if e.incident == u.about {
		return true
	}
	// a notice without an incident id counts where the case knows one incident only
	// (`reported` is about a vulnerability: being told of one is no knowledge of the incident)
	return e.incident == "" && len(u.p.v.incidents) == 1 &&
		(e.Kind == "notified" || e.Kind == "reported" && e.By == u.party.ID || e.Kind == "users-notified" || e.Kind == "requested") &&
		(e.Rule != "" || len(u.p.v.kinds["exploitation-observed"])+len(u.p.v.kinds["aware"]) == 0)
}

// passes tells whether an event about something inside the product is also
// knowledge about the product (contract, "Awareness of a component").
func (u *unit) passes(e *event) bool {
	if u.isIncident || u.product == "" || e.Of == "" || e.Of == u.product || !u.direct {
		return true
	}
	return false
}

// alive tells whether an event counts in this world, and notes the dispute that
// it belongs to.
func (u *unit) alive(e *event) bool {
	if e.comp >= 0 {
		u.touched[e.comp] = true
	}
	return !u.dropped[e.ID]
}

// find lists the events that a matcher selects for the unit, in the order of time
// for each of whom it looks at.
func (u *unit) find(m *rulebook.Match, stage *rulebook.Stage) []*event {
	var pool []*event
	scanned := false
	switch m.Party {
	case "", "by":
		pool = u.acts()
	case "to":
		pool = u.received()
	case "provider":
		if prod := u.p.v.c.Product(u.product); prod != nil {
			pool = u.p.v.by[prod.Provider]
		}
	case "recipient":
		if stage != nil {
			for _, id := range stage.To {
				pool = append(pool, u.actsOf(id)...)
			}
		}
	default: // anyone, other
		pool = u.anyone(m)
		scanned = true
	}
	if !u.p.effort.spend(1 + len(pool)) {
		return nil
	}
	var out []*event
	for _, e := range pool {
		if !scanned && !u.fits(m, e) {
			continue
		}
		switch m.Party {
		case "", "by":
			if !e.adopted(u.party.ID) || !u.passes(e) {
				continue
			}
		case "to":
			if !e.adopted(u.party.ID) || !u.passes(e) {
				continue
			}
		case "other":
			if e.By == u.party.ID || e.Basis == "claim" {
				continue
			}
		default:
			if e.Basis == "claim" {
				continue
			}
		}
		if m.Recipient != "" && !u.went(e, m.Recipient) {
			continue
		}
		if f := m.Filter(); f != nil && !u.filter(f, e) {
			continue
		}
		if !u.alive(e) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// fits checks what a matcher asks of the event alone.
func (u *unit) fits(m *rulebook.Match, e *event) bool {
	return string(e.Kind) == m.Event && u.concerns(e) && (len(m.Result) == 0 || slices.Contains(m.Result, e.Result))
}

// acts lists the acts of the unit's party that can concern its subject: where
// there are many incidents, those of the unit's own only.
func (u *unit) acts() []*event { return u.ofIncident(u.p.v.by, u.party.ID, false) }

// received lists what the unit's party was told, likewise.
func (u *unit) received() []*event { return u.ofIncident(u.p.v.to, u.party.ID, true) }

func (u *unit) ofIncident(all map[string][]*event, party string, told bool) []*event {
	if !u.isIncident || u.everything || len(u.p.v.incidents) < 2 {
		return all[party]
	}
	return u.p.v.ofIncident[incidentKey{party, u.about, told}]
}

// anyone finds by kind, once per matcher and subject: the public record is the
// same for every party.
func (u *unit) anyone(m *rulebook.Match) []*event {
	k := memoKey{m, u.about, u.isIncident}
	if got, ok := u.p.memo[k]; ok {
		return got
	}
	got := []*event{}
	events := u.ofKind(casefile.Kind(m.Event))
	u.p.effort.spend(len(events))
	for _, e := range events {
		if u.fits(m, e) {
			got = append(got, e)
		}
	}
	u.p.memo[k] = got
	return got
}

// ofKind lists the events of a kind that can concern the subject, in the order of
// time: for a product those about it, about what is inside, or about none.
func (u *unit) ofKind(kind casefile.Kind) []*event {
	if !u.narrow() {
		return u.p.v.kinds[kind]
	}
	var out []*event
	n := 0
	u.eachAbout(func(of string) {
		if l := u.p.v.about[aboutKey{kind, of}]; len(l) > 0 {
			out = append(out[:len(out):len(out)], l...)
			n++
		}
	})
	if n > 1 {
		slices.SortFunc(out, byTime)
	}
	return out
}

// narrow tells that only events about some products concern the unit.
func (u *unit) narrow() bool { return !u.isIncident && !u.everything && u.product != "" }

// eachAbout names what events that concern the unit's product are about.
func (u *unit) eachAbout(do func(of string)) {
	do("")
	do(u.product)
	for _, id := range u.p.v.parts[u.product] {
		do(id)
	}
}

func (u *unit) actsOf(id string) []*event {
	var out []*event
	for _, p := range u.recipientParties(id) {
		out = append(out, u.p.v.by[p]...)
	}
	return append(out, u.p.v.by[id]...)
}

// filter evaluates a CEL filter on an event; what cannot be evaluated does not hold.
func (u *unit) filter(f *rulebook.Condition, e *event) bool {
	if u.p.effort.out() {
		return false
	}
	u.inputs.Event = eventInput(e)
	u.fillKinds(f)
	ok, err := u.run(f)
	u.inputs.Event = rulebook.Event{}
	u.p.saw(f, ok, err)
	return ok
}

// holds evaluates a gate of a rule, stage or reading.
func (u *unit) holds(c *rulebook.Condition, e *event) bool {
	if c == nil {
		return true
	}
	if e != nil {
		u.inputs.Event = eventInput(e)
	}
	u.fillKinds(c)
	ok, err := u.run(c)
	u.inputs.Event = rulebook.Event{}
	u.p.saw(c, ok, err)
	return ok
}

// run evaluates a condition; what it costs is spent.
func (u *unit) run(c *rulebook.Condition) (bool, error) {
	u.inputs.Cost = 0
	ok, err := c.Holds(&u.inputs)
	u.p.effort.spend(costFilter + 2*u.inputs.Cost)
	return ok, err
}

// fillKinds says which of the kinds that a condition asks about happened.
func (u *unit) fillKinds(c *rulebook.Condition) {
	if len(c.Kinds()) == 0 {
		return
	}
	u.inputs.Kinds, u.inputs.OwnKinds = nil, nil
	for _, kind := range c.Kinds() {
		events := u.ofKind(casefile.Kind(kind))
		u.p.effort.spend(len(events))
		for _, e := range events {
			if !u.concerns(e) || e.Basis == "claim" || !u.alive(e) {
				continue
			}
			if !slices.Contains(u.inputs.Kinds, kind) {
				u.inputs.Kinds = append(u.inputs.Kinds, kind)
			}
			if e.By == u.party.ID && !slices.Contains(u.inputs.OwnKinds, kind) {
				u.inputs.OwnKinds = append(u.inputs.OwnKinds, kind)
			}
		}
	}
}

func eventInput(e *event) rulebook.Event {
	return rulebook.Event{
		ID: e.ID, Kind: string(e.Kind), By: e.By, To: e.To, Of: e.Of, Re: e.Re, Rule: e.Rule, Stage: e.Stage,
		How: e.How, Result: e.Result, Reason: e.Reason, Detail: e.Detail, Form: e.Form, Via: e.Via, Scope: e.Scope,
		With: e.With, Nature: e.Nature, Persons: e.Persons, Incident: e.incident, Impact: e.Impact,
		Exposed: e.Exposed, Automatable: e.Automatable, UserAction: e.UserAction, Reveals: e.Reveals, Exploited: e.exploited,
		Attributes: attributes(e.Attributes),
	}
}

func attributes(m map[string]casefile.Scalar) map[string]any {
	out := make(map[string]any, len(m))
	for k, s := range m {
		out[k] = s.V
	}
	return out
}

// span is when an event happened, in the unit's candidate zone where it has it.
func (u *unit) span(e *event) calendar.Span {
	if u.zone != "" && slices.Contains(e.zones, u.zone) {
		if s, err := e.At.SpanIn(u.zone); err == nil {
			return s
		}
	}
	return e.span
}
