package webui

import (
	"slices"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/partner"
	"tocsin/partnership"
)

// aboutUsView is what the authority sees of a member, for the member.
type aboutUsView struct {
	partnerHead
	Stopped  bool
	Ceiling  string // most that is shared with the member as it stands; "" for nothing
	Clause   string
	Ceilings []ceilingRow
	Ours     []seenRow // cases of ours that the authority sees
	Shared   []seenRow // cases that came to us through this platform
	More     bool
	Marks    []markRow
	Findings []findingLine
	Still    []actStep
}

type ceilingRow struct {
	Badge       standingBadge
	TLP, Clause string
	Now         bool
}

type seenRow struct {
	Title, Case, TLP, Href string
	Role                   string // of the authority's seat, or of ours
	Limit                  string // code of access: why less is seen than there is
}

// mostOfOurs bounds the cases that the page looks at.
const mostOfOurs = 200

func (s *Site) aboutUs(v *visit) error {
	h, err := v.partnership("about-us")
	if err != nil {
		return err
	}
	if h.Side != partnership.OfMember {
		return notYours() // the authority has its own page
	}
	d := aboutUsView{partnerHead: h}
	d.Stopped = h.State.Suspension != nil && h.State.Suspension.Effective
	for _, st := range []partner.Standing{partner.Active, partner.Warned, partner.Suspended, partner.Left, partner.Invited} {
		c, ok := h.On.Terms.Ceilings[st]
		if !ok {
			continue
		}
		row := ceilingRow{badgeOf(st), c.TLP, c.Clause, st == h.State.Standing}
		if row.Now {
			d.Ceiling, d.Clause = c.TLP, c.Clause
		}
		d.Ceilings = append(d.Ceilings, row)
	}
	page := partnerView{partnerHead: h}
	page.fill(v)
	d.Marks = page.Marks
	page.fillSteps(v, partner.Steps(h.State, h.On.Terms, v.Now))
	d.Still = page.Steps
	if d.Findings, err = v.findingsAbout(h.ID); err != nil {
		return err
	}
	if err := d.look(v); err != nil {
		return err
	}
	return v.show("partner-about-us", v.t("partner.about-us"), "partners", d)
}

// look goes through the reader's cases for the authority's seats, and for what
// came through this platform.
func (d *aboutUsView) look(v *visit) error {
	after, looked := "", 0
	for {
		cases, next, err := v.o.Desk.Cases(v.ctx(), v.Who, coordination.Page{After: after})
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.Handle == d.Handle {
				continue
			}
			if looked++; looked > mostOfOurs {
				d.More = true
				return nil
			}
			seen, err := v.o.Desk.See(v.ctx(), v.Who, c.Handle)
			if err != nil {
				return err
			}
			seats := seen.Seats
			if seen.View.All {
				if seats, err = v.o.Desk.Seats(v.ctx(), v.Who, seen.Handle); err != nil {
					return err
				}
			}
			d.take(v, seen, seats)
		}
		if after = next; next == "" {
			return nil
		}
	}
}

func (d *aboutUsView) take(v *visit, seen *coordination.Seen, seats []access.Seat) {
	row := seenRow{Title: seen.Case.File.Title, Case: seen.Case.File.Case, TLP: seen.Case.TLP, Href: "/cases/" + queryOf(seen.Handle)}
	if see := seen.May[access.See]; see.Code != "" && v.words.has("access."+see.Code) {
		row.Limit = see.Code
	}
	if i := slices.IndexFunc(seats, func(s access.Seat) bool { return s.Org == d.On.Authority }); i >= 0 {
		theirs := row
		theirs.Role = string(seats[i].Role)
		d.Ours = append(d.Ours, theirs)
	}
	if i := slices.IndexFunc(seats, func(s access.Seat) bool { return s.Platform == d.On.ID && s.Org != d.On.Authority }); i >= 0 {
		row.Role = string(seats[i].Role)
		d.Shared = append(d.Shared, row)
	}
}
