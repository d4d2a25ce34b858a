package webui

import (
	"tocsin/coordination"
	"tocsin/plan"
)

// prohibitedRow is a lock, with what opens it.
type prohibitedRow struct {
	*plan.Prohibited
	Words, PartyName, ProductName string
	Open                          bool
	Tone                          string
	Because                       []string
	AllowedNames                  []string
	OpenedBy                      string
	OpenedAddress                 string
}

// conflictRow is two rules that pull apart.
type conflictRow struct {
	*plan.Conflict
	PartyName string
	Titles    [2]string
	Because   []string
}

type standingRow struct {
	*plan.Standing
	Words, PartyName string
}

// reviewRow is a decision to be looked at again.
type reviewRow struct {
	coordination.Review
	Words, Address, Again string
}

// listed is how many lines of a side list a page shows.
const listed = 20

func (v *visit) fillRest(d *planView, p *coordination.Planned) {
	kept := p.Of.Kept()
	if d.More == nil {
		d.More = map[string]int{}
	}
	for _, x := range p.Plan.Prohibitions {
		if x.State == "awaiting-anchor" {
			continue
		}
		if len(d.Prohibitions) == listed {
			d.More["prohibitions"]++
			continue
		}
		row := prohibitedRow{Prohibited: x, PartyName: partyName(p.Of, x.Party), Open: x.State == "released", Tone: "warn", AllowedNames: partyNames(p.Of, x.Allowed)}
		if x.Of != "" {
			row.ProductName = productName(p.Of, x.Of)
		}
		if row.Open || !kept {
			row.Tone = "plain"
		}
		for _, by := range []*string{x.ReleasedBy, x.BreachedBy} {
			if by != nil {
				row.OpenedBy, row.OpenedAddress = v.eventWords(p.Of, *by), eventAddress(p.Handle, *by)
			}
		}
		row.Words, row.Because = v.ruleTitle(p.Book, x.Rule, x.Title), v.say(x.Because)
		d.Prohibitions = append(d.Prohibitions, row)
	}
	for i, x := range p.Plan.Conflicts {
		if i == listed {
			d.More["conflicts"] = len(p.Plan.Conflicts) - listed
			break
		}
		row := conflictRow{Conflict: x, PartyName: partyName(p.Of, x.Party), Because: v.say(x.Because)}
		for i := range row.Titles {
			if i < len(x.Between) {
				row.Titles[i] = v.ruleTitle(p.Book, x.Between[i], x.Between[i])
			}
		}
		d.Conflicts = append(d.Conflicts, row)
	}
	for i, x := range p.Plan.Standing {
		if i == listed {
			d.More["standing"] = len(p.Plan.Standing) - listed
			break
		}
		d.Standing = append(d.Standing, standingRow{x, v.ruleTitle(p.Book, x.Rule, x.Title), partyName(p.Of, x.Party)})
	}
	d.Warnings = v.say(p.Plan.Warnings[:min(len(p.Plan.Warnings), listed)])
	if more := len(p.Plan.Warnings) - listed; more > 0 {
		d.More["warnings"] = more
	}
}

// fillReviews lists the decisions that somebody has to look at again.
func (v *visit) fillReviews(d *planView, seen *coordination.Seen) error {
	reviews, err := v.o.Desk.Reviews(v.ctx(), v.Who, seen.Handle)
	if err != nil {
		return err
	}
	for _, r := range reviews[:min(len(reviews), listed)] {
		row := reviewRow{Review: r, Words: v.eventWords(seen.Case, r.Event), Address: eventAddress(seen.Handle, r.Event)}
		if e := seen.Case.Event(r.Event); e != nil && acts(seen, r.By) {
			row.Again = d.Base + "/decide?by=" + queryOf(r.By) + "&of=" + queryOf(e.Of)
		}
		d.Reviews = append(d.Reviews, row)
	}
	return nil
}
