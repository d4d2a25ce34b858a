package security

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"net/http"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/app"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/internal/testkit/pgtest"
	"tocsin/partner"
)

// TestMain lets four worlds run at once even on two processors, since each of
// them waits for its disk most of the time, and collects their garbage less often.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(max(4, runtime.GOMAXPROCS(0)))); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400)
	pgtest.Shared(m)
}

// engines are the two databases.
var engines = []string{"sqlite", "postgres"}

// world is a platform of the demo with people who must not see what others keep.
type world struct {
	t       *testing.T
	dir     string
	db      string // connection URL, "" for the embedded store
	app     *app.App
	p       *app.Platform
	mux     *http.ServeMux
	at      app.Listening
	web     *http.Client
	traces  *traces
	logged  *capture
	clock   *clock
	people  map[string]*person // by login, or a name of this package
	cases   map[string]string  // name → handle
	objects map[string]string  // name → id of something that belongs to a hidden case
	secrets []string           // of sessions, links, tokens, passwords that were handed out
}

// person is somebody with a session, or a token, or neither.
type person struct {
	name    string
	id      string
	session string // of the cookie
	every   string // token with every scope
	least   string // token with one scope that reads nothing
}

// opened starts the platform of the demo on an engine.
func opened(t *testing.T, engine string) *world {
	t.Helper()
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "data"), traces: newTraces(), logged: &capture{}, clock: &clock{},
		people: map[string]*person{}, cases: map[string]string{}, objects: map[string]string{}}
	if engine == "postgres" {
		w.db = pgtest.Database(t)
	}
	var err error
	w.app, err = app.Open(t.Context(), app.Options{
		DataDir: w.dir, Database: w.db, Create: true, Statements: w.traces.said, Now: w.clock.now,
		Log: slog.New(slog.NewJSONHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	must(t, err)
	t.Cleanup(func() { must(t, w.app.Close()) })
	w.start(app.PlatformOptions{})
	visitors, err := w.p.Demo(t.Context())
	must(t, err)
	for _, v := range visitors {
		w.enters(strings.ToLower(strings.Fields(v.Name)[0]), v.Link)
	}
	return w
}

// start serves, with what an option leaves out as for the walk.
func (w *world) start(o app.PlatformOptions) {
	w.t.Helper()
	o.Addr, o.Demo, o.Every, o.Pad, o.MetricsAddr = "127.0.0.1:0", true, time.Hour, 8, "127.0.0.1:0"
	if o.Rate == (edge.Rate{}) {
		o.Rate.PerSecond, o.PersonRate.PerSecond = -1, -1
	}
	o.Ready = func(l app.Listening) { w.at = l }
	o.Mounted = func(mux *http.ServeMux) { w.mux = mux }
	p, err := w.app.Platform(o)
	must(w.t, err)
	must(w.t, p.Start(w.t.Context()))
	w.p = p
	w.t.Cleanup(func() { must(w.t, p.Stop()) })
	transport := &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}
	w.t.Cleanup(transport.CloseIdleConnections)
	w.web = &http.Client{Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// secretOf is the secret in a link; what stands behind it is where it leads.
func secretOf(link string) string {
	_, secret, _ := strings.Cut(link, "/in/")
	secret, _, _ = strings.Cut(secret, "?")
	return secret
}

// enters uses a link as a browser does, and keeps the session.
func (w *world) enters(name, link string) *person {
	w.t.Helper()
	r := w.request("POST", strings.TrimPrefix(link, w.p.URL()), "application/x-www-form-urlencoded", []byte("a=1"))
	res := w.do(r)
	secret := cookieOf(res.header, "tocsin")
	if res.status != http.StatusSeeOther || secret == "" {
		w.t.Fatalf("%s does not come in: %d %.200s", name, res.status, res.body)
	}
	session, reader, err := w.p.People().Reader(w.t.Context(), secret, identity.Came{})
	must(w.t, err)
	p := &person{name: name, id: session.Person, session: secret}
	if reader.Person != session.Person {
		w.t.Fatalf("%s is %s", name, reader.Person)
	}
	w.people[name] = p
	w.secrets = append(w.secrets, secret, secretOf(link))
	return p
}

// reader is somebody as the use cases see them now.
func (w *world) reader(name string) access.Reader {
	w.t.Helper()
	_, r, err := w.p.People().Reader(w.t.Context(), w.people[name].session, identity.Came{})
	must(w.t, err)
	return r
}

// newcomer puts an organisation of some standing there, with one person in it who
// comes in.
func (w *world) newcomer(name string, standing partner.Standing, roles ...partner.Role) *person {
	w.t.Helper()
	ctx, admin := w.t.Context(), w.reader("ines")
	_, err := w.p.People().PutOrg(ctx, admin, partner.Org{ID: "walk-" + name, Name: "Walk " + name, Kind: "legal-entity", Country: "DE", Standing: standing}, 0)
	must(w.t, err)
	return w.member(name, "walk-"+name, roles...)
}

// member puts a person of an organisation there, who comes in.
func (w *world) member(name, org string, roles ...partner.Role) *person {
	w.t.Helper()
	_, _, err := w.p.People().PutPerson(w.t.Context(), w.reader("ines"), partner.Person{ID: "person-" + name, Name: "Walker " + name,
		Login: name + "@walk.example.org", Place: "CN", Zone: "Asia/Shanghai", Member: []partner.Membership{{Org: org, Roles: roles}}}, 0)
	must(w.t, err)
	return w.linked(name, "person-"+name)
}

func (w *world) linked(name, id string) *person {
	w.t.Helper()
	secret, _, err := w.p.People().NewLink(w.t.Context(), id, "demo", 0, "")
	must(w.t, err)
	return w.enters(name, w.p.Link(secret))
}

// tokened gives somebody a token with every scope and one that reads nothing.
func (w *world) tokened(name string) {
	w.t.Helper()
	p := w.people[name]
	all := []string{}
	for _, a := range append(access.Acts(), access.Offices()...) {
		all = append(all, string(a))
	}
	var err error
	p.every, _, err = w.p.People().NewToken(w.t.Context(), p.id, "every scope", scopesOf(all), time.Hour)
	must(w.t, err)
	p.least, _, err = w.p.People().NewToken(w.t.Context(), p.id, "no reading", []string{"close"}, time.Hour)
	must(w.t, err)
	w.secrets = append(w.secrets, p.every, p.least)
}

// scopesOf leaves out what is said twice.
func scopesOf(all []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// traces keeps the text of the statements by the request that they were for.
type traces struct {
	mu sync.Mutex
	by map[string][]string
	n  int // statements that belong to no request
}

func newTraces() *traces { return &traces{by: map[string][]string{}} }

func (s *traces) said(ctx context.Context, text string) {
	id := edge.RequestID(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if id == "" {
		s.n++
		return
	}
	s.by[id] = append(s.by[id], text)
}

// taken gives the statements of a request, and forgets them.
func (s *traces) taken(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.by[id]
	delete(s.by, id)
	return out
}

// capture is a log that can be searched.
type capture struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *capture) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(p)
}

func (c *capture) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}

// forward moves a clock that is held.
func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = c.held.Add(d)
}

// cookieOf is the value of a cookie that an answer sets, "" for none; the last one
// counts, as for browsers.
func cookieOf(h http.Header, name string) (value string) {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == name {
			value = c.Value
		}
	}
	return value
}

// clock is the machine's, and stands still while it is held.
type clock struct {
	mu   sync.Mutex
	held time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held.IsZero() {
		return c.held
	}
	return time.Now()
}

// hold stops the clock until release: for pages that say how long is left. The
// record bears up to a minute of it.
func (c *clock) hold() (release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = time.Now()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.held = time.Time{}
	}
}
