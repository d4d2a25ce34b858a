package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/casefile"
	"tocsin/format/ics"
	"tocsin/internal/fault"
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
		sheet := timeline.FromPlan(cs, b, p, c.String("lang"))
		if err := sheet.Validate(); err != nil {
			return fault.New(fault.Invalid, "--format svg: this case cannot be drawn: %v", err)
		}
		return sheet.SVG(e.out, timeline.Options{Width: int(c.Int("width"))})
	case "ics":
		cal := calendarOf(&phrases{cs, b, p}, c.Bool("titles"))
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
// id in it can be looked up only by who has the case. What rests on an assumption
// is tentative, and in words begins with "if".
func calendarOf(f *phrases, titles bool) ics.Calendar {
	p := f.p
	out := ics.Calendar{Name: "Tocsin", Stamp: p.At.Time}
	for _, d := range p.Duties {
		if d.Due == nil || d.State == plan.NotScheduled || d.State == plan.Displaced || d.State == plan.Waived {
			continue
		}
		sum := sha256.Sum256([]byte(p.Case + "\x00" + d.ID))
		id := hex.EncodeToString(sum[:8])
		ev := ics.Event{UID: id + "@tocsin", Start: d.Due.Time, Summary: "Due " + id}
		assumed := f.assumptions(d.Assumes)
		switch {
		case d.Done():
			ev.Status = ics.Cancelled
		case assumed != "":
			ev.Status = ics.Tentative
		}
		if titles {
			ev.Summary = d.Title + " (" + f.party(d.Obliged) + ")"
			who := f.party(d.Obliged)
			if to := f.recipients(d); to != "" {
				who += " → " + to
			}
			ev.Description = p.Case + "\n" + who + "\n" + d.Citation
			if assumed != "" {
				ev.Summary = "if …: " + ev.Summary
				ev.Description = p.Case + "\n" + assumed + ":\n" + who + "\n" + d.Citation
			}
		}
		out.Events = append(out.Events, ev)
	}
	return out
}
