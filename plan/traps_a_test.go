package plan

import (
	"slices"
	"strings"
	"testing"
)

// The traps of the fact sheet, one test each, in its order. Each says what a
// careless scheduler would have shown.

// told is an e-mail whose clock nobody stated, as in the public record of 2021.
const told1451 = `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f, country: US}]
events: [{id: e1, kind: reported, by: f, to: [v], of: p, at: {value: "2021-11-24T14:51", precision: minute, zone: unknown, likely: [Asia/Shanghai, America/New_York]}}]`

func TestTrap01SameInstantDifferentDay(t *testing.T) {
	d := duty(t, planOf(t, "2021-12-20T00:00:00Z", told1451), "CN-RMSV-7-2-MIIT")
	is(t, "anchor earliest", d.Anchor.Earliest, "2021-11-24T00:51:00Z") // UTC+14
	is(t, "anchor latest", d.Anchor.Latest, "2021-11-25T02:51:59Z")     // UTC-12
	is(t, "due", d.Due, "2021-11-26T00:51:00Z")
	reads(t, d,
		"elapsed law 2021-11-26T00:51:00Z…2021-11-27T02:51:59Z missed",
		"cn-day law 2021-11-27T00:00:00+08:00…2021-11-30T00:00:00+08:00 missed",
		"cn-day law rest=holiday-only 2021-11-27T00:00:00+08:00…2021-11-28T00:00:00+08:00 missed",
		"elapsed law zone=Asia/Shanghai 2021-11-26T14:51:00+08:00…2021-11-26T14:51:59+08:00 missed",
		"cn-day law zone=Asia/Shanghai 2021-11-27T00:00:00+08:00 missed",
		"cn-day law rest=holiday-only,zone=Asia/Shanghai 2021-11-27T00:00:00+08:00 missed",
		"elapsed law zone=America/New_York 2021-11-26T14:51:00-05:00…2021-11-26T14:51:59-05:00 missed",
		"cn-day law zone=America/New_York 2021-11-30T00:00:00+08:00 missed",
		"cn-day law rest=holiday-only,zone=America/New_York 2021-11-28T00:00:00+08:00 missed")
}

func TestTrap01TheZonesOfACandidateSetNothing(t *testing.T) {
	// 26 November 18:00 in Beijing: past the date of Shanghai, before that of New York
	d := duty(t, planOf(t, "2021-11-26T18:00:00+08:00", told1451), "CN-RMSV-7-2-MIIT")
	if d.State != Running || !d.PastDue {
		t.Errorf("the whole interval alone decides: got %s, past due %v", d.State, d.PastDue)
	}
}

func TestTrap02SevenDifferentAnchors(t *testing.T) {
	// each fact starts the clock of its own rule, and of no other
	body := func(event string) string {
		return `
products: [{id: p, provider: u}]
parties: [{id: u, country: US, markets: [EU, CN], adopts: [N-CNA-4-5-1-3], roles: [cna, sec-registrant, nydfs-entity, us-bank, financial-entity, ci-operator-designated]}]
events: [` + event + `]`
	}
	for _, c := range []struct{ event, starts string }{
		{`{id: e, kind: aware, by: u, of: p, at: "2026-10-05T10:00:00Z"}`, "CN-RMSV-7-2-MIIT/report"},
		{`{id: e, kind: determined, by: u, incident: i, result: material, at: "2026-10-05T10:00:00Z"}`, "US-SEC-8K-105/8-k"},
		{`{id: e, kind: classified, by: u, incident: i, result: major, at: "2026-10-05T10:00:00Z"}`, "EU-DORA-19-INITIAL/initial"},
		{`{id: e, kind: payment-made, by: u, incident: i, at: "2026-10-05T10:00:00Z"}`, "US-NYDFS-500-17A/extortion-payment"},
		{`{id: e, kind: published, by: u, of: p, detail: advisory, at: "2026-10-05T10:00:00Z"}`, "N-CNA-4-5-1-3/publish"},
	} {
		p := planOf(t, "2026-10-05T11:00:00Z", body(c.event))
		started := map[string]bool{}
		for _, d := range p.Duties {
			if d.Due != nil {
				started[d.Rule+"/"+d.Stage] = true
			}
		}
		for _, other := range []string{"CN-RMSV-7-2-MIIT/report", "US-SEC-8K-105/8-k", "EU-DORA-19-INITIAL/initial", "US-NYDFS-500-17A/extortion-payment", "N-CNA-4-5-1-3/publish",
			"EU-CRA-14-2A-AEV24/early-warning", "EU-CRA-14-2C-AEVFINAL/final", "EU-CRA-14-4C-SIFINAL/final"} {
			if started[other] != (other == c.starts) {
				t.Errorf("%s: clock of %s started: %v", c.event, other, started[other])
			}
		}
	}
	// submission and measure are anchors too: vectors EU4 to EU7
}

func TestTrap03LawPlatformAndGuidanceSideBySide(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-04T20:00:00+01:00", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: ew, kind: notified, by: m, of: p, to: [eu-srp], at: "2026-11-02T12:00:00+01:00"}`)), "EU-CRA-14-2B-AEV72")
	is(t, "due", d.Due, "2026-11-05T09:00:00+01:00")
	is(t, "act by", d.ActBy, "2026-11-04T12:00:00+01:00")
	if d.PastDue || d.State != Running {
		t.Errorf("a platform's counter that ran out is no breach of the law: %s, past due %v", d.State, d.PastDue)
	}
}

func TestTrap04AWorkaroundStartsTheFinalReport(t *testing.T) {
	d := duty(t, planOf(t, "2026-11-10T00:00:00Z", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: wa, kind: measure-available, by: m, of: p, form: workaround, at: "2026-11-03T09:00:00+01:00"}`,
		`{id: fix, kind: measure-available, by: m, of: p, form: fix, at: "2026-11-09T09:00:00+01:00"}`)), "EU-CRA-14-2C-AEVFINAL")
	is(t, "due", d.Due, "2026-11-18T00:00:00+01:00") // 3 + 14, not 9 + 14
	if !slices.Contains(d.Anchor.Events, "wa") || slices.Contains(d.Anchor.Events, "fix") {
		t.Errorf("anchor %v", d.Anchor.Events)
	}
}

func TestTrap05ExploitationIsNotAProofOfConcept(t *testing.T) {
	body := `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN, markets: [CN, EU]}]
events:
  - {id: a, kind: aware, by: v, of: p, at: "2026-10-05T10:00:00+08:00"}
  - {id: poc, kind: exploit-published, of: p, at: "2026-10-05T11:00:00+08:00"}
  - {id: kev, kind: kev-listed, of: p, at: "2026-10-05T11:00:00+08:00"}`
	p := planOf(t, "2026-10-05T12:00:00+08:00", body)
	is(t, "CN", duty(t, p, "CN-RMSV-7-2-MIIT").State, "running")
	is(t, "EU", duty(t, p, "EU-CRA-14-2A-AEV24").State, "awaiting-anchor")
	// control: told with reliable evidence, the second clock runs too
	p = planOf(t, "2026-10-05T12:00:00+08:00", body+`
  - {id: ev, kind: exploitation-observed, by: v, of: p, at: "2026-10-05T11:30:00+08:00"}`)
	is(t, "EU", duty(t, p, "EU-CRA-14-2A-AEV24").Due, "2026-10-06T11:30:00+08:00")
}

func TestTrap06RolesArePerPartyAndProduct(t *testing.T) {
	p := planOf(t, "2026-10-05T12:00:00+08:00", `
products: [{id: lib, provider: up}, {id: box, provider: v, contains: [lib]}]
parties: [{id: v, country: CN}, {id: up, country: US}]
events: [{id: a, kind: aware, by: v, of: lib, how: found, at: "2026-10-05T10:00:00+08:00"}]`)
	is(t, "finder of the library", duty(t, p, "CN-RMSV-10-FINDER-MIIT").Modality, "encouraged")
	is(t, "finder of the library", duty(t, p, "CN-RMSV-10-FINDER-MIIT").Of, "lib")
	is(t, "provider of the box", duty(t, p, "CN-RMSV-7-2-MIIT").Modality, "must")
	is(t, "provider of the box", duty(t, p, "CN-RMSV-7-2-MIIT").Of, "box")
}

// finder is somebody in the mainland who found a flaw in another's product.
const finder = `
products: [{id: p, provider: up}]
parties: [{id: f, country: CN}, {id: up, country: US}, {id: friend, country: US}, {id: cc, is: [linux-distros]}]
events:
  - {id: a, kind: aware, by: f, of: p, how: found, at: "2026-10-05T10:00:00+08:00"}`

func TestTrap07RecipientsAreCheckedBeforeSending(t *testing.T) {
	x := prohibition(t, planOf(t, "2026-10-06T00:00:00Z", finder), "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "state", x.State, "in-force")
	is(t, "allowed", x.Allowed, "[up]")
	for _, c := range []struct{ to, state string }{{"up", "in-force"}, {"friend", "breached"}, {"certcc", "breached"}, {"linux-distros", "breached"}, {"cc", "breached"}, {"cn-miit-nvdb", "in-force"}} {
		x := prohibition(t, planOf(t, "2026-10-06T00:00:00Z", finder+`
  - {id: s, kind: reported, by: f, to: [`+c.to+`], of: p, at: "2026-10-05T11:00:00+08:00"}`), "CN-RMSV-9-7-NO-OVERSEAS", "f")
		is(t, "telling "+c.to, x.State, c.state)
	}
	x = prohibition(t, planOf(t, "2026-10-06T00:00:00Z", finder+`
  - {id: pub, kind: published, by: up, of: p, detail: advisory, at: "2026-10-05T10:30:00+08:00"}
  - {id: s, kind: reported, by: f, to: [friend], of: p, at: "2026-10-05T11:00:00+08:00"}`), "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "after publication", x.State, "released")
	is(t, "by", x.ReleasedBy, "pub")
}

func TestTrap08OppositeRulesAreShownNotResolved(t *testing.T) {
	p := planOf(t, "2026-10-05T12:00:00+08:00", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN, markets: [CN, EU]}]
events: [{id: x, kind: exploitation-observed, by: v, of: p, at: "2026-10-05T10:00:00+08:00"}]`)
	c := conflict(p, "CN-RMSV-9-7-NO-OVERSEAS", "EU-CRA-14-2A-AEV24", "v")
	if c == nil {
		t.Fatal("the conflict is not shown")
	}
	is(t, "a provider's own product", c.Certainty, "may")
	because1(t, c.Because, "conflict-counsel")
	is(t, "both clocks go on", duty(t, p, "EU-CRA-14-2A-AEV24").State, "running")
	is(t, "both clocks go on", prohibition(t, p, "CN-RMSV-9-7-NO-OVERSEAS", "v").State, "in-force")
}

func TestTrap09NoNumberNoTimestamp(t *testing.T) {
	p := planOf(t, "2026-10-05T12:00:00+08:00", cn("2026-10-05T10:00:00+08:00"))
	d := duty(t, p, "CN-RMSV-7-1-VERIFY")
	if d.State != Open || d.Due != nil || d.PastDue || len(d.Readings) != 0 {
		t.Errorf("at once got a date: %s %s", d.State, say(d.Due))
	}
	is(t, "pace", d.Pace, "立即")
	slow := false
	for _, id := range p.Order[0] {
		o := duty(t, p, id)
		if slow && AtOnce(o) {
			t.Errorf("%s is at once and stands behind another", id)
		}
		slow = slow || !AtOnce(o)
	}
	if !slices.Contains(p.Order[0], d.ID) || !slow {
		t.Errorf("first layer %v", p.Order[0])
	}
	// years later it is still open, never overdue by seconds
	is(t, "later", duty(t, planOf(t, "2030-01-01T00:00:00Z", cn("2026-10-05T10:00:00+08:00")), "CN-RMSV-7-1-VERIFY").State, "open")
}

func TestTrap10HoursDoNotRollDaysDo(t *testing.T) {
	p := planOf(t, "2026-12-11T13:00:00+01:00", eu(exploited("2026-12-11T12:00:00+01:00"),
		`{id: fix, kind: measure-available, by: m, of: p, at: "2026-12-11T12:00:00+01:00"}`))
	is(t, "24 h end on a Saturday", duty(t, p, "EU-CRA-14-2A-AEV24").Due, "2026-12-12T12:00:00+01:00")
	r := duty(t, p, "EU-CRA-14-2C-AEVFINAL").Readings[1]
	is(t, "14 days", r.DueEarliest, "2026-12-29T00:00:00+01:00")
	if h := r.DueEarliest.Sub(instantOf(t, "2026-12-11T12:00:00+01:00")).Hours(); h == 336 {
		t.Error("14 days are not 336 hours")
	}
}

func TestTrap11MidnightIsTheExclusiveBound(t *testing.T) {
	meet := func(at string) *Duty {
		return duty(t, planOf(t, "2021-12-10T00:00:00Z", `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: e1, kind: aware, by: v, of: p, at: "2021-11-24T23:59:59+08:00"}
  - {id: n, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "`+at+`"}`), "CN-RMSV-7-2-MIIT")
	}
	is(t, "the last second of the day", meet("2021-11-26T23:59:59+08:00").Readings[1].State, "met")
	is(t, "24:00 is the next day", meet("2021-11-27T00:00:00+08:00").Readings[1].State, "met-late")
	at := func(now string) *Duty {
		return duty(t, planOf(t, now, cn("2021-11-24T12:00:00+08:00")), "CN-RMSV-7-2-MIIT")
	}
	is(t, "still the last day", at("2021-11-26T23:59:59+08:00").State, "running")
	is(t, "the day is over", at("2021-11-27T00:00:00+08:00").State, "missed")
	is(t, "and so is the reading", at("2021-11-27T00:00:00+08:00").Readings[1].State, "missed")
}

func TestTrap12MakeUpDaysAndTheUnknownYear(t *testing.T) {
	cnVector(t, "2026-02-12", "2026-02-15", "2026-02-15") // Saturday 14 February is worked
	cnVector(t, "2026-01-02", "2026-01-05", "2026-01-05") // Sunday 4 January is worked
	p := planOf(t, "2027-02-03T13:00:00+08:00", cn("2027-02-03T12:00:00+08:00"))
	if !duty(t, p, "CN-RMSV-7-2-MIIT").Readings[1].Provisional {
		t.Error("2027 has no notice: its dates are provisional")
	}
}

func TestTrap13TheRecipientsHolidays(t *testing.T) {
	// 8 December is a holiday in Austria and none in Germany; the reporter sits in neither
	final := func(state string) string {
		body := strings.Replace(eu(exploited("2026-11-20T10:00:00+01:00"), `{id: fix, kind: measure-available, by: m, of: p, at: "2026-11-24T12:00:00+01:00"}`),
			"country: DE", "country: JP, markets: [EU], attributes: {eu-main-establishment: "+state+"}", 1)
		return say(duty(t, planOf(t, "2026-11-25T00:00:00Z", body), "EU-CRA-14-2C-AEVFINAL").Readings[1].DueEarliest)
	}
	is(t, "DE", final("DE"), "2026-12-09T00:00:00+01:00")
	is(t, "AT", final("AT"), "2026-12-10T00:00:00+01:00")
}

func TestTrap14MonthArithmetic(t *testing.T) {
	d := duty(t, planOf(t, "2027-02-01T00:00:00+01:00", severe("2027-01-29T10:00:00+01:00",
		`{id: n, kind: notified, by: m, incident: i1, to: [eu-srp], rule: EU-CRA-14-4B-SI72, at: "2027-01-31T12:00:00+01:00"}`)), "EU-CRA-14-4C-SIFINAL")
	is(t, "31 January + 1 month", d.Readings[0].DueEarliest, "2027-03-01T00:00:00+01:00") // 28 February 24:00, never +30 days
	p := planOf(t, "2026-09-01T00:00:00+08:00", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f}]
events: [{id: r, kind: reported, by: f, to: [v], of: p, at: "2026-08-31T12:00:00+08:00"}]`)
	for _, s := range p.Standing {
		if s.Rule == "CN-RMSV-5-LOG" {
			is(t, "six months from 31 August", s.KeepUntil, "2027-03-01T00:00:00+08:00")
			return
		}
	}
	t.Error("the log is not listed")
}

func TestTrap15HoursAreAddedOnUTC(t *testing.T) {
	d := duty(t, planOf(t, "2026-10-24T13:00:00+02:00", `
products: [{id: p, provider: m}]
parties: [{id: m, country: DE}]
events: [{id: x, kind: exploitation-observed, by: m, of: p, at: {value: "2026-10-24T12:00:00", zone: Europe/Berlin}}]`), "EU-CRA-14-2A-AEV24")
	is(t, "due", d.Due, "2026-10-25T11:00:00+01:00")
}
