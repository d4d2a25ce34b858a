package access

import (
	"slices"

	"tocsin/internal/fault"
	"tocsin/partner"
)

// Decide says whether a reader may do an act, to a case or (Offices) to the
// platform. The gates stand in a fixed order:
//
//  1. the person is known
//  2. a token may do no more than its scopes
//  3. the standing of the organisation
//  4. a seat, and the TLP label between the seat and the reader; then the table
//  5. consent to the embargo
//  6. the place: prohibitions on sharing abroad
//  7. step-up and second person
//
// Gates 3 to 6 are passed seat by seat: what one seat gives, another that is
// refused does not take away, and what a seat refuses is not given by the
// standing of another organisation. A case that is not there is the zero Matter.
func Decide(act Act, r Reader, m Matter) Decision {
	d := entry(act, r)
	if d.Code != "" {
		return d
	}
	o, isOffice := offices[act]
	if isOffice && (act != Approve || len(m.Seats) == 0 && m.TLP == "") {
		d = holds(o, r)
		if d.Allowed && o.fresh {
			d = needs(d, act, r, true, false)
		}
		return d
	}
	w, ok := rows[act]
	if !ok {
		return refuse(fault.NotFound, CodeNotFound)
	}
	d = seats(act, w, r, m)
	if d.Allowed {
		n := d.View.reach()
		d = needs(d, act, r, w.fresh, w.second != no && n >= w.second)
	}
	return d
}

func refuse(k fault.Kind, code string) Decision { return Decision{Kind: k, Code: code} }

// entry is what does not depend on the case, so that it tells nothing of it.
func entry(act Act, r Reader) Decision {
	switch {
	case r.Person == "":
		return refuse(fault.NotFound, CodeStranger)
	case r.Scopes != nil && !slices.Contains(r.Scopes, string(act)):
		return refuse(fault.Forbidden, CodeScope)
	}
	return Decision{}
}

// holds tells whether an office lets a reader do an act of the platform.
func holds(o officeRow, r Reader) Decision {
	for _, role := range r.Platform {
		if slices.Contains(o.platform, role) {
			return Decision{Allowed: true}
		}
	}
	out := refuse(fault.Forbidden, CodeRole)
	if len(o.orgs) > 0 && len(r.Acting) > 0 {
		out.Code = CodeMember // a colleague with that role in the organisation could
	}
	for _, a := range r.Acting {
		if !slices.ContainsFunc(a.Roles, func(role partner.Role) bool { return slices.Contains(o.orgs, role) }) {
			continue
		}
		switch a.Standing {
		case partner.Active, partner.Warned, partner.Suspended:
			return Decision{Allowed: true} // a suspended partner still reports
		case partner.Left:
			out = refuse(fault.Suspended, CodeLeft)
		}
	}
	return out
}

// needs asks for a step-up and a second person. The scope of a token that names
// the act stands for the step-up that the token was made with, and of an export
// for the second person too; a token is never fresh.
func needs(d Decision, act Act, r Reader, fresh, second bool) Decision {
	if fresh && !r.Fresh && r.Scopes == nil {
		d.Needs = append(d.Needs, StepUp)
	}
	if second && (act != Export || r.Scopes == nil) {
		d.Needs = append(d.Needs, SecondPerson)
	}
	if len(d.Needs) > 0 {
		d.Allowed, d.Kind, d.Code = false, fault.Forbidden, d.Needs[0]
	}
	return d
}

// chance is one way to a case: a seat, and the organisation through which the
// reader sits on it; nil for whoever sits there as a person.
type chance struct {
	seat   Seat
	acting *Acting
}

// seats passes every chance through the gates and keeps the widest view; where
// none is allowed, the refusal that came furthest.
func seats(act Act, w row, r Reader, m Matter) Decision {
	var given []Decision
	out, furthest := refuse(fault.NotFound, CodeNotFound), 0
	barred := false
	for _, c := range chances(r, m) {
		_, abroad := c.place(r, m)
		barred = barred || abroad
		d, gate := c.pass(w, r, m)
		if d.Allowed {
			given = append(given, d)
			continue
		}
		if gate > furthest {
			out, furthest = d, gate
		}
	}
	// What is open to people without a seat is no way round a prohibition that
	// refuses the reader on the seat of their own house.
	if d := unseated(w, r, m); d.Allowed && !barred {
		given = append(given, d)
	}
	if len(given) == 0 {
		return out
	}
	return widest(given)
}

// chances lists the seats that are the reader's, as far as TLP 2.0 lets them be:
//
//	RED           named individuals, and no deputy of theirs
//	AMBER+STRICT  the people of the very organisation; so also without a label
//	AMBER         also the organisations below it and above it
func chances(r Reader, m Matter) []chance {
	var out []chance
	for _, s := range m.Seats {
		switch {
		case s.Org == "" && s.Person == "", m.TLP == "RED" && s.Person == "", s.Role == PartySeat && s.Party == "":
		case s.Org == "":
			if s.Person == r.Person {
				out = append(out, chance{s, nil})
			}
			for i := range r.Acting { // for whom the reader is deputy
				if r.Acting[i].For == s.Person && m.TLP != "RED" {
					out = append(out, chance{s, &r.Acting[i]})
				}
			}
		default:
			for i := range r.Acting {
				a := &r.Acting[i]
				named := s.Person == "" || s.Person == r.Person && a.For == "" || s.Person == a.For && m.TLP != "RED"
				if named && (a.Org == s.Org || s.Person == "" && m.kin(a, s.Org)) {
					out = append(out, chance{s, a})
				}
			}
		}
	}
	return out
}

// kin tells whether the label lets the people of an organisation in through the
// seat of another of its group: one that it is part of, or that is part of it.
func (m Matter) kin(a *Acting, org string) bool {
	switch m.TLP {
	case "AMBER", "GREEN", "CLEAR":
		return slices.Contains(a.Group, org) || slices.Contains(m.Orgs[org].Above, a.Org)
	}
	return false
}

// The gates that a chance can fail at, in their order.
const (
	gateStanding = iota + 1
	gateRole
	gateMember
	gateEmbargo
	gatePlace
)

// pass takes one chance through the gates.
func (c chance) pass(w row, r Reader, m Matter) (Decision, int) {
	narrow := "" // why the view is narrowed to what is the party's own
	most := all
	switch c.standing(r, m) {
	case partner.Active, partner.Warned:
	case partner.Suspended:
		narrow, most = CodeSuspended, w.narrowed
	case partner.Left:
		narrow, most = CodeLeft, w.left
	default:
		return refuse(fault.NotFound, CodeNotFound), 0 // an invitation is not yet a place
	}
	if c.acting != nil && len(c.roles(r)) == 0 {
		return refuse(fault.NotFound, CodeNotFound), 0 // nobody there
	}
	if narrow != "" && (most == no || c.seat.Party == "") {
		return refuse(fault.Suspended, narrow), gateStanding
	}
	got := w.seat[c.seat.Role]
	if got == no {
		return refuse(fault.Forbidden, CodeRole), gateRole
	}
	if c.acting != nil && !slices.ContainsFunc(c.roles(r), func(p partner.Role) bool { return slices.Contains(w.by, p) }) {
		return refuse(fault.Forbidden, CodeMember), gateMember
	}
	embargo := false
	if narrow == "" && c.seat.Role == PartySeat && m.Embargo && !m.consents(c.seat.Party) {
		if w.narrowed == no {
			return refuse(fault.Forbidden, CodeEmbargo), gateEmbargo
		}
		narrow, most, embargo = CodeEmbargo, w.narrowed, true
	}
	if d, refused := c.place(r, m); refused {
		return d, gatePlace
	}
	d := Decision{Allowed: true, Code: narrow}
	switch got = min(got, most); {
	case got == all:
		d.View = Viewpoint{All: true}
	default:
		d.View = Viewpoint{Parties: Side(m.PartOf, c.seat.Party), Own: got == own, Embargo: embargo}
	}
	return d, 0
}

// standing is that of the organisation through which the reader sits there, also
// on the platform that gave the seat, and no better than that of the one that the
// seat is for. Whoever sits there as a person brings along every organisation of
// theirs.
func (c chance) standing(r Reader, m Matter) partner.Standing {
	out := partner.Active
	if c.acting != nil {
		out = c.acting.at(c.seat.Platform)
	}
	if c.seat.Org == "" {
		for i := range r.Acting {
			if a := &r.Acting[i]; a.For == "" {
				out = partner.Worst(out, a.at(c.seat.Platform))
			}
		}
	}
	if o, ok := m.Orgs[c.seat.Org]; ok {
		out = partner.Worst(out, o.Standing)
	}
	return out
}

// at is where the organisation stands, on a platform too if one is named.
func (a *Acting) at(platform string) partner.Standing {
	if s, joined := a.On[platform]; joined {
		return partner.Worst(a.Standing, s)
	}
	return a.Standing
}

// Everywhere is the worst of where the organisation stands.
func (a *Acting) Everywhere() partner.Standing {
	out := a.Standing
	for _, s := range a.On {
		out = partner.Worst(out, s)
	}
	return out
}

// roles are the reader's in the organisation. A coordinator of the platform acts
// on the cases that their organisation runs.
func (c chance) roles(r Reader) []partner.Role {
	if slices.Contains(r.Platform, partner.Coordinator) && c.acting.For == "" && (c.seat.Role == Owner || c.seat.Role == Coordinates) {
		return append(slices.Clone(c.acting.Roles), partner.Responder)
	}
	return c.acting.Roles
}

// consents tells whether a party, or one that it is part of, accepted the embargo.
func (m Matter) consents(party string) bool {
	for _, p := range m.chain(party) {
		if m.Consented[p] {
			return true
		}
	}
	return false
}

// chain is a party and those that it is part of. It ends in a circle, too.
func (m Matter) chain(party string) []string {
	var out []string
	for p := party; p != "" && !slices.Contains(out, p); p = m.PartOf[p] {
		out = append(out, p)
	}
	return out
}

// unseated is what the label alone opens: GREEN to the people of organisations in
// good standing, CLEAR to whoever is signed in. An embargo closes both, and a
// prohibition on sharing abroad closes them to whoever is outside its order; of
// a CLEAR case a suspended partner keeps what is known to all.
func unseated(w row, r Reader, m Matter) Decision {
	if w.nobody == no || m.Embargo || m.Blind || m.TLP != "GREEN" && m.TLP != "CLEAR" {
		return Decision{}
	}
	for _, b := range m.Bars {
		if m.outside(b, r.Place, r.Acting) != "" {
			return Decision{}
		}
	}
	best := partner.Active
	for i := range r.Acting {
		if s := r.Acting[i].Everywhere(); i == 0 || best.Worse(s) {
			best = s
		}
	}
	switch {
	case best == partner.Suspended && m.TLP == "CLEAR":
		return Decision{Allowed: true, Code: CodeSuspended, View: Viewpoint{Own: true}}
	case best != partner.Active && best != partner.Warned, m.TLP == "GREEN" && len(r.Acting) == 0:
		return Decision{}
	}
	return Decision{Allowed: true, View: Viewpoint{All: true}}
}
