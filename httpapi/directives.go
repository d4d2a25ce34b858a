package httpapi

import (
	"context"
	"net/http"
	"time"

	"tocsin/access"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/tasking"
)

// Tasks is the directives on sharing platforms (tasking.Service).
type Tasks interface {
	List(ctx context.Context, who access.Reader, f tasking.Filter) ([]tasking.Row, error)
	Draft(ctx context.Context, who access.Reader, platform string, text []byte, key string) (*tasking.View, error)
	Get(ctx context.Context, who access.Reader, id string, at time.Time) (*tasking.View, error)
	File(ctx context.Context, who access.Reader, id string) (*directive.Directive, error)
	Act(ctx context.Context, who access.Reader, id string, a directive.Act, expected int, key string) (*tasking.View, error)
	Report(ctx context.Context, who access.Reader, id string, at time.Time) (*directive.Closing, error)
}

// InDirective names a directive.
type InDirective struct {
	ID string `path:"id" maxLength:"100"`
}

// At asks for an instant.
type At struct {
	At time.Time `query:"at" doc:"An instant that is over; now without it."`
}

func (a *api) addDirectives() {
	if a.o.Tasks == nil {
		return
	}
	type listIn struct {
		InPlatform
		Status string `query:"status" enum:"draft,issued,ended"`
	}
	add(a, operation{
		id: "directives", method: http.MethodGet, path: "/platforms/{platform}/directives", tag: "sharing", act: access.See, summary: "Directives on a platform",
		about: "Drafts first, then those in force, the newest first. A member sees those that reach its organisation, or may.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: DirectiveList{}}},
	}, func(ctx context.Context, c *call, in *listIn) (*reply, error) {
		rows, err := a.o.Tasks.List(ctx, c.reader, tasking.Filter{Platform: in.Platform, Status: tasking.Status(in.Status)})
		if err != nil {
			return nil, err
		}
		out := DirectiveList{Directives: []DirectiveLine{}}
		for _, r := range rows {
			out.Directives = append(out.Directives, directiveLine(r))
		}
		return sends(http.StatusOK, out)
	})
	type draftIn struct {
		InPlatform
		Keyed
	}
	add(a, operation{
		id: "draft-directive", method: http.MethodPost, path: "/platforms/{platform}/directives", tag: "sharing", act: access.Add, summary: "Draft a directive",
		about: "For the authority: a tocsin-directive/1 without acts, in JSON or YAML. Its members are set from the memberships of the platform. It binds nobody: a token has no fresh sign-in, so that a person issues it on its page.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict}, takes: &content{of: directive.File{}, also: []string{yamlType}}, gives: map[int]*content{201: {of: WholeDirective{}}},
	}, func(ctx context.Context, c *call, in *draftIn) (*reply, error) {
		text, err := c.body(maxBody, jsonType, yamlType, "text/yaml")
		if err != nil {
			return nil, err
		}
		v, err := a.o.Tasks.Draft(ctx, c.reader, in.Platform, text, in.Key)
		if err != nil {
			return nil, err
		}
		r, err := sends(http.StatusCreated, wholeDirective(v))
		if err == nil {
			r.location = Prefix + "/directives/" + v.ID
		}
		return r, err
	})
	type getIn struct {
		InDirective
		At
	}
	add(a, operation{
		id: "directive", method: http.MethodGet, path: "/directives/{id}", tag: "sharing", act: access.See, summary: "A directive and how far it is",
		about: "For the authority the state of all members; for a member its own side alone. Its words are in …/file.", fails: []fault.Kind{fault.NotFound}, gives: map[int]*content{200: {of: WholeDirective{}}},
	}, func(ctx context.Context, c *call, in *getIn) (*reply, error) {
		v, err := a.o.Tasks.Get(ctx, c.reader, in.ID, in.At.At)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, wholeDirective(v))
	})
	type fileIn struct {
		InDirective
		Format string `query:"format" enum:"json,yaml" doc:"Instead of Accept."`
		Accept string `header:"Accept" doc:"application/json or application/yaml."`
	}
	add(a, operation{
		id: "directive-file", method: http.MethodGet, path: "/directives/{id}/file", tag: "sharing", act: access.See, summary: "A directive as a document, with the acts on it",
		about: "A tocsin-directive/1, which tocsin directive show reads: whole for the authority, its own side for a member.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: directive.File{}, also: []string{yamlType}}},
	}, func(ctx context.Context, c *call, in *fileIn) (*reply, error) {
		d, err := a.o.Tasks.File(ctx, c.reader, in.ID)
		if err != nil {
			return nil, err
		}
		format, write := asText(in.Format, in.Accept, fileFormats, "yaml"), d.YAML
		if format == "json" {
			write = d.JSON
		}
		data, err := write()
		if err != nil {
			return nil, err
		}
		return &reply{status: http.StatusOK, kind: fileFormats[format], body: data, file: opaque.ReplaceAllString(d.ID, "-") + "." + format}, nil
	})
	type actIn struct {
		InDirective
		Keyed
		Expected int `query:"expected" minimum:"-1" default:"-1" doc:"Version that you saw: if it has moved on, nothing is done."`
	}
	add(a, operation{
		id: "directive-act", method: http.MethodPost, path: "/directives/{id}/acts", tag: "sharing", act: access.Add, summary: "Put an act on a directive on record",
		about: "A member acts for itself and its units, also while it is suspended; the authority decides, extends and reminds. Acts are only ever added. Closing and superseding want a fresh sign-in, which no token has.",
		fails: []fault.Kind{fault.NotFound, fault.Conflict}, takes: &content{of: NewDirectiveAct{}, example: map[string]any{"kind": "progressed", "steps": []any{"move"}, "done": 12, "total": 21}},
		gives: map[int]*content{201: {of: WholeDirective{}}},
	}, func(ctx context.Context, c *call, in *actIn) (*reply, error) {
		var b NewDirectiveAct
		if err := c.decode(&b); err != nil {
			return nil, err
		}
		v, err := a.o.Tasks.Act(ctx, c.reader, in.ID, b.act(), in.Expected, in.Key)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusCreated, wholeDirective(v))
	})
	add(a, operation{
		id: "directive-report", method: http.MethodGet, path: "/directives/{id}/report", tag: "sharing", act: access.See, summary: "The closing report",
		about: "For the authority: figures and what is still open, without a judgement of anyone. Before the end it is an interim report.", fails: []fault.Kind{fault.NotFound, fault.Conflict},
		gives: map[int]*content{200: {of: directive.Closing{}}},
	}, func(ctx context.Context, c *call, in *getIn) (*reply, error) {
		r, err := a.o.Tasks.Report(ctx, c.reader, in.ID, in.At.At)
		if err != nil {
			return nil, err
		}
		return sends(http.StatusOK, r)
	})
}
