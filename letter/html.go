package letter

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"strconv"
	"strings"

	"tocsin/internal/plaintext"
)

// Page writes the letter as one self-contained HTML page for A4: no script, and
// a policy that lets nothing but its own style sheet apply. The errors are those
// of Plain.
func (l *Letter) Page(lang string) ([]byte, error) {
	body, err := l.fragment(lang, 1)
	if err != nil {
		return nil, err
	}
	if lang, err = known(lang); err != nil {
		return nil, err
	}
	style := Stylesheet() + sheet(plaintext.Clean(l.Number))
	sum := sha256.Sum256([]byte(style))
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>%s · %s</title>
<style>%s</style>
</head>
<body>
<main>
%s</main>
</body>
</html>
`, lang, base64.StdEncoding.EncodeToString(sum[:]), html.EscapeString(say(lang, "title."+string(l.Kind))), html.EscapeString(plaintext.Clean(l.Number)), style, body)
	return []byte(b.String()), nil
}

// Body writes the letter as a fragment of HTML that is also well-formed XML, for
// a page that brings Stylesheet. Its title has level 2, the headings below it 3.
func (l *Letter) Body(lang string) (string, error) { return l.fragment(lang, 2) }

func (l *Letter) fragment(lang string, level int) (string, error) {
	lang, err := known(lang)
	if err != nil {
		return "", err
	}
	if err := l.Check(); err != nil {
		return "", err
	}
	h := sheetWriter{level: level}
	fmt.Fprintf(&h.b, "<article class=\"letter letter-%s\" lang=\"%s\">\n", lang, lang)
	for _, b := range l.compose(lang) {
		h.block(b)
	}
	h.group("")
	h.b.WriteString("</article>\n")
	return h.b.String(), nil
}

// sheetWriter sets blocks as HTML.
type sheetWriter struct {
	b     strings.Builder
	level int    // of the title
	open  string // the element that is open around blocks of one sort
	item  bool   // an entry of a list is open
}

// groups are the elements around blocks of one sort.
var groups = map[form]string{
	formLine: "div", formRight: "div", formSigned: "div", formPair: "dl", formItem: "ul", formUnder: "ul", formQuote: "ul",
}

func (h *sheetWriter) block(b block) {
	h.group(groups[b.form])
	switch b.form {
	case formGap:
		h.group("")
	case formTitle:
		h.element("h"+strconv.Itoa(h.level), "letter-title", b)
	case formHead:
		h.element("h"+strconv.Itoa(h.level+1), "letter-head", b)
	case formName:
		h.element("p", "letter-name", b)
	case formLine:
		h.element("p", "letter-line", b)
	case formRight:
		class := "letter-right"
		if b.label != "" {
			class = "letter-centre"
		}
		h.element("p", class, b)
	case formSigned:
		h.element("p", "letter-signed", b)
	case formNote:
		h.element("p", "letter-note", b)
	case formPair:
		fmt.Fprintf(&h.b, "<dt>%s</dt>", html.EscapeString(b.label))
		h.element("dd", "", b)
	case formItem:
		h.close()
		h.b.WriteString("<li>")
		h.item = true
		if b.label != "" {
			fmt.Fprintf(&h.b, `<span class="letter-no">%s</span> `, html.EscapeString(b.label))
		}
		h.runs(b.text)
		h.b.WriteByte('\n')
	case formUnder:
		h.entry()
		class := "letter-under"
		if b.label != "" {
			class += " letter-" + b.label
		}
		h.element("p", class, b)
	case formQuote:
		h.entry()
		h.element("blockquote", "", b)
	default:
		h.element("p", "", b)
	}
}

// entry makes sure that what stands below an entry has one to stand in.
func (h *sheetWriter) entry() {
	if !h.item {
		h.b.WriteString("<li>")
		h.item = true
	}
}

func (h *sheetWriter) close() {
	if h.item {
		h.b.WriteString("</li>\n")
		h.item = false
	}
}

// group closes what is open around the blocks before, and opens what these need.
func (h *sheetWriter) group(element string) {
	if h.open == element {
		return
	}
	h.close()
	if h.open != "" {
		fmt.Fprintf(&h.b, "</%s>\n", h.open)
	}
	if h.open = element; element != "" {
		fmt.Fprintf(&h.b, "<%s class=\"letter-group\">\n", element)
	}
}

func (h *sheetWriter) element(name, class string, b block) {
	h.b.WriteString("<" + name)
	if class != "" {
		fmt.Fprintf(&h.b, ` class="%s"`, class)
	}
	h.b.WriteString(">")
	h.runs(b.text)
	fmt.Fprintf(&h.b, "</%s>\n", name)
}

// runs writes the pieces; what came from outside is kept apart, so that letters
// that run from right to left move nothing beside them.
func (h *sheetWriter) runs(text []piece) {
	for _, p := range text {
		s := html.EscapeString(p.text)
		switch {
		case p.lang != "" && plainTag(p.lang):
			fmt.Fprintf(&h.b, `<bdi lang="%s">%s</bdi>`, p.lang, s)
		case p.given:
			h.b.WriteString("<bdi>" + s + "</bdi>")
		default:
			h.b.WriteString(s)
		}
	}
}

// plainTag tells a language tag that may stand in an attribute.
func plainTag(s string) bool {
	return len(s) >= 2 && len(s) <= 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}
