package timeline

import (
	"cmp"
	"slices"
	"time"
)

// Measures of a lane in pixels.
const (
	radius  = 5.5  // of a mark
	nearest = 10.0 // from the line to the nearest text
	laneGap = 8.0
	lanePad = 8.0
	fade    = 60.0 // how far an open side of a smear runs out

	labelWide = 176.0 // where labels wrap: about 26 letters
)

// smear is where a span lies on the line: its sign at x, its possible times
// from x0 to x1, and which sides are open.
type smear struct {
	x, x0, x1   float64
	openL, open bool
}

type markPlan struct {
	Mark
	smear
	y      float64 // from the line
	bead   bool    // off the line, at its label
	text   *label
	leader float64 // the far end of its leader, from the line; 0: none
}

type lanePlan struct {
	Lane
	n                 int
	above, below      field
	marks             []markPlan
	flags             []flagPlan
	bands             []bandPlan
	runs              []runPlan
	tells             []*label // labels of arrows
	title             [2]label
	up, down          float64 // of the two fields
	top, line, bottom float64 // final
	upAll, downAll    float64 // with the strips
}

// smear places a span on the axis.
func (p *plan) smear(s Span) smear {
	m := smear{x: p.ax.x(s.point())}
	m.x0, m.x1 = m.x, m.x
	lo, hi := p.ax.panel(m.x)
	if s.From.IsZero() {
		m.openL, m.x0 = true, max(lo, m.x-fade)
	} else {
		m.x0 = p.ax.x(s.From)
	}
	if s.To.IsZero() {
		m.open, m.x1 = true, min(hi, m.x+fade)
	} else {
		m.x1 = p.ax.x(s.To)
	}
	return m
}

// oneSided is the quiet line that says what an open span knows.
func (p *plan) oneSided(s Span) string {
	exact := func(t time.Time) string { return p.Words.date(p.Words.FullDay, t) }
	switch {
	case s.From.IsZero():
		return fill(p.Words.NoLaterThan, "a", exact(s.To))
	case s.To.IsZero():
		return fill(p.Words.NotBefore, "a", exact(s.From))
	}
	return ""
}

// text makes a wrapped label with its quiet line, or nil for an empty one.
func (p *plan) text(kind, id, class, words, quiet string) *label {
	lines := balance(words, normal, labelWide, 3)
	t := &label{kind: kind, id: id, class: class, lines: lines, size: normal, line: lineNormal}
	if quiet != "" && len(lines) > 0 {
		t.lines = append(t.lines, wrap(quiet, normal, false, labelWide*1.3, 1)...)
		t.quiet = 1
	}
	if len(t.lines) == 0 {
		return nil
	}
	return t
}

// makeLanes gives each lane its own signs, in time order.
func (p *plan) makeLanes(titles [][2]label) {
	p.lanes = make([]lanePlan, len(p.Lanes))
	for i, l := range p.Lanes {
		p.lanes[i] = lanePlan{Lane: l, n: i, title: titles[i]}
		ln := &p.lanes[i]
		ln.above.gap, ln.below.gap = 3, 3
		ln.above.walls, ln.below.walls = p.cuts(), p.cuts()
	}
	for _, m := range p.Marks {
		ln := &p.lanes[p.index[m.Lane]]
		ln.marks = append(ln.marks, markPlan{Mark: m, smear: p.smear(m.At), text: p.text("mark", m.ID, "label", m.Label, p.oneSided(m.At))})
	}
	for _, f := range p.Flags {
		ln := &p.lanes[p.index[f.Lane]]
		ln.flags = append(ln.flags, p.flag(f))
	}
	for _, b := range p.Bands {
		ln := &p.lanes[p.index[b.Lane]]
		ln.bands = append(ln.bands, p.band(b))
	}
	for _, r := range p.Runs {
		ln := &p.lanes[p.index[r.Lane]]
		ln.runs = append(ln.runs, p.run(r))
	}
	for i := range p.lanes {
		ln := &p.lanes[i]
		slices.SortStableFunc(ln.marks, func(a, b markPlan) int { return cmp.Compare(a.x, b.x) })
		slices.SortStableFunc(ln.flags, func(a, b flagPlan) int { return cmp.Compare(a.x, b.x) })
		slices.SortStableFunc(ln.bands, func(a, b bandPlan) int { return cmp.Compare(a.x0, b.x0) })
		slices.SortStableFunc(ln.runs, func(a, b runPlan) int { return cmp.Compare(a.x0, b.x0) })
		for _, f := range ln.flags {
			ln.above.walls = append(ln.above.walls, wall{f.x, 0, 1e7, pricePole})
		}
		last := -1e9
		for k := range ln.marks {
			m := &ln.marks[k]
			if m.x-last < 2*radius+1 && m.text != nil {
				m.bead = true
			} else {
				last = m.x
			}
		}
	}
}

// settle finds a place for every text of the lane and its height.
func (l *lanePlan) settle(p *plan) {
	lo, hi := p.ax.x0+3, p.ax.x1-3
	for _, a := range p.arrows { // first, for they cannot move away from their shafts
		if a.text != nil && a.home == l.n {
			l.seatTelling(a, lo, hi)
		}
	}
	for i := range l.marks {
		m := &l.marks[i]
		if m.text == nil {
			continue
		}
		// A text stays in its own segment if it can; a bead without room on
		// either side goes back to the line, over the mark that is there.
		x0, x1 := p.ax.panel(m.x)
		if len(choices(m.x, m.text.width(), x0+3, x1-3, m.bead)) > 0 {
			l.seatMark(m, x0+3, x1-3)
			continue
		}
		m.bead = m.bead && len(choices(m.x, m.text.width(), lo, hi, true)) > 0
		l.seatMark(m, lo, hi)
	}
	l.up, l.down = max(l.above.extent(), radius+5), max(l.below.extent(), radius+5)
	l.upAll = l.raiseFlags(p, l.raiseRuns(l.up)) + lanePad
	l.downAll = l.lowerBands(p, l.down) + lanePad
	need := l.title[0].height() + l.title[1].height() + 8
	if lack := need - l.upAll - l.downAll; lack > 0 {
		l.upAll, l.downAll = l.upAll+lack/2, l.downAll+lack/2
	}
}

func (l *lanePlan) seatMark(m *markPlan, lo, hi float64) {
	w, h := m.text.width(), m.text.height()
	s := l.seat(m.x, w, h, lo, hi, m.bead)
	f := &l.below
	if s.up {
		f = &l.above
	}
	f.patches = append(f.patches, patch{s.x0, s.x0 + w, s.d, s.d + h})
	l.put(m.text, s, w, h)
	far := s.d + 1
	if s.anchor != middle {
		far = s.d + lineNormal - 4
	}
	if m.bead {
		far = s.d + lineNormal/2
		if s.up {
			far = s.d + h - lineNormal/2
		}
		f.beads = append(f.beads, patch{m.x - radius, m.x + radius, far - radius, far + radius})
		m.y = far
		if s.up {
			m.y = -far
		}
	}
	if s.d > nearest+1 || m.bead {
		f.walls = append(f.walls, wall{m.x, 0, far, priceLeader})
		m.leader = far
		if s.up {
			m.leader = -far
		}
	}
}

// put moves a text to its spot.
func (l *lanePlan) put(t *label, s spot, w, h float64) {
	t.anchor, t.x = s.anchor, s.x0+w*float64(s.anchor)/2
	if t.y = s.d; s.up {
		t.y = -s.d - h
	}
}

// seatTelling puts an arrow's label beside its shaft.
func (l *lanePlan) seatTelling(a arrowPlan, lo, hi float64) {
	w, h := a.text.width(), a.text.height()
	up := a.from > a.to
	if l.n == a.to {
		up = !up
	}
	f := &l.below
	if up {
		f = &l.above
	}
	best := spot{cost: 1e12}
	for _, c := range []spot{{x0: a.x + 7, anchor: start}, {x0: a.x - 7 - w, anchor: end, cost: 8}} {
		if c.x0 < lo || c.x0+w > hi {
			continue
		}
		for _, d := range f.depths(c.x0-8, c.x0+w+8, nearest+4) {
			p := patch{c.x0, c.x0 + w, d, d + h}
			if cost := c.cost + d + f.crossed(p); f.free(p) && cost < best.cost {
				best = spot{c.x0, d, c.anchor, up, cost}
			}
		}
	}
	if best.cost == 1e12 { // no room on either side: across the shaft
		x0 := min(max(a.x-w/2, lo), hi-w)
		best = spot{x0, f.extent() + f.gap + 1, middle, up, 0}
	}
	f.patches = append(f.patches, patch{best.x0, best.x0 + w, best.d, best.d + h})
	l.put(a.text, best, w, h)
	l.tells = append(l.tells, a.text)
}

func (l *lanePlan) high() float64 { return l.upAll + l.downAll }

// stack fixes the lane's place in the sheet and gives the y below it.
func (l *lanePlan) stack(y float64) float64 {
	l.top, l.line, l.bottom = y, y+l.upAll, y+l.high()
	h := l.title[0].height() + l.title[1].height()
	ty := min(max(l.line-h/2, l.top+4), l.bottom-4-h)
	for i := range l.title {
		l.title[i].x, l.title[i].y = margin, ty
		ty += l.title[i].height() + 1
	}
	for _, t := range l.moving() {
		t.y += l.line
	}
	return l.bottom
}

// moving are the labels whose place is relative to the line.
func (l *lanePlan) moving() []*label {
	out := slices.Clone(l.tells)
	for i := range l.marks {
		out = append(out, l.marks[i].text)
	}
	for i := range l.flags {
		out = append(out, l.flags[i].text)
	}
	for i := range l.bands {
		out = append(out, l.bands[i].text)
	}
	return slices.DeleteFunc(out, func(t *label) bool { return t == nil })
}

func (l *lanePlan) texts() []label {
	var out []label
	for _, t := range l.title {
		if len(t.lines) > 0 {
			out = append(out, t)
		}
	}
	for _, t := range l.moving() {
		out = append(out, *t)
	}
	return out
}
