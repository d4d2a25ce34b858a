package plan

import (
	"strings"
	"testing"
)

// The vectors of clocks.md, end to end: from a case file to the dates of a plan.

// cn is a provider in the mainland that becomes aware of a flaw in its product.
func cn(aware string) string {
	return `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events: [{id: e1, kind: aware, by: v, of: p, at: "` + aware + `"}]`
}

// cnVector asks the two days of RMSV Art. 7(2) from noon of a day.
func cnVector(t *testing.T, day, ordinary, holidayOnly string) *Duty {
	t.Helper()
	aware := instantOf(t, day+"T12:00:00+08:00")
	d := duty(t, planOf(t, day+"T13:00:00+08:00", cn(day+"T12:00:00+08:00")), "CN-RMSV-7-2-MIIT")
	strict := say(aware.Add(48 * 60 * 60 * 1e9))
	is(t, "due", d.Due, strict)
	if d.State != Running || d.PastDue {
		t.Errorf("state %s, past due %v; want running", d.State, d.PastDue)
	}
	end := func(s string) string { return s + "T00:00:00+08:00" } // the exclusive bound of the day before
	reads(t, d, "elapsed law "+strict+" running", "cn-day law "+end(ordinary)+" running", "cn-day law rest=holiday-only "+end(holidayOnly)+" running")
	return d
}

func TestVectorCN1PlainCase(t *testing.T) { cnVector(t, "2021-11-24", "2021-11-27", "2021-11-27") }
func TestVectorCN2SaturdayEndRolls(t *testing.T) {
	cnVector(t, "2021-11-25", "2021-11-30", "2021-11-28")
}
func TestVectorCN3NewYear(t *testing.T) { cnVector(t, "2021-12-30", "2022-01-05", "2022-01-05") }
func TestVectorCN4MakeUpSaturday(t *testing.T) {
	cnVector(t, "2026-02-12", "2026-02-15", "2026-02-15")
}
func TestVectorCN5SpringFestival(t *testing.T) {
	cnVector(t, "2026-02-13", "2026-02-25", "2026-02-25")
}
func TestVectorCN6MidAutumn(t *testing.T)   { cnVector(t, "2026-09-23", "2026-09-29", "2026-09-29") }
func TestVectorCN7NationalDay(t *testing.T) { cnVector(t, "2026-09-29", "2026-10-09", "2026-10-09") }
func TestVectorCN8MakeUpSaturdayAfterHoliday(t *testing.T) {
	cnVector(t, "2026-10-08", "2026-10-11", "2026-10-11")
}
func TestVectorCN9TheFlagMatters(t *testing.T) {
	cnVector(t, "2026-11-19", "2026-11-24", "2026-11-22")
}
func TestVectorCN10MakeUpSunday(t *testing.T) {
	cnVector(t, "2026-01-02", "2026-01-05", "2026-01-05")
}

func TestVectorCN11NextYearIsProvisional(t *testing.T) {
	p := planOf(t, "2027-03-02T13:00:00+08:00", cn("2027-03-02T12:00:00+08:00"))
	d := duty(t, p, "CN-RMSV-7-2-MIIT")
	for _, r := range d.Readings {
		if want := r.Calc == "cn-day"; r.Provisional != want {
			t.Errorf("%s: provisional %v, want %v", r.Calc, r.Provisional, want)
		}
	}
	because1(t, p.Warnings, "provisional")
	// control: a year whose notice is known is not provisional
	for _, r := range cnVector(t, "2021-11-24", "2021-11-27", "2021-11-27").Readings {
		if r.Provisional {
			t.Errorf("%s of 2021 is provisional", r.Calc)
		}
	}
}

// eu is a manufacturer in Germany.
func eu(events ...string) string {
	return `
record: kept
products: [{id: p, provider: m}]
parties: [{id: m, country: DE}]
events:
  - ` + strings.Join(events, "\n  - ")
}

func exploited(at string) string {
	return `{id: x, kind: exploitation-observed, by: m, of: p, at: "` + at + `"}`
}

func TestVectorEU1ChristmasDoesNotHelp(t *testing.T) {
	d := duty(t, planOf(t, "2026-12-24T17:00:00+01:00", eu(exploited("2026-12-24T16:20:00+01:00"))), "EU-CRA-14-2A-AEV24")
	reads(t, d, "elapsed law 2026-12-25T16:20:00+01:00 running", "eu-1182-hours law 2026-12-25T17:00:00+01:00 running")
	is(t, "due", d.Due, "2026-12-25T16:20:00+01:00")
	is(t, "pace", d.Pace, "without undue delay")
}

func TestVectorEU2SeventyTwoHoursOverAWeekend(t *testing.T) {
	d := duty(t, planOf(t, "2026-12-18T11:00:00+01:00", eu(exploited("2026-12-18T10:05:00+01:00"))), "EU-CRA-14-2B-AEV72")
	reads(t, d, "elapsed law 2026-12-21T10:05:00+01:00 running", "eu-1182-hours law 2026-12-21T11:00:00+01:00 running")
}

func TestVectorEU3ThreeDatesForOneDuty(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-02T14:00:00+01:00", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: ew, kind: notified, by: m, of: p, to: [eu-srp], at: "2026-11-02T12:00:00+01:00"}`)), "EU-CRA-14-2B-AEV72")
	reads(t, d, "elapsed law 2026-11-05T09:00:00+01:00 running", "eu-1182-hours law 2026-11-05T10:00:00+01:00 running",
		"elapsed platform srp-counter 2026-11-04T12:00:00+01:00 running", "elapsed guidance ncsc-ie 2026-11-04T12:00:00+01:00 running")
	is(t, "due", d.Due, "2026-11-05T09:00:00+01:00")
	is(t, "act_by", d.ActBy, "2026-11-04T12:00:00+01:00")
}

func TestVectorEU4FinalReportAfterTheMeasure(t *testing.T) {
	for _, hour := range []string{"00:30", "23:30"} {
		d := duty(t, planOf(t, "2026-12-12T00:00:00+01:00", eu(exploited("2026-12-10T10:00:00+01:00"),
			`{id: fix, kind: measure-available, by: m, of: p, at: "2026-12-11T`+hour+`:00+01:00"}`)), "EU-CRA-14-2C-AEVFINAL")
		reads(t, d, "calendar-days law from-measure 2026-12-26T00:00:00+01:00 running", "eu-1182-days law 2026-12-29T00:00:00+01:00 running")
		is(t, "due", d.Due, "2026-12-26T00:00:00+01:00")
	}
}

func TestVectorEU4OtherStatesDiffer(t *testing.T) {
	body := strings.Replace(eu(exploited("2026-12-10T10:00:00+01:00"), `{id: fix, kind: measure-available, by: m, of: p, at: "2026-12-11T12:00:00+01:00"}`),
		"country: DE", "country: US, markets: [EU]", 1)
	d := duty(t, planOf(t, "2026-12-12T00:00:00+01:00", body), "EU-CRA-14-2C-AEVFINAL")
	r := d.Readings[1]
	if r.DueEarliest.Equal(r.DueLatest.Time) || !r.Provisional || !strings.Contains(r.Note, "Member State") {
		t.Errorf("with an unknown filing State the reading is %s…%s, provisional %v, note %q", say(r.DueEarliest), say(r.DueLatest), r.Provisional, r.Note)
	}
}

func TestVectorEU5NoMeasureNoDate(t *testing.T) {
	d := duty(t, planOf(t, "2026-12-24T00:00:00+01:00", eu(exploited("2026-12-10T10:00:00+01:00"))), "EU-CRA-14-2C-AEVFINAL")
	if d.State != Awaiting || d.Due != nil || d.Anchor != nil || len(d.Readings) != 0 {
		t.Errorf("got %s due %s with %d readings", d.State, say(d.Due), len(d.Readings))
	}
}

// severe is a manufacturer with a severe incident known at T.
func severe(aware string, more ...string) string {
	return eu(append([]string{
		`{id: i, kind: incident-aware, by: m, incident: i1, at: "` + aware + `"}`,
		`{id: c, kind: classified, by: m, incident: i1, result: severe, at: "` + aware + `"}`}, more...)...)
}

func TestVectorEU6MonthEndAndRollOver(t *testing.T) {
	d := duty(t, planOf(t, "2027-02-01T00:00:00+01:00", severe("2027-01-30T10:00:00+01:00",
		`{id: n, kind: notified, by: m, incident: i1, to: [eu-srp], stage: notification, rule: EU-CRA-14-4B-SI72, at: "2027-01-31T12:00:00+01:00"}`)), "EU-CRA-14-4C-SIFINAL")
	reads(t, d, "calendar-days law 2027-03-01T00:00:00+01:00 running", "eu-1182-months law 2027-03-02T00:00:00+01:00 running")
}

func TestVectorEU7MonthFromTheSubmission(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-04T00:00:00+01:00", severe("2026-11-02T09:00:00+01:00",
		`{id: ew, kind: notified, by: m, incident: i1, to: [eu-srp], at: "2026-11-02T12:00:00+01:00"}`,
		`{id: n, kind: notified, by: m, incident: i1, to: [eu-srp], at: "2026-11-03T15:00:00+01:00"}`)), "EU-CRA-14-4C-SIFINAL")
	is(t, "due", d.Due, "2026-12-04T00:00:00+01:00") // 3 November + 1 month; not 5 November + 1 month
	is(t, "anchor", d.Anchor.Events, "[n]")
}

// dora is a financial entity; the roles decide about weekend relief.
func dora(roles string, events ...string) string {
	return `
record: kept
parties: [{id: b, country: DE, roles: [` + roles + `]}]
events:
  - {id: i, kind: incident-aware, by: b, incident: i1, at: "2026-11-10T09:00:00+01:00"}
  - ` + strings.Join(events, "\n  - ")
}

func TestVectorEU8MinOfTwoClocks(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-11T08:00:00+01:00", dora("credit-institution",
		`{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-11T07:00:00+01:00"}`)), "EU-DORA-19-INITIAL/initial")
	is(t, "due", d.Due, "2026-11-11T09:00:00+01:00")
}

func TestVectorEU9TheCapIsGone(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-11T16:00:00+01:00", dora("credit-institution",
		`{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-11T15:00:00+01:00"}`)), "EU-DORA-19-INITIAL/initial")
	is(t, "due", d.Due, "2026-11-11T19:00:00+01:00")
	if !strings.Contains(strings.Join(codes(d.Readings[0].Steps), " "), "step-cap-gone") {
		t.Errorf("the steps do not say that the cap is gone: %v", codes(d.Readings[0].Steps))
	}
}

func TestVectorEU10ReliefDependsOnTheRole(t *testing.T) {
	events := []string{
		`{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-10T12:00:00+01:00"}`,
		`{id: n, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-11T10:00:00+01:00"}`} // + 72 h is a Saturday
	d := duty(t, planOf(t, "2026-11-12T00:00:00+01:00", dora("credit-institution", events...)), "EU-DORA-19-INITIAL/intermediate")
	reads(t, d, "elapsed law 2026-11-14T10:00:00+01:00 running")
	d = duty(t, planOf(t, "2026-11-12T00:00:00+01:00", dora("financial-entity", events...)), "EU-DORA-19-INITIAL/intermediate")
	reads(t, d, "elapsed law 2026-11-14T10:00:00+01:00 running", "elapsed-weekend-relief law 2026-11-16T12:00:00+01:00 running")
	is(t, "due", d.Due, "2026-11-14T10:00:00+01:00")
}

func TestVectorEU11ApplicabilityByAwareness(t *testing.T) {
	old := exploited("2026-09-10T10:00:00+02:00")
	d := duty(t, planOf(t, "2026-09-15T00:00:00+02:00", eu(old)), "EU-CRA-14-2A-AEV24")
	if d.State != NotScheduled || d.Due != nil {
		t.Errorf("known on 10 September: %s due %s", d.State, say(d.Due))
	}
	because1(t, d.Because, "only-earlier")
	d = duty(t, planOf(t, "2026-09-12T12:00:00+02:00", eu(old,
		`{id: y, kind: exploitation-observed, by: m, of: p, at: "2026-09-12T09:00:00+02:00"}`)), "EU-CRA-14-2A-AEV24")
	is(t, "due", d.Due, "2026-09-13T09:00:00+02:00")
	is(t, "anchor", d.Anchor.Events, "[y]")
}

// A date that an act names ends with its day, also on the day on which clocks go
// forward: at noon of it nothing is past.
func TestADueOnTheDayClocksGoForward(t *testing.T) {
	p := planOf(t, "2022-03-27T12:00:00+02:00", `
record: kept
parties:
  - {id: office, country: DE, roles: [sharing-authority]}
  - {id: m, country: DE, roles: [sharing-partner]}
events:
  - {id: e1, kind: hearing-opened, by: office, to: [m], at: "2022-03-15T10:00:00+01:00", due: {value: "2022-03-27", zone: Europe/Berlin}}
`)
	seen := 0
	for _, d := range p.Duties {
		if d.Obliged != "m" || d.Due == nil {
			continue
		}
		seen++
		if got := d.Due.Format("2006-01-02T15:04:05Z07:00"); got != "2022-03-28T00:00:00+02:00" || d.PastDue {
			t.Errorf("%s is due %s, past: %v", d.ID, got, d.PastDue)
		}
	}
	if seen == 0 {
		t.Error("no date was computed")
	}
}
