package partnership

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Sweep finishes what was begun when a process ended, and puts every member where
// its file says that it stands. It runs at the start and then now and then; done
// again it changes nothing.
func (s *Service) Sweep(ctx context.Context) error {
	var begun []Asked
	err := s.o.Cabinet.All(ctx, kindAsked, Underway, func(e cabinet.Entry) error {
		var a Asked
		err := e.Into(&a)
		a.version = e.Version
		begun = append(begun, a)
		return err
	})
	if err != nil {
		return err
	}
	var failed error
	for _, a := range begun {
		failed = errors.Join(failed, s.finish(ctx, a))
	}
	err = s.o.Cabinet.All(ctx, kindMember, "", func(e cabinet.Entry) error {
		var m Member
		if err := e.Into(&m); err != nil {
			return err
		}
		m.version = e.Version
		s.mu.Lock()
		defer s.mu.Unlock()
		begun, err := s.o.Cabinet.Find(ctx, kindAsked, "member:"+m.ID, "", 1000)
		if err != nil {
			return err
		}
		for _, b := range begun { // cut, and not on record yet: finish knows more
			var a Asked
			if err := b.Into(&a); err != nil {
				return err
			}
			if a.State == Underway {
				return nil
			}
		}
		_, err = s.settle(ctx, "", m)
		failed = errors.Join(failed, err)
		return nil
	})
	return errors.Join(failed, err)
}

// finish carries on with an act that was decided and perhaps not put on record.
// The record knows by its key whether it was.
func (s *Service) finish(ctx context.Context, a Asked) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.asked(ctx, a.ID)
	if err != nil || now.State != Underway {
		return err // somebody else has finished it meanwhile
	}
	a = now
	var m Member
	if m.version, err = s.o.Cabinet.Get(ctx, kindMember, a.Member, &m); err != nil {
		return err
	}
	p, _, err := s.Platform(ctx, a.Platform)
	if err != nil {
		return err
	}
	who, err := s.reader(ctx, p, m, a)
	if err != nil {
		return err
	}
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return err
	}
	_, err = s.carry(ctx, who, m, p, a, k.Version)
	if lasting(err) {
		return nil // it is settled as refused, and says why
	}
	return err
}

// reader is whoever decided an act, if they may still act; else anybody who may.
func (s *Service) reader(ctx context.Context, p partner.Platform, m Member, a Asked) (access.Reader, error) {
	org, person := p.Authority, a.By
	if partner.OfMember(a.Event.Kind) {
		org = m.Org
	}
	if a.With != "" {
		person = a.With
	}
	all, err := s.o.Directory.ReadersOf(ctx, org)
	if err != nil {
		return access.Reader{}, err
	}
	all = slices.DeleteFunc(all, func(r access.Reader) bool { return !access.SpeaksFor(r, org) })
	if len(all) == 0 {
		return access.Reader{}, fault.New(fault.Unavailable, "nobody acts for the organisation any more in whose name an act was begun")
	}
	i := max(0, slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == person }))
	all[i].Fresh = true
	return all[i], nil
}

// Guards refuses what would go round the steps of a partnership: an act that is
// added to its file like any event, or an event that takes one back.
func (s *Service) Guards(ctx context.Context, handle string, e casefile.Event) error {
	act := slices.Contains(partner.Acts(), e.Kind)
	if !act && len(e.Supersedes) == 0 && !e.Denies {
		return nil
	}
	found, err := s.o.Cabinet.Find(ctx, kindMember, "handle:"+handle, "", 1)
	if err != nil || len(found) == 0 {
		return err
	}
	if act {
		return fault.At("", 0, "kind", "an act of a partnership is done on the partnership's own page, where it is checked against the agreement")
	}
	return fault.At("", 0, "supersedes", "what stands in a partnership file is answered, contested or appealed against, and not taken back")
}

// keyed is an id that follows from its parts.
func keyed(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d %s\n", len(p), p)
	}
	return cabinet.IDOf(sum.Sum(nil))
}
