package dossier_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/dossier"
	"tocsin/plan"
	"tocsin/receipt"
	"tocsin/receipt/script"
)

// One file holds it all, in each language: what happened and when it was
// recorded, the plan with its reasons, the letter, the receipts.
func TestDossierHoldsEverythingItsReaderSees(t *testing.T) {
	for _, lang := range dossier.Languages() {
		page, sum := written(t, example(lang))
		for _, want := range []string{
			`<html lang="` + lang + `">`, "PF-42", "TLP:AMBER", "Appeals Board of Examplia",
			"&lt;b&gt;while testing&lt;/b&gt;", "2026-11-24T14:51+08:00", "2026-12-09T02:00:00Z", "https://office.example/log",
			`class="versus"`, "ENSO-2026-0117", "receipt-2.tlog-proof", "w1", `data-number="` + sum.Number + `"`, `<svg xmlns="http://www.w3.org/2000/svg" class="tl tl-light"`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the file lacks %q", lang, want)
			}
		}
		again, _ := written(t, example(lang))
		if page != again {
			t.Errorf("%s: the same dossier gives other bytes", lang)
		}
		for _, bad := range []string{"OUR-OWN-ANALYSIS", "Quiet Harbour", "<b>while", "%!"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the file holds %q", lang, bad)
			}
		}
	}
}

// The list names the hash of every part; each file is in the page byte for byte.
func TestListOfPartsIsTrue(t *testing.T) {
	page, sum := written(t, example("de"))
	files := regexp.MustCompile(`data-file="([^"]+)" href="data:application/octet-stream;base64,([^"]+)"`).FindAllStringSubmatch(page, -1)
	saved := map[string][]byte{}
	for _, f := range files {
		data, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil {
			t.Fatal(err)
		}
		saved[f[1]] = data
	}
	list := ""
	for _, p := range sum.Parts {
		list += p.SHA256 + "  " + p.Name + "\n"
		if strings.HasPrefix(p.Name, "page/") {
			continue
		}
		h := sha256.Sum256(saved[p.Name])
		if hex.EncodeToString(h[:]) != p.SHA256 || len(saved[p.Name]) != p.Bytes {
			t.Errorf("%s is not what the list says", p.Name)
		}
	}
	if h := sha256.Sum256([]byte(list)); hex.EncodeToString(h[:]) != sum.Number {
		t.Error("the number is not that of the list")
	}
	if len(saved) != 7 {
		t.Errorf("%d files: %v", len(saved), slices.Sorted(mapsKeys(saved)))
	}
	// They are what they say they are.
	if _, err := casefile.Parse("case.json", saved["case.json"]); err != nil {
		t.Error(err)
	}
	if !json.Valid(saved["plan.json"]) || bytes.Contains(saved["picture.svg"], []byte("<desc")) {
		t.Error("plan or picture")
	}
	if _, err := receipt.ParseProof(saved["receipt-1.tlog-proof"]); err != nil {
		t.Error(err)
	}
}

func mapsKeys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// The policy of the file names the hash of the one script and of each style
// sheet, nothing is loaded, and nothing of the words can become markup.
func TestNothingElseRunsOrLoads(t *testing.T) {
	page, _ := written(t, example("fr"))
	policy := regexp.MustCompile(`content="(default-src [^"]+)"`).FindStringSubmatch(page)
	if policy == nil {
		t.Fatal("no policy")
	}
	for element, directive := range map[string]string{"script": "script-src", "style": "style-src"} {
		bodies := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		if want := map[string]int{"script": 1, "style": 2}[element]; len(bodies) != want || strings.Count(page, "<"+element) != want {
			t.Errorf("%d of %s", len(bodies), element)
		}
		for _, b := range bodies {
			h := sha256.Sum256([]byte(b[1]))
			if !strings.Contains(html.UnescapeString(policy[1]), "'sha256-"+base64.StdEncoding.EncodeToString(h[:])+"'") {
				t.Errorf("%s does not name the hash of a %s", directive, element)
			}
		}
	}
	for _, bad := range []string{"unsafe", "http:", "https:"} {
		if strings.Contains(policy[1], bad) {
			t.Errorf("the policy holds %q", bad)
		}
	}
	outside := page[:strings.LastIndex(page, "<script>")]
	for _, bad := range []string{" src=", "<link", "<iframe", "<object", "<base", "<form", " style=", " onclick", "@import", "<img"} {
		if strings.Contains(outside, bad) {
			t.Errorf("the file holds %q", bad)
		}
	}
}

// Hostile words from every side stay words.
func TestHostileWordsAreInert(t *testing.T) {
	evil := `</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>` + "\u202e\u2066\u200b\x00"
	d := example("zh")
	d.Title, d.For, d.By, d.KeysFrom = evil, evil, evil, evil
	d.Receipts[0].Name, d.Letters[0].Name, d.Letters[0].Text, d.Picture.Text = evil, evil, evil, evil
	d.Case.Title, d.Case.TLP = evil, evil
	d.Plan.Basis.Rulebook = evil
	page, _ := written(t, d)
	for _, bad := range []string{"<img", "<script>alert", "\u202e", "\u2066", "\u200b", "\x00"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the file", bad)
		}
	}
}

// A long text is shown to its end, in the record and as a receipt opens it.
func TestNothingIsCut(t *testing.T) {
	long := strings.Repeat("every word counts ", 400) + strings.Repeat("长", 4000) + " THE-END"
	c := parsed(strings.Replace(story, "Told the maker by mail.", long, 1))
	l := recorded(c)
	page, _ := written(t, of("en", c, l.keys(), []dossier.Receipt{l.receipt("e2", "text")}))
	if n := strings.Count(page, strings.Repeat("every word counts ", 400)+strings.Repeat("长", 4000)+" THE-END"); n < 2 {
		t.Errorf("the text stands whole %d times", n)
	}
	if strings.Contains(page, "…") && strings.Contains(page, "counts…") {
		t.Error("a text was cut")
	}
}

// What has a form of its own is read, and what it could hide is refused.
func TestPicturesAndLettersHideNothing(t *testing.T) {
	good := example("en")
	svg := string(good.Picture.SVG)
	for name, change := range map[string]string{
		"a comment": "<!-- secret -->", "metadata": "<metadata>secret</metadata>", "a script": "<script>1</script>", "foreign words": "<foreignObject><p>secret</p></foreignObject>",
		"an image": `<image href="x"/>`, "a loose word": "secret", "data": `<rect data-x="secret"/>`, "a style of its own": `<rect style="x"/>`, "an outside link": `<a href="https://x.example">y</a>`,
		"a hidden text": `<text display="none">secret</text>`, "a pale text": `<text fill="#fff">secret</text>`, "a label for machines": `<g aria-label="secret"/>`,
		"a style that loads": "<style>.x{background:url(x)}</style>", "a style that hides": "<style>text{display:none}</style>",
	} {
		d := good
		d.Picture.SVG = []byte(strings.Replace(svg, "</svg>", change+"</svg>", 1))
		if _, err := dossier.Write(&bytes.Buffer{}, d); err == nil {
			t.Errorf("%s in the picture is taken", name)
		}
	}
	// Tips and the description are left out: on paper nobody sees them.
	d := good
	d.Picture.SVG = []byte(strings.Replace(svg, "</svg>", "<g><title>secret tip</title></g></svg>", 1))
	if page, _ := written(t, d); strings.Contains(page, "secret tip") || strings.Contains(page, "<desc") {
		t.Error("a tip is in the file")
	}
	for name, body := range map[string]string{
		"a script": "<p><script>1</script></p>", "a link": `<p><a href="https://x.example">x</a></p>`, "an id": `<p id="keys">x</p>`, "a handler": `<p onclick="x">x</p>`,
		"a class of the page": `<p class="verdict">Proved</p>`, "open": "<p>x", "a comment": "<p>x<!-- y --></p>", "raw data": "<p><![CDATA[x]]></p>",
	} {
		d := good
		d.Letters = []dossier.Letter{{Name: "x", Body: body, Text: "x"}}
		_, err := dossier.Write(&bytes.Buffer{}, d)
		if err == nil {
			t.Errorf("%s in a letter is taken", name)
		}
	}
	d = good
	d.LetterStyle = ".letter{background:url(https://x.example/)}"
	_, err := dossier.Write(&bytes.Buffer{}, d)
	wantInvalid(t, err, "letter style")
}

// What every dossier needs is asked for by name.
func TestIncompleteDossierIsRefused(t *testing.T) {
	for key, change := range map[string]func(*dossier.Dossier){
		"title": func(d *dossier.Dossier) { d.Title = " " }, "lang": func(d *dossier.Dossier) { d.Lang = "ja" }, "for": func(d *dossier.Dossier) { d.For = "\u200b" },
		"by": func(d *dossier.Dossier) { d.By = "" }, "made": func(d *dossier.Dossier) { d.Made = time.Time{} }, "case": func(d *dossier.Dossier) { d.Case = nil },
		"plan": func(d *dossier.Dossier) { p := *d.Plan; p.Case = "OTHER"; d.Plan = &p }, "keys": func(d *dossier.Dossier) { d.Keys = "" },
		"picture.text": func(d *dossier.Dossier) { d.Picture.Text = "" },
	} {
		d := example("en")
		change(&d)
		_, err := dossier.Write(&bytes.Buffer{}, d)
		wantInvalid(t, err, key+": ")
	}
}

// A case without letters, receipts and picture says that nothing is proved, and
// a case from sources says whose word it is: every computed sentence begins with
// "if".
func TestPublicCaseIsAttributed(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "examples", "log4shell.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c := must(casefile.Parse("log4shell.yaml", data))
	at := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	d := dossier.Dossier{Title: "Log4Shell", Lang: "en", For: "anybody", By: "a reader", Made: at, Case: c, Plan: must(plan.For(c, rules, plan.Options{At: at}))}
	page, _ := written(t, d)
	if !strings.Contains(page, "so nothing here is proved") || strings.Count(page, `class="versus"`) < 3 {
		t.Error("disputed claims or the missing proof are not said")
	}
	for _, m := range regexp.MustCompile(`<p class="state">([^<]*)`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "If the sources are right: ") {
			t.Errorf("%q is said of a real organisation", m[1])
		}
	}
	if len(page) > 16<<20 {
		t.Errorf("%d bytes", len(page))
	}
}

// What the dossier runs cannot end its own element, load, ask or write HTML.
func TestWhatRunsIsTame(t *testing.T) {
	check, err := os.ReadFile(filepath.Join("static", "check.js"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"verify.js": []byte(script.Verify), "check.js": check} {
		for _, bad := range []string{"</script", "<!--", "fetch(", "XMLHttpRequest", "innerHTML", "eval(", "import(", "\nimport"} {
			if bytes.Contains(data, []byte(bad)) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
}

// The catalogues say the same things with the same arguments, and nothing that
// nobody says.
func TestCataloguesAreComplete(t *testing.T) {
	read := func(lang string) map[string]string {
		data, err := os.ReadFile(filepath.Join("words", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	code := ""
	for _, pattern := range []string{"*.go", "static/check.js", "../receipt/script/verify.js"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			if strings.HasSuffix(n, "_test.go") {
				continue
			}
			data, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			code += string(data)
		}
	}
	args := regexp.MustCompile(`\{[a-z]+\}`)
	en := read("en")
	for _, lang := range dossier.Languages()[1:] {
		words := read(lang)
		for key := range words {
			if en[key] == "" {
				t.Errorf("%s: %s is not in English", lang, key)
			}
		}
		for key, text := range en {
			a, b := args.FindAllString(text, -1), args.FindAllString(words[key], -1)
			slices.Sort(a)
			slices.Sort(b)
			if words[key] == "" || !slices.Equal(a, b) {
				t.Errorf("%s: %s is %q", lang, key, words[key])
			}
		}
	}
	for key := range en {
		stem, name, _ := strings.Cut(key, ".")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "why-"), "record-")
		if !strings.Contains(code, `"`+key+`"`) && !strings.Contains(code, `"`+name+`"`) && !strings.Contains(code, `"`+stem+`"`) && stem != "basis" && stem != "js" {
			t.Errorf("nothing says %s", key)
		}
	}
}
