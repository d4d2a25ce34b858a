package calendar

import (
	"fmt"
	"time"
)

// Calc names a way of counting a period from its anchor.
type Calc string

// The calcs. Each names the clause that it follows.
const (
	// Elapsed adds the period to the instant. Weeks and days are 24 hours each;
	// neither weekends nor summer time change anything.
	Elapsed Calc = "elapsed"
	// CNHour is Civil Code (PRC) Art. 201(2): hours run from the moment fixed by
	// law. The sum is that of Elapsed.
	CNHour Calc = "cn-hour"
	// CNDay is Civil Code (PRC) Art. 200 to 203, by analogy: the start day is not
	// counted, the last day ends at 24:00, and a last day that is a statutory
	// rest day gives way to the day after the rest.
	CNDay Calc = "cn-day"
	// EUHours is Reg. 1182/71 Art. 3(1), 3(2)(a): the hour of the event is not
	// counted, the last hour runs to its end, and nothing rolls over.
	EUHours Calc = "eu-1182-hours"
	// EUDays is Reg. 1182/71 Art. 3(1), 3(2)(b), 3(4), 3(5), for days and weeks.
	EUDays Calc = "eu-1182-days"
	// EUMonths is Reg. 1182/71 Art. 3(1), 3(2)(c), 3(4), for months and years.
	EUMonths Calc = "eu-1182-months"
	// CalendarDays ends with the day so many dates later; nothing rolls over.
	CalendarDays Calc = "calendar-days"
	// BusinessDays counts working days of the table; the event's day is not one.
	BusinessDays Calc = "business-days"
	// BusinessDaysSEC is Form 8-K General Instruction B.1: an event on a closed
	// day starts a count that begins on, and includes, the next business day.
	BusinessDaysSEC Calc = "business-days-sec"
	// ElapsedWeekendRelief is Del. Reg. (EU) 2025/301 Art. 5(4): an elapsed end on
	// a weekend or public holiday moves to noon of the next working day.
	ElapsedWeekendRelief Calc = "elapsed-weekend-relief"
	// SameDay ends with the anchor's own local day.
	SameDay Calc = "same-day"
	// Simultaneous is the anchor's instant.
	Simultaneous Calc = "simultaneous"
	// RetentionMin is the end of the day until which a thing must be kept; before
	// it nothing may be deleted. It is a floor, not a due date.
	RetentionMin Calc = "retention-min"
)

// Reckoning is one way of counting one period in one place.
type Reckoning struct {
	Calc   Calc
	Period Period
	// Zone is the governing zone. Elapsed, CNHour and Simultaneous need none.
	Zone *time.Location
	// Table tells working days. Needed by CNDay, EUDays, EUMonths, BusinessDays,
	// BusinessDaysSEC, ElapsedWeekendRelief, and EUHours with MinTwoWorkingDays.
	Table *Table
	// Rest is what counts as a rest day for the roll-over of CNDay.
	Rest RestDays
	// MinTwoWorkingDays is Reg. 1182/71 Art. 3(5): "", "on" or "off". The default
	// is on for EUDays and EUMonths, and off for EUHours, where it is contested.
	MinTwoWorkingDays string
}

// Step is one line of the arithmetic, for whoever has to believe the result.
// Codes and their arguments are listed in steps.go.
type Step struct {
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

// Result is the end of a period.
type Result struct {
	// At is the exclusive bound in the reckoning's zone: an end of day is 00:00
	// of the next day, and Clock prints it as 24:00. Elapsed, CNHour and
	// Simultaneous keep the anchor's own location.
	At time.Time
	// Provisional tells that a date was consulted for which no complete table of
	// holidays is at hand: the result can still move.
	Provisional bool
	Steps       []Step
}

// law says what a calc may be given.
type law struct {
	units              string // the period's units, as the error names them
	accepts            func(Period) bool
	zone, table        bool
	minTwo, minDefault bool // Art. 3(5) can be asked for; it applies unless asked off
}

var laws = map[Calc]law{
	Elapsed:              {units: "weeks, days, hours, minutes or seconds", accepts: isPhysical},
	CNHour:               {units: "hours, minutes or seconds", accepts: isClock},
	CNDay:                {units: "years, months, weeks or days", accepts: isCivil, zone: true, table: true},
	EUHours:              {units: "whole hours", accepts: isHours, zone: true, minTwo: true},
	EUDays:               {units: "weeks or days", accepts: isDays, zone: true, table: true, minTwo: true, minDefault: true},
	EUMonths:             {units: "years or months", accepts: isMonths, zone: true, table: true, minTwo: true, minDefault: true},
	CalendarDays:         {units: "years, months, weeks or days", accepts: isCivil, zone: true},
	BusinessDays:         {units: "business days, as in P4BD", accepts: isBusiness, zone: true, table: true},
	BusinessDaysSEC:      {units: "business days, as in P4BD", accepts: isBusiness, zone: true, table: true},
	ElapsedWeekendRelief: {units: "weeks, days, hours, minutes or seconds", accepts: isPhysical, zone: true, table: true},
	SameDay:              {units: "no length", accepts: Period.IsZero, zone: true},
	Simultaneous:         {units: "no length", accepts: Period.IsZero},
	RetentionMin:         {units: "years, months, weeks or days", accepts: isCivil, zone: true},
}

func isPhysical(p Period) bool { _, ok := p.ClockDays(); return ok }
func isClock(p Period) bool    { _, ok := p.Clock(); return ok }
func isHours(p Period) bool    { return p.Hours > 0 && p == (Period{Hours: p.Hours}) }
func isCivil(p Period) bool {
	return !p.IsZero() && p.BusinessDays == 0 && p.clock() == 0
}
func isDays(p Period) bool     { return isCivil(p) && p.Years == 0 && p.Months == 0 }
func isMonths(p Period) bool   { return isCivil(p) && p.Weeks == 0 && p.Days == 0 }
func isBusiness(p Period) bool { return p.BusinessDays > 0 }

// Calcs lists the known calcs in the order of their declaration.
func Calcs() []Calc {
	return []Calc{Elapsed, CNHour, CNDay, EUHours, EUDays, EUMonths, CalendarDays, BusinessDays,
		BusinessDaysSEC, ElapsedWeekendRelief, SameDay, Simultaneous, RetentionMin}
}

// Validate reports what the reckoning lacks, or holds that its calc cannot use.
func (r Reckoning) Validate() error {
	l, ok := laws[r.Calc]
	if !ok {
		return fmt.Errorf("calc %q is unknown", r.Calc)
	}
	if err := r.Period.Validate(); err != nil {
		return fmt.Errorf("calc %s: %w", r.Calc, err)
	}
	if !l.accepts(r.Period) {
		return fmt.Errorf("calc %s: period %s: want %s", r.Calc, r.Period, l.units)
	}
	switch r.MinTwoWorkingDays {
	case "":
	case "on", "off":
		if !l.minTwo {
			return fmt.Errorf("calc %s: two working days at least (Reg. 1182/71 Art. 3(5)) can be set for the eu-1182 calcs only", r.Calc)
		}
	default:
		return fmt.Errorf("calc %s: two working days at least: want on or off, not %q", r.Calc, r.MinTwoWorkingDays)
	}
	if r.Rest != WeekendAndHoliday && r.Calc != CNDay {
		return fmt.Errorf("calc %s: the choice of rest days is for cn-day only", r.Calc)
	}
	if l.zone && r.Zone == nil {
		return fmt.Errorf("calc %s: the governing zone is missing", r.Calc)
	}
	if r.Table == nil && (l.table || l.minTwo && r.minTwo()) {
		return fmt.Errorf("calc %s: the table of holidays is missing", r.Calc)
	}
	return nil
}

// minTwo tells whether Art. 3(5) applies; periods under two days are outside it.
func (r Reckoning) minTwo() bool {
	l := laws[r.Calc]
	if !l.minTwo || r.MinTwoWorkingDays == "off" || r.MinTwoWorkingDays == "" && !l.minDefault {
		return false
	}
	length, fixed := r.Period.ClockDays()
	return !fixed || length >= 48*time.Hour
}

// Due returns the end of the period that runs from anchor.
func (r Reckoning) Due(anchor time.Time) (Result, error) {
	if err := r.Validate(); err != nil {
		return Result{}, err
	}
	if anchor.IsZero() {
		return Result{}, fmt.Errorf("calc %s: the anchor is not known", r.Calc)
	}
	if y := anchor.UTC().Year(); y < 1 || y > 9999 {
		return Result{}, fmt.Errorf("calc %s: the anchor's year %d is outside 1 to 9999", r.Calc, y)
	}
	c := count{Reckoning: r, anchor: anchor}
	c.run()
	c.Steps = append(c.Steps, c.gaps()...)
	return c.Result, nil
}

// run counts by the rule that the calc names; Validate has seen to its needs.
func (c *count) run() {
	switch c.Calc {
	case Elapsed, CNHour:
		c.elapsed()
	case Simultaneous:
		c.simultaneous()
	case EUHours:
		c.euHours()
	case EUDays, EUMonths:
		c.euDate()
	case CNDay:
		c.cnDay()
	case BusinessDays, BusinessDaysSEC:
		c.business()
	case ElapsedWeekendRelief:
		c.weekendRelief()
	case CalendarDays, SameDay, RetentionMin:
		c.civil()
	}
}

// Over returns the ends that belong to every anchor in s: an open side stays
// open. The result beside it is that of the earliest known anchor (of the
// latest, where only that is known), and is provisional if either is.
//
// Every calc but one is monotone, so the ends of s give the ends of the answer.
// The exception is ElapsedWeekendRelief: relief gives an end on Sunday the noon
// of Monday, and an end on Monday at nine no relief at all.
func (r Reckoning) Over(s Span) (Span, Result, error) {
	var out Span
	var shown Result
	if err := r.Validate(); err != nil {
		return Span{}, Result{}, err
	}
	if !s.Earliest.IsZero() && !s.Latest.IsZero() && s.Latest.Before(s.Earliest) {
		return Span{}, Result{}, fmt.Errorf("calc %s: the anchor's latest instant is before its earliest", r.Calc)
	}
	if !s.Latest.IsZero() {
		last, err := r.Due(s.Latest)
		if err != nil {
			return Span{}, Result{}, err
		}
		out.Latest, shown = last.At, last
	}
	if !s.Earliest.IsZero() {
		first, err := r.Due(s.Earliest)
		if err != nil {
			return Span{}, Result{}, err
		}
		first.Provisional = first.Provisional || shown.Provisional
		out.Earliest, shown = first.At, first
	}
	if r.Calc == ElapsedWeekendRelief {
		out = r.reliefOver(s, out)
	}
	return out, shown, nil
}
