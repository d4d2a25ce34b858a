package timeline

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/calendar"
)

func axisOf(s Sheet, width int) *axis { return newPlan(s, Options{Width: width}).ax }

// 2013, one minute of 24 November 2021 and June 2022 on one sheet: each has
// its own segment with its own scale, and ticks that suit it.
func TestThreeErasOnOneAxis(t *testing.T) {
	ax := axisOf(eras(), 1440)
	if len(ax.segs) != 4 {
		t.Fatalf("%d segments, want 2013, the minute, the weeks after it, June 2022", len(ax.segs))
	}
	for i, want := range []struct{ label, caption string }{
		{"17 Jul", "July 2013"}, {"14:51:15", "24 Nov 2021"}, {"26 Nov", "November 2021"}, {"17 Jun", "June 2022"},
	} {
		s := ax.segs[i]
		if got := labels(s); !slices.Contains(got, want.label) {
			t.Errorf("segment %d has the labels %v, want %q among them", i, got, want.label)
		}
		if len(s.captions) == 0 || s.captions[0].text != want.caption {
			t.Errorf("segment %d has the captions %v, want %q", i, s.captions, want.caption)
		}
	}
	if d := ax.x(utc("2021-11-24T14:51:55Z")) - ax.x(utc("2021-11-24T14:51:02Z")); d < 200 {
		t.Errorf("53 seconds are %v pixels wide, too few to read", d)
	}
}

func labels(s segment) []string {
	var out []string
	for _, t := range s.ticks {
		if t.label != "" {
			out = append(out, t.label)
		}
	}
	return out
}

func TestWhereTheAxisIsCut(t *testing.T) {
	day := 86400.0
	for _, c := range []struct {
		name  string
		times []float64
		want  int
	}{
		{"one instant", []float64{0}, 1},
		{"two instants years apart stay on one straight axis", []float64{0, 3000 * day}, 1},
		{"an even month", []float64{0, 5 * day, 9 * day, 14 * day, 20 * day, 30 * day}, 1},
		{"a few days and a gap that leaves them room", []float64{0, day, 2 * day, 6 * day}, 1},
		{"days, then a year of nothing, then days", []float64{0, day, 2 * day, 400 * day, 401 * day}, 2},
		{"working hours of five days need no cut at night", []float64{0, 0.1 * day, 0.3 * day, day, 1.1 * day, 1.4 * day, 2 * day, 2.3 * day, 3 * day, 3.3 * day, 4 * day, 4.2 * day}, 1},
		{"meetings of a minute, a month apart", []float64{0, 60, 30 * day, 30*day + 60, 60 * day, 60*day + 60}, 3},
		{"three such groups", []float64{0, day, 2 * day, 400 * day, 401 * day, 4000 * day}, 3},
		{"three instants in a second among weeks", []float64{0, 9 * day, 9*day + 1, 9*day + 2, 20 * day, 30 * day}, 3},
	} {
		if got := clusters(c.times, 1200, 8); len(got) != c.want {
			t.Errorf("%s: %d segments, want %d", c.name, len(got), c.want)
		}
	}
	if got := clusters([]float64{0, day, 400 * day, 401 * day, 4000 * day, 4001 * day}, 1200, 2); len(got) != 2 {
		t.Errorf("a narrow sheet has room for 2 segments, got %d", len(got))
	}
}

// Time never runs backwards on the sheet, and all of it is on the sheet.
func TestAxisIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-6e10, 2e11), rapid.Float64Range(0, 1e5)), 1, 20).Draw(t, "times")
		places := []place{}
		for _, v := range times {
			places = append(places, place{v, 0})
		}
		ax := newAxis(slices.Clone(times), places, 200, 1400, time.UTC, english())
		probe := append(slices.Clone(times), rapid.SliceOf(rapid.Float64Range(-7e10, 3e11)).Draw(t, "probe")...)
		slices.Sort(probe)
		last := 200.0
		for _, v := range probe {
			x := ax.at(v)
			if math.IsNaN(x) || x < last-1e-6 || x > 1400+1e-6 {
				t.Fatalf("%v is at %v after %v", v, x, last)
			}
			last = x
		}
	})
}

// A day is a stretch: its label stands in the middle of its column, above the
// mark of what happened on that day.
func TestDayLabelStandsUnderItsDay(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "a"}}}
	for _, d := range []string{"2026-03-02", "2026-03-04", "2026-03-05", "2026-03-09"} {
		s.Marks = append(s.Marks, Mark{ID: d, Lane: "a", At: onDay(d), Label: d})
	}
	p := newPlan(s, Options{})
	mark := p.lanes[0].marks[1]
	for _, tk := range p.ax.segs[0].ticks {
		if tk.label == "4" && math.Abs(tk.lx-mark.x) > 0.01 {
			t.Errorf("the label is at %v, the mark of that day at %v", tk.lx, mark.x)
		}
	}
	if !slices.Contains(labels(p.ax.segs[0]), "4") {
		t.Errorf("labels are %v, want every day", labels(p.ax.segs[0]))
	}
}

// Times without an hour get no hours on the axis, even one day alone.
func TestWholeDaysGetNoHours(t *testing.T) {
	for _, s := range []Sheet{
		{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: onDay("2026-03-02")}}},
		{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: between("2026-03-02T00:00:00Z", "2026-03-02T23:59:59Z")}}},
	} {
		for _, l := range labels(axisOf(s, 1440).segs[0]) {
			if strings.Contains(l, ":") {
				t.Errorf("the axis of one whole day has the label %q", l)
			}
		}
	}
}

func TestTicksSuitTheScale(t *testing.T) {
	two := func(a, b string) Sheet {
		return Sheet{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: exactly(a)}, {Lane: "a", At: exactly(b)}}}
	}
	for _, c := range []struct{ name, a, b, want, caption string }{
		{"seconds", "2026-03-02T10:00:01Z", "2026-03-02T10:00:50Z", "10:00:30", "2 Mar 2026"},
		{"minutes", "2026-03-02T10:00:01Z", "2026-03-02T10:40:00Z", "10:30", "2 Mar 2026"},
		{"hours", "2026-03-02T10:00:01Z", "2026-03-03T10:40:00Z", "12:00", "2 Mar 2026"},
		{"days", "2026-03-02T10:00:01Z", "2026-04-03T10:40:00Z", "1 Apr", "March 2026"},
		{"months", "2025-03-02T10:00:01Z", "2026-11-03T10:40:00Z", "Jun", "2026"},
		{"years", "1999-03-02T10:00:01Z", "2026-11-03T10:40:00Z", "2013", ""},
		{"centuries", "0003-03-02T10:00:01Z", "9990-11-03T10:40:00Z", "5000", ""},
	} {
		s := axisOf(two(c.a, c.b), 1440).segs[0]
		if !slices.Contains(labels(s), c.want) {
			t.Errorf("%s: labels %v, want %q among them", c.name, labels(s), c.want)
		}
		var captions []string
		for _, cap := range s.captions {
			captions = append(captions, cap.text)
		}
		if c.caption == "" && len(captions) > 0 || c.caption != "" && !slices.Contains(captions, c.caption) {
			t.Errorf("%s: captions %v, want %q", c.name, captions, c.caption)
		}
	}
}

// Clocks that go back or forward neither stop the ticks nor repeat a place.
func TestTicksWalkOverAClockChange(t *testing.T) {
	zone, err := calendar.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, night := range []string{"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"} {
		from := seconds(utc(night))
		for _, st := range []step{{1, hour}, {6, hour}, {12, hour}, {30, minute}, {1, day}} {
			got := st.walk(from, from+30*3600, zone, 100)
			if len(got) == 0 {
				t.Errorf("%s: no ticks for %v", night, st)
			}
			for i := 1; i < len(got); i++ {
				if !got[i].After(got[i-1]) {
					t.Errorf("%s, step %v: %v does not follow %v", night, st, got[i], got[i-1])
				}
			}
		}
	}
}

// Zooming shows the window alone and says how much lies outside it.
func TestZoomShowsTheWindowAndOwnsUpToTheRest(t *testing.T) {
	o := Options{From: utc("2021-12-08"), To: utc("2021-12-11")}
	p := newPlan(log4shell(), o)
	if len(p.ax.segs) != 1 || p.ax.x(utc("2021-12-11"))-p.ax.x(utc("2021-12-08")) < 900 {
		t.Errorf("the window does not fill the sheet: %d segments", len(p.ax.segs))
	}
	for _, l := range p.lanes {
		for _, m := range l.marks {
			if m.ID == "e3" || m.ID == "e24" {
				t.Errorf("%s lies outside the window and is drawn", m.ID)
			}
		}
	}
	for _, a := range p.arrows {
		if a.ID == "a3" {
			t.Error("an arrow whose place is outside the window was moved to its rim")
		}
	}
	if b := p.lanes[0].bands[0]; !b.openL {
		t.Error("a band that began before the window does not look as if it went on")
	}
	if !strings.Contains(p.Footer, "signs lie outside this window") {
		t.Errorf("the footer hides that something was left out: %q", p.Footer)
	}
	complain(t, p.layout())
}

// Every segment says where in time it is, however narrow it is.
func TestEverySegmentHasADate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "n")
		var times []float64
		var places []place
		at := 1.6e9
		for range n {
			for range rapid.IntRange(1, 3).Draw(t, "near") {
				times, places = append(times, at), append(places, place{at, 0})
				at += float64(rapid.SampledFrom([]int{1, 7, 60, 3000, 86400, 400000}).Draw(t, "step"))
			}
			at = float64(int(at/86400))*86400 + rapid.Float64Range(1e5, 1e9).Draw(t, "leap")
		}
		ax := newAxis(times, places, 200, rapid.Float64Range(640, 1500).Draw(t, "x1"), time.UTC, german())
		for i, s := range ax.segs {
			if len(s.captions) == 0 && len(labels(s)) == 0 {
				t.Fatalf("segment %d of %d, %v to %v, says nothing", i, len(ax.segs), instant(s.t0, time.UTC), instant(s.t1, time.UTC))
			}
		}
	})
}

// Lone dates far from the dense beginning share one coarse scale.
func TestLoneDatesShareAScale(t *testing.T) {
	day := 86400.0
	times := []float64{0, day / 2, day, 2 * day, 3 * day, 90 * day, 120 * day, 180 * day}
	places := []place{}
	for _, v := range times {
		places = append(places, place{v, 0})
	}
	ax := newAxis(times, places, 200, 1400, time.UTC, english())
	if len(ax.segs) != 2 {
		t.Errorf("%d segments, want the first days and one for the three lone dates", len(ax.segs))
	}
}
