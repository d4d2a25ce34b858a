package escalation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"tocsin/casefile"
)

const (
	minPrefix = 3    // typing three letters of a word finds it
	maxPrefix = 24   // of longer words only so many letters are looked at
	maxAsked  = 200  // letters of a query
	maxTerms  = 12   // terms of a query
	maxWords  = 4096 // of one case
)

// Fold writes text as the search compares it: NFKC, without regard to case.
func Fold(text string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(text)))
}

// Tokens splits text into the words that the search knows, in their order and
// with repetitions: runs of letters and digits; of scripts that do not part
// words each sign and each pair of neighbours. CVE-2021-44228 and a package URL
// come in their parts; that the parts stand together is for Asked.In to see.
func Tokens(text string) []string {
	var out []string
	for _, run := range strings.FieldsFunc(Fold(text), func(r rune) bool { return !wordy(r) }) {
		out = append(out, pieces(run)...)
	}
	return out
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// dense tells that a sign belongs to a script that does not part words.
func dense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// pieces cuts a run of letters and digits where the script changes between one
// that parts words and one that does not.
func pieces(run string) []string {
	var out []string
	rs := []rune(run)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && dense(rs[j]) == dense(rs[i]) {
			j++
		}
		if !dense(rs[i]) {
			out = append(out, string(rs[i:j]))
			i = j
			continue
		}
		for k := i; k < j; k++ {
			out = append(out, string(rs[k]))
			if k+1 < j {
				out = append(out, string(rs[k:k+2]))
			}
		}
		i = j
	}
	return out
}

// Stored lists under what a token is found: itself, and its beginnings.
func Stored(token string) []string {
	rs := []rune(token)
	if dense(rs[0]) {
		return []string{token}
	}
	out := []string{string(rs[:min(len(rs), maxPrefix)])}
	for n := minPrefix; n < min(len(rs), maxPrefix); n++ {
		out = append(out, string(rs[:n]))
	}
	return out
}

// Asked is what somebody searches for.
type Asked struct {
	Words []string // a case must have all of them to be looked at
	Terms []string // and a text each of these, folded, beginning where a word begins
}

// Ask reads a query: terms parted by spaces. Of a term such as CVE-2021-44228
// all parts are asked of the database, and the term as it stands of the text.
// Every term may be the beginning of what is meant. What lies beyond maxAsked
// letters or maxTerms terms is not read.
func Ask(query string) Asked {
	var a Asked
	if rs := []rune(query); len(rs) > maxAsked {
		query = string(rs[:maxAsked])
	}
	seen := map[string]bool{}
	for _, term := range strings.Fields(Fold(query)) {
		term = strings.TrimFunc(term, func(r rune) bool { return !wordy(r) })
		if term == "" || slices.Contains(a.Terms, term) {
			continue
		}
		if len(a.Terms) == maxTerms {
			break
		}
		a.Terms = append(a.Terms, term)
		tokens := Tokens(term)
		for _, t := range tokens {
			rs := []rune(t)
			paired := func(o string) bool { return o != t && strings.Contains(o, t) }
			if len(rs) == 1 && dense(rs[0]) && slices.ContainsFunc(tokens, paired) {
				continue // the pair says more
			}
			t = string(rs[:min(len(rs), maxPrefix)])
			if !seen[t] {
				seen[t] = true
				a.Words = append(a.Words, t)
			}
		}
	}
	return a
}

// In tells where in a folded text a term begins a word, in bytes; -1 if nowhere.
func In(folded, term string) int {
	for from := 0; from <= len(folded)-len(term); {
		i := strings.Index(folded[from:], term)
		if i < 0 {
			return -1
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(folded[:at])
		first, size := utf8.DecodeRuneInString(term)
		if at == 0 || !wordy(before) || dense(before) != dense(first) || dense(first) {
			return at
		}
		from = at + size
	}
	return -1
}

// Text is one text of a case, with the entry that it stands in.
type Text struct {
	Entry string // case, product, party, source, event
	ID    string
	Text  string
}

// Texts lists what a search looks at, the case itself first, then products,
// parties, sources, and the newest events before older ones.
func Texts(c *casefile.Case) []Text {
	out := make([]Text, 0, 16+len(c.Products)+len(c.Parties)+len(c.Sources)+len(c.Events))
	add := func(entry, id string, texts ...string) {
		for _, t := range texts {
			if t != "" {
				out = append(out, Text{entry, id, t})
			}
		}
	}
	add("case", "", c.Title, c.File.Case)
	add("case", "", c.Vulnerabilities...)
	add("case", "", c.Note)
	for i := range c.Products {
		p := &c.Products[i]
		add("product", p.ID, p.Name, p.Purl, p.ID, p.Note)
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		add("party", p.ID, p.Name, p.ID, p.Note)
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		add("source", s.ID, s.Publisher, s.Title, s.Original, s.Translation, s.Note, s.URL)
	}
	for i := len(c.Events) - 1; i >= 0; i-- {
		e := &c.Events[i]
		add("event", e.ID, e.Label, e.Text, e.Original, e.Reason, e.Where, e.Incident)
	}
	return out
}

// IDWord is the word by which a case is found by its whole id; nobody can type it
// into a search.
func IDWord(id string) string { return "\x00id " + id }

// words lists the words of a case for the database, each once, the most telling
// first; a case with more than maxWords is found by those.
func words(c *casefile.Case) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range Texts(c) {
		for _, token := range Tokens(t.Text) {
			for _, w := range Stored(token) {
				if len(out) >= maxWords {
					return out
				}
				if !seen[w] {
					seen[w] = true
					out = append(out, w)
				}
			}
		}
	}
	return out
}
