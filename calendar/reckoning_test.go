package calendar

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestValidateSaysWhatIsMissing(t *testing.T) {
	berlin, table := mustZone(t, "Europe/Berlin"), mustTable(t, "DE")
	for _, c := range []struct {
		r    Reckoning
		want string
	}{
		{Reckoning{}, `calc "" is unknown`},
		{Reckoning{Calc: "undue-delay"}, `calc "undue-delay" is unknown`},
		{Reckoning{Calc: Elapsed, Period: Period{Months: 1}}, "period P1M: want weeks, days, hours"},
		{Reckoning{Calc: Elapsed, Period: Period{BusinessDays: 1}}, "period P1BD"},
		{Reckoning{Calc: Elapsed, Period: Period{Hours: -1}}, "between 0 and 99999"},
		{Reckoning{Calc: CNHour, Period: Period{Days: 2}}, "want hours, minutes or seconds"},
		{Reckoning{Calc: CNDay, Period: Period{Hours: 48}, Zone: berlin, Table: table}, "want years, months, weeks or days"},
		{Reckoning{Calc: CNDay, Period: Period{}, Zone: berlin, Table: table}, "period PT0S"},
		{Reckoning{Calc: CNDay, Period: Period{Days: 2}, Table: table}, "governing zone is missing"},
		{Reckoning{Calc: CNDay, Period: Period{Days: 2}, Zone: berlin}, "table of holidays is missing"},
		{Reckoning{Calc: EUHours, Period: Period{Days: 3}, Zone: berlin}, "want whole hours"},
		{Reckoning{Calc: EUHours, Period: Period{Minutes: 90}, Zone: berlin}, "want whole hours"},
		{Reckoning{Calc: EUHours, Period: Period{Hours: 72}}, "governing zone is missing"},
		{Reckoning{Calc: EUHours, Period: Period{Hours: 72}, Zone: berlin, MinTwoWorkingDays: "on"}, "table of holidays is missing"},
		{Reckoning{Calc: EUHours, Period: Period{Hours: 72}, Zone: berlin, MinTwoWorkingDays: "yes"}, `want on or off, not "yes"`},
		{Reckoning{Calc: EUDays, Period: Period{Months: 1}, Zone: berlin, Table: table}, "want weeks or days"},
		{Reckoning{Calc: EUMonths, Period: Period{Days: 30}, Zone: berlin, Table: table}, "want years or months"},
		{Reckoning{Calc: EUMonths, Period: Period{Months: 1, Days: 3}, Zone: berlin, Table: table}, "want years or months"},
		{Reckoning{Calc: BusinessDays, Period: Period{Days: 5}, Zone: berlin, Table: table}, "want business days"},
		{Reckoning{Calc: BusinessDaysSEC, Period: Period{BusinessDays: 4}, Zone: berlin}, "table of holidays is missing"},
		{Reckoning{Calc: CalendarDays, Period: Period{Days: 45}}, "governing zone is missing"},
		{Reckoning{Calc: CalendarDays, Period: Period{Days: 45}, Zone: berlin, MinTwoWorkingDays: "on"}, "for the eu-1182 calcs only"},
		{Reckoning{Calc: EUDays, Period: Period{Days: 14}, Zone: berlin, Table: table, Rest: HolidayOnly}, "for cn-day only"},
		{Reckoning{Calc: SameDay, Period: Period{Days: 1}, Zone: berlin}, "want no length"},
		{Reckoning{Calc: ElapsedWeekendRelief, Period: Period{Hours: 4}, Zone: berlin}, "table of holidays is missing"},
		{Reckoning{Calc: RetentionMin, Period: Period{Hours: 4}, Zone: berlin}, "want years, months, weeks or days"},
	} {
		err := c.r.Validate()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want an error with %q", c.r, err, c.want)
		}
		if _, err := c.r.Due(noonUTC); err == nil {
			t.Errorf("%+v: Due went on", c.r)
		}
		if _, _, err := c.r.Over(Instant(noonUTC)); err == nil {
			t.Errorf("%+v: Over went on", c.r)
		}
	}
	for _, anchor := range []time.Time{{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if res, err := (Reckoning{Calc: Elapsed}).Due(anchor); err == nil {
			t.Errorf("anchor %v gave %v", anchor, res.At)
		}
	}
}

func TestSameDaySimultaneousAndPlainDays(t *testing.T) {
	berlin := mustZone(t, "Europe/Berlin")
	const anchor = "2026-11-21T23:30:00+01:00" // a Saturday
	for _, c := range []struct {
		r    Reckoning
		want string
	}{
		{Reckoning{Calc: SameDay, Zone: berlin}, "2026-11-21 24:00"},
		{Reckoning{Calc: SameDay, Zone: mustZone(t, "Asia/Shanghai")}, "2026-11-22 24:00"},
		{Reckoning{Calc: Simultaneous}, "2026-11-21 23:30"},
		{Reckoning{Calc: CalendarDays, Period: Period{Days: 1}, Zone: berlin}, "2026-11-22 24:00"},
		{Reckoning{Calc: CalendarDays, Period: Period{Days: 90}, Zone: time.UTC}, "2027-02-19 24:00"},
		{Reckoning{Calc: CNHour, Period: Period{Hours: 1}}, "2026-11-22 00:30"},
		{Reckoning{Calc: Elapsed, Period: Period{Days: 2}}, "2026-11-23 23:30"},
		{Reckoning{Calc: Elapsed}, "2026-11-21 23:30"},
	} {
		if got, _ := due(t, c.r, anchor); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.r.Calc, c.r.Period, got, c.want)
		}
	}
}

// Art. 3(5): two days over Easter would hold no working day at all.
func TestTwoWorkingDaysInDayPeriods(t *testing.T) {
	r := Reckoning{Calc: EUDays, Period: Period{Days: 2}, Zone: mustZone(t, "Europe/Berlin"), Table: mustTable(t, "DE")}
	const maundyThursday = "2026-04-02T12:00:00+02:00"
	for mode, want := range map[string]string{"": "2026-04-08 24:00", "on": "2026-04-08 24:00", "off": "2026-04-07 24:00"} {
		r.MinTwoWorkingDays = mode
		if got, _ := due(t, r, maundyThursday); got != want {
			t.Errorf("%q: got %s, want %s", mode, got, want)
		}
	}
	r.MinTwoWorkingDays, r.Period = "", Period{Days: 1} // one day is outside Art. 3(5)
	if got, _ := due(t, r, maundyThursday); got != "2026-04-07 24:00" {
		t.Errorf("one day: got %s", got)
	}
	r.Period = Period{Weeks: 1}
	if got, _ := due(t, r, maundyThursday); got != "2026-04-09 24:00" {
		t.Errorf("one week: got %s", got)
	}
}

// Art. 2(2) calls Saturdays no working days, whatever a State swaps.
func TestASwappedSaturdayStaysASaturdayForTheUnion(t *testing.T) {
	r := Reckoning{Calc: EUDays, Period: Period{Days: 5}, Zone: mustZone(t, "Europe/Budapest"), Table: mustTable(t, "HU")}
	if got, _ := due(t, r, "2026-12-07T12:00:00+01:00"); got != "2026-12-14 24:00" { // the 12th is worked
		t.Errorf("got %s", got)
	}
}

// The clock hour is that of the local clock: half past in UTC for India.
func TestHourOfTheEventIsLocal(t *testing.T) {
	for _, c := range []struct{ zone, anchor, want string }{
		{"Asia/Kolkata", "2026-11-21T23:20:00+05:30", "2026-11-22T06:00:00+05:30"},
		{"Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T08:00:00+01:00"}, // 02:00 comes twice
		{"Europe/Berlin", "2026-03-29T01:30:00+01:00", "2026-03-29T09:00:00+02:00"},
		{"Australia/Lord_Howe", "2026-10-04T01:40:00+10:30", "2026-10-04T09:00:00+11:00"}, // 02:00 is skipped to 02:30
	} {
		res, err := Reckoning{Calc: EUHours, Period: Period{Hours: 6}, Zone: mustZone(t, c.zone)}.Due(mustTime(t, c.anchor))
		if err != nil {
			t.Fatal(err)
		}
		if got := res.At.Format(time.RFC3339); got != c.want {
			t.Errorf("%s from %s: got %s, want %s", c.zone, c.anchor, got, c.want)
		}
	}
}

// Del. Reg. 2025/301 Art. 5(4): an end at rest moves to noon of the next
// working day; one on a working day does not, however early.
func TestWeekendRelief(t *testing.T) {
	r := Reckoning{Calc: ElapsedWeekendRelief, Period: Period{Hours: 72}, Zone: mustZone(t, "Europe/Berlin"), Table: mustTable(t, "DE")}
	for _, c := range []struct{ anchor, want string }{
		{"2026-11-17T10:00:00+01:00", "2026-11-20 10:00"}, // ends Friday
		{"2026-11-18T10:00:00+01:00", "2026-11-23 12:00"}, // Saturday
		{"2026-11-19T23:59:59+01:00", "2026-11-23 12:00"}, // Sunday
		{"2026-11-20T00:00:00+01:00", "2026-11-23 24:00"}, // see below
		{"2026-11-20T09:00:00+01:00", "2026-11-23 09:00"}, // Monday morning
		{"2026-12-22T10:00:00+01:00", "2026-12-28 12:00"}, // Christmas Day, a Friday
	} {
		got, _ := due(t, r, c.anchor)
		if c.anchor == "2026-11-20T00:00:00+01:00" {
			// Ends with Monday's first instant, which people call Sunday 24:00.
			if got != "2026-11-22 24:00" {
				t.Errorf("from %s: got %s", c.anchor, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("from %s: got %s, want %s", c.anchor, got, c.want)
		}
	}
}

// The swapped Saturday 12 December 2026 is worked in Hungary, and is a weekend
// day all the same.
func TestWeekendReliefOnASwappedSaturday(t *testing.T) {
	r := Reckoning{Calc: ElapsedWeekendRelief, Period: Period{Hours: 24}, Zone: mustZone(t, "Europe/Budapest"), Table: mustTable(t, "HU")}
	if got, _ := due(t, r, "2026-12-11T10:00:00+01:00"); got != "2026-12-14 12:00" {
		t.Errorf("got %s", got)
	}
}

// Relief is the one rule that is not monotone, so that Over may not simply
// take the ends.
func TestReliefIsNotMonotoneAndOverKnows(t *testing.T) {
	r := Reckoning{Calc: ElapsedWeekendRelief, Period: Period{Hours: 72}, Zone: mustZone(t, "Europe/Berlin"), Table: mustTable(t, "DE")}
	sunday, monday := mustTime(t, "2026-11-19T10:00:00+01:00"), mustTime(t, "2026-11-20T09:00:00+01:00")
	a, err := r.Due(sunday)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Due(monday)
	if err != nil {
		t.Fatal(err)
	}
	if !b.At.Before(a.At) {
		t.Fatalf("%s is not before %s: the exception is gone, simplify Over", b.At, a.At)
	}
	over, _, err := r.Over(Span{sunday, monday})
	if err != nil {
		t.Fatal(err)
	}
	if got := over.String(); got != "2026-11-23T00:00:00+01:00/2026-11-23T12:00:00+01:00" {
		t.Errorf("over both: %s", got)
	}
}

func TestOverKeepsOpenSidesOpen(t *testing.T) {
	r := Reckoning{Calc: CNDay, Period: Period{Days: 2}, Zone: mustZone(t, "Asia/Shanghai"), Table: mustTable(t, "CN")}
	at := mustTime(t, "2021-11-24T14:51:00+08:00")
	for _, c := range []struct {
		name string
		in   Span
		want string
	}{
		{"one instant", Instant(at), "2021-11-27T00:00:00+08:00"},
		{"not after", Span{Latest: at}, "…/2021-11-27T00:00:00+08:00"},
		{"not before", Span{Earliest: at}, "2021-11-27T00:00:00+08:00/…"},
		{"wholly open", Span{}, "…/…"},
	} {
		got, res, err := r.Over(c.in)
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
		if shown := !res.At.IsZero(); shown != (c.in != Span{}) {
			t.Errorf("%s: result %v", c.name, res)
		}
	}
	if _, _, err := r.Over(Span{at, at.Add(-time.Second)}); err == nil {
		t.Error("a span that runs backwards was accepted")
	}
	// Provisional if either end is, though the earliest is shown.
	_, res, err := r.Over(Span{at, mustTime(t, "2027-03-08T10:00:00+08:00")})
	if err != nil || !res.Provisional || !res.At.Equal(mustTime(t, "2021-11-27T00:00:00+08:00")) {
		t.Errorf("%+v, %v", res, err)
	}
}

// A country without a table gives dates that say so.
func TestNoHolidaysIsAlwaysProvisional(t *testing.T) {
	r := Reckoning{Calc: BusinessDays, Period: Period{BusinessDays: 5}, Zone: mustZone(t, "Asia/Singapore"), Table: NoHolidays("SG")}
	got, res := due(t, r, "2026-11-20T10:00:00+08:00")
	if got != "2026-11-27 24:00" || !res.Provisional {
		t.Errorf("%s, provisional %v", got, res.Provisional)
	}
	want := Step{Code: StepIncomplete, Args: map[string]string{"calendar": "SG", "year": "2026"}}
	if diff := cmp.Diff(want, res.Steps[len(res.Steps)-1]); diff != "" {
		t.Error(diff)
	}
}

// An unsettled day counts as worked and flags what rests on it, and no more.
func TestAnUnsettledDayFlagsOnlyWhatRestsOnIt(t *testing.T) {
	r := Reckoning{Calc: EUDays, Period: Period{Days: 14}, Zone: mustZone(t, "Europe/Helsinki"), Table: mustTable(t, "FI")}
	for anchor, provisional := range map[string]bool{
		"2026-12-10T12:00:00+02:00": true,  // ends on Christmas Eve
		"2026-12-09T12:00:00+02:00": false, // the day before
	} {
		_, res := due(t, r, anchor)
		if res.Provisional != provisional {
			t.Errorf("%s: provisional %v", anchor, res.Provisional)
		}
	}
	_, res := due(t, r, "2026-12-10T12:00:00+02:00")
	want := Step{StepUnsettled, map[string]string{"calendar": "FI", "date": "2026-12-24", "name": "Christmas Eve"}}
	if diff := cmp.Diff(want, res.Steps[len(res.Steps)-1]); diff != "" {
		t.Error(diff)
	}
}

// The steps are the sum, line by line.
func TestStepsTellTheSum(t *testing.T) {
	r := Reckoning{Calc: BusinessDaysSEC, Period: Period{BusinessDays: 4}, Zone: mustZone(t, "America/New_York"), Table: mustTable(t, "US")}
	_, res := due(t, r, "2026-11-25T15:00:00-05:00")
	want := []Step{
		{StepDayNotCounted, map[string]string{"date": "2026-11-25"}},
		{StepSkipped, map[string]string{"date": "2026-11-26", "why": "holiday", "name": "Thanksgiving Day"}},
		{StepBusinessDay, map[string]string{"n": "1", "date": "2026-11-27"}},
		{StepBusinessDay, map[string]string{"n": "2", "date": "2026-11-30"}},
		{StepBusinessDay, map[string]string{"n": "3", "date": "2026-12-01"}},
		{StepBusinessDay, map[string]string{"n": "4", "date": "2026-12-02"}},
		{StepEndOfDay, map[string]string{"date": "2026-12-02"}},
	}
	if diff := cmp.Diff(want, res.Steps); diff != "" {
		t.Error(diff)
	}
	_, res = due(t, r, "2026-11-28T15:00:00-05:00")
	if diff := cmp.Diff(Step{StepClosed, map[string]string{"date": "2026-11-28", "why": "weekend"}}, res.Steps[0]); diff != "" {
		t.Error(diff)
	}
}

// anyReckoning draws a valid reckoning of each calc, in a zone and with a table
// that have something to trip over.
func anyReckoning(t *rapid.T) Reckoning {
	r := Reckoning{Calc: rapid.SampledFrom(Calcs()).Draw(t, "calc")}
	small := func(name string, least, most int) int { return rapid.IntRange(least, most).Draw(t, name) }
	switch r.Calc {
	case Elapsed, ElapsedWeekendRelief:
		r.Period = Period{Days: small("days", 0, 20), Hours: small("hours", 0, 100), Minutes: small("minutes", 0, 90)}
	case CNHour:
		r.Period = Period{Hours: small("hours", 0, 100)}
	case EUHours:
		r.Period = Period{Hours: small("hours", 1, 100)}
	case EUMonths:
		r.Period = Period{Years: small("years", 0, 2), Months: small("months", 1, 14)}
	case EUDays:
		r.Period = Period{Weeks: small("weeks", 0, 3), Days: small("days", 1, 30)}
	case CNDay, CalendarDays, RetentionMin:
		r.Period = Period{Months: small("months", 0, 14), Days: small("days", 1, 30)}
	case BusinessDays, BusinessDaysSEC:
		r.Period = Period{BusinessDays: small("business days", 1, 30)}
	}
	places := map[string]string{"CN": "Asia/Shanghai", "DE": "Europe/Berlin", "BG": "Europe/Sofia", "US": "America/New_York", "HU": "Europe/Budapest", "EU": "Europe/Brussels", "XX": "America/Havana", "YY": "Australia/Lord_Howe"}
	code := rapid.SampledFrom(slices.Sorted(maps.Keys(places))).Draw(t, "place")
	zone, err := Zone(places[code])
	if err != nil {
		t.Fatal(err)
	}
	r.Zone = zone
	if r.Table, err = Holidays(code); err != nil {
		r.Table = NoHolidays(code)
	}
	if r.Calc == CNDay {
		r.Rest = RestDays(rapid.IntRange(0, 1).Draw(t, "rest"))
	}
	if laws[r.Calc].minTwo {
		r.MinTwoWorkingDays = rapid.SampledFrom([]string{"", "on", "off"}).Draw(t, "two days")
	}
	return r
}

var anyAnchor = rapid.Custom(func(t *rapid.T) time.Time {
	start := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(rapid.IntRange(0, 7*366*24*3600).Draw(t, "second")) * time.Second)
})

// Monotone: a later anchor never gives an earlier due; and every due of an
// anchor inside a span lies inside the span that Over gives.
func TestReckoningLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyReckoning(t)
		a := anyAnchor.Draw(t, "anchor")
		gap := rapid.OneOf(rapid.IntRange(0, 7200), rapid.IntRange(0, 40*24*3600)).Draw(t, "gap")
		b := a.Add(time.Duration(gap) * time.Second)
		mid := a.Add(time.Duration(rapid.IntRange(0, gap).Draw(t, "mid")) * time.Second)
		over, shown, err := r.Over(Span{a, b})
		if err != nil {
			t.Fatal(err)
		}
		first, err := r.Due(a)
		if err != nil {
			t.Fatal(err)
		}
		last, err := r.Due(b)
		if err != nil {
			t.Fatal(err)
		}
		inner, err := r.Due(mid)
		if err != nil {
			t.Fatal(err)
		}
		if r.Calc != ElapsedWeekendRelief && (inner.At.Before(first.At) || last.At.Before(inner.At)) {
			t.Fatalf("%s %s: %s, %s, %s give %s, %s, %s", r.Calc, r.Period, a, mid, b, first.At, inner.At, last.At)
		}
		if !over.Contains(inner.At) {
			t.Fatalf("%s %s over %s to %s is %s, which leaves out %s of %s", r.Calc, r.Period, a, b, over, inner.At, mid)
		}
		if shown.Provisional != (first.Provisional || last.Provisional) {
			t.Fatal("provisional is that of either end")
		}
		if first.At.Before(a) {
			t.Fatalf("%s %s: due %s before its anchor %s", r.Calc, r.Period, first.At, a)
		}
		// No end of an Art. 3(4) period rests, and none of cn-day does.
		lastDay := DateOf(first.At.Add(-time.Second), r.Zone)
		switch r.Calc {
		case CNDay:
			if r.Table.Rest(lastDay, r.Rest) {
				t.Fatalf("cn-day ends on the rest day %s", lastDay)
			}
		case EUDays, EUMonths:
			if r.Table.Kind(lastDay) != Working {
				t.Fatalf("%s ends on %s, which is %s", r.Calc, lastDay, r.Table.Kind(lastDay))
			}
		}
		// The strict reading is never later than the ordinary one of the same length.
		if length, ok := r.Period.ClockDays(); ok && r.Calc != Elapsed && r.Calc != CNHour && first.At.Before(a.Add(length)) && r.Calc != BusinessDays && !hasChange(r.Zone, a, first.At) {
			t.Fatalf("%s %s from %s ends %s, before the time has elapsed", r.Calc, r.Period, a, first.At)
		}
		if len(first.Steps) == 0 {
			t.Fatal("no step explains the result")
		}
	})
}

// hasChange reports whether clocks changed between two instants.
func hasChange(loc *time.Location, a, b time.Time) bool {
	_, x := a.In(loc).Zone()
	_, y := b.In(loc).Zone()
	return x != y
}
