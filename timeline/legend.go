package timeline

// A sign of the legend: how it looks and what it means. Its picture is centred
// at x, y.
type sign struct {
	x, y float64
	tone string
	look func(d *pen, x, y float64)
	text label
}

func (s sign) draw(d *pen) {
	d.raw(`<g class="tl-`, s.tone, `">`)
	s.look(d, s.x, s.y)
	d.raw(`</g>`)
}

// footer places legend and foot and gives the height of the sheet.
func (p *plan) footer(y float64) float64 {
	const icon, between, row = 30.0, 20.0, 20.0
	x := margin
	y += 14
	for _, s := range p.legend() {
		w := s.text.width()
		if x+icon+w > p.width-margin && x > margin {
			x, y = margin, y+row
		}
		s.x, s.y = x+icon/2-4, y+row/2
		s.text.x, s.text.y = x+icon, y+row/2-lineSmall/2
		p.signs = append(p.signs, s)
		x += icon + w + between
	}
	if len(p.signs) > 0 {
		y += row + 6
	}
	if p.Footer != "" {
		t := label{kind: "footer", class: "foot", lines: wrap(p.Footer, small, false, p.width-2*margin, 8), x: margin, y: y, size: small, line: lineSmall + 1}
		p.foot = append(p.foot, t)
		y += t.height() + 4
	}
	return float64(int(y + 14))
}

// legend explains the signs that the sheet uses, and no others.
func (p *plan) legend() []sign {
	var out []sign
	add := func(used bool, words, tone string, look func(d *pen, x, y float64)) {
		if used {
			out = append(out, sign{tone: tone, look: look, text: label{kind: "legend", class: "legend", lines: []string{words}, size: small, line: lineSmall}})
		}
	}
	w, u := p.Words, p.uses()
	for _, t := range []struct {
		tone  Tone
		words string
	}{{Fact, w.Fact}, {Told, w.Told}, {Good, w.Good}, {Bad, w.Bad}, {Muted, w.Muted}} {
		add(u["mark "+string(t.tone)], t.words, string(t.tone), func(d *pen, x, y float64) { d.shape(t.tone, false, false, x, y) })
	}
	add(u["hollow"], w.Disputed, "fact", func(d *pen, x, y float64) { d.shape(Fact, true, false, x, y) })
	add(u["assumed"], w.Assumed, "fact", func(d *pen, x, y float64) { d.shape(Fact, false, true, x, y) })
	add(u["smear"], w.Smear, "fact", func(d *pen, x, y float64) {
		d.soft(smear{x: x + 10, x0: x - 11, x1: x + 11}, y, smearMark, "fact")
	})
	arrow := func(dashed bool) func(d *pen, x, y float64) {
		class := "tl-shaft"
		if dashed {
			class += " tl-dash"
		}
		return func(d *pen, x, y float64) {
			d.line(class, x, y-8, x, y)
			d.head(x, y+8, 1, dashed)
		}
	}
	add(u["arrow"], w.Arrow, "told", arrow(false))
	add(u["dashed"], w.DisputedArrow, "told", arrow(true))
	for _, b := range []struct{ kind, words string }{{Prohibition, w.Prohibition}, {Embargo, w.Embargo}, {Suspension, w.Suspension}, {Window, w.Window}} {
		add(u["band "+b.kind], b.words, bandTone(b.kind), func(d *pen, x, y float64) {
			d.bar(b.kind, x-12, x+12, y-bandHigh/2, false, false)
		})
	}
	for _, f := range []struct{ state, words string }{{Due, w.Due}, {Met, w.Met}, {Late, w.Late}, {Uncertain, w.Uncertain}, {Past, w.Past}} {
		add(u["flag "+f.state], f.words, flagTone(f.state), func(d *pen, x, y float64) {
			d.line("tl-pole", x-6, y-6, x-6, y+8)
			d.flag(f.state, x-6, y-6, false, false)
		})
	}
	add(u["red"], w.RunRed, "bad", func(d *pen, x, y float64) { d.run(true, x-12, x+12, y-runHigh/2) })
	add(u["grey"], w.RunGrey, "muted", func(d *pen, x, y float64) { d.run(false, x-12, x+12, y-runHigh/2) })
	add(u["if"], w.Conditional, "muted", func(d *pen, x, y float64) { d.bar(Window, x-12, x+12, y-bandHigh/2, true, false) })
	add(len(p.ax.segs) > 1, w.Break, "muted", func(d *pen, x, y float64) { d.cut(x, y) })
	return out
}

// uses tells which signs the sheet has.
func (p *plan) uses() map[string]bool {
	u := map[string]bool{}
	for _, l := range p.lanes {
		for _, m := range l.marks {
			if m.Hollow {
				u["hollow"] = true
			}
			u["mark "+string(m.Tone)] = true
			u["assumed"] = u["assumed"] || m.Assumed
			u["smear"] = u["smear"] || m.x1-m.x0 >= 2*radius-2
		}
		for _, b := range l.bands {
			u["band "+b.Kind] = true
			u["if"] = u["if"] || b.Conditional
		}
		for _, f := range l.flags {
			u["flag "+f.State] = true
			u["if"] = u["if"] || f.Conditional
			u["smear"] = u["smear"] || f.x1-f.x0 > 3
		}
		for _, r := range l.runs {
			u["red"] = u["red"] || r.Red
			u["grey"] = u["grey"] || !r.Red
		}
	}
	for _, a := range p.arrows {
		u["arrow"] = u["arrow"] || !a.Dashed
		u["dashed"] = u["dashed"] || a.Dashed
		u["smear"] = u["smear"] || a.x1-a.x0 >= 2*radius-2
	}
	return u
}
