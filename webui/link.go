package webui

import (
	"net/http"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// linkLook shows whose one-time link it is. Looking uses nothing up: programs
// that open links in mails before their reader does no harm.
func (s *Site) linkLook(v *visit) error {
	l, err := s.o.Identity.LookLink(v.ctx(), v.r.PathValue("secret"))
	if err != nil {
		return v.deadLink(err)
	}
	return v.show("link", v.t("signin.link-title"), "", struct {
		Link   identity.Link
		Name   string
		Action string
		To     string // where to go afterwards: the demo shows each person something else first
		Early  bool   // it works only later
	}{l, s.o.Identity.PersonName(v.ctx(), l.Person), v.r.URL.Path, here(v.r.URL.Query().Get("to"), ""), l.From.After(v.Now)})
}

// linkUse signs in by the link and uses it up.
func (s *Site) linkUse(v *visit) error {
	step, err := s.o.Identity.UseLink(v.ctx(), v.r.PathValue("secret"), v.came())
	if err != nil {
		return v.deadLink(err)
	}
	return v.admitted(step, v.Form.Get("to"))
}

// linkEarly shows the link's page again, which says from when it works.
func (v *visit) linkEarly() error {
	v.redirect(v.r.URL.Path)
	return nil
}

// deadLink says that a link does not work, and what to do. Used up, ended and
// never given are one.
func (v *visit) deadLink(err error) error {
	switch fault.KindOf(err) {
	case fault.TooEarly:
		return v.linkEarly()
	case fault.NotFound, fault.Forbidden, fault.Invalid:
		return v.showStatus(http.StatusNotFound, "link-dead", v.t("signin.link-title"), "", nil)
	}
	return err
}
