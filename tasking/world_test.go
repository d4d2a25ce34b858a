package tasking

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/cabinet/cabinettest"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/directive"
	"tocsin/identity"
	"tocsin/internal/fault"
	"tocsin/internal/testkit/house"
	"tocsin/partner"
	"tocsin/partnership"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/sharing"
)

var monday = house.Monday

// world is an authority with three members on one platform, one of them with a
// unit, and an organisation that is none. Everybody is invented.
type world struct {
	testing.TB
	*Service
	house   *house.House
	cab     *cabinet.Cabinet
	circles *partnership.Service
	shared  *sharing.Service
	people  *identity.Service
	keeper  *record.Keeper
	store   *cabinettest.Memory
	clock   *recordtest.Clock
	ids     map[string]string // of memberships, by organisation
}

func newWorld(t testing.TB) *world {
	t.Helper()
	h := house.New(t, partner.Person{ID: "both", Name: "Bo", Login: "both", Place: "DE", Member: append(house.Of("office", partner.Responder), house.Of("borel", partner.Responder)...)})
	w := &world{TB: t, house: h, cab: h.Cabinet, people: h.People, keeper: h.Keeper, store: h.Store, clock: h.Clock, ids: map[string]string{}}
	w.circles = partnership.New(partnership.Options{Desk: h.Desk, Files: w.keeper, Directory: w.people, Cabinet: w.cab, Now: w.clock.Now})
	h.Desk.Join(w.circles)
	w.shared = sharing.New(sharing.Options{Circles: w.circles, People: w.people, Log: w.keeper, Cabinet: w.cab, Now: w.clock.Now})
	w.Service = w.another()
	w.must(w.circles.PutPlatform(t.Context(), house.Admin, house.Circle(), 0))
	w.joined("acme", "acme-psirt")
	w.joined("borel")
	w.joined("castor")
	_, err := w.shared.PutGroup(t.Context(), w.who("karin"), sharing.Group{Platform: "circle", Name: "essential-operators", Orgs: []string{"acme", "borel"}})
	w.must(err)
	return w
}

// another is the service of another process on the same database.
func (w *world) another() *Service {
	return New(Options{Circles: w.circles, Groups: w.shared, Directory: w.people, Log: w.keeper, Cabinet: w.cab, Now: w.clock.Now})
}

func (w *world) must(err error) { w.Helper(); w.house.Must(err) }

// who is somebody as they are now, with a fresh sign-in.
func (w *world) who(person string) access.Reader { w.Helper(); return w.house.Who(person) }

// partners does an act of a partnership, which must work.
func (w *world) partners(person, org, spec string) {
	w.Helper()
	w.clock.Pass(time.Minute)
	e, err := casefile.EventFrom(spec+" at=2026-11-23T09:00:00Z", monday)
	w.must(err)
	if _, err := w.circles.Do(w.Context(), w.who(person), w.ids[org], e, -1, ""); err != nil {
		w.Fatalf("%s: %v", spec, err)
	}
}

func (w *world) joined(org string, units ...string) {
	w.Helper()
	m, err := w.circles.Invite(w.Context(), w.who("karin"), partnership.InviteAsked{Platform: "circle", Org: org, Units: units, Agreement: partner.Agreement{Level: "full"}}, "")
	w.must(err)
	w.ids[org] = m.ID
	w.partners("karin", org, "partner-joined until={value: 2029-11-21, zone: Europe/Berlin} attributes={signed-by: H. Nord and K. Bauer, hash: 9f86, level: full}")
}

// suspended suspends a member at once; the hearing follows.
func (w *world) suspended(org string) {
	w.Helper()
	w.partners("karin", org, "partner-suspended until={value: 2027-05-22, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin} reason=because rule=TMP-MEMBER-REPORT "+
		"attributes={number: 2/2026, signatory: K.Bauer, delegation: D1, appeal-body: Panel, appeal-until: 2026-12-31, publication: internal, effect: at-once, hearing: after, hearing-due: 2026-12-02}")
}

// wants fails unless err has the kind and the words.
func (w *world) wants(err error, kind fault.Kind, words string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		w.Errorf("got %v (%s), want %s with %q", err, fault.KindOf(err), kind, words)
	}
}

// order is a directive as its authority writes it: three steps, of which the
// operators must do two, everybody else is asked for one, and who processes for
// them should do one.
func order(change ...string) []byte {
	text := `format: tocsin-directive/1
directive: so-2026-7
number: SO 2026/7
title: {en: Move of register data}
tlp: AMBER
zone: Europe/Berlin
authorities: [{id: so, name: Sundmark Office}, {id: board, name: Board for Exceptions}]
issued-by: so
issued: "2026-11-23T09:00:00Z"
signed-by: I. Varn
basis:
  - {text: The Office may order that register data be moved., citation: "State Data Act (invented), s. 14(2)", official: "https://law.example/14"}
scope:
  - {id: operators, groups: [essential-operators], words: {en: Operators in the list}}
  - {id: others, all: true, except: [{groups: [essential-operators]}]}
  - {id: processors, condition: {en: Who processes register data for an operator}}
steps:
  - id: inventory
    kind: inventory
    title: {en: List the secret registers}
    asks: [{of: [operators], modality: must}]
    due: {value: "2026-12-14", zone: Europe/Berlin}
    evidence: [{id: list, title: {en: The list}, required: true}]
  - id: move
    kind: move
    title: {en: Move them}
    asks: [{of: [operators], modality: must}, {of: [processors], modality: should}, {of: [others], modality: asked}]
    due: {value: "2027-01-31", zone: Europe/Berlin}
  - id: confirm
    kind: report
    title: {en: Confirm it}
    asks: [{of: [operators], modality: must}]
reminders: [P14D, P7D]
exceptions: {by: [board], measures: true}
`
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			panic("nothing to change: " + change[i])
		}
		text = strings.Replace(text, change[i], change[i+1], 1)
	}
	return []byte(text)
}

// issues drafts and issues a directive, which must work.
func (w *world) issues(text []byte) *View {
	w.Helper()
	w.clock.Pass(time.Second)
	d, err := w.Draft(w.Context(), w.who("karin"), "circle", text, "")
	w.must(err)
	v, err := w.Issue(w.Context(), w.who("karin"), d.ID, d.Version, "")
	w.must(err)
	return v
}

// acts does an act, which must work, and gives the id that it got.
func (w *world) acts(person, id string, a directive.Act) string {
	w.Helper()
	w.clock.Pass(time.Minute)
	v, err := w.Act(w.Context(), w.who(person), id, a, -1, "")
	if err != nil {
		w.Fatalf("%s, %s: %v", person, a.Kind, err)
	}
	return v.Acts[len(v.Acts)-1].ID
}

// refuses does an act that must be refused, and leave no trace.
func (w *world) refuses(person, id string, a directive.Act, kind fault.Kind, words string) {
	w.Helper()
	before := w.sees("karin", id)
	_, err := w.Act(w.Context(), w.who(person), id, a, -1, "")
	w.wants(err, kind, words)
	if after := w.sees("karin", id); after.Version != before.Version {
		w.Errorf("%s, %s: refused, and on record nevertheless", person, a.Kind)
	}
}

func (w *world) sees(person, id string) *View {
	w.Helper()
	v, err := w.Get(w.Context(), w.who(person), id, time.Time{})
	if err != nil {
		w.Fatalf("%s: %v", person, err)
	}
	return v
}

// status is where a member stands with a step, as somebody sees it.
func (v *View) status(member, step string) directive.Status {
	for _, c := range v.State.Cells {
		if c.Member == member && c.Step == step {
			return c.Status
		}
	}
	return "unseen"
}

// kinds are those of the acts that somebody sees.
func (v *View) kinds() string {
	var out []string
	for _, a := range v.Acts {
		out = append(out, string(a.Kind))
	}
	return strings.Join(out, " ")
}

// waiting is what waits for somebody, as words.
func (w *world) waiting(person string) string {
	w.Helper()
	all, err := w.Waiting(w.Context(), w.who(person))
	w.must(err)
	var out []string
	for _, l := range all {
		s := string(l.What)
		if l.Step != "" {
			s += " " + l.Step
		}
		if l.Member != "" {
			s += " " + l.Member
		}
		if l.Past {
			s += " (past)"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func day(s string) *casefile.Time {
	return &casefile.Time{Moment: calendar.Moment{Value: s, Zone: []string{"Europe/Berlin"}}}
}

func n(x int64) *int64 { return &x }

// until lets the world's time be what is given.
func (w *world) until(at time.Time) {
	w.clock.Pass(at.Sub(w.clock.Now()))
}

// everything is all that a reader can be given of a directive, as text.
func (w *world) everything(person, id string) string {
	w.Helper()
	ctx, who := w.Context(), w.who(person)
	var out strings.Builder
	v, err := w.Get(ctx, who, id, time.Time{})
	fmt.Fprintf(&out, "%v\n", err)
	if err == nil {
		write(&out, v.Row, v.State, v.Duties, v.Acts, v.Editions, v.Refused)
		for _, a := range v.Acts {
			fmt.Fprintf(&out, "%s\n", a.Sealed)
		}
		fmt.Fprintf(&out, "%s\n", v.Sealed)
		if v.Directive != nil {
			write(&out, v.Directive.File)
		}
	}
	if f, err := w.File(ctx, who, id); err == nil {
		write(&out, f.File)
	}
	rows, err := w.List(ctx, who, Filter{})
	w.must(err)
	lines, err := w.Waiting(ctx, who)
	w.must(err)
	reminders, err := w.Reminders(ctx, who, time.Time{})
	w.must(err)
	write(&out, rows, lines, reminders)
	if r, err := w.Report(ctx, who, id, time.Time{}); err == nil {
		write(&out, r)
	}
	return out.String()
}
