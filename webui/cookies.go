package webui

import (
	"net/http"
	"time"
)

// The cookies. With https each name begins with __Host-, which a browser
// accepts only for this very host, with Secure and for all paths.
const (
	cookieSession = "tocsin"
	cookieLang    = "tocsin-lang"
	cookieZone    = "tocsin-zone" // set by our script: the browser's zone, for strangers
	cookieFlash   = "tocsin-flash"
	cookieSSO     = "tocsin-sso"
	cookieTheme   = "tocsin-theme"
)

func (v *visit) cookieName(name string) string {
	if v.o.Secure && name != cookieZone {
		return "__Host-" + name
	}
	return name
}

// cookie gives a cookie's value, "" if there is none.
func (v *visit) cookie(name string) string {
	c, err := v.r.Cookie(v.cookieName(name))
	if err != nil || len(c.Value) > 4096 {
		return ""
	}
	return c.Value
}

// setCookie sets one that no script can read. A life of 0 ends with the browser.
func (v *visit) setCookie(name, value string, life time.Duration, same http.SameSite) {
	http.SetCookie(v.w, &http.Cookie{
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: v.o.Secure, HttpOnly: true, SameSite: same,
	})
}

func (v *visit) dropCookie(name string) {
	http.SetCookie(v.w, &http.Cookie{
		Name: v.cookieName(name), Path: "/", MaxAge: -1,
		Secure: v.o.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// admit sets the cookie of a session. It is Lax, not Strict: who follows a link
// from a mail, or comes back from single sign-on, is still signed in; writes
// are guarded by the edge, which refuses every one that comes from elsewhere.
func (v *visit) admit(secret string) {
	v.setCookie(cookieSession, secret, 0, http.SameSiteLaxMode)
}
