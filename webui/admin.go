package webui

import (
	"tocsin/access"
	"tocsin/internal/fault"
)

// routesAdmin puts the administration on the mux. Looking asks the table for
// the office, changing also for a fresh proof of who somebody is.
func (s *Site) routesAdmin() {
	s.office("GET /admin", func(v *visit) error { v.redirect("/admin/people"); return nil }, 0)
	s.office("GET /admin/people", s.adminPeople, 0)
	s.office("GET /admin/people/new", s.adminPersonNew, 0)
	s.office("POST /admin/people", s.adminPersonAdd, fresh)
	s.office("GET /admin/people/{id}", s.adminPerson, 0)
	s.office("POST /admin/people/{id}", s.adminPersonSave, fresh)
	s.office("POST /admin/people/{id}/link", s.adminLink, fresh)
	s.office("POST /admin/people/{id}/access", s.adminAccess, fresh)
	s.office("POST /admin/people/{id}/sso", s.adminSSO, fresh)
	s.office("GET /admin/organisations", s.adminOrgs, 0)
	s.office("GET /admin/organisations/new", s.adminOrgNew, 0)
	s.office("POST /admin/organisations", s.adminOrgSave, fresh)
	s.office("GET /admin/organisations/{id}", s.adminOrg, 0)
	s.office("POST /admin/organisations/{id}", s.adminOrgSave, fresh)
	s.office("GET /admin/roles", s.adminRoles, 0)
	s.office("POST /admin/roles/{id}", s.adminRoleDecide, fresh)
	s.office("GET /admin/log", s.adminLog, 0)
	s.office("GET /admin/log/{seq}", s.adminNote, 0)
	s.office("GET /admin/platform", s.adminPlatform, 0)
}

// office registers a page of the administration. Whether the reader holds the
// office is the table's to say; that a step-up is lacking does not hinder to
// look.
func (s *Site) office(pattern string, h handler, n needs) {
	s.page(pattern, func(v *visit) error {
		d := access.Decide(access.Administer, v.Who, access.Matter{})
		if !d.Allowed && !d.Lacks(access.StepUp) {
			return fault.New(fault.NotFound, "there is no such page here")
		}
		return h(v)
	}, n)
}

// mustOffice refuses whoever may not administer at this moment.
func (v *visit) mustOffice() error {
	d := access.Decide(access.Administer, v.Who, access.Matter{})
	if d.Allowed {
		return nil
	}
	return denied{d}
}

// denied is a refusal of the table as an error.
type denied struct{ d access.Decision }

func (e denied) Error() string            { return "the table of access refuses this: " + e.d.Code }
func (e denied) Refused() access.Decision { return e.d }

// Unwrap gives the kind of the refusal.
func (e denied) Unwrap() error { return fault.New(e.d.Kind, "you may not do this") }
