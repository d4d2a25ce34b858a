package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// asked is a request to one operation. Where it speaks of a case, CASE stands for it.
type asked struct {
	method, path, body string
	header             []string
	status             int
}

const anEvent = `{"kind": "acknowledged", "by": "asf", "at": "2026-10-01T09:00:00Z"}`

// every is at least one request to each operation that succeeds.
var every = []asked{
	{"GET", "/me", "", nil, 200},
	{"GET", "/me/tokens", "", nil, 200},
	{"DELETE", "/me/tokens/t1", "", nil, 204},
	{"GET", "/desk?case=CASE&mine=true&week=true", "", nil, 200},
	{"GET", "/desk", "", nil, 200},
	{"GET", "/search?q=log4j", "", nil, 200},
	{"GET", "/cases?limit=2", "", nil, 200},
	{"GET", "/cases/CASE", "", nil, 200},
	{"GET", "/cases/CASE/record", "", nil, 200},
	{"GET", "/cases/CASE/plan", "", nil, 200},
	{"GET", "/cases/CASE/plan?at=2022-01-01T00:00:00Z&lang=zh&what-if=exploitation-observed+by%3Dacme&assume=parties.acme.country%3DFR", "", nil, 200},
	{"GET", "/cases/CASE/plan?format=ics", "", nil, 200},
	{"GET", "/cases/CASE/plan?format=svg", "", nil, 200},
	{"GET", "/cases/CASE/plan", "", []string{"Accept", "text/plain"}, 200},
	{"GET", "/cases/CASE/duties?id=DUTY", "", nil, 200},
	{"GET", "/cases/CASE/file", "", nil, 200},
	{"GET", "/cases/CASE/file?format=json", "", nil, 200},
	{"GET", "/cases/CASE/dossier?lang=de", "", nil, 200},
	{"GET", "/cases/CASE/receipt?event=e1&disclose=kind&disclose=at", "", nil, 200},
	{"GET", "/cases/CASE/seats", "", nil, 200},
	{"POST", "/cases", "", []string{"Content-Type", "application/yaml"}, 201},
	{"POST", "/cases/draft", `{"product": "Gateway", "knew": "2026-10-01T09:00:00Z"}`, nil, 200},
	{"POST", "/cases/draft", `{}`, nil, 200},
	{"POST", "/cases/open", `{"product": "Gateway", "knew": {"value": "2026-10-01", "zone": "Europe/Berlin"}}`, nil, 201},
	{"POST", "/cases/CASE/events", anEvent, nil, 201},
	{"POST", "/cases/CASE/events?preview=1", anEvent, nil, 200},
	{"POST", "/cases/CASE/events", "kind: acknowledged\nby: asf\nat: 2026-10-01T09:00:00Z\n", []string{"Content-Type", "application/yaml"}, 201},
	{"POST", "/cases/CASE/events/e7/adopt", `{"reason": "we did"}`, nil, 201},
	{"POST", "/cases/CASE/statements", `{"party": {"id": "acme", "name": "Acme"}}`, nil, 201},
	{"POST", "/cases/CASE/statements", `{"case": {"title": "T", "tlp": "RED"}}`, nil, 201},
	{"POST", "/cases/CASE/exports", "", nil, 202},
	{"POST", "/cases/CASE/erasures", `{"event": "e4", "fields": ["text"], "ground": "Art. 17(1)(a) GDPR"}`, nil, 202},
	{"POST", "/cases/CASE/seats", `{"org": "o2", "role": "party", "party": "acme"}`, nil, 201},
	{"POST", "/cases/CASE/seats?preview=true", `{"org": "o2", "role": "party", "party": "acme"}`, nil, 200},
	{"DELETE", "/cases/CASE/seats/s1", "", nil, 204},
	{"POST", "/cases/CASE/break-glass", `{"reason": "today"}`, nil, 201},
	{"POST", "/cases/CASE/snapshots", `{"duty": "d1", "note": "n", "override": {"due": "2026-10-02T00:00:00Z", "reason": "counsel"}}`, nil, 201},
	{"GET", "/snapshots", "", nil, 200},
	{"GET", "/approvals", "", nil, 200},
	{"POST", "/approvals/a1", `{"approve": true}`, nil, 200},
	{"GET", "/rules?order=EU", "", nil, 200},
	{"GET", "/rules/CN-RMSV-7-2-MIIT?lang=zh", "", nil, 200},
	{"GET", "/ledger", "", nil, 200},
	{"GET", "/people", "", nil, 200},
	{"GET", "/people/p2", "", nil, 200},
	{"POST", "/people", `{"name": "D", "login": "d", "member": [{"org": "o1", "roles": ["responder"]}], "deputies": [{"person": "p1", "until": "2027-01-01T00:00:00Z"}]}`, nil, 201},
	{"PUT", "/people/p2", `{"name": "D", "login": "d"}`, []string{"If-Match", "TAG"}, 200},
	{"GET", "/organisations", "", nil, 200},
	{"GET", "/organisations/o1", "", nil, 200},
	{"POST", "/organisations", `{"name": "Acme", "kind": "legal-entity", "standing": "active"}`, nil, 201},
	{"PUT", "/organisations/o1", `{"name": "Acme", "kind": "legal-entity", "standing": "warned"}`, []string{"If-Match", "TAG"}, 200},
	{"GET", "/roles", "", nil, 200},
	{"POST", "/roles/r1", `{"grant": true}`, nil, 204},
	{"GET", "/openapi.json", "", nil, 200},
}

// in puts a case in the place of CASE, and fills the rest.
func (q asked) in(t *testing.T, s *shop, j *judge, ref string) asked {
	q.path = strings.ReplaceAll(q.path, "CASE", ref)
	if strings.Contains(q.path, "DUTY") {
		p, err := s.Plan(t.Context(), readers["tocsin_all"], open, planNow)
		if err != nil {
			t.Fatal(err)
		}
		q.path = strings.ReplaceAll(q.path, "DUTY", escaped(p.Plan.Duties[0].ID))
	}
	if q.method == "POST" && q.path == "/cases" {
		data, err := s.seen.Case.YAML()
		if err != nil {
			t.Fatal(err)
		}
		q.body = string(data)
	}
	if len(q.header) == 2 && q.header[1] == "TAG" {
		q.header = []string{"If-Match", j.ask(t, "GET", q.path, "tocsin_all", "").header.Get("ETag")}
	}
	return q
}

func TestEveryOperationAnswersAsTheDocumentSays(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	seen := map[string]bool{}
	for _, q := range every {
		q = q.in(t, s, j, open)
		a := j.ask(t, q.method, q.path, "tocsin_all", q.body, q.header...)
		if a.status != q.status {
			t.Errorf("%s %s: %d %s", q.method, q.path, a.status, a.body)
		}
		seen[j.api.pattern(request(q.method, q.path), q.method)] = true
		public := strings.HasPrefix(q.path, "/ledger") || strings.HasPrefix(q.path, "/openapi")
		if got := a.header.Get("Cache-Control"); public != (got != "no-store") {
			t.Errorf("%s %s: Cache-Control %q", q.method, q.path, got)
		}
	}
	for _, op := range j.api.ops {
		if !seen[op.method+" "+Prefix+op.path] {
			t.Errorf("no request of this table goes to %s %s", op.method, op.path)
		}
		if op.id != "openapi" && (op.summary == "" || op.about == "" || op.tag == "") {
			t.Errorf("%s says nothing of itself", op.id)
		}
	}
}

// A stranger hears the same of every address that is not public: what is there,
// what is not, and with a wrong method.
func TestStrangersHearNothing(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	want := j.ask(t, "GET", "/nothing/here", "", "")
	if want.status != 401 || want.header.Get("WWW-Authenticate") != `Bearer realm="tocsin"` {
		t.Fatalf("%d %v", want.status, want.header)
	}
	more := []asked{{"PATCH", "/cases/CASE", "", nil, 0}, {"DELETE", "/cases", "", nil, 0}, {"GET", "/cases/CASE/secrets", "", nil, 0}, {"GET", "/cases?limit=many", "", nil, 0}, {"POST", "/cases/CASE/events", "not JSON", nil, 0}}
	for _, q := range append(more, every...) {
		q.path = strings.ReplaceAll(strings.ReplaceAll(q.path, "CASE", open), "DUTY", "d")
		if strings.HasPrefix(q.path, "/ledger") || strings.HasPrefix(q.path, "/openapi") {
			continue
		}
		a := j.ask(t, q.method, q.path, "", q.body, "Cookie", "session=tocsin_all; __Host-session=tocsin_all")
		same(t, q.method+" "+q.path, want, a)
		for _, header := range []string{"Bearer tocsin_wrong", "Basic dG9jc2luX2FsbA==", "Bearer ", "tocsin_all", "Bearer tocsin_all, Bearer tocsin_all", "bearer"} {
			a := j.ask(t, q.method, q.path, "", q.body, "Authorization", header)
			if a.status != 401 || a.body != want.body || a.header.Get("WWW-Authenticate") != `Bearer realm="tocsin", error="invalid_token"` {
				t.Errorf("%s %s with %q: %d %s %v", q.method, q.path, header, a.status, a.body, a.header)
			}
		}
	}
	if len(s.asked) > 0 || s.wrote > 0 {
		t.Errorf("for strangers cases were looked at: %v", s.asked)
	}
}

// same compares bytes and headers.
func same(t *testing.T, what string, want, got answer) {
	t.Helper()
	w, _ := json.Marshal(want.header)
	g, _ := json.Marshal(got.header)
	if want.status != got.status || want.body != got.body || string(w) != string(g) {
		t.Errorf("%s differs:\n%d %s %s\n%d %s %s", what, want.status, w, want.body, got.status, g, got.body)
	}
}

// A token does what its scopes name, and is refused before any case is looked at.
func TestScopes(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	free := map[string]bool{"me": true, "tokens": true, "end-token": true, "rules": true, "rule": true, "ledger": true, "openapi": true}
	named := map[string]bool{"give-seat": true, "take-seat": true, "ask-erase": true, "decide": true, "break-glass": true, "people": true, "person": true, "new-person": true,
		"put-person": true, "new-organisation": true, "put-organisation": true, "role-requests": true, "decide-roles": true}
	for _, q := range every {
		q = q.in(t, s, j, open)
		var op operation
		for _, o := range j.api.ops {
			if j.api.pattern(request(q.method, q.path), q.method) == o.method+" "+Prefix+o.path {
				op = o
			}
		}
		before := len(s.asked)
		a := j.ask(t, q.method, q.path, "tocsin_none", q.body, q.header...)
		if wants := !free[op.id]; wants != (a.status == 403) || wants && (!strings.Contains(a.body, `"code":"scope"`) || len(s.asked) > before) {
			t.Errorf("a token without scopes: %s: %d %s", op.id, a.status, a.body)
		}
		a = j.ask(t, q.method, q.path, "tocsin_star", q.body, q.header...)
		if named[op.id] != (a.status == 403 && strings.Contains(a.body, `"code":"scope"`)) && op.id != "organisations" && op.id != "organisation" {
			t.Errorf("a token for *: %s: %d %s", op.id, a.status, a.body)
		}
	}
}

// What is not there and what is not yours are the same bytes and headers, on
// every operation that names a case, with every kind of request.
func TestHiddenIsMissing(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	for _, q := range every {
		if !strings.Contains(q.path, "CASE") {
			continue
		}
		q.path = strings.ReplaceAll(q.path, "DUTY", "d")
		for _, headers := range [][]string{nil, {"If-None-Match", `"x"`}, {"If-None-Match", "*"}, {"If-Match", `"x"`}, {"If-Match", "*"}, {"Idempotency-Key", "k"}} {
			for _, method := range []string{q.method, "HEAD", "PATCH", "OPTIONS"} {
				var got [3]answer
				for i, c := range []struct{ ref, token string }{{hidden, "tocsin_all"}, {"TOC-9999-0000", "tocsin_all"}, {open, "tocsin_other"}} {
					got[i] = j.ask(t, method, strings.ReplaceAll(q.path, "CASE", c.ref), c.token, q.body, append(append([]string{}, q.header...), headers...)...)
				}
				same(t, method+" "+q.path+" (hidden)", got[1], got[0])
				same(t, method+" "+q.path+" (another's)", got[1], got[2])
				if got[0].status < 400 {
					t.Errorf("%s %s: %d", method, q.path, got[0].status)
				}
				if method == q.method && got[0].status != 404 {
					t.Errorf("%s %s: %d %s", method, q.path, got[0].status, got[0].body)
				}
			}
		}
	}
	// The control: a case that is the reader's answers otherwise.
	if a := j.ask(t, "GET", "/cases/"+open, "tocsin_all", ""); a.status != 200 {
		t.Errorf("the control: %d", a.status)
	}
}

// A wrong method is told by the router alone, with what the address takes.
func TestWrongMethods(t *testing.T) {
	s := newShop(t)
	j := s.judged(t)
	for path, allow := range map[string]string{
		"/cases": "GET, HEAD, POST", "/cases/" + hidden: "GET, HEAD", "/cases/" + hidden + "/events": "POST", "/cases/" + hidden + "/seats/s1": "DELETE",
		"/people/nobody": "GET, HEAD, PUT", "/ledger": "GET, HEAD", "/openapi.json": "GET, HEAD",
	} {
		token := "tocsin_all"
		if strings.HasPrefix(path, "/ledger") || strings.HasPrefix(path, "/openapi") {
			token = ""
		}
		a := j.ask(t, "PATCH", path, token, "")
		if a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != allow || a.header.Get("Content-Type") != problemJSON {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
	}
	if len(s.asked) > 0 {
		t.Errorf("cases were looked at: %v", s.asked)
	}
}
