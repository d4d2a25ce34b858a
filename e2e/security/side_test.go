package security

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tocsin/coordination"
	"tocsin/plan"
)

// TestASideIsAllThereIs asks, as a partner who sees a side of a case, for what the
// rest of the case holds and for what it does not hold: events, duties, parties,
// seats. They are the same.
func TestASideIsAllThereIs(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			w.tokened("priya")
			asked := 0
			for _, id := range []string{"DEMO-REMOTE-ACCESS", "DEMO-METER-EMBARGO"} {
				asked += w.aside(t, "marit", "priya", id)
			}
			if asked < 40 {
				t.Errorf("only %d questions were asked", asked)
			}
		})
	}
}

// aside compares what one person sees of a case with what another does, and asks
// as the latter for what is left.
func (w *world) aside(t *testing.T, all, side, id string) (asked int) {
	ctx := t.Context()
	whole, err := w.p.Desk().Plan(ctx, w.reader(all), id, coordination.PlanOptions{})
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	narrow, err := w.p.Desk().Plan(ctx, w.reader(side), id, coordination.PlanOptions{})
	must(t, err)
	seats, err := w.p.Desk().Seats(ctx, w.reader(all), id)
	must(t, err)
	hiddenOf := map[string][]string{}
	for i := range whole.Case.Events {
		if e := whole.Case.Events[i].ID; narrow.Case.Event(e) == nil {
			hiddenOf["event"] = append(hiddenOf["event"], e)
		}
	}
	for i := range whole.Case.Parties {
		if p := whole.Case.Parties[i].ID; narrow.Case.Party(p) == nil {
			hiddenOf["party"] = append(hiddenOf["party"], p)
		}
	}
	for _, d := range whole.Plan.Duties {
		if !slices.ContainsFunc(narrow.Plan.Duties, func(x *plan.Duty) bool { return x.ID == d.ID }) {
			hiddenOf["duty"] = append(hiddenOf["duty"], d.ID)
			break // one is as good as another
		}
	}
	for _, s := range seats {
		if s.Org != "demo-harbour" {
			hiddenOf["seat"] = append(hiddenOf["seat"], s.ID)
			break
		}
	}
	if len(hiddenOf["event"]) == 0 || len(hiddenOf["seat"]) == 0 {
		t.Fatalf("%s: %s sees all of it", id, side)
	}
	p := w.people[side]
	base, h := "/cases/"+whole.Handle, api+"/cases/"+whole.Handle
	for kind, ids := range hiddenOf {
		for _, x := range ids {
			absent := "zq" + strings.Repeat("x", max(0, len(x)-2))
			absent = absent[:len(x)]
			for _, q := range sideQuestions[kind] {
				asked++
				web := !q.api
				send := func(x string) answer {
					path := base
					if q.api {
						path = h
					}
					fill := words{"x": x}
					body := fill.fill(q.body)
					type_ := "application/x-www-form-urlencoded"
					if q.api {
						type_ = "application/json"
					}
					if body == "" {
						type_ = ""
					}
					r := w.request(q.method, path+fill.fill(strings.ReplaceAll(q.path, "{x}", strings.ReplaceAll(x, "/", "%2F"))), type_, []byte(body))
					if web {
						return w.do(w.as(r, p, "")).alike(x)
					}
					r.Header.Set("Idempotency-Key", "side")
					return w.do(w.as(r, p, p.every)).alike(x)
				}
				diff := ""
				for range 3 {
					if diff = differ(send(x), send(absent)); diff == "" {
						break
					}
				}
				if diff != "" {
					t.Errorf("%s: %s %s%s for the %s %s that is hidden: %s", id, q.method, q.path, q.body, kind, x, diff)
				}
				if a := send(x); a.status < 400 && a.status != http.StatusSeeOther && !q.open {
					t.Errorf("%s: %s %s%s for the %s %s: %d", id, q.method, q.path, q.body, kind, x, a.status)
				}
			}
		}
	}
	return asked
}

// question is a way to ask for something by its id.
type question struct {
	method, path, body string
	api                bool
	open               bool // answered whatever is asked
}

const event = `{"kind":"commented","by":"harbour","at":"2026-07-02T09:00:00Z"`

var sideQuestions = map[string][]question{
	"event": {
		{"GET", "/events/{x}", "", false, false}, {"GET", "/events/{x}/receipt", "", false, false}, {"POST", "/adopt", "event={x}&reason=walk&key=side", false, false},
		{"GET", "/receipt?event={x}", "", true, false}, {"POST", "/events/{x}/adopt", `{"reason":"walk"}`, true, false},
		{"POST", "/events?preview=true", event + `,"re":"{x}"}`, true, false}, {"POST", "/events", event + `,"re":"{x}"}`, true, false},
		{"POST", "/events", event + `,"disputes":["{x}"]}`, true, false}, {"POST", "/events", event + `,"supersedes":["{x}"]}`, true, false},
		{"POST", "/erasures", `{"event":"{x}","fields":["text"],"ground":"Art. 17(1)(a) GDPR"}`, true, false},
	},
	"party": {
		{"GET", "/plan?party={x}", "", false, true}, {"GET", "/plan?party={x}", "", true, true},
		{"POST", "/events?preview=true", `{"kind":"commented","by":"{x}","at":"2026-07-02T09:00:00Z"}`, true, false},
		{"POST", "/events?preview=true", `{"kind":"reported","by":"harbour","to":["{x}"],"at":"2026-07-02T09:00:00Z"}`, true, false},
		{"POST", "/seats", `{"org":"demo-ferrule","role":"party","party":"{x}"}`, true, false}, {"GET", "/receipt?party={x}", "", true, false},
		{"POST", "/statements", `{"product":{"id":"walked","name":"W","provider":"{x}"}}`, true, false},
	},
	"duty": {
		{"GET", "/duties?id={x}", "", false, false}, {"POST", "/rely", "id={x}&note=walk", false, false},
		{"GET", "/duties?id={x}", "", true, false}, {"POST", "/snapshots", `{"duty":"{x}","note":"walk"}`, true, false},
	},
	"seat": {
		{"POST", "/people/remove", "seat={x}", false, false}, {"GET", "/people/remove?seat={x}", "", false, true}, {"DELETE", "/seats/{x}", "", true, false},
	},
}
