package webui

import (
	"net/url"
	"strings"

	"tocsin/access"
	"tocsin/coordination"
)

// casesView is the list of cases.
type casesView struct {
	Cases []coordination.Listed
	Next  string
	Open  bool // the reader may open a case
	Glass bool // the reader's office opens cases in an emergency
	First bool
}

func (s *Site) casesPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("desk.cases")); err != nil {
		return err
	}
	after := v.Form.Get("after")
	cases, next, err := v.o.Desk.Cases(v.ctx(), v.Who, coordination.Page{After: after})
	if err != nil {
		return err
	}
	d := casesView{Cases: cases, First: after == "", Open: v.mayOpen(), Glass: v.mayBreakGlass()}
	if next != "" {
		d.Next = "/cases?" + url.Values{"after": {next}}.Encode()
	}
	return v.show("desk-cases", v.t("desk.cases"), "cases", d)
}

// mayOpen tells whether the reader may open a case.
func (v *visit) mayOpen() bool { return access.Decide(access.Open, v.Who, access.Matter{}).Allowed }

// searchView is what a search found.
type searchView struct {
	Query string
	Hits  []coordination.Hit
	Next  string
}

func (s *Site) searchPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("desk.search")); err != nil {
		return err
	}
	d := searchView{Query: strings.TrimSpace(clipText(v.Form.Get("q"), 200))}
	if d.Query != "" {
		hits, next, err := v.o.Desk.Search(v.ctx(), v.Who, d.Query, coordination.Page{After: v.Form.Get("after")})
		if err != nil {
			return err
		}
		d.Hits = hits
		if next != "" {
			d.Next = "/search?" + url.Values{"q": {d.Query}, "after": {next}}.Encode()
		}
	}
	return v.show("desk-search", v.t("desk.search"), "", d)
}
