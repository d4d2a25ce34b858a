package webui

import (
	"cmp"
	"slices"

	"tocsin/directive"
	"tocsin/tasking"
)

// directiveView is the page of one directive.
type directiveView struct {
	directiveHead
	IssuedAt  spanned
	Next      *waitRow
	Waits     []waitRow // what else waits for the reader
	MoreWaits int
	Mine      []mineRow // the steps of the reader's organisations, by date
	Still     []actChoice
	Doc       *directiveText
	Board     *directiveBoard
	Choices   []actChoice // of the authority
	Acts      []actLine
	MoreActs  int
	AllActs   string
	Editions  []tasking.Edition
	Proof     *tasking.Proof
	Goes      string // address of the directive that goes on
	GoesOnIn  string // what it is called
	Draft     *directiveDraft
	OneMember bool // the reader has one organisation in it
}

// actChoice is a form that the reader may open.
type actChoice struct {
	Kind  directive.Kind
	Words string
	Href  string
}

// mineRow is one step that is asked of one of the reader's organisations.
type mineRow struct {
	tasking.Duty
	Name      string
	Heading   worded
	KindWords string
	Words     string // status
	Tone      string
	Icon      string
	DueIn     dueRow
	IssuedAt  spanned // the limit as issued, where another one holds
	Modality  string  // in words
	AskWords  []worded
	Evidence  []proofRow
	Returned  *actLine // the completion that came back
	Excepted  spanned  // until when
	Form      worded
	To        string
	Via       string
	Choices   []actChoice
	IsOpen    bool
}

// proofRow is something that the authority asks for.
type proofRow struct {
	Heading  worded
	Required bool
	Missing  bool
}

// signs of the states of a step: never colour alone.
var stateSigns = map[directive.Status][2]string{
	directive.NotStarted: {"plain", "clock"}, directive.InProgress: {"accent", "clock"}, directive.Claimed: {"accent", "check"}, directive.Done: {"good", "check"},
	directive.Excepted: {"plain", "info"}, directive.Overdue: {"over", "alert"}, directive.NoAnswer: {"warn", "clock"}, directive.NoRecord: {"plain", "question"},
	directive.Undecided: {"plain", "question"}, directive.Over: {"plain", "stop"}, directive.NotAsked: {"plain", "info"},
}

func (s *Site) directivePage(v *visit) error {
	h, err := v.directive()
	if err != nil {
		return err
	}
	if h.Status == tasking.Drafted {
		return v.draftPage(h, "")
	}
	d, err := v.directiveView(h)
	if err != nil {
		return err
	}
	return v.show("directive", v.t("directives.title-one"), "directives", d)
}

func (v *visit) directiveView(h directiveHead) (*directiveView, error) {
	d := &directiveView{directiveHead: h, Editions: h.Editions, OneMember: len(h.Own) == 1}
	if h.Directive != nil {
		d.IssuedAt, d.Doc = v.span(h.Directive.IssuedSpan(), false, h.Zone), v.directiveText(h.Directive, h)
	}
	if n := len(h.Editions); n > 0 {
		d.Proof = &h.Editions[0].Proof
	}
	if h.Successor != "" {
		d.Goes = directiveAddress(h.Successor)
	}
	if h.End != nil && h.End.Directive != "" {
		d.GoesOnIn = h.End.Directive
		if h.Directive != nil {
			if l := h.Directive.Link(h.End.Directive); l != nil {
				d.GoesOnIn = cmp.Or(l.Number, l.ID)
			}
		}
	}
	if err := d.waiting(v); err != nil {
		return nil, err
	}
	d.mine(v)
	d.acts(v)
	if h.Ours && h.State != nil {
		d.Board = v.directiveBoard(h)
		d.Choices = v.actChoices(h, directive.Reminded, directive.Extended, directive.ScopeDecided, directive.ExceptionGranted, directive.Superseded, directive.Closed)
		if h.End != nil {
			d.Choices = nil
		}
	}
	return d, nil
}

// waiting puts first what waits for the reader in this directive: a receipt before
// all, then in the order of the limits.
func (d *directiveView) waiting(v *visit) error {
	if !d.directiveHead.Acts || d.End != nil {
		return nil
	}
	all, err := v.o.Directives.Waiting(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	on, _, err := v.onPlatforms()
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.Directive == d.ID {
			d.Waits = append(d.Waits, v.waitRow(w, on))
		}
	}
	slices.SortStableFunc(d.Waits, func(a, b waitRow) int { return waitRank(a.What) - waitRank(b.What) })
	if d.Waits = gatheredWaits(d.Waits); len(d.Waits) > 0 {
		d.Next, d.Waits = &d.Waits[0], d.Waits[1:]
	}
	if n := len(d.Waits) - mostWaits; n > 0 {
		d.MoreWaits, d.Waits = n, d.Waits[:mostWaits]
	}
	return nil
}

// waitRank puts what others wait for before what is looked after.
func waitRank(w tasking.What) int {
	switch w {
	case tasking.Acknowledge, tasking.Exception:
		return 0
	case tasking.PastDue:
		return 2
	}
	return 1
}

// actChoices are forms that the reader may open, of some kinds.
func (v *visit) actChoices(h directiveHead, kinds ...directive.Kind) []actChoice {
	var out []actChoice
	for _, k := range kinds {
		if h.Can(k) && !(k == directive.ExceptionGranted && h.Directive != nil && h.Directive.Exceptions == nil) && !(k == directive.ScopeDecided && !h.undecided()) {
			out = append(out, actChoice{k, v.t("directives.act." + string(k)), doAddress(h.Base, k)})
		}
	}
	return out
}

// undecided tells whether something about the scope is left to decide.
func (h directiveHead) undecided() bool {
	return h.State == nil || slices.ContainsFunc(h.State.Cells, func(c directive.Cell) bool { return len(c.Open) > 0 })
}

// mine are the steps of the reader's organisations in the order of their dates.
func (d *directiveView) mine(v *visit) {
	for _, x := range d.Duties {
		d.Mine = append(d.Mine, v.mineRow(d.directiveHead, x))
	}
	slices.SortStableFunc(d.Mine, func(a, b mineRow) int {
		if (a.Due == nil) != (b.Due == nil) {
			if a.Due != nil {
				return -1
			}
			return 1
		}
		if a.Due == nil {
			return 0
		}
		return a.Due.Earliest.Compare(b.Due.Earliest)
	})
	if d.Withheld && d.End == nil {
		d.Still = v.actChoices(d.directiveHead, directive.Acknowledged, directive.Progressed, directive.EvidenceGiven, directive.Completed, directive.ExceptionAsked)
	}
}

func (v *visit) mineRow(h directiveHead, x tasking.Duty) mineRow {
	sign := stateSigns[x.Status]
	r := mineRow{Duty: x, Name: v.memberName(h, x.Member), Heading: v.stepName(h, x.Step), KindWords: directive.StepIn(x.Kind, v.Lang), Words: x.Status.In(v.Lang), Tone: sign[0], Icon: sign[1],
		DueIn: v.dueRow(x.Due, x.PastDue, h.Zone), IsOpen: isOpen(x.Status)}
	if x.Modality != "" {
		r.Modality = v.t("directives.modality." + x.Modality)
	}
	if x.Issued != nil && x.Due != nil && *x.Issued != *x.Due {
		r.IssuedAt = v.limitOf(x.Issued, h.Zone)
	}
	if !r.IsOpen {
		r.DueIn.Tone, r.DueIn.Past = "plain", false
	}
	if e := x.Exception; e != nil {
		r.Excepted = v.limitOf(&e.Until, h.Zone)
	}
	if h.Directive != nil {
		r.inWords(v, h)
	}
	for i := len(h.View.Acts) - 1; i >= 0 && r.IsOpen && r.Returned == nil; i-- {
		a := &h.View.Acts[i]
		if a.Kind == directive.Returned && slices.Contains(x.Acts, a.ID) {
			line := v.actLine(h, a)
			r.Returned = &line
		}
	}
	if h.End == nil && r.IsOpen {
		for _, k := range []directive.Kind{directive.Completed, directive.Progressed, directive.EvidenceGiven, directive.ExceptionAsked} {
			if h.Can(k) && !(k == directive.ExceptionAsked && (x.Plea != "" || h.Directive != nil && h.Directive.Exceptions == nil)) {
				r.Choices = append(r.Choices, actChoice{k, v.t("directives.act." + string(k)), doAddress(h.Base, k, "step", x.Step, "member", x.Member)})
			}
		}
	}
	return r
}

// inWords adds what the document says of a step.
func (r *mineRow) inWords(v *visit, h directiveHead) {
	st := h.Directive.Step(r.Step)
	if st == nil {
		return
	}
	for _, a := range st.Asks {
		if a.Modality == r.Duty.Modality && len(a.Words) > 0 {
			r.AskWords = append(r.AskWords, v.worded(a.Words))
		}
	}
	for _, e := range st.Evidence {
		r.Evidence = append(r.Evidence, proofRow{evidenceName(v, e), e.Required, slices.Contains(r.Missing, e.ID)})
	}
	if st.Report != nil {
		r.To, r.Via, r.Form = v.memberName(h, st.Report.To), st.Report.Via, v.worded(st.Report.Form)
	}
}

func evidenceName(v *visit, e directive.Evidence) worded {
	if len(e.Title) == 0 {
		return worded{Text: e.ID}
	}
	return v.worded(e.Title)
}

// isOpen tells whether something is asked that is not reported done, and not over.
func isOpen(s directive.Status) bool {
	switch s {
	case directive.NotStarted, directive.InProgress, directive.Overdue, directive.NoAnswer, directive.Excepted:
		return true
	}
	return false
}
