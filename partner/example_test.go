package partner_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/partner"
)

func worked(t *testing.T, name string) *casefile.Case {
	t.Helper()
	data, err := fs.ReadFile(examples.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The worked partnership file: every act in it can stand when it was done, and
// the file tells the story that its comments tell.
func TestTheWorkedPartnership(t *testing.T) {
	c := worked(t, "partnership.yaml")
	terms := terms()
	checked := 0
	for i := range c.Events {
		e := c.Events[i]
		if !slices.Contains(partner.Acts(), e.Kind) {
			continue
		}
		before := c.File
		before.Events = slices.Clone(c.Events[:i])
		b, err := casefile.Build("before", before)
		if err != nil {
			t.Fatal(err)
		}
		s, err := partner.Fold(b, "office", "nordhain", c.Span(&e).Latest)
		if err != nil {
			t.Fatal(err)
		}
		if err := partner.CheckAct(s, terms, e); err != nil {
			t.Errorf("%s: %v", e.ID, err)
		}
		checked++
	}
	if checked < 15 {
		t.Errorf("only %d acts", checked)
	}
	s, err := partner.Fold(c, "office", "nordhain", time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || s.Standing != partner.Active || len(s.Ignored) > 0 || len(s.Past) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	var line []string
	for _, i := range s.History {
		line = append(line, string(i.Standing)+" "+i.From.Earliest.Format(time.DateOnly))
	}
	if got := strings.Join(line, ", "); got != "invited 2019-12-16, active 2020-01-20, suspended 2021-12-22, active 2022-06-10" {
		t.Errorf("standing over time: %s", got)
	}
	for _, task := range s.Tasks {
		if task.State != "accepted" {
			t.Errorf("%s is %s", task.Name, task.State)
		}
	}
	if s.Hearings[0].For != "suspended" || s.Marks[0].Contested == nil || s.Calls[0].Answers[0].Timely != "yes" || len(s.Statements) != 1 {
		t.Errorf("%+v", s)
	}
}

// No file makes reading it fail otherwise than with a sentence.
func TestEveryExampleIsRead(t *testing.T) {
	names, err := fs.Glob(examples.Files, "*.yaml")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		c := worked(t, name)
		for _, a := range c.Parties {
			for _, m := range c.Parties {
				s, err := partner.Fold(c, a.ID, m.ID, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
				if err != nil && a.ID != m.ID {
					t.Errorf("%s: %s and %s: %v", name, a.ID, m.ID, err)
				}
				if g := gaps(s.History); len(g) > 0 {
					t.Errorf("%s: %v", name, g)
				}
			}
		}
	}
}
