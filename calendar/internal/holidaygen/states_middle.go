package main

import "time"

// The Member States in the middle.

var austria = state{code: "AT", name: "Austria", cal: true,
	act:  "Arbeitsruhegesetz, § 7 Abs. 2; Feiertagsruhegesetz 1957",
	note: "Days of a Land's patron bind its offices and schools, not the economy.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "National Labour Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.easter(60, "Corpus Christi")
		y.fix(8, 15, "Assumption")
		y.fix(10, 26, "National Day")
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 8, "Immaculate Conception")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
		y.fixIn(3, 19, "St Joseph", "AT-2", "AT-6", "AT-7", "AT-8")
		y.fixIn(5, 4, "St Florian", "AT-4")
		y.fixIn(9, 24, "St Rupert", "AT-5")
		y.fixIn(10, 10, "Carinthian Plebiscite", "AT-2")
		y.fixIn(11, 11, "St Martin", "AT-1")
		y.fixIn(11, 15, "St Leopold", "AT-3", "AT-9")
	}}

var czechia = state{code: "CZ", name: "Czechia", cal: true,
	act: "Zákon č. 245/2000 Sb. (Good Friday since 2016)",
	days: func(y *year) {
		y.fix(1, 1, "Restoration of the Czech State; New Year's Day")
		y.easter(-2, "Good Friday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fix(5, 8, "Victory Day")
		y.fix(7, 5, "Saints Cyril and Methodius")
		y.fix(7, 6, "Jan Hus")
		y.fix(9, 28, "Czech Statehood")
		y.fix(10, 28, "Independent Czechoslovak State")
		y.fix(11, 17, "Struggle for Freedom and Democracy")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
	}}

var germany = state{code: "DE", name: "Germany", cal: true,
	act:  "Einigungsvertrag Art. 2 Abs. 2 (3 October) and the Feiertagsgesetze of the Länder, for the days common to all",
	note: "A day that is a holiday in some Länder only is marked regional, and is a working day of the table; Augsburg's 8 August and other parts of a Land are not marked.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(-2, "Good Friday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.fix(10, 3, "Day of German Unity")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		y.fixIn(1, 6, "Epiphany", "DE-BW", "DE-BY", "DE-ST")
		women := []string{"DE-BE"}
		if y.Year >= 2023 {
			women = append(women, "DE-MV")
		}
		y.fixIn(3, 8, "International Women's Day", women...)
		y.easterIn(0, "Easter Sunday", "DE-BB")
		if y.Year == 2025 {
			y.fixIn(5, 8, "80 years since the liberation", "DE-BE")
		}
		y.easterIn(49, "Whit Sunday", "DE-BB")
		y.easterIn(60, "Corpus Christi", "DE-BW", "DE-BY", "DE-HE", "DE-NW", "DE-RP", "DE-SL")
		y.fixIn(8, 15, "Assumption", "DE-BY", "DE-SL") // in Bavaria, where most are Catholic
		y.fixIn(9, 20, "Children's Day", "DE-TH")
		y.fixIn(10, 31, "Reformation Day", "DE-BB", "DE-HB", "DE-HH", "DE-MV", "DE-NI", "DE-SH", "DE-SN", "DE-ST", "DE-TH")
		y.fixIn(11, 1, "All Saints' Day", "DE-BW", "DE-BY", "DE-NW", "DE-RP", "DE-SL")
		y.in(from(time.Wednesday, date(y.Year, 11, 16)), "Repentance Day", "DE-SN")
	}}

var hungary = state{code: "HU", name: "Hungary",
	act:   "Munka törvénykönyve (2012. évi I. törvény), § 102 (Good Friday since 2017); the minister's yearly decree on swapped days",
	note:  "Swapped rest days are listed as ordinary days and swapped Saturdays as work, both unsettled: they are no public holidays by the code, and for Reg. 1182/71 a Saturday stays a Saturday.",
	doubt: map[int]string{2027: "The decree on swapped days was not at hand."},
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(3, 15, "Revolution of 1848")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.easter(49, "Whit Sunday")
		y.easter(50, "Whit Monday")
		y.fix(8, 20, "State Foundation Day")
		y.fix(10, 23, "Revolution of 1956")
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
		for _, s := range hungarySwaps[y.Year] {
			y.openFix(s.offMonth, s.off, "Rest day, swapped")
			y.work(s.workMonth, s.work, "Working Saturday, swapped")
			y.unsure(s.workMonth, s.work)
		}
	}}

var hungarySwaps = map[int][]struct {
	offMonth  time.Month
	off       int
	workMonth time.Month
	work      int
}{
	2021: {{12, 24, 12, 11}},
	2022: {{3, 14, 3, 26}, {10, 31, 10, 15}},
	2024: {{8, 19, 8, 3}, {12, 24, 12, 7}, {12, 27, 12, 14}},
	2025: {{5, 2, 5, 17}, {10, 24, 10, 18}, {12, 24, 12, 13}},
	2026: {{1, 2, 1, 10}, {8, 21, 8, 8}, {12, 24, 12, 12}},
}

var poland = state{code: "PL", name: "Poland", cal: true,
	act: "Ustawa z dnia 18 stycznia 1951 r. o dniach wolnych od pracy (24 December since 2025)",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "State Holiday")
		y.fix(5, 3, "Constitution Day")
		y.easter(49, "Whit Sunday")
		y.easter(60, "Corpus Christi")
		y.fix(8, 15, "Assumption; Armed Forces Day")
		y.fix(11, 1, "All Saints' Day")
		y.fix(11, 11, "Independence Day")
		if y.Year >= 2025 {
			y.fix(12, 24, "Christmas Eve")
		}
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

var slovakia = state{code: "SK", name: "Slovakia", cal: true,
	act:   "Zákon č. 241/1993 Z. z. o štátnych sviatkoch, with the amendments of the budget packages",
	note:  "Days that the budget packages made working days are listed as unsettled: 1 September from 2024, 17 November from 2025, 8 May and 15 September in 2026 only.",
	doubt: map[int]string{2027: "Further days were under discussion."},
	days: func(y *year) {
		y.fix(1, 1, "Establishment of the Slovak Republic")
		y.fix(1, 6, "Epiphany")
		y.easter(-2, "Good Friday")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.worked(2026, 2026, 5, 8, "Victory over Fascism")
		y.fix(7, 5, "Saints Cyril and Methodius")
		y.fix(8, 29, "Slovak National Uprising")
		y.worked(2024, last, 9, 1, "Constitution Day")
		y.worked(2026, 2026, 9, 15, "Our Lady of Sorrows")
		y.fix(11, 1, "All Saints' Day")
		y.worked(2025, last, 11, 17, "Struggle for Freedom and Democracy")
		y.fix(12, 24, "Christmas Eve")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
	}}

// worked adds a holiday that a late law made a working day from one year to
// another.
func (y *year) worked(from, to int, m time.Month, d int, name string) {
	if y.Year >= from && y.Year <= to {
		y.openFix(m, d, name)
		return
	}
	y.fix(m, d, name)
}

var slovenia = state{code: "SI", name: "Slovenia", cal: true,
	act: "Zakon o praznikih in dela prostih dnevih v Republiki Sloveniji (2 January since 2017)",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 2, "New Year's Holiday")
		y.fix(2, 8, "Prešeren Day")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(4, 27, "Day of Uprising against Occupation")
		y.fix(5, 1, "Labour Day")
		y.fix(5, 2, "Labour Day Holiday")
		y.easter(49, "Whit Sunday")
		y.fix(6, 25, "Statehood Day")
		y.once(2023, 8, 14, "Day of Solidarity after the floods")
		y.fix(8, 15, "Assumption")
		y.fix(10, 31, "Reformation Day")
		y.fix(11, 1, "Day of the Dead")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Independence and Unity Day")
	}}
