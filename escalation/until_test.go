package escalation_test

import (
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/examples"
	"tocsin/plan"
)

func replace(s, old, with string) string { return strings.Replace(s, old, with, 1) }

// states is what of a plan must be the same until it is said to change.
func states(p *plan.Plan) string {
	var b strings.Builder
	for _, d := range p.Duties {
		fmt.Fprintf(&b, "%s %s %t\n", d.ID, d.State, d.PastDue)
	}
	for _, f := range p.Prohibitions {
		fmt.Fprintf(&b, "%s %s %s %s\n", f.Rule, f.Party, f.Of, f.State)
	}
	return b.String()
}

// cases are the examples, kept here, so that what was not done is missed.
func cases(t testing.TB) map[string]*casefile.Case {
	t.Helper()
	out := map[string]*casefile.Case{}
	entries, err := examples.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".yaml" {
			continue
		}
		data, err := examples.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(e.Name(), data)
		if err != nil {
			t.Fatal(err)
		}
		f := c.File
		f.Record = "kept"
		if out[e.Name()], err = casefile.Build(e.Name(), f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// span is from before the first event of a case until long after the last.
func span(c *casefile.Case) (from, to time.Time) {
	for i := range c.Events {
		s := c.Span(&c.Events[i])
		if t := s.Earliest; !t.IsZero() && (from.IsZero() || t.Before(from)) {
			from = t
		}
		if t := s.Latest; t.After(to) {
			to = t
		}
	}
	return from.Add(-48 * time.Hour).Truncate(time.Second), to.Add(120 * 24 * time.Hour)
}

func planAt(t rapid.TB, c *casefile.Case, at time.Time) *plan.Plan {
	b, err := book()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.For(c, b, plan.Options{At: at})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The law: at no whole second before Until is the plan another one. The control:
// it does change, and often at that very second.
func TestAPlanIsTheSameUntilItIsSaidToChange(t *testing.T) {
	b := shipped(t)
	changed, checks := 0, 0
	for name, c := range cases(t) {
		t.Run(name, func(t *testing.T) {
			from, to := span(c)
			rapid.Check(t, func(r *rapid.T) {
				now := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from)/time.Second)).Draw(r, "now")) * time.Second)
				if rapid.Bool().Draw(r, "at an edge") { // just before, on or after an instant of the case
					e := &c.Events[rapid.IntRange(0, len(c.Events)-1).Draw(r, "event")]
					if s := c.Span(e); !s.Earliest.IsZero() {
						now = s.Earliest.Add(time.Duration(rapid.Int64Range(-2, 2).Draw(r, "by")) * time.Second).Truncate(time.Second)
					}
				}
				p := planAt(r, c, now)
				until, err := escalation.Until(c, b, p)
				if err != nil {
					r.Fatal(err)
				}
				if until.IsZero() {
					return
				}
				if !until.After(now) {
					r.Fatalf("at %v it says %v", now, until)
				}
				was := states(p)
				for range 3 {
					at := now.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(now)/time.Second)-1).Draw(r, "between")) * time.Second)
					if got := states(planAt(r, c, at)); got != was {
						r.Fatalf("at %v it was said to stay until %v; at %v it is another:\n%s", now, until, at, diff(was, got))
					}
				}
				last := until.Add(-time.Second)
				if got := states(planAt(r, c, last)); got != was {
					r.Fatalf("at %v it was said to stay until %v; a second before it is another:\n%s", now, until, diff(was, got))
				}
				checks++
				if states(planAt(r, c, until)) != was {
					changed++
				}
			})
		})
	}
	if changed < checks/20 {
		t.Errorf("of %d plans %d changed when they were said to: the law holds of anything that never changes", checks, changed)
	}
}

func diff(a, b string) string {
	in := func(l string, list []string) bool {
		for _, x := range list {
			if x == l {
				return true
			}
		}
		return false
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	var out strings.Builder
	for _, l := range x {
		if !in(l, y) {
			fmt.Fprintf(&out, "- %s\n", l)
		}
	}
	for _, l := range y {
		if !in(l, x) {
			fmt.Fprintf(&out, "+ %s\n", l)
		}
	}
	return out.String()
}

// Where claims compete, a plan does not show the dates of every world; the day
// on which the second of them is missed must be found all the same.
func TestTheOtherWorldsHaveDatesToo(t *testing.T) {
	b := shipped(t)
	c, err := casefile.Parse("case.yaml", []byte(replace(flawed("TOC-1"),
		`  - {id: e2, kind: aware, by: maker, of: lib, at: "2026-11-20T10:00:00Z", how: told}
`, `  - {id: e2, kind: aware, by: maker, of: lib, at: "2026-11-20T10:00:00Z", how: told}
  - {id: e2b, kind: aware, by: maker, of: lib, at: "2026-11-20T20:30:00Z", how: told, disputes: [e2]}
`)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)
	seen := 0
	for end := now.Add(10 * 24 * time.Hour); now.Before(end); {
		p := planAt(t, c, now)
		until, err := escalation.Until(c, b, p)
		if err != nil {
			t.Fatal(err)
		}
		if until.Sub(now) > 24*time.Hour {
			t.Fatalf("with competing claims it looks %v ahead", until.Sub(now))
		}
		for at := now; at.Before(until); at = at.Add(10 * time.Minute) {
			if got := states(planAt(t, c, at)); got != states(p) {
				t.Fatalf("from %v until %v it should stay; at %v it is another:\n%s", now, until, at, diff(states(p), got))
			}
		}
		if states(planAt(t, c, until)) != states(p) {
			seen++
		}
		now = until
	}
	if seen < 2 {
		t.Errorf("the plan changed %d times in ten days; each world has dates of its own", seen)
	}
}
