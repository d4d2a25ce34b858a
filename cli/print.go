package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/format/ics"
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
		return timeline.FromPlan(cs, b, p, c.String("lang")).SVG(e.out, timeline.Options{Width: int(c.Int("width"))})
	case "ics":
		cal := calendarOf(p, c.Bool("titles"))
		if len(cal.Events) == 0 {
			fmt.Fprintln(e.err, "tocsin: nothing in this plan has a date; there is no calendar to write")
			return nil
		}
		return ics.Write(e.out, cal)
	}
	t := &table{page: newPage(e.out, int(c.Int("width"))), f: &phrases{cs, b, p}, why: c.Bool("why")}
	t.print()
	return t.err
}

// calendarOf makes one entry for each duty that has a date; what is done is
// marked as cancelled, so that a subscriber's calendar drops it. A calendar
// travels: by default its titles say nothing but that something is due, and the
// id in it can be looked up only by who has the case.
func calendarOf(p *plan.Plan, titles bool) ics.Calendar {
	out := ics.Calendar{Name: "Tocsin", Stamp: p.At.Time}
	for _, d := range p.Duties {
		if d.Due == nil || d.State == plan.NotScheduled || d.State == plan.Displaced || d.State == plan.Waived {
			continue
		}
		sum := sha256.Sum256([]byte(p.Case + "\x00" + d.ID))
		id := hex.EncodeToString(sum[:8])
		ev := ics.Event{UID: id + "@tocsin", Start: d.Due.Time, Summary: "Due " + id}
		if d.Done() {
			ev.Status = ics.Cancelled
		}
		if titles {
			ev.Summary = d.Title + " (" + d.Obliged + ")"
			ev.Description = fmt.Sprintf("%s\n%s → %v\n%s", p.Case, d.Obliged, d.To, d.Citation)
		}
		out.Events = append(out.Events, ev)
	}
	return out
}
