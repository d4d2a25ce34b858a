package escalation_test

import (
	"reflect"
	"testing"
	"time"

	"tocsin/escalation"
)

func TestLinesAreTheDutiesThatAreNotDoneByDue(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.project(h)
	lines := w.lines(h)
	if len(lines) == 0 {
		t.Fatal("a maker who knows of an attack owes something")
	}
	for i, l := range lines {
		if i > 0 && lines[i-1].Sorts() > l.Sorts() {
			t.Errorf("line %d is due before line %d", i, i-1)
		}
		switch l.State {
		case "running", "open", "missed":
		default:
			t.Errorf("%s has state %s", l.Duty, l.State)
		}
		for _, lang := range escalation.Languages {
			if l.Titles[lang] == "" {
				t.Errorf("%s has no title in %s", l.Duty, lang)
			}
		}
		if l.Name == "" || l.Pack == "" || l.Citation == "" || l.Handle != h {
			t.Errorf("%s: name %q, pack %q, citation %q, handle %q", l.Duty, l.Name, l.Pack, l.Citation, l.Handle)
		}
	}
	early, full := find(t, lines, "early-warning"), find(t, lines, "notification")
	if early.State != "missed" || !early.PastDue || early.Due == nil || !early.Due.Equal(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("the early warning is %s, due %v, past due %t", early.State, early.Due, early.PastDue)
	}
	if full.State != "running" || full.PastDue {
		t.Errorf("the notification is %s, past due %t", full.State, full.PastDue)
	}
	if full.Past(*full.Due) || !full.Past(full.Due.Add(time.Second)) {
		t.Error("an instant may still be used, the second after it not")
	}
}

// find gives the first line of a stage.
func find(t *testing.T, lines []escalation.Line, stage string) escalation.Line {
	t.Helper()
	for _, l := range lines {
		if l.Stage == stage && l.Obliged == "maker" {
			return l
		}
	}
	var have []string
	for _, l := range lines {
		have = append(have, l.Duty)
	}
	t.Fatalf("no line of stage %s among %v", stage, have)
	return escalation.Line{}
}

func TestWhatIsDoneIsNoLineAndWhatIsNotKeptHereNeither(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.project(h)
	before := find(t, w.lines(h), "notification")
	w.add(h, "notified by=maker to="+before.To[0]+" of=lib rule="+before.Rule+" stage=notification at=2026-11-22T05:00:00Z")
	w.project(h)
	for _, l := range w.lines(h) {
		if l.Duty == before.Duty {
			t.Errorf("%s is done and still a line", l.Duty)
		}
	}
	if v := w.row(h).Version; v != w.recorded()[h] {
		t.Errorf("the lines are of version %d, the case of %d", v, w.recorded()[h])
	}
	text := flawed("TOC-2")
	other := w.keep(replace(text, "record: kept", "record: sources"))
	w.project(other)
	if lines := w.lines(other); len(lines) != 0 {
		t.Errorf("a case that is not kept here has %d lines", len(lines))
	}
	if c := w.row(other); len(c.Words) == 0 || c.Version == 0 {
		t.Error("a case that is not kept here is still listed and found")
	}
}

func TestTheSameVersionGivesTheSameBytes(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.keep(flawed("TOC-2"))
	if err := w.w.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	cases, lines := w.store.Projected()
	w.restart()
	if err := w.w.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, linesAgain := w.store.Projected()
	if len(cases) != 2 || !reflect.DeepEqual(cases, again) || !reflect.DeepEqual(lines, linesAgain) {
		t.Error("a rebuild gave other bytes")
	}
	w.add(h, "published by=maker of=lib at=2026-11-22T06:00:00Z detail=advisory") // the control: another version is other bytes
	w.project(h)
	if changed, _ := w.store.Projected(); reflect.DeepEqual(cases, changed) {
		t.Error("an event changed nothing of what is projected")
	}
}

func TestACaseThatIsNotThereIsNotProjected(t *testing.T) {
	w := newWorld(t)
	if err := w.w.Project(t.Context(), "nothing"); err == nil {
		t.Error("a case that is not there was projected")
	}
}

func TestABriefTellsWhatTheTableAsks(t *testing.T) {
	w := newWorld(t)
	h := w.keep(replace(flawed("TOC-1"), "record: kept", "record: kept\ntlp: GREEN"))
	w.project(h)
	c := w.row(h)
	b, err := c.Brief(escalation.LineSealer(lookup))
	if err != nil {
		t.Fatal(err)
	}
	if c.Open != 1 || b.Case != "TOC-1" || b.Title != "A flaw in libexample" || b.TLP != "GREEN" || b.Lines != len(w.lines(h)) || b.Next == nil {
		t.Errorf("open %d, brief %+v", c.Open, b)
	}
	if b.Matter.TLP != "GREEN" || b.Matter.Blind {
		t.Errorf("matter %+v", b.Matter)
	}
	other := c
	other.Handle = "another"
	if _, err := other.Brief(escalation.LineSealer(lookup)); err == nil {
		t.Error("what was sealed for one case opens for another")
	}
}
