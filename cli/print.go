package cli

import (
	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	//	"tocsin/format/ics"
	"tocsin/plan"
	"tocsin/rulebook"
	"tocsin/timeline"
)

// printPlan writes a plan in the form that --format names.
func (e *env) printPlan(c *ufcli.Command, b *rulebook.Book, cs *casefile.Case, p *plan.Plan) error {
	switch c.String("format") {
	case "json":
		return e.writeJSON(p)
	case "svg":
		return timeline.FromPlan(cs, b, p).SVG(e.out, timeline.Options{Width: int(c.Int("width"))})
	case "ics":
		return nil
	}
	t := &table{page: newPage(e.out, int(c.Int("width"))), f: &phrases{cs, b, p}, why: c.Bool("why")}
	t.print()
	return t.err
}
