package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"

	"tocsin/access"
	"tocsin/app"
	"tocsin/client"
	"tocsin/httpapi"
	"tocsin/internal/edge"
	"tocsin/partner"
	"tocsin/plan"
	"tocsin/rulebook"
)

// live is the whole platform on loopback, with nothing replaced.
type live struct {
	t          testing.TB
	url        string
	doc        *openapi3.T
	app        *app.App
	ada, eve   string // tokens: ada owns a case, eve has none
	admin      string // token
	person     string // id of ada
	stranger   string // id of eve
	org        string
	handle, id string // of ada's case
}

func start(t testing.TB) *live {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	a, err := app.Open(ctx, app.Options{DataDir: filepath.Join(t.TempDir(), "data"), Now: time.Now, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Platform(app.PlatformOptions{Addr: "127.0.0.1:0", Every: time.Hour, Pad: 8, Rate: edge.Rate{PerSecond: 1e6, Burst: 1e6}})
	if err == nil {
		err = p.Start(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	l := &live{t: t, url: p.URL(), app: a}
	people := p.People()
	first, err := people.People(ctx, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	admin := access.Reader{Person: first[0].ID, Platform: []partner.Role{partner.Administrator}, Fresh: true}
	org, err := people.PutOrg(ctx, admin, partner.Org{Name: "Example Desk", Kind: partner.Authority, Country: "DE", Standing: partner.Active}, 0)
	if err != nil {
		t.Fatal(err)
	}
	l.org = org.ID
	every := []string{"*", "export", "invite", "erase", "approve", "administer", "break-glass"}
	token := func(id string) string {
		secret, _, err := people.NewToken(ctx, id, "tests", every, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	member := []partner.Membership{{Org: org.ID, Roles: []partner.Role{partner.Responder}}}
	ada, _, err := people.PutPerson(ctx, admin, partner.Person{Name: "Ada Example", Login: "ada", Place: "DE", Member: member}, 0)
	if err != nil {
		t.Fatal(err)
	}
	eve, _, err := people.PutPerson(ctx, admin, partner.Person{Name: "Eve Example", Login: "eve", Place: "DE"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	l.stranger = eve.ID
	l.person, l.ada, l.eve, l.admin = ada.ID, token(ada.ID), token(eve.ID), token(first[0].ID)
	if l.doc, err = openapi3.NewLoader().LoadFromData([]byte(l.ask("GET", "/openapi.json", "", "").body)); err != nil {
		t.Fatal(err)
	}
	return l
}

type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; X-Request-Id and Date, which differ always, are left out.
func (l *live) ask(method, path, token, body string, headers ...string) reply {
	l.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, l.url+httpapi.Prefix+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	res.Header.Del("X-Request-Id")
	res.Header.Del("Date")
	return reply{res.StatusCode, res.Header, string(data)}
}

// fits holds an answer against the document.
func (l *live) fits(path, method string, item *openapi3.PathItem, r reply) error {
	req, err := http.NewRequestWithContext(context.Background(), method, l.url, nil)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, Route: &routers.Route{Spec: l.doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)}},
		Status:                 r.status, Header: r.header, Body: io.NopCloser(strings.NewReader(r.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

func (l *live) keep(file string) {
	l.t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		l.t.Fatal(err)
	}
	r := l.ask("POST", "/cases", l.ada, string(data), "Content-Type", "application/yaml", "Idempotency-Key", "k1")
	var kept httpapi.Kept
	if err := json.Unmarshal([]byte(r.body), &kept); err != nil || r.status != 201 {
		l.t.Fatalf("%d %s", r.status, r.body)
	}
	l.handle = kept.Handle
	var seen struct{ Case string }
	if err := json.Unmarshal([]byte(l.ask("GET", "/cases/"+l.handle, l.ada, "").body), &seen); err != nil {
		l.t.Fatal(err)
	}
	l.id = seen.Case
}

// example is the body that the document gives as an example.
func example(op *openapi3.Operation) string {
	if op.RequestBody == nil {
		return ""
	}
	data, err := json.Marshal(op.RequestBody.Value.Content.Get("application/json").Example)
	if err != nil {
		return ""
	}
	return string(data)
}

// fill puts names into a path of the document.
func (l *live) fill(path, ref string) string {
	return strings.NewReplacer("{case}", url.PathEscape(ref), "{event}", "e1", "{seat}", "s1", "{id}", "none", "{token}", "none", "{rule}", "CN-RMSV-7-2-MIIT",
		"{person}", l.person, "{org}", l.org).Replace(path)
}

// On the real thing: every operation of the document answers as it says, with the
// document's own examples as bodies; a stranger hears 401 and one and the same of
// each; and of a case that is hidden the same as of one that is missing, to the
// byte and header.
func TestTheWholePlatformByItsDocument(t *testing.T) {
	l := start(t)
	l.keep("../examples/cra-all-stages.yaml")
	if _, err := l.app.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("image/svg+xml", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/calendar", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	stranger := l.ask("GET", "/me", "", "")
	operations, good := 0, 0
	for path, item := range l.doc.Paths.Map() {
		for method, op := range item.Operations() {
			operations++
			body, more := example(op), ""
			switch op.OperationID {
			case "search":
				more = "?q=gateway"
			case "duty":
				more = "?id=none"
			}
			if op.OperationID != "ledger" && op.OperationID != "openapi" {
				differs(t, "a stranger at "+path, stranger, l.ask(method, l.fill(path, l.id)+more, "", body))
			}
			if strings.Contains(path, "{case}") {
				missing := l.ask(method, l.fill(path, "TOC-9999-0000")+more, l.eve, body, "Idempotency-Key", "k-"+op.OperationID)
				if missing.status != 404 && op.OperationID != "break-glass" { // an office that eve does not hold
					t.Errorf("%s %s of a case that is missing: %d %s", method, path, missing.status, missing.body)
				}
				for _, ref := range []string{l.id, l.handle} {
					for _, h := range [][]string{nil, {"If-None-Match", "*"}, {"If-Match", `"x"`}, {"Idempotency-Key", "k-" + op.OperationID}} {
						differs(t, method+" "+path+" of a hidden case", missing, l.ask(method, l.fill(path, ref)+more, l.eve, body, h...))
					}
				}
				wrong, hidden := l.ask("PATCH", l.fill(path, "TOC-9999-0000"), l.eve, ""), l.ask("PATCH", l.fill(path, l.id), l.eve, "")
				differs(t, "PATCH "+path, wrong, hidden)
			}
			for name, token := range map[string]string{"the owner": l.ada, "an administrator": l.admin} {
				if op.OperationID == "end-token" {
					continue
				}
				r := l.ask(method, l.fill(path, l.id)+more, token, body)
				if err := l.fits(path, method, item, r); err != nil || r.status >= 500 {
					t.Errorf("%s: %s %s: %d: %v", name, method, path, r.status, err)
				}
				if r.status < 300 {
					good++
				}
			}
		}
	}
	if operations < 40 || good < 30 {
		t.Errorf("%d operations, %d good answers", operations, good)
	}
}

// differs compares bytes and headers.
func differs(t *testing.T, what string, want, got reply) {
	t.Helper()
	var w, g bytes.Buffer
	_ = want.header.Write(&w)
	_ = got.header.Write(&g)
	if want.status != got.status || want.body != got.body || w.String() != g.String() {
		t.Errorf("%s differs:\n%d %s\n%s\n%d %s\n%s", what, want.status, want.body, w.String(), got.status, got.body, g.String())
	}
}

// A party sees its own side through the API: no count of the rest, and a plan that
// whoever has its side of the case computes to the byte.
func TestAPartysSide(t *testing.T) {
	l := start(t)
	l.keep("../examples/cra-all-stages.yaml")
	var c struct {
		Parties []struct{ ID, Country string }
	}
	if err := json.Unmarshal([]byte(l.ask("GET", "/cases/"+l.id, l.ada, "").body), &c); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, party := range c.Parties {
		seat := l.ask("POST", "/cases/"+l.id+"/seats", l.ada, `{"person": "`+l.stranger+`", "role": "party", "party": "`+party.ID+`"}`)
		if seat.status != 201 {
			t.Errorf("a seat for %s: %d %s", party.ID, seat.status, seat.body)
			continue
		}
		if r := l.ask("GET", "/cases/"+l.id, l.eve, ""); r.status == 200 {
			seen++
			l.side(party.ID)
		}
		var s struct{ ID string }
		if err := json.Unmarshal([]byte(seat.body), &s); err != nil {
			t.Fatal(err)
		}
		if r := l.ask("DELETE", "/cases/"+l.id+"/seats/"+s.ID, l.ada, ""); r.status != 204 {
			t.Errorf("taking the seat: %d %s", r.status, r.body)
		}
		if r := l.ask("GET", "/cases/"+l.id, l.eve, ""); r.status != 404 {
			t.Errorf("after the seat was taken: %d", r.status)
		}
	}
	if seen == 0 || seen < len(c.Parties) {
		t.Errorf("%d of %d parties saw their side", seen, len(c.Parties))
	}
}

func (l *live) side(party string) {
	l.t.Helper()
	const at = "2026-12-01T00:00:00Z"
	for _, path := range []string{"", "/record?limit=500"} {
		r := l.ask("GET", "/cases/"+l.id+path, l.eve, "")
		if r.status != 200 || strings.Contains(r.body, `"version"`) || strings.Contains(r.body, `"sequence"`) {
			l.t.Errorf("%s: GET %s: %d %.300s", party, path, r.status, r.body)
		}
	}
	c, err := client.New(l.url, l.eve, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	s, cs, _, err := c.Seen(context.Background(), l.id)
	if err != nil {
		l.t.Fatalf("%s: %v", party, err)
	}
	book, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		l.t.Fatal(err)
	}
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		l.t.Fatal(err)
	}
	p, err := plan.For(cs, book, plan.Options{At: when})
	if err != nil {
		l.t.Fatal(err)
	}
	p = access.Owed(p, access.Viewpoint{All: s.View.All, Own: s.View.Own, Parties: s.View.Parties})
	p.SayIn("en")
	if s.View.All || !slices.Equal(s.View.Parties, []string{party}) {
		l.t.Errorf("%s: the view is %+v", party, s.View)
	}
	want, err := json.Marshal(p)
	if err != nil {
		l.t.Fatal(err)
	}
	var here, there any
	r := l.ask("GET", "/cases/"+l.id+"/plan?lang=en&at="+at, l.eve, "")
	if json.Unmarshal(want, &here) != nil || json.Unmarshal([]byte(r.body), &there) != nil {
		l.t.Fatalf("%s: %d %.300s", party, r.status, r.body)
	}
	if diff := cmp.Diff(here, there); diff != "" {
		l.t.Errorf("%s: the plan from what is seen is not the platform's: %.2000s", party, diff)
	}
}
