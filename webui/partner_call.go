package webui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// callView is the form of one call on several members, and the calls there were.
type callView struct {
	On        partner.Platform
	Platforms []option
	About     string // what it is about, as it was typed
	Rows      []callableRow
	Asks      []option
	Picked    map[string]bool // of Asks
	Values    map[string]string
	Key       string
	Rounds    []roundRow
	Wrong     string
	Left      []calledRow // members that were not called on, and why
	Concerned int
}

// callableRow is a member that can be called on.
type callableRow struct {
	ID, Name string
	Badge    standingBadge
	Why      []string
	Picked   bool
}

// calledRow is a member that could not be called on.
type calledRow struct{ Name, Why string }

// roundRow is one call with its answers.
type roundRow struct {
	ID, Href, Text string
	Asks           []string
	Due            spanned
	At             spanned
	All, Answered  int
	Past           bool
	Rows           []roundMember
}

// roundMember is what one member answered.
type roundMember struct {
	Name, Base string
	Answers    []answerRow
	Received   *linked
	Past       bool
}

// callFields are the fields that are kept as they were typed.
var callFields = []string{"text", "due", "number", "signatory", "office", "delegation", "place", "from-address"}

// calling finds the platform that the reader calls on members of.
func (v *visit) calling() (callView, error) {
	var d callView
	platforms, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	if err != nil {
		return d, err
	}
	for _, p := range platforms {
		if actsFor(v.Who, p.Authority) {
			d.Platforms = append(d.Platforms, option{p.ID, p.Name})
			if d.On.ID == "" || p.ID == v.Form.Get("platform") {
				d.On = p
			}
		}
	}
	if d.On.ID == "" {
		return d, notYours()
	}
	d.About, d.Key, d.Picked, d.Values = strings.TrimSpace(v.Form.Get("about")), v.Form.Get("key"), map[string]bool{}, map[string]string{}
	if d.Key == "" {
		d.Key = newKey()
	}
	for _, a := range partner.CallAsks() {
		d.Asks = append(d.Asks, option{a, v.t("partner.asks." + a)})
		d.Picked[a] = slices.Contains(v.Form["asks"], a)
	}
	words := wordLines(d.About)
	facts := partner.Facts{Vulnerabilities: words, Products: words}
	for _, w := range words {
		if strings.HasPrefix(w, "pkg:") {
			facts.Purls = append(facts.Purls, w)
		}
	}
	list, err := v.o.Circles.Concerned(v.ctx(), v.Who, d.On.ID, facts)
	if err != nil {
		return d, err
	}
	for _, m := range list {
		row := callableRow{ID: m.ID, Name: m.Name, Badge: badgeOf(m.State.Standing), Picked: len(m.Why) > 0}
		for _, w := range m.Why {
			if why := v.t("partner.concerns."+w.Why, "wanted", w.Wanted); !slices.Contains(row.Why, why) {
				row.Why = append(row.Why, why)
			}
		}
		if row.Picked {
			d.Concerned++
		}
		d.Rows = append(d.Rows, row)
	}
	return d, nil
}

func (s *Site) callForm(v *visit) error {
	d, err := v.calling()
	if err != nil {
		return err
	}
	d.Values["due"] = v.Now.Add(48 * time.Hour).In(zoneOf(d.On)).Format("2006-01-02T15:04")
	if d.Rounds, err = v.rounds(d.On, false); err != nil {
		return err
	}
	d.Picked["assess"] = true
	if err := d.lastLetter(v); err != nil {
		return err
	}
	return v.show("partner-call", v.t("partner.call"), "partners", d)
}

// lastLetter fills in what the authority wrote in its last letter to one of them.
func (d *callView) lastLetter(v *visit) error {
	if len(d.Rows) == 0 {
		return nil
	}
	m, err := v.o.Circles.Member(v.ctx(), v.Who, d.Rows[0].ID)
	if err != nil {
		return err
	}
	h, err := v.partnershipOf(m, "call")
	if err != nil {
		return err
	}
	for _, name := range callFields[3:] { // a number is of one letter
		for i := len(h.File.Events) - 1; i >= 0 && d.Values[name] == ""; i-- {
			if e := &h.File.Events[i]; e.By == h.State.Authority {
				d.Values[name] = attribute(e, name)
			}
		}
	}
	return nil
}

// zoneOf is the zone of a platform's terms.
func zoneOf(p partner.Platform) *time.Location { return partnerHead{On: p}.zone() }

func (s *Site) callDo(v *visit) error {
	d, err := v.calling()
	if err != nil {
		return err
	}
	if !v.Who.Fresh {
		v.askStepUp()
		return nil
	}
	for _, name := range callFields {
		d.Values[name] = strings.TrimSpace(strings.ReplaceAll(v.Form.Get(name), "\r\n", "\n"))
	}
	for i := range d.Rows {
		d.Rows[i].Picked = slices.Contains(v.Form["member"], d.Rows[i].ID)
	}
	a := partnership.CallAsked{Platform: d.On.ID, Members: v.Form["member"], Asks: v.Form["asks"], Text: d.Values["text"], Attributes: map[string]casefile.Scalar{}}
	for _, name := range callFields[2:] {
		if x := d.Values[name]; x != "" {
			a.Attributes[name] = casefile.Scalar{V: x}
		}
	}
	var ok bool
	if a.Due, ok = v.readDay(partnerHead{On: d.On}, d.Values["due"]); !ok {
		v.problem("due", "newcase.no-time")
	}
	if a.Text == "" {
		v.problem("text", "common.field-missing")
	}
	if len(a.Members) == 0 {
		d.Wrong = v.t("partner.call-nobody")
		v.problemOf("", d.Wrong)
	}
	if !v.ok() {
		return v.again("partner-call", v.t("partner.call"), "partners", d)
	}
	round, done, err := v.o.Circles.CallOn(v.ctx(), v.Who, a, d.Key)
	if kind := fault.KindOf(err); err != nil && kind == fault.Invalid {
		d.Wrong = err.Error()
		v.problemOf("", d.Wrong)
		return v.again("partner-call", v.t("partner.call"), "partners", d)
	}
	if err != nil {
		return err
	}
	v.sides.acted()
	for _, c := range done {
		if i := slices.IndexFunc(d.Rows, func(r callableRow) bool { return r.ID == c.Member }); c.Err != nil && i >= 0 {
			d.Left = append(d.Left, calledRow{d.Rows[i].Name, c.Err.Error()})
		} else if i >= 0 {
			d.Rows[i].Picked = false // was called on
		}
	}
	if len(d.Left) > 0 {
		return v.showStatus(http.StatusConflict, "partner-call", v.t("partner.call"), "partners", d)
	}
	return v.done("/partners/calls/"+url.PathEscape(d.On.ID)+"/"+round, "act-done")
}

// callPage is one call with what everybody answered.
func (s *Site) callPage(v *visit) error {
	p, _, err := v.o.Circles.Platform(v.ctx(), v.r.PathValue("platform"))
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return notYours()
	}
	if err != nil {
		return err
	}
	if !actsFor(v.Who, p.Authority) {
		return notYours()
	}
	all, err := v.rounds(p, true)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(r roundRow) bool { return r.ID == v.r.PathValue("round") })
	if i < 0 {
		return notYours()
	}
	return v.show("partner-round", v.t("partner.call-answers"), "partners", all[i])
}

// rounds are the calls on several members of a platform; whole with the words of
// the answers.
func (v *visit) rounds(p partner.Platform, whole bool) ([]roundRow, error) {
	list, err := v.o.Circles.Rounds(v.ctx(), v.Who, p.ID)
	if err != nil {
		return nil, err
	}
	var out []roundRow
	for _, r := range list {
		row := roundRow{ID: r.ID, Href: "/partners/calls/" + url.PathEscape(p.ID) + "/" + r.ID, Text: r.Text, Due: v.span(r.Due, true, p.Terms.Zone), At: v.span(r.At, false, p.Terms.Zone),
			All: len(r.Rows), Answered: r.Answered()}
		for _, a := range r.Asks {
			row.Asks = append(row.Asks, v.t("partner.asks."+a))
		}
		for _, m := range r.Rows {
			row.Past = row.Past || m.Call.Overdue
			if !whole {
				continue
			}
			one, err := v.roundMember(m)
			if err != nil {
				return nil, err
			}
			row.Rows = append(row.Rows, one)
		}
		out = append(out, row)
	}
	return out, nil
}

func (v *visit) roundMember(m partnership.RoundRow) (roundMember, error) {
	h, err := v.partnershipOf(m.Standing, "file")
	if err != nil {
		return roundMember{}, err
	}
	out := roundMember{Name: m.Name, Base: h.Base, Past: m.Call.Overdue}
	out.Answers = (&partnerView{partnerHead: h}).answers(v, m.Call.Answers)
	if m.Call.Received != "" {
		act := v.linkedAct(h, m.Call.Received)
		out.Received = &act
	}
	return out, nil
}
