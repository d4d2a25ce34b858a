package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// columns of a line of plain text; a Chinese sign takes two.
const columns = 72

// Plain writes the letter as plain text in a language. fault.Invalid if the
// letter lacks a part or contradicts itself.
func (l *Letter) Plain(lang string) (string, error) {
	lang, err := known(lang)
	if err != nil {
		return "", err
	}
	if err := l.Check(); err != nil {
		return "", err
	}
	var p printer
	p.zh = lang == "zh"
	for _, b := range l.compose(lang) {
		p.block(b)
	}
	return p.b.String(), nil
}

// printer sets blocks as lines.
type printer struct {
	b    strings.Builder
	last form
	zh   bool
}

// loose are the forms that stand apart from what is above them.
func loose(f form) bool {
	switch f {
	case formTitle, formHead, formPara, formItem:
		return true
	}
	return false
}

func (p *printer) block(b block) {
	text := joined(b.text)
	if b.form == formGap {
		p.gap()
		return
	}
	if loose(b.form) && p.last != formHead || p.last != b.form && (p.last == formPair || p.last == formPara || p.last == formUnder || p.last == formQuote) && b.form != formUnder {
		p.gap()
	}
	p.last = b.form
	switch b.form {
	case formName, formTitle:
		if p.zh {
			p.put("", "", text, centred)
			return
		}
		p.put("", "", text, leftward)
		if b.form == formTitle {
			p.b.WriteString(strings.Repeat("=", min(width(text), columns)) + "\n")
		}
	case formRight:
		switch {
		case b.label == "centre":
			p.put("", "", text, centred)
		case p.zh:
			p.put("", "", text, rightward)
		default:
			p.put("", "", text, leftward)
		}
	case formPair:
		label := b.label + " "
		p.put(label, strings.Repeat(" ", min(width(label), 24)), text, leftward)
	case formHead:
		p.put("", "", text, leftward)
		if !p.zh {
			p.b.WriteString(strings.Repeat("-", min(width(text), columns)) + "\n")
		}
	case formPara:
		first := ""
		if p.zh {
			first = "　　"
		}
		p.put(first, "", text, leftward)
	case formItem:
		label := ""
		if b.label != "" {
			label = b.label + " "
			if p.zh {
				label = b.label
			}
		}
		p.put(label, "   ", text, leftward)
	case formUnder:
		p.put("   ", "   ", text, leftward)
	case formQuote:
		p.put("   | ", "   | ", text, leftward)
	default:
		p.put("", "", text, leftward)
	}
}

func (p *printer) gap() {
	if s := p.b.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.b.WriteByte('\n')
	}
	p.last = formGap
}

// Where a line stands.
const (
	leftward = iota
	centred
	rightward
)

// put wraps a text into lines that begin with first, then with next.
func (p *printer) put(first, next, text string, side int) {
	for i, line := range wrap(text, columns-width(first), columns-width(next)) {
		lead := next
		if i == 0 {
			lead = first
		}
		free := columns - width(lead) - width(line)
		switch side {
		case centred:
			lead += strings.Repeat(" ", free/2)
		case rightward:
			lead += strings.Repeat(" ", free)
		}
		p.b.WriteString(strings.TrimRight(lead+line, " ") + "\n")
	}
}

func joined(text []piece) string {
	var b strings.Builder
	for _, p := range text {
		b.WriteString(p.text)
	}
	return strings.TrimSpace(b.String())
}

// wrap breaks a text into lines of at most first, then next columns: at spaces,
// and between signs that fill a square, but not before a closing mark or after
// an opening one. A word that is longer than a line is cut.
func wrap(text string, first, next int) []string {
	var lines []string
	var line strings.Builder
	room := first
	flush := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		room = next
	}
	used := 0
	for _, word := range words(text) {
		n := width(strings.TrimRight(word, " "))
		if used > 0 && used+n > room {
			flush()
			used = 0
		}
		for used == 0 && n > room {
			cut := fitting(word, room)
			line.WriteString(word[:cut])
			word = word[cut:]
			flush()
			n = width(strings.TrimRight(word, " "))
		}
		line.WriteString(word)
		used += width(word)
	}
	if line.Len() > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// fitting is how many bytes of a word fit into n columns, one sign at least.
func fitting(word string, n int) int {
	at := 0
	for i, r := range word {
		if n -= runeWidth(r); n < 0 && i > 0 {
			break
		}
		at = i + utf8.RuneLen(r)
	}
	return at
}

const (
	closing = "，。、；：？！）」』》〉】”’…—,.;:?!)]"
	opening = "（「『《〈【“‘([„«"
)

// words cuts a text where a line may be broken.
func words(text string) []string {
	var out []string
	var b strings.Builder
	var prev rune
	for _, r := range text {
		square := wide(prev) && !strings.ContainsRune(opening, prev) || wide(r)
		if b.Len() > 0 && r != ' ' && (prev == ' ' || square && !strings.ContainsRune(closing, r) && !strings.ContainsRune(opening, prev)) && !unicode.Is(unicode.M, r) {
			out = append(out, b.String())
			b.Reset()
		}
		b.WriteRune(r)
		prev = r
	}
	if b.Len() > 0 {
		out = append(out, b.String())
	}
	return out
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case unicode.Is(unicode.M, r):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide tells the signs that fill a square.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F || r >= 0xFF00 && r <= 0xFF60 ||
		r >= 0xFFE0 && r <= 0xFFE6 || r >= 0x1F300 && r <= 0x1FAFF || r >= 0x20000 && r <= 0x3FFFD
}
