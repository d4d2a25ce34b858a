package webui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

func (f *fake) did(prefix string) bool {
	for _, c := range f.calls {
		if strings.HasPrefix(c, prefix) {
			return true
		}
	}
	return false
}

func TestTheProfileIsSavedAndLooksSo(t *testing.T) {
	f := newFake()
	h := f.site(t)
	form := url.Values{"name": {" Ada Byron "}, "language": {"de"}, "zone": {"Asia/Tokyo"}, "theme": {"dark"}, "version": {"7"}}
	cookies := seeOther(t, h, "ada", "/settings/profile", form, "/settings")
	p := f.people["ada"]
	if p.Name != "Ada Byron" || p.Lang != "de" || p.Zone != "Asia/Tokyo" || p.Theme != "dark" || p.Place != "DE" {
		t.Errorf("%+v", p)
	}
	theme := cookieOf(cookies, "__Host-tocsin-theme")
	if theme == nil || theme.Value != "dark" {
		t.Fatalf("%v", cookies)
	}
	page := ask(t, h, "ada", "en", "/settings", nil, theme).Body.String()
	if !strings.Contains(page, `<html lang="de" data-bs-theme="dark">`) {
		t.Error("the page is not as the profile says")
	}
	if page := ask(t, h, "ada", "en", "/settings?lang=fr", nil).Body.String(); !strings.Contains(page, `<html lang="fr" data-bs-theme="auto">`) {
		t.Error("?lang= does not win")
	}
	// Nobody moves to another country by a form of their own.
	form.Set("place", "CN")
	seeOther(t, h, "ada", "/settings/profile", form, "/settings")
	if f.people["ada"].Place != "DE" {
		t.Error("the place changed")
	}
	form.Set("version", "6")
	if w := ask(t, h, "ada", "en", "/settings/profile", form); w.Code != http.StatusConflict {
		t.Errorf("an old version: %d", w.Code)
	}
}

func TestPasswordsAndFactors(t *testing.T) {
	f := newFake()
	h := f.site(t)
	long := url.Values{"password": {"umbrella seventeen granite"}, "repeat": {"umbrella seventeen granite"}}
	seeOther(t, h, "ada", "/settings/password", long, "/settings/sign-in")
	if !f.did("SetPassword ada h-ada") {
		t.Error("other sessions than this one must end, and not this one")
	}
	f.err["SetPassword"] = fault.New(fault.Invalid, "too easy")
	if w := ask(t, h, "ada", "fr", "/settings/password", long); w.Code != 422 || !strings.Contains(w.Body.String(), "trop simple") || strings.Contains(w.Body.String(), "umbrella") {
		t.Errorf("%d: the reason in French, and never the password", w.Code)
	}
	f.err["TOTPDrop"] = fault.New(fault.Conflict, "the last way in")
	if w := ask(t, h, "ada", "de", "/settings/second-factor/drop", url.Values{}); w.Code != 409 || !strings.Contains(w.Body.String(), "letzter Zugang") {
		t.Errorf("%d", w.Code)
	}
	f.err["PasskeyDrop"] = fault.New(fault.Conflict, "the last way in")
	if w := ask(t, h, "ada", "zh", "/settings/passkeys/drop", url.Values{"id": {"k1"}}); w.Code != 409 || !strings.Contains(w.Body.String(), "唯一的登录方式") {
		t.Errorf("%d", w.Code)
	}
	w := ask(t, h, "ada", "en", "/settings/second-factor", url.Values{})
	if !strings.Contains(w.Body.String(), `src="data:image/png;base64,iVBOR`) || !strings.Contains(w.Body.String(), `href="otpauth://totp/`) {
		t.Error("the picture or the address of the secret is not there")
	}
	evil := url.Values{"ticket": {"x"}, "code": {"0"}, "secret": {"<b>"}, "qr": {`"><script>`}}
	if w := ask(t, h, "ada", "en", "/settings/second-factor/confirm", evil); strings.Contains(w.Body.String(), "<script>") || strings.Contains(w.Body.String(), "<img") {
		t.Error("a picture that is none is shown")
	}
}

func TestTokensAreShownOnce(t *testing.T) {
	f := newFake()
	h := f.site(t)
	w := ask(t, h, "ada", "en", "/settings/tokens", url.Values{"name": {"ci"}, "scope": {"see", "erase", "administer", "nonsense"}, "days": {"30"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "tocsin_secret") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Cache-Control"))
	}
	if !f.did("NewToken ada ci see " + (30 * 24 * time.Hour).String()) {
		t.Errorf("scopes that the form does not offer were taken: %v", f.calls)
	}
	for _, form := range []url.Values{{"name": {"x"}, "scope": {"see"}, "days": {"10000"}}, {"name": {"x"}, "days": {"30"}}, {"scope": {"see"}, "days": {"30"}}} {
		if w := ask(t, h, "ada", "en", "/settings/tokens", form); w.Code != 422 {
			t.Errorf("%v: %d", form, w.Code)
		}
	}
	if strings.Contains(ask(t, h, "ada", "en", "/settings/tokens", nil).Body.String(), "tocsin_secret") {
		t.Error("the token is shown again")
	}
	seeOther(t, h, "ada", "/settings/tokens/drop", url.Values{"id": {"t1"}}, "/settings/tokens")
	if !f.did("DropToken ada t1") {
		t.Error("not dropped")
	}
}

func TestSessionsAndDeputies(t *testing.T) {
	f := newFake()
	h := f.site(t)
	seeOther(t, h, "ada", "/settings/sessions/end", url.Values{"id": {"h2"}}, "/settings/sessions")
	seeOther(t, h, "ada", "/settings/sessions/end", url.Values{}, "/settings/sessions")
	if !f.did("EndSession ada h2 h-ada") || !f.did("EndSession ada  h-ada") {
		t.Errorf("%v", f.calls)
	}
	page := ask(t, h, "ada", "en", "/settings/sessions", nil).Body.String()
	if !strings.Contains(page, "Chrome, Linux") || !strings.Contains(page, "Safari, iOS") || strings.Count(page, `name="id"`) != 1 {
		t.Error("sessions cannot be told apart, or this one can be ended here")
	}
	// Ben names Ada from Saturday to Sunday in Shanghai: until the end of the day.
	form := url.Values{"person": {"ada"}, "from": {"2026-03-07"}, "until": {"2026-03-08"}, "version": {"7"}}
	seeOther(t, h, "ben", "/settings/deputies", form, "/settings/deputies")
	d := f.people["ben"].Deputies[1]
	if d.From.UTC().Format(time.RFC3339) != "2026-03-06T16:00:00Z" || d.Until.UTC().Format(time.RFC3339) != "2026-03-08T16:00:00Z" {
		t.Errorf("%+v", d)
	}
	form.Set("person", "eve") // shares no organisation
	if w := ask(t, h, "ben", "en", "/settings/deputies", form); w.Code != 422 || strings.Contains(w.Body.String(), "Eve New") {
		t.Errorf("a stranger as deputy: %d", w.Code)
	}
	seeOther(t, h, "ben", "/settings/deputies/drop", url.Values{"n": {"0"}, "version": {"7"}}, "/settings/deputies")
	if len(f.people["ben"].Deputies) != 1 || !f.people["ben"].Deputies[0].From.Equal(d.From) {
		t.Error("the wrong one was dropped")
	}
	for _, n := range []string{"-1", "5", "x", ""} {
		seeOther(t, h, "ben", "/settings/deputies/drop", url.Values{"n": {n}, "version": {"7"}}, "/settings/deputies")
	}
	if len(f.people["ben"].Deputies) != 1 {
		t.Error("a place that is none dropped somebody")
	}
}

func TestBrowsersInTwoWords(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Gecko Firefox/140.0":     "Firefox, macOS",
		"curl/8.0": "curl/8.0", "Linux": "Linux", "": "", strings.Repeat("x", 500): strings.Repeat("x", 60),
	} {
		if got := browser(agent); got != want {
			t.Errorf("%q: %q", agent, got)
		}
	}
}

func TestPasskeysSpeakJSON(t *testing.T) {
	f := newFake()
	h := f.site(t)
	post := func(who, path, body string) (int, string) {
		r, err := http.NewRequest(http.MethodPost, "https://"+host+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if who != "" {
			r.AddCookie(&http.Cookie{Name: "__Host-tocsin", Value: who})
		}
		w := serve(h, r)
		if ct := w.Header().Get("Content-Type"); w.Code != 303 && ct != "application/json" {
			t.Errorf("%s: %s", path, ct)
		}
		return w.Code, w.Body.String()
	}
	if code, body := post("", "/sign-in/passkey/begin", "{}"); code != 200 || body != `{"options":{"publicKey":{"challenge":"AAAA"}},"ticket":"pk"}` {
		t.Errorf("%d %s", code, body)
	}
	if code, body := post("", "/sign-in/passkey/finish", `{"ticket":"pk","answer":{"id":"x"},"to":"//evil.example"}`); code != 200 || body != `{"to":"/desk"}` {
		t.Errorf("%d %s", code, body)
	}
	for _, bad := range []string{"", "[]", `{"ticket":1}`, strings.Repeat("x", 70000)} {
		if code, body := post("", "/sign-in/passkey/finish", bad); code != 422 || !strings.Contains(body, `"error"`) {
			t.Errorf("%d %s", code, body)
		}
	}
	f.err["PasskeyFinish"] = fault.New(fault.Forbidden, "no such key")
	if code, body := post("", "/sign-in/passkey/finish", `{"ticket":"pk","answer":{}}`); code != 403 || strings.Contains(body, "no such key") {
		t.Errorf("%d %s", code, body)
	}
	if code, body := post("ada", "/settings/passkeys/finish", `{"ticket":"pk-add","answer":{},"name":"My key"}`); code != 200 || body != `{"to":"/settings/sign-in"}` || !f.did("PasskeyAddFinish ada pk-add My key") {
		t.Errorf("%d %s", code, body)
	}
	f.fresh["ada"] = false
	if code, body := post("ada", "/settings/passkeys/begin", `{}`); code != 403 || !strings.Contains(body, `"to":"/step-up`) {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := post("", "/settings/passkeys/begin", `{}`); code != 303 {
		t.Errorf("a stranger: %d", code)
	}
}
