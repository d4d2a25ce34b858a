package timeline

import (
	"cmp"
	"slices"
)

// An arrow's shaft stands at x, from the line of one lane to that of another.
type arrowPlan struct {
	Arrow
	smear
	from, to int
	home     int // the lane that finds room for its label
	text     *label
}

// makeArrows places the shafts and tells the lanes that they cross.
func (p *plan) makeArrows() {
	for _, a := range p.Arrows {
		s := p.smear(a.At)
		p.arrows = append(p.arrows, arrowPlan{Arrow: a, smear: s, from: p.index[a.From], to: p.index[a.To],
			text: p.text("arrow", a.ID, "tell-"+string(a.Tone), a.Label, p.oneSided(a.At))})
	}
	slices.SortStableFunc(p.arrows, func(a, b arrowPlan) int { return cmp.Compare(a.x, b.x) })
	for i := range p.arrows {
		p.arrows[i].x = p.dodge(i)
	}
	for i := range p.arrows {
		a := &p.arrows[i]
		a.home = p.home(i)
		for n := min(a.from, a.to); n <= max(a.from, a.to); n++ {
			w := wall{a.x, 0, 1e7, priceShaft}
			if n != min(a.from, a.to) {
				p.lanes[n].above.walls = append(p.lanes[n].above.walls, w)
			}
			if n != max(a.from, a.to) {
				p.lanes[n].below.walls = append(p.lanes[n].below.walls, w)
			}
		}
	}
}

// dodge moves a shaft a little aside where another one, or a mark of a lane
// that the arrow only passes, has the same place. Arrows of one teller at one
// time share a trunk.
func (p *plan) dodge(i int) float64 {
	a := p.arrows[i]
	lo, hi := min(a.from, a.to), max(a.from, a.to)
	best, least := a.x, 1e9
	for _, off := range []float64{0, 8, -8, 16, -16, 24, -24, 32, -32} {
		x := a.x + off
		if x < p.ax.x0+2 || x > p.ax.x1-2 {
			continue
		}
		price := max(off, -off)
		for _, b := range p.arrows[:i] {
			twin := b.from == a.from && (b.to > b.from) == (a.to > a.from) && b.Tone == a.Tone && b.Dashed == a.Dashed && b.x == x
			if min(b.from, b.to) < hi && lo < max(b.from, b.to) && b.x > x-7 && b.x < x+7 && !twin {
				price += 40
			}
		}
		for n := lo + 1; n < hi; n++ {
			for _, m := range p.lanes[n].marks {
				if !m.bead && m.x > x-radius-3 && m.x < x+radius+3 {
					price += 30
				}
			}
		}
		if price < least {
			best, least = x, price
		}
	}
	return best
}

// home is the lane, of the two that an arrow joins, that has more room for its
// label; arrows from one teller at one time keep theirs at the listener.
func (p *plan) home(i int) int {
	a := p.arrows[i]
	for j, b := range p.arrows {
		if i != j && b.from == a.from && b.x > a.x-40 && b.x < a.x+40 {
			return a.to
		}
	}
	if p.crowd(a.from, a.x) <= p.crowd(a.to, a.x) {
		return a.from
	}
	return a.to
}

// crowd is how much text a lane wants near x.
func (p *plan) crowd(n int, x float64) float64 {
	sum := 0.0
	for _, m := range p.lanes[n].marks {
		if m.text != nil && m.x > x-160 && m.x < x+160 {
			sum += m.text.width() * float64(len(m.text.lines))
		}
	}
	return sum
}
