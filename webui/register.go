package webui

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// handler answers one request. What it returns is rendered as an error page.
type handler func(*visit) error

// needs says what a page asks of its reader. The zero value is: a full session.
type needs uint

const (
	public    needs = 1 << iota // strangers may see it too
	limited                     // also a session that may only set up credentials
	frozen                      // also a session that was stopped for unusual reading
	fresh                       // the reader must have proved who they are a short while ago
	sendsJSON                   // the body is JSON from our own script, not a form
	upload                      // the body may be a file form
	anyBody                     // the body is not looked at
	stored                      // the answer may be kept by the browser for a minute
	cacheable                   // what strangers are shown may be kept by anybody for a while
)

// page registers one address. Patterns are of net/http, with a method.
func (s *Site) page(pattern string, h handler, n needs) {
	s.routes = append(s.routes, Route{Pattern: pattern, Public: n&public != 0})
	s.mux.HandleFunc(pattern, s.serve(h, n))
}

// serve finds out who is there, refuses what does not fit, and calls the handler.
func (s *Site) serve(h handler, n needs) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		if err := v.enter(n); err != nil {
			v.fail(err)
			return
		}
		if v.answered {
			return
		}
		if err := h(v); err != nil {
			v.fail(err)
		}
	}
}

// enter checks the session and the body against what the page asks. It may
// answer itself, by sending the reader to where they must go first.
func (v *visit) enter(n needs) error {
	v.scripted, v.keep = n&sendsJSON != 0, n&cacheable != 0
	head := v.w.Header()
	head.Set("Cache-Control", "no-store")
	if n&stored != 0 {
		head.Set("Cache-Control", "private, max-age=60")
	}
	if err := v.who(); err != nil {
		return err
	}
	v.speak()
	if v.Session == nil && n&public == 0 {
		v.toSignIn()
		return nil
	}
	if err := v.body(n); err != nil {
		return err
	}
	switch {
	case v.Session == nil:
	case v.Session.Limited && n&limited == 0:
		v.redirect("/setup")
	case v.Session.Frozen && n&frozen == 0, n&fresh != 0 && !v.Who.Fresh && !v.Session.Limited:
		v.askStepUp()
	}
	return nil
}

// who puts the session and the reader into the visit. No cookie, or one that
// nobody stands behind, is a stranger.
func (v *visit) who() error {
	secret := v.cookie(cookieSession)
	if secret == "" {
		return nil
	}
	session, reader, err := v.o.Identity.Reader(v.ctx(), secret, v.came())
	switch {
	case fault.KindOf(err) == fault.Forbidden && err != nil:
		v.dropCookie(cookieSession)
		return nil
	case err != nil:
		return err
	}
	v.Session, v.Who, v.secret = &session, reader, secret
	return nil
}

// body reads what was sent. Only forms of pages and the JSON of our own script
// are taken: both are told from each other, so that neither can stand in for
// the other.
func (v *visit) body(n needs) error {
	if v.r.Method != http.MethodPost || n&anyBody != 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil {
		return fault.New(fault.Invalid, "the request says no kind of content that can be read")
	}
	switch {
	case n&sendsJSON != 0:
		if kind != "application/json" {
			return fault.New(fault.Invalid, "this address takes JSON")
		}
		return nil
	case kind == "application/x-www-form-urlencoded":
		err = v.r.ParseForm()
	case kind == "multipart/form-data" && n&upload != 0:
		err = v.r.ParseMultipartForm(1 << 20)
	default:
		return fault.New(fault.Invalid, "this address takes a form")
	}
	if err != nil {
		return fault.New(fault.Invalid, "the form cannot be read, or is too large")
	}
	v.Form = v.r.PostForm
	if v.r.MultipartForm != nil {
		v.Form = url.Values(v.r.MultipartForm.Value)
	}
	return nil
}

// toSignIn sends a stranger to the page of signing in, and back afterwards.
func (v *visit) toSignIn() {
	to := "/sign-in"
	if v.r.Method == http.MethodGet {
		to += "?" + url.Values{"to": {v.r.URL.RequestURI()}}.Encode()
	}
	v.redirect(to)
}

// came tells where the request came from.
func (v *visit) came() identity.Came {
	return identity.Came{Address: edge.Address(v.ctx()), Agent: clipText(v.r.UserAgent(), 200)}
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// here makes an address on this platform out of what a form or query says, or
// gives fallback: never another host.
func here(to, fallback string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return fallback
	}
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || len(to) > 2000 {
		return fallback
	}
	return u.RequestURI()
}

func clipText(s string, n int) string {
	s = strings.ToValidUTF8(s, "�")
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
