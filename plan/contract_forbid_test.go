package plan

import (
	"slices"
	"strings"
	"testing"
)

// Contract section 2: prohibitions, conflicts, the acts of authorities, standing
// duties, order, not-scheduled and --party.

func forbidPlan(t *testing.T, events ...string) *Plan {
	t.Helper()
	body := finder
	for _, e := range events {
		body += "\n  - " + e
	}
	return planOf(t, "2026-12-01T00:00:00Z", body)
}

func TestAProhibitionRunsUntilItsRelease(t *testing.T) {
	const rule = "CN-RMSV-9-1-NO-EARLY-PUB"
	x := prohibition(t, forbidPlan(t), rule, "f")
	if x.State != "in-force" || x.ReleasedBy != nil || x.BreachedBy != nil || x.Window != nil || x.Act != "publish" {
		t.Errorf("%+v", x)
	}
	is(t, "since", x.Since.Earliest, "2026-10-05T10:00:00+08:00")
	pub := `{id: pub, kind: published, by: f, of: p, detail: advisory, at: "2026-10-07T10:00:00+08:00"}`
	fix := func(at string) string { return `{id: fix, kind: measure-available, by: up, of: p, at: ` + at + `}` }
	for _, c := range []struct {
		name, state, released, breached string
		events                          []string
	}{
		{"a fix by the provider releases", "released", "fix", "null", []string{fix(`"2026-10-06T10:00:00+08:00"`)}},
		{"a fix by another does not", "in-force", "null", "null", []string{strings.Replace(fix(`"2026-10-06T10:00:00+08:00"`), "by: up", "by: friend", 1)}},
		{"published after it", "released", "fix", "null", []string{fix(`"2026-10-06T10:00:00+08:00"`), pub}},
		{"published before it", "breached", "fix", "pub", []string{fix(`"2026-10-08T10:00:00+08:00"`), pub}},
		{"the very instant is not before", "released", "fix", "null", []string{fix(`"2026-10-07T10:00:00+08:00"`), pub}},
		{"not certainly before", "released", "fix", "null", []string{fix(`{value: "2026-10-07", precision: day, zone: Asia/Shanghai}`), pub}},
		{"certainly before it began", "in-force", "null", "null", []string{strings.Replace(pub, "10-07", "10-04", 1)}},
		{"by somebody else", "in-force", "null", "null", []string{strings.Replace(pub, "by: f", "by: friend", 1)}},
		{"a claim of another", "in-force", "null", "null", []string{strings.Replace(pub, "of: p", "of: p, basis: claim, recorded-by: friend", 1)}},
		{"a post to a public list", "breached", "null", "pub", []string{`{id: pub, kind: reported, by: f, to: [oss-security], of: p, at: "2026-10-07T10:00:00+08:00"}`}},
		{"telling the provider", "in-force", "null", "null", []string{`{id: pub, kind: reported, by: f, to: [up], of: p, at: "2026-10-07T10:00:00+08:00"}`}},
		{"consent of the authority", "released", "ok", "null", []string{`{id: ok, kind: authorised, to: [f], of: p, rule: ` + rule + `, at: "2026-10-06T10:00:00+08:00"}`, pub}},
		{"one's own consent", "breached", "null", "pub", []string{`{id: ok, kind: waived, by: f, of: p, rule: ` + rule + `, at: "2026-10-06T10:00:00+08:00"}`, pub}},
	} {
		x := prohibition(t, forbidPlan(t, c.events...), rule, "f")
		if x.State != c.state || say(x.ReleasedBy) != c.released || say(x.BreachedBy) != c.breached {
			t.Errorf("%s: got %s released by %s breached by %s; want %s %s %s", c.name, x.State, say(x.ReleasedBy), say(x.BreachedBy), c.state, c.released, c.breached)
		}
	}
	because1(t, prohibition(t, forbidPlan(t, fix(`{value: "2026-10-07", precision: day, zone: Asia/Shanghai}`), pub), rule, "f").Because, "act-near-release")
}

func TestAProhibitionThatIsDisputedAccusesNobody(t *testing.T) {
	x := prohibition(t, forbidPlan(t,
		`{id: s, kind: reported, by: f, to: [friend], of: p, at: "2026-10-07T10:00:00+08:00"}`,
		`{id: no, kind: reported, by: f, to: [friend], of: p, denies: true, disputes: [s], at: "2026-10-08T10:00:00+08:00"}`), "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "state", x.State, "in-force")
	because1(t, x.Because, "disputed")
}

func TestAProhibitionBeginsWithItsRule(t *testing.T) {
	p := planOf(t, "2021-12-01T00:00:00Z", `
products: [{id: p, provider: up}]
parties: [{id: f, country: CN}, {id: up, country: US}, {id: friend, country: US}]
events:
  - {id: a, kind: aware, by: f, of: p, how: found, at: "2021-08-01T10:00:00+08:00"}
  - {id: s, kind: reported, by: f, to: [friend], of: p, at: "2021-08-15T10:00:00+08:00"}`)
	x := prohibition(t, p, "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "told before the rule applied", x.State, "in-force")
	is(t, "since", x.Since.Earliest, "2021-09-01T00:00:00+08:00")
}

func windowCase(from, to, more string) string {
	return `
products: [{id: p, provider: up}]
parties: [{id: f, country: CN}, {id: up, country: US}, {id: mps, country: CN, roles: [authority]}]
windows: [{kind: major-event, name: games, country: CN, from: "` + from + `", to: "` + to + `"}]
events:
  - {id: a, kind: aware, by: f, of: p, how: found, at: "2021-12-20T10:00:00+08:00"}` + more
}

func TestAWindowHoldsOnlyInside(t *testing.T) {
	const rule = "CN-RMSV-9-6-MAJOR-EVENTS"
	body := windowCase("2022-02-04T00:00:00+08:00", "2022-02-21T00:00:00+08:00", "")
	for at, state := range map[string]string{"2022-02-03T00:00:00Z": "awaiting-anchor", "2022-02-10T00:00:00Z": "in-force", "2022-03-01T00:00:00Z": "released"} {
		x := prohibition(t, planOf(t, at, body), rule, "f")
		is(t, at, x.State, state)
		is(t, "from", x.Window.From, "2022-02-04T00:00:00+08:00")
		is(t, "to", x.Window.To, "2022-02-21T00:00:00+08:00")
	}
	for day, state := range map[string]string{"02-03": "released", "02-10": "breached", "02-21": "released"} {
		x := prohibition(t, planOf(t, "2022-03-01T00:00:00Z", body+`
  - {id: pub, kind: published, by: f, of: p, detail: advisory, at: "2022-`+day+`T00:00:00+08:00"}`), rule, "f")
		is(t, "published on "+day, x.State, state)
	}
	x := prohibition(t, planOf(t, "2022-02-12T00:00:00Z", body+`
  - {id: ok, kind: authorised, by: mps, to: [f], of: p, rule: CN-RMSV-9-6-MAJOR-EVENTS, at: "2022-02-08T00:00:00+08:00"}
  - {id: pub, kind: published, by: f, of: p, detail: advisory, at: "2022-02-10T00:00:00+08:00"}`), rule, "f")
	is(t, "with consent", x.State, "released")
}

func TestAWindowBeforeTheRuleForbidsNothing(t *testing.T) {
	p := planOf(t, "2022-03-01T00:00:00Z", windowCase("2021-07-01T00:00:00+08:00", "2021-07-20T00:00:00+08:00", `
  - {id: pub, kind: published, by: f, of: p, detail: advisory, at: "2021-07-10T00:00:00+08:00"}`))
	if got := prohibitions(p, "CN-RMSV-9-6-MAJOR-EVENTS", "f"); len(got) != 0 {
		t.Errorf("the rule is of September 2021: %+v", got[0])
	}
	p = planOf(t, "2022-03-01T00:00:00Z", strings.Replace(windowCase("2022-02-04T00:00:00+08:00", "2022-02-21T00:00:00+08:00", ""), "country: CN, from", "country: HK, from", 1))
	if got := prohibitions(p, "CN-RMSV-9-6-MAJOR-EVENTS", "f"); len(got) != 0 {
		t.Error("a window of another legal order")
	}
}

func TestConflictsSayMayOrDoesAndEndWithTheRelease(t *testing.T) {
	both := `
products: [{id: lib, provider: up}, {id: p, provider: v, contains: [lib]}]
parties: [{id: v, country: CN, markets: [CN, EU], roles: [ROLES]}, {id: up, country: US}]
events:
  - {id: x, kind: exploitation-observed, by: v, of: lib, at: "2026-10-05T10:00:00+08:00"}`
	const a, b = "CN-RMSV-9-7-NO-OVERSEAS", "EU-CRA-14-2A-AEV24"
	if c := conflict(planOf(t, "2026-10-06T00:00:00Z", strings.Replace(both, "roles: [ROLES]", "roles: [\"-finder\"]", 1)), a, b, "v"); c == nil || c.Certainty != "may" {
		t.Errorf("a provider's own product: %+v", c)
	}
	if c := conflict(planOf(t, "2026-10-06T00:00:00Z", strings.Replace(both, "ROLES", "finder", 1)), a, b, "v"); c == nil || c.Certainty != "does" {
		t.Errorf("a finder: %+v", c)
	}
	pub := strings.Replace(both, "ROLES", "finder", 1) + `
  - {id: pub, kind: published, by: up, of: lib, detail: advisory, at: "2026-10-05T09:00:00+08:00"}`
	if c := conflict(planOf(t, "2026-10-06T00:00:00Z", pub), a, b, "v"); c != nil {
		t.Errorf("public before the duty began: %+v", c)
	}
	if c := conflict(planOf(t, "2026-10-06T00:00:00Z", strings.Replace(both, "ROLES", "finder", 1)), a, "CN-RMSV-7-2-MIIT", "v"); c != nil {
		t.Errorf("the ministry lies inside: %+v", c)
	}
	if c := conflict(planOf(t, "2026-10-06T00:00:00Z", strings.Replace(both, "ROLES", "finder", 1)), a, "CN-RMSV-7-1-UPSTREAM", "v"); c != nil {
		t.Errorf("the provider is the one recipient that is allowed: %+v", c)
	}
}

func TestHongKongMacaoAndTaiwanLieOutsideTheMainland(t *testing.T) {
	for _, c := range []struct{ country, state string }{{"CN", "in-force"}, {"HK", "breached"}, {"MO", "breached"}, {"TW", "breached"}} {
		p := planOf(t, "2026-12-01T00:00:00Z", strings.Replace(finder, "{id: friend, country: US}", "{id: friend, country: "+c.country+"}", 1)+`
  - {id: s, kind: reported, by: f, to: [friend], of: p, at: "2026-10-05T11:00:00+08:00"}`)
		is(t, c.country, prohibition(t, p, "CN-RMSV-9-7-NO-OVERSEAS", "f").State, c.state)
		none(t, planOf(t, "2026-12-01T00:00:00Z", strings.Replace(kept, "country: CN", "country: "+strings.Replace(c.country, "CN", "SG", 1), 1)), miit)
	}
}

func TestOnlyAnAuthorityWaivesOrAuthorises(t *testing.T) {
	body := func(event string) string {
		return strings.Replace(kept, "{id: v, country: CN}", "{id: v, country: CN}, {id: x, country: CN}, {id: mi, country: CN, roles: [authority]}", 1) + "\n  - " + event
	}
	w := `{id: w, kind: waived, by: mi, to: [v], of: p, rule: CN-RMSV-7-2-MIIT, at: "2021-11-25T00:00:00+08:00"}`
	for _, c := range []struct {
		name, event string
		state       State
	}{
		{"the authority", w, Waived},
		{"for another party", strings.Replace(w, "to: [v]", "to: [x]", 1), Missed},
		{"for another rule", strings.Replace(w, "CN-RMSV-7-2-MIIT", "CN-RMSV-7-1-VERIFY", 1), Missed},
		{"the obliged party itself", strings.Replace(w, "by: mi, to: [v]", "by: v", 1), Missed},
		{"an unadopted claim", strings.Replace(w, "of: p", "of: p, basis: claim, recorded-by: x", 1), Missed},
	} {
		d := duty(t, planOf(t, "2021-12-01T00:00:00Z", body(c.event)), miit)
		if d.State != c.state || (d.State == Waived) == d.PastDue {
			t.Errorf("%s: %s, past due %v", c.name, d.State, d.PastDue)
		}
	}
	d := duty(t, planOf(t, "2021-12-01T00:00:00Z", body(w)+toMIIT("n", `"2021-11-25T00:00:00+08:00"`)), miit)
	is(t, "what is done stays done", d.State, "met")
	d = duty(t, planOf(t, "2021-12-01T00:00:00Z", strings.Replace(body(w), "kind: aware", "kind: commented", 1)), miit)
	is(t, "waived before its clock began", d.State, "waived")
	d = duty(t, planOf(t, "2021-12-01T00:00:00Z", body(strings.Replace(strings.Replace(w, "waived", "authorised", 1), "of: p", `of: p, until: "2021-12-24T00:00:00+08:00"`, 1))), miit)
	is(t, "a later date", d.Due, "2021-12-24T00:00:00+08:00")
	is(t, "a later date", d.State, "running")
}

func TestNotScheduledSaysWhy(t *testing.T) {
	base := `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN, markets: [EU], roles: [us-federal-agency, circia-covered-entity], operates: [p], MORE}]
events: [{id: e, kind: aware, by: v, of: p, at: "2021-05-05T10:00:00+08:00"}, {id: r, kind: reported, by: v, to: [v], of: p, at: "2021-05-05T10:00:00+08:00"}]`
	p := planOf(t, "2021-06-01T00:00:00Z", strings.Replace(base, ", MORE", "", 1))
	for _, c := range []struct{ id, code string }{
		{"N-ISO-29147", "not-adopted"}, {"EU-CRA-13-6-UPSTREAM", ""}, {"EU-CRA-15-VOLUNTARY/notify", "status"},
		{"CN-RMSV-7-1-VERIFY", "only-earlier"}, {"EU-CRA-14-2A-AEV24", "not-begun"},
	} {
		if c.code == "" {
			none(t, p, c.id) // nothing inside the product: the rule does not reach it
			continue
		}
		d := duty(t, p, c.id)
		is(t, c.id, d.State, "not-scheduled")
		because1(t, d.Because, c.code)
		if d.Due != nil || d.PastDue || d.Anchor != nil {
			t.Errorf("%s has a date", c.id)
		}
	}
	p = planOf(t, "2021-06-01T00:00:00Z", strings.Replace(base, "MORE", "adopts: [N-ISO-29147]", 1))
	is(t, "adopted", duty(t, p, "N-ISO-29147").State, "no-record")
	p = planOf(t, "2021-06-01T00:00:00Z", "adopts: [N-ISO-29147]"+strings.Replace(base, ", MORE", "", 1))
	is(t, "adopted by the case", duty(t, p, "N-ISO-29147").State, "no-record")
}

func TestARuleOfTwoVersionsAppliesAsOfItsAnchor(t *testing.T) {
	// an event on the last day of the old version and one on the first of the new
	for _, c := range []struct{ at, rule string }{{"2025-12-31T23:59:59+08:00", "CN-CSL-22-USERS"}, {"2026-01-01T00:00:00+08:00", "CN-CSL-24-USERS"}} {
		p := planOf(t, "2026-06-01T00:00:00Z", cn(c.at))
		for _, id := range []string{"CN-CSL-22-USERS", "CN-CSL-24-USERS"} {
			if got := duty(t, p, id).State == Open; got != (id == c.rule) {
				t.Errorf("anchor %s: %s applies %v", c.at, id, got)
			}
		}
	}
}

func TestDutyIdsAreRuleStagePartyProductNumber(t *testing.T) {
	for _, d := range planOf(t, "2026-11-05T00:00:00Z", supplements(supplement("n1", ""))).Duties {
		about := d.Of
		if d.Incident != "" {
			about = d.Incident
		}
		if about == "" {
			about = "-"
		}
		parts := strings.Split(d.ID, "/")
		if len(parts) != 5 || parts[0] != d.Rule || parts[1] != d.Stage || parts[3] != about || parts[4] == "0" {
			t.Errorf("id %s", d.ID)
		}
	}
	ds := duties(planOf(t, "2026-11-05T00:00:00Z", supplements(supplement("n1", ""))), "KR-NET-48-3/supplement")
	is(t, "second clock", ds[1].ID, "KR-NET-48-3/supplement/k/i1/2")
}

func TestOrderHoldsWhatIsStillToDoInLayers(t *testing.T) {
	p := planOf(t, "2021-11-25T00:00:00+08:00", kept)
	seen := map[string]bool{}
	for i, layer := range p.Order {
		if len(layer) == 0 {
			t.Errorf("layer %d is empty", i)
		}
		for _, id := range layer {
			if seen[id] {
				t.Errorf("%s stands twice", id)
			}
			seen[id] = true
		}
	}
	for _, d := range p.Duties {
		todo := !d.Done() && d.State != Awaiting
		if seen[d.ID] != todo {
			t.Errorf("%s (%s) in the order: %v", d.ID, d.State, seen[d.ID])
		}
	}
	p = planOf(t, "2021-11-25T00:00:00+08:00", kept+toMIIT("n", `"2021-11-24T20:00:00+08:00"`))
	for _, layer := range p.Order {
		if slices.Contains(layer, miit+"/report/v/p/1") {
			t.Error("done and still to do")
		}
	}
}

func TestStandingDutiesKeepTheLatestFloor(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", desk+`
  - {id: r2, kind: reported, by: x, to: [v], of: p, at: "2026-10-06T06:00:00+08:00"}`)
	for _, s := range p.Standing {
		if s.Rule == "CN-RMSV-5-LOG" && s.Party == "v" {
			is(t, "the last entry decides", s.KeepUntil, "2027-04-07T00:00:00+08:00")
		}
		if s.Rule == "CN-RMSV-5-CHANNEL" && s.KeepUntil != nil {
			t.Error("a channel is kept without an end")
		}
	}
}

// Two rules of one order about one flaw; the second may displace the first.
const displacing = `
pack: test
title: {en: test}
order: CN
zone: Asia/Shanghai
sources: [{id: T1, text: test}]
rules:
  - {id: TEST-ABROAD, title: {en: abroad}, status: in-force, ground: statute, from: 2021-01-01, who: [{role: vendor}], duty: notify-authority, modality: must, to: [us-cisa],
     stages: [{id: s, anchor: {any: [{fact: aware}]}}], citation: {text: test, version: "1", sources: [T1]}, verified: {duty: true, deadline: true, calc: true}}
  - {id: TEST-HOME, title: {en: home}, status: in-force, ground: statute, from: 2021-01-01, who: [{role: vendor}], duty: notify-authority, modality: must, to: [cn-miit-nvdb], displaces: [EDGE],
     stages: [{id: s, anchor: {any: [{fact: aware}]}}], citation: {text: test, version: "1", sources: [T1]}, verified: {duty: true, deadline: true, calc: true}}
`

func TestADisplacedDutyPullsNobodyApart(t *testing.T) {
	for _, c := range []struct {
		edge string
		want bool
	}{{"TEST-ABROAD", false}, {"CN-RMSV-7-3-REMEDY", true}} {
		p := withPack(t, "2021-11-25T00:00:00+08:00", strings.Replace(displacing, "EDGE", c.edge, 1), kept)
		if got := conflict(p, "CN-RMSV-9-7-NO-OVERSEAS", "TEST-ABROAD", "v") != nil; got != c.want {
			t.Errorf("home displaces %s: conflict %v, want %v", c.edge, got, c.want)
		}
	}
}

func TestEvidenceThatIsDeniedIsNone(t *testing.T) {
	for _, c := range []struct{ denies, state string }{{"", "running"}, {"denies: true, ", "awaiting-anchor"}} {
		p := planOf(t, "2026-11-02T12:00:00+01:00", `
products: [{id: p, provider: m}]
parties: [{id: m, country: DE}, {id: f}]
events:
  - {id: x, kind: exploitation-observed, by: f, of: p, `+c.denies+`at: "2026-11-02T08:00:00+01:00"}
  - {id: r, kind: reported, by: f, to: [m], of: p, re: x, at: "2026-11-02T09:00:00+01:00"}`)
		is(t, "told with evidence, "+c.denies, duty(t, p, "EU-CRA-14-2A-AEV24").State, c.state)
	}
}
