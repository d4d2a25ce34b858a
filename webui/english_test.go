package webui

import (
	"html"
	"net/url"
	"strings"
	"testing"
)

// What the packs note in English alone is marked as English, so that a screen
// reader speaks it right, and the page says so once, in the reader's language.
// The roles of the parties are a closed list, and are said in it.
func TestWhatThePacksNoteIsMarkedAsEnglish(t *testing.T) {
	h := shared().site(t)
	book := shared().book
	say := map[string]string{"zh": "规则包的说明为英文。", "fr": "Les notes des recueils de règles sont en anglais.", "de": "Was die Regelpakete anmerken, ist auf Englisch.", "en": "is in English"}
	rule := book.Rule("CN-RMSV-9-7-NO-OVERSEAS")
	duty := linePath("duties?id=" + url.QueryEscape("EU-CRA-14-2A-AEV24/aev24/yuhe/controller/1"))
	for _, d := range planned(t, "lin", shared().line).Duties {
		for _, r := range d.Readings {
			if r.Note != "" {
				duty = linePath("duties?id=" + url.QueryEscape(d.ID))
			}
		}
	}
	for _, lang := range Languages {
		for path, notes := range map[string][]string{duty: nil, "/rules/" + rule.ID: append([]string{rule.Penalty, rule.Except, rule.Verified.Note}, rule.Notes...)} {
			page := body(t, h, "lin", lang, path)
			for _, note := range notes {
				if !strings.Contains(page, ` lang="en">`+html.EscapeString(note)) {
					t.Errorf("%s in %s: %q is not marked", path, lang, note)
				}
			}
			if len(notes) == 0 && !strings.Contains(page, `<p class="text-secondary" lang="en">`) {
				t.Errorf("%s in %s: no note of a reading is marked", path, lang)
			}
			if n := strings.Count(page, say[lang]); lang != "en" && n != 1 || lang == "en" && n != 0 {
				t.Errorf("%s in %s says %d times that the notes are English", path, lang, n)
			}
		}
		when := html.UnescapeString(body(t, h, "marit", lang, heldPath("when")))
		role := map[string]string{"en": "open-source project", "zh": "开源项目", "fr": "projet open source", "de": "Open-Source-Projekt"}[lang]
		if strings.Contains(when, "oss project") || !strings.Contains(strings.ReplaceAll(when, "\n", " "), role) {
			t.Errorf("the picture in %s does not say %q", lang, role)
		}
		if page := body(t, h, "lin", lang, linePath("plan?show=waiting")); strings.Contains(page, "<q>timely") || strings.Contains(page, "<q>及时") {
			t.Errorf("the plan in %s quotes a law without its language", lang)
		}
	}
	for text, want := range map[string]string{"within 24 hours": "en", "最迟不得超过2小时": "zh", "速やかに": "ja", "below 较大: no duty": "en", "": "en"} {
		if got := lawLang(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}
