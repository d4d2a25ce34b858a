package plan

import (
	"slices"
	"testing"

	"tocsin/rulebook"
)

// invented is a pack with the parts of the grammar that no shipped rule uses yet.
const invented = `pack: invented
title: {en: An invented norm}
order: XA
roles: [{id: clerk, title: {en: clerk}}]
sources: [{id: Z1, text: invented for this test}]
rules:
  - id: X-CHAIN
    title: {en: Publish, zh: 公布}
    status: in-force
    ground: statute
    from: 2020-01-01
    who: [{role: vendor}]
    duty: publish
    modality: must
    to: [public]
    stages:
      - id: first
        anchor: {any: [{fact: aware}]}
        readings: [{calc: calendar-days, period: P7D}]
      - id: grace
        anchor: {any: [{due: first}]}
        readings: [{calc: calendar-days, period: P3D}, {calc: elapsed, period: P3D, variant: exact}]
      - id: later
        anchor: {any: [{met: first, in-time: true}]}
        readings: [{calc: calendar-days, period: P30D}]
    citation: {text: X 1, version: "1", sources: [Z1]}
  - id: X-MAX
    title: {en: The later of two}
    status: in-force
    ground: statute
    from: 2020-01-01
    who: [{role: vendor}]
    duty: verify
    modality: must
    stages:
      - id: check
        anchor: {any: [{fact: aware}]}
        readings: [{calc: elapsed, max: [{period: PT4H}, {period: PT24H, anchor: {any: [{event: signalled, party: by}]}}]}]
    citation: {text: X 2, version: "1", sources: [Z1]}
  - id: X-MAY
    title: {en: May tell}
    status: in-force
    ground: statute
    from: 2020-01-01
    who: [{role: vendor}]
    duty: publish
    modality: may
    to: [public]
    stages: [{id: tell, anchor: {any: [{fact: aware}]}, readings: [{calc: elapsed, period: PT4H}]}]
    citation: {text: X 3, version: "1", sources: [Z1]}
`

func inventedPlan(t *testing.T, at, events string) *Plan {
	t.Helper()
	b, err := rulebook.Load(rulebook.Shipped(), rulebook.Dir{Name: "mine", FS: memory{"mine.yaml": invented}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := For(parse(t, "record: kept\nproducts: [{id: p, provider: v}]\nparties: [{id: v, country: XA}]\nevents:\n"+events), b, Options{At: instantOf(t, at)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const awareOn2March = "  - {id: a, kind: aware, by: v, of: p, at: \"2026-03-02T10:00:00Z\"}\n"

// Days that are counted from the end of a period are counted from the day that
// ended: 2 March + 7 days is 9 March, 24:00; 3 days on is 12 March, 24:00.
func TestDaysCountFromTheDayThatEnded(t *testing.T) {
	p := inventedPlan(t, "2026-03-03T00:00:00Z", awareOn2March)
	d := duty(t, p, "X-CHAIN/grace")
	for _, r := range d.Readings {
		if got, want := r.DueEarliest.UTC().Format("2006-01-02T15:04"), "2026-03-13T00:00"; got != want {
			t.Errorf("%s: due %s, want %s", r.Calc, got, want)
		}
	}
}

// `in-time` opens the next clock only where the last was met within its limit.
func TestInTimeOpensOnlyWhatWasInTime(t *testing.T) {
	early := inventedPlan(t, "2026-04-20T00:00:00Z", awareOn2March+"  - {id: x, kind: published, by: v, of: p, at: \"2026-03-05T10:00:00Z\"}\n")
	if d := duty(t, early, "X-CHAIN/later"); d.Due == nil {
		t.Errorf("published in time, and no clock: %s", d.State)
	}
	late := inventedPlan(t, "2026-04-20T00:00:00Z", awareOn2March+"  - {id: x, kind: published, by: v, of: p, at: \"2026-03-15T10:00:00Z\"}\n")
	if d := duty(t, late, "X-CHAIN/later"); d.State != Awaiting {
		t.Errorf("published late, and a clock: %s, due %v", d.State, d.Due)
	}
}

// The later of several clocks (max), the counterpart of DORA's min.
func TestMaxTakesTheLaterClock(t *testing.T) {
	p := inventedPlan(t, "2026-03-02T11:00:00Z", awareOn2March+"  - {id: s, kind: signalled, by: v, of: p, at: \"2026-03-01T20:00:00Z\"}\n")
	if got, want := duty(t, p, "X-MAX/check").Due.UTC().Format("2006-01-02T15:04"), "2026-03-02T20:00"; got != want {
		t.Errorf("due %s, want %s (24 h after the signal, later than 4 h after awareness)", got, want)
	}
}

// What is permitted cannot be missed, however long ago its number passed.
func TestPermissionIsNeverMissed(t *testing.T) {
	p := inventedPlan(t, "2026-06-01T00:00:00Z", awareOn2March)
	d := duty(t, p, "X-MAY/tell")
	if d.State != Open || d.PastDue || d.LateBy != nil || d.Readings[0].State != Open {
		t.Errorf("state %s, past due %v, late by %v, reading %s", d.State, d.PastDue, d.LateBy, d.Readings[0].State)
	}
	if c := duty(t, p, "X-MAX/check"); c.State != Missed { // the control: a demand is
		t.Errorf("a demand: %s, want missed", c.State)
	}
}

// The embargo warning is about what is still held back.
func TestNoEmbargoIsShortOnceTheFlawIsPublic(t *testing.T) {
	body := `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: DE}, {id: f, country: CH, roles: [finder], adopts: [N-P0-90, N-DISTROS-14]}]
events:
  - {id: r, kind: reported, by: f, to: [v], of: p, at: "2026-03-02T10:00:00Z"}
  - {id: l, kind: reported, by: f, to: [linux-distros], of: p, at: "2026-03-03T10:00:00Z"}
`
	short := func(p *Plan) bool {
		return slices.ContainsFunc(p.Warnings, func(r Reason) bool { return r.Code == "embargo-shortened" })
	}
	if !short(planOf(t, "2026-03-04T00:00:00Z", body)) {
		t.Error("posting to the list shortens the ninety days; the plan does not warn")
	}
	if short(planOf(t, "2026-03-06T00:00:00Z", body+"  - {id: x, kind: leaked, of: p, at: \"2026-03-05T10:00:00Z\"}\n")) {
		t.Error("the flaw is public, and the plan still warns of an embargo")
	}
}

// With the Member State of filing unknown, only what the States would count
// differently is provisional.
func TestUnknownFilingStateMattersOnlyWhereStatesDiffer(t *testing.T) {
	p := planOf(t, "2026-12-20T00:00:00Z", `
products: [{id: p, provider: v}]
parties: [{id: v, country: US, markets: [EU]}]
events:
  - {id: x, kind: exploitation-observed, by: v, of: p, at: "2026-12-10T10:05:00Z"}
  - {id: m, kind: measure-available, by: v, of: p, at: "2026-12-11T10:00:00Z"}
`)
	for _, r := range duty(t, p, "EU-CRA-14-2A-AEV24").Readings {
		if r.Provisional {
			t.Errorf("24 hours from the instant, or from the next full hour, are the same everywhere: %+v", r)
		}
	}
	days := duty(t, p, "EU-CRA-14-2C-AEVFINAL").Readings
	if !slices.ContainsFunc(days, func(r *Reading) bool {
		return r.Calc == "eu-1182-days" && r.Provisional && !r.DueEarliest.Equal(r.DueLatest.Time)
	}) {
		t.Errorf("the day after Christmas is no holiday everywhere: %+v", days)
	}
}
