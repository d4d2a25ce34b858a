package webui

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/access"
	"tocsin/partner"
	"tocsin/sharing"
)

// routesShared puts the pages of what goes round on sharing platforms on the mux,
// where there are any.
func (s *Site) routesShared() {
	if s.o.Shares == nil || s.o.Circles == nil {
		return
	}
	s.page("GET /shared", s.sharedPage, 0)
	s.page("GET /shared/new", s.sharedNew, 0)
	s.page("POST /shared/new", s.sharedNewDo, 0)
	s.page("GET /shared/{id}", s.sharedItem, 0)
	s.page("POST /shared/{id}/acknowledge", s.sharedAcknowledge, 0)
	s.page("POST /shared/{id}/withdraw", s.sharedWithdraw, 0)
	s.page("GET /shared/{id}/correct", s.sharedCorrect, 0)
	s.page("POST /shared/{id}/correct", s.sharedCorrectDo, 0)
	s.page("GET /partners/groups", s.groupsPage, 0)
	s.page("POST /partners/groups", s.groupsDo, 0)
}

// sharePlace is a platform on which the reader is.
type sharePlace struct {
	partner.Platform
	Runs   bool          // the reader is of the authority
	As     []sharer      // for whom the reader can share there
	Limits []sharedLimit // where less is received than an active member receives
}

// sharer is an organisation for which the reader can share on a platform.
type sharer struct {
	Org, Name string
	Authority bool
	Standing  partner.Standing // of a member
}

// Stopped tells that the organisation may tell the authority alone.
func (s sharer) Stopped() bool { return !s.Authority && s.Standing == partner.Suspended }

// Mute tells that the organisation may share nothing.
func (s sharer) Mute() bool {
	return !s.Authority && (s.Standing == partner.Left || s.Standing == partner.Invited)
}

// sharedLimit says what an organisation of the reader's still receives.
type sharedLimit struct {
	On, Org     string
	Badge       standingBadge
	TLP, Clause string // "" is nothing
	Report      string // address of the form, where a report can be made
}

// places are the platforms on which the reader is, as a member or of the authority.
func (v *visit) places() ([]sharePlace, error) {
	all, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	if err != nil {
		return nil, err
	}
	var out []sharePlace
	for _, p := range all {
		c := access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: p.Terms.Ceilings}
		x := sharePlace{Platform: p, Runs: access.Runs(v.Who, c)}
		on := x.Runs
		if actsFor(v.Who, p.Authority) {
			x.As = append(x.As, sharer{Org: p.Authority, Name: v.orgName(p.Authority), Authority: true})
		}
		for i := range v.Who.Acting {
			a := &v.Who.Acting[i]
			st, joined := a.Stands(p.ID)
			if !joined || len(a.Roles) == 0 {
				continue
			}
			on = true
			s := sharer{Org: a.Org, Name: v.orgName(a.Org), Standing: st}
			acts := a.For == "" && actsFor(v.Who, a.Org)
			if acts && !slices.ContainsFunc(x.As, func(o sharer) bool { return o.Org == a.Org }) {
				x.As = append(x.As, s)
			}
			if ceiling := p.Terms.Ceilings[st]; st != partner.Active && ceiling.TLP != p.Terms.Ceilings[partner.Active].TLP {
				l := sharedLimit{On: p.Name, Org: s.Name, Badge: badgeOf(st), TLP: ceiling.TLP, Clause: ceiling.Clause}
				if acts && !s.Mute() {
					l.Report = newShared(p.ID, a.Org, sharing.Report)
				}
				if !slices.Contains(x.Limits, l) {
					x.Limits = append(x.Limits, l)
				}
			}
		}
		if on {
			out = append(out, x)
		}
	}
	return out, nil
}

// place is one of them, nil if the reader is not on it.
func placeOf(all []sharePlace, id string) *sharePlace {
	if i := slices.IndexFunc(all, func(p sharePlace) bool { return p.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

// newShared is the address of the form for something new.
func newShared(platform, org string, kind sharing.Kind) string {
	return "/shared/new?" + url.Values{"platform": {platform}, "org": {org}, "kind": {string(kind)}}.Encode()
}

func sharedAddress(id string) string { return "/shared/" + url.PathEscape(id) }

// orgName is what an organisation is called; one that nobody knows any more keeps
// its id.
func (v *visit) orgName(id string) string { return cmp.Or(v.o.Identity.OrgName(v.ctx(), id), id) }

// sharedView is the list of what goes round.
type sharedView struct {
	Rows      []sharedRow
	Limits    []sharedLimit
	Platforms []option // more than one: to narrow by
	Kinds     []option
	Next      string
	Narrows   bool
	Nowhere   bool // the reader is on no platform
	Shares    bool // the reader can share something
	Runs      bool // the reader is of an authority
	Waits     *sharedWaits
}

// sharedRow is one line of it.
type sharedRow struct {
	sharing.Row
	Title        string
	Lang         string // of the title
	Href         string
	FromName, On string
	Icon         string
	Why          []string // why it concerns the reader
	Waiting      bool     // for the reader's word
	Overdue      bool
	Own          bool
	Corrected    bool
	Zone         string
}

// kindIcons: a word always stands beside.
var kindIcons = map[sharing.Kind]string{sharing.Report: "info", sharing.Indicator: "search", sharing.Sighting: "globe", sharing.RiskNotice: "bell"}

func (s *Site) sharedPage(v *visit) error {
	places, err := v.places()
	if err != nil {
		return err
	}
	f := sharing.Filter{Platform: v.Form.Get("platform"), Kind: sharing.Kind(v.Form.Get("kind")), Concerning: v.Form.Get("concerning") != "", Waiting: v.Form.Get("waiting") != ""}
	d := sharedView{Narrows: f != sharing.Filter{}, Nowhere: len(places) == 0, Platforms: []option{{"", v.t("partner.every-platform")}}, Kinds: []option{{"", v.t("sharing.every-kind")}}}
	for _, p := range places {
		d.Platforms = append(d.Platforms, option{p.ID, p.Name})
		d.Limits = append(d.Limits, p.Limits...)
		d.Shares = d.Shares || slices.ContainsFunc(p.As, func(s sharer) bool { return !s.Mute() })
		d.Runs = d.Runs || p.Runs
	}
	for _, k := range sharing.Kinds() {
		d.Kinds = append(d.Kinds, option{string(k), v.t("sharing.kind." + string(k))})
	}
	if !d.Nowhere {
		rows, next, err := v.o.Shares.List(v.ctx(), v.Who, f, sharing.Page{After: v.Form.Get("after")})
		if err != nil {
			return err
		}
		for _, r := range rows {
			d.Rows = append(d.Rows, v.sharedRow(r, placeOf(places, r.Platform)))
		}
		if next != "" {
			q := url.Values{"after": {next}}
			for _, name := range []string{"platform", "kind", "concerning", "waiting"} {
				if x := v.Form.Get(name); x != "" {
					q.Set(name, x)
				}
			}
			d.Next = "/shared?" + q.Encode()
		}
	}
	if !d.Narrows && v.Form.Get("after") == "" {
		if d.Waits, err = v.sharedWaiting(); err != nil {
			return err
		}
	}
	return v.show("shared", v.t("sharing.title"), "shared", d)
}

func (v *visit) sharedRow(r sharing.Row, p *sharePlace) sharedRow {
	out := sharedRow{Row: r, Href: sharedAddress(r.ID), FromName: v.orgName(r.From), Icon: kindIcons[r.Kind], Waiting: r.Waits(), Own: r.Road == access.AsSender, Corrected: r.N > 1}
	if p != nil {
		out.On, out.Zone = p.Name, p.Terms.Zone
	}
	out.Lang = v.langOf(sortedKeys(r.Titles))
	out.Title = r.Titles[out.Lang]
	out.Overdue = out.Waiting && !v.Now.Before(*r.AckBy)
	if r.Road != access.AsSender {
		for _, c := range r.Concerns {
			if w := v.concernWords(c); !slices.Contains(out.Why, w) {
				out.Why = append(out.Why, w)
			}
		}
	}
	return out
}

// langOf is the language of those there are that the reader reads best: their own,
// English, else the first.
func (v *visit) langOf(have []string) string {
	for _, want := range []string{v.Lang, "en"} {
		if slices.Contains(have, want) {
			return want
		}
	}
	if len(have) > 0 {
		return have[0]
	}
	return ""
}

// concernWords says why something concerns the reader.
func (v *visit) concernWords(c partner.Concern) string {
	if c.Why == "everything" {
		return v.t("sharing.why.everything")
	}
	if strings.EqualFold(c.Wanted, c.Matched) {
		return v.t("sharing.why.same", "wanted", c.Wanted)
	}
	return v.t("sharing.why.in", "wanted", c.Wanted, "matched", c.Matched)
}

// sharedWaits is what waits for the reader's word, for the desk.
type sharedWaits struct{ N, Overdue int }

// waitsMemory remembers for a minute what waits for whom.
type waitsMemory struct {
	mu     sync.Mutex
	minute int64
	all    map[waitsKey]sharedWaits
}

// waitsKey is a person where they stand: what they did themselves shows at once,
// and so does a decision about them.
type waitsKey struct {
	person, stands string
	acts           int64
}

// sharedWaiting counts what waits for the reader's word, nil for nothing. It looks
// at all that they receive, and so at most once a minute for the same person.
func (v *visit) sharedWaiting() (*sharedWaits, error) {
	if v.o.Shares == nil || v.o.Circles == nil {
		return nil, nil
	}
	var stands []string
	for _, a := range v.Who.Acting {
		for _, on := range sortedKeys(a.On) {
			if st, joined := a.Stands(on); joined && len(a.Roles) > 0 {
				stands = append(stands, fmt.Sprintf("%s %s %s %s", a.Org, a.For, on, st))
			}
		}
	}
	if len(stands) == 0 {
		return nil, nil // who is on no platform is asked for no word
	}
	key, minute, s := waitsKey{v.Who.Person, strings.Join(stands, "\x00"), v.sides.acts.Load()}, v.Now.Unix()/60, &v.waits
	s.mu.Lock()
	w, known := s.all[key]
	known = known && s.minute == minute
	s.mu.Unlock()
	if !known {
		d, err := v.o.Shares.Digest(v.ctx(), v.Who, time.Time{})
		if err != nil {
			return nil, err
		}
		w = sharedWaits{d.Waiting, d.Overdue}
		s.mu.Lock()
		if s.minute != minute || len(s.all) >= sidesMost {
			s.minute, s.all = minute, map[waitsKey]sharedWaits{}
		}
		s.all[key] = w
		s.mu.Unlock()
	}
	if w.N == 0 {
		return nil, nil
	}
	return &w, nil
}

// Shared tells the navigation whether anything can go round here.
func (p *page) Shared() bool { return p.o.Shares != nil }
