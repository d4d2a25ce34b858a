package webui

import (
	"net/url"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// routesPartner puts the pages of partnerships on the mux, where there are any.
func (s *Site) routesPartner() {
	if s.o.Circles == nil {
		return
	}
	s.page("GET /partners", s.partnersPage, 0)
	s.page("GET /partners/invite", s.inviteForm, 0)
	s.page("POST /partners/invite", s.inviteDo, 0)
	s.page("GET /partners/call", s.callForm, 0)
	s.page("POST /partners/call", s.callDo, 0)
	s.page("GET /partners/calls/{platform}/{round}", s.callPage, 0)
	s.page("GET /partners/waiting", s.waitingPage, 0)
	s.page("POST /partners/waiting", s.waitingDecide, 0)
	s.page("GET /partners/{id}", s.partnerPage, 0)
	s.page("GET /partners/{id}/about-us", s.aboutUs, 0)
	s.page("GET /partners/{id}/reach", s.reachForm, 0)
	s.page("POST /partners/{id}/reach", s.reachDo, 0)
	s.page("GET /partners/{id}/dossier", s.partnerDossier, 0)
	s.page("GET /partners/{id}/do", s.actForm, 0)
	s.page("POST /partners/{id}/do", s.actDo, 0)
	s.page("GET /inbox", s.inboxPage, 0)
	s.page("GET /inbox/{id}", s.letterPage, 0)
	s.page("POST /inbox/{id}", s.letterOpen, 0)
	s.page("GET /decisions", s.decisionsPage, 0)
	s.routesFinding()
	if s.o.Published != nil {
		s.page("GET /decisions/public", s.publicDecisions, public)
	}
	s.mux.HandleFunc("GET /letter.css", letterCSS)
}

// partnerHead is what stands above every page of a partnership.
type partnerHead struct {
	partnership.Standing
	On    partner.Platform
	Base  string         // address of the partnership
	File  *casefile.Case // the file, as the reader sees it
	Badge standingBadge
	Acts  bool // the reader acts for their side
	Ours  bool // the reader is of the authority
	Takes bool // the reader may take a dossier away, perhaps after a step-up or with a colleague
	Zone  string
	Tab   string
}

// standingBadge is where a member stands, as word and mark.
type standingBadge struct{ Standing, Tone, Icon string }

// marks of the standings: never colour alone.
var standingMarks = map[partner.Standing]standingBadge{
	partner.Active: {"active", "good", "check"}, partner.Warned: {"warned", "warn", "alert"}, partner.Suspended: {"suspended", "over", "stop"},
	partner.Left: {"left", "plain", "cross"}, partner.Invited: {"invited", "accent", "clock"},
}

func badgeOf(s partner.Standing) standingBadge {
	if b, ok := standingMarks[s]; ok {
		return b
	}
	return standingBadge{"none", "plain", "question"}
}

// Head is itself, for the template that the pages of a partnership share.
func (h partnerHead) Head() partnerHead { return h }

// partnership gives the partnership of the address to somebody of either side of
// it, with its file as they see it.
func (v *visit) partnership(tab string) (partnerHead, error) {
	if err := v.need(v.o.Desk != nil, v.t("partner.title")); err != nil {
		return partnerHead{}, err
	}
	m, err := v.o.Circles.Member(v.ctx(), v.Who, v.r.PathValue("id"))
	if err != nil {
		return partnerHead{}, err
	}
	return v.partnershipOf(m, tab)
}

// partnershipOf puts a partnership together for a page.
func (v *visit) partnershipOf(m partnership.Standing, tab string) (partnerHead, error) {
	h := partnerHead{Standing: m, Tab: tab}
	var err error
	if h.On, _, err = v.o.Circles.Platform(v.ctx(), h.Platform); err != nil {
		return h, err
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, h.Handle)
	if err != nil {
		return h, err
	}
	h.File, h.Base, h.Badge, h.Zone = seen.Case, partnerAddress(h.ID), badgeOf(h.State.Standing), h.On.Terms.Zone
	h.Takes = takes(seen)
	h.Ours = h.Side != partnership.OfMember
	h.Acts = h.Side == partnership.OfAuthority && actsFor(v.Who, h.On.Authority) || h.Side == partnership.OfMember && actsFor(v.Who, h.Org)
	return h, nil
}

func partnerAddress(id string) string { return "/partners/" + url.PathEscape(id) }

// actsFor tells whether a reader acts for an organisation. It opens nothing: the use
// case asks again.
func actsFor(who access.Reader, org string) bool { return access.SpeaksFor(who, org) }

// zone is that of the terms, in which days begin and end.
func (h partnerHead) zone() *time.Location {
	if loc, err := calendar.Zone(h.On.Terms.Zone); h.On.Terms.Zone != "" && err == nil {
		return loc
	}
	return time.UTC
}

// event is an event of the file, nil if the reader does not see it.
func (h partnerHead) event(id string) *casefile.Event {
	if id == "" {
		return nil
	}
	return h.File.Event(id)
}

// attribute is one of an event, as text.
func attribute(e *casefile.Event, key string) string {
	if e == nil {
		return ""
	}
	if x, ok := e.Attributes[key]; ok {
		return x.String()
	}
	return ""
}

// spanned is a time that is known as an interval, for people.
type spanned struct {
	From, To *moment // one of them: an open side
	Sure     bool    // one instant
}

// Empty tells that no time was stated.
func (s spanned) Empty() bool { return s.From == nil && s.To == nil }

// span puts an interval into the reader's language; end says that it is a bound
// that lies after the last day.
func (v *visit) span(s calendar.Span, end bool, zone string) spanned {
	if s == (calendar.Span{}) {
		return spanned{}
	}
	one := func(t time.Time) *moment {
		if t.IsZero() {
			return nil
		}
		m, err := newMoment(v.words, &page{visit: v}, t, end, zone)
		if err != nil {
			return nil
		}
		return &m
	}
	return spanned{From: one(s.Earliest), To: one(s.Latest), Sure: s.Certain()}
}

// starts is the first instant of an interval that is known.
func starts(s calendar.Span) time.Time {
	if s.Earliest.IsZero() {
		return s.Latest
	}
	return s.Earliest
}

// partyWords names a party of a partnership file: the organisation as it is
// called now, for those that are one.
func (v *visit) partyWords(h partnerHead, party string) string {
	switch party {
	case h.State.Authority:
		if name := v.o.Identity.OrgName(v.ctx(), h.On.Authority); name != "" {
			return name
		}
	case h.State.Member:
		return h.Name
	}
	if h.File != nil {
		return partyName(h.File, party)
	}
	return party
}

// actWords says an act of the file in a few words, with its day.
func (v *visit) actWords(h partnerHead, id string) string {
	e := h.event(id)
	if e == nil {
		return id
	}
	words := v.kindWords(e.Kind)
	if n := attribute(e, "number"); n != "" {
		words += " " + n
	}
	if s, err := e.At.Span(); err == nil && !starts(s).IsZero() {
		words += ", " + day(v.words, v.Lang, starts(s).In(h.zone()))
	}
	return words
}

// linkedAct is an act of the file with its address in the record.
func (v *visit) linkedAct(h partnerHead, id string) linked {
	return linked{v.actWords(h, id), eventAddress(h.Handle, id)}
}

// notYours is the answer to what is for the other side.
func notYours() error {
	return fault.New(fault.NotFound, "there is no such page here")
}
