package webui

import (
	"net/url"
	"strings"
	"time"

	"tocsin/coordination"
	"tocsin/rulebook"
)

// routesDesk puts the desk, the search and the lists on the mux.
func (s *Site) routesDesk() {
	s.page("GET /desk", s.deskPage, 0)
	s.page("GET /desk/live", func(v *visit) error { return v.live("") }, 0)
	s.page("GET /cases", s.casesPage, 0)
	s.page("GET /search", s.searchPage, 0)
}

// deskView is the list of what is due next over all cases.
type deskView struct {
	Rows    []deskRow
	Laws    []option
	Next    string // address of the next page
	Narrows bool   // a filter is set
	First   bool   // the first page
}

// deskRow is one line of the desk, in the reader's language.
type deskRow struct {
	coordination.DeskLine
	Words  string // the rule's title
	Tone   string // of the state: over, warn, plain
	Soon   string // the state in a code of desk.soon
	Step   string // address of the next step
	Button string // code of desk.step
	Gone   int64  // seconds since the anchor
	Whole  int64  // seconds from anchor to due; 0 draws no bar
}

// soon is when a date that comes near gets the tone of a warning.
const soon = 24 * time.Hour

func (s *Site) deskPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("desk.title")); err != nil {
		return err
	}
	f := coordination.Filter{Law: v.Form.Get("law"), Mine: v.Form.Get("mine") != "", Past: v.Form.Get("due") == "past", Week: v.Form.Get("due") == "week"}
	page := coordination.Page{After: v.Form.Get("after")}
	lines, err := v.o.Desk.Lines(v.ctx(), v.Who, f, page)
	if err != nil {
		return err
	}
	d := deskView{Narrows: f != coordination.Filter{}, First: page.After == "", Laws: []option{{"", v.t("desk.every-law")}}}
	for _, law := range lines.Laws {
		d.Laws = append(d.Laws, option{law, strings.ToUpper(strings.ReplaceAll(law, "/", " · "))})
	}
	for _, l := range lines.Lines {
		d.Rows = append(d.Rows, v.deskRow(l))
	}
	if lines.Next != "" {
		q := url.Values{}
		for _, name := range []string{"law", "mine", "due"} {
			if x := v.Form.Get(name); x != "" {
				q.Set(name, x)
			}
		}
		q.Set("after", lines.Next)
		d.Next = "/desk?" + q.Encode()
	}
	return v.show("desk", v.t("desk.title"), "desk", d)
}

// deskRow says a line in the reader's language: how near, in which tone, and
// what to do next.
func (v *visit) deskRow(l coordination.DeskLine) deskRow {
	r := deskRow{DeskLine: l, Words: rulebook.T(l.Titles, v.Lang), Tone: "plain", Soon: l.State}
	switch {
	case l.PastDue || l.State == "missed":
		r.Tone, r.Soon = "over", "past"
	case l.Due != nil && l.Due.Sub(v.Now) <= soon:
		r.Tone, r.Soon = "warn", "soon"
	}
	if l.Anchor != nil && l.Due != nil && l.Due.After(*l.Anchor) {
		r.Whole = int64(l.Due.Sub(*l.Anchor) / time.Second)
		r.Gone = max(0, min(r.Whole, int64(v.Now.Sub(*l.Anchor)/time.Second)))
	}
	r.Button = l.Step
	r.Step = dutyAddress(l.Handle, l.Duty)
	if l.Step == "add-event" {
		r.Step = stepAddress(l.Handle, l.Rule, l.Stage, l.Obliged, l.Of, l.To, l.Kind)
	}
	return r
}

// dutyAddress is the page of one date.
func dutyAddress(handle, duty string) string {
	return "/cases/" + url.PathEscape(handle) + "/duties?" + url.Values{"id": {duty}}.Encode()
}

// stepAddress is the form for the event that meets a duty, filled in.
func stepAddress(handle, rule, stage, by, of string, to []string, duty string) string {
	q := url.Values{"kind": {meets(duty)}, "by": {by}, "rule": {rule}}
	for name, x := range map[string]string{"stage": stage, "of": of} {
		if x != "" {
			q.Set(name, x)
		}
	}
	if len(to) > 0 {
		q["to"] = to
	}
	return "/cases/" + url.PathEscape(handle) + "/events/new?" + q.Encode()
}

// meets gives the kind of event that meets a kind of duty (contract section 1,
// "When a duty is met").
func meets(duty string) string {
	switch {
	case duty == "notify-users":
		return "users-notified"
	case strings.HasPrefix(duty, "notify"), duty == "report":
		return "notified"
	}
	if kind, ok := map[string]string{
		"publish": "published", "verify": "assessed", "acknowledge": "acknowledged",
		"classify": "classified", "remediate": "remediated", "assign": "cve-reserved",
	}[duty]; ok {
		return kind
	}
	return "notified"
}
