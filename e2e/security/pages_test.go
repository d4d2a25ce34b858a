package security

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// somewhere fills what else stands in addresses.
var somewhere = words{"rule": "EU-CRA-14-2A-AEV24", "secret": strings.Repeat("A", 43), "id": "demo-lin-wei", "person": "demo-lin-wei", "org": "demo-yuhe", "token": strings.Repeat("A", 43), "seq": "12"}

// addresses are every page that answers GET, as whoever keeps the hidden case
// comes to them, with the query that the table knows, and once more without.
func (w *world) addresses() (out []string) {
	there := words{"handle": w.cases[kept], "event": "zqxwevent4", "duty": w.objects[kept+" duty"], "seat": w.objects[kept+" seat"]}
	for pattern, r := range routes {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok || method != "GET" || strings.HasPrefix(path, api) || strings.HasSuffix(path, "/live") {
			continue
		}
		path = somewhere.fill(there.fill(strings.TrimSuffix(path, "{$}")))
		out = append(out, path)
		if q := there.fill(r.path); q != "" {
			out = append(out, path+"?"+strings.ReplaceAll(q, "/", "%2F"))
		}
	}
	for _, e := range []string{"zqxwevent1", "zqxwevent2", "zqxwevent3"} {
		out = append(out, "/cases/"+w.cases[kept]+"/events/"+e)
	}
	out = append(out, "/search?q="+canary+"title", "/desk?law=eu-cra", "/static/tocsin.css", "/sign-in?to="+url.QueryEscape(`"><script>alert(1)</script>`),
		"/search?q="+url.QueryEscape(hostile), "/rules?q="+url.QueryEscape(hostile), "/cases/"+url.PathEscape(hostile)+"/plan", "/"+url.PathEscape(hostile),
		"/cases/"+w.cases[kept]+"/plan?party="+url.QueryEscape(hostile), "/step-up?to="+url.QueryEscape("javascript:alert(1)"))
	slices.Sort(out)
	return out
}

// TestNoPageRunsWhatWasWritten opens every page with hostile words in every text of
// a case, and holds each against the policy: no script, style or handler in the
// page, nothing from elsewhere, no address that runs.
func TestNoPageRunsWhatWasWritten(t *testing.T) {
	t.Parallel()
	w := opened(t, "sqlite")
	walked(w)
	shown := map[string]bool{}
	opens := 0
	for _, who := range []string{"lin", "ines", "priya"} {
		for _, path := range w.addresses() {
			a := w.do(w.as(w.request("GET", path, "", nil), w.people[who], ""))
			if a.status >= 500 {
				t.Errorf("%s at %s: %d", who, path, a.status)
			}
			for _, complaint := range w.headers(a) {
				t.Errorf("%s at %s: %s", who, path, complaint)
			}
			kind := a.header.Get("Content-Type")
			switch {
			case strings.HasPrefix(kind, "text/html"):
				opens++
				for _, complaint := range harmful(string(a.body)) {
					t.Errorf("%s at %s: %s", who, path, complaint)
				}
			case strings.HasPrefix(kind, "image/svg"):
				for _, complaint := range harmfulSVG(string(a.body)) {
					t.Errorf("%s at %s: %s", who, path, complaint)
				}
			}
			for _, field := range []string{"title", "note", "product", "party", "finder", "label", "text", "reason", "publisher", "quote"} {
				if strings.Contains(string(a.body), canary+field) {
					shown[field] = true
				}
			}
			if who != "lin" && strings.Contains(string(a.body), canary) && !strings.Contains(path, canary) {
				t.Errorf("%s shows a word of the hidden case to %s", path, who)
			}
		}
	}
	if opens < 80 {
		t.Errorf("only %d pages were looked at", opens)
	}
	for _, field := range []string{"title", "product", "party", "label", "text", "publisher"} { // the control: it was there to be run
		if !shown[field] {
			t.Errorf("the %s is on no page that was looked at", field)
		}
	}
}

// TestHarmIsSeen is the control of the look at pages.
func TestHarmIsSeen(t *testing.T) {
	t.Parallel()
	for _, page := range []string{
		`<p onclick="x()">`, `<script>x()</script>`, `<style>p{}</style>`, `<p style="color:red">`, `<img src="https://evil.example.org/x.png">`, `<a href="javascript:x()">`,
		`<a href=" java&#10;script:x()">`, `<form action="https://evil.example.org/">`, `<base href="/x">`, `<iframe src="/x">`, `<object data="/x">`, `<meta http-equiv="refresh" content="0">`,
		`<a href="data:text/html,x">`, `<svg><a xlink:href="javascript:x()"></a></svg>`, `<link rel="stylesheet" href="//evil.example.org/x.css">`, "<p>a\u202eb</p>",
		`<button formaction="javascript:x()">`, `<script src="https://evil.example.org/x.js"></script>`, `<a href="https://example.org/" target="_blank">`,
	} {
		if len(harmful(page)) == 0 {
			t.Errorf("%s is not seen", page)
		}
	}
	if c := harmful(`<!doctype html><html><head><script src="/static/x.js" defer></script><link rel="stylesheet" href="/static/x.css"></head><body><a href="/cases">x</a><img src="data:image/png;base64,AA" alt=""></body></html>`); len(c) > 0 {
		t.Errorf("a good page: %s", c)
	}
	for _, svg := range []string{`<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>`, `<svg onload="x()"></svg>`, `<svg><a href="javascript:x()"/></svg>`, `<svg><image href="https://evil.example.org/x"/></svg>`,
		`<svg><foreignObject/></svg>`, `<svg><text>unended</svg>`} {
		if len(harmfulSVG(svg)) == 0 {
			t.Errorf("%s is not seen", svg)
		}
	}
}

// forbidden are elements that no page of ours has.
var forbidden = []string{"style", "iframe", "frame", "object", "embed", "base", "applet", "foreignobject", "portal"}

// harmful tells what of a page could do harm.
func harmful(page string) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	if i := strings.IndexAny(page, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00"); i >= 0 {
		complain("a mark that turns the direction of text, or a zero, near %q", page[max(0, i-40):min(len(page), i+10)])
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains(forbidden, strings.ToLower(n.Data)) {
			complain("<%s>", n.Data)
		}
		attrs := map[string]string{}
		for _, a := range n.Attr {
			key := strings.ToLower(a.Key)
			attrs[key] = a.Val
			switch {
			case strings.HasPrefix(key, "on"):
				complain("<%s %s=%q>", n.Data, key, a.Val)
			case key == "style" || key == "srcdoc" || key == "ping":
				complain("<%s %s=%q>", n.Data, key, a.Val)
			case slices.Contains([]string{"href", "src", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset", "cite"}, key):
				if !sound(n.Data, key, a.Val) {
					complain("<%s %s=%q>", n.Data, key, a.Val)
				}
			}
		}
		switch n.Data {
		case "script":
			if !strings.HasPrefix(attrs["src"], "/static/") || n.FirstChild != nil {
				complain("a script in the page or from elsewhere: %q", attrs["src"])
			}
		case "meta":
			if strings.EqualFold(attrs["http-equiv"], "refresh") {
				complain("a page that leads on by itself")
			}
		case "a":
			if attrs["target"] == "_blank" && !strings.Contains(attrs["rel"], "noopener") && !strings.Contains(attrs["rel"], "noreferrer") {
				complain("a link that opens elsewhere with a way back: %q", attrs["href"])
			}
		}
	}
	return wrong
}

// sound tells whether an address may stand in an attribute: our own; a link also
// to https and mailto; a picture also its own data.
func sound(element, key, value string) bool {
	plain := strings.Map(func(r rune) rune { // as browsers read it
		if r <= ' ' {
			return -1
		}
		return r
	}, value)
	u, err := url.Parse(plain)
	if err != nil {
		return false
	}
	if strings.HasPrefix(plain, "//") || strings.HasPrefix(plain, `/\`) {
		return false
	}
	switch {
	case u.Scheme == "" && u.Host == "":
		return true
	case element == "a" && key == "href":
		return u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto"
	case element == "img" && key == "src", element == "link" && key == "href":
		return u.Scheme == "data" && strings.HasPrefix(plain, "data:image/")
	}
	return false
}

// harmfulSVG tells what of a picture could do harm, and whether it is whole.
func harmfulSVG(text string) (wrong []string) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return wrong
		}
		if err != nil {
			return append(wrong, err.Error())
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			if _, ok := tok.(xml.Directive); ok {
				wrong = append(wrong, "a directive")
			}
			continue
		}
		if slices.Contains([]string{"script", "foreignObject", "image", "iframe", "handler", "set", "animate"}, e.Name.Local) {
			wrong = append(wrong, "<"+e.Name.Local+">")
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") && !strings.HasPrefix(a.Value, "/") {
				wrong = append(wrong, fmt.Sprintf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value))
			}
		}
	}
}

// headers tells what an answer lacks that keeps a browser from harm.
func (w *world) headers(a answer) (wrong []string) {
	csp := a.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, want) {
			wrong = append(wrong, "the policy lacks "+want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "http") {
		wrong = append(wrong, "the policy lets in: "+csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
		if a.header.Get(name) != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q", name, a.header.Get(name)))
		}
	}
	if a.header.Get("Server") != "" || a.header.Get("X-Powered-By") != "" {
		wrong = append(wrong, "it says what it runs on")
	}
	if a.status != 304 && len(a.body) > 0 && a.header.Get("Content-Type") == "" {
		wrong = append(wrong, "it does not say what it is")
	}
	return wrong
}
