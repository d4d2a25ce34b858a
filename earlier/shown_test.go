package earlier_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/casefile"
	"tocsin/earlier"
)

// told is a story in which a third party says more of Acme than Acme sees.
var told = []string{
	`id: k1, kind: aware, by: acme, of: parser, at: "2026-12-02T08:00:00Z", basis: own`,
	`id: k2, kind: reported, by: acme, to: [project, borealis], of: parser, at: "2026-12-03T08:00:00Z", basis: own`,
	`id: k3, kind: acknowledged, by: project, to: [acme], re: k2, at: "2026-12-03T09:00:00Z", basis: own`,
	`id: k4, kind: aware, by: acme, of: parser, at: "2026-11-24T08:00:00Z", basis: claim, claimed-by: borealis, recorded-by: borealis`,
	`id: k5, kind: commented, by: project, text: noted, at: "2026-12-04T08:00:00Z"`,
}

// without is the case of a story without some of its events, as somebody may see it.
func without(t testing.TB, events []string, gone ...string) *casefile.Case {
	t.Helper()
	var left []string
	for _, e := range events {
		if !slices.Contains(gone, strings.TrimSuffix(strings.Fields(e)[1], ",")) {
			left = append(left, e)
		}
	}
	c, err := casefile.Parse("story.yaml", []byte(strings.Replace(story, "EVENTS", "  - {"+strings.Join(left, "}\n  - {")+"}\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whoever does not see an event is told nothing that follows from it alone, and is
// told that something is left out.
func TestARowShowsWhatItsReaderSees(t *testing.T) {
	whole := row(facts(t, told...).Look(ninth), "acme")
	same, less, ok := whole.Shown(without(t, told))
	if !ok || less || !reflect.DeepEqual(same, *whole) {
		t.Errorf("the control, who sees all of it: less %t\n%+v\n%+v", less, same, *whole)
	}
	cut, less, ok := whole.Shown(without(t, told, "k3", "k4"))
	if !ok || !less || len(cut.Marks) != len(whole.Marks)-1 || cut.When != earlier.Before {
		t.Fatalf("less %t: %+v", less, cut)
	}
	if has(cut.Uncertain, earlier.ClaimOnly) != nil || cut.Aware.Earliest.Day() != 2 || cut.Told[0].Receipt != nil || has(cut.For, earlier.ToldMaintainer) == nil {
		t.Errorf("%+v", cut)
	}
	if _, _, ok := whole.Shown(without(t, told, "k1", "k2", "k3", "k4")); ok {
		t.Error("who sees nothing of it is told something")
	}
	claim, less, ok := whole.Shown(without(t, told, "k1", "k2", "k3"))
	if !ok || !less || claim.When != earlier.Perhaps || claim.Aware.Earliest.Day() != 24 || len(claim.Told) != 0 || has(claim.For, earlier.ToldMaintainer) != nil {
		t.Errorf("a claim alone is no more than perhaps: %+v", claim)
	}
}

// A mark that was contested after the row was made shows as contested.
func TestARowShowsWhatWasContestedSince(t *testing.T) {
	was := row(facts(t, told[:1]...).Look(ninth), "acme")
	now := append(slices.Clone(told[:1]), `id: k9, kind: mark-contested, by: acme, re: k1, reason: it was a test, at: "2026-12-20T08:00:00Z", basis: own`)
	got, less, ok := was.Shown(without(t, now))
	if !ok || less || got.When != earlier.Perhaps || !slices.Equal(got.Marks[0].Disputed, []string{"k9"}) || has(got.For, earlier.Contested) == nil || has(got.Uncertain, earlier.IsDisputed) == nil {
		t.Errorf("%+v", got)
	}
	if len(was.Marks[0].Disputed) > 0 || was.When != earlier.Before {
		t.Error("what was kept has changed")
	}
	m := earlier.Members([]earlier.Row{*was})[0]
	if of := m.Of([]earlier.Row{got}); of.When != earlier.Perhaps || of.Name != m.Name || m.When != earlier.Before {
		t.Errorf("%+v", of)
	}
	if of := m.Of(nil); of.When != "" || !of.Aware.Earliest.IsZero() || of.Name != m.Name {
		t.Errorf("of nothing: %+v", of)
	}
}

// Whatever is left out: a row names no event that is not seen, is never firmer than
// it was, and shown twice says the same.
func TestLawARowTellsNothingUnseen(t *testing.T) {
	whole := row(facts(t, told...).Look(ninth), "acme")
	rapid.Check(t, func(rt *rapid.T) {
		var gone []string
		for _, id := range []string{"k1", "k2", "k3", "k4"} {
			if rapid.Bool().Draw(rt, id) && (id != "k2" || slices.Contains(gone, "k3")) {
				gone = append(gone, id)
			}
		}
		c := without(t, told, gone...)
		got, less, ok := whole.Shown(c)
		for _, id := range eventsIn(got) {
			if c.Event(id) == nil {
				rt.Fatalf("without %v it names %s", gone, id)
			}
		}
		rank := func(w earlier.When) int { return slices.Index(earlier.Whens(), w) }
		if ok && rank(got.When) < rank(whole.When) {
			rt.Fatalf("%s became %s", whole.When, got.When)
		}
		if !less && len(gone) > 0 {
			rt.Fatalf("without %v nothing is said to be left out", gone)
		}
		if again, _, ok2 := got.Shown(c); ok && (!ok2 || !reflect.DeepEqual(again, got)) {
			rt.Fatalf("%+v\n%+v", got, again)
		}
	})
}

func eventsIn(r earlier.Row) (out []string) {
	for _, m := range slices.Concat(r.Marks, r.Signals) {
		out = append(append(append(out, m.Event), m.Disputed...), m.Corrected...)
		if m.Receipt != "" {
			out = append(out, m.Receipt)
		}
	}
	for _, x := range r.Told {
		out = append(append(out, x.Event), x.Disputed...)
		if x.Receipt != nil {
			out = append(out, x.Receipt.Event)
		}
	}
	for _, p := range slices.Concat(r.For, r.Uncertain) {
		out = append(out, p.Events...)
		if p.Receipt != nil {
			out = append(out, p.Receipt.Event)
		}
	}
	for _, o := range r.Owed {
		for _, id := range []string{o.MetBy, o.Heard} {
			if id != "" {
				out = append(out, id)
			}
		}
	}
	return out
}
