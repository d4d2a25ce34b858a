package partnership

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/cabinet"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
)

// horizon is how far ahead a file is read for what it has decided already: no
// term or suspension is that long.
const horizon = 200 * 365 * 24 * time.Hour

// stands reads from a file where an organisation of the member stands from which
// instant on, decisions that take effect later included. Where the record leaves
// several standings open, it is the one with which least is shared. party is the
// organisation's in the file.
func stands(c *casefile.Case, party string, now time.Time) (partner.Stands, error) {
	far, err := partner.Fold(c, authorityParty, memberParty, now.Add(horizon))
	if err != nil {
		return nil, err
	}
	var at []time.Time
	add := func(spans ...calendar.Span) {
		for _, s := range spans {
			for _, t := range []time.Time{s.Earliest, s.Latest} {
				if !t.IsZero() {
					at = append(at, t)
				}
			}
		}
	}
	for _, s := range append([]partner.State{far}, far.Otherwise...) {
		for _, i := range s.History {
			add(i.From)
		}
		all := slices.Clone(s.Past)
		if s.Suspension != nil {
			all = append(all, *s.Suspension)
		}
		for _, x := range all {
			add(x.From, x.Ended)
			if x.Lapses {
				add(x.Until)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	var above []string
	for p := c.Party(party); p != nil && p.PartOf != "" && p.ID != memberParty && len(above) < 16; p = c.Party(p.PartOf) {
		above = append(above, p.PartOf)
	}
	var out partner.Stands
	for i, t := range at {
		if i > 0 && t.Equal(at[i-1]) {
			continue
		}
		s, err := partner.Fold(c, authorityParty, memberParty, t)
		if err != nil {
			return nil, err
		}
		now := s.StandingOf(party, above)
		if now == "" || len(out) > 0 && out[len(out)-1].Standing == now {
			continue
		}
		out = append(out, partner.Stand{From: t.UTC(), Standing: now})
	}
	return out, nil
}

// settle puts where the organisations of a member stand as its file says, and
// with it whatever else has to change. Done again it changes nothing.
func (s *Service) settle(ctx context.Context, by string, m Member, also ...cabinet.Item) (*casefile.Case, error) {
	k, err := s.o.Files.Load(ctx, m.Handle)
	if err != nil {
		return nil, err
	}
	return k.Case, s.place(ctx, by, m, k.Case, also...)
}

// place puts the organisations of a member where a file says that they stand. The
// member itself comes first, and what else has to change goes with it.
func (s *Service) place(ctx context.Context, by string, m Member, c *casefile.Case, also ...cabinet.Item) error {
	now := s.o.Now()
	at, err := stands(c, memberParty, now)
	if err != nil {
		return err
	}
	if err := s.o.Directory.SetStands(ctx, by, m.Org, m.Platform, at, also...); err != nil {
		return err
	}
	var failed error
	for org, party := range m.Units {
		at, err := stands(c, party, now)
		if err == nil {
			err = s.o.Directory.SetStands(ctx, by, org, m.Platform, at)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}
