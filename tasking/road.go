package tasking

import (
	"context"
	"slices"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// nowhere stands for the platform of what is not there: it is looked for like one.
const nowhere = "-"

// circle reads a platform; one that is not there is an empty one.
func (s *Service) circle(ctx context.Context, id string) (partner.Platform, access.Circle, error) {
	if id == "" || len(id) > 200 {
		id = nowhere
	}
	p, _, err := s.o.Circles.Platform(ctx, id)
	if err != nil {
		if fault.KindOf(err) != fault.NotFound {
			return p, access.Circle{}, err
		}
		p = partner.Platform{}
	}
	return p, access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: p.Terms.Ceilings}, nil
}

// joined tells whether a reader has to do with a platform as one of a member.
func joined(who access.Reader, platform string) bool {
	return slices.ContainsFunc(who.Acting, func(a access.Acting) bool {
		_, in := a.Stands(platform)
		return in && len(a.Roles) > 0
	})
}

// sight is how a reader sees a directive.
type sight struct {
	side     Side
	own      []string // the reader's organisations that it reaches or may reach
	speaks   []string // of these, those for which the reader may act, by themselves or by the member above
	withheld bool
}

// find reads what is kept of a directive for a reader who sees it: two statements,
// whether it is there or not.
func (s *Service) find(ctx context.Context, who access.Reader, id string) (*head, sight, partner.Platform, error) {
	if id == "" || len(id) > 100 {
		id = nowhere
	}
	h := &head{}
	version, err := s.o.Cabinet.Get(ctx, kindHead, id, h)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, sight{}, partner.Platform{}, err
	}
	there := err == nil && len(h.Editions) > 0
	h.version = version
	p, c, err := s.circle(ctx, h.Platform) // asked in either case
	if err != nil {
		return nil, sight{}, p, err
	}
	if !there {
		return nil, sight{}, p, missing()
	}
	v, ok := h.seen(who, c)
	if !ok {
		return nil, sight{}, p, missing()
	}
	return h, v, p, nil
}

// seen tells how a reader sees a directive, and whether at all. The people of the
// authority see all of it; those of a member see it if it reaches their
// organisation, or may, or reaches all. What its words may tell them is bounded by
// where the organisation stands; that it is there, and what it wants of them, is
// not, as long as they are a member.
func (h *head) seen(who access.Reader, c access.Circle) (sight, bool) {
	if who.Person == "" || c.ID == "" {
		return sight{}, false
	}
	var v sight
	runs, stands := access.Runs(who, c), false
	if h.Status == Drafted {
		v.side = OfAuthority
		return v, runs
	}
	for i := range who.Acting {
		a := &who.Acting[i]
		standing, in := a.Stands(c.ID)
		if len(a.Roles) == 0 || !in || !slices.Contains([]partner.Standing{partner.Active, partner.Warned, partner.Suspended}, standing) {
			continue
		}
		stands = true
		for _, org := range h.To {
			mine, acts := h.of(a, org)
			if mine && !slices.Contains(v.own, org) {
				v.own = append(v.own, org)
			}
			if acts && !slices.Contains(v.speaks, org) {
				v.speaks = append(v.speaks, org)
			}
		}
	}
	words := access.Receives(who, h.matter(), c) != ""
	v.withheld = !runs && !words
	switch {
	case runs && len(v.own) > 0:
		v.side = OfBoth
	case runs:
		v.side = OfAuthority
	case len(v.own) > 0 || h.All && words && stands:
		v.side = OfMember
	default:
		return sight{}, false
	}
	slices.Sort(v.own)
	return v, true
}

// strict is the label that keeps something in one organisation.
const strict = "AMBER+STRICT"

// of tells whether an organisation that a directive reaches is the acting one's:
// itself, a unit of it, or what it is part of; and whether the acting one may act
// for it, which a part may not for the whole.
func (h *head) of(a *access.Acting, org string) (mine, acts bool) {
	whole := h.Up[org] != "" && a.Org == h.Up[org] && (h.TLP != strict || slices.Contains(h.To, a.Org))
	switch {
	case a.Org == org, whole:
		return true, a.Speaks()
	case h.TLP != strict && slices.Contains(a.Group, org):
		return true, false
	}
	return false, false
}

// matter is what the table of access needs to know of the words.
func (h *head) matter() access.Shared {
	m := access.Shared{Platform: h.Platform, From: h.Authority, By: h.By, TLP: h.TLP, To: h.To}
	if h.All && h.TLP != strict {
		m.To = nil
	} else if h.TLP != strict {
		for _, up := range h.Up {
			if !slices.Contains(m.To, up) {
				m.To = append(slices.Clip(m.To), up)
			}
		}
	}
	if len(m.To) == 0 && !h.All {
		m.Platform = "" // it reaches nobody: for all is not what an empty list means here
	}
	return m
}

// May lists the kinds of acts that somebody on a side could do.
func (v sight) may(who access.Reader, h *head) []directive.Kind {
	var out []directive.Kind
	if h.Status == Drafted {
		return nil
	}
	if len(v.speaks) > 0 {
		out = append(out, directive.Acknowledged, directive.Progressed, directive.EvidenceGiven, directive.Completed, directive.ExceptionAsked)
	}
	if v.side != OfMember && access.SpeaksFor(who, h.Authority) {
		out = append(out, directive.Accepted, directive.Returned, directive.ExceptionGranted, directive.ExceptionRefused, directive.Extended,
			directive.Reminded, directive.ScopeDecided, directive.Superseded, directive.Closed)
	}
	if len(out) > 0 {
		out = append(out, directive.Corrected, directive.Denied)
	}
	return out
}
