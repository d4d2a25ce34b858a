package coordination

import (
	"context"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/plan"
)

// PreviewEvent tells what an event would change, and keeps nothing. It goes the
// way of AddEvent up to the record.
func (d *Desk) PreviewEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event) (*Preview, error) {
	s, err := d.sit(ctx, who, ref, access.Add)
	if err != nil {
		return nil, err
	}
	j, err := d.judge(s, who, e, "")
	if err != nil {
		return nil, err
	}
	if j.event.ID == "" {
		j.event.ID = nextID(s.w.c)
	}
	return d.preview(s, j)
}

// preview computes the plans of what the reader sees before and after an event.
func (d *Desk) preview(s *sitting, j judged) (*Preview, error) {
	at := d.o.Now()
	before, err := d.compute(s.Case, PlanOptions{At: at})
	if err != nil {
		return nil, err
	}
	whole := s.w.c.File
	whole.Events = append(slices.Clip(whole.Events), j.event)
	c, err := casefile.Build("", whole)
	if err != nil {
		return nil, err
	}
	if !s.View.All {
		if _, err := d.compute(c, PlanOptions{At: at}); err != nil {
			return nil, err
		}
		if c, err = access.Cut(c, s.View); err != nil {
			return nil, err
		}
	}
	after, err := d.compute(c, PlanOptions{At: at})
	if err != nil {
		return nil, err
	}
	before, after = access.Owed(before, s.View), access.Owed(after, s.View)
	p := &Preview{Event: j.event, Basis: j.event.Basis, Before: before, After: after, Difference: plan.Diff(before, after)}
	p.Meets = meets(before, after, j.event.ID)
	p.Warnings = append(j.warnings, d.warnings(s, c, j.event, before, after)...)
	slices.Sort(p.Warnings)
	p.Warnings = slices.Compact(p.Warnings)
	return p, nil
}

// meets lists the duties that an event would meet and that were not met by
// another one before.
func meets(before, after *plan.Plan, event string) (out []string) {
	was := map[string]bool{}
	for _, d := range before.Duties {
		was[d.ID] = d.MetBy != nil
	}
	for _, d := range after.Duties {
		if d.MetBy != nil && *d.MetBy == event && !was[d.ID] {
			out = append(out, d.ID)
		}
	}
	return out
}

// The codes of warnings, with words in the catalogues under warnings.CODE.
const (
	WarnClaim      = "claim-moves-no-clock" // it is about another party, and counts when that party adopts it
	WarnMandate    = "mandate-not-yours"    // only whoever runs the case speaks on behalf of another party
	WarnFuture     = "in-the-future"        // it lies after now, and counts from then on
	WarnAbroad     = "barred-abroad"        // it tells somebody abroad while a prohibition holds
	WarnBarred     = "breaks-prohibition"   // the plan takes it for an act against a prohibition
	WarnReveals    = "commit-reveals"       // the change gives the flaw away
	WarnEarlier    = "known-earlier"        // the party knew earlier than it said so far
	WarnDuplicate  = "duplicate"            // the case has an event that says the same
	WarnEmbargo    = "embargo-in-force"     // it makes public what is held back
	WarnNothing    = "changes-nothing"      // no duty, prohibition or conflict is another by it
	WarnLate       = "recorded-late"        // it happened more than a day ago
	WarnUnassessed = "not-yet-aware"        // a signal starts no clock; decide what it is
)

// Warnings lists the codes, for catalogues.
func Warnings() []string {
	return []string{WarnClaim, WarnMandate, WarnFuture, WarnAbroad, WarnBarred, WarnReveals, WarnEarlier, WarnDuplicate, WarnEmbargo, WarnNothing, WarnLate, WarnUnassessed}
}

// knowing kinds say that somebody knows.
var knowing = map[casefile.Kind]bool{"aware": true, "decided": true, "exploitation-observed": true, "detected": true, "assessed": true, "incident-aware": true}

// warnings are what a careful colleague would say before the event is kept.
func (d *Desk) warnings(s *sitting, c *casefile.Case, e casefile.Event, before, after *plan.Plan) (out []string) {
	warn := func(code string, is bool) {
		if is {
			out = append(out, code)
		}
	}
	span, err := e.At.Span()
	if err != nil {
		return nil
	}
	now := after.At.Time
	begin := span.Earliest
	if begin.IsZero() {
		begin = span.Latest
	}
	warn(WarnFuture, begin.After(now))
	warn(WarnLate, !span.Latest.IsZero() && span.Latest.Before(now.AddDate(0, 0, -1)))
	warn(WarnReveals, e.Kind == "fix-committed" && (e.Reveals || telling(e.Text+" "+e.Label)))
	warn(WarnUnassessed, e.Kind == "signalled")
	warn(WarnEmbargo, s.matter.Embargo && (e.Kind == "published" && e.Detail != "metadata" || e.Kind == "leaked" || e.Kind == "exploit-published"))
	warn(WarnAbroad, d.tellsAbroad(s, c, e))
	was := map[string]bool{}
	for _, x := range before.Prohibitions {
		was[x.Rule+"\n"+x.Party+"\n"+x.Of] = x.State == "breached"
	}
	for _, x := range after.Prohibitions {
		warn(WarnBarred, x.State == "breached" && x.BreachedBy != nil && *x.BreachedBy == e.ID && !was[x.Rule+"\n"+x.Party+"\n"+x.Of])
	}
	for i := range s.Case.Events {
		o := &s.Case.Events[i]
		warn(WarnDuplicate, same(o, &e))
		if knowing[e.Kind] && knowing[o.Kind] && o.By == e.By && o.Of == e.Of && o.Incident == e.Incident && !begin.IsZero() {
			os := s.Case.Span(o)
			warn(WarnEarlier, !os.Earliest.IsZero() && begin.Before(os.Earliest))
		}
	}
	diff := plan.Diff(before, after)
	warn(WarnNothing, len(diff.Added)+len(diff.Removed)+len(diff.Changed) == 0 && e.Kind != "commented" && e.Kind != "corrected")
	return out
}

// tellsAbroad tells whether an event tells somebody outside a legal order that
// forbids it, as far as the plan of the whole case is sure of it.
func (d *Desk) tellsAbroad(s *sitting, c *casefile.Case, e casefile.Event) bool {
	for _, b := range s.matter.Bars {
		if b.Party != e.By {
			continue
		}
		for _, t := range e.To {
			country := ""
			if p := c.Party(t); p != nil {
				country = p.Country
			} else if entry := d.o.Book.Entry(t); entry != nil {
				country = entry.Country
			}
			if !slices.Contains(b.Allowed, t) && country != "" && !casefile.Lies(country, b.Order, s.matter.On) {
				return true
			}
		}
	}
	return false
}

// telling words in the title of a commit give a flaw away.
func telling(title string) bool {
	title = strings.ToLower(title)
	for _, w := range []string{"cve-", "vulnerab", "security", "exploit", "rce", "overflow", "injection", "traversal", "xss", "deserial", "use-after-free", "bypass", "漏洞", "schwachstelle", "faille"} {
		if strings.Contains(title, w) {
			return true
		}
	}
	return false
}

// same tells whether two events say the same of the same time.
func same(a, b *casefile.Event) bool {
	return a.Kind == b.Kind && a.By == b.By && a.Of == b.Of && a.Incident == b.Incident && a.Rule == b.Rule && a.Stage == b.Stage && a.Result == b.Result &&
		a.Denies == b.Denies && slices.Equal(a.To, b.To) && a.At.String() == b.At.String() && len(b.Supersedes)+len(b.Disputes) == 0
}
