package timeline

import (
	"strings"
	"testing"
	"time"
)

func TestStepsFloor(t *testing.T) {
	at := time.Date(2026, 11, 27, 14, 51, 37, 5, time.UTC)
	for _, c := range []struct {
		s    step
		want string
	}{
		{step{1, second}, "2026-11-27T14:51:37Z"}, {step{15, second}, "2026-11-27T14:51:30Z"},
		{step{1, minute}, "2026-11-27T14:51:00Z"}, {step{10, minute}, "2026-11-27T14:50:00Z"},
		{step{1, hour}, "2026-11-27T14:00:00Z"}, {step{6, hour}, "2026-11-27T12:00:00Z"},
		{step{1, day}, "2026-11-27T00:00:00Z"}, {step{5, day}, "2026-11-26T00:00:00Z"}, {step{10, day}, "2026-11-21T00:00:00Z"},
		{step{1, month}, "2026-11-01T00:00:00Z"}, {step{3, month}, "2026-10-01T00:00:00Z"}, {step{6, month}, "2026-07-01T00:00:00Z"},
		{step{1, year}, "2026-01-01T00:00:00Z"}, {step{10, year}, "2020-01-01T00:00:00Z"}, {step{500, year}, "2000-01-01T00:00:00Z"},
	} {
		if got := c.s.floor(at).Format(time.RFC3339); got != c.want {
			t.Errorf("%v: %s, want %s", c.s, got, c.want)
		}
	}
}

// Days start again at each month, and no short rest stands before a first.
func TestStepsOfDaysStartAgainEachMonth(t *testing.T) {
	for _, c := range []struct {
		n    int
		from string
		want string
	}{
		{5, "2026-01-20", "21 26 1 6 11 16 21 26 1 6"},
		{10, "2026-01-20", "21 1 11 21 1 11 21 1 11 21"},
		{15, "2026-01-10", "16 1 16 1 16 1 16 1 16 1"},
		{2, "2026-02-24", "25 27 1 3 5 7 9 11 13 15"},
	} {
		from := seconds(utc(c.from))
		var got []string
		for _, d := range (step{c.n, day}).walk(from, from+300*86400, time.UTC, 400) {
			got = append(got, itoa(d.Day()))
		}
		if s := strings.Join(got[:10], " "); s != c.want {
			t.Errorf("every %d days: %s, want %s", c.n, s, c.want)
		}
	}
}

func TestWalkRefusesTooMany(t *testing.T) {
	if got := (step{1, second}).walk(0, 1e9, time.UTC, 100); got != nil {
		t.Errorf("%d ticks", len(got))
	}
}

func TestTurns(t *testing.T) {
	for _, c := range []struct {
		u    unit
		at   string
		want bool
	}{
		{hour, "2026-03-02T00:00:00Z", true}, {hour, "2026-03-02T06:00:00Z", false},
		{day, "2026-03-01", true}, {day, "2026-03-02", false},
		{month, "2026-01-01", true}, {month, "2026-02-01", false}, {year, "2026-01-01", false},
	} {
		if got := turns(c.u, utc(c.at)); got != c.want {
			t.Errorf("%s: %v", c.at, got)
		}
	}
}

// The names of months are all long or all short between the ends of a segment.
func TestCaptionsOfMonthsAreOfOneKind(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: exactly("2026-01-03")}, {Lane: "a", At: exactly("2026-04-08")}}}
	for width := 640; width < 1500; width += 20 {
		ax := axisOf(s, width)
		long, short := 0, 0
		for _, c := range ax.segs[0].captions {
			switch c.text {
			case "February 2026":
				long++
			case "Mar 2026":
				short++
			}
		}
		if long > 0 && short > 0 {
			t.Errorf("at %d: %v", width, ax.segs[0].captions)
		}
	}
}

func TestNoonOnTheAxisOnlyWhereItMatters(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: exactly("2026-01-03T11:00:00Z")}, {Lane: "a", At: exactly("2026-01-15T09:00:00Z")}}}
	for _, l := range labels(axisOf(s, 2400).segs[0]) {
		if strings.Contains(l, ":") {
			t.Fatalf("twelve days, and the axis shows %s", l)
		}
	}
}

func TestMidnightIsNoHour(t *testing.T) {
	for s, want := range map[string]bool{"2026-01-03T00:00:00Z": true, "2026-01-03T23:59:59Z": true, "2026-01-03T23:59:00Z": false, "2026-01-03T12:00:00Z": false, "2026-01-03T00:00:01Z": false} {
		if got := midnight(utc(s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}
