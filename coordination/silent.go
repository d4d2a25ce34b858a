package coordination

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
)

// Silent is a party whose word on an embargo is asked for and not given.
type Silent struct {
	Party string
	Name  string
	Event string    // that asks: the proposal, or a revision
	Since time.Time // it was proposed, or the party had its seat
}

// Silent lists the parties of a case that were asked for their word on the
// embargo in force, by being addressed or by having a seat, and have neither
// accepted nor declined; whoever waits longest first. It is told to whoever runs
// or observes the case: to a party, who else is on it is not.
func (d *Desk) Silent(ctx context.Context, who access.Reader, ref string) ([]Silent, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	if !s.View.All || !oversees(s.Role) || !s.matter.Embargo {
		return nil, nil
	}
	seats, err := d.allSeats(ctx, s.Handle)
	if err != nil {
		return nil, err
	}
	return silent(s.w.c, seats, s.at), nil
}

// oversees tells whether a seat is one of those that wait for others.
func oversees(r access.SeatRole) bool {
	return r == access.Owner || r == access.Coordinates || r == access.Observes
}

func silent(c *casefile.Case, seats []access.Seat, at time.Time) []Silent {
	inForce, accepted := access.Embargo(c, at)
	if !inForce {
		return nil
	}
	words := wordsOn(c, at)
	var out []Silent
	for i := range c.Parties {
		p := &c.Parties[i]
		if chainHas(c, p.ID, accepted) {
			continue
		}
		s := Silent{Party: p.ID, Name: p.Name}
		if s.Name == "" {
			s.Name = p.ID
		}
		seat, seated := sinceSeated(seats, p.ID)
		addressed := false
		for _, e := range words {
			named := slices.Contains(e.To, p.ID)
			addressed = addressed || named
			switch {
			case e.Kind == "embargo-declined":
				if chainHas(c, p.ID, map[string]bool{e.By: true}) {
					s.Event = ""
				}
			case e.By == p.ID, !addressed && !seated:
			case e.Kind == "embargo-proposed" && addressed && !named: // asks others
			default:
				s.Event, s.Since = e.ID, firstInstant(c.Span(e))
				if !addressed && seat.After(s.Since) {
					s.Since = seat
				}
			}
		}
		if s.Event != "" {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Silent) int { return a.Since.Compare(b.Since) })
	return out
}

// wordsOn are the events that ask for a word on an embargo, and those that refuse
// it, in the order of their times. A step that a norm knows beforehand asks nobody.
func wordsOn(c *casefile.Case, at time.Time) []*casefile.Event {
	gone := map[string]bool{}
	for i := range c.Events {
		if e := &c.Events[i]; e.Basis != basisClaim {
			for _, id := range e.Supersedes {
				if o := c.Event(id); o != nil && o.By == e.By {
					gone[id] = true
				}
			}
		}
	}
	var out []*casefile.Event
	for i := range c.Events {
		e := &c.Events[i]
		switch {
		case e.Basis == basisClaim || e.Denies || gone[e.ID] || firstInstant(c.Span(e)).After(at):
		case e.Kind == "embargo-proposed", e.Kind == "embargo-declined", e.Kind == "embargo-revised" && e.Stage == "":
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b *casefile.Event) int {
		return firstInstant(c.Span(a)).Compare(firstInstant(c.Span(b)))
	})
	return out
}

// chainHas tells whether a party, or one that it is part of, is in a set.
func chainHas(c *casefile.Case, party string, in map[string]bool) bool {
	var seen []string
	for party != "" && !slices.Contains(seen, party) {
		if in[party] {
			return true
		}
		seen = append(seen, party)
		p := c.Party(party)
		if p == nil {
			return false
		}
		party = p.PartOf
	}
	return false
}

// sinceSeated is when somebody first sat for a party.
func sinceSeated(seats []access.Seat, party string) (first time.Time, ok bool) {
	for _, s := range seats {
		if s.Role != access.PartySeat || s.Party != party {
			continue
		}
		t, err := time.Parse(time.RFC3339, s.At)
		if err == nil && (!ok || t.Before(first)) {
			first, ok = t, true
		}
	}
	return first, ok
}

// firstInstant is the earliest instant of a span, or its end where the beginning
// is open.
func firstInstant(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}
