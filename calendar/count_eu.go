package calendar

import (
	"strings"
	"time"
)

// euHours is Reg. (EEC, Euratom) 1182/71 Art. 3(1) and 3(2)(a): the local clock
// hour in which the event happens is dropped, the period begins with the next
// one and ends with the expiry of its last hour. Art. 3(4) excludes periods in
// hours from the roll-over.
func (c *count) euHours() {
	from, start := clockHour(c.anchor, c.Zone)
	c.step(StepHourNotCount, "from", from.Format(time.RFC3339), "to", start.Format(time.RFC3339))
	length, _ := c.Period.Clock()
	c.At = start.Add(length)
	c.step(StepElapsed, "period", c.Period.String(), "from", start.Format(time.RFC3339), "to", c.At.Format(time.RFC3339))
	if c.minTwo() {
		c.twoWholeDays(start)
	}
}

// clockHour returns the bounds of the local clock hour that holds t. Zones with
// odd offsets have odd UTC hours, so the minutes are those that the local
// clock shows.
func clockHour(t time.Time, loc *time.Location) (from, to time.Time) {
	local := t.In(loc)
	past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	from = local.Add(-past)
	to = from.Add(time.Hour)
	// Clocks that move by less than an hour (Lord Howe) make the next full hour
	// come sooner or later than an hour on.
	if m := to.Minute(); m != 0 {
		to = to.Add(-time.Duration(m) * time.Minute)
		if !to.After(local) {
			to = to.Add(time.Hour)
		}
	}
	return from, to
}

// twoWholeDays applies Art. 3(5) to hours. That it reaches them is contested,
// and so this is the widest reading: the period runs on until it holds two
// whole working days.
func (c *count) twoWholeDays(start time.Time) {
	d := DateOf(start, c.Zone)
	if d.Start(c.Zone).Before(start) {
		d = d.AddDays(1)
	}
	end := c.secondWorking(d).End(c.Zone)
	if end.After(c.At) {
		c.step(StepTwoWorking, "from", c.At.Format(time.RFC3339), "to", end.Format(time.RFC3339))
		c.At = end
	}
}

// euWorking is Art. 2(2): all days other than public holidays, Sundays and
// Saturdays. A Saturday that a State swaps for a weekday stays a Saturday, and
// no table is needed to know it.
func (c *count) euWorking(d Date) bool {
	if !weekend(d) {
		c.consulted = append(c.consulted, d)
	}
	return euWorking(c.Table, d)
}

func euWorking(t *Table, d Date) bool { return !weekend(d) && t.Kind(d) == Working }

func weekend(d Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// secondWorking returns the second working day on or after first.
func (c *count) secondWorking(first Date) Date {
	found := 0
	for d := first; ; d = d.AddDays(1) {
		if c.euWorking(d) {
			if found++; found == 2 {
				return d
			}
		}
	}
}

// euDate is Art. 3(1), 3(2)(b) and (c), 3(4) and 3(5) for days, weeks, months
// and years: the day of the event is dropped, the last day rolls past rest
// days, and the whole holds at least two working days.
func (c *count) euDate() {
	start, last := c.lastDay()
	last = c.roll(last, func(d Date) bool { return !c.euWorking(d) })
	if c.minTwo() {
		if second := c.secondWorking(start.AddDays(1)); second.After(last) {
			c.step(StepTwoWorking, "from", last.String(), "to", second.String())
			last = second
		}
	}
	c.endOn(last)
}

// weekendRelief is Del. Reg. (EU) 2025/301 Art. 5(4): where the time limit
// falls on a weekend day or a public holiday of the reporting entity's State,
// the report may be filed by noon of the next working day.
func (c *count) weekendRelief() {
	c.elapsed()
	c.At = c.At.In(c.Zone)
	day := DateOf(c.At, c.Zone)
	if c.euWorking(day) {
		return
	}
	var passed rest
	next := day
	for !c.euWorking(next) {
		passed.add(c.Table, next)
		next = next.AddDays(1)
	}
	ends := c.At
	c.At = noon(next, c.Zone)
	c.step(StepRelief, "from", ends.Format(time.RFC3339), "to", c.At.Format(time.RFC3339), "why", passed.why(), "name", strings.Join(passed.names, "; "))
}

// noon is 12:00 local; no zone has ever changed its clocks there.
func noon(d Date, loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, loc)
}

// reliefOver widens the ends of a relieved interval to what lies between them.
// An end at rest is relieved to noon, and an end just after that rest is not,
// so the earliest result can be a midnight inside the interval, and the latest
// a noon that follows it.
func (r Reckoning) reliefOver(s Span, out Span) Span {
	length, _ := r.Period.ClockDays()
	if !s.Earliest.IsZero() {
		first := DateOf(s.Earliest.Add(length), r.Zone)
		if !euWorking(r.Table, first) {
			for !euWorking(r.Table, first) {
				first = first.AddDays(1)
			}
			back := first.Start(r.Zone)
			if s.Latest.IsZero() || !back.After(s.Latest.Add(length)) {
				out.Earliest = back
			}
		}
	}
	if !s.Latest.IsZero() {
		end := s.Latest.Add(length).In(r.Zone)
		last := DateOf(end, r.Zone)
		midday := noon(last, r.Zone)
		rested := last.Start(r.Zone).Add(-time.Second) // the last second that was relieved
		if euWorking(r.Table, last) && end.Before(midday) && !euWorking(r.Table, last.AddDays(-1)) &&
			(s.Earliest.IsZero() || !s.Earliest.Add(length).After(rested)) {
			out.Latest = midday
		}
	}
	return out
}
