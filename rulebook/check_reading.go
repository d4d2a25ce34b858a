package rulebook

import (
	"fmt"
	"time"

	"tocsin/calendar"
)

func (c *checker) reading(r *Rule, s *Stage, rd *Reading, key string) {
	c.oneOf(key+".basis", rd.Basis, bases)
	if own := BasisOf(r.Ground); rd.Basis != own && rd.Basis != "platform" && rd.Basis != "guidance" {
		c.bad(key+".basis", "%q does not fit the ground %q", rd.Basis, r.Ground)
	}
	rd.when = c.condition(key+".when", rd.When)
	if rd.Anchor != nil {
		c.anchor(key+".anchor", rd.Anchor, r)
	}
	c.terms(key+".min", rd.Min, r)
	c.terms(key+".max", rd.Max, r)
	switch rd.Calc {
	case "fixed":
		if _, err := time.Parse(time.RFC3339, rd.Fixed); err != nil {
			c.bad(key+".fixed", "%q is not an RFC 3339 time", rd.Fixed)
		}
		return
	case "catalogue-date":
		return
	}
	if len(rd.Min)+len(rd.Max) > 0 {
		c.oneOf(key+".calc", rd.Calc, []string{"elapsed", "elapsed-weekend-relief"})
		return
	}
	c.zones(rd, key)
	switch calendar.Calc(rd.Calc) {
	case calendar.SameDay, calendar.Simultaneous:
	default:
		if rd.Period.IsZero() {
			c.bad(key+".period", "is missing: a law without a number has no reading")
			return
		}
	}
	if !c.length(key+".period", rd.Period) {
		return
	}
	loc := time.UTC
	table := calendar.NoHolidays("XX")
	k := calendar.Reckoning{Calc: calendar.Calc(rd.Calc), Period: rd.Period, Zone: loc, Table: table,
		Rest: RestOf(rd.Rest), MinTwoWorkingDays: rd.MinTwo}
	if err := k.Validate(); err != nil {
		c.bad(key, "%v", err)
	}
}

// maxYears keeps every date within the four digits of a year.
const maxYears = 500

func (c *checker) length(key string, p calendar.Period) bool {
	ok := p.Years+p.Months/12+(p.Weeks*7+p.Days+p.BusinessDays*2)/365+p.Hours/8760 <= maxYears
	if !ok {
		c.bad(key, "%s is longer than %d years, which must be a slip", p, maxYears)
	}
	return ok
}

func (c *checker) terms(key string, ts []Term, r *Rule) {
	for i, t := range ts {
		k := fmt.Sprintf("%s[%d]", key, i)
		c.length(k+".period", t.Period)
		if t.Anchor != nil {
			c.anchor(k+".anchor", t.Anchor, r)
		}
		if _, ok := t.Period.ClockDays(); !ok || t.Period.IsZero() {
			c.bad(k+".period", "is missing or no period of clock time, which the terms of min and max are")
		}
	}
}

// RestOf turns the word of a pack into the calendar's.
func RestOf(word string) calendar.RestDays {
	if word == "holiday-only" {
		return calendar.HolidayOnly
	}
	return calendar.WeekendAndHoliday
}

func (c *checker) zones(rd *Reading, key string) {
	switch rd.Zone {
	case "", "filing-state", "actor", "recipient":
	default:
		if _, err := calendar.Zone(rd.Zone); err != nil {
			c.bad(key+".zone", "%v", err)
		}
	}
	switch rd.Calendar {
	case "", "filing-state", "actor", "recipient":
	default:
		if _, err := calendar.Holidays(rd.Calendar); err != nil {
			c.bad(key+".calendar", "%v", err)
		}
	}
	if rd.Rest != "" {
		c.oneOf(key+".rest", rd.Rest, []string{"weekend+holiday", "holiday-only"})
	}
}
