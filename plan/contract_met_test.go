package plan

import (
	"strings"
	"testing"
)

// Contract section 1, "When a duty is met", and section 2, recipient_heard.

func met(t *testing.T, p *Plan, ref, want string) {
	t.Helper()
	is(t, ref+" met by", duty(t, p, ref).MetBy, want)
}

const desk = `
record: kept
products: [{id: lib, provider: up}, {id: p, provider: v, contains: [lib]}]
parties:
  - {id: v, country: CN, markets: [CN, EU], roles: [cna], adopts: [N-ISO-29147, N-CNA-4-5-1-3]}
  - {id: up, country: US}
  - {id: f, country: DE}
  - {id: ministry, country: CN, roles: [authority], is: [cn-miit-nvdb, cn-miit-platform]}
  - {id: x, country: CN}
events:
  - {id: r, kind: reported, by: f, to: [v], of: p, at: "2026-10-05T10:00:00+08:00"}`

func deskPlan(t *testing.T, events ...string) *Plan {
	t.Helper()
	return planOf(t, "2026-12-05T00:00:00Z", desk+"\n  - "+strings.Join(events, "\n  - "))
}

func TestNotifyIsMetByTheRecipientUnderEachOfItsNames(t *testing.T) {
	for _, c := range []struct{ name, event, met string }{
		{"a directory id", `{id: n, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2026-10-06T10:00:00+08:00"}`, "n"},
		{"a party that is it", `{id: n, kind: notified, by: v, to: [ministry], of: p, at: "2026-10-06T10:00:00+08:00"}`, "n"},
		{"reported instead of notified", `{id: n, kind: reported, by: v, to: [ministry], of: p, at: "2026-10-06T10:00:00+08:00"}`, "n"},
		{"through the right platform", `{id: n, kind: notified, by: v, to: [ministry], via: cn-miit-nvdb, of: p, at: "2026-10-06T10:00:00+08:00"}`, "n"},
		{"through the other platform", `{id: n, kind: notified, by: v, to: [ministry], via: cn-miit-platform, of: p, at: "2026-10-06T10:00:00+08:00"}`, "null"},
		{"to somebody else", `{id: n, kind: notified, by: v, to: [x], of: p, at: "2026-10-06T10:00:00+08:00"}`, "null"},
		{"by somebody else", `{id: n, kind: notified, by: x, to: [ministry], of: p, at: "2026-10-06T10:00:00+08:00"}`, "null"},
		{"about what is inside", `{id: n, kind: notified, by: v, to: [ministry], of: lib, at: "2026-10-06T10:00:00+08:00"}`, "n"},
		{"about an incident", `{id: n, kind: notified, by: v, to: [ministry], incident: i9, at: "2026-10-06T10:00:00+08:00"}`, "null"},
		{"labelled for another rule", `{id: n, kind: notified, by: v, to: [ministry], of: p, rule: N-MIIT-PARTNER, at: "2026-10-06T10:00:00+08:00"}`, "null"},
		{"certainly before the anchor", `{id: n, kind: notified, by: v, to: [ministry], of: p, at: "2026-10-05T09:59:59+08:00"}`, "null"},
		{"not certainly before the anchor", `{id: n, kind: notified, by: v, to: [ministry], of: p, at: {value: "2026-10-05T10:00", precision: hour, zone: Asia/Shanghai}}`, "n"},
		{"in the future of now", `{id: n, kind: notified, by: v, to: [ministry], of: p, at: "2026-12-05T00:00:01Z"}`, "null"},
	} {
		d := duty(t, deskPlan(t, c.event), "CN-RMSV-7-2-MIIT")
		is(t, c.name, d.MetBy, c.met)
	}
}

func TestEachKindOfDutyIsMetByItsKindOfEvent(t *testing.T) {
	ev := func(kind, more string) string {
		return `{id: n, kind: ` + kind + `, by: v, of: p, ` + more + `at: "2026-10-06T10:00:00+08:00"}`
	}
	m := `{id: m, kind: measure-available, by: v, of: p, at: "2026-10-05T12:00:00+08:00"}`
	pub := `{id: pub, kind: published, by: v, of: p, detail: advisory, at: "2026-10-05T12:00:00+08:00"}`
	met(t, deskPlan(t, ev("assessed", "result: valid, ")), "CN-RMSV-7-1-VERIFY", "n")
	met(t, deskPlan(t, ev("acknowledged", "")), "N-ISO-29147/acknowledge/v", "n")
	met(t, deskPlan(t, ev("remediated", "")), "CN-RMSV-7-3-REMEDY", "n")
	met(t, deskPlan(t, ev("measure-available", "")), "CN-RMSV-7-3-REMEDY", "n")
	met(t, deskPlan(t, m, ev("users-notified", "")), "CN-RMSV-7-3-USERS", "n")
	met(t, deskPlan(t, m, ev("commented", "")), "CN-RMSV-7-3-USERS", "null")
	met(t, deskPlan(t, pub, ev("cve-published", "")), "N-CNA-4-5-1-3", "n")
	met(t, deskPlan(t, ev("reported", "to: [up], ")), "CN-RMSV-7-1-UPSTREAM", "n")
	met(t, deskPlan(t, ev("commented", "")), "CN-RMSV-7-1-VERIFY", "null")
}

func TestAnyOfUnlessTheRuleSaysAllOf(t *testing.T) {
	body := func(to string) string {
		return `
record: kept
parties: [{id: o, country: CN, roles: [cii-operator]}, {id: k, country: KR, roles: [ict-service-provider]}]
events:
  - {id: i, kind: incident-aware, by: o, incident: i1, at: "2026-11-02T08:00:00+08:00"}
  - {id: c, kind: classified, by: o, incident: i1, result: relatively-serious, at: "2026-11-02T08:10:00+08:00"}
  - {id: i2, kind: incident-aware, by: k, incident: i1, at: "2026-11-02T08:00:00+08:00"}
  - {id: kn, kind: notified, by: k, incident: i1, to: [kr-kisa], at: "2026-11-02T09:00:00+08:00"}
` + to
	}
	one := `  - {id: a, kind: notified, by: o, incident: i1, to: [cn-cii-protection], at: "2026-11-02T08:30:00+08:00"}
`
	two := `  - {id: b, kind: notified, by: o, incident: i1, to: [cn-public-security], at: "2026-11-02T08:50:00+08:00"}
`
	p := planOf(t, "2026-11-03T00:00:00Z", body(one))
	is(t, "all-of, one told", duty(t, p, "CN-INC-4-CII/report").State, "missed")
	met(t, p, "KR-NET-48-3/report", "kn") // one of the two
	p = planOf(t, "2026-11-03T00:00:00Z", body(one+two))
	is(t, "all-of, both told", duty(t, p, "CN-INC-4-CII/report").State, "met")
	met(t, p, "CN-INC-4-CII/report", "b") // the last of them completes it
}

func cra(events ...string) string {
	return eu(append([]string{exploited("2026-11-02T09:00:00+01:00")}, events...)...)
}

func notice(id, more, at string) string {
	return `{id: ` + id + `, kind: notified, by: m, of: p, to: [eu-srp], ` + more + `at: "` + at + `"}`
}

func TestAnUnlabelledNoticeMeetsTheEarliestUnmetStage(t *testing.T) {
	p := planOf(t, "2026-12-20T00:00:00Z", cra(notice("n1", "", "2026-11-02T12:00:00+01:00"), notice("n2", "", "2026-11-03T12:00:00+01:00")))
	met(t, p, "EU-CRA-14-2A-AEV24", "n1")
	met(t, p, "EU-CRA-14-2B-AEV72", "n2")
	p = planOf(t, "2026-12-20T00:00:00Z", cra(notice("n1", "", "2026-11-02T12:00:00+01:00")))
	met(t, p, "EU-CRA-14-2A-AEV24", "n1")
	met(t, p, "EU-CRA-14-2B-AEV72", "null")
}

func TestLabelsDecideWhereTheyStand(t *testing.T) {
	p := planOf(t, "2026-12-20T00:00:00Z", cra(notice("n1", "stage: notification, ", "2026-11-02T12:00:00+01:00"), notice("n2", "", "2026-11-02T13:00:00+01:00")))
	met(t, p, "EU-CRA-14-2A-AEV24", "n2")
	met(t, p, "EU-CRA-14-2B-AEV72", "n1")
	p = planOf(t, "2026-12-20T00:00:00Z", cra(notice("n1", "rule: EU-CRA-14-2B-AEV72, ", "2026-11-02T12:00:00+01:00")))
	met(t, p, "EU-CRA-14-2A-AEV24", "null")
	met(t, p, "EU-CRA-14-2B-AEV72", "n1")
}

// supplements are two confirmed facts and the notices after them.
func supplements(notices ...string) string {
	return `
record: kept
parties: [{id: k, country: KR, roles: [ict-service-provider]}]
events:
  - {id: i, kind: incident-aware, by: k, incident: i1, at: "2026-11-01T09:00:00+09:00"}
  - {id: r, kind: notified, by: k, incident: i1, to: [kr-kisa], rule: KR-NET-48-3, stage: report, at: "2026-11-01T10:00:00+09:00"}
  - {id: f1, kind: fact-confirmed, by: k, incident: i1, at: "2026-11-01T12:00:00+09:00"}
  - {id: f2, kind: fact-confirmed, by: k, incident: i1, at: "2026-11-01T13:00:00+09:00"}
  - ` + strings.Join(notices, "\n  - ")
}

func supplement(id, more string) string {
	return `{id: ` + id + `, kind: notified, by: k, incident: i1, to: [kr-kisa], ` + more + `at: "2026-11-01T15:00:00+09:00"}`
}

func TestEachClockWantsItsOwnNotice(t *testing.T) {
	for _, c := range []struct {
		name, first, second string
		notices             []string
	}{
		{"one unlabelled notice meets the earliest", "n1", "null", []string{supplement("n1", "")}},
		{"two meet two", "n1", "n2", []string{supplement("n1", ""), supplement("n2", "")}},
		{"re names the fact that it answers", "null", "n1", []string{supplement("n1", "re: f2, ")}},
		{"covers says that one notice gave both", "n1", "n1", []string{supplement("n1", "covers: [supplement], ")}},
	} {
		ds := duties(planOf(t, "2026-11-05T00:00:00Z", supplements(c.notices...)), "KR-NET-48-3/supplement")
		if len(ds) != 2 {
			t.Fatalf("%s: %d supplements", c.name, len(ds))
		}
		is(t, c.name+", first fact", ds[0].MetBy, c.first)
		is(t, c.name+", second fact", ds[1].MetBy, c.second)
	}
}

func TestAcknowledgementsNameTheReportThatTheyAnswer(t *testing.T) {
	p := deskPlan(t, `{id: r2, kind: reported, by: x, to: [v], of: p, at: "2026-10-06T10:00:00+08:00"}`,
		`{id: a, kind: acknowledged, by: v, re: r2, at: "2026-10-07T10:00:00+08:00"}`)
	ds := duties(p, "N-ISO-29147/acknowledge/v")
	is(t, "first report", ds[0].MetBy, "null")
	is(t, "second report", ds[1].MetBy, "a")
}

func TestSimultaneousActsMeetThemselves(t *testing.T) {
	p := planOf(t, "2026-12-01T00:00:00Z", finder+`
  - {id: bare, kind: published, by: f, of: p, detail: advisory, at: "2026-10-06T10:00:00+08:00"}
  - {id: full, kind: published, by: f, of: p, detail: advisory, with: [fix], at: "2026-10-08T10:00:00+08:00"}`)
	ds := duties(p, "CN-RMSV-9-5-FIX-WITH-PUB")
	is(t, "published without the remedy", ds[0].State, "met-late")
	is(t, "published without the remedy", ds[0].LateBy, "PT48H")
	is(t, "published with it", ds[1].State, "met")
	is(t, "published with it", ds[1].MetBy, "full")
}

func TestRecipientHeardFirstFromAnother(t *testing.T) {
	other := `{id: o, kind: reported, by: x, to: [ministry], of: p, at: {value: "2026-10-06", precision: day, zone: Asia/Shanghai}}`
	d := duty(t, deskPlan(t, other), "CN-RMSV-7-2-MIIT")
	if d.Heard == nil {
		t.Fatal("not heard")
	}
	is(t, "event", d.Heard.Event, "o")
	is(t, "by", d.Heard.By, "x")
	is(t, "earliest", d.Heard.Earliest, "2026-10-06T00:00:00+08:00")
	is(t, "latest", d.Heard.Latest, "2026-10-06T23:59:59+08:00")
	is(t, "another's notice meets nothing", d.State, "missed")
	d = duty(t, deskPlan(t, other, `{id: n, kind: notified, by: v, to: [ministry], of: p, at: "2026-10-05T11:00:00+08:00"}`), "CN-RMSV-7-2-MIIT")
	if d.Heard != nil {
		t.Errorf("heard from the obliged party first, yet %+v", d.Heard)
	}
	d = duty(t, deskPlan(t, strings.Replace(other, "of: p", "of: p, basis: claim, recorded-by: f", 1)), "CN-RMSV-7-2-MIIT")
	if d.Heard != nil {
		t.Errorf("an unadopted claim was heard: %+v", d.Heard)
	}
}

func TestNobodyTellsItself(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", `
products: [{id: lib, provider: v}, {id: p, provider: v, contains: [lib]}]
parties: [{id: v, country: CN}]
events: [{id: a, kind: aware, by: v, of: lib, at: "2026-10-05T10:00:00+08:00"}]`)
	none(t, p, "CN-RMSV-7-1-UPSTREAM")
	if len(duties(p, "CN-RMSV-7-2-MIIT")) != 2 {
		t.Error("both products are reported")
	}
}
