package webui

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// How long a flash and a sign-on elsewhere wait.
const (
	flashLife = time.Minute
	ssoLife   = 10 * time.Minute
)

// proving is what the page shows on which a reader proves who they are again.
type proving struct {
	To       string
	Back     string // a page to look at, where the form cannot be sent again
	Repeat   bool   // To is sent the form in Kept again, afterwards
	Kept     []option
	Password bool
	Code     bool
	Passkey  bool
	SSO      string
	Frozen   bool
	Wrong    string
}

// stepPrefix begins the names of the fields that are the page's own.
const stepPrefix = "step-"

// askStepUp lets the reader prove who they are, and go on where they were. A
// form that was sent is kept in the page and sent again by the browser itself.
func (v *visit) askStepUp() {
	if v.scripted {
		to := "/step-up?" + url.Values{"to": {v.refererPath(v.r)}}.Encode()
		if err := v.jsonStatus(http.StatusForbidden, map[string]string{"to": to}); err != nil {
			v.fail(err)
		}
		return
	}
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		v.redirect("/step-up?" + url.Values{"to": {v.r.URL.RequestURI()}}.Encode())
		return
	}
	if v.r.PostForm == nil || v.r.MultipartForm != nil {
		v.redirect("/step-up?" + url.Values{"to": {v.refererPath(v.r)}}.Encode())
		return
	}
	var kept []option
	for name, values := range v.r.PostForm {
		for _, value := range values {
			kept = append(kept, option{name, value})
		}
	}
	slices.SortFunc(kept, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
	p, err := v.proving(v.r.URL.RequestURI())
	if err == nil {
		p.Repeat, p.Kept, p.Back = true, kept, v.refererPath(v.r)
		err = v.showStatus(http.StatusForbidden, "step-up", v.t("signin.step-title"), "", p)
	}
	if err != nil {
		v.fail(err)
	}
}

// refererPath is the page that a form stood on, if it is one of ours. Where that
// was the answer to a form, it is the nearest page above that can be asked for.
func (s *Site) refererPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/desk"
	}
	for at := here(u.RequestURI(), "/desk"); ; {
		of, err := url.Parse(at)
		if err != nil {
			return "/desk"
		}
		if _, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, Host: r.Host, URL: of}); strings.HasPrefix(pattern, "GET ") {
			return at
		}
		above := path.Dir(of.EscapedPath())
		if above == "/" || above == "." {
			return "/desk"
		}
		at = above
	}
}

func (v *visit) proving(to string) (proving, error) {
	c, err := v.o.Identity.Of(v.ctx(), v.Session.Person)
	if err != nil {
		return proving{}, err
	}
	p := proving{
		To: here(to, "/desk"), Back: here(to, "/desk"), Password: c.Password, Code: c.TOTP, Passkey: len(c.Passkeys) > 0,
		Frozen: v.Session.Frozen,
	}
	if len(c.SSO) > 0 {
		p.SSO = v.o.SSO
	}
	return p, nil
}

func (s *Site) stepUpForm(v *visit) error {
	p, err := v.proving(v.Form.Get("to"))
	if err != nil {
		return err
	}
	return v.show("step-up", v.t("signin.step-title"), "", p)
}

// stepUp takes password and code. A form that waits is sent again by 307: the
// browser repeats its body to the page that had asked.
func (s *Site) stepUp(v *visit) error {
	to := here(v.Form.Get(stepPrefix+"to"), "/desk")
	proof := identity.Proof{Password: v.Form.Get(stepPrefix + "password"), Code: v.Form.Get(stepPrefix + "code")}
	if err := s.o.Identity.StepUp(v.ctx(), v.secret, proof, v.came()); err != nil {
		return v.stepUpAgain(err, to)
	}
	if v.Form.Get(stepPrefix+"repeat") == "" {
		return v.done(to, "confirmed")
	}
	v.answered = true
	http.Redirect(v.w, v.r, to, http.StatusTemporaryRedirect)
	return nil
}

// stepUpAgain shows the page once more after a proof that did not do.
func (v *visit) stepUpAgain(err error, to string) error {
	status, wrong := http.StatusForbidden, v.t("signin.wrong")
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.Invalid:
	case fault.Unavailable:
		status, wrong = http.StatusTooManyRequests, v.t("signin.wait")
	default:
		return err
	}
	p, perr := v.proving(to)
	if perr != nil {
		return perr
	}
	p.Wrong, p.Repeat = wrong, v.Form.Get(stepPrefix+"repeat") != ""
	if p.Repeat {
		p.Back = here(v.Form.Get(stepPrefix+"back"), "/desk")
	}
	for name, values := range v.Form {
		for _, value := range values {
			if p.Repeat && !strings.HasPrefix(name, stepPrefix) {
				p.Kept = append(p.Kept, option{name, value})
			}
		}
	}
	return v.showStatus(status, "step-up", v.t("signin.step-title"), "", p)
}

// stepUpSSO proves it by the provider of single sign-on.
func (s *Site) stepUpSSO(v *visit) error {
	address, ticket, err := s.o.Identity.SSOStepUp(v.ctx(), v.secret)
	if err != nil {
		return err
	}
	why := "step-up"
	if v.Form.Get("form") != "" {
		why = "step-up-form"
	}
	return v.toProvider(address, ticket, why, here(v.Form.Get("to"), "/desk"))
}
