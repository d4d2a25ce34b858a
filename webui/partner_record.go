package webui

import (
	"html/template"
	"time"

	"tocsin/calendar"
	"tocsin/partner"
	"tocsin/rulebook"
)

// markRow is one mark: a finding, a reminder, a warning.
type markRow struct {
	partner.Mark
	Act       linked
	AtAt      spanned
	Clause    *ruleRow
	Words     template.HTML
	Contested []saidRow
	Ended     *linked
	Contest   string // address of the form that contests it, "" if the reader cannot
}

// saidRow is what the other side said to something.
type saidRow struct {
	Act  linked
	AtAt spanned
	Text template.HTML
}

type hearingRow struct {
	partner.Hearing
	Act            linked
	AtAt, DueAt    spanned
	EndAt          spanned
	Due            *time.Time
	Question, Note template.HTML
	About, For     *linked
	Answers        []answerRow
	Served         *saidRow // proof that the question was received
	Retold         bool     // and not the member's own: carried over
	Running        bool
}

type answerRow struct {
	partner.Answer
	Act  linked
	AtAt spanned
	Text template.HTML
}

type reviewedRow struct {
	partner.Review
	Act    linked
	AtAt   spanned
	About  *linked
	Reason template.HTML
}

type taskRow struct {
	partner.Task
	Title   string
	DueAt   spanned
	Due     *time.Time
	Reports []saidRow
	Last    *linked
	Why     template.HTML // it was returned
}

// decisionRow is a decision about a member, for the page and the register.
type decisionRow struct {
	partner.Decided
	Act               linked
	AtAt, OpenAt      spanned
	Open              bool // an appeal is still in time
	Signatory, Office string
	Delegation        string
	Publication       string
	Clause            *ruleRow
	Reason            template.HTML
	Contested         []saidRow
	Name, Base        string // of the member
	Takes             bool   // the reader may take a dossier away
	Platform          string
	when              time.Time
}

type appealRow struct {
	partner.Appeal
	Act         linked
	AtAt, EndAt spanned
	Of          linked
	Why, Answer template.HTML
	Decision    *linked
}

type callRow struct {
	partner.Call
	Act         linked
	AtAt, DueAt spanned
	Due         *time.Time
	Text        template.HTML
	Answers     []answerRow
	Got         *saidRow
}

type pressRow struct {
	partner.Statement
	AtAt spanned
	Act  linked
	Text template.HTML
}

type ignoredRow struct {
	Act  linked
	Code string
}

// said is an act with its words.
func (d *partnerView) said(v *visit, id string) saidRow {
	r := saidRow{Act: v.linkedAct(d.partnerHead, id)}
	if e := d.event(id); e != nil {
		r.Text = rich(e.Text)
		if e.Text == "" {
			r.Text = rich(e.Reason)
		}
		if s, err := e.At.Span(); err == nil {
			r.AtAt = v.span(s, false, d.Zone)
		}
	}
	return r
}

func (d *partnerView) saids(v *visit, ids []string) (out []saidRow) {
	for _, id := range ids {
		out = append(out, d.said(v, id))
	}
	return out
}

func (d *partnerView) link(v *visit, id string) *linked {
	if id == "" {
		return nil
	}
	l := v.linkedAct(d.partnerHead, id)
	return &l
}

func (d *partnerView) answers(v *visit, list []partner.Answer) (out []answerRow) {
	for _, a := range list {
		out = append(out, answerRow{a, v.linkedAct(d.partnerHead, a.Event), v.span(a.At, false, d.Zone), textOf(d.event(a.Event))})
	}
	return out
}

// fillRecord lists what was noted, asked, mended and decided, the newest first.
func (d *partnerView) fillRecord(v *visit) {
	s := &d.State
	for i := len(s.Marks) - 1; i >= 0; i-- {
		m := s.Marks[i]
		row := markRow{Mark: m, Act: v.linkedAct(d.partnerHead, m.Event), AtAt: v.span(m.At, false, d.Zone), Clause: v.clause(m.Rule), Words: rich(m.Reason),
			Contested: d.saids(v, m.Contested), Ended: d.link(v, m.EndedBy)}
		if len(m.Contested) > 0 {
			d.Contested++
		}
		if !d.Ours && d.Acts && len(m.Contested) == 0 && m.EndedBy == "" {
			row.Contest = d.Base + "/do?act=mark-contested&re=" + queryOf(m.Event)
		}
		d.Marks = append(d.Marks, row)
	}
	for i := len(s.Reviews) - 1; i >= 0; i-- {
		r := s.Reviews[i]
		d.Reviews = append(d.Reviews, reviewedRow{r, v.linkedAct(d.partnerHead, r.Event), v.span(r.At, false, d.Zone), d.link(v, r.Re), d.reason(r.Event)})
	}
	for _, t := range s.Tasks {
		row := taskRow{Task: t, Title: t.Name, DueAt: v.span(t.Due, true, d.Zone), Due: whenOf(t.Due), Reports: d.saids(v, t.Reports), Last: d.link(v, t.Last)}
		if t.Name == "all" {
			row.Title = v.t("partner.task-all")
		}
		if t.State == "returned" {
			row.Why = d.reason(t.Last)
		}
		d.Tasks = append(d.Tasks, row)
	}
	for i := len(s.Decisions) - 1; i >= 0; i-- {
		d.Decisions = append(d.Decisions, v.decisionRow(d.partnerHead, s.Decisions[i], d.saids(v, s.Decisions[i].Contested)))
	}
	for _, a := range s.Appeals {
		d.Appeals = append(d.Appeals, appealRow{a, v.linkedAct(d.partnerHead, a.Event), v.span(a.At, false, d.Zone), v.span(a.End, false, d.Zone),
			v.linkedAct(d.partnerHead, a.Of), rich(a.Reason), d.reason(a.Decided), d.link(v, a.Decided)})
	}
	for i := len(s.Calls) - 1; i >= 0; i-- {
		c := s.Calls[i]
		row := callRow{Call: c, Act: v.linkedAct(d.partnerHead, c.Event), AtAt: v.span(c.At, false, d.Zone), DueAt: v.span(c.Due, true, d.Zone), Due: whenOf(c.Due),
			Text: textOf(d.event(c.Event)), Answers: d.answers(v, c.Answers)}
		if c.Received != "" {
			got := d.said(v, c.Received)
			row.Got = &got
		}
		d.Calls = append(d.Calls, row)
	}
	for _, p := range s.Statements {
		d.Press = append(d.Press, pressRow{p, v.span(p.At, false, d.Zone), v.linkedAct(d.partnerHead, p.Event), textOf(d.event(p.Event))})
	}
	for _, i := range s.Ignored {
		d.Ignored = append(d.Ignored, ignoredRow{v.linkedAct(d.partnerHead, i.Event), i.Code})
	}
}

func (d *partnerView) reason(id string) template.HTML {
	if e := d.event(id); e != nil {
		return rich(e.Reason)
	}
	return ""
}

func (d *partnerView) fillHearings(v *visit) {
	s := &d.State
	for i := len(s.Hearings) - 1; i >= 0; i-- {
		h := s.Hearings[i]
		row := hearingRow{Hearing: h, Act: v.linkedAct(d.partnerHead, h.Opened), AtAt: v.span(h.At, false, d.Zone), DueAt: v.span(h.Due, true, d.Zone),
			EndAt: v.span(h.End, false, d.Zone), Due: whenOf(h.Due), Question: d.reason(h.Opened), Note: textOf(d.event(h.Closed)),
			About: d.link(v, h.About), For: d.link(v, h.For), Answers: d.answers(v, h.Answers)}
		row.Running = h.Closed == "" && h.Opened != "" && !passed(h.Due, v.Now)
		for j := range d.File.Events {
			if e := &d.File.Events[j]; e.Kind == "acknowledged" && h.Opened != "" && e.Re == h.Opened && e.By != s.Authority {
				got := d.said(v, e.ID)
				row.Served, row.Retold = &got, e.Basis == "on-behalf"
				break
			}
		}
		d.Hearings = append(d.Hearings, row)
	}
}

// decisionRow puts a decision into the reader's language.
func (v *visit) decisionRow(h partnerHead, x partner.Decided, contested []saidRow) decisionRow {
	e := h.event(x.Event)
	return decisionRow{Decided: x, Act: v.linkedAct(h, x.Event), AtAt: v.span(x.At, false, h.Zone), OpenAt: v.span(x.Open, true, h.Zone),
		Open: x.Appeal == "" && x.Open != (calendar.Span{}) && !passed(x.Open, v.Now), Signatory: attribute(e, "signatory"), Office: attribute(e, "office"),
		Delegation: attribute(e, "delegation"), Publication: attribute(e, "publication"), Clause: v.clause(x.Rule), Reason: rich(x.Reason), Contested: contested,
		Name: h.Name, Base: h.Base, Takes: h.Takes, Platform: h.On.Name, when: starts(x.At)}
}

// ruleName is a clause as people read it: its place, and its title.
func (v *visit) ruleName(id string) string {
	if v.o.Book != nil {
		if r := v.o.Book.Rule(id); r != nil {
			return r.Citation.Text + " · " + rulebook.T(r.Title, v.Lang)
		}
	}
	return id
}
