package calendar

import (
	"fmt"
	"slices"
	"strings"
)

// DayKind is what a table says of one date.
type DayKind int

// The kinds of day.
const (
	Working    DayKind = iota // Monday to Friday, and nothing said against it
	Weekend                   // Saturday or Sunday, and nothing said against it
	Holiday                   // a public holiday or a statutory day off
	MakeUpWork                // a weekend day that the State has made a working day
)

// String names the kind.
func (k DayKind) String() string {
	switch k {
	case Working:
		return "working"
	case Weekend:
		return "weekend"
	case Holiday:
		return "holiday"
	case MakeUpWork:
		return "make-up work"
	}
	return fmt.Sprintf("DayKind(%d)", int(k))
}

// RestDays says which days count as rest when a last day may not rest.
type RestDays int

// The two readings of 法定休假日 in Art. 203 of the Civil Code (PRC).
const (
	// WeekendAndHoliday is the older court practice: weekly rest days and public
	// holidays, judged by the day actually off.
	WeekendAndHoliday RestDays = iota
	// HolidayOnly counts statutory holidays alone; a plain weekend does not rest.
	HolidayOnly
)

// Table is the holidays of one legal order. It is immutable and may be shared.
type Table struct {
	code, name string
	years      map[int]tableYear
	days       map[Date]tableDay
	regional   map[Date][]string
	unsettled  map[Date]string
	regions    []string
}

type tableYear struct {
	complete, verified bool
	settledUntil       Date // zero: the whole year
	sources            []string
	note               string
}

type tableDay struct {
	kind DayKind
	name string
}

// Holidays returns the table of a country by ISO 3166-1 alpha-2 code ("CN",
// "US", the 27 Member States; "EL" is Greece too) or of the institutions of the
// European Union ("EU"). A code without a table is an error: use NoHolidays
// for it, and the results will say that they are provisional.
func Holidays(code string) (*Table, error) {
	load, ok := tables()[canonical(code)]
	if !ok {
		return nil, fmt.Errorf("holidays of %q: there is no table; known are %s", code, strings.Join(Codes(), ", "))
	}
	return load()
}

// canonical maps the Commission's own code for Greece to the ISO one.
func canonical(code string) string {
	if code == "EL" {
		return "GR"
	}
	return code
}

// NoHolidays returns a table that knows weekends only and is never complete,
// for places that have no table: what is reckoned with it is provisional.
func NoHolidays(code string) *Table { return &Table{code: code, name: code} }

// Code is the code that the table was asked for by: "DE", "EU".
func (t *Table) Code() string { return t.code }

// Title is the English name of the country or body.
func (t *Table) Title() string { return t.name }

// Codes lists the table's own code and the ISO 3166-2 codes of the regions for
// which it marks days.
func (t *Table) Codes() []string { return append([]string{t.code}, t.regions...) }

// Kind says what a date is. Dates outside the table are judged by weekday.
func (t *Table) Kind(d Date) DayKind {
	if day, ok := t.days[d]; ok {
		return day.kind
	}
	if weekend(d) {
		return Weekend
	}
	return Working
}

// Working reports whether d is Monday to Friday and no public holiday, or a
// make-up working day. Regional holidays are working days here: see Regional.
func (t *Table) Working(d Date) bool {
	k := t.Kind(d)
	return k == Working || k == MakeUpWork
}

// Rest reports whether d is a rest day; make-up days never rest.
func (t *Table) Rest(d Date, r RestDays) bool {
	switch t.Kind(d) {
	case Holiday:
		return true
	case Weekend:
		return r == WeekendAndHoliday
	}
	return false
}

// Complete reports whether the table holds every day off of the year.
func (t *Table) Complete(year int) bool { return t.years[year].complete }

// Settled reports whether the kind of d can be relied on: its year is
// complete, the table has no doubt about the day itself, and d does not lie in
// the last days of a year which the notice for the next one, not yet out, may
// still change (the notice for 2023 gave China the 31st of December 2022).
func (t *Table) Settled(d Date) bool {
	y := t.years[d.Year]
	return y.complete && t.Doubt(d) == "" && (y.settledUntil.IsZero() || !d.After(y.settledUntil))
}

// Doubt names the day when the table is not sure of its kind: a bridging day of
// public offices, an eve that national time limits pass over. The table then
// says what keeps a due date early, mostly that the day is worked.
func (t *Table) Doubt(d Date) string { return t.unsettled[d] }

// Verified reports whether the year was taken from a source text rather than
// derived from the national act.
func (t *Table) Verified(year int) bool { return t.years[year].verified }

// Name is the name of the holiday, or of the holiday that d makes up for; empty
// for ordinary days.
func (t *Table) Name(d Date) string { return t.days[d].name }

// Regional lists the ISO 3166-2 codes of regions where d is a holiday although
// it is none in the country as a whole.
func (t *Table) Regional(d Date) []string { return slices.Clone(t.regional[d]) }

// Sources lists the acts and notices from which the year was made.
func (t *Table) Sources(year int) []string { return slices.Clone(t.years[year].sources) }

// Note is what the makers of the table say about the year, empty if nothing.
func (t *Table) Note(year int) string { return t.years[year].note }
