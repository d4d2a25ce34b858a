package timeline

import (
	"slices"
	"time"
)

// Units of the calendar, finest first.
type unit int

const (
	second unit = iota
	minute
	hour
	day
	month
	year
)

// about is the length of a unit in seconds, for estimates only; ticks are
// always counted in civil time.
var about = [...]float64{1, 60, 3600, 86400, 30.44 * 86400, 365.25 * 86400}

// longest is up to how many of a unit a segment may last for its ticks to be
// counted in that unit: noon means nothing within a month, the sixteenth
// nothing within two years.
var longest = [...]float64{3600, 2000, 150, 100, 110, 1e9}

type step struct {
	n int
	u unit
}

// steps is the ladder of labelled ticks, finest first.
var steps = []step{
	{1, second}, {5, second}, {10, second}, {15, second}, {30, second},
	{1, minute}, {2, minute}, {5, minute}, {10, minute}, {15, minute}, {30, minute},
	{1, hour}, {2, hour}, {3, hour}, {6, hour}, {12, hour},
	{1, day}, {2, day}, {5, day}, {10, day}, {15, day},
	{1, month}, {2, month}, {3, month}, {6, month},
	{1, year}, {2, year}, {5, year}, {10, year}, {20, year}, {50, year}, {100, year}, {200, year}, {500, year}, {1000, year}, {2000, year}, {5000, year},
}

// A tick is a line on the axis; its label, if it has one, is centred at lx: on
// the tick for clock times, in the middle of its column for days, months and
// years, because those are stretches and not instants.
type tick struct {
	x, lx float64
	label string
	major bool
	turn  bool // a greater unit begins here: a day, a month, a year
}

// A caption names the greater unit below the ticks: month and year, or day.
type caption struct {
	x    float64
	text string
}

// floor is the last boundary of the step at or before t.
func (s step) floor(t time.Time) time.Time {
	y, m, d := t.Date()
	z := t.Location()
	down := func(v, n int) int { return v - v%n }
	switch s.u {
	case second:
		return time.Date(y, m, d, t.Hour(), t.Minute(), down(t.Second(), s.n), 0, z)
	case minute:
		return time.Date(y, m, d, t.Hour(), down(t.Minute(), s.n), 0, 0, z)
	case hour:
		return time.Date(y, m, d, down(t.Hour(), s.n), 0, 0, 0, z)
	case day:
		return time.Date(y, m, down(d-1, s.n)+1, 0, 0, 0, 0, z)
	case month:
		return time.Date(y, time.Month(down(int(m)-1, s.n)+1), 1, 0, 0, 0, 0, z)
	}
	return time.Date(down(y, s.n), 1, 1, 0, 0, 0, 0, z)
}

// next is the boundary after the boundary t. Days start again at the first of
// each month, and a last short stretch is skipped, so that labels read 1, 6,
// 11, … and not 31, 1.
func (s step) next(t time.Time) time.Time {
	y, m, d := t.Date()
	z := t.Location()
	var to time.Time
	switch s.u {
	case second, minute, hour:
		// Elapsed time, not civil fields: an hour that a change of clocks
		// repeats or skips must not stop the walk.
		return s.floor(t.Add(time.Duration(s.n) * time.Duration(about[s.u]) * time.Second).Add(s.slack()))
	case day:
		to = time.Date(y, m, d+s.n, 0, 0, 0, 0, z)
		first := time.Date(y, m+1, 1, 0, 0, 0, 0, z)
		if s.n > 1 && first.Sub(to) < time.Duration(s.n)*12*time.Hour {
			to = first
		}
	case month:
		to = time.Date(y, m+time.Month(s.n), 1, 0, 0, 0, 0, z)
	default:
		to = time.Date(y+s.n, 1, 1, 0, 0, 0, 0, z)
	}
	return to
}

// slack lets a step of hours land past a clock change and be floored back.
func (s step) slack() time.Duration {
	if s.u == hour && s.n > 1 {
		return 90 * time.Minute
	}
	return 0
}

// walk lists the boundaries of a step from t0 to t1, none if they are more
// than most.
func (s step) walk(t0, t1 float64, zone *time.Location, most int) []time.Time {
	if (t1-t0)/(about[s.u]*float64(s.n)) > float64(most) {
		return nil
	}
	var out []time.Time
	for t := s.floor(instant(t0, zone)); seconds(t) <= t1 && len(out) <= most+2; {
		if seconds(t) >= t0 {
			out = append(out, t)
		}
		n := s.next(t)
		if !n.After(t) {
			n = t.Add(time.Duration(about[min(s.u, day)]) * time.Second)
		}
		t = n
	}
	return out
}

// at is the place of a time by the segment's own scale, also beyond its ends.
func (s *segment) at(sec float64) float64 {
	return s.a + (s.b-s.a)*(sec-s.t0)/(s.t1-s.t0)
}

// rule chooses the finest step whose labels fit and writes ticks and captions.
func (s *segment) rule(zone *time.Location, w Words) {
	room := s.x1 - s.x0
	for _, st := range steps {
		if s.whole && st.u < day || (s.t1-s.t0)/about[st.u] > longest[st.u] {
			continue
		}
		s.ticks = s.label(st, zone, w)
		if s.ticks != nil {
			s.minor(st, zone)
			s.caption(st.u, zone, w, room)
			return
		}
	}
	// Nothing fits a very narrow segment but its date, as far as there is room.
	mid := (s.t0 + s.t1) / 2
	for _, pattern := range []string{w.FullDay, fill(w.MonthYear, "M", "{m}"), "{y}"} {
		c := caption{(s.x0 + s.x1) / 2, w.date(pattern, instant(mid, zone))}
		if measure(c.text, small, false) <= room+breakGap-8 {
			s.ticks, s.captions = []tick{{x: s.at(mid), lx: s.at(mid), major: true}}, []caption{c}
			return
		}
	}
}

// label gives the labelled ticks of one step, or nothing when they do not fit.
func (s *segment) label(st step, zone *time.Location, w Words) []tick {
	times := st.walk(s.e0, s.e1, zone, int((s.x1-s.x0)/14)+1)
	if st.u == day && st.n > 1 && s.t1-s.t0 < 20*about[day] {
		// A few days in a narrow segment count from the first of them.
		times = slices.DeleteFunc(step{1, day}.walk(s.t0, s.t1-1, zone, 30), func(t time.Time) bool {
			return int((seconds(t)-s.t0)/about[day]+0.5)%st.n != 0
		})
	}
	if len(times) == 0 {
		return nil
	}
	var out []tick
	free, fits := s.x0-8, 0
	for i, t := range times {
		x := s.at(seconds(t))
		tk := tick{x: x, lx: x, major: true, turn: turns(st.u, t)}
		if st.u >= day {
			one := step{1, st.u}
			tk.lx = (x + s.at(seconds(one.next(t)))) / 2
		}
		if x < s.x0-0.5 || tk.lx > s.x1-2 {
			continue
		}
		tk.label = tickLabel(st.u, t, i == 0 || fits == 0, w)
		half := measure(tk.label, small, false) / 2
		if tk.lx-half < free || tk.lx+half > s.x1+6 {
			// A first of the month matters more than the day before it.
			if p := len(out) - 1; st.u == day && t.Day() == 1 && p > 0 && out[p].label != "" && tk.lx+half <= s.x1+6 &&
				tk.lx-half >= out[p-1].lx+measure(out[p-1].label, small, false)/2+6 {
				out[p].label = ""
			} else {
				tk.label = ""
			}
		}
		if tk.label != "" {
			free = tk.lx + half + 6
			fits++
		}
		out = append(out, tk)
	}
	if fits == 0 || fits*10 < len(out)*7 && len(out) > 1 {
		return nil
	}
	return out
}

// turns tells whether the next greater unit begins at a tick.
func turns(u unit, t time.Time) bool {
	switch u {
	case day:
		return t.Day() == 1
	case month:
		return t.YearDay() == 1
	case year:
		return false
	}
	return t.Hour()+t.Minute()+t.Second() == 0
}

func tickLabel(u unit, t time.Time, first bool, w Words) string {
	switch u {
	case second:
		return t.Format("15:04:05")
	case minute, hour:
		return t.Format("15:04")
	case day:
		if first || t.Day() == 1 {
			return w.date(w.DayMonth, t)
		}
		return itoa(t.Day())
	case month:
		return w.ShortMonths[t.Month()-1]
	}
	return itoa(t.Year())
}

// minor adds unlabelled ticks of the next finer unit where they stay apart.
func (s *segment) minor(st step, zone *time.Location) {
	fine := step{1, st.u}
	if st.n == 1 && st.u > second {
		fine = step{1, st.u - 1}
		if fine.u == hour || fine.u == minute || fine.u == second {
			fine.n = 6
			if fine.u != hour {
				fine.n = 15
			}
		}
	}
	have := map[int]bool{}
	for _, t := range s.ticks {
		have[int(t.x)] = true
	}
	times := fine.walk(s.e0, s.e1, zone, int((s.x1-s.x0)/5))
	for _, t := range times {
		if x := s.at(seconds(t)); x >= s.x0 && x <= s.x1 && !have[int(x)] {
			s.ticks = append(s.ticks, tick{x: x, lx: x})
		}
	}
}

// caption names the months of days, the days of clock times, the years of
// months. What does not fit its own part is left out, but one always stays.
func (s *segment) caption(u unit, zone *time.Location, w Words, room float64) {
	if u == year {
		return
	}
	part, pattern, short := step{1, day}, w.FullDay, w.FullDay
	switch u {
	case day:
		part, pattern, short = step{1, month}, w.MonthYear, fill(w.MonthYear, "M", "{m}")
	case month:
		part, pattern, short = step{1, year}, "{y}", "{y}"
	}
	best, tight := s.parts(part, pattern, short, zone, w)
	if tight { // a whole month has no room for its long name: all are short
		best, _ = s.parts(part, short, short, zone, w)
	}
	if len(s.captions) > 0 || best.text == "" {
		return
	}
	need := measure(best.text, small, false)
	if need > room+breakGap-6 {
		best.text = w.date(short, instant((s.t0+s.t1)/2, zone))
		need = measure(best.text, small, false)
	}
	best.x = min(max(best.x, s.x0-breakGap/2+3+need/2), s.x1+breakGap/2-3-need/2)
	s.captions = []caption{best}
}

// parts captions each part that has room, the ones at the ends by the short
// pattern if need be. It gives the widest part's caption and tells whether a
// part between the ends was too narrow for the long one.
func (s *segment) parts(part step, long, short string, zone *time.Location, w Words) (best caption, tight bool) {
	s.captions = nil
	widest := -1.0
	for _, t := range part.walk(seconds(part.floor(instant(s.e0, zone))), s.e1, zone, 400) {
		x0, x1 := max(s.x0, s.at(seconds(t))), min(s.x1, s.at(seconds(part.next(t))))
		c := caption{(x0 + x1) / 2, w.date(long, t)}
		if x1-x0 > widest {
			best, widest = c, x1-x0
		}
		if measure(c.text, small, false)+8 > x1-x0 {
			c.text = w.date(short, t)
			tight = tight || long != short && x0 > s.x0 && x1 < s.x1
		}
		if measure(c.text, small, false)+8 <= x1-x0 {
			s.captions = append(s.captions, c)
		}
	}
	return best, tight
}
