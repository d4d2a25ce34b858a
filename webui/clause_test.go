package webui

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever is refused under a prohibition on sharing abroad reads the clause
// itself, in the law's own language, with its official address and the page of
// the rule; so does whoever is about to invite somebody against it.
func TestARefusalShowsTheWordsOfItsClause(t *testing.T) {
	h := shared().site(t)
	rule := shared().book.Rule("CN-RMSV-9-7-NO-OVERSEAS")
	shows := func(what, page string) {
		t.Helper()
		for _, want := range []string{
			`<blockquote lang="` + rule.Citation.Language + `">` + html.EscapeString(rule.Citation.Operative) + `</blockquote>`,
			`href="` + html.EscapeString(rule.Citation.Official) + `"`, `href="/rules/CN-RMSV-9-7-NO-OVERSEAS"`, html.EscapeString(rule.Citation.Text),
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not show %s", what, want)
			}
		}
	}
	if rule.Citation.Operative == "" || rule.Citation.Official == "" || !strings.HasPrefix(rule.Citation.Language, "zh") {
		t.Fatalf("the rule has no words: %+v", rule.Citation)
	}
	for _, lang := range Languages {
		w := ask(t, h, "jonas", lang, linePath("plan"), nil)
		if w.Code != http.StatusForbidden {
			t.Fatalf("%s: %d", lang, w.Code)
		}
		shows("the refusal in "+lang, w.Body.String())
		for _, told := range []string{"TEST-LINE", "Yuhe Line Controller"} {
			if strings.Contains(w.Body.String(), told) {
				t.Errorf("the refusal in %s tells %q of the case", lang, told)
			}
		}
		if w := ask(t, h, "jonas", lang, "/rules/CN-RMSV-9-7-NO-OVERSEAS", nil); w.Code != http.StatusOK {
			t.Errorf("the page of the rule answers %d", w.Code)
		}
		w = ask(t, h, "lin", lang, linePath("people"), url.Values{"org": {"harbour"}, "role": {"observer"}})
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", lang, w.Code)
		}
		shows("the preview of a seat in "+lang, w.Body.String())
	}
	// A refusal without a clause shows none.
	if page := ask(t, h, "ines", "en", "/cases/new", nil).Body.String(); strings.Contains(page, "blockquote") {
		t.Error("a refusal for want of a role quotes a law")
	}
}
