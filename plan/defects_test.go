package plan

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/calendar"
)

// The defects of the raw record, mended in the packs and seen through the plan.

func TestDefectNotDutiesOfACase(t *testing.T) {
	b := book(t)
	for _, id := range strings.Fields(`CN-RMSV-5-CHANNEL CN-RMSV-5-LOG CN-RMSV-7-BOUNTY CN-RMSV-9-2 CN-RMSV-9-3 CN-RMSV-10-PLATFORM CN-RMSV-11 CN-RMSV-PEN
		EU-CRA-14-7-ROUTE EU-CRA-A1-II5 EU-GDPR-33-5 US-BOD-20-01 US-FED-CONTRACTOR-VDP UK-PSTI-VDP IN-CERTIN-IV-LOGS N-FIRST-MPCVD N-ISO-30111 N-RFC9116 N-TLP2 N-GHSA`) {
		found := false
		for _, r := range b.Rules {
			if r.ID == id || strings.HasPrefix(r.ID, id) {
				found = true
				if r.Class == "case-duty" {
					t.Errorf("%s is still a duty of a case", r.ID)
				}
			}
		}
		if !found {
			t.Errorf("%s is gone", id)
		}
	}
	p := planOf(t, "2026-10-06T00:00:00+08:00", cn("2026-10-05T10:00:00+08:00"))
	var listed []string
	for _, s := range p.Standing {
		listed = append(listed, s.Rule)
	}
	for _, id := range []string{"CN-RMSV-5-CHANNEL", "CN-RMSV-5-LOG", "CN-RMSV-7-BOUNTY", "CN-RMSV-PEN"} {
		if !slices.Contains(listed, id) {
			t.Errorf("%s is not listed under the standing duties %v", id, listed)
		}
		none(t, p, id)
	}
}

func TestDefectWhoIsAnIdentifierWithATitle(t *testing.T) {
	word := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, r := range book(t).Rules {
		for _, w := range r.Who {
			if role := book(t).Role(w.Role); !word.MatchString(w.Role) || role == nil || role.Title["en"] == "" {
				t.Errorf("%s binds %q", r.ID, w.Role)
			}
		}
	}
}

func TestDefectCalcIsAClosedListAndPaceIsNoCalc(t *testing.T) {
	known := []string{"fixed", "catalogue-date"}
	for _, c := range calendar.Calcs() {
		known = append(known, string(c))
	}
	for _, r := range book(t).Rules {
		for _, s := range r.Stages {
			for _, rd := range s.Readings {
				if !slices.Contains(known, rd.Calc) {
					t.Errorf("%s: calc %q", r.ID, rd.Calc)
				}
			}
		}
	}
	p := planOf(t, "2026-11-02T12:00:00+01:00", eu(exploited("2026-11-02T09:00:00+01:00")))
	for _, id := range []string{"EU-CRA-14-2A-AEV24", "EU-CRA-14-2B-AEV72"} {
		if d := duty(t, p, id); d.Pace != "without undue delay" || d.Due == nil {
			t.Errorf("%s: the pace stands beside the number: %q, %s", id, d.Pace, say(d.Due))
		}
	}
}

func TestDefectVerifiedIsSplitInThree(t *testing.T) {
	d := duty(t, planOf(t, "2026-10-06T00:00:00+08:00", cn("2026-10-05T10:00:00+08:00")), "CN-RMSV-7-2-MIIT")
	if !d.Verified.Duty || !d.Verified.Deadline || d.Verified.Calc {
		t.Errorf("duty and number were read, the computation was not: %+v", d.Verified)
	}
}

func TestDefectValidity(t *testing.T) {
	b := book(t)
	is(t, "BOD 22-01", b.Rule("US-BOD-22-01").Until, "2026-06-10")
	is(t, "ED 22-02", b.Rule("US-ED-22-02").Until, "2022-04-08")
	always := 0
	for _, r := range b.Rules {
		if r.Always {
			if always++; r.Ground != "norm" && r.Ground != "agreement" && r.Until == "" { // of the law before 2026 only the end matters here; an agreement begins with each signature
				t.Errorf("%s is no norm and has no beginning", r.ID)
			}
		}
		if from, _ := r.InForce(); from.IsZero() && !r.Always && r.Scheduled() {
			t.Errorf("%s says neither since when nor always", r.ID)
		}
	}
	if always == 0 {
		t.Error("no norm applies always")
	}
	// the Cybersecurity Law before and after it was renumbered, each in its time
	for _, c := range []struct{ aware, applies, not string }{
		{"2025-12-31T10:00:00+08:00", "CN-CSL-22-REMEDY", "CN-CSL-24-REMEDY"},
		{"2026-01-01T10:00:00+08:00", "CN-CSL-24-REMEDY", "CN-CSL-22-REMEDY"},
	} {
		p := planOf(t, "2026-10-06T00:00:00+08:00", cn(c.aware))
		if d := duty(t, p, c.not); d.State != NotScheduled {
			t.Errorf("aware %s: %s is %s", c.aware, d.Rule, d.State)
		}
		if d := duty(t, p, c.applies); d.State != Open {
			t.Errorf("aware %s: %s is %s", c.aware, d.Rule, d.State)
		}
	}
}

func TestDefectStagesWithANumberHaveAnAnchor(t *testing.T) {
	for _, id := range []string{"US-DFARS-7012", "N-P0-90", "N-P0-90-ADOPTION", "N-P0-7", "N-P0-7-ADOPTION", "N-ZDI-120", "N-OSS-SEC"} {
		r := book(t).Rule(id)
		if r == nil {
			t.Errorf("%s is gone", id)
			continue
		}
		for _, s := range r.Stages {
			if len(s.Anchor.Any)+len(s.Anchor.All) == 0 {
				t.Errorf("%s/%s has no anchor", id, s.ID)
			}
		}
	}
	// ZDI: the second attempt runs from the contact, the intermediary from the second attempt
	p := planOf(t, "2026-10-20T00:00:00Z", `
adopts: [N-ZDI-120]
products: [{id: p, provider: v}]
parties: [{id: v, country: US}, {id: z, country: US, roles: [coordinator]}]
events:
  - {id: c, kind: reported, by: z, to: [v], of: p, at: "2026-10-01T12:00:00Z"}
  - {id: c2, kind: reported, by: z, to: [v], of: p, stage: second-attempt, at: "2026-10-08T12:00:00Z"}`)
	is(t, "second attempt", duty(t, p, "N-ZDI-120/second-attempt").Anchor.Events, "[c]")
	is(t, "intermediary", duty(t, p, "N-ZDI-120/intermediary").Anchor.Events, "[c2]")
	is(t, "120 days", duty(t, p, "N-ZDI-120/publish").State, "awaiting-anchor") // no answer yet
}

func TestDefectStewardStagesAreItsOwn(t *testing.T) {
	for _, r := range book(t).Rules {
		if r.Parent != "EU-CRA-24-3-STEWARD" {
			continue
		}
		for _, s := range r.Stages {
			for _, m := range slices.Concat(s.Anchor.Any, s.Anchor.All, s.Anchor.Requires) {
				if ref := m.Met + m.Due; ref != "" && !strings.HasPrefix(ref, "EU-CRA-24-3-STEWARD") {
					t.Errorf("%s/%s points to %s", r.ID, s.ID, ref)
				}
			}
		}
		for _, w := range r.Who {
			if w.Role == "manufacturer" {
				t.Errorf("%s binds manufacturers", r.ID)
			}
		}
	}
	if r := book(t).Rule("EU-CRA-24-3-STEWARD-INCIDENT"); r == nil || len(r.Stages) < 2 {
		t.Error("the incident half has no stages")
	}
}

func TestDefectCompoundDutiesAreSplit(t *testing.T) {
	for _, id := range []string{"CN-NDSR-10-BASE", "CN-CSL-24", "CN-DSL-29", "CN-PIPL-57"} {
		if n := len(book(t).Children(id)); n < 2 {
			t.Errorf("%s has %d parts", id, n)
		}
	}
}

func TestDefectArticle9FindersDoProvidersMay(t *testing.T) {
	p := planOf(t, "2026-10-05T12:00:00+08:00", `
products: [{id: lib, provider: up}, {id: box, provider: v, contains: [lib]}]
parties: [{id: v, country: CN, markets: [CN, EU]}, {id: up, country: US}]
events:
  - {id: a, kind: aware, by: v, of: lib, how: found, at: "2026-10-05T10:00:00+08:00"}
  - {id: x, kind: exploitation-observed, by: v, of: lib, at: "2026-10-05T10:00:00+08:00"}`)
	for _, x := range prohibitions(p, "CN-RMSV-9-7-NO-OVERSEAS", "v") {
		is(t, "for "+x.Of, x.Certainty, map[string]string{"lib": "does", "box": "may"}[x.Of])
	}
	if len(prohibitions(p, "CN-RMSV-9-7-NO-OVERSEAS", "v")) != 2 {
		t.Errorf("want one for each product: %v", prohibitions(p, "CN-RMSV-9-7-NO-OVERSEAS", "v"))
	}
	if got := prohibitions(p, "CN-RMSV-9-1-NO-EARLY-PUB", "v"); len(got) != 1 || got[0].Of != "lib" {
		t.Error("the other items bind finders only")
	}
}

const partner = `
products: [{id: p, provider: up}]
parties: [{id: a, country: CN, roles: [finder, platform-partner]}, {id: up, country: US}, {id: miit, country: CN, roles: [authority], is: [cn-miit-platform, cn-miit-nvdb]}]
events:
  - {id: e, kind: aware, by: a, of: p, at: "2021-11-24T14:51:00+08:00"}`

func TestDefectPartnerHasTwoLimbs(t *testing.T) {
	p := planOf(t, "2021-12-20T00:00:00+08:00", partner+`
  - {id: call, kind: called-on, by: miit, to: [a], of: p, at: "2021-12-10T10:00:00+08:00"}`)
	d := duty(t, p, "N-MIIT-PARTNER/report")
	if d.Ground != "agreement" || d.Status != "contractual" || d.State != Open || d.Due != nil {
		t.Errorf("first limb: %s %s %s %s", d.Ground, d.Status, d.State, say(d.Due))
	}
	is(t, "second limb", duty(t, p, "N-MIIT-PARTNER/support").Anchor.Events, "[call]")
	is(t, "second limb", duty(t, p, "N-MIIT-PARTNER/support").State, "open")
	is(t, "without a call", duty(t, planOf(t, "2021-12-20T00:00:00+08:00", partner), "N-MIIT-PARTNER/support").State, "awaiting-anchor")
	is(t, "the statute encourages", duty(t, p, "CN-RMSV-10-FINDER-MIIT").Modality, "encouraged")
	none(t, p, "CN-RMSV-7-2-MIIT")
}

func TestDefectPlatformFilingSince2023(t *testing.T) {
	lists := func(at, attributes string) bool {
		for _, s := range planOf(t, at, `parties: [{id: me, country: CN, roles: [collection-platform]`+attributes+`}]`).Standing {
			if s.Rule == "CN-RMSV-10-PLATFORM-FILING" {
				return true
			}
		}
		return false
	}
	if lists("2022-12-31T00:00:00+08:00", "") || !lists("2023-01-01T00:00:00+08:00", "") || lists("2026-01-01T00:00:00+08:00", ", attributes: {collects-only-own: true}") {
		t.Error("the filing measures apply from 2023-01-01, not to one's own products")
	}
}

func TestDefectCRA16ShowsBothDates(t *testing.T) {
	p := planOf(t, "2026-11-02T12:00:00+01:00", `
products: [{id: p, provider: m}]
parties: [{id: m, country: DE}, {id: c, country: DE, roles: [coordinator-csirt], is: [eu-csirt-coordinator]}]
events: [{id: n, kind: notified, by: m, of: p, to: [c], at: "2026-11-02T09:00:00+01:00"}]`)
	is(t, "by the delegated act", duty(t, p, "EU-CRA-16-2-DELAY/disseminate").State, "open")
	d := duty(t, p, "EU-CRA-16-2-DELAY-LETTER/disseminate")
	is(t, "by the letter", d.State, "not-scheduled")
	is(t, "by the letter", d.Status, "not-yet-applicable")
}

func TestDefectOrderIsMadeOfEdges(t *testing.T) {
	// regimes 5.5: verify first, then upstream and ministry side by side; early warning before notification
	p := planOf(t, "2026-10-05T12:00:00+08:00", `
products: [{id: lib, provider: up}, {id: box, provider: v, contains: [lib]}]
parties: [{id: v, country: CN, markets: [CN, EU]}, {id: up, country: US}]
events: [{id: x, kind: exploitation-observed, by: v, of: box, at: "2026-10-05T10:00:00+08:00"}]`)
	level := func(rule string) int {
		for i, layer := range p.Order {
			if slices.ContainsFunc(layer, func(id string) bool { return strings.HasPrefix(id, rule+"/") }) {
				return i
			}
		}
		t.Fatalf("%s is not in the order %v", rule, p.Order)
		return -1
	}
	if level("CN-RMSV-7-1-VERIFY") >= level("CN-RMSV-7-1-UPSTREAM") || level("CN-RMSV-7-1-UPSTREAM") != level("CN-RMSV-7-2-MIIT") {
		t.Errorf("verify, then upstream beside the ministry: %v", p.Order)
	}
	if level("EU-CRA-14-2A-AEV24") >= level("EU-CRA-14-2B-AEV72") {
		t.Errorf("early warning before notification: %v", p.Order)
	}
}

func TestDefectNothingIsReviewed(t *testing.T) {
	for _, r := range book(t).Rules {
		if r.Reviewed != nil && (r.Reviewed.By == "" || r.Reviewed.On == "") {
			t.Errorf("%s is reviewed by nobody", r.ID)
		}
	}
	p := planOf(t, "2026-11-26T00:00:00-05:00", registrant("2026-11-25T15:00:00-05:00"))
	if d := duty(t, p, "US-SEC-8K-105/8-k"); d.Reviewed != nil {
		t.Errorf("computed and shown as unreviewed: %+v", d.Reviewed)
	}
}
