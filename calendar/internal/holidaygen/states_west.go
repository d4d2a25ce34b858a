package main

import "time"

// The Member States, west and south. Numbers beside easter are days from
// Easter Sunday: -2 Good Friday, 1 Easter Monday, 39 Ascension, 50 Whit Monday,
// 60 Corpus Christi.

var belgium = state{code: "BE", name: "Belgium", cal: true,
	act: "Loi relative aux jours fériés, 4 January 1974, and Royal Decree of 18 April 1974, Art. 1",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.fix(7, 21, "National Day")
		y.fix(8, 15, "Assumption")
		y.fix(11, 1, "All Saints' Day")
		y.fix(11, 11, "Armistice Day")
		y.fix(12, 25, "Christmas Day")
		y.fixIn(7, 11, "Day of the Flemish Community", "BE-VLG")
		y.fixIn(9, 27, "Day of the French Community", "BE-WAL")
	}}

var france = state{code: "FR", name: "France", cal: true,
	act:  "Code du travail, Art. L3133-1; regional days Art. L3134-13 and L3422-2",
	note: "Whit Monday is a public holiday although many work it as the day of solidarity.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fix(5, 8, "Victory Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.fix(7, 14, "National Day")
		y.fix(8, 15, "Assumption")
		y.fix(11, 1, "All Saints' Day")
		y.fix(11, 11, "Armistice Day")
		y.fix(12, 25, "Christmas Day")
		// The law of Alsace and Moselle, by department, is older than the French.
		y.easterIn(-2, "Good Friday", "FR-57", "FR-67", "FR-68", "FR-6AE")
		y.fixIn(12, 26, "Second Day of Christmas", "FR-57", "FR-67", "FR-68", "FR-6AE")
		y.fixIn(4, 27, "Abolition of slavery", "FR-976")
		y.fixIn(5, 22, "Abolition of slavery", "FR-972")
		y.fixIn(5, 27, "Abolition of slavery", "FR-971")
		y.fixIn(6, 10, "Abolition of slavery", "FR-973")
		y.fixIn(12, 20, "Abolition of slavery", "FR-974")
	}}

var ireland = state{code: "IE", name: "Ireland", cal: true,
	act:  "Organisation of Working Time Act 1997, Second Schedule; S.I. No. 50 of 2022 (St Brigid's Day, and 18 March 2022)",
	note: "A holiday on a weekend moves nobody's working day by law, though offices often close on the next one: listed as unsettled.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		if y.Year >= 2023 {
			// The first Monday of February, unless the 1st itself is a Friday.
			day := nth(1, time.Monday, y.Year, 2)
			if date(y.Year, 2, 1).Weekday() == time.Friday {
				day = date(y.Year, 2, 1)
			}
			y.on(day, "St Brigid's Day")
		}
		y.fix(3, 17, "St Patrick's Day")
		y.once(2022, 3, 18, "Day of Remembrance and Recognition")
		y.easter(1, "Easter Monday")
		y.on(nth(1, time.Monday, y.Year, 5), "First Monday in May")
		y.on(nth(1, time.Monday, y.Year, 6), "First Monday in June")
		y.on(nth(1, time.Monday, y.Year, 8), "First Monday in August")
		y.on(nth(-1, time.Monday, y.Year, 10), "Last Monday in October")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
		for _, h := range []time.Time{date(y.Year, 1, 1), date(y.Year, 3, 17), date(y.Year, 12, 25), date(y.Year, 12, 26)} {
			if !weekend(h) {
				continue
			}
			next := h
			for weekend(next) || y.listed(next) {
				next = next.AddDate(0, 0, 1)
			}
			y.open(next, "Day after a holiday on a weekend")
		}
	}}

var italy = state{code: "IT", name: "Italy", cal: true,
	act:  "Legge 27 May 1949, n. 260, with later amendments; legge 8 October 2025, n. 151 (4 October from 2026)",
	note: "The feast of the patron of each municipality is not listed.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(0, "Easter Sunday")
		y.easter(1, "Easter Monday")
		y.fix(4, 25, "Liberation Day")
		y.fix(5, 1, "Labour Day")
		y.fix(6, 2, "Republic Day")
		y.fix(8, 15, "Assumption")
		if y.Year >= 2026 {
			y.fix(10, 4, "St Francis of Assisi")
		}
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 8, "Immaculate Conception")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
		y.easterIn(50, "Whit Monday", "IT-BZ")
	}}

var luxembourg = state{code: "LU", name: "Luxembourg",
	act:  "Code du travail, Art. L. 232-2 (9 May since the law of 25 April 2019)",
	note: "A holiday on a Sunday, or two on one day, give each worker a day of choice, not a common date.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(1, "Easter Monday")
		y.fix(5, 1, "Labour Day")
		y.fix(5, 9, "Europe Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.fix(6, 23, "National Day")
		y.fix(8, 15, "Assumption")
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "St Stephen's Day")
	}}

var malta = state{code: "MT", name: "Malta",
	act: "National Holidays and Other Public Holidays Act, Cap. 252",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(2, 10, "St Paul's Shipwreck")
		y.fix(3, 19, "St Joseph")
		y.easter(-2, "Good Friday")
		y.fix(3, 31, "Freedom Day")
		y.fix(5, 1, "Worker's Day")
		y.fix(6, 7, "Sette Giugno")
		y.fix(6, 29, "St Peter and St Paul")
		y.fix(8, 15, "Assumption")
		y.fix(9, 8, "Victory Day")
		y.fix(9, 21, "Independence Day")
		y.fix(12, 8, "Immaculate Conception")
		y.fix(12, 13, "Republic Day")
		y.fix(12, 25, "Christmas Day")
	}}

var netherlands = state{code: "NL", name: "Netherlands", cal: true,
	act:  "Algemene termijnenwet, Art. 3",
	note: "Good Friday and 5 May count by the act on time limits. Days that a royal decree equates with them for a few years are not listed.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(-2, "Good Friday")
		y.easter(1, "Easter Monday")
		king := date(y.Year, 4, 27)
		if king.Weekday() == time.Sunday {
			king = king.AddDate(0, 0, -1)
		}
		y.on(king, "King's Day")
		y.fix(5, 5, "Liberation Day")
		y.easter(39, "Ascension Day")
		y.easter(50, "Whit Monday")
		y.fix(12, 25, "Christmas Day")
		y.fix(12, 26, "Second Day of Christmas")
	}}

var portugal = state{code: "PT", name: "Portugal",
	act:  "Código do Trabalho, Art. 234",
	note: "Carnival Tuesday is optional (Art. 235): listed as unsettled. The municipal day is not listed.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.easter(-2, "Good Friday")
		y.easter(0, "Easter Sunday")
		y.fix(4, 25, "Freedom Day")
		y.fix(5, 1, "Labour Day")
		y.easter(60, "Corpus Christi")
		y.fix(6, 10, "Portugal Day")
		y.fix(8, 15, "Assumption")
		y.fix(10, 5, "Republic Day")
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 1, "Restoration of Independence")
		y.fix(12, 8, "Immaculate Conception")
		y.fix(12, 25, "Christmas Day")
		y.open(western(y.Year).AddDate(0, 0, -47), "Carnival Tuesday")
		y.easterIn(50, "Day of the Azores", "PT-20")
		y.fixIn(7, 1, "Day of Madeira", "PT-30")
		y.fixIn(12, 26, "First Octave", "PT-30")
	}}

var spain = state{code: "ES", name: "Spain", cal: true,
	act:  "Real Decreto 2001/1983, Art. 45, and the yearly resolution of the Dirección General de Trabajo",
	note: "Regional days that are the same each year are marked; those that a community sets for one year, the Monday that can replace a Sunday, and two local days a municipality are not.",
	days: func(y *year) {
		y.fix(1, 1, "New Year's Day")
		y.fix(1, 6, "Epiphany")
		y.easter(-2, "Good Friday")
		y.fix(5, 1, "Labour Day")
		y.fix(8, 15, "Assumption")
		y.fix(10, 12, "National Day")
		y.fix(11, 1, "All Saints' Day")
		y.fix(12, 6, "Constitution Day")
		y.fix(12, 8, "Immaculate Conception")
		y.fix(12, 25, "Christmas Day")
		y.easterIn(-3, "Maundy Thursday", "ES-AN", "ES-AR", "ES-AS", "ES-CB", "ES-CE", "ES-CL", "ES-CM", "ES-CN",
			"ES-EX", "ES-GA", "ES-IB", "ES-MC", "ES-MD", "ES-ML", "ES-NC", "ES-PV", "ES-RI")
		y.easterIn(1, "Easter Monday", "ES-CT", "ES-NC", "ES-PV", "ES-RI", "ES-VC")
		y.fixIn(2, 28, "Day of Andalusia", "ES-AN")
		y.fixIn(3, 1, "Day of the Balearic Islands", "ES-IB")
		y.fixIn(4, 23, "Day of Aragon; Day of Castile and León", "ES-AR", "ES-CL")
		y.fixIn(5, 2, "Day of Madrid", "ES-MD")
		y.fixIn(5, 30, "Day of the Canary Islands", "ES-CN")
		y.fixIn(5, 31, "Day of Castile-La Mancha", "ES-CM")
		y.fixIn(6, 9, "Day of Murcia; Day of La Rioja", "ES-MC", "ES-RI")
		y.fixIn(6, 24, "St John", "ES-CT", "ES-VC")
		y.fixIn(7, 25, "Day of Galicia", "ES-GA")
		y.fixIn(7, 28, "Day of the Institutions of Cantabria", "ES-CB")
		y.fixIn(9, 8, "Day of Asturias; Day of Extremadura", "ES-AS", "ES-EX")
		y.fixIn(9, 11, "Day of Catalonia", "ES-CT")
		y.fixIn(9, 15, "Our Lady of the Bien Aparecida", "ES-CB")
		y.fixIn(10, 9, "Day of the Valencian Community", "ES-VC")
		y.fixIn(12, 3, "Day of Navarre", "ES-NC")
		y.fixIn(12, 26, "St Stephen's Day", "ES-CT")
	}}
