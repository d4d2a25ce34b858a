package directive

import (
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// good is a small directive in which every list has entries; the tables below
// spoil one place of it at a time.
const good = `format: tocsin-directive/1
directive: d-1
number: No. 1
title: {en: A title}
record: kept
zone: Europe/Berlin
authorities:
  - {id: office, name: The Office, country: XA}
  - {id: board}
issued-by: office
issued: "2026-03-02T09:00:00+01:00"
basis:
  - text: The Office may order.
    citation: An Act, s. 1
    official: https://law.example/1
scope:
  - {id: ops, groups: [operators]}
  - id: words
    condition: {en: Who works for them}
    except: [{members: [c]}]
members:
  - {id: a, groups: [operators]}
  - {id: a1, groups: [operators], part-of: a}
  - {id: b, sectors: [water]}
  - {id: c}
  - {id: e, groups: [operators]}
steps:
  - id: list
    kind: inventory
    title: {en: List}
    asks: [{of: [ops], modality: must}, {of: [words], modality: asked}]
    due: {value: "2026-06-30", zone: Europe/Berlin}
    evidence: [{id: table, required: true}]
    report: {to: office}
  - id: patch
    kind: patch
    title: {en: Patch}
    asks: [{of: [ops], modality: must}]
    due: "2026-09-30T17:00:00+02:00"
    reminders: [P7D]
  - id: watch
    kind: monitor
    title: {en: Watch}
    asks: [{of: [ops], modality: should}]
reminders: [P1M]
exceptions: {by: [board], until: "2027-03-31T00:00:00Z", measures: true}
supersedes:
  - {id: d-0, number: No. 0}
superseded-by: {id: d-2}
sources:
  - {id: S1, publisher: A paper}
acts:
  - {id: x1, kind: acknowledged, by: a, at: "2026-03-03T10:00:00Z"}
  - {id: x2, kind: progressed, by: a, steps: [patch], done: 1, total: 5, at: "2026-03-04T10:00:00Z"}
  - {id: x3, kind: completed, by: a, steps: [list], at: "2026-03-05T10:00:00Z"}
  - {id: x4, kind: exception-asked, by: a, steps: [patch], reason: It is hard., at: "2026-03-06T10:00:00Z"}
  - {id: x5, kind: extended, by: office, for: [e], steps: [patch], until: "2026-10-31T17:00:00+01:00", at: "2026-03-07T10:00:00Z"}
`

// The control: the good directive is good.
func TestTheGoodDirectiveIsGood(t *testing.T) {
	if _, err := Parse("d.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
}

// refused spoils the good directive and compares the sentence; want may end in …
func refused(t *testing.T, name, old, new, want string) {
	t.Helper()
	if !strings.Contains(good, old) {
		t.Errorf("%s: the good directive does not hold %q", name, old)
		return
	}
	_, err := Parse("d.yaml", []byte(strings.Replace(good, old, new, 1)))
	if err == nil {
		t.Errorf("%s: passed", name)
		return
	}
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("%s: kind %s", name, fault.KindOf(err))
	}
	got := err.Error()
	if head, cut := strings.CutSuffix(want, "…"); got != want && !(cut && strings.HasPrefix(got, head)) {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

// Each way to spoil the text gives one sentence with file, line and key.
func TestRefusalsOfTheText(t *testing.T) {
	for name, c := range map[string][3]string{
		"a format of the future":     {"directive/1", "directive/2", `d.yaml:1: format: "tocsin-directive/2" is not a format that is read here; known is tocsin-directive/1`},
		"no format":                  {"format: tocsin-directive/1\n", "", `d.yaml:1: format: is missing; write format: tocsin-directive/1`},
		"no number":                  {"number: No. 1\n", "", `d.yaml:1: number: is missing: the number by which the authority cites the directive`},
		"no title":                   {"title: {en: A title}\n", "", `d.yaml:1: title: is missing; write it by language, as in {en: …}`},
		"a title in no language":     {"title: {en: A title}", "title: {e: A title}", `d.yaml:4: title.e: "e" is not a language such as en, zh, fr or de`},
		"an empty title":             {"title: {en: A title}", `title: {en: " "}`, `d.yaml:4: title.en: is empty`},
		"a record of another word":   {"record: kept", "record: mine", `d.yaml:5: record: "mine" is not sources or kept`},
		"an unknown key":             {"issued-by: office", "isued-by: office", `d.yaml:10: isued-by: unknown key; did you mean "issued-by"?`},
		"an unknown key of a step":   {"    reminders: [P7D]", "    reminder: [P7D]", `d.yaml:40: steps[patch].reminder: unknown key; did you mean "reminders"?`},
		"a zone that is none":        {"zone: Europe/Berlin\nauth", "zone: Berlin\nauth", `d.yaml:6: zone: zone "Berlin" is unknown…`},
		"no authority":               {"issued-by: office", "issued-by: ministry", `d.yaml:10: issued-by: "ministry" is not an authority of this directive`},
		"a country that is none":     {"country: XA", "country: Utopia", `d.yaml:8: authorities[office].country: "Utopia" is not a country code (ISO 3166-1 alpha-2) or EU`},
		"no date of issue":           {`issued: "2026-03-02T09:00:00+01:00"` + "\n", "", `d.yaml:1: issued: is missing`},
		"an issue without an end":    {`issued: "2026-03-02T09:00:00+01:00"`, `issued: {not-before: "2026-03-02T09:00:00+01:00"}`, `d.yaml:11: issued: needs a day, or from and to`},
		"no basis":                   {"    text: The Office may order.\n", "", ""},
		"a basis without words":      {"  - text: The Office may order.\n    citation", "  - citation", `d.yaml:13: basis[0].text: is missing: the words that the authority relies on`},
		"a basis without citation":   {"    citation: An Act, s. 1\n", "", `d.yaml:13: basis[0].citation: is missing`},
		"no official address":        {"    official: https://law.example/1\n", "", `d.yaml:13: basis[0].official: is missing: the address of the official text`},
		"an address that runs":       {"https://law.example/1", "javascript:alert(1)", `d.yaml:15: basis[0].official: "javascript:alert(1)" is not an address that begins with https://`},
		"a scope that names nobody":  {"  - {id: ops, groups: [operators]}", "  - {id: ops}", `d.yaml:17: scope[ops]: names nobody; write all, groups, members, sectors, kinds or condition`},
		"all and a group":            {"{id: ops, groups: [operators]}", "{id: ops, all: true, groups: [operators]}", `d.yaml:17: scope[ops].all: stands alone; what narrows it goes into a line without all`},
		"units of nobody":            {"{id: ops, groups: [operators]}", "{id: ops, units: true, groups: [operators]}", `d.yaml:17: scope[ops].units: belongs to members: the units of those named`},
		"a member that is none":      {"except: [{members: [c]}]", "except: [{members: [z]}]", `d.yaml:20: scope[words].except[0].members: "z" is not a member of this directive`},
		"an exception of exceptions": {"except: [{members: [c]}]", "except: [{id: q, members: [c]}]", `d.yaml:20: scope[words].except[0]: an exception from the scope has no id, no all and no exceptions of its own`},
		"a part of itself":           {"{id: a, groups: [operators]}", "{id: a, groups: [operators], part-of: a1}", `d.yaml:22: members[a].part-of: goes round in a circle, or lies more than 16 deep`},
		"a part of nothing":          {"part-of: a}", "part-of: q}", `d.yaml:23: members[a1].part-of: "q" is not a member of this directive`},
		"a member twice":             {"  - {id: c}\n", "  - {id: a}\n", `d.yaml:25: members[a].id: the id stands twice in members`},
		"a member and authority":     {"  - {id: c}\n", "  - {id: board}\n", `d.yaml:25: members[board].id: "board" is an authority of this directive as well; give the member an id of its own`},
		"a step of another kind":     {"kind: inventory", "kind: pray", `d.yaml:29: steps[list].kind: "pray" is not patch, mitigate, remove, inventory, move, monitor, report or other`},
		"a modality of another word": {"{of: [words], modality: asked}", "{of: [words], modality: may}", `d.yaml:31: steps[list].asks[1].modality: "may" is not must, should or asked`},
		"no modality":                {"{of: [words], modality: asked}", "{of: [words]}", `d.yaml:31: steps[list].asks[1].modality: is missing: must, should or asked, as it was issued`},
		"asked of nobody":            {"{of: [words], modality: asked}", "{of: [all], modality: asked}", `d.yaml:31: steps[list].asks[1].of: "all" is not a line of the scope`},
		"due before the issue":       {`due: {value: "2026-06-30", zone: Europe/Berlin}`, `due: {value: "2026-03-01", zone: Europe/Berlin}`, `d.yaml:32: steps[list].due: 2026-03-01 23:59 +01:00 lies before the directive was issued (2026-03-02 09:00 +01:00)`},
		"due without an end":         {`due: {value: "2026-06-30", zone: Europe/Berlin}`, `due: {not-before: "2026-06-30", zone: Europe/Berlin}`, `d.yaml:32: steps[list].due: a limit needs a date: write value, or from and to`},
		"due without a zone":         {`due: {value: "2026-06-30", zone: Europe/Berlin}`, `due: {value: "2026-06-30"}`, `d.yaml:32: steps[list].due: zone is missing…`},
		"a due that runs back":       {`due: {value: "2026-06-30", zone: Europe/Berlin}`, `due: {from: "2026-06-30", to: "2026-06-01", zone: Europe/Berlin}`, `d.yaml:32: steps[list].due: to "2026-06-01" is before from "2026-06-30"`},
		"a report to nobody":         {"report: {to: office}", "report: {to: him}", `d.yaml:34: steps[list].report.to: "him" is not an authority of this directive`},
		"working days":               {"reminders: [P7D]", "reminders: [P4BD]", `d.yaml:40: steps[patch].reminders: P4BD: working days differ from member to member; write days`},
		"a reminder of no length":    {"reminders: [P1M]", "reminders: [PT0S]", `d.yaml:45: reminders: a reminder lies before the date, as in P7D`},
		"granted by a stranger":      {"by: [board]", "by: [a]", `d.yaml:46: exceptions.by: "a" is not an authority of this directive`},
		"a directive after itself":   {"superseded-by: {id: d-2}", "superseded-by: {id: d-1}", `d.yaml:49: superseded-by.id: a directive cannot follow on itself`},
		"a circle in the text":       {"superseded-by: {id: d-2}", "superseded-by: {id: d-0}", `d.yaml:49: superseded-by.id: "d-0" comes before this directive and after it: a circle`},
		"a link twice":               {"  - {id: d-0, number: No. 0}", "  - {id: d-0, number: No. 0}\n  - {id: d-0}", `d.yaml:49: supersedes[d-0].id: the id stands twice in supersedes`},
	} {
		if name == "no basis" {
			continue
		}
		refused(t, name, c[0], c[1], c[2])
	}
}
