package webui

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/cabinet/cabinettest"
	"tocsin/calendar"
	"tocsin/casefile"
	"tocsin/directive"
	"tocsin/tasking"
)

// orders are directives in the circle: one in force with a month of acts, a draft,
// one that cannot be issued as it is, and one that was closed. Borel is suspended.
type orders struct {
	*circle
	tasks *tasking.Service
	ids   map[string]string // directives and acts, by name
}

// theOrder is a directive of three steps: for all, for one group, and for whomever
// a person decides on.
const theOrder = `format: tocsin-directive/1
directive: so-2026-7
number: SO 2026/7
title: {en: Move of register data to the state cloud, zh: 登记数据迁入国家云, de: Verlagerung von Registerdaten in die staatliche Cloud}
tlp: AMBER
zone: Europe/Berlin
authorities: [{id: so, name: Sundmark Office}, {id: board, name: Board for Exceptions}]
issued-by: so
issued: "2026-11-23T09:00:00Z"
signed-by: "I. Varn, Director"
basis:
  - {text: Die Behörde kann anordnen, citation: "State Data Act (invented), s. 14(2)", official: "https://law.example/14", language: de, version: as in force on 1 January 2026}
scope:
  - {id: everybody, all: true, words: {en: Members of the circle}}
  - {id: full, groups: [full]}
  - {id: processors, condition: {en: Who processes register data for an operator}}
steps:
  - id: inventory
    kind: inventory
    title: {en: List the secret registers, zh: 列出机密登记册, de: Die geheimen Register erfassen}
    asks: [{of: [full], modality: must, words: {en: Full members shall submit}}, {of: [everybody], modality: asked}]
    due: {value: "2026-12-14", zone: Europe/Berlin}
    evidence: [{id: list, title: {en: The list by register, de: Die Liste der Register}, required: true}]
    report: {to: so, via: the platform, form: {en: A table with one line a register}}
  - id: move
    kind: move
    title: {en: Move them to the state cloud, zh: 将其迁入国家云, de: Sie in die staatliche Cloud verlagern}
    text: {en: "Each system, with its backups."}
    original: Each system that holds register data.
    asks: [{of: [full], modality: must}, {of: [processors], modality: should}]
    due: {value: "2027-01-31", zone: Europe/Berlin}
  - id: confirm
    kind: report
    title: {en: Confirm that no copy is left}
    asks: [{of: [processors], modality: must}]
    due: {from: "2027-02-26", to: "2027-02-28", zone: Europe/Berlin}
reminders: [P14D, P7D]
exceptions: {by: [board], until: {value: "2028-03-31", zone: Europe/Berlin}, measures: true}
supersedes: [{id: so-2024-3, number: SO 2024/3, title: {en: Recommendation on the place of register data}, official: "https://law.example/2024-3"}]
closes-into: {id: so-2027-2, number: SO 2027/2, title: {en: Place of register data}}
note: The list stays with the Office.
`

func order(change ...string) []byte { return []byte(strings.NewReplacer(change...).Replace(theOrder)) }

func newOrders() *orders {
	c := newCircle()
	o := &orders{circle: c, ids: map[string]string{}}
	o.tasks = tasking.New(tasking.Options{Circles: c.Service, Groups: c.round, Directory: c.people, Log: c.keeper, Cabinet: cabinettest.New(), Now: c.clock.Now})
	o.issues("main", order())
	o.acts("ada", "main", "", directive.Act{Kind: directive.Acknowledged, For: []string{"acme", "acme-psirt"}})
	o.acts("ada", "main", "progress", directive.Act{Kind: directive.Progressed, By: "acme", Steps: []string{"move"}, Done: count(3), Total: count(14)})
	o.acts("ada", "main", "done", directive.Act{Kind: directive.Completed, By: "acme", Steps: []string{"inventory"}, Evidence: []directive.Item{{As: "list", Text: "14 registers of Acme", Digest: "sha256:0f0e", URL: "https://acme.example/list"}}})
	o.acts("ada", "main", "plea", directive.Act{Kind: directive.ExceptionAsked, By: "acme", Steps: []string{"move"}, Reason: "The pumps of Acme cannot stop. <script>alert(1)</script>{{.D}}", Until: aDay("2027-06-30"), Measures: "Copies every night"})
	o.acts("fay", "main", "", directive.Act{Kind: directive.Acknowledged})
	o.acts("fay", "main", "ferrum", directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}})
	o.acts("karin", "main", "returned", directive.Act{Kind: directive.Returned, Re: o.ids["ferrum"], Reason: "The list of Ferrum is missing."})
	o.acts("fay", "main", "", directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: count(1), Total: count(900)})
	o.acts("karin", "main", "reminded", directive.Act{Kind: directive.Reminded, Steps: []string{"inventory"}, For: []string{"ferrum", "borel"}})
	o.acts("fay", "main", "", directive.Act{Kind: directive.Denied, Re: o.ids["reminded"], Text: "No reminder reached Ferrum."})
	o.acts("karin", "main", "", directive.Act{Kind: directive.ScopeDecided, For: []string{"ferrum"}, Scope: "processors", Result: "in", Reason: "By its own answer."})

	o.issues("closed", order("so-2026-7", "so-2026-1", "SO 2026/7", "SO 2026/1", "tlp: AMBER", "tlp: CLEAR", "{id: so-2027-2, number: SO 2027/2, title: {en: Place of register data}}", "{id: so-2026-7, number: SO 2026/7}"))
	o.acts("karin", "closed", "", directive.Act{Kind: directive.Closed, Directive: "so-2026-7", Reason: "It goes on."})
	o.drafts("draft", order("so-2026-7", "so-2026-9", "SO 2026/7", "SO 2026/9"))
	o.clock.Pass(time.Hour)
	return o
}

func count(n int64) *int64 { return &n }

func aDay(s string) *casefile.Time {
	return &casefile.Time{Moment: calendar.Moment{Value: s, Zone: []string{"Europe/Berlin"}}}
}

func (o *orders) drafts(name string, text []byte) *tasking.View {
	o.clock.Pass(time.Second)
	d := must(o.tasks.Draft(context.Background(), o.reader("karin"), "circle", text, ""))
	o.ids[name] = d.ID
	return d
}

func (o *orders) issues(name string, text []byte) {
	d := o.drafts(name, text)
	must(o.tasks.Issue(context.Background(), o.reader("karin"), d.ID, d.Version, ""))
}

func (o *orders) acts(person, on, name string, a directive.Act) {
	o.clock.Pass(time.Minute)
	v := must(o.tasks.Act(context.Background(), o.reader(person), o.ids[on], a, -1, ""))
	if name != "" {
		o.ids[name] = v.Acts[len(v.Acts)-1].ID
	}
}

// sees is a directive as somebody sees it.
func (o *orders) sees(person, on string) *tasking.View {
	return must(o.tasks.Get(context.Background(), o.reader(person), o.ids[on], time.Time{}))
}

// theOrders are some that nobody writes to: it is past the first date in them.
var theOrders = sync.OnceValue(func() *orders {
	o := newOrders()
	o.clock.Pass(24 * 24 * time.Hour)
	must(0, o.tasks.Sweep(context.Background()))
	return o
})

func (o *orders) in(f *fake) {
	o.circle.in(f)
	f.with = append(f.with, func(p *Options) { p.Directives = o.tasks })
}

func (o *orders) site(t testing.TB, change ...func(*fake)) http.Handler {
	t.Helper()
	f := newFake()
	o.in(f)
	for _, x := range change {
		x(f)
	}
	return f.site(t)
}
