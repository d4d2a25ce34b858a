package httpapi

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partnership"
)

const reportSent = `{"vulnerabilities": ["CVE-2026-1"], "packages": ["pkg:maven/a/b"], "products": ["Parser"], "received": "2026-10-01T09:00:00Z", "by": "Borel"`

// findingsAsked is at least one request to each operation of lateness findings.
var findingsAsked = []asked{
	{"GET", "/findings?membership=m1", "", nil, 200},
	{"GET", "/findings", "", nil, 200},
	{"GET", "/findings/d1", "", nil, 200},
	{"POST", "/platforms/circle/findings/look", `{"report": ` + reportSent + `}, "skip": 20, "after": "more"}`, nil, 200},
	{"POST", "/platforms/circle/findings/look", `{"report": {"vulnerabilities": ["CVE-2026-1"], "received": {"value": "2026-10-01", "zone": "Europe/Berlin"}}}`, nil, 200},
	{"POST", "/memberships/m1/findings", `{"limb": "report", "words": "We heard it from others.", "report": ` + reportSent + `}}`, nil, 201},
}

func init() {
	sharingAsked = append(sharingAsked, findingsAsked...) // what is hidden is missing
}

func (r round) evidence() earlier.Member {
	span := calendar.Instant(now)
	due := now.Add(time.Hour)
	got := &earlier.Receipt{Event: "e3", By: "maker", At: span}
	return earlier.Member{Name: "Acme", Country: "DE", Orgs: []string{"o2"}, When: earlier.Before, Aware: span, Word: earlier.Own, Rows: []earlier.Row{{Handle: "h1", Case: "TOC-1", Party: "acme", Name: "Acme", When: earlier.Before, Aware: span, Word: earlier.Own,
		By: []string{"flaw"}, Marks: []earlier.Mark{{Event: "e1", Kind: "aware", At: span, Word: earlier.Own, Disputed: []string{"e9"}}}, Told: []earlier.Telling{{Event: "e2", Kind: "reported", To: []string{"maker"}, At: span, Maintainer: true, Receipt: got}},
		For: []earlier.Point{{Code: earlier.ToldMaintainer, Events: []string{"e2"}, At: span, Receipt: got}}, Uncertain: []earlier.Point{{Code: earlier.IsDisputed, Events: []string{"e1"}}}, Weighed: true,
		Owed: []earlier.Owed{{Duty: "d", Rule: "R", Title: "Report", Kind: "notify-authority", Tells: true, Modality: "must", Ground: "agreement", Citation: "s. 3", State: "open", Due: &due}}}}}
}

func (r round) lateness() partnership.Finding {
	return partnership.Finding{ID: "d1", Platform: circle, Member: member, Limb: partnership.ReportLimb, Report: earlier.Report{Flaws: []string{"CVE-2026-1"}, Received: calendar.Span{Latest: now}}, Evidence: r.evidence(), Words: "w", By: "p1", Made: now, Act: "e7", Hash: strings.Repeat("0f", 32),
		Unseen: 2, Less: 1, State: partnership.FindingContested, Replies: partnership.Replies{Contested: []string{"e8"}}}
}

func (r round) Look(_ context.Context, who access.Reader, platform string, a coordination.EarlierAsked) ([]partnership.Candidate, *coordination.Earlier, error) {
	stranger := r.evidence()
	stranger.Rows = nil
	return []partnership.Candidate{{Member: r.evidence(), Membership: &partnership.Member{ID: member}}, {Member: stranger}}, &coordination.Earlier{Cases: 3, Weighed: 1, Skip: a.Skip + 1, Next: "n", At: a.Received.Earliest}, r.on(who, platform, circle)
}

func (r round) Find(_ context.Context, who access.Reader, id string, limb partnership.Limb, words string, a coordination.EarlierAsked) (partnership.Finding, error) {
	f := r.lateness()
	f.Limb, f.Words, f.Report, f.Act, f.State = limb, words, a.Report, "", partnership.FindingDraft
	if limb != partnership.ReportLimb {
		return f, fault.At("", 0, "limb", "%q is neither report nor support", string(limb))
	}
	return f, r.on(who, id, member)
}

func (r round) Finding(_ context.Context, who access.Reader, id string) (partnership.Finding, error) {
	return r.lateness(), r.on(who, id, "d1")
}

func (r round) AllFindings(_ context.Context, who access.Reader, id string) ([]partnership.FindingLine, error) {
	if id != "" {
		if err := r.on(who, id, member); err != nil {
			return nil, err
		}
	}
	f := r.lateness()
	f.Evidence = earlier.Member{}
	return []partnership.FindingLine{{Finding: f, Name: "Acme", Side: partnership.OfAuthority}}, r.fails
}

// A finding tells how much of it is left out, and what was said to it; a list has no
// evidence in it.
func TestAFindingByTheAPI(t *testing.T) {
	j := newShop(t).judged(t)
	var f WholeFinding
	body := j.ask(t, "GET", "/findings/d1", "tocsin_all", "").body
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		t.Fatal(err)
	}
	if f.Unseen != 2 || f.Less != 1 || f.State != "contested" || len(f.Contested) != 1 || f.Answered == nil || f.Evidence.Rows[0].Marks[0].Disputed[0] != "e9" || f.Evidence.Rows[0].Owed[0].Ground != "agreement" {
		t.Errorf("%s", body)
	}
	if list := j.ask(t, "GET", "/findings", "tocsin_all", "").body; strings.Contains(list, "evidence") || strings.Contains(list, "marks") || !strings.Contains(list, f.Hash) {
		t.Errorf("a list: %s", list)
	}
	var k EarlierKnowledge
	if err := json.Unmarshal([]byte(j.ask(t, "POST", "/platforms/circle/findings/look", "tocsin_all", `{"report": `+reportSent+`}, "skip": 20}`).body), &k); err != nil || len(k.Found) != 2 || k.Found[0].Membership != member || k.Found[1].Membership != "" || k.Skip != 21 {
		t.Errorf("%+v %v", k, err)
	}
}

// A report that says too little is refused with the key that is missing.
func TestAReportThatSaysTooLittle(t *testing.T) {
	j := newShop(t).judged(t)
	for body, key := range map[string]string{
		`{"report": {"vulnerabilities": ["CVE-2026-1"]}}`:                                 "received",
		`{"report": {"vulnerabilities": ["CVE-2026-1"], "received": "yesterday"}}`:        "received",
		`{"report": {"vulnerability": "CVE-2026-1", "received": "2026-10-01T09:00:00Z"}}`: "vulnerability",
	} {
		if a := j.ask(t, "POST", "/platforms/circle/findings/look", "tocsin_all", body); a.status != 422 || !strings.Contains(a.body, key) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if a := j.ask(t, "POST", "/memberships/m1/findings", "tocsin_all", `{"limb": "guilt", "report": `+reportSent+`}}`); a.status != 422 || !strings.Contains(a.body, "limb") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := j.ask(t, "POST", "/memberships/m1/findings", "tocsin_all", `{"limb": "report", "report": {"vulnerabilities": ["x"]}}`); a.status != 422 || !strings.Contains(a.body, "report.received") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
