package calendar

import (
	"slices"
	"strconv"
	"time"
)

// The codes of steps, each with its arguments.
const (
	StepElapsed       = "elapsed"                // period, from, to: added to the instant
	StepSimultaneous  = "simultaneous"           // at
	StepDayNotCounted = "start-day-not-counted"  // date
	StepHourNotCount  = "event-hour-not-counted" // from, to: that hour; the count begins at to
	StepLastDay       = "last-day"               // date, period: before any roll-over
	StepMissingDate   = "missing-date"           // wanted (YYYY-MM-DD that does not exist), used
	StepRolled        = "rolled"                 // from, to, why (weekend, holiday, holiday+weekend), name
	StepMakeUp        = "make-up-work"           // date, name: a weekend day that is worked
	StepTwoWorking    = "two-working-days"       // from, to: Art. 3(5) lengthened the period
	StepClosed        = "closed-day"             // date, why, name: the event's day is no business day
	StepSkipped       = "skipped"                // date, why, name: not a business day
	StepBusinessDay   = "business-day"           // n, date
	StepRelief        = "weekend-relief"         // from, to, why, name
	StepIncomplete    = "table-incomplete"       // calendar, year: the result is provisional
	StepUnsettled     = "day-unsettled"          // calendar, date, name: the result is provisional
	StepEndOfDay      = "end-of-day"             // date: the period ends at its 24:00
)

// count is one run of a reckoning: what it found so far, and which dates it
// had to look up on the way.
type count struct {
	Reckoning
	Result
	anchor    time.Time
	consulted []Date
}

// step adds a line; args come in pairs of key and value.
func (c *count) step(code string, args ...string) {
	s := Step{Code: code, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i+1] != "" {
			s.Args[args[i]] = args[i+1]
		}
	}
	c.Steps = append(c.Steps, s)
}

// kind looks a date up, and remembers that the result rests on it.
func (c *count) kind(d Date) DayKind {
	c.consulted = append(c.consulted, d)
	return c.Table.Kind(d)
}

func (c *count) working(d Date) bool {
	k := c.kind(d)
	return k == Working || k == MakeUpWork
}

// endOn sets the end of the period to 24:00 of a date.
func (c *count) endOn(d Date) {
	c.At = d.End(c.Zone)
	c.step(StepEndOfDay, "date", d.String())
}

// gaps marks the result provisional when a consulted date is one of which the
// table is not sure, and names each such year or day once.
func (c *count) gaps() []Step {
	var years []int
	var days []Date
	for _, d := range c.consulted {
		switch {
		case c.Table.Settled(d):
		case c.Table.Doubt(d) != "":
			if !slices.Contains(days, d) {
				days = append(days, d)
			}
		case !slices.Contains(years, d.Year):
			years = append(years, d.Year)
		}
	}
	slices.Sort(years)
	slices.SortFunc(days, Date.Compare)
	c.Provisional = len(years)+len(days) > 0
	var sub count
	for _, d := range days {
		sub.step(StepUnsettled, "calendar", c.Table.Code(), "date", d.String(), "name", c.Table.Doubt(d))
	}
	for _, y := range years {
		sub.step(StepIncomplete, "calendar", c.Table.Code(), "year", strconv.Itoa(y))
	}
	return sub.Steps
}

// rest gathers why days were passed over.
type rest struct {
	holiday, weekend bool
	names            []string
}

func (r *rest) add(t *Table, d Date) {
	if t.Kind(d) == Holiday {
		r.holiday = true
		if n := t.Name(d); n != "" && !slices.Contains(r.names, n) {
			r.names = append(r.names, n)
		}
		return
	}
	r.weekend = true
}

func (r *rest) why() string {
	switch {
	case r.holiday && r.weekend:
		return "holiday+weekend"
	case r.holiday:
		return "holiday"
	}
	return "weekend"
}
