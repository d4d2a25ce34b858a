package access

import (
	"slices"

	"tocsin/partner"
)

// Side lists a party and the parties of the case that are part of it, sorted;
// nil for "". partOf names for each party the one that it is part of.
func Side(partOf map[string]string, party string) []string {
	if party == "" {
		return nil
	}
	m, out := Matter{PartOf: partOf}, []string{party}
	for p := range partOf {
		if p != party && slices.Contains(m.chain(p), party) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// reach is how much of a case a viewpoint takes in.
func (v Viewpoint) reach() reach {
	switch {
	case v.All:
		return all
	case v.Own:
		return own
	}
	return side
}

// limited tells whether of a party only its own acts are seen.
func (v Viewpoint) limited(party string) bool { return v.Own || slices.Contains(v.Limited, party) }

// Join is the viewpoint that takes in all that some viewpoints take in.
func Join(views ...Viewpoint) Viewpoint {
	var out Viewpoint
	full := map[string]bool{}
	for _, v := range views {
		if v.All {
			return Viewpoint{All: true}
		}
		out.Embargo = out.Embargo || v.Embargo
		out.Own = out.Own || v.Own
		for _, p := range v.Parties {
			full[p] = full[p] || !v.limited(p)
			if !slices.Contains(out.Parties, p) {
				out.Parties = append(out.Parties, p)
			}
		}
	}
	slices.Sort(out.Parties)
	for _, p := range out.Parties {
		if !full[p] {
			out.Limited = append(out.Limited, p)
		}
	}
	if len(out.Limited) == len(out.Parties) {
		out.Limited = nil
		out.Own = out.Own || len(out.Parties) > 0
	} else {
		out.Own, out.Embargo = false, false // whoever sees a side sees the frame of the embargo
	}
	return out
}

// widest joins what several seats allow. Why a view is narrow is said only where
// every part of it is.
func widest(given []Decision) Decision {
	out := given[0]
	for _, d := range given[1:] {
		if d.Code == "" || out.Code == "" {
			out.Code = ""
		}
		out.View = Join(out.View, d.View)
	}
	if !out.View.Own {
		out.Code = ""
	}
	return out
}

// RoleOn is what the reader is on the case: the strongest role of their seats,
// "" without one. It says nothing of what they may do: Decide does.
func RoleOn(r Reader, m Matter) SeatRole {
	var out SeatRole
	order := []SeatRole{Owner, Coordinates, PartySeat, Observes}
	for _, c := range chances(r, m) {
		if out == "" || slices.Index(order, c.seat.Role) < slices.Index(order, out) {
			out = c.seat.Role
		}
	}
	return out
}

// ActsFor lists the parties of the case in whose name the reader may do an act,
// sorted: those of the seats that allow it, with their units.
func ActsFor(act Act, r Reader, m Matter) []string {
	var out []string
	w, ok := rows[act]
	if !ok || entry(act, r).Code != "" {
		return nil
	}
	for _, c := range chances(r, m) {
		if d, _ := c.pass(w, r, m); d.Allowed {
			for _, p := range Side(m.PartOf, c.seat.Party) {
				if !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// Countries lists where a reader is and which legal entities they act for; for
// previews.
func (r Reader) Countries() []string {
	out := []string{r.Place}
	for _, a := range r.Acting {
		if !slices.Contains(out, a.Country) {
			out = append(out, a.Country)
		}
	}
	return slices.DeleteFunc(out, func(c string) bool { return !partner.Country(c) })
}
