package main

import (
	"slices"
	"strings"
	"time"
)

// The written form; package calendar reads the same keys.
type table struct {
	Format, Code, Name, Licence string
	Years                       []year
}

type year struct {
	Year         int      `json:"year"`
	Complete     bool     `json:"complete"`
	SettledUntil string   `json:"settled-until,omitempty"`
	Verified     bool     `json:"verified"`
	Sources      []string `json:"sources"`
	Note         string   `json:"note,omitempty"`
	Days         []day    `json:"-"`
}

type day struct {
	Date      string   `json:"date"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	Regions   []string `json:"regions,omitempty"`
	Unsettled bool     `json:"unsettled,omitempty"`
}

const (
	format = "tocsin-holidays/1"
	// own is the licence of tables that were made here from rules: dates of
	// public law are facts.
	own = "dates are facts of public law; the table may be used freely"
	// made is the day on which the rules were written down and compared.
	made = "2026-11-22"
	// first and last are the years of the rule-made tables. horizon is the last
	// one called complete: a year further off can still get a day by decree.
	first, last, horizon = 2021, 2028, 2027
)

// on adds a holiday; the first name given to a date stays in front.
func (y *year) on(t time.Time, name string) {
	date := t.Format(time.DateOnly)
	for i, d := range y.Days {
		if d.Date == date && d.Kind == "holiday" {
			if d.Name != name {
				y.Days[i].Name += "; " + name
			}
			return
		}
	}
	y.Days = append(y.Days, day{Date: date, Kind: "holiday", Name: name})
}

// fix adds a holiday of every year, on the same date.
func (y *year) fix(m time.Month, d int, name string) { y.on(date(y.Year, m, d), name) }

// once adds a holiday of one year only.
func (y *year) once(n int, m time.Month, d int, name string) {
	if y.Year == n {
		y.fix(m, d, name)
	}
}

// easter adds a day counted from Easter Sunday of the western churches.
func (y *year) easter(days int, name string) { y.on(western(y.Year).AddDate(0, 0, days), name) }

// orthodox adds a day counted from Easter Sunday of the eastern churches.
func (y *year) orthodox(days int, name string) { y.on(eastern(y.Year).AddDate(0, 0, days), name) }

// open lists a day of which it is not settled whether it is a public holiday;
// it counts by its weekday, and what rests on it is provisional.
func (y *year) open(t time.Time, name string) {
	if y.has(t) || weekend(t) {
		return
	}
	y.Days = append(y.Days, day{Date: t.Format(time.DateOnly), Kind: "ordinary", Name: name, Unsettled: true})
}

func (y *year) openFix(m time.Month, d int, name string) { y.open(date(y.Year, m, d), name) }

// unsure marks what is listed for a date as unsettled.
func (y *year) unsure(m time.Month, d int) {
	for i := range y.Days {
		if y.Days[i].Date == date(y.Year, m, d).Format(time.DateOnly) {
			y.Days[i].Unsettled = true
		}
	}
}

// work adds a make-up working day.
func (y *year) work(m time.Month, d int, name string) {
	y.Days = append(y.Days, day{Date: date(y.Year, m, d).Format(time.DateOnly), Kind: "work", Name: name})
}

// in adds a day that is a holiday in some regions only.
func (y *year) in(t time.Time, name string, regions ...string) {
	y.Days = append(y.Days, day{Date: t.Format(time.DateOnly), Kind: "regional", Name: name, Regions: regions})
}

func (y *year) fixIn(m time.Month, d int, name string, regions ...string) {
	y.in(date(y.Year, m, d), name, regions...)
}

func (y *year) easterIn(days int, name string, regions ...string) {
	y.in(western(y.Year).AddDate(0, 0, days), name, regions...)
}

// has reports whether a date is a holiday already.
func (y *year) has(t time.Time) bool {
	return slices.ContainsFunc(y.Days, func(d day) bool { return d.Kind == "holiday" && d.Date == t.Format(time.DateOnly) })
}

// listed reports whether anything at all is said of a date.
func (y *year) listed(t time.Time) bool {
	return slices.ContainsFunc(y.Days, func(d day) bool { return d.Date == t.Format(time.DateOnly) })
}

// finish puts the days in order and drops a regional day that the whole
// country has as well.
func (y *year) finish() {
	y.Days = slices.DeleteFunc(y.Days, func(d day) bool {
		t, _ := time.Parse(time.DateOnly, d.Date)
		return d.Kind == "regional" && y.has(t)
	})
	slices.SortStableFunc(y.Days, func(a, b day) int { return strings.Compare(a.Date, b.Date) })
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func weekend(t time.Time) bool {
	return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
}

// nth is the n-th such weekday of a month; n = -1 is the last one.
func nth(n int, w time.Weekday, y int, m time.Month) time.Time {
	if n < 0 {
		return from(w, date(y, m+1, -6))
	}
	return from(w, date(y, m, 1)).AddDate(0, 0, 7*(n-1))
}

// from is the first such weekday on or after t.
func from(w time.Weekday, t time.Time) time.Time {
	return t.AddDate(0, 0, (int(w)-int(t.Weekday())+7)%7)
}
