package burndown

import (
	"fmt"
	"strings"
)

// colour is one custom property with its value on a light and on a dark ground.
// They are those of the timeline, so that the two can stand on one page.
type colour struct{ name, light, dark string }

var colours = []colour{
	{"ground", "#ffffff", "#11151b"},
	{"panel", "#f4f6f9", "#1a2029"},
	{"line", "#c3ccd6", "#465260"},
	{"grid", "#e3e8ee", "#28313c"},
	{"ink", "#17202b", "#e8ecf1"},
	{"quiet", "#566270", "#a9b4c0"},
	{"curve", "#1a5ab8", "#7db2ff"},
	{"due", "#1f2a37", "#dfe5ec"},
	{"amber", "#8a5200", "#f2b75f"},
}

// Stylesheet is the CSS of the picture: for pages that serve it as a file and ask
// for Options.BareStyle. Every name in it begins with "bd". A page may set the
// custom properties --bd-… itself to match its own colours.
func Stylesheet() string {
	var b strings.Builder
	vars := func(selector string, dark bool) {
		b.WriteString(selector + "{")
		for _, c := range colours {
			v := c.light
			if dark {
				v = c.dark
			}
			fmt.Fprintf(&b, "--bd-%s:%s;", c.name, v)
		}
		b.WriteString("}\n")
	}
	vars(".bd", false)
	b.WriteString("@media (prefers-color-scheme:dark){")
	vars(".bd:not(.bd-light)", true)
	b.WriteString("}\n")
	// A page with a theme switch of its own has the last word on the screen.
	vars("[data-bs-theme=light] .bd:not(.bd-dark)", false)
	vars("[data-bs-theme=dark] .bd:not(.bd-light),.bd.bd-dark", true)
	b.WriteString("@media print{")
	vars(".bd.bd,.bd.bd-dark.bd,[data-bs-theme] .bd.bd.bd", false)
	b.WriteString(".bd{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n")
	for _, r := range rules {
		b.WriteString(expand(r) + "\n")
	}
	return b.String()
}

// rules use @name for a colour of the palette.
var rules = []string{
	`.bd{font-family:Inter,'Segoe UI','Helvetica Neue',Arial,'Noto Sans CJK SC','DejaVu Sans',sans-serif;font-size:12px;font-variant-numeric:tabular-nums}`,
	`.bd text{fill:@ink}`,
	`.bd-ground{fill:@ground}.bd-panel{fill:@panel}`,
	`.bd-grid,.bd-axis,.bd-pole,.bd-now-line,.bd-curve{fill:none}`,
	`.bd-grid{stroke:@grid}.bd-axis{stroke:@line}`,
	`.bd .bd-title{font-size:19px;font-weight:700}.bd .bd-subtitle{font-size:13px;fill:@quiet}`,
	`.bd .bd-name{font-size:13px;font-weight:700}.bd .bd-tick,.bd .bd-foot,.bd .bd-nothing{font-size:11px;fill:@quiet}`,
	`.bd .bd-label{font-size:11px}.bd .bd-now{font-size:11px;font-weight:700;fill:@amber}`,
	`.bd .bd-name,.bd .bd-label,.bd .bd-now{paint-order:stroke;stroke:@ground;stroke-width:4px;stroke-linejoin:round}`,
	`.bd-area{fill:@curve;opacity:.16}.bd-curve{stroke:@curve;stroke-width:2;stroke-linejoin:round}`,
	`.bd-dot{fill:@curve}`,
	`.bd-pole{stroke:@due;stroke-width:1.2}.bd-pole.bd-hollow{stroke-dasharray:4 3}.bd-pole.bd-end{stroke-width:2.4}`,
	`.bd-unsure{fill:@due;opacity:.12}`,
	`.bd-now-line{stroke:@amber;stroke-width:1.2;stroke-dasharray:1.5 3.5;stroke-linecap:round}`,
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
				d = prop + ":" + light(name) + ";" + prop + ":var(--bd-" + name + "," + light(name) + ")"
			}
			decls = append(decls, d)
		}
		out.WriteString(head + "{" + strings.Join(decls, ";") + "}")
	}
	return out.String()
}

func light(name string) string {
	for _, c := range colours {
		if c.name == name {
			return c.light
		}
	}
	return ""
}
