package timeline

import (
	"math"
	"slices"
	"sort"
	"time"
)

// Measures of the axis in pixels.
const (
	breakGap   = 20.0 // between two segments, where the axis is cut
	insetDays  = 16.0 // from a segment's edge to its first time
	insetHours = 34.0 // there the first label stands on its tick, not beside it
	minSegment = 76.0
)

// A segment is a stretch of the axis with one scale. Its panel runs from x0 to
// x1; the times t0 and t1 (Unix seconds) lie inside it at a and b, and the
// panel's edges stand for the times e0 and e1.
type segment struct {
	t0, t1, e0, e1 float64
	x0, x1, a, b   float64
	inset          float64
	whole          bool // nothing in it is finer than a day
	ticks          []tick
	captions       []caption
}

// axis maps time to pixels, piece by piece; it never runs backwards.
type axis struct {
	segs   []segment
	x0, x1 float64
	zone   *time.Location
	knots  [][2]float64 // time, x; ascending
}

// seconds is Unix time with its fraction; unlike a Duration it holds any
// distance between two years.
func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

func instant(sec float64, zone *time.Location) time.Time {
	whole := math.Floor(sec)
	return time.Unix(int64(whole), int64((sec-whole)*1e9)).In(zone)
}

// x is the place of an instant.
func (a *axis) x(t time.Time) float64 { return a.at(seconds(t)) }

func (a *axis) at(sec float64) float64 {
	n := len(a.knots)
	if n == 0 {
		return a.x0
	}
	i := sort.Search(n, func(i int) bool { return a.knots[i][0] > sec })
	switch i {
	case 0:
		return a.knots[0][1]
	case n:
		return a.knots[n-1][1]
	}
	p, q := a.knots[i-1], a.knots[i]
	return p[1] + (q[1]-p[1])*(sec-p[0])/(q[0]-p[0])
}

// panel is the extent of the segment around a place on the axis.
func (a *axis) panel(x float64) (x0, x1 float64) {
	for _, s := range a.segs {
		if x >= s.x0 && x <= s.x1 {
			return s.x0, s.x1
		}
	}
	return a.x0, a.x1
}

// place is one labelled thing on the axis: it asks for room at its time.
type place struct {
	at   float64
	lane int
}

// newAxis cuts the times into segments and shares the width out among them by
// how much there is to show in each.
func newAxis(times []float64, places []place, x0, x1 float64, zone *time.Location, w Words) *axis {
	a := &axis{x0: x0, x1: x1, zone: zone}
	slices.Sort(times)
	times = slices.Compact(times)
	if len(times) == 0 {
		return a
	}
	limit := max(1, int((x1-x0+breakGap)/(minSegment+2*breakGap)))
	for _, c := range sparse(clusters(times, x1-x0, limit), times, places) {
		a.segs = append(a.segs, newSegment(times[c[0]:c[1]+1], zone))
	}
	a.share(places)
	for i := range a.segs {
		a.segs[i].rule(zone, w)
	}
	return a
}

// clusters gives the first and last index of each segment. The longest gap is
// cut when the others leave texts no room and it is out of proportion; what
// happened within an instant, seen from the scale of its segment, gets a
// segment of its own.
func clusters(ts []float64, width float64, limit int) [][2]int {
	cut := make([]bool, len(ts)) // cut[i]: between i and i+1
	for segs := 1; segs < limit; segs++ {
		longest := -1
		var gaps []float64
		for i := range len(ts) - 1 {
			if g := ts[i+1] - ts[i]; !cut[i] {
				if gaps = append(gaps, g); longest < 0 || g > ts[longest+1]-ts[longest] {
					longest = i
				}
			}
		}
		if len(gaps) < 2 || !outOfProportion(gaps, width) {
			break
		}
		cut[longest] = true
	}
	out := runs(cut)
	for _, c := range out {
		if len(out) < limit {
			burst(ts, cut, c, limit-len(out))
			out = runs(cut)
		}
	}
	return out
}

// outOfProportion tells whether the longest gap should be cut: half of the gaps
// are narrower than a label's breath, and either the longest takes a third of
// the axis and is far longer than the others, or it and its like leave less
// than a tenth to all else.
func outOfProportion(gaps []float64, width float64) bool {
	total, longest := 0.0, slices.Max(gaps)
	for _, g := range gaps {
		total += g
	}
	narrow, small := 0, 0.0
	for _, g := range gaps {
		if g/total*width < 30 {
			narrow++
		}
		if g < longest/3 {
			small += g
		}
	}
	mean := (total - longest) / float64(len(gaps)-1)
	return 2*narrow >= len(gaps) && (longest >= 0.3*total && longest >= 5*mean || small < 0.1*total)
}

// burst cuts off, within one cluster, the first group of three or more
// instants that would share one pixel there.
func burst(ts []float64, cut []bool, c [2]int, spare int) {
	pixel := (ts[c[1]] - ts[c[0]]) / 1500
	for i := c[0]; i < c[1]; i++ {
		j := i
		for j < c[1] && ts[j+1]-ts[j] < pixel && ts[j+1]-ts[i] < 3*pixel {
			j++
		}
		if j-i < 2 {
			continue
		}
		need := 0
		if i > c[0] {
			need++
		}
		if j < c[1] {
			need++
		}
		if need == 0 || need > spare {
			return
		}
		if i > c[0] {
			cut[i-1] = true
		}
		if j < c[1] {
			cut[j] = true
		}
		return
	}
}

// sparse joins neighbours that hold only one to three things each, at distances
// of one order: a few lone dates read better on one coarse scale than each on
// a scale of its own.
func sparse(cs [][2]int, ts []float64, places []place) [][2]int {
	few := func(c [2]int) bool {
		n := 0
		for _, p := range places {
			if p.at >= ts[c[0]] && p.at <= ts[c[1]] {
				n++
			}
		}
		return n <= 3
	}
	var out [][2]int
	var least, most float64 // gaps inside the last of out
	open := false           // the last of out has only sparse members
	for _, c := range cs {
		if lone := few(c); lone && open {
			last := &out[len(out)-1]
			gap := ts[c[0]] - ts[last[1]]
			if least == 0 || max(most, gap) <= 8*min(least, gap) {
				if least == 0 {
					least, most = gap, gap
				}
				least, most = min(least, gap), max(most, gap)
				last[1] = c[1]
				continue
			}
		}
		out, open, least, most = append(out, c), few(c), 0, 0
	}
	return out
}

func runs(cut []bool) [][2]int {
	var out [][2]int
	from := 0
	for i := range cut {
		if cut[i] || i == len(cut)-1 {
			out = append(out, [2]int{from, i})
			from = i + 1
		}
	}
	return out
}

// newSegment rounds a cluster out to whole days or hours where that costs
// little, so that the first and last column of the calendar are complete.
func newSegment(times []float64, zone *time.Location) segment {
	const hour, day = 3600.0, 86400.0
	t0, t1 := times[0], times[len(times)-1]
	out := segment{inset: insetDays, whole: len(times) > 1 && !slices.ContainsFunc(times, func(t float64) bool { return !midnight(instant(t, zone)) })}
	if t1-t0 < 20*hour {
		out.inset = insetHours
	}
	switch length := t1 - t0; {
	case length == 0:
		half := day / 2
		if at := instant(t0, zone); at.Hour()+at.Minute()+at.Second() != 0 {
			half = hour
			if at.Second() != 0 {
				half = 60
			}
		}
		t0, t1 = t0-half, t1+half
	case length > 20*hour && length < 400*day:
		first, last := instant(t0, zone), instant(t1, zone)
		t0 = seconds(time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone))
		if end := seconds(time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, zone)); end < t1 {
			t1 = seconds(time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone))
		}
	}
	out.t0, out.t1 = t0, t1
	return out
}

// midnight tells whether an instant is where a day begins or, written as
// 23:59:59, ends: such times carry no hour.
func midnight(t time.Time) bool {
	u := t.Add(time.Second)
	return t.Hour()+t.Minute()+t.Second() == 0 || u.Hour()+u.Minute()+u.Second() == 0 && t.Second() == 59
}

// share gives each segment its width: a least one, and of the rest a part by
// the number of things in it, those in the fullest lane counting most.
func (a *axis) share(places []place) {
	n := len(a.segs)
	for i := 1; i < n; i++ { // rounding out must not let neighbours overlap
		if a.segs[i].t0 < a.segs[i-1].t1 {
			mid := (a.segs[i].t0 + a.segs[i-1].t1) / 2
			a.segs[i].t0, a.segs[i-1].t1 = mid, mid
		}
	}
	weight := make([]float64, n)
	total := 0.0
	for i, s := range a.segs {
		lanes := map[int]float64{}
		all, fullest := 0.0, 0.0
		for _, p := range places {
			if p.at >= s.t0 && p.at <= s.t1 {
				all++
				lanes[p.lane]++
				fullest = max(fullest, lanes[p.lane])
			}
		}
		weight[i] = 1 + fullest + 0.35*all
		total += weight[i]
	}
	free := a.x1 - a.x0 - breakGap*float64(n-1) - minSegment*float64(n)
	x := a.x0
	for i := range a.segs {
		s := &a.segs[i]
		s.x0 = x
		s.x1 = x + minSegment + free*weight[i]/total
		s.a, s.b = s.x0+s.inset, s.x1-s.inset
		x = s.x1 + breakGap
	}
	a.segs[n-1].x1 = a.x1
	a.segs[n-1].b = a.x1 - a.segs[n-1].inset
	a.knot()
}

// knot fixes the times of the panels' edges and the points between which the
// axis is straight.
func (a *axis) knot() {
	for i := range a.segs {
		s := &a.segs[i]
		slope := (s.t1 - s.t0) / (s.b - s.a)
		s.e0, s.e1 = s.t0-s.inset*slope, s.t1+s.inset*slope
		if i > 0 {
			p := &a.segs[i-1]
			third := (s.t0 - p.t1) / 3
			p.e1, s.e0 = min(p.e1, p.t1+third), max(s.e0, s.t0-third)
		}
	}
	for _, s := range a.segs {
		for _, k := range [][2]float64{{s.e0, s.x0}, {s.t0, s.a}, {s.t1, s.b}, {s.e1, s.x1}} {
			if n := len(a.knots); n == 0 || k[0] > a.knots[n-1][0] {
				a.knots = append(a.knots, k)
			}
		}
	}
}
