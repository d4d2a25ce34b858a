package plan

import "testing"

// registrant is a company under the SEC that found an incident material.
func registrant(at string) string {
	return `
record: kept
parties: [{id: r, country: US, roles: [sec-registrant]}]
events: [{id: d, kind: determined, by: r, incident: i1, result: material, at: "` + at + `"}]`
}

func TestVectorUS1FourBusinessDaysOverThanksgiving(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-26T00:00:00-05:00", registrant("2026-11-25T15:00:00-05:00")), "US-SEC-8K-105/8-k")
	reads(t, d, "business-days-sec law 2026-12-03T00:00:00-05:00 running")
}

func TestVectorUS2DeterminedOnASaturday(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-29T00:00:00-05:00", registrant("2026-11-28T15:00:00-05:00")), "US-SEC-8K-105/8-k")
	reads(t, d, "business-days-sec law 2026-12-04T00:00:00-05:00 running")
}

func TestVectorUS3EarlierOfListingAndDetection(t *testing.T) {
	d := duty(t, planOf(t, "2027-01-11T00:00:00-05:00", `
record: kept
products: [{id: p}]
parties: [{id: a, country: US, roles: [us-federal-agency], operates: [p]}]
events:
  - {id: det, kind: detected, by: a, of: p, exposed: true, automatable: true, impact: partial, at: "2027-01-01T10:00:00-05:00"}
  - {id: kev, kind: kev-listed, of: p, at: "2027-01-10T10:00:00-05:00"}`), "US-BOD-26-04/remediate")
	is(t, "anchor", d.Anchor.Events, "[det]")
	is(t, "due", d.Due, "2027-01-05T00:00:00-05:00") // three days from 1 January, long before the listing
	if !d.PastDue || d.State != Missed {
		t.Errorf("got %s, past due %v", d.State, d.PastDue)
	}
}

func TestVectorIN1SixHoursOverASundayNight(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-22T00:00:00+05:30", `
record: kept
parties: [{id: c, country: IN, roles: [body-corporate]}]
events: [{id: i, kind: incident-aware, by: c, incident: i1, at: "2026-11-21T23:30:00+05:30"}]`), "IN-CERTIN-II-6H")
	reads(t, d, "elapsed law 2026-11-22T05:30:00+05:30 running")
}

func TestVectorKR1ThreeFactsThreeSupplements(t *testing.T) {
	p := planOf(t, "2026-11-04T00:00:00+09:00", `
record: kept
parties: [{id: k, country: KR, roles: [ict-service-provider]}]
events:
  - {id: i, kind: incident-aware, by: k, incident: i1, at: "2026-11-01T09:00:00+09:00"}
  - {id: f1, kind: fact-confirmed, by: k, incident: i1, at: "2026-11-01T12:00:00+09:00"}
  - {id: f2, kind: fact-confirmed, by: k, incident: i1, at: "2026-11-02T13:00:00+09:00"}
  - {id: f3, kind: fact-confirmed, by: k, incident: i1, at: "2026-11-03T14:00:00+09:00"}`)
	want := []string{"2026-11-02T12:00:00+09:00", "2026-11-03T13:00:00+09:00", "2026-11-04T14:00:00+09:00"}
	ds := duties(p, "KR-NET-48-3/supplement")
	if len(ds) != 3 {
		t.Fatalf("got %d supplements", len(ds))
	}
	for i, d := range ds {
		is(t, d.ID, d.Due, want[i])
	}
}

func TestVectorHK1OralNoticeWrittenFormAndReport(t *testing.T) {
	p := planOf(t, "2026-03-03T00:00:00+08:00", `
record: kept
parties: [{id: h, country: HK, roles: [ci-operator-designated]}]
events:
  - {id: i, kind: incident-aware, by: h, incident: i1, at: "2026-03-02T08:00:00+08:00"}
  - {id: c, kind: classified, by: h, incident: i1, result: serious-disruption, at: "2026-03-02T08:30:00+08:00"}
  - {id: call, kind: notified, by: h, incident: i1, to: [hk-occics], form: oral, at: "2026-03-02T18:00:00+08:00"}`)
	is(t, "notice", duty(t, p, "HK-653-28-SERIOUS/notice").State, "met")
	is(t, "written form", duty(t, p, "HK-653-28-SERIOUS/written-form").Due, "2026-03-04T18:00:00+08:00")
	is(t, "report", duty(t, p, "HK-653-28-SERIOUS/report").Due, "2026-03-16T08:00:00+08:00")
}
