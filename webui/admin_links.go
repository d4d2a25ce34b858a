package webui

import (
	"net/http"
	"net/url"

	"tocsin/internal/fault"
)

// adminLink makes a one-time link for somebody and shows it in the answer, the
// only time.
func (s *Site) adminLink(v *visit) error {
	if err := v.mustOffice(); err != nil {
		return err
	}
	purpose := v.Form.Get("purpose")
	if purpose != "invite" && purpose != "recovery" {
		return fault.New(fault.Invalid, "a link is for an invitation or a recovery")
	}
	p, version, err := s.o.Identity.Person(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	if p.ID == v.Who.Person {
		return fault.New(fault.Forbidden, "nobody makes a link for themself")
	}
	secret, l, err := s.o.Identity.NewLink(v.ctx(), p.ID, purpose, 0, v.Who.Person)
	if err != nil {
		return err
	}
	scheme := "http://"
	if s.o.Secure {
		scheme = "https://"
	}
	return v.personForm(http.StatusOK, personForm{
		Person: p, Version: version, Link: scheme + v.r.Host + "/in/" + url.PathEscape(secret), LinkFor: l,
	})
}

// adminAccess shuts a person out, or lets them in again.
func (s *Site) adminAccess(v *visit) error {
	p, _, err := s.o.Identity.Person(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	p.Disabled = v.Form.Get("disabled") == "yes"
	if p.Disabled && v.Form.Get("sure") != "on" {
		v.problem("sure", "common.field-missing")
		return v.personForm(http.StatusUnprocessableEntity, personForm{Person: p, Version: v.formInt("version")})
	}
	if _, _, err := s.o.Identity.PutPerson(v.ctx(), v.Who, p, v.formInt("version")); err != nil {
		return err
	}
	return v.done("/admin/people/"+url.PathEscape(p.ID), "saved")
}

// adminSSO lets a person come in once by a verified address at the provider.
func (s *Site) adminSSO(v *visit) error {
	id := v.r.PathValue("id")
	if err := s.o.Identity.AllowSSO(v.ctx(), v.Who, id, v.Form.Get("email")); err != nil {
		return err
	}
	return v.done("/admin/people/"+url.PathEscape(id), "saved")
}
