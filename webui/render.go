package webui

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tocsin/internal/edge"
	"tocsin/partner"
)

// page is what a template sees: the visit, and what the handler gave as D.
type page struct {
	*visit
	Name    string // of the platform
	Title   string // words only; never anything out of a case but its id
	Nav     string // which entry of the navigation is here
	Flash   string
	Problem bool // the form came back with problems
	Langs   []langLink
	Theme   string        // light, dark, auto
	Content template.HTML // in the layout: the page itself
	D       any
}

// langLink is one language of the switch in the footer.
type langLink struct {
	Code, Name, Href string
	Here             bool
}

// show renders a page of templates with status 200. title is what stands in
// the browser's tab (security.md: it tells nothing of a case but its id); nav is
// the entry of the navigation.
func (v *visit) show(name, title, nav string, data any) error {
	return v.showStatus(http.StatusOK, name, title, nav, data)
}

// again renders a form that has problems.
func (v *visit) again(name, title, nav string, data any) error {
	return v.showStatus(http.StatusUnprocessableEntity, name, title, nav, data)
}

func (v *visit) showStatus(status int, name, title, nav string, data any) error {
	p := v.page(title, nav, data)
	p.Langs = v.langLinks(v.r.URL.Query())
	return v.write(status, name, p)
}

func (v *visit) page(title, nav string, data any) *page {
	p := &page{visit: v, Name: v.o.Name, Title: title, Nav: nav, D: data, Theme: "auto", Problem: !v.ok()}
	if code := v.cookie(cookieFlash); code != "" {
		if key := "common.flash." + code; v.words.has(key) {
			p.Flash = v.t(key)
		}
		v.dropCookie(cookieFlash)
	}
	if t := v.theme(); t != "" {
		p.Theme = t
	}
	return p
}

// write executes the page and, around it, the layout.
func (v *visit) write(status int, name string, p *page) error {
	return v.execute(status, p, name, "layout")
}

// writePart executes one template without the layout.
func (v *visit) writePart(status int, name string, p *page) error {
	return v.execute(status, p, name)
}

// part renders one template by itself, for a page that has it in a place of its own.
func (v *visit) part(name string, data any) (template.HTML, error) {
	body := v.buffer.Get().(*bytes.Buffer)
	defer v.buffer.Put(body)
	defer body.Reset()
	if err := v.pages[v.Lang].ExecuteTemplate(body, name, &page{visit: v, D: data}); err != nil {
		return "", err
	}
	return template.HTML(body.String()), nil // escaped by the template that wrote it
}

// execute runs templates, each around the one before, and sends the last. An
// error in a template leaves nothing half sent.
func (v *visit) execute(status int, p *page, names ...string) error {
	body := v.buffer.Get().(*bytes.Buffer)
	defer v.buffer.Put(body)
	for _, name := range names {
		p.Content = template.HTML(body.String()) // escaped by the template that wrote it
		body.Reset()
		if err := v.pages[v.Lang].ExecuteTemplate(body, name, p); err != nil {
			body.Reset()
			return err
		}
	}
	v.send(status, steady(body.Bytes()))
	body.Reset()
	return nil
}

func (v *visit) send(status int, body []byte) {
	v.answered = true
	head := v.w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if v.keep && status == http.StatusOK && v.Session == nil && len(head.Values("Set-Cookie")) == 0 {
		head.Set("Cache-Control", "public, max-age=300") // with Vary: Cookie, Accept-Language
	}
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(body) // a browser that left is no error of ours
	}
}

// langLinks are the same page in the other languages.
func (v *visit) langLinks(query url.Values) []langLink {
	links := make([]langLink, 0, len(Languages))
	for _, code := range Languages {
		q := url.Values{}
		for k, vs := range query {
			if k != "lang" {
				q[k] = vs
			}
		}
		q.Set("lang", code)
		links = append(links, langLink{Code: code, Name: langNames[code], Href: "?" + q.Encode(), Here: code == v.Lang})
	}
	return links
}

// theme is what the reader chose: light, dark, or "" for the system's.
func (v *visit) theme() string {
	switch t := v.cookie(cookieTheme); t {
	case "light", "dark":
		return t
	}
	return ""
}

// Admin tells the navigation whether to show the way to administration. It
// opens nothing: the pages ask the table.
func (p *page) Admin() bool { return p.has(partner.Administrator) }

func (p *page) has(role partner.Role) bool {
	for _, r := range p.Who.Platform {
		if r == role {
			return true
		}
	}
	return false
}

// Value is what stands in a field: what was sent.
func (p *page) Value(field string) string { return p.Form.Get(field) }

// Error is what is wrong with a field, "" for nothing.
func (p *page) Error(field string) string { return p.problems[field] }

// Problems lists the fields with problems, for the summary above a form.
func (p *page) Problems() map[string]string { return p.problems }

// Full tells whether the reader has a session that may do everything.
func (p *page) Full() bool { return p.Session != nil && !p.Session.Limited && !p.Session.Frozen }

// Request is the word that the log has for this request.
func (p *page) Request() string { return edge.RequestID(p.ctx()) }

// Version is of the program.
func (p *page) Version() string { return p.o.Version }

// Path is where the reader is, for forms that come back here.
func (p *page) Path() string { return p.r.URL.Path }

// Initials are the letters on the menu of the person.
func (p *page) Initials() string {
	var out []rune
	for _, w := range strings.Fields(p.Who.Name) {
		if r := []rune(w); len(out) < 2 {
			out = append(out, r[0])
		}
	}
	return strings.ToUpper(string(out))
}
