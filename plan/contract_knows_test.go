package plan

import (
	"slices"
	"strings"
	"testing"

	"tocsin/casefile"
)

// Contract section 1: awareness of a component, whose knowledge, roles, and
// facts that are assumed.

const bundle = `
products: [{id: lib, provider: up}, {id: p, provider: v, contains: [lib]}, {id: q, provider: v, contains: [p]}, {id: z, provider: v}]
parties: [{id: v, country: CN}, {id: up, country: US}, {id: f}]
events:
  - {id: a, kind: aware, by: v, of: lib, at: "2026-10-05T10:00:00+08:00"}`

func miitOf(t *testing.T, p *Plan, product string) *Duty {
	t.Helper()
	return duty(t, p, miit+"/report/v/"+product)
}

func TestAwarenessOfAComponentIsAwarenessOfEachOwnProductThatContainsIt(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", bundle)
	for _, id := range []string{"p", "q"} { // directly and deeper
		is(t, id, miitOf(t, p, id).Due, "2026-10-07T10:00:00+08:00")
	}
	is(t, "a product without it", miitOf(t, p, "z").State, "awaiting-anchor")
}

func TestOwnAwarenessOfTheProductReplacesTheInherited(t *testing.T) {
	p := planOf(t, "2026-10-07T00:00:00Z", bundle+`
  - {id: own, kind: aware, by: v, of: p, at: "2026-10-06T10:00:00+08:00"}`)
	is(t, "p", miitOf(t, p, "p").Due, "2026-10-08T10:00:00+08:00")
	is(t, "p", miitOf(t, p, "p").Anchor.Events, "[own]")
	is(t, "q contains p and lib: the first awareness of either", miitOf(t, p, "q").Due, "2026-10-07T10:00:00+08:00")
}

func TestAssessedNotAffectedEndsTheInheritance(t *testing.T) {
	not := bundle + `
  - {id: na, kind: assessed, result: not-affected, by: v, of: p, at: "2026-10-06T10:00:00+08:00"}`
	p := planOf(t, "2026-10-07T00:00:00Z", not)
	is(t, "p", miitOf(t, p, "p").State, "awaiting-anchor")
	is(t, "q", miitOf(t, p, "q").State, "running")
	p = planOf(t, "2026-10-07T00:00:00Z", bundle+`
  - {id: na, kind: assessed, result: not-affected, by: f, of: p, at: "2026-10-06T10:00:00+08:00"}`)
	is(t, "another's assessment changes nothing", miitOf(t, p, "p").State, "running")
	p = planOf(t, "2026-10-07T00:00:00Z", not+`
  - {id: no, kind: assessed, result: not-affected, by: v, of: p, denies: true, disputes: [na], at: "2026-10-06T11:00:00+08:00"}`)
	is(t, "a disputed assessment takes no side", miitOf(t, p, "p").State, "disputed")
}

func TestWhatOthersKnowIsNobodyElsesAwareness(t *testing.T) {
	body := `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f, country: CN}]
events:
  - {id: a, kind: aware, by: f, of: p, at: "2026-10-05T10:00:00+08:00"}
  - {id: pub, kind: published, by: f, of: p, at: "2026-10-05T11:00:00+08:00"}
  - {id: l, kind: leaked, of: p, at: "2026-10-05T11:00:00+08:00"}`
	is(t, "finder and public know", duty(t, planOf(t, "2026-10-06T00:00:00Z", body), miit).State, "awaiting-anchor")
	d := duty(t, planOf(t, "2026-10-06T00:00:00Z", body+`
  - {id: r, kind: reported, by: f, to: [v], of: p, at: "2026-10-05T12:00:00+08:00"}`), miit)
	is(t, "telling is the one exception", d.Due, "2026-10-07T12:00:00+08:00")
}

func TestARoleCanBeTakenAway(t *testing.T) {
	p := planOf(t, "2026-10-06T00:00:00Z", strings.Replace(bundle, "{id: v, country: CN}", `{id: v, country: CN, roles: ["-vendor"]}`, 1))
	none(t, p, miit)
	p = planOf(t, "2026-10-06T00:00:00Z", strings.Replace(bundle, "{id: f}", "{id: f, country: CN, roles: [vendor]}", 1))
	none(t, p, miit+"/report/f") // a stated vendor holds for its own products only
}

func TestAVendorThatKnewFirstIsAlsoAFinder(t *testing.T) {
	for _, c := range []struct {
		told string
		want bool
	}{{"2026-10-05T09:00:00+08:00", false}, {"2026-10-05T11:00:00+08:00", true}} {
		body := bundle + `
  - {id: t, kind: reported, by: f, to: [v], of: p, at: "` + c.told + `"}`
		at := Options{At: instantOf(t, "2026-10-06T00:00:00Z")}
		pl, err := newPlanner(parse(t, body), book(t), at)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(pl.grants(pl.v.c.Party("v")), func(g casefile.Grant) bool { return g.Role == "vendor-as-finder" && g.Product == "p" })
		if got != c.want {
			t.Errorf("told at %s: vendor-as-finder %v", c.told, got)
		}
		for _, x := range prohibitions(planWith(t, body, at), "CN-RMSV-9-7-NO-OVERSEAS", "v") {
			if x.Of == "p" {
				is(t, "for its own product", x.Certainty, "may")
			}
		}
	}
}

func assumed(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: assumes %v, want %v", what, got, want)
	}
}

func TestWhatRestsOnAnAssumptionListsIt(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"nothing assumed", "", "", ""},
		{"the event", "of: lib, at", "of: lib, assumed: true, at", "events.a"},
		{"the product", "provider: v, contains: [lib]}", "provider: v, contains: [lib], assumed: true}", "products.p"},
		{"the component", "provider: up}", "provider: up, assumed: true}", "products.lib"},
		{"the link", "contains: [lib]", "contains: [{id: lib, assumed: true}]", "products.p.contains.lib"},
		{"the party", "{id: v, country: CN}", "{id: v, country: CN, assumed: true}", "parties.v"},
	} {
		p := planOf(t, "2026-10-06T00:00:00Z", strings.Replace(bundle, c.from, c.to, 1))
		got := strings.Join(miitOf(t, p, "p").Assumes, " ")
		is(t, c.name, got, c.want)
		for _, x := range prohibitions(p, "CN-RMSV-9-7-NO-OVERSEAS", "v") {
			if x.Of == "p" {
				is(t, c.name+" (prohibition)", strings.Join(x.Assumes, " "), c.want)
			}
		}
	}
	p := planOf(t, "2026-10-06T00:00:00Z", strings.Replace(bundle, "contains: [lib]", "contains: [{id: lib, assumed: true}]", 1))
	assumed(t, "through two products", miitOf(t, p, "q").Assumes, "products.p.contains.lib")
	assumed(t, "a recipient by assumption", duty(t, planOf(t, "2026-10-06T00:00:00Z",
		strings.Replace(strings.Replace(bundle, "contains: [lib]", "contains: [{id: lib, assumed: true}]", 1), "by: v, of: lib", "by: v, of: p", 1)),
		"CN-RMSV-7-1-UPSTREAM/tell/v/p").Assumes, "products.p.contains.lib")
}

func TestAssumedRolesAndSystems(t *testing.T) {
	p := planOf(t, "2021-12-20T00:00:00+08:00", strings.Replace(partner, "platform-partner", "{id: platform-partner, assumed: true}", 1))
	assumed(t, "an assumed role", duty(t, p, "N-MIIT-PARTNER/report").Assumes, "parties.a.roles.platform-partner")
	assumed(t, "the other role is stated", duty(t, p, "CN-RMSV-10-FINDER-MIIT").Assumes)
	p = planOf(t, "2026-10-06T00:00:00Z", `
products: [{id: p}]
parties: [{id: o, country: CN, operates: [{id: p, assumed: true}]}, {id: c, country: CN, roles: [{id: collection-platform, assumed: true}]}]
events: [{id: a, kind: aware, by: o, of: p, at: "2026-10-05T10:00:00+08:00"}]`)
	assumed(t, "an assumed system", duty(t, p, "CN-RMSV-8-OPERATOR/mend").Assumes, "parties.o.operates.p")
	for _, s := range p.Standing {
		if s.Rule == "CN-RMSV-10-PLATFORM" {
			assumed(t, "a standing duty", s.Assumes, "parties.c.roles.collection-platform")
		}
	}
}

func TestWhatIsRequiredAndWhatMeetsRestOnAssumptionsToo(t *testing.T) {
	p := planOf(t, "2026-11-10T00:00:00Z", strings.Replace(severe("2026-11-02T09:00:00+01:00",
		`{id: n, kind: notified, by: m, incident: i1, to: [eu-srp], at: "2026-11-02T12:00:00+01:00"}`), "{id: c,", "{id: c, assumed: true,", 1))
	assumed(t, "the grade is required", duty(t, p, "EU-CRA-14-4A-SI24").Assumes, "events.c")
	p = planOf(t, "2026-11-10T00:00:00Z", strings.Replace(severe("2026-11-02T09:00:00+01:00",
		`{id: n, assumed: true, kind: notified, by: m, incident: i1, to: [eu-srp], at: "2026-11-02T12:00:00+01:00"}`), "", "", 1))
	assumed(t, "what meets it", duty(t, p, "EU-CRA-14-4A-SI24").Assumes, "events.n")
	x := prohibition(t, planOf(t, "2026-10-09T00:00:00Z", finder+`
  - {id: pub, kind: published, by: up, of: p, assumed: true, at: "2026-10-07T10:00:00+08:00"}`), "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "released", x.State, "released")
	assumed(t, "the release", x.Assumes, "events.pub")
	x = prohibition(t, planOf(t, "2026-10-09T00:00:00Z", finder+`
  - {id: s, kind: reported, by: f, to: [friend], of: p, assumed: true, at: "2026-10-07T10:00:00+08:00"}`), "CN-RMSV-9-7-NO-OVERSEAS", "f")
	is(t, "breached", x.State, "breached")
	assumed(t, "the act", x.Assumes, "events.s")
}

func TestAnEventOfNoProductIsAboutTheOnlyOne(t *testing.T) {
	body := strings.Replace(kept, ", of: p,", ",", 1)
	is(t, "due", duty(t, planOf(t, "2021-11-25T00:00:00Z", body), miit).Due, "2021-11-26T14:51:00+08:00")
	if _, err := casefile.Parse("case.yaml", file(body)); err != nil {
		t.Fatal(err)
	}
}

func TestIncidentsThatAreNotNamed(t *testing.T) {
	body := func(more string) string {
		return `
products: [{id: p, provider: x}]
parties: [{id: c, country: IN, roles: [body-corporate]}, {id: x}, {id: f}]
events:
  - {id: i, kind: incident-aware, by: c, at: "2026-11-01T10:00:00+05:30"}` + more
	}
	p := planOf(t, "2026-11-05T00:00:00Z", body(""))
	is(t, "the only one", duty(t, p, "IN-CERTIN-II-6H").ID, "IN-CERTIN-II-6H/report/c/-/1")
	p = planOf(t, "2026-11-05T00:00:00Z", body(`
  - {id: j, kind: incident-aware, by: c, incident: i1, at: "2026-11-02T10:00:00+05:30"}`))
	is(t, "beside a named one it is that one", duty(t, p, "IN-CERTIN-II-6H").Due, "2026-11-01T16:00:00+05:30")
	p = planOf(t, "2026-11-05T00:00:00Z", body(`
  - {id: j, kind: incident-aware, by: c, incident: i1, at: "2026-11-02T10:00:00+05:30"}
  - {id: k, kind: incident-aware, by: c, incident: i2, at: "2026-11-03T10:00:00+05:30"}`))
	if n := len(duties(p, "IN-CERTIN-II-6H")); n != 3 {
		t.Errorf("beside two named ones it is a third, not nothing: %d", n)
	}
	// being told of a vulnerability is no knowledge of an incident
	p = planOf(t, "2026-11-05T00:00:00Z", body(`
  - {id: r, kind: reported, by: f, to: [c], of: p, at: "2026-10-20T10:00:00+05:30"}`))
	is(t, "a report of a flaw, earlier", duty(t, p, "IN-CERTIN-II-6H").Due, "2026-11-01T16:00:00+05:30")
}
