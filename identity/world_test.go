package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// The stories hash often, so hashes cost little in them; what they cost outside
// is looked at where it matters (TestAHashIsKeptAsItsStandardSays).
var realCost = costNow

func TestMain(m *testing.M) {
	costNow = cost{memory: 64, time: 1, lanes: 1}
	os.Exit(m.Run())
}

// world is a platform in memory whose clock stands until it is moved.
type world struct {
	testing.TB
	*Service
	store *cabinettest.Memory
	cab   *cabinet.Cabinet
	clock *clock
	notes *notes
	admin access.Reader
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// notes is the log.
type notes struct {
	mu   sync.Mutex
	all  []noteIn
	fail error
}

type noteIn struct {
	kind string
	body map[string]any
	by   string
}

func (n *notes) Note(_ context.Context, kind string, body map[string]any, by string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil {
		return n.fail
	}
	n.all = append(n.all, noteIn{kind, body, by})
	return nil
}

// whats lists what was noted of a kind, with "undone " before what was taken back.
func (n *notes) whats(kind string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for _, x := range n.all {
		if x.kind == kind {
			what := fmt.Sprint(x.body["what"])
			if x.body["undone"] == true {
				what = "undone " + what
			}
			out = append(out, what)
		}
	}
	return out
}

// text is all that the log holds.
func (n *notes) text() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var b strings.Builder
	for _, x := range n.all {
		raw, _ := json.Marshal(x.body)
		fmt.Fprintln(&b, x.kind, x.by, string(raw))
	}
	return b.String()
}

// The people of every story.
const (
	ada   = "p-ada"  // administrator
	bea   = "p-bea"  // coordinator
	chen  = "p-chen" // responder of acme
	dora  = "p-dora" // counsel of acme's group
	emil  = "p-emil" // nobody's yet
	plain = "correct-donkey-parade-44"
)

var home = Came{Address: netip.MustParseAddr("192.0.2.7"), Agent: "Browser/1.0 (test)"}

func seeded() ([]partner.Org, []partner.Person) {
	return []partner.Org{
			{ID: "o-holding", Name: "Acme Holding", Kind: partner.Group, Standing: partner.Active},
			{ID: "o-acme", Name: "Acme Networks", Kind: partner.Entity, PartOf: "o-holding", Country: "CN", Standing: partner.Active},
			{ID: "o-lab", Name: "Acme Lab", Kind: partner.Unit, PartOf: "o-acme", Standing: partner.Active},
			{ID: "o-other", Name: "Other Works", Kind: partner.Entity, Country: "FR", Standing: partner.Active},
		}, []partner.Person{
			{ID: ada, Name: "Ada Admin", Login: "ada@example.org", Platform: []partner.Role{partner.Administrator}},
			{ID: bea, Name: "Bea Brun", Login: "bea@example.org", Platform: []partner.Role{partner.Coordinator}, Place: "FR"},
			{ID: chen, Name: "Chen Li", Login: "chen@acme.example", Member: []partner.Membership{{Org: "o-lab", Roles: []partner.Role{partner.Responder}}}, Place: "CN", Lang: "zh"},
			{ID: dora, Name: "Dora Duval", Login: "dora", Member: []partner.Membership{{Org: "o-other", Roles: []partner.Role{partner.Counsel}}}},
			{ID: emil, Name: "Emil Egger", Login: "emil@example.org"},
		}
}

func newWorld(t testing.TB, change ...func(*Options)) *world {
	t.Helper()
	w := &world{TB: t, store: cabinettest.NewMemory(), notes: &notes{}, clock: &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	w.cab = cabinettest.Over(w.store)
	w.Service = w.process(change...)
	orgs, people := seeded()
	if err := w.Seed(t.Context(), orgs, people); err != nil {
		t.Fatal(err)
	}
	w.admin = access.Reader{Person: ada, Platform: []partner.Role{partner.Administrator}, Fresh: true}
	return w
}

// process is another process on the same database.
func (w *world) process(change ...func(*Options)) *Service {
	w.Helper()
	o := Options{Cabinet: w.cab, Notes: w.notes, Origins: []string{"https://tocsin.example.org"}, Now: w.clock.now}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// must stops the story.
func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refuse asks for an error of a kind that says something.
func (w *world) refuse(err error, kind fault.Kind, says string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
		w.Fatalf("got %v (%s), want %s that says %q", err, fault.KindOf(err), kind, says)
	}
}

// equip gives a person a password and a second factor.
func (w *world) equip(person string) (secret string, recovery []string) {
	w.Helper()
	return w.equipIn(person, "")
}

// equipIn does it in a session that stays.
func (w *world) equipIn(person, keep string) (secret string, recovery []string) {
	w.Helper()
	w.must(w.SetPassword(w.Context(), person, plain, keep))
	_, secret, _, ticket, err := w.TOTPBegin(w.Context(), person)
	w.must(err)
	recovery, err = w.TOTPConfirm(w.Context(), person, ticket, w.code(secret))
	w.must(err)
	w.clock.pass(30 * time.Second)
	return secret, recovery
}

func (w *world) code(secret string) string {
	w.Helper()
	code, err := totp.GenerateCode(secret, w.clock.now())
	w.must(err)
	return code
}

// in signs a person in whom equip equipped.
func (w *world) in(s *Service, login, secret string) Step {
	w.Helper()
	first, err := s.Password(w.Context(), login, plain, home)
	w.must(err)
	if first.Next != "totp" || first.Session != nil || first.Secret != "" {
		w.Fatalf("the password alone gave %+v", first)
	}
	step, err := s.Second(w.Context(), first.Ticket, w.code(secret), home)
	w.must(err)
	w.clock.pass(30 * time.Second)
	return step
}

// reader asks who is behind a cookie.
func (w *world) reader(s *Service, secret string) (Session, access.Reader) {
	w.Helper()
	sess, r, err := s.Reader(w.Context(), secret, home)
	w.must(err)
	return sess, r
}

func (w *world) gone(s *Service, secret string) {
	w.Helper()
	if _, _, err := s.Reader(w.Context(), secret, home); !errors.Is(err, errNobody) {
		w.Fatalf("somebody is still there: %v", err)
	}
}

// put writes an organisation or person as the administrator does.
func (w *world) putOrg(change func(*partner.Org), id string) {
	w.Helper()
	o, v, err := w.Org(w.Context(), id)
	w.must(err)
	change(&o)
	_, err = w.PutOrg(w.Context(), w.admin, o, v)
	w.must(err)
}

func (w *world) putPerson(change func(*partner.Person), id string) *RoleRequest {
	w.Helper()
	p, v, err := w.Person(w.Context(), id)
	w.must(err)
	change(&p)
	_, req, err := w.PutPerson(w.Context(), w.admin, p, v)
	w.must(err)
	return req
}

func has(all []string, want ...string) bool {
	return !slices.ContainsFunc(want, func(x string) bool { return !slices.Contains(all, x) })
}

// emptyWorld has nobody yet.
func emptyWorld(t *testing.T) *world {
	t.Helper()
	w := &world{TB: t, store: cabinettest.NewMemory(), notes: &notes{}, clock: &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	w.cab = cabinettest.Over(w.store)
	w.Service = w.process()
	return w
}
