package partnership

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// CallAsked is one call on several members of a platform.
type CallAsked struct {
	Platform string
	Members  []string // memberships
	Asks     []string // partner.CallAsks
	Text     string
	Due      *casefile.Time

	Attributes map[string]casefile.Scalar // of the letters: number, signatory, …; whom each is addressed to is found here
}

// Called is what became of the call on one member.
type Called struct {
	Member string
	Event  string
	Err    error // why this member was not called on
}

// Round is one call on several members, with what each of them answered.
type Round struct {
	ID       string
	Platform string
	At       calendar.Span // the first of its acts
	Due      calendar.Span
	Asks     []string
	Text     string
	Rows     []RoundRow // by name
}

// RoundRow is one member in a round.
type RoundRow struct {
	Standing
	Call partner.Call
}

// Answered counts the members that answered.
func (r *Round) Answered() int {
	n := 0
	for i := range r.Rows {
		if len(r.Rows[i].Call.Answers) > 0 {
			n++
		}
	}
	return n
}

// Concerned is a member with why something concerns it; none: as far as is known
// it does not.
type Concerned struct {
	Standing
	Why []partner.Concern
}

// maxCalled bounds one call.
const maxCalled = 2_000

// Concerned tells which members of a platform something concerns, by what they want
// to be told about: those first, then the others, by name. Whoever left is not
// among them.
func (s *Service) Concerned(ctx context.Context, who access.Reader, platform string, f partner.Facts) ([]Concerned, error) {
	if _, err := s.authority(ctx, who, platform); err != nil {
		return nil, err
	}
	all, err := s.Members(ctx, who, platform)
	if err != nil {
		return nil, err
	}
	var out []Concerned
	for _, m := range all {
		if m.State.Standing == partner.Left || m.State.Standing == partner.Invited || m.State.Standing == "" {
			continue
		}
		out = append(out, Concerned{m, partner.Concerns(m.Agreement, f)})
	}
	slices.SortStableFunc(out, func(a, b Concerned) int { return cmp.Compare(min(len(b.Why), 1), min(len(a.Why), 1)) })
	return out, nil
}

// CallOn calls on several members, each by an act in its own file (Do): one that
// cannot be called on hinders no other, and stands in what is given back. The same
// key of a person calls once; done again after a failure it calls on those who are
// left. What a call asks for it asks of suspended members too.
func (s *Service) CallOn(ctx context.Context, who access.Reader, a CallAsked, key string) (round string, done []Called, err error) {
	if _, err := s.authority(ctx, who, a.Platform); err != nil {
		return "", nil, err
	}
	switch {
	case len(a.Members) == 0:
		return "", nil, fault.At("", 0, "members", "choose whom to call on")
	case len(a.Members) > maxCalled:
		return "", nil, fault.At("", 0, "members", "one call goes to at most %d members", maxCalled)
	}
	if key == "" {
		if key, err = s.draw(); err != nil {
			return "", nil, err
		}
	}
	round = keyed("round", a.Platform, who.Person, key)[:12]
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.Members))) {
		c := Called{Member: id}
		c.Event, c.Err = s.callOne(ctx, who, id, round, &a)
		if c.Err != nil && fault.KindOf(c.Err) == fault.Internal || ctx.Err() != nil {
			return round, done, errors.Join(c.Err, ctx.Err())
		}
		done = append(done, c)
	}
	return round, done, nil
}

func (s *Service) callOne(ctx context.Context, who access.Reader, id, round string, a *CallAsked) (string, error) {
	m, err := s.Member(ctx, who, id)
	if err != nil {
		return "", err
	}
	if m.Platform != a.Platform {
		return "", missing()
	}
	e := casefile.Event{Kind: "called-on", Text: a.Text, Due: a.Due, Attributes: map[string]casefile.Scalar{"round": {V: round}}}
	for k, x := range a.Attributes {
		e.Attributes[k] = x
	}
	if len(a.Asks) > 0 {
		e.Attributes["asks"] = casefile.Scalar{V: strings.Join(a.Asks, " ")}
	}
	to, err := s.addressOf(ctx, m)
	if err != nil {
		return "", err
	}
	if to != "" {
		e.Attributes["to-address"] = casefile.Scalar{V: to}
	}
	done, err := s.Do(ctx, who, id, e, -1, round)
	return done.Event.ID, err
}

// addressOf is where letters to a member went before; else its first contact.
func (s *Service) addressOf(ctx context.Context, m Standing) (string, error) {
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return "", err
	}
	for i := len(k.Case.Events) - 1; i >= 0; i-- {
		if e := &k.Case.Events[i]; e.By == authorityParty {
			if x, ok := e.Attributes["to-address"]; ok {
				return x.String(), nil
			}
		}
	}
	for _, c := range m.Agreement.Contacts {
		return strings.TrimSpace(c.Name + "\n" + cmp.Or(c.Mail, c.Phone)), nil
	}
	return "", nil
}

// Rounds lists the calls that went to several members of a platform, with each
// member's answers, the newest first.
func (s *Service) Rounds(ctx context.Context, who access.Reader, platform string) ([]Round, error) {
	if _, err := s.authority(ctx, who, platform); err != nil {
		return nil, err
	}
	all, err := s.Members(ctx, who, platform)
	if err != nil {
		return nil, err
	}
	by := map[string]*Round{}
	for _, m := range all {
		for _, c := range m.State.Calls {
			if c.Round == "" {
				continue
			}
			r := by[c.Round]
			if r == nil {
				r = &Round{ID: c.Round, Platform: platform, At: c.At, Due: c.Due, Asks: c.Asks}
				if r.Text, err = s.textOf(ctx, m, c.Event); err != nil {
					return nil, err
				}
				by[c.Round] = r
			}
			if c.At.Earliest.Before(r.At.Earliest) {
				r.At = c.At
			}
			r.Rows = append(r.Rows, RoundRow{m, c})
		}
	}
	out := make([]Round, 0, len(by))
	for _, r := range by {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Round) int {
		return cmp.Or(b.At.Earliest.Compare(a.At.Earliest), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

func (s *Service) textOf(ctx context.Context, m Standing, event string) (string, error) {
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return "", err
	}
	if e := k.Case.Event(event); e != nil {
		return e.Text, nil
	}
	return "", nil
}
