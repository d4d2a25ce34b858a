package partnership

import (
	"context"
	"slices"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// FindingState is how far a finding has come.
type FindingState string

// The states. A finding that was contested stays so, whatever was answered.
const (
	FindingDraft     FindingState = "draft"     // the member does not know of it
	FindingWaiting   FindingState = "waiting"   // for a second person to agree that it is served
	FindingServed    FindingState = "served"    // and nothing was said to it
	FindingAnswered  FindingState = "answered"  // in a hearing about it
	FindingContested FindingState = "contested" // by the member
	FindingWithdrawn FindingState = "withdrawn" // by the authority
)

// FindingStates lists them, in the order of a finding's life.
func FindingStates() []FindingState {
	return []FindingState{FindingDraft, FindingWaiting, FindingServed, FindingAnswered, FindingContested, FindingWithdrawn}
}

// Replies are the acts of the partnership file that followed a finding that was
// served, by their ids.
type Replies struct {
	Contested []string // mark-contested
	Hearings  []string // hearing-opened about it
	Answered  []string // hearing-answered, to one of these
	Ended     string   // by which it was taken back, or is over
}

// follow reads from the partnership file how far a finding has come.
func (f *Finding) follow(s *partner.State) {
	f.State, f.Replies = FindingDraft, Replies{}
	if f.Act == "" {
		return
	}
	f.State = FindingServed
	for _, h := range s.Hearings {
		if h.About != f.Act || h.Opened == "" {
			continue
		}
		f.Replies.Hearings = append(f.Replies.Hearings, h.Opened)
		for _, a := range h.Answers {
			f.Replies.Answered = append(f.Replies.Answered, a.Event)
			f.State = FindingAnswered
		}
	}
	for _, m := range s.Marks {
		if m.Event != f.Act {
			continue
		}
		if f.Replies.Contested = m.Contested; len(m.Contested) > 0 {
			f.State = FindingContested
		}
		if f.Replies.Ended = m.EndedBy; m.EndedBy != "" {
			f.State = FindingWithdrawn
		}
	}
}

// finding gives a finding to whoever may read it.
func (s *Service) finding(ctx context.Context, who access.Reader, id string) (Finding, Member, Side, error) {
	none := fault.New(fault.NotFound, "there is no such finding")
	var f Finding
	version, err := s.o.Cabinet.Get(ctx, kindFinding, id, &f)
	if err != nil && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Invalid {
		return f, Member{}, "", err
	}
	f.version = version
	m, _, side, merr := s.member(ctx, who, asID(f.Member))
	switch {
	case merr != nil && fault.KindOf(merr) != fault.NotFound:
		return f, m, "", merr
	case err != nil || merr != nil || side == OfMember && f.Act == "":
		return Finding{}, Member{}, "", none
	}
	return f, m, side, nil
}

// Finding gives a finding; without what stands in cases, or parts of cases, that
// the reader does not see (Finding.Unseen and Less count it), and with the marks
// that were contested since shown as contested.
func (s *Service) Finding(ctx context.Context, who access.Reader, id string) (Finding, error) {
	f, m, side, err := s.finding(ctx, who, id)
	if err != nil {
		return f, err
	}
	st, _, err := s.state(ctx, m)
	if err != nil {
		return Finding{}, err
	}
	if err := s.followed(ctx, &f, &st, side); err != nil {
		return Finding{}, err
	}
	return s.shown(ctx, who, f, side)
}

// followed tells how far a finding has come; that it waits is the authority's to know.
func (s *Service) followed(ctx context.Context, f *Finding, st *partner.State, side Side) error {
	f.follow(st)
	if f.State != FindingDraft || side == OfMember {
		return nil
	}
	waits, err := s.waits(ctx, *f)
	if waits {
		f.State = FindingWaiting
	}
	return err
}

// Findings lists the findings about a membership, the newest first.
func (s *Service) Findings(ctx context.Context, who access.Reader, member string) ([]Finding, error) {
	m, _, side, err := s.member(ctx, who, member)
	if err != nil {
		return nil, err
	}
	lines, err := s.lines(ctx, "member:"+member, func(string) (Member, Side, error) { return m, side, nil })
	if err != nil {
		return nil, err
	}
	out := make([]Finding, 0, len(lines))
	for _, l := range lines {
		f, err := s.shown(ctx, who, l.whole, side)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// FindingLine is a finding in a list: without its evidence, which is cut to what
// the reader sees when it is opened.
type FindingLine struct {
	Finding
	Name string // of the member
	Side Side   // the reader's

	whole Finding
}

// AllFindings lists the findings of the platforms that a reader has to do with, the
// newest first: for the authority all of them, for a member those that were served
// on it. Of one membership, or of all for "".
func (s *Service) AllFindings(ctx context.Context, who access.Reader, member string) ([]FindingLine, error) {
	if member != "" {
		m, _, side, err := s.member(ctx, who, member)
		if err != nil {
			return nil, err
		}
		return s.lines(ctx, "member:"+member, func(string) (Member, Side, error) { return m, side, nil })
	}
	platforms, err := s.Platforms(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []FindingLine
	for _, p := range platforms {
		known := map[string]Member{}
		lines, err := s.lines(ctx, "platform:"+p.ID, func(id string) (Member, Side, error) {
			m, ok := known[id]
			if !ok {
				version, err := s.o.Cabinet.Get(ctx, kindMember, id, &m)
				if err != nil {
					return m, "", err
				}
				m.version = version
				known[id] = m
			}
			return m, sideOf(who, m, p), nil
		})
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	newest(out)
	return out, nil
}

func newest(list []FindingLine) {
	slices.SortStableFunc(list, func(a, b FindingLine) int { return b.Made.Compare(a.Made) })
}

// lines lists the findings under a key that are a side's to read.
func (s *Service) lines(ctx context.Context, key string, of func(member string) (Member, Side, error)) ([]FindingLine, error) {
	var all []Finding
	err := s.o.Cabinet.All(ctx, kindFinding, key, func(e cabinet.Entry) error {
		var f Finding
		err := e.Into(&f)
		f.version = e.Version
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []FindingLine
	states := map[string]partner.State{}
	for _, f := range all {
		m, side, err := of(f.Member)
		if err != nil {
			return nil, err
		}
		if side == "" || side == OfMember && f.Act == "" {
			continue
		}
		st, ok := states[m.ID]
		if !ok {
			if st, _, err = s.state(ctx, m); err != nil {
				return nil, err
			}
			states[m.ID] = st
		}
		if err := s.followed(ctx, &f, &st, side); err != nil {
			return nil, err
		}
		l := FindingLine{Finding: f, Name: m.Name, Side: side, whole: f}
		l.Evidence, l.Report.By = earlier.Member{Name: f.Evidence.Name}, ""
		out = append(out, l)
	}
	newest(out)
	return out, nil
}

// shown leaves out what the reader does not see: a finding is no way into a case.
func (s *Service) shown(ctx context.Context, who access.Reader, f Finding, side Side) (Finding, error) {
	var rows []earlier.Row
	for _, r := range f.Evidence.Rows {
		c, err := s.seen(ctx, who, r.Handle)
		if err != nil {
			return f, err
		}
		if c == nil {
			f.Unseen++
			continue
		}
		shown, less, ok := r.Shown(c)
		switch {
		case !ok:
			f.Unseen++
			continue
		case less:
			f.Less++
		}
		rows = append(rows, shown)
	}
	f.Evidence = f.Evidence.Of(rows)
	if side != OfAuthority && f.Report.By != f.Evidence.Name {
		f.Report.By = "" // who brought it is another's to tell, whether or not a case names them
	}
	return f, nil
}

// seen is a case as the reader sees it; nil where that is nothing.
func (s *Service) seen(ctx context.Context, who access.Reader, handle string) (*casefile.Case, error) {
	seen, err := s.o.Desk.See(ctx, who, handle)
	if err == nil {
		return seen.Case, nil
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden, fault.Suspended:
		return nil, nil
	}
	return nil, err
}
