package security

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// patterns walks the router itself: every pattern on the mux, however it came
// there. The mux has no method for it, so its fields are read; TestWalkTheRouter
// holds what is found against patterns that are known to be there.
func patterns(mux *http.ServeMux) []string {
	var out []string
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			if p := v.FieldByName("pattern"); p.IsValid() && p.Kind() == reflect.Pointer && !p.IsNil() {
				if s := p.Elem().FieldByName("str"); s.IsValid() {
					out = append(out, s.String())
				}
			}
			for i := range v.NumField() {
				switch v.Type().Field(i).Name {
				case "pattern", "handler":
				default:
					walk(v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Value())
			}
		}
	}
	walk(reflect.ValueOf(mux).Elem().FieldByName("tree"))
	slices.Sort(out)
	return slices.Compact(out)
}

func TestWalkTheRouter(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	known := []string{"/", "GET /a", "GET /a/{$}", "POST /a/{x}", "GET /a/{x}/b", "GET example.org/c", "/d/", "GET /e/{rest...}",
		"DELETE /f1", "DELETE /f2", "DELETE /f3", "DELETE /f4", "DELETE /f5", "DELETE /f6", "DELETE /f7", "DELETE /f8", "DELETE /f9"}
	for _, p := range known {
		mux.HandleFunc(p, func(http.ResponseWriter, *http.Request) {})
	}
	slices.Sort(known)
	if got := patterns(mux); !slices.Equal(got, known) {
		t.Errorf("the walk of the router finds\n%q, and there are\n%q", got, known)
	}
}

// route is what the walk knows of a pattern.
type route struct {
	// what is in the address or the form and belongs to a case: case, event, duty,
	// seat, approval, snapshot; or person, org, roles, token, session, passkey,
	// which belong to somebody. "" is none, and then Why says why.
	of    string
	why   string
	path  string   // with {handle}, {event}, …, for what the pattern does not say: the query
	form  string   // a valid form, with the same words in it
	json  string   // or JSON
	leads bool     // to another page, whatever there is
	by    []string // people to whom it is open by office
}

// TestEveryRouteHasALine: a route that nobody thought of fails, and so does a line
// without a route.
func TestEveryRouteHasALine(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	found := patterns(w.mux)
	if len(found) < 80 {
		t.Errorf("only %d routes are found", len(found))
	}
	for _, wanted := range []string{"GET /cases/{handle}/plan", "GET /api/v1/cases/{case}", "/checkpoint", "GET /healthz", "/", "/api/v1/"} {
		if !slices.Contains(found, wanted) {
			t.Errorf("the walk of the router does not find %s", wanted)
		}
	}
	for _, p := range found {
		r, ok := routes[p]
		switch {
		case !ok:
			t.Errorf("%s has no line in the table of routes: say what belongs to a case in it, or why nothing does", p)
		case r.of == "" && r.why == "":
			t.Errorf("%s: of what, or why of nothing?", p)
		case r.of == "" && (strings.Contains(p, "{handle}") || strings.Contains(p, "{case}")):
			t.Errorf("%s has a case in its address", p)
		}
	}
	for p := range routes {
		if !slices.Contains(found, p) {
			t.Errorf("%s is in the table and not on the router", p)
		}
	}
}
