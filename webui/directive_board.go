package webui

import (
	"bytes"
	"html/template"
	"net/url"
	"slices"
	"strconv"
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
