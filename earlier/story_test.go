package earlier_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/earlier"
	"tocsin/plan"
	"tocsin/rulebook"
)

// story is a case about a parser that a project maintains and that two makers put
// into products of theirs; EVENTS are the story's own.
const story = `
format: tocsin-casefile/1
case: TOC-1
record: kept
vulnerabilities: [CVE-2026-44228]
products:
  - {id: parser, name: Example Parser, purl: "pkg:maven/org.example/parser@2.1", provider: project}
  - {id: gateway, name: Example Gateway, purl: "pkg:generic/acme/gateway", provider: acme, contains: [parser]}
  - {id: lamp, name: Example Lamp, purl: "pkg:generic/acme/lamp", provider: acme}
parties:
  - {id: acme, name: Acme Cloud, country: CN, markets: [CN]}
  - {id: project, name: Example Project, country: NL, roles: [oss-project]}
  - {id: borealis, name: Borealis, country: DE, roles: [finder]}
  - {id: desk, name: National Desk, country: CN, roles: [authority], is: [cn-miit-nvdb]}
sources:
  - {id: S1, publisher: A paper, kind: press}
events:
EVENTS`

func facts(t testing.TB, events ...string) *earlier.Facts {
	t.Helper()
	return of(t, strings.Replace(story, "EVENTS", "  - {"+strings.Join(events, "}\n  - {")+"}\n", 1))
}

func of(t testing.TB, text string) *earlier.Facts {
	t.Helper()
	c, err := casefile.Parse("story.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return earlier.Of(c, earlier.Others{Embargo: access.Embargo, Office: func(id string) bool { return id == "cn-miit-nvdb" }})
}

// arrived is the report of a third party.
func arrived(at string) earlier.Report {
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return earlier.Report{Flaws: []string{"cve-2026-44228"}, Purls: []string{"pkg:maven/org.example/parser"}, Received: calendar.Instant(when), By: "Nobody Else"}
}

var ninth = arrived("2026-12-09T12:00:00Z")

// row gives the row of a party; nil if there is none.
func row(rows []earlier.Row, party string) *earlier.Row {
	for i := range rows {
		if rows[i].Party == party {
			return &rows[i]
		}
	}
	return nil
}

func codes(points []earlier.Point) (out []string) {
	for _, p := range points {
		out = append(out, p.Code)
	}
	return out
}

func has(points []earlier.Point, code string) *earlier.Point {
	for i := range points {
		if points[i].Code == code {
			return &points[i]
		}
	}
	return nil
}

// A member found the flaw in November, told the project, and not the authority,
// which hears of it from somebody else in December.
func TestAMemberThatKnewBefore(t *testing.T) {
	f := facts(t,
		`id: e1, kind: aware, by: acme, of: parser, how: found, basis: own, at: "2026-11-24T06:00:00Z"`,
		`id: e2, kind: reported, by: acme, to: [project], of: parser, basis: own, at: "2026-11-24T06:51:00Z"`,
		`id: e3, kind: acknowledged, by: project, re: e2, basis: own, at: "2026-11-25T08:00:00Z"`)
	got := f.Look(ninth)
	acme := row(got, "acme")
	if acme == nil || acme.When != earlier.Before || acme.Word != earlier.Own || !acme.Aware.Certain() || !acme.Aware.Earliest.Equal(time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v", acme)
	}
	told := has(acme.For, earlier.ToldMaintainer)
	if told == nil || told.Perhaps || told.Receipt == nil || told.Receipt.Event != "e3" || !slices.Equal(told.To, []string{"project"}) {
		t.Errorf("that it told the maintainer, who confirmed it: %+v", told)
	}
	if has(acme.For, earlier.ToldAuthority) != nil {
		t.Error("it told no authority")
	}
	project := row(got, "project")
	if project == nil || project.When != earlier.Before || project.Word != earlier.Confirmed || project.Marks[0].By != "acme" || project.Marks[0].Receipt != "e3" {
		t.Errorf("who was told, and confirmed it, knew too: %+v", project)
	}
	if row(got, "desk") != nil || row(got, "borealis") != nil {
		t.Errorf("somebody knew who did not: %+v", got)
	}
}

// What the authority was told itself is on the list, and speaks for who told it.
func TestWhoToldTheAuthorityIsShownToHaveDoneSo(t *testing.T) {
	f := facts(t,
		`id: e1, kind: aware, by: acme, of: parser, basis: own, at: "2026-12-08T06:00:00Z"`,
		`id: e2, kind: notified, by: acme, to: [cn-miit-nvdb], of: parser, basis: own, at: "2026-12-08T08:00:00Z"`,
		`id: e3, kind: acknowledged, by: desk, re: e2, form: automatic, basis: own, at: "2026-12-08T08:00:05Z"`)
	rows := f.Look(ninth)
	p := has(row(rows, "acme").For, earlier.ToldAuthority)
	if p == nil || p.Receipt == nil || !p.Receipt.Automatic {
		t.Errorf("%+v", p)
	}
	desk := row(rows, "desk")
	if desk == nil || !desk.Authority || desk.Word != earlier.Told || has(desk.Uncertain, earlier.Unconfirmed) == nil {
		t.Errorf("a machine's answer confirms nothing: %+v", desk)
	}
}

// Time decides: certainly before, perhaps before, and not before.
func TestOnlyWhatIsCertainlyBeforeIsEarlier(t *testing.T) {
	for _, c := range []struct {
		at   string
		want earlier.When
	}{
		{`"2026-12-09T11:59:59Z"`, earlier.Before},
		{`"2026-12-09T12:00:00Z"`, ""},
		{`"2026-12-10T00:00:00Z"`, ""},
		{`{value: "2026-12-09", zone: Z}`, earlier.Perhaps},
		{`{value: "2026-12-08", zone: Z}`, earlier.Before},
		{`{value: "2026-12-09", zone: unknown}`, earlier.Perhaps},
		{`{not-after: "2026-12-09T11:00:00Z"}`, earlier.Before},
		{`{not-before: "2026-12-01T11:00:00Z"}`, earlier.Perhaps},
		{`{from: "2026-12-01", to: "2026-12-20", zone: Z}`, earlier.Perhaps},
	} {
		got := row(facts(t, `id: e1, kind: aware, by: acme, of: parser, basis: own, at: `+c.at).Look(ninth), "acme")
		switch {
		case got == nil && c.want != "", got != nil && got.When != c.want:
			t.Errorf("%s: %+v, not %q", c.at, got, c.want)
		case got != nil && (has(got.Uncertain, earlier.Overlaps) != nil) != (c.want == earlier.Perhaps):
			t.Errorf("%s: uncertain is %v", c.at, codes(got.Uncertain))
		}
	}
}

// Knowledge of another product is not knowledge of what was reported.
func TestKnowledgeOfAnotherProduct(t *testing.T) {
	f := facts(t, `id: e1, kind: aware, by: acme, of: lamp, basis: own, at: "2026-11-24T06:00:00Z"`)
	if got := row(f.Look(ninth), "acme"); got == nil || got.When != earlier.Perhaps || has(got.Uncertain, earlier.OtherProduct) == nil {
		t.Errorf("of the same vulnerability in another product: %+v", got)
	}
	without := ninth
	without.Flaws = nil
	if got := f.Look(without); len(got) != 0 {
		t.Errorf("by the package alone the lamp is not found: %+v", got)
	}
	f = facts(t, `id: e1, kind: aware, by: acme, of: gateway, basis: own, at: "2026-11-24T06:00:00Z"`)
	if got := row(f.Look(ninth), "acme"); got == nil || got.When != earlier.Before || has(got.Uncertain, earlier.HoldsIt) == nil {
		t.Errorf("of what contains the parser: %+v", got)
	}
	if got := row(f.Look(without), "acme"); got == nil || got.When != earlier.Perhaps || has(got.Uncertain, earlier.FlawOpen) == nil {
		t.Errorf("whether it is the same flaw is open: %+v", got)
	}
	other := ninth
	other.Flaws = []string{"CVE-2026-1"}
	if got := row(f.Look(other), "acme"); got == nil || got.When != earlier.Perhaps || has(got.Uncertain, earlier.OtherFlaw) == nil {
		t.Errorf("another flaw of the same product: %+v", got)
	}
	if got := f.Look(earlier.Report{Flaws: []string{"CVE-2026-1"}, Names: []string{"Another"}, Received: ninth.Received}); got != nil {
		t.Errorf("a case that meets the report in nothing: %+v", got)
	}
	if got := row(f.Look(earlier.Report{Names: []string{"EXAMPLE gateway"}, Received: ninth.Received}), "acme"); got == nil || !slices.Equal(got.By, []string{"name"}) {
		t.Errorf("by its name: %+v", got)
	}
}

// A claim that it did not adopt, or a source's word, is never more than perhaps;
// once adopted it is its own, and the claim is gone.
func TestWhoseWordItIs(t *testing.T) {
	claim := `id: e1, kind: aware, by: acme, of: parser, basis: claim, recorded-by: borealis, at: "2026-11-24T06:00:00Z"`
	got := row(facts(t, claim).Look(ninth), "acme")
	if got == nil || got.When != earlier.Perhaps || got.Word != earlier.Claim || got.Marks[0].By != "borealis" || has(got.Uncertain, earlier.ClaimOnly) == nil {
		t.Errorf("%+v", got)
	}
	got = row(facts(t, claim, `id: e2, kind: aware, by: acme, of: parser, basis: own, supersedes: [e1], at: "2026-11-24T06:00:00Z"`).Look(ninth), "acme")
	if got == nil || got.When != earlier.Before || got.Word != earlier.Adopted || len(got.Marks) != 1 {
		t.Errorf("adopted: %+v", got)
	}
	got = row(facts(t, `id: e1, kind: aware, by: acme, of: parser, claimed-by: S1, at: "2026-11-24T06:00:00Z"`).Look(ninth), "acme")
	if got == nil || got.When != earlier.Perhaps || got.Word != earlier.Said || got.Marks[0].By != "S1" {
		t.Errorf("a paper says so: %+v", got)
	}
	got = row(facts(t, `id: e1, kind: reported, by: acme, to: [project], of: parser, basis: own, at: "2026-11-24T06:00:00Z"`).Look(ninth), "acme")
	if got == nil || got.When != earlier.Before || got.Word != earlier.ByAct || has(got.Uncertain, earlier.FollowsOnly) == nil {
		t.Errorf("whoever tells others knows: %+v", got)
	}
	if got := facts(t, `id: e1, kind: aware, by: acme, of: parser, assumed: true, at: "2026-11-24T06:00:00Z"`).Look(ninth); len(got) > 0 {
		t.Errorf("what is assumed is on the list: %+v", got)
	}
	if got := facts(t, `id: e1, kind: aware, by: acme, incident: break-in, at: "2026-11-24T06:00:00Z"`).Look(ninth); len(got) > 0 {
		t.Errorf("what is known of an incident is on the list: %+v", got)
	}
}

// What is disputed, denied, contested or corrected is shown so, and carries no more
// than perhaps while nothing undisputed stands beside it.
func TestWhatIsContestedIsShownSo(t *testing.T) {
	aware := `id: e1, kind: aware, by: acme, of: parser, basis: own, at: "2026-11-24T06:00:00Z"`
	for name, more := range map[string]string{
		"disputed":  `id: e2, kind: aware, by: acme, of: parser, basis: own, disputes: [e1], at: "2026-12-20T06:00:00Z"`,
		"denied":    `id: e2, kind: aware, by: acme, of: parser, basis: own, denies: true, disputes: [e1], at: "2026-11-24T06:00:00Z"`,
		"contested": `id: e2, kind: mark-contested, by: acme, re: e1, basis: own, at: "2026-12-20T06:00:00Z"`,
	} {
		got := row(facts(t, aware, more).Look(ninth), "acme")
		if got == nil || got.When != earlier.Perhaps || !slices.Equal(got.Marks[0].Disputed, []string{"e2"}) || has(got.Uncertain, earlier.IsDisputed) == nil || has(got.For, earlier.Contested) == nil {
			t.Errorf("%s: %+v", name, got)
		}
		if (has(got.For, earlier.DeniesIt) != nil) != (name == "denied") {
			t.Errorf("%s: speaks for it: %v", name, codes(got.For))
		}
		firm := row(facts(t, aware, more, `id: e3, kind: detected, by: acme, of: parser, basis: own, at: "2026-11-26T06:00:00Z"`).Look(ninth), "acme")
		if firm.When != earlier.Before || !firm.Aware.Earliest.Equal(time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: what nobody disputes stands: %+v", name, firm)
		}
	}
	got := row(facts(t, aware, `id: e2, kind: corrected, by: acme, re: e1, basis: own, at: "2026-12-20T06:00:00Z"`).Look(ninth), "acme")
	if got.When != earlier.Before || has(got.Uncertain, earlier.IsCorrected) == nil {
		t.Errorf("corrected: %+v", got)
	}
	claim := `id: e2, kind: aware, by: acme, of: parser, basis: claim, recorded-by: borealis, denies: true, disputes: [e1], at: "2026-11-24T06:00:00Z"`
	if got := row(facts(t, aware, claim).Look(ninth), "acme"); got.When != earlier.Before {
		t.Errorf("somebody else's claim disputes its own word: %+v", got)
	}
}

// Signals stand apart, and what speaks for a member is there: no duty hangs on it.
func TestWhatSpeaksForAMember(t *testing.T) {
	got := row(facts(t, `id: e1, kind: signalled, by: acme, of: parser, basis: own, at: "2026-11-24T06:00:00Z", text: mail unread`).Look(ninth), "acme")
	if got == nil || got.When != earlier.Signal || has(got.For, earlier.SignalOnly) == nil || len(got.Marks) > 0 {
		t.Errorf("a signal: %+v", got)
	}
	f := facts(t,
		`id: e1, kind: aware, by: acme, of: parser, basis: own, at: "2026-11-24T06:00:00Z"`,
		`id: e2, kind: assessed, by: acme, of: gateway, result: not-affected, basis: own, at: "2026-11-25T06:00:00Z"`,
		`id: e3, kind: decided, by: acme, of: parser, result: not-reportable, reason: a library, basis: own, at: "2026-11-25T07:00:00Z"`,
		`id: e4, kind: embargo-proposed, by: project, to: [acme], basis: own, until: "2026-12-01T00:00:00Z", at: "2026-11-25T08:00:00Z"`,
		`id: e5, kind: embargo-accepted, by: acme, re: e4, basis: own, at: "2026-11-25T09:00:00Z"`,
		`id: e6, kind: published, by: acme, of: parser, detail: advisory, basis: own, at: {value: "2026-12-09", zone: Z}`,
		`id: e7, kind: reported, by: acme, to: [borealis], of: parser, basis: own, at: "2026-11-26T06:00:00Z"`)
	got = row(f.Look(ninth), "acme")
	for _, code := range []string{earlier.NotAffected, earlier.NotReportable, earlier.UnderEmbargo, earlier.ToldOthers, earlier.MadePublic} {
		if has(got.For, code) == nil {
			t.Errorf("%s is missing among %v", code, codes(got.For))
		}
	}
	if b := has(got.For, earlier.UnderEmbargo); !slices.Equal(b.Events, []string{"e5"}) || !b.At.Earliest.Equal(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)) || b.At.Latest.After(time.Date(2026, 12, 1, 0, 0, 1, 0, time.UTC)) {
		t.Errorf("the embargo bound it so long: %+v", b)
	}
	if p := has(got.For, earlier.MadePublic); !p.Perhaps {
		t.Errorf("whether it was public before is uncertain: %+v", p)
	}
	by := ninth
	by.By = "ACME cloud"
	if got := row(f.Look(by), "acme"); has(got.For, earlier.BroughtIt) == nil {
		t.Errorf("who brought the report: %v", codes(got.For))
	}
	late := row(facts(t, `id: e1, kind: aware, by: acme, of: parser, basis: own, at: "2026-11-24T06:00:00Z", recorded-at: "2026-12-12T00:00:00Z"`).Look(ninth), "acme")
	if has(late.Uncertain, earlier.KeptLater) == nil {
		t.Errorf("recorded after the report: %v", codes(late.Uncertain))
	}
}

func TestWhatEachOwedAndWhetherItWasReceived(t *testing.T) {
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	weigh := func(events ...string) *earlier.Row {
		c, err := casefile.Parse("story.yaml", []byte(strings.Replace(story, "EVENTS", "  - {"+strings.Join(events, "}\n  - {")+"}\n", 1)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.For(c, book, plan.Options{At: ninth.Received.Latest})
		if err != nil {
			t.Fatal(err)
		}
		f := earlier.Of(c, earlier.Others{})
		r := row(f.Look(ninth), "acme")
		f.Owes(r, ninth, p)
		if !r.Weighed {
			t.Error("the row does not say that duties were looked for")
		}
		return r
	}
	own := weigh(`id: e1, kind: aware, by: acme, of: gateway, basis: own, at: "2026-11-24T06:00:00Z"`)
	i := slices.IndexFunc(own.Owed, func(o earlier.Owed) bool {
		return strings.HasPrefix(o.Rule, "CN-RMSV-7-2") && o.Tells && slices.Contains(o.To, "desk")
	})
	if i < 0 {
		t.Fatalf("a provider reports within two days: %+v", own.Owed)
	}
	if o := own.Owed[i]; o.Ground != "statute" || o.Modality != "must" || o.Due == nil || o.MetBy != "" || o.Receipt != nil || o.Citation == "" {
		t.Errorf("%+v", o)
	}
	if has(own.For, earlier.Encouraged) != nil || has(own.For, earlier.NothingOwed) != nil {
		t.Errorf("it was obliged: %v", codes(own.For))
	}
	done := weigh(`id: e1, kind: aware, by: acme, of: gateway, basis: own, at: "2026-11-24T06:00:00Z"`,
		`id: e2, kind: notified, by: acme, to: [cn-miit-nvdb], of: gateway, basis: own, at: "2026-11-25T06:00:00Z"`,
		`id: e3, kind: acknowledged, by: desk, re: e2, basis: own, at: "2026-11-25T07:00:00Z"`)
	if o := done.Owed[i]; o.MetBy != "e2" || o.Receipt == nil || o.Receipt.Event != "e3" {
		t.Errorf("done, and received: %+v", o)
	}
	finder := weigh(`id: e1, kind: aware, by: acme, of: parser, how: found, basis: own, at: "2026-11-24T06:00:00Z"`,
		`id: e2, kind: assessed, by: acme, of: gateway, result: not-affected, basis: own, at: "2026-11-24T07:00:00Z"`)
	for _, o := range finder.Owed {
		if o.Tells && o.Modality == "must" {
			t.Errorf("a finder who is not affected must: %+v", o)
		}
	}
	if has(finder.For, earlier.Encouraged) == nil && has(finder.For, earlier.NothingOwed) == nil {
		t.Errorf("a finder is encouraged: %v, %+v", codes(finder.For), finder.Owed)
	}
}

func parse(text string) (*casefile.Case, error) { return casefile.Parse("story.yaml", []byte(text)) }
