package plan

import (
	"slices"
	"strings"
	"testing"

	"tocsin/casefile"
)

func TestTrap16ReliefDependsOnRoleAndStage(t *testing.T) {
	has := func(roles, stage string) bool {
		for _, d := range duties(planOf(t, "2026-11-30T00:00:00Z", dora(roles,
			`{id: c, kind: classified, by: b, incident: i1, result: major, at: "2026-11-10T12:00:00+01:00"}`,
			`{id: n, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-10T14:00:00+01:00"}`,
			`{id: r, kind: notified, by: b, incident: i1, to: [eu-dora-authority], at: "2026-11-12T14:00:00+01:00"}`)), "EU-DORA-19-INITIAL/"+stage) {
			for _, r := range d.Readings {
				if r.Calc == "elapsed-weekend-relief" || r.Calc == "eu-1182-months" {
					return true
				}
			}
		}
		return false
	}
	for _, c := range []struct {
		roles, stage string
		relief       bool
	}{
		{"financial-entity", "initial", true}, {"financial-entity", "intermediate", true}, {"financial-entity", "final", true},
		{"credit-institution", "initial", false}, {"credit-institution", "intermediate", false}, {"credit-institution", "final", true},
		{"financial-entity, essential-entity", "intermediate", false},
	} {
		if got := has(c.roles, c.stage); got != c.relief {
			t.Errorf("%s, %s: relief %v, want %v", c.roles, c.stage, got, c.relief)
		}
	}
}

func TestTrap17CapAndFloor(t *testing.T) {
	for _, c := range []struct{ classified, due string }{
		{"2026-11-10T10:00:00+01:00", "2026-11-10T14:00:00+01:00"}, // + 4 h
		{"2026-11-11T07:00:00+01:00", "2026-11-11T09:00:00+01:00"}, // the cap
		{"2026-11-11T09:00:00+01:00", "2026-11-11T09:00:00+01:00"}, // exactly at the cap: it still holds
		{"2026-11-11T09:00:01+01:00", "2026-11-11T13:00:01+01:00"}, // gone
	} {
		d := duty(t, planOf(t, "2026-11-12T08:00:00+01:00", dora("credit-institution")+
			`{id: c, kind: classified, by: b, incident: i1, result: major, at: "`+c.classified+`"}`), "EU-DORA-19-INITIAL/initial")
		is(t, "classified "+c.classified, d.Due, c.due)
	}
}

func TestTrap18TheRulebookAsOfTheAnchor(t *testing.T) {
	// CRA: no duty for what was known before 11 September 2026 (vector EU11)
	agency := func(listed string) string {
		return `
products: [{id: p}]
parties: [{id: a, country: US, roles: [us-federal-agency, circia-covered-entity], operates: [p]}]
events:
  - {id: kev, kind: kev-listed, of: p, due: {value: "` + listed[:8] + `28", precision: day, zone: America/New_York}, at: "` + listed + `T10:00:00-05:00"}
  - {id: inc, kind: determined, by: a, incident: i, result: covered-incident, at: "` + listed + `T10:00:00-05:00"}`
	}
	old := planOf(t, "2026-11-21T00:00:00Z", agency("2021-12-10"))
	d := duty(t, old, "US-BOD-22-01")
	is(t, "revoked, replayed", d.Status, "revoked")
	is(t, "revoked, replayed", d.Due, "2021-12-29T00:00:00-05:00")
	is(t, "what came later", duty(t, old, "US-BOD-26-04/remediate").State, "awaiting-anchor")
	late := planOf(t, "2026-11-21T00:00:00Z", agency("2026-10-10"))
	d = duty(t, late, "US-BOD-22-01")
	is(t, "after its end", d.State, "not-scheduled")
	because1(t, d.Because, "only-later")
	d = duty(t, late, "US-CIRCIA/incident")
	is(t, "a proposal is visible", d.State, "not-scheduled")
	if d.Due != nil || d.Anchor != nil {
		t.Errorf("a proposal has a date: %s", say(d.Due))
	}
}

func TestTrap19RenumberedLaw(t *testing.T) {
	cite := func(at string) string {
		for _, s := range planOf(t, at, cn("2021-11-24T12:00:00+08:00")).Standing {
			if s.Class == "sanction" {
				return s.Citation
			}
		}
		return ""
	}
	is(t, "before 2026", cite("2025-12-31T00:00:00+08:00"), "RMSV Art. 12-15 with CSL Art. 59, 60, 62, 63")
	is(t, "since 2026", cite("2026-01-01T00:00:00+08:00"), "RMSV Art. 12-15 with CSL Art. 61, 62, 65, 66")
	is(t, "the former numbers are kept", book(t).Rule("CN-RMSV-PEN").Citation.Former, "CSL Art. 59, 60, 62, 63")
}

func TestTrap20LexSpecialisOnlyByAnEdge(t *testing.T) {
	body := func(roles string) string {
		return `
parties: [{id: b, country: DE, roles: [` + roles + `]}]
events:
  - {id: i, kind: incident-aware, by: b, incident: i1, at: "2026-11-10T09:00:00+01:00"}
  - {id: s, kind: classified, by: b, incident: i1, result: significant, at: "2026-11-10T10:00:00+01:00"}
  - {id: m, kind: classified, by: b, incident: i1, result: major, at: "2026-11-10T10:00:00+01:00"}`
	}
	p := planOf(t, "2026-11-10T11:00:00+01:00", body("essential-entity, financial-entity"))
	d := duty(t, p, "EU-NIS2-23-EW24/early-warning")
	is(t, "state", d.State, "displaced")
	is(t, "by", d.DisplacedBy, "EU-DORA-19-INITIAL")
	because1(t, d.Because, "displaced")
	for _, layer := range p.Order {
		if slices.Contains(layer, d.ID) {
			t.Error("a displaced duty is still to do")
		}
	}
	d = duty(t, planOf(t, "2026-11-10T11:00:00+01:00", body("essential-entity")), "EU-NIS2-23-EW24/early-warning")
	is(t, "without the special rule", d.State, "running")
}

func TestTrap21ClocksThatComeAgain(t *testing.T) {
	body := strings.Replace(eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: r1, kind: requested, by: cs, to: [m], of: p, rule: EU-CRA-14-6, at: "2026-11-05T09:00:00+01:00"}`,
		`{id: r2, kind: requested, by: cs, to: [m], of: p, rule: EU-CRA-14-6, at: "2026-11-09T09:00:00+01:00"}`),
		"{id: m, country: DE}", "{id: m, country: DE}, {id: cs, roles: [authority]}", 1)
	p := planOf(t, "2026-11-20T00:00:00Z", body)
	if n := len(duties(p, "EU-CRA-14-6-INTERMEDIATE")); n != 2 {
		t.Errorf("two requests ask for two reports, got %d", n)
	}
}

func TestTrap22AThirdPartysClockIsForInformation(t *testing.T) {
	p := planOf(t, "2026-11-05T00:00:00+08:00", `
record: kept
parties: [{id: o, country: CN, roles: [cii-operator]}]
events:
  - {id: i, kind: incident-aware, by: o, incident: i1, at: "2026-11-02T08:00:00+08:00"}
  - {id: c, kind: classified, by: o, incident: i1, result: serious, at: "2026-11-02T08:10:00+08:00"}
  - {id: n, kind: notified, by: o, incident: i1, to: [cn-cii-protection, cn-public-security], at: "2026-11-02T08:30:00+08:00"}`)
	d := duty(t, p, "CN-INC-4-CII/onward")
	is(t, "whose", d.Obliged, "cn-cii-protection")
	is(t, "due", d.Due, "2026-11-02T09:00:00+08:00") // 30 minutes after its own receipt
	if !d.Informational || d.State != NoRecord {
		t.Errorf("informational %v, state %s: the user cannot miss it", d.Informational, d.State)
	}
	for _, layer := range p.Order {
		if slices.Contains(layer, d.ID) {
			t.Error("it is none of the party's tasks")
		}
	}
	// the department's half hour waits for the report
	p = planOf(t, "2026-11-05T00:00:00+08:00", `
parties: [{id: o, country: CN, roles: [cii-operator]}]
events:
  - {id: i, kind: incident-aware, by: o, incident: i1, at: "2026-11-02T08:00:00+08:00"}
  - {id: c, kind: classified, by: o, incident: i1, result: serious, at: "2026-11-02T08:10:00+08:00"}`)
	is(t, "not before", duty(t, p, "CN-INC-4-CII/onward").State, "awaiting-anchor")
}

func TestTrap23AlreadyProvided(t *testing.T) {
	p := planOf(t, "2026-11-03T00:00:00Z", eu(exploited("2026-11-02T09:00:00+01:00"),
		`{id: all, kind: notified, by: m, of: p, to: [eu-srp], rule: EU-CRA-14-2A-AEV24, covers: [notification], at: "2026-11-02T12:00:00+01:00"}`))
	is(t, "early warning", duty(t, p, "EU-CRA-14-2A-AEV24").MetBy, "all")
	d := duty(t, p, "EU-CRA-14-2B-AEV72")
	is(t, "notification", d.State, "met")
	because1(t, d.Because, "already-provided")
	because1(t, d.Because, "platform-asks") // the step still has to be clicked
}

func TestTrap24TheShortestEmbargoWins(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", `
adopts: [N-DISTROS-14, N-P0-90, N-CERTCC-45]
products: [{id: p, provider: up}]
parties: [{id: f, country: DE, roles: [finder]}, {id: up, country: US}, {id: co, country: US, roles: [coordinator]}]
events:
  - {id: a, kind: aware, by: f, of: p, at: "2026-10-01T10:00:00Z"}
  - {id: r, kind: reported, by: f, to: [up, co], of: p, at: "2026-10-01T12:00:00Z"}
  - {id: d, kind: reported, by: f, to: [linux-distros], of: p, at: "2026-10-05T12:00:00Z"}`)
	is(t, "90 days", duty(t, p, "N-P0-90/publish").Due, "2026-12-31T00:00:00Z")
	is(t, "45 days", duty(t, p, "N-CERTCC-45").Due, "2026-11-16T00:00:00Z")
	d := duty(t, p, "N-DISTROS-14")
	is(t, "14 days", d.Due, "2026-10-20T00:00:00Z")
	is(t, "guidance", d.ActBy, "2026-10-12T12:00:00Z")
	if w := because1(t, p.Warnings, "embargo-shortened"); w.Args["short"] != "N-DISTROS-14" {
		t.Errorf("%v", w)
	}
}

func TestTrap25MetadataOnlyIsUnsettled(t *testing.T) {
	for _, c := range []struct{ detail, state string }{{"metadata", "in-force"}, {"advisory", "breached"}} {
		p := planOf(t, "2026-10-09T00:00:00Z", finder+`
  - {id: m, kind: published, by: f, of: p, detail: `+c.detail+`, at: "2026-10-07T10:00:00+08:00"}`)
		x := prohibition(t, p, "CN-RMSV-9-1-NO-EARLY-PUB", "f")
		is(t, c.detail, x.State, c.state)
		if c.detail == "metadata" {
			because1(t, x.Because, "act-unsettled")
			is(t, "it releases nothing either", prohibition(t, p, "CN-RMSV-9-7-NO-OVERSEAS", "f").State, "in-force")
		}
	}
}

func TestTrap26FirstAwarenessUnlessOverriddenWithAReason(t *testing.T) {
	body := `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: e1, kind: aware, by: v, of: p, at: "2026-10-05T10:00:00+08:00"}
  - {id: ok, kind: assessed, by: v, of: p, result: valid, at: "2026-10-06T10:00:00+08:00"}`
	is(t, "discovery, not verification", duty(t, planOf(t, "2026-10-06T12:00:00+08:00", body), "CN-RMSV-7-2-MIIT").Due, "2026-10-07T10:00:00+08:00")
	d := duty(t, planOf(t, "2026-10-06T12:00:00+08:00", body+`
  - {id: e2, kind: aware, by: v, of: p, supersedes: [e1], reason: "the first entry was about another product", at: "2026-10-06T09:00:00+08:00"}`), "CN-RMSV-7-2-MIIT")
	is(t, "overridden", d.Due, "2026-10-08T09:00:00+08:00")
	is(t, "anchor", d.Anchor.Events, "[e2]")
}

func TestTrap27ACollectionPlatformHasToFile(t *testing.T) {
	list := func(role string) []string {
		var out []string
		for _, s := range planOf(t, "2026-10-06T00:00:00Z", `parties: [{id: me, country: CN, roles: [`+role+`]}]`).Standing {
			out = append(out, s.Rule)
		}
		return out
	}
	if got := list("collection-platform"); !slices.Contains(got, "CN-RMSV-10-PLATFORM") || !slices.Contains(got, "CN-RMSV-10-PLATFORM-FILING") {
		t.Errorf("a collection platform: %v", got)
	}
	if got := list("observer"); slices.Contains(got, "CN-RMSV-10-PLATFORM") {
		t.Errorf("an observer: %v", got)
	}
}

func TestTrap28EveryRetentionIsListed(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN, markets: [CN, IN], roles: [body-corporate]}, {id: f}]
events:
  - {id: r, kind: reported, by: f, to: [v], of: p, at: "2026-10-01T12:00:00+08:00"}
  - {id: i, kind: incident-aware, by: v, incident: i1, at: "2026-10-02T12:00:00+05:30"}`)
	got := map[string]string{}
	for _, s := range p.Standing {
		got[s.Rule] = say(s.KeepUntil)
	}
	is(t, "six months", got["CN-RMSV-5-LOG"], "2027-04-02T00:00:00+08:00")
	is(t, "180 days", got["IN-CERTIN-IV-LOGS"], "2027-04-01T00:00:00+05:30")
}

const signal = `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: s1, kind: signalled, by: v, of: p, at: "2026-10-01T12:00:00+08:00"}`

func TestTrap29ASignalIsNotAwareness(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", signal)
	is(t, "a signal", duty(t, p, "CN-RMSV-7-2-MIIT").State, "awaiting-anchor")
	because1(t, p.Warnings, "signal-unassessed")
	p = planOf(t, "2026-10-06T00:00:00Z", signal+`
  - {id: a, kind: aware, by: v, of: p, at: "2026-10-03T12:00:00+08:00"}`)
	is(t, "aware after an assessment", duty(t, p, "CN-RMSV-7-2-MIIT").Due, "2026-10-05T12:00:00+08:00")
	notBecause(t, p.Warnings, "signal-unassessed")
	c, err := casefile.Suppose("case.yaml", file(signal), nil, []string{"events.s1.kind=aware"}, instantOf(t, "2026-10-06T00:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	p, err = For(c, book(t), Options{At: instantOf(t, "2026-10-06T00:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	d := duty(t, p, "CN-RMSV-7-2-MIIT")
	is(t, "assumed", d.Due, "2026-10-03T12:00:00+08:00")
	is(t, "assumes", d.Assumes, "[events.s1]")
}

func TestTrap30PressDatesAreClaims(t *testing.T) {
	p := planOf(t, "2022-01-01T00:00:00Z", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
sources: [{id: S1, kind: press, published: 2021-12-22}, {id: S2, kind: press, published: 2021-12-23}]
events:
  - {id: e1, kind: aware, by: v, of: p, at: "2021-11-24T14:51:00+08:00"}
  - {id: day, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: {value: "2021-11-26", precision: day, zone: Asia/Shanghai}, source: S1}
  - {id: never, kind: notified, by: v, to: [cn-miit-nvdb], of: p, denies: true, disputes: [day], at: {value: "2021-12", precision: month, zone: Asia/Shanghai}, source: S2}`)
	d := duty(t, p, "CN-RMSV-7-2-MIIT")
	is(t, "state", d.State, "disputed")
	if len(d.Alternatives) != 2 {
		t.Fatalf("alternatives %v", d.Alternatives)
	}
	for _, a := range d.Alternatives {
		switch {
		case slices.Contains(a.Given, "day"): // a date is a day, not an instant: 26 November may be before or after 14:51
			is(t, "given the day", a.State, "met-or-late")
		default:
			is(t, "given the denial", a.State, "no-record")
		}
	}
}
