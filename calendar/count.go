package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// elapsed adds physical time to the instant, so that 24 hours over the end of
// summer time are 24 hours.
func (c *count) elapsed() {
	length, _ := c.Period.ClockDays()
	c.At = c.anchor.Add(length)
	c.step(StepElapsed, "period", c.Period.String(), "from", c.anchor.Format(time.RFC3339), "to", c.At.Format(time.RFC3339))
}

func (c *count) simultaneous() {
	c.At = c.anchor
	c.step(StepSimultaneous, "at", c.anchor.Format(time.RFC3339))
}

// lastDay drops the day of the event and adds the period to its date: years
// and months first, the missing date becoming the last of the month, then
// weeks and days.
func (c *count) lastDay() (start, last Date) {
	start = DateOf(c.anchor, c.Zone)
	months := c.Period.Years*12 + c.Period.Months
	last = start.AddMonths(months)
	missing := last.Day != start.Day
	moved := last
	last = last.AddDays(c.Period.Weeks*7 + c.Period.Days)
	if !c.Period.IsZero() {
		c.step(StepDayNotCounted, "date", start.String())
		if missing {
			c.step(StepMissingDate, "wanted", Date{moved.Year, moved.Month, start.Day}.String(), "used", moved.String())
		}
		c.step(StepLastDay, "date", last.String(), "period", c.Period.String())
	}
	return start, last
}

// civil is the plain sum of dates, to the end of the last day.
func (c *count) civil() {
	_, last := c.lastDay()
	c.endOn(last)
}

// roll moves a last day that rests to the next day that does not.
func (c *count) roll(last Date, rests func(Date) bool) Date {
	var passed rest
	to := last
	for rests(to) {
		passed.add(c.Table, to)
		to = to.AddDays(1)
	}
	switch {
	case to != last:
		c.step(StepRolled, "from", last.String(), "to", to.String(), "why", passed.why(), "name", strings.Join(passed.names, "; "))
	case c.Table.Kind(last) == MakeUpWork: // only cn-day can end on one
		c.step(StepMakeUp, "date", last.String(), "name", c.Table.Name(last))
	}
	return to
}

// cnDay is Civil Code (PRC) Art. 201(1), 202, 203.
func (c *count) cnDay() {
	_, last := c.lastDay()
	c.endOn(c.roll(last, func(d Date) bool {
		c.consulted = append(c.consulted, d)
		return c.Table.Rest(d, c.Rest)
	}))
}

// business counts working days after the event's day. Form 8-K General
// Instruction B.1 says for an event on a closed day that the next business day
// is included; as the closed day itself is never counted, both sentences give
// the same sum, and only the explanation differs.
func (c *count) business() {
	start := DateOf(c.anchor, c.Zone)
	if c.Calc == BusinessDaysSEC && !c.working(start) {
		c.step(StepClosed, c.reason(start)...)
	} else {
		c.step(StepDayNotCounted, "date", start.String())
	}
	d := start
	for n := 0; n < c.Period.BusinessDays; {
		d = d.AddDays(1)
		if !c.working(d) {
			// A long count would bury its reader; weekends go without saying.
			if c.Table.Kind(d) == Holiday {
				c.step(StepSkipped, c.reason(d)...)
			}
			continue
		}
		n++
		if c.Period.BusinessDays <= 10 || n == c.Period.BusinessDays {
			c.step(StepBusinessDay, "n", strconv.Itoa(n), "date", d.String())
		}
	}
	c.endOn(d)
}

func (c *count) reason(d Date) []string {
	var why rest
	why.add(c.Table, d)
	return []string{"date", d.String(), "why", why.why(), "name", strings.Join(why.names, "; ")}
}

// Clock writes t for people as clocks in loc show it. Midnight is written as
// 24:00 of the day that ends, since that is how the law speaks of the end of a
// day: use it for exclusive bounds, not for beginnings.
func Clock(t time.Time, loc *time.Location) string {
	local := t.In(loc)
	d := DateOf(t, loc)
	if d.Start(loc).Equal(t) {
		return fmt.Sprintf("%s 24:00", d.AddDays(-1))
	}
	if local.Second() != 0 || local.Nanosecond() != 0 {
		return fmt.Sprintf("%s %s", d, local.Format("15:04:05"))
	}
	return fmt.Sprintf("%s %s", d, local.Format("15:04"))
}
