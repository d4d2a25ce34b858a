package webui

import (
	"tocsin/identity"
)

// askedRole is a request for a role with the names of its people.
type askedRole struct {
	identity.RoleRequest
	PersonName, ByName string
	Own                bool
}

func (s *Site) adminRoles(v *visit) error {
	requests, err := s.o.Identity.RoleRequests(v.ctx())
	if err != nil {
		return err
	}
	var list []askedRole
	for _, r := range requests {
		list = append(list, askedRole{r, s.o.Identity.PersonName(v.ctx(), r.Person), s.o.Identity.PersonName(v.ctx(), r.By), r.By == v.Who.Person})
	}
	return v.show("admin-roles", v.t("admin.roles"), "admin", list)
}

func (s *Site) adminRoleDecide(v *visit) error {
	grant := v.Form.Get("decision") == "approve"
	if err := s.o.Identity.DecideRoles(v.ctx(), v.Who, v.r.PathValue("id"), grant); err != nil {
		return err
	}
	if grant {
		return v.done("/admin/roles", "approved")
	}
	return v.done("/admin/roles", "declined")
}

func (s *Site) adminPlatform(v *visit) error {
	if err := v.need(s.o.Platform != nil, "the page of the platform"); err != nil {
		return err
	}
	p, err := s.o.Platform(v.ctx())
	if err != nil {
		return err
	}
	return v.show("admin-platform", v.t("admin.platform"), "admin", p)
}
