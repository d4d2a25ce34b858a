package letter

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/plaintext"
)

// end is the last instant of a day, or the instant itself.
func (w When) end() time.Time {
	if !w.Day {
		return w.Time
	}
	y, m, d := w.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, w.Location()).Add(-time.Second)
}

// iso writes the date for messages.
func (w When) iso() string {
	if w.Day {
		return w.Format(time.DateOnly)
	}
	return w.Format(time.RFC3339)
}

// in writes the date in a language, always with its zone.
func (w When) in(lang string) string {
	if w.IsZero() {
		return ""
	}
	day := strconv.Itoa(w.Time.Day())
	if w.Time.Day() == 1 && lang == "fr" {
		day = "1er"
	}
	date := say(lang, "date", "day", day, "month", say(lang, "month."+strconv.Itoa(int(w.Month()))), "year", strconv.Itoa(w.Year()))
	if w.Day {
		return say(lang, "day-zone", "date", date, "zone", w.zone())
	}
	clock := w.Format("15:04")
	if w.Second() != 0 || w.Nanosecond() != 0 {
		clock = w.Format("15:04:05")
	}
	return say(lang, "moment", "date", date, "time", clock, "zone", w.zone())
}

// zone names the clock: the zone's name where it has one, and its offset then.
func (w When) zone() string {
	_, s := w.Time.Zone()
	offset := "UTC"
	if s != 0 {
		sign := "+"
		if s < 0 {
			sign, s = "−", -s
		}
		offset = fmt.Sprintf("UTC%s%d", sign, s/3600)
		if s%3600 != 0 {
			offset += fmt.Sprintf(":%02d", s/60%60)
		}
	}
	if name := plaintext.Clean(w.Location().String()); strings.Contains(name, "/") {
		return name + ", " + offset
	}
	return offset
}
