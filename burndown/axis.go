package burndown

import (
	"slices"
	"time"
)

// axis maps time to pixels.
type axis struct {
	t0, t1 time.Time
	x0, x1 float64
	ticks  []tick
}

type tick struct {
	x     float64
	label string
}

func (a *axis) at(t time.Time) float64 {
	return a.x0 + (a.x1-a.x0)*float64(t.Unix()-a.t0.Unix())/float64(a.t1.Unix()-a.t0.Unix())
}

// extent is the time that the chart must hold, with a little room at its end.
func (c Chart) extent() (t0, t1 time.Time) {
	var all []time.Time
	for _, p := range c.Panels {
		for _, pt := range p.Points {
			all = append(all, pt.At)
		}
	}
	for _, p := range c.Poles {
		all = append(all, p.At, p.To)
	}
	if !c.Now.IsZero() {
		all = append(all, c.Now)
	}
	if len(all) == 0 {
		t0 = time.Unix(0, 0).In(c.Zone)
		return t0, t0.AddDate(0, 0, 1)
	}
	t0, t1 = slices.MinFunc(all, time.Time.Compare), slices.MaxFunc(all, time.Time.Compare)
	room := max((t1.Unix()-t0.Unix())/50, 6*3600)
	return t0, time.Unix(t1.Unix()+room, 0).In(c.Zone)
}

// pace is a distance of ticks, in days or in months.
type pace struct{ days, months int }

var paces = []pace{{1, 0}, {2, 0}, {7, 0}, {14, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 6}, {0, 12}, {0, 24}, {0, 60}, {0, 120}, {0, 300}, {0, 600}, {0, 1200}, {0, 6000}}

// rule chooses the finest ticks whose labels stay apart.
func (a *axis) rule(w words) {
	zone := a.t0.Location()
	y, m, d := a.t0.Date()
	for _, p := range paces {
		about := float64(p.days) + 30.4*float64(p.months)
		if float64(a.t1.Unix()-a.t0.Unix())/86400/about > (a.x1-a.x0)/30 {
			continue
		}
		t := time.Date(y, m, d, 0, 0, 0, 0, zone)
		if p.months > 0 {
			since := y*12 + int(m) - 1
			since -= since % p.months
			t = time.Date(since/12, time.Month(since%12+1), 1, 0, 0, 0, 0, zone)
		}
		a.ticks = nil
		end, fits := a.x0-1000, true
		for n := 0; !t.After(a.t1) && n < 1000; n++ {
			if !t.Before(a.t0) {
				pattern := w.day
				if p.months > 0 {
					pattern = w.month
				}
				k := tick{a.at(t), w.date(pattern, t)}
				half := measure(k.label, small) / 2
				if k.x+half > a.x1+right-2 {
					break
				}
				if k.x-half < end {
					fits = false
					break
				}
				end = k.x + half + 12
				a.ticks = append(a.ticks, k)
			}
			ny, nm, nd := t.Date()
			t = time.Date(ny, nm+time.Month(p.months), nd+p.days, 0, 0, 0, 0, zone)
		}
		if fits {
			return
		}
	}
	a.ticks = nil
}

// scale gives the top of an axis of whole numbers and the distance of its lines.
func scale(most int64) (top, step int64) {
	for step = 1; ; {
		for _, f := range []int64{1, 2, 5} {
			if s := step * f; most <= 4*s {
				return max((most+s-1)/s, 1) * s, s
			}
		}
		step *= 10
	}
}

// small is the size of the small letters.
const small = 11.0

// measure is the width that a text takes at most, in pixels: each letter is taken
// as wide as the widest of its sort in any of the families that may be shown.
func measure(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r == ' ' || r == '.' || r == ',' || r == ':' || r == ';' || r == '\'' || r == '’' || r == '|' || r == 'i' || r == 'j' || r == 'l' || r == 'I':
			w += 0.4
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '@' || r == '%':
			w += 1.05
		case r >= 'A' && r <= 'Z':
			w += 0.82
		case r < 0x180:
			w += 0.7
		case r < 0x1100:
			w += 1
		default:
			w += 1.3
		}
	}
	return w * size
}
