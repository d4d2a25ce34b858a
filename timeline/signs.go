package timeline

// shape draws a mark of a tone: circle, eye, diamond, square, dot; hollow ones
// as outlines. Each tone has its own outline, so that colour is never needed.
func (p *pen) shape(tone Tone, hollow, assumed bool, x, y float64) {
	class := "tl-mark"
	if hollow {
		class += " tl-hollow"
	}
	r := radius
	switch tone {
	case Told:
		p.circle(class, x, y, r)
		p.circle("tl-eye", x, y, 1.9)
	case Good:
		p.path(class, "M%s %sl%s %sl%s %sl%s %sz", num(x), num(y-r-1), num(r+1), num(r+1), num(-r-1), num(r+1), num(-r-1), num(-r-1))
	case Bad:
		p.rect(class, x-r+0.4, y-r+0.4, 2*r-0.8, 2*r-0.8, 0)
	case Muted:
		p.circle(class, x, y, r-1.6)
	default:
		p.circle(class, x, y, r)
	}
	if assumed {
		p.circle("tl-ring", x, y, r+3.2)
	}
}

// Heights of smears: those of arrows are thinner, so that one of each on the
// same days can be told apart.
const smearMark, smearArrow = 8.0, 4.0

// soft draws the times at which something can have been, on the line y.
func (p *pen) soft(s smear, y, h float64, tone string) {
	if s.x1-s.x0 < 2*radius-2 {
		return
	}
	switch {
	case s.openL:
		p.used["in-"+tone] = true
		p.raw(`<rect class="tl-blur tl-`, tone, `" fill="url(#`, p.prefix, `-in-`, tone, `)" x="`, s.x0, `" y="`, y-h/2, `" width="`, s.x1-s.x0, `" height="`, h, `"/>`)
	case s.open:
		p.used["out-"+tone] = true
		p.raw(`<rect class="tl-blur tl-`, tone, `" fill="url(#`, p.prefix, `-out-`, tone, `)" x="`, s.x0, `" y="`, y-h/2, `" width="`, s.x1-s.x0, `" height="`, h, `"/>`)
	default:
		p.rect("tl-smear tl-"+tone, s.x0, y-h/2, s.x1-s.x0, h, h/2)
	}
}

// head draws an arrow's head with its tip at y.
func (p *pen) head(x, y, dir float64, hollow bool) {
	class := "tl-head"
	if hollow {
		class += " tl-hollow"
	}
	p.path(class, "M%s %sl-4.6 %sh9.2z", num(x), num(y), num(-dir*9))
}

// flagTone is the tone of a flag's state and of its text.
func flagTone(state string) string {
	switch state {
	case Met:
		return "good"
	case Late:
		return "bad"
	case Uncertain, Past:
		return "muted"
	}
	return "amber"
}

// flag draws the cloth: swallow-tailed when due, with a tick when met, with a
// cross when late, an outline with a question mark when it cannot be told, an
// empty outline when its date is merely past; dashed when it is conditional.
func (p *pen) flag(state string, x, y float64, left, conditional bool) {
	dir := 1.0
	if left {
		dir = -1
	}
	class := "tl-flag"
	if state == Uncertain || state == Past || conditional {
		class += " tl-hollow"
	}
	if conditional {
		class += " tl-dash"
	}
	w, h := flagWide-1, flagHigh-1
	switch state {
	case Due:
		p.path(class, "M%s %sh%sl%s %sl%s %sh%sz", num(x), num(y), num(dir*w), num(-dir*4), num(h/2), num(dir*4), num(h/2), num(-dir*w))
	default:
		p.path(class, "M%s %sh%sv%sh%sz", num(x), num(y), num(dir*w), num(h), num(-dir*w))
	}
	cx, cy := x+dir*w/2, y+h/2
	switch state {
	case Met:
		p.path("tl-glyph", "M%s %sl2.2 2.4l4 -4.8", num(cx-3), num(cy+0.2))
	case Late:
		p.path("tl-glyph", "M%s %sl5 5m0 -5l-5 5", num(cx-2.5), num(cy-2.5))
	case Uncertain:
		p.path("tl-glyph", "M%s %sq0 -2.2 2.2 -2.2q2.3 0 2.3 1.9q0 1.4 -2.2 2.1m0 2.1v.1", num(cx-2.3), num(cy-1.1))
	}
}

// bandTone is the tone of a band's kind.
func bandTone(kind string) string {
	switch kind {
	case Embargo:
		return "told"
	case Suspension:
		return "bad"
	}
	return "muted"
}

// bar draws a stretch of a band; how it is filled tells its kind.
func (p *pen) bar(kind string, x0, x1, y float64, conditional, unsure bool) {
	if x1-x0 < 0.5 {
		return
	}
	if unsure {
		p.raw(`<g class="tl-unsure">`)
	}
	switch kind {
	case Prohibition:
		p.hatched("hatch-muted", x0, x1, y, bandHigh)
	case Embargo, Suspension:
		p.rect("tl-tint", x0, y, x1-x0, bandHigh, 1.5)
	}
	class := "tl-outline"
	if conditional {
		class += " tl-dash"
	}
	p.rect(class, x0, y, x1-x0, bandHigh, 1.5)
	if unsure {
		p.raw(`</g>`)
	}
}

func (p *pen) hatched(pattern string, x0, x1, y, h float64) {
	p.used[pattern] = true
	p.raw(`<rect fill="url(#`, p.prefix, `-`, pattern, `)" x="`, x0, `" y="`, y, `" width="`, x1-x0, `" height="`, h, `"/>`)
}

// run draws a bar from due to done: solid red, or grey hatching.
func (p *pen) run(red bool, x0, x1, y float64) {
	if red {
		p.rect("tl-run", x0, y, x1-x0, runHigh, 1)
		return
	}
	p.hatched("hatch-fine", x0, x1, y, runHigh)
	p.rect("tl-outline", x0, y, x1-x0, runHigh, 1)
}

// cut draws the sign of a broken axis.
func (p *pen) cut(x, y float64) {
	p.line("tl-cut", x-5, y+6, x-1, y-6)
	p.line("tl-cut", x+1, y+6, x+5, y-6)
}

// defs writes the gradients and patterns that were asked for, in fixed order.
func (p *pen) defs() string {
	d := pen{}
	for _, tone := range []string{"fact", "told", "good", "bad", "muted", "amber"} {
		for i, dir := range []string{"in", "out"} {
			if !p.used[dir+"-"+tone] {
				continue
			}
			from, to := "0", "1"
			if i == 1 {
				from, to = to, from
			}
			d.raw(`<linearGradient id="`, p.prefix, `-`, dir, `-`, tone, `" class="tl-`, tone, `"><stop class="tl-stop" offset="0" stop-opacity="`, from,
				`"/><stop class="tl-stop" offset="1" stop-opacity="`, to, `"/></linearGradient>`)
		}
	}
	for _, h := range []struct{ name, size string }{{"hatch-muted", "7"}, {"hatch-fine", "4"}} {
		if p.used[h.name] {
			d.raw(`<pattern id="`, p.prefix, `-`, h.name, `" class="tl-muted" width="`, h.size, `" height="`, h.size,
				`" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="tl-hatch" d="M0 0V`, h.size, `"/></pattern>`)
		}
	}
	if d.b.Len() == 0 {
		return ""
	}
	return "<defs>" + d.b.String() + "</defs>\n"
}
