package webui

import (
	"net/url"
	"strings"
	"testing"
)

// directivePages are the pages of directives as each side sees them, walked in four
// languages and opened in a browser with all others.
func directivePages() []pageCase {
	o := theOrders()
	at := func(name, rest string) string { return "/directives/" + o.ids[name] + rest }
	list := []pageCase{
		{Path: "/directives", Who: "karin", Name: "directives"}, {Path: "/directives", Who: "ada", Name: "directives-ours"}, {Path: "/directives", Who: "cleo", Name: "directives-suspended"}, {Path: "/directives", Who: "anton", Name: "directives-observer"},
		{Path: "/directives", Who: "stranger", Name: "directives-nowhere"}, {Path: "/directives?status=draft&platform=circle", Who: "karin", Name: "directives-filtered"}, {Path: "/directives?status=draft", Who: "ada", Name: "directives-none"},
		{Path: at("main", ""), Who: "karin", Name: "directive"}, {Path: at("main", "?of=move&show=all&step=move"), Who: "karin", Name: "directive-step"}, {Path: at("main", "?show=past&acts=all"), Who: "anton", Name: "directive-observer"},
		{Path: at("main", ""), Who: "ada", Name: "directive-ours"}, {Path: at("main", ""), Who: "fay", Name: "directive-ours-returned"}, {Path: at("main", ""), Who: "anne", Name: "directive-reads"}, {Path: at("main", ""), Who: "cleo", Name: "directive-withheld"},
		{Path: at("main", ""), Who: "stranger", Status: 404, Name: "directive-stranger"}, {Path: at("closed", ""), Who: "karin", Name: "directive-closed"}, {Path: at("closed", ""), Who: "cleo", Name: "directive-closed-ours"},
		{Path: at("main", "/report"), Who: "karin", Name: "directive-report"}, {Path: at("closed", "/report"), Who: "otto", Name: "directive-report-closed"}, {Path: at("main", "/report"), Who: "ada", Status: 403, Name: "directive-report-not-yours"},
		{Path: at("draft", ""), Who: "karin", Name: "directive-draft"}, {Path: at("draft", ""), Who: "anton", Name: "directive-draft-reads"}, {Path: at("draft", ""), Who: "ada", Status: 404, Name: "directive-draft-not-yours"},
		{Path: at("draft", "/edit"), Who: "karin", Name: "directive-edit"}, {Path: at("draft", "/edit"), Who: "karin", Form: url.Values{"document": {"number: ["}, "seen": {"1"}}, Status: 422, Name: "directive-edit-wrong"},
		{Path: "/directives/new", Who: "karin", Name: "directive-new"}, {Path: "/directives/new", Who: "ada", Status: 404, Name: "directive-new-not-yours"},
		{Path: "/directives/new?platform=circle", Who: "karin", Form: url.Values{"do": {"form"}, "number": {"SO 2026/8"}, "whom": {"groups"}, "step-title-1-en": {"Patch it"}, "step-due-1": {"soon"}}, Status: 422, Name: "directive-new-wrong"},
		{Path: "/directives/new?platform=circle", Who: "karin", Form: url.Values{"do": {"document"}, "document": {"format: tocsin-directive/1\nnumber: x\n"}}, Status: 422, Name: "directive-new-document-wrong"},
	}
	do := func(who, kind, rest, name string, status int, form url.Values) {
		list = append(list, pageCase{Path: at("main", "/do?kind="+kind+rest), Who: who, Name: "directive-do-" + name, Status: status, Form: form})
	}
	for _, k := range []string{"progressed", "evidence-given", "completed"} {
		do("ada", k, "&step=move&member=acme", k, 0, nil)
	}
	do("fay", "completed", "&step=inventory", "again", 0, nil)
	do("ada", "progressed", "", "choose", 0, nil)
	do("ada", "acknowledged", "", "acknowledged", 0, nil)
	do("ada", "exception-asked", "&step=inventory", "exception-asked", 0, nil)
	do("cleo", "progressed", "&step=move", "withheld", 0, nil)
	for _, k := range []string{"reminded", "extended", "scope-decided", "superseded", "closed", "exception-granted", "denied", "accepted"} {
		do("karin", k, "", k, 0, nil)
	}
	for k, re := range map[string]string{"accepted": "done", "returned": "done", "exception-granted": "plea", "exception-refused": "plea", "corrected": "returned", "denied": "progress"} {
		do("karin", k, "&re="+o.ids[re], k+"-re", 0, nil)
	}
	do("ada", "corrected", "&re="+o.ids["done"], "corrected-done", 0, nil)
	do("ada", "corrected", "", "corrected-choose", 0, nil)
	do("ada", "progressed", "&step=move&member=acme", "wrong", 422, url.Values{"done": {"9"}, "total": {"3"}, "as-of": {"soon"}, "for": {"acme"}, "by": {"acme"}})
	do("karin", "exception-granted", "&re="+o.ids["plea"], "refused", 422, url.Values{"until": {"2029-01-01"}})
	do("ada", "accepted", "", "not-yours", 403, nil)
	do("karin", "nothing", "", "nothing", 404, nil)
	for i := range list {
		list[i].Set = o.in
	}
	return list
}

func init() { morePages = append(morePages, directivePages()...) }

// TestDirectivesAreTheirSides: to whoever a directive does not reach, what is there
// and what is not give the same page, byte by byte.
func TestDirectivesAreTheirSides(t *testing.T) {
	o := theOrders()
	h := o.site(t)
	id := o.ids["main"]
	absent := strings.Repeat("q", len(id))
	for _, rest := range []string{"", "/do?kind=progressed", "/edit", "/report", "/file", "/burndown.svg"} {
		for _, who := range []string{"stranger", "dirk"} {
			a, b := ask(t, h, who, "en", "/directives/"+id+rest, nil), ask(t, h, who, "en", "/directives/"+absent+rest, nil)
			if a.Code != 404 || a.Body.String() != b.Body.String() {
				t.Errorf("%s for %s: %d, and %d for what is not there", rest, who, a.Code, b.Code)
			}
		}
	}
	for _, rest := range []string{"/do?kind=progressed", "/edit", "/issue", "/discard"} {
		form := url.Values{"document": {"x"}, "seen": {"1"}}
		a, b := ask(t, h, "stranger", "en", "/directives/"+id+rest, form), ask(t, h, "stranger", "en", "/directives/"+absent+rest, form)
		if a.Code != 404 || a.Code != b.Code || a.Body.String() != b.Body.String() {
			t.Errorf("POST %s: %d, and %d for what is not there", rest, a.Code, b.Code)
		}
	}
	// The control: whom it reaches sees it.
	body(t, h, "ada", "en", "/directives/"+id)
}
