package journeys

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// page is one that is looked at: what it says, what it loads, where it leads.
type page struct {
	origin string
	at     *url.URL
	lang   string
	links  []string
	wrong  func(string)
}

// spoken are attributes whose text people read or hear.
var spoken = []string{"title", "alt", "placeholder", "aria-label", "data-failed", "label"}

// look goes through a page. Code and what is marked as another language's words
// is quoted, not said.
func (p *page) look(n *html.Node, quoted bool) {
	switch {
	case n.Type == html.TextNode && !quoted:
		p.said(n.Data)
	case n.Type == html.ElementNode:
		p.element(n)
		switch n.Data {
		case "script", "style", "code", "pre", "svg", "textarea":
			quoted = true
		}
		if hasClass(n, "font-monospace") || hasClass(n, "rich") {
			quoted = true
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.look(c, quoted)
	}
}

func (p *page) said(text string) {
	if found := keyLike.FindString(text); found != "" {
		p.wrong("a word without its text: " + found + " in " + strings.TrimSpace(text))
	}
	if found := unfilled.FindString(text); found != "" {
		p.wrong("something unfilled: " + strings.TrimSpace(text))
	}
}

func (p *page) element(n *html.Node) {
	for _, name := range spoken {
		if v := attribute(n, name); v != "" {
			p.said(v)
		}
	}
	switch n.Data {
	case "html":
		if got := attribute(n, "lang"); got != p.lang {
			p.wrong("is in " + got)
		}
	case "script", "img", "iframe", "source", "video", "audio", "embed":
		p.loads(attribute(n, "src"))
	case "link":
		p.loads(attribute(n, "href"))
	case "form":
		p.loads(attribute(n, "action"))
	case "a":
		p.leads(n)
	}
	if n.Data != "svg" && attribute(n, "style") != "" {
		p.wrong("has a style attribute: " + n.Data)
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") {
			p.wrong("has an inline script: " + a.Key)
		}
	}
}

// loads checks what a page takes without being asked.
func (p *page) loads(address string) {
	u, err := p.at.Parse(address)
	if err != nil || u.Scheme != "data" && u.Scheme+"://"+u.Host != p.origin {
		p.wrong("loads from elsewhere: " + address)
	}
}

// leads keeps a link to follow. What leads away from the platform is not
// followed; it must not say where the reader came from.
func (p *page) leads(n *html.Node) {
	href := attribute(n, "href")
	if href == "" {
		p.wrong("has a link that leads nowhere: " + strings.TrimSpace(words(n)))
		return
	}
	u, err := p.at.Parse(href)
	switch {
	case err != nil:
		p.wrong("has a link that cannot be read: " + href)
	case u.Scheme+"://"+u.Host != p.origin:
		if (u.Scheme == "http" || u.Scheme == "https") && !strings.Contains(attribute(n, "rel"), "noreferrer") {
			p.wrong("leads elsewhere and says from where: " + href)
		}
	case u.Query().Has("lang"): // the choice of a language is a cookie
	default:
		if strings.TrimSpace(words(n)) == "" && attribute(n, "aria-label") == "" {
			p.wrong("has a link without words: " + href)
		}
		u.Fragment = ""
		p.links = append(p.links, u.RequestURI())
	}
}

func words(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	out := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out += words(c)
	}
	return out
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	for _, c := range strings.Fields(attribute(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}
