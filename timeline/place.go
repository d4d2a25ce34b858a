package timeline

import "slices"

// patch is a rectangle beside a lane's line: x as drawn, d the distance from
// the line, growing away from it.
type patch struct{ x0, x1, d0, d1 float64 }

// wall is an upright line that a text should not cross: an arrow's shaft, a
// flag's pole, another text's leader, a cut of the axis.
type wall struct{ x, d0, d1, weight float64 }

// field is one side of a lane's line, or one strip, in which texts find room.
// No two patches ever meet; walls are only dear to cross.
type field struct {
	patches []patch
	beads   []patch // marks on a pole: no text over them, but the pole may pass
	walls   []wall
	gap     float64 // between patches
}

func (f *field) free(p patch) bool {
	meets := func(q patch) bool {
		return p.x0 < q.x1+f.gap+3 && q.x0 < p.x1+f.gap+3 && p.d0 < q.d1+f.gap && q.d0 < p.d1+f.gap
	}
	return !slices.ContainsFunc(f.patches, meets) && !slices.ContainsFunc(f.beads, meets)
}

// crossed is the price of the walls that run through a patch.
func (f *field) crossed(p patch) float64 {
	price := 0.0
	for _, w := range f.walls {
		if w.x > p.x0-4.5 && w.x < p.x1+4.5 && w.d0 < p.d1 && p.d0 < w.d1 {
			price += w.weight
		}
	}
	return price
}

// pierced counts the patches that an upright line from the lane's line out to
// d would run through.
func (f *field) pierced(x, d float64) int {
	n := 0
	for _, q := range f.patches {
		if x > q.x0-2 && x < q.x1+2 && q.d0 < d {
			n++
		}
	}
	return n
}

// depths are the distances worth trying for something between x0 and x1: the
// nearest, and just beyond each thing that could be in the way.
func (f *field) depths(x0, x1, nearest float64) []float64 {
	out := []float64{nearest}
	for _, q := range f.patches {
		if d := q.d1 + f.gap; d > nearest && q.x0 < x1+f.gap+4 && x0 < q.x1+f.gap+4 {
			out = append(out, d)
		}
	}
	for _, w := range f.walls {
		if d := w.d1 + 1; d > nearest && d < 1e6 && w.x > x0-5 && w.x < x1+5 {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// extent is how far the field is filled.
func (f *field) extent() float64 {
	d := 0.0
	for _, q := range f.patches {
		d = max(d, q.d1)
	}
	return d
}

// cuts are the walls that the breaks of the axis, and the line of now, are to
// texts in every lane.
func (p *plan) cuts() []wall {
	var out []wall
	for i := 1; i < len(p.ax.segs); i++ {
		out = append(out, wall{(p.ax.segs[i-1].x1 + p.ax.segs[i].x0) / 2, 0, 1e7, priceCut})
	}
	if !p.Now.IsZero() {
		out = append(out, wall{p.nowX, 0, 1e7, pricePole})
	}
	return out
}

// spot is one way to put a text: where it begins, how its anchor stands, how
// far out, on which side, and what that costs.
type spot struct {
	x0, d  float64
	anchor int
	up     bool
	cost   float64
}

// Prices, in pixels of distance that they are worth.
const (
	priceShaft  = 70.0
	pricePole   = 26.0
	priceLeader = 400.0 // a leader through a text, or a text over a leader
	priceCut    = 60.0  // over a cut of the axis
	priceAbove  = 5.0   // below is the usual place
)

// seat finds the cheapest spot for a text of width w and height h that belongs
// to the point x on the line. A bead is a mark that has no room on the line
// and sits at the text's first line instead.
func (l *lanePlan) seat(x, w, h, lo, hi float64, bead bool) spot {
	best := spot{cost: 1e12}
	for _, up := range []bool{false, true} {
		f := &l.below
		side := 0.0
		if up {
			f, side = &l.above, priceAbove
		}
		for _, c := range choices(x, w, lo, hi, bead) {
			for _, d := range f.depths(c.x0-c.reach, c.x0+w+c.reach, nearest) {
				p := patch{c.x0, c.x0 + w, d, d + h}
				leader := d
				if c.anchor != middle {
					leader = d + lineNormal/2
				}
				if bead && up { // the first line is the far one
					leader = d + h - lineNormal/2
				}
				if !f.free(p) || bead && !f.free(patch{x - radius, x + radius, leader - lineNormal/2, leader + lineNormal/2}) {
					continue
				}
				cost := side + c.price + d + f.crossed(p)
				if d > nearest+1 || bead {
					cost += priceLeader * float64(f.pierced(x, leader))
				}
				if cost < best.cost {
					best = spot{c.x0, d, c.anchor, up, cost}
				}
			}
		}
	}
	return best
}

type choice struct {
	x0, price, reach float64
	anchor           int
}

// choices are the positions along the line between lo and hi: centred on the
// point, beside it, or slid sideways as long as the point stays under the text.
// There is always one for a mark on the line whose text is no wider than
// hi-lo; there may be none for a bead.
func choices(x, w, lo, hi float64, bead bool) []choice {
	var out []choice
	aside := 6.0
	if bead {
		aside = radius + 5
	}
	if x+aside+w <= hi {
		out = append(out, choice{x + aside, 7, aside + radius, start})
	}
	if x-aside-w >= lo {
		out = append(out, choice{x - aside - w, 12, aside + radius, end})
	}
	if !bead && w <= hi-lo {
		if x+15+w <= hi {
			out = append(out, choice{x + 15, 24, 20, start})
		}
		if x-15-w >= lo {
			out = append(out, choice{x - 15 - w, 26, 20, end})
		}
		for _, slide := range []float64{0, -0.25, 0.25, -0.42, 0.42} {
			x0 := min(max(x-w/2+slide*w, lo), hi-w)
			if x >= x0-0.5 && x <= x0+w+0.5 {
				out = append(out, choice{x0, 14 * max(slide, -slide), 0, middle})
			}
		}
	}
	return out
}
