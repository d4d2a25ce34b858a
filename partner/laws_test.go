package partner_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
)

var day0 = time.Date(2021, 1, 1, 9, 0, 0, 0, time.UTC)

// anyFile draws a partnership file: acts of both sides, sensible or not, in the
// order of time, each pointing back at most. Some are days or intervals, some are
// claims, denials, corrections and competing words.
func anyFile(t *rapid.T) casefile.File {
	f := casefile.File{Format: casefile.Format, Case: "P", Record: rapid.SampledFrom([]string{"kept", "sources"}).Draw(t, "record"),
		Parties: []casefile.Party{{ID: "office"}, {ID: "acme"}, {ID: "psirt", PartOf: "acme"}, {ID: "other"}}}
	kinds := append(partner.Acts(), "assessed", "acknowledged", "statement-made", "partner-suspended", "partner-reassessed", "partner-joined")
	at := day0
	for i := range rapid.IntRange(0, 14).Draw(t, "acts") {
		e := casefile.Event{ID: fmt.Sprint("e", i), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), By: "office", To: []string{"acme"}, Attributes: map[string]casefile.Scalar{}}
		if partner.OfMember(e.Kind) || !slices.Contains(partner.Acts(), e.Kind) {
			e.By, e.To = rapid.SampledFrom([]string{"acme", "psirt"}).Draw(t, "by"), []string{"office"}
		}
		at = at.Add(time.Duration(rapid.IntRange(1, 60*24).Draw(t, "hours")) * time.Hour)
		e.At = casefile.Time{Moment: calendar.Moment{Value: at.Format(time.RFC3339)}}
		if rapid.IntRange(0, 5).Draw(t, "interval") == 0 {
			e.At = casefile.Time{Moment: calendar.Moment{From: at.Format(time.RFC3339), To: at.AddDate(0, 0, 5).Format(time.RFC3339)}}
		}
		later := func(name string) *casefile.Time {
			if rapid.Bool().Draw(t, name) {
				return nil
			}
			return &casefile.Time{Moment: calendar.Moment{Value: at.AddDate(0, 0, rapid.IntRange(1, 200).Draw(t, name)).Format(time.DateOnly), Zone: []string{"Europe/Berlin"}}}
		}
		e.Until, e.Due = later("until"), later("due")
		back := func(name string) string { return fmt.Sprint("e", rapid.IntRange(0, i-1).Draw(t, name)) }
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "re?") > 0 {
			e.Re = back("re")
		}
		if i > 0 && rapid.IntRange(0, 11).Draw(t, "disputes?") == 0 {
			e.Disputes = []string{back("disputes")}
		}
		if i > 0 && rapid.IntRange(0, 11).Draw(t, "supersedes?") == 0 {
			e.Supersedes = []string{back("supersedes")}
		}
		switch rapid.IntRange(0, 15).Draw(t, "basis") {
		case 0:
			e.Basis, e.RecordedBy = "claim", "acme"
		case 1:
			e.Denies = true
		case 2:
			e.By = "other"
		}
		if r := partner.Results(e.Kind); len(r) > 0 {
			e.Result = rapid.SampledFrom(append(r, "")).Draw(t, "result")
		}
		for _, a := range [][]string{{"effect", "at-once", "from-date"}, {"from", at.AddDate(0, 0, 20).Format(time.DateOnly), "2020-01-01"}, {"lapses", "true"},
			{"hearing", "before", "after"}, {"units", "psirt"}, {"period", "P6M", "nonsense"}, {"task-a", "a"}, {"appeal-until", at.AddDate(0, 1, 0).Format(time.DateOnly)}} {
			if rapid.IntRange(0, 3).Draw(t, a[0]) == 0 {
				e.Attributes[a[0]] = casefile.Scalar{V: rapid.SampledFrom(a[1:]).Draw(t, a[0]+"=")}
			}
		}
		f.Events = append(f.Events, e)
	}
	return f
}

func folded(t *rapid.T, f casefile.File, at time.Time) (partner.State, bool) {
	c, err := casefile.Build("p.yaml", f)
	if err != nil {
		t.Fatal(err)
	}
	s, err := partner.Fold(c, "office", "acme", at)
	return s, err == nil
}

func anyInstant(t *rapid.T) time.Time {
	return day0.Add(time.Duration(rapid.IntRange(0, 1000*24).Draw(t, "at")) * time.Hour)
}

// What lies after an instant changes nothing of it.
func TestLawTheFutureDoesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, at := anyFile(t), anyInstant(t)
		whole, ok := folded(t, f, at)
		part := f
		part.Events = nil
		for _, e := range f.Events {
			if s, err := e.At.Span(); err == nil && !s.Earliest.After(at) {
				part.Events = append(part.Events, e)
			}
		}
		known, ok2 := folded(t, part, at)
		if ok != ok2 || !reflect.DeepEqual(whole, known) {
			t.Fatalf("with the future:\n%+v\nwithout:\n%+v", whole, known)
		}
	})
}

// The order in which acts were recorded changes nothing.
func TestLawTheOrderOfRecordingDoesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, at := anyFile(t), anyInstant(t)
		one, ok := folded(t, f, at)
		f.Events = rapid.Permutation(f.Events).Draw(t, "order")
		other, ok2 := folded(t, f, at)
		if ok != ok2 || !reflect.DeepEqual(one, other) {
			t.Fatalf("one order:\n%+v\nanother:\n%+v", one, other)
		}
	})
}

// gaps lists what is wrong with a history: a stretch that does not begin where
// the one before ends, one that changes nothing, an end that is missing.
func gaps(h []partner.Interval) []string {
	var out []string
	for i, x := range h {
		last := i == len(h)-1
		switch {
		case last != (x.To == calendar.Span{}):
			out = append(out, fmt.Sprint(i, " ends ", x.To))
		case !last && x.To != h[i+1].From:
			out = append(out, fmt.Sprint(i, " leaves a gap"))
		case !last && x.Standing == h[i+1].Standing:
			out = append(out, fmt.Sprint(i, " changes nothing"))
		case !last && h[i+1].From.Earliest.Before(x.From.Earliest):
			out = append(out, fmt.Sprint(i, " goes back in time"))
		}
	}
	return out
}

// Standings lie end to end from the first act to now, where somebody stands is
// one of those that are possible, and no better than any of them.
func TestLawStandingsCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, ok := folded(t, anyFile(t), anyInstant(t))
		if !ok {
			return
		}
		if g := gaps(s.History); len(g) > 0 {
			t.Fatalf("%v in %+v", g, s.History)
		}
		if len(s.History) == 0 {
			if s.Standing != "" && len(s.Otherwise) == 0 {
				t.Fatalf("stands %q out of nothing", s.Standing)
			}
			return
		}
		if !slices.Contains(s.Possible, s.Standing) || s.Possible[len(s.Possible)-1] != s.Standing {
			t.Fatalf("stands %q of %q", s.Standing, s.Possible)
		}
		for _, p := range s.Possible {
			if p.Worse(s.Standing) {
				t.Fatalf("%q is possible and worse than %q", p, s.Standing)
			}
		}
	})
}

// The control: gaps are found.
func TestGapsInAHistoryAreFound(t *testing.T) {
	at := func(d int) calendar.Span { return calendar.Instant(day0.AddDate(0, 0, d)) }
	good := []partner.Interval{{Standing: partner.Active, From: at(0), To: at(3)}, {Standing: partner.Warned, From: at(3)}}
	if g := gaps(good); len(g) > 0 {
		t.Fatalf("the good one: %v", g)
	}
	for name, h := range map[string][]partner.Interval{
		"a gap":      {{Standing: partner.Active, From: at(0), To: at(2)}, {Standing: partner.Warned, From: at(3)}},
		"no change":  {{Standing: partner.Active, From: at(0), To: at(3)}, {Standing: partner.Active, From: at(3)}},
		"an end":     {{Standing: partner.Active, From: at(0), To: at(3)}},
		"going back": {{Standing: partner.Active, From: at(4), To: at(3)}, {Standing: partner.Warned, From: at(3)}},
	} {
		if len(gaps(h)) != 1 {
			t.Errorf("%s: %v", name, gaps(h))
		}
	}
}

// A member's own word, a claim about the authority and a denial move nobody's
// standing, but for the word that it leaves.
func TestLawNobodyMovesItsOwnStanding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, at := anyFile(t), anyInstant(t)
		before, ok := folded(t, f, at)
		e := casefile.Event{ID: "own", Kind: rapid.SampledFrom(partner.Acts()).Draw(t, "own"), By: "acme", To: []string{"acme"},
			At: casefile.Time{Moment: calendar.Moment{Value: day0.Add(time.Hour).Format(time.RFC3339)}}}
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			e.By, e.Basis, e.RecordedBy = "office", "claim", "acme"
		case 1:
			e.By, e.Denies = "office", true
		default:
			if e.Kind == "partner-left" {
				return
			}
		}
		for _, o := range f.Events { // it retires and disputes whatever it likes of the other side's
			if o.By == "office" {
				e.Supersedes, e.Disputes = append(e.Supersedes, o.ID), append(e.Disputes, o.ID)
			}
		}
		if e.By == "office" {
			if e.Disputes = nil; e.Denies { // the authority may retire its own
				e.Supersedes = nil
			}
		}
		f.Events = append(f.Events, e)
		after, ok2 := folded(t, f, at)
		if ok && ok2 && (before.Standing != after.Standing || !slices.Equal(before.Possible, after.Possible)) {
			t.Fatalf("%+v moved it from %q to %q", e, before.Standing, after.Standing)
		}
	})
}

// A step is allowed exactly when the act can stand, as somebody fills it in; and
// what is refused has a code with words.
func TestLawStepsAreWhatCanStand(t *testing.T) {
	codes := partner.RefusalCodes()
	rapid.Check(t, func(t *rapid.T) {
		at := anyInstant(t)
		s, ok := folded(t, anyFile(t), at)
		if !ok {
			return
		}
		terms := terms()
		if rapid.Bool().Draw(t, "no urgency") {
			terms.Urgent = nil
		}
		for _, st := range partner.Steps(s, terms, at) {
			e := st.Draft()
			filled := map[string]casefile.Scalar{"number": {V: "1"}, "signatory": {V: "S"}, "publication": {V: "public"}, "appeal-body": {V: "Panel"},
				"appeal-until": {V: at.AddDate(0, 0, 40).Format(time.DateOnly)}, "signed-by": {V: "A, B"}, "hash": {V: "00"}}
			for k, v := range e.Attributes {
				filled[k] = v
			}
			e.Attributes = filled
			for _, p := range []*string{&e.Reason, &e.Rule, &e.Text, &e.Re} {
				if *p == "" {
					*p = "filled-in"
				}
			}
			if e.Due == nil && e.Kind != "called-on" {
				e.Due = &casefile.Time{Moment: calendar.Moment{Value: at.AddDate(0, 0, 20).Format(time.RFC3339)}}
			}
			err := partner.CheckAct(s, terms, e)
			if st.Allowed != (err == nil) {
				t.Fatalf("%s %s: allowed %v (%v), and the act: %v\n%+v", st.Act, st.Variant, st.Allowed, st.Why, err, e)
			}
			if !st.Allowed && (st.Why == nil || !slices.Contains(codes, st.Why.Code)) {
				t.Fatalf("%s is refused without a reason", st.Act)
			}
		}
	})
}
