package webui

import (
	"net/url"
	"strings"

	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/rulebook"
)

// dutyView is the page of one date, for somebody who relies on it: facts and how
// good their sources are, the clause, the arithmetic, what is undecided.
type dutyView struct {
	caseHead
	Row    dutyRow
	ID     string
	Facts  []factRow
	Open   []string
	Relied []snapshotRow
	Rule   *rulebook.Rule
	Basis  plan.Basis
}

type factRow struct {
	Event   eventRow
	Quality string
	Bearing string
}

type snapshotRow struct {
	coordination.Snapshot
	ByName string
	Back   string // address of the date as it is now
}

func (s *Site) casePaper(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("paper.title")); err != nil {
		return err
	}
	id := v.Form.Get("id")
	page, err := v.o.Desk.Duty(v.ctx(), v.Who, v.r.PathValue("handle"), id, v.Lang)
	if err != nil {
		return err
	}
	d := dutyView{caseHead: head(page.Seen, "plan"), ID: id, Row: v.dutyRow(page.Planned, page.Duty), Open: v.say(page.Open)}
	d.Basis, d.Rule = page.Plan.Basis, page.Duty.RuleRecord()
	metas := metasByID(page.Seen)
	for _, f := range page.Facts {
		if e := page.Of.Event(f.Event); e != nil {
			d.Facts = append(d.Facts, factRow{v.eventRow(page.Seen, e, metas), f.Quality, f.Bearing})
		}
	}
	for _, snap := range page.Relied {
		d.Relied = append(d.Relied, v.snapshotRow(snap))
	}
	return v.show("case-paper", v.t("case.title", "case", page.Case.File.Case, "page", v.t("paper.title")), "cases", d)
}

func (v *visit) snapshotRow(s coordination.Snapshot) snapshotRow {
	return snapshotRow{s, v.o.Identity.PersonName(v.ctx(), s.By), dutyAddress(s.Case, s.Duty)}
}

// caseRely keeps a snapshot of the date, with an override if one is given.
func (s *Site) caseRely(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("paper.title")); err != nil {
		return err
	}
	handle, id := v.r.PathValue("handle"), v.Form.Get("id")
	var over *coordination.Override
	if text := v.Form.Get("override"); text != "" {
		at, err := v.readMoment(text)
		if err != nil {
			return err
		}
		reason := strings.TrimSpace(v.Form.Get("override-reason"))
		if reason == "" {
			return fault.New(fault.Invalid, "%s", v.t("paper.override-needs-reason"))
		}
		over = &coordination.Override{Due: at, Reason: reason}
	}
	if _, err := v.o.Desk.Rely(v.ctx(), v.Who, handle, id, strings.TrimSpace(v.Form.Get("note")), over); err != nil {
		return err
	}
	return v.done("/cases/"+url.PathEscape(handle)+"/duties?"+url.Values{"id": {id}}.Encode(), "saved")
}

// reliedView lists the dates that the reader and the organisation rely on.
type reliedView struct {
	Rows  []snapshotRow
	Next  string
	First bool
}

func (s *Site) reliedPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("paper.relied")); err != nil {
		return err
	}
	after := v.Form.Get("after")
	list, next, err := v.o.Desk.Snapshots(v.ctx(), v.Who, coordination.Page{After: after})
	if err != nil {
		return err
	}
	d := reliedView{First: after == ""}
	for _, snap := range list {
		d.Rows = append(d.Rows, v.snapshotRow(snap))
	}
	if next != "" {
		d.Next = "/relied?" + url.Values{"after": {next}}.Encode()
	}
	return v.show("relied", v.t("paper.relied"), "relied", d)
}
