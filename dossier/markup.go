package dossier

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"

	"tocsin/internal/fault"
	"tocsin/internal/plaintext"
)

func said(s string) bool { return plaintext.Clean(s) != "" }

// clean makes a text from outside fit to be shown in a line. It cuts nothing off:
// a text that is longer than plaintext keeps is cleaned piece by piece.
func clean(s string) string {
	const most = 1800
	var out strings.Builder
	for gap := false; ; {
		n, end, space := 0, len(s), 0
		for i, r := range s {
			if n++; n > most {
				end = i
				break
			}
			if r == ' ' || r == '\n' {
				space = i
			}
		}
		cut := end
		if end < len(s) && space > 0 {
			cut = space
		}
		piece := plaintext.Clean(s[:cut])
		if gap && out.Len() > 0 && piece != "" {
			out.WriteByte(' ')
		}
		out.WriteString(piece)
		if s, gap = s[cut:], cut != end; s == "" {
			return out.String()
		}
	}
}

// esc makes a text from outside fit for the page.
func esc(s string) string { return html.EscapeString(clean(s)) }

// markup writes XML anew from what is allowed in it, and refuses the rest: what
// a reader of the source would find, a reader of the page sees.
type markup struct {
	what     string // for messages
	elements []string
	// attribute gives the value to write; false refuses it.
	attribute func(element, name, value string) (string, bool)
	// drop leaves an element out with all that is in it.
	drop   func(element string, depth int) bool
	rename map[string]string
	text   func(element, text string) error
	b      strings.Builder
}

const maxMarkup = 16 << 20

func (m *markup) refuse(format string, args ...any) error {
	return fault.New(fault.Invalid, m.what+": "+format, args...)
}

func (m *markup) write(data string) error {
	switch {
	case len(data) > maxMarkup:
		return m.refuse("%d bytes; at most %d are taken", len(data), maxMarkup)
	case strings.Contains(data, "<!") || strings.Contains(data, "<?"):
		return m.refuse("it holds a comment, a declaration or raw data, which nobody sees")
	}
	d := xml.NewDecoder(strings.NewReader(data))
	var stack []string
	skip := 0 // how deep inside what is left out
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m.refuse("it is not well-formed: %v", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if skip > 0 || m.drop != nil && m.drop(name, len(stack)) {
				skip++
			} else if err := m.open(t); err != nil {
				return err
			}
			stack = append(stack, t.Name.Space+":"+name)
			if len(stack) > 64 {
				return m.refuse("it is nested too deeply")
			}
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1] != t.Name.Space+":"+t.Name.Local {
				return m.refuse("</%s> closes nothing", t.Name.Local)
			}
			stack = stack[:len(stack)-1]
			if skip > 0 {
				skip--
			} else {
				m.b.WriteString("</" + m.named(t.Name.Local) + ">")
			}
		case xml.CharData:
			if skip > 0 {
				continue
			}
			parent := ""
			if len(stack) > 0 {
				_, parent, _ = strings.Cut(stack[len(stack)-1], ":")
			}
			if err := m.text(parent, string(t)); err != nil {
				return err
			}
		default:
			return m.refuse("it holds what nobody sees")
		}
	}
	if len(stack) > 0 {
		return m.refuse("%s is not closed", stack[len(stack)-1])
	}
	return nil
}

func (m *markup) named(name string) string {
	if n := m.rename[name]; n != "" {
		return n
	}
	return name
}

func (m *markup) open(t xml.StartElement) error {
	name := t.Name.Local
	if t.Name.Space != "" || !slices.Contains(m.elements, name) {
		return m.refuse("the element %s has no place in it", clean(name))
	}
	m.b.WriteString("<" + m.named(name))
	for _, a := range t.Attr {
		value, ok := "", false
		if a.Name.Space == "" {
			value, ok = m.attribute(name, a.Name.Local, a.Value)
		}
		if !ok {
			return m.refuse("%s of %s, %q, has no place in it", clean(a.Name.Local), name, a.Value)
		}
		m.b.WriteString(" " + a.Name.Local + `="` + html.EscapeString(value) + `"`)
	}
	m.b.WriteString(">")
	return nil
}

// loads are what a style sheet could fetch something with, or hide something.
var loads = regexp.MustCompile(`(?i)url\s*\(|@import|@font-face|image-set|\\|[<&]|expression|display\s*:\s*none|visibility|clip-path|text-indent\s*:\s*-\d{3,}|font-size\s*:\s*0*\.?0*[a-z%]*\s*[;}]|opacity\s*:\s*0*\.?0*\s*[;}]|content\s*:`)

// checkStyle refuses a style sheet that could load or hide anything.
func checkStyle(what, css string) error {
	if at := loads.FindString(css); at != "" {
		return fault.New(fault.Invalid, "%s: %q has no place in it", what, at)
	}
	return nil
}

var (
	classes = regexp.MustCompile(`^[a-z][a-zA-Z0-9 -]{0,120}$`)
	numbers = regexp.MustCompile(`^[-+0-9., MLHVCZa-z]*$`)
	ids     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,60}$`)
	tags    = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)
	fills   = regexp.MustCompile(`^url\(#[A-Za-z][A-Za-z0-9-]{0,60}\)$`)
)

// fragment takes a letter: elements that carry words, classes of its own, no ids
// and no links. Its headings go down a level, below those of the dossier.
func fragment(body string) (string, error) {
	m := markup{
		what:     "the letter",
		elements: strings.Fields("article h2 h3 p div dl dt dd ul li span blockquote bdi"),
		rename:   map[string]string{"h2": "h3", "h3": "h4"},
		attribute: func(_, name, value string) (string, bool) {
			switch name {
			case "class":
				ok := classes.MatchString(value)
				for c := range strings.FieldsSeq(value) {
					ok = ok && strings.HasPrefix(c, "letter")
				}
				return value, ok
			case "lang":
				return value, tags.MatchString(value)
			}
			return "", false
		},
	}
	m.text = func(_, text string) error {
		m.b.WriteString(html.EscapeString(plaintext.Printable(text)))
		return nil
	}
	if err := m.write(body); err != nil {
		return "", err
	}
	return m.b.String(), nil
}

// drawing takes the picture and writes it anew without what only a pointer or a
// reader of the source would find: tips and the description, which the text form
// below it says. It gives its style sheet too, whose hash the page has to name.
func drawing(svg []byte) (out, style string, err error) {
	titles := 0
	m := markup{
		what:     "the picture",
		elements: strings.Fields("svg title style defs linearGradient stop pattern g a path rect circle text tspan"),
		drop: func(element string, depth int) bool {
			if element == "title" && depth == 1 {
				titles++
				return titles > 1
			}
			return element == "title" || element == "desc"
		},
	}
	m.attribute = func(element, name, value string) (string, bool) {
		switch name {
		case "class":
			ok := classes.MatchString(value)
			for c := range strings.FieldsSeq(value) {
				ok = ok && strings.HasPrefix(c, "tl")
			}
			if element == "svg" { // paper is light, whatever the reader's system is
				value = "tl tl-light"
			}
			return value, ok
		case "id":
			return value, ids.MatchString(value)
		case "xmlns":
			return value, value == "http://www.w3.org/2000/svg"
		case "fill":
			return value, element == "rect" && fills.MatchString(value)
		case "href":
			return value, strings.HasPrefix(value, "#") && ids.MatchString(value[1:])
		case "lang":
			return value, tags.MatchString(value)
		case "role":
			return value, value == "img" || value == "group"
		case "aria-labelledby":
			first, _, _ := strings.Cut(value, " ")
			return first, ids.MatchString(first)
		case "text-anchor", "patternUnits", "patternTransform":
			return value, strings.Contains(" middle end userSpaceOnUse rotate(45) ", " "+value+" ")
		case "x", "y", "width", "height", "rx", "cx", "cy", "r", "d", "viewBox", "offset", "stop-opacity":
			return value, numbers.MatchString(value)
		}
		return "", false
	}
	m.text = func(element, text string) error {
		switch element {
		case "style":
			style += text
			if err := checkStyle("the picture's style", text); err != nil {
				return err
			}
			m.b.WriteString(text)
		case "text", "tspan", "title":
			m.b.WriteString(html.EscapeString(plaintext.Printable(text)))
		default:
			if strings.TrimSpace(text) != "" {
				return m.refuse("words stand in %s, where nobody sees them", element)
			}
			m.b.WriteString(text)
		}
		return nil
	}
	if err := m.write(strings.TrimSpace(string(svg))); err != nil {
		return "", "", err
	}
	out = m.b.String()
	switch {
	case !strings.HasPrefix(out, "<svg "):
		return "", "", m.refuse("it is no SVG")
	case titles == 0:
		return "", "", m.refuse("it has no title")
	}
	return out, style, nil
}
