package tasking

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/directive"
	"tocsin/examples"
)

// The own side of any directive with any acts is a document that reads back, names
// nobody else, and tells of the own rows what the whole tells.
func TestTheOwnSideTellsWhatTheWholeTells(t *testing.T) {
	data, err := examples.Directives.ReadFile("directives/move-to-state-cloud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := directive.Parse("example", data)
	if err != nil {
		t.Fatal(err)
	}
	sides := [][]string{{"meridian-water"}, {"halden-power", "halden-grid"}, {"halden-grid"}, {"brightwell"}, {"castor"}, {"orla"}, {"tern"}}
	rolls := rand.New(rand.NewPCG(7, 26))
	for i, a := range whole.Acts {
		whole.Acts[i].Reason = strings.ReplaceAll(a.Reason, "Meridian Water", "another member") // what the authority itself tells them of another
	}
	for round := range 16 {
		f := whole.File
		if round%2 == 1 { // lines by name, a step for one alone, a step superseded
			f.Scope = append([]directive.Scope{}, f.Scope...)
			f.Scope[0] = directive.Scope{ID: "operators", Members: []string{"halden-power", "meridian-water", "brightwell"}, Units: true}
			f.Scope[1].Except = []directive.Scope{{Members: []string{"halden-power", "meridian-water", "brightwell"}, Units: true}}
		}
		all := f.Acts
		f.Acts = nil
		for _, a := range all {
			if rolls.IntN(10) > 0 {
				f.Acts = append(f.Acts, a)
			}
		}
		f.Acts = sound(t, f)
		d, err := directive.Build("", f)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
		full, err := directive.Fold(d, d.Acts, at)
		if err != nil {
			t.Fatal(err)
		}
		everybody, err := d.YAML()
		if err != nil {
			t.Fatal(err)
		}
		b := boundOf(t, d)
		for _, own := range sides {
			cut, err := b.cut(own, at)
			if err != nil {
				t.Fatalf("%v: %v", own, err)
			}
			raw, err := cut.YAML()
			if err != nil {
				t.Fatal(err)
			}
			back, err := directive.Parse("own", raw)
			if err != nil {
				t.Fatalf("%v: %v\n%s", own, err, raw)
			}
			for _, m := range d.Members {
				if theirs := !slices.Contains(allowed(own), m.ID); theirs && mentions(raw, m) {
					t.Errorf("%v reads of %s:\n%s", own, m.ID, raw)
				}
				if !mentions(everybody, m) { // control
					t.Errorf("the whole does not mention %s", m.ID)
				}
			}
			st, err := directive.Fold(back, back.Acts, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range cutState(full, own).Cells {
				found := false
				for _, got := range st.Cells {
					if got.Member == want.Member && got.Step == want.Step {
						found = true
						if got.Status != want.Status || got.Done != want.Done || got.Due != nil && !got.Due.Latest.Equal(want.Due.Latest) || got.Modality != want.Modality {
							t.Errorf("%s, %s: %s until %v by its own side, %s until %v by the whole", want.Member, want.Step, got.Status, got.Due, want.Status, want.Due)
						}
					}
				}
				if !found {
					t.Errorf("%s, %s is not told by its own side", want.Member, want.Step)
				}
			}
		}
	}
}

// allowed are the members that a side reads of: a unit of the member that reports
// for it too.
func allowed(own []string) []string {
	if slices.Contains(own, "halden-grid") {
		return append(slices.Clone(own), "halden-power")
	}
	return own
}

// mentions looks for a member in a document, by name and by id as a word of its own.
func mentions(raw []byte, m directive.Member) bool {
	words := strings.FieldsFunc(string(raw), func(r rune) bool { return strings.ContainsRune(" \n,:[]{}\"'", r) })
	return slices.Contains(words, m.ID) || strings.Contains(string(raw), m.Name)
}

// sound leaves out acts that cannot follow on those that were kept.
func sound(t *testing.T, f directive.File) []directive.Act {
	t.Helper()
	acts := f.Acts
	f.Acts = nil
	d, err := directive.Build("", f)
	if err != nil {
		t.Fatal(err)
	}
	var out []directive.Act
	for _, a := range acts {
		if d.Check(out, &a, nil) == nil {
			out = append(out, a)
		}
	}
	return out
}

// boundOf is a directive as it is read.
func boundOf(t *testing.T, d *directive.Directive) *bound {
	t.Helper()
	b := &bound{d: d, whom: names(d), asked: map[string]map[string]bool{}, index: map[string]int{}, list: d.Acts}
	st, err := directive.Fold(d, nil, d.IssuedSpan().Earliest)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range st.Cells {
		if c.Status != directive.NotAsked {
			if b.asked[c.Member] == nil {
				b.asked[c.Member] = map[string]bool{}
			}
			b.asked[c.Member][c.Step] = true
		}
	}
	for i, a := range d.Acts {
		s, err := a.At.Span()
		if err != nil {
			t.Fatal(err)
		}
		b.acts = append(b.acts, onRecord{actText: actText{Directive: d.ID, Recorded: s.Latest, Act: a}})
		b.index[a.ID] = i
	}
	return b
}
