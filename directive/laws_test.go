package directive

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tocsin/casefile"
)

var epoch = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

var goodOne = sync.OnceValues(func() (*Directive, error) { return Parse("d.yaml", []byte(good)) })

func moment(t time.Time) casefile.Time {
	var m casefile.Time
	m.Moment.Value = t.Format(time.RFC3339)
	return m
}

// drawn makes acts of every kind on the good directive, in any order, and keeps
// those that Check lets pass.
func drawn(t *rapid.T) (*Directive, []Act) {
	d, err := goodOne()
	if err != nil {
		t.Fatal(err)
	}
	var acts []Act
	for i := range rapid.IntRange(0, 25).Draw(t, "acts") {
		at := epoch.Add(time.Duration(rapid.IntRange(0, 24*400).Draw(t, "hour")) * time.Hour)
		a := Act{ID: fmt.Sprint("r", i), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"), At: moment(at)}
		var has []string
		for _, o := range acts {
			has = append(has, o.ID)
		}
		if rules[a.Kind].needRe && len(has) > 0 {
			a.Re = rapid.SampledFrom(has).Draw(t, "re")
		}
		switch rules[a.Kind].who {
		case byMember:
			a.By = rapid.SampledFrom([]string{"a", "a1", "b", "e"}).Draw(t, "by")
			a.Steps = []string{rapid.SampledFrom([]string{"list", "patch", "watch"}).Draw(t, "step")}
		case byAuthority:
			a.By = rapid.SampledFrom([]string{"office", "office", "board"}).Draw(t, "by")
		default:
			if i := slices.Index(has, a.Re); i >= 0 {
				a.By = acts[i].By
			}
		}
		n := func(name string) *int64 { v := rapid.Int64Range(0, 12).Draw(t, name); return &v }
		until := moment(at.Add(time.Duration(rapid.IntRange(-24, 24*300).Draw(t, "until")) * time.Hour))
		switch a.Kind {
		case Progressed:
			a.Done, a.Total = n("done"), n("total")
			if rapid.Bool().Draw(t, "as of") {
				of := moment(at.Add(-time.Duration(rapid.IntRange(0, 2000).Draw(t, "before")) * time.Hour))
				a.AsOf = &of
			}
		case EvidenceGiven:
			a.Evidence = []Item{{Text: "this"}}
		case ExceptionGranted:
			a.By, a.For, a.Until, a.Measures = "board", []string{rapid.SampledFrom([]string{"a", "e"}).Draw(t, "for")}, &until, "a guard"
		case ExceptionRefused:
			a.By = "board"
		case Extended:
			a.Until, a.Steps = &until, []string{rapid.SampledFrom([]string{"list", "patch"}).Draw(t, "step")}
			if rapid.Bool().Draw(t, "one") {
				a.For = []string{rapid.SampledFrom([]string{"a", "e", "b"}).Draw(t, "for")}
			}
		case ScopeDecided:
			a.For, a.Result = []string{"b"}, rapid.SampledFrom([]string{"in", "out"}).Draw(t, "result")
		case Superseded:
			a.Directive = "d-9"
			if rapid.IntRange(0, 3).Draw(t, "whole") > 0 {
				a.Steps = []string{"watch"}
			}
		case Corrected:
			a.Text = "a slip"
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				a.Withdrawn = true
			case 1:
				a.Done = n("done")
			case 2:
				a.Until = &until
			}
		case Denied:
			a.By, a.Text = "office", "not so"
		}
		a.Reason = "because"
		if d.Check(acts, &a, nil) == nil {
			acts = append(acts, a)
		}
	}
	return d, acts
}

func at(t *rapid.T, name string) time.Time {
	return epoch.Add(time.Duration(rapid.IntRange(-48, 24*450).Draw(t, name)) * time.Hour)
}

func foldAt(t *rapid.T, d *Directive, acts []Act, at time.Time) *State {
	s, err := Fold(d, acts, at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every pair of a member and a step is counted once, whatever happened; figures
// and curves are never negative, and the last day of a curve is the state.
func TestLawFiguresAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, acts := drawn(t)
		s := foldAt(t, d, acts, at(t, "at"))
		sum, each := 0, 0
		for _, n := range s.Counts {
			sum += n
		}
		for _, f := range s.Steps {
			for _, n := range f.Counts {
				each += n
			}
		}
		if want := len(d.Members) * len(d.Steps); sum != want || each != want || len(s.Cells) != want {
			t.Fatalf("%d, %d and %d cells of %d", sum, each, len(s.Cells), want)
		}
		curves := [][]Point{s.Burn}
		for _, f := range s.Steps {
			curves = append(curves, f.Burn)
			if f.Done < 0 || f.Done > f.Total {
				t.Fatalf("%s: %d of %d", f.Step, f.Done, f.Total)
			}
		}
		for _, burn := range curves {
			for i, p := range burn {
				if p.Members < 0 || p.Systems < 0 || p.Silent < 0 || p.Silent > p.Members || p.Members > len(d.Members) {
					t.Fatalf("%+v", p)
				}
				if i > 0 && p.Day <= burn[i-1].Day {
					t.Fatalf("%s after %s", p.Day, burn[i-1].Day)
				}
			}
		}
		if n := len(s.Burn); s.Issued && (n == 0 || s.Burn[n-1].Members != s.Open) {
			t.Fatalf("%d open, and the curve ends in %+v\n%+v", s.Open, s.Burn, acts)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Fatal(err)
		}
	})
}

// What happens later changes nothing about what was the state before.
func TestLawTheStateRestsOnThePastAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, acts := drawn(t)
		when := at(t, "at")
		var past []Act
		for _, a := range acts {
			if x, err := instant(a.At); err == nil && !x.After(when) {
				past = append(past, a)
			}
		}
		if diff := cmp.Diff(foldAt(t, d, past, when), foldAt(t, d, acts, when)); diff != "" {
			t.Fatalf("without (-) and with (+) later acts:\n%s", diff)
		}
	})
}

// An extension never makes a limit earlier, and never takes a member's time.
func TestLawAnExtensionNeverShortens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, acts := drawn(t)
		when := epoch.Add(time.Duration(rapid.IntRange(0, 24*300).Draw(t, "at")) * time.Hour)
		until := moment(epoch.Add(time.Duration(rapid.IntRange(200, 900).Draw(t, "until")) * 24 * time.Hour))
		more := Act{ID: "more", Kind: Extended, By: "office", Steps: []string{"patch"}, Until: &until, At: moment(when)}
		if d.Check(acts, &more, nil) != nil {
			t.Skip("refused")
		}
		before, after := foldAt(t, d, acts, when), foldAt(t, d, append(slices.Clone(acts), more), when)
		for i, b := range before.Cells {
			a := after.Cells[i]
			if b.Due != nil && (a.Due == nil || a.Due.Earliest.Before(b.Due.Earliest) || a.Due.Latest.Before(b.Due.Latest)) {
				t.Fatalf("%s %s: from %v to %v", b.Member, b.Step, b.Due, a.Due)
			}
			if a.Due != nil && (a.Issued == nil || a.Due.Latest.Before(a.Issued.Latest)) {
				t.Fatalf("%s %s: before the limit as issued", a.Member, a.Step)
			}
			if a.PastDue && !b.PastDue {
				t.Fatalf("%s %s: past due by an extension", a.Member, a.Step)
			}
		}
	})
}

// Nobody who is asked is ever called overdue, and nobody at all by sources.
func TestLawOverdueIsForKeptRecordsAndMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, acts := drawn(t)
		for _, c := range foldAt(t, d, acts, at(t, "at")).Cells {
			if c.Status == Overdue && (c.Modality != Must || !c.PastDue || !c.Completed.IsZero()) {
				t.Fatalf("%+v", c)
			}
			if c.Status == NoAnswer && (c.Modality == Must || len(c.Acts) > 0 && c.Acknowledged) {
				t.Fatalf("%+v", c)
			}
		}
	})
}
