package tasking

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/calendar"
	"tocsin/directive"
	"tocsin/internal/fault"
)

// Get gives a directive as a reader sees it at an instant, zero for now:
// fault.NotFound for what is not there and for what is not the reader's. Where
// the reader's organisation stands counts as it is now, whatever the instant.
func (s *Service) Get(ctx context.Context, who access.Reader, id string, at time.Time) (*View, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	return s.get(ctx, who, id, at)
}

func (s *Service) get(ctx context.Context, who access.Reader, id string, at time.Time) (*View, error) {
	now := s.o.Now().UTC()
	if at.After(now) {
		return nil, bad("at", "%s lies in the future; a state tells what was on record", at.UTC().Format(time.RFC3339))
	}
	if at.IsZero() {
		at = now
	}
	h, v, p, err := s.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	out := &View{Row: h.row(who, v), At: at}
	if h.Status == Drafted {
		return out, s.asDraft(ctx, who, h, p.ID, out)
	}
	b, err := s.read(ctx, h)
	if err != nil {
		return nil, err
	}
	b = b.upTo(h.Acts)
	s.looked(who, h, v)
	out.Version = version(h, b, v)
	full, err := directive.Fold(b.d, b.list, at)
	if err != nil {
		return nil, err
	}
	out.tell(b, v, full)
	out.Waits = len(b.waits(who, h, v, full))
	out.Acts = b.kept(v, at)
	if n := len(out.Acts); n > 0 {
		out.Changed = out.Acts[n-1].Recorded
	}
	out.Duties = b.duties(v, full)
	e := *h.now()
	if e.Once = ""; v.side == OfMember {
		e.By = ""
		out.Editions = []Edition{e}
	} else {
		out.Editions = editions(h)
	}
	if v.side != OfMember || !v.withheld && !b.whom {
		out.Sealed = b.raw
	}
	switch {
	case v.withheld:
	case v.side == OfMember:
		out.State = cutState(full, v.own)
		if out.Directive, err = b.cut(v.own, time.Time{}); err != nil {
			return nil, err
		}
	default:
		out.State, out.Directive = full, b.d
	}
	return out, s.succeeded(ctx, who, h, out)
}

// answer is what a write is answered with: the directive as it is then. A token that
// may add need not be one that may see, and is told no more than where it wrote.
func (s *Service) answer(ctx context.Context, who access.Reader, id string) (*View, error) {
	if access.Scoped(who, access.See) == nil {
		return s.get(ctx, who, id, time.Time{})
	}
	h, v, _, err := s.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	r := Row{ID: h.ID, Platform: h.Platform, Number: h.Number, Issuer: h.Issuer, TLP: h.TLP, Status: h.Status, Side: v.side, Withheld: true}
	return &View{Row: r, At: s.o.Now().UTC()}, nil
}

// looked keeps who read it.
func (s *Service) looked(who access.Reader, h *head, v sight) {
	if s.o.Reads != nil {
		s.o.Reads.Looked(who, "directive", h.ID, v.side != OfMember)
	}
}

func editions(h *head) []Edition {
	out := slices.Clone(h.Editions)
	for i := range out {
		out[i].Once = ""
	}
	slices.Reverse(out)
	return out
}

// asDraft fills a draft as it would be issued now.
func (s *Service) asDraft(ctx context.Context, who access.Reader, h *head, platform string, out *View) error {
	k, _, err := s.edition(ctx, h, h.now().N)
	if err != nil {
		return err
	}
	p, _, err := s.o.Circles.Platform(ctx, platform)
	if err != nil {
		return err
	}
	out.Written, out.Editions, out.Sealed, out.Version = k.Written, editions(h), k.Raw, len(h.Editions)
	if access.SpeaksFor(who, h.Authority) {
		out.Waits = 1
	}
	_, d, err := s.written(ctx, who, p, k.Written)
	switch {
	case err != nil && (fault.KindOf(err) == fault.Invalid):
		out.Refused = err.Error()
		return nil
	case err != nil:
		return err
	}
	out.Directive = d
	return nil
}

// succeeded finds the directive that goes on, if the reader may see it.
func (s *Service) succeeded(ctx context.Context, who access.Reader, h *head, out *View) error {
	if out.End == nil || out.End.Directive == "" {
		return nil
	}
	var next head
	switch _, err := s.o.Cabinet.One(ctx, kindHead, docKey(h.Authority, out.End.Directive), &next); {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		return err
	case err != nil:
		return nil
	}
	_, c, err := s.circle(ctx, next.Platform)
	if err != nil {
		return err
	}
	if _, ok := next.seen(who, c); ok {
		out.Successor = next.ID
	}
	return nil
}

// row is what a list shows before anything is folded.
func (h *head) row(who access.Reader, v sight) Row {
	r := Row{ID: h.ID, Platform: h.Platform, Doc: h.Doc, Number: h.Number, Issuer: h.Issuer, Title: h.Title, TLP: h.TLP, Status: h.Status, Side: v.side,
		Changed: h.now().At, Issued: h.Issued, Withheld: v.withheld, Own: v.own, May: v.may(who, h)}
	if v.withheld {
		r.Title, r.Doc = nil, ""
	}
	return r
}

// tell adds what the acts come to.
func (r *Row) tell(b *bound, v sight, full *directive.State) {
	if full.End != nil {
		end := *full.End
		if v.withheld {
			end.Directive = ""
		}
		r.End = &end
	}
	var due *calendar.Span
	for i := range full.Cells {
		c := &full.Cells[i]
		if v.side == OfMember && !slices.Contains(v.own, c.Member) || !open(c) {
			continue
		}
		if c.Due != nil && (due == nil || c.Due.Earliest.Before(due.Earliest)) {
			d := *c.Due
			due = &d
		}
		if c.PastDue {
			r.Past++
		}
	}
	r.Due = due
	if v.side != OfMember {
		undecided := map[string]bool{}
		for _, c := range full.Cells {
			if len(c.Open) > 0 {
				undecided[c.Member] = true
			}
		}
		r.Count = map[string]int{"members": full.Members, "open": full.Open, "acknowledged": full.Members - len(full.Unacknowledged), "undecided": len(undecided)}
	}
}

// open tells whether something is asked that is not reported done, and not over.
func open(c *directive.Cell) bool {
	switch c.Status {
	case directive.NotStarted, directive.InProgress, directive.Overdue, directive.NoAnswer, directive.Excepted:
		return true
	}
	return false
}

// version counts what a reader sees: it tells nothing of what others did.
func version(h *head, b *bound, v sight) int {
	if v.side != OfMember {
		return len(h.Editions) + len(b.acts)
	}
	n := 1
	for i := range b.list {
		if v.shows(h, b, &b.list[i]) {
			n++
		}
	}
	return n
}

// List gives the directives that a reader sees, those in force first and then the
// newest.
func (s *Service) List(ctx context.Context, who access.Reader, f Filter) ([]Row, error) {
	if err := access.Scoped(who, access.See); err != nil {
		return nil, err
	}
	if f.Status != "" && !slices.Contains([]Status{Drafted, Issued, Ended}, f.Status) {
		return nil, bad("status", "%q is not draft, issued or ended", string(f.Status))
	}
	var out []Row
	mine := false
	err := s.each(ctx, who, f.Platform, &mine, func(h *head, v sight) error {
		if f.Status != "" && f.Status != h.Status {
			return nil
		}
		r := h.row(who, v)
		if h.Status == Drafted {
			if access.SpeaksFor(who, h.Authority) {
				r.Waits = 1
			}
			out = append(out, r)
			return nil
		}
		b, full, err := s.folded(ctx, h)
		if err != nil {
			return err
		}
		r.tell(b, v, full)
		r.Waits = len(b.waits(who, h, v, full))
		for i := len(b.acts) - 1; i >= 0; i-- {
			if v.shows(h, b, &b.list[i]) {
				r.Changed = b.acts[i].Recorded
				break
			}
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.Platform != "" && !mine {
		return nil, noPlatform()
	}
	order := []Status{Drafted, Issued, Ended}
	slices.SortFunc(out, func(a, b Row) int {
		if n := slices.Index(order, a.Status) - slices.Index(order, b.Status); n != 0 {
			return n
		}
		if n := b.Issued.Compare(a.Issued); n != 0 {
			return n
		}
		return strings.Compare(a.Number+"\x00"+a.ID, b.Number+"\x00"+b.ID)
	})
	return out, nil
}

// folded is a directive with its state of now.
func (s *Service) folded(ctx context.Context, h *head) (*bound, *directive.State, error) {
	b, err := s.read(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	b = b.upTo(h.Acts)
	st, err := directive.Fold(b.d, b.list, s.o.Now().UTC())
	return b, st, err
}

// maxListing bounds the directives of one platform that are looked at.
const maxListing = 5_000

// each calls fn with every directive that a reader sees, on all their platforms or
// on one; mine tells whether they have to do with it at all.
func (s *Service) each(ctx context.Context, who access.Reader, platform string, mine *bool, fn func(*head, sight) error) error {
	all, err := s.o.Circles.Platforms(ctx, who)
	if err != nil {
		return err
	}
	for _, p := range all {
		if platform != "" && p.ID != platform {
			continue
		}
		c := access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: p.Terms.Ceilings}
		if !access.Runs(who, c) && !joined(who, p.ID) {
			continue
		}
		*mine = true
		found, err := s.o.Cabinet.Find(ctx, kindHead, "platform:"+p.ID, "", maxListing)
		if err != nil {
			return err
		}
		for _, e := range found {
			h, err := headOf(e)
			if err != nil {
				return err
			}
			if v, ok := h.seen(who, c); ok {
				if err := fn(h, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func headOf(e cabinet.Entry) (*head, error) {
	h := &head{version: e.Version}
	if err := e.Into(h); err != nil {
		return nil, err
	}
	if len(h.Editions) == 0 {
		return nil, fault.New(fault.Internal, "a directive without a version")
	}
	return h, nil
}
