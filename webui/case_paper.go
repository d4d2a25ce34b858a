package webui

import (
	"net/url"
	"strings"

	"tocsin/coordination"
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
	Wrong  string
	Notes  bool // in English, for a reader of another language
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
	Words  string // the rule's title
	Own    bool   // the reader's, who may drop it
}

func (s *Site) casePaper(v *visit) error { return v.paper("") }

// paper shows the page, with what the form of the snapshot has wrong.
func (v *visit) paper(wrong string) error {
	if err := v.need(v.o.Desk != nil, v.t("paper.title")); err != nil {
		return err
	}
	id := v.Form.Get("id")
	page, err := v.o.Desk.Duty(v.ctx(), v.Who, v.r.PathValue("handle"), id, v.Lang)
	if err != nil {
		return err
	}
	d := dutyView{caseHead: head(page.Seen, "plan"), ID: id, Row: v.dutyRow(page.Planned, page.Duty), Open: v.say(page.Open)}
	d.Row.Readings, d.Row.Further = append(d.Row.Readings, d.Row.Further...), nil
	d.Basis, d.Rule = page.Plan.Basis, page.Duty.RuleRecord()
	notes := []string{d.Row.Pace}
	for _, r := range d.Row.Readings {
		notes = append(notes, r.Note)
	}
	d.Notes = v.inEnglish(notes...)
	metas := metasByID(page.Seen)
	for _, f := range page.Facts {
		if e := page.Of.Event(f.Event); e != nil {
			d.Facts = append(d.Facts, factRow{v.eventRow(page.Seen, e, metas), f.Quality, f.Bearing})
		}
	}
	for _, snap := range page.Relied {
		d.Relied = append(d.Relied, v.snapshotRow(snap))
	}
	d.Wrong = wrong
	if wrong != "" {
		return v.again("case-paper", v.caseTitle(page.Seen, v.t("paper.title")), "cases", d)
	}
	return v.show("case-paper", v.caseTitle(page.Seen, v.t("paper.title")), "cases", d)
}

func (v *visit) snapshotRow(s coordination.Snapshot) snapshotRow {
	row := snapshotRow{Snapshot: s, ByName: v.o.Identity.PersonName(v.ctx(), s.By), Own: s.By == v.Who.Person}
	if s.Case == "" || s.Duty == "" { // of a case that the reader may not see any more
		row.Words = v.t("paper.not-seen")
		return row
	}
	rule, _, _ := strings.Cut(s.Duty, "/")
	row.Back, row.Words = dutyAddress(s.Case, s.Duty), v.ruleTitle(v.o.Book, rule, s.Duty)
	return row
}

// reliedDrop forgets a snapshot of the reader's own.
func (s *Site) reliedDrop(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("paper.relied")); err != nil {
		return err
	}
	if err := v.o.Desk.DropSnapshot(v.ctx(), v.Who, v.Form.Get("id")); err != nil {
		return err
	}
	return v.done("/relied", "removed")
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
			v.problem("override", "newcase.no-time")
		}
		reason := strings.TrimSpace(v.Form.Get("override-reason"))
		if reason == "" {
			v.problem("override-reason", "paper.override-needs-reason")
		}
		if !v.ok() {
			return v.paper(v.t("paper.override"))
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
