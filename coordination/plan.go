package coordination

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// longest is how long a plan is remembered at most: it says when it was computed,
// and nobody should wonder at an old time.
const longest = time.Minute

// Plan computes, or remembers, the plan of a case as the reader sees it.
func (d *Desk) Plan(ctx context.Context, who access.Reader, ref string, o PlanOptions) (*Planned, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	p, err := d.planned(ctx, s, o)
	if err != nil {
		return nil, err
	}
	d.read(who, "plan", s.Handle, s.View)
	return p, nil
}

// planned is Plan for a reader who sits before the case already.
func (d *Desk) planned(ctx context.Context, s *sitting, o PlanOptions) (*Planned, error) {
	if o.Party != "" && s.Case.Party(o.Party) == nil {
		return nil, fault.New(fault.NotFound, "there is no such party here")
	}
	if len(o.WhatIf)+len(o.Assume) > 0 {
		return d.supposed(ctx, s, o)
	}
	p, err := d.planOf(ctx, s.w, s.Case, s.View, o)
	if err != nil {
		return nil, err
	}
	return &Planned{Seen: s.Seen, Plan: p.plan, Book: d.o.Book, Of: s.Case}, nil
}

// lasting is a plan, and when it has to be computed again (zero: never).
type lasting struct {
	plan  *plan.Plan
	until time.Time
}

// planOf gives the plan of a cut-down case, from memory or computed now.
func (d *Desk) planOf(ctx context.Context, w *world, c *casefile.Case, v access.Viewpoint, o PlanOptions) (lasting, error) {
	if o.Lang == "en" { // as it is computed
		o.Lang = ""
	}
	what := "plan " + viewKey(v) + "\n" + o.Party + "\n" + o.Lang + "\n"
	if !o.At.IsZero() {
		what += o.At.UTC().Format(time.RFC3339Nano)
	}
	if !o.AsKnownAt.IsZero() {
		what += "\n" + o.AsKnownAt.UTC().Format(time.RFC3339Nano)
	}
	got, err := d.memory.get(ctx, w.key(what), func(ctx context.Context) (made, error) {
		var out lasting
		if o.Lang != "" {
			plain := o
			plain.Lang = ""
			first, err := d.planOf(ctx, w, c, v, plain)
			if err != nil {
				return made{}, err
			}
			out = lasting{sayIn(first.plan, o.Lang), first.until}
		} else {
			p, err := d.compute(c, o)
			if err != nil {
				return made{}, err
			}
			p = access.Owed(p, v)
			out = lasting{p, d.until(p, c, o)}
		}
		return made{value: out, bytes: sizeOfPlan(out.plan), until: out.until}, nil
	})
	if err != nil {
		return lasting{}, err
	}
	return got.(lasting), nil
}

// compute computes a plan; an instant that is not asked for is now.
func (d *Desk) compute(c *casefile.Case, o PlanOptions) (*plan.Plan, error) {
	at := o.At
	if at.IsZero() {
		at = d.o.Now()
	}
	return plan.For(c, d.o.Book, plan.Options{At: at.UTC(), AsKnownAt: o.AsKnownAt, Party: o.Party})
}

// supposed computes the plan of what the reader sees with what is supposed, and
// what that changes. Nothing of it is remembered.
func (d *Desk) supposed(ctx context.Context, s *sitting, o PlanOptions) (*Planned, error) {
	if len(o.WhatIf) > 20 || len(o.Assume) > 20 {
		return nil, fault.New(fault.Invalid, "at most 20 events and 20 facts are supposed at once")
	}
	at := o.At
	if at.IsZero() {
		at = d.o.Now()
		o.At = at
	}
	data, err := s.Case.JSON()
	if err != nil {
		return nil, err
	}
	of, err := casefile.Suppose(s.Case.Name, data, o.WhatIf, o.Assume, at)
	if err != nil {
		return nil, err
	}
	before, err := d.compute(s.Case, o)
	if err != nil {
		return nil, err
	}
	after, err := d.compute(of, o)
	if err != nil {
		return nil, err
	}
	before, after = access.Owed(before, s.View), access.Owed(after, s.View)
	after.Difference = plan.Diff(before, after)
	if o.Lang != "" {
		after.SayIn(o.Lang)
	}
	return &Planned{Seen: s.Seen, Plan: after, Book: d.o.Book, Of: of}, nil
}

// until is when a plan has to be computed again: at the first second after it at
// which it can change, and after a minute in any case. A plan of a fixed instant
// is true as long as the case is the same; one that cannot be looked ahead of is
// true for a second.
func (d *Desk) until(p *plan.Plan, c *casefile.Case, o PlanOptions) time.Time {
	if !o.At.IsZero() {
		return time.Time{}
	}
	next, err := escalation.Until(c, d.o.Book, p)
	switch last := p.At.Add(longest); {
	case err != nil:
		return p.At.Add(time.Second)
	case next.IsZero() || next.After(last):
		return last
	}
	return next
}
