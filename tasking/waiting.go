package tasking

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/directive"
)

// Waiting lists what waits for somebody who can act on it, on all their platforms:
// first what is past its limit, then by limit. For a member the directives that it
// has not answered, steps that are open and completions that came back; for the
// authority drafts, exceptions asked for, completions to accept, scopes that nobody
// has decided and steps past their limit. Whoever is on both sides is not given
// what they may not decide.
func (s *Service) Waiting(ctx context.Context, who access.Reader) ([]Wait, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	var out []Wait
	mine := false
	err := s.each(ctx, who, "", &mine, func(h *head, v sight) error {
		if h.Status == Drafted {
			if access.SpeaksFor(who, h.Authority) {
				w := h.wait(v)
				w.What, w.Since = ToIssue, h.now().At
				out = append(out, w)
			}
			return nil
		}
		if h.Status == Ended || len(v.may(who, h)) == 0 {
			return nil
		}
		b, full, err := s.folded(ctx, h)
		if err != nil {
			return err
		}
		out = append(out, b.waits(who, h, v, full)...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Wait) int {
		if a.Past != b.Past {
			if a.Past {
				return -1
			}
			return 1
		}
		if (a.Due == nil) != (b.Due == nil) {
			if a.Due != nil {
				return -1
			}
			return 1
		}
		if a.Due != nil {
			if n := a.Due.Earliest.Compare(b.Due.Earliest); n != 0 {
				return n
			}
		}
		if n := a.Since.Compare(b.Since); n != 0 {
			return n
		}
		return strings.Compare(a.Number+"\x00"+a.Member+"\x00"+a.Step, b.Number+"\x00"+b.Member+"\x00"+b.Step)
	})
	return out, nil
}

func (h *head) wait(v sight) Wait {
	w := Wait{Directive: h.ID, Platform: h.Platform, Number: h.Number, Title: h.Title}
	if v.withheld {
		w.Title = nil
	}
	return w
}

// waits are the lines of one directive.
func (b *bound) waits(who access.Reader, h *head, v sight, full *directive.State) []Wait {
	if full.End != nil || !full.Issued {
		return nil
	}
	var out []Wait
	authority := v.side != OfMember && access.SpeaksFor(who, h.Authority)
	seen := map[string]bool{} // acts and members that have a line
	for i := range full.Cells {
		c := &full.Cells[i]
		mine := slices.Contains(v.own, c.Member)
		w := h.wait(v)
		w.Step, w.Member, w.Modality, w.Due, w.Past, w.Since = c.Step, c.Member, c.Modality, c.Due, c.PastDue, h.Issued
		w.Name = b.d.Member(c.Member).Name
		st := b.d.Step(c.Step)
		if w.Kind = st.Kind; !v.withheld {
			w.StepTitle = st.Title
		}
		w.Reminded = b.reminded(c)
		if mine && slices.Contains(v.speaks, c.Member) {
			out = b.forMember(out, w, c, full, seen)
		}
		if authority && !mine {
			out = b.forAuthority(out, w, c, seen)
		}
	}
	return out
}

func (b *bound) forMember(out []Wait, w Wait, c *directive.Cell, full *directive.State, seen map[string]bool) []Wait {
	if !seen["ack "+c.Member] && slices.Contains(full.Unacknowledged, c.Member) {
		seen["ack "+c.Member] = true
		ack := w
		ack.What, ack.Step, ack.StepTitle, ack.Kind, ack.Modality, ack.Due, ack.Past = Acknowledge, "", nil, "", "", nil, false
		out = append(out, ack)
	}
	if !open(c) || c.Status == directive.Excepted {
		return out
	}
	w.What = ToDo
	if back := b.last(c, directive.Returned, directive.Completed, directive.Progressed, directive.EvidenceGiven); back != nil && back.Act.Kind == directive.Returned {
		w.What, w.Act, w.Since = Mend, back.Act.ID, back.Recorded
	}
	return append(out, w)
}

func (b *bound) forAuthority(out []Wait, w Wait, c *directive.Cell, seen map[string]bool) []Wait {
	once := func(what What, act *onRecord) {
		if act == nil || seen[string(what)+act.Act.ID] {
			return
		}
		seen[string(what)+act.Act.ID] = true
		w := w
		w.What, w.Act, w.Since = what, act.Act.ID, act.Recorded
		out = append(out, w)
	}
	if c.Plea != "" {
		once(Exception, b.record(c.Plea))
	}
	if len(c.Open) > 0 && !seen["scope "+c.Member] {
		seen["scope "+c.Member] = true
		scope := w
		scope.What, scope.Step, scope.StepTitle, scope.Kind, scope.Past = Scope, "", nil, "", false
		out = append(out, scope)
	}
	switch {
	case c.Status == directive.Claimed:
		w.Past = false
		once(Accept, b.last(c, directive.Completed))
	case c.PastDue && open(c):
		w.What = PastDue
		if c.Due != nil {
			w.Since = c.Due.Latest
		}
		out = append(out, w)
	}
	return out
}

// last is the last act of a cell that is of one of some kinds.
func (b *bound) last(c *directive.Cell, kinds ...directive.Kind) *onRecord {
	for i := len(c.Acts) - 1; i >= 0; i-- {
		if o := b.record(c.Acts[i]); o != nil && slices.Contains(kinds, o.Act.Kind) {
			return o
		}
	}
	return nil
}

func (b *bound) record(id string) *onRecord {
	if i, ok := b.index[id]; ok && i < len(b.acts) {
		return &b.acts[i]
	}
	return nil
}

// Reminders lists the reminders that the reader's organisations were sent since an
// instant, the newest first: the line that each leaves with a member.
func (s *Service) Reminders(ctx context.Context, who access.Reader, since time.Time) ([]Reminder, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	var out []Reminder
	mine := false
	err := s.each(ctx, who, "", &mine, func(h *head, v sight) error {
		if h.Status == Drafted || len(v.own) == 0 {
			return nil
		}
		b, err := s.read(ctx, h)
		if err != nil {
			return err
		}
		b = b.upTo(h.Acts)
		for i := range b.acts {
			o := &b.acts[i]
			if o.Act.Kind != directive.Reminded || o.Recorded.Before(since) {
				continue
			}
			line := Reminder{Directive: h.ID, Platform: h.Platform, Number: h.Number, Title: h.wait(v).Title, Act: o.Act.ID, At: o.Recorded, Members: among(o.Act.For, v.own)}
			if len(o.Act.For) == 0 {
				line.Members = v.own
			}
			if len(o.Act.Steps) == 1 {
				line.Step = o.Act.Steps[0]
			}
			if len(line.Members) > 0 && v.shows(h, b, &o.Act) {
				out = append(out, line)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Reminder) int { return b.At.Compare(a.At) })
	return out, err
}
