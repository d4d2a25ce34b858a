package coordination

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// Duty gives the page of one duty: the facts that it rests on and how good their
// sources are, the clause, the arithmetic, and what is undecided.
func (d *Desk) Duty(ctx context.Context, who access.Reader, ref, duty string, lang string) (*DutyPage, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	p, err := d.planned(ctx, s, PlanOptions{Lang: lang})
	if err != nil {
		return nil, err
	}
	x, err := dutyIn(p.Plan, duty)
	if err != nil {
		return nil, err
	}
	out := &DutyPage{Planned: p, Duty: x, Facts: factsOf(s, x), Open: undecided(p.Plan, x)}
	if s.May[access.Rely].Allowed {
		all, err := d.relied(ctx, who, "duty:"+s.Handle+"\n"+duty)
		if err != nil {
			return nil, err
		}
		for i := range all {
			all[i].Changed = changes(&all[i], d.beneath(s, p.Plan, x), x)
		}
		out.Relied = all
	}
	d.read(who, "duty", s.Handle, s.View)
	return out, nil
}

func dutyIn(p *plan.Plan, id string) (*plan.Duty, error) {
	for _, x := range p.Duties {
		if x.ID == id {
			return x, nil
		}
	}
	return nil, fault.New(fault.NotFound, "the plan has no such duty; it may have had under other facts")
}

// How an event bears on a date.
const (
	BearsAnchor  = "anchor"
	BearsMet     = "met-by"
	BearsHeard   = "heard"
	BearsAssumes = "assumes"
)

// How good the word is that an event rests on.
const (
	QualityOwn       = "own-record" // recorded here by whom it is about, or on its behalf
	QualityPrimary   = "primary"
	QualityPress     = "press"
	QualityAnonymous = "anonymous"
	QualityClaim     = "claim" // somebody else's word, not adopted
	QualityAssumed   = "assumed"
	QualityNone      = "none" // nothing says where it is from
)

// factsOf lists the events that a duty rests on, each once, the nearest first.
func factsOf(s *sitting, x *plan.Duty) (out []Fact) {
	seen := map[string]bool{}
	metas := map[string]*record.Meta{}
	for i := range s.Records {
		if m := &s.Records[i]; m.Entry == "event" {
			metas[m.ID] = m
		}
	}
	add := func(id, bearing string) {
		e := s.Case.Event(id)
		if e == nil || seen[id] {
			return
		}
		seen[id] = true
		f := Fact{Event: id, Index: -1, Bearing: bearing, Quality: quality(s.Case, e, metas[id])}
		if m := metas[id]; m != nil {
			f.Index = m.Index
		}
		out = append(out, f)
	}
	if x.Anchor != nil {
		for _, id := range x.Anchor.Events {
			add(id, BearsAnchor)
		}
	}
	if x.MetBy != nil {
		add(*x.MetBy, BearsMet)
	}
	for _, a := range x.Alternatives {
		if a.MetBy != nil {
			add(*a.MetBy, BearsMet)
		}
		for _, id := range a.Given {
			add(id, BearsAssumes)
		}
	}
	if x.Heard != nil {
		add(x.Heard.Event, BearsHeard)
	}
	for _, a := range x.Assumes {
		if id, ok := strings.CutPrefix(a, "events."); ok {
			add(id, BearsAssumes)
		}
	}
	return out
}

// quality grades where an event comes from.
func quality(c *casefile.Case, e *casefile.Event, m *record.Meta) string {
	src := c.Source(e.Source)
	switch {
	case e.Assumed:
		return QualityAssumed
	case e.Basis == basisClaim:
		return QualityClaim
	case m != nil && !m.Imported && (e.Basis == basisOwn || e.Basis == basisBehalf):
		return QualityOwn
	case src == nil || src.Kind == "":
		return QualityNone
	case src.Kind == "own":
		return QualityOwn
	}
	return src.Kind
}

// undecidedCodes are the reasons of a plan that leave something open.
var undecidedCodes = []string{"role-if", "may-bind", "awaiting", "awaiting-required", "disputed", "decided-not-reportable", "filing-state-unknown",
	"too-many-claims", "no-number-no-pace", "no-record", "conflict-may", "conflict", "conflict-counsel", "step-table-incomplete", "step-day-unsettled"}

// undecided are the reasons that say what is open about a duty: of itself, of its
// arithmetic, and of the conflicts that it is part of.
func undecided(p *plan.Plan, x *plan.Duty) (out []plan.Reason) {
	add := func(list []plan.Reason) {
		for _, r := range list {
			if slices.Contains(undecidedCodes, r.Code) && !slices.ContainsFunc(out, func(o plan.Reason) bool { return o.Code == r.Code && o.Text == r.Text }) {
				out = append(out, r)
			}
		}
	}
	add(x.Because)
	for _, r := range x.Readings {
		add(r.Steps)
	}
	for _, c := range p.Conflicts {
		if c.Party == x.Obliged && slices.Contains(c.Between, x.Rule) && (c.Of == "" || c.Of == x.Of) {
			add(c.Because)
		}
	}
	return out
}
