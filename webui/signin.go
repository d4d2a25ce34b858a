package webui

import (
	"net/http"
	"net/url"

	"tocsin/identity"
	"tocsin/internal/fault"
)

// routesSignIn puts on the mux how people come in, prove themselves again, and
// leave.
func (s *Site) routesSignIn() {
	s.page("GET /sign-in", s.signInForm, public|limited|frozen)
	s.page("POST /sign-in", s.signIn, public|limited|frozen)
	s.page("POST /sign-in/second", s.signInSecond, public|limited|frozen)
	s.page("POST /sign-in/passkey/begin", s.signInPasskeyBegin, public|limited|frozen|sendsJSON)
	s.page("POST /sign-in/passkey/finish", s.signInPasskeyFinish, public|limited|frozen|sendsJSON)
	s.page("GET /sign-in/sso", s.signInSSO, public|limited|frozen)
	s.page("GET /sign-in/sso/return", s.signInSSOReturn, public|limited|frozen)
	s.page("GET /in/{secret}", s.linkLook, public|limited|frozen)
	s.page("POST /in/{secret}", s.linkUse, public|limited|frozen)
	s.page("GET /setup", s.setup, limited)
	s.page("GET /step-up", s.stepUpForm, limited|frozen)
	s.page("POST /step-up", s.stepUp, limited|frozen)
	s.page("POST /step-up/passkey/begin", s.signInPasskeyBegin, limited|frozen|sendsJSON)
	s.page("POST /step-up/passkey/finish", s.stepUpPasskey, limited|frozen|sendsJSON)
	s.page("GET /step-up/sso", s.stepUpSSO, limited|frozen)
	s.page("POST /sign-out", s.signOut, public|limited|frozen)
}

// entering is what the page of signing in shows.
type entering struct {
	To     string
	SSO    string // name of the provider, "" without one
	Wrong  string // one sentence, the same whatever was wrong
	Ticket string // of the second step
}

func (s *Site) signInForm(v *visit) error {
	if v.Session != nil {
		v.redirect(here(v.Form.Get("to"), "/desk"))
		return nil
	}
	return v.show("sign-in", v.t("signin.title"), "", entering{To: here(v.Form.Get("to"), ""), SSO: s.o.SSO})
}

// signIn takes login and password. Whatever is wrong, the answer is one and the
// same page.
func (s *Site) signIn(v *visit) error {
	step, err := s.o.Identity.Password(v.ctx(), v.Form.Get("login"), v.Form.Get("password"), v.came())
	if err != nil {
		return v.wrong("sign-in", err, entering{To: here(v.Form.Get("to"), ""), SSO: s.o.SSO})
	}
	return v.admitted(step, v.Form.Get("to"))
}

// signInSecond takes the code of an authenticator, or a recovery code.
func (s *Site) signInSecond(v *visit) error {
	ticket := v.Form.Get("ticket")
	step, err := s.o.Identity.Second(v.ctx(), ticket, v.Form.Get("code"), v.came())
	if err != nil {
		return v.wrong("sign-in-second", err, entering{To: here(v.Form.Get("to"), ""), Ticket: ticket})
	}
	return v.admitted(step, v.Form.Get("to"))
}

// wrong shows the form again with a sentence that tells nothing.
func (v *visit) wrong(name string, err error, e entering) error {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Invalid:
		e.Wrong = v.t("signin.wrong")
		return v.showStatus(http.StatusForbidden, name, v.t("signin.title"), "", e)
	case fault.Unavailable:
		e.Wrong = v.t("signin.wait")
		return v.showStatus(http.StatusTooManyRequests, name, v.t("signin.title"), "", e)
	}
	return err
}

// admitted goes on after a step: to the second factor, to setting up, or in.
func (v *visit) admitted(step identity.Step, to string) error {
	if step.Session == nil {
		return v.show("sign-in-second", v.t("signin.title"), "", entering{To: here(to, ""), Ticket: step.Ticket})
	}
	v.entered(step)
	v.redirect(where(step, to))
	return nil
}

// entered sets the cookies of a session, with the theme of its person.
func (v *visit) entered(step identity.Step) {
	v.admit(step.Secret)
	if p, _, err := v.o.Identity.Person(v.ctx(), step.Session.Person); err == nil {
		v.keepTheme(p)
	}
}

func where(step identity.Step, to string) string {
	if step.Session.Limited {
		return "/setup"
	}
	return here(to, "/desk")
}

// signOut ends the session, if there is one.
func (s *Site) signOut(v *visit) error {
	if v.Session != nil {
		if err := s.o.Identity.SignOut(v.ctx(), v.secret); err != nil {
			return err
		}
	}
	v.dropCookie(cookieSession)
	v.w.Header().Set("Clear-Site-Data", `"cache"`)
	return v.done("/sign-in", "signed-out")
}

// signInSSO sends the browser to the provider; what to expect back waits in a
// sealed cookie, so that no other browser can use the answer.
func (s *Site) signInSSO(v *visit) error {
	address, ticket, err := s.o.Identity.SSOBegin(v.ctx())
	if err != nil {
		return err
	}
	return v.toProvider(address, ticket, "in", here(v.Form.Get("to"), "/desk"))
}

func (v *visit) toProvider(address, ticket, why, to string) error {
	value := url.Values{"ticket": {ticket}, "why": {why}, "to": {to}}.Encode()
	v.setCookie(cookieSSO, value, ssoLife, http.SameSiteLaxMode)
	v.answered = true
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// signInSSOReturn takes the provider's answer, for signing in and for proving
// oneself again.
func (s *Site) signInSSOReturn(v *visit) error {
	kept, err := url.ParseQuery(v.cookie(cookieSSO))
	v.dropCookie(cookieSSO)
	if err != nil || kept.Get("ticket") == "" {
		return v.wrong("sign-in", fault.New(fault.Forbidden, "nothing was begun"), entering{SSO: s.o.SSO})
	}
	to := here(kept.Get("to"), "/desk")
	if flash := map[string]string{"step-up": "confirmed", "step-up-form": "again"}[kept.Get("why")]; flash != "" {
		if v.Session == nil {
			v.redirect("/sign-in")
			return nil
		}
		proof := identity.Proof{Ticket: kept.Get("ticket"), Query: v.r.URL.Query()}
		if err := s.o.Identity.StepUp(v.ctx(), v.secret, proof, v.came()); err != nil {
			return v.stepUpAgain(err, to)
		}
		// Strict, the cookie would stay behind: the browser comes from elsewhere.
		v.setCookie(cookieFlash, flash, flashLife, http.SameSiteLaxMode)
		v.redirect(to)
		return nil
	}
	step, err := s.o.Identity.SSOFinish(v.ctx(), kept.Get("ticket"), v.r.URL.Query(), v.came())
	if err != nil {
		return v.wrong("sign-in", err, entering{To: to, SSO: s.o.SSO})
	}
	return v.admitted(step, to)
}
