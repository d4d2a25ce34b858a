package partner

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Facts is what a notice is about.
type Facts struct {
	Vulnerabilities []string // CVE and other ids
	Purls           []string // package URLs
	Products        []string // names of products and vendors
	Keywords        []string // technologies
}

// Concern is one reason why somebody is told about something: what of its
// agreement met what of the notice.
type Concern struct {
	Why     string `json:"why"` // everything, product, keyword
	Wanted  string `json:"wanted,omitempty"`
	Matched string `json:"matched,omitempty"`
	In      string `json:"in,omitempty"` // vulnerability, purl, product, keyword
}

// Concerns tells whether a notice concerns a member, and each reason why; none
// means that it does not. Letters are compared without regard to case and to
// their forms (NFKC), words as wholes: "log4j" is found in "Apache Log4j 2" and
// not in "log4js". Chinese, Japanese and other scripts that do not part words
// are found inside a text.
func Concerns(a Agreement, f Facts) []Concern {
	var out []Concern
	add := func(c Concern) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if a.All {
		add(Concern{Why: "everything"})
	}
	for _, want := range a.Products {
		key := purlKey(want)
		for _, p := range f.Purls {
			if key != "" && purlKey(p) == key {
				add(Concern{"product", want, p, "purl"})
			}
		}
	}
	type text struct {
		in, said string
		words    wordText
	}
	var texts []text
	for _, l := range []struct {
		in   string
		list []string
	}{{"vulnerability", f.Vulnerabilities}, {"purl", f.Purls}, {"product", f.Products}, {"keyword", f.Keywords}} {
		for _, s := range l.list {
			plain := s
			if l.in == "purl" {
				plain = purlKey(s)
				_, plain, _ = strings.Cut(plain, "/") // the type of a package is nobody's keyword
			}
			texts = append(texts, text{l.in, s, wordsOf(plain)})
		}
	}
	for _, want := range a.Keywords {
		w := wordsOf(want)
		for _, t := range texts {
			if t.words.holds(w) {
				add(Concern{"keyword", want, t.said, t.in})
			}
		}
	}
	return out
}

// purlKey is the package that a package URL means: type, namespace and name in
// lower case, without version, qualifiers and subpath; "" for what is none.
func purlKey(purl string) string {
	s, _, _ := strings.Cut(strings.TrimSpace(purl), "#")
	s, _, _ = strings.Cut(s, "?")
	scheme, s, ok := strings.Cut(s, ":")
	if !ok || !strings.EqualFold(scheme, "pkg") {
		return ""
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 && s[i-1] != '/' { // a scope of npm begins with one too
		s = s[:i]
	}
	var parts []string
	for part := range strings.SplitSeq(s, "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return ""
		}
		if part != "" {
			parts = append(parts, strings.ToLower(plain))
		}
	}
	if len(parts) < 2 {
		return ""
	}
	if n := len(parts) - 1; parts[0] == "pypi" { // which takes the signs between words for one
		parts[n] = strings.Join(strings.FieldsFunc(parts[n], func(r rune) bool { return strings.ContainsRune("-_.", r) }), "-")
	}
	return strings.Join(parts, "/")
}

// wordText is a text as it is compared: its words with one blank between.
type wordText struct{ text string }

// wordsOf folds case and forms, and parts words at what is no letter and no digit.
func wordsOf(s string) wordText {
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	return wordText{strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }), " ")}
}

// holds tells whether a keyword stands in the text, between the ends of words.
func (t wordText) holds(k wordText) bool {
	if k.text == "" {
		return false
	}
	for from := 0; ; {
		i := strings.Index(t.text[from:], k.text)
		if i < 0 {
			return false
		}
		i += from
		if edge(t.text, i) && edge(t.text, i+len(k.text)) {
			return true
		}
		_, n := utf8.DecodeRuneInString(t.text[i:])
		from = i + n
	}
}

// edge tells whether a word begins or ends at a place of a text. A sign of a
// script that does not part words has an edge on either side, unless a mark
// belongs to it.
func edge(s string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	next, _ := utf8.DecodeRuneInString(s[at:])
	switch {
	case at == 0 || at == len(s) || before == ' ' || next == ' ':
		return true
	case unicode.IsMark(next):
		return false
	}
	return dense(before) || dense(next)
}

// dense tells that a sign belongs to a script that does not part words.
func dense(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func denseOnly(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !dense(r) })
}
