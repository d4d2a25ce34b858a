package access

import (
	"slices"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// place asks the prohibitions on sharing abroad: whoever sits for the party that
// one binds, or for its group, must be inside the legal order, with the place
// where they work and with their legal entity. So must whoever sits for no party,
// through an organisation of that order: it cannot be told which party's duty it
// carries, and its people abroad are abroad.
func (c chance) place(r Reader, m Matter) (Decision, bool) {
	if c.seat.Party == "" && c.seat.Org == "" {
		return Decision{}, false // somebody's own seat, given to that very person
	}
	home := c.home()
	var through []Acting
	for _, a := range r.Acting {
		if c.acting == nil && a.For == "" {
			through = append(through, a)
		}
	}
	if c.acting != nil {
		through = []Acting{*c.acting}
	}
	if m.Blind {
		if c.seat.Party == "" && m.outside(Bar{Order: home}, r.Place, through) == "" {
			return Decision{}, false
		}
		return refuse(fault.Forbidden, CodeBarsUnknown), true
	}
	for _, b := range m.Bars {
		if !c.bound(b, home, m) {
			continue
		}
		if code := m.outside(b, r.Place, through); code != "" {
			return Decision{Kind: fault.Forbidden, Code: code, Rule: b.Rule, Citation: b.Citation}, true
		}
	}
	return Decision{}, false
}

// bound tells whether a prohibition binds whoever sits on that seat.
func (c chance) bound(b Bar, home string, m Matter) bool {
	if c.seat.Party == "" {
		return home == "" || casefile.Lies(home, b.Order, m.On)
	}
	if slices.Contains(b.Allowed, c.seat.Party) {
		return false
	}
	return slices.Contains(m.chain(b.Party), c.seat.Party) || slices.Contains(m.chain(c.seat.Party), b.Party)
}

// home is the country of the organisation that a seat was given to; of its own
// people, where the seat does not say, that of theirs. "" if it is not known.
func (c chance) home() string {
	if c.seat.Country == "" && c.acting != nil && c.acting.Org == c.seat.Org {
		return c.acting.Country
	}
	return c.seat.Country
}

// outside tells why somebody is not inside the legal order of a prohibition: by
// the place where they work, or by a legal entity of theirs; "" if they are.
func (m Matter) outside(b Bar, place string, through []Acting) string {
	code := ""
	at := []string{place}
	for _, a := range through {
		at = append(at, a.Country)
	}
	for _, country := range at {
		switch {
		case !partner.Country(country):
			code = CodePlace
		case !casefile.Lies(country, b.Order, m.On):
			return CodeAbroad
		}
	}
	return code
}
