package webui

import "net/http"

// setup is where a session begins that may only set up credentials: after the
// first link, an invitation or a recovery.
func (s *Site) setup(v *visit) error {
	if !v.Session.Limited {
		v.redirect("/desk")
		return nil
	}
	return v.ways(http.StatusOK)
}

// home is where changes of credentials lead back to.
func (v *visit) home() string {
	if v.Session != nil && v.Session.Limited {
		return "/setup"
	}
	return "/settings/sign-in"
}
