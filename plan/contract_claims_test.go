package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Contract section 1, "Claims compete" and "Whose word"; section 2, disputed,
// --at and --as-known-at.

func alternatives(d *Duty) []string {
	var out []string
	for _, a := range d.Alternatives {
		out = append(out, fmt.Sprintf("%v %s met by %s late by %s", a.Given, a.State, say(a.MetBy), say(a.LateBy)))
	}
	slices.Sort(out)
	return out
}

func wantAlternatives(t *testing.T, d *Duty, want ...string) {
	t.Helper()
	if got := alternatives(d); !slices.Equal(got, want) {
		t.Errorf("%s: alternatives\n got  %s\n want %s", d.ID, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
}

func TestADenialIsNeverAFact(t *testing.T) {
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", sources+`
  - {id: no, kind: notified, by: v, to: [cn-miit-nvdb], of: p, denies: true, at: "2021-11-25T00:00:00+08:00"}`), miit)
	is(t, "state", d.State, "no-record")
	is(t, "met by", d.MetBy, "null")
}

func TestThreeClaimsAboutOneReport(t *testing.T) {
	// never told, told in time, told late: nobody settles it
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", sources+`
  - {id: early, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T00:00:00+08:00", disputes: [late]}
  - {id: late, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-12-13T14:51:00+08:00"}
  - {id: never, kind: notified, by: v, to: [cn-miit-nvdb], of: p, denies: true, disputes: [early, late], at: "2021-12-22T00:00:00+08:00"}`), miit)
	is(t, "state", d.State, "disputed")
	wantAlternatives(t, d,
		"[early] met met by early late by null",
		"[late] met-late met by late late by PT408H",
		"[never] no-record met by null late by null")
	if d.MetBy != nil || d.MetAt != nil || d.LateBy != nil || d.PastDue {
		t.Errorf("the duty takes a side: %s %s %s %v", say(d.MetBy), say(d.MetAt), say(d.LateBy), d.PastDue)
	}
	for _, r := range d.Readings {
		is(t, r.Calc, r.State, "disputed")
	}
	because1(t, d.Because, "disputed")
}

func TestAlternativesThatAgreeAreNoDispute(t *testing.T) {
	body := sources + `
  - {id: a, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T00:00:00+08:00", disputes: [b]}
  - {id: b, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T12:00:00+08:00"}`
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", body), miit)
	is(t, "in time either way", d.State, "met")
	is(t, "by which is not said", d.MetBy, "null")
	wantAlternatives(t, d, "[a] met met by a late by null", "[b] met met by b late by null")
	if ds := duty(t, planOf(t, "2022-01-01T00:00:00Z", body), "CN-RMSV-7-1-VERIFY"); ds.State != Open || len(ds.Alternatives) != 0 {
		t.Errorf("a dispute that does not matter to a duty is not shown there: %s %v", ds.State, ds.Alternatives)
	}
}

func TestADisputedBeginning(t *testing.T) {
	d := duty(t, planOf(t, "2021-11-29T00:00:00+08:00", `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: first, kind: aware, by: v, of: p, at: "2021-11-20T10:00:00+08:00", disputes: [second]}
  - {id: second, kind: aware, by: v, of: p, at: "2021-11-28T10:00:00+08:00"}`), miit)
	is(t, "state", d.State, "disputed")
	wantAlternatives(t, d, "[first] missed met by null late by PT158H", "[second] running met by null late by null")
	is(t, "the strictest of the alternatives", d.Due, "2021-11-22T10:00:00+08:00")
}

func TestADisputeOfAChainIsNotAllAgainstAll(t *testing.T) {
	// b disputes a and c; a and c can both be true
	d := duty(t, planOf(t, "2022-01-01T00:00:00Z", `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}]
events:
  - {id: a, kind: aware, by: v, of: p, at: "2021-11-20T10:00:00+08:00"}
  - {id: b, kind: aware, by: v, of: p, at: "2021-11-28T10:00:00+08:00", disputes: [a, c]}
  - {id: c, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-21T10:00:00+08:00"}`), miit)
	wantAlternatives(t, d, "[a c] met met by c late by null", "[b] no-record met by null late by null")
}

func TestSupersededClaimsAreShownNotUsed(t *testing.T) {
	body := sources + `
  - {id: e2, kind: aware, by: v, of: p, supersedes: [e1], at: "2021-11-30T10:00:00+08:00"}`
	d := duty(t, planOf(t, "2021-12-01T00:00:00+08:00", body), miit)
	is(t, "anchor", d.Anchor.Events, "[e2]")
	d = duty(t, planOf(t, "2021-12-01T00:00:00+08:00", body+`
  - {id: e3, kind: aware, by: v, of: p, supersedes: [e2], at: "2021-11-25T10:00:00+08:00"}`), miit)
	is(t, "a chain", d.Anchor.Events, "[e3]")
}

func TestAClaimAboutAnotherNeitherStartsNorMeets(t *testing.T) {
	claim := "basis: claim, recorded-by: f, "
	body := func(aware, notified string) string {
		return `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f, country: CN}]
events:
  - {id: a, kind: aware, by: v, of: p, ` + aware + `at: "2021-11-24T10:00:00+08:00"}
  - {id: n, kind: notified, by: v, to: [cn-miit-nvdb], of: p, ` + notified + `at: "2021-11-25T10:00:00+08:00"}`
	}
	p := planOf(t, "2021-12-01T00:00:00Z", body(claim, ""))
	is(t, "starts", duty(t, p, miit).State, "awaiting-anchor")
	because1(t, p.Warnings, "claims-unadopted")
	is(t, "meets", duty(t, planOf(t, "2021-12-01T00:00:00Z", body("", claim)), miit).State, "missed")
	p = planOf(t, "2021-12-01T00:00:00Z", body("basis: claim, recorded-by: v, ", ""))
	is(t, "its own word", duty(t, p, miit).State, "met")
	for _, w := range p.Warnings {
		if w.Code == "claims-unadopted" {
			t.Errorf("a claim by the party itself started its clock, and is still said to start none: %s", w.Text)
		}
	}
	is(t, "on behalf", duty(t, planOf(t, "2021-12-01T00:00:00Z", body("basis: on-behalf, recorded-by: f, ", "")), miit).State, "met")
	is(t, "adopted, as a new event", duty(t, planOf(t, "2021-12-01T00:00:00Z", body(claim, "")+`
  - {id: ad, kind: aware, by: v, of: p, basis: own, recorded-by: v, re: a, at: "2021-11-24T10:00:00+08:00"}`), miit).State, "met")
}

func TestAClaimThatATellingReachedAPartyDoesNotStartItsClock(t *testing.T) {
	body := func(word string) string {
		return `
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f, country: CN}, {id: x, country: CN}]
events: [{id: r, kind: reported, by: f, to: [v], of: p, ` + word + `, at: "2021-11-24T10:00:00+08:00"}]`
	}
	for _, c := range []struct{ word, state string }{
		{"basis: own, recorded-by: f", "running"}, {"basis: claim, recorded-by: v", "running"}, {"basis: claim, recorded-by: x", "awaiting-anchor"},
	} {
		is(t, c.word, duty(t, planOf(t, "2021-11-25T00:00:00Z", body(c.word)), miit).State, c.state)
	}
}

func TestAClaimStopsNoClockEither(t *testing.T) {
	// a stranger's entry cannot retire or dispute what a party said of itself
	for _, how := range []string{"supersedes: [e1]", "disputes: [e1]", "disputes: [e1], denies: true"} {
		d := duty(t, planOf(t, "2021-12-01T00:00:00Z", `
record: kept
products: [{id: p, provider: v}]
parties: [{id: v, country: CN}, {id: f, country: CN}]
events:
  - {id: e1, kind: aware, by: v, of: p, at: "2021-11-24T14:51:00+08:00"}
  - {id: c, kind: aware, by: v, of: p, basis: claim, recorded-by: f, `+how+`, at: "2021-11-30T10:00:00+08:00"}`), miit)
		is(t, how, d.State, "missed")
		is(t, how, d.Due, "2021-11-26T14:51:00+08:00")
	}
	// control: the party's own correction does
	d := duty(t, planOf(t, "2021-12-01T00:00:00Z", kept+`
  - {id: c, kind: aware, by: v, of: p, supersedes: [e1], at: "2021-11-30T10:00:00+08:00"}`), miit)
	is(t, "own word", d.State, "running")
}

func TestNowDecidesByTheEarliestPossibleInstant(t *testing.T) {
	at := func(when, now string) State {
		return duty(t, planOf(t, now, strings.Replace(kept, `"2021-11-24T14:51:00+08:00"`, when, 1)), miit).State
	}
	span := `{from: "2021-11-24T00:00:00Z", to: "2021-11-30T00:00:00Z"}`
	is(t, "before the earliest", at(span, "2021-11-23T23:59:59Z"), "awaiting-anchor")
	is(t, "at the earliest", at(span, "2021-11-24T00:00:00Z"), "running")
	open := `{not-after: "2021-11-30T00:00:00Z"}`
	is(t, "open beginning, before its latest", at(open, "2021-11-29T23:59:59Z"), "awaiting-anchor")
	is(t, "open beginning, at its latest", at(open, "2021-11-30T00:00:00Z"), "running")
}

func TestAClaimAboutTheFutureStillCompetes(t *testing.T) {
	body := sources + `
  - {id: early, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T00:00:00+08:00", disputes: [late]}
  - {id: late, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-12-13T00:00:00+08:00"}`
	d := duty(t, planOf(t, "2021-12-01T00:00:00+08:00", body), miit)
	is(t, "on 1 December", d.State, "disputed")
	wantAlternatives(t, d, "[early] met met by early late by null", "[late] no-record met by null late by null")
}

func TestAsKnownAtGoesByTheRecord(t *testing.T) {
	body := kept + `
  - {id: n, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: "2021-11-25T00:00:00+08:00", recorded-at: "2021-12-05T00:00:00Z"}
  - {id: old, kind: assessed, by: v, of: p, at: {value: "2021-11", precision: month, zone: UTC}}`
	at := instantOf(t, "2022-01-01T00:00:00Z")
	known := func(when string) *Plan { return planWith(t, body, Options{At: at, AsKnownAt: instantOf(t, when)}) }
	is(t, "not recorded yet", duty(t, known("2021-12-04T23:59:59Z"), miit).State, "missed")
	is(t, "recorded", duty(t, known("2021-12-05T00:00:00Z"), miit).State, "met")
	met(t, known("2021-11-30T23:59:58Z"), "CN-RMSV-7-1-VERIFY", "null") // without a record: the latest bound
	met(t, known("2021-11-30T23:59:59Z"), "CN-RMSV-7-1-VERIFY", "old")
	late := body + `
  - {id: e2, kind: aware, by: v, of: p, supersedes: [e1], at: "2021-11-20T00:00:00+08:00", recorded-at: "2021-12-20T00:00:00Z"}`
	p := planWith(t, late, Options{At: at, AsKnownAt: instantOf(t, "2021-12-19T00:00:00Z")})
	is(t, "what retires a claim must be known too", duty(t, p, miit).Anchor.Events, "[e1]")
}

func TestManyClaimsAreCountedNotGuessed(t *testing.T) {
	// forty claims against one another: computed in a moment, with a warning
	var b strings.Builder
	b.WriteString(kept)
	for i := range 40 {
		var d []string
		for j := range i {
			d = append(d, fmt.Sprintf("c%d", j))
		}
		fmt.Fprintf(&b, "\n  - {id: c%d, kind: notified, by: v, to: [cn-miit-nvdb], of: p, disputes: [%s], at: \"2021-11-%02dT10:00:00+08:00\"}", i, strings.Join(d, ", "), 1+i%28)
	}
	p := planOf(t, "2022-01-01T00:00:00Z", b.String())
	is(t, "state", duty(t, p, miit).State, "disputed")
	because1(t, p.Warnings, "too-many-claims")
}

func TestAStarOfClaimsIsTwoWorlds(t *testing.T) {
	var b strings.Builder
	b.WriteString(kept)
	var all []string
	for i := range 18 {
		fmt.Fprintf(&b, "\n  - {id: c%02d, kind: notified, by: v, to: [cn-miit-nvdb], of: p, at: \"2021-11-25T10:00:%02d+08:00\"}", i, i)
		all = append(all, fmt.Sprintf("c%02d", i))
	}
	fmt.Fprintf(&b, "\n  - {id: never, kind: notified, by: v, to: [cn-miit-nvdb], of: p, denies: true, disputes: [%s], at: \"2021-12-25T10:00:00+08:00\"}", strings.Join(all, ", "))
	p := planOf(t, "2022-01-01T00:00:00Z", b.String())
	if d := duty(t, p, miit); len(d.Alternatives) != 2 || d.State != Disputed {
		t.Errorf("%s with %d alternatives", d.State, len(d.Alternatives))
	}
	notBecause(t, p.Warnings, "too-many-claims")
}
