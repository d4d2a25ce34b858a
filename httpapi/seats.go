package httpapi

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// Seats is who has a place on a case (coordination.Desk).
type Seats interface {
	Seats(ctx context.Context, who access.Reader, ref string) ([]access.Seat, error)
	PreviewSeat(ctx context.Context, who access.Reader, ref string, s coordination.SeatAsked) (*coordination.SeatPreview, error)
	GiveSeat(ctx context.Context, who access.Reader, ref string, s coordination.SeatAsked) (access.Seat, error)
	TakeSeat(ctx context.Context, who access.Reader, ref, seat string) error
	BreakGlass(ctx context.Context, who access.Reader, ref, reason string) (access.Seat, error)
}

// SeatList is the seats of a case.
type SeatList struct {
	Seats []Seat `json:"seats"`
}

// NewSeat is a seat to be given: to an organisation, a person, or one person of an
// organisation.
type NewSeat struct {
	Org    string          `json:"org,omitempty" yaml:"org"`
	Person string          `json:"person,omitempty" yaml:"person"`
	Role   access.SeatRole `json:"role" yaml:"role" enum:"owner,coordinator,party,observer"`
	Party  string          `json:"party,omitempty" yaml:"party" doc:"Id in the case, of a party seat."`
}

// SeatPreview tells what a seat would change before it is given.
type SeatPreview struct {
	Sees     View             `json:"sees"`
	Refused  []Answer         `json:"refused" doc:"Answers to people of the organisation who could not see the case nevertheless."`
	Barred   []Bar            `json:"barred" doc:"Prohibitions on sharing that speak against it."`
	Obliges  *plan.Difference `json:"obliges" doc:"Duties that follow once the party is told."`
	Warnings []string         `json:"warnings"`
}

// Bar is a prohibition on sharing abroad that is in force.
type Bar struct {
	Party    string   `json:"party"`
	Rule     string   `json:"rule"`
	Order    string   `json:"order" doc:"Legal order: a country or EU."`
	Allowed  []string `json:"allowed" doc:"Parties that may be told nevertheless."`
	Citation string   `json:"citation"`
	Since    string   `json:"since,omitempty"`
}

// Emergency is the body of break-glass.
type Emergency struct {
	Reason string `json:"reason" yaml:"reason" doc:"It is kept in the log, and the owners are told."`
}

func previewOf(p *coordination.SeatPreview) SeatPreview {
	out := SeatPreview{Sees: viewOf(p.Sees), Refused: []Answer{}, Barred: []Bar{}, Obliges: p.Obliges, Warnings: some(p.Warnings)}
	for _, d := range p.Refused {
		out.Refused = append(out.Refused, Answer{Allowed: d.Allowed, Code: d.Code, Citation: d.Citation, Needs: d.Needs})
	}
	for _, b := range p.Barred {
		out.Barred = append(out.Barred, Bar{Party: b.Party, Rule: b.Rule, Order: b.Order, Allowed: some(b.Allowed), Citation: b.Citation, Since: b.Since})
	}
	return out
}

func (a *api) addSeats() {
	if a.o.Seats == nil {
		return
	}
	add(a, operation{
		id: "seats", method: http.MethodGet, path: "/cases/{case}/seats", tag: "acts", act: access.See, summary: "Who has a place on a case",
		about: "Those that you may know of.", fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: SeatList{}}},
	}, func(ctx context.Context, c *call, in *InCase) (*reply, error) {
		seats, err := a.o.Seats.Seats(ctx, c.reader, in.Case)
		if err != nil {
			return nil, err
		}
		out := SeatList{Seats: []Seat{}}
		for _, s := range seats {
			out.Seats = append(out.Seats, seatOf(s))
		}
		return sends(http.StatusOK, out)
	})
	type giveIn struct {
		InCase
		Preview bool `query:"preview" doc:"Give nothing; tell what the seat would change."`
	}
	add(a, operation{
		id: "give-seat", method: http.MethodPost, path: "/cases/{case}/seats", tag: "acts", act: access.Invite, summary: "Give a seat",
		about: "Noted in the log. With preview it answers 200 with what would change, and gives nothing.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, takes: &content{of: NewSeat{}, example: map[string]any{"org": "o3f8x1", "role": "party", "party": "acme"}},
		gives: map[int]*content{201: {of: Seat{}}, 200: {of: SeatPreview{}}},
	}, func(ctx context.Context, c *call, in *giveIn) (*reply, error) {
		var b NewSeat
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		asked := coordination.SeatAsked{Org: b.Org, Person: b.Person, Role: b.Role, Party: b.Party}
		if in.Preview {
			p, err := a.o.Seats.PreviewSeat(ctx, c.reader, in.Case, asked)
			if err != nil {
				return nil, err
			}
			return sends(http.StatusOK, previewOf(p))
		}
		s, err := a.o.Seats.GiveSeat(ctx, c.reader, in.Case, asked)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusCreated, seatOf(s))
	})
	type takeIn struct {
		InCase
		Seat string `path:"seat" maxLength:"100"`
	}
	add(a, operation{
		id: "take-seat", method: http.MethodDelete, path: "/cases/{case}/seats/{seat}", tag: "acts", act: access.Invite, summary: "Take a seat away",
		about: "Holds from the next request on, and ends what is open. Noted in the log.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict, fault.Suspended}, gives: map[int]*content{204: nil},
	}, func(ctx context.Context, c *call, in *takeIn) (*reply, error) {
		if err := a.o.Seats.TakeSeat(ctx, c.reader, in.Case, in.Seat); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
	add(a, operation{
		id: "break-glass", method: http.MethodPost, path: "/cases/{case}/break-glass", tag: "acts", act: access.BreakGlass, summary: "Look into a case in an emergency",
		about: "Gives yourself a seat as observer. The owners are told, and the log.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, takes: &content{of: Emergency{}, example: map[string]any{"reason": "the owner cannot be reached and the date is today"}},
		gives: map[int]*content{201: {of: Seat{}}},
	}, func(ctx context.Context, c *call, in *InCase) (*reply, error) {
		var b Emergency
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		s, err := a.o.Seats.BreakGlass(ctx, c.reader, in.Case, b.Reason)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusCreated, seatOf(s))
	})
}
