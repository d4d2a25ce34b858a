package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/internal/fault"
)

// browser is somebody with a cookie jar who follows no redirects.
type browser struct {
	t    *testing.T
	http *http.Client
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, address string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res, string(text)
}

// enter uses a one-time link, as a person does: a page with a button.
func (b *browser) enter(link string) *http.Response {
	b.t.Helper()
	if res, text := b.do("GET", link, nil); res.StatusCode != 200 || !strings.Contains(text, "<form") {
		b.t.Fatalf("the link: %d", res.StatusCode)
	}
	res, text := b.do("POST", link, url.Values{})
	if res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("using the link: %d %.300s", res.StatusCode, text)
	}
	return res
}

// A newcomer starts a platform, uses the link that it prints, and is in; the link
// is good once.
func TestTheFirstAdministrator(t *testing.T) {
	a := begun(t, folder(t))
	var at Listening
	p := started(t, a, PlatformOptions{Ready: func(l Listening) { at = l }})
	if !strings.HasPrefix(at.First, p.URL()+"/in/") || at.URL != p.URL() {
		t.Fatalf("%+v", at)
	}
	b := newBrowser(t)
	b.enter(at.First)
	if res, _ := b.do("GET", p.URL()+"/setup", nil); res.StatusCode != 200 {
		t.Errorf("setting up: %d", res.StatusCode)
	}
	if res, _ := newBrowser(t).do("POST", at.First, url.Values{}); res.StatusCode == http.StatusSeeOther {
		t.Error("the link was good twice")
	}
	for path, want := range map[string]int{
		"/": 200, "/ledger": 200, "/sign-in": 200, "/healthz": 200, "/api/v1/openapi.json": 200, "/api/v1/cases": 401, "/desk": 303, "/metrics": 404, "/nothing": 404,
	} {
		if res, _ := newBrowser(t).do("GET", p.URL()+path, nil); res.StatusCode != want {
			t.Errorf("a stranger at %s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

// ready asks until the platform says so; each try is a round trip.
func ready(t *testing.T, p *Platform) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		res, text := newBrowser(t).do("GET", p.URL()+"/readyz", nil)
		if res.StatusCode == 200 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never ready: %s", text)
		}
	}
}

func TestReadiness(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{})
	ready(t, p)
	p.canary.mu.Lock()
	p.canary.good = false
	p.canary.mu.Unlock()
	res, text := newBrowser(t).do("GET", p.URL()+"/readyz", nil)
	if res.StatusCode != http.StatusServiceUnavailable || text != "not ready: canary\n" {
		t.Errorf("with a silent canary: %d %q", res.StatusCode, text)
	}
	if err := a.dir.Guard().Diverge("a test says so"); err != nil {
		t.Fatal(err)
	}
	if _, text := newBrowser(t).do("GET", p.URL()+"/readyz", nil); text != "not ready: ledger, canary\n" {
		t.Errorf("and a diverged log: %q", text)
	}
	if res, _ := newBrowser(t).do("GET", p.URL()+"/healthz", nil); res.StatusCode != 200 {
		t.Errorf("the process answers: %d", res.StatusCode)
	}
}

// A silent canary stops the signing: whoever sees no new checkpoint knows.
func TestNothingIsSignedWhileTheCanaryIsSilent(t *testing.T) {
	a := begun(t, folder(t))
	tick := make(chan time.Time)
	p := started(t, a, PlatformOptions{Pad: 8, Tick: tick})
	before := published(t, p.URL(), 0).Size
	silence := func(silent bool) {
		p.canary.mu.Lock()
		defer p.canary.mu.Unlock()
		p.canary.good = !silent
	}
	silence(true)
	tick <- time.Now()
	tick <- time.Now() // the first was worked off
	if got := published(t, p.URL(), 0).Size; got != before {
		t.Errorf("signed over %d while the canary was silent", got)
	}
	silence(false)
	tick <- time.Now()
	if got := published(t, p.URL(), before).Size; got <= before {
		t.Error("not signed again")
	}
}

// Metrics are on their own address, and never among the pages.
func TestMetrics(t *testing.T) {
	a := begun(t, folder(t))
	var at Listening
	p := started(t, a, PlatformOptions{MetricsAddr: "127.0.0.1:0", Ready: func(l Listening) { at = l }})
	ready(t, p)
	b := newBrowser(t)
	b.do("GET", p.URL()+"/cases/TOC-SECRET-1", nil)
	b.do("GET", p.URL()+"/TOC-SECRET-2", nil)
	b.do("GET", p.URL()+"/api/v1/cases/TOC-SECRET-3/plan", nil)
	b.do("GET", p.URL()+"/api/v1/TOC-SECRET-4", nil)
	_, text := b.do("GET", "http://"+at.Metrics+"/metrics", nil)
	for _, want := range []string{
		`route="/cases/{handle}"`, `route="/api/v1/cases/{case}/plan",status="4xx"`, `route="/api/v1/",`, "tocsin_ready 1", "tocsin_duties_open 0", "tocsin_ledger_entries ", "tocsin_canary_age_seconds ", "go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(text, "SECRET") {
		t.Error("a label tells what was asked")
	}
	if res, _ := b.do("GET", "http://"+at.Metrics+"/desk", nil); res.StatusCode != 404 {
		t.Errorf("a page among the metrics: %d", res.StatusCode)
	}
}

// lines collects log lines.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The demo: each link lets its person in, each finds their case, and neither the
// log nor the metrics say a word of what is in the cases.
func TestDemo(t *testing.T) {
	var said lines
	a, err := Open(t.Context(), Options{DataDir: folder(t), Create: true, Log: slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	var at Listening
	p := started(t, a, PlatformOptions{Demo: true, MetricsAddr: "127.0.0.1:0", Ready: func(l Listening) { at = l }})
	visitors, err := p.Demo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(visitors) != 11 {
		t.Errorf("%d visitors", len(visitors))
	}
	want := map[string]struct {
		status int
		words  string
	}{
		"Lin Wei":       {200, "CN-RMSV"},
		"Jonas Keller":  {403, "RMSV"},
		"Marit Solheim": {200, ""}, "Karin Bauer": {200, ""}, "Ines Okafor": {200, ""},
		"Priya Raman": {200, "Ferrule TLS, session tickets"},
		"Henrik Dahl": {200, "Nordhain Steuerungstechnik"}, "Felix Hartung": {200, "Sundmark"},
		"Tomás Reyes": {200, ""}, "Anne Vogt": {200, "Nordhain RAM-6"}, "Ola Brandt": {200, ""},
	}
	for _, v := range visitors {
		w, ok := want[v.Name]
		if !ok || v.Who == "" || v.Look == "" {
			t.Errorf("%+v", v)
			continue
		}
		for range 2 { // a link of the demo is good again and again
			b := newBrowser(t)
			b.enter(v.Link)
			if res, text := b.do("GET", v.At, nil); res.StatusCode != w.status || !strings.Contains(text, w.words) {
				t.Errorf("%s at %s: %d", v.Name, v.At, res.StatusCode)
			}
			if res, _ := b.do("GET", p.URL()+"/cases/TOC-2021-0001/plan", nil); res.StatusCode != 200 {
				t.Errorf("%s at Log4Shell: %d", v.Name, res.StatusCode)
			}
		}
	}
	// Once more: it is the same demo, with the same people and cases.
	again, err := p.Demo(t.Context())
	if err != nil || len(again) != len(visitors) || again[1].At != visitors[1].At {
		t.Errorf("%v, %v", again, err)
	}
	secret := regexp.MustCompile(`(?i)yuhe|nordhain|ferrule|harbour|lin\.wei|keller|DEMO-|TOC-2021|log4|embargo proposed`)
	if m := secret.FindString(said.String()); m != "" {
		t.Errorf("the log says %q", m)
	}
	if _, text := newBrowser(t).do("GET", "http://"+at.Metrics+"/metrics", nil); secret.MatchString(text) || !strings.Contains(text, "tocsin_duties_past_due") {
		t.Errorf("the metrics say %q", secret.FindString(text))
	}
	for line := range strings.Lines(said.String()) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if l["level"] == "ERROR" {
			t.Errorf("an error was logged: %s", line)
		}
	}
}

// The links of the demo are nothing on a platform that is none, and its people
// are not put among others.
func TestDemoIsNoPlatform(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{})
	_, err := p.Demo(t.Context())
	wantKind(t, err, fault.Internal, "no demo")
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	q := started(t, a, PlatformOptions{Demo: true})
	_, err = q.Demo(t.Context())
	wantKind(t, err, fault.Conflict, "people of its own")
}

// Stop lets what is under way finish, ends what stays open at once, and lets the
// address go.
func TestStop(t *testing.T) {
	a := begun(t, folder(t))
	p := started(t, a, PlatformOptions{Demo: true})
	visitors, err := p.Demo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	b.enter(visitors[0].Link)
	r, err := http.NewRequestWithContext(t.Context(), "GET", p.URL()+"/desk/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		t.Fatalf("the stream: %d", res.StatusCode)
	}
	began := time.Now()
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took >= stopTime {
		t.Errorf("stopping took %s with an open stream", took)
	}
	_, _ = io.Copy(io.Discard, res.Body) // it has ended
	if _, err := net4(t, p.URL()); err == nil {
		t.Error("somebody still answers")
	}
}

func net4(t *testing.T, address string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), "GET", address+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Timeout: 5 * time.Second}).Do(r)
	if err == nil {
		_ = res.Body.Close()
	}
	return res, err
}
