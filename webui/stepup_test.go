package webui

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin/identity"
)

// sendFrom sends a form as the browser of somebody does that shows a page.
func sendFrom(h http.Handler, who, from, to string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://"+host+to, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", "https://"+host+from)
	r.AddCookie(&http.Cookie{Name: "__Host-tocsin", Value: who})
	return serve(h, r)
}

// Whoever has single sign-on and nothing else cannot have a form sent again by
// the browser: they are told so before, come back to the page of the form, and
// read there that it has to be sent again.
func TestAFormAfterSingleSignOnIsSentAgainByHand(t *testing.T) {
	f := newFake()
	f.ways["ben"] = identity.Credentials{SSO: []string{"https://sso.example.org"}}
	f.fresh["ben"] = false
	h := f.site(t)
	w := sendFrom(h, "ben", "/settings/tokens?x=1", "/settings/tokens", url.Values{"name": {"ci"}, "scope": {"see"}, "days": {"30"}})
	page := w.Body.String()
	const way = "/step-up/sso?form=1&amp;to=%2fsettings%2ftokens%3fx%3d1"
	if w.Code != http.StatusForbidden || !strings.Contains(page, way) || !strings.Contains(page, "what you filled in is not sent") || strings.Contains(page, "will be sent right afterwards") {
		t.Fatalf("%d %s", w.Code, page[strings.Index(page, "<main"):])
	}
	begun := ask(t, h, "ben", "en", strings.ReplaceAll(way, "&amp;", "&"), nil)
	back := ask(t, h, "ben", "en", "/sign-in/sso/return?code=abc", nil, cookieOf(begun.Result().Cookies(), "__Host-tocsin-sso"))
	if to := back.Header().Get("Location"); back.Code != http.StatusSeeOther || to != "/settings/tokens?x=1" {
		t.Fatalf("%d %s", back.Code, to)
	}
	flash := cookieOf(back.Result().Cookies(), "__Host-tocsin-flash")
	if flash == nil || flash.SameSite != http.SameSiteLaxMode {
		t.Fatalf("a browser that comes from the provider keeps the sentence back: %v", flash)
	}
	for lang, said := range map[string]string{"en": "send it again", "zh": "请重新提交", "fr": "envoyez-le de nouveau", "de": "senden Sie es noch einmal"} {
		if page := ask(t, h, "ben", lang, "/settings/tokens?x=1", nil, flash).Body.String(); !strings.Contains(page, said) {
			t.Errorf("the page of the form in %s does not say that it has to be sent again", lang)
		}
	}
	// With a password, which sends it again by itself, it says both.
	f.ways["ben"] = identity.Credentials{Password: true, SSO: []string{"https://sso.example.org"}}
	f.fresh["ben"] = false
	page = sendFrom(h, "ben", "/settings/tokens", "/settings/tokens", url.Values{"name": {"ci"}}).Body.String()
	if !strings.Contains(page, "what you filled in is not sent") || !strings.Contains(page, "will be sent right afterwards") {
		t.Error("the two ways are not told apart")
	}
	// Where a page was only looked at, nothing has to be sent.
	f.fresh["ben"] = true
	begun = ask(t, h, "ben", "en", "/step-up/sso?to=/settings", nil)
	back = ask(t, h, "ben", "en", "/sign-in/sso/return?code=abc", nil, cookieOf(begun.Result().Cookies(), "__Host-tocsin-sso"))
	if c := cookieOf(back.Result().Cookies(), "__Host-tocsin-flash"); c == nil || c.Value != "confirmed" {
		t.Errorf("%v", c)
	}
}

// A form on a page that was itself the answer to a form leads back to the nearest
// page that can be asked for, and never to one that is not there.
func TestTheWayBackIsAPageThatIsThere(t *testing.T) {
	s, err := New(Options{Identity: newFake(), Now: nowAt, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	s.Mount(http.NewServeMux())
	for from, want := range map[string]string{
		"/cases/c1/events": "/cases/c1", "/cases/c1/adopt": "/cases/c1", "/cases/c1/people": "/cases/c1/people", "/cases/c1/decide?by=yuhe": "/cases/c1/decide?by=yuhe",
		"/settings/profile": "/settings", "/admin/people/eve/link": "/admin/people/eve", "/sign-out": "/desk", "/nowhere/at/all": "/desk", "": "/desk",
	} {
		r := httptest.NewRequest(http.MethodPost, "https://"+host+"/x", nil)
		if from != "" {
			r.Header.Set("Referer", "https://"+host+from)
		}
		if got := s.refererPath(r); got != want {
			t.Errorf("from %q back to %q, want %q", from, got, want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "https://"+host+"/x", nil)
	r.Header.Set("Referer", "https://elsewhere.example/settings")
	if got := s.refererPath(r); got != "/desk" {
		t.Errorf("from another platform back to %q", got)
	}
}
