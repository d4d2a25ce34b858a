package webui

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/identity"
	"tocsin/internal/fault"
)

// visit is one request with who makes it and in which language. Handlers take
// it and nothing else; templates see it as page.
type visit struct {
	*Site
	w http.ResponseWriter
	r *http.Request

	Session *identity.Session // nil for a stranger
	Who     access.Reader
	Lang    string // en, zh, fr, de
	Zone    *time.Location
	Form    url.Values
	Now     time.Time

	secret   string // of the session
	answered bool
	scripted bool              // the answer is JSON for our own script
	keep     bool              // what a stranger is shown may be kept by anybody
	problems map[string]string // field → what is wrong with it, in words
	names    map[string]string // of people, by id, that this page asked for
}

func (s *Site) visit(w http.ResponseWriter, r *http.Request) *visit {
	return &visit{Site: s, w: w, r: r, Lang: Languages[0], Zone: time.UTC, Now: s.o.Now(), Form: r.URL.Query()}
}

// speak chooses the language and the zone: ?lang=, cookie, profile, browser.
func (v *visit) speak() {
	asked := v.r.URL.Query().Get("lang")
	if speaks(asked) {
		v.setCookie(cookieLang, asked, 365*24*time.Hour, http.SameSiteLaxMode)
	} else {
		asked = v.cookie(cookieLang)
	}
	v.Lang = choose(asked, v.Who.Lang, v.r.Header.Get("Accept-Language"))
	v.Who.Lang = v.Lang
	for _, name := range []string{v.Who.Zone, v.cookie(cookieZone)} {
		if zone, err := calendar.Zone(name); name != "" && name != calendar.UnknownZone && err == nil {
			v.Zone = zone
			break
		}
	}
	head := v.w.Header()
	head.Set("Content-Language", v.Lang)
	head.Add("Vary", "Cookie, Accept-Language")
}

// t says a key of the catalogues in the reader's language; args are pairs of
// name and value.
func (v *visit) t(key string, args ...any) string { return v.words.say(v.Lang, key, args...) }

// enumerated is a list as the reader's language writes it.
func (v *visit) enumerated(all []string) string { return strings.Join(all, listSeparator(v.Lang)) }

// problem notes what is wrong with a field; key is of the catalogues.
func (v *visit) problem(field, key string, args ...any) {
	if v.problems == nil {
		v.problems = map[string]string{}
	}
	if v.problems[field] == "" {
		v.problems[field] = v.t(key, args...)
	}
}

// ok tells whether no field has a problem.
func (v *visit) ok() bool { return len(v.problems) == 0 }

// redirect sends the browser to another page of the platform (303).
func (v *visit) redirect(to string) {
	v.answered = true
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
}

// done sends the browser on and shows a flash there: code of common.flash.
func (v *visit) done(to, code string) error {
	v.setCookie(cookieFlash, code, flashLife, http.SameSiteStrictMode)
	v.redirect(to)
	return nil
}

// fragment tells whether the page's own script asks for a part of a page.
func (v *visit) fragment() bool { return v.r.Header.Get("HX-Request") == "true" }

// need refuses what this platform was not given.
func (v *visit) need(ok bool, what string) error {
	if ok {
		return nil
	}
	return fault.New(fault.Unavailable, "%s is not set up on this platform", what)
}
