package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/coordination"
)

// casesView is the list of cases.
type casesView struct {
	Cases []listedCase
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
	list, err := v.listedCases(cases)
	if err != nil {
		return err
	}
	d := casesView{Cases: list, First: after == "", Open: v.mayOpen(), Glass: v.mayBreakGlass()}
	if next != "" {
		d.Next = "/cases?" + url.Values{"after": {next}}.Encode()
	}
	return v.show("desk-cases", v.t("desk.cases"), "cases", d)
}

// listedCase is a line of the list of cases.
type listedCase struct {
	coordination.Listed
	Past bool   // its next date has gone by
	At   string // where it is looked at
}

// listedCases puts what is past due first, then what is due next, then the rest by
// id, within the page: the store turns pages by handles, which say nothing.
func (v *visit) listedCases(cases []coordination.Listed) ([]listedCase, error) {
	out := make([]listedCase, len(cases))
	for i, c := range cases {
		at, err := v.partnerAt(c.Case, c.Handle)
		if err != nil {
			return nil, err
		}
		out[i] = listedCase{c, c.Next != nil && c.Next.Before(v.Now) && c.Record != "sources", cmp.Or(at, "/cases/"+url.PathEscape(c.Handle))}
	}
	slices.SortStableFunc(out, func(a, b listedCase) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.due().Compare(b.due()), cmp.Compare(a.Case, b.Case))
	})
	return out, nil
}

func (c listedCase) rank() int {
	switch {
	case c.Past:
		return 0
	case c.Next != nil && c.Record != "sources":
		return 1
	}
	return 2
}

func (c listedCase) due() time.Time {
	if c.Next == nil || c.rank() == 2 {
		return time.Time{}
	}
	return *c.Next
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
