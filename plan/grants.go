package plan

import (
	"slices"

	"tocsin/casefile"
	"tocsin/rulebook"
)

// grants adds to the stated roles those that follow from events: a vendor that
// knew before anyone told it is also vendor-as-finder, and whoever found a flaw
// in another's product is finder of it.
func (p *planner) grants(party *casefile.Party) []casefile.Grant {
	out := p.v.c.Grants(party)
	without := func(role string) bool { has, _ := casefile.Has(party.Roles, "-"+role); return has }
	if !without("vendor-as-finder") {
		for _, g := range slices.Clone(out) {
			if g.Role == "vendor" && g.Product != "" && p.foundFirst(party, g.Product) {
				out = append(out, casefile.Grant{Role: "vendor-as-finder", Product: g.Product, Assumes: g.Assumes})
			}
		}
	}
	stated := slices.ContainsFunc(out, func(g casefile.Grant) bool { return g.Role == "finder" })
	if !stated && !without("finder") {
		for _, e := range p.v.by[party.ID] {
			if e.Kind == "aware" && e.How == "found" && e.Of != "" && p.v.c.Product(e.Of).Provider != party.ID &&
				!slices.ContainsFunc(out, func(g casefile.Grant) bool { return g.Role == "finder" && g.Product == e.Of }) {
				out = append(out, casefile.Grant{Role: "finder", Product: e.Of, Assumes: assumedEvent(e)})
			}
		}
	}
	return out
}

func assumedEvent(e *event) []string {
	if e.Assumed {
		return []string{"events." + e.ID}
	}
	return nil
}

// about tells whether an event is about a product or something inside it.
func (p *planner) about(e *event, product string) bool {
	if e.incident != "" {
		return false
	}
	if e.Of == "" || e.Of == product {
		return true
	}
	_, in := p.v.inside[product][e.Of]
	return in
}

// foundFirst tells whether a party knew of a flaw before anyone told it.
func (p *planner) foundFirst(party *casefile.Party, product string) bool {
	var own *event
	for _, e := range p.v.by[party.ID] {
		if !p.about(e, product) || !e.adopted(party.ID) {
			continue
		}
		switch e.Kind {
		case "aware", "exploitation-observed", "detected", "reported":
			if e.How == "told" {
				continue
			}
			if own == nil || begin(e.span).Before(begin(own.span)) {
				own = e
			}
		}
	}
	if own == nil {
		return false
	}
	return !p.toldBefore(party, product, own)
}

func (p *planner) toldBefore(party *casefile.Party, product string, own *event) bool {
	for _, e := range p.v.to[party.ID] {
		if told(e.Kind) && p.about(e, product) && e.Basis != "claim" && !begin(e.span).After(begin(own.span)) {
			return true
		}
	}
	return false
}

// subjects lists the products or incidents for which a grant brings a rule to a
// party. A role stated for the whole party reaches the products that its events
// are about, within what the role is over (own, others, operated).
func (p *planner) subjects(party *casefile.Party, g casefile.Grant, r *rulebook.Rule) []subject {
	switch r.Subject {
	case "incident":
		return p.incidents(party, g)
	case "partnership": // about no product: once for the party
		return []subject{{}}
	}
	if g.Product != "" {
		return []subject{{product: g.Product}}
	}
	over := ""
	if role := p.b.Role(g.Role); role != nil {
		over = role.Over
	}
	var out []subject
	add := func(id string) {
		if !slices.ContainsFunc(out, func(s subject) bool { return s.product == id }) {
			out = append(out, subject{product: id})
		}
	}
	switch over {
	case "own":
		for _, prod := range p.v.c.Own(party.ID) {
			add(prod.ID)
		}
		return out
	case "operated":
		for _, ref := range party.Operates {
			s := subject{product: ref.ID}
			if ref.Assumed {
				s.assumes = "parties." + party.ID + ".operates." + ref.ID
			}
			out = append(out, s)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, id := range p.mentioned(party) {
		prod := p.v.c.Product(id)
		if over == "others" && (prod.Provider == party.ID || !p.found(party, id)) {
			continue
		}
		if over == "operated" && prod.Provider == party.ID {
			continue
		}
		add(id)
	}
	return out
}

// mentioned lists the products that a party's events are about; an event that
// names none is about the products that contain no other. Without any event,
// those too.
func (p *planner) mentioned(party *casefile.Party) []string {
	var out []string
	add := func(id string) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	any := false
	for _, list := range [][]*event{p.v.by[party.ID], p.v.to[party.ID]} {
		for _, e := range list {
			if e.incident != "" {
				continue
			}
			any = true
			if e.Of != "" {
				add(e.Of)
				continue
			}
			for _, id := range p.v.roots {
				add(id)
			}
		}
	}
	if !any {
		return p.v.roots
	}
	return out
}

// found tells whether a finder found the flaw itself, as far as the record
// says: without `how` it did, unless someone told it before.
func (p *planner) found(party *casefile.Party, product string) bool {
	var own *event
	for _, e := range p.v.by[party.ID] {
		if (e.Kind != "aware" && e.Kind != "reported" && e.Kind != "exploitation-observed") || !p.about(e, product) {
			continue
		}
		if e.How == "found" {
			return true
		}
		if e.How == "told" {
			return false
		}
		if own == nil || begin(e.span).Before(begin(own.span)) {
			own = e
		}
	}
	if own == nil {
		return len(p.v.to[party.ID]) == 0
	}
	return !p.toldBefore(party, product, own)
}

// incidents lists the incidents that a party takes part in, with the product
// where the grant is for one.
func (p *planner) incidents(party *casefile.Party, g casefile.Grant) []subject {
	var out []subject
	seen := map[string]bool{}
	for _, list := range [][]*event{p.v.by[party.ID], p.v.to[party.ID]} {
		p.effort.spend(4 * len(list))
		for _, e := range list {
			if e.incident == "" || e.By != party.ID && !told(e.Kind) && e.Kind != "requested" {
				continue
			}
			if g.Product != "" && e.Of != "" && e.Of != g.Product && !p.about(&event{Event: e.Event}, g.Product) {
				continue
			}
			if !seen[e.incident] {
				seen[e.incident] = true
				out = append(out, subject{product: g.Product, incident: e.incident, isIncident: true})
			}
		}
	}
	return out
}
