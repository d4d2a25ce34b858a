package app

import (
	"fmt"
	"time"

	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// canaryAt is from when the dates of canaryKnown are looked at.
var canaryAt = time.Date(2026, 12, 12, 0, 0, 0, 0, time.UTC)

// canaryKnown are dates worked out by hand from the case that canaryPlan makes
// at canaryAt. Between them they need elapsed hours, a count of days, weekends,
// the holiday tables of two orders and their zones.
var canaryKnown = []struct {
	duty, calc string
	due        time.Time
}{
	// Aware Thursday 10 December 16:20 in Berlin; 24 hours later.
	{"EU-CRA-14-2A-AEV24/early-warning/m/gateway/1", "elapsed", instant("2026-12-11T16:20:00+01:00")},
	// A measure on 11 December, 14 days: the last is 25 December.
	{"EU-CRA-14-2C-AEVFINAL/final/m/gateway/1", "calendar-days", instant("2026-12-26T00:00:00+01:00")},
	// 25 December is a holiday, 26 a Saturday, 27 a Sunday: Monday 28 (Reg. 1182/71, Art. 3(4)).
	{"EU-CRA-14-2C-AEVFINAL/final/m/gateway/1", "eu-1182-days", instant("2026-12-29T00:00:00+01:00")},
	// The same awareness, 23:20 in Beijing: the second day after it is Saturday 12 December.
	{"CN-RMSV-7-2-MIIT/report/c/meter/1", "elapsed", instant("2026-12-12T16:20:00+01:00")},
	{"CN-RMSV-7-2-MIIT/report/c/meter/1", "cn-day", instant("2026-12-13T00:00:00+08:00")},
	// Counted in working days at its end: Monday 14 December, 24:00.
	{"CN-RMSV-7-2-MIIT/report/c/meter/1", "cn-day", instant("2026-12-15T00:00:00+08:00")},
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err) // a constant above
	}
	return t
}

// canaryDuty is the id of the duty that is due an hour before or after now.
func canaryDuty(product string) string { return "CN-RMSV-7-2-MIIT/report/c/" + product + "/1" }

// canaryPlan computes the duties of a case of nobody: the known dates, and two
// that are due an hour before and after now (48 hours after awareness).
func canaryPlan(book *rulebook.Book, now time.Time) ([]*plan.Duty, error) {
	aware := func(id, by, of, at string) string {
		return fmt.Sprintf("  - {id: %s, kind: aware, by: %s, of: %s, how: found, exploited: true, at: %q}\n", id, by, of, at)
	}
	hour := func(h int) string { return now.Add(time.Duration(h) * time.Hour).UTC().Format(time.RFC3339) }
	text := `format: tocsin-casefile/1
case: CANARY
title: A duty of nobody
record: kept
tlp: RED
products:
  - {id: gateway, name: Example Gateway, provider: m}
  - {id: meter, name: Example Meter, provider: c}
  - {id: past, name: Example Past, provider: c}
  - {id: running, name: Example Running, provider: c}
parties:
  - {id: m, name: Example Maker, country: DE, markets: [EU], attributes: {eu-main-establishment: DE}}
  - {id: c, name: Example Works, country: CN, markets: [CN]}
events:
` + aware("e1", "m", "gateway", "2026-12-10T16:20:00+01:00") +
		"  - {id: e2, kind: measure-available, by: m, of: gateway, form: fix, at: \"2026-12-11T09:00:00+01:00\"}\n" +
		aware("e3", "c", "meter", "2026-12-10T16:20:00+01:00") + aware("e4", "c", "past", hour(-49)) + aware("e5", "c", "running", hour(-47))
	c, err := casefile.Parse("canary", []byte(text))
	if err != nil {
		return nil, err
	}
	p, err := plan.For(c, book, plan.Options{At: now})
	if err != nil {
		return nil, err
	}
	return p.Duties, nil
}
