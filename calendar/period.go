package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is a length of legal time, unit by unit: P1M is one calendar month
// and is never turned into days or hours. All fields are zero or positive;
// BusinessDays stands alone.
type Period struct {
	Years, Months, Weeks, Days, BusinessDays, Hours, Minutes, Seconds int
}

// maxPeriodDigits keeps every field below 100 000, far beyond any law and far
// below what could overflow a date.
const maxPeriodDigits = 5

// ParsePeriod reads the subset PnYnMnWnDTnHnMnS of ISO 8601-1 5.5.2 (whole
// numbers, no sign, each unit at most once and in that order), and the
// extension PnBD for business days, which stands alone. "PT0S" is a period of
// no length; "P", "PT" and "P1DT" are errors.
func ParsePeriod(s string) (Period, error) {
	fail := func(why string) (Period, error) {
		return Period{}, fmt.Errorf("period %q: %s", s, why)
	}
	rest, ok := strings.CutPrefix(s, "P")
	if !ok {
		return fail("must begin with P, as in P1M, PT72H or P4BD")
	}
	var p Period
	dateUnits := []periodUnit{{"Y", &p.Years}, {"M", &p.Months}, {"W", &p.Weeks}, {"BD", &p.BusinessDays}, {"D", &p.Days}}
	timeUnits := []periodUnit{{"H", &p.Hours}, {"M", &p.Minutes}, {"S", &p.Seconds}}
	date, clock, hasClock := strings.Cut(rest, "T")
	if why := readUnits(date, dateUnits); why != "" {
		return fail(why)
	}
	if why := readUnits(clock, timeUnits); why != "" {
		return fail(why)
	}
	switch {
	case hasClock && clock == "":
		return fail("nothing follows the T")
	case date == "" && !hasClock:
		return fail("is empty; no length is written PT0S")
	case strings.Contains(date, "BD") && (strings.Count(s, "BD") > 1 || hasClock || strings.Trim(date, "0123456789") != "BD"):
		return fail("business days stand alone, as in P4BD")
	}
	return p, nil
}

type periodUnit struct {
	name  string
	field *int
}

// readUnits reads number-unit pairs; each unit may appear once, in order. It
// returns the reason when it cannot.
func readUnits(s string, units []periodUnit) string {
	for s != "" {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		switch {
		case n == 0 && (s[0] == '-' || s[0] == '+'):
			return "has a sign; periods run forward only"
		case n == 0:
			return fmt.Sprintf("wants a whole number before %q", s)
		case n > maxPeriodDigits:
			return fmt.Sprintf("has a number of more than %d digits", maxPeriodDigits)
		}
		value, _ := strconv.Atoi(s[:n]) // at most five digits
		s = s[n:]
		found := false
		for i, u := range units {
			if rest, ok := strings.CutPrefix(s, u.name); ok {
				*u.field, s, units, found = value, rest, units[i+1:], true
				break
			}
		}
		switch {
		case found:
		case s != "" && (s[0] == '.' || s[0] == ','):
			return "has a fraction; write whole numbers of a smaller unit"
		case s == "":
			return "ends with a number that has no unit"
		default:
			return fmt.Sprintf("has an unknown, repeated or misplaced unit at %q", s)
		}
	}
	return ""
}

// String writes the period as ParsePeriod reads it, leaving out what is zero;
// no length is "PT0S".
func (p Period) String() string {
	if p.IsZero() {
		return "PT0S"
	}
	var b strings.Builder
	write := func(n int, unit string) {
		if n != 0 {
			b.WriteString(strconv.Itoa(n) + unit)
		}
	}
	b.WriteByte('P')
	write(p.Years, "Y")
	write(p.Months, "M")
	write(p.Weeks, "W")
	write(p.Days, "D")
	write(p.BusinessDays, "BD")
	if p.Hours != 0 || p.Minutes != 0 || p.Seconds != 0 {
		b.WriteByte('T')
	}
	write(p.Hours, "H")
	write(p.Minutes, "M")
	write(p.Seconds, "S")
	return b.String()
}

// IsZero reports whether the period has no length.
func (p Period) IsZero() bool { return p == Period{} }

func (p Period) clock() time.Duration {
	return time.Duration(p.Hours)*time.Hour + time.Duration(p.Minutes)*time.Minute + time.Duration(p.Seconds)*time.Second
}

// Clock returns the length in physical time of a period of hours, minutes and
// seconds; false if it has any longer unit.
func (p Period) Clock() (time.Duration, bool) {
	if p.Years != 0 || p.Months != 0 || p.Weeks != 0 || p.Days != 0 || p.BusinessDays != 0 {
		return 0, false
	}
	return p.clock(), true
}

// ClockDays is Clock with weeks and days taken as 24 hours each, which is what
// the strict reading of "2 days" counts. False for months, years and business
// days: those have no fixed length.
func (p Period) ClockDays() (time.Duration, bool) {
	if p.Years != 0 || p.Months != 0 || p.BusinessDays != 0 {
		return 0, false
	}
	return time.Duration(p.Weeks*7+p.Days)*24*time.Hour + p.clock(), true
}

// MarshalText writes the form of String; a negative field or business days
// beside another unit is an error.
func (p Period) MarshalText() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads the form of ParsePeriod.
func (p *Period) UnmarshalText(text []byte) error {
	got, err := ParsePeriod(string(text))
	if err == nil {
		*p = got
	}
	return err
}

// Validate refuses periods that ParsePeriod could not have read.
func (p Period) Validate() error {
	for _, n := range []int{p.Years, p.Months, p.Weeks, p.Days, p.BusinessDays, p.Hours, p.Minutes, p.Seconds} {
		if n < 0 || n > 99999 {
			return fmt.Errorf("period %s: each number must be between 0 and 99999", p)
		}
	}
	if p.BusinessDays != 0 && p != (Period{BusinessDays: p.BusinessDays}) {
		return fmt.Errorf("period %s: business days stand alone, as in P4BD", p)
	}
	return nil
}
