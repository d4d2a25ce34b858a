package webui

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tocsin/coordination"
	"tocsin/timeline"
)

// whenView is the page of the picture who knew what, when.
type whenView struct {
	caseHead
	Picture template.HTML
	Text    string
	Lanes   []laneChoice
	More    bool // there are parties without a lane here
	From    string
	To      string
	Zooms   []whenZoom
	File    string // address of the picture alone
}

type laneChoice struct {
	ID, Name string
	On       bool
}

type whenZoom struct {
	Code, Href string
	Here       bool
}

// lanesAtFirst is how many parties the picture shows unless they are chosen.
const lanesAtFirst = 12

// whenCSS serves the style of the picture, which forbids itself inline styles.
func whenCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(timeline.Stylesheet()))
}

func (s *Site) caseWhen(v *visit) error {
	d, sheet, o, err := v.picture()
	if err != nil {
		return err
	}
	o.BareStyle = true
	o.Link = func(kind, id string) string {
		if kind == "mark" || kind == "arrow" {
			return d.Base + "/events/" + url.PathEscape(id)
		}
		return ""
	}
	var svg, text bytes.Buffer
	if err := sheet.SVG(&svg, o); err != nil {
		return err
	}
	if err := sheet.Text(&text); err != nil {
		return err
	}
	// An XML declaration has no place inside a page.
	drawn := svg.Bytes()
	if i := bytes.Index(drawn, []byte("<svg")); i > 0 {
		drawn = drawn[i:]
	}
	d.Picture, d.Text = template.HTML(drawn), text.String() // written and escaped by timeline
	return v.show("case-when", v.t("case.title", "case", d.Seen.Case.File.Case, "page", v.t("case.tab.when")), "cases", d)
}

// caseWhenSVG is the same picture as a file, with its style inside.
func (s *Site) caseWhenSVG(v *visit) error {
	d, sheet, o, err := v.picture()
	if err != nil {
		return err
	}
	var svg bytes.Buffer
	if err := sheet.SVG(&svg, o); err != nil {
		return err
	}
	return v.download("image/svg+xml", d.Seen.Case.File.Case+"-who-knew-what-when.svg", svg.Bytes())
}

// picture makes the sheet of a case: the lanes and the stretch of time that were
// asked for.
func (v *visit) picture() (whenView, timeline.Sheet, timeline.Options, error) {
	var d whenView
	var o timeline.Options
	if err := v.need(v.o.Desk != nil, v.t("case.tab.when")); err != nil {
		return d, timeline.Sheet{}, o, err
	}
	planned, err := v.o.Desk.Plan(v.ctx(), v.Who, v.r.PathValue("handle"), coordination.PlanOptions{Lang: v.Lang})
	if err != nil {
		return d, timeline.Sheet{}, o, err
	}
	d.caseHead = head(planned.Seen, "when")
	sheet := timeline.FromPlan(planned.Case, planned.Book, planned.Plan, v.Lang)
	sheet.Zone = v.Zone
	d.choose(&sheet, v.Form["lane"])
	o.Width = 1200
	for text, into := range map[string]*time.Time{v.Form.Get("from"): &o.From, v.Form.Get("to"): &o.To} {
		if text == "" {
			continue
		}
		t, err := v.readMoment(text)
		if err != nil {
			return d, sheet, o, err
		}
		*into = t
	}
	d.From, d.To = v.Form.Get("from"), v.Form.Get("to")
	d.zooms(v, sheet)
	d.File = d.Base + "/when.svg?" + v.r.URL.RawQuery
	return d, sheet, o, nil
}

// choose keeps the lanes that were asked for, or those with the most signs.
func (d *whenView) choose(s *timeline.Sheet, asked []string) {
	signs := map[string]int{}
	for _, m := range s.Marks {
		signs[m.Lane]++
	}
	for _, a := range s.Arrows {
		signs[a.From]++
		signs[a.To]++
	}
	for _, f := range s.Flags {
		signs[f.Lane]++
	}
	keep := map[string]bool{}
	for _, id := range asked {
		keep[id] = true
	}
	if len(asked) == 0 {
		by := slices.Clone(s.Lanes)
		slices.SortStableFunc(by, func(a, b timeline.Lane) int { return cmp.Compare(signs[b.ID], signs[a.ID]) })
		for _, l := range by[:min(len(by), lanesAtFirst)] {
			keep[l.ID] = true
		}
	}
	for _, l := range s.Lanes[:min(len(s.Lanes), 200)] {
		d.Lanes = append(d.Lanes, laneChoice{l.ID, l.Title, keep[l.ID]})
	}
	d.More = len(s.Lanes) > lanesAtFirst
	s.Lanes = slices.DeleteFunc(slices.Clone(s.Lanes), func(l timeline.Lane) bool { return !keep[l.ID] })
	s.Marks = slices.DeleteFunc(slices.Clone(s.Marks), func(m timeline.Mark) bool { return !keep[m.Lane] })
	s.Arrows = slices.DeleteFunc(slices.Clone(s.Arrows), func(a timeline.Arrow) bool { return !keep[a.From] || !keep[a.To] })
	s.Bands = slices.DeleteFunc(slices.Clone(s.Bands), func(b timeline.Band) bool { return !keep[b.Lane] })
	s.Flags = slices.DeleteFunc(slices.Clone(s.Flags), func(f timeline.Flag) bool { return !keep[f.Lane] })
	s.Runs = slices.DeleteFunc(slices.Clone(s.Runs), func(r timeline.Run) bool { return !keep[r.Lane] })
}

// zooms are ways to a stretch of time around the newest sign.
func (d *whenView) zooms(v *visit, s timeline.Sheet) {
	var last time.Time
	for _, m := range s.Marks {
		for _, t := range []time.Time{m.At.From, m.At.To} {
			if t.After(last) {
				last = t
			}
		}
	}
	q := url.Values{}
	if lanes := v.Form["lane"]; len(lanes) > 0 {
		q["lane"] = lanes
	}
	d.Zooms = []whenZoom{{"all", "?" + q.Encode(), d.From == "" && d.To == ""}}
	if last.IsZero() {
		return
	}
	for _, z := range []struct {
		code string
		span time.Duration
	}{{"month", 31 * 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"day", 24 * time.Hour}} {
		q.Set("from", last.Add(-z.span).In(v.Zone).Format("2006-01-02T15:04"))
		q.Set("to", last.Add(z.span/8).In(v.Zone).Format("2006-01-02T15:04"))
		d.Zooms = append(d.Zooms, whenZoom{z.code, "?" + q.Encode(), d.From == q.Get("from") && d.To == q.Get("to")})
	}
}
