package plan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tocsin/casefile"
)

// supposed compares a plan with and without hypotheses, as --what-if and --assume do.
func supposed(t *testing.T, body, at string, whatIf, assume []string) *Difference {
	t.Helper()
	now := instantOf(t, at)
	plan := func(w, a []string) *Plan {
		c, err := casefile.Suppose("case.yaml", file(body), w, a, now)
		if err != nil {
			t.Fatal(err)
		}
		p, err := For(c, book(t), Options{At: now})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	return Diff(plan(nil, nil), plan(whatIf, assume))
}

func lineIDs(cs []Change) []string {
	out := []string{}
	for _, c := range cs {
		out = append(out, c.ID)
	}
	return out
}

func change(t *testing.T, cs []Change, id string) Change {
	t.Helper()
	for _, c := range cs {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("%s is not among %v", id, lineIDs(cs))
	return Change{}
}

func TestWhatIfTheNoticeHadBeenSent(t *testing.T) {
	d := supposed(t, kept, "2021-12-01T00:00:00Z", []string{`notified by=v to=[cn-miit-nvdb] of=p at=2021-11-25T00:00:00+08:00`}, nil)
	if len(d.Added)+len(d.Removed) != 0 {
		t.Errorf("added %v, removed %v", lineIDs(d.Added), lineIDs(d.Removed))
	}
	c := change(t, d.Changed, miit+"/report/v/p/1")
	is(t, "before", c.Before["state"], "missed")
	is(t, "after", c.After["state"], "met")
	is(t, "rests on the hypothesis", c.After["assumes"], "[events.what-if-1]")
	if _, there := c.After["due"]; there {
		t.Error("the due date has not changed")
	}
	if c.Before["past_due"] != true || c.After["past_due"] != false {
		t.Errorf("past due %v, then %v", c.Before["past_due"], c.After["past_due"])
	}
}

func TestWhatIfANewFactAddsItsClock(t *testing.T) {
	d := supposed(t, supplements(supplement("n1", "")), "2026-11-02T00:00:00Z", []string{`fact-confirmed by=k incident=i1 at=2026-11-01T20:00:00+09:00`}, nil)
	if got := lineIDs(d.Added); !slices.Equal(got, []string{"KR-NET-48-3/supplement/k/i1/3"}) {
		t.Errorf("added %v", got)
	}
}

func TestAssumeThatTheProductContainsTheComponent(t *testing.T) {
	body := strings.Replace(bundle, ", contains: [lib]}", "}", 1)
	d := supposed(t, body, "2026-10-06T00:00:00Z", nil, []string{"products.p.contains=[lib]"})
	c := change(t, d.Changed, miit+"/report/v/p/1")
	is(t, "before", c.Before["state"], "awaiting-anchor")
	is(t, "after", c.After["state"], "running")
	is(t, "assumes", c.After["assumes"], "[products.p.contains.lib]")
	change(t, d.Added, "prohibition/CN-RMSV-9-7-NO-OVERSEAS/v/p")
}

func TestAssumeARoleAndAMarket(t *testing.T) {
	d := supposed(t, kept, "2021-12-01T00:00:00Z", nil, []string{"parties.v.roles=[collection-platform]"})
	change(t, d.Added, "standing/CN-RMSV-10-PLATFORM/v")
	d = supposed(t, strings.Replace(kept, "country: CN", "country: CN, roles: [finder]", 1), "2021-12-01T00:00:00Z", nil, []string{`parties.v.roles=["-vendor"]`})
	if !slices.Contains(lineIDs(d.Removed), miit+"/report/v/p/1") {
		t.Errorf("removed %v", lineIDs(d.Removed))
	}
}

func TestADisputeThatIsSettledIsAChange(t *testing.T) {
	body := sources + `
  - {id: yes, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T00:00:00+08:00", disputes: [no]}
  - {id: no, kind: notified, by: v, to: [cn-miit-nvdb], of: p, denies: true, at: "2021-12-01T00:00:00+08:00"}`
	d := supposed(t, body, "2022-01-01T00:00:00Z", []string{"corrected supersedes=[no] at=2021-12-20T00:00:00Z"}, nil)
	c := change(t, d.Changed, miit+"/report/v/p/1")
	is(t, "before", c.Before["state"], "disputed")
	is(t, "after", c.After["state"], "met")
	if _, there := c.Before["alternatives"]; !there {
		t.Error("the alternatives that fell away are not shown")
	}
}

func TestNothingSupposedNothingChanged(t *testing.T) {
	for _, body := range []string{kept, bundle, desk, finder, goldenCaseOfPacks} {
		d := supposed(t, body, "2026-12-01T00:00:00Z", nil, nil)
		out, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if string(out) != `{"added":[],"removed":[],"changed":[]}` {
			t.Errorf("%s", out)
		}
	}
}

var goldenCaseOfPacks = strings.ReplaceAll(goldenCase, "to: [desk]", "to: [cn-miit-nvdb]")
