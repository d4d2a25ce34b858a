package webui

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/partnership"
)

// lookView is the search for earlier knowledge: the report that arrived, and who
// may have known before.
type lookView struct {
	Platforms  []option
	On         partner.Platform
	Zone       string // of the days that are typed
	Case       *lookCase
	Flaws      string
	Purls      string
	Names      string
	Received   string
	By         string
	Ready      bool // it was looked
	At         spanned
	Members    []lookRow
	Others     []lookRow // who is no member of the platform
	Found      int
	Cases      int
	Weighed    int
	Weigh      string // address that looks at the duties of the next cases
	Next       string // address of further cases
	Limbs      []option
	Asked      url.Values // the report, for the forms
	NotWeighed bool
}

// lookCase is the case from which somebody looks.
type lookCase struct{ Title, Href, Handle string }

// lookRow is somebody who may have known before.
type lookRow struct {
	Name, Country string
	Base          string // of the membership
	Member        string
	Standing      *standingBadge
	Several       bool // it may be one of several members: people tell them apart
	Own           bool // the reader belongs to it too, and decides nothing about it
	E             evidenceView
}

func (s *Site) findingLook(v *visit) error {
	d, err := v.look()
	if err != nil {
		return err
	}
	return v.show("finding-look", v.t("findings.look"), "partners", d)
}

// look reads the report from the address, and looks where it says enough.
func (v *visit) look() (lookView, error) {
	d := lookView{}
	if err := v.need(v.o.Desk != nil, v.t("findings.look")); err != nil {
		return d, err
	}
	runs, err := v.runs()
	if err != nil {
		return d, err
	}
	if len(runs) == 0 {
		if authority, _, err := v.onSide(); err != nil || authority {
			return d, cmp.Or(err, fault.New(fault.Forbidden, "this is for those who act for the authority themselves"))
		}
		return d, notYours()
	}
	d.On = runs[0]
	for _, p := range runs {
		d.Platforms = append(d.Platforms, option{p.ID, p.Name})
		if p.ID == v.r.FormValue("platform") {
			d.On = p
		}
	}
	d.Zone = cmp.Or(d.On.Terms.Zone, "UTC")
	if err := d.fromCase(v); err != nil {
		return d, err
	}
	get := func(name, was string) string {
		if !v.r.Form.Has(name) {
			return was
		}
		return strings.TrimSpace(strings.ReplaceAll(clipText(v.r.FormValue(name), 4000), "\r\n", "\n"))
	}
	d.Flaws, d.Purls, d.Names, d.Received, d.By = get("flaws", d.Flaws), get("purls", d.Purls), get("names", d.Names), get("received", d.Received), get("by", d.By)
	d.Asked = url.Values{"platform": {d.On.ID}, "flaws": {d.Flaws}, "purls": {d.Purls}, "names": {d.Names}, "received": {d.Received}, "by": {d.By}}
	if d.Case != nil {
		d.Asked.Set("case", d.Case.Handle)
	}
	d.Limbs = []option{{string(partnership.ReportLimb), v.t("findings.limb.report")}, {string(partnership.SupportLimb), v.t("findings.limb.support")}}
	if !v.r.Form.Has("received") && d.Case == nil {
		return d, nil // nobody asked yet
	}
	asked, ok := d.asked(v)
	if !ok {
		return d, nil
	}
	return d, d.find(v, asked)
}

// fromCase fills the report in from a case: what it is about, and when the
// authority was first told of it.
func (d *lookView) fromCase(v *visit) error {
	handle := v.r.FormValue("case")
	if handle == "" {
		return nil
	}
	seen, err := v.o.Desk.See(v.ctx(), v.Who, handle)
	if err != nil {
		return err
	}
	c := seen.Case
	d.Case = &lookCase{cmp.Or(c.File.Title, c.File.Case), "/cases/" + url.PathEscape(seen.Handle), seen.Handle}
	d.Flaws = strings.Join(c.Vulnerabilities, "\n")
	var purls, names []string
	for i := range c.Products {
		switch p := &c.Products[i]; {
		case p.Assumed:
		case p.Purl != "":
			purls = append(purls, p.Purl)
		case p.Name != "" && len(c.Vulnerabilities) == 0: // by a name alone much else is found
			names = append(names, p.Name)
		}
	}
	d.Purls, d.Names = strings.Join(purls, "\n"), strings.Join(names, "\n")
	first := time.Time{}
	for i := range c.Events {
		e := &c.Events[i]
		s := c.Span(e)
		if e.Kind != "reported" && e.Kind != "notified" || e.Denies || starts(s).IsZero() || !toAuthority(c, e, seen, d.On.Authority) {
			continue
		}
		if at := starts(s); first.IsZero() || at.Before(first) {
			first = at
			d.Received, d.By = lookTime(s, d.zone()), partyName(c, e.By)
		}
	}
	return nil
}

// toAuthority tells whether an event told the authority: the party of its seat, or
// a party that is one.
func toAuthority(c *casefile.Case, e *casefile.Event, seen *coordination.Seen, org string) bool {
	for _, to := range e.To {
		for _, s := range seen.Seats {
			if s.Org == org && s.Party == to {
				return true
			}
		}
		if p := c.Party(to); p != nil && slices.ContainsFunc(p.Roles, func(r casefile.Ref) bool { return r.ID == "authority" || r.ID == "sharing-authority" }) {
			return true
		}
	}
	return false
}

func (d *lookView) zone() *time.Location {
	if loc, err := calendar.Zone(d.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// lookTime writes the beginning of an interval as a field of a browser has it: a
// day where no more is known.
func lookTime(s calendar.Span, zone *time.Location) string {
	at := starts(s).In(zone)
	switch {
	case !s.Certain():
		return at.Format(time.DateOnly)
	case at.Second() != 0:
		return at.Format("2006-01-02T15:04:05")
	}
	return at.Format("2006-01-02T15:04")
}

// asked is the report, once all of it is there; what is missing is noted beside
// its field.
func (d *lookView) asked(v *visit) (coordination.EarlierAsked, bool) {
	a := coordination.EarlierAsked{Lang: v.Lang, Report: earlier.Report{Flaws: splitWords(d.Flaws), Purls: strings.Fields(d.Purls), Names: splitLines(d.Names), By: d.By}}
	if len(a.Flaws)+len(a.Purls)+len(a.Names) == 0 {
		v.problem("flaws", "findings.names-nothing")
	}
	switch span, ok := spanTyped(d.Received, d.zone()); {
	case d.Received == "":
		v.problem("received", "findings.earlier-than-what")
	case !ok:
		v.problem("received", "newcase.no-time")
	default:
		a.Received = span
	}
	a.After = v.r.FormValue("after")
	a.Skip, _ = strconv.Atoi(v.r.FormValue("skip"))
	return a, v.ok()
}

// spanTyped reads a day, or a moment, of a clock in a zone.
func spanTyped(text string, zone *time.Location) (calendar.Span, bool) {
	if d, err := calendar.ParseDate(text); err == nil {
		return calendar.Span{Earliest: d.Start(zone), Latest: d.Start(zone).AddDate(0, 0, 1).Add(-time.Second)}, true
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return calendar.Instant(t), true
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	return calendar.Instant(t), err == nil
}

// splitLines cuts a text into its lines.
func splitLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// find looks, and puts members of the platform first.
func (d *lookView) find(v *visit, a coordination.EarlierAsked) error {
	all, found, err := v.o.Circles.Look(v.ctx(), v.Who, d.On.ID, a)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		v.problem("flaws", "findings.too-much")
		return nil
	}
	if err != nil {
		return err
	}
	d.Ready, d.At, d.Cases, d.Weighed, d.Found = true, v.span(a.Received, false, d.Zone), found.Cases, found.Weighed, len(all)
	d.NotWeighed = found.Skip > 0 || a.Skip > 0
	q := url.Values{}
	for k, x := range d.Asked {
		q[k] = x
	}
	if found.Skip > 0 {
		q.Set("after", a.After)
		q.Set("skip", strconv.Itoa(found.Skip))
		d.Weigh = "/findings/look?" + q.Encode()
	}
	if found.Next != "" {
		q.Set("after", found.Next)
		q.Del("skip")
		d.Next = "/findings/look?" + q.Encode()
	}
	tell := v.evidence(d.Zone)
	members, err := v.o.Circles.Members(v.ctx(), v.Who, d.On.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		row := lookRow{Name: c.Name, Country: c.Country, Several: len(c.Orgs) > 1 && c.Membership == nil}
		if row.E, err = tell.view(c.Member); err != nil {
			return err
		}
		if c.Membership == nil {
			d.Others = append(d.Others, row)
			continue
		}
		row.Member, row.Base = c.Membership.ID, partnerAddress(c.Membership.ID)
		if i := slices.IndexFunc(members, func(m partnership.Standing) bool { return m.ID == row.Member }); i >= 0 {
			b := badgeOf(members[i].State.Standing)
			row.Standing, row.Name, row.Own = &b, members[i].Name, members[i].Side == partnership.OfBoth
		}
		d.Members = append(d.Members, row)
	}
	return nil
}

// findingMake keeps a draft about one of those that were found.
func (s *Site) findingMake(v *visit) error {
	d, err := v.look()
	if err != nil {
		return err
	}
	if !v.ok() || !d.Ready {
		return v.again("finding-look", v.t("findings.look"), "partners", d)
	}
	asked, _ := d.asked(v)
	asked.After, asked.Skip = "", 0
	f, err := v.o.Circles.Find(v.ctx(), v.Who, v.Form.Get("member"), partnership.Limb(v.Form.Get("limb")), clipText(v.Form.Get("words"), 4000), asked)
	switch kind := fault.KindOf(err); {
	case err == nil:
		return v.done(findingAddress(f.ID), "finding-made")
	case kind == fault.Invalid || kind == fault.Conflict:
		words := map[bool]string{true: "findings.choose-limb", false: "findings.nothing-tells"}[kind == fault.Invalid]
		v.problem("limb-"+v.Form.Get("member"), words)
		return v.again("finding-look", v.t("findings.look"), "partners", d)
	}
	return err
}
