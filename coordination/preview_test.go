package coordination_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/plan"
)

// plain is a plan as one would compare it: without the name of the case.
func plain(t testing.TB, p *plan.Plan) string {
	t.Helper()
	c := *p
	c.Case, c.Title, c.Difference = "", "", nil
	out, err := json.Marshal(&c)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What was previewed is what one gets: for any event of anybody, the plan after
// AddEvent is the plan that PreviewEvent showed, and so are the basis and the id.
func TestWhatWasPreviewedIsKept(t *testing.T) {
	w, h := shared(t)
	all := []access.Reader{olga, ada, mei}
	kinds := []string{"aware how=told", "exploitation-observed", "notified to=[eu-srp] exploited=true", "assessed result=valid", "assessed result=not-affected", "acknowledged",
		"measure-available form=fix", "published detail=advisory", "embargo-proposed until=2027-01-01T00:00:00Z", "embargo-terminated", "leaked", "reported to=[cn-miit-nvdb]", "commented", "decided result=not-reportable reason=x review-on=2026-12-24"}
	kept := 0
	rapid.Check(t, func(rt *rapid.T) {
		who := rapid.SampledFrom(all).Draw(rt, "who")
		seen := w.see(who, h)
		spec := rapid.SampledFrom(kinds).Draw(rt, "kind")
		if len(seen.Case.Parties) > 0 && rapid.IntRange(0, 5).Draw(rt, "anybody") > 0 {
			spec += " by=" + rapid.SampledFrom(seen.Case.Parties).Draw(rt, "by").ID
		}
		if len(seen.Case.Products) > 0 {
			spec += " of=" + rapid.SampledFrom(seen.Case.Products).Draw(rt, "of").ID
		}
		spec += " at=" + monday.Add(-time.Duration(rapid.IntRange(-600, 6000).Draw(rt, "ago"))*time.Minute).Format(time.RFC3339)
		if rapid.IntRange(0, 4).Draw(rt, "dispute") == 0 && len(seen.Case.Events) > 0 {
			spec += " disputes=[" + rapid.SampledFrom(seen.Case.Events).Draw(rt, "disputed").ID + "]"
		}
		p, err := w.desk.PreviewEvent(w.ctx(), who, h, event(spec))
		if err != nil {
			return // refused alike: the control below counts
		}
		e := event(spec)
		if !seen.View.All {
			e.ID = p.Event.ID // of a narrow view the preview draws it
		}
		r, err := w.desk.AddEvent(w.ctx(), who, h, e, seen.Version, fmt.Sprint("key ", kept))
		if err != nil {
			rt.Fatalf("%s was previewed and not kept: %v", spec, err)
		}
		kept++
		after, err := w.desk.Plan(w.ctx(), who, h, coordination.PlanOptions{})
		if err != nil {
			rt.Fatal(err)
		}
		if r.ID != p.Event.ID || after.Case.Event(r.ID).Basis != p.Basis || plain(t, after.Plan) != plain(t, p.After) {
			rt.Fatalf("%s: previewed as %s (%s), kept as %s (%s)", spec, p.Event.ID, p.Basis, r.ID, after.Case.Event(r.ID).Basis)
		}
	})
	if kept < 20 {
		t.Errorf("only %d events were kept", kept)
	}
}

// Warnings say what a careful colleague would.
func TestPreviewWarns(t *testing.T) {
	w, h := shared(t)
	add(w, ada, h, `aware by=acme of=gateway how=told at=2026-11-21T09:00:00Z`)
	add(w, olga, h, `embargo-proposed by=project to=[acme,lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	add(w, ada, h, `embargo-accepted by=acme at=2026-11-21T10:00:00Z`)
	for spec, want := range map[string]string{
		`aware by=acme of=gateway how=told at=2026-12-24T09:00:00Z`:                                coordination.WarnFuture,
		`aware by=acme of=gateway how=told at=2026-11-21T09:00:00Z`:                                coordination.WarnDuplicate,
		`aware by=acme of=gateway how=found at=2026-11-20T07:00:00Z`:                               coordination.WarnEarlier,
		`signalled by=acme of=gateway at=2026-11-22T09:00:00Z`:                                     coordination.WarnUnassessed,
		`published by=acme of=gateway detail=advisory at=2026-11-22T09:00:00Z`:                     coordination.WarnEmbargo,
		`fix-committed by=acme of=gateway text="Fix RCE in header parser" at=2026-11-23T08:00:00Z`: coordination.WarnReveals,
		`fix-committed by=acme of=gateway reveals=true at=2026-11-23T08:00:00Z`:                    coordination.WarnReveals,
		`acknowledged by=acme re=e1 at=2026-11-20T12:00:00Z`:                                       coordination.WarnLate,
		`statement-made by=acme text=x at=2026-11-23T08:00:00Z`:                                    coordination.WarnNothing,
	} {
		p, err := w.desk.PreviewEvent(w.ctx(), ada, h, event(spec))
		if err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if !slices.Contains(p.Warnings, want) {
			t.Errorf("%s warns of %v, not of %s", spec, p.Warnings, want)
		}
		if slices.ContainsFunc(p.Warnings, func(c string) bool { return !slices.Contains(coordination.Warnings(), c) }) {
			t.Errorf("%v is not in the list of codes", p.Warnings)
		}
	}
	add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z`)
	p, err := w.desk.PreviewEvent(w.ctx(), ada, h, event(`notified by=acme to=[eu-srp] of=gateway rule=EU-CRA-14-2A-AEV24 at=2026-11-23T08:50:00Z`))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Meets) != 1 || len(p.Warnings) != 0 {
		t.Errorf("it meets %v and warns of %v", p.Meets, p.Warnings)
	}
}

// A what-if of a narrow reader is worked out on what that reader sees.
func TestWhatIf(t *testing.T) {
	w, h := shared(t)
	p, err := w.desk.Plan(w.ctx(), ada, h, coordination.PlanOptions{WhatIf: []string{`exploitation-observed by=acme of=gateway`}, Lang: "de"})
	if err != nil {
		t.Fatal(err)
	}
	if p.Plan.Difference == nil || len(p.Plan.Difference.Changed) == 0 || p.Of.Event("what-if-1") == nil || p.Case.Event("what-if-1") != nil {
		t.Errorf("%+v", p.Plan.Difference)
	}
	if state, _, _ := duty(p, "EU-CRA-14-2A-AEV24", "acme"); state != "running" {
		t.Errorf("supposed: %s", state)
	}
	if state, _, _ := duty(w.plan(ada, h), "EU-CRA-14-2A-AEV24", "acme"); state != "awaiting-anchor" {
		t.Errorf("what was supposed was remembered: %s", state)
	}
	if _, err := w.desk.Plan(w.ctx(), ada, h, coordination.PlanOptions{WhatIf: []string{`nonsense`}}); err == nil {
		t.Error("nonsense was supposed")
	}
	en, de := w.plan(ada, h), func() *coordination.Planned {
		p, err := w.desk.Plan(w.ctx(), ada, h, coordination.PlanOptions{Lang: "de"})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}()
	if en.Plan.Duties[0].Because[0].Text == de.Plan.Duties[0].Because[0].Text || w.plan(ada, h).Plan.Duties[0].Because[0].Text != en.Plan.Duties[0].Because[0].Text {
		t.Error("the languages run into one another")
	}
}
