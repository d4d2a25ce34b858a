package plan

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tocsin/casefile"
)

func build(t *rapid.T, f casefile.File) *casefile.Case {
	c, err := casefile.Build("case.yaml", f)
	if err != nil {
		t.Fatalf("the generator made a case that is refused: %v", err)
	}
	return c
}

func compute(t *rapid.T, c *casefile.Case, o Options) *Plan {
	b, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	p, err := For(c, b, o)
	if err != nil {
		t.Fatalf("For: %v", err)
	}
	return p
}

func encode(t *rapid.T, v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("the plan cannot be written: %v", err)
	}
	return string(out)
}

func now(t *rapid.T) time.Time {
	return epoch.Add(time.Duration(rapid.IntRange(-24, 24*100).Draw(t, "now")) * time.Hour)
}

// For never panics, its plan can be written, and its parts agree with one another.
func TestLawEveryPlanHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := build(t, cases(wild).Draw(t, "case"))
		o := Options{At: now(t)}
		if rapid.Bool().Draw(t, "known") {
			o.AsKnownAt = now(t)
		}
		p := compute(t, c, o)
		encode(t, p)
		ids := map[string]bool{}
		for _, d := range p.Duties {
			if ids[d.ID] {
				t.Errorf("%s stands twice", d.ID)
			}
			ids[d.ID] = true
			holdsTogether(t, d, p, c.Kept())
		}
		for _, layer := range p.Order {
			for _, id := range layer {
				if !ids[id] {
					t.Errorf("the order names %s, which is no duty", id)
				}
			}
		}
	})
}

func holdsTogether(t *rapid.T, d *Duty, p *Plan, kept bool) {
	bad := func(what string) {
		t.Errorf("%s: %s (state %s, due %s, met by %s)", d.ID, what, d.State, say(d.Due), say(d.MetBy))
	}
	var due *Instant
	number := false
	for _, r := range d.Readings {
		if r.Zoned() || !(r.Basis == "law" && d.Ground == "statute" || r.Basis == d.Ground) {
			continue
		}
		number = true
		if r.DueEarliest != nil && (due == nil || r.DueEarliest.Before(due.Time)) {
			due = r.DueEarliest
		}
	}
	switch {
	case due != nil && d.Due == nil, due != nil && d.Due.After(due.Time):
		bad("due is not the earliest of its own ground")
	case !number && d.Due != nil:
		bad("a date without a number")
	case (d.State == Met || d.State == MetLate || d.State == MetOrLate) && d.MetBy == nil && len(d.Alternatives) == 0:
		bad("met by nothing")
	case d.MetBy != nil && (d.PastDue || d.State == Open || d.State == Running || d.State == Missed || d.State == NoRecord || d.State == Awaiting):
		bad("met and not met")
	case d.State == Missed && !kept:
		bad("missed, in a record that cannot show it")
	case d.State == NoRecord && kept && !d.Informational:
		bad("no record, in a record that is kept")
	case d.State == Open && number:
		bad("open in spite of a number")
	case d.State == Running && !number:
		bad("running without a number")
	case (d.State == Awaiting || d.State == NotScheduled) && (d.Due != nil || d.Anchor != nil):
		bad("dates without a clock")
	case d.PastDue && (d.Due == nil || p.At.Before(d.Due.Time)):
		bad("past due before it is due")
	case d.ActBy != nil && d.Due != nil && !d.ActBy.Before(d.Due.Time):
		bad("act_by is not earlier than due")
	case d.State == Disputed && len(d.Alternatives) == 0:
		bad("disputed without alternatives")
	}
}

// The same case gives the same bytes, and the order of its events in the file
// decides nothing.
func TestLawAPlanIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := cases(wild).Draw(t, "case")
		o := Options{At: now(t)}
		first := encode(t, compute(t, build(t, f), o))
		if again := encode(t, compute(t, build(t, f), o)); again != first {
			t.Fatalf("two runs differ:\n%s", cmp.Diff(first, again))
		}
		f.Events = rapid.Permutation(f.Events).Draw(t, "order")
		if moved := encode(t, compute(t, build(t, f), o)); moved != first {
			t.Fatalf("the order of the file matters:\n%s", cmp.Diff(first, moved))
		}
	})
}

// A plan for one party has the same duties as the whole plan has for it.
func TestLawOnePartyIsAPartOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := build(t, cases(wild).Draw(t, "case"))
		at := now(t)
		whole := compute(t, c, Options{At: at})
		var parts []string
		for _, party := range c.Parties {
			p := compute(t, c, Options{At: at, Party: party.ID})
			for _, d := range p.Duties {
				parts = append(parts, encode(t, d))
			}
			for _, x := range p.Prohibitions {
				parts = append(parts, encode(t, x))
			}
			for _, x := range p.Conflicts {
				parts = append(parts, encode(t, x))
			}
		}
		var all []string
		for _, d := range whole.Duties {
			all = append(all, encode(t, d))
		}
		for _, x := range whole.Prohibitions {
			all = append(all, encode(t, x))
		}
		for _, x := range whole.Conflicts {
			all = append(all, encode(t, x))
		}
		slices.Sort(parts)
		slices.Sort(all)
		if diff := cmp.Diff(all, parts); diff != "" {
			t.Fatalf("whole and parts differ:\n%s", diff)
		}
	})
}

// A plain observation that lies later than everything else changes no anchor that
// stands already. Excepted, because the contract lets them speak of earlier facts:
//   - an own `aware` or `assessed not-affected` of a product that had inherited its
//     awareness from a component (it replaces the inherited one);
//   - anything that disputes or supersedes, and acts of authorities (waived, authorised);
//   - anchors that take the last of several events (DORA's final report after an
//     update), and stages that a later event closes (embargo-revised).
func TestLawALaterObservationMovesNoEarlierAnchor(t *testing.T) {
	kinds := []casefile.Kind{"aware", "exploitation-observed", "reported", "notified", "published", "leaked", "exploit-published", "measure-available",
		"fix-committed", "kev-listed", "commented", "incident-aware", "classified", "fact-confirmed", "handled", "acknowledged", "called-on", "requested"}
	rapid.Check(t, func(t *rapid.T) {
		f := cases(plain).Draw(t, "case")
		at := Options{At: epoch.Add(200 * 24 * time.Hour)}
		before := compute(t, build(t, f), at)
		e := eventOf(t, f, plain, "later", kinds)
		e.At = moment(epoch.Add(150 * 24 * time.Hour))
		if e.Kind == "aware" && len(containing(f, e.Of)) > 0 {
			return
		}
		f.Events = append(slices.Clone(f.Events), e)
		after := compute(t, build(t, f), at)
		is := map[string]*Duty{}
		for _, d := range after.Duties {
			is[d.ID] = d
		}
		for _, d := range before.Duties {
			n := is[d.ID]
			if n == nil || d.Anchor == nil || d.StageRecord().Anchor.Which == "last" {
				continue
			}
			if diff := cmp.Diff(d.Anchor, n.Anchor); diff != "" {
				t.Fatalf("%s %s by %s moves the anchor of %s:\n%s", e.ID, e.Kind, e.By, d.ID, diff)
			}
		}
	})
}

// An event that may have been earlier makes nothing due later.
func TestLawAWiderBeginningMakesNothingDueLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := cases(plain).Draw(t, "case")
		if len(f.Events) == 0 {
			return
		}
		at := Options{At: epoch.Add(200 * 24 * time.Hour)}
		before := compute(t, build(t, f), at)
		i := rapid.IntRange(0, len(f.Events)-1).Draw(t, "which")
		f.Events = slices.Clone(f.Events)
		span, err := f.Events[i].At.Span()
		if err != nil {
			t.Fatal(err)
		}
		earlier := span.Earliest.Add(-time.Duration(rapid.IntRange(1, 24*20*60).Draw(t, "minutes")) * time.Minute)
		f.Events[i].At.Moment.Value, f.Events[i].At.Moment.Precision = "", ""
		f.Events[i].At.Moment.From, f.Events[i].At.Moment.To = earlier.Format(time.RFC3339), span.Latest.Format(time.RFC3339)
		due := map[string]*Instant{}
		for _, d := range before.Duties {
			due[d.ID] = d.Due
		}
		for _, d := range compute(t, build(t, f), at).Duties {
			if was := due[d.ID]; was != nil && d.Due != nil && d.Due.After(was.Time) {
				t.Fatalf("%s (%s) at %s instead of %s: %s is due %s, was %s", f.Events[i].ID, f.Events[i].Kind, earlier, say(span.Earliest), d.ID, say(d.Due), say(was))
			}
		}
	})
}
