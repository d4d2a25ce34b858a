package cli

import (
	"io"
	"os"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"

	"tocsin/internal/plaintext"
)

// page writes wrapped lines of text with hanging indents and, on a terminal
// that wants them, a few colours. What is piped is plain. No word that it is
// given can steer the terminal, wherever the word came from.
type page struct {
	w      io.Writer
	width  int
	colour bool
	err    error
}

// Styles, by what they are for.
type style string

const (
	plain  style = ""
	strong style = "1"
	faint  style = "2"
	accent style = "36"
	good   style = "32"
	warn   style = "33"
	late   style = "31"
)

func newPage(w io.Writer, width int) *page {
	p := &page{w: w, width: width}
	f, ok := w.(*os.File)
	tty := ok && term.IsTerminal(int(f.Fd()))
	p.colour = tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if p.width == 0 {
		p.width = 100
		if tty {
			if cols, _, err := term.GetSize(int(f.Fd())); err == nil && cols > 0 {
				p.width = min(cols, 120)
			}
		}
	}
	p.width = max(p.width, 50)
	return p
}

func (p *page) put(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

func (p *page) paint(st style, s string) string {
	if !p.colour || st == plain || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// blank ends a paragraph.
func (p *page) blank() { p.put("\n") }

// heading is a line with a rule beneath it.
func (p *page) heading(s string) {
	s = plaintext.Printable(s)
	p.blank()
	p.put(p.paint(strong, s) + "\n")
	p.put(p.paint(faint, strings.Repeat("─", min(displaywidth.String(s), p.width))) + "\n")
}

// para writes text wrapped at the page's width; first opens its first line,
// later lines are indented as deep.
func (p *page) para(st style, first, s string) {
	first, s = plaintext.Printable(first), plaintext.Printable(s)
	indent := displaywidth.String(first)
	for i, line := range wrap(s, max(p.width-indent, 20)) {
		lead := first
		if i > 0 {
			lead = strings.Repeat(" ", indent)
		}
		p.put(strings.TrimRight(lead+p.paint(st, line), " ") + "\n")
	}
}

// wrap breaks text at blanks, and inside a word only where it must: text
// without blanks, as in Chinese, breaks between characters.
func wrap(s string, width int) []string {
	var lines []string
	var cur strings.Builder
	used := 0
	flush := func() {
		lines = append(lines, cur.String())
		cur.Reset()
		used = 0
	}
	for _, word := range strings.Fields(s) {
		w := displaywidth.String(word)
		if used > 0 && used+1+w > width {
			flush()
		}
		if used > 0 {
			cur.WriteByte(' ')
			used++
		}
		for w > width {
			for _, r := range word {
				rw := displaywidth.Rune(r)
				if used+rw > width {
					flush()
				}
				cur.WriteRune(r)
				used += rw
			}
			word, w = "", 0
		}
		cur.WriteString(word)
		used += w
	}
	if used > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// lineWriter writes plain lines, from which it takes whatever could steer the
// terminal: packs and examples of a stranger are printed through it.
type lineWriter struct{ w io.Writer }

// Write tells the length that it was given, as io.Writer wants it.
func (l lineWriter) Write(b []byte) (int, error) {
	if _, err := io.WriteString(l.w, plaintext.Printable(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}
