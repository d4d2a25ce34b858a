package timeline

import (
	"fmt"
	"strings"
)

// colour is one custom property with its value on a light and on a dark
// ground. Texts reach 4.5:1 on the ground and on the lanes; a test computes it.
type colour struct{ name, light, dark string }

var colours = []colour{
	{"ground", "#ffffff", "#11151b"},
	{"panel", "#f4f6f9", "#1a2029"},
	{"line", "#c3ccd6", "#465260"},
	{"grid", "#e3e8ee", "#28313c"},
	{"ink", "#17202b", "#e8ecf1"},
	{"quiet", "#566270", "#a9b4c0"},
	{"fact", "#1f2a37", "#dfe5ec"},
	{"told", "#1a5ab8", "#7db2ff"},
	{"good", "#1d7446", "#63c792"},
	{"bad", "#b3261e", "#ff9489"},
	{"muted", "#66717e", "#98a3b0"},
	{"amber", "#8a5200", "#f2b75f"},
}

const family = `Inter,'Segoe UI','Helvetica Neue',Arial,'Noto Sans CJK SC','DejaVu Sans',sans-serif`

// Stylesheet is the CSS of the picture: for pages that serve it as a file and
// ask for Options.BareStyle. Every name in it begins with "tl". A page may set
// the custom properties --tl-… itself to match its own colours.
func Stylesheet() string {
	var b strings.Builder
	vars := func(selector string, dark bool) {
		b.WriteString(selector + "{")
		for _, c := range colours {
			v := c.light
			if dark {
				v = c.dark
			}
			fmt.Fprintf(&b, "--tl-%s:%s;", c.name, v)
		}
		b.WriteString("}\n")
	}
	vars(".tl", false)
	b.WriteString("@media (prefers-color-scheme:dark){")
	vars(".tl:not(.tl-light)", true)
	b.WriteString("}\n")
	// A page with a theme switch of its own has the last word on the screen.
	vars("[data-bs-theme=light] .tl:not(.tl-dark)", false)
	vars("[data-bs-theme=dark] .tl:not(.tl-light),.tl.tl-dark", true)
	b.WriteString("@media print{")
	vars(".tl.tl,.tl.tl-dark.tl,[data-bs-theme] .tl.tl.tl", false)
	b.WriteString(".tl{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n")
	for _, r := range rules {
		b.WriteString(expand(r))
		b.WriteByte('\n')
	}
	for _, t := range []string{"fact", "told", "good", "bad", "muted", "amber"} {
		// One variable a tone: shapes, shafts, smears and gradients share it.
		fmt.Fprintf(&b, ".tl-%s{--tl-tone:var(--tl-%s)}\n", t, t)
	}
	return b.String()
}

// rules use @name for a colour of the palette and @tone for the sign's own.
var rules = []string{
	`.tl{font-family:` + family + `;font-size:12px;font-variant-numeric:tabular-nums}`,
	`.tl text{fill:@ink}`,
	`.tl a{cursor:pointer}.tl a:hover .tl-label,.tl a:focus .tl-label{text-decoration:underline}`,
	`.tl-ground{fill:@ground}.tl-panel{fill:@panel}`,
	`.tl-line,.tl-grid,.tl-axis,.tl-cut,.tl-leader,.tl-pole,.tl-shaft,.tl-now-line{fill:none}`,
	`.tl-line{stroke:@line}.tl-grid{stroke:@grid}.tl-grid.tl-turn{stroke:@line;opacity:.7}.tl-axis{stroke:@quiet}.tl-cut{stroke:@quiet;stroke-width:1.3}`,
	`.tl-leader{stroke:@quiet;stroke-width:.8;opacity:.75}`,
	`.tl .tl-title{font-size:19px;font-weight:700}.tl .tl-subtitle{font-size:13px;fill:@quiet}`,
	`.tl .tl-lane{font-size:13px;font-weight:700}.tl .tl-note,.tl .tl-zone,.tl .tl-tick,.tl .tl-caption,.tl .tl-legend,.tl .tl-foot{font-size:11px;fill:@quiet}`,
	`.tl .tl-tick{fill:@ink}`,
	`.tl .tl-halo{paint-order:stroke;stroke:@panel;stroke-width:4px;stroke-linejoin:round}`,
	`.tl .tl-less{fill:@quiet;font-style:italic}`,
	`.tl .tl-if{font-style:italic}`,
	`.tl .tl-t-told{fill:@told}.tl .tl-t-good{fill:@good}.tl .tl-t-bad{fill:@bad}.tl .tl-t-amber{fill:@amber}.tl .tl-t-quiet{fill:@quiet}`,
	`.tl-mark{fill:@tone;stroke:@panel;stroke-width:1.2}`,
	`.tl-mark.tl-hollow{fill:@panel;stroke:@tone;stroke-width:1.8}`,
	`.tl-eye{fill:@panel}.tl-hollow+.tl-eye{fill:@tone}`,
	`.tl-ring{fill:none;stroke:@tone;stroke-width:1.1;stroke-dasharray:2.2 2.2}`,
	`.tl-smear{fill:@tone;opacity:.24}.tl-blur{opacity:.5}.tl-stop{stop-color:@tone}`,
	`.tl-shaft{stroke:@tone;stroke-width:1.7}.tl-shaft.tl-dash,.tl-outline.tl-dash{stroke-dasharray:5 3.5}`,
	`.tl-head{fill:@tone;stroke:@tone;stroke-width:1.2;stroke-linejoin:round}.tl-head.tl-hollow{fill:@panel;stroke-width:1.6}.tl-tail{fill:@tone}`,
	`.tl-tint{fill:@tone;opacity:.2}.tl-outline{fill:none;stroke:@tone;stroke-width:1}.tl-unsure{opacity:.45}.tl-unsure .tl-outline{stroke-dasharray:1.5 3}`,
	`.tl-hatch{stroke:@tone;stroke-width:1.4;opacity:.85}`,
	`.tl-pole{stroke:@tone;stroke-width:1;opacity:.8}.tl-flag{fill:@tone;stroke:@tone;stroke-width:1.2;stroke-linejoin:round}.tl-flag.tl-hollow{fill:@panel}.tl-flag.tl-dash{stroke-dasharray:2.4 1.8}`,
	`.tl-glyph{fill:none;stroke:@panel;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}.tl-hollow+.tl-glyph{stroke:@tone}`,
	`.tl-run{fill:@tone}`,
	`.tl-now-line{stroke:@amber;stroke-width:1.2;stroke-dasharray:1.5 3.5;stroke-linecap:round}.tl .tl-now{font-size:11px;font-weight:700;fill:@amber}`,
}

// expand writes each @colour twice: plainly for renderers without custom
// properties, and as the property for those with.
func expand(rule string) string {
	var out strings.Builder
	for _, part := range strings.SplitAfter(rule, "}") {
		head, body, ok := strings.Cut(part, "{")
		if !ok {
			out.WriteString(part)
			continue
		}
		var decls []string
		for _, d := range strings.Split(strings.TrimSuffix(body, "}"), ";") {
			prop, value, _ := strings.Cut(d, ":")
			if name, yes := strings.CutPrefix(value, "@"); yes {
				plain := light(name)
				decls = append(decls, prop+":"+plain, prop+":var(--tl-"+name+","+plain+")")
				continue
			}
			decls = append(decls, d)
		}
		out.WriteString(head + "{" + strings.Join(decls, ";") + "}")
	}
	return out.String()
}

// light is a colour on the light ground; a sign without a tone is a fact.
func light(name string) string {
	for _, c := range colours {
		if c.name == name {
			return c.light
		}
	}
	return light("fact")
}
