package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// Problem is every error that the API answers with (RFC 9457). Kind comes from
// the closed list of internal/fault; a program goes by it, and by Code where
// there is one.
type Problem struct {
	Type     string     `json:"type" example:"about:blank" doc:"Always about:blank: the kind says what sort of thing went wrong."`
	Title    string     `json:"title" example:"Unprocessable Entity" doc:"The words of the status."`
	Status   int        `json:"status" example:"422"`
	Kind     fault.Kind `json:"kind" enum:"not found,invalid,conflict,forbidden,suspended,too early,unavailable,internal" example:"invalid" doc:"From a closed list."`
	Detail   string     `json:"detail" example:"\"PINK\" is no TLP label" doc:"A sentence for people. Programs do not read it."`
	Code     string     `json:"code,omitempty" example:"barred-abroad" doc:"The reason of a refusal, from the table of access."`
	Citation string     `json:"citation,omitempty" example:"RMSV Art. 9(7)" doc:"The clause that refuses, where a law does."`
	Needs    []string   `json:"needs,omitempty" example:"[\"second-person\"]" doc:"What would make the refused act allowed."`
	Errors   []Where    `json:"errors,omitempty" doc:"The places that are wrong, where they are known."`
}

// Where is one place that is wrong in a request.
type Where struct {
	Detail    string `json:"detail" example:"is missing"`
	Pointer   string `json:"pointer,omitempty" example:"/at" doc:"JSON pointer into the body (RFC 6901)."`
	Line      int    `json:"line,omitempty" example:"3" doc:"Line of the body, from 1."`
	Key       string `json:"key,omitempty" example:"events[e1].at" doc:"The key as the command line names it: lists by the id of the entry."`
	Parameter string `json:"parameter,omitempty" example:"query.limit" doc:"A parameter of the address or a header, instead of a place in the body."`
}

// Error is the sentence; a Problem is what handlers return through huma.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the status to answer with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457, section 3.
func (p *Problem) ContentType(string) string { return problemJSON }

const problemJSON = "application/problem+json"

// refused is an error that tells what the table of access said.
type refused interface {
	error
	Because() (code, citation string, needs []string)
}

// inside is what the public hears of a fault of our own.
const inside = "something went wrong inside; the operator's log has it under the request's id"

// problem says an error to the public: its kind, its sentence and its place, and
// nothing that the error does not mean for it.
func problem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	kind := fault.KindOf(err)
	p = newProblem(edge.Status(kind), kind, inside)
	var f *fault.Error
	if errors.As(err, &f) && kind != fault.Internal {
		p.Detail = (&fault.Error{Message: f.Message}).Error()
		if f.Key != "" || f.Line > 0 {
			w := Where{Detail: p.Detail, Line: f.Line, Key: (&fault.Error{Message: f.Key}).Error(), Pointer: pointer(f.Key)}
			p.Errors = []Where{w}
		}
	}
	var r refused
	if errors.As(err, &r) && kind != fault.NotFound {
		p.Code, p.Citation, p.Needs = r.Because()
	}
	return p
}

func newProblem(status int, kind fault.Kind, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kind, Detail: detail}
}

// pointer turns a dotted key into a JSON pointer, where it names no entry of a
// list by its id: a pointer counts entries, and the key does not say the number.
func pointer(key string) string {
	if key == "" || strings.ContainsAny(key, "[]") {
		return ""
	}
	esc := strings.NewReplacer("~", "~0", "/", "~1", ".", "/") // RFC 6901, section 3
	return "/" + esc.Replace(key)
}

// kindOfStatus is the kind behind a status that was not ours to choose.
func kindOfStatus(status int) fault.Kind {
	switch {
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return fault.NotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.Forbidden
	case status == http.StatusPreconditionFailed, status == http.StatusConflict:
		return fault.Conflict
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		return fault.Unavailable
	case status >= 500:
		return fault.Internal
	}
	return fault.Invalid
}

// retold says what huma found wrong in parameters in our own form. Values are not
// repeated: a proxy on the way may log answers.
func retold(m *huma.ErrorModel) *Problem {
	kind := kindOfStatus(m.Status)
	p := newProblem(m.Status, kind, m.Detail)
	if kind == fault.Internal {
		p.Detail = inside
		return p
	}
	for i, e := range m.Errors {
		if e == nil || i == 20 {
			break
		}
		p.Errors = append(p.Errors, Where{Detail: (&fault.Error{Message: e.Message}).Error(), Parameter: (&fault.Error{Message: e.Location}).Error()})
	}
	if len(p.Errors) > 0 {
		p.Detail = p.Errors[0].Parameter + ": " + p.Errors[0].Detail
	}
	return p
}

// Refuse answers with a status and nothing else, as a problem: for what is
// refused before a handler is reached.
func Refuse(w http.ResponseWriter, r *http.Request, status int) {
	kind := kindOfStatus(status)
	writeProblem(w, r, newProblem(status, kind, sentences[status]))
}

// sentences are for refusals that carry no sentence of their own.
var sentences = map[int]string{
	http.StatusBadRequest:            "the request cannot be read",
	http.StatusUnauthorized:          "a token is needed: Authorization: Bearer tocsin_…; make one in the settings",
	http.StatusForbidden:             "this is refused",
	http.StatusNotFound:              "there is nothing at this address",
	http.StatusMethodNotAllowed:      "this address does not take this method; the Allow header lists those that it takes",
	http.StatusRequestEntityTooLarge: "the body is too large",
	http.StatusMisdirectedRequest:    "this server is not asked for under this name",
	http.StatusTooManyRequests:       "too many requests; the Retry-After header says when to come back",
	http.StatusServiceUnavailable:    "the platform cannot answer now; try again",
	http.StatusInternalServerError:   inside,
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // a struct of texts and numbers always marshals
		body = []byte(`{"type":"about:blank","title":"Internal Server Error","status":500,"kind":"internal","detail":"` + inside + `"}`)
		p.Status = http.StatusInternalServerError
	}
	reply{status: p.Status, kind: problemJSON, body: append(body, '\n')}.write(w, r)
}
