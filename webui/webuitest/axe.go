package webuitest

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axeScript string

// Finding is one rule of axe-core that a page does not keep.
type Finding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"` // minor, moderate, serious, critical
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Grave tells whether it must be mended before a page is shown.
func (f Finding) Grave() bool { return f.Impact == "serious" || f.Impact == "critical" }

func (f Finding) String() string {
	s := fmt.Sprintf("%s (%s): %s", f.ID, f.Impact, f.Help)
	for i, n := range f.Nodes {
		if i == 3 {
			return s + fmt.Sprintf("\n    and %d more", len(f.Nodes)-3)
		}
		s += "\n    " + n.HTML + "\n      " + strings.ReplaceAll(n.Summary, "\n", "\n      ")
	}
	return s
}

// Axe asks axe-core about the page that is open: WCAG 2.0 to 2.2, A and AA, and
// its own best practices. The script is put in by the debugger, which the
// page's policy does not bind.
func Axe(ctx context.Context) ([]Finding, error) {
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int](axeScript+";0")); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[[]Finding](
		`axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations)`, chromedp.EvalAwaitPromise))
}

// Grave are the findings that must be mended.
func Grave(all []Finding) []Finding {
	var out []Finding
	for _, f := range all {
		if f.Grave() {
			out = append(out, f)
		}
	}
	return out
}
