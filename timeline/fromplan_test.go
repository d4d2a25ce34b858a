package timeline

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	due "tocsin/plan"
	"tocsin/rulebook"
)

func sheetOf(t *testing.T, file string, now time.Time) Sheet {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return sheetFrom(t, file, data, now)
}

func sheetFrom(t *testing.T, name string, data []byte, now time.Time) Sheet {
	t.Helper()
	return sheetIn(t, name, data, now, "en")
}

func sheetIn(t *testing.T, name string, data []byte, now time.Time, lang string) Sheet {
	t.Helper()
	c, err := casefile.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	p, err := due.For(c, b, due.Options{At: now})
	if err != nil {
		t.Fatal(err)
	}
	return FromPlan(c, b, p, lang)
}

// Every example that ships gives a picture in which no label lies over another.
func TestExamplesDrawWithoutOverlap(t *testing.T) {
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) < 7 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"en", "zh", "fr", "de"} {
			t.Run(filepath.Base(f)+" "+lang, func(t *testing.T) {
				s := sheetIn(t, f, data, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), lang)
				if err := s.Validate(); err != nil {
					t.Fatal(err)
				}
				for _, width := range []int{1024, 1440} {
					l, err := s.Layout(Options{Width: width})
					if err != nil {
						t.Fatal(err)
					}
					if o := l.Overlaps(); len(o) > 0 {
						t.Errorf("width %d: %d pairs lie over one another, first %v", width, len(o), o[0])
					}
				}
				var b bytes.Buffer
				if err := s.SVG(&b, Options{}); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// The public record of real organisations shows nothing as late: no red run, no
// late flag; what rests on an assumption is drawn as conditional.
func TestRealRecordIsNeverRed(t *testing.T) {
	s := sheetOf(t, "../examples/log4shell.yaml", time.Date(2022, 7, 15, 0, 0, 0, 0, time.UTC))
	if !s.Now.IsZero() {
		t.Error("outside sources have no now line")
	}
	for _, r := range s.Runs {
		if r.Red {
			t.Errorf("run %s is red", r.ID)
		}
	}
	i := slices.IndexFunc(s.Flags, func(f Flag) bool { return strings.Contains(f.ID, "CN-RMSV-7-2-MIIT") })
	if i < 0 {
		t.Fatal("the statute's date has no flag")
	}
	f := s.Flags[i]
	if !f.Conditional || f.State != Uncertain || !strings.Contains(f.Label, "26 Nov or 29 Nov") {
		t.Errorf("flag: %+v", f)
	}
	for _, f := range s.Flags {
		if f.State == Late {
			t.Errorf("flag %s is drawn as late", f.ID)
		}
	}
	for _, id := range []string{"own-report-13-dec-miit", "own-report-15-days-miit"} {
		i := slices.IndexFunc(s.Arrows, func(a Arrow) bool { return a.ID == id })
		if i < 0 || !s.Arrows[i].Dashed {
			t.Errorf("the disputed report %s is not a dashed arrow", id)
		}
	}
}

const kept = `format: tocsin-casefile/1
case: T-1
title: A small case
record: kept
products: [{id: gw, provider: v}]
parties:
  - {id: v, name: Vendor, country: CN}
  - {id: m, name: Ministry, country: CN, roles: [authority], is: [cn-miit-nvdb]}
events:
  - {id: e1, kind: aware, by: v, of: gw, at: "2026-03-02T09:00:00+08:00"}
  - {id: e2, kind: notified, by: v, to: [m], of: gw, at: "2026-03-06T09:00:00+08:00"}
  - {id: e3, kind: embargo-accepted, by: v, of: gw, until: "2026-04-01T00:00:00Z", at: "2026-03-03T09:00:00+08:00"}
  - {id: e4, kind: leaked, of: gw, at: {from: "2026-03-10", to: "2026-03-11", zone: Asia/Shanghai}}
`

// The picture speaks the four languages, down to the dates on its flags.
func TestPictureSpeaksFourLanguages(t *testing.T) {
	if len(headingWords) != 4 {
		t.Fatalf("%d languages", len(headingWords))
	}
	c, err := casefile.Parse("kept.yaml", []byte(kept))
	if err != nil {
		t.Fatal(err)
	}
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	p, err := due.For(c, b, due.Options{At: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "outer limit 4 Mar", "zh": "最晚期限", "fr": "limite extrême", "de": "äußerste Frist", "de-AT": "äußerste Frist", "xx": "outer limit"} {
		s := FromPlan(c, b, p, lang)
		if !slices.ContainsFunc(s.Flags, func(f Flag) bool { return strings.HasPrefix(f.Label, want) }) {
			t.Errorf("%s: no flag begins with %q: %+v", lang, want, s.Flags)
		}
		if strings.Contains(s.Title+s.Subtitle, "{") || s.Title == "" {
			t.Errorf("%s: title %q", lang, s.Title)
		}
	}
}

// Labels, tips, bands, roles and steps are in the reader's language too, though
// the plan that the picture is made of speaks English.
func TestPictureSaysEverySignInTheReadersLanguage(t *testing.T) {
	data, err := os.ReadFile("../examples/cra-all-stages.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for _, lang := range []string{"zh", "fr", "de", "de-AT"} {
		base, _, _ := strings.Cut(lang, "-")
		s := sheetIn(t, "kept.yaml", []byte(kept), now, lang)
		var b strings.Builder
		if err := s.Text(&b); err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Marks {
			b.WriteString(m.Tip + "\n")
		}
		for _, f := range s.Flags {
			b.WriteString(f.Tip + "\n")
		}
		for _, r := range s.Runs {
			b.WriteString(r.Tip + "\n")
		}
		got := b.String()
		for _, want := range []string{casefile.Kind("aware").In(base), casefile.Kind("notified").In(base), casefile.Kind("leaked").In(base), WordsFor(lang).Embargo} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in\n%s", lang, want, got)
			}
		}
		for _, english := range []string{casefile.Kind("aware").Words(), casefile.Kind("notified").Words(), casefile.Kind("leaked").Words(), rulebook.T(book.Rule("CN-RMSV-7-2-MIIT").Title, "en"), "embargo\n"} {
			if strings.Contains(got, english) && !(base == "fr" && english == "embargo\n") { // the same word in French
				t.Errorf("%s: %q is English in\n%s", lang, english, got)
			}
		}
		stages := sheetIn(t, "cra-all-stages.yaml", data, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), lang)
		if title := rulebook.T(book.Rule("EU-CRA-14-2A-AEV24").Title, base); !slices.ContainsFunc(stages.Flags, func(f Flag) bool { return strings.Contains(f.Tip, title) }) {
			t.Errorf("%s: no flag has the tip %q: %+v", lang, title, stages.Flags)
		}
	}
}

// A record kept here shows lateness as it was: red from due to done.
func TestKeptRecordShowsLateness(t *testing.T) {
	s := sheetFrom(t, "kept.yaml", []byte(kept), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	i := slices.IndexFunc(s.Runs, func(r Run) bool { return strings.Contains(r.ID, "CN-RMSV-7-2-MIIT") })
	if i < 0 || !s.Runs[i].Red {
		t.Fatalf("no red run for the late report: %+v", s.Runs)
	}
	if got, want := s.Runs[i].From.UTC(), time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("the run begins %s, want %s", got, want)
	}
	if len(s.Arrows) != 1 || s.Arrows[0].From != "v" || s.Arrows[0].To != "m" {
		t.Errorf("arrows: %+v", s.Arrows)
	}
	if !slices.ContainsFunc(s.Bands, func(b Band) bool { return b.Kind == Embargo && b.Lane == "v" }) {
		t.Error("the embargo has no band")
	}
	if s.Lanes[len(s.Lanes)-1].ID != PublicLane {
		t.Errorf("a leak by nobody known needs the public lane last: %+v", s.Lanes)
	}
	i = slices.IndexFunc(s.Marks, func(m Mark) bool { return m.ID == "e4" })
	if i < 0 || !s.Marks[i].At.To.After(s.Marks[i].At.From) {
		t.Error("an interval must stay an interval in the picture")
	}
}

// A party that one rule binds twice, surely as finder and perhaps as provider,
// is drawn as surely bound.
func TestBandShowsTheSurestGround(t *testing.T) {
	s := sheetOf(t, "../examples/cn-eu-conflict.yaml", time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	seen := 0
	for _, b := range s.Bands {
		if !strings.Contains(b.ID, "CN-RMSV-9-7-NO-OVERSEAS") {
			continue
		}
		seen++
		if want := b.Lane == "yuhe"; b.Conditional != want {
			t.Errorf("%s: conditional %v, want %v", b.Lane, b.Conditional, want)
		}
	}
	if seen != 2 {
		t.Errorf("%d bands, want one for each of the two parties: %+v", seen, s.Bands)
	}
}
