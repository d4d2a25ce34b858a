package webui

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The law is no secret: whoever is not signed in reads it too, and what a
// stranger is shown may be kept on the way; what somebody signed in is shown
// names them, and may not.
func TestTheLawIsOpenToStrangers(t *testing.T) {
	h := shared().site(t)
	for _, c := range []struct {
		who, path, cache string
		status           int
	}{
		{"", "/rules", "public, max-age=300", 200}, {"", "/rules?q=CRA", "public, max-age=300", 200}, {"", "/rules/EU-CRA-14-2A-AEV24", "public, max-age=300", 200},
		{"", "/rules/NO-SUCH-RULE", "no-store", 404}, {"", "/rules?lang=de", "no-store", 200}, // it sets a cookie
		{"lin", "/rules", "no-store", 200}, {"lin", "/rules/EU-CRA-14-2A-AEV24", "no-store", 200},
	} {
		w := ask(t, h, c.who, "en", c.path, nil)
		if w.Code != c.status || w.Header().Get("Cache-Control") != c.cache {
			t.Errorf("%q at %s: %d, %q, want %d, %q", c.who, c.path, w.Code, w.Header().Get("Cache-Control"), c.status, c.cache)
		}
		if vary := strings.Join(w.Header().Values("Vary"), ", "); !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Language") {
			t.Errorf("%s varies by %q", c.path, vary)
		}
	}
	// A session that may only set up its credentials, and one that was stopped.
	f := newFake()
	f.limited, f.frozen = map[string]bool{"eve": true}, map[string]bool{"ben": true}
	f.with = append(f.with, func(o *Options) { o.Book = shared().book })
	for _, who := range []string{"eve", "ben"} {
		if w := ask(t, f.site(t), who, "en", "/rules", nil); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s is sent with %d to %q", who, w.Code, w.Header().Get("Location"))
		}
	}
	if page := ask(t, h, "", "en", "/", nil).Body.String(); !strings.Contains(page, `href="/rules"`) {
		t.Error("the first page of a stranger shows no way to the rules")
	}
}

// The page of a rule says its steps and times in words, in every language.
func TestARuleSaysItsTimesInWords(t *testing.T) {
	h := shared().site(t)
	code := regexp.MustCompile(`\bPT?\d+[A-Z]`)
	for lang, want := range map[string]string{"en": "12 h", "de": "12 Std.", "fr": "12 h", "zh": "12 小时"} {
		w := ask(t, h, "", lang, "/rules/AU-SOCI-30BC", nil)
		page := w.Body.String()
		if w.Code != 200 || !strings.Contains(page, want) {
			t.Errorf("%s: %d, %q is not there", lang, w.Code, want)
		}
		if m := code.FindString(page[strings.Index(page, "<main"):]); m != "" {
			t.Errorf("%s: a period is shown as code: %s", lang, m)
		}
		for _, r := range shared().book.Rules {
			_, steps, ok := strings.Cut(ask(t, h, "", lang, "/rules/"+r.ID, nil).Body.String(), `<ol class="rule-steps">`)
			if steps, _, _ = strings.Cut(steps, "</ol>"); ok != (len(r.Stages) > 0) {
				t.Errorf("%s: %s has %d steps, and its page shows them: %t", lang, r.ID, len(r.Stages), ok)
			}
			if m := code.FindString(steps); m != "" {
				t.Errorf("%s: %s: a period is shown as code: %s", lang, r.ID, m)
			}
			for _, st := range r.Stages {
				if strings.Contains(steps, "<h3>"+st.ID+"</h3>") {
					t.Errorf("%s: %s: the step %s is shown by its id", lang, r.ID, st.ID)
				}
			}
		}
	}
}
