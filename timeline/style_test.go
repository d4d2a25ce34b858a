package timeline

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// contrast is the ratio of WCAG 2.2 (relative luminance), 1 to 21.
func contrast(a, b string) float64 {
	lum := func(hex string) float64 {
		v := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
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

// Every colour that a text can have reaches 4.5:1 on the ground and on a lane,
// light and dark (WCAG 2.2, 1.4.3).
func TestTextsHaveContrast(t *testing.T) {
	by := map[string]colour{}
	for _, c := range colours {
		by[c.name] = c
	}
	for _, name := range []string{"ink", "quiet", "told", "good", "bad", "amber"} {
		for _, under := range []string{"ground", "panel"} {
			if r := contrast(by[name].light, by[under].light); r < 4.5 {
				t.Errorf("light: %s on %s is %.2f:1", name, under, r)
			}
			if r := contrast(by[name].dark, by[under].dark); r < 4.5 {
				t.Errorf("dark: %s on %s is %.2f:1", name, under, r)
			}
		}
	}
	// Signs need 3:1 (1.4.11).
	for _, name := range []string{"fact", "muted"} {
		if contrast(by[name].light, by["panel"].light) < 3 || contrast(by[name].dark, by["panel"].dark) < 3 {
			t.Errorf("%s is too faint for a sign", name)
		}
	}
}

// The controls of the check itself.
func TestContrastKnowsBlackAndGrey(t *testing.T) {
	if r := contrast("#000000", "#ffffff"); math.Abs(r-21) > 1e-9 {
		t.Error(r)
	}
	if r := contrast("#999999", "#ffffff"); r >= 4.5 {
		t.Errorf("light grey on white passes with %v", r)
	}
}

var classAttr = regexp.MustCompile(`class="([^"]*)"`)

// Every class that is drawn with means something in the style sheet, and the
// style sheet stays within its own names.
func TestStylesheetKnowsEveryClass(t *testing.T) {
	css := Stylesheet()
	bare := map[string]bool{"tl-text": true} // a group only, drawn by what is in it
	for name, s := range sheets() {
		for _, m := range classAttr.FindAllStringSubmatch(svg(t, s, Options{BareStyle: true}), -1) {
			for _, c := range strings.Fields(m[1]) {
				if !regexp.MustCompile(`\.`+c+`\b`).MatchString(css) && !bare[c] {
					t.Errorf("%s: class %s has no rule", name, c)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`\.([a-zA-Z][\w-]*)[^{}]*\{`).FindAllStringSubmatch(css, -1) {
		if !strings.HasPrefix(m[1], "tl") {
			t.Errorf("the style sheet reaches out to .%s", m[1])
		}
	}
	if outside.MatchString(css) || strings.Contains(css, "@tone") || strings.Contains(css, "<") {
		t.Error("the style sheet has an address, a tag or an unexpanded colour in it")
	}
}

func TestStylesheetServesDarkPrintAndPlainRenderers(t *testing.T) {
	css := Stylesheet()
	for _, want := range []string{"prefers-color-scheme:dark", "@media print", "fill:#17202b;fill:var(--tl-ink,#17202b)", "paint-order:stroke"} {
		if !strings.Contains(css, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
