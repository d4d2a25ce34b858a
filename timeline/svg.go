package timeline

import (
	"io"
	"strings"
)

// SVG writes the picture as one self-contained SVG document: no script, no
// reference to anything outside it, one style sheet. The errors are Validate's
// and the writer's.
//
// The ids of signs are the prefix, the kind and a number in drawing order;
// they carry nothing of the caller's ids.
func (s Sheet) SVG(w io.Writer, o Options) error {
	if err := s.Validate(); err != nil {
		return err
	}
	p := newPlan(s, o)
	_, err := io.WriteString(w, p.svg())
	return err
}

func (p *plan) svg() string {
	body := pen{prefix: p.o.Prefix, used: map[string]bool{}}
	p.drawGround(&body)
	p.drawStrips(&body)
	p.drawArrows(&body)
	for i := range p.lanes {
		p.drawSigns(&body, &p.lanes[i])
	}
	p.drawArrowTexts(&body)
	p.drawEdges(&body)

	head := pen{prefix: p.o.Prefix}
	id := p.o.Prefix
	role, theme := "img", ""
	if p.o.Link != nil {
		role = "group" // links inside an image could not be reached
	}
	switch p.o.Theme {
	case "light", "dark":
		theme = " tl-" + p.o.Theme
	}
	head.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="tl`, theme, `" width="`, p.width, `" height="`, p.height,
		`" viewBox="0 0 `, p.width, ` `, p.height, `" role="`, role, `" aria-labelledby="`, id, `-title `, id, `-desc" lang="`, escape(p.Lang), `">`, "\n")
	var said strings.Builder
	p.write(&said)
	head.raw(`<title id="`, id, `-title">`, escape(p.Title), `</title><desc id="`, id, `-desc">`, escape(said.String()), "</desc>\n")
	if !p.o.BareStyle {
		head.raw("<style>\n", Stylesheet(), "</style>\n")
	}
	head.raw(body.defs())
	return head.b.String() + body.b.String() + "</svg>\n"
}

// drawGround draws what everything stands on: lanes cut where the axis is
// cut, grid, lines.
func (p *plan) drawGround(d *pen) {
	d.rect("tl-ground", 0, 0, p.width, p.height, 0)
	for _, l := range p.lanes {
		for _, s := range p.ax.segs {
			d.rect("tl-panel", s.x0, l.top, s.x1-s.x0, l.bottom-l.top, 5)
			for _, t := range s.ticks {
				switch {
				case t.turn:
					d.crisp("tl-grid tl-turn", t.x, l.top, t.x, l.bottom)
				case t.major:
					d.crisp("tl-grid", t.x, l.top, t.x, l.bottom)
				}
			}
			d.crisp("tl-line", s.x0, l.line, s.x1, l.line)
		}
		if len(p.ax.segs) == 0 {
			d.rect("tl-panel", p.ax.x0, l.top, p.ax.x1-p.ax.x0, l.bottom-l.top, 5)
		}
		d.raw("\n")
	}
	if p.now != nil {
		d.crisp("tl-now-line", p.nowX, p.now.y+lineSmall+2, p.nowX, p.axisBottom)
	}
}

// drawStrips draws bands, runs and smears, which lie under all else.
func (p *plan) drawStrips(d *pen) {
	for i := range p.lanes {
		l := &p.lanes[i]
		for _, b := range l.bands {
			href := p.o.link("band", b.ID)
			d.open("band", "tl-"+bandTone(b.Kind), p.bandTip(b.Band), href)
			y := l.line + b.y
			d.bar(b.Kind, b.x0, b.s0, y, b.Conditional, true)
			d.bar(b.Kind, b.s0, b.s1, y, b.Conditional, false)
			d.bar(b.Kind, b.s1, b.x1, y, b.Conditional, true)
			if b.open { // goes on: a point
				d.path("tl-head", "M%s %sl5 %sl-5 %sz", num(b.x1), num(y), num(bandHigh/2), num(bandHigh/2))
			}
			if b.openL {
				d.path("tl-head", "M%s %sl-5 %sl5 %sz", num(b.x0), num(y), num(bandHigh/2), num(bandHigh/2))
			}
			if b.text != nil {
				d.text(*b.text, bandClass(b.Band))
			}
			d.close(href)
		}
		for _, r := range l.runs {
			href := p.o.link("run", r.ID)
			tone := "muted"
			if r.Red {
				tone = "bad"
			}
			d.open("run", "tl-"+tone, p.runTip(r.Run), href)
			d.run(r.Red, r.x0, r.x1, l.line+r.y)
			d.close(href)
		}
		p.drawSmears(d, l)
	}
}

func bandClass(b Band) string {
	class := "tl-label tl-halo tl-t-quiet"
	switch b.Kind {
	case Embargo:
		class = "tl-label tl-halo tl-t-told"
	case Suspension:
		class = "tl-label tl-halo tl-t-bad"
	}
	if b.Conditional {
		class += " tl-if"
	}
	return class
}

// drawSmears draws each stretch of a lane's line once, however many signs
// share it.
func (p *plan) drawSmears(d *pen, l *lanePlan) {
	type stretch struct{ x0, x1 float64 }
	done := map[stretch]bool{}
	once := func(s smear, tone Tone, high float64) {
		if k := (stretch{s.x0, s.x1}); !done[k] {
			done[k] = true
			d.soft(s, l.line, high, string(tone))
		}
	}
	for _, m := range l.marks {
		once(m.smear, m.Tone, smearMark)
	}
	for _, a := range p.arrows {
		if a.from == l.n {
			once(a.smear, a.Tone, smearArrow)
		}
	}
	d.raw("\n")
}

func (p *plan) drawArrows(d *pen) {
	for _, a := range p.arrows {
		href := p.o.link("arrow", a.ID)
		d.open("arrow", "tl-"+string(a.Tone), p.arrowTip(a.Arrow), href)
		dir := 1.0
		if a.to < a.from {
			dir = -1
		}
		y0, y1 := p.lanes[a.from].line, p.lanes[a.to].line
		if p.onLine(a.to, a.x) {
			y1 -= dir * (radius + 2)
		}
		class := "tl-shaft"
		if a.Dashed {
			class += " tl-dash"
		}
		d.line(class, a.x, y0, a.x, y1-dir*8)
		d.circle("tl-tail", a.x, y0, 2.6)
		d.head(a.x, y1, dir, a.Dashed)
		d.close(href)
	}
}

// onLine tells whether a mark sits on a lane's line at x.
func (p *plan) onLine(lane int, x float64) bool {
	for _, m := range p.lanes[lane].marks {
		if m.y == 0 && m.x > x-radius-2 && m.x < x+radius+2 {
			return true
		}
	}
	return false
}

func (p *plan) drawSigns(d *pen, l *lanePlan) {
	for _, f := range l.flags {
		href := p.o.link("flag", f.ID)
		tone := flagTone(f.State)
		d.open("flag", "tl-"+tone, p.flagTip(f.Flag), href)
		y := l.line + f.y
		d.crisp("tl-pole", f.x, y, f.x, l.line)
		if f.x1-f.x0 > 3 {
			low := y + flagHigh + 4
			if f.text != nil {
				low = f.text.y + f.text.height() + 1
			}
			d.rect("tl-smear", f.x0, low, f.x1-f.x0, 3.5, 1.7)
		}
		cloth := float64(int(f.x)) + 1.5
		if f.left {
			cloth--
		}
		d.flag(f.State, cloth, y, f.left, f.Conditional)
		if f.text != nil {
			class := "tl-label tl-halo tl-t-" + tone
			if tone == "muted" {
				class = "tl-label tl-halo tl-t-quiet"
			}
			if f.Conditional {
				class += " tl-if"
			}
			d.text(*f.text, class)
		}
		d.close(href)
	}
	for i := len(l.marks) - 1; i >= 0; i-- { // on one pole, the nearest is on top
		m := l.marks[i]
		href := p.o.link("mark", m.ID)
		d.open("mark", "tl-"+string(m.Tone), p.markTip(m.Mark), href)
		if m.leader != 0 {
			d.crisp("tl-leader", m.x, l.line, m.x, l.line+m.leader)
		}
		d.shape(m.Tone, m.Hollow, m.Assumed, m.x, l.line+m.y)
		if m.text != nil {
			class := "tl-label tl-halo"
			if m.Assumed {
				class += " tl-if"
			}
			if m.Tone == Muted {
				class += " tl-t-quiet"
			}
			d.text(*m.text, class)
		}
		d.close(href)
	}
}

func (p *plan) drawArrowTexts(d *pen) {
	for _, a := range p.arrows {
		if a.text == nil {
			continue
		}
		class := "tl-label tl-halo tl-t-" + string(a.Tone)
		switch a.Tone {
		case Fact:
			class = "tl-label tl-halo"
		case Muted:
			class = "tl-label tl-halo tl-t-quiet"
		}
		d.open("telling", "tl-text", p.arrowTip(a.Arrow), "")
		d.text(*a.text, class)
		d.close("")
	}
}

// drawEdges draws what surrounds the lanes: head, titles, axis, legend, foot.
func (p *plan) drawEdges(d *pen) {
	for _, t := range append(append([]label{}, p.head...), p.foot...) {
		d.text(t, "tl-"+t.class)
	}
	for _, l := range p.lanes {
		for _, t := range l.title {
			d.text(t, "tl-"+t.class)
		}
	}
	d.raw("\n")
	for _, ax := range p.axes() {
		d.text(p.zoneName(ax), "tl-zone")
		for i, s := range p.ax.segs {
			d.crisp("tl-axis", s.x0, ax.y, s.x1, ax.y)
			for _, t := range s.ticks {
				long := 3.0
				if t.major {
					long = 5.5
				}
				if t.turn {
					long = 8
				}
				d.crisp("tl-axis", t.x, ax.y, t.x, ax.y+ax.down*long)
			}
			if i > 0 {
				d.cut((p.ax.segs[i-1].x1+s.x0)/2, ax.y)
			}
			for _, t := range ax.texts(s) {
				d.text(t, "tl-"+t.class)
			}
		}
		d.raw("\n")
	}
	if p.now != nil {
		d.text(*p.now, "tl-now")
	}
	for _, s := range p.signs {
		s.draw(d)
		d.text(s.text, "tl-legend")
	}
}
