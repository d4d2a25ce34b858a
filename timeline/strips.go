package timeline

// Measures of the strips above and below a lane's labels, in pixels.
const (
	flagWide, flagHigh = 13.0, 11.0
	bandHigh           = 11.0
	runHigh            = 7.0
)

// A flag's pole stands at x, from the lane's line up to y; the flag flies to
// the right, or to the left where the sheet ends.
type flagPlan struct {
	Flag
	x, x0, x1   float64
	openL, open bool
	y           float64 // top of the flag, from the line
	left        bool
	text        *label
}

// icon is the left edge of the flag itself.
func (f flagPlan) icon() float64 {
	if f.left {
		return f.x - flagWide
	}
	return f.x
}

type bandPlan struct {
	Band
	x0, x1   float64 // whole extent
	s0, s1   float64 // where it certainly holds
	openL    bool    // was already running
	open     bool    // goes on
	y        float64 // top of the bar, from the line
	text     *label
	straight bool // its edges are exact
}

type runPlan struct {
	Run
	x0, x1 float64
	open   bool
	y      float64
}

// flag places a due date: at the earliest instant it can mean.
func (p *plan) flag(f Flag) flagPlan {
	s := p.smear(f.At)
	out := flagPlan{Flag: f, x: s.x0, x0: s.x0, x1: s.x1, openL: s.openL, open: s.open}
	if s.openL {
		out.x = s.x1
	}
	lines := balance(f.Label, normal, labelWide*1.15, 3)
	if len(lines) > 0 {
		out.text = &label{kind: "flag", id: f.ID, class: "due-" + f.State, lines: lines, size: normal, line: lineNormal}
	}
	return out
}

func (p *plan) band(b Band) bandPlan {
	lo, hi := p.ax.x0, p.ax.x1
	out := bandPlan{Band: b, x0: lo, s0: lo, x1: hi, s1: hi}
	open := b.From.From.IsZero()
	if out.openL = open && b.From.To.IsZero(); !out.openL {
		out.s0 = hi
		if !b.From.To.IsZero() {
			out.s0 = p.ax.x(b.From.To)
		}
		if out.x0 = max(lo, out.s0-fade); !open {
			out.x0 = p.ax.x(b.From.From)
		}
	}
	open = b.To.To.IsZero()
	if out.open = open && b.To.From.IsZero(); !out.open {
		out.s1 = lo
		if !b.To.From.IsZero() {
			out.s1 = p.ax.x(b.To.From)
		}
		if out.x1 = min(hi, out.s1+fade); !open {
			out.x1 = p.ax.x(b.To.To)
		}
	}
	out.s0, out.s1 = min(max(out.s0, out.x0), out.x1), max(min(out.s1, out.x1), out.x0)
	if out.s1 < out.s0 { // the edges' uncertainties meet: nothing is certain
		mid := (out.s0 + out.s1) / 2
		out.s0, out.s1 = mid, mid
	}
	out.straight = out.x1-out.x0-(out.s1-out.s0) < 1
	wide := max(labelWide, min(out.x1-out.x0, 420))
	if lines := balance(b.Label, normal, wide, 3); len(lines) > 0 {
		out.text = &label{kind: "band", id: b.ID, class: "band-label", lines: lines, size: normal, line: lineNormal}
	}
	return out
}

func (p *plan) run(r Run) runPlan {
	out := runPlan{Run: r, x0: p.ax.x(r.From), open: r.To.IsZero()}
	switch {
	case !out.open:
		out.x1 = p.ax.x(r.To)
	case !p.Now.IsZero() && p.Now.After(r.From):
		out.x1 = p.ax.x(p.Now)
	default:
		out.x1 = p.ax.x1
	}
	out.x1 = max(out.x1, out.x0+3)
	return out
}

// walls are the arrows' shafts that pass through a strip of this lane, above
// its line or below.
func (l *lanePlan) shafts(p *plan, up bool) []wall {
	var out []wall
	for _, a := range p.arrows {
		lo, hi := min(a.from, a.to), max(a.from, a.to)
		if up && lo < l.n && l.n <= hi || !up && lo <= l.n && l.n < hi {
			out = append(out, wall{a.x, 0, 1e7, priceShaft})
		}
	}
	return out
}

// raiseRuns stacks the bars from due to done above the labels.
func (l *lanePlan) raiseRuns(from float64) float64 {
	f := field{gap: 3}
	for i := range l.runs {
		r := &l.runs[i]
		for _, d := range f.depths(r.x0, r.x1, 0) {
			if p := (patch{r.x0, r.x1, d, d + runHigh}); f.free(p) {
				f.patches = append(f.patches, p)
				r.y = -from - 4 - d - runHigh
				break
			}
		}
	}
	if len(l.runs) == 0 {
		return from
	}
	return from + 4 + f.extent()
}

// raiseFlags stacks the flags above everything else. It goes from right to
// left and outwards, so that no pole runs through another flag's text, and
// flags of one instant share one pole.
func (l *lanePlan) raiseFlags(p *plan, from float64) float64 {
	if len(l.flags) == 0 {
		return from
	}
	f := field{gap: 3, walls: append(l.shafts(p, true), p.cuts()...)}
	lo, hi := p.ax.x0+2, p.ax.x1-2
	for i := len(l.flags) - 1; i >= 0; i-- {
		l.raise(&f, &l.flags[i], from, lo, hi)
	}
	return from + 4 + f.extent()
}

func (l *lanePlan) raise(f *field, fl *flagPlan, from, lo, hi float64) {
	w, h := 0.0, flagHigh
	if fl.text != nil {
		w, h = fl.text.width()+4, max(h, fl.text.height())
	}
	if fl.x1-fl.x0 > 3 {
		h += 5 // room for the smear beneath
	}
	best := spot{cost: 1e12}
	for _, c := range []spot{{x0: fl.x}, {x0: fl.x - flagWide - w, anchor: end, cost: 50}} {
		if best.cost < 1e12 && (c.x0 < lo || c.x0+flagWide+w > hi) {
			continue
		}
		if c.anchor == start && c.x0+flagWide+w > hi {
			c.cost = 1e6
		}
		if c.anchor == end { // poles still to come would run through it
			for _, other := range l.flags {
				if other.x > c.x0-4 && other.x < fl.x-6 {
					c.cost += pricePole * 6
				}
			}
		}
		for _, d := range f.depths(c.x0-8, c.x0+flagWide+w+8, 0) {
			at := aside(c, flagWide+w, d, h)
			cost := c.cost + d + f.crossed(at) + priceLeader*float64(f.pierced(fl.x, d))
			if f.free(at) && cost < best.cost {
				best = spot{c.x0, d, c.anchor, true, cost}
			}
		}
	}
	f.patches = append(f.patches, aside(best, flagWide+w, best.d, h))
	f.walls = append(f.walls, wall{fl.x, 0, best.d + h, priceLeader})
	fl.left = best.anchor == end
	top := -from - 4 - best.d - h
	fl.y = top + (lineNormal-flagHigh)/2
	if fl.text != nil {
		fl.text.anchor, fl.text.x, fl.text.y = best.anchor, fl.x+flagWide+4, top
		if fl.left {
			fl.text.x = fl.x - flagWide - 4
		}
	}
}

// aside is the patch of a flag without its pole, so that flags on both sides
// of one pole, and the pole itself, are not in each other's way.
func aside(s spot, w, d, h float64) patch {
	const pole = 5.5
	if s.anchor == end {
		return patch{s.x0, s.x0 + w - pole, d, d + h}
	}
	return patch{s.x0 + pole, s.x0 + w, d, d + h}
}

// lowerBands stacks the bands below the labels, each with its own label under
// its bar, slid along the bar to where the fewest arrows pass.
func (l *lanePlan) lowerBands(p *plan, from float64) float64 {
	if len(l.bands) == 0 {
		return from
	}
	f := field{gap: 5, walls: append(l.shafts(p, false), p.cuts()...)}
	lo, hi := p.ax.x0+3, p.ax.x1-3
	for i := range l.bands {
		b := &l.bands[i]
		w, h := 0.0, 0.0
		if b.text != nil {
			w, h = b.text.width(), b.text.height()
		}
		best := spot{cost: 1e12}
		for x0 := max(lo, min(b.x0, hi-w)); ; x0 += 14 {
			x0 = max(lo, min(x0, hi-w))
			for _, d := range f.depths(min(b.x0, x0)-8, max(b.x1, x0+w)+8, 0) {
				all := patch{min(b.x0, x0), max(b.x1, x0+w), d, d + bandHigh + 2 + h}
				cost := d*2 + (x0-b.x0)*0.02 + f.crossed(patch{x0, x0 + w, d + bandHigh + 2, all.d1})
				if f.free(all) && cost < best.cost {
					best = spot{x0, d, start, false, cost}
				}
			}
			if x0+14 > b.x1-20 || x0+w+14 > min(max(b.x1, b.x0+w+100), hi) {
				break
			}
		}
		f.patches = append(f.patches, patch{min(b.x0, best.x0), max(b.x1, best.x0+w), best.d, best.d + bandHigh + 2 + h})
		b.y = from + 6 + best.d
		if b.text != nil {
			b.text.x, b.text.y = best.x0, b.y+bandHigh+2
		}
	}
	return from + 6 + f.extent()
}
