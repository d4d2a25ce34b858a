package webui

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tocsin/access"
	"tocsin/coordination"
)

// pageCase is one page as somebody sees it.
type pageCase struct {
	Path   string
	Who    string // "" is a stranger
	Form   url.Values
	Status int         // 0: 200
	Set    func(*fake) // what is otherwise than usual
	Name   string      // of the screenshot; "": of the path
}

// morePages are those of other files: each adds its own in an init.
var morePages []pageCase

func ownPages() []pageCase {
	approvals := func(f *fake) {
		done := at.Add(-20 * 60e9)
		f.desk.approvals = []coordination.Approval{
			{ID: "a1", Act: access.Erase, Case: "TOC-2026-0007", Args: map[string]string{"event": "e4", "fields": "text", "ground": "Art. 17 GDPR"}, By: "ben", Asked: at.Add(-40 * 60e9), Expires: at.Add(23 * 3600e9), State: "asked"},
			{ID: "a2", Act: access.Export, Case: "TOC-2026-0009", By: "ada", Asked: at.Add(-5 * 60e9), Expires: at.Add(24 * 3600e9), State: "asked"},
			{ID: "a3", Act: access.Export, Case: "TOC-2026-0003", By: "ben", With: "ada", Asked: at.Add(-48 * 3600e9), Decided: &done, State: "declined", Reason: "Ask for one party only."},
			{ID: "a4", Act: access.Export, Case: "TOC-2026-0004", By: "ada", With: "ben", Asked: at.Add(-3 * 3600e9), Decided: &done, Expires: at.Add(20 * 3600e9), State: "approved"},
		}
	}
	frozen := func(f *fake) { f.frozen["ada"] = true }
	stale := func(f *fake) { f.fresh["ada"] = false }
	return []pageCase{
		{Path: "/sign-in"}, {Path: "/sign-in?to=%2Fcases", Name: "sign-in-to"},
		{Path: "/sign-in", Form: url.Values{"login": {"x"}, "password": {"y"}}, Status: 403, Name: "sign-in-wrong"},
		{Path: "/sign-in", Form: url.Values{"login": {"ada@example.org"}, "password": {newFake().password}}, Name: "sign-in-second"},
		{Path: "/in/good-first"}, {Path: "/in/good-demo"}, {Path: "/in/good-recovery"}, {Path: "/in/bad", Status: 404},
		{Path: "/setup", Who: "eve"},
		{Path: "/step-up?to=%2Fsettings", Who: "ada", Name: "step-up"}, {Path: "/step-up", Who: "ada", Set: frozen, Name: "step-up-frozen"},
		{Path: "/step-up", Who: "ben", Name: "step-up-passkey"},
		{Path: "/settings/tokens", Who: "ada", Form: url.Values{"name": {"x"}, "scope": {"see"}, "days": {"30"}}, Status: 403, Set: stale, Name: "step-up-kept"},
		{Path: "/settings", Who: "ada"}, {Path: "/settings/sign-in", Who: "ada"}, {Path: "/settings/sign-in", Who: "ben", Name: "settings-ways-new"},
		{Path: "/settings/profile", Who: "ada", Form: url.Values{"name": {""}, "zone": {"Mars/Base"}, "version": {"7"}}, Status: 422, Name: "settings-wrong"},
		{Path: "/settings/password", Who: "ada", Form: url.Values{"password": {"a"}, "repeat": {"b"}}, Status: 422, Name: "password-wrong"},
		{Path: "/settings/second-factor", Who: "ada", Form: url.Values{}, Name: "factor"},
		{Path: "/settings/second-factor/confirm", Who: "ada", Form: url.Values{"ticket": {"x"}, "code": {"000000"}, "secret": {"JBSW"}}, Status: 422, Name: "factor-wrong"},
		{Path: "/settings/second-factor/confirm", Who: "ada", Form: url.Values{"ticket": {"x"}, "code": {"123456"}}, Name: "codes"},
		{Path: "/settings/tokens", Who: "ada"}, {Path: "/settings/tokens", Who: "ben", Name: "tokens-none"},
		{Path: "/settings/tokens", Who: "ada", Form: url.Values{"name": {"ci"}, "scope": {"see", "add"}, "days": {"30"}}, Name: "token-made"},
		{Path: "/settings/tokens", Who: "ada", Form: url.Values{"name": {""}}, Status: 422, Name: "token-wrong"},
		{Path: "/settings/sessions", Who: "ada"}, {Path: "/settings/deputies", Who: "ben"}, {Path: "/settings/deputies", Who: "ada", Name: "deputies-none"},
		{Path: "/settings/deputies", Who: "ben", Form: url.Values{"from": {"2026-03-05"}, "until": {"2026-03-01"}}, Status: 422, Name: "deputies-wrong"},
		{Path: "/approvals", Who: "ada", Set: approvals}, {Path: "/approvals", Who: "ben", Name: "approvals-none"},
		{Path: "/approvals/a1", Who: "ada", Form: url.Values{"decision": {"decline"}}, Status: 422, Set: approvals, Name: "approvals-wrong"},
		{Path: "/help", Who: "ada"}, {Path: "/help", Name: "help-stranger"},
		{Path: "/admin/people", Who: "ada"}, {Path: "/admin/people/new", Who: "ada"}, {Path: "/admin/people/ben", Who: "ada"},
		{Path: "/admin/people/eve", Who: "ada"}, {Path: "/admin/people/ada", Who: "ada"},
		{Path: "/admin/people/eve/link", Who: "ada", Form: url.Values{"purpose": {"invite"}}, Name: "admin-link"},
		{Path: "/admin/people", Who: "ada", Form: url.Values{"name": {""}, "zone": {"x"}}, Status: 422, Name: "admin-person-wrong"},
		{Path: "/admin/organisations", Who: "ada"}, {Path: "/admin/organisations/new", Who: "ada"}, {Path: "/admin/organisations/acme", Who: "ada"},
		{Path: "/admin/organisations", Who: "ada", Set: func(f *fake) { f.orgs = nil }, Name: "admin-orgs-none"},
		{Path: "/admin/organisations", Who: "ada", Form: url.Values{"name": {""}}, Status: 422, Name: "admin-org-wrong"},
		{Path: "/admin/people/ben", Who: "ada", Form: url.Values{"name": {"Ben"}, "login": {"ben"}, "org": {"acme", "other"}, "org-role-0": {"counsel"}, "version": {"7"}}, Status: 422, Name: "admin-membership-wrong"},
		{Path: "/admin/organisations/acme-group", Who: "ada", Form: url.Values{"name": {"Acme Group"}, "kind": {"group"}, "country": {"DE"}, "standing": {"suspended"}, "version": {"7"}}, Name: "admin-org-sure"},
		{Path: "/admin/log", Who: "ada", Set: logged}, {Path: "/admin/log?show=reads", Who: "ada", Set: logged, Name: "admin-log-reads"}, {Path: "/admin/log", Who: "ada", Name: "admin-log-none"},
		{Path: "/admin/log/9", Who: "ada", Set: logged}, {Path: "/admin/log/3", Who: "ada", Status: 404, Name: "admin-log-nowhere"},
		{Path: "/admin/roles", Who: "ada"}, {Path: "/admin/platform", Who: "ada"},
		{Path: "/nowhere", Status: 404}, {Path: "/nowhere", Who: "ada", Status: 404, Name: "nowhere-signed-in"},
		{Path: "/admin/people", Who: "ben", Status: 404, Name: "admin-not-yours"},
	}
}

// TestEveryPageInEveryLanguage walks all pages, in all languages, and looks at
// each as a browser and a reader of the screen would.
func TestEveryPageInEveryLanguage(t *testing.T) {
	for _, c := range append(ownPages(), morePages...) {
		for _, lang := range Languages {
			name := c.Name
			if name == "" {
				name = strings.Trim(c.Path, "/")
			}
			t.Run(name+"/"+lang, func(t *testing.T) {
				f := newFake()
				if c.Set != nil {
					c.Set(f)
				}
				w := ask(t, f.site(t), c.Who, lang, c.Path, c.Form)
				if want := max(c.Status, 200); w.Code != want && !(c.Status == 0 && w.Code == 200) {
					t.Fatalf("status %d, want %d\n%s", w.Code, want, w.Body)
				}
				for _, complaint := range look(w.Body.String(), lang) {
					t.Error(complaint)
				}
				if w.Header().Get("Cache-Control") != "no-store" && c.Who != "" {
					t.Errorf("a page of somebody signed in may be stored: %q", w.Header().Get("Cache-Control"))
				}
				if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") {
					t.Errorf("Content-Security-Policy %q", csp)
				}
			})
		}
	}
}

var (
	keyShown  = regexp.MustCompile(`\b(?:access|admin|approvals|case|common|desk|errors|findings|help|ledger|inbox|log|partner|public|questions|settings|directives|sharing|signin)\.[a-z][a-z0-9.-]*[a-z0-9]\b`)
	argShown  = regexp.MustCompile(`\{[a-z][a-z-]*\}`)
	goShown   = regexp.MustCompile(`ZgotmplZ|<no value>|%!|0x[0-9a-f]{6,}|map\[`)
	voidField = map[string]bool{"hidden": true, "submit": true, "button": true}
)

// look tells what is wrong with a page: words that are missing, things that the
// policy forbids, labels that are lacking, ids that occur twice.
func look(page, lang string) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	ids, labelled, pointed := map[string]int{}, map[string]bool{}, map[string]string{}
	var fields, buttons []*html.Node
	h1, title := 0, ""
	var walk func(n *html.Node, hidden bool)
	walk = func(n *html.Node, hidden bool) {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "code" && n.Parent.Data != "pre" {
			if m := keyShown.FindString(n.Data); m != "" && !strings.Contains(n.Data, "@") {
				complain("the key %s is shown", m)
			}
			if m := argShown.FindString(n.Data); m != "" {
				complain("the argument %s is shown in %q", m, strings.TrimSpace(n.Data))
			}
			if m := goShown.FindString(n.Data); m != "" {
				complain("%q is shown in %q", m, strings.TrimSpace(n.Data))
			}
		}
		if n.Type == html.ElementNode {
			hidden = hidden || attr(n, "aria-hidden") == "true"
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on"):
					complain("<%s> has the attribute %s", n.Data, a.Key)
				case a.Key == "id":
					ids[a.Val]++
				case a.Key == "for":
					labelled[a.Val] = true
					pointed[a.Val] = "for"
				case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "list" || a.Key == "data-copy":
					for _, id := range strings.Fields(a.Val) {
						pointed[id] = a.Key
					}
				case a.Key == "href" || a.Key == "src" || a.Key == "action":
					if strings.HasPrefix(a.Val, "javascript:") || strings.Contains(a.Val, "ZgotmplZ") {
						complain("<%s %s=%q>", n.Data, a.Key, a.Val)
					}
				}
				if a.Key == "alt" || a.Key == "title" || a.Key == "placeholder" || strings.HasPrefix(a.Key, "aria-") {
					if m := keyShown.FindString(a.Val); m != "" {
						complain("the key %s is in %s", m, a.Key)
					}
				}
			}
			switch n.Data {
			case "html":
				if attr(n, "lang") != lang {
					complain("<html lang=%q>, want %q", attr(n, "lang"), lang)
				}
			case "title":
				if n.FirstChild != nil && n.Parent.Data == "head" {
					title = n.FirstChild.Data
				}
			case "h1":
				h1++
			case "style":
				complain("a <style> in the page")
			case "script":
				if attr(n, "src") == "" && attr(n, "type") != "application/json" {
					complain("an inline <script>")
				}
			case "form":
				if m := attr(n, "method"); m != "get" && m != "post" {
					complain("a form without a method")
				}
			case "input", "select", "textarea":
				if !hidden && !voidField[attr(n, "type")] {
					fields = append(fields, n)
				}
			case "button":
				buttons = append(buttons, n)
			case "img":
				if attr(n, "alt") == "" {
					complain("a picture without words")
				}
			case "th":
				if attr(n, "scope") == "" {
					complain("a <th> without scope")
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, hidden)
		}
	}
	walk(root, false)
	for id, n := range ids {
		if n > 1 {
			complain("the id %s occurs %d times", id, n)
		}
	}
	for id, by := range pointed {
		if ids[id] == 0 {
			complain("%s points to %s, which is not there", by, id)
		}
	}
	for _, n := range fields {
		if !labelled[attr(n, "id")] && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
			complain("the field %s has no label", attr(n, "name"))
		}
	}
	for _, n := range buttons {
		if attr(n, "type") == "" {
			complain("a button without a type")
		}
	}
	if h1 != 1 {
		complain("%d first headings", h1)
	}
	if title == "" || strings.HasPrefix(title, "·") {
		complain("the title is %q", title)
	}
	return wrong
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// TestTheLookSees is the control: each thing that look must find.
func TestTheLookSees(t *testing.T) {
	good := `<!doctype html><html lang="en"><head><title>x</title></head><body><h1>x</h1>%s</body></html>`
	if wrong := look(fmt.Sprintf(good, ""), "en"); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for part, want := range map[string]string{
		`<p style="color:red">x</p>`:                   "style",
		`<p onclick="x()">x</p>`:                       "onclick",
		`<script>x()</script>`:                         "inline",
		`<style>p{}</style>`:                           "<style>",
		`<p>common.save</p>`:                           "key",
		`<p>{name} asks</p>`:                           "argument",
		`<form><p>x</p></form>`:                        "method",
		`<input name="x">`:                             "label",
		`<p id="a">x</p><p id="a">y</p>`:               "twice|times",
		`<label for="b">x</label>`:                     "not there",
		`<button>x</button>`:                           "type",
		`<img src="/x.png">`:                           "words",
		`<a href="javascript:x()">x</a>`:               "javascript",
		`<table><tr><th>x</th></tr></table>`:           "scope",
		`<h1>y</h1>`:                                   "headings",
		`<p aria-describedby="nobody">x</p>`:           "not there",
		`<p>&lt;no value&gt;</p>`:                      "no value",
		`<input type="checkbox" name="y" id="no-one">`: "label",
	} {
		if wrong := strings.Join(look(fmt.Sprintf(good, part), "en"), "; "); !regexp.MustCompile(want).MatchString(wrong) {
			t.Errorf("%s: %q does not tell of %s", part, wrong, want)
		}
	}
	if wrong := look(fmt.Sprintf(good, ""), "de"); len(wrong) != 1 {
		t.Errorf("a wrong language is not seen: %v", wrong)
	}
}

// TestEveryRouteAnswers walks the router: no pattern panics for a stranger, and
// none that is not public answers one.
func TestEveryRouteAnswers(t *testing.T) {
	f := newFake()
	s, err := New(Options{Identity: f, Now: nowAt, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	s.Mount(http.NewServeMux())
	h := f.site(t)
	if len(s.Routes()) < 50 {
		t.Fatalf("only %d routes", len(s.Routes()))
	}
	for _, r := range s.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`).ReplaceAllString(strings.ReplaceAll(path, "{$}", ""), "x")
		if r.Public {
			continue
		}
		form := url.Values(nil)
		if method == http.MethodPost {
			form = url.Values{}
		}
		w := ask(t, h, "", "en", path, form)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("%s answers a stranger with %d %s", r.Pattern, w.Code, w.Header().Get("Location"))
		}
	}
}
