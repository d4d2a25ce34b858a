package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	ufcli "github.com/urfave/cli/v3"

	"tocsin/burndown"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
	"tocsin/partner"
)

func (e *env) directiveCommand() *ufcli.Command {
	return &ufcli.Command{
		Name:            "directive",
		Usage:           "what an authority ordered or asked of its members, and how far each of them is",
		Description:     "Example: tocsin directive show examples/directives/move-to-state-cloud.yaml",
		HideHelpCommand: true,
		Action:          family,
		Commands: append([]*ufcli.Command{{
			Name: "show", Usage: "a directive at an instant: steps, members, figures, reminders, exceptions", ArgsUsage: "FILE",
			Description: "Example: tocsin directive show examples/directives/ed-22-02.yaml --at 2022-01-01T00:00:00Z\n" +
				"As a picture: tocsin directive show directive.yaml --step move --format svg",
			Flags: []ufcli.Flag{
				&ufcli.StringFlag{Name: "at", Usage: "the instant to look at (RFC 3339); default now"},
				&ufcli.StringFlag{Name: "step", Usage: "svg: the curve of this step alone"},
				&ufcli.StringFlag{Name: "format", Value: "table", Usage: "table, json or svg"},
				&ufcli.StringFlag{Name: "lang", Value: "en", Usage: "language of texts and states: en, zh, fr, de"},
				&ufcli.IntFlag{Name: "width", Usage: "table: columns; svg: pixels"},
			},
			Action: e.directiveShow,
		}}, e.directiveOnServer()...),
	}
}

func (e *env) directiveShow(_ context.Context, c *ufcli.Command) error {
	if c.Args().Len() != 1 {
		return &exit{exitBad, fmt.Errorf("directive show needs one file; for example: tocsin directive show examples/directives/ed-22-02.yaml")}
	}
	if lang := c.String("lang"); !slices.Contains(partner.Languages(), lang) {
		return &exit{exitBad, fmt.Errorf("--lang: %q is not one of %s", lang, strings.Join(partner.Languages(), ", "))}
	}
	at := e.now().UTC().Truncate(time.Second)
	if s := c.String("at"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return &exit{exitBad, fmt.Errorf("--at: %q is not an RFC 3339 time such as 2026-11-22T09:00:00Z", s)}
		}
		at = t
	}
	name := c.Args().First()
	data, err := e.readFile(name, maxCaseFile)
	if err != nil {
		return err
	}
	d, err := directive.Parse(name, data)
	if err != nil {
		return err
	}
	if s := c.String("step"); s != "" && d.Step(s) == nil {
		return &exit{exitBad, fmt.Errorf("--step: %q is not a step of this directive", s)}
	}
	state, err := directive.Fold(d, d.Acts, at)
	if err != nil {
		return err
	}
	report, err := directive.Report(d, d.Acts, at)
	if err != nil {
		return err
	}
	switch c.String("format") {
	case "json":
		return e.writeJSON(struct {
			State  *directive.State   `json:"state"`
			Report *directive.Closing `json:"report"`
		}{state, report})
	case "svg":
		chart, err := burndown.FromState(d, state, c.String("step"), c.String("lang"))
		if err != nil {
			return err
		}
		if err := chart.Validate(); err != nil {
			return fault.New(fault.Invalid, "--format svg: this directive cannot be drawn: %v", err)
		}
		return chart.SVG(e.out, burndown.Options{Width: int(c.Int("width"))})
	case "table":
		t := &directivePage{page: newPage(e.out, int(c.Int("width"))), d: d, s: state, r: report, lang: c.String("lang")}
		t.print()
		return t.err
	}
	return &exit{exitBad, fmt.Errorf("--format: %q is not table, json or svg", c.String("format"))}
}

// directivePage prints a directive for a person.
type directivePage struct {
	*page
	d    *directive.Directive
	s    *directive.State
	r    *directive.Closing
	lang string
}

func (p *directivePage) print() {
	p.head()
	for i := range p.d.Steps {
		p.step(&p.d.Steps[i], &p.s.Steps[i])
	}
	p.open()
	if !p.d.Kept() {
		p.heading("Sources")
		for _, s := range p.d.Sources {
			p.para(plain, "  - ", strings.TrimSpace(s.ID+": "+s.Publisher+", "+s.Title+" "+s.URL))
		}
	}
	p.blank()
	p.para(faint, "", "What is told here is what is on record. That no report was received says nothing about why.")
}

func (p *directivePage) head() {
	d := p.d
	p.para(strong, "", d.Number+" · "+d.Title.In(p.lang))
	p.para(faint, "", fmt.Sprintf("issued by %s, %s · as of %s", nameOr(d.Authority(d.IssuedBy).Name, d.IssuedBy), limitWords(d.IssuedSpan().Earliest, d.IssuedSpan().Latest, true), instantWords(p.s.At, d.Location())))
	if !d.Kept() {
		p.para(plain, "", "Put together from outside sources: that no act is recorded is not evidence that it was not done.")
	}
	for _, b := range d.Basis {
		p.para(plain, "ground    ", b.Citation+", "+b.Official)
	}
	for i := range d.Scope {
		p.para(plain, "reaches   ", d.Scope[i].ID+": "+scopeWords(&d.Scope[i], p.lang))
	}
	switch end := p.s.End; {
	case !p.s.Issued:
		p.para(warn, "          ", "It had not been issued by then.")
	case end != nil:
		into := ""
		if l := p.r.GoesOnIn; l != nil {
			into = "; goes on in " + strings.TrimSpace(nameOr(l.Number, l.ID)+" "+l.Title.In(p.lang))
		}
		p.para(strong, "ended     ", end.Kind.In(p.lang)+", "+instantWords(end.At, d.Location())+into)
	}
}

// step prints what is asked, by when, and where each member stands.
func (p *directivePage) step(st *directive.Step, f *directive.Figures) {
	p.heading(st.ID + " · " + st.Title.In(p.lang))
	for _, a := range st.Asks {
		p.para(plain, "  ", strings.Join(a.Of, ", ")+": "+directive.ModalityIn(a.Modality, p.lang))
	}
	if due, ok := p.d.DueOf(st.ID); ok {
		p.para(plain, "  ", "due "+limitWords(due.Earliest, due.Latest, false))
	} else {
		p.para(plain, "  ", "no date was set")
	}
	var sums []string
	for _, s := range directive.Statuses() {
		if n := f.Counts[s]; n > 0 {
			sums = append(sums, fmt.Sprintf("%d %s", n, s.In(p.lang)))
		}
	}
	if f.Total > 0 {
		sums = append(sums, fmt.Sprintf("%d of %d systems done, as reported", f.Done, f.Total))
	}
	if len(sums) == 0 {
		sums = []string{"no members on record"}
	}
	p.para(faint, "  ", strings.Join(sums, " · "))
	for i := range p.s.Cells {
		if c := &p.s.Cells[i]; c.Step == st.ID && c.Status != directive.NotAsked {
			p.cell(c)
		}
	}
}

func (p *directivePage) cell(c *directive.Cell) {
	style := plain
	switch c.Status {
	case directive.Done, directive.Claimed:
		style = good
	case directive.Overdue, directive.NoAnswer:
		style = warn
	}
	words := []string{p.member(c.Member) + ": " + c.Status.In(p.lang)}
	if c.Known {
		words = append(words, fmt.Sprintf("%d of %d", c.Done, c.Total))
	}
	if c.AfterDue {
		words = append(words, "reported after the date")
	}
	if c.Due != nil && *c.Due != *c.Issued {
		words = append(words, "has until "+limitWords(c.Due.Earliest, c.Due.Latest, false))
	}
	if len(c.Missing) > 0 && (c.Status == directive.Done || c.Status == directive.Claimed) {
		words = append(words, "evidence asked for and not given: "+strings.Join(c.Missing, ", "))
	}
	if c.Plea != "" {
		words = append(words, directive.ExceptionAsked.In(p.lang)+", not decided")
	}
	if len(c.Open) > 0 {
		words = append(words, "whether it is reached by "+strings.Join(c.Open, ", ")+" is not decided")
	}
	if len(c.Denied) > 0 {
		words = append(words, "denied: "+strings.Join(c.Denied, ", "))
	}
	p.para(style, "  - ", strings.Join(words, " · "))
}

// open prints what waits for somebody.
func (p *directivePage) open() {
	if len(p.s.Unacknowledged) > 0 {
		p.heading("Nothing heard from")
		for _, id := range p.s.Unacknowledged {
			p.para(plain, "  - ", p.member(id))
		}
	}
	if len(p.s.Exceptions) > 0 {
		p.heading("Exceptions that stand")
		for _, x := range p.s.Exceptions {
			s := fmt.Sprintf("%s, %s: until %s, by %s", p.member(x.Member), x.Step, limitWords(x.Until.Earliest, x.Until.Latest, false), x.By)
			if x.Measures != "" {
				s += "; " + x.Measures
			}
			p.para(plain, "  - ", s)
		}
	}
	if len(p.s.Reminders) > 0 {
		p.heading("Reminders")
		for _, r := range p.s.Reminders {
			state, style := "due "+instantWords(r.At, p.d.Location()), plain
			if r.Now {
				state, style = "to be sent since "+instantWords(r.At, p.d.Location()), warn
			}
			var who []string
			for _, id := range r.Members {
				who = append(who, p.member(id))
			}
			p.para(style, "  - ", r.Step+", "+state+": "+strings.Join(who, ", "))
		}
	}
}

func (p *directivePage) member(id string) string { return nameOr(p.d.Member(id).Name, id) }

func nameOr(s, id string) string {
	if s = plaintext.Clean(s); s != "" {
		return s
	}
	return id
}

// instantWords writes an instant by the clocks of a zone; the last second of a day is
// that day's 24:00.
func instantWords(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	if t.Format("15:04:05") == "23:59:59" {
		return t.Format("2006-01-02") + " 24:00 " + t.Format("-07:00")
	}
	return t.Format("2006-01-02 15:04 -07:00")
}

// limitWords writes a limit, or the time of an act if day is true: from one day's
// first second to its last is that day.
func limitWords(from, to time.Time, day bool) string {
	switch {
	case from.Equal(to):
		return instantWords(from, from.Location())
	case day && from.Format("2006-01-02 15:04:05") == to.Format("2006-01-02")+" 00:00:00" && to.Format("15:04:05") == "23:59:59":
		return from.Format("2006-01-02")
	}
	return "between " + instantWords(from, from.Location()) + " and " + instantWords(to, to.Location())
}

// scopeWords says one line of a scope: as it was issued, else by its keys.
func scopeWords(s *directive.Scope, lang string) string {
	if w := s.Words.In(lang); w != "" {
		return w
	}
	var parts []string
	if s.All {
		parts = append(parts, "all members")
	}
	for _, k := range []struct {
		word string
		list []string
	}{{"groups", s.Groups}, {"members", s.Members}, {"sectors", s.Sectors}, {"kinds", s.Kinds}} {
		if len(k.list) > 0 {
			parts = append(parts, k.word+" "+strings.Join(k.list, ", "))
		}
	}
	if w := s.Condition.In(lang); w != "" {
		parts = append(parts, "“"+w+"” (a person decides)")
	}
	for i := range s.Except {
		parts = append(parts, "except "+scopeWords(&s.Except[i], lang))
	}
	return strings.Join(parts, "; ")
}
