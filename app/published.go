package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
	"tocsin/webui"
)

// published gives the decisions of all platforms that were made public, the newest
// first, for everybody: what was published of each, and nothing else. It is made
// once a minute at most.
func (t *parts) published(p *Platform) func(context.Context) ([]webui.PublicDecision, error) {
	var mu sync.Mutex
	var made time.Time
	var all []webui.PublicDecision
	return func(ctx context.Context) ([]webui.PublicDecision, error) {
		mu.Lock()
		defer mu.Unlock()
		now := p.app.o.Now()
		if age := now.Sub(made); !made.IsZero() && age >= 0 && age < time.Minute {
			return all, nil
		}
		platforms, err := t.circles.Platforms(ctx, access.Reader{Person: "published", Platform: []partner.Role{partner.Administrator}})
		if err != nil {
			return nil, err
		}
		var list []webui.PublicDecision
		for _, on := range platforms {
			if list, err = t.publishedOn(ctx, p, on, list); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(list, func(a, b webui.PublicDecision) int { return b.At.Compare(a.At) })
		made, all = now, list
		return all, nil
	}
}

// publishedOn adds those of one platform.
func (t *parts) publishedOn(ctx context.Context, p *Platform, on partner.Platform, list []webui.PublicDecision) ([]webui.PublicDecision, error) {
	who := access.Reader{Person: "published", Acting: []access.Acting{{Org: on.Authority, Roles: []partner.Role{partner.Observer}}}}
	members, err := t.circles.Members(ctx, who, on.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if len(m.State.Decisions) == 0 {
			continue
		}
		k, err := p.app.keeper.Load(ctx, m.Handle)
		if err != nil {
			return nil, err
		}
		for _, d := range m.State.Decisions {
			if x, ok := publicOf(k.Case.Event(d.Event), d); ok {
				x.Authority, x.Platform, x.Member, x.Zone = t.people.OrgName(ctx, on.Authority), on.Name, m.Name, on.Terms.Zone
				list = append(list, x)
			}
		}
	}
	return list, nil
}

// publicOf is what of a decision was published; false for one that was not.
func publicOf(e *casefile.Event, d partner.Decided) (webui.PublicDecision, bool) {
	if e == nil || e.Attributes["publication"].String() != "public" {
		return webui.PublicDecision{}, false
	}
	x := webui.PublicDecision{Number: d.Number, Kind: d.Kind, Rule: d.Rule, At: d.At.Earliest, Appeal: d.Appeal, Contested: len(d.Contested) > 0}
	if e.Attributes["publish-reason"].String() == "true" {
		x.Reason = e.Reason
	}
	if e.Until != nil {
		if day, err := calendar.ParseDate(e.Until.Value); err == nil {
			x.Until = day.String()
		}
	}
	return x, true
}
