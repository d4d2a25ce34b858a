package dossier

import (
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/plan"
)

// Dossier is what goes into the file. Everything in it is cut for its reader
// already: what is here is shown.
type Dossier struct {
	Title string
	Lang  string // en, zh, fr, de
	For   string // for whom it was made
	By    string // who made it: the platform and its operator
	Made  time.Time

	Case    *casefile.Case
	Plan    *plan.Plan
	Names   map[string]string // words for what duties are owed to that is no party of the case
	Picture Picture

	// Of a decision: how it came about and what followed, where the member stood,
	// what entries name by a hash, and how many entries of the file are not here.
	Path     []Step
	Standing Picture
	Papers   []Paper
	Left     int

	Letters     []Letter
	LetterStyle string // style sheet of the letters

	Receipts []Receipt
	Keys     string // verifier keys, one a line, or a policy
	KeysFrom string // where the operator publishes its keys
}

// Picture is the timeline: an SVG, and the same as text.
type Picture struct {
	SVG  []byte
	Text string
}

// Letter is a formal letter of the case: a fragment of HTML and the same as text.
type Letter struct {
	Name string // number and kind, as lists call it
	Body string
	Text string
}

// Receipt is a .tlog-proof as it was disclosed to the reader of the dossier.
// Event is the event of the case that it is of, for a receipt that does not open
// the id itself; what it opens has to agree either way.
type Receipt struct {
	Name  string // in a few words
	Event string
	Proof []byte
}

// Summary is what was written.
type Summary struct {
	Number string // SHA-256 of the list of parts, in hex: it stands for the whole
	Parts  []Part
}

// Part is one entry of the list of parts.
type Part struct {
	Name   string
	SHA256 string
	Bytes  int
}

// Bounds of a dossier.
const (
	maxReceipts = 1000
	maxLetters  = 500
	maxBytes    = 64 << 20
)

// Write makes the file. fault.Invalid, with the place, for what cannot stand in
// a dossier; else the writer's errors.
func Write(w io.Writer, d Dossier) (Summary, error) {
	lang, err := d.check()
	if err != nil {
		return Summary{}, err
	}
	b := &book{Dossier: d, lang: lang}
	if err := b.load(); err != nil {
		return Summary{}, err
	}
	page, sum, err := b.page()
	if err != nil {
		return Summary{}, err
	}
	if len(page) > maxBytes {
		return Summary{}, fault.New(fault.Invalid, "the dossier would have %d bytes; at most %d are written", len(page), maxBytes)
	}
	_, err = io.WriteString(w, page)
	return sum, err
}

// check refuses a dossier that lacks what every one has.
func (d *Dossier) check() (lang string, err error) {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(d.Lang, "_", "-")), "-")
	for _, l := range Languages() {
		if l == base {
			lang = l
		}
	}
	missing := func(key, what string) error {
		return fault.At("", 0, key, "a dossier cannot be written without %s", what)
	}
	switch {
	case lang == "":
		return "", fault.At("", 0, "lang", "dossiers are written in en, zh, fr and de, not in %q", d.Lang)
	case !said(d.Title):
		return "", missing("title", "a title")
	case !said(d.For):
		return "", missing("for", "the name of whom it is made for")
	case !said(d.By):
		return "", missing("by", "the name of who makes it")
	case d.Made.IsZero() || d.Made.Location().String() == "Local":
		return "", missing("made", "the time at which it is made, in a zone of its own")
	case d.Case == nil:
		return "", missing("case", "its case")
	case d.Plan == nil:
		return "", missing("plan", "the plan of its case")
	case d.Plan.Case != d.Case.Case:
		return "", fault.At("", 0, "plan", "the plan is of the case %q, not of %q", d.Plan.Case, d.Case.Case)
	case len(d.Receipts) > maxReceipts || len(d.Letters) > maxLetters:
		return "", fault.New(fault.Invalid, "a dossier holds at most %d receipts and %d letters", maxReceipts, maxLetters)
	case len(d.Receipts) > 0 && !said(d.Keys):
		return "", missing("keys", "the keys that its receipts are checked against")
	case len(d.Picture.SVG) > 0 && !said(d.Picture.Text):
		return "", missing("picture.text", "the text that says what its picture shows")
	}
	return lang, d.checkPath()
}

// book is a dossier in the making.
type book struct {
	Dossier
	lang     string
	picture  string   // the SVG, written anew
	standing string   // the same of Standing
	styles   []string // of the page, in order of their hashes
	letters  []string // fragments, written anew
	receipts []opened
	keys     []key
}

// load reads and checks everything that was made elsewhere.
func (b *book) load() error {
	if len(b.Picture.SVG) > 0 {
		svg, style, err := drawing(b.Picture.SVG)
		if err != nil {
			return err
		}
		b.picture, b.styles = svg, append(b.styles, style)
	}
	if len(b.Standing.SVG) > 0 {
		svg, style, err := drawing(b.Standing.SVG)
		if err != nil {
			return err
		}
		if b.standing = svg; !slices.Contains(b.styles, style) {
			b.styles = append(b.styles, style)
		}
	}
	if err := checkStyle("letter style", b.LetterStyle); err != nil {
		return err
	}
	for i, l := range b.Letters {
		if !said(l.Name) || !said(l.Text) {
			return fault.New(fault.Invalid, "letter %d has no name or no text", i+1)
		}
		body, err := fragment(l.Body)
		if err != nil {
			return fault.New(fault.Invalid, "letter %d (%s): %v", i+1, clean(l.Name), err)
		}
		b.letters = append(b.letters, body)
	}
	return b.open()
}
