package burndown

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// SVG writes the picture as one self-contained SVG document: no script, no
// reference to anything outside it, one style sheet. The errors are Validate's
// and the writer's.
func (c Chart) SVG(w io.Writer, o Options) error {
	if err := c.Validate(); err != nil {
		return err
	}
	_, err := io.WriteString(w, newPlan(c.tidy(), o).svg())
	return err
}

// label is one text with the room that it takes at most.
type label struct {
	x, y   float64 // of the baseline
	size   float64
	anchor string // "", middle, end
	class  string
	text   string
}

// box is the room of a label.
func (l label) box() (x0, y0, x1, y1 float64) {
	w := measure(l.text, l.size)
	if strings.Contains(l.class, "title") || strings.Contains(l.class, "name") || strings.Contains(l.class, "now") {
		w *= 1.08 // bold
	}
	x := l.x
	switch l.anchor {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	return x, l.y - l.size*0.95, x + w, l.y + l.size*0.3
}

// plan is a chart with every place decided.
type plan struct {
	Chart
	o      Options
	w      words
	width  float64
	height float64
	left   float64 // of the panels: what their figures need
	ax     axis
	tops   []float64 // of the panels
	labels []label
	bottom float64
	poleX  []float64
	poleY  []float64 // where each pole begins
	nowY   float64
}

const (
	right     = 24.0
	panelHigh = 150.0
	rowHigh   = 16.0
)

func newPlan(c Chart, o Options) *plan {
	if o.Width == 0 {
		o.Width = 960
	}
	o.Width = min(max(o.Width, 340), 10_000)
	if o.Prefix == "" || strings.Trim(o.Prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		o.Prefix = "bd"
	}
	p := &plan{Chart: c, o: o, w: wordsFor(c.Lang), width: float64(o.Width)}
	y := 12.0
	y = p.lines(c.Title, 19, "bd-title", y, 3)
	y = p.lines(c.Subtitle, 13, "bd-subtitle", y, 3)
	p.ax.t0, p.ax.t1 = c.extent()
	p.left = 60
	for i := range c.Panels {
		most, _ := p.scale(i)
		p.left = max(p.left, measure(strconv.FormatInt(most, 10), small)+20)
	}
	p.ax.x0, p.ax.x1 = p.left, p.width-right
	p.ax.rule(p.w)
	y = p.placePoles(y + 6)
	for i, panel := range c.Panels {
		p.put(label{x: p.left, y: y + 16, size: 13, class: "bd-name", text: shorten(panel.Title, 13*1.08, p.width-p.left-right)})
		y += 24
		p.tops = append(p.tops, y)
		p.figures(i, y)
		y += panelHigh + 14
	}
	p.bottom = y - 14
	for _, t := range p.ax.ticks {
		p.put(label{x: t.x, y: y + 4, size: small, anchor: "middle", class: "bd-tick", text: t.label})
	}
	p.height = p.lines(c.Footer, small, "bd-foot", y+10, 6) + 10
	return p
}

func (p *plan) put(l label) {
	if l.text != "" {
		p.labels = append(p.labels, l)
	}
}

// lines breaks a text at its blanks, or anywhere where it has none.
func (p *plan) lines(s string, size float64, class string, y float64, most int) float64 {
	room := p.width - 2*right
	for n := 0; s != "" && n < most; n++ {
		head, rest := s, ""
		for measure(head, size*1.08) > room {
			i := strings.LastIndexByte(head, ' ')
			if i <= 0 {
				i = cutAt(head, size*1.08, room)
			}
			head, rest = head[:i], s[i:]
		}
		if n == most-1 && rest != "" {
			head, rest = shorten(s, size*1.08, room), ""
		}
		y += size * 1.35
		p.put(label{x: right, y: y, size: size, class: class, text: strings.TrimSpace(head)})
		s = strings.TrimSpace(rest)
		if s == "" || n == most-1 {
			y += size * 0.3
		}
	}
	return y
}

// cutAt is where a text has taken its room, at least one letter in.
func cutAt(s string, size, room float64) int {
	w := 0.0
	for i, r := range s {
		if w += measure(string(r), size); w > room && i > 0 {
			return i
		}
	}
	return len(s)
}

func shorten(s string, size, room float64) string {
	if measure(s, size) <= room {
		return s
	}
	return strings.TrimSpace(s[:cutAt(s, size, room-measure("…", size))]) + "…"
}

// placePoles gives each pole's label a row of its own where it would touch another.
func (p *plan) placePoles(y float64) float64 {
	type flag struct {
		x    float64
		text string
		pole int // -1: now
	}
	var all []flag
	p.poleX, p.poleY = make([]float64, len(p.Poles)), make([]float64, len(p.Poles))
	for i, pole := range p.Poles {
		p.poleX[i] = p.ax.at(pole.At)
		all = append(all, flag{p.poleX[i], pole.Label, i})
	}
	if !p.Now.IsZero() {
		all = append(all, flag{p.ax.at(p.Now), p.w.now, -1})
	}
	slices.SortStableFunc(all, func(a, b flag) int { return int(a.x*10) - int(b.x*10) })
	var rows [][]label
	for _, f := range all {
		l := label{x: f.x + 4, size: small, class: "bd-label", text: f.text}
		if f.pole < 0 {
			l.class = "bd-now"
		}
		room := p.width - right - l.x
		if measure(l.text, small*1.08) > room && f.x-p.left > room { // more room to the left
			l.x, l.anchor, room = f.x-4, "end", f.x-8
		}
		l.text = shorten(l.text, small*1.08, room)
		row := 0
		for r := range rows { // below each label that the pole would cut
			if slices.ContainsFunc(rows[r], func(o label) bool { return over(o, f.x) }) {
				row = r + 1
			}
		}
		for row < len(rows) && slices.ContainsFunc(rows[row], func(o label) bool { return touch(l, o) }) {
			row++
		}
		if row == len(rows) {
			rows = append(rows, nil)
		}
		rows[row] = append(rows[row], l)
		if top := y + float64(row)*rowHigh + 2; f.pole < 0 {
			p.nowY = top
		} else {
			p.poleY[f.pole] = top
		}
	}
	for i, row := range rows {
		for _, l := range row {
			l.y = y + float64(i+1)*rowHigh - 4
			p.put(l)
		}
	}
	return y + float64(len(rows))*rowHigh
}

func touch(a, b label) bool {
	a0, _, a1, _ := a.box()
	b0, _, b1, _ := b.box()
	return a0 < b1+8 && b0 < a1+8
}

// over tells whether a place lies under a label.
func over(l label, x float64) bool {
	x0, _, x1, _ := l.box()
	return x0-4 < x && x < x1+4
}

// figures labels the lines of a panel.
func (p *plan) figures(i int, top float64) {
	points := p.Panels[i].Points
	if len(points) == 0 {
		p.put(label{x: (p.left + p.width - right) / 2, y: top + panelHigh/2, size: small, anchor: "middle", class: "bd-nothing", text: p.w.nothing})
		return
	}
	most, step := p.scale(i)
	for v := int64(0); v <= most; v += step {
		p.put(label{x: p.left - 8, y: p.y(i, v) + 4, size: small, anchor: "end", class: "bd-tick", text: strconv.FormatInt(v, 10)})
	}
}

func (p *plan) scale(i int) (top, step int64) {
	var most int64
	for _, pt := range p.Panels[i].Points {
		most = max(most, pt.Open)
	}
	return scale(most)
}

// y is the height of a figure in a panel.
func (p *plan) y(i int, v int64) float64 {
	top, _ := p.scale(i)
	return p.tops[i] + panelHigh - (panelHigh-12)*float64(v)/float64(top)
}

func (p *plan) svg() string {
	var b strings.Builder
	id, theme := p.o.Prefix, ""
	if p.o.Theme == "light" || p.o.Theme == "dark" {
		theme = " bd-" + p.o.Theme
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="bd%s" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-desc" lang="%s">`+"\n",
		theme, num(p.width), num(p.height), num(p.width), num(p.height), id, id, escape(p.Lang))
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title><desc id=\"%s-desc\">%s</desc>\n", id, escape(p.Title), id, escape(p.said()))
	if !p.o.BareStyle {
		b.WriteString("<style>\n" + Stylesheet() + "</style>\n")
	}
	fmt.Fprintf(&b, `<rect class="bd-ground" x="0" y="0" width="%s" height="%s"/>`+"\n", num(p.width), num(p.height))
	for i := range p.Panels {
		p.panel(&b, i)
	}
	for i, pole := range p.Poles {
		p.pole(&b, i, pole)
	}
	if !p.Now.IsZero() {
		x := num(p.ax.at(p.Now))
		fmt.Fprintf(&b, `<path class="bd-now-line" d="M%s %sV%s"/>`+"\n", x, num(p.nowY), num(p.bottom))
	}
	for _, l := range p.labels {
		anchor := ""
		if l.anchor != "" {
			anchor = ` text-anchor="` + l.anchor + `"`
		}
		fmt.Fprintf(&b, `<text class="%s" x="%s" y="%s"%s>%s</text>`+"\n", l.class, num(l.x), num(l.y), anchor, escape(l.text))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p *plan) panel(b *strings.Builder, i int) {
	top := p.tops[i]
	fmt.Fprintf(b, `<rect class="bd-panel" x="%s" y="%s" width="%s" height="%s" rx="5"/>`, num(p.left), num(top), num(p.width-p.left-right), num(panelHigh))
	points := p.Panels[i].Points
	if len(points) > 0 {
		most, step := p.scale(i)
		for v := step; v <= most; v += step {
			fmt.Fprintf(b, `<path class="bd-grid" d="M%s %sH%s"/>`, num(p.left), num(p.y(i, v)), num(p.width-right))
		}
	}
	for _, t := range p.ax.ticks {
		fmt.Fprintf(b, `<path class="bd-axis" d="M%s %sv5"/>`, num(t.x), num(top+panelHigh))
	}
	if len(points) > 0 {
		var d strings.Builder
		for j, pt := range points {
			if j == 0 {
				fmt.Fprintf(&d, "M%s %s", num(p.ax.at(pt.At)), num(p.y(i, pt.Open)))
				continue
			}
			fmt.Fprintf(&d, "H%sV%s", num(p.ax.at(pt.At)), num(p.y(i, pt.Open)))
		}
		last := points[len(points)-1]
		x0, x1, low := num(p.ax.at(points[0].At)), num(p.ax.at(last.At)), num(top+panelHigh)
		fmt.Fprintf(b, `<path class="bd-area" d="%sV%sH%sz"/><path class="bd-curve" d="%s"/>`, d.String(), low, x0, d.String())
		fmt.Fprintf(b, `<circle class="bd-dot" cx="%s" cy="%s" r="3"/>`, x1, num(p.y(i, last.Open)))
	}
	fmt.Fprintf(b, `<path class="bd-axis" d="M%s %sH%s"/>`+"\n", num(p.left), num(top+panelHigh), num(p.width-right))
}

func (p *plan) pole(b *strings.Builder, i int, pole Pole) {
	class := "bd-pole"
	if pole.Hollow {
		class += " bd-hollow"
	}
	if pole.End {
		class += " bd-end"
	}
	fmt.Fprintf(b, `<g id="%s-pole-%d"><title>%s</title>`, p.o.Prefix, i+1, escape(p.when(p.w, pole)+": "+pole.Tip))
	if x1 := p.ax.at(pole.To); x1-p.poleX[i] > 1 {
		fmt.Fprintf(b, `<rect class="bd-unsure" x="%s" y="%s" width="%s" height="%s"/>`, num(p.poleX[i]), num(p.tops[0]), num(x1-p.poleX[i]), num(p.bottom-p.tops[0]))
	}
	fmt.Fprintf(b, `<path class="%s" d="M%s %sV%s"/></g>`+"\n", class, num(p.poleX[i]), num(p.poleY[i]), num(p.bottom))
}

// num writes a number with at most one decimal, so that bytes do not depend on the
// last bits of a float.
func num(f float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// escape is for element text and for attribute values in double quotes.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace
