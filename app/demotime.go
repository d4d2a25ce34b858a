package app

import (
	"regexp"
	"strconv"
	"time"

	"tocsin/calendar"
	"tocsin/internal/fault"
)

// counted is a time of the demo: NOW-46h, or NOW+19d Europe/Berlin.
var counted = regexp.MustCompile(`NOW([+-])(\d{1,4})([dhm])(?: ([A-Z][A-Za-z]+/[A-Z][A-Za-z_]+))?`)

// fromNow writes the times of a demo file as instants, to the minute, in the zone
// that each names.
func fromNow(data []byte, now time.Time) ([]byte, error) {
	now = now.UTC().Truncate(time.Minute)
	var failed error
	out := counted.ReplaceAllFunc(data, func(m []byte) []byte {
		g := counted.FindSubmatch(m)
		n, err := strconv.Atoi(string(g[1]) + string(g[2]))
		if err != nil {
			failed = fault.New(fault.Internal, "%s: %v", m, err)
			return m
		}
		t := now.Add(time.Duration(n) * map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}[string(g[3])])
		if zone := string(g[4]); zone != "" {
			loc, err := calendar.Zone(zone)
			if err != nil {
				failed = err
				return m
			}
			t = t.In(loc)
		}
		return []byte(t.Format(time.RFC3339))
	})
	return out, failed
}
