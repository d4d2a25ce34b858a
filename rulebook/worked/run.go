package worked

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// Result is the outcome of one example.
type Result struct {
	Example *Example
	Errors  []string // what was wanted and did not come; empty = passed
	applies bool
}

// Place names the example for messages.
func (e *Example) Place() string { return fmt.Sprintf("%s:%d: %s: %s", e.file, e.line, e.Rule, e.Name) }

// Coverage tells, for each condition, whether an example made it true and false.
type Coverage map[*rulebook.Condition]*[2]bool

// Run runs the examples against a book and notes which conditions they exercise.
func Run(b *rulebook.Book, examples []Example) ([]Result, Coverage) {
	cov := Coverage{}
	out := make([]Result, len(examples))
	for i := range examples {
		out[i] = run(b, &examples[i], cov)
	}
	return out, cov
}

func run(b *rulebook.Book, e *Example, cov Coverage) Result {
	res := Result{Example: e}
	fail := func(format string, args ...any) { res.Errors = append(res.Errors, fmt.Sprintf(format, args...)) }
	at, err := e.at()
	if err != nil {
		fail("%v", err)
		return res
	}
	f := e.Case
	f.Format, f.Case = casefile.Format, "EXAMPLE"
	c, err := casefile.Build(e.file, f)
	if err != nil {
		fail("%v", err)
		return res
	}
	if b.Rule(e.Rule) == nil && len(b.Children(e.Rule)) == 0 {
		fail("%q is not a rule", e.Rule)
		return res
	}
	trace := func(cond *rulebook.Condition, ok bool) {
		if cov[cond] == nil {
			cov[cond] = new([2]bool)
		}
		if ok {
			cov[cond][1] = true
		} else {
			cov[cond][0] = true
		}
	}
	p, err := plan.For(c, b, plan.Options{At: at, Trace: trace})
	if err != nil {
		fail("%v", err)
		return res
	}
	res.applies = applies(p, b, e.Rule)
	if e.Expect.Applies == nil {
		fail("expect.applies is missing")
	} else if *e.Expect.Applies != res.applies {
		fail("applies: want %v, got %v%s", *e.Expect.Applies, res.applies, describe(p, e.Rule))
	}
	for _, want := range e.Expect.Duties {
		duty(p, e.Rule, want, fail)
	}
	for _, want := range e.Expect.Prohibitions {
		prohibition(p, e.Rule, want, fail)
	}
	for _, want := range e.Expect.Standing {
		standing(p, e.Rule, want, fail)
	}
	for _, want := range e.Expect.Conflicts {
		conflict(p, want, fail)
	}
	for _, code := range e.Expect.Warnings {
		if !slices.ContainsFunc(p.Warnings, func(r plan.Reason) bool { return r.Code == code }) {
			fail("warning %q did not come", code)
		}
	}
	if e.Expect.Listed && !slices.ContainsFunc(p.Standing, func(s *plan.Standing) bool { return s.Rule == e.Rule }) {
		fail("the rule is not listed under standing duties")
	}
	return res
}

func mine(b *rulebook.Book, id, rule string) bool {
	return id == rule || b.Rule(rule) == nil && b.Rule(id) != nil && b.Rule(id).Parent == rule
}

// applies: the rule gives a duty with a clock or an open state, a prohibition,
// or a standing duty.
func applies(p *plan.Plan, b *rulebook.Book, rule string) bool {
	for _, d := range p.Duties {
		if mine(b, d.Rule, rule) && d.State != plan.NotScheduled && d.State != plan.Awaiting {
			return true
		}
	}
	for _, x := range p.Prohibitions {
		if mine(b, x.Rule, rule) && x.State != string(plan.Awaiting) {
			return true
		}
	}
	return slices.ContainsFunc(p.Standing, func(s *plan.Standing) bool { return mine(b, s.Rule, rule) })
}

func describe(p *plan.Plan, rule string) string {
	var b strings.Builder
	for _, d := range p.Duties {
		if d.Rule == rule {
			fmt.Fprintf(&b, "\n      got %s state=%s due=%s", d.ID, d.State, show(d.Due))
			for _, r := range d.Readings {
				fmt.Fprintf(&b, "\n        %s basis=%s variant=%q due=%s…%s state=%s provisional=%v", r.Calc, r.Basis, r.Variant, show(r.DueEarliest), show(r.DueLatest), r.State, r.Provisional)
			}
		}
	}
	for _, x := range p.Prohibitions {
		if x.Rule == rule {
			fmt.Fprintf(&b, "\n      got prohibition %s/%s state=%s certainty=%s allowed=%v", x.Party, x.Of, x.State, x.Certainty, x.Allowed)
		}
	}
	for _, s := range p.Standing {
		if s.Rule == rule {
			fmt.Fprintf(&b, "\n      got standing %s keep_until=%s", s.Party, show(s.KeepUntil))
		}
	}
	return b.String()
}

func show(t *plan.Instant) string {
	if t == nil {
		return "none"
	}
	return t.Format(time.RFC3339)
}

func duty(p *plan.Plan, rule string, want Duty, fail func(string, ...any)) {
	if want.Rule != "" {
		rule = want.Rule
	}
	var best []string
	n := 0
	for _, d := range p.Duties {
		if d.Rule != rule || !same(want.Stage, d.Stage) || !same(want.Obliged, d.Obliged) || !same(want.Of, d.Of) || !same(want.Incident, d.Incident) {
			continue
		}
		if want.N != 0 && !strings.HasSuffix(d.ID, fmt.Sprintf("/%d", want.N)) {
			continue
		}
		errs := compare(d, want)
		if len(errs) == 0 {
			n++
			continue
		}
		if best == nil || len(errs) < len(best) {
			best = errs
		}
	}
	switch {
	case want.Count > 0 && n != want.Count:
		fail("duty %s/%s: want %d that match, got %d%s", rule, want.Stage, want.Count, n, describe(p, rule))
	case want.Count == 0 && n == 0 && best == nil:
		fail("duty %s/%s of %s: none came%s", rule, want.Stage, want.Obliged, describe(p, rule))
	case want.Count == 0 && n == 0:
		fail("duty %s/%s: %s%s", rule, want.Stage, strings.Join(best, "; "), describe(p, rule))
	}
}

func same(want, got string) bool { return want == "" || want == got }

func compare(d *plan.Duty, want Duty) []string {
	var errs []string
	diff := func(what, w, g string) {
		errs = append(errs, fmt.Sprintf("%s: want %s, got %s", what, w, g))
	}
	text := func(what, w, g string) {
		if w != "" && w != g {
			diff(what, w, g)
		}
	}
	text("state", want.State, string(d.State))
	text("modality", want.Modality, d.Modality)
	text("certainty", want.Certainty, d.Certainty)
	text("pace", want.Pace, d.Pace)
	if want.Due != nil && !sameTime(*want.Due, d.Due) {
		diff("due", *want.Due, show(d.Due))
	}
	if want.ActBy != nil && !sameTime(*want.ActBy, d.ActBy) {
		diff("act_by", *want.ActBy, show(d.ActBy))
	}
	for what, pair := range map[string][2]*string{"met_by": {want.MetBy, d.MetBy}, "late_by": {want.LateBy, d.LateBy}, "displaced_by": {want.DisplacedBy, d.DisplacedBy}} {
		if pair[0] != nil && *pair[0] != deref(pair[1]) {
			diff(what, *pair[0], deref(pair[1]))
		}
	}
	if want.PastDue != nil && *want.PastDue != d.PastDue {
		diff("past_due", fmt.Sprint(*want.PastDue), fmt.Sprint(d.PastDue))
	}
	for _, to := range want.To {
		if !slices.Contains(d.To, to) {
			diff("to", to, fmt.Sprint(d.To))
		}
	}
	for _, code := range want.Because {
		if !slices.ContainsFunc(d.Because, func(r plan.Reason) bool { return r.Code == code }) {
			diff("because", code, "not among the reasons")
		}
	}
	for _, w := range want.Readings {
		if !slices.ContainsFunc(d.Readings, func(r *plan.Reading) bool { return reading(r, w) }) {
			errs = append(errs, fmt.Sprintf("no reading matches %+v", plainReading(w)))
		}
	}
	return errs
}

func plainReading(r Reading) string {
	return fmt.Sprintf("{calc: %s, basis: %s, variant: %s, due: %s, due_latest: %s, state: %s}", r.Calc, r.Basis, deref(r.Variant), r.Due, r.DueLatest, r.State)
}

func reading(r *plan.Reading, w Reading) bool {
	latest := w.DueLatest
	ok := same(w.Calc, r.Calc) && same(w.Basis, r.Basis) && same(w.State, string(r.State)) &&
		(w.Variant == nil && !r.Zoned() || w.Variant != nil && *w.Variant == r.Variant) &&
		(w.Provisional == nil || *w.Provisional == r.Provisional)
	if w.Due != "" {
		ok = ok && sameTime(w.Due, r.DueEarliest)
	}
	if latest != "" {
		ok = ok && sameTime(latest, r.DueLatest)
	}
	return ok
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func sameTime(want string, got *plan.Instant) bool {
	if want == "" || got == nil {
		return want == "" && got == nil
	}
	t, err := time.Parse(time.RFC3339, want)
	return err == nil && t.Equal(got.Time)
}

func prohibition(p *plan.Plan, rule string, want Prohibition, fail func(string, ...any)) {
	if want.Rule != "" {
		rule = want.Rule
	}
	for _, x := range p.Prohibitions {
		if x.Rule != rule || !same(want.Party, x.Party) || !same(want.Of, x.Of) || !same(want.State, x.State) || !same(want.Certainty, x.Certainty) {
			continue
		}
		if want.ReleasedBy != nil && *want.ReleasedBy != deref(x.ReleasedBy) || want.BreachedBy != nil && *want.BreachedBy != deref(x.BreachedBy) {
			continue
		}
		if want.Allowed != nil && !slices.Equal(want.Allowed, x.Allowed) {
			continue
		}
		ok := true
		for _, code := range want.Because {
			ok = ok && slices.ContainsFunc(x.Because, func(r plan.Reason) bool { return r.Code == code })
		}
		if ok {
			return
		}
	}
	fail("no prohibition matches %+v%s", want, describe(p, rule))
}

func standing(p *plan.Plan, rule string, want Standing, fail func(string, ...any)) {
	for _, s := range p.Standing {
		if s.Rule == rule && same(want.Party, s.Party) && (want.KeepUntil == nil || sameTime(*want.KeepUntil, s.KeepUntil)) {
			return
		}
	}
	fail("no standing duty matches party=%s keep_until=%s%s", want.Party, deref(want.KeepUntil), describe(p, rule))
}

func conflict(p *plan.Plan, want Conflict, fail func(string, ...any)) {
	for _, c := range p.Conflicts {
		if slices.Equal(want.Between, c.Between) && same(want.Party, c.Party) && same(want.Certainty, c.Certainty) {
			return
		}
	}
	var got []string
	for _, c := range p.Conflicts {
		got = append(got, fmt.Sprintf("%v %s %s", c.Between, c.Party, c.Certainty))
	}
	fail("no conflict matches %+v; got %v", want, got)
}

// File names the file that the example stands in.
func (e *Example) File() string { return e.file }
