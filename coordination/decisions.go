package coordination

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
)

// DecisionAsked is a reasoned decision of a party: "we are now aware", "this is
// not reportable, because …". Reason and author are kept, evidence is a source of
// the case, and a review date says when it is to be looked at again.
type DecisionAsked struct {
	By       string // party; "" is the reader's only one
	Of       string // product
	Incident string
	Result   string // see Results
	Reason   string
	Evidence string        // id of a source
	ReviewOn string        // YYYY-MM-DD; asked for where the decision lets a duty rest
	At       casefile.Time // zero: now
}

// Results are the words that a decision can have, beside those that rule packs
// declare.
func (d *Desk) Results() []string {
	out := []string{"aware", "not-reportable", "not-affected", "affected", "dissemination-delayed"}
	for _, p := range d.o.Book.Packs {
		for _, w := range p.Results {
			if !slices.Contains(out, w.ID) {
				out = append(out, w.ID)
			}
		}
	}
	return out
}

// resting results let a duty rest, so that somebody has to come back to them.
var resting = []string{"not-reportable", "not-affected", "dissemination-delayed"}

// Decision makes the event of a decision. Nothing is kept: PreviewEvent shows and
// AddEvent keeps it.
func (d *Desk) Decision(ctx context.Context, who access.Reader, ref string, a DecisionAsked) (casefile.Event, error) {
	s, err := d.sit(ctx, who, ref, access.Add)
	if err != nil {
		return casefile.Event{}, err
	}
	if a.By == "" && len(s.Parties) == 1 {
		a.By = s.Parties[0]
	}
	switch {
	case a.By == "":
		return casefile.Event{}, fault.At("", 0, "by", "is missing: say which party decides")
	case !slices.Contains(s.Parties, a.By):
		return casefile.Event{}, forbid("not-yours-to-decide", "a party decides for itself")
	case !slices.Contains(d.Results(), a.Result):
		return casefile.Event{}, fault.At("", 0, "result", "%q is not a result that a rule knows", a.Result)
	case strings.TrimSpace(a.Reason) == "":
		return casefile.Event{}, fault.At("", 0, "reason", "is missing: a decision without a reason cannot be relied on")
	case a.Evidence != "" && s.Case.Source(a.Evidence) == nil:
		return casefile.Event{}, fault.At("", 0, "source", "%q is not a source of this case", a.Evidence)
	case slices.Contains(resting, a.Result) && a.ReviewOn == "":
		return casefile.Event{}, fault.At("", 0, "review-on", "is missing: say when this decision is looked at again")
	}
	e := casefile.Event{Kind: "decided", By: a.By, Of: a.Of, Incident: a.Incident, Result: a.Result, Reason: strings.TrimSpace(a.Reason),
		Source: a.Evidence, ReviewOn: a.ReviewOn, At: a.At}
	if e.At.IsZero() {
		e.At.Value = d.o.Now().UTC().Truncate(time.Second).Format(time.RFC3339)
	}
	return e, nil
}

// Review is a decision that somebody has to look at again.
type Review struct {
	Event string
	By    string // party
	On    string // as it was set
	Due   bool   // the day has come
}

// Reviews lists the decisions of a case that carry a review date and were not
// decided anew since, the earliest first.
func (d *Desk) Reviews(ctx context.Context, who access.Reader, ref string) ([]Review, error) {
	s, err := d.sit(ctx, who, ref, access.See)
	if err != nil {
		return nil, err
	}
	zone := time.UTC
	if z, err := calendar.Zone(who.Zone); err == nil && who.Zone != "" {
		zone = z
	}
	today := s.at.In(zone).Format("2006-01-02")
	var out []Review
	for i := range s.Case.Events {
		e := &s.Case.Events[i]
		if e.Kind != "decided" || e.ReviewOn == "" || answered(s.Case, i) {
			continue
		}
		out = append(out, Review{Event: e.ID, By: e.By, On: e.ReviewOn, Due: e.ReviewOn[:min(10, len(e.ReviewOn))] <= today})
	}
	slices.SortStableFunc(out, func(a, b Review) int { return strings.Compare(a.On, b.On) })
	return out, nil
}

// answered tells whether a later decision of the same party on the same thing, or
// one that retires it, stands after an event.
func answered(c *casefile.Case, i int) bool {
	e := &c.Events[i]
	for j := range c.Events {
		o := &c.Events[j]
		switch {
		case slices.Contains(o.Supersedes, e.ID):
			return true
		case j > i && o.Kind == "decided" && o.By == e.By && o.Of == e.Of && o.Incident == e.Incident && o.Basis != basisClaim:
			return true
		}
	}
	return false
}
