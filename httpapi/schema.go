package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/plan"
)

// beginSpec begins the OpenAPI document. Types of other packages are named after
// them: a CaseEvent is casefile.Event.
func beginSpec() *huma.OpenAPI {
	own := reflect.TypeFor[Problem]().PkgPath()
	registry := huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		name := huma.DefaultSchemaNamer(t, hint)
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch pkg := path.Base(t.PkgPath()); {
		case t.PkgPath() == own || t.PkgPath() == "" || strings.EqualFold(pkg, name):
			return name
		case pkg == "casefile":
			return "Case" + name
		default:
			return strings.ToUpper(pkg[:1]) + pkg[1:] + name
		}
	})
	for t, as := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[plan.Instant]():    reflect.TypeFor[time.Time](),
		reflect.TypeFor[casefile.Time]():   reflect.TypeFor[timeSchema](),
		reflect.TypeFor[casefile.Scalar](): reflect.TypeFor[scalarSchema](),
		reflect.TypeFor[casefile.Ref]():    reflect.TypeFor[refSchema](),
		reflect.TypeFor[calendar.Span]():   reflect.TypeFor[spanSchema](),
	} {
		registry.RegisterTypeAlias(t, as)
	}
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Tocsin", Version: "1", Description: aboutAPI,
			License: &huma.License{Name: "See LICENSE in the source"}},
		Servers: []*huma.Server{{URL: Prefix}},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{"token": {
				Type: "http", Scheme: "bearer", BearerFormat: "tocsin_…",
				Description: "An API token, made in the settings. Cookies are never taken here.",
			}},
		},
		Tags: []*huma.Tag{
			{Name: "me", Description: "Who you are, and your tokens"},
			{Name: "desk", Description: "What is owed next, over all cases that you may see"},
			{Name: "cases", Description: "Cases: open, import, read, plan, record"},
			{Name: "acts", Description: "Seats, approvals, erasures, dates that somebody relies on"},
			{Name: "sharing", Description: "Sharing platforms: what goes round on them, who is a member, and where members stand"},
			{Name: "rules", Description: "The law as data"},
			{Name: "ledger", Description: "The public log"},
			{Name: "administration", Description: "People and organisations"},
		},
	}
}

const aboutAPI = "Who must be told of a vulnerability, in what order, by when; and what must not be said.\n\n" +
	"Everything but the log and this document needs a token. What is not there and what is not yours are " +
	"answered alike. Errors are problem+json (RFC 9457) with a kind from a closed list. Lists come in pages: " +
	"send next as after. Writes take an Idempotency-Key, which is durable before the answer, and If-Match."

// timeSchema describes a time of a case file.
type timeSchema struct{}

func (timeSchema) Schema(huma.Registry) *huma.Schema {
	text := &huma.Schema{Type: "string"}
	either := &huma.Schema{AnyOf: []*huma.Schema{text, {Type: "array", Items: text}}}
	return &huma.Schema{
		Description: "RFC 3339, or an object with value, precision and zone, or with bounds (docs/casefile.md, Time).",
		AnyOf: []*huma.Schema{text, {Type: "object", AdditionalProperties: false, Properties: map[string]*huma.Schema{
			"value": text, "precision": {Type: "string", Enum: []any{"second", "minute", "hour", "day", "month"}},
			"from": text, "to": text, "not-before": text, "not-after": text, "zone": either, "likely": either,
		}}},
	}
}

// scalarSchema describes one attribute.
type scalarSchema struct{}

func (scalarSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: "string"}, {Type: "boolean"}, {Type: "number"}, {Type: "null"}}}
}

// refSchema describes a name that may rest on an assumption.
type refSchema struct{}

func (refSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: "string"}, {Type: "object", AdditionalProperties: false, Required: []string{"id"},
		Properties: map[string]*huma.Schema{"id": {Type: "string"}, "assumed": {Type: "boolean"}}}}}
}

// finishSpec says what types alone do not: which pointers may be null, and which
// keys an event needs that is still to be kept. Then the document is fixed.
func (a *api) finishSpec() {
	registry := a.huma.OpenAPI().Components.Schemas
	own := reflect.TypeFor[Problem]().PkgPath()
	a.schemaOf(casefile.Event{})
	for name, s := range registry.Map() {
		t := registry.TypeFromRef("#/components/schemas/" + name)
		if t == nil || t.Kind() != reflect.Struct {
			continue
		}
		for key, f := range fieldsOf(t) {
			prop := s.Properties[key]
			switch {
			case prop == nil:
			case f.Type.Kind() == reflect.Pointer && !prop.Nullable && !strings.Contains(f.Tag.Get("json"), "omit"):
				s.Properties[key] = &huma.Schema{AnyOf: []*huma.Schema{prop, {Type: "null"}}, Description: prop.Description}
			case f.Type.Kind() == reflect.Slice && t.PkgPath() == own:
				prop.Nullable = false // encode is given [] for none
			}
		}
	}
	event := *registry.Map()["CaseEvent"]
	event.Required = []string{"kind", "at"}
	event.Description = "An event as a case file holds it (docs/casefile.md). Without an id it gets the next free one."
	registry.Map()["NewEvent"] = &event
	if a.o.Writes != nil {
		registry.Map()["KeptOrPreview"] = &huma.Schema{AnyOf: []*huma.Schema{a.schemaOf(Kept{}), a.schemaOf(Preview{})}}
	}

	spec, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		panic("httpapi: the OpenAPI document cannot be written: " + err.Error()) // at start, by our own types
	}
	a.spec = append(spec, '\n')
}

func (a *api) addSpec() {
	add(a, operation{
		id: "openapi", method: http.MethodGet, path: "/openapi.json", tag: "me", public: true, summary: "This document",
		about: "OpenAPI 3.1. Needs no token.", gives: map[int]*content{200: {of: map[string]any{}, tagged: true}},
	}, func(context.Context, *call, *struct{}) (*reply, error) {
		return &reply{status: http.StatusOK, body: a.spec, tag: a.seal("openapi", string(a.spec)), public: true}, nil
	})
}

// fieldsOf gives the fields of a struct by their keys in JSON, those of embedded
// structs among them.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	out := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if name := strings.Split(f.Tag.Get("json"), ",")[0]; name != "" && name != "-" && f.IsExported() {
			out[name] = f
		}
	}
	return out
}

// some gives an empty list for none: clients read [] more easily than null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return slices.Clip(list)
}
