package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// Directory reads people and organisations (identity.Service).
type Directory interface {
	Person(ctx context.Context, id string) (partner.Person, int64, error)
	People(ctx context.Context, after string, limit int) ([]partner.Person, error)
	Org(ctx context.Context, id string) (partner.Org, int64, error)
	Orgs(ctx context.Context, after string, limit int) ([]partner.Org, error)
}

// Changes changes people and organisations (identity.Service). It checks itself
// that who asks is an administrator.
type Changes interface {
	PutPerson(ctx context.Context, by access.Reader, p partner.Person, version int64) (partner.Person, *identity.RoleRequest, error)
	PutOrg(ctx context.Context, by access.Reader, o partner.Org, version int64) (partner.Org, error)
}

// PersonList is a page of people.
type PersonList struct {
	People []Person `json:"people"`
	Next   string   `json:"next,omitempty"`
}

// Person is somebody who can sign in.
type Person struct {
	ID       string         `json:"id,omitempty" yaml:"id"`
	Name     string         `json:"name" yaml:"name" example:"A. Example"`
	Login    string         `json:"login" yaml:"login" doc:"An e-mail address or a name; unique without regard to case." example:"a@acme.example"`
	Platform []partner.Role `json:"platform,omitempty" yaml:"platform" enum:"administrator,coordinator" doc:"To give one asks for another administrator (roles)."`
	Member   []Membership   `json:"member,omitempty" yaml:"member"`
	Place    string         `json:"place,omitempty" yaml:"place" doc:"Country where the person works: it opens and closes cases." example:"DE"`
	Zone     string         `json:"zone,omitempty" yaml:"zone"`
	Lang     string         `json:"lang,omitempty" yaml:"lang"`
	Theme    string         `json:"theme,omitempty" yaml:"theme"`
	Deputies []Deputy       `json:"deputies,omitempty" yaml:"deputies"`
	Disabled bool           `json:"disabled,omitempty" yaml:"disabled"`
}

// Membership is a person's place in an organisation.
type Membership struct {
	Org   string         `json:"org" yaml:"org"`
	Roles []partner.Role `json:"roles" yaml:"roles" enum:"responder,counsel,observer"`
}

// Deputy may act for a person until a day.
type Deputy struct {
	Person string `json:"person" yaml:"person"`
	From   string `json:"from,omitempty" yaml:"from" format:"date-time"`
	Until  string `json:"until" yaml:"until" format:"date-time" doc:"Exclusive."`
}

// Changed is a person as they are now, with what waits.
type Changed struct {
	Person  Person       `json:"person"`
	Request *RoleRequest `json:"request,omitempty" doc:"A change of platform roles that waits for another administrator."`
}

func personOf(p partner.Person) Person {
	out := Person{ID: p.ID, Name: p.Name, Login: p.Login, Platform: p.Platform, Place: p.Place, Zone: p.Zone, Lang: p.Lang, Theme: p.Theme, Disabled: p.Disabled}
	for _, m := range p.Member {
		out.Member = append(out.Member, Membership{Org: m.Org, Roles: some(m.Roles)})
	}
	for _, d := range p.Deputies {
		out.Deputies = append(out.Deputies, Deputy{Person: d.Person, From: d.From.Format(time.RFC3339), Until: d.Until.Format(time.RFC3339)})
	}
	return out
}

func (p Person) partner(id string) (partner.Person, error) {
	if p.ID != "" && p.ID != id {
		return partner.Person{}, fault.At(bodyName, 0, "id", "is not that of the address")
	}
	out := partner.Person{ID: id, Name: p.Name, Login: p.Login, Platform: p.Platform, Place: p.Place, Zone: p.Zone, Lang: p.Lang, Theme: p.Theme, Disabled: p.Disabled}
	for _, m := range p.Member {
		out.Member = append(out.Member, partner.Membership{Org: m.Org, Roles: m.Roles})
	}
	for i, d := range p.Deputies {
		from, err := optional(d.From)
		if err != nil {
			return out, fault.At(bodyName, 0, "deputies.from", "of number %d: %q is not an RFC 3339 time", i+1, d.From)
		}
		until, err := optional(d.Until)
		if err != nil || until.IsZero() {
			return out, fault.At(bodyName, 0, "deputies.until", "of number %d: %q is not an RFC 3339 time", i+1, d.Until)
		}
		out.Deputies = append(out.Deputies, partner.Deputy{Person: d.Person, From: from, Until: until})
	}
	return out, nil
}

func optional(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, s)
}

// administers asks access whether the reader may administer; tokens by the word.
func administers(r access.Reader) error {
	return allowed(access.Decide(access.Administer, r, access.Matter{}))
}

func allowed(d access.Decision) error {
	if d.Allowed {
		return nil
	}
	kind := d.Kind
	if kind == "" || kind == fault.NotFound {
		kind = fault.Forbidden // an act of the platform hides nothing
	}
	return &denied{error: fault.New(kind, "this is an act of administrators"), d: d}
}

// denied carries what the table said.
type denied struct {
	error
	d access.Decision
}

func (d *denied) Unwrap() error { return d.error }

func (d *denied) Because() (string, string, []string) { return d.d.Code, d.d.Citation, d.d.Needs }

func (a *api) addPeople() {
	if a.o.Directory == nil || a.o.Changes == nil {
		return
	}
	add(a, operation{
		id: "people", method: http.MethodGet, path: "/people", tag: "administration", act: access.Administer, summary: "People", about: "In order of their ids.",
		gives: map[int]*content{200: {of: PersonList{}}},
	}, func(ctx context.Context, c *call, in *Paged) (*reply, error) {
		if err := administers(c.reader); err != nil {
			return nil, err
		}
		list, err := a.o.Directory.People(ctx, in.After, in.Limit+1)
		if err != nil {
			return nil, err
		}
		out := PersonList{People: []Person{}}
		for i, p := range list {
			if i == in.Limit {
				out.Next = list[i-1].ID
				break
			}
			out.People = append(out.People, personOf(p))
		}
		return sends(http.StatusOK, out)
	})
	type one struct {
		Person string `path:"person" maxLength:"100"`
		Conditional
	}
	add(a, operation{
		id: "person", method: http.MethodGet, path: "/people/{person}", tag: "administration", act: access.Administer, summary: "A person", about: "Send the ETag as If-Match to change them.",
		fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: Person{}, tagged: true}},
	}, func(ctx context.Context, c *call, in *one) (*reply, error) {
		if err := administers(c.reader); err != nil {
			return nil, err
		}
		p, v, err := a.o.Directory.Person(ctx, in.Person)
		if err != nil {
			return nil, err
		}
		return tagged(a.versionTag("person", p.ID, v), personOf(p))
	})
	add(a, operation{
		id: "new-person", method: http.MethodPost, path: "/people", tag: "administration", act: access.Administer, summary: "Make a person",
		about: "They sign in by a one-time link that an administrator makes in the pages.", fails: []fault.Kind{fault.Conflict},
		takes: &content{of: Person{}, example: map[string]any{"name": "A. Example", "login": "a@acme.example", "place": "DE", "member": []any{map[string]any{"org": "o3f8x1", "roles": []any{"responder"}}}}},
		gives: map[int]*content{201: {of: Changed{}}},
	}, func(ctx context.Context, c *call, _ *struct{}) (*reply, error) {
		var b Person
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		return a.putPerson(ctx, c, b, "", 0, http.StatusCreated)
	})
	type put struct {
		Person string `path:"person" maxLength:"100"`
		Matched
	}
	add(a, operation{
		id: "put-person", method: http.MethodPut, path: "/people/{person}", tag: "administration", act: access.Administer, summary: "Change a person",
		about: "As a whole; If-Match is needed. To disable somebody ends their sessions and tokens.", fails: []fault.Kind{fault.NotFound, fault.Conflict},
		takes: &content{of: Person{}, example: map[string]any{"name": "A. Example", "login": "a@acme.example"}}, gives: map[int]*content{200: {of: Changed{}}},
	}, func(ctx context.Context, c *call, in *put) (*reply, error) {
		if err := administers(c.reader); err != nil {
			return nil, err
		}
		var b Person
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		_, v, err := a.o.Directory.Person(ctx, in.Person)
		if err != nil {
			return nil, err
		}
		if err := a.holds(in.Match, a.versionTag("person", in.Person, v)); err != nil {
			return nil, err
		}
		return a.putPerson(ctx, c, b, in.Person, v, http.StatusOK)
	})
}

func (a *api) putPerson(ctx context.Context, c *call, b Person, id string, version int64, status int) (*reply, error) {
	p, err := b.partner(id)
	if err != nil {
		return nil, err
	}
	p, req, err := a.o.Changes.PutPerson(ctx, c.reader, p, version)
	if err != nil {
		return nil, err
	}
	out := Changed{Person: personOf(p)}
	if req != nil {
		r := requestOf(*req)
		out.Request = &r
	}
	r, err := sends(status, out)
	if err == nil && status == http.StatusCreated {
		r.location = Prefix + "/people/" + p.ID
	}
	return r, err
}

// versionTag is the tag of something of which who may see it sees all.
func (a *api) versionTag(what, id string, version int64) string {
	return a.seal(what, id, time.Unix(0, version).UTC().Format(time.RFC3339Nano))
}

// holds is for changes of a whole: who sends no tag would undo what they have not
// seen (RFC 6585, 3).
func (a *api) holds(match, tag string) error {
	switch {
	case match == "":
		return newProblem(http.StatusPreconditionRequired, fault.Invalid, "If-Match is needed: read it first, and send its ETag")
	case !matches(match, tag, false):
		return newProblem(http.StatusPreconditionFailed, fault.Conflict, "it is not as you saw it any more; read it again, and decide again")
	}
	return nil
}
