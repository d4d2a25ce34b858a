package tasking

import (
	"context"
	"errors"
	"slices"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/directive"
)

// bySweep stands for a person in an act that fell due by itself.
const bySweep = "sweep"

// Sweep puts on record the reminders that fell due: for each directive in force,
// step and instant one act to those whose step is still open, once only, over any
// number of processes and after a crash, since what is on record is not due any
// more and acts that race have one winner. Of several periods whose time has come
// the last one alone is told. It runs at the start and then each minute; done again
// it changes nothing.
//
// A reminder is a courtesy. That none came changes no date, and excuses nobody.
func (s *Service) Sweep(ctx context.Context) error {
	var due []*head
	err := s.o.Cabinet.All(ctx, kindHead, openKey, func(e cabinet.Entry) error {
		h, err := headOf(e)
		if err == nil {
			due = append(due, h)
		}
		return err
	})
	for _, h := range due {
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		err = errors.Join(err, s.remind(ctx, h.ID))
	}
	return err
}

// maxRounds is far more than fall due in one directive at once.
const maxRounds = 1_000

// remind writes what fell due on one directive.
func (s *Service) remind(ctx context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range maxRounds {
		h := &head{}
		version, err := s.o.Cabinet.Get(ctx, kindHead, id, h)
		if err != nil {
			return err
		}
		if h.version = version; h.Status != Issued {
			return nil
		}
		b, st, err := s.folded(ctx, h)
		if err != nil {
			return err
		}
		r := round(st)
		if r == nil {
			return nil
		}
		w := &writing{s: s, who: access.Reader{Person: bySweep}, id: id, by: bySweep}
		if w.act.ID, err = s.draw(); err != nil {
			return err
		}
		w.act.ID = w.act.ID[:12]
		a := w.act
		a.Kind, a.By, a.Steps, a.For = directive.Reminded, b.d.IssuedBy, []string{r.Step}, r.Members
		if _, err := w.add(ctx, h, b, a); err != nil {
			return err
		}
	}
	return nil
}

// round is the first reminder that fell due and is not on record, with all who
// are to be reminded of that step from that instant on.
func round(st *directive.State) *directive.Reminder {
	var out *directive.Reminder
	for i := range st.Reminders {
		r := &st.Reminders[i]
		switch {
		case !r.Now:
		case out == nil:
			first := *r
			first.Members = slices.Clone(r.Members)
			out = &first
		case r.Step == out.Step && r.At.Equal(out.At):
			out.Members = append(out.Members, r.Members...)
		}
	}
	if out != nil {
		slices.Sort(out.Members)
	}
	return out
}
