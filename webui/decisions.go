package webui

import (
	"cmp"
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/partner"
)

// decisionsView is the register of decisions over the members that the reader
// may see.
type decisionsView struct {
	Rows   []decisionRow
	Public bool // there is a page for everybody
}

func (s *Site) decisionsPage(v *visit) error {
	if authority, member, err := v.onSide(); err != nil || !authority && !member {
		return cmp.Or(err, notYours())
	}
	if err := v.need(v.o.Desk != nil, v.t("partner.decisions")); err != nil {
		return err
	}
	members, err := v.o.Circles.Members(v.ctx(), v.Who, "")
	if err != nil {
		return err
	}
	d := decisionsView{Public: v.o.Published != nil}
	for _, m := range members {
		if len(m.State.Decisions) == 0 {
			continue
		}
		h, err := v.partnershipOf(m, "decisions")
		if err != nil {
			return err
		}
		page := partnerView{partnerHead: h}
		for _, x := range m.State.Decisions {
			d.Rows = append(d.Rows, v.decisionRow(h, x, page.saids(v, x.Contested)))
		}
	}
	slices.SortStableFunc(d.Rows, func(a, b decisionRow) int { return b.when.Compare(a.when) })
	return v.show("decisions", v.t("partner.decisions"), "decisions", d)
}

// PublicDecision is what of a decision was published: nothing else of it leaves
// the partnership.
type PublicDecision struct {
	Authority, Platform, Member string
	Number, Kind, Rule, Reason  string
	At                          time.Time
	Zone                        string
	Until                       string // YYYY-MM-DD, "" for none
	Appeal                      string // "", appealed, upheld, changed, annulled
	Contested                   bool
}

// publicView is the page of published decisions.
type publicView struct{ Rows []publicRow }

type publicRow struct {
	PublicDecision
	Words, UntilDay string
	Clause          string
	AtAt            spanned
}

func (s *Site) publicDecisions(v *visit) error {
	list, err := v.o.Published(v.ctx())
	if err != nil {
		return err
	}
	var d publicView
	for _, x := range list {
		row := publicRow{PublicDecision: x, Words: v.codeWords("kinds.", x.Kind), Clause: v.ruleName(x.Rule), AtAt: v.span(calendar.Instant(x.At), false, x.Zone)}
		if x.Until != "" {
			row.UntilDay = v.wall(x.Until, "")
		}
		d.Rows = append(d.Rows, row)
	}
	return v.show("decisions-public", v.t("partner.public-title"), "decisions", d)
}

// AppealWords is the code of an appeal's state.
func (r decisionRow) AppealWords() string {
	switch {
	case r.Appeal != "":
		return r.Appeal
	case r.Open:
		return "open"
	case r.OpenAt.Empty():
		return "none"
	}
	return "over"
}

// appealStates are all of them, for the test that each has words.
var appealStates = append([]string{"open", "none", "over", "appealed"}, partner.Results("appeal-decided")...)
