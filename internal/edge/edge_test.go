package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// noon stands still: no test of the edge waits for a clock.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// site is a mux with one route of each sort.
func site() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cases/{handle}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, Address(r.Context()).String())
	})
	mux.HandleFunc("POST /cases", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); TooLarge(err) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	})
	mux.HandleFunc("POST /cases/import", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	mux.HandleFunc("GET /panics/{secret}", func(_ http.ResponseWriter, r *http.Request) { panic("about " + r.PathValue("secret")) })
	mux.HandleFunc("GET /index/{secret}", func(_ http.ResponseWriter, r *http.Request) { _ = []int{}[len(r.PathValue("secret"))] })
	mux.HandleFunc("GET /half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an answer")
		panic("in the middle")
	})
	mux.HandleFunc("GET /secure", func(w http.ResponseWriter, r *http.Request) {
		if Secure(r.Context()) {
			_, _ = io.WriteString(w, "https")
		}
	})
	return mux
}

type asked struct {
	method, url, host, from string
	head                    map[string]string
	body                    string
}

func ask(h http.Handler, a asked) *http.Response {
	if a.method == "" {
		a.method = http.MethodGet
	}
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "http://tocsin.example.org/", strings.NewReader(a.body))
	r.Method = a.method                  // any word
	u, err := url.ParseRequestURI(a.url) // as the server does
	if err != nil {
		return &http.Response{StatusCode: http.StatusBadRequest, Body: http.NoBody}
	}
	r.RequestURI, r.URL = a.url, u
	if a.host != "" {
		r.Host = strings.TrimPrefix(a.host, "none")
	}
	if r.RemoteAddr = "203.0.113.7:4321"; a.from != "" {
		r.RemoteAddr = a.from
	}
	for k, v := range a.head {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func basic() Options {
	return Options{Hosts: []string{"tocsin.example.org"}, Now: noon}
}

func TestStatuses(t *testing.T) {
	kinds := []fault.Kind{
		fault.NotFound, fault.Invalid, fault.Conflict, fault.Forbidden, fault.Suspended, fault.TooEarly, fault.Unavailable, fault.Internal,
	}
	if len(kinds) != len(statuses) {
		t.Errorf("%d kinds, %d lines in the table", len(kinds), len(statuses))
	}
	want := []int{404, 422, 409, 403, 403, 409, 503, 500}
	for i, k := range kinds {
		if got := Status(k); got != want[i] {
			t.Errorf("%s: %d, want %d", k, got, want[i])
		}
	}
	if Status("made up") != 500 {
		t.Error("an unknown kind is not internal")
	}
}

// What is refused for its form alone.
func TestRefusals(t *testing.T) {
	h := Wrap(site(), basic())
	for name, c := range map[string]struct {
		asked
		status int
	}{
		"our name":                   {asked{url: "/cases/x"}, 200},
		"our name in capitals":       {asked{url: "/cases/x", host: "TOCSIN.example.org"}, 200},
		"the scheme's own port":      {asked{url: "/cases/x", host: "tocsin.example.org:80"}, 200},
		"another port":               {asked{url: "/cases/x", host: "tocsin.example.org:8080"}, 421},
		"another name":               {asked{url: "/cases/x", host: "evil.example.net"}, 421},
		"our name and more":          {asked{url: "/cases/x", host: "tocsin.example.org.evil.example.net"}, 421},
		"no name":                    {asked{url: "/cases/x", host: "none"}, 421},
		"an address":                 {asked{url: "/cases/x", host: "203.0.113.9"}, 421},
		"a method of nobody":         {asked{method: "BREW", url: "/cases/x"}, 405},
		"a trace":                    {asked{method: "TRACE", url: "/cases/x"}, 405},
		"options":                    {asked{method: "OPTIONS", url: "*"}, 405},
		"a long path":                {asked{url: "/" + strings.Repeat("x", maxPath)}, 414},
		"a long query":               {asked{url: "/cases/x?" + strings.Repeat("x", maxQuery+1)}, 414},
		"two slashes":                {asked{url: "//cases/x"}, 404},
		"dots":                       {asked{url: "/cases/../panics/x"}, 404},
		"one dot":                    {asked{url: "/./cases/x"}, 404},
		"hidden dots":                {asked{url: "/cases/%2e%2E/x"}, 404},
		"an end of a C string":       {asked{url: "/cases/%00"}, 404},
		"a Windows path":             {asked{url: `/cases\x`}, 404},
		"a control character":        {asked{url: "/cases/%07"}, 404},
		"nothing there":              {asked{url: "/nothing"}, 404},
		"a wrong method":             {asked{method: "DELETE", url: "/cases/x"}, 405},
		"a write from our page":      {asked{method: "POST", url: "/cases", head: map[string]string{"Sec-Fetch-Site": "same-origin"}}, 200},
		"a write from a program":     {asked{method: "POST", url: "/cases"}, 200},
		"a write from another page":  {asked{method: "POST", url: "/cases", head: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		"a write from a sibling":     {asked{method: "POST", url: "/cases", head: map[string]string{"Sec-Fetch-Site": "same-site"}}, 403},
		"an old browser elsewhere":   {asked{method: "POST", url: "/cases", head: map[string]string{"Origin": "https://evil.example.net"}}, 403},
		"an old browser here":        {asked{method: "POST", url: "/cases", head: map[string]string{"Origin": "http://tocsin.example.org"}}, 200},
		"a null origin":              {asked{method: "POST", url: "/cases", head: map[string]string{"Origin": "null"}}, 403},
		"reading from another page":  {asked{url: "/cases/x", head: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 200},
		"a body that says it is big": {asked{method: "POST", url: "/cases", body: strings.Repeat("x", defaultBody+1)}, 413},
		"a body as large as it may":  {asked{method: "POST", url: "/cases", body: strings.Repeat("x", defaultBody)}, 200},
	} {
		if r := ask(h, c.asked); r.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, r.StatusCode, c.status)
		}
	}
}

// Two refusals of one status are the same bytes and headers, but for the id.
func TestRefusalsAreAlike(t *testing.T) {
	h := Wrap(site(), basic())
	for _, pair := range [][2]asked{
		{{url: "/cases/x", host: "evil.example.net"}, {url: "/nothing", host: "other.example.net:81"}},
		{{url: "//a"}, {url: "/cases/../b"}},
		{{method: "POST", url: "/cases", head: map[string]string{"Origin": "null"}}, {method: "POST", url: "/nowhere", head: map[string]string{"Sec-Fetch-Site": "cross-site"}}},
	} {
		a, b := ask(h, pair[0]), ask(h, pair[1])
		if a.Header.Get("X-Request-Id") == b.Header.Get("X-Request-Id") {
			t.Error("two requests have one id")
		}
		a.Header.Del("X-Request-Id")
		b.Header.Del("X-Request-Id")
		if x, y := text(t, a), text(t, b); x != y || a.StatusCode != b.StatusCode {
			t.Errorf("%d %q and %d %q", a.StatusCode, x, b.StatusCode, y)
		}
		ja, _ := json.Marshal(a.Header)
		jb, _ := json.Marshal(b.Header)
		if !bytes.Equal(ja, jb) {
			t.Errorf("%s\n%s", ja, jb)
		}
	}
}

// A body without a length is cut off while it is read; a route may take more.
func TestBodies(t *testing.T) {
	o := basic()
	o.BodyLimit, o.Larger = 10, map[string]int64{"POST /cases/import": 100}
	h := Wrap(site(), o)
	post := func(url string, n int) int {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://tocsin.example.org"+url, io.LimitReader(endless{}, int64(n)))
		r.ContentLength = -1
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, c := range []struct {
		url  string
		n    int
		want int
	}{{"/cases", 10, 200}, {"/cases", 11, 413}, {"/cases/import", 100, 200}} {
		if got := post(c.url, c.n); got != c.want {
			t.Errorf("%d bytes to %s: %d", c.n, c.url, got)
		}
	}
	if r := ask(h, asked{method: "POST", url: "/cases/import", body: strings.Repeat("x", 101)}); r.StatusCode != 413 || r.Header.Get("Connection") != "close" {
		t.Errorf("a large import: %d", r.StatusCode)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestHeadersOfEveryAnswer(t *testing.T) {
	o := basic()
	o.Secure, o.FormAction = true, []string{"https://id.example.org"}
	h := Wrap(site(), o)
	for _, a := range []asked{{url: "/cases/x"}, {url: "/nothing"}, {url: "/panics/x"}, {url: "/cases/x", host: "evil.example.net"}} {
		r := ask(h, a)
		for k, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
				"form-action 'self' https://id.example.org; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := r.Header.Get(k); got != want {
				t.Errorf("%s: %s is %q", a.url, k, got)
			}
		}
		if r.Header.Get("Permissions-Policy") == "" || len(r.Header.Get("X-Request-Id")) != 16 {
			t.Errorf("%s: %v", a.url, r.Header)
		}
	}
	if r := ask(Wrap(site(), basic()), asked{url: "/cases/x"}); r.Header.Get("Strict-Transport-Security") != "" {
		t.Error("a page by http promises https")
	}
}

// Whose address counts: the rightmost that no trusted proxy has.
func TestAddresses(t *testing.T) {
	o := basic()
	o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("fd00::/64")}
	h := Wrap(site(), o)
	for name, c := range map[string]struct{ from, forwarded, want string }{
		"nobody in between":              {"198.51.100.1:1", "", "198.51.100.1"},
		"a liar":                         {"198.51.100.1:1", "203.0.113.5", "198.51.100.1"},
		"a proxy":                        {"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		"a proxy in IPv6":                {"[fd00::1]:1", "2001:db8::5", "2001:db8::5"},
		"a proxy written as IPv4 in v6":  {"[::ffff:10.0.0.1]:1", "::ffff:198.51.100.1", "198.51.100.1"},
		"two proxies":                    {"10.0.0.1:1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		"a liar behind a proxy":          {"10.0.0.1:1", "127.0.0.1, 198.51.100.1", "198.51.100.1"},
		"a liar who claims to be one":    {"10.0.0.1:1", "10.0.0.9, 198.51.100.1", "198.51.100.1"},
		"a proxy that says nothing":      {"10.0.0.1:1", "", "10.0.0.1"},
		"a proxy that says nonsense":     {"10.0.0.1:1", "unknown", "10.0.0.1"},
		"nonsense left of an address":    {"10.0.0.1:1", "'; DROP, 198.51.100.1", "198.51.100.1"},
		"nonsense left of a proxy":       {"10.0.0.1:1", "'; DROP, 10.0.0.2", "10.0.0.2"},
		"with a port, which is nonsense": {"10.0.0.1:1", "198.51.100.1:55", "10.0.0.1"},
		"a socket without an address":    {"@", "198.51.100.1", "invalid IP"},
	} {
		head := map[string]string{}
		if c.forwarded != "" {
			head["X-Forwarded-For"] = c.forwarded
		}
		if got := text(t, ask(h, asked{url: "/cases/x", from: c.from, head: head})); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSecureIsBelievedOfProxiesAlone(t *testing.T) {
	o := basic()
	o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}
	h := Wrap(site(), o)
	https := map[string]string{"X-Forwarded-Proto": "https"}
	for from, want := range map[string]string{"10.0.0.1:1": "https", "198.51.100.1:1": ""} {
		if got := text(t, ask(h, asked{url: "/secure", from: from, head: https})); got != want {
			t.Errorf("from %s: %q", from, got)
		}
	}
	if got := text(t, ask(h, asked{url: "/secure", from: "10.0.0.1:1"})); got != "" {
		t.Errorf("a proxy that said nothing: %q", got)
	}
}

// Outside a request there is nobody.
func TestWithoutARequest(t *testing.T) {
	if ctx := context.Background(); Address(ctx).IsValid() || RequestID(ctx) != "" || Secure(ctx) {
		t.Error("somebody is there")
	}
}

func TestRefuseIsTheirs(t *testing.T) {
	o := basic()
	o.Refuse = func(w http.ResponseWriter, _ *http.Request, status int) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "a page")
	}
	h := Wrap(site(), o)
	for _, a := range []asked{{url: "//x"}, {url: "/panics/x"}} {
		if got := text(t, ask(h, a)); got != "a page" {
			t.Errorf("%s: %q", a.url, got)
		}
	}
}

// logger writes JSON lines into b.
func logger(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewJSONHandler(b, nil)) }
