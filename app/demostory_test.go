package app

import (
	"slices"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/sharing"
	"tocsin/tasking"
)

// The demo tells the story of the public record with invented members: one
// suspension lifted, one extended before; beside it, on today's days, a member that
// is heard, one that a draft of a finding is about, one about which an act waits.
// A second start finds all of it, and adds nothing.
func TestTheStoryOfTheDemo(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{Demo: true})
	for range 2 {
		if _, err := p.Demo(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := p.People().ReadersOf(t.Context(), "demo-authority")
		if err != nil {
			t.Fatal(err)
		}
		karin := all[slices.IndexFunc(all, func(r access.Reader) bool { return r.Person == "demo-karin-bauer" })]
		list, err := p.Partnerships().Members(t.Context(), karin, "sundmark-circle")
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]partnership.Standing{}
		for _, m := range list {
			by[m.Org] = m
		}
		lifted, extended := by["demo-brinkholt"], by["demo-averdal"]
		if len(list) != 4 || lifted.Carried == nil || extended.Carried == nil || by["demo-harbour"].Carried != nil {
			t.Fatalf("%d members: %+v", len(list), list)
		}
		at := func(m partnership.Standing) (from, until time.Time, extensions int) {
			if len(m.State.Past) != 1 || len(m.State.Ignored) != 0 {
				t.Fatalf("%s: %+v, ignored %+v", m.Name, m.State.Past, m.State.Ignored)
			}
			x := m.State.Past[0]
			return x.From.Earliest, x.Until.Latest, len(x.Extended)
		}
		from, until, n := at(lifted)
		if from.Format(time.DateOnly) != "2021-12-17" || !until.Equal(time.Date(2022, 6, 17, 22, 0, 0, 0, time.UTC)) || n != 0 || lifted.State.Standing != partner.Active {
			t.Errorf("%s: suspended from %s to %s, extended %d times, and stands %s", lifted.Name, from, until, n, lifted.State.Standing)
		}
		from, until, n = at(extended)
		if from.Format(time.DateOnly) != "2021-12-22" || !until.Equal(time.Date(2022, 9, 22, 22, 0, 0, 0, time.UTC)) || n != 1 || extended.State.Standing != partner.Warned {
			t.Errorf("%s: suspended from %s to %s, extended %d times, and stands %s", extended.Name, from, until, n, extended.State.Standing)
		}
		if heard := by["demo-nordhain"].State; heard.OpenHearing() == nil {
			t.Error("nobody is heard")
		}
		if asked, err := p.Partnerships().Asked(t.Context(), karin); err != nil || len(asked) != 1 || asked[0].Member != extended.ID {
			t.Errorf("what waits for a second person: %+v, %v", asked, err)
		}
		found, err := p.Partnerships().Findings(t.Context(), karin, by["demo-harbour"].ID)
		if err != nil || len(found) != 1 || found[0].Act != "" || len(found[0].Evidence.Rows) != 1 || found[0].Evidence.Rows[0].Case != "DEMO-PUMP-GATEWAY" {
			t.Errorf("the draft of a finding: %+v, %v", found, err)
		}
		rows, _, err := p.parts.shared.List(t.Context(), karin, sharing.Filter{Platform: "sundmark-circle"}, sharing.Page{})
		if err != nil || len(rows) != 3 {
			t.Errorf("%d things go round: %v", len(rows), err)
		}
		if d, err := p.Directives().List(t.Context(), karin, tasking.Filter{Platform: "sundmark-circle"}); err != nil || len(d) != 1 || d[0].Status != tasking.Issued {
			t.Errorf("the directive: %+v, %v", d, err)
		}
	}
}
