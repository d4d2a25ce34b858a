package webui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/directive"
	"tocsin/tasking"
)

// usualDraft is the guided form filled in for the usual case.
func usualDraft() url.Values {
	return url.Values{"do": {"form"}, "key": {"d-1"}, "number": {"SO 2026/11"}, "tlp": {"GREEN"}, "signed-by": {"I. Varn"}, "title-en": {"Patch Example Pump"}, "title-de": {"Example Pump aktualisieren"}, "whom": {"groups"}, "group": {"full"},
		"scope-en": {"Full members"}, "step-kind-1": {"patch"}, "step-modality-1": {"must"}, "step-due-1": {"2026-12-05"}, "step-title-1-en": {"Update every pump"}, "step-evidence-1": {"Version list"}, "step-required-1": {"on"},
		"step-kind-2": {"report"}, "step-modality-2": {"asked"}, "step-title-2-en": {"Tell us what you found"}, "basis-text": {"The Office may order it."}, "basis-language": {"en"}, "basis-citation": {"Act, s. 3"}, "basis-official": {"https://law.example/3"},
		"reminders": {"P7D", "P1D"}, "exceptions": {"on"}, "exceptions-until": {"2027-06-30"}, "exceptions-measures": {"on"}}
}

// The whole way of a directive by the pages: the form writes the document, the draft
// is seen as it would be issued, issuing asks for a fresh sign-in, the member finds
// it with one next step, and nobody else ever sees the draft.
func TestADirectiveIsDraftedAndIssuedByThePages(t *testing.T) {
	o := newOrders()
	h := o.site(t)
	w := ask(t, h, "karin", "en", "/directives/new", usualDraft())
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	base := w.Header().Get("Location")
	if again := ask(t, h, "karin", "en", "/directives/new", usualDraft()); again.Header().Get("Location") != base {
		t.Error("sent twice, there are two drafts")
	}
	page := body(t, h, "karin", "en", base)
	for _, want := range []string{"Draft", "Patch Example Pump", "Update every pump", "Sat 5 Dec 2026, 24:00", "Version list", "The Office may order it.", "https://law.example/3", "asks something of 4 members", "Only with compensating measures", "Issue the directive"} {
		if !strings.Contains(page, want) {
			t.Errorf("the draft does not say %q", want)
		}
	}
	if page := body(t, h, "karin", "de", base); !strings.Contains(page, "Example Pump aktualisieren") || !strings.Contains(page, `<span lang="en">Update every pump</span>`) {
		t.Error("the draft is not read in the language that it has, or English is not marked")
	}
	if w := ask(t, h, "ada", "en", base, nil); w.Code != 404 {
		t.Errorf("a member sees a draft: %d", w.Code)
	}

	// It is edited as a document; what does not parse keeps what was typed.
	text := strings.Replace(string(must(o.tasks.Get(t.Context(), o.reader("karin"), strings.TrimPrefix(base, "/directives/"), at0)).Written), "Update every pump", "Update each pump", 1)
	if w := ask(t, h, "karin", "en", base+"/edit", url.Values{"document": {text + "\nnonsense: 1\n"}, "seen": {"1"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "Update each pump") || !strings.Contains(w.Body.String(), "nonsense") {
		t.Errorf("a slip: %d", w.Code)
	}
	seeOther(t, h, "karin", base+"/edit", url.Values{"document": {text}, "seen": {"1"}}, base)
	if w := ask(t, h, "otto", "en", base+"/edit", url.Values{"document": {text}, "seen": {"1"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "Somebody else has saved this draft") {
		t.Errorf("an older draft: %d", w.Code)
	}
	if w := ask(t, h, "otto", "en", base+"/issue", url.Values{"seen": {"1"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "Somebody else has saved this draft") {
		t.Errorf("an older draft is issued: %d", w.Code)
	}
	stale := o.site(t, func(f *fake) { f.fresh["karin"] = false })
	if w := ask(t, stale, "karin", "en", base+"/issue", url.Values{"seen": {"2"}, "key": {"i-1"}}); w.Code != 403 || !strings.Contains(w.Body.String(), `id="step-kept"`) {
		t.Errorf("issued without a step-up: %d", w.Code)
	}
	seeOther(t, h, "karin", base+"/issue", url.Values{"seen": {"2"}, "key": {"i-1"}}, base)
	page = body(t, h, "fay", "en", base)
	for _, want := range []string{"Update each pump", "Acknowledge receipt", "full", "must"} {
		if !strings.Contains(page, want) {
			t.Errorf("the member does not read %q", want)
		}
	}
	if w := ask(t, h, "karin", "en", base+"/edit", nil); w.Code != 409 {
		t.Errorf("what was issued is edited: %d", w.Code)
	}
}

// What is missing is said beside its field, and nothing typed is lost; a number that
// is taken is said at the number; a whole document that does not do says where.
func TestADraftFormKeepsWhatWasTyped(t *testing.T) {
	o := newOrders()
	h := o.site(t)
	form := usualDraft()
	form.Del("basis-official")
	form.Set("step-due-1", "soon")
	form.Del("group")
	w := ask(t, h, "karin", "fr", "/directives/new", form)
	for _, want := range []string{`id="f-basis-official-error"`, `id="f-step-due-1-error"`, "Choisissez au moins un groupe.", "Update every pump", "The Office may order it.", `value="P7D" checked`, "Example Pump aktualisieren"} {
		if w.Code != 422 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d: no %q", w.Code, want)
		}
	}
	form = usualDraft()
	form.Set("number", "SO 2026/7")
	if w := ask(t, h, "karin", "en", "/directives/new", form); w.Code != 422 || !strings.Contains(w.Body.String(), `id="f-number-error"`) {
		t.Errorf("a number that is taken: %d", w.Code)
	}
	doc := url.Values{"do": {"document"}, "document": {"format: tocsin-directive/1\nnumber: typed\nnonsense: 1\n"}}
	if w := ask(t, h, "karin", "en", "/directives/new", doc); w.Code != 422 || !strings.Contains(w.Body.String(), "number: typed") || !strings.Contains(w.Body.String(), "nonsense") || !strings.Contains(w.Body.String(), "line 3") {
		t.Errorf("a document that does not do: %d", w.Code)
	}
	doc.Set("document", string(order("so-2026-7", "so-2026-12", "SO 2026/7", "SO 2026/12")))
	if w := ask(t, h, "karin", "en", "/directives/new", doc); w.Code != http.StatusSeeOther {
		t.Errorf("a whole document: %d", w.Code)
	}
	for who, want := range map[string]int{"ada": 404, "anton": 404, "stranger": 404} {
		if w := ask(t, h, who, "en", "/directives/new", usualDraft()); w.Code != want {
			t.Errorf("%s drafts: %d", who, w.Code)
		}
	}
	seeOther(t, h, "karin", "/directives/"+o.ids["draft"]+"/discard", url.Values{}, "/directives")
	if w := ask(t, h, "karin", "en", "/directives/"+o.ids["draft"], nil); w.Code != 404 {
		t.Errorf("a discarded draft is there: %d", w.Code)
	}
}

// The document is a file that reads back; the picture is one that stands alone.
func TestADirectiveIsDownloaded(t *testing.T) {
	o := theOrders()
	h := o.site(t)
	base := "/directives/" + o.ids["main"]
	for _, rest := range []string{"/file", "/file?format=json"} {
		for _, who := range []string{"karin", "ada"} {
			w := ask(t, h, who, "en", base+rest, nil)
			d, err := directive.Parse("x", w.Body.Bytes())
			if w.Code != 200 || err != nil || d.Number != "SO 2026/7" {
				t.Errorf("%s, %s: %d %v", who, rest, w.Code, err)
			}
			if got := w.Header().Get("Content-Disposition"); !strings.Contains(got, "SO-2026-7") {
				t.Errorf("it is called %q", got)
			}
		}
	}
	if w := ask(t, h, "karin", "zh", base+"/burndown.svg?of=move", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "<style>") || !strings.Contains(w.Body.String(), "将其迁入国家云") {
		t.Errorf("the picture: %d", w.Code)
	}
	if w := ask(t, h, "", "en", "/burndown.css", nil); w.Code != 200 || !strings.Contains(w.Body.String(), ".bd-curve") {
		t.Errorf("its style: %d", w.Code)
	}
}

// The desk says in one line that something waits, and the navigation leads there;
// who is on no platform has neither.
func TestTheDeskTellsOfDirectives(t *testing.T) {
	o := theOrders()
	h := o.site(t)
	for who, want := range map[string]bool{"karin": true, "ada": true, "cleo": true, "stranger": false, "anton": false} {
		page := body(t, h, who, "en", "/desk")
		if got := strings.Contains(page, `href="/directives">Look at directives`); got != want {
			t.Errorf("%s: the line is there: %t", who, got)
		}
		if got := strings.Contains(page, `<a href="/directives">Directives`); got != (who != "stranger") {
			t.Errorf("%s: the navigation leads there: %t", who, got)
		}
	}
}

// at0 is no instant: now.
var at0 = tasking.View{}.At
