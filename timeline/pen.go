package timeline

import (
	"fmt"
	"strconv"
	"strings"

	"tocsin/internal/plaintext"
)

// pen writes SVG elements.
type pen struct {
	b      strings.Builder
	prefix string
	used   map[string]bool // gradients and patterns asked for
	n      int             // of the signs, for their ids
}

// num writes a number with at most one decimal, so that bytes do not depend
// on the last bits of a float.
func num(f float64) string {
	s := strconv.FormatFloat(f, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// raw writes its parts: numbers rounded, strings as they are.
func (p *pen) raw(parts ...any) {
	for _, v := range parts {
		switch v := v.(type) {
		case float64:
			p.b.WriteString(num(v))
		case string:
			p.b.WriteString(v)
		default:
			fmt.Fprint(&p.b, v)
		}
	}
}

func (p *pen) line(class string, x0, y0, x1, y1 float64) {
	p.raw(`<path class="`, class, `" d="M`, x0, ` `, y0, `L`, x1, ` `, y1, `"/>`)
}

// crisp is a hairline set on the pixel grid.
func (p *pen) crisp(class string, x0, y0, x1, y1 float64) {
	snap := func(v float64) float64 { return float64(int(v)) + 0.5 }
	if x0 == x1 {
		x0 = snap(x0)
		x1 = x0
	} else {
		y0 = snap(y0)
		y1 = y0
	}
	p.line(class, x0, y0, x1, y1)
}

func (p *pen) rect(class string, x, y, w, h, r float64) {
	if w < 0 {
		x, w = x+w, -w
	}
	p.raw(`<rect class="`, class, `" x="`, x, `" y="`, y, `" width="`, w, `" height="`, h, `"`)
	if r > 0 {
		p.raw(` rx="`, r, `"`)
	}
	p.raw(`/>`)
}

func (p *pen) circle(class string, x, y, r float64) {
	p.raw(`<circle class="`, class, `" cx="`, x, `" cy="`, y, `" r="`, r, `"/>`)
}

func (p *pen) path(class, d string, at ...any) {
	p.raw(`<path class="`, class, `" d="`)
	p.b.WriteString(fmt.Sprintf(d, at...))
	p.raw(`"/>`)
}

// open begins a group that belongs to one sign: with an id, a link if there is
// one, and the tip that a reader sees on hover.
func (p *pen) open(kind, class, tip, href string) {
	p.n++
	p.raw(`<g id="`, p.prefix, `-`, kind, `-`, p.n, `" class="`, class, `">`)
	if tip != "" {
		p.raw(`<title>`, escape(tip), `</title>`)
	}
	if href != "" {
		p.raw(`<a href="`, escape(href), `">`)
	}
}

func (p *pen) close(href string) {
	if href != "" {
		p.raw(`</a>`)
	}
	p.raw("</g>\n")
}

// text writes a label, one element with a line each.
func (p *pen) text(t label, class string) {
	if len(t.lines) == 0 {
		return
	}
	anchor := ""
	switch t.anchor {
	case middle:
		anchor = ` text-anchor="middle"`
	case end:
		anchor = ` text-anchor="end"`
	}
	p.raw(`<text class="`, class, `" x="`, t.x, `" y="`, t.baseline(0), `"`, anchor, `>`)
	if len(t.lines) == 1 && t.quiet == 0 {
		p.raw(escape(t.lines[0]))
	} else {
		for i, l := range t.lines {
			less := ""
			if i >= len(t.lines)-t.quiet {
				less = ` class="tl-less"`
			}
			p.raw(`<tspan`, less, ` x="`, t.x, `" y="`, t.baseline(i), `">`, escape(l), `</tspan>`)
		}
	}
	p.raw(`</text>`)
}

// link keeps the caller's addresses inside the same site.
func (o Options) link(kind, id string) string {
	if o.Link == nil {
		return ""
	}
	to := plaintext.Clean(o.Link(kind, id))
	local := strings.HasPrefix(to, "#") || strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.ContainsRune(to, '\\')
	if !local {
		return ""
	}
	return to
}

func itoa(n int) string { return strconv.Itoa(n) }

// escape is for element text and for attribute values in double quotes.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace
