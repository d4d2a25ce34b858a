package partnership

import (
	"context"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Asked lists what waits on the platforms of the reader's authority, and for
// members nothing: what is not decided is not theirs to know.
func (s *Service) Asked(ctx context.Context, who access.Reader) ([]Asked, error) {
	platforms, err := s.Platforms(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, p := range platforms {
		if !reads(who, p.Authority) {
			continue
		}
		err := s.o.Cabinet.All(ctx, kindAsked, "waits:"+p.ID, func(e cabinet.Entry) error {
			var a Asked
			if err := e.Into(&a); err != nil {
				return err
			}
			a.version = e.Version
			if a = s.current(a); a.State == Waiting {
				out = append(out, a)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Asked) int { return a.Asked.Compare(b.Asked) })
	return out, nil
}

func (s *Service) current(a Asked) Asked {
	if a.State == Waiting && !s.o.Now().Before(a.Expires) {
		a.State = Expired
	}
	return a
}

// Decide approves or declines an act, as another person of the authority than the
// one who asked; what was approved is done at once, on the file as it is now.
// Whoever asked may take it back, and confirms what a token of theirs proposed
// where the terms want no second person.
func (s *Service) Decide(ctx context.Context, who access.Reader, id string, approve bool, reason string) (Asked, error) {
	a, err := s.asked(ctx, id)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			_, _, _, _ = s.member(ctx, who, asID(""))
		}
		return Asked{}, gentle(err)
	}
	m, p, side, err := s.member(ctx, who, a.Member)
	if err != nil || side == OfMember {
		return Asked{}, gone()
	}
	own := a.By == who.Person
	switch a = s.current(a); {
	case side == OfBoth:
		return Asked{}, fault.New(fault.Forbidden, "nobody decides on an organisation of their own; somebody else does")
	case !access.SpeaksFor(who, p.Authority):
		return Asked{}, fault.New(fault.Forbidden, "this is for those who act for the authority")
	case own && approve && (a.Via != ByToken || p.Terms.SecondPerson[a.Event.Kind] != ""):
		return Asked{}, fault.New(fault.Forbidden, "another person than the one who asked decides")
	case a.State == Expired:
		return Asked{}, fault.New(fault.Conflict, "this was asked too long ago; ask again")
	case a.State != Waiting:
		return Asked{}, fault.New(fault.Conflict, "this is decided already: %s", a.State)
	}
	if err := access.Scoped(who, access.Approve); err != nil {
		return Asked{}, err
	}
	if err := access.Fresh(who); err != nil {
		return Asked{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now().UTC()
	a.With, a.Decided, a.Reason = who.Person, &now, line(reason)
	word := map[bool]string{true: "approved", false: "declined"}[approve]
	if _, err := s.o.Files.Note(ctx, "partner-act", map[string]any{"asked": a.ID, "act": string(a.Event.Kind), "platform": p.ID, "state": word}, who.Person); err != nil {
		return Asked{}, err
	}
	if !approve {
		a.State = Declined
		if err := s.keepAsked(ctx, a); err != nil {
			return Asked{}, err
		}
		a.version++
		return a, nil
	}
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return Asked{}, err
	}
	a.Event = s.dated(a.Event, now)
	if err := check(k.Case, p, &a.Event, now); err != nil {
		a.State, a.Reason = Refused, err.Error()
		if kerr := s.keepAsked(ctx, a); kerr != nil {
			return Asked{}, kerr
		}
		return a, err
	}
	return s.carry(ctx, who, m, p, a, k.Version)
}

// dated puts the day of the decision on an act: it was made when the second
// person made it.
func (s *Service) dated(e casefile.Event, now time.Time) casefile.Event {
	e.At = casefile.Time{}
	e.At.Value = now.Truncate(time.Second).Format(time.RFC3339)
	return e
}

func gone() error { return fault.New(fault.NotFound, "there is nothing of this kind to decide") }

// gentle gives the same answer to what is not there and what is not the reader's.
func gentle(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return gone()
	}
	return err
}

func (s *Service) asked(ctx context.Context, id string) (Asked, error) {
	var a Asked
	version, err := s.o.Cabinet.Get(ctx, kindAsked, id, &a)
	a.version = version
	return a, err
}

func (s *Service) keepAsked(ctx context.Context, a Asked) error {
	return s.o.Cabinet.Change(ctx, []cabinet.Item{askedItem(a)}, nil)
}

func askedItem(a Asked) cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindAsked, ID: a.ID, Version: a.version}, Keys: []string{"member:" + a.Member}, Value: a}
	switch a.State {
	case Waiting:
		it.Keys = append(it.Keys, "waits:"+a.Platform)
	case Underway:
		it.Keys = append(it.Keys, Underway)
	}
	return it
}
