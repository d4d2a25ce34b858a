package main

import "time"

// unitedStates is the federal holidays with the days on which they are
// observed: the Friday before a Saturday, the Monday after a Sunday.
func unitedStates() table {
	return state{
		code: "US", name: "United States (federal)", cal: true,
		act:  "5 U.S.C. 6103; Executive Order 11582 (days in lieu); Juneteenth since Public Law 117-17 (2021)",
		note: "Closings of federal offices by executive order are no statutory holidays: listed as unsettled.",
		days: func(y *year) {
			federal(y, y.Year)
			// 1 January of the next year can be observed on 31 December of this one.
			if next := date(y.Year+1, 1, 1); next.Weekday() == time.Saturday {
				y.fix(12, 31, "New Year's Day (observed)")
			}
			for _, closed := range []string{"2024-12-24", "2025-01-09", "2025-12-24", "2025-12-26"} {
				if t, err := time.Parse(time.DateOnly, closed); err == nil && t.Year() == y.Year {
					y.open(t, "Federal offices closed by executive order")
				}
			}
			if y.Year%4 == 1 {
				y.fixIn(1, 20, "Inauguration Day", "US-DC")
			}
		},
	}.table()
}

func federal(y *year, n int) {
	observed := func(m time.Month, d int, name string) {
		t := date(n, m, d)
		y.on(t, name)
		switch t.Weekday() {
		case time.Saturday:
			if before := t.AddDate(0, 0, -1); before.Year() == n {
				y.on(before, name+" (observed)")
			}
		case time.Sunday:
			y.on(t.AddDate(0, 0, 1), name+" (observed)")
		}
	}
	observed(1, 1, "New Year's Day")
	y.on(nth(3, time.Monday, n, 1), "Birthday of Martin Luther King, Jr.")
	y.on(nth(3, time.Monday, n, 2), "Washington's Birthday")
	y.on(nth(-1, time.Monday, n, 5), "Memorial Day")
	observed(6, 19, "Juneteenth National Independence Day")
	observed(7, 4, "Independence Day")
	y.on(nth(1, time.Monday, n, 9), "Labor Day")
	y.on(nth(2, time.Monday, n, 10), "Columbus Day")
	observed(11, 11, "Veterans Day")
	y.on(nth(4, time.Thursday, n, 11), "Thanksgiving Day")
	observed(12, 25, "Christmas Day")
}
