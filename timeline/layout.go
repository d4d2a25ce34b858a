package timeline

import "tocsin/internal/plaintext"

// Font sizes and line heights in pixels.
const (
	normal, small, strong, large = 12.0, 11.0, 13.0, 19.0

	lineNormal, lineSmall, lineStrong, lineLarge = 15.0, 14.0, 17.0, 25.0

	margin = 24.0 // of the sheet
)

// Where the x of a text is.
const (
	start = iota
	middle
	end
)

// Box is the place of one text or sign. Kind is "title", "lane", "mark",
// "arrow", "band", "flag", "axis", "caption", "legend", "now" or "footer" for
// texts, and "sign" for marks and flags themselves, with Text empty.
type Box struct {
	Kind, ID, Text string
	X, Y, W, H     float64
}

// Layout is the computed picture: its size in pixels and the place of every
// text and sign.
type Layout struct {
	Width, Height float64
	Boxes         []Box
}

// Overlaps lists the pairs of boxes that collide, each with at least one text:
// two texts, or a text over a sign. It is empty for every sheet that this
// package lays out; a test says so.
func (l Layout) Overlaps() [][2]Box {
	var out [][2]Box
	for i, a := range l.Boxes {
		for _, b := range l.Boxes[i+1:] {
			if a.Kind == "sign" && b.Kind == "sign" {
				continue
			}
			const slack = 0.05
			if a.X < b.X+b.W-slack && b.X < a.X+a.W-slack && a.Y < b.Y+b.H-slack && b.Y < a.Y+a.H-slack {
				out = append(out, [2]Box{a, b})
			}
		}
	}
	return out
}

// Layout computes the picture without drawing it. The error is Validate's.
func (s Sheet) Layout(o Options) (Layout, error) {
	if err := s.Validate(); err != nil {
		return Layout{}, err
	}
	return newPlan(s, o).layout(), nil
}

func (p *plan) layout() Layout {
	l := Layout{Width: p.width, Height: p.height}
	for _, t := range p.texts() {
		l.Boxes = append(l.Boxes, t.box())
	}
	for i := range p.lanes {
		ln := &p.lanes[i]
		for _, m := range ln.marks {
			l.Boxes = append(l.Boxes, Box{Kind: "sign", ID: m.ID, X: m.x - radius, Y: ln.line + m.y - radius, W: 2 * radius, H: 2 * radius})
		}
		for _, f := range ln.flags {
			l.Boxes = append(l.Boxes, Box{Kind: "sign", ID: f.ID, X: f.icon(), Y: ln.line + f.y, W: flagWide, H: flagHigh})
		}
	}
	return l
}

// label is one text of one or more lines. x is where its anchor stands, y the
// top of its first line; both are relative to its lane's line until settled.
type label struct {
	kind, id, class string
	lines           []string
	quiet           int // so many last lines are set quietly
	x, y            float64
	anchor          int
	size, line      float64
	bold            bool
}

func (t label) width() float64  { return widest(t.lines, t.size, t.bold) }
func (t label) height() float64 { return float64(len(t.lines)) * t.line }
func (t label) left() float64   { return t.x - t.width()*float64(t.anchor)/2 }

func (t label) box() Box {
	all := ""
	for i, l := range t.lines {
		if all += l; i < len(t.lines)-1 {
			all += "\n"
		}
	}
	return Box{Kind: t.kind, ID: t.id, Text: all, X: t.left(), Y: t.y, W: t.width(), H: t.height()}
}

// baseline is the y of the line i.
func (t label) baseline(i int) float64 {
	return t.y + float64(i)*t.line + t.line/2 + t.size*0.36
}

// plan is the whole picture with every place fixed.
type plan struct {
	Sheet
	o             Options
	width, height float64
	ax            *axis
	lanes         []lanePlan
	arrows        []arrowPlan
	index         map[string]int // lane id to its number
	head, foot    []label
	axisTop       float64 // 0: none
	axisBottom    float64
	signs         []sign // legend
	now           *label
	nowX          float64
}

// newPlan lays a valid sheet out.
func newPlan(s Sheet, o Options) *plan {
	o = o.or()
	p := &plan{Sheet: s.tidy(o), o: o, width: float64(o.Width), index: map[string]int{}}
	for i, l := range p.Lanes {
		p.index[l.ID] = i
	}
	titles, column := p.titles()
	column = max(column, 48) // for the zone's name
	x0, x1 := margin+column+14, p.width-margin
	p.ax = newAxis(p.times(), p.places(), x0, x1, p.Zone, p.Words)
	y := p.header()
	if !p.Now.IsZero() {
		p.nowX = p.ax.x(p.Now)
	}
	p.makeLanes(titles)
	p.makeArrows()
	tall := 0.0
	for i := range p.lanes {
		p.lanes[i].settle(p)
		tall += p.lanes[i].high() + laneGap
	}
	if tall > 420 && len(p.ax.segs) > 0 {
		y += 40
		p.axisTop = y
	}
	if !p.Now.IsZero() && len(p.ax.segs) > 0 {
		y += lineSmall + 6
		half := measure(p.Words.Now, small, true) / 2
		p.now = &label{kind: "now", class: "now", lines: []string{p.Words.Now}, anchor: middle, size: small, line: lineSmall, bold: true,
			x: min(max(p.nowX, x0+half), x1-half), y: y - lineSmall - 3}
	}
	y += 8
	for i := range p.lanes {
		y = p.lanes[i].stack(y) + laneGap
	}
	p.axisBottom = y + 2
	if len(p.ax.segs) > 0 {
		y += 44
	}
	p.height = p.footer(y)
	return p
}

// or fills the empty options.
func (o Options) or() Options {
	if o.Width == 0 {
		o.Width = 1440
	}
	o.Width = min(max(o.Width, 640), 8000)
	safe := o.Prefix != ""
	for i, r := range o.Prefix {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		safe = safe && (letter || i > 0 && (r >= '0' && r <= '9' || r == '-'))
	}
	if !safe {
		o.Prefix = "tl"
	}
	return o
}

// titles makes the left column: each lane's title and note.
func (p *plan) titles() (titles [][2]label, column float64) {
	most := min(200, p.width*0.16)
	for _, l := range p.Lanes {
		t := label{kind: "lane", id: l.ID, class: "lane", lines: wrap(l.Title, strong, true, most, 4), size: strong, line: lineStrong, bold: true}
		n := label{kind: "lane", id: l.ID, class: "note", lines: wrap(l.Note, small, false, most, 4), size: small, line: lineSmall}
		column = max(column, t.width(), n.width())
		titles = append(titles, [2]label{t, n})
	}
	return titles, column
}

// header places title and subtitle and gives the y below them.
func (p *plan) header() float64 {
	y := 20.0
	add := func(text, class string, size, line float64, bold bool) {
		if text == "" {
			return
		}
		t := label{kind: "title", class: class, lines: wrap(text, size, bold, p.width-2*margin, 4), x: margin, y: y, size: size, line: line, bold: bold}
		p.head = append(p.head, t)
		y += t.height() + 2
	}
	add(p.Title, "title", large, lineLarge, true)
	add(p.Subtitle, "subtitle", strong, lineStrong+1, false)
	return y + 6
}

// texts lists every text of the picture, with its final place.
func (p *plan) texts() []label {
	out := append([]label{}, p.head...)
	for i := range p.lanes {
		out = append(out, p.lanes[i].texts()...)
	}
	for _, y := range p.axes() {
		out = append(out, p.zoneName(y))
		for _, s := range p.ax.segs {
			out = append(out, y.texts(s)...)
		}
	}
	if p.now != nil {
		out = append(out, *p.now)
	}
	for _, s := range p.signs {
		out = append(out, s.text)
	}
	return append(out, p.foot...)
}

// An axisLine is one drawing of the axis: below the lanes, and above them too
// when the picture is tall.
type axisLine struct {
	y    float64
	down float64 // 1: labels below the line, -1: above
}

func (p *plan) axes() []axisLine {
	if len(p.ax.segs) == 0 {
		return nil
	}
	out := []axisLine{{p.axisBottom, 1}}
	if p.axisTop > 0 {
		out = append(out, axisLine{p.axisTop, -1})
	}
	return out
}

// zoneName stands before the axis: times mean nothing without their zone.
func (p *plan) zoneName(l axisLine) label {
	name := ellipsis(plaintext.Clean(p.Zone.String()), small, false, p.ax.x0-margin-14)
	t := label{kind: "axis", class: "zone", lines: []string{name}, x: p.ax.x0 - 12, y: l.y + 7, anchor: end, size: small, line: lineSmall}
	if l.down < 0 {
		t.y = l.y - 7 - lineSmall
	}
	return t
}

func (l axisLine) texts(s segment) []label {
	var out []label
	top, below := l.y+7, l.y+24
	if l.down < 0 {
		top, below = l.y-7-lineSmall, l.y-24-lineSmall
	}
	for _, t := range s.ticks {
		if t.label != "" {
			out = append(out, label{kind: "axis", class: "tick", lines: []string{t.label}, x: t.lx, y: top, anchor: middle, size: small, line: lineSmall})
		}
	}
	for _, c := range s.captions {
		out = append(out, label{kind: "caption", class: "caption", lines: []string{c.text}, x: c.x, y: below, anchor: middle, size: small, line: lineSmall})
	}
	return out
}
