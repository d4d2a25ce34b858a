package webui

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
)

// markdown reads CommonMark with raw HTML left out.
var markdown = goldmark.New()

// allowed is what may stand in a page of what somebody wrote: text, lists,
// quotations, code. No images (they tell who looks), no style, and links only
// to https and mailto, without a referrer and never followed by machines.
var allowed = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
}()

// rich renders Markdown that somebody wrote, cleaned after it is rendered.
func rich(text string) template.HTML {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	var b bytes.Buffer
	if err := markdown.Convert([]byte(text), &b); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(allowed.SanitizeBytes(b.Bytes()))
}
