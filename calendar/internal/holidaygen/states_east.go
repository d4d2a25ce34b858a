package main

import "time"

// The Member States of the south-east, and the list of all 27.

var states = []state{austria, belgium, bulgaria, croatia, cyprus, czechia, denmark, estonia, finland, france,
	germany, greece, hungary, ireland, italy, latvia, lithuania, luxembourg, malta, netherlands, poland,
	portugal, romania, slovakia, slovenia, spain, sweden}

var bulgaria = state{code: "BG", name: "Bulgaria", cal: true,
	act: "Labour Code, Art. 154 (days in lieu since 2017, Art. 154(2)); Council of Ministers for 31 December 2025 and 2 January 2026",
	days: func(y *year) {
		y.orthodox(-2, "Good Friday")
		y.orthodox(-1, "Holy Saturday")
		y.orthodox(0, "Easter Sunday")
		y.orthodox(1, "Easter Monday")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		for _, h := range []struct {
			m    time.Month
			d    int
			name string
		}{{1, 1, "New Year's Day"}, {3, 3, "Liberation Day"}, {5, 1, "Labour Day"}, {5, 6, "St George; Army Day"},
			{5, 24, "Education and Culture; Slavonic Letters"}, {9, 6, "Unification Day"}, {9, 22, "Independence Day"}} {
			y.fix(h.m, h.d, h.name)
		}
		y.once(2025, 12, 31, "Day off before the change to the euro")
		y.once(2026, 1, 2, "Day off after the change to the euro")
		// Art. 154(2): each holiday on a weekend, Easter's own days apart, gives
		// the next day that is still a working day.
		for _, d := range append([]day(nil), y.Days...) {
			t, _ := time.Parse(time.DateOnly, d.Date)
			if weekend(t) && d.Name != "Holy Saturday" && d.Name != "Easter Sunday" {
				next := t
				for weekend(next) || y.has(next) {
					next = next.AddDate(0, 0, 1)
				}
				y.on(next, d.Name+" (day in lieu)")
			}
		}
	}}

var croatia = state{code: "HR", name: "Croatia", cal: true,
	act: "Zakon o blagdanima, spomendanima i neradnim danima (NN 110/2019, in force 2020)",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fix(5, 30, "Statehood Day")
		y.easter(60, "Corpus Christi")
		y.fix(6, 22, "Anti-Fascist Struggle Day")
		y.fix(8, 5, "Victory and Homeland Thanksgiving Day")
		y.fix(8, 15, "Assumption")
		y.fix(11, 1, "All Saints' Day")
		y.fix(11, 18, "Remembrance Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
	}}

var cyprus = state{code: "CY", name: "Cyprus",
	act:  "public holidays as announced each year by the Public Administration and Personnel Department",
	note: "Whether 24 December and Easter Tuesday are public holidays or holidays of some sectors only is not settled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.orthodox(-48, "Green Monday")
		y.fix(3, 25, "Greek Independence Day")
		y.fix(4, 1, "Cyprus National Day")
		y.orthodox(-2, "Good Friday")
		y.orthodox(0, "Easter Sunday")
		y.orthodox(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.orthodox(50, "Whit Monday (Kataklysmos)")
		y.open(eastern(y.Year).AddDate(0, 0, 2), "Easter Tuesday")
		y.openFix(12, 24, "Christmas Eve")
		y.fix(8, 15, "Assumption")
		y.fix(10, 1, "Independence Day")
		y.fix(10, 28, "Ochi Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

var greece = state{code: "GR", name: "Greece", cal: true,
	act:  "Law 1157/1981 and Ministerial Decisions on 1 May",
	note: "In 2027 1 May is Holy Saturday; that it moves to Tuesday 4 May, as in 2021, waits for the minister's decision and is unsettled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.orthodox(-48, "Clean Monday")
		y.fix(3, 25, "Independence Day")
		y.orthodox(-2, "Good Friday")
		y.orthodox(0, "Easter Sunday")
		y.orthodox(1, "Easter Monday")
		greekMayDay(y)
		y.orthodox(50, "Whit Monday")
		y.fix(8, 15, "Assumption")
		y.fix(10, 28, "Ochi Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

// greekMayDay: a 1 May in Holy Week moves behind Easter, one on a Sunday to
// Monday, each time by decision of the minister.
func greekMayDay(y *year) {
	switch y.Year {
	case 2021:
		y.fix(5, 4, "Labour Day, moved")
	case 2027:
		y.fix(5, 1, "Labour Day")
		y.openFix(5, 4, "Labour Day, likely to move here")
	case 2022:
		y.fix(5, 2, "Labour Day, moved")
	case 2024:
		y.fix(5, 7, "Labour Day, moved")
	default:
		y.fix(5, 1, "Labour Day")
	}
}

var romania = state{code: "RO", name: "Romania", cal: true,
	act:  "Codul muncii, Art. 139 (6 and 7 January since 2024)",
	note: "Days off that the government gives its own offices are not listed.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 2, "Day after New Year's Day")
		if y.Year >= 2024 {
			y.fix(1, 6, "Epiphany")
			y.fix(1, 7, "St John the Baptist")
		}
		y.fix(1, 24, "Unification of the Principalities")
		y.orthodox(-2, "Good Friday")
		y.orthodox(0, "Easter Sunday")
		y.orthodox(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fix(6, 1, "Children's Day")
		y.orthodox(49, "Whit Sunday")
		y.orthodox(50, "Whit Monday")
		y.fix(8, 15, "Assumption")
		y.fix(11, 30, "St Andrew")
		y.fix(12, 1, "National Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}
