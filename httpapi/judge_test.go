package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

func init() {
	for _, text := range []string{"text/calendar", "image/svg+xml", "text/html"} {
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.FileBodyDecoder)
	}
}

// judge is a round-tripper that holds every answer against the document that the
// API serves, as another's reader understands it.
type judge struct {
	h   http.Handler
	doc *openapi3.T
	api *api
}

func (s *shop) judged(t testing.TB) *judge {
	mux, a := s.serve(t)
	return &judge{h: mux, doc: spec(t, a), api: a}
}

func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	j.h.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, j.fits(r, res.StatusCode, res.Header, body)
}

// fits is nil for an answer that the document describes.
func (j *judge) fits(r *http.Request, status int, h http.Header, body []byte) error {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	pattern := j.api.pattern(r, method)
	_, path, _ := strings.Cut(pattern, " "+Prefix)
	item := j.doc.Paths.Value(path)
	if pattern == "" || item == nil { // no operation: only refusals
		if status < 400 {
			return fmt.Errorf("%s %s: %d by no operation of the document", r.Method, r.URL, status)
		}
		return nil
	}
	op := item.GetOperation(method)
	if op == nil {
		return fmt.Errorf("%s: the document has no such method", pattern)
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: &routers.Route{Spec: j.doc, Path: path, PathItem: item, Method: method, Operation: op}},
		Status:                 status, Header: h, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		return fmt.Errorf("%s %s: %w\n%.2000s", r.Method, r.URL, err, body)
	}
	return nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with a token; header names and values follow in pairs.
func (j *judge) ask(t testing.TB, method, path, token, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, Prefix+path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := j.RoundTrip(r)
	if err != nil {
		t.Errorf("an answer that the document does not describe: %v", err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

// The judge must refuse an answer with a wrong field, with a field too many, of a
// status that is not described, or it judges nothing.
func TestTheJudgeSeesWrongAnswers(t *testing.T) {
	j := newShop(t).judged(t)
	r := httptest.NewRequestWithContext(context.Background(), "GET", Prefix+"/me", nil)
	right := j.ask(t, "GET", "/me", "tocsin_all", "")
	if err := j.fits(r, right.status, right.header, []byte(right.body)); err != nil {
		t.Fatalf("the control itself is refused: %v", err)
	}
	for name, body := range map[string]string{
		"a wrong type":       strings.Replace(right.body, `"person":"p1"`, `"person":17`, 1),
		"a field too many":   strings.Replace(right.body, `"person":"p1"`, `"person":"p1","secret":"x"`, 1),
		"a field is missing": strings.Replace(right.body, `"person":"p1",`, ``, 1),
		"null for a list":    strings.Replace(right.body, `"scopes":[`, `"scopes":null,"x":[`, 1),
		"no JSON":            "<html>",
	} {
		var bad *openapi3filter.ResponseError
		if err := j.fits(r, 200, right.header, []byte(body)); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := j.fits(r, 302, right.header, []byte(right.body)); err == nil {
		t.Error("a status that is not described passes")
	}
	bad := right.header.Clone()
	bad.Set("Content-Type", "text/html")
	if err := j.fits(r, 200, bad, []byte(right.body)); err == nil {
		t.Error("a type that is not described passes")
	}
	// And of the plan, the deepest of all answers.
	r = httptest.NewRequestWithContext(context.Background(), "GET", Prefix+"/cases/"+open+"/plan", nil)
	right = j.ask(t, "GET", "/cases/"+open+"/plan", "tocsin_all", "")
	for name, swap := range map[string][2]string{
		"a wrong date":    {`"due_earliest":"`, `"due_earliest":7,"x":"`},
		"an unknown word": {`"past_due":`, `"past_dew":`},
	} {
		if err := j.fits(r, 200, right.header, []byte(strings.Replace(right.body, swap[0], swap[1], 1))); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
