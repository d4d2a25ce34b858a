package letter

import (
	"strconv"
	"strings"

	"tocsin/internal/plaintext"
)

// form is how a block is set.
type form string

const (
	formName   form = "name"   // the sender's name at the head
	formLine   form = "line"   // a line of an address
	formRight  form = "right"  // place and date, signature
	formPair   form = "pair"   // a name and a value: number, reference
	formTitle  form = "title"  // what the letter is about
	formHead   form = "head"   // a heading
	formPara   form = "para"   // a paragraph
	formItem   form = "item"   // an entry of a list
	formUnder  form = "under"  // below an entry: source, hash
	formQuote  form = "quote"  // operative words
	formNote   form = "note"   // small print
	formGap    form = "gap"    // space
	formSigned form = "signed" // the signature
)

// piece is a run of text; given is from outside, and lang its language where
// that is not the letter's.
type piece struct {
	text, lang string
	given      bool
}

// block is a line or paragraph of the letter. Text and page are both made of
// blocks, so that they say the same.
type block struct {
	form  form
	label string // numeral of an item, name of a pair
	text  []piece
}

// writer composes a letter in one language.
type writer struct {
	*Letter
	lang string
	out  []block
}

func (w *writer) add(f form, label string, text ...piece) {
	w.out = append(w.out, block{form: f, label: label, text: text})
}

// say adds a block of the catalogue's words, if it has any.
func (w *writer) say(f form, key string, args ...any) {
	if catalogues()[w.lang][key] != "" {
		w.add(f, "", w.words(key, args...)...)
	}
}

// words gives the catalogue's words with arguments, pairs of a name and a text,
// Text, When or pieces, as pieces of their own.
func (w *writer) words(key string, args ...any) []piece {
	var out []piece
	rest := catalogues()[w.lang][key]
	for {
		before, after, ok := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		if !ok || !closed {
			return appendPiece(out, piece{text: rest})
		}
		out = appendPiece(out, piece{text: before})
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] != name {
				continue
			}
			if list, ok := args[i+1].([]piece); ok {
				out = append(out, list...)
				continue
			}
			out = appendPiece(out, w.piece(args[i+1]))
		}
		rest = tail
	}
}

func appendPiece(list []piece, p piece) []piece {
	if p.text == "" {
		return list
	}
	return append(list, p)
}

// piece makes what was given fit to stand in a line.
func (w *writer) piece(v any) piece {
	switch v := v.(type) {
	case When:
		return piece{text: v.in(w.lang)}
	case Text:
		text, lang := v.pick(w.lang)
		p := piece{text: inLine(text), given: true}
		if lang != w.lang {
			p.lang = lang
		}
		return p
	case string:
		return piece{text: inLine(v), given: true}
	}
	return piece{}
}

// inLine makes a text fit to stand in a line, its own lines joined. Each is short
// enough to be kept whole, by the letter's check.
func inLine(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = plaintext.Clean(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, " ")
}

// text adds a text with all its paragraphs; the label stands before the first.
func (w *writer) text(f form, label string, t Text) {
	text, lang := t.pick(w.lang)
	for line := range strings.SplitSeq(text, "\n") {
		if p := w.piece(line); p.text != "" {
			if lang != w.lang {
				p.lang = lang
			}
			w.add(f, label, p)
			label = ""
		}
	}
}

func (w *writer) lines(f form, lines []string) {
	for _, s := range lines {
		if p := w.piece(s); p.text != "" {
			w.add(f, "", p)
		}
	}
}

// pair adds a name of the catalogue and a value, if there is one.
func (w *writer) pair(key string, value any) {
	if p := w.piece(value); p.text != "" {
		w.add(formPair, say(w.lang, key), p)
	}
}

// compose lays the letter out in the order that its language is used to.
func (l *Letter) compose(lang string) []block {
	w := &writer{Letter: l, lang: lang}
	if lang == "zh" {
		w.headZH()
	} else {
		w.head()
	}
	w.body()
	if lang == "zh" {
		w.enclosures()
		w.signZH()
		w.serviceNote()
	} else {
		w.sign()
		w.enclosures()
		w.serviceNote()
	}
	if l.Binding != "" && l.Binding != lang {
		w.add(formGap, "")
		w.say(formNote, "binding."+l.Binding)
	}
	return w.out
}

// head of a letter in European languages: sender, recipient, place and date,
// marks, subject, salutation.
func (w *writer) head() {
	w.text(formName, "", w.From.Name)
	w.text(formLine, "", w.From.Unit)
	w.lines(formLine, w.From.Address)
	w.lines(formLine, w.From.Contact)
	w.add(formGap, "")
	w.text(formLine, "", w.To.Name)
	if w.To.Person != "" {
		w.add(formLine, "", w.words("attention", "person", w.To.Person)...)
	}
	w.lines(formLine, w.To.Address)
	w.add(formGap, "")
	w.add(formRight, "", w.words("place-date", "place", w.Place, "date", w.Date)...)
	w.add(formGap, "")
	w.marks()
	w.add(formTitle, "", w.words("title."+string(w.Kind))...)
	w.add(formPara, "", w.words("dear"+w.person(), "person", w.To.Person)...)
}

// headZH: the organ's name as the mark of the paper, the number, the title in
// the middle, then whom it is sent to, with a colon.
func (w *writer) headZH() {
	w.text(formName, "", w.From.Name)
	w.pairZH("number-zh", w.Number)
	w.add(formGap, "")
	w.add(formTitle, "", w.words("title."+string(w.Kind))...)
	w.add(formGap, "")
	w.add(formLine, "", w.words("to-zh", "name", w.To.Name)...)
	if w.To.Person != "" {
		w.add(formLine, "", w.words("dear"+w.person(), "person", w.To.Person)...)
	}
}

func (w *writer) pairZH(key, value string) { w.add(formRight, "centre", w.words(key, "n", value)...) }

// person tells which salutation fits.
func (w *writer) person() string {
	switch {
	case !said(w.To.Person):
		return ""
	case w.To.Title != "":
		return "." + w.To.Title
	}
	return ".person"
}

func (w *writer) marks() {
	w.pair("number", w.Number)
	w.pair("reference", w.Reference)
	w.pair("re", w.Re)
	w.pair("received", w.Received)
}

// orders are the sections in the order of each language.
var orders = map[string][]func(*writer){
	"en": {(*writer).facts, (*writer).basis, (*writer).reasons, (*writer).decision, (*writer).hearing, (*writer).reply, (*writer).appeal, (*writer).publication},
	"zh": {(*writer).facts, (*writer).basis, (*writer).reasons, (*writer).decision, (*writer).hearing, (*writer).reply, (*writer).appeal, (*writer).publication},
	"fr": {(*writer).basis, (*writer).facts, (*writer).reasons, (*writer).decision, (*writer).hearing, (*writer).reply, (*writer).appeal, (*writer).publication},
	"de": {(*writer).decision, (*writer).facts, (*writer).basis, (*writer).reasons, (*writer).hearing, (*writer).reply, (*writer).appeal, (*writer).publication},
}

func (w *writer) body() {
	w.say(formPara, "open."+string(w.Kind), "re", w.Re, "received", w.Received, "platform", w.Scope.Platform)
	if w.lang == "zh" {
		w.pair("reference", w.Reference)
	}
	for _, section := range orders[w.lang] {
		section(w)
	}
	w.say(formPara, "close."+string(w.Kind))
}

// sign closes, in European languages.
func (w *writer) sign() {
	w.add(formPara, "", w.words("yours"+w.person(), "person", w.To.Person)...)
	w.add(formGap, "")
	w.delegated(formSigned)
	w.add(formSigned, "", w.piece(w.Signatory.Name))
	w.text(formSigned, "", w.Signatory.Office)
}

// signZH: the organ, who signs for it, then the date, all on the right.
func (w *writer) signZH() {
	w.add(formGap, "")
	w.text(formRight, "", w.From.Name)
	w.delegated(formRight)
	w.add(formRight, "", w.words("signed", "office", w.Signatory.Office, "name", w.Signatory.Name)...)
	w.add(formRight, "", w.words("place-date", "place", w.Place, "date", w.Date)...)
	w.add(formGap, "")
	w.add(formNote, "", w.words("from-zh", "address", strings.Join(w.From.Address, "，"))...)
	w.lines(formNote, w.From.Contact)
	w.add(formNote, "", w.words("sent-zh", "address", strings.Join(w.To.Address, "，"))...)
}

func (w *writer) delegated(f form) {
	if w.Signatory.Delegation.any() {
		w.add(f, "", w.words("delegated", "delegation", w.Signatory.Delegation)...)
	}
}

func (w *writer) enclosures() {
	if len(w.Enclosures) == 0 {
		return
	}
	w.say(formHead, "head.enclosures")
	for i, e := range w.Enclosures {
		w.text(formItem, numeral(w.lang, i+1), e.Title)
		if e.SHA256 != "" {
			w.add(formUnder, "", piece{text: "SHA-256"})
			w.add(formUnder, "hash", piece{text: e.SHA256})
		}
	}
}

// numeral counts entries as the language does.
func numeral(lang string, n int) string {
	if lang == "zh" {
		return strconv.Itoa(n) + "．"
	}
	return strconv.Itoa(n) + "."
}

// ordinal counts the sentences of a decision.
func ordinal(lang string, n int) string {
	switch {
	case lang == "zh" && n <= 99:
		digits := []rune("〇一二三四五六七八九")
		s := ""
		if n >= 20 {
			s = string(digits[n/10])
		}
		if n >= 10 {
			s += "十"
		}
		if n%10 > 0 {
			s += string(digits[n%10])
		}
		return s + "、"
	case lang == "fr" && n == 1:
		return "Article 1er."
	case lang == "fr":
		return "Article " + strconv.Itoa(n) + "."
	}
	return strconv.Itoa(n) + "."
}
