package directive

import (
	"testing"
	"time"

	"tocsin/examples"
)

// example reads one of the embedded directives.
func example(t testing.TB, name string) *Directive {
	t.Helper()
	data, err := examples.Directives.ReadFile("directives/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func when(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func folded(t testing.TB, d *Directive, at string) *State {
	t.Helper()
	s, err := Fold(d, d.Acts, when(t, at))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The public record: both limits at 17:00 US Eastern, the end in BOD 22-01, and
// nothing about any agency.
func TestEmergencyDirective2202(t *testing.T) {
	d := example(t, "ed-22-02.yaml")
	for step, want := range map[string]string{
		"enumerate": "2021-12-23T22:00:00Z", "evaluate": "2021-12-23T22:00:00Z", "act": "2021-12-23T22:00:00Z",
		"monitor": "2021-12-23T22:00:00Z", "report": "2021-12-28T22:00:00Z", "confirm": "2021-12-28T22:00:00Z",
	} {
		due, ok := d.DueOf(step)
		if !ok || !due.Certain() || !due.Earliest.Equal(when(t, want)) {
			t.Errorf("%s: due %v, want %s", step, due, want)
		}
		if h := due.Earliest.Format("15:04 -07:00"); h != "17:00 -05:00" {
			t.Errorf("%s: shown at %s", step, h)
		}
	}
	if d.Kept() || len(d.Members) != 0 {
		t.Fatal("the example has members or is said to be a kept record")
	}
	before, after := folded(t, d, "2022-04-08T23:00:00Z"), folded(t, d, "2022-04-09T04:00:00Z")
	if before.End != nil {
		t.Error("it is closed before the day of its closing was over")
	}
	if after.End == nil || after.End.Kind != Closed || after.End.Directive != "us-bod-22-01" {
		t.Fatalf("it ended as %+v", after.End)
	}
	if len(after.Cells) != 0 || len(after.Counts) != 0 || len(after.Unacknowledged) != 0 || len(after.Burn) != 0 {
		t.Errorf("it says something about somebody: %+v", after)
	}
	r, err := Report(d, d.Acts, after.At)
	if err != nil || r.GoesOnIn == nil || r.GoesOnIn.Number != "BOD 22-01" || r.Kept {
		t.Errorf("the closing report: %+v, %v", r, err)
	}
}

// Whoever is added to a record of sources is never called overdue: sources that
// say nothing show nothing.
func TestASourceRecordNeverSaysOverdue(t *testing.T) {
	d := example(t, "ed-22-02.yaml")
	f := d.File
	f.Acts = nil
	f.Members = []Member{{ID: "a", Name: "An invented agency"}}
	f.Scope = []Scope{{ID: "agencies", Members: []string{"a"}}}
	made, err := Build("made", f)
	if err != nil {
		t.Fatal(err)
	}
	s := folded(t, made, "2022-03-01T00:00:00Z")
	if s.Counts[NoRecord] != 6 || s.Counts[Overdue] != 0 {
		t.Errorf("%v", s.Counts)
	}
	f.Record = "kept" // the control: a kept record can show it
	if made, err = Build("made", f); err != nil {
		t.Fatal(err)
	}
	if s = folded(t, made, "2022-03-01T00:00:00Z"); s.Counts[Overdue] != 6 {
		t.Errorf("kept: %v", s.Counts)
	}
}
