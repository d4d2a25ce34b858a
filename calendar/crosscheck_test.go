package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
)

var others = map[string][]*cal.Holiday{
	"AT": at.Holidays, "BE": be.Holidays, "BG": bg.Holidays, "CZ": cz.Holidays, "DE": de.Holidays, "DK": dk.Holidays,
	"ES": es.Holidays, "FR": fr.Holidays, "GR": gr.Holidays, "HR": hr.Holidays, "IE": ie.Holidays,
	"IT": it.Holidays, "LT": lt.Holidays, "LV": lv.Holidays, "NL": nl.Holidays, "PL": pl.Holidays,
	"RO": ro.Holidays, "SE": se.Holidays, "SI": si.Holidays, "SK": sk.Holidays, "US": us.Holidays,
}

// differences lists every weekday of 2021 to 2028 on which a table and
// rickar/cal disagree about a national public holiday: "+" is a holiday here
// only, "-" there only.
func differences(t *testing.T, code string, holidays []*cal.Holiday) []string {
	t.Helper()
	table := mustTable(t, code)
	other := &cal.Calendar{}
	other.AddHoliday(holidays...)
	var out []string
	for d := (Date{2021, 1, 1}); d.Year < 2029; d = d.AddDays(1) {
		if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		actual, observed, _ := other.IsHoliday(time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC))
		here, there := table.Kind(d) == Holiday, actual || observed
		switch {
		case here && !there:
			out = append(out, "+"+d.String())
		case there && !here:
			out = append(out, "-"+d.String())
		}
	}
	return out
}

// accepted explains each difference. It has to stay exact: an explained
// difference that is gone fails the test as much as a new one.
var accepted = map[string][]struct{ days, why string }{
	"BG": {
		{"+2024-05-01 -2024-05-07", "it moves Labour Day behind Easter by the Greek rule; Art. 154 of the Labour Code knows no such move"},
		{"+2025-12-31 +2026-01-02", "one-off days around the change to the euro"},
	},
	"DK": {{"-2023-06-05 -2024-06-05 -2025-06-05 -2026-06-05", "Constitution Day is no holiday of the church; unsettled here"}},
	"GR": {
		{"+2021-05-04 +2022-05-02", "1 May in Holy Week or on a Sunday was moved by decision"},
		{"+2024-05-07 -2024-05-01", "1 May 2024 fell into Holy Week and was moved by decision"},
	},
	"IT": {{"+2027-10-04 +2028-10-04", "St Francis is a holiday again since law 151/2025"}},
	"LV": {{"+2023-05-29 +2023-07-10", "one-off days: ice hockey, Song and Dance Festival"}},
	"PL": {{"+2025-12-24 +2026-12-24 +2027-12-24", "Christmas Eve is a holiday since 2025"}},
	"RO": {{"+2025-01-06 +2025-01-07 +2026-01-06 +2026-01-07 +2027-01-06 +2027-01-07 +2028-01-06 +2028-01-07", "Epiphany and St John are holidays since 2024"}},
	"SE": {
		{"-2021-06-25 -2022-06-24 -2023-06-23 -2024-06-21 -2025-06-20 -2026-06-19 -2027-06-25 -2028-06-23", "Midsummer Eve is no holiday by the act of 1989; unsettled here"},
		{"-2021-12-24 -2024-12-24 -2025-12-24 -2026-12-24 -2027-12-24", "Christmas Eve, likewise"},
		{"-2021-12-31 -2024-12-31 -2025-12-31 -2026-12-31 -2027-12-31", "New Year's Eve, likewise"},
	},
	"SI": {{"+2023-08-14", "one-off day of solidarity after the floods"}},
	"SK": {
		{"-2025-09-01 -2026-09-01 -2027-09-01 -2028-09-01", "1 September is worked since 2024; unsettled here"},
		{"-2025-11-17 -2026-11-17 -2027-11-17 -2028-11-17", "17 November is worked since 2025; unsettled here"},
		{"-2026-05-08 -2026-09-15", "worked in 2026 only; unsettled here"},
	},
}

func TestHolidaysAgreeWithAnotherCalendar(t *testing.T) {
	for code, holidays := range others {
		t.Run(code, func(t *testing.T) {
			explained := map[string]string{}
			for _, a := range accepted[code] {
				for _, day := range strings.Fields(a.days) {
					explained[day] = a.why
				}
			}
			for _, day := range differences(t, code, holidays) {
				if explained[day] == "" {
					t.Errorf("%s is not explained", day)
				}
				delete(explained, day)
			}
			for day, why := range explained {
				t.Errorf("%s is no difference any more (%s)", day, why)
			}
			// What the table says of this comparison in its sources has to be so.
			if !slices.ContainsFunc(mustTable(t, code).Sources(2026), mentionsOther) {
				t.Error("the table does not name the comparison")
			}
		})
	}
	for _, code := range Codes() {
		if others[code] == nil && slices.ContainsFunc(mustTable(t, code).Sources(2026), mentionsOther) {
			t.Errorf("%s: the table names a comparison that is not made", code)
		}
	}
}

func mentionsOther(source string) bool { return strings.Contains(source, "rickar/cal") }

// The control: against the holidays of another country the comparison must
// find fault.
func TestCrossCheckWouldNotice(t *testing.T) {
	if got := differences(t, "DE", at.Holidays); len(got) < 20 {
		t.Errorf("Germany and Austria differ on %d days only", len(got))
	}
}
