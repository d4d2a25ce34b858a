package burndown

import (
	"io"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/plaintext"
)

// Text writes what the picture shows as plain text: a paragraph a panel, a line a
// change, then what was due and when.
func (c Chart) Text(w io.Writer) error {
	if err := c.Validate(); err != nil {
		return err
	}
	_, err := io.WriteString(w, c.tidy().said())
	return err
}

// tidy is the chart as it is shown: texts cleaned, times in the axis' zone. The
// caller's slices are not touched.
func (c Chart) tidy() Chart {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.Lang = langTag(c.Lang)
	c.Title, c.Subtitle, c.Footer = plaintext.Clean(c.Title), plaintext.Clean(c.Subtitle), plaintext.Clean(c.Footer)
	panels, poles := make([]Panel, len(c.Panels)), make([]Pole, len(c.Poles))
	for i, p := range c.Panels {
		p.Title = plaintext.Clean(p.Title)
		points := make([]Point, len(p.Points))
		for j, pt := range p.Points {
			points[j] = Point{pt.At.In(c.Zone), pt.Open}
		}
		p.Points = points
		panels[i] = p
	}
	for i, p := range c.Poles {
		p.Label, p.Tip, p.At = plaintext.Clean(p.Label), plaintext.Clean(p.Tip), p.At.In(c.Zone)
		if p.To.IsZero() {
			p.To = p.At
		}
		p.To = p.To.In(c.Zone)
		if p.Tip == "" {
			p.Tip = p.Label
		}
		poles[i] = p
	}
	c.Panels, c.Poles = panels, poles
	if !c.Now.IsZero() {
		c.Now = c.Now.In(c.Zone)
	}
	return c
}

// said is the text form of a tidy chart.
func (c Chart) said() string {
	w := wordsFor(c.Lang)
	var b strings.Builder
	para := func(s string) {
		if s != "" {
			b.WriteString(s + "\n")
		}
	}
	para(c.Title)
	para(c.Subtitle)
	para(fill(w.times, "a", plaintext.Clean(c.Zone.String())))
	if !c.Now.IsZero() {
		para(w.now + ": " + w.moment(c.Now))
	}
	for _, p := range c.Panels {
		b.WriteString("\n" + p.Title + "\n")
		if len(p.Points) == 0 {
			b.WriteString("  - " + w.nothing + "\n")
		}
		for _, pt := range p.Points {
			b.WriteString("  - " + w.moment(pt.At) + ": " + strconv.FormatInt(pt.Open, 10) + "\n")
		}
	}
	if len(c.Poles) > 0 {
		b.WriteString("\n")
	}
	for _, p := range c.Poles {
		b.WriteString("  - " + c.when(w, p) + ": " + p.Tip + "\n")
	}
	if c.Footer != "" {
		b.WriteString("\n" + c.Footer + "\n")
	}
	return b.String()
}

func (c Chart) when(w words, p Pole) string {
	if p.To.Equal(p.At) {
		return w.moment(p.At)
	}
	return fill(w.between, "a", w.moment(p.At), "b", w.moment(p.To))
}

// langTag keeps the letters, digits and hyphens of a language tag.
func langTag(s string) string {
	out := ""
	for _, r := range s {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			out += string(r)
		}
	}
	if out == "" {
		return "en"
	}
	return out[:min(len(out), 35)]
}
