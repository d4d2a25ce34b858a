package httpapi

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Roles is changes of platform roles that wait (identity.Service).
type Roles interface {
	RoleRequests(ctx context.Context) ([]identity.RoleRequest, error)
	DecideRoles(ctx context.Context, by access.Reader, id string, grant bool) error
}

// RoleList is the changes that wait.
type RoleList struct {
	Requests []RoleRequest `json:"requests"`
}

// RoleRequest is a change of platform roles that waits for another administrator.
type RoleRequest struct {
	ID     string         `json:"id"`
	Person string         `json:"person"`
	Roles  []partner.Role `json:"roles"`
	By     string         `json:"by"`
	Asked  string         `json:"asked"`
}

// Grant is the body of a decision on roles.
type Grant struct {
	Grant bool `json:"grant" yaml:"grant"`
}

func requestOf(r identity.RoleRequest) RoleRequest {
	return RoleRequest{ID: r.ID, Person: r.Person, Roles: some(r.Roles), By: r.By, Asked: r.Asked}
}

func (a *api) addRoles() {
	if a.o.Roles == nil {
		return
	}
	add(a, operation{
		id: "role-requests", method: http.MethodGet, path: "/roles", tag: "administration", act: access.Administer, summary: "Changes of platform roles that wait",
		about: "To make somebody an administrator or coordinator takes two administrators.", gives: map[int]*content{200: {of: RoleList{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		if err := administers(c.reader); err != nil {
			return nil, err
		}
		list, err := a.o.Roles.RoleRequests(ctx)
		if err != nil {
			return nil, err
		}
		out := RoleList{Requests: []RoleRequest{}}
		for _, r := range list {
			out.Requests = append(out.Requests, requestOf(r))
		}
		return sends(http.StatusOK, out)
	})
	type in struct {
		ID string `path:"id" maxLength:"100"`
	}
	add(a, operation{
		id: "decide-roles", method: http.MethodPost, path: "/roles/{id}", tag: "administration", act: access.Administer, summary: "Grant or decline platform roles",
		about: "As another administrator than the one who asked.", fails: []fault.Kind{fault.NotFound, fault.Conflict},
		takes: &content{of: Grant{}, example: map[string]any{"grant": true}}, gives: map[int]*content{204: nil},
	}, func(ctx context.Context, c *call, in *in) (*reply, error) {
		var b struct {
			Grant *bool `yaml:"grant"`
		}
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if b.Grant == nil {
			return nil, fault.At(bodyName, 0, "grant", "is missing")
		}
		if err := a.o.Roles.DecideRoles(ctx, c.reader, in.ID, *b.Grant); err != nil {
			return nil, err
		}
		return &reply{status: http.StatusNoContent}, nil
	})
}
