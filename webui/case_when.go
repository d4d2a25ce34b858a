package webui

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/plan"
	"tocsin/timeline"
)

// whenView is the page of the picture who knew what, when.
type whenView struct {
	caseHead
	Picture template.HTML
	Gutter  *gutter
	Text    string
	Lanes   []laneChoice
	More    int // parties without a lane here
	From    string
	To      string
	Zooms   []whenZoom
	File    string // address of the picture alone
	Empty   bool
}

type laneChoice struct {
	ID, Name string
	On       bool
}

type whenZoom struct {
	Code, Href string
	Here       bool
}

// gutter holds the names of the lanes, which stay in sight while a phone scrolls
// the picture under them.
type gutter struct {
	Width, Height int
	Names         []gutterName
}

type gutterName struct {
	Y     int
	Lines []gutterLine
}

type gutterLine struct {
	Y    int
	Text string
}

// lanesAtFirst is how many parties the picture shows unless they are chosen, and
// mostSigns how many events: the newest.
const (
	lanesAtFirst = 12
	mostSigns    = 1500
	gutterWide   = 104
)

// whenCSS serves the style of the picture, which forbids itself inline styles.
func whenCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(timeline.Stylesheet()))
}

// whenKey is all that the page of the picture is made of (sharedPart), but for its head.
type whenKey struct {
	plan              *plan.Plan // of one view
	handle            string
	lang, zone, query string
}

func (s *Site) caseWhen(v *visit) error {
	planned, err := v.pictured()
	if err != nil {
		return err
	}
	made, err := v.sharedPart(v.Now, whenKey{planned.Plan, planned.Handle, v.Lang, v.Zone.String(), v.r.URL.RawQuery}, func() (any, error) { return v.drawn(planned) })
	if err != nil {
		return err
	}
	d := made.(whenView)
	d.caseHead = head(planned.Seen, "when")
	d.Mark = coordination.MarkOf(planned)
	return v.show("case-when", v.caseTitle(d.Seen, v.t("case.tab.when")), "cases", d)
}

// drawn is the page of the picture.
func (v *visit) drawn(planned *coordination.Planned) (whenView, error) {
	d, sheet, o, err := v.picture(planned)
	if err != nil {
		return d, err
	}
	d.Empty = len(sheet.Marks)+len(sheet.Arrows)+len(sheet.Flags) == 0
	if d.Empty {
		return d, nil
	}
	o.BareStyle = true
	o.Link = func(kind, id string) string {
		switch kind {
		case "mark", "arrow":
			if d.Seen.Case.Event(id) != nil {
				return eventAddress(d.Seen.Handle, id)
			}
		case "flag":
			_, duty, _ := strings.Cut(id, "-") // due-ID
			return dutyAddress(d.Seen.Handle, duty)
		}
		return ""
	}
	var svg, text bytes.Buffer
	if err := sheet.SVG(&svg, o); err != nil {
		return d, err
	}
	if err := sheet.Text(&text); err != nil {
		return d, err
	}
	layout, err := sheet.Layout(o)
	if err != nil {
		return d, err
	}
	d.Gutter = gutterOf(layout, sheet.Lanes)
	d.Picture, d.Text = template.HTML(svg.String()), text.String() // written and escaped by timeline
	return d, nil
}

// caseWhenSVG is the same picture as a file, with its style inside.
func (s *Site) caseWhenSVG(v *visit) error {
	planned, err := v.pictured()
	if err != nil {
		return err
	}
	d, sheet, o, err := v.picture(planned)
	if err != nil {
		return err
	}
	var svg bytes.Buffer
	if err := sheet.SVG(&svg, o); err != nil {
		return err
	}
	return v.download("image/svg+xml", fileName(d.Seen.Case.File.Case)+"-who-knew-what-when.svg", svg.Bytes())
}

// pictured is the plan that the picture is made of.
func (v *visit) pictured() (*coordination.Planned, error) {
	if err := v.need(v.o.Desk != nil, v.t("case.tab.when")); err != nil {
		return nil, err
	}
	return v.o.Desk.Plan(v.ctx(), v.Who, v.r.PathValue("handle"), coordination.PlanOptions{Lang: v.Lang})
}

// picture makes the sheet of a case: the lanes and the stretch of time that were
// asked for.
func (v *visit) picture(planned *coordination.Planned) (whenView, timeline.Sheet, timeline.Options, error) {
	var d whenView
	o := timeline.Options{Width: 1216}
	d.caseHead = head(planned.Seen, "when")
	sheet := timeline.FromPlan(planned.Case, planned.Book, planned.Plan, v.Lang)
	sheet.Zone = v.Zone
	for i := range sheet.Lanes {
		if p := planned.Case.Party(sheet.Lanes[i].ID); p != nil && sheet.Lanes[i].Note != "" {
			sheet.Lanes[i].Note = v.laneRoles(p)
		}
	}
	d.choose(&sheet, v.Form["lane"])
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
	if !o.From.IsZero() && !o.To.IsZero() && !o.From.Before(o.To) {
		o.From, o.To = o.To, o.From.Add(time.Minute)
	}
	d.From, d.To = v.fieldMoment(o.From), v.fieldMoment(o.To)
	d.zooms(v, sheet, o)
	d.File = d.Base + "/when.svg?" + v.r.URL.RawQuery
	return d, sheet, o, nil
}

// laneRoles are the roles of a party under its name, in the reader's language.
func (v *visit) laneRoles(p *casefile.Party) string {
	var out []string
	for _, r := range p.Roles {
		if v.o.Book != nil && v.o.Book.Role(r.ID) != nil && r.ID != "observer" {
			out = append(out, v.roleName(r.ID))
		}
	}
	return strings.Join(out, map[bool]string{true: "、", false: ", "}[v.Lang == "zh"])
}

// fieldMoment writes an instant as a field of a browser wants it, in the
// reader's zone; "" for none.
func (v *visit) fieldMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(v.Zone).Format("2006-01-02T15:04")
}

// choose keeps the lanes that were asked for, or those with the most signs, and
// of very many signs the newest.
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
	all := len(s.Lanes)
	s.Lanes = kept(s.Lanes, func(l timeline.Lane) bool { return keep[l.ID] })
	d.More = all - len(s.Lanes)
	s.Marks = newest(kept(s.Marks, func(m timeline.Mark) bool { return keep[m.Lane] }), func(m timeline.Mark) timeline.Span { return m.At })
	s.Arrows = newest(kept(s.Arrows, func(a timeline.Arrow) bool { return keep[a.From] && keep[a.To] }), func(a timeline.Arrow) timeline.Span { return a.At })
	s.Bands = newest(kept(s.Bands, func(b timeline.Band) bool { return keep[b.Lane] }), func(b timeline.Band) timeline.Span { return b.From })
	s.Flags = newest(kept(s.Flags, func(f timeline.Flag) bool { return keep[f.Lane] }), func(f timeline.Flag) timeline.Span { return f.At })
	s.Runs = newest(kept(s.Runs, func(r timeline.Run) bool { return keep[r.Lane] }), func(r timeline.Run) timeline.Span { return timeline.Span{From: r.From, To: r.To} })
}

func kept[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !keep(x) })
}

// newest bounds the signs of one sort.
func newest[T any](list []T, at func(T) timeline.Span) []T {
	if len(list) <= mostSigns {
		return list
	}
	slices.SortStableFunc(list, func(a, b T) int { return late(at(a)).Compare(late(at(b))) })
	return list[len(list)-mostSigns:]
}

// late is the latest time at which something can have been that is known.
func late(s timeline.Span) time.Time {
	if s.To.IsZero() {
		return s.From
	}
	return s.To
}

// zooms are the ways to other stretches of time: the whole, the last month, week
// and day, and from the stretch that is shown to those beside, within and around.
func (d *whenView) zooms(v *visit, s timeline.Sheet, o timeline.Options) {
	var first, last time.Time
	look := func(span timeline.Span) {
		for _, t := range []time.Time{span.From, span.To} {
			if t.IsZero() {
				continue
			}
			if first.IsZero() || t.Before(first) {
				first = t
			}
			if t.After(last) {
				last = t
			}
		}
	}
	for _, m := range s.Marks {
		look(m.At)
	}
	for _, a := range s.Arrows {
		look(a.At)
	}
	q := url.Values{}
	if lanes := v.Form["lane"]; len(lanes) > 0 {
		q["lane"] = lanes
	}
	d.Zooms = []whenZoom{{"all", "?" + q.Encode(), d.From == "" && d.To == ""}}
	if last.IsZero() {
		return
	}
	add := func(code string, from, to time.Time) {
		if to.Sub(from) < time.Minute {
			return
		}
		q.Set("from", v.fieldMoment(from))
		q.Set("to", v.fieldMoment(to))
		d.Zooms = append(d.Zooms, whenZoom{code, "?" + q.Encode(), d.From == q.Get("from") && d.To == q.Get("to")})
	}
	for _, z := range []struct {
		code string
		span time.Duration
	}{{"month", 31 * 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"day", 24 * time.Hour}} {
		add(z.code, last.Add(-z.span), last.Add(z.span/8))
	}
	from, to := o.From, o.To
	if from.IsZero() {
		from = first.Add(-time.Hour)
	}
	if to.IsZero() {
		to = last.Add(time.Hour)
		if s.Now.After(to) && s.Now.Sub(to) < last.Sub(first) {
			to = s.Now
		}
	}
	if span := to.Sub(from); span > 0 {
		add("earlier", from.Add(-span/2), to.Add(-span/2))
		add("later", from.Add(span/2), to.Add(span/2))
		add("closer", from.Add(span/4), to.Add(-span/4))
		add("wider", from.Add(-span/2), to.Add(span/2))
	}
}

// gutterOf places the names of the lanes beside the picture.
func gutterOf(l timeline.Layout, lanes []timeline.Lane) *gutter {
	g := &gutter{Width: gutterWide, Height: int(l.Height)}
	at := map[string]timeline.Box{}
	for _, b := range l.Boxes {
		if b.Kind == "lane" {
			if _, ok := at[b.ID]; !ok {
				at[b.ID] = b
			}
		}
	}
	for _, lane := range lanes {
		b, ok := at[lane.ID]
		if !ok {
			continue
		}
		name := gutterName{Y: int(b.Y) - 4}
		for i, text := range wrapName(lane.Title, 15, 3) {
			name.Lines = append(name.Lines, gutterLine{int(b.Y) + 10 + 14*i, text})
		}
		g.Names = append(g.Names, name)
	}
	return g
}

// High is the height of the ground under a name.
func (n gutterName) High() int { return 14*len(n.Lines) + 6 }

// wrapName breaks a name into at most lines of about width letters; a letter of
// Chinese counts twice.
func wrapName(name string, width, lines int) []string {
	var out []string
	line, used := "", 0
	for _, word := range nameWords(name) {
		n := 0
		for _, r := range word {
			n++
			if r > 0x2e80 {
				n++
			}
		}
		if used > 0 && used+n > width {
			if out = append(out, strings.TrimSpace(line)); len(out) == lines {
				out[lines-1] += "…"
				return out
			}
			line, used = "", 0
		}
		line, used = line+word, used+n
	}
	return append(out, strings.TrimSpace(line))
}

// nameWords cuts a name where a line may break: after blanks and hyphens, and
// around each letter of Chinese.
func nameWords(name string) []string {
	var out []string
	start := 0
	for i, r := range name {
		end := i + len(string(r))
		if r == ' ' || r == '-' || r == '/' || r > 0x2e80 {
			out = append(out, name[start:end])
			start = end
		}
	}
	if start < len(name) {
		out = append(out, name[start:])
	}
	return out
}

// Box is the viewBox of the gutter.
func (g *gutter) Box() string { return "0 0 " + strconv.Itoa(g.Width) + " " + strconv.Itoa(g.Height) }
