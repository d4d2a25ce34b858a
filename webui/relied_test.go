package webui

import (
	"context"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
)

// taken is a desk on which the reader once relied on a date of a case that they
// may not see any more.
type taken struct{ Desk }

func (taken) Snapshots(context.Context, access.Reader, coordination.Page) ([]coordination.Snapshot, string, error) {
	return []coordination.Snapshot{{ID: "s1", By: "lin", Org: "yuhe", Taken: monday.AddDate(0, 0, -3), Changed: []string{coordination.ChangedHidden}}}, "", nil
}

// A date that somebody relied on, of a case that they may not see any more, is
// words and no link; it can still be dropped.
func TestARelianceOnWhatIsHiddenIsNoLink(t *testing.T) {
	f := newFake()
	shared().in(f)
	f.with = append(f.with, func(o *Options) { o.Desk = taken{o.Desk} })
	h := f.site(t)
	for lang, words := range map[string]string{"en": "of a case that you may not see any more", "zh": "您已无权查看", "fr": "que vous ne pouvez plus voir", "de": "nicht mehr sehen dürfen"} {
		for _, path := range []string{"/relied", "/desk"} {
			page := body(t, h, "lin", lang, path)
			if strings.Contains(page, "/cases//") || strings.Contains(page, "duties?id=\"") || strings.Contains(page, `href=""`) || strings.Contains(page, "<p></p>") {
				t.Errorf("%s in %s links to nowhere", path, lang)
			}
			if strings.Contains(page, "0001-01-01") {
				t.Errorf("%s in %s shows a date that is none", path, lang)
			}
			if !strings.Contains(page, words) {
				t.Errorf("%s in %s does not say what is hidden:\n%s", path, lang, page[strings.Index(page, "<main"):])
			}
			for _, wrong := range look(page, lang) {
				t.Errorf("%s in %s: %s", path, lang, wrong)
			}
		}
		if page := body(t, h, "lin", lang, "/relied"); !strings.Contains(page, `action="/relied/drop"`) {
			t.Error("it cannot be dropped")
		}
	}
}
