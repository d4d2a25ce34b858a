package webui

import (
	"bytes"
	"strings"
	"time"

	"tocsin/burndown"
	"tocsin/directive"
)

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
