package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const tables = "../../holidays"

// The tables in the program are those that the rules make.
func TestFilesAndRulesAgree(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(tables, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
			t.Errorf("%s differs from what the rules make; run the generator (-rules +file):\n%s", name, diff)
		}
	}
	found, err := filepath.Glob(filepath.Join(tables, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(files) {
		t.Errorf("%d files, %d made by the rules", len(found), len(files))
	}
}

// The control: a table with one day struck out is noticed.
func TestFilesAndRulesWouldDisagree(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(tables, "DE.json"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(files["DE.json"], bytes.Replace(got, []byte("2026-10-03"), []byte("2026-10-04"), 1)) {
		t.Error("a moved day went unnoticed")
	}
}

func TestWriteMakesTheSameBytesTwice(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, folder := range []string{a, b} {
		files, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		if err := write(folder, files); err != nil {
			t.Fatal(err)
		}
	}
	one, err := os.ReadFile(filepath.Join(a, "CN.json"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(filepath.Join(b, "CN.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(one) == 0 || !bytes.Equal(one, two) {
		t.Error("two runs differ")
	}
	if err := write(filepath.Join(a, "missing"), map[string][]byte{"x": nil}); err == nil {
		t.Error("writing into a missing folder went well")
	}
}

func TestEasterByBothRules(t *testing.T) {
	// From printed almanacs.
	for y, want := range map[int][2]string{
		2021: {"2021-04-04", "2021-05-02"},
		2022: {"2022-04-17", "2022-04-24"},
		2023: {"2023-04-09", "2023-04-16"},
		2024: {"2024-03-31", "2024-05-05"},
		2025: {"2025-04-20", "2025-04-20"},
		2026: {"2026-04-05", "2026-04-12"},
		2027: {"2027-03-28", "2027-05-02"},
		2028: {"2028-04-16", "2028-04-16"},
		// The extremes of the Gregorian rule.
		2038: {"2038-04-25", "2038-04-25"},
		1818: {"1818-03-22", ""},
	} {
		if got := western(y).Format(time.DateOnly); got != want[0] {
			t.Errorf("western %d: %s, want %s", y, got, want[0])
		}
		if got := eastern(y).Format(time.DateOnly); want[1] != "" && got != want[1] {
			t.Errorf("eastern %d: %s, want %s", y, got, want[1])
		}
	}
	for y := 1950; y < 2099; y++ {
		if western(y).Weekday() != time.Sunday || eastern(y).Weekday() != time.Sunday {
			t.Errorf("%d: Easter is no Sunday", y)
		}
	}
}

func TestNthWeekday(t *testing.T) {
	for _, c := range []struct {
		n    int
		w    time.Weekday
		y    int
		m    time.Month
		want string
	}{
		{4, time.Thursday, 2026, 11, "2026-11-26"},
		{1, time.Monday, 2026, 6, "2026-06-01"},
		{-1, time.Monday, 2026, 5, "2026-05-25"},
		{-1, time.Monday, 2027, 10, "2027-10-25"},
		{-1, time.Monday, 2028, 10, "2028-10-30"},
		{-1, time.Sunday, 2027, 2, "2027-02-28"},
		{-1, time.Thursday, 2026, 12, "2026-12-31"},
	} {
		if got := nth(c.n, c.w, c.y, c.m).Format(time.DateOnly); got != c.want {
			t.Errorf("%d. %s of %d-%02d: %s, want %s", c.n, c.w, c.y, c.m, got, c.want)
		}
	}
}

// The one-off and moved days, each by name, so that a rule cannot lose them.
func TestDaysThatRulesForget(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, date, kind string // kind "" is a plain day that is not listed
	}{
		{"NL.json", "2025-04-26", "holiday"}, // King's Day, as the 27th is a Sunday
		{"NL.json", "2025-04-27", ""},
		{"IE.json", "2022-02-07", ""},
		{"IE.json", "2022-03-18", "holiday"},
		{"IE.json", "2023-02-06", "holiday"},
		{"IE.json", "2026-02-02", "holiday"},
		{"DK.json", "2023-05-05", "holiday"}, // the last Great Prayer Day
		{"DK.json", "2024-04-26", ""},
		{"PL.json", "2024-12-24", ""},
		{"PL.json", "2025-12-24", "holiday"},
		{"SK.json", "2024-11-17", "holiday"},
		{"SK.json", "2025-11-17", "ordinary"},
		{"SK.json", "2026-05-08", "ordinary"},
		{"SK.json", "2027-05-08", "holiday"},
		{"BG.json", "2022-12-27", "holiday"},
		{"BG.json", "2022-12-28", "holiday"},
		{"BG.json", "2021-05-04", "holiday"},
		{"RO.json", "2023-01-06", ""},
		{"RO.json", "2024-01-06", "holiday"},
		{"LV.json", "2024-05-06", "holiday"}, // 4 May on a Saturday
		{"LU.json", "2026-05-09", "holiday"},
		{"SI.json", "2023-08-14", "holiday"},
		{"IT.json", "2025-10-04", ""},
		{"IT.json", "2027-10-04", "holiday"},
		{"US.json", "2021-12-31", "holiday"}, // New Year 2022 is a Saturday
		{"US.json", "2021-06-18", "holiday"}, // the first Juneteenth, observed
		{"US.json", "2022-06-20", "holiday"},
		{"US.json", "2027-12-31", "holiday"},
		{"US.json", "2026-07-03", "holiday"},
		{"US.json", "2025-01-09", "ordinary"},
		{"CN.json", "2022-12-31", "holiday"}, // named by the notice for 2023
		{"CN.json", "2026-02-14", "work"},
		{"CN.json", "2020-02-03", ""}, // a Monday on which work resumed
		{"CY.json", "2026-04-14", "ordinary"},
		{"GR.json", "2024-05-01", ""},
		{"GR.json", "2024-05-07", "holiday"},
		{"HU.json", "2026-12-12", "work"},
		{"EU-INST.json", "2026-05-15", "holiday"},
		{"EU-INST.json", "2027-03-25", "holiday"},
	} {
		line := ""
		for _, l := range strings.Split(string(files[c.file]), "\n") {
			if strings.Contains(l, `"date":"`+c.date+`"`) {
				line = l
			}
		}
		if c.kind == "" && line != "" || c.kind != "" && !strings.Contains(line, `"kind":"`+c.kind+`"`) {
			t.Errorf("%s %s: want kind %q, have %s", c.file, c.date, c.kind, strings.TrimSpace(line))
		}
	}
}

func TestChinaTextRefusesNonsense(t *testing.T) {
	kept := chinaText
	defer func() { chinaText = kept }()
	for _, bad := range []string{
		"off 2026-01-01 元旦",                // below no year
		"year 2026\noff 2026-01-01",        // no name
		"year 2026\noff 2026-13-01 元旦",     // no such month
		"year 2026\noff 2026-01-01..x 元旦",  // no such end
		"year 2026\noff 2025-12-31 元旦",     // a year without a notice
		"year x",                           // no number
		"year 2026\nholiday 2026-01-01 元旦", // no such word
	} {
		chinaText = bad
		if _, err := chinaTable(); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
