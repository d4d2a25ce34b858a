package main

import "time"

// The Member States, north.

var denmark = state{code: "DK", name: "Denmark", cal: true,
	act:  "the days of the Danish national church as public holidays; Great Prayer Day struck out from 2024 by Lov nr. 214 of 6 March 2023",
	note: "5 June, 24 and 31 December are no holidays of the church, though courts and banks treat them so: listed as unsettled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(-3, "Maundy Thursday")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		if y.Year < 2024 {
			y.easter(26, "Great Prayer Day")
		}
		y.easter(39, "Ascension Day")
		y.easter(49, "Whit Sunday")
		y.easter(50, "Whit Monday")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		y.openFix(6, 5, "Constitution Day")
		y.openFix(12, 24, "Christmas Eve")
		y.openFix(12, 31, "New Year's Eve")
	}}

var estonia = state{code: "EE", name: "Estonia",
	act: "Pühade ja tähtpäevade seadus, § 1 and § 2",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(2, 24, "Independence Day")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.fix(5, 1, "Spring Day")
		y.easter(49, "Whit Sunday")
		y.fix(6, 23, "Victory Day")
		y.fix(6, 24, "Midsummer Day")
		y.fix(8, 20, "Restoration of Independence")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

var finland = state{code: "FI", name: "Finland",
	act:  "Kirkkolaki (652/2023) on church holidays; acts on Independence Day (388/1937) and 1 May (272/1944)",
	note: "Midsummer Eve and Christmas Eve are no public holidays, though Act 150/1930 § 5 moves Finnish time limits past them: listed as unsettled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "May Day")
		y.easter(39, "Ascension Day")
		y.easter(49, "Whit Sunday")
		y.on(from(time.Saturday, date(y.Year, 6, 20)), "Midsummer Day")
		y.on(from(time.Saturday, date(y.Year, 10, 31)), "All Saints' Day")
		y.fix(12, 6, "Independence Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
		y.open(from(time.Friday, date(y.Year, 6, 19)), "Midsummer Eve")
		y.openFix(12, 24, "Christmas Eve")
	}}

var latvia = state{code: "LV", name: "Latvia", cal: true,
	act:   "Likums „Par svētku, atceres un atzīmējamām dienām”, Art. 1",
	note:  "Working days that the government moves to a Saturday for its own offices are listed as unsettled.",
	doubt: map[int]string{2028: "The closing day of the Song and Dance Festival, expected this year, is a holiday whose date is not known."},
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fixOrMonday(5, 4, "Restoration of Independence")
		y.on(nth(2, time.Sunday, y.Year, 5), "Mother's Day")
		y.once(2023, 5, 29, "Day off for the ice hockey team")
		y.easter(49, "Whit Sunday")
		y.fix(6, 23, "Midsummer Eve")
		y.fix(6, 24, "Midsummer Day")
		y.once(2023, 7, 10, "Closing of the Song and Dance Festival")
		y.fixOrMonday(11, 18, "Proclamation of the Republic")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		y.fix(12, 31, "New Year's Eve")
		for _, moved := range latvianMoves {
			if t, err := time.Parse(time.DateOnly, moved); err == nil && t.Year() == y.Year {
				y.open(t, "Working day moved by the Cabinet")
			}
		}
	}}

var latvianMoves = []string{"2021-05-03", "2021-06-25", "2021-11-19", "2023-05-05", "2024-12-23", "2024-12-30",
	"2025-05-02", "2025-11-17", "2026-01-02", "2026-06-22"}

// fixOrMonday adds a holiday and, when it falls on a weekend, the Monday after.
func (y *year) fixOrMonday(m time.Month, d int, name string) {
	day := date(y.Year, m, d)
	y.on(day, name)
	if weekend(day) {
		y.on(from(time.Monday, day), name+" (day in lieu)")
	}
}

var lithuania = state{code: "LT", name: "Lithuania", cal: true,
	act: "Darbo kodeksas, Art. 123 (2 November since 2020)",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(2, 16, "Restoration of the State")
		y.fix(3, 11, "Restoration of Independence")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.on(nth(1, time.Sunday, y.Year, 5), "Mother's Day")
		y.on(nth(1, time.Sunday, y.Year, 6), "Father's Day")
		y.fix(6, 24, "St John's Day")
		y.fix(7, 6, "Statehood Day")
		y.fix(8, 15, "Assumption")
		y.fix(11, 1, "All Saints' Day")
		y.fix(11, 2, "All Souls' Day")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

var sweden = state{code: "SE", name: "Sweden", cal: true,
	act:  "Lag (1989:253) om allmänna helgdagar",
	note: "Midsummer, Christmas and New Year's Eve are no public holidays, though Lag (1930:173) moves Swedish time limits past them: listed as unsettled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "First of May")
		y.easter(39, "Ascension Day")
		y.easter(49, "Whit Sunday")
		y.fix(6, 6, "National Day")
		y.on(from(time.Saturday, date(y.Year, 6, 20)), "Midsummer Day")
		y.on(from(time.Saturday, date(y.Year, 10, 31)), "All Saints' Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		y.open(from(time.Friday, date(y.Year, 6, 19)), "Midsummer Eve")
		y.openFix(12, 24, "Christmas Eve")
		y.openFix(12, 31, "New Year's Eve")
	}}
