package identity

import (
	"context"
	"maps"
	"slices"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// SetStands puts where an organisation stands on a sharing platform, and whatever
// else has to change with it, in one transaction. It holds for every request that
// begins afterwards, in every process. Who may decide so is the caller's to know
// (partnership); by is the person, for the log.
func (s *Service) SetStands(ctx context.Context, by, org, platform string, stands partner.Stands, also ...cabinet.Item) error {
	for range 8 {
		d, err := s.directory(ctx)
		if err != nil {
			return err
		}
		was, err := d.org(ctx, org)
		if err != nil {
			return err
		}
		if was == nil {
			return fault.New(fault.NotFound, "there is no such organisation")
		}
		o := was.Org
		o.On = maps.Clone(was.On)
		if o.On == nil {
			o.On = map[string]partner.Stands{}
		}
		same := slices.EqualFunc(o.On[platform], stands, func(a, b partner.Stand) bool { return a.Standing == b.Standing && a.From.Equal(b.From) })
		o.On[platform] = slices.Clone(stands)
		if err := checkOrg(&o); err != nil {
			return err
		}
		items := also
		if !same {
			items = append([]cabinet.Item{orgItem(o, was.version)}, also...)
		}
		if len(items) == 0 {
			return nil
		}
		change := func() error { return s.o.Cabinet.Change(ctx, items, nil) }
		if same {
			err = change()
		} else {
			err = s.noted(ctx, "standing", map[string]any{"org": org, "platform": platform, "standing": string(stands.At(s.now()))}, by, change)
		}
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		// Either somebody changed the organisation meanwhile, which this has nothing
		// to do with, or what changes with it moved, which is the caller's to hear.
		if now, err := s.directory(ctx); err != nil {
			return err
		} else if o, err := now.org(ctx, org); err != nil || o == nil || o.version == was.version {
			break
		}
	}
	return fault.New(fault.Conflict, "somebody else decided on this organisation at the same time; look at it again")
}
