package webui

import (
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// peopleView is who is on a case, and the form that invites.
type peopleView struct {
	caseHead
	Seats   []seatRow
	Orgs    []option
	Roles   []option
	Parties []option
	Preview *seatPreviewView
	Sent    url.Values
}

type seatRow struct {
	access.Seat
	Name, ByName, PartyName string
}

// seatPreviewView tells before an invitation what it would change.
type seatPreviewView struct {
	*coordination.SeatPreview
	Reasons []string // why some people would not see it
	Changes []changeRow
}

func (s *Site) casePeople(v *visit) error {
	d, err := v.people()
	if err != nil {
		return err
	}
	return v.show("case-people", v.t("case.title", "case", d.Seen.Case.File.Case, "page", v.t("case.tab.people")), "cases", d)
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
	for _, x := range seats {
		row := seatRow{Seat: x, Name: v.seatName(x), ByName: v.o.Identity.PersonName(v.ctx(), x.By)}
		if x.Party != "" {
			row.PartyName = partyName(seen.Case, x.Party)
		}
		d.Seats = append(d.Seats, row)
	}
	if !d.May("invite") {
		return d, nil
	}
	d.Parties = partyOptions(seen.Case, v.t("case.no-party"))
	for _, role := range []access.SeatRole{access.PartySeat, access.Coordinates, access.Observes, access.Owner} {
		d.Roles = append(d.Roles, option{string(role), v.t("people.role." + string(role))})
	}
	orgs, err := v.o.Identity.Orgs(v.ctx(), "", 500)
	if err != nil {
		return d, err
	}
	for _, o := range orgs {
		if o.Standing != partner.Left {
			d.Orgs = append(d.Orgs, option{o.ID, o.Name})
		}
	}
	slices.SortFunc(d.Orgs, func(a, b option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return d, nil
}

func (v *visit) seatName(x access.Seat) string {
	switch {
	case x.Person != "" && x.Org != "":
		return v.o.Identity.PersonName(v.ctx(), x.Person) + " (" + v.o.Identity.OrgName(v.ctx(), x.Org) + ")"
	case x.Person != "":
		return v.o.Identity.PersonName(v.ctx(), x.Person)
	}
	return v.o.Identity.OrgName(v.ctx(), x.Org)
}

// caseInvite shows what a seat would change, or with do=give gives it.
func (s *Site) caseInvite(v *visit) error {
	d, err := v.people()
	if err != nil {
		return err
	}
	asked := coordination.SeatAsked{Org: v.Form.Get("org"), Role: access.SeatRole(v.Form.Get("role")), Party: v.Form.Get("party")}
	handle := d.Seen.Handle
	if v.Form.Get("do") == "give" {
		if _, err := v.o.Desk.GiveSeat(v.ctx(), v.Who, handle, asked); err != nil {
			return err
		}
		return v.done(d.Base+"/people", "saved")
	}
	preview, err := v.o.Desk.PreviewSeat(v.ctx(), v.Who, handle, asked)
	title := v.t("case.title", "case", d.Seen.Case.File.Case, "page", v.t("case.tab.people"))
	if fault.KindOf(err) == fault.Invalid && err != nil {
		v.problems = map[string]string{"org": err.Error()}
		return v.again("case-people", title, "cases", d)
	}
	if err != nil {
		return err
	}
	d.Preview = &seatPreviewView{SeatPreview: preview}
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
		d.Preview.Changes = v.changeRows(planned, preview.Obliges)
	}
	d.Sent = url.Values{"org": {asked.Org}, "role": {string(asked.Role)}, "party": {asked.Party}}
	return v.show("case-people", title, "cases", d)
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

// exportView says what may be taken away, and how.
type exportView struct {
	caseHead
	Now   bool // the reader may at once
	Ask   bool // another person must approve
	Needs []string
}

func (s *Site) caseExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	handle := v.r.PathValue("handle")
	if format := v.Form.Get("format"); format == "yaml" || format == "json" {
		data, err := v.o.Desk.Export(v.ctx(), v.Who, handle, format)
		if err != nil {
			return err
		}
		kind := map[string]string{"yaml": "application/yaml", "json": "application/json"}[format]
		return v.download(kind, handle+"."+format, data)
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, handle)
	if err != nil {
		return err
	}
	may := seen.May[access.Export]
	d := exportView{caseHead: head(seen, ""), Now: may.Allowed, Needs: may.Needs, Ask: slices.Contains(may.Needs, "second-person")}
	return v.show("case-export", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("case.export")), "cases", d)
}

func (s *Site) caseAskExport(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("case.export")); err != nil {
		return err
	}
	if _, err := v.o.Desk.AskExport(v.ctx(), v.Who, v.r.PathValue("handle")); err != nil {
		return err
	}
	return v.done("/approvals", "asked")
}

// eraseView is the form that asks to forget fields.
type eraseView struct {
	caseHead
	Events  []option
	Parties []option
}

func (s *Site) caseErase(v *visit) error {
	seen, err := v.seenFor(access.Erase)
	if err != nil {
		return err
	}
	d := eraseView{caseHead: head(seen, ""), Parties: partyOptions(seen.Case, v.t("case.no-party"))}
	d.Events = append(d.Events, option{"", v.t("common.choose")}, option{"case", v.t("erase.case")})
	for i := range seen.Case.Events[:min(len(seen.Case.Events), 500)] {
		id := seen.Case.Events[i].ID
		d.Events = append(d.Events, option{id, id + " · " + v.eventWords(seen.Case, id)})
	}
	return v.show("case-erase", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("erase.title")), "cases", d)
}

func (s *Site) caseAskErase(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("erase.title")); err != nil {
		return err
	}
	asked := coordination.EraseAsked{
		Event: v.Form.Get("event"), Person: v.Form.Get("person"), Ground: strings.TrimSpace(v.Form.Get("ground")),
		Fields: strings.FieldsFunc(v.Form.Get("fields"), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	if asked.Person != "" {
		asked.Event, asked.Fields = "", nil
	}
	if _, err := v.o.Desk.AskErase(v.ctx(), v.Who, v.r.PathValue("handle"), asked); err != nil {
		return err
	}
	return v.done("/approvals", "asked")
}

// decideView is the form for a reasoned decision.
type decideView struct {
	caseHead
	Results, Parties, Products, Sources []option
	Key                                 string
	Reviews                             []coordination.Review
}

// decisions has what the form of a decision needs beyond coordination's other
// methods.
type decisions interface {
	Results() []string
}

func (s *Site) caseDecide(v *visit) error {
	seen, err := v.seenFor(access.Add)
	if err != nil {
		return err
	}
	d := decideView{caseHead: head(seen, "plan"), Products: productOptions(seen.Case, v.t("case.no-product")), Key: newKey()}
	for _, id := range seen.Parties {
		d.Parties = append(d.Parties, option{id, partyName(seen.Case, id)})
	}
	if len(d.Parties) == 0 {
		d.Parties = partyOptions(seen.Case, "")
	}
	if x, ok := v.o.Desk.(decisions); ok {
		for _, r := range x.Results() {
			name := r
			if key := "decide.result." + r; v.words.has(key) {
				name = v.t(key)
			}
			d.Results = append(d.Results, option{r, name})
		}
	}
	d.Sources = sourceOptions(seen.Case, v.t("case.no-source"))
	return v.show("case-decide", v.t("case.title", "case", seen.Case.File.Case, "page", v.t("decide.title")), "cases", d)
}

func sourceOptions(c *casefile.Case, none string) []option {
	out := []option{{"", none}}
	for i := range c.Sources {
		name := c.Sources[i].ID
		if c.Sources[i].Publisher != "" {
			name += " · " + c.Sources[i].Publisher
		}
		out = append(out, option{c.Sources[i].ID, name})
	}
	return out
}
