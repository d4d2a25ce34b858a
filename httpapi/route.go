package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/access"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// operation is one line of the API: where it is, what it asks, what it gives.
type operation struct {
	id, method, path string
	tag              string
	summary, about   string
	act              access.Act // that a token's scopes must name; "" for what every token may
	public           bool
	fails            []fault.Kind // beside invalid, forbidden and unavailable
	takes            *content
	gives            map[int]*content
}

// content is a body as the document describes it.
type content struct {
	of      any      // a value of the type of the JSON; nil for none
	named   string   // a component instead of `of`
	example any      // of the JSON
	also    []string // other media types, as text
	tagged  bool     // comes with an ETag
}

// add registers an operation. The handler gives a whole reply or an error, and
// nothing of either is written before it returns.
func add[I any](a *api, op operation, h func(ctx context.Context, c *call, in *I) (*reply, error)) {
	type out struct{ Body func(huma.Context) }
	a.ops = append(a.ops, op)
	o := &a.ops[len(a.ops)-1]
	kept := *o
	hop := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Tags: []string{op.tag},
		Summary: op.summary, Description: op.about,
		Metadata:  map[string]any{"operation": &kept},
		Responses: a.responses(op),
	}
	if !op.public {
		hop.Security = []map[string][]string{{"token": {}}}
	}
	huma.Register(a.huma, hop, func(ctx context.Context, in *I) (*out, error) {
		c := callOf(ctx)
		p, err := h(ctx, c, in)
		return &out{Body: func(huma.Context) {
			if err != nil {
				a.refuse(c.w, c.r, err)
				return
			}
			p.write(c.w, c.r)
		}}, nil
	})
	a.routes.HandleFunc(op.method+" "+Prefix+op.path, func(http.ResponseWriter, *http.Request) {})
	// The body is documented after registration: huma would read it otherwise,
	// and decode is stricter.
	if op.takes != nil {
		item := a.huma.OpenAPI().Paths[op.path]
		documented := item.Post
		if op.method == http.MethodPut {
			documented = item.Put
		}
		documented.RequestBody = &huma.RequestBody{Required: true, Content: a.media(op.takes)}
	}
}

// responses describes what an operation answers.
func (a *api) responses(op operation) map[string]*huma.Response {
	out := map[string]*huma.Response{}
	for status, c := range op.gives {
		r := &huma.Response{Description: http.StatusText(status), Headers: map[string]*huma.Param{}}
		if c != nil {
			r.Content = a.media(c)
			if c.tagged {
				r.Headers["ETag"] = &huma.Param{Description: "Changes when what you see changes; it tells nothing else.", Schema: &huma.Schema{Type: "string"}}
				out["304"] = &huma.Response{Description: "Nothing has changed since the tag in If-None-Match."}
			}
		}
		out[strconv.Itoa(status)] = r
	}
	kinds := map[int][]fault.Kind{}
	fails := slices.Concat(op.fails, []fault.Kind{fault.Invalid, fault.Unavailable, fault.Internal})
	if !op.public {
		fails = append(fails, fault.Forbidden)
		out["401"] = a.failing("No token that counts was shown.", nil)
		out["429"] = a.failing("Too many requests; Retry-After says when to come back.", nil)
	}
	for _, k := range fails {
		s := edge.Status(k)
		if !slices.Contains(kinds[s], k) {
			kinds[s] = append(kinds[s], k)
		}
	}
	for s, ks := range kinds {
		out[strconv.Itoa(s)] = a.failing("", ks)
	}
	out["400"] = a.failing("The request cannot be read.", nil)
	if op.takes != nil {
		out["412"] = a.failing("If-Match names another state than the one that is there.", nil)
		out["413"] = a.failing("The body is too large.", nil)
		if op.method == http.MethodPut {
			out["428"] = a.failing("If-Match is missing: who sends none would undo what they have not seen.", nil)
		}
		out["415"] = a.failing("The body is of a type that is not taken.", nil)
	}
	return out
}

// failing describes an error answer.
func (a *api) failing(words string, kinds []fault.Kind) *huma.Response {
	if words == "" {
		slices.Sort(kinds)
		words = fmt.Sprintf("Kind: %s.", join(kinds, " or "))
	}
	return &huma.Response{Description: words, Content: map[string]*huma.MediaType{problemJSON: {Schema: a.schemaOf(Problem{})}}}
}

func join[T ~string](words []T, sep string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += sep
		}
		s += string(w)
	}
	return s
}

// media describes a body.
func (a *api) media(c *content) map[string]*huma.MediaType {
	out := map[string]*huma.MediaType{}
	if c.of != nil || c.named != "" {
		m := &huma.MediaType{Example: c.example}
		if c.named != "" {
			m.Schema = &huma.Schema{Ref: "#/components/schemas/" + c.named}
		} else {
			m.Schema = a.schemaOf(c.of)
		}
		out["application/json"] = m
	}
	for _, t := range c.also {
		out[t] = &huma.MediaType{}
		if t != yamlType { // in YAML it is the same tree as in JSON
			out[t].Schema = &huma.Schema{Type: "string"}
		}
	}
	return out
}

func (a *api) schemaOf(v any) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(v), true, "")
}

// Parameters that many operations share.

// InCase names the case.
type InCase struct {
	Case string `path:"case" maxLength:"200" doc:"The case's handle, or the id in its file." example:"TOC-2021-0001"`
}

// Paged asks for a part of a list.
type Paged struct {
	After string `query:"after" maxLength:"400" doc:"The cursor of the page before: its next."`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"The most entries of a page."`
}

// Keyed makes a write safe to send again.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"128" pattern:"^[!-~]*$" doc:"A word of your own for this request. Sent again with the same word it is answered again and done once; the word is durable before the answer." example:"4f1c9e0a-import-7"`
}

// Matched makes a write depend on what was seen.
type Matched struct {
	Match string `header:"If-Match" maxLength:"400" doc:"The ETag of the case as you saw it: if anything that you see has changed since, nothing is done."`
}

// Conditional spares an answer that would be the same.
type Conditional struct {
	NoneMatch string `header:"If-None-Match" maxLength:"2000" doc:"ETag of the answer that you have: 304 if it would be the same."`
}

// instant reads an RFC 3339 parameter.
func instantOf(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, inParameter("query."+name, "%q is not an RFC 3339 time such as 2026-11-22T09:00:00Z", s)
	}
	return t, nil
}

// inParameter is an invalid parameter.
func inParameter(name, format string, args ...any) error {
	f := fault.At("", 0, "", format, args...)
	p := newProblem(edge.Status(fault.Invalid), fault.Invalid, f.Error())
	p.Errors = []Where{{Detail: f.Error(), Parameter: name}}
	return p
}
