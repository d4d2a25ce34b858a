package httpapi

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// OrgList is a page of organisations.
type OrgList struct {
	Organisations []Org  `json:"organisations"`
	Next          string `json:"next,omitempty"`
}

// Org is an organisation.
type Org struct {
	ID       string           `json:"id,omitempty" yaml:"id"`
	Name     string           `json:"name" yaml:"name" example:"Acme Networks"`
	Kind     partner.Kind     `json:"kind" yaml:"kind" enum:"group,legal-entity,unit,project,authority"`
	PartOf   string           `json:"part-of,omitempty" yaml:"part-of" doc:"Id of the group or entity that it belongs to."`
	Country  string           `json:"country,omitempty" yaml:"country" doc:"Of the seat; HK, MO and TW stand apart from CN." example:"DE"`
	Is       []string         `json:"is,omitempty" yaml:"is" doc:"Entries of the directory of authorities."`
	Standing partner.Standing `json:"standing" yaml:"standing" enum:"invited,active,warned,suspended,left"`
	Note     string           `json:"note,omitempty" yaml:"note"`

	On map[string]partner.Stands `json:"on,omitempty" yaml:"on" readOnly:"true" doc:"Where it stands on each sharing platform; follows from the partnership files, and what is sent is not taken."`
}

func (a *api) addOrgs() {
	if a.o.Directory == nil || a.o.Changes == nil {
		return
	}
	add(a, operation{
		id: "organisations", method: http.MethodGet, path: "/organisations", tag: "administration", summary: "Organisations",
		about: "For administrators, and for coordinators, who invite them.", act: access.See, gives: map[int]*content{200: {of: OrgList{}}},
	}, func(ctx context.Context, c *call, in *Paged) (*reply, error) {
		if err := knowsOrgs(c.reader); err != nil {
			return nil, err
		}
		list, err := a.o.Directory.Orgs(ctx, in.After, in.Limit+1)
		if err != nil {
			return nil, err
		}
		out := OrgList{Organisations: []Org{}}
		for i, o := range list {
			if i == in.Limit {
				out.Next = list[i-1].ID
				break
			}
			out.Organisations = append(out.Organisations, Org(o))
		}
		return sends(http.StatusOK, out)
	})
	type one struct {
		Org string `path:"org" maxLength:"100"`
		Conditional
	}
	add(a, operation{
		id: "organisation", method: http.MethodGet, path: "/organisations/{org}", tag: "administration", act: access.See, summary: "An organisation",
		about: "Send the ETag as If-Match to change it.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: Org{}, tagged: true}},
	}, func(ctx context.Context, c *call, in *one) (*reply, error) {
		if err := knowsOrgs(c.reader); err != nil {
			return nil, err
		}
		o, v, err := a.o.Directory.Org(ctx, in.Org)
		if err != nil {
			return nil, err
		}
		return tagged(a.versionTag("organisation", o.ID, v), Org(o))
	})
	add(a, operation{
		id: "new-organisation", method: http.MethodPost, path: "/organisations", tag: "administration", act: access.Administer, summary: "Make an organisation",
		about: "A group, a legal entity of it, a unit, a project or an authority.", fails: []fault.Kind{fault.Conflict},
		takes: &content{of: Org{}, example: map[string]any{"name": "Acme Networks", "kind": "legal-entity", "country": "DE", "standing": "active"}},
		gives: map[int]*content{201: {of: Org{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		var b Org
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if b.ID != "" {
			return nil, fault.At(bodyName, 0, "id", "is given by the platform")
		}
		o, err := a.o.Changes.PutOrg(ctx, c.reader, partner.Org(b), 0)
		if err != nil {
			return nil, err
		}
		r, err := sends(http.StatusCreated, Org(o))
		if err == nil {
			r.location = Prefix + "/organisations/" + o.ID
		}
		return r, err
	})
	type put struct {
		Org string `path:"org" maxLength:"100"`
		Matched
	}
	add(a, operation{
		id: "put-organisation", method: http.MethodPut, path: "/organisations/{org}", tag: "administration", act: access.Administer, summary: "Change an organisation",
		about: "As a whole; If-Match is needed. A change of standing holds from the next request on.", fails: []fault.Kind{fault.NotFound, fault.Conflict},
		takes: &content{of: Org{}, example: map[string]any{"name": "Acme Networks", "kind": "legal-entity", "country": "DE", "standing": "warned"}},
		gives: map[int]*content{200: {of: Org{}}},
	}, func(ctx context.Context, c *call, in *put) (*reply, error) {
		if err := administers(c.reader); err != nil {
			return nil, err
		}
		var b Org
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		if b.ID != "" && b.ID != in.Org {
			return nil, fault.At(bodyName, 0, "id", "is not that of the address")
		}
		_, v, err := a.o.Directory.Org(ctx, in.Org)
		if err != nil {
			return nil, err
		}
		if err := a.holds(in.Match, a.versionTag("organisation", in.Org, v)); err != nil {
			return nil, err
		}
		b.ID = in.Org
		o, err := a.o.Changes.PutOrg(ctx, c.reader, partner.Org(b), v)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, Org(o))
	})
}

// knowsOrgs tells who may see which organisations there are: who they are tells
// who has an agreement with the platform.
func knowsOrgs(r access.Reader) error {
	for _, role := range r.Platform {
		if role == partner.Coordinator {
			return nil
		}
	}
	return administers(r)
}
