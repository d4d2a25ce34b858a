package burndown

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var outside = regexp.MustCompile(`(?i)(https?:|//|javascript:|data:|@import|expression\()`)

// harmless checks one picture: well formed, only known elements, no script, no
// address outside it, unique ids with the prefix, every reference resolved.
func harmless(src, prefix string) error {
	known := map[string]bool{}
	for _, n := range strings.Fields("svg title desc style g path rect circle text") {
		known[n] = true
	}
	ids, labelled := map[string]bool{}, ""
	d := xml.NewDecoder(strings.NewReader(src))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.Comment, xml.ProcInst, xml.Directive:
			return fmt.Errorf("a comment, instruction or directive can hide text: %v", tok)
		case xml.StartElement:
			if !known[tok.Name.Local] {
				return fmt.Errorf("unexpected element <%s>", tok.Name.Local)
			}
			for _, a := range tok.Attr {
				switch k := a.Name.Local; {
				case strings.HasPrefix(strings.ToLower(k), "on") || k == "style" || strings.HasPrefix(k, "data-"):
					return fmt.Errorf("<%s> has the attribute %s", tok.Name.Local, k)
				case k == "id":
					if ids[a.Value] || !strings.HasPrefix(a.Value, prefix+"-") {
						return fmt.Errorf("the id %q is not unique or not prefixed", a.Value)
					}
					ids[a.Value] = true
				case k == "aria-labelledby":
					labelled = a.Value
				case k != "xmlns" && outside.MatchString(a.Value):
					return fmt.Errorf("<%s %s=%q> leads outside", tok.Name.Local, k, a.Value)
				case strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf"):
					return fmt.Errorf("<%s %s=%q> is no number", tok.Name.Local, k, a.Value)
				}
			}
		}
	}
	for _, id := range strings.Fields(labelled) {
		if !ids[id] {
			return fmt.Errorf("aria-labelledby names %s, which is not there", id)
		}
	}
	return nil
}

func TestPicturesAreHarmlessAndWellFormed(t *testing.T) {
	for name, c := range charts(t) {
		if err := harmless(svg(t, c, Options{}), "bd"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if bare := svg(t, c, Options{BareStyle: true}); strings.Contains(bare, "style") {
			t.Errorf("%s: a bare picture has a style of its own", name)
		}
	}
}

// The control: harm must be seen.
func TestHarmlessSeesHarm(t *testing.T) {
	good := svg(t, charts(t)["cloud en"], Options{})
	for name, bad := range map[string]string{
		"script":   strings.Replace(good, "</svg>", "<script/></svg>", 1),
		"comment":  strings.Replace(good, "</svg>", "<!-- x --></svg>", 1),
		"handler":  strings.Replace(good, "<text ", `<text onclick="x" `, 1),
		"inline":   strings.Replace(good, "<text ", `<text style="x" `, 1),
		"address":  strings.Replace(good, "<text ", `<text href="https://example.org" `, 1),
		"doubled":  strings.Replace(good, "</svg>", `<g id="bd-title"/></svg>`, 1),
		"nonsense": strings.Replace(good, "<text ", `<text dx="NaN" `, 1),
	} {
		if harmless(bad, "bd") == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// overlaps lists the pairs of labels of which one lies over the other, and those
// that leave the picture.
func overlaps(p *plan) []string {
	var out []string
	for i, a := range p.labels {
		a0, b0, a1, b1 := a.box()
		if a0 < 0 || a1 > p.width || b0 < 0 || b1 > p.height {
			out = append(out, fmt.Sprintf("%q leaves the picture", a.text))
		}
		for _, b := range p.labels[i+1:] {
			c0, d0, c1, d1 := b.box()
			if a0 < c1 && c0 < a1 && b0 < d1 && d0 < b1 {
				out = append(out, fmt.Sprintf("%q and %q", a.text, b.text))
			}
		}
	}
	return out
}

func TestNoLabelLiesOverAnother(t *testing.T) {
	for name, c := range charts(t) {
		for _, width := range []int{340, 480, 960, 1600} {
			for _, o := range overlaps(newPlan(c.tidy(), Options{Width: width})) {
				t.Errorf("%s at %d: %s", name, width, o)
			}
		}
	}
	// The control: a label over another is seen.
	p := newPlan(charts(t)["cloud en"].tidy(), Options{})
	p.labels = append(p.labels, p.labels[0])
	if len(overlaps(p)) == 0 {
		t.Error("a doubled label is not seen")
	}
}

// The axis has labels, and no more lines than can be told apart.
func TestTheAxis(t *testing.T) {
	for days, want := range map[int]string{1: "1 Jan 2026", 10: "1 Jan 2026", 300: "Feb 2026", 4000: "Jan 2028", 300_000: "Jan 2500"} {
		c := Chart{Panels: []Panel{{"x", []Point{{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1}, {time.Date(2026, 1, 1+days, 0, 0, 0, 0, time.UTC), 0}}}}}
		p := newPlan(c.tidy(), Options{})
		found := false
		for _, k := range p.ax.ticks {
			found = found || k.label == want
		}
		if n := len(p.ax.ticks); n < 1 || n > 15 || !found {
			t.Errorf("%d days: %+v, want %s among them", days, p.ax.ticks, want)
		}
	}
	for most, want := range map[int64][2]int64{0: {1, 1}, 1: {1, 1}, 4: {4, 1}, 5: {6, 2}, 7: {8, 2}, 9: {10, 5}, 29: {30, 10}, 1000: {1000, 500}} {
		if top, step := scale(most); top != want[0] || step != want[1] {
			t.Errorf("%d: up to %d by %d, want %v", most, top, step, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	many := make([]Pole, maxPoles+1)
	for want, c := range map[string]Chart{
		"burndown: there is no panel":                                              {},
		"burndown: panel 1, point 1 is below zero":                                 {Panels: []Panel{{"", []Point{{at, -1}}}}},
		"burndown: panel 1, point 2 is not after the one before it":                {Panels: []Panel{{"", []Point{{at, 1}, {at, 0}}}}},
		"burndown: panel 1, point 1 has no time that could be drawn":               {Panels: []Panel{{"", []Point{{}}}}},
		"burndown: pole 1 ends before it begins":                                   {Panels: []Panel{{}}, Poles: []Pole{{At: at, To: at.Add(-1)}}},
		"burndown: pole 1 has no time that could be drawn":                         {Panels: []Panel{{}}, Poles: []Pole{{}}},
		"burndown: 1 panels and 201 poles are too many, the limits are 20 and 200": {Panels: []Panel{{}}, Poles: many},
		"burndown: now lies too far away to be drawn":                              {Panels: []Panel{{}}, Now: time.Date(20_000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		var b strings.Builder
		if err := c.SVG(&b, Options{}); err == nil || err.Error() != want || b.Len() > 0 {
			t.Errorf("%v, want %s; %d bytes", err, want, b.Len())
		}
		if err := c.Text(&b); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestOptions(t *testing.T) {
	c := charts(t)["cloud en"]
	if got := svg(t, c, Options{Prefix: "d7"}); harmless(got, "d7") != nil {
		t.Error("the prefix is not used throughout")
	}
	if got := svg(t, c, Options{Prefix: `x" onload="y`}); harmless(got, "bd") != nil {
		t.Error("an unsafe prefix is not refused")
	}
	if got := svg(t, c, Options{Theme: "dark"}); !strings.Contains(got, `class="bd bd-dark"`) {
		t.Error("the theme is not fixed")
	}
	if got := svg(t, c, Options{Width: -3}); !strings.Contains(got, `width="340"`) {
		t.Error("a width that makes no sense is not mended")
	}
	c.Lang, c.Title = `en" onload="x`, "a\u202eb<script>"
	got := svg(t, c, Options{})
	if err := harmless(got, "bd"); err != nil {
		t.Error(err)
	}
	if strings.Contains(got, "\u202e") || c.Panels[0].Points[0].At.Location() == nil {
		t.Error("what turns the text around is still there")
	}
	if svg(t, c, Options{}) != got {
		t.Error("two renderings differ")
	}
}

// contrast is the ratio of WCAG 2.2 (relative luminance), 1 to 21.
func contrast(a, b string) float64 {
	lum := func(hex string) float64 {
		v := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				return -1
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			v += weight * c
		}
		return v
	}
	x, y := lum(a), lum(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Texts reach 4.5:1 and signs 3:1 on the ground and on a panel, light and dark.
func TestContrast(t *testing.T) {
	by := map[string]colour{}
	for _, c := range colours {
		by[c.name] = c
	}
	for name, least := range map[string]float64{"ink": 4.5, "quiet": 4.5, "amber": 4.5, "curve": 3, "due": 3} {
		for _, under := range []string{"ground", "panel"} {
			if l, d := contrast(by[name].light, by[under].light), contrast(by[name].dark, by[under].dark); l < least || d < least {
				t.Errorf("%s on %s: %.2f light, %.2f dark", name, under, l, d)
			}
		}
	}
	if r := contrast("#999999", "#ffffff"); r >= 4.5 { // the control
		t.Errorf("light grey on white passes with %v", r)
	}
}

// Every class that is drawn with means something in the style sheet, and the style
// sheet stays within its own names.
func TestStylesheetKnowsEveryClass(t *testing.T) {
	css := Stylesheet()
	for name, c := range charts(t) {
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(svg(t, c, Options{BareStyle: true}), -1) {
			for _, class := range strings.Fields(m[1]) {
				if !regexp.MustCompile(`\.` + class + `\b`).MatchString(css) {
					t.Errorf("%s: class %s has no rule", name, class)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`\.([a-zA-Z][\w-]*)[^{}]*\{`).FindAllStringSubmatch(css, -1) {
		if !strings.HasPrefix(m[1], "bd") {
			t.Errorf("the style sheet reaches out to .%s", m[1])
		}
	}
	for _, want := range []string{"prefers-color-scheme:dark", "@media print", "fill:#17202b;fill:var(--bd-ink,#17202b)", "[data-bs-theme=dark]"} {
		if !strings.Contains(css, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if outside.MatchString(css) || strings.Contains(css, "<") || regexp.MustCompile(`:@`).MatchString(css) {
		t.Error("the style sheet has an address, a tag or an unexpanded colour in it")
	}
}

func TestAFailingWriterIsReported(t *testing.T) {
	c := charts(t)["nothing"]
	if err := c.SVG(broken{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	if err := c.Text(broken{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
