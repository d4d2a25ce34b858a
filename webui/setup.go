package webui

import "tocsin/identity"

// setup is where a session begins that may only set up credentials: after the
// first link, an invitation or a recovery.
func (s *Site) setup(v *visit) error {
	if !v.Session.Limited {
		v.redirect("/desk")
		return nil
	}
	c, err := s.o.Identity.Of(v.ctx(), v.Session.Person)
	if err != nil {
		return err
	}
	return v.show("setup", v.t("signin.setup-title"), "", struct {
		identity.Credentials
		Passkeyed bool // passkeys work at this address
	}{c, s.o.Identity.Passkeys()})
}

// home is where changes of credentials lead back to.
func (v *visit) home() string {
	if v.Session != nil && v.Session.Limited {
		return "/setup"
	}
	return "/settings/sign-in"
}
