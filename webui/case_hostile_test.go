package webui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile is text that wants to be more than text, in each place where somebody
// can write something.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>{{.Who}} javascript:alert(4) ` + "\u202e" + `cod.exe`

// hostileCase has it everywhere.
const hostileCase = `{"format":"tocsin-casefile/1","case":"TEST-WILD","title":HOSTILE,"record":"kept","tlp":"AMBER","vulnerabilities":["CVE-2026-990709"],"note":HOSTILE,
"products":[{"id":"p","name":HOSTILE,"provider":"yuhe","note":HOSTILE,"purl":"pkg:generic/x"}],
"parties":[{"id":"yuhe","name":HOSTILE,"country":"CN","markets":["CN","EU"],"note":HOSTILE},{"id":"other","name":HOSTILE,"country":"DE"}],
"sources":[{"id":"s","publisher":HOSTILE,"title":HOSTILE,"original":HOSTILE,"translation":HOSTILE,"url":"javascript:alert(5)"}],
"windows":[{"kind":"major-event","name":HOSTILE,"country":"CN","from":"2026-12-01T00:00:00+08:00","to":"2026-12-10T00:00:00+08:00"}],
"events":[
{"id":"e1","kind":"aware","by":"yuhe","of":"p","at":"2026-11-21T18:00:00+08:00","label":HOSTILE,"text":HOSTILE,"original":HOSTILE,"source":"s","reason":HOSTILE,"where":HOSTILE},
{"id":"e2","kind":"commented","by":"yuhe","at":"2026-11-21T19:00:00+08:00","text":"[click](javascript:alert(6)) <a href=\"javascript:alert(7)\">x</a> ![p](https://tracker.example.org/p.png) [ok](https://example.org/)"},
{"id":"e3","kind":"decided","by":"yuhe","of":"p","result":"not-reportable","reason":HOSTILE,"review-on":"2026-11-22","at":"2026-11-21T20:00:00+08:00"},
{"id":"e4","kind":"aware","by":"yuhe","of":"p","basis":"claim","claimed-by":"other","at":"2026-11-20T18:00:00+08:00","text":HOSTILE}]}`

// TestNothingThatSomebodyWroteBecomesMarkup walks every page of a case whose
// every text wants to be markup.
func TestNothingThatSomebodyWroteBecomesMarkup(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	quoted := `"` + strings.ReplaceAll(hostile, `"`, `\"`) + `"`
	people, orgs := theCast()
	handle := must(o.desk.ImportAs(t.Context(), names{people, orgs}.reader("lin"), "yuhe", "hostile.json", []byte(strings.ReplaceAll(hostileCase, "HOSTILE", quoted)), "hk")).Handle
	must(0, o.watch.Project(t.Context(), handle))
	base := "/cases/" + handle
	duty := url.QueryEscape("CN-RMSV-7-2-MIIT/report/yuhe/p/1")
	pages := map[string]string{}
	for _, path := range []string{"/desk", "/cases", "/search?q=cod.exe", "/search?q=" + url.QueryEscape(hostile), base + "/plan", base + "/plan?party=" + url.QueryEscape(hostile), base + "/plan?kind=commented&by=yuhe", base + "/when", base + "/record",
		base + "/about", base + "/about/edit?what=header", base + "/about/edit?what=source&id=s", base + "/events/new?kind=aware&text=" + url.QueryEscape(hostile), base + "/events/new?kind=acknowledged", base + "/events/e1", base + "/events/e2", base + "/events/e4",
		base + "/decide", base + "/duties?id=" + duty, base + "/people", base + "/export", base + "/erase"} {
		w := ask(t, h, "lin", "en", path, nil)
		if w.Code != http.StatusOK && !strings.Contains(path, "party=") {
			t.Errorf("%s: %d", path, w.Code)
		}
		pages[path] = w.Body.String()
	}
	for path, f := range map[string]url.Values{
		base + "/events": {"kind": {"aware"}, "by": {"yuhe"}, "of": {"p"}, "text": {hostile}, "label": {hostile}, "mandate": {hostile}, "to": {hostile}},
		base + "/decide": {"by": {"yuhe"}, "result": {hostile}, "reason": {hostile}, "at": {hostile}},
		base + "/about":  {"what": {"party"}, "name": {hostile}, "roles": {hostile}, "country": {hostile}},
		base + "/adopt":  {"event": {"e4"}, "reason": {hostile}},
		"/cases":         {"product": {hostile}, "title": {hostile}, "how": {hostile}, "knew": {hostile}, "org": {hostile}, "markets": {hostile}},
	} {
		pages["POST "+path] = ask(t, h, "lin", "en", path, f).Body.String()
	}
	for path, page := range pages {
		for _, wrong := range markup(t, page) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	if page := pages[base+"/events/e2"]; !strings.Contains(page, `href="https://example.org/"`) || !strings.Contains(page, "nofollow") {
		t.Error("a link that is one is gone, or is followed by machines")
	}
}

// markup tells what became an element or an address of what was text.
func markup(t *testing.T, page string) (wrong []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if n.Data == "img" || n.Data == "iframe" || n.Data == "script" && attr(n, "src") == "" {
				wrong = append(wrong, "a <"+n.Data+"> in the page")
			}
			for _, a := range n.Attr {
				v := strings.ToLower(strings.TrimSpace(a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
					wrong = append(wrong, "<"+n.Data+"> has "+a.Key)
				}
				if (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:") || strings.HasPrefix(v, "http://")) {
					wrong = append(wrong, "<"+n.Data+"> leads to "+v)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	if strings.ContainsAny(page, "\u202e\u202d\u2066\u2067\u2068") {
		wrong = append(wrong, "a mark turns the direction of the text")
	}
	return wrong
}

// TestMarkupIsSeen is the control.
func TestMarkupIsSeen(t *testing.T) {
	for _, bad := range []string{`<img src=x>`, `<p onclick="x()">`, `<a href=" JavaScript:x()">x</a>`, `<script>x()</script>`, "<p>\u202ex</p>", `<p style="x">`} {
		if len(markup(t, bad)) == 0 {
			t.Errorf("%s passes", bad)
		}
	}
	if wrong := markup(t, `<a href="https://example.org">x</a><script src="/x.js"></script>`); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// TestDownloads: each file has its type and a name that no system minds, and is
// not kept by anybody between.
func TestDownloads(t *testing.T) {
	o := newOffice()
	h := o.site(t)
	for _, c := range []struct{ who, path, kind, name, holds string }{
		{"lin", o.line + "/plan.json", "application/json", "TEST-LINE-plan.json", `"duties"`},
		{"lin", o.line + "/plan.json?party=ferrule&at=2026-11-22T09:00", "application/json", "TEST-LINE-plan.json", `"at": "2026-11-22T`},
		{"lin", o.line + "/plan.ics", "text/calendar; charset=utf-8", "TEST-LINE-plan.ics", "BEGIN:VCALENDAR"},
		{"lin", o.line + "/when.svg", "image/svg+xml", "TEST-LINE-who-knew-what-when.svg", "<style>"},
		{"tomas", o.held + "/export?format=yaml", "application/yaml", "TEST-HELD.yaml", "tocsin-casefile/1"},
		{"tomas", o.held + "/export?format=json", "application/json", "TEST-HELD.json", `"tocsin-casefile/1"`},
	} {
		w := ask(t, h, c.who, "en", "/cases/"+c.path, nil)
		head := w.Header()
		if w.Code != http.StatusOK || head.Get("Content-Type") != c.kind || head.Get("Content-Disposition") != "attachment; filename="+c.name || head.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %s %s", c.path, w.Code, head.Get("Content-Type"), head.Get("Content-Disposition"), head.Get("Cache-Control"))
		}
		if !strings.Contains(w.Body.String(), c.holds) {
			t.Errorf("%s holds no %q: %.200s", c.path, c.holds, w.Body)
		}
	}
	ics := ask(t, h, "lin", "en", "/cases/"+o.line+"/plan.ics", nil).Body.String()
	for _, told := range []string{"Yuhe", "Early warning", "TEST-LINE", "CRA"} {
		if strings.Contains(ics, told) {
			t.Errorf("the calendar tells of %q to whoever hosts it", told)
		}
	}
	for id, want := range map[string]string{"TOC-2026-1": "TOC-2026-1", "../../etc": "-.-..-etc", `a"b\c`: "a-b-c", "案件": "------", "": "case"} {
		if got := fileName(id); got != want {
			t.Errorf("fileName(%q) = %q, want %q", id, got, want)
		}
	}
	// What may not be taken away alone is asked for.
	if w := ask(t, h, "lin", "en", "/cases/"+o.line+"/export?format=yaml", nil); w.Code != http.StatusForbidden {
		t.Errorf("all of a record goes out without a second person: %d", w.Code)
	}
}

// TestRealOrganisationsAreNotJudged: a case from outside sources has no red and
// no verdict, and what is computed begins with "if".
func TestRealOrganisationsAreNotJudged(t *testing.T) {
	h := shared().site(t)
	for _, path := range []string{"plan", "plan?show=done", "plan?show=waiting", "plan?show=aside", "record", "about", "when"} {
		page := body(t, h, "marit", "en", publicPath(path))
		for _, red := range []string{"state-over", "duty-over", "desk-over", "tl-bad\"", "outer limit passed", "missed", "in breach", "compliant", "unsafe"} {
			if strings.HasPrefix(red, "tl-bad") {
				continue // what sources call a sanction or an attack keeps its sign; no date is red
			}
			if at := strings.Index(page, red); at >= 0 && !strings.Contains(page[max(0, at-200):at], "<blockquote") && !quotes(page, at) {
				t.Errorf("%s says %q: …%s…", path, red, page[max(0, at-80):min(len(page), at+60)])
			}
		}
	}
	page := body(t, h, "marit", "en", publicPath("plan"))
	for _, row := range strings.Split(page, `<li class="duty`)[1:] {
		title := strings.Index(row, `<p class="desk-title">`)
		if title < 0 || !strings.HasPrefix(row[title:], `<p class="desk-title"><span class="state state-plain">if `) {
			t.Errorf("a duty does not begin with if: %.300s", row)
		}
	}
}

// quotes tells whether a place of a page lies in what a source or somebody wrote:
// the text of an event.
func quotes(page string, at int) bool {
	open, shut := strings.LastIndex(page[:at], `<div class="rich">`), strings.LastIndex(page[:at], `</div>`)
	return open > shut
}
