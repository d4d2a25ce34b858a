package coordination_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
)

// psirt are the answers of the PSIRT of a German manufacturer that sells in the
// Union and in China and found an attack on its own product.
func psirt() coordination.Questions {
	return coordination.Questions{Title: "A flaw in our gateway", Product: "Acme Gateway", ProviderIsUs: true, How: "found", Knew: at("2026-11-23T08:00:00Z"),
		Known: "a customer's log shows it", Source: "https://tickets.example.org/1", Org: "acme", Role: "vendor", Country: "DE", Markets: []string{"EU", "CN"},
		Attacked: "yes", AttackedAt: at("2026-11-23T08:00:00Z"), Public: "no"}
}

// Each kind of person gets, from five questions, the duties that the packs say.
func TestFiveQuestionsOfEachPerson(t *testing.T) {
	w := newOffice(t)
	for name, c := range map[string]struct {
		who      access.Reader
		q        coordination.Questions
		running  []string // rules with a clock that runs
		awaiting []string // rules whose clock waits for something
		never    []string
	}{
		"PSIRT of a manufacturer in DE with markets EU and CN": {who: ada, q: psirt(),
			running: []string{"EU-CRA-14-2A-AEV24", "EU-CRA-14-2B-AEV72", "CN-RMSV-7-2-MIIT"}, never: []string{"IN-CERTIN-II-6H"}},
		"the same, and nobody knows of an attack": {who: ada, q: func() coordination.Questions { q := psirt(); q.Attacked = "unknown"; return q }(),
			running: []string{"CN-RMSV-7-2-MIIT"}, awaiting: []string{"EU-CRA-14-2A-AEV24"}},
		"finder in CN of another's product": {who: mei, q: coordination.Questions{Product: "Foreign Router", Provider: "Router Makers", ProviderCountry: "US",
			How: "found", Knew: at("2026-11-23T08:00:00Z"), Org: "lab", Role: "finder", Country: "CN", Attacked: "unknown"},
			running: []string{"CN-RMSV-6-FINDER-VENDOR"}, never: []string{"EU-CRA-14-2A-AEV24"}},
		"maintainer of an open-source project": {who: femke, q: coordination.Questions{Product: "Kiemparse", ProviderIsUs: true, How: "told", ToldBy: "Noor Haaglund",
			Knew: at("2026-11-22T18:00:00Z"), Org: "project", Role: "maintainer", Country: "NL", Attacked: "yes"},
			never: []string{"EU-CRA-14-2A-AEV24", "CN-RMSV-7-2-MIIT", "IN-CERTIN-II-6H"}},
		"operator in IN of an attacked system": {who: noor, q: coordination.Questions{Product: "Edge Appliance", Provider: "Appliance Inc", ProviderCountry: "US",
			How: "found", Knew: at("2026-11-23T08:00:00Z"), Org: "hosts", Role: "deployer", Kinds: []string{"service-provider"}, Country: "IN", Attacked: "yes", AttackedAt: at("2026-11-23T08:00:00Z")},
			running: []string{"IN-CERTIN-II-6H"}, never: []string{"EU-CRA-14-2A-AEV24"}},
		"the same, that has not said what it is to the law": {who: noor, q: coordination.Questions{Product: "Edge Appliance", Provider: "Appliance Inc",
			How: "found", Knew: at("2026-11-23T08:00:00Z"), Org: "hosts", Role: "deployer", Country: "IN", Attacked: "yes"},
			running: []string{"IN-CERTIN-II-6H"}},
		"coordinator": {who: olga, q: coordination.Questions{Product: "Example Gateway", Provider: "Acme Networks", ProviderCountry: "DE", ProviderMarkets: []string{"EU"},
			Contains: "Example Parser", ContainsBy: "Example Project", How: "told", ToldBy: "Qinglan Laboratory", Knew: at("2026-11-23T08:00:00Z"), Org: "desk", Role: "coordinator", Country: "DE", Attacked: "unknown"},
			never: []string{"CN-RMSV-7-2-MIIT"}},
	} {
		d, err := w.desk.Draft(w.ctx(), c.who, c.q)
		if err != nil || len(d.Problems) > 0 {
			t.Errorf("%s: %v %v", name, d, err)
			continue
		}
		us := d.Planned.Parties[0]
		for _, r := range c.running {
			if state, _, ok := duty(d.Planned, r, us); !ok || state != "running" && state != "open" {
				t.Errorf("%s: %s is %q; there are %v", name, r, state, rules(d.Planned, us))
			}
		}
		for _, r := range c.awaiting {
			if state, _, _ := duty(d.Planned, r, us); state != "awaiting-anchor" {
				t.Errorf("%s: %s is %q", name, r, state)
			}
		}
		for _, r := range c.never {
			if state, _, ok := duty(d.Planned, r, us); ok {
				t.Errorf("%s: %s is there, %s", name, r, state)
			}
		}
		if d.File.Record != "kept" || !strings.HasPrefix(d.File.Case, "TOC-2026-") {
			t.Errorf("%s: %s %s", name, d.File.Record, d.File.Case)
		}
	}
}

// A duty that rests on what is assumed says so, and the hint says what to answer.
func TestWhatIsAssumedSaysIf(t *testing.T) {
	w := newOffice(t)
	q := coordination.Questions{Product: "Edge Appliance", How: "found", Knew: at("2026-11-23T08:00:00Z"), Org: "hosts", Role: "deployer", Country: "IN", Attacked: "yes"}
	d, err := w.desk.Draft(w.ctx(), noor, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range d.Planned.Plan.Duties {
		if x.Rule == "IN-CERTIN-II-6H" && len(x.Assumes) == 0 {
			t.Error("it says no if")
		}
	}
	if d.Hints["Kinds"] != coordination.HintKinds || d.Hints["Provider"] != coordination.HintProvider || d.Hints["AttackedAt"] != coordination.HintTime {
		t.Errorf("%v", d.Hints)
	}
}

// Wrong answers are named by their field, and Open keeps nothing.
func TestWrongAnswers(t *testing.T) {
	w := newOffice(t)
	for field, change := range map[string]func(*coordination.Questions){
		"Product":         func(q *coordination.Questions) { q.Product = " " },
		"How":             func(q *coordination.Questions) { q.How = "dreamt" },
		"Knew":            func(q *coordination.Questions) { q.Knew = at("2026-12-24T00:00:00Z") },
		"Org":             func(q *coordination.Questions) { q.Org = "lab" },
		"Role":            func(q *coordination.Questions) { q.Role = "wizard" },
		"Country":         func(q *coordination.Questions) { q.Country = "ZZ" },
		"ProviderCountry": func(q *coordination.Questions) { q.ProviderCountry = "Mars" },
		"Markets":         func(q *coordination.Questions) { q.Markets = []string{"EU", "everywhere"} },
		"Kinds":           func(q *coordination.Questions) { q.Kinds = []string{"wizard"} },
		"Adopts":          func(q *coordination.Questions) { q.Adopts = []string{"N-NONE"} },
		"TLP":             func(q *coordination.Questions) { q.TLP = "PURPLE" },
		"Attacked":        func(q *coordination.Questions) { q.Attacked = "perhaps" },
		"ProviderIsUs":    func(q *coordination.Questions) { q.Role = "finder" },
	} {
		q := psirt()
		change(&q)
		d, err := w.desk.Draft(w.ctx(), ada, q)
		if err != nil || d.Problems[field] == "" {
			t.Errorf("%s: %v %v", field, d.Problems, err)
		}
		if _, err := w.desk.Open(w.ctx(), ada, q, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", field, err)
		}
	}
	if list, _ := w.keeper.List(w.ctx()); len(list) != 0 {
		t.Errorf("%d cases were kept", len(list))
	}
	nobody := access.Reader{Person: "guest", Fresh: true}
	_, err := w.desk.Open(w.ctx(), nobody, psirt(), "")
	wants(t, err, fault.Forbidden, "role")
	if _, err := w.desk.Draft(w.ctx(), access.Reader{}, psirt()); err == nil {
		t.Error("a stranger drafts")
	}
}

// Open gives the plan that Draft showed, a receipt for each party that is named,
// and a name that tells nothing; sent again, it is the same case.
func TestOpenKeepsTheDraft(t *testing.T) {
	w := newOffice(t)
	yes := []string{"yes", "no", "unknown", ""}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
		q := coordination.Questions{Product: "P " + pick("product", "One", "网关", "gateway/2"), How: pick("how", "found", "told", "signalled"), Knew: at("2026-11-23T0" + pick("hour", "1", "5") + ":00:00Z"),
			ToldBy: pick("told", "", "Somebody", "Acme Networks"), Org: "acme", Role: pick("role", "vendor", "maintainer", "deployer", "finder", "coordinator"),
			Country: pick("country", "DE", "CN", "IN", "US", ""), Attacked: pick("attacked", yes...), Public: pick("public", yes...), Contains: pick("inside", "", "A Parser")}
		q.ProviderIsUs = q.Role == "vendor" || q.Role == "maintainer"
		if !q.ProviderIsUs {
			q.Provider = pick("provider", "", "Somebody", "Maker & Söhne")
		}
		d, err := w.desk.Draft(w.ctx(), ada, q)
		if err != nil || len(d.Problems) > 0 {
			rt.Fatalf("%v %v", d, err)
		}
		key := "key " + string(rune('a'+n%26)) + time.Duration(n).String()
		r, err := w.desk.Open(w.ctx(), ada, q, key)
		if err != nil {
			rt.Fatal(err)
		}
		p, err := w.desk.Plan(w.ctx(), ada, r.Handle, coordination.PlanOptions{})
		if fault.KindOf(err) == fault.Forbidden {
			return // a prohibition of the country that was answered refuses her, who works elsewhere
		}
		if err != nil {
			rt.Fatal(err)
		}
		if plain(t, p.Plan) != plain(t, d.Planned.Plan) {
			rt.Fatalf("drafted\n%s\nopened\n%s", plain(t, d.Planned.Plan), plain(t, p.Plan))
		}
		if p.Role != access.Owner || !slices.Equal(p.Parties, d.Planned.Parties) {
			rt.Fatalf("%s of %v", p.Role, p.Parties)
		}
		for _, m := range p.Records {
			if m.Imported {
				rt.Fatal("an event counts as imported")
			}
		}
		w.clock.Pass(time.Second)
		again, err := w.desk.Open(w.ctx(), ada, q, key)
		if err != nil || again.Handle != r.Handle || !again.Replayed {
			rt.Fatalf("%+v %v", again, err)
		}
	})
	rep, err := w.keeper.Audit(w.ctx(), nil)
	if err != nil || len(rep.Findings) > 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// A manufacturer in Germany that sells in China is not kept from its own case by
// what forbids to tell abroad: its people are abroad as it is itself.
func TestAManufacturerSeesItsOwnCase(t *testing.T) {
	w := newOffice(t)
	q := psirt()
	q.How, q.ToldBy = "told", "Qinglan Laboratory"
	for _, q := range []coordination.Questions{psirt(), q} {
		r, err := w.desk.Open(w.ctx(), ada, q, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.See(w.ctx(), ada, r.Handle); err != nil {
			t.Errorf("%s: %v", q.How, err)
		}
	}
}
