package app

import (
	"context"
	"net/http"
	"os"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/coordination"
	"tocsin/escalation"
	"tocsin/httpapi"
	"tocsin/identity"
	"tocsin/identity/oidc"
	"tocsin/internal/edge"
	"tocsin/internal/telemetry"
	"tocsin/partnership"
	"tocsin/rulebook"
	"tocsin/sharing"
	"tocsin/tasking"
	"tocsin/webui"
)

// parts are what the platform is made of, above the record.
type parts struct {
	book    *rulebook.Book
	keys    escalation.Keys
	lines   escalation.Store
	seats   coordination.SeatStore
	cabinet *cabinet.Cabinet
	watcher *escalation.Watcher
	people  *identity.Service
	desk    *coordination.Desk
	circles *partnership.Service
	shared  *sharing.Service
	tasks   *tasking.Service
	pages   *webui.Site
	api     httpapi.Options
	public  http.Handler
	ledger  *openLedger
	metrics *telemetry.Metrics

	larger   map[string]int64
	patterns []string
}

// perPerson is how often one person may ask the API, unless the options say.
var perPerson = edge.Rate{PerSecond: 50, Burst: 300}

// secondPerson are the acts that need another person (security.md, "Compromised
// coordinator").
var secondPerson = []access.Act{access.Erase, access.Export}

// build makes the parts for a platform that listens on addr.
func (p *Platform) build(addr string) (*parts, error) {
	a := p.app
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		return nil, err
	}
	key, err := a.dir.CabinetKey()
	if err != nil {
		return nil, err
	}
	t := &parts{
		book: book, keys: escalation.Keys(a.dir.LookupKey()), lines: a.db, seats: a.db,
		cabinet: cabinet.New(a.db, cabinet.Options{Key: key, Rand: a.o.Rand}),
		ledger:  &openLedger{a: a},
		public:  httpapi.Log(publicLog{a.db}, publicLog{a.db}, a.o.Log),
	}
	t.watcher = escalation.New(escalation.Options{
		Store: t.lines, Keeper: a.keeper, Book: book, Lookup: [32]byte(t.keys), Now: a.o.Now, Log: a.o.Log,
	})
	if err := t.buildPeople(p, addr); err != nil {
		return nil, err
	}
	t.desk = coordination.New(coordination.Options{
		Keeper: a.keeper, Cabinet: t.cabinet, Lines: t.lines, Seats: t.seats, Watch: t.watcher, Book: book, Lookup: [32]byte(t.keys),
		People: t.people, Freezer: t.people, Now: a.o.Now, Rand: a.o.Rand, Log: a.o.Log, SecondPerson: secondPerson,
	})
	t.circles = partnership.New(partnership.Options{Desk: t.desk, Files: a.keeper, Directory: t.people, Cabinet: t.cabinet, Book: book, Now: a.o.Now, Rand: a.o.Rand, Log: a.o.Log})
	t.desk.Join(t.circles)
	t.shared = sharing.New(sharing.Options{Circles: t.circles, People: t.people, Log: a.keeper, Cabinet: t.cabinet, Reads: t.desk, Freezer: t.people, Now: a.o.Now, Rand: a.o.Rand, Logger: a.o.Log})
	t.tasks = tasking.New(tasking.Options{Circles: t.circles, Groups: t.shared, Directory: t.people, Log: a.keeper, Cabinet: t.cabinet, Reads: t.desk, Now: a.o.Now, Rand: a.o.Rand, Logger: a.o.Log})
	if err := t.buildPages(p); err != nil {
		return nil, err
	}
	t.api = t.apiOptions(p)
	t.larger = map[string]int64{}
	for _, m := range []map[string]int64{httpapi.Larger(), webui.Larger} {
		for pattern, bytes := range m {
			t.larger[pattern] = bytes
		}
	}
	return t, nil
}

// notes lets identity note in the log.
type notes struct{ a *App }

// Note keeps what changes power.
func (n notes) Note(ctx context.Context, kind string, body map[string]any, by string) error {
	_, err := n.a.keeper.Note(ctx, kind, body, by)
	return err
}

func (t *parts) buildPeople(p *Platform, addr string) error {
	o := identity.Options{
		Cabinet: t.cabinet, Notes: notes{p.app}, Origins: p.o.origins(addr), Name: "Tocsin", Demo: p.o.Demo, Now: p.app.o.Now, Rand: p.app.o.Rand,
	}
	if sso := p.o.SSO; sso != (SSO{}) {
		secret, err := os.ReadFile(sso.SecretFile)
		if err != nil {
			return refused("--sso-secret-file: the file cannot be read: %v", err)
		}
		provider, err := oidc.New(oidc.Options{
			Issuer: sso.Issuer, ClientID: sso.ClientID, Secret: strings.TrimSpace(string(secret)), Redirect: p.url + "/sign-in/sso/return",
			Now: p.app.o.Now, Rand: p.app.o.Rand,
		})
		if err != nil {
			return err
		}
		o.Provider = provider
	}
	var err error
	t.people, err = identity.New(o)
	return err
}

func (t *parts) buildPages(p *Platform) (err error) {
	t.pages, err = webui.New(t.pageOptions(p))
	return err
}

func (t *parts) pageOptions(p *Platform) webui.Options {
	o := webui.Options{
		Identity: t.people, Desk: t.desk, Ledger: t.ledger, Book: t.book, Platform: p.about, Notes: p.app.keeper, Secure: p.o.secure(), Version: Version(),
		Now: p.app.o.Now, Log: p.app.o.Log,
	}
	o.Circles, o.Shares, o.Published = t.circles, t.shared, t.published(p)
	o.Directives = t.tasks
	if p.o.SSO != (SSO{}) {
		o.SSO = t.people.SSOName()
	}
	return o
}

func (t *parts) apiOptions(p *Platform) httpapi.Options {
	rate := p.o.PersonRate
	if rate == (edge.Rate{}) {
		rate = perPerson
	}
	return httpapi.Options{
		Tokens: t.people,
		Reads:  t.desk, Writes: t.desk, Opens: t.desk, Papers: t.desk, Seats: t.desk, Approvals: t.desk, Relies: t.desk,
		Profile: t.people, Directory: t.people, Changes: t.people, Roles: t.people, Circles: t.circles, Findings: t.circles, Shares: t.shared, Tasks: t.tasks, Sessions: t.people,
		Book: t.book, Ledger: t.ledger.Public, URL: p.url, Limit: edge.NewLimiter(rate, p.app.o.Now), TagKey: t.tagKey(), Now: p.app.o.Now, Log: p.app.o.Log,
	}
}

// tagKey is the key of entity tags, the same in every process of a platform.
func (t *parts) tagKey() []byte {
	k := t.keys.Word("\x00entity tags")
	return k[:]
}

// mount puts pages, API and the public log on the mux.
func (t *parts) mount(mux *http.ServeMux) {
	t.patterns = []string{"/", "/healthz", "/readyz", edge.Route(securityRoute), "/checkpoint", "/tile/", "/static/", edge.Unmatched}
	for _, p := range httpapi.API(mux, t.api) {
		t.patterns = append(t.patterns, edge.Route(p))
	}
	mux.Handle("/checkpoint", t.public)
	mux.Handle("/tile/", t.public)
	t.pages.Mount(mux)
	for _, r := range t.pages.Routes() {
		t.patterns = append(t.patterns, edge.Route(r.Pattern))
	}
}

// observe counts a request.
func (t *parts) observe(pattern, method string, status int, took time.Duration) {
	t.metrics.Request(pattern, method, status, took)
}

// refuse answers for the edge: the API in its form, the rest as pages.
func (t *parts) refuse(w http.ResponseWriter, r *http.Request, status int) {
	if strings.HasPrefix(r.URL.Path, httpapi.Prefix+"/") {
		httpapi.Refuse(w, r, status)
		return
	}
	t.pages.Refuse(w, r, status)
}
