package webui

import (
	"net/http"
	"slices"
	"time"

	"tocsin/partner"
)

// deputised is what the page of the deputies shows.
type deputised struct {
	Person  partner.Person
	Version int64
	Names   map[string]string // id of a deputy → name
	Choices []option
	For     []string // names of those whose deputy the reader is now
	Today   string
}

// maxColleagues bounds the list from which a deputy is chosen.
const maxColleagues = 500

func (s *Site) deputies(v *visit) error { return v.deputies(http.StatusOK) }

func (v *visit) deputies(status int) error {
	p, version, err := v.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	d := deputised{Person: p, Version: version, Names: map[string]string{}, Today: v.Now.In(v.Zone).Format(time.DateOnly)}
	for _, x := range p.Deputies {
		d.Names[x.Person] = v.o.Identity.PersonName(v.ctx(), x.Person)
	}
	for _, id := range v.Session.For {
		d.For = append(d.For, v.o.Identity.PersonName(v.ctx(), id))
	}
	colleagues, err := v.colleagues(p)
	if err != nil {
		return err
	}
	d.Choices = []option{{"", v.t("common.choose")}}
	slices.SortFunc(colleagues, byName)
	for _, c := range colleagues {
		d.Choices = append(d.Choices, option{c.ID, c.Name})
	}
	return v.showStatus(status, "settings-deputies", v.t("settings.deputies-title"), "settings", d)
}

// colleagues are the people who share an organisation with p: others are not
// p's to know of.
func (v *visit) colleagues(p partner.Person) ([]partner.Person, error) {
	var out []partner.Person
	after := ""
	for len(out) < maxColleagues {
		page, err := v.o.Identity.People(v.ctx(), after, 200)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if c.ID != p.ID && !c.Disabled && shareOrg(c, p) {
				out = append(out, c)
			}
		}
		if len(page) < 200 {
			break
		}
		after = page[len(page)-1].ID
	}
	return out, nil
}

func shareOrg(a, b partner.Person) bool {
	for _, m := range a.Member {
		if slices.ContainsFunc(b.Member, func(x partner.Membership) bool { return x.Org == m.Org }) {
			return true
		}
	}
	return false
}

// deputyAdd names a deputy from the begin of a day to the end of another, in
// the reader's zone.
func (s *Site) deputyAdd(v *visit) error {
	p, _, err := s.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	who := v.Form.Get("person")
	from, err1 := time.ParseInLocation(time.DateOnly, v.Form.Get("from"), v.Zone)
	until, err2 := time.ParseInLocation(time.DateOnly, v.Form.Get("until"), v.Zone)
	until = until.AddDate(0, 0, 1)
	colleagues, err := v.colleagues(p)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(colleagues, func(c partner.Person) bool { return c.ID == who }) {
		v.problem("person", "common.field-missing")
	}
	if err1 != nil {
		v.problem("from", "common.field-missing")
	}
	if err2 != nil || !until.After(from) || !until.After(v.Now) {
		v.problem("until", "settings.until-wrong")
	}
	if !v.ok() {
		return v.deputies(http.StatusUnprocessableEntity)
	}
	p.Deputies = append(slices.Clone(p.Deputies), partner.Deputy{Person: who, From: from, Until: until})
	if err := s.o.Identity.SaveProfile(v.ctx(), p, v.formInt("version")); err != nil {
		return err
	}
	return v.done("/settings/deputies", "saved")
}

func (s *Site) deputyDrop(v *visit) error {
	p, _, err := s.o.Identity.Person(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	n := int(v.formInt("n"))
	if n >= 0 && n < len(p.Deputies) {
		p.Deputies = slices.Delete(slices.Clone(p.Deputies), n, n+1)
	}
	// The version of the page is sent back: n is a place in the list that it showed.
	if err := s.o.Identity.SaveProfile(v.ctx(), p, v.formInt("version")); err != nil {
		return err
	}
	return v.done("/settings/deputies", "removed")
}
