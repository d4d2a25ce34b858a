package plan

import (
	"strings"
	"testing"
)

// Contract section 2: times, due, act_by, pace and the states, sentence by sentence.

const sources = `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: e1, kind: aware, by: v, of: p, at: "2021-11-24T14:51:00+08:00"}`

const kept = "record: kept" + sources

// to is a notice to the ministry at a time.
func toMIIT(id, at string) string {
	return `
  - {id: ` + id + `, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: ` + at + `}`
}

const miit = "CN-RMSV-7-2-MIIT"

func TestStatesFollowTheClock(t *testing.T) {
	for _, c := range []struct {
		name, at, body string
		state          State
		pastDue        bool
		lateBy         string
	}{
		{"anchor unset", "2021-12-01T00:00:00Z", strings.Replace(kept, "aware", "commented", 1), Awaiting, false, "null"},
		{"before the first due", "2021-11-26T12:00:00+08:00", kept, Running, false, "null"},
		{"at the first due, which is an instant", "2021-11-26T14:51:00+08:00", kept, Running, false, "null"},
		{"after the first, before the last", "2021-11-26T14:51:01+08:00", kept, Running, true, "null"},
		{"after the last, kept record", "2021-11-28T14:51:00+08:00", kept, Missed, true, "PT48H"},
		{"after the last, outside sources", "2021-11-28T14:51:00+08:00", sources, NoRecord, true, "null"},
		{"done in time", "2021-12-01T00:00:00Z", kept + toMIIT("n", `"2021-11-25T10:00:00+08:00"`), Met, false, "null"},
		{"at the very instant", "2021-12-01T00:00:00Z", kept + toMIIT("n", `"2021-11-26T14:51:00+08:00"`), Met, false, "null"},
		{"between the readings", "2021-12-01T00:00:00Z", kept + toMIIT("n", `"2021-11-26T16:21:00+08:00"`), MetOrLate, false, "PT1H30M"},
		{"after the last reading", "2021-12-01T00:00:00Z", kept + toMIIT("n", `"2021-11-28T14:51:00+08:00"`), MetLate, false, "PT48H"},
		{"a day around the due", "2021-12-01T00:00:00Z", kept + toMIIT("n", `{value: "2021-11-26", precision: day, zone: Asia/Shanghai}`), MetOrLate, false, "null"},
		{"a day before", "2021-12-01T00:00:00Z", kept + toMIIT("n", `{value: "2021-11-25", precision: day, zone: Asia/Shanghai}`), Met, false, "null"},
		{"not after a day before", "2021-12-01T00:00:00Z", kept + toMIIT("n", `{not-after: "2021-11-25T10:00:00+08:00"}`), Met, false, "null"},
		{"not before a day after", "2021-12-20T00:00:00Z", kept + toMIIT("n", `{not-before: "2021-12-01T14:51:00+08:00"}`), MetLate, false, "PT120H"},
	} {
		d := duty(t, planOf(t, c.at, c.body), miit)
		if d.State != c.state || d.PastDue != c.pastDue || say(d.LateBy) != c.lateBy {
			t.Errorf("%s: got %s, past due %v, late by %s; want %s, %v, %s", c.name, d.State, d.PastDue, say(d.LateBy), c.state, c.pastDue, c.lateBy)
		}
	}
}

func TestOpenMeansNoNumber(t *testing.T) {
	d := duty(t, planOf(t, "2030-01-01T00:00:00Z", kept), "CN-RMSV-7-3-REMEDY")
	if d.State != Open || d.Due != nil || d.ActBy != nil || d.PastDue {
		t.Errorf("%s %s %s %v", d.State, say(d.Due), say(d.ActBy), d.PastDue)
	}
	because1(t, d.Because, "no-number")
	d = duty(t, planOf(t, "2030-01-01T00:00:00Z", kept+`
  - {id: r, kind: measure-available, by: v, of: p, at: "2021-12-01T00:00:00Z"}`), "CN-RMSV-7-3-REMEDY")
	is(t, "done at any time", d.State, "met")
}

func TestAbsenceFromSourcesIsNoBreach(t *testing.T) {
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", sources), miit)
	because1(t, d.Because, "no-record")
	for _, w := range []string{"compliant", "safe", "in breach"} {
		for _, r := range d.Because {
			if strings.Contains(r.Text, w) {
				t.Errorf("%q says %q", r.Text, w)
			}
		}
	}
}

func TestEachReadingHasItsOwnState(t *testing.T) {
	d := duty(t, planOf(t, "2021-12-01T00:00:00Z", kept+toMIIT("n", `"2021-11-26T16:21:00+08:00"`)), miit)
	is(t, "strict", d.Readings[0].State, "met-late")
	is(t, "strict, late by", d.Readings[0].LateBy, "PT1H30M")
	is(t, "ordinary", d.Readings[1].State, "met")
	is(t, "ordinary, late by", d.Readings[1].LateBy, "null")
}

func TestDueIsTheEarliestOfItsOwnGround(t *testing.T) {
	d := duty(t, planOf(t, "2021-11-25T03:51:00+08:00", strings.Replace(kept, "2021-11-24T14:51", "2021-11-25T03:51", 1)), miit)
	is(t, "due", d.Due, "2021-11-27T03:51:00+08:00")
	is(t, "the roll-over is a reading of its own", d.Readings[1].DueEarliest, "2021-11-30T00:00:00+08:00")
}

// A law without a number, a platform with one.
const platformPack = `
pack: test
title: {en: test}
order: CN
zone: Asia/Shanghai
sources: [{id: T1, text: test}]
directory: [{id: test-desk, title: {en: desk}, country: CN, kind: platform, sources: [T1]}]
rules:
  - id: TEST-PLATFORM
    title: {en: test}
    status: in-force
    ground: statute
    from: 2021-01-01
    who: [{role: vendor}]
    duty: notify-authority
    modality: must
    to: [test-desk]
    pace: promptly
    stages:
      - {id: s, anchor: {any: [{fact: aware}]}, readings: [{calc: elapsed, period: PT24H, basis: platform}]}
    citation: {text: test, version: "1", sources: [T1]}
    verified: {duty: true, deadline: true, calc: true}
`

func TestAPlatformsDateIsNoNumberOfTheLaw(t *testing.T) {
	for _, at := range []string{"2021-11-25T00:00:00+08:00", "2022-11-25T00:00:00+08:00"} {
		d := duty(t, withPack(t, at, platformPack, kept), "TEST-PLATFORM")
		if d.State != Open || d.Due != nil || d.PastDue {
			t.Errorf("at %s: %s, due %s, past due %v", at, d.State, say(d.Due), d.PastDue)
		}
		is(t, "act by", d.ActBy, "2021-11-25T14:51:00+08:00")
	}
	d := duty(t, withPack(t, "2022-01-01T00:00:00Z", platformPack, kept+`
  - {id: n, kind: notified, by: v, to: [test-desk], of: p, at: "2021-12-31T00:00:00Z"}`), "TEST-PLATFORM")
	is(t, "no outer limit, none passed", d.State, "met")
}

func TestActByIsOnlyAnEarlierDate(t *testing.T) {
	// 48 hours after an early warning at the last minute lie beyond the law's 72
	d := duty(t, planOf(t, "2026-11-03T12:00:00+01:00", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: ew, kind: notified, by: m, of: p, to: [eu-srp], at: "2026-11-03T09:30:00+01:00"}`)), "EU-CRA-14-2B-AEV72")
	is(t, "act by", d.ActBy, "null")
	is(t, "due", d.Due, "2026-11-05T09:00:00+01:00")
}

func TestOpenEndsAreNullAndDueIsTheBoundThatIsKnown(t *testing.T) {
	body := func(at string) string { return strings.Replace(kept, `"2021-11-24T14:51:00+08:00"`, at, 1) }
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", body(`{not-after: "2021-11-24T14:51:00+08:00"}`)), miit)
	is(t, "anchor", d.Anchor.Earliest, "null")
	is(t, "reading", d.Readings[0].DueEarliest, "null")
	is(t, "reading", d.Readings[0].DueLatest, "2021-11-26T14:51:00+08:00")
	is(t, "no later than", d.Due, "2021-11-26T14:51:00+08:00")
	d = duty(t, planOf(t, "2022-01-01T00:00:00Z", body(`{not-before: "2021-11-24T14:51:00+08:00"}`)), miit)
	is(t, "reading", d.Readings[0].DueLatest, "null")
	is(t, "not before", d.Due, "2021-11-26T14:51:00+08:00")
	is(t, "an open end never runs out", d.State, "running")
}

func TestReadingsPrintInTheZoneThatGoverns(t *testing.T) {
	d := duty(t, planOf(t, "2021-12-01T00:00:00Z", strings.Replace(kept, "2021-11-24T14:51:00+08:00", "2021-11-24T01:51:00-05:00", 1)), miit)
	is(t, "elapsed: the anchor's own offset", d.Readings[0].DueEarliest, "2021-11-26T01:51:00-05:00")
	is(t, "days: the law's zone", d.Readings[1].DueEarliest, "2021-11-27T00:00:00+08:00")
	d = duty(t, planOf(t, "2021-12-01T00:00:00Z", told1451), miit)
	is(t, "unknown zone: UTC", d.Readings[0].DueEarliest, "2021-11-26T00:51:00Z")
	p := planOf(t, "2026-10-06T00:00:00Z", `
adopts: [N-P0-90]
products: [{id: p, provider: up}]
parties: [{id: f, country: DE, roles: [finder]}, {id: up, country: US}]
events: [{id: r, kind: reported, by: f, to: [up], of: p, at: "2026-10-01T22:00:00-05:00"}]`)
	is(t, "norms: UTC", duty(t, p, "N-P0-90/publish").Due, "2027-01-01T00:00:00Z")
}

func TestNothingIsClipped(t *testing.T) {
	body := strings.Replace(kept, `"2021-11-24T14:51:00+08:00"`, `{from: "2021-11-24T00:00:00Z", to: "2021-12-24T00:00:00Z"}`, 1)
	d := duty(t, planOf(t, "2021-11-25T00:00:00Z", body), miit) // now lies inside the anchor's interval
	is(t, "anchor", d.Anchor.Latest, "2021-12-24T00:00:00Z")
	is(t, "state", d.State, "running")
}

func TestAnOpenReadingBesideAKnownOne(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-12T00:00:00Z", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: fix, kind: measure-available, by: m, of: p, at: {not-after: "2026-11-10T12:00:00+01:00"}}`)), "EU-CRA-14-2C-AEVFINAL")
	is(t, "from the measure", d.Readings[0].DueEarliest, "null")
	is(t, "from the measure", d.Readings[0].DueLatest, "2026-11-25T00:00:00+01:00")
	is(t, "from the later of the two", d.Readings[1].DueEarliest, "2026-11-17T00:00:00+01:00")
	is(t, "the earliest bound that is known", d.Due, "2026-11-17T00:00:00+01:00")
}

func TestTheLastOfSeveralAnchors(t *testing.T) {
	events := []string{
		`{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-10T12:00:00+01:00"}`,
		`{id: n1, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-10T14:00:00+01:00"}`,
		`{id: n2, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-12T14:00:00+01:00"}`,
		`{id: h, kind: handled, by: b, incident: i1, at: "2026-11-20T14:00:00+01:00"}`,
	}
	is(t, "from the intermediate report", duty(t, planOf(t, "2026-11-25T00:00:00Z", dora("financial-entity", events...)), "EU-DORA-19-INITIAL/final").Due, "2026-12-13T00:00:00+01:00")
	events = append(events, `{id: n3, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-21T14:00:00+01:00"}`)
	is(t, "from its update", duty(t, planOf(t, "2026-11-25T00:00:00Z", dora("financial-entity", events...)), "EU-DORA-19-INITIAL/final").Due, "2026-12-22T00:00:00+01:00")
}

func TestAListOfZonesGivesReadingsOfItsOwn(t *testing.T) {
	d := duty(t, planOf(t, "2021-11-24T12:00:00Z", strings.Replace(kept, `"2021-11-24T14:51:00+08:00"`, `{value: "2021-11-24T14:51:00", zone: [Asia/Shanghai, Europe/Berlin]}`, 1)), miit)
	is(t, "the whole", d.Readings[0].DueEarliest, "2021-11-26T06:51:00Z")
	is(t, "the whole", d.Readings[0].DueLatest, "2021-11-26T13:51:00Z")
	var zones []string
	for _, r := range d.Readings {
		if r.Calc == "elapsed" && r.Zoned() {
			zones = append(zones, r.Variant+" "+say(r.DueEarliest))
		}
	}
	is(t, "each zone", zones, "[zone=Asia/Shanghai 2021-11-26T14:51:00+08:00 zone=Europe/Berlin 2021-11-26T14:51:00+01:00]")
}

func TestAZoneIsTheSameForBothEnds(t *testing.T) {
	// the same clock on the wall for awareness and notice: in each zone it was in time
	body := strings.Replace(kept, `"2021-11-24T14:51:00+08:00"`, `{value: "2021-11-24T14:51:00", zone: [Asia/Shanghai, America/New_York]}`, 1) +
		toMIIT("n", `{value: "2021-11-26T14:00:00", zone: [Asia/Shanghai, America/New_York]}`)
	d := duty(t, planOf(t, "2021-12-24T12:00:00Z", body), miit)
	is(t, "over all zones nobody knows", d.State, "met-or-late")
	for _, r := range d.Readings {
		if r.Calc == "elapsed" && r.Zoned() {
			is(t, r.Variant, r.State, "met")
		}
	}
}
