package cli

import (
	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/plan"
	"tocsin/rulebook"
)

// printPlan writes a plan in the form that --format names.
func (e *env) printPlan(c *ufcli.Command, b *rulebook.Book, cs *casefile.Case, p *plan.Plan) error {
	switch c.String("format") {
	case "json":
		return e.writeJSON(p)
	}
	t := &table{page: newPage(e.out, int(c.Int("width"))), f: &phrases{cs, b, p}, why: c.Bool("why")}
	t.print()
	return t.err
}
