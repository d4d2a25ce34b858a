package dossier

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"tocsin/internal/fault"
)

// Step is one entry on the way to a decision, and after it: what it is there.
type Step struct {
	Event string
	Code  string // of StepCodes
	This  bool   // it is the decision that the dossier is about
	Note  string // in a few words, such as its number
}

// StepCodes are what an entry can be on the way to a decision and after it. A
// statement to the press is one of its own: it is never an answer.
func StepCodes() []string {
	return strings.Fields("agreement finding call call-answer reminder warning hearing answer silence waiver heard decision press task mended accepted returned review appeal ruling reply taken-back service other")
}

// asked are the steps that a reader looks for, and is told of where there is none.
var asked = strings.Fields("finding call warning hearing answer press task review appeal reply")

// Paper is what an entry names by its hash: the words that are shown, and the
// bytes that are hashed, if the reader may have them.
type Paper struct {
	Name string // in a few words
	Text string
	Data []byte // nil: they are not the reader's
}

// checkPath refuses steps and papers that could not stand in the file.
func (d *Dossier) checkPath() error {
	for i, s := range d.Path {
		if d.Case.Event(s.Event) == nil {
			return fault.New(fault.Invalid, "step %d is of %q, which is no event of the case", i+1, clean(s.Event))
		}
		if !slices.Contains(StepCodes(), s.Code) {
			return fault.New(fault.Invalid, "step %d is %q, which is no kind of step", i+1, clean(s.Code))
		}
	}
	for i, p := range d.Papers {
		if !said(p.Name) || !said(p.Text) {
			return fault.New(fault.Invalid, "paper %d has no name or no text", i+1)
		}
	}
	switch {
	case len(d.Papers) > maxLetters:
		return fault.New(fault.Invalid, "a dossier holds at most %d papers", maxLetters)
	case len(d.Standing.SVG) > 0 && !said(d.Standing.Text):
		return fault.At("", 0, "standing.text", "a dossier cannot be written without the text that says what its picture shows")
	}
	return nil
}

// pathSection lists how a decision came about and what followed, in the order of
// the record, with what the file does not hold.
func (b *book) pathSection() section {
	title := b.t("h.path")
	var s strings.Builder
	s.WriteString(heading("path", title) + "<p>" + b.t("path-text") + "</p>\n<ol class=\"path\">\n")
	have := map[string]bool{}
	for _, x := range b.Path {
		have[x.Code] = true
		e := b.Case.Event(x.Event)
		words := b.code("step", x.Code)
		if x.This {
			words = "<strong>" + words + " · " + b.t("path-this") + "</strong>"
		}
		fmt.Fprintf(&s, "<li>%s · %s · %s", b.stated(e.At), words, b.ref(e.ID))
		if said(x.Note) {
			s.WriteString(" · <bdi>" + esc(x.Note) + "</bdi>")
		}
		s.WriteString("</li>\n")
	}
	s.WriteString("</ol>\n")
	var none []string
	for _, code := range asked {
		if !have[code] {
			none = append(none, b.code("step", code))
		}
	}
	if len(none) > 0 {
		s.WriteString("<p>" + b.t("path-none") + " " + strings.Join(none, " · ") + "</p>\n")
	}
	if b.Left > 0 {
		s.WriteString("<p class=\"note\">" + b.t("path-left", "n", strconv.Itoa(b.Left)) + "</p>\n")
	}
	return section{"path", title, s.String()}
}

// standingSection is where the member stood over time.
func (b *book) standingSection() section {
	return b.drawn("standing", b.standing, b.Standing.Text)
}

// drawn is a picture with the same in words.
func (b *book) drawn(id, svg, words string) section {
	title := b.t("h." + id)
	text := html.EscapeString(printable(strings.ReplaceAll(words, "\r", "")))
	return section{id, title, heading(id, title) + "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"h-" + id + "\">" + svg + "</div>\n<h3>" + b.t("picture-words") + "</h3>\n<pre class=\"words\" tabindex=\"0\">" + text + "</pre>\n"}
}

// paperSection shows what entries name by a hash.
func (b *book) paperSection(files []file) section {
	title := b.t("h.papers")
	s := heading("papers", title) + "<p>" + b.t("papers-text") + "</p>\n"
	for i, p := range b.Papers {
		s += "<h3>" + esc(p.Name) + "</h3>\n<pre class=\"words\" tabindex=\"0\">" + html.EscapeString(printable(strings.ReplaceAll(p.Text, "\r", ""))) + "</pre>\n"
		if p.Data == nil {
			s += "<p class=\"note\">" + b.t("paper-part") + "</p>\n"
			continue
		}
		for _, f := range files {
			if f.name == paperName(i) {
				s += "<p>" + f.link(b.t("save", "name", f.name)) + " · SHA-256 <span class=\"mono\">" + hashOf(f.data) + "</span></p>\n"
			}
		}
	}
	return section{"papers", title, s}
}

func paperName(i int) string { return "evidence-" + strconv.Itoa(i+1) + ".json" }
