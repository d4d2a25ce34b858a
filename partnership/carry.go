package partnership

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Carried says that a partnership began elsewhere: what its file tells up to then
// is the authority's account, with the authority's dates.
type Carried struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Acts int       `json:"acts"`
}

// carriedMost bounds a history: each act is judged on all that came before it.
const carriedMost = 300

// mandate is on whose word the member's own acts of a history rest.
const mandate = "as the authority's own files of the time before have it"

// CarryOver opens the partnership file of an organisation that is a member
// already, outside this platform, with what happened until now: acts in the order
// of their days, each of which has to stand on those before it (partner.CheckAct).
// The record keeps them as recorded now, by whoever carries them over; the
// member's own acts are kept as said on its behalf. No letter goes out for them.
//
// It is no way round a second person: a history may tell of decisions that two
// persons have to make here, but not leave one of them in force (fault.Forbidden).
// Nor can it say for a member that it left. The same key carries over once, and
// finishes what was cut short.
func (s *Service) CarryOver(ctx context.Context, who access.Reader, platform, org string, agreement partner.Agreement, events []casefile.Event, key string) (Standing, error) {
	p, err := s.authority(ctx, who, platform)
	if err != nil {
		return Standing{}, err
	}
	if err := access.Fresh(who); err != nil {
		return Standing{}, err
	}
	o, _, err := s.o.Directory.Org(ctx, org)
	if err != nil {
		return Standing{}, err
	}
	if reads(who, org) || org == p.Authority {
		return Standing{}, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else of the authority does")
	}
	s.mu.Lock()
	m, err := s.carried(ctx, who, p, o, agreement, events, key)
	s.mu.Unlock()
	if err != nil {
		return Standing{}, err
	}
	return s.Member(ctx, who, m.ID)
}

// carried makes the membership, or finishes the one that the key made before.
func (s *Service) carried(ctx context.Context, who access.Reader, p partner.Platform, o partner.Org, agreement partner.Agreement, events []casefile.Event, key string) (Member, error) {
	now := s.o.Now().UTC()
	m := Member{Platform: p.ID, Org: o.ID, Name: o.Name, Units: map[string]string{}, Agreement: agreement, Made: now, Carried: &Carried{At: now, By: who.Person, Acts: len(events)}}
	m.Agreement.Platform, m.Agreement.Org = p.ID, o.ID
	id, err := s.draw()
	if key != "" {
		id = keyed("carried", p.ID, o.ID, who.Person, key)
	}
	if err != nil {
		return m, err
	}
	m.ID = id
	switch was, err := s.of(ctx, p.ID, o.ID); {
	case err == nil && was.ID == m.ID:
		return was, s.admit(ctx, who, was)
	case err == nil:
		return m, fault.New(fault.Conflict, "%q is on this platform already; what happened before cannot be put in front of what is on record", o.Name)
	case fault.KindOf(err) != fault.NotFound:
		return m, err
	}
	f, err := s.file(ctx, p, &m, o, agreement.Units)
	if err != nil {
		return m, err
	}
	if f.Events, err = s.history(p, f, events, now); err != nil {
		return m, err
	}
	if err := left(f, p, o.Name, now); err != nil {
		return m, err
	}
	if _, err := s.o.Files.Note(ctx, "partner-carried", map[string]any{"platform": p.ID, "org": o.ID, "member": m.ID, "acts": len(events)}, who.Person); err != nil {
		return m, err
	}
	res, err := s.o.Desk.OpenFile(ctx, who, p.Authority, authorityParty, f, keyOf("carry", key))
	if err != nil {
		return m, err
	}
	m.Handle = res.Handle
	if err := s.put(ctx, m); err != nil { // before anybody of the member can look
		return m, err
	}
	return m, s.admit(ctx, who, m)
}

// admit gives a member its seat on the file, and has it stand where the file says.
func (s *Service) admit(ctx context.Context, who access.Reader, m Member) error {
	if _, err := s.o.Desk.GiveSeat(ctx, who, m.Handle, coordination.SeatAsked{Org: m.Org, Role: access.PartySeat, Party: memberParty, Apart: true}); err != nil {
		return err
	}
	_, err := s.settle(ctx, who.Person, m)
	return err
}

// beside are what a history may tell beside the acts: receipts, answers to calls,
// the yearly word, and what the member told the press, which is no hearing.
var beside = []casefile.Kind{"acknowledged", "assessed", "notified", "statement-made"}

// history is what is carried over, as a file holds it: each event was possible on
// the day on which it was done.
func (s *Service) history(p partner.Platform, f casefile.File, events []casefile.Event, now time.Time) ([]casefile.Event, error) {
	if len(events) == 0 {
		return nil, fault.At("", 0, "events", "there is nothing to carry over; invite the organisation instead")
	}
	if len(events) > carriedMost {
		return nil, fault.At("", 0, "events", "at most %d acts are carried over", carriedMost)
	}
	var out []casefile.Event
	var last time.Time
	for i, given := range events {
		e, err := s.past(p, out, given, i)
		if err != nil {
			return nil, err
		}
		at := fmt.Sprintf("events[%s].at", e.ID)
		span, err := e.At.Span()
		began := span.Earliest
		if began.IsZero() {
			began = span.Latest
		}
		switch {
		case err != nil || began.IsZero():
			return nil, fault.At("", 0, at, "is missing or is not a time: say when this was done")
		case span.Latest.After(now) || began.After(now):
			return nil, fault.At("", 0, at, "has not passed yet; what happens from now on is done here")
		case began.Before(last):
			return nil, fault.At("", 0, at, "lies before the act in front of it; acts are carried over in the order of their days")
		}
		last = began
		f.Events = out
		c, err := casefile.Build("", f)
		if err != nil {
			return nil, err
		}
		if err := possible(c, p, e, began); err != nil {
			return nil, named(err, e)
		}
		out = append(out, e)
	}
	return out, nil
}

// possible tells what speaks against an event on its own day.
func possible(c *casefile.Case, p partner.Platform, e casefile.Event, at time.Time) error {
	if !slices.Contains(partner.Acts(), e.Kind) {
		_, err := with(c, e)
		return err
	}
	return check(c, p, &e, at)
}

// named says which act of a history an error is about.
func named(err error, e casefile.Event) error {
	key := "events[" + e.ID + "]"
	var at string
	if f, ok := err.(*fault.Error); ok && f.Key != "" && !strings.HasPrefix(f.Key, "events[") {
		at = " " + f.Key
	}
	return &fault.Error{Kind: fault.KindOf(err), Key: key, Message: fmt.Sprintf("%s of %s:%s %s", e.Kind, e.At.Value, at, message(err))}
}

func message(err error) string {
	if f, ok := err.(*fault.Error); ok {
		return f.Message
	}
	return err.Error()
}

// past dresses an event of a history: whose it is follows from what it is, and it
// takes nothing back and claims nothing.
func (s *Service) past(p partner.Platform, before []casefile.Event, given casefile.Event, i int) (casefile.Event, error) {
	if !slices.Contains(partner.Acts(), given.Kind) && !slices.Contains(beside, given.Kind) {
		return given, fault.At("", 0, "events", "%q is no act of a partnership; what else happened belongs into a case", given.Kind)
	}
	e := s.dress(given, p)
	e.At, e.ID, e.Where = given.At, given.ID, given.Where
	if e.ID == "" {
		e.ID = fmt.Sprintf("c%d", i+1)
	}
	theirs := partner.OfMember(e.Kind) || slices.Contains(beside, e.Kind)
	if e.Kind == "acknowledged" { // by whom the event that it names was sent to
		theirs = !slices.ContainsFunc(before, func(x casefile.Event) bool { return x.ID == e.Re && x.By == memberParty })
	}
	if e.By, e.To = authorityParty, []string{memberParty}; theirs {
		e.By, e.To = memberParty, []string{authorityParty}
		e.Basis, e.Mandate = "on-behalf", mandate
	}
	if e.Kind == "statement-made" {
		e.To = nil
	}
	return e, nil
}

// left refuses a history that leaves in force what one person could not decide.
func left(f casefile.File, p partner.Platform, name string, now time.Time) error {
	c, err := casefile.Build("", f)
	if err != nil {
		return err
	}
	for _, at := range []time.Time{now, now.Add(horizon)} { // what is decided already can begin later
		st, err := partner.Fold(c, authorityParty, memberParty, at)
		if err != nil {
			return err
		}
		for _, id := range inForce(st) {
			e := c.Event(id)
			switch {
			case e == nil:
			case e.Kind == "partner-left":
				return fault.New(fault.Forbidden, "that %s left is its own word, and it has said nothing here: carry over what came before, and let it say so here", name)
			case p.Terms.SecondPerson[e.Kind] != "":
				return fault.New(fault.Forbidden, "this would leave %s by a decision that wants two persons here (%s of %s; %s): carry over what came before that decision, and decide anew here", name, e.Kind, calendar.Clock(c.Span(e).Earliest, zoneOf(p)), p.Terms.SecondPerson[e.Kind])
			}
		}
	}
	return nil
}

// inForce lists the acts by which a member stands where it stands, or will.
func inForce(s partner.State) []string {
	out := []string{s.By, s.Ended, s.Conditions}
	if n := len(s.History); n > 0 {
		out = append(out, s.History[n-1].By)
	}
	if x := s.Suspension; x != nil {
		out = append(out, x.Decision)
		for _, e := range x.Extended {
			out = append(out, e.Decision)
		}
	}
	for _, m := range s.Marks {
		if m.Kind == "partner-warned" && m.EndedBy == "" {
			out = append(out, m.Event)
		}
	}
	return out
}

func zoneOf(p partner.Platform) *time.Location {
	if loc, err := calendar.Zone(p.Terms.Zone); err == nil {
		return loc
	}
	return time.UTC
}
