package plan

import (
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/rulebook"
)

// place is where a deadline is counted: a zone and a table of holidays.
type place struct {
	loc   *time.Location
	table *calendar.Table
}

// places resolves the zone and calendar of a reading. Where a notice is filed
// in a Member State that is not known, all of them are given.
func (u *unit) places(rd *rulebook.Reading, r *rulebook.Rule, s *rulebook.Stage) []place {
	pack := r.Pack()
	zone, table := rd.Zone, rd.Calendar
	if zone == "filing-state" || table == "filing-state" {
		states := []string{u.filingState()}
		if states[0] == "" {
			states = casefile.MemberStates(calendar.DateOf(u.p.o.At, time.UTC))
		}
		if len(states) == 0 { // long before the Union
			states = []string{"EU"}
		}
		out := make([]place, 0, len(states))
		for _, st := range states {
			out = append(out, place{zoneOf(st), u.p.holidays(st)})
		}
		return out
	}
	p := place{pack.Location(), u.p.holidays(pack.Calendar)}
	switch zone {
	case "":
	case "actor":
		p.loc = zoneOf(u.party.Country)
	case "recipient":
		p.loc = zoneOf(u.recipientCountry(s))
	default:
		if loc, err := calendar.Zone(zone); err == nil {
			p.loc = loc
		}
	}
	switch table {
	case "":
	case "actor":
		p.table = u.p.holidays(u.party.Country)
	case "recipient":
		p.table = u.p.holidays(u.recipientCountry(s))
	default:
		p.table = u.p.holidays(table)
	}
	return []place{p}
}

// filingState is the Member State in which a manufacturer files (CRA Art.
// 14(7)): its main establishment in the Union, else down the cascade of
// authorised representative, importer, distributor and most users; "" if unknown.
func (u *unit) filingState() string {
	on := calendar.DateOf(u.p.o.At, time.UTC)
	if s := u.party.Attributes["eu-main-establishment"].String(); s != "" {
		return s
	}
	if casefile.InEU(u.party.Country, on) {
		return u.party.Country
	}
	for _, k := range []string{"eu-authorised-representative", "eu-importer", "eu-distributor", "eu-most-users"} {
		if s := u.party.Attributes[k].String(); s != "" {
			return s
		}
	}
	return ""
}

func (u *unit) recipientCountry(s *rulebook.Stage) string {
	for _, id := range s.To {
		if e := u.p.b.Entry(id); e != nil && e.Country != "" {
			return e.Country
		}
		for _, p := range u.recipientParties(id) {
			if c := u.p.v.c.Party(p).Country; c != "" {
				return c
			}
		}
	}
	return ""
}

// holidays gives the table of a country; without one only weekends are known,
// and every date on it is provisional.
func (p *planner) holidays(code string) *calendar.Table {
	if code == "EL" {
		code = "GR"
	}
	if t := p.table[code]; t != nil {
		return t
	}
	t, err := calendar.Holidays(code)
	if err != nil {
		t = calendar.NoHolidays(code)
	}
	p.table[code] = t
	return t
}

// capitals gives the zone of the seat of government of each country that the
// packs know; where a country has several zones the rule names its own.
var capitals = map[string]string{
	"AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "HR": "Europe/Zagreb", "CY": "Asia/Nicosia",
	"CZ": "Europe/Prague", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
	"DE": "Europe/Berlin", "GR": "Europe/Athens", "EL": "Europe/Athens", "HU": "Europe/Budapest", "IE": "Europe/Dublin",
	"IT": "Europe/Rome", "LV": "Europe/Riga", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "MT": "Europe/Malta",
	"NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "SK": "Europe/Bratislava",
	"SI": "Europe/Ljubljana", "ES": "Europe/Madrid", "SE": "Europe/Stockholm", "EU": "Europe/Brussels",
	"CN": "Asia/Shanghai", "HK": "Asia/Hong_Kong", "MO": "Asia/Macau", "TW": "Asia/Taipei", "US": "America/New_York",
	"UK": "Europe/London", "GB": "Europe/London", "IN": "Asia/Kolkata", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
	"SG": "Asia/Singapore", "AU": "Australia/Sydney", "CH": "Europe/Zurich", "CA": "America/Toronto", "NO": "Europe/Oslo",
}

func zoneOf(country string) *time.Location {
	if name, ok := capitals[country]; ok {
		if loc, err := calendar.Zone(name); err == nil {
			return loc
		}
	}
	return time.UTC
}
