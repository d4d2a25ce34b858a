package casefile

import (
	"slices"
	"time"

	"tocsin/calendar"
)

// euMembers are the Member States with the day on which each joined, and for
// one the day on which it had left. Since 2021 the list has not changed.
// Source: Treaties of Accession; Withdrawal Agreement (OJ L 29, 31.1.2020).
var euMembers = map[string][2]calendar.Date{
	"BE": {day(1958, 1, 1)}, "DE": {day(1958, 1, 1)}, "FR": {day(1958, 1, 1)}, "IT": {day(1958, 1, 1)},
	"LU": {day(1958, 1, 1)}, "NL": {day(1958, 1, 1)}, "DK": {day(1973, 1, 1)}, "IE": {day(1973, 1, 1)},
	"GB": {day(1973, 1, 1), day(2020, 2, 1)}, "GR": {day(1981, 1, 1)}, "ES": {day(1986, 1, 1)},
	"PT": {day(1986, 1, 1)}, "AT": {day(1995, 1, 1)}, "FI": {day(1995, 1, 1)}, "SE": {day(1995, 1, 1)},
	"CY": {day(2004, 5, 1)}, "CZ": {day(2004, 5, 1)}, "EE": {day(2004, 5, 1)}, "HU": {day(2004, 5, 1)},
	"LT": {day(2004, 5, 1)}, "LV": {day(2004, 5, 1)}, "MT": {day(2004, 5, 1)}, "PL": {day(2004, 5, 1)},
	"SI": {day(2004, 5, 1)}, "SK": {day(2004, 5, 1)}, "BG": {day(2007, 1, 1)}, "RO": {day(2007, 1, 1)},
	"HR": {day(2013, 7, 1)},
}

func day(y, m, d int) calendar.Date { return calendar.Date{Year: y, Month: time.Month(m), Day: d} }

// MemberStates lists the Member States of the European Union on a day, by code.
func MemberStates(on calendar.Date) []string {
	var out []string
	for code := range euMembers {
		if InEU(code, on) {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}

// InEU tells whether a country was a Member State on a day.
func InEU(country string, on calendar.Date) bool {
	m, ok := euMembers[canonical(country)]
	return ok && !on.Before(m[0]) && (m[1].IsZero() || on.Before(m[1]))
}

// canonical maps the two everyday spellings that ISO 3166-1 does not use.
func canonical(place string) string {
	switch place {
	case "UK":
		return "GB"
	case "EL":
		return "GR"
	}
	return place
}

// validPlace takes EU, two capital letters, or a subdivision such as US-NY.
func validPlace(s string) bool {
	if len(s) < 2 || len(s) > 6 || (len(s) > 2 && s[2] != '-') {
		return false
	}
	for i, r := range s {
		if i != 2 && (r < 'A' || r > 'Z') && (i < 2 || r < '0' || r > '9') {
			return false
		}
	}
	return len(s) != 3
}

// Lies tells whether a country or market is inside a legal order on a day. Hong
// Kong, Macao, Taiwan and the mainland are separate orders; a state of a
// federation is inside an order of the federation and of its own.
func Lies(place, order string, on calendar.Date) bool {
	place, order = canonical(place), canonical(order)
	switch {
	case place == "":
		return false
	case order == "EU":
		return place == "EU" || InEU(place, on)
	case place == order:
		return true
	}
	// a rule of US-NY can bind whoever is in the US; the role says whom
	return len(order) > 3 && order[2] == '-' && order[:2] == place || len(place) > 3 && place[2] == '-' && place[:2] == order
}

// Reaches tells whether an order reaches a party: through its country, or
// through a market where it has any.
func (p *Party) Reaches(order string, on calendar.Date) bool {
	if Lies(p.Country, order, on) {
		return true
	}
	for _, m := range p.Markets {
		if Lies(m, order, on) {
			return true
		}
	}
	return false
}
