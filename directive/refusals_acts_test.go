package directive

import (
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// another gives the good directive with one more act, or the refusal of it.
func another(act string) (*Directive, error) {
	return Parse("d.yaml", []byte(good+"  - {id: n, "+act+"}\n"))
}

// The controls: acts that may follow.
func TestActsThatFollow(t *testing.T) {
	for name, act := range map[string]string{
		"a member acknowledges":            `kind: acknowledged, by: e, at: "2026-04-01T10:00:00Z"`,
		"an act of the second of issue":    `kind: acknowledged, by: e, at: "2026-03-02T08:00:00Z"`,
		"a day that can hold the issue":    `kind: acknowledged, by: e, at: {value: "2026-03-02", zone: Europe/Berlin}`,
		"a whole reports for its unit":     `kind: completed, by: a, for: [a1], steps: [patch], at: "2026-04-01T10:00:00Z"`,
		"none of none":                     `kind: progressed, by: e, steps: [patch], done: 0, total: 0, at: "2026-04-01T10:00:00Z"`,
		"figures from before the report":   `kind: progressed, by: e, steps: [patch], done: 1, total: 2, as-of: "2026-03-20T10:00:00Z", at: "2026-04-01T10:00:00Z"`,
		"the board grants":                 `kind: exception-granted, by: board, re: x4, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`,
		"the board grants unasked":         `kind: exception-granted, by: board, for: [e], steps: [patch], until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`,
		"the board refuses":                `kind: exception-refused, by: board, re: x4, reason: No., at: "2026-04-01T10:00:00Z"`,
		"a longer time":                    `kind: extended, by: office, steps: [patch], until: "2026-11-30T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`,
		"the same time":                    `kind: extended, by: office, for: [e], steps: [patch], until: "2026-10-31T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`,
		"accepted":                         `kind: accepted, by: office, re: x3, at: "2026-04-01T10:00:00Z"`,
		"a person decides":                 `kind: scope-decided, by: office, for: [b], result: out, reason: Does not., at: "2026-04-01T10:00:00Z"`,
		"who may be reached answers":       `kind: acknowledged, by: b, at: "2026-04-01T10:00:00Z"`,
		"another directive takes it over":  `kind: superseded, by: office, directive: d-2, at: "2026-04-01T10:00:00Z"`,
		"it ends by itself":                `kind: closed, by: office, at: "2026-04-01T10:00:00Z"`,
		"a slip is mended":                 `kind: corrected, by: a, re: x2, done: 2, text: Two., at: "2026-04-01T10:00:00Z"`,
		"an act is taken back":             `kind: corrected, by: a, re: x2, withdrawn: true, text: Not ours., at: "2026-04-01T10:00:00Z"`,
		"an extension is mended":           `kind: corrected, by: office, re: x5, until: "2026-10-15T17:00:00+02:00", text: A slip., at: "2026-04-01T10:00:00Z"`,
		"a member denies what is about it": `kind: denied, by: e, re: x5, text: We got none., at: "2026-04-01T10:00:00Z"`,
		"the authority denies":             `kind: denied, by: office, re: x1, text: Nothing came., at: "2026-04-01T10:00:00Z"`,
	} {
		if _, err := another(act); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each act that cannot follow gives one sentence that names its key.
func TestRefusalsOfActs(t *testing.T) {
	for name, c := range map[string][2]string{
		"a kind that is none":                {`kind: punished, by: a, at: "2026-04-01T10:00:00Z"`, `kind: "punished" is not a kind of act; known are acknowledged, progressed…`},
		"a member grants its own exception":  {`kind: exception-granted, by: a, re: x4, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `by: "a" is a member: nobody grants itself or others an exception; board may`},
		"the issuer grants, who may not":     {`kind: exception-granted, by: office, re: x4, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `by: "office" may not decide on exceptions from this directive; board may`},
		"an exception without an end":        {`kind: exception-granted, by: board, re: x4, measures: A guard., at: "2026-04-01T10:00:00Z"`, `until: is missing: an exception has an end`},
		"an exception that is over":          {`kind: exception-granted, by: board, re: x4, until: "2026-03-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `until: 2026-03-31 00:00 +00:00 is over when the exception is granted`},
		"an exception beyond the allowed":    {`kind: exception-granted, by: board, re: x4, until: "2027-04-30T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `until: 2027-04-30 00:00 +00:00 lies after 2027-03-31 00:00 +00:00, beyond which the directive allows none`},
		"an exception without measures":      {`kind: exception-granted, by: board, re: x4, until: "2026-12-31T00:00:00Z", at: "2026-04-01T10:00:00Z"`, `measures: is missing: the directive allows an exception only with compensating measures`},
		"an exception for everybody":         {`kind: exception-granted, by: board, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `for: is missing: an exception is granted to members by name, or re the act that asks for it`},
		"an exception for somebody else":     {`kind: exception-granted, by: board, for: [e], re: x4, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `for: "e" is not whom "x4" asks for`},
		"an exception from another step":     {`kind: exception-granted, by: board, steps: [list], re: x4, until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `steps: "list" is not a step that "x4" asks about`},
		"an exception from nothing":          {`kind: exception-granted, by: board, for: [c], until: "2026-12-31T00:00:00Z", measures: A guard., at: "2026-04-01T10:00:00Z"`, `for: nothing is asked of them that an exception could be granted from`},
		"a refusal without a reason":         {`kind: exception-refused, by: board, re: x4, at: "2026-04-01T10:00:00Z"`, `reason: is missing: whoever is concerned must be able to read why`},
		"an act before the issue":            {`kind: acknowledged, by: e, at: "2026-03-02T07:59:59Z"`, `at: 2026-03-02 07:59 +00:00 lies before the directive was issued (2026-03-02 09:00 +01:00)`},
		"an act without a time":              {`kind: acknowledged, by: e`, `at: is missing`},
		"an extension that shortens":         {`kind: extended, by: office, for: [e], steps: [patch], until: "2026-10-15T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`, `until: 2026-10-15 17:00 +01:00 would shorten the time of "e" for the step "patch", which has until 2026-10-31 17:00 +01:00; an extension never does`},
		"an extension that shortens for one": {`kind: extended, by: office, steps: [patch], until: "2026-10-15T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`, `until: 2026-10-15 17:00 +01:00 would shorten the time of "e"…`},
		"an extension of what has no date":   {`kind: extended, by: office, steps: [watch], until: "2026-10-15T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`, `steps: none of these steps has a date that could be extended`},
		"an extension by a member":           {`kind: extended, by: a, steps: [patch], until: "2026-12-15T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`, `by: "a" is a member; extended is an act of the authority`},
		"an extension by another authority":  {`kind: extended, by: board, steps: [patch], until: "2026-12-15T17:00:00+01:00", at: "2026-04-01T10:00:00Z"`, `by: "board" did not issue the directive; extended is an act of office`},
		"a correction that shortens":         {`kind: corrected, by: office, re: x5, until: "2026-08-15T17:00:00+02:00", text: A slip., at: "2026-04-01T10:00:00Z"`, `until: 2026-08-15 17:00 +02:00 would shorten the time of "e"…`},
		"itself as its successor":            {`kind: superseded, by: office, directive: d-1, at: "2026-04-01T10:00:00Z"`, `directive: "d-1" comes before this directive already: the two would supersede each other in a circle`},
		"its predecessor as its successor":   {`kind: superseded, by: office, directive: d-0, at: "2026-04-01T10:00:00Z"`, `directive: "d-0" comes before this directive already: the two would supersede each other in a circle`},
		"superseded by nothing":              {`kind: superseded, by: office, at: "2026-04-01T10:00:00Z"`, `directive: is missing: the directive that goes on`},
		"more done than there is":            {`kind: progressed, by: a, steps: [patch], done: 6, total: 5, at: "2026-04-01T10:00:00Z"`, `done: 6 of 5 is more than there are`},
		"less than none":                     {`kind: progressed, by: a, steps: [patch], done: -1, total: 5, at: "2026-04-01T10:00:00Z"`, `done: a number of systems is not below zero`},
		"progress without figures":           {`kind: progressed, by: a, steps: [patch], done: 1, at: "2026-04-01T10:00:00Z"`, `done: progress is done and total, as in done: 40, total: 52`},
		"progress of no step":                {`kind: progressed, by: a, done: 1, total: 5, at: "2026-04-01T10:00:00Z"`, `steps: name the one step that this is about`},
		"figures of tomorrow":                {`kind: progressed, by: a, steps: [patch], done: 1, total: 5, as-of: "2026-04-02T10:00:00Z", at: "2026-04-01T10:00:00Z"`, `as-of: 2026-04-02 10:00 +00:00 lies after the report itself (2026-04-01 10:00 +00:00)`},
		"half is completion":                 {`kind: completed, by: a, steps: [patch], done: 1, total: 5, at: "2026-04-01T10:00:00Z"`, `done: 1 of 5 is progress, not completion`},
		"evidence that nobody asks for":      {`kind: evidence-given, by: a, steps: [list], evidence: [{as: photo}], at: "2026-04-01T10:00:00Z"`, `evidence: "photo" is not evidence that the step asks for`},
		"evidence that says nothing":         {`kind: evidence-given, by: a, steps: [list], evidence: [{digest: "sha256:0"}], at: "2026-04-01T10:00:00Z"`, `evidence: a piece of evidence says as what it is meant (as) or what it is (text)`},
		"a member outside the scope":         {`kind: acknowledged, by: c, at: "2026-04-01T10:00:00Z"`, `by: nothing of this is asked of "c" by the scope as it was issued`},
		"a step that is not asked of it":     {`kind: completed, by: b, steps: [patch], at: "2026-04-01T10:00:00Z"`, `by: nothing of this is asked of "b" by the scope as it was issued`},
		"for somebody else":                  {`kind: acknowledged, by: a, for: [e], at: "2026-04-01T10:00:00Z"`, `for: "e" is no unit of "a": a member reports for itself and for its units`},
		"a unit for the whole":               {`kind: acknowledged, by: a1, for: [a], at: "2026-04-01T10:00:00Z"`, `for: "a" is no unit of "a1": a member reports for itself and for its units`},
		"nobody acts":                        {`kind: acknowledged, at: "2026-04-01T10:00:00Z"`, `by: is missing`},
		"a stranger acts":                    {`kind: acknowledged, by: z, at: "2026-04-01T10:00:00Z"`, `by: "z" is neither a member nor an authority of this directive`},
		"an authority acknowledges":          {`kind: acknowledged, by: office, at: "2026-04-01T10:00:00Z"`, `by: "office" is an authority; acknowledged is an act of a member`},
		"accepted before it was reported":    {`kind: accepted, by: office, re: x3, at: "2026-03-04T10:00:00Z"`, `at: lies before the act that it is about (2026-03-05 10:00 +00:00)`},
		"accepted what is progress":          {`kind: accepted, by: office, re: x2, at: "2026-04-01T10:00:00Z"`, `re: "x2" is an act of kind progressed; accepted is about completed`},
		"about nothing":                      {`kind: accepted, by: office, at: "2026-04-01T10:00:00Z"`, `re: is missing: the act that this one is about`},
		"denied, and nothing named":          {`kind: denied, by: a, at: "2026-04-01T10:00:00Z"`, `re: is missing: the act that this one is about`},
		"corrected, what is not there":       {`kind: corrected, by: a, re: x9, done: 1, text: No., at: "2026-04-01T10:00:00Z"`, `re: "x9" is not an act on record before this one`},
		"about what is not there":            {`kind: accepted, by: office, re: x9, at: "2026-04-01T10:00:00Z"`, `re: "x9" is not an act on record before this one`},
		"a key of another kind":              {`kind: acknowledged, by: e, until: "2026-12-31T00:00:00Z", at: "2026-04-01T10:00:00Z"`, `until: does not belong to an act of kind acknowledged`},
		"decided about a name":               {`kind: scope-decided, by: office, for: [a], scope: ops, result: out, reason: A friend., at: "2026-04-01T10:00:00Z"`, `for: nothing about "a" is left to decide: the scope as it was issued, or an earlier decision, says whether it is reached`},
		"decided about an exception":         {`kind: scope-decided, by: office, for: [c], result: in, reason: We want it., at: "2026-04-01T10:00:00Z"`, `for: nothing about "c" is left to decide…`},
		"decided without a reason":           {`kind: scope-decided, by: office, for: [b], result: in, at: "2026-04-01T10:00:00Z"`, `reason: is missing: whoever is concerned must be able to read why`},
		"another's act corrected":            {`kind: corrected, by: office, re: x2, done: 2, text: No., at: "2026-04-01T10:00:00Z"`, `by: "office" did not make the act "x2"; who did corrects it, and others can deny it`},
		"a correction without a value":       {`kind: corrected, by: a, re: x2, text: Hm., at: "2026-04-01T10:00:00Z"`, `kind: gives no other value; write withdrawn: true if the act is taken back`},
		"a correction without words":         {`kind: corrected, by: a, re: x2, done: 2, at: "2026-04-01T10:00:00Z"`, `text: is missing: what was wrong`},
		"a correction beyond the figures":    {`kind: corrected, by: a, re: x2, done: 9, text: More., at: "2026-04-01T10:00:00Z"`, `done: 9 of 5 is more than there are`},
		"a correction of another key":        {`kind: corrected, by: a, re: x2, until: "2026-12-31T00:00:00Z", text: A date., at: "2026-04-01T10:00:00Z"`, `until: does not belong to an act of kind progressed`},
		"denied by who made it":              {`kind: denied, by: a, re: x2, text: No., at: "2026-04-01T10:00:00Z"`, `by: "a" made the act itself: it corrects it, and another denies it`},
		"denied by whom it does not concern": {`kind: denied, by: e, re: x2, text: No., at: "2026-04-01T10:00:00Z"`, `by: the act "x2" does not concern "e"`},
	} {
		_, err := another(c[0])
		if err == nil {
			t.Errorf("%s: passed", name)
			continue
		}
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: kind %s", name, fault.KindOf(err))
		}
		got, placed := strings.CutPrefix(err.Error(), "d.yaml:58: acts[n].")
		if head, cut := strings.CutSuffix(c[1], "…"); !placed || got != c[1] && !(cut && strings.HasPrefix(got, head)) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c[1])
		}
	}
}

// What follows an end, a decision or a withdrawal.
func TestRefusalsAfterOtherActs(t *testing.T) {
	const closed = `kind: closed, by: office, at: "2026-04-01T10:00:00Z"}` + "\n"
	const over = `kind: superseded, by: office, directive: d-2, steps: [patch], at: "2026-04-01T10:00:00Z"}` + "\n"
	for name, c := range map[string][2]string{
		"an act after the closing":      {closed + `  - {id: o, kind: completed, by: a, steps: [patch], at: "2026-04-02T10:00:00Z"`, `acts[o].at: the directive was closed on 2026-04-01 10:00 +00:00: since then acts can only be corrected or denied`},
		"closed twice":                  {closed + `  - {id: o, kind: closed, by: office, at: "2026-04-02T10:00:00Z"`, `acts[o].at: the directive was closed…`},
		"an act on what was taken over": {over + `  - {id: o, kind: completed, by: a, steps: [patch], at: "2026-04-02T10:00:00Z"`, `acts[o].steps: a later directive took the step "patch" over on 2026-04-01 10:00 +00:00`},
		"decided twice":                 {`kind: exception-refused, by: board, re: x4, reason: No., at: "2026-04-01T10:00:00Z"}` + "\n" + `  - {id: o, kind: exception-granted, by: board, re: x4, until: "2026-12-31T00:00:00Z", measures: M., at: "2026-04-02T10:00:00Z"`, `acts[o].re: "x4" was decided by "n" already; a slip in that decision is corrected`},
		"accepted what was taken back":  {`kind: corrected, by: a, re: x3, withdrawn: true, text: Too early., at: "2026-04-01T10:00:00Z"}` + "\n" + `  - {id: o, kind: accepted, by: office, re: x3, at: "2026-04-02T10:00:00Z"`, `acts[o].re: "x3" was taken back`},
		"a correction of a correction":  {`kind: corrected, by: a, re: x2, done: 2, text: Two., at: "2026-04-01T10:00:00Z"}` + "\n" + `  - {id: o, kind: corrected, by: a, re: n, done: 3, text: Three., at: "2026-04-02T10:00:00Z"`, `acts[o].re: "n" is itself a correction or a denial; name the act that it is about`},
		"one id for two acts":           {closed + `  - {id: n, kind: corrected, by: office, re: n, withdrawn: true, text: No., at: "2026-04-02T10:00:00Z"`, `acts[n].id: the id stands twice in acts`},
	} {
		_, err := another(c[0])
		got := ""
		if err != nil {
			_, got, _ = strings.Cut(err.Error(), ": ")
		}
		if head, cut := strings.CutSuffix(c[1], "…"); got != c[1] && !(cut && strings.HasPrefix(got, head)) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c[1])
		}
	}
	for name, act := range map[string]string{
		"a correction after the closing":            closed + `  - {id: o, kind: corrected, by: a, re: x2, done: 5, text: All., at: "2026-04-02T10:00:00Z"`,
		"a denial after the closing":                closed + `  - {id: o, kind: denied, by: office, re: x1, text: No., at: "2026-04-02T10:00:00Z"`,
		"an earlier act, recorded after":            closed + `  - {id: o, kind: completed, by: a, steps: [patch], at: "2026-03-31T10:00:00Z"`,
		"the closing is taken back, and it goes on": closed + `  - {id: o, kind: corrected, by: office, re: n, withdrawn: true, text: The wrong one., at: "2026-04-02T10:00:00Z"}` + "\n" + `  - {id: p, kind: completed, by: a, steps: [patch], at: "2026-04-03T10:00:00Z"`,
		"another step goes on":                      over + `  - {id: o, kind: completed, by: a, steps: [list], at: "2026-04-02T10:00:00Z"`,
	} {
		if _, err := another(act); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A circle that leads through other directives is found where they are kept.
func TestALongCircleIsFound(t *testing.T) {
	make := func(id, by string) *Directive {
		d, err := Parse(id, []byte(strings.NewReplacer("directive: d-1\n", "directive: "+id+"\n", "superseded-by: {id: d-2}", "superseded-by: {id: "+by+"}").Replace(good)))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	others := map[string]*Directive{"d-7": make("d-7", "d-8"), "d-8": make("d-8", "d-1")}
	find := func(id string) (*Directive, bool) { d, ok := others[id]; return d, ok }
	d := make("d-1", "d-2")
	act := Act{ID: "n", Kind: Superseded, By: "office", Directive: "d-7"}
	act.At.Moment.Value = "2026-04-01T10:00:00Z"
	if err := d.Check(d.Acts, &act, find); err == nil || !strings.Contains(err.Error(), "in a circle") {
		t.Errorf("d-1 → d-7 → d-8 → d-1: %v", err)
	}
	delete(others, "d-8") // the control: without the last link there is none
	if err := d.Check(d.Acts, &act, find); err != nil {
		t.Error(err)
	}
}
