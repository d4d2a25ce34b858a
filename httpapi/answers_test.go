package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/plan"
	"tocsin/record"
)

// An answer that would be the same is spared; a tag names one state, of one
// reader's view, and is no count of anything.
func TestEntityTags(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	get := func(path string, header ...string) answer { return j.ask(t, "GET", path, "tocsin_all", "", header...) }
	for _, path := range []string{"/cases/" + open, "/cases/" + open + "/record", "/cases/" + open + "/plan", "/cases/" + open + "/plan?at=2022-01-01T00:00:00Z", "/rules", "/rules/CN-RMSV-7-2-MIIT", "/people/p2", "/organisations/o1", "/openapi.json"} {
		a := get(path)
		tag := a.header.Get("ETag")
		if tag == "" || a.status != 200 {
			t.Fatalf("%s: %d %q", path, a.status, tag)
		}
		for _, list := range []string{tag, "W/" + strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			if b := get(path, "If-None-Match", list); b.status != 304 || b.body != "" || b.header.Get("ETag") != tag {
				t.Errorf("%s with %q: %d", path, list, b.status)
			}
		}
		for _, list := range []string{`"x"`, strings.Trim(tag, `W/"`), "", ","} {
			if b := get(path, "If-None-Match", list); b.status != 200 {
				t.Errorf("%s with %q: %d", path, list, b.status)
			}
		}
		if h := j.ask(t, "HEAD", path, "tocsin_all", ""); h.status != 200 || h.body != "" || h.header.Get("ETag") != tag || h.header.Get("Content-Length") != a.header.Get("Content-Length") {
			t.Errorf("HEAD %s: %d %v", path, h.status, h.header)
		}
	}
	before := get("/cases/" + open).header.Get("ETag")
	s.seen.Version++
	after := get("/cases/" + open).header.Get("ETag")
	if before == after {
		t.Error("a new version has the old tag")
	}
	s.seen.Seats = append(s.seen.Seats, access.Seat{ID: "s9", Org: "o9", Role: access.Observes})
	if get("/cases/"+open).header.Get("ETag") == after {
		t.Error("a new seat has the old tag")
	}
	// Another key gives other tags: nobody computes them from outside.
	o := s.options()
	o.TagKey = []byte("another key")
	mux := http.NewServeMux()
	other := &judge{h: mux, doc: j.doc, api: newAPI(mux, o)}
	if other.ask(t, "GET", "/cases/"+open, "tocsin_all", "").header.Get("ETag") == get("/cases/"+open).header.Get("ETag") {
		t.Error("the key makes no difference")
	}
}

// Who does not see all of a case cannot tell from tags, versions, sequence numbers
// or cursors that others are busy.
func TestAPartialViewDoesNotTellOfTheRest(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	s.view = access.Viewpoint{Parties: []string{"acme"}}
	s.seen.Role = access.PartySeat
	paths := []string{"/cases/" + open, "/cases/" + open + "/record?limit=3", "/cases/" + open + "/record?limit=500", "/cases/" + open + "/plan"}
	var before []answer
	for _, p := range paths {
		before = append(before, j.ask(t, "GET", p, "tocsin_all", ""))
	}
	s.seen.Version += 7 // others added what is not seen
	for i, p := range paths {
		same(t, p, before[i], j.ask(t, "GET", p, "tocsin_all", ""))
		for _, word := range []string{`"version"`, `"sequence"`} {
			if i < 3 && strings.Contains(before[i].body, word) {
				t.Errorf("%s tells %s", p, word)
			}
		}
	}
	tag := before[0].header.Get("ETag")
	if a := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "If-Match", tag); a.status != 201 || strings.Contains(a.body, "version") {
		t.Errorf("what is seen has not changed: %d %s", a.status, a.body)
	}
	s.seen.Records = append(s.seen.Records, record.Meta{Epoch: 1, Index: 1000, Seq: 1000, Entry: "event", ID: "e1", Recorded: now})
	if a := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "If-Match", tag); a.status != 412 {
		t.Errorf("what is seen has changed: %d %s", a.status, a.body)
	}
}

// If-Match lets nothing happen upon a state that was not seen; a race that is lost
// later is a conflict.
func TestPreconditions(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	tag := j.ask(t, "GET", "/cases/"+open, "tocsin_all", "").header.Get("ETag")
	for _, path := range []string{"/events", "/events/e1/adopt", "/statements"} {
		body := map[string]string{"/events": anEvent, "/events/e1/adopt": `{}`, "/statements": `{"party": {"id": "a"}}`}[path]
		for match, want := range map[string]int{"": 201, tag: 201, "*": 201, `"old"`: 412, "W/" + tag: 412, `"a", ` + tag: 201} {
			a := j.ask(t, "POST", "/cases/"+open+path, "tocsin_all", body, "If-Match", match)
			if a.status != want || want == 412 && told(t, a).Kind != fault.Conflict {
				t.Errorf("%s with %q: %d %s", path, match, a.status, a.body)
			}
		}
	}
	s.fails = fault.New(fault.Conflict, "the case has moved on")
	if a := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent); a.status != 409 || told(t, a).Kind != fault.Conflict {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.fails = nil
	for _, path := range []string{"/people/p2", "/organisations/o1"} {
		body := `{"name": "D", "login": "d"}`
		if strings.HasPrefix(path, "/org") {
			body = `{"name": "A", "kind": "unit", "standing": "active"}`
		}
		if a := j.ask(t, "PUT", path, "tocsin_all", body); a.status != 428 {
			t.Errorf("%s without a tag: %d %s", path, a.status, a.body)
		}
		if a := j.ask(t, "PUT", path, "tocsin_all", body, "If-Match", `"old"`); a.status != 412 {
			t.Errorf("%s with an old tag: %d %s", path, a.status, a.body)
		}
	}
}

// The same word is answered again and done once.
func TestIdempotency(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	first := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "Idempotency-Key", "k1")
	again := j.ask(t, "POST", "/cases/"+open+"/events", "tocsin_all", anEvent, "Idempotency-Key", "k1")
	if first.status != 201 || again.status != 200 || s.wrote != 1 || strings.ReplaceAll(again.body, `"replayed":true`, `"replayed":false`) != first.body {
		t.Errorf("%d %s\n%d %s\n%d", first.status, first.body, again.status, again.body, s.wrote)
	}
}

// The pages of the record are all of it, once, in order.
func TestPagesOfTheRecord(t *testing.T) {
	s := newShop(t)
	s.seen.Records = append(s.seen.Records, record.Meta{Epoch: 2, Index: 3, Seq: 901, Entry: "note", Recorded: now, Lost: 4}, record.Meta{Epoch: 2, Index: 9, Seq: 902, Entry: "note", Recorded: now})
	j := s.judged(t)
	for _, limit := range []int{1, 7, 500} {
		var seen []int64
		after := ""
		for range 1000 {
			a := j.ask(t, "GET", fmt.Sprintf("/cases/%s/record?limit=%d&after=%s", open, limit, after), "tocsin_all", "")
			var p Record
			if err := json.Unmarshal([]byte(strings.ReplaceAll(a.body, `"event"`, `"ev"`)), &p); err != nil || a.status != 200 {
				t.Fatalf("%d %v", a.status, err)
			}
			for _, r := range p.Records {
				seen = append(seen, *r.Sequence)
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if len(seen) != len(s.seen.Records) || !slices.IsSorted(seen) {
			t.Errorf("limit %d: %d of %d, %v", limit, len(seen), len(s.seen.Records), seen)
		}
	}
}

// barred is a refusal with its clause, as the desk makes one.
type barred struct{ error }

func (barred) Because() (string, string, []string) {
	return "barred-abroad", "RMSV Art. 9(7)", []string{"second-person"}
}

func (b barred) Unwrap() error { return b.error }

// Each kind has its status, the public's sentence and nothing from inside.
func TestErrors(t *testing.T) {
	s := newShop(t)
	var log bytes.Buffer
	o := s.options()
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	mux := http.NewServeMux()
	a := newAPI(mux, o)
	j := &judge{h: mux, doc: spec(t, a), api: a}
	for _, c := range []struct {
		err          error
		status       int
		kind         fault.Kind
		says, hides  string
		code, clause string
		logged       bool
	}{
		{fault.New(fault.NotFound, "there is no such case here"), 404, fault.NotFound, "no such case", "", "", "", false},
		{fmt.Errorf("deep inside /var/lib: %w", fault.New(fault.Suspended, "the partner is suspended")), 403, fault.Suspended, "suspended", "/var/lib", "", "", false},
		{fault.New(fault.TooEarly, "not yet"), 409, fault.TooEarly, "not yet", "", "", "", false},
		{fault.New(fault.Unavailable, "the log is read-only"), 503, fault.Unavailable, "read-only", "", "", "", false},
		{errors.New("pq: password of 10.0.0.7 is wrong"), 500, fault.Internal, "inside", "10.0.0.7", "", "", true},
		{fault.New(fault.Internal, "the tile contradicts the root"), 500, fault.Internal, "inside", "tile", "", "", true},
		{barred{fault.New(fault.Forbidden, "the case may not leave the country")}, 403, fault.Forbidden, "leave", "", "barred-abroad", "RMSV Art. 9(7)", false},
		{barred{fault.New(fault.NotFound, "there is no such case here")}, 404, fault.NotFound, "no such case", "barred", "", "", false},
		{&fault.Error{Kind: fault.Forbidden, Message: "a\x1b[2Kb\u202ec"}, 403, fault.Forbidden, "a", "\x1b", "", "", false},
	} {
		s.fails = c.err
		log.Reset()
		got := j.ask(t, "GET", "/cases/"+open+"/receipt", "tocsin_all", "")
		p := told(t, got)
		if got.status != c.status || p.Kind != c.kind || !strings.Contains(p.Detail, c.says) || c.hides != "" && strings.Contains(got.body, c.hides) || p.Code != c.code || p.Citation != c.clause {
			t.Errorf("%v: %d %s", c.err, got.status, got.body)
		}
		if c.logged != strings.Contains(log.String(), "GET /api/v1/cases/{case}") || strings.Contains(log.String(), open) {
			t.Errorf("%v: the log says %q", c.err, log.String())
		}
		if (c.status == 503) != (got.header.Get("Retry-After") != "") {
			t.Errorf("%v: Retry-After %q", c.err, got.header.Get("Retry-After"))
		}
	}
	s.fails = nil
	if got := j.ask(t, "GET", "/me", "tocsin_broken", ""); got.status != 500 || strings.Contains(got.body, "10.0.0.7") {
		t.Errorf("a broken store of tokens: %d %s", got.status, got.body)
	}
	s.fails = errors.New("the checkpoint at /data is torn")
	if got := j.ask(t, "GET", "/ledger", "", ""); got.status != 503 || strings.Contains(got.body, "/data") {
		t.Errorf("the public log: %d %s", got.status, got.body)
	}
}

// never lets nobody pass.
type never struct{ asked []string }

func (n *never) Allow(key string) (time.Duration, bool) {
	n.asked = append(n.asked, key)
	return 90 * time.Second, false
}

func TestTooManyRequests(t *testing.T) {
	s := newShop(t)
	o := s.options()
	n := &never{}
	o.Limit = n
	mux := http.NewServeMux()
	a := newAPI(mux, o)
	j := &judge{h: mux, doc: spec(t, a), api: a}
	first := j.ask(t, "GET", "/cases/"+open, "tocsin_all", "")
	if first.status != 429 || first.header.Get("Retry-After") != "90" || told(t, first).Kind != fault.Unavailable {
		t.Errorf("%d %v %s", first.status, first.header, first.body)
	}
	same(t, "a case that is hidden", first, j.ask(t, "GET", "/cases/"+hidden, "tocsin_all", ""))
	same(t, "an address that is not", first, j.ask(t, "GET", "/nothing", "tocsin_all", ""))
	if !slices.Equal(n.asked, []string{"p1", "p1", "p1"}) || len(s.asked) > 0 {
		t.Errorf("%v %v", n.asked, s.asked)
	}
	if got := j.ask(t, "GET", "/cases", "tocsin_wrong", ""); got.status != 401 || len(n.asked) != 3 {
		t.Errorf("a stranger: %d %v", got.status, n.asked)
	}
}

// The JSON of a plan is what the command line prints (contract, section 2).
func TestThePlanIsThePlan(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	who, of := s.seen.Case.Parties[0].ID, s.seen.Case.Products[0].ID
	supposed := "exploitation-observed by=" + who + " of=" + of + " at=2021-12-01T00:00:00Z"
	a := j.ask(t, "GET", "/cases/"+open+"/plan?at=2021-12-31T00:00:00Z&party="+who+"&lang=fr&what-if="+escaped(supposed), "tocsin_all", "")
	data, err := s.seen.Case.JSON()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2021, 12, 31, 0, 0, 0, 0, time.UTC)
	cs, err := casefile.Suppose("x", data, []string{supposed}, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	with, err := plan.For(cs, s.book, plan.Options{At: at, Party: who})
	if err != nil {
		t.Fatal(err)
	}
	without, err := plan.For(s.seen.Case, s.book, plan.Options{At: at, Party: who})
	if err != nil {
		t.Fatal(err)
	}
	with.Difference = plan.Diff(without, with)
	with.SayIn("fr")
	want, err := encode(with)
	if err != nil {
		t.Fatal(err)
	}
	if a.body != string(want) {
		t.Errorf("%d bytes, want %d", len(a.body), len(want))
	}
	ics := j.ask(t, "GET", "/cases/"+open+"/plan", "tocsin_all", "", "Accept", "text/calendar").body
	for _, word := range []string{who, "Log4j", "miit", "CVE", open} { // a calendar travels
		if strings.Contains(ics, word) {
			t.Errorf("the calendar says %q", word)
		}
	}
	if !strings.Contains(ics, "BEGIN:VEVENT") {
		t.Errorf("no entry: %s", ics)
	}
	// With the clock alone the tag does not move; with a date that passed it does.
	p, err := s.Plan(t.Context(), readers["tocsin_all"], open, coordination.PlanOptions{At: at, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	_, api := s.serve(t)
	one, _ := api.planReply(p, "json", coordination.PlanOptions{})
	p.Plan.At.Time = at.Add(time.Second)
	two, _ := api.planReply(p, "json", coordination.PlanOptions{})
	p.Plan.Duties[0].PastDue = !p.Plan.Duties[0].PastDue
	three, _ := api.planReply(p, "json", coordination.PlanOptions{})
	if one.tag != two.tag || two.tag == three.tag {
		t.Errorf("%s %s %s", one.tag, two.tag, three.tag)
	}
}
