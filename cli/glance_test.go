package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/rulebook"
)

func pageOf(t *testing.T, name, at string, why bool) string {
	t.Helper()
	data, err := examples.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.For(c, b, plan.Options{At: when})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	(&table{page: newPage(&out, 1000), f: &phrases{c, b, p}, why: why}).print()
	return out.String()
}

// At three in the morning: what to do next, which clock runs out first, and
// what stands in the way, before anything else.
func TestTheNextThingStandsAboveAll(t *testing.T) {
	page := pageOf(t, "log4shell-today-exploited-early.yaml", "2026-10-21T12:00:00Z", false)
	head, _, _ := strings.Cut(page, "Rules that pull apart")
	for _, want := range []string{
		"\nNext   Remedy the defect or vulnerability at once — Meridian Gateway Systems\n",
		"\nClock  in 21 h 10 min — Early warning of an actively exploited vulnerability within 24 hours — Meridian Gateway Systems → CRA single reporting platform\n",
		"\n       ⇄ is forbidden by CN-RMSV-9-7-NO-OVERSEAS: ask counsel before it is sent\n",
		"\nTo do  2 at once, 2 running, 7 without a number\n",
	} {
		if !strings.Contains(head, want) {
			t.Errorf("not above the sections: %q in\n%s", want, head)
		}
	}
	// Where nothing is to be done, and in a record put together from outside
	// sources, nobody is sent anywhere.
	for name, at := range map[string]string{"single-maintainer.yaml": "2026-11-20T12:00:00Z", "log4shell.yaml": "2022-07-15T00:00:00Z"} {
		if page := pageOf(t, name, at, false); strings.Contains(page, "\nNext ") || strings.Contains(page, "\nTo do ") {
			t.Errorf("%s: somebody is told what to do next", name)
		}
	}
}

// About real organisations each computed line says if, also with every reason
// shown: a line may be quoted without those around it.
func TestEachLineAboutRealOrganisationsSaysIf(t *testing.T) {
	for _, why := range []bool{false, true} {
		lines := strings.Split(pageOf(t, "log4shell.yaml", "2022-07-15T00:00:00Z", why), "\n")
		seen := 0
		for i, l := range lines {
			for _, start := range []string{"no record in these sources · outer", "sources disagree", "lifted since", "in force"} {
				if strings.HasPrefix(l, "    "+start) {
					seen++
					if !strings.HasPrefix(lines[i-1], "    if ") {
						t.Errorf("why %v: %q follows %q", why, l, lines[i-1])
					}
				}
			}
		}
		if seen < 8 {
			t.Errorf("control: only %d lines were looked at", seen)
		}
	}
}

// One of several recipients is enough unless the rule asks for all; the page
// does not read as if each had to be told.
func TestOneOfSeveralRecipients(t *testing.T) {
	page := pageOf(t, "log4shell.yaml", "2022-07-15T00:00:00Z", false)
	if !strings.Contains(page, "Alibaba Cloud → one of: Ministry of Industry and Information Technology (MIIT); National Cyber") {
		t.Error("the platforms of Art. 10 read as if each had to be told")
	}
	if !strings.Contains(page, "Alibaba Cloud → Apache Software Foundation") { // control: one recipient needs no such words
		t.Error("a single recipient is not said plainly")
	}
}
