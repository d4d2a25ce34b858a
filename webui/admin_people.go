package webui

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/calendar"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// peoplePage is how many people a page lists.
const peoplePage = 100

// listedPerson is a line of the list of people.
type listedPerson struct {
	partner.Person
	Orgs []string
}

// byName sorts people as readers look for them.
func byName(a, b partner.Person) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
}

func (s *Site) adminPeople(v *visit) error {
	people, err := s.o.Identity.People(v.ctx(), v.Form.Get("after"), peoplePage+1)
	if err != nil {
		return err
	}
	d := struct {
		People []listedPerson
		Next   string
	}{}
	if len(people) > peoplePage {
		people = people[:peoplePage]
		d.Next = "?" + url.Values{"after": {people[peoplePage-1].ID}}.Encode()
	}
	// By name within the page: the store turns pages by ids, which say nothing.
	slices.SortFunc(people, byName)
	for _, p := range people {
		x := listedPerson{Person: p}
		for _, m := range p.Member {
			x.Orgs = append(x.Orgs, s.o.Identity.OrgName(v.ctx(), m.Org))
		}
		d.People = append(d.People, x)
	}
	return v.show("admin-people", v.t("admin.people"), "admin", d)
}

// personForm is what the page of one person shows.
type personForm struct {
	Person    partner.Person
	Version   int64
	New       bool
	Waits     *identity.RoleRequest
	Ways      identity.Credentials
	Countries []option
	Orgs      []option
	OrgRoles  []partner.Role
	Platform  []partner.Role
	Link      string // a new one-time link, once
	LinkFor   identity.Link
	Self      bool
	SSOName   string
}

var (
	orgRoles      = partner.Roles()
	platformRoles = partner.PlatformRoles()
)

func (s *Site) adminPersonNew(v *visit) error {
	return v.personForm(http.StatusOK, personForm{New: true})
}

func (s *Site) adminPerson(v *visit) error {
	p, version, err := s.o.Identity.Person(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.personForm(http.StatusOK, personForm{Person: p, Version: version})
}

func (v *visit) personForm(status int, d personForm) error {
	orgs, err := v.allOrgs()
	if err != nil {
		return err
	}
	d.Orgs = []option{{"", v.t("common.none")}}
	for _, o := range orgs {
		d.Orgs = append(d.Orgs, option{o.ID, o.Name})
	}
	d.Countries = append([]option{{"", v.t("common.unknown")}}, countries(v.Lang)...)
	d.OrgRoles, d.Platform, d.SSOName = orgRoles, platformRoles, v.o.SSO
	title := v.t("admin.person-new")
	if !d.New {
		title = v.t("admin.person")
		d.Self = d.Person.ID == v.Who.Person
		if d.Ways, err = v.o.Identity.Of(v.ctx(), d.Person.ID); err != nil {
			return err
		}
		waiting, err := v.o.Identity.RoleRequests(v.ctx())
		if err != nil {
			return err
		}
		for i := range waiting {
			if waiting[i].Person == d.Person.ID {
				d.Waits = &waiting[i]
			}
		}
	}
	return v.showStatus(status, "admin-person", title, "admin", d)
}

// Rows are the memberships of the form: those that are there, and two more.
func (d personForm) Rows() []partner.Membership {
	return append(slices.Clone(d.Person.Member), partner.Membership{}, partner.Membership{})
}

// Has tells whether a list of roles holds one.
func (d personForm) Has(roles []partner.Role, role partner.Role) bool {
	return slices.Contains(roles, role)
}

func (s *Site) adminPersonAdd(v *visit) error {
	p := v.readPerson(partner.Person{})
	if !v.ok() {
		return v.personForm(http.StatusUnprocessableEntity, personForm{New: true, Person: p})
	}
	made, waits, err := s.o.Identity.PutPerson(v.ctx(), v.Who, p, 0)
	if fault.KindOf(err) == fault.Conflict && err != nil {
		v.problem("login", "admin.login-taken")
		return v.personForm(http.StatusConflict, personForm{New: true, Person: p})
	}
	if err != nil {
		return err
	}
	return v.savedPerson(made.ID, waits)
}

func (s *Site) adminPersonSave(v *visit) error {
	was, _, err := s.o.Identity.Person(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	p, version := v.readPerson(was), v.formInt("version")
	if !v.ok() {
		return v.personForm(http.StatusUnprocessableEntity, personForm{Person: p, Version: version})
	}
	_, waits, err := s.o.Identity.PutPerson(v.ctx(), v.Who, p, version)
	if err != nil {
		return err
	}
	return v.savedPerson(p.ID, waits)
}

func (v *visit) savedPerson(id string, waits *identity.RoleRequest) error {
	if waits != nil {
		return v.done("/admin/people/"+url.PathEscape(id), "waits")
	}
	return v.done("/admin/people/"+url.PathEscape(id), "saved")
}

// readMembers reads the memberships of the form: each line is an organisation
// with a box for each role there. Two lines of one organisation are one
// membership, as a person has one in each.
func (v *visit) readMembers() []partner.Membership {
	var out []partner.Membership
	for i, org := range v.Form["org"] {
		if org == "" {
			continue
		}
		at := slices.IndexFunc(out, func(m partner.Membership) bool { return m.Org == org })
		if at < 0 {
			at = len(out)
			out = append(out, partner.Membership{Org: org})
		}
		for _, role := range orgRoles {
			if slices.Contains(v.Form["org-role-"+strconv.Itoa(i)], string(role)) && !slices.Contains(out[at].Roles, role) {
				out[at].Roles = append(out[at].Roles, role)
			}
		}
	}
	for i, m := range out {
		if len(m.Roles) == 0 {
			v.problem("org-"+strconv.Itoa(i), "admin.membership-roles")
		}
	}
	return out
}

// readPerson puts what the form says over a person.
func (v *visit) readPerson(p partner.Person) partner.Person {
	f := v.Form
	p.Name, p.Login = strings.TrimSpace(f.Get("name")), strings.TrimSpace(f.Get("login"))
	p.Place, p.Zone = f.Get("place"), strings.TrimSpace(f.Get("zone"))
	p.Platform = nil
	for _, role := range platformRoles {
		if slices.Contains(f["platform"], string(role)) {
			p.Platform = append(p.Platform, role)
		}
	}
	p.Member = v.readMembers()
	if p.Name == "" {
		v.problem("name", "common.field-missing")
	}
	if p.Login == "" {
		v.problem("login", "common.field-missing")
	}
	if p.Zone != "" {
		if _, err := calendar.Zone(p.Zone); err != nil {
			v.problem("zone", "settings.zone-unknown")
		}
	}
	return p
}
