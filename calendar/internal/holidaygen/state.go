package main

import "fmt"

// state is the rules of one Member State, or of another country or body that
// fixes its holidays by an act rather than by a yearly notice.
type state struct {
	code, name string
	// act is the national act or acts that fix the public holidays.
	act string
	// cal tells that rickar/cal has the country, so that a test compares them.
	cal  bool
	days func(*year)
	// note holds for all years.
	note string
	// doubt names the years that are not certain, and why.
	doubt map[int]string
}

// Sources of every rule-made year. None was read from the official text while
// the table was made, and none claims it.
const (
	fromMemory = "dates derived by rule from the act as commonly known, not read from its official text"
	compared   = "compared on " + made + " with the data of vacanza/holidays (c382fdec456ce76e03b841ab809d47e46be610a2, July 2026)"
	comparedGo = "cross-checked on " + made + " against rickar/cal v2.1.13; accepted differences are listed in the test"
)

const beyond = "Later than the year after the table was made: a day can still be added, moved or struck out."

func (s state) table() table {
	t := table{Format: format, Code: s.code, Name: s.name, Licence: own}
	for n := first; n <= last; n++ {
		y := year{Year: n, Complete: n <= horizon, Note: s.note}
		y.Sources = []string{s.act, fromMemory}
		if s.code != "EU" {
			y.Sources = append(y.Sources, compared)
		}
		if s.cal {
			y.Sources = append(y.Sources, comparedGo)
		}
		if n > horizon {
			y.remark(beyond)
		}
		if why, doubted := s.doubt[n]; doubted {
			y.Complete = false
			y.remark(why)
		}
		s.days(&y)
		y.finish()
		t.Years = append(t.Years, y)
	}
	return t
}

func (y *year) remark(s string) {
	if y.Note == "" {
		y.Note = s
		return
	}
	y.Note = fmt.Sprintf("%s %s", y.Note, s)
}

// always doubts every year.
func always(why string) map[int]string {
	out := map[int]string{}
	for n := first; n <= last; n++ {
		out[n] = why
	}
	return out
}

// institutions is the pattern of the Commission's yearly decision (OJ C),
// confirmed for 2023 only.
func institutions() table {
	return state{
		code: "EU", name: "Institutions of the European Union (Brussels)",
		act:   "pattern of the Commission's yearly decision on public holidays of the institutions, as for 2023 (OJ 2021/C 201 I/02)",
		note:  "21 July is a day of Brussels; Luxembourg has 23 June instead.",
		doubt: always("The decision for this year was not read; the days between 24 and 31 December vary."),
		days: func(y *year) {
			y.fix(1, 1, "New Year's Day")
			y.fix(1, 2, "Day after New Year's Day")
			y.easter(-3, "Maundy Thursday")
			y.easter(-2, "Good Friday")
			y.easter(1, "Easter Monday")
			y.fix(5, 1, "Labour Day")
			y.fix(5, 9, "Anniversary of the Schuman Declaration")
			y.easter(39, "Ascension Day")
			y.easter(40, "Day after Ascension Day")
			y.easter(50, "Whit Monday")
			y.fixIn(6, 23, "Luxembourg National Day", "LU")
			y.fix(7, 21, "Belgian National Day")
			y.fix(8, 15, "Assumption")
			y.fix(11, 1, "All Saints' Day")
			y.fix(11, 2, "All Souls' Day")
			for d := 24; d <= 31; d++ {
				y.fix(12, d, "End-of-year days")
			}
		},
	}.table()
}
