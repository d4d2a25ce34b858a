package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tocsin/access"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// call is one request on its way to a handler.
type call struct {
	a      *api
	op     *operation
	r      *http.Request
	w      http.ResponseWriter
	reader access.Reader
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// gate stands before every operation: who asks, how often, and whether the
// token's scope names the act. All that is decided before any case is looked at.
func (a *api) gate(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	op := ctx.Operation().Metadata["operation"].(*operation)
	c := &call{a: a, op: op, r: r, w: w}
	if !op.public {
		reader, err := a.who(r)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		if !scoped(reader, op.act) {
			a.refuse(w, r, &Problem{Type: "about:blank", Title: http.StatusText(http.StatusForbidden), Status: http.StatusForbidden, Kind: fault.Forbidden,
				Code: "scope", Detail: "this token was not made for this; its scopes do not name " + string(op.act)})
			return
		}
		c.reader = reader
	}
	if !wellFormed(r) {
		Refuse(w, r, http.StatusBadRequest)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	next(huma.WithValue(ctx, callKey{}, c))
}

// who tells who asks. A cookie is never looked at.
func (a *api) who(r *http.Request) (access.Reader, error) {
	token, given := bearer(r.Header.Values("Authorization"))
	if token == "" {
		return access.Reader{}, stranger(given)
	}
	came := identity.Came{Address: edge.Address(r.Context()), Agent: r.UserAgent()}
	reader, err := a.o.Tokens.TokenReader(r.Context(), token, came)
	switch kind := fault.KindOf(err); {
	case err == nil && reader.Person != "":
	case err == nil, kind == fault.Forbidden, kind == fault.NotFound, kind == fault.Invalid:
		return access.Reader{}, stranger(true)
	default:
		return access.Reader{}, err
	}
	if a.o.Limit != nil {
		if wait, ok := a.o.Limit.Allow(reader.Person); !ok {
			return access.Reader{}, &tooMany{wait: wait}
		}
	}
	return reader, nil
}

// bearer reads the one Authorization header (RFC 6750, 2.1). given tells that
// somebody tried.
func bearer(values []string) (token string, given bool) {
	if len(values) != 1 {
		return "", len(values) > 0
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > 256 || strings.ContainsAny(token, " \t,") {
		return "", true
	}
	return token, true
}

// scoped tells whether a token's scopes name the act. "*" names all but those
// that nobody means when saying "all": they change who may do what, or cannot be
// undone.
func scoped(r access.Reader, act access.Act) bool {
	if act == "" || r.Scopes == nil || slices.Contains(r.Scopes, string(act)) {
		return true
	}
	named := []access.Act{access.Erase, access.Invite, access.Administer, access.Approve, access.BreakGlass}
	return slices.Contains(r.Scopes, "*") && !slices.Contains(named, act)
}

// wellFormed refuses addresses whose words are no text.
func wellFormed(r *http.Request) bool {
	if !utf8.ValidString(r.URL.Path) || strings.ContainsRune(r.URL.Path, 0) {
		return false
	}
	if r.URL.RawQuery == "" {
		return true
	}
	if len(r.URL.RawQuery) > 16<<10 {
		return false
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return false
	}
	for k, vs := range q {
		for _, v := range append(vs, k) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return false
			}
		}
	}
	return true
}

// refuse answers with an error.
func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(err)
	switch e := err.(type) {
	case *unknown:
		w.Header().Set("WWW-Authenticate", e.challenge)
		p = e.problem
	case *tooMany:
		edge.SetRetry(w.Header(), e.wait)
		p = newProblem(http.StatusTooManyRequests, fault.Unavailable, sentences[http.StatusTooManyRequests])
	}
	if p.Status == http.StatusServiceUnavailable {
		edge.SetRetry(w.Header(), 0)
	}
	if p.Kind == fault.Internal && r.Context().Err() == nil {
		a.o.Log.Error("the API failed", "route", r.Pattern, "request", edge.RequestID(r.Context()), "err", err)
	}
	writeProblem(w, r, p)
}

// elsewhere answers what no operation does: a wrong method with the methods that
// the address takes, which is known from the patterns alone and tells nothing of
// what is there, and any other address with 404. Strangers hear neither.
func (a *api) elsewhere(w http.ResponseWriter, r *http.Request) {
	allowed := a.methods(r)
	public := len(allowed) > 0 && a.isPublic(r)
	if !public {
		if _, err := a.who(r); err != nil {
			a.refuse(w, r, err)
			return
		}
	}
	if len(allowed) == 0 {
		Refuse(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	Refuse(w, r, http.StatusMethodNotAllowed)
}

// methods lists the methods of an address by the patterns.
func (a *api) methods(r *http.Request) []string {
	var out []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if a.pattern(r, m) != "" {
			out = append(out, m)
		}
	}
	return out
}

func (a *api) pattern(r *http.Request, method string) string {
	as := &http.Request{Method: method, URL: r.URL, Host: r.Host}
	_, pattern := a.routes.Handler(as)
	return pattern
}

func (a *api) isPublic(r *http.Request) bool {
	for _, op := range a.ops {
		if op.public && a.pattern(r, http.MethodGet) == op.method+" "+Prefix+op.path {
			return true
		}
	}
	return false
}
