package identity

import (
	"context"

	"tocsin/access"
	"tocsin/partner"
)

// Who is asking is checked by these methods themselves: by is the person, and
// only an administrator who stepped up may change others (access.Administer).

// Person gives a person; fault.NotFound.
func (s *Service) Person(ctx context.Context, id string) (partner.Person, int64, error) {
	panic("todo")
}

// People lists people in order of their ids.
func (s *Service) People(ctx context.Context, after string, limit int) ([]partner.Person, error) {
	panic("todo")
}

// Orgs lists organisations.
func (s *Service) Orgs(ctx context.Context, after string, limit int) ([]partner.Org, error) {
	panic("todo")
}

// Org gives an organisation.
func (s *Service) Org(ctx context.Context, id string) (partner.Org, int64, error) { panic("todo") }

// PutOrg makes (version 0) or changes an organisation.
func (s *Service) PutOrg(ctx context.Context, by access.Reader, o partner.Org, version int64) (partner.Org, error) {
	panic("todo")
}

// PutPerson makes (version 0) or changes a person. To give somebody a role of
// the platform asks for another administrator: it waits (partner.Person is as it
// was, and the RoleRequest is set).
func (s *Service) PutPerson(ctx context.Context, by access.Reader, p partner.Person, version int64) (partner.Person, *RoleRequest, error) {
	panic("todo")
}

// RoleRequest is a change of platform roles that waits for another administrator.
type RoleRequest struct {
	ID     string         `json:"id"`
	Person string         `json:"person"`
	Roles  []partner.Role `json:"roles"`
	By     string         `json:"by"`
	Asked  string         `json:"asked"`
}

// RoleRequests lists those that wait.
func (s *Service) RoleRequests(ctx context.Context) ([]RoleRequest, error) { panic("todo") }

// DecideRoles grants or declines. Whoever is the only administrator may grant
// alone, and the log says so.
func (s *Service) DecideRoles(ctx context.Context, by access.Reader, id string, grant bool) error {
	panic("todo")
}

// SaveProfile changes what a person may change of themself: name, zone,
// language, theme, deputies. The place is an administrator's to change, since
// it opens and closes cases.
func (s *Service) SaveProfile(ctx context.Context, p partner.Person, version int64) error {
	panic("todo")
}

// First makes the first administrator, if there is nobody yet, and gives a link.
func (s *Service) First(ctx context.Context) (secret string, made bool, err error) { panic("todo") }

// OrgName gives the name of an organisation, "" if there is none.
func (s *Service) OrgName(ctx context.Context, id string) string { panic("todo") }

// PersonName gives the name of a person, "" if there is none.
func (s *Service) PersonName(ctx context.Context, id string) string { panic("todo") }
