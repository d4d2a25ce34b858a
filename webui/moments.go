package webui

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/calendar"
	"tocsin/internal/fault"
)

// moment is an instant for people: in the reader's zone, and in the zone that
// governs it where that is another.
type moment struct {
	Attr  string // for <time datetime>
	Text  string // in the reader's zone
	Zone  string // offset, such as UTC+1
	Also  string // in the governing zone, "" if it reads the same
	Where string // the governing zone by name and offset
	Empty bool
}

// newMoment writes t, a time.Time or *time.Time. zone is the governing zone, ""
// for none. end says that t is the exclusive end of a day, which people read as
// 24:00 of that day.
func newMoment(words *catalogue, p *page, t any, end bool, zone ...string) (moment, error) {
	var at time.Time
	switch t := t.(type) {
	case time.Time:
		at = t
	case *time.Time:
		if t != nil {
			at = *t
		}
	default:
		return moment{}, fault.New(fault.Internal, "a moment must be a time")
	}
	if at.IsZero() {
		return moment{Empty: true}, nil
	}
	here := at.In(p.Zone)
	m := moment{Attr: at.UTC().Format(time.RFC3339), Text: written(words, p.Lang, here, end), Zone: offset(here)}
	if len(zone) == 0 || zone[0] == "" {
		return m, nil
	}
	governs, err := calendar.Zone(zone[0])
	if err != nil {
		// A zone that is no name, such as an offset, is still where t stands.
		governs = at.Location()
	}
	there := at.In(governs)
	_, a := here.Zone()
	if _, b := there.Zone(); a != b {
		m.Also, m.Where = written(words, p.Lang, there, end), offset(there)
		if zone[0] != "UTC" && err == nil && zone[0][0] != '+' && zone[0][0] != '-' {
			m.Where = zone[0] + ", " + m.Where
		}
	}
	return m, nil
}

// written is a date and a time of day to the minute, such as
// "Fri 26 Nov 2021, 14:51".
func written(words *catalogue, lang string, t time.Time, end bool) string {
	clock := t.Format("15:04")
	if end && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		t, clock = t.Add(-time.Second), "24:00"
	}
	return words.say(lang, "common.moment", "date", day(words, lang, t), "time", clock)
}

// day is a date with its day of the week.
func day(words *catalogue, lang string, t time.Time) string {
	return words.say(lang, "common.date",
		"weekday", words.say(lang, "common.weekday."+strconv.Itoa(int(t.Weekday()))),
		"day", t.Day(),
		"month", words.say(lang, "common.month."+strconv.Itoa(int(t.Month()))),
		"year", strconv.Itoa(t.Year()))
}

// offset is the zone of t as people read it: UTC, UTC+1, UTC−3:30.
func offset(t time.Time) string {
	_, s := t.Zone()
	if s == 0 {
		return "UTC"
	}
	sign := "+"
	if s < 0 {
		sign, s = "−", -s
	}
	if s%3600 == 0 {
		return fmt.Sprintf("UTC%s%d", sign, s/3600)
	}
	return fmt.Sprintf("UTC%s%d:%02d", sign, s/3600, s/60%60)
}

// span writes a length of time by its two largest units, down to a minute:
// 3 d 4 h, 2 h 5 min.
func span(words *catalogue, lang string, d time.Duration) string {
	if d < 0 {
		d = -d
	}
	minutes := int64(d / time.Minute)
	parts := []struct {
		n    int64
		unit string
	}{{minutes / 1440, "common.unit.d"}, {minutes / 60 % 24, "common.unit.h"}, {minutes % 60, "common.unit.min"}}
	for len(parts) > 1 && parts[0].n == 0 {
		parts = parts[1:]
	}
	text := words.say(lang, parts[0].unit, "n", parts[0].n)
	if len(parts) > 1 && parts[1].n > 0 && parts[0].n < 100 {
		text += " " + words.say(lang, parts[1].unit, "n", parts[1].n)
	}
	return text
}

// left writes how far t is ahead or behind: in 3 d 4 h, 5 min ago.
func left(words *catalogue, lang string, d time.Duration) string {
	if d > -time.Minute && d < time.Minute {
		return words.say(lang, "common.now")
	}
	key := "common.in"
	if d < 0 {
		key = "common.ago"
	}
	return words.say(lang, key, "span", span(words, lang, d))
}
