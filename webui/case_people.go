package webui

import (
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// peopleView is who is on a case, and the form that invites.
type peopleView struct {
	caseHead
	Seats   []seatRow
	Silent  []coordination.Silent // parties without a seat that were asked about the embargo and have not answered
	Invites bool
	Orgs    []option
	People  []option
	Roles   []option
	Parties partyList
	Preview *seatPreviewView
	Sent    url.Values
	Remove  *seatRow // asked to be taken away
}

type seatRow struct {
	access.Seat
	Name, ByName, PartyName string
	Self                    bool                 // the reader's own seat
	Silent                  *coordination.Silent // the party was asked about the embargo and has not answered
}

// seatPreviewView tells before an invitation what it would change.
type seatPreviewView struct {
	*coordination.SeatPreview
	Name    string
	Role    string
	Party   string
	Reasons []string // why some people would not see it
	Barred  []barredRow
	Changes []changeRow
	More    int
}

// barredRow is a prohibition that speaks against a seat, with its words.
type barredRow struct {
	access.Bar
	Clause *ruleRow
}

func (s *Site) casePeople(v *visit) error {
	d, err := v.people()
	if err != nil {
		return err
	}
	return v.show("case-people", v.caseTitle(d.Seen, v.t("case.tab.people")), "cases", d)
}

func (v *visit) people() (peopleView, error) {
	var d peopleView
	if err := v.need(v.o.Desk != nil, v.t("case.tab.people")); err != nil {
		return d, err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, v.r.PathValue("handle"))
	if err != nil {
		return d, err
	}
	d.caseHead = head(seen, "people")
	seats := seen.Seats
	if seen.View.All {
		if seats, err = v.o.Desk.Seats(v.ctx(), v.Who, seen.Handle); err != nil {
			return d, err
		}
	}
	silent, err := v.o.Desk.Silent(v.ctx(), v.Who, seen.Handle)
	if err != nil {
		return d, err
	}
	for _, x := range seats {
		row := seatRow{Seat: x, Name: v.seatName(x.Org, x.Person), ByName: v.o.Identity.PersonName(v.ctx(), x.By), Self: x.Person == v.Who.Person}
		if x.Party != "" {
			row.PartyName = partyName(seen.Case, x.Party)
		}
		if i := slices.IndexFunc(silent, func(s coordination.Silent) bool { return s.Party == x.Party }); i >= 0 && x.Role == access.PartySeat {
			row.Silent = &silent[i]
		}
		d.Seats = append(d.Seats, row)
	}
	for _, s := range silent {
		if !slices.ContainsFunc(d.Seats, func(x seatRow) bool { return x.Silent != nil && x.Party == s.Party }) {
			d.Silent = append(d.Silent, s)
		}
	}
	if d.Invites = d.May("invite"); !d.Invites {
		return d, nil
	}
	d.Parties = partiesOf(seen.Case, v.t("case.no-party"))
	for _, role := range []access.SeatRole{access.PartySeat, access.Coordinates, access.Observes, access.Owner} {
		d.Roles = append(d.Roles, option{string(role), v.t("people.role." + string(role))})
	}
	return d, v.invitable(&d)
}

// mostInvitable bounds the lists of whom one can invite.
const mostInvitable = 500

// invitable lists the organisations that have not left, and people by name with
// their organisations: a seat can be one person's alone.
func (v *visit) invitable(d *peopleView) error {
	orgs, err := v.o.Identity.Orgs(v.ctx(), "", mostInvitable)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, o := range orgs {
		names[o.ID] = o.Name
		if o.Standing != partner.Left {
			d.Orgs = append(d.Orgs, option{o.ID, o.Name})
		}
	}
	people, err := v.o.Identity.People(v.ctx(), "", mostInvitable)
	if err != nil {
		return err
	}
	for _, p := range people {
		label := p.Name
		if len(p.Member) > 0 && names[p.Member[0].Org] != "" {
			label += " · " + names[p.Member[0].Org]
		}
		d.People = append(d.People, option{p.ID, label})
	}
	for _, list := range [][]option{d.Orgs, d.People} {
		slices.SortFunc(list, func(a, b option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	}
	d.Orgs = append([]option{{"", v.t("people.no-org")}}, d.Orgs...)
	d.People = append([]option{{"", v.t("people.everybody")}}, d.People...)
	return nil
}

// seatName is who holds a seat: an organisation, a person, or one person of an
// organisation.
func (v *visit) seatName(org, person string) string {
	switch {
	case person != "" && org != "":
		return v.o.Identity.PersonName(v.ctx(), person) + " (" + v.o.Identity.OrgName(v.ctx(), org) + ")"
	case person != "":
		return v.o.Identity.PersonName(v.ctx(), person)
	}
	return v.o.Identity.OrgName(v.ctx(), org)
}

// caseInvite shows what a seat would change, or with do=give gives it.
func (s *Site) caseInvite(v *visit) error {
	d, err := v.people()
	if err != nil {
		return err
	}
	f := v.Form
	asked := coordination.SeatAsked{
		Org: f.Get("org"), Person: f.Get("person"), Role: access.SeatRole(f.Get("role")), Party: f.Get("party"), Despite: strings.TrimSpace(f.Get("despite")),
	}
	handle, title := d.Seen.Handle, v.caseTitle(d.Seen, v.t("case.tab.people"))
	switch {
	case asked.Org == "" && asked.Person == "":
		v.problem("org", "people.nobody")
	case asked.Role == access.PartySeat && asked.Party == "":
		v.problem("party", "people.party-hint")
	}
	if !v.ok() {
		return v.again("case-people", title, "cases", d)
	}
	preview, err := v.o.Desk.PreviewSeat(v.ctx(), v.Who, handle, asked)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		v.problems = map[string]string{"org": err.Error()}
		return v.again("case-people", title, "cases", d)
	}
	if err != nil {
		return err
	}
	if f.Get("do") == "give" {
		if len(preview.Barred) > 0 && asked.Despite == "" {
			v.problem("despite", "people.despite-missing")
		} else {
			if _, err := v.o.Desk.GiveSeat(v.ctx(), v.Who, handle, asked); err != nil {
				return err
			}
			return v.done(d.Base+"/people", "saved")
		}
	}
	d.Preview = &seatPreviewView{SeatPreview: preview, Name: v.seatName(asked.Org, asked.Person), Role: string(asked.Role)}
	if asked.Party != "" {
		d.Preview.Party = partyName(d.Seen.Case, asked.Party)
	}
	for _, b := range preview.Barred {
		d.Preview.Barred = append(d.Preview.Barred, barredRow{b, v.clause(b.Rule)})
	}
	for _, r := range preview.Refused {
		if text := v.t("access." + r.Code); !slices.Contains(d.Preview.Reasons, text) {
			d.Preview.Reasons = append(d.Preview.Reasons, text)
		}
	}
	if preview.Obliges != nil {
		planned, err := v.o.Desk.Plan(v.ctx(), v.Who, handle, coordination.PlanOptions{Lang: v.Lang})
		if err != nil {
			return err
		}
		d.Preview.Changes, d.Preview.More = v.changeRows(planned, preview.Obliges)
	}
	d.Sent = url.Values{"org": {asked.Org}, "person": {asked.Person}, "role": {string(asked.Role)}, "party": {asked.Party}}
	if !v.ok() {
		return v.again("case-people", title, "cases", d)
	}
	return v.show("case-people", title, "cases", d)
}

// caseUnseatAsk says what taking a seat away means, before it is done.
func (s *Site) caseUnseatAsk(v *visit) error {
	d, err := v.people()
	if err != nil {
		return err
	}
	for i := range d.Seats {
		if d.Seats[i].ID == v.Form.Get("seat") && d.Invites {
			d.Remove = &d.Seats[i]
			return v.show("case-people-remove", v.caseTitle(d.Seen, v.t("case.tab.people")), "cases", d)
		}
	}
	return fault.New(fault.NotFound, "there is no such seat here")
}

func (s *Site) caseUnseat(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.tab.people")); err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	if err := v.o.Desk.TakeSeat(v.ctx(), v.Who, handle, v.Form.Get("seat")); err != nil {
		return err
	}
	return v.done("/cases/"+url.PathEscape(handle)+"/people", "removed")
}
