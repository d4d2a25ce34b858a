package webui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// seeOther checks a redirect and gives the cookies that it set.
func seeOther(t *testing.T, h http.Handler, who, path string, form url.Values, to string, cookies ...*http.Cookie) []*http.Cookie {
	t.Helper()
	w := ask(t, h, who, "en", path, form, cookies...)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Fatalf("%s: %d to %q, want %q\n%s", path, w.Code, w.Header().Get("Location"), to, w.Body)
	}
	return w.Result().Cookies()
}

func cookieOf(list []*http.Cookie, name string) *http.Cookie {
	for _, c := range list {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func TestSigningInWithPasswordAndCode(t *testing.T) {
	f := newFake()
	h := f.site(t)
	w := ask(t, h, "", "en", "/sign-in", url.Values{"login": {"ADA@example.org"}, "password": {f.password}, "to": {"/cases?x=1"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), `value="ticket-ada"`) || len(w.Result().Cookies()) != 0 {
		t.Fatalf("%d, a session before the second step? %v", w.Code, w.Result().Cookies())
	}
	cookies := seeOther(t, h, "", "/sign-in/second", url.Values{"ticket": {"ticket-ada"}, "code": {"123456"}, "to": {"/cases?x=1"}}, "/cases?x=1")
	c := cookieOf(cookies, "__Host-tocsin")
	if c == nil || c.Value != "ada" || !c.HttpOnly || !c.Secure || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("the session's cookie: %+v", c)
	}
}

// TestEveryFailureLooksTheSame: whatever was wrong with a sign-in, the answer is
// the same but for what was typed.
func TestEveryFailureLooksTheSame(t *testing.T) {
	f := newFake()
	h := f.site(t)
	plain := func(form url.Values) string {
		w := ask(t, h, "", "en", "/sign-in", form)
		if w.Code != http.StatusForbidden {
			t.Fatalf("%v: %d", form, w.Code)
		}
		return strings.ReplaceAll(w.Body.String(), form.Get("login"), "LOGIN")
	}
	unknown := plain(url.Values{"login": {"nobody@example.org"}, "password": {f.password}})
	if wrong := plain(url.Values{"login": {"ada@example.org"}, "password": {"not the right one"}}); wrong != unknown {
		t.Error("a wrong password reads otherwise than an unknown login")
	}
	f.err["Password"] = fault.New(fault.NotFound, "no such person")
	if odd := plain(url.Values{"login": {"x@example.org"}, "password": {"y"}}); odd != unknown {
		t.Error("another kind of refusal reads otherwise")
	}
	f.err["Password"] = fault.New(fault.Unavailable, "wait")
	if w := ask(t, h, "", "en", "/sign-in", url.Values{"login": {"x"}}); w.Code != http.StatusTooManyRequests {
		t.Errorf("too many attempts: %d", w.Code)
	}
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	h := newFake().site(t)
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "", "/\tx", "evil", strings.Repeat("/x", 2000)} {
		seeOther(t, h, "", "/sign-in/second", url.Values{"ticket": {"ticket-ada"}, "code": {"123456"}, "to": {to}}, "/desk")
	}
	seeOther(t, h, "ada", "/sign-in?to="+url.QueryEscape("//evil.example"), nil, "/desk")
	for path, want := range map[string]string{"/x?y=1#z": "/x?y=1", "/%2e%2e/x": "/%2e%2e/x", "/desk": "/desk"} {
		if got := here(path, "!"); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestALinkIsUsedByAButtonOnly(t *testing.T) {
	f := newFake()
	h := f.site(t)
	for range 3 {
		if w := ask(t, h, "", "en", "/in/good-invite", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "Eve New") {
			t.Fatalf("%d", w.Code)
		}
	}
	if strings.Contains(strings.Join(f.calls, "\n"), "UseLink") {
		t.Error("looking at a link used it up")
	}
	cookies := seeOther(t, h, "", "/in/good-invite", url.Values{}, "/setup")
	if c := cookieOf(cookies, "__Host-tocsin"); c == nil || c.Value != "eve" {
		t.Errorf("%v", cookies)
	}
	// A recovery that waits says from when it works, and has no button.
	if page := ask(t, h, "", "en", "/in/good-recovery", nil).Body.String(); !strings.Contains(page, "Fri 6 Mar 2026, 14:51") || strings.Contains(page, `action="/in/`) {
		t.Error("a link that does not work yet has a button")
	}
	f.err["UseLink"] = fault.New(fault.TooEarly, "not yet")
	seeOther(t, h, "", "/in/good-recovery", url.Values{}, "/in/good-recovery")
	delete(f.err, "UseLink")
	// The demo leads each person to what they should see first, and nowhere else.
	f.limited["eve"] = false
	if page := ask(t, h, "", "en", "/in/good-demo?to=/cases/x", nil).Body.String(); !strings.Contains(page, `name="to" value="/cases/x"`) {
		t.Error("the way is lost")
	}
	seeOther(t, h, "", "/in/good-demo", url.Values{"to": {"/cases/x"}}, "/cases/x")
	seeOther(t, h, "", "/in/good-demo", url.Values{"to": {"//evil.example"}}, "/desk")
	f.limited["eve"] = true
	// What is limited goes nowhere else.
	for _, path := range []string{"/desk", "/settings", "/settings/tokens", "/approvals", "/admin/people"} {
		seeOther(t, h, "eve", path, nil, "/setup")
	}
	// And sets up without being asked to prove what it cannot prove yet.
	seeOther(t, h, "eve", "/settings/password", url.Values{"password": {"one long passphrase"}, "repeat": {"one long passphrase"}}, "/setup")
	w := ask(t, h, "eve", "en", "/settings/second-factor/confirm", url.Values{"ticket": {"x"}, "code": {"123456"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "ABCD-EFGH-2345") || !strings.Contains(w.Body.String(), `href="/setup"`) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

// TestAFormSurvivesTheStepUp: what was typed is in the page that asks who is
// there, and the browser sends it again by itself.
func TestAFormSurvivesTheStepUp(t *testing.T) {
	f := newFake()
	f.fresh["ada"] = false
	h := f.site(t)
	form := url.Values{"name": {`ci <"quoted">`}, "scope": {"see", "add"}, "days": {"30"}}
	w := ask(t, h, "ada", "en", "/settings/tokens", form)
	page := w.Body.String()
	if w.Code != http.StatusForbidden || !strings.Contains(page, `name="scope" value="see"`) || !strings.Contains(page, `name="scope" value="add"`) ||
		!strings.Contains(page, `name="name" value="ci &lt;&#34;quoted&#34;&gt;"`) || !strings.Contains(page, `name="step-to" value="/settings/tokens"`) {
		t.Fatalf("%d\n%s", w.Code, page)
	}
	if strings.Contains(strings.Join(f.calls, "\n"), "NewToken") {
		t.Fatal("done without a proof")
	}
	again := url.Values{"step-to": {"/settings/tokens"}, "step-repeat": {"1"}, "step-password": {"wrong"}, "step-code": {"1"}}
	for k, v := range form {
		again[k] = v
	}
	if w := ask(t, h, "ada", "en", "/step-up", again); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `name="scope" value="add"`) || strings.Contains(w.Body.String(), "wrong\"") {
		t.Errorf("after a wrong proof: %d", w.Code)
	}
	again.Set("step-password", f.password)
	w = ask(t, h, "ada", "en", "/step-up", again)
	if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "/settings/tokens" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := ask(t, h, "ada", "en", "/settings/tokens", again); w.Code != 200 || !strings.Contains(w.Body.String(), "tocsin_secretsecretsecret") {
		t.Errorf("%d", w.Code)
	}
	if last := f.calls[len(f.calls)-2]; !strings.HasPrefix(last, "NewToken ada ci") {
		t.Errorf("%q", last)
	}
	// A page that is looked at leads to the step-up and back.
	f.frozen["ada"] = true
	seeOther(t, h, "ada", "/settings?x=1", nil, "/step-up?to=%2Fsettings%3Fx%3D1")
	seeOther(t, h, "ada", "/step-up", url.Values{"step-to": {"/settings?x=1"}, "step-password": {f.password}}, "/settings?x=1")
	// A proof never leads off the platform.
	seeOther(t, h, "ada", "/step-up", url.Values{"step-to": {"//evil.example"}, "step-password": {f.password}}, "/desk")
}

func TestSingleSignOnComesBackToTheSameBrowser(t *testing.T) {
	f := newFake()
	h := f.site(t)
	w := ask(t, h, "", "en", "/sign-in/sso?to=/cases", nil)
	c := cookieOf(w.Result().Cookies(), "__Host-tocsin-sso")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "https://sso.example.org/") || c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Fatalf("%d %v", w.Code, w.Result().Cookies())
	}
	cookies := seeOther(t, h, "", "/sign-in/sso/return?code=abc&state=s", nil, "/cases", c)
	if s := cookieOf(cookies, "__Host-tocsin"); s == nil || s.Value != "ada" {
		t.Errorf("%v", cookies)
	}
	if gone := cookieOf(cookies, "__Host-tocsin-sso"); gone == nil || gone.MaxAge >= 0 {
		t.Error("the ticket stays in the browser")
	}
	if w := ask(t, h, "", "en", "/sign-in/sso/return?code=abc&state=s", nil); w.Code != http.StatusForbidden {
		t.Errorf("another browser's answer: %d", w.Code)
	}
	again := ask(t, h, "ada", "en", "/step-up/sso?to=/settings", nil)
	seeOther(t, h, "ada", "/sign-in/sso/return?code=abc", nil, "/settings", cookieOf(again.Result().Cookies(), "__Host-tocsin-sso"))
}

func TestSigningOutEndsTheSession(t *testing.T) {
	f := newFake()
	h := f.site(t)
	cookies := seeOther(t, h, "ada", "/sign-out", url.Values{}, "/sign-in")
	if c := cookieOf(cookies, "__Host-tocsin"); c == nil || c.MaxAge >= 0 {
		t.Error("the cookie stays")
	}
	if !strings.Contains(strings.Join(f.calls, "\n"), "SignOut ada") {
		t.Error("the session stays")
	}
	flash := cookieOf(cookies, "__Host-tocsin-flash")
	w := ask(t, h, "", "en", "/sign-in", nil, flash)
	if !strings.Contains(w.Body.String(), "You are signed out.") || cookieOf(w.Result().Cookies(), "__Host-tocsin-flash").MaxAge >= 0 {
		t.Error("the flash is not shown, or stays")
	}
	if w := ask(t, h, "", "en", "/sign-in", nil, &http.Cookie{Name: "__Host-tocsin-flash", Value: "<script>"}); strings.Contains(w.Body.String(), "flash\"") {
		t.Error("a flash that is none of the list is shown")
	}
}

// TestNotThereAndNotYoursAreTheSameBytes: pages of administration for people who
// do not administer, and addresses that are nobody's.
func TestNotThereAndNotYoursAreTheSameBytes(t *testing.T) {
	h := newFake().site(t)
	want := ask(t, h, "ben", "de", "/no/such/page", nil)
	id := regexp.MustCompile(`(?i)x-request-id`)
	for _, path := range []string{"/admin", "/admin/people", "/admin/people/ada", "/admin/people/nobody", "/admin/organisations/acme", "/admin/platform", "/admin/roles"} {
		got := ask(t, h, "ben", "de", path, nil)
		if got.Code != want.Code || got.Body.String() != want.Body.String() {
			t.Errorf("%s differs from what is not there: %d", path, got.Code)
		}
		for k := range want.Header() {
			if !id.MatchString(k) && strings.Join(got.Header()[k], ",") != strings.Join(want.Header()[k], ",") {
				t.Errorf("%s: the header %s differs: %q", path, k, got.Header()[k])
			}
		}
	}
	if w := ask(t, h, "ada", "de", "/admin/people/nobody", nil); w.Code != 404 {
		t.Errorf("an administrator asks for nobody: %d", w.Code)
	}
}

func TestOnlyFormsOfOurOwnAreTaken(t *testing.T) {
	f := newFake()
	h := f.site(t)
	for name, change := range map[string]func(*http.Request){
		"from elsewhere": func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://evil.example")
		},
		"as text":      func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		"as JSON":      func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"without type": func(r *http.Request) { r.Header.Del("Content-Type") },
		"as a file":    func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") },
	} {
		r, err := http.NewRequest(http.MethodPost, "https://"+host+"/settings/profile", strings.NewReader("name=x&version=7"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "__Host-tocsin", Value: "ada"})
		change(r)
		w := serve(h, r)
		if w.Code < 400 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if strings.Contains(strings.Join(f.calls, "\n"), "SaveProfile") {
		t.Error("one of them was taken")
	}
}
