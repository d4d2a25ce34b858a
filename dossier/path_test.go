package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"tocsin/dossier"
	"tocsin/timeline"
	"tocsin/webui/webuitest"
)

// decision is a dossier of the suspension, with its way, where the member stood, and
// the evidence, of one paper the bytes too.
func decision(lang string) dossier.Dossier {
	d := example(lang)
	day := func(m time.Month, n int) timeline.Span {
		return timeline.Instant(time.Date(2026, m, n, 0, 0, 0, 0, time.UTC))
	}
	sheet := timeline.Sheet{Title: "Where Example Cloud stood", Lang: lang, Lanes: []timeline.Lane{{ID: "active", Title: "active"}, {ID: "suspended", Title: "suspended"}},
		Bands: []timeline.Band{{ID: "a", Lane: "active", From: day(1, 1), To: day(12, 17), Kind: timeline.Window, Label: "joined"}, {ID: "s", Lane: "suspended", From: day(12, 17), Kind: timeline.Suspension, Label: "suspended"}}}
	var svg, text bytes.Buffer
	if err := sheet.SVG(&svg, timeline.Options{}); err != nil {
		panic(err)
	}
	if err := sheet.Text(&text); err != nil {
		panic(err)
	}
	d.Standing = dossier.Picture{SVG: svg.Bytes(), Text: text.String()}
	d.Path = []dossier.Step{{Event: "e1", Code: "other"}, {Event: "e3", Code: "reply", Note: "<b>no</b>"}, {Event: "e6", Code: "decision", This: true, Note: "ENSO-2026-0117"}}
	d.Papers = []dossier.Paper{{Name: "finding e3", Text: "{\n  \"report\": \"<i>late</i>\"\n}", Data: []byte(`{"report":"<i>late</i>"}`)}, {Name: "finding e4", Text: "a part of it"}}
	d.Left = 3
	return d
}

// A decision is shown with how it came about; what a reader looks for and the file
// does not hold is named, the press apart from any hearing; the evidence is a file
// with the hash that an entry can name.
func TestDossierOfADecision(t *testing.T) {
	for _, lang := range dossier.Languages() {
		page, sum := written(t, decision(lang))
		for _, want := range []string{`id="path"`, `id="standing"`, `id="papers"`, "&lt;b&gt;no&lt;/b&gt;", `data-file="standing.svg"`, `data-file="evidence-1.json"`, "Where Example Cloud stood"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the file lacks %q", lang, want)
			}
		}
		if strings.Contains(page, "evidence-2") || strings.Contains(page, "<i>late") {
			t.Errorf("%s: the file holds what it must not", lang)
		}
		var names []string
		for _, p := range sum.Parts {
			names = append(names, p.Name)
			if h := sha256.Sum256([]byte(`{"report":"<i>late</i>"}`)); p.Name == "evidence-1.json" && p.SHA256 != hex.EncodeToString(h[:]) {
				t.Errorf("%s: the evidence has the hash %s", lang, p.SHA256)
			}
		}
		if list := strings.Join(names, " "); !strings.Contains(list, "page/path page/standing page/picture") || !strings.Contains(list, "page/papers") {
			t.Errorf("%s: the parts are %s", lang, list)
		}
		plain, _ := written(t, example(lang))
		if strings.Contains(plain, `id="path"`) || strings.Contains(plain, `id="standing"`) || strings.Contains(plain, `id="papers"`) {
			t.Errorf("%s: a case that is no decision has the parts of one", lang)
		}
	}
	page, _ := written(t, decision("en"))
	for _, want := range []string{"Decision · this decision", "Right of reply: contested by the member", "Of these the file holds nothing, as this reader sees it: Lateness finding served", "Statement to the press, which is no hearing",
		"not in this dossier: 3.", "the hash cannot be computed from what stands here"} {
		if !strings.Contains(page, want) {
			t.Errorf("the file lacks %q", want)
		}
	}
	if strings.Contains(page, "Of these the file holds nothing, as this reader sees it: Right of reply") {
		t.Error("what is there is said to be missing")
	}
}

func TestAStepOrPaperThatCannotStand(t *testing.T) {
	for name, change := range map[string]func(*dossier.Dossier){
		"no event of the case":   func(d *dossier.Dossier) { d.Path[1].Event = "e99" },
		"no kind of step":        func(d *dossier.Dossier) { d.Path[1].Code = "guilty" },
		"no name or no text":     func(d *dossier.Dossier) { d.Papers[1].Text = " " },
		"what its picture shows": func(d *dossier.Dossier) { d.Standing.Text = "" },
		"it holds a comment":     func(d *dossier.Dossier) { d.Standing.SVG = append(d.Standing.SVG, "<!-- x -->"...) },
	} {
		d := decision("en")
		change(&d)
		_, err := dossier.Write(&bytes.Buffer{}, d)
		wantInvalid(t, err, name)
	}
}

// The checker in the file agrees with it offline, and tells when a word of the way
// to the decision was changed.
func TestAppealBodyChecksADecisionOffline(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a while; -short")
	}
	ctx := webuitest.Chromium(t)
	complaints := webuitest.Complaints(t, ctx)
	dir := t.TempDir()
	good, _ := written(t, decision("en"))
	opened(t, ctx, dir, good)
	if whole, _, _ := checked(t, ctx); !strings.Contains(whole, "Proved: every receipt in this file holds, and no part was changed.") {
		t.Errorf("the result: %s", whole)
	}
	opened(t, ctx, dir, strings.Replace(good, "Right of reply: contested by the member", "Silence of the member", 1))
	if whole, _, _ := checked(t, ctx); !strings.Contains(whole, "page/path") || strings.Contains(whole, "Proved: every") {
		t.Errorf("a word of the way was changed, and the file says %s", whole)
	}
	if got := complaints(); len(got) > 0 {
		t.Errorf("the browser complains: %v", got)
	}
}
