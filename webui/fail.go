package webui

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/internal/edge"
	"tocsin/internal/fault"
)

// failed is what the error page says.
type failed struct {
	Kind     string // of the catalogues: errors.KIND-title, errors.KIND-text
	Code     string // of a refusal by the table: access.CODE
	Citation string // clause that refuses
	Clause   *ruleRow
	Second   bool   // another person's approval would allow it
	Message  string // in English, of a fault that the reader can cure
}

// refusal is an error of a use case that the table of access refused.
type refusal interface {
	error
	Refused() access.Decision
}

// fail answers with the page of an error. What is not there and what is not the
// reader's come with one and the same error, and so with the same bytes: the
// page holds nothing of the request but its language and its reader's name.
func (v *visit) fail(err error) {
	kind := fault.KindOf(err)
	f := failed{Kind: strings.ReplaceAll(string(kind), " ", "-")}
	var r refusal
	if errors.As(err, &r) {
		d := r.Refused()
		if slices.Contains(d.Needs, "step-up") && v.Session != nil {
			v.askStepUp()
			return
		}
		if f.Citation, f.Clause = d.Citation, v.clause(d.Rule); v.words.has("access." + d.Code) { // else the kind says it
			f.Code = d.Code
		}
		f.Second = slices.Contains(d.Needs, "second-person")
	}
	switch kind {
	case fault.Internal:
		// The text stays here: it may name what is inside.
		v.o.Log.Error("a page failed", "route", v.r.Pattern, "request", edge.RequestID(v.ctx()), "kind", string(kind))
	case fault.Invalid, fault.Conflict, fault.Unavailable, fault.Suspended:
		var e *fault.Error
		if errors.As(err, &e) {
			f.Message = e.Error()
		}
	}
	status := edge.Status(kind)
	if v.scripted {
		said := v.t("errors." + f.Kind + "-title")
		if kind == fault.Forbidden {
			said = v.t("signin.wrong")
		}
		if jerr := v.jsonStatus(status, map[string]string{"error": said}); jerr == nil {
			return
		}
	}
	p := v.page(v.t("errors."+f.Kind+"-title"), "", f)
	p.Langs = v.langLinks(url.Values{})
	write := v.write
	if v.fragment() {
		v.w.Header().Set("HX-Retarget", "#notice")
		write = v.writePart
	}
	if werr := write(status, "error", p); werr != nil {
		http.Error(v.w, "The page of this error could not be made.", http.StatusInternalServerError)
	}
}

// clause gives the rule that refuses, with its words in the law's own language;
// nil if the platform does not know it.
func (v *visit) clause(rule string) *ruleRow {
	if v.o.Book == nil || rule == "" {
		return nil
	}
	r := v.o.Book.Rule(rule)
	if r == nil {
		return nil
	}
	row := v.ruleRow(r)
	return &row
}

// Larger are the addresses whose bodies may be larger than the edge allows.
var Larger = map[string]int64{"POST /cases/import": 8 << 20}

// Refuse writes a refusal of the edge as a page, in the language that the
// browser asks for. It looks up no session: what the edge refuses costs little.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, status int) {
	v := s.visit(w, r)
	v.speak()
	f := failed{Kind: "invalid"}
	switch {
	case status == http.StatusNotFound:
		f.Kind = "not-found"
	case status == http.StatusForbidden || status == http.StatusMisdirectedRequest:
		f.Kind = "forbidden"
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		f.Kind = "unavailable"
	case status >= http.StatusInternalServerError:
		f.Kind = "internal"
	}
	p := v.page(v.t("errors."+f.Kind+"-title"), "", f)
	p.Langs = v.langLinks(url.Values{})
	if err := v.write(status, "error", p); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}
