package webui

import (
	"net/url"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
)

// routesCase puts the pages of a case on the mux.
func (s *Site) routesCase() {
	s.page("GET /cases/{handle}", func(v *visit) error {
		v.redirect("/cases/" + url.PathEscape(v.r.PathValue("handle")) + "/plan")
		return nil
	}, 0)
	s.page("GET /cases/{handle}/plan", s.casePlan, 0)
	s.page("GET /cases/{handle}/plan/what-if", s.casePlan, 0)
	s.page("GET /cases/{handle}/plan.json", s.planFile, 0)
	s.page("GET /cases/{handle}/plan.ics", s.planFile, 0)
	s.page("GET /cases/{handle}/live", func(v *visit) error { return v.live(v.r.PathValue("handle")) }, 0)
	s.page("GET /cases/{handle}/when", s.caseWhen, 0)
	s.page("GET /cases/{handle}/when.svg", s.caseWhenSVG, 0)
	s.page("GET /cases/{handle}/record", s.caseRecord, 0)
	s.page("GET /cases/{handle}/events/new", s.eventNew, 0)
	s.page("POST /cases/{handle}/events", s.eventAdd, 0)
	s.page("GET /cases/{handle}/events/{event}", s.eventPage, 0)
	s.page("GET /cases/{handle}/events/{event}/receipt", s.eventReceipt, 0)
	s.page("POST /cases/{handle}/adopt", s.eventAdopt, 0)
	s.page("GET /cases/{handle}/decide", s.caseDecide, 0)
	s.page("POST /cases/{handle}/decide", s.caseDecided, 0)
	s.page("GET /cases/{handle}/about", s.caseAbout, 0)
	s.page("GET /cases/{handle}/about/edit", s.aboutEdit, 0)
	s.page("POST /cases/{handle}/about", s.aboutKeep, 0)
	s.page("GET /cases/{handle}/duties", s.casePaper, 0)
	s.page("POST /cases/{handle}/rely", s.caseRely, 0)
	s.page("GET /cases/{handle}/people", s.casePeople, 0)
	s.page("POST /cases/{handle}/people", s.caseInvite, 0)
	s.page("GET /cases/{handle}/people/remove", s.caseUnseatAsk, 0)
	s.page("POST /cases/{handle}/people/remove", s.caseUnseat, 0)
	s.page("GET /cases/{handle}/export", s.caseExport, 0)
	s.page("POST /cases/{handle}/export", s.caseAskExport, 0)
	s.page("GET /cases/{handle}/erase", s.caseErase, 0)
	s.page("POST /cases/{handle}/erase", s.caseAskErase, 0)
	s.page("GET /cases/new", s.caseNew, 0)
	s.page("POST /cases", s.caseOpen, 0)
	s.page("GET /cases/import", s.caseImport, 0)
	s.page("POST /cases/import", s.caseImported, upload)
	s.page("GET /break-glass", s.glassPage, 0)
	s.page("POST /break-glass", s.glassBreak, 0)
	s.page("GET /relied", s.reliedPage, 0)
	s.page("POST /relied/drop", s.reliedDrop, 0)
	// The law is no secret.
	s.page("GET /rules", s.rulesPage, public|limited|frozen|cacheable)
	s.page("GET /rules/{rule}", s.rulePage, public|limited|frozen|cacheable)
}

// caseHead is what stands above every page of a case: whose, how it may be
// shared, what the reader sees of it, and the ways to its other pages.
type caseHead struct {
	Seen   *coordination.Seen
	Base   string // address of the case
	Tab    string
	Limits []string // codes of access: why less is seen than there is
	Tabs   []caseTab
	Mark   string // of what the page was made of: its stream begins there
}

type caseTab struct{ Name, Href string }

func head(seen *coordination.Seen, tab string) caseHead {
	h := caseHead{Seen: seen, Base: "/cases/" + url.PathEscape(seen.Handle), Tab: tab}
	if see, ok := seen.May[access.See]; ok && see.Code != "" {
		h.Limits = append(h.Limits, see.Code)
	}
	h.Tabs = []caseTab{{"plan", h.Base + "/plan"}, {"when", h.Base + "/when"}, {"record", h.Base + "/record"}, {"about", h.Base + "/about"}, {"people", h.Base + "/people"}}
	return h
}

// Live is the address of the stream that tells of changes.
func (h caseHead) Live() string { return liveAddress(h.Base, h.Mark) }

// Head is itself, for the template that all pages of a case share.
func (h caseHead) Head() caseHead { return h }

// May tells whether the reader may do an act here, if need be after a step-up
// or with a second person.
func (h caseHead) May(act string) bool {
	d, ok := h.Seen.May[access.Act(act)]
	return ok && (d.Allowed || len(d.Needs) > 0)
}

// Narrow tells whether less than the whole case is seen.
func (h caseHead) Narrow() bool { return !h.Seen.View.All }

// Question tells whether an embargo waits for the reader's word.
func (h caseHead) Question() bool { return slices.Contains(h.Limits, "embargo-not-accepted") }

// Proposed is the newest proposal of an embargo that the reader sees, nil for
// none.
func (h caseHead) Proposed() *casefile.Event {
	events := h.Seen.Case.Events
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Kind == "embargo-proposed" || events[i].Kind == "embargo-revised" {
			return &events[i]
		}
	}
	return nil
}

// Answer is the form that answers the proposal, filled in.
func (h caseHead) Answer(kind string) string {
	q := url.Values{"kind": {kind}}
	if len(h.Seen.Parties) > 0 {
		q.Set("by", h.Seen.Parties[0])
	}
	if e := h.Proposed(); e != nil {
		q.Set("re", e.ID)
		if e.Of != "" {
			q.Set("of", e.Of)
		}
		if span, err := untilOf(e); err == nil && kind == "embargo-accepted" && !span.Latest.IsZero() {
			q.Set("until", span.Latest.Format(time.RFC3339))
		}
	}
	return h.Base + "/events/new?" + q.Encode()
}

func untilOf(e *casefile.Event) (calendar.Span, error) {
	if e.Until == nil {
		return calendar.Span{}, nil
	}
	return e.Until.Span()
}

// Sources tells whether the case is put together from outside sources.
func (h caseHead) Sources() bool { return !h.Seen.Case.Kept() }

// partyName is the name of a party in a case, its id if it has none.
func partyName(c *casefile.Case, id string) string {
	if p := c.Party(id); p != nil && p.Name != "" {
		return p.Name
	}
	return id
}

func productName(c *casefile.Case, id string) string {
	if p := c.Product(id); p != nil && p.Name != "" {
		return p.Name
	}
	return id
}

func partyNames(c *casefile.Case, ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = partyName(c, id)
	}
	return out
}

// acts tells whether the reader acts for a party of the case.
func acts(seen *coordination.Seen, party string) bool { return slices.Contains(seen.Parties, party) }

// partyOptions are the parties of a case, for a select; first may be "".
func partyOptions(c *casefile.Case, first string) []option {
	var out []option
	if first != "" {
		out = append(out, option{"", first})
	}
	for i := range c.Parties {
		out = append(out, option{c.Parties[i].ID, partyName(c, c.Parties[i].ID)})
	}
	return out
}

func productOptions(c *casefile.Case, first string) []option {
	out := []option{{"", first}}
	for i := range c.Products {
		out = append(out, option{c.Products[i].ID, productName(c, c.Products[i].ID)})
	}
	return out
}
