package calendar

import (
	"testing"
	"time"
)

// mustZone and mustTable keep the stories below short.
func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func mustTable(t testing.TB, code string) *Table {
	t.Helper()
	table, err := Holidays(code)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func mustTime(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func mustPeriod(t testing.TB, s string) Period {
	t.Helper()
	p, err := ParsePeriod(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// due runs a reckoning and prints its end as people read it.
func due(t testing.TB, r Reckoning, anchor string) (string, Result) {
	t.Helper()
	res, err := r.Due(mustTime(t, anchor))
	if err != nil {
		t.Fatalf("%s %s from %s: %v", r.Calc, r.Period, anchor, err)
	}
	return Clock(res.At, res.At.Location()), res
}

// CN1 to CN10: 2日内 by analogy with the Civil Code, under both readings of
// 法定休假日.
func TestVectorsCN(t *testing.T) {
	for _, c := range []struct{ name, aware, both, holidayOnly, why string }{
		{"CN1", "2021-11-24", "2021-11-26 24:00", "2021-11-26 24:00", "plain case"},
		{"CN2", "2021-11-25", "2021-11-29 24:00", "2021-11-27 24:00", "weekend"},
		{"CN3", "2021-12-30", "2022-01-04 24:00", "2022-01-04 24:00", "New Year over the turn of the year"},
		{"CN4", "2026-02-12", "2026-02-14 24:00", "2026-02-14 24:00", "make-up Saturday"},
		{"CN5", "2026-02-13", "2026-02-24 24:00", "2026-02-24 24:00", "nine-day Spring Festival"},
		{"CN6", "2026-09-23", "2026-09-28 24:00", "2026-09-28 24:00", "Mid-Autumn"},
		{"CN7", "2026-09-29", "2026-10-08 24:00", "2026-10-08 24:00", "National Day"},
		{"CN8", "2026-10-08", "2026-10-10 24:00", "2026-10-10 24:00", "make-up Saturday"},
		{"CN9", "2026-11-19", "2026-11-23 24:00", "2026-11-21 24:00", "the flag matters"},
		{"CN10", "2026-01-02", "2026-01-04 24:00", "2026-01-04 24:00", "make-up Sunday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for rest, want := range map[RestDays]string{WeekendAndHoliday: c.both, HolidayOnly: c.holidayOnly} {
				r := Reckoning{Calc: CNDay, Period: mustPeriod(t, "P2D"), Zone: mustZone(t, "Asia/Shanghai"), Table: mustTable(t, "CN"), Rest: rest}
				// The hour within the local day must not matter.
				for _, clock := range []string{"T00:00:00+08:00", "T14:51:00+08:00", "T23:59:59+08:00"} {
					got, res := due(t, r, c.aware+clock)
					if got != want || res.Provisional {
						t.Errorf("%s (%s), rest %d: got %s, provisional %v; want %s", c.aware+clock, c.why, rest, got, res.Provisional, want)
					}
				}
			}
		})
	}
}

// CN11: no notice for 2027 is out. The statutory days are known, the swaps are
// not, and no answer may pretend otherwise.
func TestVectorCN11AYearWithoutANoticeIsProvisional(t *testing.T) {
	r := Reckoning{Calc: CNDay, Period: mustPeriod(t, "P2D"), Zone: mustZone(t, "Asia/Shanghai"), Table: mustTable(t, "CN")}
	for anchor, want := range map[string]string{
		"2027-03-08T10:00:00+08:00": "2027-03-10 24:00", // an ordinary Wednesday
		"2027-02-03T10:00:00+08:00": "2027-02-09 24:00", // Spring Festival 5 to 8 February
		"2027-09-28T10:00:00+08:00": "2027-09-30 24:00",
		"2026-12-30T10:00:00+08:00": "2027-01-04 24:00", // rolls into 2027
		"2026-12-29T10:00:00+08:00": "2026-12-31 24:00", // the 2027 notice may take this day
		"2030-03-04T10:00:00+08:00": "2030-03-06 24:00", // beyond the table
	} {
		got, res := due(t, r, anchor)
		if got != want || !res.Provisional {
			t.Errorf("%s: got %s, provisional %v; want %s and provisional", anchor, got, res.Provisional, want)
		}
		if last := res.Steps[len(res.Steps)-1]; last.Code != StepIncomplete {
			t.Errorf("%s: the last step is %v, want the reason for being provisional", anchor, last)
		}
	}
}

// EU1: Christmas does not help, and the hour of the event is dropped.
func TestVectorEU1(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	const aware = "2026-12-24T16:20:00+01:00"
	if got, _ := due(t, Reckoning{Calc: Elapsed, Period: mustPeriod(t, "PT24H")}, aware); got != "2026-12-25 16:20" {
		t.Errorf("elapsed: %s", got)
	}
	if got, _ := due(t, Reckoning{Calc: EUHours, Period: mustPeriod(t, "PT24H"), Zone: berlin}, aware); got != "2026-12-25 17:00" {
		t.Errorf("eu-1182-hours: %s", got)
	}
	// On the stroke of the hour the event lies in the hour that begins.
	if got, _ := due(t, Reckoning{Calc: EUHours, Period: mustPeriod(t, "PT24H"), Zone: berlin}, "2026-12-24T16:00:00+01:00"); got != "2026-12-25 17:00" {
		t.Errorf("eu-1182-hours on the hour: %s", got)
	}
}

// EU2: 72 hours over a weekend; Art. 3(5) is contested and off unless asked for.
func TestVectorEU2(t *testing.T) {
	const aware = "2026-12-18T10:05:00+01:00"
	r := Reckoning{Calc: EUHours, Period: mustPeriod(t, "PT72H"), Zone: mustZone(t, "Europe/Berlin"), Table: mustTable(t, "DE")}
	if got, _ := due(t, Reckoning{Calc: Elapsed, Period: r.Period}, aware); got != "2026-12-21 10:05" {
		t.Errorf("elapsed: %s", got)
	}
	if got, _ := due(t, r, aware); got != "2026-12-21 11:00" {
		t.Errorf("eu-1182-hours: %s", got)
	}
	r.MinTwoWorkingDays = "off"
	if got, _ := due(t, r, aware); got != "2026-12-21 11:00" {
		t.Errorf("eu-1182-hours, two working days off: %s", got)
	}
	r.MinTwoWorkingDays = "on" // whole working days: Monday and Tuesday
	if got, _ := due(t, r, aware); got != "2026-12-22 24:00" {
		t.Errorf("eu-1182-hours, two working days on: %s", got)
	}
	if got, _ := due(t, r, "2026-12-14T10:05:00+01:00"); got != "2026-12-17 11:00" {
		t.Errorf("a period that holds its two days already: %s", got)
	}
}

// EU4: 14 days after the measure are neither awareness and 14 days nor 336
// hours, and other States have other holidays.
func TestVectorEU4(t *testing.T) {
	for _, c := range []struct{ code, zone, want string }{
		{"DE", "Europe/Berlin", "2026-12-28 24:00"},
		{"BE", "Europe/Brussels", "2026-12-28 24:00"},
		{"BG", "Europe/Sofia", "2026-12-29 24:00"}, // Monday is in lieu of Saturday the 26th
		{"EU", "Europe/Brussels", "2027-01-04 24:00"},
	} {
		r := Reckoning{Calc: EUDays, Period: mustPeriod(t, "P14D"), Zone: mustZone(t, c.zone), Table: mustTable(t, c.code)}
		for _, hour := range []string{"T00:30:00+02:00", "T12:00:00+01:00", "T22:59:00+01:00"} {
			anchor := "2026-12-11" + hour
			if c.code != "BG" && hour == "T00:30:00+02:00" {
				continue // still the 10th there
			}
			if c.code == "BG" && hour == "T22:59:00+01:00" {
				anchor = "2026-12-11T21:59:00+01:00"
			}
			got, res := due(t, r, anchor)
			if got != c.want {
				t.Errorf("%s from %s: got %s, want %s", c.code, anchor, got, c.want)
			}
			if wantProvisional := c.code == "EU"; res.Provisional != wantProvisional {
				t.Errorf("%s: provisional %v", c.code, res.Provisional)
			}
		}
	}
	if got, _ := due(t, Reckoning{Calc: Elapsed, Period: mustPeriod(t, "PT336H")}, "2026-12-11T12:00:00+01:00"); got != "2026-12-25 12:00" {
		t.Errorf("336 hours: %s", got)
	}
}

// EU6, and trap 14: the end of a month that has no such date, and then the
// roll-over.
func TestVectorEU6(t *testing.T) {
	r := Reckoning{Calc: EUMonths, Period: mustPeriod(t, "P1M"), Zone: mustZone(t, "Europe/Berlin"), Table: mustTable(t, "DE")}
	got, res := due(t, r, "2027-01-31T09:00:00+01:00")
	if got != "2027-03-01 24:00" || res.Provisional {
		t.Errorf("got %s, provisional %v", got, res.Provisional)
	}
	var codes []string
	for _, s := range res.Steps {
		codes = append(codes, s.Code)
	}
	want := []string{StepDayNotCounted, StepMissingDate, StepLastDay, StepRolled, StepEndOfDay}
	if len(codes) != len(want) {
		t.Fatalf("steps %v, want %v", codes, want)
	}
	for i := range want {
		if codes[i] != want[i] {
			t.Fatalf("steps %v, want %v", codes, want)
		}
	}
}

// US1 and US2: the count of Form 8-K over Thanksgiving, and from a Saturday.
func TestVectorsUS(t *testing.T) {
	r := Reckoning{Calc: BusinessDaysSEC, Period: mustPeriod(t, "P4BD"), Zone: mustZone(t, "America/New_York"), Table: mustTable(t, "US")}
	for _, c := range []struct{ name, anchor, want string }{
		{"US1", "2026-11-25T15:00:00-05:00", "2026-12-02 24:00"},
		{"US2", "2026-11-28T15:00:00-05:00", "2026-12-03 24:00"},
		{"an event on Thanksgiving itself", "2026-11-26T15:00:00-05:00", "2026-12-02 24:00"},
		{"late on Wednesday in New York is Thursday in London", "2026-11-26T04:59:59Z", "2026-12-02 24:00"},
	} {
		got, res := due(t, r, c.anchor)
		if got != c.want || res.Provisional {
			t.Errorf("%s: got %s, provisional %v; want %s", c.name, got, res.Provisional, c.want)
		}
	}
	r.Calc = BusinessDays
	if got, _ := due(t, r, "2026-11-25T15:00:00-05:00"); got != "2026-12-02 24:00" {
		t.Errorf("business-days: %s", got)
	}
}

// IN1: six hours are six hours on a Saturday night as well.
func TestVectorIN1(t *testing.T) {
	got, _ := due(t, Reckoning{Calc: Elapsed, Period: mustPeriod(t, "PT6H")}, "2026-11-21T23:30:00+05:30")
	if got != "2026-11-22 05:30" {
		t.Errorf("got %s", got)
	}
}

// Trap 1: the same instant on two calendars gives two last days; a report at
// 22:51 in Shanghai is 09:51 in New York, and at 01:00 in Shanghai a day apart.
func TestTrap1SameInstantOtherDay(t *testing.T) {
	r := Reckoning{Calc: CNDay, Period: mustPeriod(t, "P2D"), Table: mustTable(t, "CN")}
	at := mustTime(t, "2021-11-24T14:51:00-05:00") // 25 November 03:51 in Shanghai
	r.Zone = mustZone(t, "Asia/Shanghai")
	shanghai, err := r.Due(at)
	if err != nil {
		t.Fatal(err)
	}
	r.Zone = mustZone(t, "America/New_York")
	york, err := r.Due(at)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := Clock(shanghai.At, shanghai.At.Location()), Clock(york.At, york.At.Location()); a != "2021-11-29 24:00" || b != "2021-11-26 24:00" {
		t.Errorf("Shanghai %s, New York %s", a, b)
	}
	// A time without a zone gives an interval of due dates, not one.
	m := Moment{Value: "2021-11-24T14:51", Zone: []string{UnknownZone}, Likely: []string{"Asia/Shanghai", "America/New_York"}}
	span, err := m.Span()
	if err != nil {
		t.Fatal(err)
	}
	r.Zone = mustZone(t, "Asia/Shanghai")
	over, _, err := r.Over(span)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := Clock(over.Earliest, r.Zone), Clock(over.Latest, r.Zone); a != "2021-11-26 24:00" || b != "2021-11-29 24:00" {
		t.Errorf("over the unknown zone: %s to %s", a, b)
	}
}

// Trap 10: hours never roll over a weekend, days do; 14 days are not 336 hours.
func TestTrap10HoursDoNotRoll(t *testing.T) {
	berlin, table := mustZone(t, "Europe/Berlin"), mustTable(t, "DE")
	const thursday = "2026-11-19T10:05:00+01:00"
	hours, _ := due(t, Reckoning{Calc: EUHours, Period: mustPeriod(t, "PT48H"), Zone: berlin}, thursday)
	days, _ := due(t, Reckoning{Calc: EUDays, Period: mustPeriod(t, "P2D"), Zone: berlin, Table: table}, thursday)
	if hours != "2026-11-21 11:00" || days != "2026-11-23 24:00" {
		t.Errorf("hours %s, days %s", hours, days)
	}
}

// Trap 11: 24:00 of a day and 00:00 of the next are one instant; it is kept as
// the exclusive bound and printed as 24:00.
func TestTrap11MidnightIsAnExclusiveBound(t *testing.T) {
	shanghai := mustZone(t, "Asia/Shanghai")
	_, res := due(t, Reckoning{Calc: CNDay, Period: mustPeriod(t, "P2D"), Zone: shanghai, Table: mustTable(t, "CN")}, "2021-11-24T14:51:00+08:00")
	if got := res.At.Format(time.RFC3339); got != "2021-11-27T00:00:00+08:00" {
		t.Errorf("bound %s", got)
	}
	if got := Clock(res.At, shanghai); got != "2021-11-26 24:00" {
		t.Errorf("printed %s", got)
	}
	for in, want := range map[string]string{
		"2021-11-26T14:51:00+08:00": "2021-11-26 14:51",
		"2021-11-26T14:51:59+08:00": "2021-11-26 14:51:59",
		"2022-01-01T00:00:00+08:00": "2021-12-31 24:00",
		"2022-01-01T00:00:01+08:00": "2022-01-01 00:00:01",
	} {
		if got := Clock(mustTime(t, in), shanghai); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// Trap 12: make-up days, and the flag for a year that is not announced, are
// CN4, CN8, CN10 and CN11; here is what the steps tell the reader.
func TestTrap12StepsNameTheMakeUpDay(t *testing.T) {
	r := Reckoning{Calc: CNDay, Period: mustPeriod(t, "P2D"), Zone: mustZone(t, "Asia/Shanghai"), Table: mustTable(t, "CN")}
	_, res := due(t, r, "2026-02-12T10:00:00+08:00")
	if s := res.Steps[2]; s.Code != StepMakeUp || s.Args["date"] != "2026-02-14" || s.Args["name"] != "春节" {
		t.Errorf("steps %v", res.Steps)
	}
	_, res = due(t, r, "2026-02-13T10:00:00+08:00")
	if s := res.Steps[2]; s.Code != StepRolled || s.Args["from"] != "2026-02-15" || s.Args["to"] != "2026-02-24" || s.Args["why"] != "holiday" || s.Args["name"] != "春节" {
		t.Errorf("steps %v", res.Steps)
	}
}

// Trap 14: a month is never 30 days or 730 hours.
func TestTrap14MonthsAreMonths(t *testing.T) {
	utc := time.UTC
	for _, c := range []struct{ period, anchor, want string }{
		{"P1M", "2027-01-31T10:00:00Z", "2027-02-28 24:00"},
		{"P1M", "2028-01-31T10:00:00Z", "2028-02-29 24:00"},
		{"P6M", "2026-08-31T10:00:00Z", "2027-02-28 24:00"},
		{"P6M", "2027-08-31T10:00:00Z", "2028-02-29 24:00"},
		{"P1Y", "2028-02-29T10:00:00Z", "2029-02-28 24:00"},
		{"P10Y", "2026-03-31T10:00:00Z", "2036-03-31 24:00"},
		{"P180D", "2026-08-31T10:00:00Z", "2027-02-27 24:00"},
	} {
		for _, calc := range []Calc{RetentionMin, CalendarDays} {
			if got, _ := due(t, Reckoning{Calc: calc, Period: mustPeriod(t, c.period), Zone: utc}, c.anchor); got != c.want {
				t.Errorf("%s %s from %s: got %s, want %s", calc, c.period, c.anchor, got, c.want)
			}
		}
	}
	if _, err := (Reckoning{Calc: Elapsed, Period: mustPeriod(t, "P1M")}).Due(mustTime(t, "2027-01-31T10:00:00Z")); err == nil {
		t.Error("elapsed accepted a month")
	}
}

// Trap 15: hours are added on UTC, so the end of summer time moves the clock.
func TestTrap15SummerTimeEnds(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	at := mustTime(t, "2026-10-24T12:00:00+02:00").In(berlin)
	res, err := Reckoning{Calc: Elapsed, Period: mustPeriod(t, "PT24H")}.Due(at)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.At.Format(time.RFC3339); got != "2026-10-25T11:00:00+01:00" {
		t.Errorf("got %s", got)
	}
	// A plain day of the calendar is 25 hours long there.
	d := Date{2026, 10, 25}
	if got := d.End(berlin).Sub(d.Start(berlin)); got != 25*time.Hour {
		t.Errorf("25 October 2026 in Berlin lasts %v", got)
	}
}
