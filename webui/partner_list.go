package webui

import (
	"slices"
	"strings"
	"time"

	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// partnersView is the list of members, or of the reader's own partnerships.
type partnersView struct {
	Rows      []memberRow
	Authority bool
	Invites   bool
	Platforms []option
	Standings []option
	Waiting   int // acts that wait for a second person
	Letters   int // that nobody opened
	Drafts    int // lateness findings that nobody was shown yet
	Narrows   bool
	None      bool // nobody is on any platform of the reader's
}

// memberRow is one partnership in a list.
type memberRow struct {
	partnership.Standing
	Base, OnName  string
	Badge         standingBadge
	Since, Until  spanned
	Sure          bool
	Next          *owedRow
	Marks         int
	Contested     int
	Waiting       int
	Decided       *time.Time
	UnitNames     []string
	ours          bool
	authorityName string
}

// owedRow is what is owed next, by whom.
type owedRow struct {
	Words string
	Who   string
	Mine  bool
	DueAt spanned
	When  *time.Time
	Past  bool
}

// Heading names the row: the member for its authority, the platform for a member.
func (r memberRow) Heading() string {
	if r.ours {
		return r.Name
	}
	return r.OnName
}

// Under is the other name of the row.
func (r memberRow) Under() string {
	if r.ours {
		return r.OnName
	}
	return r.authorityName
}

func (s *Site) partnersPage(v *visit) error {
	platforms, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	if err != nil {
		return err
	}
	list, err := v.o.Circles.Members(v.ctx(), v.Who, "")
	if err != nil {
		return err
	}
	on := map[string]partner.Platform{}
	d := partnersView{Platforms: []option{{"", v.t("partner.every-platform")}}, Standings: []option{{"", v.t("partner.every-standing")}}}
	for _, p := range platforms {
		on[p.ID] = p
		d.Platforms = append(d.Platforms, option{p.ID, p.Name})
		d.Invites = d.Invites || actsFor(v.Who, p.Authority)
	}
	for _, st := range partner.Standings() {
		d.Standings = append(d.Standings, option{string(st), v.t("partner.standing." + string(st))})
	}
	if d.Authority, _, err = v.onSide(); err != nil {
		return err
	}
	waits := map[string]int{}
	if d.Authority {
		asked, err := v.o.Circles.Asked(v.ctx(), v.Who)
		if err != nil {
			return err
		}
		for _, a := range asked {
			waits[a.Member]++
		}
		d.Waiting = len(asked)
		found, err := v.o.Circles.AllFindings(v.ctx(), v.Who, "")
		if err != nil {
			return err
		}
		for _, f := range found {
			if f.State == partnership.FindingDraft && f.Side == partnership.OfAuthority {
				d.Drafts++
			}
		}
	}
	platform, standing := v.Form.Get("platform"), v.Form.Get("standing")
	d.Narrows, d.None = platform != "" || standing != "", len(list) == 0
	for _, m := range list {
		if platform != "" && m.Platform != platform || standing != "" && string(m.State.Standing) != standing {
			continue
		}
		row := v.memberRow(m, on[m.Platform])
		row.Waiting = waits[m.ID]
		d.Rows = append(d.Rows, row)
	}
	if d.Letters, err = v.unopened(); err != nil {
		return err
	}
	title := v.t("partner.title")
	if !d.Authority {
		title = v.t("partner.title-ours")
	}
	return v.show("partners", title, "partners", d)
}

// unopened counts the letters that nobody of the reader's side has opened.
func (v *visit) unopened() (int, error) {
	letters, err := v.o.Circles.Inbox(v.ctx(), v.Who)
	n := 0
	for _, l := range letters {
		if l.Served == nil {
			n++
		}
	}
	return n, err
}

func (v *visit) memberRow(m partnership.Standing, p partner.Platform) memberRow {
	zone := p.Terms.Zone
	r := memberRow{Standing: m, Base: partnerAddress(m.ID), OnName: p.Name, Badge: badgeOf(m.State.Standing), Since: v.span(m.State.Since, false, zone), Sure: m.State.Sure(),
		ours: m.Side != partnership.OfMember, authorityName: v.o.Identity.OrgName(v.ctx(), p.Authority)}
	if j := m.State.Agreement; j != nil {
		r.Until = v.span(j.Until, true, zone)
	}
	for _, x := range m.State.Marks {
		if x.EndedBy == "" {
			r.Marks++
			if len(x.Contested) > 0 {
				r.Contested++
			}
		}
	}
	r.Next = v.owedNext(m, p)
	return r
}

// yearlyFar is how far ahead the yearly review is no next thing to do.
const yearlyFar = 60 * 24 * time.Hour

// owedNext is what is owed next in a partnership, by either side.
func (v *visit) owedNext(m partnership.Standing, p partner.Platform) *owedRow {
	h := partnerHead{Standing: m, On: p, Base: partnerAddress(m.ID), Zone: p.Terms.Zone, Ours: m.Side != partnership.OfMember}
	var best *actStep
	consider := func(r actStep) {
		if r.Act == "partner-renewed" && (r.When == nil || r.When.Sub(v.Now) > yearlyFar) {
			return
		}
		switch {
		case best == nil, r.When != nil && best.When == nil, r.When != nil && best.When != nil && r.When.Before(*best.When):
			best = &r
		}
	}
	for _, st := range partner.Steps(m.State, p.Terms, v.Now) {
		if st.Allowed && (st.Owed || st.Act == "hearing-answered") {
			consider(v.actStep(h, st))
		}
	}
	for _, c := range m.State.Calls {
		if len(c.Answers) == 0 {
			consider(actStep{Step: partner.Step{Act: "assessed", Actor: "member"}, Title: v.t("partner.act.answer-call"), DueAt: v.span(c.Due, true, h.Zone), When: whenOf(c.Due), Past: c.Overdue})
		}
	}
	if best == nil {
		return nil
	}
	r := owedRow{Words: best.Title, DueAt: best.DueAt, When: best.When, Past: best.Past, Who: m.Name}
	r.Mine = (best.Actor == "authority") == h.Ours
	if best.Actor == "authority" {
		r.Who = v.o.Identity.OrgName(v.ctx(), p.Authority)
	}
	return &r
}

// inviteView is the form that invites an organisation: first who and where, then
// the rest.
type inviteView struct {
	Platforms, Orgs     []option
	Platform, Org, Name string
	Units               []option
	Levels, Kinds       []option
	On                  partner.Platform
	Key                 string
	Wrong               string
}

func (s *Site) inviteForm(v *visit) error {
	d, err := v.inviting()
	if err != nil {
		return err
	}
	return v.show("partner-invite", v.t("partner.invite"), "partners", d)
}

// inviting makes the form, for those who act for an authority.
func (v *visit) inviting() (inviteView, error) {
	d := inviteView{Platform: v.r.FormValue("platform"), Org: v.r.FormValue("org"), Key: v.Form.Get("key")}
	if d.Key == "" {
		d.Key = newKey()
	}
	platforms, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	if err != nil {
		return d, err
	}
	for _, p := range platforms {
		if actsFor(v.Who, p.Authority) {
			d.Platforms = append(d.Platforms, option{p.ID, p.Name})
			if p.ID == d.Platform || d.Platform == "" && len(d.Platforms) == 1 {
				d.On = p
			}
		}
	}
	if len(d.Platforms) == 0 {
		return d, notYours()
	}
	members, err := v.o.Circles.Members(v.ctx(), v.Who, d.On.ID)
	if err != nil {
		return d, err
	}
	orgs, err := v.o.Identity.Orgs(v.ctx(), "", mostInvitable)
	if err != nil {
		return d, err
	}
	above := map[string]string{}
	for _, o := range orgs {
		above[o.ID] = o.PartOf
		there := slices.ContainsFunc(members, func(m partnership.Standing) bool { return m.Org == o.ID })
		if o.ID != d.On.Authority && o.Standing != partner.Left && !there {
			d.Orgs = append(d.Orgs, option{o.ID, o.Name})
			if o.ID == d.Org {
				d.Name = o.Name
			}
		}
	}
	for _, o := range orgs {
		for up, n := o.PartOf, 0; up != "" && d.Org != "" && n < 16; up, n = above[up], n+1 {
			if up == d.Org {
				d.Units = append(d.Units, option{o.ID, o.Name})
				break
			}
		}
	}
	slices.SortFunc(d.Orgs, func(a, b option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	d.Orgs = append([]option{{"", v.t("common.choose")}}, d.Orgs...)
	for _, g := range d.On.Terms.Levels {
		d.Levels = append(d.Levels, option{g.ID, v.gradeWords(d.On.Terms.Levels, g.ID)})
	}
	for _, g := range d.On.Terms.Kinds {
		d.Kinds = append(d.Kinds, option{g.ID, v.gradeWords(d.On.Terms.Kinds, g.ID)})
	}
	return d, nil
}

// inviteDo invites. Whoever is invited reads its side of the file from then on.
func (s *Site) inviteDo(v *visit) error {
	d, err := v.inviting()
	if err != nil {
		return err
	}
	if !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	get := func(name string) string { return strings.TrimSpace(v.Form.Get(name)) }
	a := partnership.InviteAsked{Platform: d.On.ID, Org: d.Org, Units: v.Form["unit"], Words: get("words"),
		Agreement: partner.Agreement{Kind: get("kind"), Level: get("level"), All: get("all") != "", Keywords: wordLines(get("keywords")), Products: wordLines(get("products")), Signed: partner.Signature{Hash: get("hash")}}}
	c := partner.Contact{Name: get("contact-name"), Role: get("contact-role"), Mail: get("contact-mail"), Phone: get("contact-phone"), OutOfHours: get("contact-night"), Fingerprint: get("contact-key")}
	if c.Name+c.Role+c.Mail+c.Phone+c.OutOfHours+c.Fingerprint != "" {
		if c.Name == "" {
			v.problem("contact-name", "common.field-missing")
		}
		if c.Mail == "" && c.Phone == "" {
			v.problem("contact-mail", "partner.contact-missing")
		}
		a.Agreement.Contacts = []partner.Contact{c}
	}
	if d.Name == "" {
		v.problem("org", "common.field-missing")
	}
	if a.Words == "" {
		v.problem("words", "common.field-missing")
	}
	if !v.ok() {
		return v.again("partner-invite", v.t("partner.invite"), "partners", d)
	}
	m, err := v.o.Circles.Invite(v.ctx(), v.Who, a, "") // sent twice, it is on the platform already
	switch kind := fault.KindOf(err); {
	case err != nil && (kind == fault.Invalid || kind == fault.Conflict):
		d.Wrong = err.Error()
		v.problemOf("", d.Wrong)
		return v.again("partner-invite", v.t("partner.invite"), "partners", d)
	case err != nil:
		return err
	}
	v.sides.acted()
	return v.done(partnerAddress(m.ID), "act-done")
}

// wordLines cuts what was typed at line ends and commas.
func wordLines(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == '，' || r == ';' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
