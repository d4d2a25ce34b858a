package directive

import (
	"errors"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// dueOf reads a time as a limit: the last second that is still within it. A day
// or a month ends with its last second, "17:00" is 17:00:00. What is not certain
// (a zone, one of several days) gives an interval, and its earliest end is the
// strict reading.
func dueOf(t casefile.Time) (calendar.Span, error) {
	m := t.Moment
	switch {
	case m.NotBefore != "" || m.NotAfter != "":
		return calendar.Span{}, errors.New("a limit needs a date: write value, or from and to")
	case m.From != "":
		first, err := dueOf(casefile.Time{Moment: calendar.Moment{Value: m.From, Zone: m.Zone, Likely: m.Likely}})
		if err != nil {
			return calendar.Span{}, err
		}
		last, err := dueOf(casefile.Time{Moment: calendar.Moment{Value: m.To, Zone: m.Zone, Likely: m.Likely}})
		if err != nil {
			return calendar.Span{}, err
		}
		if _, err := m.Span(); err != nil { // to before from, and the like
			return calendar.Span{}, err
		}
		return calendar.Span{Earliest: first.Earliest, Latest: last.Latest}, nil
	}
	whole, err := m.Span()
	if err != nil {
		return calendar.Span{}, err
	}
	if len(m.Zone) == 0 {
		return limit(whole, m.Grain()), nil
	}
	zones := m.Zone
	if zones[0] == calendar.UnknownZone {
		zones = []string{"+14:00", "-12:00"} // the outermost clocks there are
	}
	var all []calendar.Span
	for _, z := range zones {
		one := m
		one.Zone, one.Likely = []string{z}, nil
		s, err := one.Span()
		if err != nil {
			return calendar.Span{}, err
		}
		all = append(all, limit(s, m.Grain()))
	}
	out := calendar.Union(all...)
	return calendar.Span{Earliest: out.Earliest.In(m.Location()), Latest: out.Latest.In(m.Location())}, nil
}

// limit is the end of a stretch of one clock that a limit of that grain means.
func limit(s calendar.Span, grain calendar.Precision) calendar.Span {
	switch grain {
	case calendar.Day, calendar.Month:
		return calendar.Instant(s.Latest)
	case calendar.Hour: // "by 17 h" can be read as its beginning and as its end
		return s
	}
	return calendar.Instant(s.Earliest)
}

// later moves a limit to another one, never to an earlier second.
func later(due, to calendar.Span) calendar.Span { return calendar.Max(due, to) }

// past tells whether a limit is over on every reading.
func past(due calendar.Span, at time.Time) bool { return at.After(due.Latest) }

// before is the instant that lies a period before another, by the civil calendar
// of its zone; a day that the month does not have is its last.
func before(t time.Time, p calendar.Period) time.Time {
	d := calendar.DateOf(t, t.Location()).AddMonths(-12*p.Years - p.Months).AddDays(-7*p.Weeks - p.Days)
	h, m, s := t.Clock()
	clock, _ := calendar.Period{Hours: p.Hours, Minutes: p.Minutes, Seconds: p.Seconds}.Clock()
	return time.Date(d.Year, d.Month, d.Day, h, m, s, 0, t.Location()).Add(-clock)
}
