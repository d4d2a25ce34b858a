package worked

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tocsin/rulebook"
)

// A small body of law: one duty with a condition of its own and one on its
// anchor, one prohibition, one standing duty, and one draft.
const pack = `pack: p
title: {en: P}
order: CN
zone: UTC
roles:
  - {id: vendor, title: {en: provider}, over: own}
sources:
  - {id: S, text: The law}
rules:
  - id: TELL
    title: {en: Tell the users}
    status: in-force
    ground: statute
    from: 2021-09-01
    who: [{role: vendor}]
    duty: notify-users
    modality: must
    to: [users]
    when: "party.country == 'CN'"
    stages: [{id: a, anchor: {any: [{event: aware, where: "event.how != 'told'"}]}, readings: [{calc: elapsed, period: P2D}]}]
    citation: {text: Art. 1, version: "1", sources: [S]}
  - id: HUSH
    title: {en: Do not publish}
    class: prohibition
    status: in-force
    ground: statute
    from: 2021-09-01
    who: [{role: vendor}]
    duty: no-publish
    modality: must-not
    forbids: {act: publish, to: anyone, starts: {any: [{event: aware}]}, release: {any: [{event: measure-available}]}}
    citation: {text: Art. 2, version: "1", sources: [S]}
  - id: KEEP
    title: {en: Keep a log}
    class: standing-duty
    status: in-force
    ground: statute
    from: 2021-09-01
    who: [{role: vendor}]
    duty: keep-record
    modality: must
    to: [self]
    retain: {period: P6M, calc: retention-min, each: [{event: aware}]}
    citation: {text: Art. 3, version: "1", sources: [S]}
  - id: DRAFT
    title: {en: A draft}
    status: proposed
    ground: statute
    who: [{role: vendor}]
    duty: notify-users
    modality: must
    to: [users]
    when: "party.country == 'CN'"
    stages: [{id: a, anchor: {any: [{event: aware}]}, readings: [{calc: elapsed, period: P2D}]}]
    citation: {text: Art. 4, version: "1", sources: [S]}
`

// theCase is the case of every example, as a YAML flow mapping.
func theCase(country, how string) string {
	return fmt.Sprintf(`{record: kept, products: [{id: gw, provider: v}], parties: [{id: v, country: %s, markets: [CN]}], `+
		`events: [{id: e1, kind: aware, by: v, of: gw, how: %s, at: "2026-05-04T09:00:00Z"}]}`, country, how)
}

func example(rule, name, theCase, expect string) string {
	return fmt.Sprintf("  - rule: %s\n    name: %s\n    at: 2026-05-05T00:00:00Z\n    case: %s\n    expect: %s\n", rule, name, theCase, expect)
}

// examples show everything that the linter asks for.
func examples() []string {
	return []string{
		example("TELL", "applies", theCase("CN", "found"), `{applies: true, duties: [{stage: a, obliged: v, of: gw, state: running, due: "2026-05-06T09:00:00Z", met_by: "", to: [users], count: 1, readings: [{calc: elapsed, basis: law, due: "2026-05-06T09:00:00Z", state: running}]}]}`),
		example("TELL", "told only", theCase("CN", "told"), `{applies: false}`),
		example("TELL", "elsewhere", theCase("US", "found"), `{applies: false}`),
		example("HUSH", "applies", theCase("CN", "found"), `{applies: true, prohibitions: [{party: v, of: gw, state: in-force, breached_by: ""}]}`),
		example("HUSH", "not yet", `{products: [{id: gw, provider: v}], parties: [{id: v, country: CN}]}`, `{applies: false}`),
		example("KEEP", "applies", theCase("CN", "found"), `{applies: true, listed: true, standing: [{party: v, keep_until: "2026-11-05T00:00:00Z"}]}`),
		example("KEEP", "nobody", `{parties: [{id: v, country: CN}]}`, `{applies: false}`),
		example("DRAFT", "a draft applies to nobody", theCase("CN", "found"), `{applies: false, duties: [{stage: a, state: not-scheduled}]}`),
	}
}

func folder(pack, examples string) rulebook.Dir {
	fs := fstest.MapFS{"p.yaml": {Data: []byte(pack)}}
	if examples != "" {
		fs["p.examples.yaml"] = &fstest.MapFile{Data: []byte("pack: p\nexamples:\n" + examples)}
	}
	return rulebook.Dir{Name: "d", FS: fs}
}

func lint(t *testing.T, dir rulebook.Dir) []string {
	t.Helper()
	found, err := Lint(func(string) bool { return true }, dir)
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, p := range found {
		out = append(out, p.String())
	}
	return out
}

func runAll(t *testing.T, dir rulebook.Dir) []string {
	t.Helper()
	b, err := rulebook.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	es, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, _ := Run(b, es)
	var out []string
	for _, r := range results {
		for _, e := range r.Errors {
			out = append(out, r.Example.Rule+": "+r.Example.Name+": "+e)
		}
	}
	return out
}

// The control: with every example the packs are clean and the examples pass.
func TestCompleteExamplesAreClean(t *testing.T) {
	dir := folder(pack, strings.Join(examples(), ""))
	if got := runAll(t, dir); len(got) > 0 {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if got := lint(t, dir); len(got) > 0 {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// Each example that is taken away leaves something unshown, and the linter
// says what, and where the rule stands.
func TestLintSaysWhatNoExampleShows(t *testing.T) {
	for i, want := range [][]string{
		{"d/p.yaml:10: TELL: no example that passes shows it applying"}, // its conditions are still made true by the examples of the others
		{"d/p.yaml:10: rules[TELL].stages[a].anchor.any[0].where: no example makes the condition false"},
		{"d/p.yaml:10: rules[TELL].when: no example makes the condition false"},
		{"d/p.yaml:22: HUSH: no example that passes shows it applying"},
		{"d/p.yaml:22: HUSH: no example that passes shows it not applying"},
		{"d/p.yaml:33: KEEP: no example that passes shows it applying"},
		{"d/p.yaml:33: KEEP: no example that passes shows it not applying"},
		{"d/p.yaml:45: DRAFT: no example that passes shows it not applying"},
	} {
		all := examples()
		gone := strings.Fields(all[i])
		t.Run(strings.Join(gone[2:6], " "), func(t *testing.T) {
			got := lint(t, folder(pack, strings.Join(append(all[:i:i], all[i+1:]...), "")))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A condition that no example of any rule makes true is told.
func TestLintSaysWhatIsNeverTrue(t *testing.T) {
	never := strings.Replace(pack, `when: "party.country == 'CN'"`, `when: "party.country == 'AQ'"`, 1)
	all := examples()
	got := lint(t, folder(never, strings.Join(append([]string{strings.Replace(all[0], all[0][strings.Index(all[0], "expect:"):], "expect: {applies: false}\n", 1)}, all[3:]...), "")))
	want := []string{"d/p.yaml:10: TELL: no example that passes shows it applying", "d/p.yaml:10: rules[TELL].when: no example makes the condition true"}
	if diff := cmp.Diff(want, got[:min(2, len(got))]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An example that fails shows nothing.
func TestAFailingExampleShowsNothing(t *testing.T) {
	all := examples()
	all[3] = strings.Replace(all[3], "state: in-force", "state: breached", 1)
	got := lint(t, folder(pack, strings.Join(all, "")))
	if diff := cmp.Diff([]string{"d/p.yaml:22: HUSH: no example that passes shows it applying"}, got); diff != "" {
		t.Error(diff)
	}
}

// A pack with a fault of its own is told so, and its examples are not run on it.
func TestLintTellsFaultsFirst(t *testing.T) {
	bad := strings.Replace(pack, "who: [{role: vendor}]", "who: [{role: wizard}]", 1)
	if diff := cmp.Diff([]string{`d/p.yaml:15: rules[TELL].who: unknown role "wizard"`}, lint(t, folder(bad, ""))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"d/p.yaml:1: not readable as YAML: did not find expected node content"}, lint(t, folder("pack: [", ""))); diff != "" {
		t.Error(diff)
	}
	// only the packs asked for are judged, but no fault is passed over
	found, err := Lint(func(string) bool { return false }, folder(pack, ""))
	if err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

// Each expectation that is not met is told, with what was wanted.
func TestUnmetExpectationsAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		example int
		old     string
		new     string
		want    string // the first line of what is told
	}{
		"a wrong outcome":        {1, "applies: false", "applies: true", "TELL: told only: applies: want true, got false"},
		"no outcome":             {1, "{applies: false}", "{}", "TELL: told only: expect.applies is missing"},
		"a wrong state":          {0, "of: gw, state: running", "of: gw, state: missed", "TELL: applies: duty TELL/a: want 1 that match, got 0"},
		"a wrong due date":       {0, `state: running, due: "2026-05-06T09:00:00Z", met_by: "", to: [users], count: 1`, `due: "2026-05-07T09:00:00Z"`, "TELL: applies: duty TELL/a: due: want 2026-05-07T09:00:00Z, got 2026-05-06T09:00:00Z"},
		"no due date wanted":     {0, `state: running, due: "2026-05-06T09:00:00Z", met_by: "", to: [users], count: 1`, `due: ""`, "TELL: applies: duty TELL/a: due: want , got 2026-05-06T09:00:00Z"},
		"an unknown duty":        {0, "stage: a, obliged: v", "stage: b, obliged: v", "TELL: applies: duty TELL/b: want 1 that match, got 0"},
		"somebody else":          {0, `stage: a, obliged: v, of: gw, state: running, due: "2026-05-06T09:00:00Z", met_by: "", to: [users], count: 1`, "stage: a, obliged: w", "TELL: applies: duty TELL/a of w: none came"},
		"a recipient":            {0, "to: [users], count: 1", "to: [public]", "TELL: applies: duty TELL/a: to: want public, got [users]"},
		"who met it":             {0, `met_by: "", to: [users], count: 1`, "met_by: e1", "TELL: applies: duty TELL/a: met_by: want e1, got "},
		"past due":               {0, "count: 1", "past_due: true", "TELL: applies: duty TELL/a: past_due: want true, got false"},
		"a reason":               {0, "count: 1", "because: [moonlight]", "TELL: applies: duty TELL/a: because: want moonlight, got not among the reasons"},
		"a reading":              {0, "count: 1, readings: [{calc: elapsed", "readings: [{calc: cn-day", "TELL: applies: duty TELL/a: no reading matches {calc: cn-day, basis: law, variant: , due: 2026-05-06T09:00:00Z, due_latest: , state: running}"},
		"an unknown rule":        {1, "rule: TELL", "rule: YELL", `YELL: told only: "YELL" is not a rule`},
		"a broken case":          {1, "by: v", "by: w", `TELL: told only: d/p.examples.yaml:11: events[e1].by: "w" is not a party of this case`},
		"a day for a time":       {1, "2026-05-05T00:00:00Z", "2026-05-05", `TELL: told only: at: "2026-05-05" is not an RFC 3339 time`},
		"a ban's state":          {3, "state: in-force", "state: released", "HUSH: applies: no prohibition matches"},
		"a ban's breach":         {3, `breached_by: ""`, "breached_by: e1", "HUSH: applies: no prohibition matches"},
		"a day of keeping":       {5, "2026-11-05", "2026-11-04", "KEEP: applies: no standing duty matches party=v keep_until=2026-11-04T00:00:00Z"},
		"a rule under standing":  {3, "applies: true,", "applies: true, listed: true,", "HUSH: applies: the rule is not listed under standing duties"},
		"a conflict":             {3, "applies: true,", "applies: true, conflicts: [{between: [A, B]}],", "HUSH: applies: no conflict matches {Between:[A B] Party: Certainty:}; got []"},
		"a warning":              {3, "applies: true,", "applies: true, warnings: [moonlight],", `HUSH: applies: warning "moonlight" did not come`},
		"more duties than there": {0, "count: 1", "count: 2", "TELL: applies: duty TELL/a: want 2 that match, got 1"},
	} {
		t.Run(name, func(t *testing.T) {
			all := examples()
			if strings.Count(all[c.example], c.old) != 1 {
				t.Fatalf("%q stands %d times in the example", c.old, strings.Count(all[c.example], c.old))
			}
			all[c.example] = strings.Replace(all[c.example], c.old, c.new, 1)
			got := runAll(t, folder(pack, strings.Join(all, "")))
			if len(got) != 1 || !strings.HasPrefix(got[0]+"\n", c.want) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

// Files of examples are read as strictly as packs.
func TestLoadRefuses(t *testing.T) {
	for _, c := range [][2]string{
		{"  - rul: TELL\n", `d/p.examples.yaml:3: examples[0].rul: unknown key; did you mean "rule"?`},
		{"  - rule: TELL\n    expect: {duties: [{sate: met}]}\n", `d/p.examples.yaml:4: examples[0].expect.duties[0].sate: unknown key; did you mean "state"?`},
		{"  - rule: TELL\n    case: {events: [{id: e, knd: aware}]}\n", `d/p.examples.yaml:4: examples[0].case.events[e].knd: unknown key; did you mean "kind"?`},
		{"  - [\n", `d/p.examples.yaml:3: not readable as YAML: did not find expected node content`},
	} {
		if _, err := Load(folder(pack, c[0])); err == nil || err.Error() != c[1] {
			t.Errorf("\n got %v\nwant %s", err, c[1])
		}
	}
	if _, err := Load(rulebook.Dir{Name: "x", FS: os.DirFS("no/such/folder")}); err == nil {
		t.Error("a folder that is not was read")
	}
}

// The shipped examples all pass.
func TestShippedExamplesPass(t *testing.T) {
	dir := rulebook.Shipped()
	b, err := rulebook.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	es, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(es) < 300 {
		t.Fatalf("only %d examples", len(es))
	}
	results, _ := Run(b, es)
	for _, r := range results {
		for _, e := range r.Errors {
			t.Errorf("%s: %s", r.Example.Place(), e)
		}
		if !strings.HasPrefix(r.Example.File(), "packs/") {
			t.Errorf("%s stands nowhere", r.Example.Place())
		}
	}
}
