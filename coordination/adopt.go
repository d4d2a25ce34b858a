package coordination

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/record"
)

// Adopt makes another's claim about the reader's own party count, as a new event:
// a copy of what it says, with the reader's word, that retires the claim. What
// the claim says happened when it says so; that the party stands by it is known
// from now on, and a plan as known before knows nothing of it.
//
// Whoever coordinates a case may adopt for a party that has no seat, with a
// reason, and never a claim of their own.
func (d *Desk) Adopt(ctx context.Context, who access.Reader, ref, event, reason string, expected int64, key string) (record.Result, error) {
	return d.write(ctx, who, ref, access.Adopt, expected, func(s *sitting, expected int64) (record.Result, error) {
		e, err := d.adoption(ctx, s, who, event, reason, key)
		if err != nil {
			return record.Result{}, err
		}
		if err := d.guards(ctx, s.Handle, e); err != nil {
			return record.Result{}, err
		}
		if err := d.fits(s, e); err != nil {
			return record.Result{}, err
		}
		return d.o.Keeper.AddEvent(ctx, s.Handle, e, expected, who.Person, personal(who, key))
	})
}

// PreviewAdopt tells what adopting a claim would change.
func (d *Desk) PreviewAdopt(ctx context.Context, who access.Reader, ref, event, reason string) (*Preview, error) {
	s, err := d.sit(ctx, who, ref, access.Adopt)
	if err != nil {
		return nil, err
	}
	e, err := d.adoption(ctx, s, who, event, reason, "")
	if err != nil {
		return nil, err
	}
	if e.ID == "" {
		e.ID = nextID(s.w.c)
	}
	return d.preview(s, judged{event: e})
}

// adoption makes the event by which a claim is adopted.
func (d *Desk) adoption(ctx context.Context, s *sitting, who access.Reader, event, reason, key string) (casefile.Event, error) {
	claim := s.Case.Event(event)
	if claim == nil {
		return casefile.Event{}, fault.New(fault.NotFound, "the case has no event %q", event)
	}
	if claim.Basis != basisClaim {
		return casefile.Event{}, fault.New(fault.Conflict, "%s is no claim: it counts already", event)
	}
	for i := range s.Case.Events {
		if o := &s.Case.Events[i]; slices.Contains(o.Supersedes, event) && o.Basis != basisClaim {
			// Sent again with its key, the same command gets the same answer.
			if key == "" || o.By != claim.By {
				return casefile.Event{}, fault.New(fault.Conflict, "%s was adopted or retired already, by %s", event, o.ID)
			}
		}
	}
	e := *claim
	e.Line, e.RecordedAt, e.RecordedBy, e.ClaimedBy = 0, "", "", ""
	e.Supersedes, e.Disputes = []string{event}, nil
	if reason = strings.TrimSpace(reason); reason != "" {
		e.Text = strings.TrimSpace(e.Text + "\n" + reason)
	}
	switch {
	case claim.By != "" && slices.Contains(s.Parties, claim.By):
		e.Basis, e.Mandate = basisOwn, ""
	case !coordinates(s, who):
		return e, forbid("not-yours-to-adopt", "a claim is adopted by the party that it is about")
	case recordedBy(s, event) == who.Person:
		return e, forbid("your-own-claim", "whoever made a claim about another party cannot adopt it; the party can, or another coordinator")
	case reason == "":
		return e, fault.At("", 0, "reason", "is missing: say on what ground you adopt a claim about another party")
	default:
		taken, err := d.seatOf(ctx, s.Handle, claim.By)
		if err != nil {
			return e, err
		}
		if taken && claim.By != "" {
			return e, forbid("party-speaks-for-itself", "that party has a seat on the case and adopts claims about itself")
		}
		e.Basis, e.Mandate = basisBehalf, reason
		if claim.By == "" {
			e.Basis, e.Mandate = basisOwn, ""
		}
	}
	id, err := d.eventID(s, who, "", key)
	e.ID = id
	return e, err
}

// coordinates tells whether the reader coordinates the case: by a seat, or as a
// coordinator of the platform whose organisation runs it.
func coordinates(s *sitting, who access.Reader) bool {
	return s.Role == access.Coordinates || s.Role == access.Owner && slices.Contains(who.Platform, partner.Coordinator)
}

// seatOf tells whether anybody sits on a case for a party.
func (d *Desk) seatOf(ctx context.Context, handle, party string) (bool, error) {
	rows, err := d.o.Seats.SeatsOf(ctx, handle)
	if err != nil {
		return false, err
	}
	seats, err := d.openSeats(rows)
	return slices.ContainsFunc(seats, func(x access.Seat) bool { return x.Party == party }), err
}
