package calendar

import "time"

// wall finds the instants at which clocks in loc show a time in the half-open
// interval [a, b). Both bounds are wall times written on the UTC axis. It
// returns the first such instant and the exclusive end of the last stretch;
// ok is false when no clock in loc ever shows such a time (put forward over
// it). An hour that clocks show twice gives both showings.
func wall(a, b time.Time, loc *time.Location) (first, end time.Time, ok bool) {
	// No zone is more than 26 hours from UTC, so all stretches of constant
	// offset that can matter lie within two days of the UTC reading.
	const reach = 48 * time.Hour
	for at := a.Add(-reach); at.Before(b.Add(reach)); {
		local := at.In(loc)
		_, seconds := local.Zone()
		offset := time.Duration(seconds) * time.Second
		from, to := local.ZoneBounds()
		if !to.IsZero() && !to.After(at) {
			// Go counts 365 days to the end of every year in which it works from a
			// zone's rule, so on 31 December of a leap year the bound lies behind.
			to = at.Add(time.Hour)
		}
		lo, hi := a.Add(-offset), b.Add(-offset)
		if !from.IsZero() && lo.Before(from) {
			lo = from
		}
		if !to.IsZero() && hi.After(to) {
			hi = to
		}
		if lo.Before(hi) {
			if !ok {
				first = lo.In(loc)
			}
			end, ok = hi.In(loc), true
		}
		if to.IsZero() {
			break
		}
		at = to
	}
	return first, end, ok
}
