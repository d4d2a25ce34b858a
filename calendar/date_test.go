package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDateTakesRealDatesOnly(t *testing.T) {
	if d, err := ParseDate("2028-02-29"); err != nil || d != (Date{2028, 2, 29}) {
		t.Errorf("got %v, %v", d, err)
	}
	for _, bad := range []string{"", "2026-02-30", "2027-02-29", "2026-2-3", "2026-02-03T00:00", "26-02-03", "2026/02/03", "２０２６-02-03", "2026-00-01", "2026-13-01"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
}

func TestAddMonthsEndsOnTheLastDay(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2027-01-31", 1, "2027-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2026-12-31", 2, "2027-02-28"},
		{"2026-03-31", 1, "2026-04-30"},
		{"2026-03-15", 12, "2027-03-15"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-31", -2, "2025-11-30"},
		{"2026-05-05", 0, "2026-05-05"},
	} {
		d, err := ParseDate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

var anyDate = rapid.Custom(func(t *rapid.T) Date {
	return Date{2000, 1, 1}.AddDays(rapid.IntRange(0, 40*366).Draw(t, "day"))
})

func TestDateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate.Draw(t, "date"), rapid.IntRange(-5000, 5000).Draw(t, "n")
		if d.AddDays(n).AddDays(-n) != d {
			t.Fatalf("%s: %d days there and back is not the same day", d, n)
		}
		if back, err := ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s reads back as %s, %v", d, back, err)
		}
		later := d.AddDays(n)
		if (n > 0) != later.After(d) || (n < 0) != later.Before(d) || (n == 0) != (later.Compare(d) == 0) {
			t.Fatalf("%s and %s compare wrongly", d, later)
		}
		if d.AddDays(7).Weekday() != d.Weekday() {
			t.Fatal("a week on is another weekday")
		}
		// Months are monotone too, although the last of January and the 28th meet.
		m := rapid.IntRange(0, 400).Draw(t, "months")
		if d.AddDays(1).AddMonths(m).Before(d.AddMonths(m)) {
			t.Fatalf("%s: %d months on, the next day is earlier", d, m)
		}
	})
}

// A day begins where its first instant is, in zones that skip or repeat
// midnight as well.
func TestStartOfDayOverChangesOfClock(t *testing.T) {
	for _, c := range []struct{ zone, date, start, why string }{
		{"UTC", "2026-11-22", "2026-11-22T00:00:00Z", "plain"},
		{"Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", "the change comes later that night"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "00:00 was skipped"},
		{"Asia/Beirut", "2021-03-28", "2021-03-28T01:00:00+03:00", "00:00 was skipped"},
		{"America/Havana", "2021-11-07", "2021-11-07T00:00:00-04:00", "the hour from 00:00 came twice; the first counts"},
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T00:00:00-03:00", "23:00 of the 17th came twice before"},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "the day did not exist"},
		{"Europe/Berlin", "2028-12-31", "2028-12-31T00:00:00+01:00", "the standard library's bounds are wrong on this day"},
		{"America/Havana", "2041-01-01", "2041-01-01T00:00:00-05:00", "and after it"},
		{"Australia/Lord_Howe", "2040-12-31", "2040-12-31T00:00:00+11:00", "and in a zone in summer time"},
		{"Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00:00+10:30", "half-hour change at 02:00"},
	} {
		d, err := ParseDate(c.date)
		if err != nil {
			t.Fatal(err)
		}
		loc := mustZone(t, c.zone)
		if got := d.Start(loc).Format(time.RFC3339); got != c.start {
			t.Errorf("%s in %s (%s): %s, want %s", c.date, c.zone, c.why, got, c.start)
		}
		if !d.AddDays(-1).End(loc).Equal(d.Start(loc)) {
			t.Errorf("%s in %s: the day before does not end where this one starts", c.date, c.zone)
		}
	}
}

func TestStartOfDayIsItsFirstInstant(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Havana", "America/Sao_Paulo", "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Shanghai", "America/New_York"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := anyDate.Draw(t, "date")
		start := d.Start(loc)
		if DateOf(start, loc) != d {
			t.Fatalf("%s in %s: clocks show %s at its start", d, loc, DateOf(start, loc))
		}
		if before := DateOf(start.Add(-time.Second), loc); before == d {
			t.Fatalf("%s in %s: a second before its start it is already that day", d, loc)
		}
		if !DateOf(d.End(loc), loc).After(d) {
			t.Fatalf("%s in %s: its end lies within it", d, loc)
		}
	})
}
