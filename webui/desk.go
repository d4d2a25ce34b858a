package webui

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/partnership"
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
	Rows      []deskRow
	Dues      []option
	Laws      []option
	Parties   partyList
	Case      string // id of the case that the desk is narrowed to
	CaseRef   string
	Next      string // address of the next page
	Narrows   bool   // a filter is set
	Past      int    // of the lines on this page
	Soon      int
	Opens     bool // the reader may open a case
	Announced []announcedRow
	Shaken    []snapshotRow // relied-on dates with something changed beneath
	Waiting   []coordination.Waits
	Pending   []pendingRow
	Shared    *sharedWaits
	Directed  *directiveWaits
	Live      string // address of the stream that tells of changes
}

// deskRow is one line of the desk, in the reader's language.
type deskRow struct {
	coordination.DeskLine
	Words   string // the rule's title
	ToNames []string
	Tone    string // of the state: over, warn, plain
	Icon    string
	Soon    string // the state in a code of desk.soon
	Step    string // address of the next step
	Address string // the page of the date
	Partner string // address of the partnership that it is about, "" for a case
	Button  string // code of desk.step
	Gone    int64  // seconds since the anchor
	Whole   int64  // seconds from anchor to due; 0 draws no bar
}

// announcedRow tells an owner what somebody did to a case by office.
type announcedRow struct {
	coordination.Announcement
	ByName, Address string
}

// pendingRow tells of a case that waits for somebody's word.
type pendingRow struct {
	coordination.Pending
	Base   string
	Claims []string
	Look   string // where the claims are
}

// soon is when a date that comes near gets the tone of a warning.
const soon = 24 * time.Hour

func (s *Site) deskPage(v *visit) error {
	if err := v.need(v.o.Desk != nil, v.t("desk.title")); err != nil {
		return err
	}
	f := coordination.Filter{
		Law: v.Form.Get("law"), Mine: v.Form.Get("mine") != "", Past: v.Form.Get("due") == "past", Week: v.Form.Get("due") == "week",
		Case: v.Form.Get("case"), Party: v.Form.Get("party"),
	}
	if f.Case == "" {
		f.Party = ""
	}
	page := coordination.Page{After: v.Form.Get("after")}
	whole, mark := page.After == "" && f == coordination.Filter{}, ""
	if !whole { // else the page is made of what tells
		var err error
		if mark, err = v.o.Desk.Mark(v.ctx(), v.Who, ""); err != nil {
			return err
		}
	}
	lines, err := v.o.Desk.Lines(v.ctx(), v.Who, f, page)
	if err != nil {
		return err
	}
	d := deskView{Narrows: f != coordination.Filter{}, Opens: v.mayOpen(), CaseRef: f.Case}
	d.Dues = []option{{"", v.t("desk.due.all")}, {"past", v.t("desk.due.past")}, {"week", v.t("desk.due.week")}}
	d.Laws = []option{{"", v.t("desk.every-law")}}
	for _, law := range lines.Laws {
		d.Laws = append(d.Laws, option{law, v.lawName(law)})
	}
	for _, l := range lines.Lines {
		row, err := v.partnerRow(v.deskRow(l))
		if err != nil {
			return err
		}
		switch row.Soon {
		case "past":
			d.Past++
		case "soon":
			d.Soon++
		}
		d.Rows = append(d.Rows, row)
	}
	// What is past comes first on its page: the store sorts by date, and what is
	// owed at once by the moment it began.
	slices.SortStableFunc(d.Rows, func(a, b deskRow) int { return a.rank() - b.rank() })
	if f.Case != "" {
		seen, err := v.o.Desk.See(v.ctx(), v.Who, f.Case)
		if err != nil {
			return err
		}
		d.Case, d.Parties = seen.Case.File.Case, partiesOf(seen.Case, v.t("case.every-party"))
	}
	if lines.Next != "" {
		q := url.Values{}
		for _, name := range []string{"law", "mine", "due", "case", "party"} {
			if x := v.Form.Get(name); x != "" {
				q.Set(name, x)
			}
		}
		q.Set("after", lines.Next)
		d.Next = "/desk?" + q.Encode()
	}
	if whole {
		if mark, err = v.deskNews(&d, lines.Lines); err != nil {
			return err
		}
		if d.Shared, err = v.sharedWaiting(); err != nil {
			return err
		}
		if d.Directed, err = v.directivesWaiting(); err != nil {
			return err
		}
	}
	d.Live = liveAddress("/desk", mark)
	return v.show("desk", v.t("desk.title"), "desk", d)
}

// mostNews bounds what stands above the desk.
const mostNews = 5

// deskNews puts above the list what the reader has to know before the dates:
// embargoes and claims that wait for a word, cases that somebody opened by office, and
// relied-on dates that moved. It gives the mark of what the page is made of.
func (v *visit) deskNews(d *deskView, lines []coordination.DeskLine) (mark string, err error) {
	waiting, err := v.o.Desk.Waiting(v.ctx(), v.Who)
	if err != nil {
		return "", err
	}
	d.Waiting = waiting[:min(len(waiting), 4*mostNews)]
	pending, err := v.o.Desk.Pending(v.ctx(), v.Who)
	if err != nil {
		return "", err
	}
	for _, p := range pending[:min(len(pending), 4*mostNews)] {
		row := pendingRow{Pending: p, Base: "/cases/" + url.PathEscape(p.Handle), Claims: p.Claims}
		if row.Look = row.Base + "/record?show=claims"; len(p.Claims) == 1 {
			row.Look = eventAddress(p.Handle, p.Claims[0])
		}
		d.Pending = append(d.Pending, row)
	}
	announced, err := v.o.Desk.Announcements(v.ctx(), v.Who)
	if err != nil {
		return "", err
	}
	for _, a := range announced {
		if len(d.Announced) < mostNews && v.Now.Sub(a.At) < 30*24*time.Hour && a.By != v.Who.Person {
			d.Announced = append(d.Announced, announcedRow{a, v.o.Identity.PersonName(v.ctx(), a.By), "/cases/" + url.PathEscape(a.Case) + "/people"})
		}
	}
	list, _, err := v.o.Desk.Snapshots(v.ctx(), v.Who, coordination.Page{Limit: 4 * mostNews})
	if err != nil {
		return "", err
	}
	for _, snap := range list {
		if len(snap.Changed) > 0 && len(d.Shaken) < mostNews {
			d.Shaken = append(d.Shaken, v.snapshotRow(snap))
		}
	}
	return coordination.DeskMark(lines, waiting, pending, announced)
}

// lawName is the name of a pack for people.
func (v *visit) lawName(id string) string {
	if v.o.Book != nil {
		for _, p := range v.o.Book.Packs {
			if p.Pack == id && rulebook.T(p.Title, v.Lang) != "" {
				return rulebook.T(p.Title, v.Lang)
			}
		}
	}
	return strings.ToUpper(id)
}

// rank sorts a page of the desk: past due, then at once, then by date.
func (r deskRow) rank() int {
	switch {
	case r.Soon == "past":
		return 0
	case r.Due == nil && r.AtOnce && r.Modality == "must":
		return 1
	}
	return 2
}

// deskRow says a line in the reader's language: how near, in which tone, and
// what to do next.
func (v *visit) deskRow(l coordination.DeskLine) deskRow {
	r := deskRow{DeskLine: l, Words: rulebook.T(l.Titles, v.Lang), Tone: "plain", Soon: l.State, Address: dutyAddress(l.Handle, l.Duty)}
	switch {
	case l.PastDue || l.State == "missed":
		r.Tone, r.Icon, r.Soon = "over", "alert", "past"
	case l.Due != nil && l.Due.Sub(v.Now) <= soon:
		r.Tone, r.Icon, r.Soon = "warn", "clock", "soon"
	case l.Due == nil && l.AtOnce && l.Modality == "must":
		r.Tone, r.Icon, r.Soon = "warn", "clock", "at-once"
	}
	for i, to := range l.To {
		name := to
		if i < len(l.ToNames) {
			name = l.ToNames[i]
		}
		if said := v.addressee(v.o.Book, to); said != to {
			name = said
		}
		r.ToNames = append(r.ToNames, name)
	}
	if l.Anchor != nil && l.Due != nil && l.Due.After(*l.Anchor) {
		r.Whole = int64(l.Due.Sub(*l.Anchor) / time.Second)
		r.Gone = max(0, min(r.Whole, int64(v.Now.Sub(*l.Anchor)/time.Second)))
	}
	r.Button, r.Step = l.Step, r.Address
	switch l.Step {
	case "add-event":
		r.Step = stepAddress(l.Handle, l.Rule, l.Stage, l.Obliged, l.Of, l.To, l.Kind)
		if key := "desk.step." + string(meets(l.Kind)); v.words.has(key) {
			r.Button = string(meets(l.Kind))
		}
	case "ask":
		r.Step = "/cases/" + url.PathEscape(l.Handle) + "/plan?party=" + queryOf(l.Obliged)
	}
	return r
}

// partnerRow leads a line of a partnership file to the partnership: the file is a
// case, and what it asks for is done on pages of its own. A notice is recorded as
// in every case.
func (v *visit) partnerRow(r deskRow) (deskRow, error) {
	at, err := v.partnerAt(r.Case, r.Handle)
	if err != nil || at == "" {
		return r, err
	}
	r.Partner = at
	if r.Button != "notified" || !v.noticeMeets(r.Rule, r.Stage) {
		r.Button, r.Step = "partner", r.Partner
	}
	return r, nil
}

// partnerAt is the address of the partnership of which a case is the file; "" if of
// none.
func (v *visit) partnerAt(name, handle string) (string, error) {
	if v.o.Circles == nil || !strings.HasPrefix(name, partnership.FilePrefix) {
		return "", nil
	}
	id, err := v.o.Circles.At(v.ctx(), handle)
	if err != nil || id == "" {
		return "", err
	}
	return partnerAddress(id), nil
}

// noticeMeets tells whether a duty is met by a notice, and by nothing else.
func (v *visit) noticeMeets(rule, stage string) bool {
	if v.o.Book == nil {
		return false
	}
	r := v.o.Book.Rule(rule)
	if r == nil {
		return false
	}
	for _, s := range r.Stages {
		if s.ID == stage {
			return len(s.MetBy) > 0 && !slices.ContainsFunc(s.MetBy, func(m rulebook.Match) bool { return m.Event != "notified" })
		}
	}
	return false
}

// dutyAddress is the page of one date.
func dutyAddress(handle, duty string) string {
	return "/cases/" + url.PathEscape(handle) + "/duties?" + url.Values{"id": {duty}}.Encode()
}

// stepAddress is the form for the event that meets a duty, filled in.
func stepAddress(handle, rule, stage, by, of string, to []string, duty string) string {
	q := url.Values{"kind": {string(meets(duty))}, "by": {by}, "rule": {rule}}
	if kind := meets(duty); kind != "notified" && kind != "users-notified" {
		q.Del("rule") // which rule it answers is asked of notices alone
		stage, to = "", nil
	}
	for name, x := range map[string]string{"stage": stage, "of": of} {
		if x != "" {
			q.Set(name, x)
		}
	}
	if len(to) > 0 && meets(duty) == "notified" {
		q["to"] = to
	}
	return "/cases/" + url.PathEscape(handle) + "/events/new?" + q.Encode()
}

// meets gives the kind of event that meets a kind of duty (contract section 1,
// "When a duty is met").
func meets(duty string) casefile.Kind {
	switch {
	case duty == "notify-users":
		return "users-notified"
	case strings.HasPrefix(duty, "notify"), duty == "report":
		return "notified"
	}
	if kind, ok := map[string]casefile.Kind{
		"publish": "published", "verify": "assessed", "acknowledge": "acknowledged",
		"classify": "classified", "remediate": "remediated", "assign": "cve-reserved",
	}[duty]; ok {
		return kind
	}
	return "notified"
}
