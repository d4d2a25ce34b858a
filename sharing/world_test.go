package sharing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/casefile"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/record/recordtest"
)

var monday = house.Monday

// world is an authority with two members on one platform, and a third organisation
// that is none. Everybody is invented.
type world struct {
	testing.TB
	*Service
	house   *house.House
	circles *partnership.Service
	people  *identity.Service
	keeper  *record.Keeper
	store   *cabinettest.Memory
	clock   *recordtest.Clock
	tick    chan time.Time
	ids     map[string]string // of memberships, by organisation
	frozen  []string
	looked  []string
	calls   func() int // round trips to the cabinet
}

// Looked notes what was read.
func (w *world) Looked(who access.Reader, kind, id string, all bool) {
	w.looked = append(w.looked, fmt.Sprint(who.Person, " ", kind, " ", id, " ", all))
}

// Freeze notes whom it would freeze.
func (w *world) Freeze(_ context.Context, session, _ string) error {
	w.frozen = append(w.frozen, session)
	return nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	h := house.New(t)
	w := &world{TB: t, house: h, people: h.People, keeper: h.Keeper, store: h.Store, clock: h.Clock, tick: make(chan time.Time), ids: map[string]string{}, calls: h.Store.Calls}
	w.circles = partnership.New(partnership.Options{Desk: h.Desk, Files: w.keeper, Directory: w.people, Cabinet: h.Cabinet, Now: w.clock.Now})
	h.Desk.Join(w.circles)
	w.Service = w.another(h.Cabinet, w.tick)
	w.must(w.circles.PutPlatform(t.Context(), house.Admin, house.Circle(), 0))
	w.joined("acme", partner.Agreement{Keywords: []string{"log4j"}, Products: []string{"pkg:maven/org.example/pump"}})
	w.joined("borel", partner.Agreement{Keywords: []string{"turbine"}})
	return w
}

// another is the service of another process on the same database.
func (w *world) another(cab *cabinet.Cabinet, tick <-chan time.Time) *Service {
	return New(Options{Circles: w.circles, People: w.people, Log: w.keeper, Cabinet: cab, Reads: w, Freezer: w, Most: 5, Now: w.clock.Now, Live: Live{Tick: tick}})
}

func (w *world) must(err error) { w.Helper(); w.house.Must(err) }

// who is somebody as they are now.
func (w *world) who(person string) access.Reader { w.Helper(); return w.house.Who(person) }

// again asks for somebody anew, as a stream does.
func (w *world) again(person string) func(context.Context) (access.Reader, error) {
	org := w.who(person).Acting[0].Org
	return func(ctx context.Context) (access.Reader, error) {
		all, err := w.people.ReadersOf(ctx, org)
		for _, r := range all {
			if r.Person == person {
				return r, nil
			}
		}
		return access.Reader{}, errors.Join(err, ctx.Err(), fault.New(fault.Forbidden, "nobody"))
	}
}

// acts does an act of a partnership, which must work.
func (w *world) acts(person, org, spec string) {
	w.Helper()
	w.clock.Pass(time.Minute)
	e, err := casefile.EventFrom(spec+" at=2026-11-23T09:00:00Z", monday)
	w.must(err)
	if _, err := w.circles.Do(w.Context(), w.who(person), w.ids[org], e, -1, ""); err != nil {
		w.Fatalf("%s: %v", spec, err)
	}
}

func (w *world) joined(org string, a partner.Agreement, units ...string) {
	w.Helper()
	m, err := w.circles.Invite(w.Context(), w.who("karin"), partnership.InviteAsked{Platform: "circle", Org: org, Units: units, Agreement: a}, "")
	w.must(err)
	w.ids[org] = m.ID
	w.acts("karin", org, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
}

// suspended suspends a member at once; the hearing follows.
func (w *world) suspended(org string) {
	w.Helper()
	w.acts("karin", org, "partner-suspended until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin} reason=because rule=TMP-MEMBER-REPORT "+
		"attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: 2026-12-31, publication: internal, effect: at-once, hearing: after, hearing-due: 2026-12-02}")
}

// wants fails unless err has the kind and the words.
func (w *world) wants(err error, kind fault.Kind, words string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		w.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

// report is a report with a label.
func report(tlp, title string) Draft {
	return Draft{Kind: Report, TLP: tlp, Words: map[string]Words{"en": {Title: title, Text: "What we know of " + title + "."}}}
}

// shares shares something, which must work.
func (w *world) shares(person string, d Draft) *Item {
	w.Helper()
	w.clock.Pass(time.Second)
	it, err := w.Share(w.Context(), w.who(person), "circle", d, "")
	if err != nil {
		w.Fatalf("%s shares %q: %v", person, d.Words["en"].Title, err)
	}
	return it
}

// titles are those of somebody's list.
func (w *world) titles(person string, f Filter) string {
	w.Helper()
	rows, _, err := w.List(w.Context(), w.who(person), f, Page{})
	w.must(err)
	var out []string
	for _, r := range rows {
		out = append(out, r.Titles["en"])
	}
	return strings.Join(out, ", ")
}

// sees tells whether somebody can read an item.
func (w *world) sees(person, id string) bool {
	w.Helper()
	it, err := w.Get(w.Context(), w.who(person), id)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		w.Fatal(err)
	}
	return err == nil && it.ID == id
}

// seers lists who reads an item.
func (w *world) seers(id string) string {
	w.Helper()
	var out []string
	for _, p := range []string{"karin", "anton", "ada", "ben", "cleo", "dora"} {
		if w.sees(p, id) {
			out = append(out, p)
		}
	}
	return fmt.Sprint(out)
}
