package calendar

import (
	"fmt"
	"time"
)

// Date is a civil date of the proleptic Gregorian calendar. It has no zone:
// it becomes a span of instants only beside a *time.Location.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the civil date that clocks in loc show at t.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD. Dates that no calendar holds (2026-02-30) are
// errors, never silently moved.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) {
		return Date{}, fmt.Errorf("date %q: want a real date written YYYY-MM-DD", s)
	}
	y, m, d := t.Date()
	return Date{y, m, d}, nil
}

// utc is the date's midnight on the UTC axis, where every day has 24 hours.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays moves by n calendar days; n may be negative.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n), time.UTC) }

// AddMonths moves by n months. A date that the month does not have becomes the
// last day of that month (Reg. 1182/71 Art. 3(2)(c); Civil Code of the PRC
// Art. 202), so 31 January and one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Compare is negative when d is earlier than o, zero when equal, else positive.
func (d Date) Compare(o Date) int { return d.utc().Compare(o.utc()) }

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// IsZero reports whether d is the zero value, which is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String writes YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Start returns the first instant of the day in loc. Where clocks are put
// forward over midnight that is the instant of the change; where a zone left
// the whole day out (Apia, 2011-12-30) it is the start of the next day.
func (d Date) Start(loc *time.Location) time.Time {
	for day := d; ; day = day.AddDays(1) {
		if first, _, ok := wall(day.utc(), day.AddDays(1).utc(), loc); ok {
			return first
		}
	}
}

// End returns the exclusive end of the day in loc: the start of the next one,
// which people write as 24:00.
func (d Date) End(loc *time.Location) time.Time { return d.AddDays(1).Start(loc) }
