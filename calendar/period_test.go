package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/sosodev/duration"
	"pgregory.net/rapid"
)

func TestParsePeriodReadsWhatLawsWrite(t *testing.T) {
	for text, want := range map[string]Period{
		"PT24H":            {Hours: 24},
		"PT72H":            {Hours: 72},
		"P2D":              {Days: 2},
		"P14D":             {Days: 14},
		"P1M":              {Months: 1},
		"PT1M":             {Minutes: 1},
		"P6M":              {Months: 6},
		"P10Y":             {Years: 10},
		"P2W":              {Weeks: 2},
		"P4BD":             {BusinessDays: 4},
		"PT0S":             {},
		"P0BD":             {},
		"P1Y2M3W4DT5H6M7S": {Years: 1, Months: 2, Weeks: 3, Days: 4, Hours: 5, Minutes: 6, Seconds: 7},
		"P99999D":          {Days: 99999},
		"PT00024H":         {Hours: 24},
		"P1DT12H":          {Days: 1, Hours: 12},
		"P1YT1S":           {Years: 1, Seconds: 1},
		"P1M1D":            {Months: 1, Days: 1},
		"P0Y0M0W0DT0H0M0S": {},
		"P0001Y":           {Years: 1},
		"PT30M":            {Minutes: 30},
		"P45D":             {Days: 45},
		"PT4H":             {Hours: 4},
		"P5BD":             {BusinessDays: 5},
		"P12M":             {Months: 12},
		"P1Y6M":            {Years: 1, Months: 6},
		"P180D":            {Days: 180},
		"PT51H":            {Hours: 51},
		"P3DT0H":           {Days: 3},
		"P1W":              {Weeks: 1},
		"PT3600S":          {Seconds: 3600},
		"P90D":             {Days: 90},
		"P120D":            {Days: 120},
		"P7D":              {Days: 7},
		"PT90M":            {Minutes: 90},
		"P2Y3M":            {Years: 2, Months: 3},
		"P1Y1W":            {Years: 1, Weeks: 1},
		"P30D":             {Days: 30},
	} {
		if got, err := ParsePeriod(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParsePeriodRefusesWithAReason(t *testing.T) {
	for text, reason := range map[string]string{
		"":          "must begin with P",
		"24H":       "must begin with P",
		"p1D":       "must begin with P",
		"P":         "is empty",
		"PT":        "nothing follows the T",
		"P1DT":      "nothing follows the T",
		"P-1D":      "sign",
		"-P1D":      "must begin with P",
		"P+1D":      "sign",
		"P1.5D":     "fraction",
		"PT0,5H":    "fraction",
		"P1":        "no unit",
		"PD":        "whole number",
		"P100000D":  "more than 5 digits",
		"P1D1M":     "misplaced",
		"P1D1D":     "repeated",
		"P1H":       "misplaced",
		"PT1D":      "misplaced",
		"PT1H1H":    "repeated",
		"P1DT1HT1M": "whole number",
		"P4BD1D":    "stand alone",
		"P1M4BD":    "stand alone",
		"P4BDT1H":   "stand alone",
		"P0DT4BD":   "misplaced",
		"P4B":       "unknown",
		"P 1D":      "whole number",
		"P1D ":      "whole number",
		"P٣D":       "whole number",
		"P4BD0D":    "stand alone",
	} {
		_, err := ParsePeriod(text)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: got %v; want an error about %q", text, err, reason)
		}
	}
}

// Trap 10 and trap 14 begin here: a month has no length in hours, and neither
// have business days.
func TestClockLengths(t *testing.T) {
	for _, c := range []struct {
		text            string
		clock, days     time.Duration
		isClock, isDays bool
	}{
		{"PT72H", 72 * time.Hour, 72 * time.Hour, true, true},
		{"PT0S", 0, 0, true, true},
		{"P2D", 0, 48 * time.Hour, false, true},
		{"P1W", 0, 168 * time.Hour, false, true},
		{"P1DT1H", 0, 25 * time.Hour, false, true},
		{"P1M", 0, 0, false, false},
		{"P1Y", 0, 0, false, false},
		{"P4BD", 0, 0, false, false},
		{"P1MT5H", 0, 0, false, false},
	} {
		p, err := ParsePeriod(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := p.Clock(); got != c.clock || ok != c.isClock {
			t.Errorf("%s Clock: %v, %v", c.text, got, ok)
		}
		if got, ok := p.ClockDays(); got != c.days || ok != c.isDays {
			t.Errorf("%s ClockDays: %v, %v", c.text, got, ok)
		}
	}
}

func TestPeriodTextRefusesWhatCannotBeRead(t *testing.T) {
	for _, p := range []Period{{Days: -1}, {BusinessDays: 2, Days: 1}, {Hours: 100000}} {
		if text, err := p.MarshalText(); err == nil {
			t.Errorf("%+v was written as %s", p, text)
		}
	}
	var p Period
	if err := p.UnmarshalText([]byte("P1D2")); err == nil || p != (Period{}) {
		t.Errorf("a bad text left %+v, %v", p, err)
	}
}

var anyPeriod = rapid.Custom(func(t *rapid.T) Period {
	n := func(name string) int {
		return rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 99999)).Draw(t, name)
	}
	if rapid.IntRange(0, 4).Draw(t, "business") == 0 {
		return Period{BusinessDays: n("bd")}
	}
	return Period{n("y"), n("m"), n("w"), n("d"), 0, n("h"), n("min"), n("s")}
})

func TestPeriodTextLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod.Draw(t, "period")
		text, err := p.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Period
		if err := back.UnmarshalText(text); err != nil || back != p {
			t.Fatalf("%+v → %s → %+v, %v", p, text, back, err)
		}
	})
}

// An ISO 8601 reader written by others sees the same fields in everything that
// is not our extension.
func TestPeriodAgreesWithAnotherReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod.Draw(t, "period")
		if p.BusinessDays != 0 {
			return
		}
		o, err := duration.Parse(p.String())
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		got := Period{int(o.Years), int(o.Months), int(o.Weeks), int(o.Days), 0, int(o.Hours), int(o.Minutes), int(o.Seconds)}
		if got != p {
			t.Fatalf("%s: the other reader sees %+v", p, got)
		}
	})
	// The control: it does not know business days, so a period of them must fail.
	if _, err := duration.Parse("P4BD"); err == nil {
		t.Error("the other reader is expected to refuse P4BD")
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"P1M", "PT72H", "P4BD", "PT0S", "P", "P1Y2M3W4DT5H6M7S", "P1DT", "P0BD", "P1.5D"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePeriod(s)
		if err != nil {
			if p != (Period{}) {
				t.Fatalf("%q: an error beside %+v", s, p)
			}
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		if back, err := ParsePeriod(p.String()); err != nil || back != p {
			t.Fatalf("%q → %+v → %q → %+v, %v", s, p, p, back, err)
		}
	})
}
