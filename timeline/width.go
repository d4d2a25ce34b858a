package timeline

import (
	"strings"
	"unicode"
)

// advance holds the widths of U+0020 to U+017F in hundredths of an em, rounded
// up, measured on DejaVu Sans: the widest of the families that the picture
// asks for, so that whichever the reader has, no text outgrows its box.
var advance = [...]uint8{
	32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
	100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
	61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
	50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62,
	64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84, 60,
	60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
	60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
	32, 41, 64, 64, 64, 64, 34, 50, 50, 100, 48, 62, 84, 37, 100, 50,
	50, 84, 41, 41, 50, 64, 64, 32, 50, 41, 48, 62, 97, 97, 97, 54,
	69, 69, 69, 69, 69, 69, 98, 70, 64, 64, 64, 64, 30, 30, 30, 30,
	78, 75, 79, 79, 79, 79, 79, 84, 79, 74, 74, 74, 74, 62, 61, 63,
	62, 62, 62, 62, 62, 62, 99, 55, 62, 62, 62, 62, 28, 28, 28, 28,
	62, 64, 62, 62, 62, 62, 62, 84, 62, 64, 64, 64, 64, 60, 64, 60,
	69, 62, 69, 62, 69, 62, 70, 55, 70, 55, 70, 55, 70, 55, 78, 64,
	78, 64, 64, 62, 64, 62, 64, 62, 64, 62, 64, 62, 78, 64, 78, 64,
	78, 64, 78, 64, 76, 64, 92, 70, 30, 28, 30, 28, 30, 28, 30, 28,
	30, 28, 59, 56, 30, 28, 66, 58, 58, 56, 28, 56, 28, 56, 38, 56,
	35, 57, 29, 75, 64, 75, 64, 75, 64, 82, 75, 64, 79, 62, 79, 62,
	79, 62, 107, 103, 70, 42, 70, 42, 70, 42, 64, 53, 64, 53, 64, 53,
	64, 53, 62, 40, 62, 40, 62, 40, 74, 64, 74, 64, 74, 64, 74, 64,
	74, 64, 74, 64, 99, 82, 62, 60, 62, 69, 53, 69, 53, 69, 53, 36,
}

// punctuation that is narrow or wide outside the table, hundredths of an em.
var punctuation = map[rune]uint8{
	'–': 50, '—': 100, '‘': 32, '’': 32, '‚': 32, '“': 52, '”': 52, '„': 52,
	'•': 59, '…': 100, '−': 84, '→': 84, '←': 84, '≤': 84, '≥': 84, '€': 64,
}

// runeWidth is the width of one letter in em.
func runeWidth(r rune) float64 {
	if r >= 0x20 && int(r)-0x20 < len(advance) {
		return float64(advance[r-0x20]) / 100
	}
	if p, ok := punctuation[r]; ok {
		return float64(p) / 100
	}
	switch {
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return 0
	case wide(r):
		return 1
	case r >= 0x1F000:
		return 1.4 // emoji and rare scripts
	case r < 0x0530:
		return 0.95 // Greek, Cyrillic
	}
	return 1.25
}

// wide tells the letters that fill a square, and between which a line may be
// broken: Chinese, Japanese, Korean and full-width forms.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0xFE30 && r <= 0xFE4F || r >= 0xFF00 && r <= 0xFF60 ||
		r >= 0xFFE0 && r <= 0xFFE6 || r >= 0x20000 && r <= 0x3FFFD
}

// measure is the width of a text in pixels at a font size; bold letters are
// taken as nine hundredths of an em wider each.
func measure(s string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		a := runeWidth(r)
		if bold && a > 0 && !wide(r) {
			a += 0.09
		}
		w += a
	}
	return w * size
}

// noStart are signs that may not begin a line.
const noStart = "，。、；：？！）」』》〉】”’…,.;:?!)"

// pieces cuts a text where a line may be broken: after a space, after a slash
// or hyphen inside a long word, and between square letters.
func pieces(s string) []string {
	var out []string
	var b strings.Builder
	var prev rune
	for _, r := range s {
		cut := prev == ' ' || (wide(prev) || wide(r)) && prev != 0 || (prev == '/' || prev == '-') && b.Len() > 8
		if cut && b.Len() > 0 && !strings.ContainsRune(noStart, r) && r != ' ' && !unicode.Is(unicode.M, r) {
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

// wrap breaks a text into lines no wider than max pixels and at most n of
// them; the last line of a text that does not fit ends in an ellipsis.
func wrap(s string, size float64, bold bool, max float64, n int) []string {
	if s == "" {
		return nil
	}
	var lines []string
	line := ""
	rest := pieces(s)
	for len(rest) > 0 {
		p := rest[0]
		if measure(strings.TrimRight(line+p, " "), size, bold) <= max {
			line, rest = line+p, rest[1:]
			continue
		}
		if line == "" { // one piece is wider than a line: cut it anywhere
			head, tail := split(p, size, bold, max)
			line = head
			if rest[0] = tail; tail == "" {
				rest = rest[1:]
			}
		}
		if len(lines) == n-1 {
			return append(lines, ellipsis(line+strings.Join(rest, ""), size, bold, max))
		}
		lines, line = append(lines, strings.TrimRight(line, " ")), ""
	}
	if line = strings.TrimRight(line, " "); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// split cuts off as many letters as fit, at least one, and never between a
// letter and its marks.
func split(p string, size float64, bold bool, max float64) (head, tail string) {
	w, cut := 0.0, 0
	for i, r := range p {
		if !unicode.Is(unicode.M, r) && (i > 0 && cut == 0 || w <= max) {
			cut = i
		}
		if w += measure(string(r), size, bold); w > max && cut > 0 {
			return p[:cut], p[cut:]
		}
	}
	return p, ""
}

// ellipsis shortens a text to max pixels if it must.
func ellipsis(s string, size float64, bold bool, max float64) string {
	if measure(s, size, bold) <= max {
		return strings.TrimRight(s, " ")
	}
	head, _ := split(s, size, bold, max-measure("…", size, bold))
	return strings.TrimRight(head, " ") + "…"
}

// balance wraps like wrap, then narrows the lines as long as their number
// stays the same, so that no last line is a lonely word. A text that does not
// fit three lines gets wider ones before it is shortened.
func balance(s string, size float64, max float64, n int) []string {
	lines := wrap(s, size, false, max, n)
	for grow := 0; grow < 6 && cutShort(lines, s); grow++ {
		max *= 1.15
		lines = wrap(s, size, false, max, n)
	}
	if len(lines) < 2 || cutShort(lines, s) {
		return lines
	}
	for w := max * 0.94; w > max*0.45; w *= 0.94 {
		tighter := wrap(s, size, false, w, n)
		if len(tighter) > len(lines) || cutShort(tighter, s) {
			break
		}
		lines = tighter
	}
	return lines
}

func cutShort(lines []string, s string) bool {
	return len(lines) > 0 && strings.HasSuffix(lines[len(lines)-1], "…") && !strings.HasSuffix(s, "…")
}

// widest is the width of the widest line.
func widest(lines []string, size float64, bold bool) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, measure(l, size, bold))
	}
	return w
}
