package webui

import (
	"cmp"
	"html/template"
	"slices"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// findingView is one finding: evidence, what speaks for the member, what is
// uncertain, and what can be done next.
type findingView struct {
	partnerHead
	F        partnership.Finding
	State    badgeWords
	Clause   *ruleRow // of the agreement
	Received spanned  // when the report arrived
	About    []string
	ByName   string
	Words    template.HTML
	Next     *findingNext
	Steps    []actStep // what else the reader's side can do
	Contests []saidRow
	Hearings []saidRow
	Answers  []saidRow
	Ended    *linked
	Act      *linked
	Got      *saidRow // proof that it was received
	Evidence evidenceView
	Hidden   int // rows that the reader does not see
}

// findingNext is what the reader's side does next.
type findingNext struct {
	Words, Text, Href string
	Second            string // clause by which another person must agree
	Wait              bool   // nothing to do now
}

func (s *Site) findingPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("findings.title")); err != nil {
		return err
	}
	f, err := v.o.Circles.Finding(v.ctx(), v.Who, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	m, err := v.o.Circles.Member(v.ctx(), v.Who, f.Member)
	if err != nil {
		return err
	}
	h, err := v.partnershipOf(m, "finding")
	if err != nil {
		return err
	}
	d := findingView{partnerHead: h, F: f, State: findingMarks[f.State], ByName: v.o.Identity.PersonName(v.ctx(), f.By), Words: rich(f.Words), Hidden: f.Unseen,
		Received: v.span(f.Report.Received, false, h.Zone), About: slices.Concat(f.Report.Flaws, f.Report.Names, f.Report.Purls)}
	if d.Evidence, err = v.evidence(h.Zone).view(f.Evidence); err != nil {
		return err
	}
	rule := v.limbClause(&f, h.On.Pack)
	if e := h.event(f.Act); e != nil {
		rule = cmp.Or(e.Rule, rule)
		a := v.linkedAct(h, f.Act)
		d.Act = &a
	}
	d.Clause = v.clause(rule)
	d.follow(v)
	d.next(v)
	return v.show("finding", v.t("findings.title-one", "member", h.Name), "partners", d)
}

// follow tells what came after the finding was served.
func (d *findingView) follow(v *visit) {
	page := partnerView{partnerHead: d.partnerHead}
	r := d.F.Replies
	d.Contests, d.Hearings, d.Answers, d.Ended = page.saids(v, r.Contested), page.saids(v, r.Hearings), page.saids(v, r.Answered), page.link(v, r.Ended)
	for i := range d.File.Events {
		if e := &d.File.Events[i]; d.F.Act != "" && e.Kind == "acknowledged" && e.Re == d.F.Act {
			got := page.said(v, e.ID)
			d.Got = &got
			return
		}
	}
}

// nextActs are the acts that can follow a finding, in the order of a partnership's
// steps.
var nextActs = map[string][]casefile.Kind{
	"authority": {"hearing-opened", "partner-heard", "called-on", "partner-warned", "finding-served"},
	"member":    {"hearing-answered", "mark-contested"},
}

// next finds what the reader's side does next, and what else it can do.
func (d *findingView) next(v *visit) {
	side := "member"
	if d.Ours {
		side = "authority"
	}
	code := d.State.Code
	d.Next = &findingNext{Text: v.t("findings.do." + side + "." + code), Wait: true}
	if !d.Acts {
		return
	}
	if d.F.Act == "" {
		if d.F.State == partnership.FindingDraft {
			d.serve(v)
		} else {
			d.Next.Words, d.Next.Href, d.Next.Wait = v.t("partner.waits-look"), "/partners/waiting", false
		}
		return
	}
	for _, st := range partner.Steps(d.partnerHead.State, d.On.Terms, v.Now) {
		if st.Actor != side || !st.Allowed || !slices.Contains(nextActs[side], st.Act) || st.Variant == "" && st.Act == "finding-served" || st.Act == "partner-warned" && st.Variant != "" {
			continue
		}
		row := v.actStep(d.partnerHead, st)
		switch st.Act {
		case "mark-contested":
			if len(d.F.Replies.Contested) > 0 || d.F.Replies.Ended != "" {
				continue
			}
			row.Href += "&re=" + queryOf(d.F.Act)
		case "finding-served":
			if d.F.Replies.Ended != "" {
				continue
			}
			row.Href += "&re=" + queryOf(d.F.Act)
		case "hearing-opened":
			if d.F.Replies.Ended != "" {
				continue
			}
			row.Href += "&re=" + queryOf(d.F.Act)
		}
		d.Steps = append(d.Steps, row)
	}
	if len(d.Steps) == 0 || d.F.Replies.Ended != "" {
		return
	}
	if first := d.Steps[0]; first.Act != "called-on" && first.Act != "partner-warned" && first.Act != "finding-served" {
		d.Next.Words, d.Next.Href, d.Next.Wait = first.Title, first.Href, false
	}
}

// serve is the way by which a draft is put to the member.
func (d *findingView) serve(v *visit) {
	for _, st := range partner.Steps(d.partnerHead.State, d.On.Terms, v.Now) {
		if st.Act != "finding-served" || st.Variant != "" {
			continue
		}
		row := v.actStep(d.partnerHead, st)
		if !st.Allowed {
			d.Next.Text = row.Why
			return
		}
		d.Next.Words, d.Next.Href, d.Next.Second, d.Next.Wait = v.t("findings.serve"), d.serving(), row.Second, false
	}
}

func (d *findingView) serving() string {
	return d.Base + "/do?act=finding-served&finding=" + queryOf(d.F.ID)
}

// Shown is how many rows the reader sees; Whole how many there are.
func (d findingView) Shown() int { return len(d.F.Evidence.Rows) }

// Whole is how many rows the finding has.
func (d findingView) Whole() int { return d.Shown() + d.Hidden }

// MadeAt is when the draft was made.
func (d findingView) MadeAt(v *page) spanned {
	return v.span(calendar.Instant(d.F.Made), false, d.Zone)
}

// finding is the one that an act puts to the member: a draft about this member.
func (v *visit) finding(h partnerHead, id string) (*partnership.Finding, error) {
	f, err := v.o.Circles.Finding(v.ctx(), v.Who, id)
	switch {
	case err != nil:
		return nil, err
	case f.Member != h.ID:
		return nil, fault.New(fault.NotFound, "there is no such finding")
	case f.Act != "" && v.Form.Get("do") != "confirm": // once more of the same is not done again
		return nil, fault.New(fault.Conflict, "this finding was served already")
	}
	return &f, nil
}
