package access

import (
	"slices"
	"strings"
	"unicode"
)

// struck stands where a name was.
const struck = "[…]"

// scrub strikes the names and ids of what is not seen from words that others
// wrote. It finds them without regard to case, as whole words; scripts that
// write without blanks have no words, and there a name is found anywhere.
type scrub struct {
	names map[string][][]rune // by first word, the longest first
}

// newScrub takes the names of the parties and products that are not seen, but
// for a name that something seen has as well.
func (c *cut) newScrub() *scrub {
	s, shown := &scrub{names: map[string][][]rune{}}, map[string]bool{}
	each := func(f func(seen bool, words ...string)) {
		for i := range c.f.Parties {
			p := &c.f.Parties[i]
			f(c.seen.parties[p.ID], p.ID, p.Name)
		}
		for i := range c.f.Products {
			p := &c.f.Products[i]
			f(c.seen.products[p.ID], p.ID, p.Name)
		}
	}
	each(func(seen bool, words ...string) {
		for _, w := range words {
			shown[fold(w)] = shown[fold(w)] || seen
		}
	})
	each(func(seen bool, words ...string) {
		for _, w := range words {
			if !seen && !shown[fold(w)] {
				s.add(w)
			}
		}
	})
	return s
}

func fold(s string) string { return string(folded([]rune(s))) }

// folded lowers rune by rune, so that places stay where they are.
func folded(s []rune) []rune {
	out := make([]rune, len(s))
	for i, r := range s {
		out[i] = unicode.ToLower(r)
	}
	return out
}

func (s *scrub) add(name string) {
	n := folded([]rune(strings.TrimFunc(name, func(r rune) bool { return !inWord(r) })))
	if len(n) == 0 {
		return
	}
	w := string(n[:wordEnd(n, 0)])
	if !slices.ContainsFunc(s.names[w], func(o []rune) bool { return slices.Equal(o, n) }) {
		s.names[w] = append(s.names[w], n)
		slices.SortFunc(s.names[w], func(a, b []rune) int { return len(b) - len(a) })
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// alone are the scripts without blanks between words: each sign is a word.
func alone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// wordEnd is where the word that begins at i ends.
func wordEnd(s []rune, i int) int {
	if alone(s[i]) {
		return i + 1
	}
	for i < len(s) && inWord(s[i]) && !alone(s[i]) {
		i++
	}
	return i
}

// at gives how long the name is that begins at i; 0 if none does.
func (s *scrub) at(low []rune, i int) int {
	for _, n := range s.names[string(low[i:wordEnd(low, i)])] {
		end := i + len(n)
		if end > len(low) || !slices.Equal(low[i:end], n) {
			continue
		}
		if end == len(low) || !inWord(low[end]) || alone(low[end]) || alone(low[end-1]) {
			return len(n)
		}
	}
	return 0
}

// text strikes the names from s.
func (s *scrub) text(in string) string {
	if in == "" || len(s.names) == 0 {
		return in
	}
	r := []rune(in)
	low := folded(r)
	var out []rune
	last := 0
	for i := 0; i < len(r); {
		if !inWord(r[i]) {
			i++
			continue
		}
		if n := s.at(low, i); n > 0 {
			out = append(append(out, r[last:i]...), []rune(struck)...)
			i += n
			last = i
			continue
		}
		i = wordEnd(low, i)
	}
	if last == 0 {
		return in
	}
	return string(append(out, r[last:]...))
}

func (s *scrub) texts(in []string) []string {
	var out []string
	for _, t := range in {
		out = append(out, s.text(t))
	}
	return out
}

// finds tells whether a name stands in s.
func (s *scrub) finds(in string) bool { return s.text(in) != in }
