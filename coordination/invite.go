package coordination

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// Roster tells who the people of an organisation are. People that implement it
// let PreviewSeat say whom a seat would let in.
type Roster interface {
	ReadersOf(ctx context.Context, org string) ([]access.Reader, error)
}

// Seats lists the seats of a case, to whoever sees all of it; others are told
// their own.
func (d *Desk) Seats(ctx context.Context, who access.Reader, ref string) ([]access.Seat, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	if !s.View.All || s.Role == "" {
		return s.Seats, nil
	}
	return d.allSeats(ctx, s.Handle)
}

func (d *Desk) allSeats(ctx context.Context, handle string) ([]access.Seat, error) {
	rows, err := d.o.Seats.SeatsOf(ctx, handle)
	if err != nil {
		return nil, err
	}
	return d.openSeats(rows)
}

// PreviewSeat tells what inviting would change: what the organisation would see,
// whom of it the table would refuse and why, which prohibitions speak against it,
// and what the party would owe once it is told.
func (d *Desk) PreviewSeat(ctx context.Context, who access.Reader, ref string, a SeatAsked) (*SeatPreview, error) {
	s, err := d.sit(ctx, who, ref, access.Invite)
	if err != nil {
		return nil, err
	}
	if err := d.seatable(s, a); err != nil {
		return nil, err
	}
	return d.seatPreview(ctx, s, a)
}

// seatable refuses a seat that is none.
func (d *Desk) seatable(s *sitting, a SeatAsked) error {
	switch a.Role {
	case access.Owner, access.Coordinates, access.Observes, access.PartySeat:
	default:
		return fault.At("", 0, "role", "%q is not owner, coordinator, party or observer", string(a.Role))
	}
	switch {
	case a.Org == "" && a.Person == "":
		return fault.At("", 0, "org", "is missing: a seat is for an organisation, a person, or a person of an organisation")
	case a.Role == access.PartySeat && a.Party == "":
		return fault.At("", 0, "party", "is missing: say which party of the case this is")
	case a.Party != "" && s.w.c.Party(a.Party) == nil:
		return fault.At("", 0, "party", "%q is not a party of this case", a.Party)
	case s.w.c.TLP == "RED" && a.Person == "":
		return fault.At("", 0, "person", "is missing: what is RED is for named people")
	case a.Role != access.PartySeat && a.Role != access.Owner && a.Party != "":
		return fault.At("", 0, "party", "only a party's and an owner's seat is that of a party")
	}
	return nil
}

// The codes of warnings about a seat.
const (
	WarnNobody  = "nobody-could-see-it"
	WarnSome    = "some-could-not-see-it"
	WarnSeatBar = "prohibition-speaks-against-it"
	WarnObliges = "duties-follow"
	WarnAll     = "sees-everything"
)

func (d *Desk) seatPreview(ctx context.Context, s *sitting, a SeatAsked) (*SeatPreview, error) {
	platform, err := d.seatPlatform(ctx, s, a)
	if err != nil {
		return nil, err
	}
	out := &SeatPreview{}
	m := s.matter
	m.Seats = []access.Seat{{ID: "preview", Case: s.Handle, Org: a.Org, Person: a.Person, Role: a.Role, Party: a.Party, Platform: platform, Country: d.o.People.OrgCountry(ctx, a.Org)}}
	if a.Role == access.PartySeat {
		out.Sees.Parties = access.Side(m.PartOf, a.Party)
	} else {
		out.Sees.All = true
		out.Warnings = append(out.Warnings, WarnAll)
	}
	var countries []string
	if r, ok := d.o.People.(Roster); ok && a.Org != "" {
		people, err := r.ReadersOf(ctx, a.Org)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if a.Person != "" && p.Person != a.Person {
				continue
			}
			out.People++
			countries = append(countries, p.Countries()...)
			if dec := access.Decide(access.See, p, m); !dec.Allowed {
				out.Refused = append(out.Refused, dec)
			} else if a.Role == access.PartySeat && dec.View.Own {
				out.Sees = dec.View
			}
		}
		switch {
		case out.People > 0 && len(out.Refused) == out.People:
			out.Warnings = append(out.Warnings, WarnNobody)
		case len(out.Refused) > 0:
			out.Warnings = append(out.Warnings, WarnSome)
		}
	}
	out.Barred = barring(s, a.Party, countries)
	if len(out.Barred) > 0 {
		out.Warnings = append(out.Warnings, WarnSeatBar)
	}
	if a.Party != "" && !slices.Contains(s.Parties, a.Party) {
		if out.Obliges, err = d.obliges(s, a.Party); err != nil {
			return nil, err
		}
		if out.Obliges != nil && len(out.Obliges.Added)+len(out.Obliges.Changed) > 0 {
			out.Warnings = append(out.Warnings, WarnObliges)
		}
	}
	return out, nil
}

// barring are the prohibitions that speak against letting a party, or people in
// some countries, see what another party must not tell abroad.
func barring(s *sitting, party string, countries []string) (out []access.Bar) {
	if p := s.w.c.Party(party); p != nil && p.Country != "" {
		countries = append(slices.Clone(countries), p.Country)
	}
	for _, b := range s.matter.Bars {
		if b.Party == party || slices.Contains(b.Allowed, party) {
			continue
		}
		if slices.ContainsFunc(countries, func(c string) bool { return !casefile.Lies(c, b.Order, s.matter.On) }) {
			out = append(out, b)
		}
	}
	return out
}

// obliges is what a party would owe if it were told now: the plan with a
// hypothetical notice to it, held against the plan without.
func (d *Desk) obliges(s *sitting, party string) (*plan.Difference, error) {
	at := d.o.Now().UTC()
	e := casefile.Event{ID: "told-now", Kind: "reported", To: []string{party}, Assumed: true}
	e.At.Value = at.Format(time.RFC3339)
	for _, p := range s.Parties {
		if p != party {
			e.By = p
			break
		}
	}
	if len(s.w.c.Products) > 0 {
		e.Of = s.w.c.Products[0].ID
		for i := range s.w.c.Products { // what is inside others concerns all of them
			if len(s.w.c.Products[i].Contains) == 0 {
				e.Of = s.w.c.Products[i].ID
				break
			}
		}
	}
	f := s.w.c.File
	f.Events = append(slices.Clip(f.Events), e)
	c, err := casefile.Build("", f)
	if err != nil {
		return nil, err
	}
	o := PlanOptions{At: at, Party: party}
	before, err := d.compute(s.w.c, o)
	if err != nil {
		return nil, err
	}
	after, err := d.compute(c, o)
	if err != nil {
		return nil, err
	}
	return plan.Diff(before, after), nil
}

// GiveSeat gives a seat; it is noted in the log.
func (d *Desk) GiveSeat(ctx context.Context, who access.Reader, ref string, a SeatAsked) (access.Seat, error) {
	s, err := d.sit(ctx, who, ref, access.Invite)
	if err != nil {
		return access.Seat{}, err
	}
	if err := d.seatable(s, a); err != nil {
		return access.Seat{}, err
	}
	if a.Role == access.Owner && s.Role != access.Owner {
		return access.Seat{}, forbid("owners-make-owners", "only an owner makes another owner")
	}
	p, err := d.seatPreview(ctx, s, a)
	if err != nil {
		return access.Seat{}, err
	}
	if len(p.Barred) > 0 && a.Despite == "" {
		b := p.Barred[0]
		dec := access.Decision{Kind: fault.Forbidden, Code: access.CodeAbroad, Rule: b.Rule, Citation: b.Citation}
		return access.Seat{}, &Refusal{Decision: dec, err: fault.New(fault.Forbidden, "a prohibition on sharing abroad speaks against this seat (%s); give a reason if it is given all the same", b.Citation)}
	}
	d.seating.Lock()
	defer d.seating.Unlock()
	all, err := d.allSeats(ctx, s.Handle)
	if err != nil {
		return access.Seat{}, err
	}
	for _, x := range all {
		if x.Org == a.Org && x.Person == a.Person && x.Role == a.Role && x.Party == a.Party {
			return x, nil
		}
	}
	if len(all) >= maxSeats {
		return access.Seat{}, fault.New(fault.Invalid, "a case has at most %d seats", maxSeats)
	}
	platform, err := d.seatPlatform(ctx, s, a)
	if err != nil {
		return access.Seat{}, err
	}
	id, err := d.draw("", 26, "seat", "")
	if err != nil {
		return access.Seat{}, err
	}
	seat := access.Seat{ID: id, Case: s.Handle, Org: a.Org, Person: a.Person, Role: a.Role, Party: a.Party, Platform: platform,
		Country: d.o.People.OrgCountry(ctx, a.Org), By: who.Person, At: d.o.Now().UTC().Format(time.RFC3339)}
	body := map[string]any{"case": s.Handle, "seat": id, "role": string(a.Role), "barred": len(p.Barred)}
	seatHolder(body, seat)
	if a.Despite != "" {
		body["despite"] = a.Despite
	}
	// The log first: power that nobody can look up later is not given.
	if _, err := d.o.Keeper.Note(ctx, "seat-given", body, who.Person); err != nil {
		return access.Seat{}, err
	}
	if err := d.putSeat(ctx, s.Handle, seat); err != nil {
		return access.Seat{}, err
	}
	d.forget(who.Person)
	d.touched(s.Handle, s.w.version)
	return seat, nil
}

const maxSeats = 5000

// seatHolder puts into a note whose seat it is, by ids: whoever reads the log asks
// to whom power was given, and the seat itself may be gone by then.
func seatHolder(body map[string]any, s access.Seat) map[string]any {
	for name, id := range map[string]string{"org": s.Org, "person": s.Person} {
		if id != "" {
			body[name] = id
		}
	}
	return body
}

// TakeSeat takes a seat away; it is noted in the log. A case keeps an owner.
func (d *Desk) TakeSeat(ctx context.Context, who access.Reader, ref, seat string) error {
	s, err := d.sit(ctx, who, ref, access.Invite)
	if err != nil {
		return err
	}
	d.seating.Lock()
	defer d.seating.Unlock()
	all, err := d.allSeats(ctx, s.Handle)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x access.Seat) bool { return x.ID == seat })
	if i < 0 {
		return fault.New(fault.NotFound, "the case has no such seat")
	}
	gone := all[i]
	switch {
	case gone.Role == access.Owner && s.Role != access.Owner:
		return forbid("owners-make-owners", "only an owner takes an owner's seat away")
	case gone.Role == access.Owner && owners(all) < 2:
		return fault.New(fault.Conflict, "a case keeps an owner; make another one first")
	}
	if _, err := d.o.Keeper.Note(ctx, "seat-taken", seatHolder(map[string]any{"case": s.Handle, "seat": gone.ID, "role": string(gone.Role)}, gone), who.Person); err != nil {
		return err
	}
	if err := d.o.Seats.DropSeat(ctx, seat); err != nil {
		return err
	}
	if gone.Role == access.Owner { // another process may have taken the other one at the same time
		left, err := d.allSeats(ctx, s.Handle)
		if err != nil {
			return err
		}
		if owners(left) == 0 {
			if err := d.putSeat(ctx, s.Handle, gone); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "a case keeps an owner; make another one first")
		}
	}
	d.forget(who.Person)
	d.touched(s.Handle, s.w.version)
	return nil
}

func owners(seats []access.Seat) (n int) {
	for _, s := range seats {
		if s.Role == access.Owner {
			n++
		}
	}
	return n
}
