package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var memberStates = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
	"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}

func TestThereIsATableForEachLegalOrder(t *testing.T) {
	want := append([]string{"CN", "EU", "US"}, memberStates...)
	slices.Sort(want)
	if diff := cmp.Diff(want, Codes()); diff != "" {
		t.Error(diff)
	}
	for _, code := range Codes() {
		table := mustTable(t, code)
		first := 2021
		if code == "CN" {
			first = 2020
		}
		for year := first; year <= 2028; year++ {
			if code == "CN" && year == 2028 {
				continue
			}
			if len(table.Sources(year)) == 0 {
				t.Errorf("%s %d has no source", code, year)
			}
			if (code == "CN" && year < 2027) != table.Verified(year) {
				t.Errorf("%s %d: verified %v", code, year, table.Verified(year))
			}
			if table.Complete(year) && year == 2028 {
				t.Errorf("%s claims to know all of 2028", code)
			}
		}
		if table.Title() == "" || table.Code() != code {
			t.Errorf("%s: code %q, title %q", code, table.Code(), table.Title())
		}
	}
	for _, year := range []int{2021, 2026, 2027} {
		if mustTable(t, "EU").Complete(year) {
			t.Errorf("the decision on %d for the institutions was not read", year)
		}
	}
}

func TestGreeceHasTwoCodes(t *testing.T) {
	if mustTable(t, "EL") != mustTable(t, "GR") {
		t.Error("EL and GR are two tables")
	}
}

// Hong Kong and Macao are other legal orders; there is no table to mix them
// into, and asking is an error rather than an empty table.
func TestUnknownCodesAreErrors(t *testing.T) {
	for _, bad := range []string{"", "HK", "MO", "TW", "GB", "cn", "EU-INST", "../CN", "XX"} {
		if table, err := Holidays(bad); err == nil || table != nil {
			t.Errorf("%q has a table", bad)
		} else if !strings.Contains(err.Error(), "SE") {
			t.Errorf("%q: the error does not list the known codes: %v", bad, err)
		}
	}
}

func TestKindsOfDay(t *testing.T) {
	for _, c := range []struct {
		code, date                 string
		kind                       DayKind
		works, rests, holidayRests bool
		name                       string
	}{
		{"CN", "2021-11-24", Working, true, false, false, ""},
		{"CN", "2021-11-27", Weekend, false, true, false, ""},
		{"CN", "2022-01-01", Holiday, false, true, true, "元旦"},
		{"CN", "2022-01-03", Holiday, false, true, true, "元旦"},
		{"CN", "2022-12-31", Holiday, false, true, true, "元旦"},
		{"CN", "2026-02-14", MakeUpWork, true, false, false, "春节"},
		{"CN", "2026-01-04", MakeUpWork, true, false, false, "元旦"},
		{"CN", "2020-01-31", Holiday, false, true, true, "春节"}, // lengthened in January 2020
		{"DE", "2026-12-25", Holiday, false, true, true, "Christmas Day"},
		{"DE", "2026-11-18", Working, true, false, false, ""}, // Repentance Day is Saxony's
		{"US", "2026-11-26", Holiday, false, true, true, "Thanksgiving Day"},
		{"FI", "2026-12-24", Working, true, false, false, ""},
		{"DE", "2035-01-01", Working, true, false, false, ""}, // beyond the table: by weekday
		{"DE", "2035-01-06", Weekend, false, true, false, ""},
	} {
		table := mustTable(t, c.code)
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Kind(d); got != c.kind {
			t.Errorf("%s %s: %s, want %s", c.code, d, got, c.kind)
		}
		if table.Working(d) != c.works || table.Rest(d, WeekendAndHoliday) != c.rests || table.Rest(d, HolidayOnly) != c.holidayRests {
			t.Errorf("%s %s: works %v, rests %v, %v", c.code, d, table.Working(d), table.Rest(d, WeekendAndHoliday), table.Rest(d, HolidayOnly))
		}
		if got := table.Name(d); got != c.name {
			t.Errorf("%s %s: name %q, want %q", c.code, d, got, c.name)
		}
	}
}

func TestSettledDays(t *testing.T) {
	for _, c := range []struct {
		code, date string
		want       bool
	}{
		{"CN", "2026-11-23", true},
		{"CN", "2026-12-25", true},
		{"CN", "2026-12-26", false}, // the notice for 2027 may speak of it
		{"CN", "2025-12-31", true},
		{"CN", "2027-03-10", false},
		{"CN", "2019-12-31", false},
		{"DE", "2026-12-28", true},
		{"DE", "2028-03-01", false},
		{"FI", "2026-12-24", false}, // Christmas Eve
		{"FI", "2026-12-23", true},
		{"EU", "2026-03-03", false},
		{"US", "2025-01-09", false}, // closed by executive order
	} {
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustTable(t, c.code).Settled(d); got != c.want {
			t.Errorf("%s %s: settled %v", c.code, d, got)
		}
	}
	if note := mustTable(t, "CN").Note(2027); !strings.Contains(note, "provisional") {
		t.Errorf("the note on China in 2027 says %q", note)
	}
	if got := mustTable(t, "FI").Doubt(Date{2026, 12, 24}); got != "Christmas Eve" {
		t.Errorf("doubt %q", got)
	}
}

// Trap 13: days of a region are told, but do not move a date.
func TestRegionalDaysAreToldApart(t *testing.T) {
	table, d := mustTable(t, "DE"), Date{2026, time.November, 18}
	if got := table.Regional(d); !slices.Equal(got, []string{"DE-SN"}) || !table.Working(d) {
		t.Errorf("Repentance Day: %v, working %v", got, table.Working(d))
	}
	table.Regional(d)[0] = "x"
	if got := table.Regional(d); got[0] != "DE-SN" {
		t.Error("Regional gave away its own list")
	}
	codes := table.Codes()
	if codes[0] != "DE" || !slices.Contains(codes, "DE-TH") || len(codes) != 17 {
		t.Errorf("codes %v", codes)
	}
	if got := mustTable(t, "FR").Regional(Date{2026, 4, 3}); !slices.Contains(got, "FR-67") {
		t.Errorf("Good Friday in Alsace: %v", got)
	}
}

func TestNoHolidaysKnowsWeekendsOnly(t *testing.T) {
	table := NoHolidays("SG")
	if table.Code() != "SG" || table.Complete(2026) || table.Settled(Date{2026, 1, 5}) {
		t.Error("an empty table claims something")
	}
	if table.Working(Date{2026, 1, 3}) || !table.Working(Date{2026, 1, 1}) {
		t.Error("weekends rest and nothing else does")
	}
}

func TestHolidayDigestIsStableAndWhole(t *testing.T) {
	a := HolidayDigest()
	if a != HolidayDigest() || !strings.HasPrefix(a, "sha256:") || len(a) != len("sha256:")+64 {
		t.Errorf("digest %q", a)
	}
	if n := len(holidayFileNames()); n != 30 {
		t.Errorf("%d files in the digest", n)
	}
}

// China's table says what the notices say for November 2021 to January 2022,
// the weeks of the worked example.
func TestChinaAtTheTurnOf2021(t *testing.T) {
	table := mustTable(t, "CN")
	var special []string
	for d := (Date{2021, 11, 1}); d.Before(Date{2022, 2, 8}); d = d.AddDays(1) {
		if k := table.Kind(d); k == Holiday || k == MakeUpWork {
			special = append(special, d.String()+" "+k.String())
		}
	}
	want := []string{"2022-01-01 holiday", "2022-01-02 holiday", "2022-01-03 holiday",
		"2022-01-29 make-up work", "2022-01-30 make-up work", "2022-01-31 holiday", "2022-02-01 holiday",
		"2022-02-02 holiday", "2022-02-03 holiday", "2022-02-04 holiday", "2022-02-05 holiday", "2022-02-06 holiday"}
	if diff := cmp.Diff(want, special); diff != "" {
		t.Error(diff)
	}
}

func TestParseTableRefuses(t *testing.T) {
	table := func(year string) string {
		return `{"format":"tocsin-holidays/1","code":"XX","name":"X","licence":"","years":[` + year + `]}`
	}
	day := func(day string) string {
		return table(`{"year":2026,"complete":true,"verified":false,"sources":["act"],"days":[` + day + `]}`)
	}
	good := day(`{"date":"2026-01-01","kind":"holiday","name":"n"},{"date":"2026-01-03","kind":"work","name":"n"},{"date":"2026-01-05","kind":"regional","name":"n","regions":["XX-1"]},{"date":"2026-01-06","kind":"ordinary","name":"n","unsettled":true}`)
	if _, err := parseTable([]byte(good)); err != nil {
		t.Fatalf("the control was refused: %v", err)
	}
	for _, c := range []struct{ data, want string }{
		{``, "EOF"},
		{good + `{}`, "more follows"},
		{strings.Replace(good, "holidays/1", "holidays/2", 1), "format is"},
		{strings.Replace(good, `"XX"`, `""`, 1), "code and name"},
		{strings.Replace(good, `"licence"`, `"license"`, 1), "unknown field"},
		{day(`{"date":"2026-02-30","kind":"holiday","name":"n"}`), "real date"},
		{day(`{"date":"2027-01-01","kind":"holiday","name":"n"}`), "another year"},
		{day(`{"date":"2026-01-01","kind":"holiday","name":""}`), "no name"},
		{day(`{"date":"2026-01-01","kind":"feast","name":"n"}`), "is none of"},
		{day(`{"date":"2026-01-01","kind":"work","name":"n"}`), "only a Saturday"},
		{day(`{"date":"2026-01-01","kind":"holiday","name":"n"},{"date":"2026-01-01","kind":"holiday","name":"m"}`), "given twice"},
		{day(`{"date":"2026-01-01","kind":"regional","name":"n"}`), "regions belong"},
		{day(`{"date":"2026-01-01","kind":"holiday","name":"n","regions":["XX-1"]}`), "regions belong"},
		{day(`{"date":"2026-01-01","kind":"regional","name":"n","regions":["XX-1"],"unsettled":true}`), "cannot be unsettled"},
		{day(`{"date":"2026-01-01","kind":"ordinary","name":"n"}`), "only when it is unsettled"},
		{table(`{"year":2026,"complete":true,"verified":false,"sources":[],"days":[]}`), "no source"},
		{table(`{"year":2026,"settled-until":"2027-01-01","complete":true,"verified":false,"sources":["a"],"days":[]}`), "settled-until"},
		{table(`{"year":2026,"complete":true,"verified":false,"sources":["a"],"days":[]},{"year":2026,"complete":true,"verified":false,"sources":["a"],"days":[]}`), "given twice"},
	} {
		if _, err := parseTable([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want an error with %q", c.data, err, c.want)
		}
	}
}
