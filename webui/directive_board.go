package webui

import (
	"bytes"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/burndown"
	"tocsin/calendar"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/tasking"
)

// directiveBoard is how far all are: for the authority.
type directiveBoard struct {
	Members, Open, Acked int
	Counts               []statusCount
	Steps                []figuresRow
	Pictures             []whenZoom
	Drawn                []drawnBurn
	Text, File           string
	Shows, StepOptions   []option
	Of                   string
	Cells                []cellRow
	Found                int
	Next                 string
	Reminders            []reminderRow
	Standing             []exceptionLine
	Narrows              bool
}

type statusCount struct {
	Words, Tone, Icon string
	N                 int
}

// figuresRow are the sums of one step.
type figuresRow struct {
	directive.Figures
	Heading worded
	DueIn   dueRow
	States  []statusCount
	By      []string // members by modality
	Ended   *time.Time
}

// cellRow is one member and one step.
type cellRow struct {
	directive.Cell
	Name, Words, Tone, Icon string
	Heading                 worded
	DueIn                   dueRow
	IssuedAt                spanned
	Href, Do                string // what can be done about it
}

type reminderRow struct {
	directive.Reminder
	Heading worded
	DueAt   spanned
	Names   []string
	More    int
}

type exceptionLine struct {
	directive.Exception
	Name, ByName string
	Heading      worded
	UntilAt      spanned
}

// mostCells is how many lines of the table stand on one page.
const mostCells = 100

// boardShows are the ways to narrow the table.
var boardShows = []string{"open", "past", "exception", "undecided", "done", "all"}

func (v *visit) directiveBoard(h directiveHead) *directiveBoard {
	st := h.State
	b := &directiveBoard{Members: st.Members, Open: st.Open, Acked: st.Members - len(st.Unacknowledged), Of: v.r.URL.Query().Get("of"), Counts: v.statusCounts(st.Counts)}
	if h.Directive.Step(b.Of) == nil {
		b.Of = ""
	}
	for _, f := range st.Steps {
		b.Steps = append(b.Steps, v.figuresRow(h, f))
	}
	b.picture(v, h)
	b.table(v, h)
	for _, r := range st.Reminders {
		row := reminderRow{Reminder: r, Heading: v.stepName(h, r.Step), DueAt: v.limitAt(r.Due, h.Zone)}
		for _, m := range r.Members {
			if len(row.Names) == mostNamed {
				row.More = len(r.Members) - mostNamed
				break
			}
			row.Names = append(row.Names, v.memberName(h, m))
		}
		b.Reminders = append(b.Reminders, row)
	}
	for _, x := range st.Exceptions {
		b.Standing = append(b.Standing, v.exceptionLine(h, x))
	}
	return b
}

func (v *visit) exceptionLine(h directiveHead, x directive.Exception) exceptionLine {
	return exceptionLine{x, v.memberName(h, x.Member), v.memberName(h, x.By), v.stepName(h, x.Step), v.limitOf(&x.Until, h.Zone)}
}

// limitAt is an instant within which something is due.
func (v *visit) limitAt(t time.Time, zone string) spanned {
	s := calendar.Instant(t)
	return v.limitOf(&s, zone)
}

func (v *visit) statusCounts(counts map[directive.Status]int) []statusCount {
	var out []statusCount
	for _, s := range directive.Statuses() {
		if n := counts[s]; n > 0 && s != directive.NotAsked {
			out = append(out, statusCount{s.In(v.Lang), stateSigns[s][0], stateSigns[s][1], n})
		}
	}
	return out
}

func (v *visit) figuresRow(h directiveHead, f directive.Figures) figuresRow {
	r := figuresRow{Figures: f, Heading: v.stepName(h, f.Step), States: v.statusCounts(f.Counts)}
	if due, ok := h.Directive.DueOf(f.Step); ok {
		r.DueIn = v.dueRow(&due, false, h.Zone)
	}
	for _, m := range []string{directive.Must, directive.Should, directive.Asked} {
		if n := f.Asked[m]; n > 0 {
			r.By = append(r.By, v.t("directives.asked-n."+m, "n", n))
		}
	}
	if f.End != nil {
		r.Ended = &f.End.At
	}
	return r
}

// burnSizes are the widths in which the picture is drawn: the style shows the one
// that fits the window, so that its labels are as large on a phone as on a desk.
var burnSizes = []struct {
	size  string
	width int
}{{"narrow", 360}, {"middle", 680}, {"wide", 1000}}

// drawnBurn is the burn-down in one of them.
type drawnBurn struct {
	Size string
	SVG  template.HTML
}

// picture draws the burn-down.
func (b *directiveBoard) picture(v *visit, h directiveHead) {
	base := url.Values{}
	for _, name := range []string{"show", "step"} {
		if x := v.r.URL.Query().Get(name); x != "" {
			base.Set(name, x)
		}
	}
	at := func(of string) string {
		q := url.Values{}
		for k, x := range base {
			q[k] = x
		}
		if of != "" {
			q.Set("of", of)
		}
		return h.Base + "?" + q.Encode() + "#burndown"
	}
	if len(h.Directive.Steps) > 1 {
		b.Pictures = append(b.Pictures, whenZoom{Code: v.t("directives.whole"), Href: at(""), Here: b.Of == ""})
		for _, s := range h.Directive.Steps {
			b.Pictures = append(b.Pictures, whenZoom{Code: v.worded(s.Title).Text, Href: at(s.ID), Here: b.Of == s.ID})
		}
	}
	b.File = h.Base + "/burndown.svg?" + url.Values{"of": {b.Of}}.Encode()
	chart, err := burndown.FromState(h.Directive, h.State, b.Of, v.Lang)
	if err != nil {
		v.o.Log.Warn("the burn-down could not be drawn", "kind", string(fault.KindOf(err)))
		return
	}
	chart.Title, chart.Subtitle = "", "" // the page says both
	var text bytes.Buffer
	err = chart.Text(&text)
	for _, x := range burnSizes {
		var svg bytes.Buffer
		if err == nil {
			err = chart.SVG(&svg, burndown.Options{Width: x.width, Prefix: "bd" + x.size, BareStyle: true})
		}
		b.Drawn = append(b.Drawn, drawnBurn{x.size, template.HTML(svg.String())}) // written and escaped by burndown
	}
	if b.Text = text.String(); err != nil {
		b.Drawn = nil
		v.o.Log.Warn("the burn-down could not be drawn", "kind", string(fault.KindOf(err)))
	}
}

// table lists members and steps by their limit.
func (b *directiveBoard) table(v *visit, h directiveHead) {
	show, step := v.r.URL.Query().Get("show"), v.r.URL.Query().Get("step")
	if !slices.Contains(boardShows, show) {
		show = "open"
	}
	for _, s := range boardShows {
		b.Shows = append(b.Shows, option{s, v.t("directives.show." + s)})
	}
	b.StepOptions = []option{{"", v.t("directives.every-step")}}
	for _, s := range h.Directive.Steps {
		b.StepOptions = append(b.StepOptions, option{s.ID, v.worded(s.Title).Text})
	}
	b.Narrows = show != "all" || step != ""
	var found []*directive.Cell
	for i := range h.State.Cells {
		c := &h.State.Cells[i]
		if c.Status != directive.NotAsked && (step == "" || c.Step == step) && shown(c, show) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *directive.Cell) int {
		switch {
		case (a.Due == nil) != (b.Due == nil):
			if a.Due != nil {
				return -1
			}
			return 1
		case a.Due == nil:
			return 0
		}
		return a.Due.Earliest.Compare(b.Due.Earliest)
	})
	b.Found = len(found)
	from, err := strconv.Atoi(v.r.URL.Query().Get("after"))
	if err != nil || from < 0 || from > len(found) {
		from = 0
	}
	if from+mostCells < len(found) {
		q := url.Values{"show": {show}, "step": {step}, "of": {b.Of}, "after": {strconv.Itoa(from + mostCells)}}
		b.Next = h.Base + "?" + q.Encode() + "#members"
	}
	for _, c := range found[from:min(len(found), from+mostCells)] {
		b.Cells = append(b.Cells, v.cellRow(h, c))
	}
}

func shown(c *directive.Cell, show string) bool {
	switch show {
	case "open":
		return isOpen(c.Status) || c.Status == directive.Claimed
	case "past":
		return c.PastDue
	case "exception":
		return c.Exception != nil || c.Plea != ""
	case "undecided":
		return len(c.Open) > 0
	case "done":
		return c.Status == directive.Claimed || c.Status == directive.Done
	}
	return true
}

func (v *visit) cellRow(h directiveHead, c *directive.Cell) cellRow {
	sign := stateSigns[c.Status]
	r := cellRow{Cell: *c, Name: v.memberName(h, c.Member), Words: c.Status.In(v.Lang), Tone: sign[0], Icon: sign[1], Heading: v.stepName(h, c.Step), DueIn: v.dueRow(c.Due, c.PastDue, h.Zone)}
	if !isOpen(c.Status) {
		r.DueIn.Tone = "plain"
	}
	if c.Issued != nil && c.Due != nil && *c.Issued != *c.Due {
		r.IssuedAt = v.limitOf(c.Issued, h.Zone)
	}
	if h.End != nil || !h.Can(directive.Accepted) || slices.Contains(h.Own, c.Member) {
		return r
	}
	switch {
	case c.Plea != "":
		r.Do, r.Href = "exception", doAddress(h.Base, directive.ExceptionGranted, "re", c.Plea)
	case c.Status == directive.Claimed:
		r.Do = "accept"
		for i := len(c.Acts) - 1; i >= 0; i-- {
			if k := h.act(c.Acts[i]); k != nil && k.Kind == directive.Completed {
				r.Href = doAddress(h.Base, directive.Accepted, "re", k.ID)
				break
			}
		}
	case len(c.Open) > 0:
		r.Do, r.Href = "scope", doAddress(h.Base, directive.ScopeDecided, "member", c.Member)
	case isOpen(c.Status) && c.Status != directive.Excepted:
		r.Do, r.Href = "past-due", doAddress(h.Base, directive.Reminded, "member", c.Member, "step", c.Step)
	}
	if r.Href == "" {
		r.Do = ""
	}
	return r
}

// act is an act on record that the reader sees.
func (h directiveHead) act(id string) *tasking.Kept {
	for i := range h.View.Acts {
		if h.View.Acts[i].ID == id {
			return &h.View.Acts[i]
		}
	}
	return nil
}

// directiveBurn is the picture as a file, with its style inside: for the authority.
func (s *Site) directiveBurn(v *visit) error {
	h, err := v.directive()
	if err != nil {
		return err
	}
	if !h.Ours || h.State == nil {
		return notYours()
	}
	chart, err := burndown.FromState(h.Directive, h.State, v.Form.Get("of"), v.Lang)
	if err != nil {
		return notYours()
	}
	var svg bytes.Buffer
	if err := chart.SVG(&svg, burndown.Options{Width: 960}); err != nil {
		return err
	}
	return v.download("image/svg+xml", fileName(h.Number)+"-burndown.svg", svg.Bytes())
}

// directiveFile is the document, whole or the reader's own side of it.
func (s *Site) directiveFile(v *visit) error {
	d, err := v.o.Directives.File(v.ctx(), v.Who, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if strings.EqualFold(v.Form.Get("format"), "json") {
		data, err := d.JSON()
		if err != nil {
			return err
		}
		return v.download("application/json", fileName(d.Number)+".json", data)
	}
	data, err := d.YAML()
	if err != nil {
		return err
	}
	return v.download("application/yaml", fileName(d.Number)+".yaml", data)
}

// directiveReportView is the closing report, or an interim one.
type directiveReportView struct {
	directiveHead
	*directive.Closing
	HeadingOf worded
	Steps     []figuresRow
	Excepted  []exceptionLine
	Unheard   []string
	Scoped    []string // members about whom the scope was not decided
	Extended  []actLine
	Denials   []actLine
	GoesOn    string
	EndWords  string
	IssuedAt  spanned
}

func (s *Site) directiveReport(v *visit) error {
	h, err := v.directive()
	if err != nil {
		return err
	}
	c, err := v.o.Directives.Report(v.ctx(), v.Who, h.ID, time.Time{})
	if err != nil {
		return err
	}
	if h.Directive == nil {
		return notIssued()
	}
	d := directiveReportView{directiveHead: h, Closing: c, HeadingOf: v.worded(c.Title), IssuedAt: v.span(h.Directive.IssuedSpan(), false, h.Zone)}
	for _, f := range c.Steps {
		d.Steps = append(d.Steps, v.figuresRow(h, f))
	}
	for _, x := range c.Exceptions {
		d.Excepted = append(d.Excepted, v.exceptionLine(h, x))
	}
	for _, m := range c.Unacknowledged {
		d.Unheard = append(d.Unheard, v.memberName(h, m))
	}
	for _, m := range c.Undecided {
		d.Scoped = append(d.Scoped, v.memberName(h, m))
	}
	lines := func(ids []string) []actLine {
		var out []actLine
		for _, id := range ids {
			if k := h.act(id); k != nil {
				out = append(out, v.actLine(h, k))
			}
		}
		return out
	}
	d.Extended, d.Denials = lines(c.Extensions), lines(c.Denied)
	if c.End != nil {
		d.EndWords = c.End.Kind.In(v.Lang)
	}
	if l := c.GoesOnIn; l != nil {
		d.GoesOn = l.Number
		if t := v.worded(l.Title).Text; t != "" {
			d.GoesOn += ": " + t
		}
		if d.GoesOn == "" {
			d.GoesOn = l.ID
		}
	}
	return v.show("directive-report", v.t("directives.report"), "directives", d)
}

// DoneN is how many members have nothing open.
func (d directiveReportView) DoneN() int { return d.Members - d.Closing.Open }

// DoneOf is how many members have nothing open.
func (d *directiveView) DoneOf(b *directiveBoard) int { return b.Members - b.Open }
