package webui

import (
	"html/template"
	"slices"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/rulebook"
)

// partnerView is the page of one partnership.
type partnerView struct {
	partnerHead
	Since     spanned
	Possible  []standingBadge // where the record leaves several open
	Next      *nextStep
	Waiting   int // acts that wait for a second person
	Letters   []letterRow
	Picture   *standingPicture
	Steps     []actStep // of the reader's side
	Theirs    []actStep // what the other side owes
	Others    []actStep // that cannot be done now, with why not
	Agreement *agreementView
	Invited   template.HTML // words of the invitation, where nothing is signed yet
	Terms     []termRow
	Stopped   *suspensionView
	Past      []suspensionView
	Marks     []markRow
	Hearings  []hearingRow
	Reviews   []reviewedRow
	Tasks     []taskRow
	Decisions []decisionRow
	Appeals   []appealRow
	Calls     []callRow
	Press     []pressRow
	Ignored   []ignoredRow
	Findings  []findingLine
	Contested int
}

// nextStep is what the reader's side does next.
type nextStep struct {
	Words, Href string
	Owed        bool
	Due         spanned
	When        *time.Time // the latest instant of it
	Past        bool
}

// agreementView is the agreement as it was signed, and as it was renewed.
type agreementView struct {
	*partner.Joined
	SinceAt, UntilAt, CheckedAt, YearlyBy spanned
	SignedBy, Hash, Level                 string
	Units                                 []string
	Kept                                  partner.Agreement
	Address                               string
}

// termRow is one term of the platform with its clause.
type termRow struct{ Code, Value, Clause string }

type suspensionView struct {
	*partner.Suspension
	AtAt, FromAt, UntilAt, ReviewBy, EndedAt spanned
	Act                                      linked
	Units                                    []string
	Platform                                 string
	ByReview, EndedByAct                     *linked
	Extended                                 []extensionRow
	Reason                                   template.HTML
	Over                                     bool // the day of its end is over, and nothing ended it
}

type extensionRow struct {
	Act     linked
	UntilAt spanned
}

func (s *Site) partnerPage(v *visit) error {
	h, err := v.partnership("file")
	if err != nil {
		return err
	}
	d := partnerView{partnerHead: h}
	d.fill(v)
	steps := partner.Steps(h.State, h.On.Terms, v.Now)
	d.fillSteps(v, steps)
	if h.Side == partnership.OfAuthority {
		asked, err := v.o.Circles.Asked(v.ctx(), v.Who)
		if err != nil {
			return err
		}
		for _, a := range asked {
			if a.Member == h.ID {
				d.Waiting++
			}
		}
	}
	letters, err := v.o.Circles.Inbox(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if l.Member == h.ID && l.Served == nil {
			d.Letters = append(d.Letters, v.letterRow(l))
		}
	}
	if d.Findings, err = v.findingsAbout(h.ID); err != nil {
		return err
	}
	return v.show("partner", v.t("partner.title-one"), "partners", d)
}

// fill puts what the file says into the reader's language.
func (d *partnerView) fill(v *visit) {
	s := &d.State
	d.Since = v.span(s.Since, false, d.Zone)
	if !s.Sure() {
		for _, p := range s.Possible {
			d.Possible = append(d.Possible, badgeOf(p))
		}
	}
	d.fillAgreement(v)
	for _, w := range []struct {
		code   string
		within *partner.Within
	}{{"reply", &d.On.Terms.Reply}, {"urgent", d.On.Terms.Urgent}, {"longest", &d.On.Terms.Longest}, {"appeal", &d.On.Terms.Appeal}, {"term", &d.On.Terms.Term}, {"review", &d.On.Terms.Yearly}} {
		if w.within != nil {
			d.Terms = append(d.Terms, termRow{w.code, v.period(w.within.Period.String()), w.within.Clause})
		}
	}
	if x := s.Suspension; x != nil {
		view := d.suspension(v, x)
		d.Stopped = &view
	}
	for i := range s.Past {
		d.Past = append(d.Past, d.suspension(v, &s.Past[i]))
	}
	d.fillRecord(v)
	d.fillHearings(v)
	d.Picture = v.standingPicture(d.partnerHead)
}

func (d *partnerView) fillAgreement(v *visit) {
	j := d.State.Agreement
	if j == nil {
		for i := range d.File.Events {
			if e := &d.File.Events[i]; e.Kind == "partner-invited" {
				d.Invited = rich(e.Text)
			}
		}
		return
	}
	e := d.event(j.Event)
	a := &agreementView{Joined: j, SinceAt: v.span(j.Since, false, d.Zone), UntilAt: v.span(j.Until, true, d.Zone), CheckedAt: v.span(j.Checked, false, d.Zone),
		SignedBy: attribute(e, "signed-by"), Hash: attribute(e, "hash"), Level: v.gradeWords(d.On.Terms.Levels, j.Level), Kept: d.Member.Agreement}
	if j.Event != "" {
		a.Address = eventAddress(d.Handle, j.Event)
	}
	for _, id := range j.Units {
		a.Units = append(a.Units, v.partyWords(d.partnerHead, id))
	}
	if len(a.Units) == 0 {
		for _, org := range sortedKeys(d.Member.Units) {
			a.Units = append(a.Units, v.o.Identity.OrgName(v.ctx(), org))
		}
	}
	for _, s := range partner.Steps(d.State, d.On.Terms, v.Now) {
		if s.Act == "partner-renewed" && s.Owed {
			a.YearlyBy = v.span(s.Due, true, d.Zone)
		}
	}
	d.Agreement = a
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// gradeWords is the title of a level or kind of the platform.
func (v *visit) gradeWords(list []partner.Grade, id string) string {
	for _, g := range list {
		if g.ID == id {
			return rulebook.T(g.Title, v.Lang)
		}
	}
	return id
}

func (d *partnerView) suspension(v *visit, x *partner.Suspension) suspensionView {
	s := suspensionView{Suspension: x, AtAt: v.span(x.At, false, d.Zone), FromAt: v.span(x.From, false, d.Zone), UntilAt: v.span(x.Until, true, d.Zone),
		ReviewBy: v.span(x.Review.By, true, d.Zone), EndedAt: v.span(x.Ended, false, d.Zone), Act: v.linkedAct(d.partnerHead, x.Decision), Platform: d.On.Name}
	for _, id := range x.Units {
		s.Units = append(s.Units, v.partyWords(d.partnerHead, id))
	}
	link := func(id string) *linked {
		if id == "" {
			return nil
		}
		l := v.linkedAct(d.partnerHead, id)
		return &l
	}
	s.ByReview, s.EndedByAct = link(x.Review.Done), link(x.EndedBy)
	for _, n := range x.Extended {
		s.Extended = append(s.Extended, extensionRow{v.linkedAct(d.partnerHead, n.Decision), v.span(n.Until, true, d.Zone)})
	}
	if e := d.event(x.Decision); e != nil {
		s.Reason = rich(e.Reason)
	}
	s.Over = x.EndedBy == "" && !x.Until.Latest.IsZero() && !v.Now.Before(x.Until.Latest)
	return s
}

// passed tells whether a bound has certainly passed.
func passed(s calendar.Span, now time.Time) bool { return !s.Latest.IsZero() && !now.Before(s.Latest) }

// whenOf is the latest instant of a bound that is known, for "in 3 d".
func whenOf(s calendar.Span) *time.Time {
	t := s.Latest
	if t.IsZero() {
		t = s.Earliest
	}
	if t.IsZero() {
		return nil
	}
	return &t
}

// textOf is what somebody wrote in an act.
func textOf(e *casefile.Event) template.HTML {
	if e == nil {
		return ""
	}
	return rich(e.Text)
}
