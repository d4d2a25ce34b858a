package tasking

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/fault"
)

// Report draws up the closing report at an instant, zero for now; before the end
// it is an interim report. It is for the authority: its figures are of all members.
func (s *Service) Report(ctx context.Context, who access.Reader, id string, at time.Time) (*directive.Closing, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	now := s.o.Now().UTC()
	if at.IsZero() {
		at = now
	}
	h, v, _, err := s.find(ctx, who, id)
	switch {
	case err != nil:
		return nil, err
	case v.side == OfMember:
		return nil, fault.New(fault.Forbidden, "the report is for the authority of the platform; it has figures of all members")
	case h.Status == Drafted:
		return nil, fault.New(fault.Conflict, "this directive is not issued yet; there is nothing to report")
	case at.After(now):
		return nil, bad("at", "%s lies in the future; a report tells what was on record", at.UTC().Format(time.RFC3339))
	}
	b, err := s.read(ctx, h)
	if err != nil {
		return nil, err
	}
	b = b.upTo(h.Acts)
	return directive.Report(b.d, b.list, at)
}

// File gives the directive with the acts on it as a document of its own
// (tocsin-directive/1): whole for the authority, its own side for a member. A
// draft is given without acts, as it would be issued now.
//
// fault.Suspended: its words lie above the ceiling of where the reader's
// organisation stands.
func (s *Service) File(ctx context.Context, who access.Reader, id string) (*directive.Directive, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	h, v, p, err := s.find(ctx, who, id)
	switch {
	case err != nil:
		return nil, err
	case v.withheld:
		return nil, fault.New(fault.Suspended, "the words of this directive lie above what is shared with you as you stand; your own steps and dates are shown")
	case h.Status == Drafted:
		var out View
		if err := s.asDraft(ctx, who, h, p.ID, &out); err != nil {
			return nil, err
		}
		if out.Directive == nil {
			return nil, fault.New(fault.Invalid, "%s", out.Refused)
		}
		return out.Directive, nil
	}
	b, err := s.read(ctx, h)
	if err != nil {
		return nil, err
	}
	b = b.upTo(h.Acts)
	s.looked(who, h, v)
	if v.side == OfMember {
		return b.cut(v.own, s.o.Now().UTC())
	}
	return b.whole(), nil
}
