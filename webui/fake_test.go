package webui

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/identity"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// at is the time in which the fakes live.
var at = time.Date(2026, 3, 5, 14, 51, 0, 0, time.UTC)

// fake is an identity of made-up people. Secrets of sessions are the ids of
// their people; err makes a method fail by its name.
type fake struct {
	Identity // what is not faked panics

	people   map[string]partner.Person
	orgs     map[string]partner.Org
	ways     map[string]identity.Credentials
	limited  map[string]bool
	frozen   map[string]bool
	fresh    map[string]bool
	roles    []identity.RoleRequest
	err      map[string]error
	calls    []string
	desk     *fakeDesk
	ledger   Ledger
	notes    fakeNotes
	password string           // that is right
	with     []func(*Options) // changes of every site made of it
}

// fakeDesk answers what the pages of this file's owner ask; others set fields.
type fakeDesk struct {
	Desk
	approvals []coordination.Approval
	decided   []string
	err       error
}

func (d *fakeDesk) Approvals(context.Context, access.Reader, coordination.Page) ([]coordination.Approval, string, error) {
	return d.approvals, "", d.err
}

func (d *fakeDesk) Decide(_ context.Context, who access.Reader, id string, approve bool, reason string) (coordination.Approval, error) {
	if d.err != nil {
		return coordination.Approval{}, d.err
	}
	d.decided = append(d.decided, strings.Join([]string{who.Person, id, map[bool]string{true: "yes", false: "no"}[approve], reason}, "|"))
	return coordination.Approval{ID: id}, nil
}

// newFake has ada, who administers, ben, who answers for Acme, and eve, whose
// session may only set up credentials.
func newFake() *fake {
	f := &fake{
		people: map[string]partner.Person{
			"ada": {ID: "ada", Name: "Ada Admin", Login: "ada@example.org", Platform: []partner.Role{partner.Administrator}, Place: "DE", Zone: "Europe/Berlin",
				Member: []partner.Membership{{Org: "acme", Roles: []partner.Role{partner.Responder}}}},
			"ben": {ID: "ben", Name: "Ben Brandt", Login: "ben@example.org", Place: "CN", Zone: "Asia/Shanghai",
				Member:   []partner.Membership{{Org: "acme", Roles: []partner.Role{partner.Responder}}},
				Deputies: []partner.Deputy{{Person: "ada", From: at.AddDate(0, 0, -1), Until: at.AddDate(0, 0, 8)}}},
			"eve": {ID: "eve", Name: "Eve New", Login: "eve@example.org"},
		},
		orgs: map[string]partner.Org{
			"acme-group": {ID: "acme-group", Name: "Acme Group", Kind: partner.Group, Country: "DE", Standing: partner.Active},
			"acme":       {ID: "acme", Name: "Acme Networks GmbH", Kind: partner.Entity, PartOf: "acme-group", Country: "DE", Standing: partner.Active},
			"acme-cn":    {ID: "acme-cn", Name: "Acme Networks (Shanghai)", Kind: partner.Entity, PartOf: "acme-group", Country: "CN", Standing: partner.Warned},
			"other":      {ID: "other", Name: "Other Works", Kind: partner.Entity, Country: "HK", Standing: partner.Suspended},
		},
		ways: map[string]identity.Credentials{
			"ada": {Password: true, TOTP: true, Recovery: 9, SSO: []string{"https://sso.example.org"},
				Passkeys: []identity.Passkey{{ID: "k1", Name: "Work laptop", Added: at.AddDate(0, -1, 0), Used: at.Add(-3 * time.Hour)}},
				Tokens: []identity.Token{{ID: "t1", Name: "backup host", Scopes: []string{"see", "export"}, Made: at.AddDate(0, 0, -20),
					Until: at.AddDate(0, 0, 70), Hint: "tocsin_abcd"}}},
			"ben": {Passkeys: []identity.Passkey{{ID: "k2", Name: "Phone", Added: at}}},
		},
		limited: map[string]bool{"eve": true}, frozen: map[string]bool{}, fresh: map[string]bool{"ada": true, "ben": true},
		err: map[string]error{}, desk: &fakeDesk{}, password: "correct horse battery staple",
	}
	f.roles = []identity.RoleRequest{{ID: "r1", Person: "ben", Roles: []partner.Role{partner.Coordinator}, By: "ada"}}
	return f
}

func (f *fake) called(name string, args ...string) error {
	f.calls = append(f.calls, strings.Join(append([]string{name}, args...), " "))
	return f.err[name]
}

func (f *fake) step(person string, how ...string) identity.Step {
	s := identity.Session{ID: "h-" + person, Person: person, Created: at, Seen: at, How: how, Limited: f.limited[person]}
	return identity.Step{Session: &s, Secret: person}
}

func (f *fake) Password(_ context.Context, login, password string, _ identity.Came) (identity.Step, error) {
	if err := f.called("Password"); err != nil {
		return identity.Step{}, err
	}
	for id, p := range f.people {
		if strings.EqualFold(p.Login, login) && password == f.password {
			if f.ways[id].TOTP {
				return identity.Step{Next: "totp", Ticket: "ticket-" + id}, nil
			}
			return f.step(id, "password"), nil
		}
	}
	return identity.Step{}, fault.New(fault.Forbidden, "wrong")
}

func (f *fake) Second(_ context.Context, ticket, code string, _ identity.Came) (identity.Step, error) {
	if err := f.called("Second"); err != nil {
		return identity.Step{}, err
	}
	id, ok := strings.CutPrefix(ticket, "ticket-")
	if !ok || code != "123456" {
		return identity.Step{}, fault.New(fault.Forbidden, "wrong")
	}
	return f.step(id, "password", "totp"), nil
}

func (f *fake) Passkeys() bool { return true }
func (f *fake) PasskeyBegin(context.Context) ([]byte, string, error) {
	return []byte(`{"publicKey":{"challenge":"AAAA"}}`), "pk", f.called("PasskeyBegin")
}

func (f *fake) PasskeyFinish(_ context.Context, ticket string, answer []byte, _ identity.Came) (identity.Step, error) {
	if err := f.called("PasskeyFinish", ticket, string(answer)); err != nil {
		return identity.Step{}, err
	}
	return f.step("ben", "passkey"), nil
}

func (f *fake) SSOBegin(context.Context) (string, string, error) {
	return "https://sso.example.org/authorize?x=1", "sso-ticket", f.called("SSOBegin")
}

func (f *fake) SSOStepUp(_ context.Context, secret string) (string, string, error) {
	return "https://sso.example.org/authorize?again=1", "sso-again", f.called("SSOStepUp", secret)
}

func (f *fake) SSOFinish(_ context.Context, ticket string, q map[string][]string, _ identity.Came) (identity.Step, error) {
	if err := f.called("SSOFinish", ticket, strings.Join(q["code"], "")); err != nil {
		return identity.Step{}, err
	}
	return f.step("ada", "sso"), nil
}

func (f *fake) NewLink(_ context.Context, person, purpose string, _ time.Duration, by string) (string, identity.Link, error) {
	return "s3cret", identity.Link{Person: person, For: purpose, Until: at.Add(24 * time.Hour), By: by}, f.called("NewLink", person, purpose, by)
}

func (f *fake) LookLink(_ context.Context, secret string) (identity.Link, error) {
	if purpose, ok := strings.CutPrefix(secret, "good-"); ok {
		l := identity.Link{Person: "eve", For: purpose, Until: at.Add(time.Hour)}
		if purpose == "recovery" {
			l.From, l.Until = at.Add(24*time.Hour), at.Add(48*time.Hour)
		}
		return l, f.called("LookLink")
	}
	return identity.Link{}, fault.New(fault.NotFound, "no such link")
}

func (f *fake) UseLink(_ context.Context, secret string, _ identity.Came) (identity.Step, error) {
	if !strings.HasPrefix(secret, "good-") {
		return identity.Step{}, fault.New(fault.NotFound, "no such link")
	}
	return f.step("eve", "link"), f.called("UseLink", secret)
}

func (f *fake) Reader(_ context.Context, secret string, _ identity.Came) (identity.Session, access.Reader, error) {
	if err := f.called("Reader"); err != nil {
		return identity.Session{}, access.Reader{}, err
	}
	p, ok := f.people[secret]
	if !ok {
		return identity.Session{}, access.Reader{}, fault.New(fault.Forbidden, "nobody")
	}
	s := *f.step(p.ID, "password", "totp").Session
	s.Frozen = f.frozen[p.ID]
	r := access.Reader{Person: p.ID, Name: p.Name, Zone: p.Zone, Lang: p.Lang, Place: p.Place, Session: s.ID}
	if s.Limited || s.Frozen {
		r.Scopes = []string{"none"}
		return s, r, nil
	}
	r.Platform, r.Fresh = p.Platform, f.fresh[p.ID]
	for _, m := range p.Member {
		a := access.Acting{Org: m.Org, Roles: m.Roles, Standing: f.orgs[m.Org].Standing, Country: f.orgs[m.Org].Country}
		if above := f.orgs[m.Org].PartOf; above != "" {
			a.Group = []string{above}
		}
		r.Acting = append(r.Acting, a)
	}
	return s, r, nil
}

func (f *fake) StepUp(_ context.Context, secret string, p identity.Proof, _ identity.Came) error {
	if err := f.called("StepUp", secret); err != nil {
		return err
	}
	if p.Password != f.password && p.Ticket == "" {
		return fault.New(fault.Forbidden, "wrong")
	}
	f.fresh[secret] = true
	delete(f.frozen, secret)
	return nil
}

func (f *fake) SignOut(_ context.Context, secret string) error { return f.called("SignOut", secret) }

func (f *fake) Sessions(context.Context, string) ([]identity.Session, error) {
	return []identity.Session{
		{ID: "h-ada", Person: "ada", Created: at.Add(-time.Hour), Seen: at, How: []string{"passkey"}, Address: "192.0.2.10",
			Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"},
		{ID: "h2", Person: "ada", Created: at.AddDate(0, 0, -3), Seen: at.Add(-26 * time.Hour), How: []string{"password", "totp"}, Address: "198.51.100.7",
			Agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", Frozen: true},
	}, f.called("Sessions")
}

func (f *fake) EndSession(_ context.Context, person, id, keep string) error {
	return f.called("EndSession", person, id, keep)
}

func (f *fake) Of(_ context.Context, person string) (identity.Credentials, error) {
	return f.ways[person], f.called("Of")
}

func (f *fake) SetPassword(_ context.Context, person, _, keep string) error {
	return f.called("SetPassword", person, keep)
}

func (f *fake) NewToken(_ context.Context, person, name string, scopes []string, life time.Duration) (string, identity.Token, error) {
	return "tocsin_secretsecretsecret", identity.Token{Name: name}, f.called("NewToken", person, name, strings.Join(scopes, ","), life.String())
}

func (f *fake) DropToken(_ context.Context, person, id string) error {
	return f.called("DropToken", person, id)
}

func (f *fake) TOTPBegin(_ context.Context, person string) (string, string, []byte, string, error) {
	return "otpauth://totp/Tocsin:" + person + "?secret=JBSWY3DPEHPK3PXP", "JBSW Y3DP EHPK 3PXP", tinyPNG, "totp-ticket", f.called("TOTPBegin")
}

func (f *fake) TOTPConfirm(_ context.Context, person, ticket, code string) ([]string, error) {
	if err := f.called("TOTPConfirm", person, ticket); err != nil {
		return nil, err
	}
	if code != "123456" {
		return nil, fault.New(fault.Forbidden, "wrong code")
	}
	return []string{"ABCD-EFGH-2345", "JKLM-NPQR-6789"}, nil
}

func (f *fake) TOTPDrop(_ context.Context, person string) error { return f.called("TOTPDrop", person) }
func (f *fake) PasskeyAddBegin(_ context.Context, person string) ([]byte, string, error) {
	return []byte(`{"publicKey":{"challenge":"AAAA"}}`), "pk-add", f.called("PasskeyAddBegin", person)
}

func (f *fake) PasskeyAddFinish(_ context.Context, person, ticket, name string, _ []byte) (identity.Passkey, error) {
	return identity.Passkey{Name: name}, f.called("PasskeyAddFinish", person, ticket, name)
}

func (f *fake) PasskeyDrop(_ context.Context, person, id string) error {
	return f.called("PasskeyDrop", person, id)
}

func (f *fake) SaveProfile(_ context.Context, p partner.Person, version int64) error {
	if err := f.called("SaveProfile", p.ID); err != nil {
		return err
	}
	if version != 7 {
		return fault.New(fault.Conflict, "the person has changed")
	}
	f.people[p.ID] = p
	return nil
}

func (f *fake) OrgName(_ context.Context, id string) string    { return f.orgs[id].Name }
func (f *fake) PersonName(_ context.Context, id string) string { return f.people[id].Name }

func (f *fake) Person(_ context.Context, id string) (partner.Person, int64, error) {
	p, ok := f.people[id]
	if !ok {
		return p, 0, fault.New(fault.NotFound, "there is no such person")
	}
	return p, 7, f.called("Person")
}

func (f *fake) People(_ context.Context, after string, limit int) ([]partner.Person, error) {
	var out []partner.Person
	for id, p := range f.people {
		if id > after {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b partner.Person) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(limit, len(out))], f.called("People")
}

func (f *fake) PutPerson(_ context.Context, by access.Reader, p partner.Person, version int64) (partner.Person, *identity.RoleRequest, error) {
	if err := f.called("PutPerson", by.Person, p.ID); err != nil {
		return p, nil, err
	}
	if p.ID == "" {
		p.ID = "new"
	} else if version != 7 {
		return p, nil, fault.New(fault.Conflict, "the person has changed")
	}
	was := f.people[p.ID]
	if len(p.Platform) > len(was.Platform) {
		p.Platform = was.Platform
		f.people[p.ID] = p
		return p, &identity.RoleRequest{ID: "r2", Person: p.ID}, nil
	}
	f.people[p.ID] = p
	return p, nil, nil
}

func (f *fake) Org(_ context.Context, id string) (partner.Org, int64, error) {
	o, ok := f.orgs[id]
	if !ok {
		return o, 0, fault.New(fault.NotFound, "there is no such organisation")
	}
	return o, 7, f.called("Org")
}

func (f *fake) Orgs(_ context.Context, after string, limit int) ([]partner.Org, error) {
	var out []partner.Org
	for id, o := range f.orgs {
		if id > after {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b partner.Org) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(limit, len(out))], f.called("Orgs")
}

func (f *fake) MembersOf(_ context.Context, org string) ([]partner.Person, error) {
	var out []partner.Person
	for _, p := range f.people {
		if slices.ContainsFunc(p.Member, func(m partner.Membership) bool { return m.Org == org }) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b partner.Person) int { return strings.Compare(a.Name, b.Name) })
	return out, f.called("MembersOf", org)
}

func (f *fake) PutOrg(_ context.Context, by access.Reader, o partner.Org, _ int64) (partner.Org, error) {
	if o.ID == "" {
		o.ID = "new-org"
	}
	if err := f.called("PutOrg", by.Person, o.ID); err != nil {
		return o, err
	}
	f.orgs[o.ID] = o
	return o, nil
}

func (f *fake) RoleRequests(context.Context) ([]identity.RoleRequest, error) {
	return f.roles, f.called("RoleRequests")
}

func (f *fake) AllowSSO(_ context.Context, by access.Reader, person, email string) error {
	return f.called("AllowSSO", by.Person, person, email)
}

func (f *fake) DecideRoles(_ context.Context, by access.Reader, id string, grant bool) error {
	return f.called("DecideRoles", by.Person, id, map[bool]string{true: "grant", false: "decline"}[grant])
}

// platform is what the page of the platform shows in tests.
func platform(context.Context) (Platform, error) {
	return Platform{
		Version: "0.4.0", Engine: "1", Rulebook: "sha256:" + strings.Repeat("ab", 32), Holidays: "sha256:" + strings.Repeat("cd", 32),
		Zones: "2026a", Store: "sqlite", Started: at.Add(-50 * time.Hour), Log: "tocsin.example.org/log", Size: 1234567, Published: at.Add(-time.Minute),
		Witnesses: []Cosigner{{Name: "witness.example.net", Last: at.Add(-2 * time.Minute), Size: 1234000}, {Name: "silent.example.com"}}, SecondPerson: []string{"erase", "export"},
	}, nil
}

// host is the name under which the pages of tests are asked for.
const host = "tocsin.example.org"

// site makes the pages over the fakes, behind the edge as in the program.
func (f *fake) site(t testing.TB, change ...func(*Options)) http.Handler {
	t.Helper()
	o := Options{
		Identity: f, Desk: f.desk, Ledger: f.ledger, Platform: platform, Notes: f.notes, SSO: "Example Login", Secure: true, Version: "0.4.0",
		Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
	}
	names := []string{host}
	for _, c := range append(f.with, change...) {
		c(&o)
	}
	if !o.Secure {
		names = nil // of whoever asks: a browser on loopback
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Mount(mux)
	if names == nil {
		return localhost(func(host string) http.Handler {
			return edge.Wrap(mux, edge.Options{Hosts: []string{host}, Now: o.Now, Log: o.Log, Refuse: s.Refuse, PerAddress: edge.Rate{PerSecond: 1e6, Burst: 1e6}})
		})
	}
	return edge.Wrap(mux, edge.Options{
		Hosts: names, Secure: o.Secure, Now: o.Now, Log: o.Log, Refuse: s.Refuse, Larger: Larger,
		PerAddress: edge.Rate{PerSecond: 1e6, Burst: 1e6},
	})
}

// localhost wraps for the first name that it is asked by.
func localhost(wrap func(host string) http.Handler) http.Handler {
	var once sync.Once
	var h http.Handler
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { h = wrap(r.Host) })
		h.ServeHTTP(w, r)
	})
}

// ask sends a request as a person ("" is a stranger) in a language. A form
// makes it a POST from the site itself.
func ask(t testing.TB, h http.Handler, who, lang, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://"+host+path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, "https://"+host+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept-Language", lang)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-tocsin", Value: who})
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// tinyPNG is one white pixel.
var tinyPNG = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82")

var discard = slog.New(slog.DiscardHandler)

func nowAt() time.Time { return at }

// serve is a request as it is.
func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "192.0.2.1:1234"
	h.ServeHTTP(w, r)
	return w
}
