package security

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tocsin/app"
	"tocsin/internal/edge"
)

const formType = "application/x-www-form-urlencoded"

// TestOtherNames asks under names that are not the platform's, as a page does whose
// name somebody points at this machine (DNS rebinding), and with headers that name
// another host: the former are refused, the latter change nothing.
func TestOtherNames(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	for _, host := range []string{"evil.example.org", "evil.example.org:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example.org", "[::1]:1", "127.0.0.1.evil.example.org", w.at.Addr + ".evil.example.org"} {
		r := w.as(w.request("GET", "/desk", "", nil), w.people["lin"], "")
		r.Host = host
		if a := w.once(r); a.status != http.StatusMisdirectedRequest || bytes.Contains(a.body, []byte("evil")) {
			t.Errorf("asked as %s: %d", host, a.status)
		}
	}
	plain := w.once(w.as(w.request("GET", "/desk", "", nil), nil, "")).alike("")
	for _, name := range []string{"X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-HTTP-Method-Override", "X-Original-Method"} {
		r := w.request("GET", "/desk", "", nil)
		r.Header.Set(name, map[string]string{"Forwarded": "host=evil.example.org;proto=https", "X-HTTP-Method-Override": "DELETE"}[name]+"evil.example.org")
		if diff := differ(plain, w.once(r).alike("")); diff != "" {
			t.Errorf("%s changes the answer: %s", name, diff)
		}
	}
}

// TestNothingIsWrittenFromElsewhere sends every route that writes a form as a page of
// another site does, with the cookie of somebody who is signed in.
func TestNothingIsWrittenFromElsewhere(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	lin := w.people["lin"]
	wrote := 0
	for pattern := range routes {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok || method == "GET" {
			continue
		}
		wrote++
		path = somewhere.fill(words{"handle": w.cases[kept], "case": w.cases[kept], "event": "zqxwevent3", "seat": "x"}.fill(path))
		for _, from := range []http.Header{
			{"Origin": {"https://evil.example.org"}}, {"Origin": {"null"}}, {"Origin": {"http://localhost:1"}}, {"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}},
			{"Sec-Fetch-Site": {"cross-site"}, "Origin": {w.p.URL()}, "Sec-Fetch-Mode": {"navigate"}},
		} {
			for _, kind := range []string{formType, "text/plain", "multipart/form-data; boundary=x", "application/json"} {
				r := w.request(method, path, kind, []byte("a=1"))
				r.AddCookie(&http.Cookie{Name: "tocsin", Value: lin.session})
				for k, v := range from {
					r.Header[k] = v
				}
				a := w.once(r)
				if a.status != http.StatusForbidden || len(a.asked) > 0 {
					t.Errorf("%s from %v: %d, and %d statements", pattern, from, a.status, len(a.asked))
				}
				if strings.HasPrefix(path, api) {
					break
				}
			}
		}
	}
	if wrote < 40 {
		t.Errorf("only %d routes write", wrote)
	}
	// The control: from our own page it is looked at.
	r := w.as(w.request("POST", "/settings/sessions/end", formType, []byte("id=x")), lin, "")
	r.Header.Set("Origin", w.p.URL())
	if a := w.once(r); a.status != http.StatusNotFound {
		t.Errorf("from our own page: %d", a.status)
	}
}

// TestForms are only what they say: JSON, text and files are not taken for forms,
// nor forms for JSON, and no field changes the method.
func TestForms(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	lin := w.people["lin"]
	end := words{"session": w.reader("lin").Session}.fill("id={session}")
	for _, kind := range []string{"text/plain", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset", "", "application/xml", "x"} {
		if a := w.once(w.as(w.request("POST", "/settings/sessions/end", kind, []byte(end)), lin, "")); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%q taken for a form: %d", kind, a.status)
		}
	}
	for _, kind := range []string{formType, "text/plain", "application/json; charset=utf-7", "application/xml"} {
		r := w.as(w.request("POST", api+"/cases/"+w.cases[kept]+"/events", kind, []byte(eventJSON)), nil, lin.every)
		if a := w.once(r); a.status != http.StatusUnsupportedMediaType {
			t.Errorf("%q taken for JSON: %d", kind, a.status)
		}
	}
	for _, override := range []string{"?_method=DELETE", "?method=DELETE", "?_method=PUT"} {
		r := w.as(w.request("GET", "/settings"+override, "", nil), lin, "")
		r.Header.Set("X-HTTP-Method", "DELETE")
		if a := w.once(r); a.status != 200 {
			t.Errorf("%s: %d", override, a.status)
		}
	}
	for _, method := range []string{"TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get", "DEBUG"} {
		r := w.request("GET", "/healthz", "", nil)
		r.Method = method
		if method == "CONNECT" {
			continue // the client itself makes something else of it
		}
		if a := w.once(r); a.status != http.StatusMethodNotAllowed && a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", method, a.status)
		}
	}
}

// TestLeadsNowhereElse gives every way back another site to lead to.
func TestLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	evil := []string{"https://evil.example.org/", "//evil.example.org", `/\evil.example.org`, `\\evil.example.org`, "///evil.example.org", "/%2fevil.example.org", "javascript:alert(1)", " //evil.example.org",
		"\t//evil.example.org", "/\t/evil.example.org", "/\n/evil.example.org", "http:evil.example.org", "/..//evil.example.org", "https:/evil.example.org", "/@evil.example.org", "data:text/html,x"}
	local := func(where string) bool {
		u, err := url.Parse(where)
		return err == nil && u.Host == "" && u.Scheme == "" && strings.HasPrefix(where, "/") && !strings.HasPrefix(where, "//") && !strings.ContainsAny(where, "\\\r\n\t")
	}
	secret, _, err := w.p.People().NewLink(t.Context(), w.people["lin"].id, "demo", 0, "")
	must(t, err)
	for _, to := range evil {
		q := url.QueryEscape(to)
		for _, r := range []*http.Request{
			w.as(w.request("GET", "/sign-in?to="+q, "", nil), w.people["lin"], ""), w.request("POST", "/in/"+secret, formType, []byte("to="+q)), w.request("POST", "/in/"+secret+"?to="+q, formType, []byte("x=1")),
			w.as(w.request("POST", "/step-up", formType, []byte("to="+q+"&step-up-to="+q+"&stepup-to="+q)), w.people["lin"], ""), w.as(w.request("GET", "/step-up?to="+q, "", nil), w.people["lin"], ""),
			w.request("GET", "/sign-in?to="+q, "", nil), w.request("GET", "/sign-in/sso?to="+q, "", nil), w.as(w.request("POST", "/sign-out?to="+q, formType, []byte("to="+q)), nil, ""),
			w.request("GET", "/cases/"+url.PathEscape(to), "", nil), w.as(w.request("GET", "/cases/"+url.PathEscape(to), "", nil), w.people["lin"], ""),
		} {
			a := w.once(r)
			if l := a.header.Get("Location"); l != "" && !local(l) {
				t.Errorf("%s %s with %q leads to %q", r.Method, r.URL.Path, to, l)
			}
			if rf := a.header.Get("Refresh"); rf != "" {
				t.Errorf("%s %s leads on: %q", r.Method, r.URL.Path, rf)
			}
			for _, c := range harmful(string(a.body)) {
				t.Errorf("%s %s with %q: %s", r.Method, r.URL.Path, to, c)
			}
		}
	}
	if !local("/desk?x=1") || local("//x") || local(`/\x`) || local("https://x/") {
		t.Error("the check itself is wrong")
	}
}

// TestCookies: no script reads a session, no other site sends it, with https only by
// https and for this very host; a session that was there before somebody signed in
// is worth nothing after.
func TestCookies(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	secret, _, err := w.p.People().NewLink(t.Context(), w.people["lin"].id, "demo", 0, "")
	must(t, err)
	planted := strings.Repeat("P", 43)
	r := w.request("POST", "/in/"+secret, formType, []byte("a=1"))
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: planted})
	a := w.once(r)
	got := cookieOf(a.header, "tocsin")
	if got == "" || got == planted {
		t.Errorf("the session that was planted stays: %q", got)
	}
	old := w.people["lin"].session
	r = w.request("POST", "/in/"+secret, formType, []byte("a=1"))
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: old})
	if again := cookieOf(w.once(r).header, "tocsin"); again == old || again == got {
		t.Error("signing in again gives the same session")
	}
	flags := func(a answer, secure bool) {
		t.Helper()
		n := 0
		for _, c := range (&http.Response{Header: a.header}).Cookies() {
			n++
			if !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
				t.Errorf("cookie %+v", c)
			}
		}
		if n == 0 {
			t.Error("no cookie")
		}
	}
	flags(a, false)
	flags(w.once(w.as(w.request("POST", "/sign-out", formType, []byte("a=1")), &person{session: got}, "")), false)
	if a := w.once(w.as(w.request("GET", "/settings", "", nil), &person{session: got}, "")); a.status != http.StatusSeeOther {
		t.Errorf("the session lives on after signing out: %d", a.status)
	}
	must(t, w.p.Stop())
	w.start(app.PlatformOptions{Hosts: []string{"tocsin.example.org"}, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	direct := func(r *http.Request) answer { // as the proxy sends it
		r.URL.Scheme, r.URL.Host, r.Host = "http", w.at.Addr, "tocsin.example.org"
		r.Header.Set("X-Forwarded-For", "192.0.2.7")
		return w.once(r)
	}
	a = direct(w.request("POST", "/in/"+secret, formType, []byte("a=1")))
	flags(a, true)
	if hsts := a.header.Get("Strict-Transport-Security"); !strings.Contains(hsts, "max-age=31536000") {
		t.Errorf("no strict transport security: %q", hsts)
	}
	// A cookie without the prefix, as another host of the domain could plant it, is nobody's.
	r = w.request("GET", "/settings", "", nil)
	r.AddCookie(&http.Cookie{Name: "tocsin", Value: cookieOf(a.header, "__Host-tocsin")})
	if a := direct(r); a.status != http.StatusSeeOther {
		t.Errorf("a cookie without the prefix: %d", a.status)
	}
}

// TestTokensStandInOnePlace: in the header, once, as Bearer; never in an address, a
// form or a cookie.
func TestTokensStandInOnePlace(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	lin := w.people["lin"]
	asks := map[string]*http.Request{}
	for _, name := range []string{"access_token", "token", "bearer", "api_key"} {
		asks["query "+name] = w.request("GET", api+"/me?"+name+"="+lin.every, "", nil)
	}
	with := func(name string, set func(*http.Request)) {
		r := w.request("GET", api+"/me", "", nil)
		set(r)
		asks[name] = r
	}
	with("cookie", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "tocsin", Value: lin.every}) })
	with("session cookie", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "tocsin", Value: lin.session}) })
	with("session as token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+lin.session) })
	with("basic", func(r *http.Request) { r.SetBasicAuth("lin.wei", lin.every) })
	with("twice", func(r *http.Request) { r.Header["Authorization"] = []string{"Bearer " + lin.every, "Bearer x"} })
	with("scheme missing", func(r *http.Request) { r.Header.Set("Authorization", lin.every) })
	with("another header", func(r *http.Request) { r.Header.Set("X-Api-Key", lin.every) })
	with("changed", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+lin.every[:len(lin.every)-1]+"_") })
	for name, r := range asks {
		a := w.once(r)
		if a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" || bytes.Contains(a.body, []byte(lin.every)) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := w.once(w.as(w.request("GET", api+"/me", "", nil), nil, lin.every)); a.status != 200 {
		t.Errorf("in its place: %d", a.status)
	}
	page := w.request("GET", "/settings", "", nil)
	page.Header.Set("Authorization", "Bearer "+lin.every)
	if a := w.once(page); a.status != http.StatusSeeOther {
		t.Errorf("a token opens a page: %d", a.status)
	}
	if strings.Contains(w.logged.String(), lin.every) {
		t.Error("a token is in the log")
	}
}

// TestWhereSomebodyComesFrom: whoever is no trusted proxy cannot say that they come
// from elsewhere, and so are counted as one.
func TestWhereSomebodyComesFrom(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	must(t, w.p.Stop())
	w.start(app.PlatformOptions{Rate: edge.Rate{PerSecond: 1, Burst: 5}})
	defer w.clock.hold()()
	var got []int
	for i := range 12 {
		r := w.request("GET", "/healthz", "", nil)
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Client-Ip"} {
			r.Header.Set(name, fmt.Sprintf("192.0.2.%d", i))
		}
		r.Header.Set("Forwarded", fmt.Sprintf("for=192.0.2.%d", i))
		got = append(got, w.once(r).status)
	}
	if !slices.Equal(got[:5], []int{200, 200, 200, 200, 200}) || got[5] != http.StatusTooManyRequests || got[11] != http.StatusTooManyRequests {
		t.Errorf("%v", got)
	}
}

// multipartOf builds a form of many parts.
func multipartOf(t *testing.T, parts int) (string, []byte) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := range parts {
		must(t, m.WriteField(fmt.Sprintf("f%d", i), "x"))
	}
	must(t, m.Close())
	return m.FormDataContentType(), b.Bytes()
}
