package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/escalation"
)

// found tells whether a query finds a text: all words stored, all terms in it.
func found(text, query string) bool {
	stored := map[string]bool{}
	for _, t := range escalation.Tokens(text) {
		for _, w := range escalation.Stored(t) {
			stored[w] = true
		}
	}
	a := escalation.Ask(query)
	for _, w := range a.Words {
		if !stored[w] {
			return false
		}
	}
	for _, t := range a.Terms {
		if escalation.In(escalation.Fold(text), t) < 0 {
			return false
		}
	}
	return len(a.Words) > 0
}

func TestWhatASearchFinds(t *testing.T) {
	const purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"A flaw in libexample", "libexample", true},
		{"A flaw in libexample", "LIBEX", true},
		{"A flaw in libexample", "libexample flaw", true},
		{"A flaw in libexample", "example", false}, // not the beginning of a word
		{"A flaw in libexample", "libexample other", false},
		{"A flaw in libexample", "li", false}, // two letters are a word, no beginning
		{"see CVE-2021-44228 there", "CVE-2021-44228", true},
		{"see CVE-2021-44228 there", "cve-2021-442", true},
		{"see CVE-2021-44228 there", "44228", true},
		{"see CVE-2021-44228 there", "cve-2021-4422x", false},
		{"CVE-2021-1 and 44228", "cve-2021-44228", false}, // the parts do not stand together
		{"CVE-2021-1 and 44228", "cve 44228", true},
		{purl, "log4j-core", true},
		{purl, purl, true},
		{purl, "log4j-core@2.14", true},
		{purl, "log4j-api", false},
		{"Straße", "STRASSE", true},
		{"ＦＵＬＬ width", "full", true},
		{"Ünïcode", "ünï", true},
		{"网络产品安全漏洞管理规定", "漏洞", true},
		{"网络产品安全漏洞管理规定", "安全漏洞管理", true},
		{"网络产品安全漏洞管理规定", "漏", true},
		{"网络产品安全漏洞管理规定", "漏洞安全", false},
		{"log4j漏洞", "log4j 漏洞", true},
		{"", "x", false},
		{"anything", "", false},
		{"anything", "--- !!", false},
	} {
		if got := found(c.text, c.query); got != c.want {
			t.Errorf("%q in %q: %t", c.query, c.text, got)
		}
	}
}

func TestALongWordIsFoundByAnyBeginning(t *testing.T) {
	word := strings.Repeat("abcdefghij", 8)
	for n := 3; n <= len(word); n++ {
		if !found("the "+word+" here", word[:n]) {
			t.Errorf("its first %d letters do not find it", n)
		}
	}
	if found("the "+word+" here", word+"z") {
		t.Error("more than the word finds it")
	}
}

func TestAQueryIsBounded(t *testing.T) {
	a := escalation.Ask(strings.Repeat("word7 漏洞利用 ", 5000))
	if len(a.Terms) > 12 || len(a.Words) > 200 {
		t.Errorf("%d terms, %d words", len(a.Terms), len(a.Words))
	}
	if b := escalation.Ask(strings.Repeat("x", 100_000)); len(b.Terms) != 1 || utf8.RuneCountInString(b.Terms[0]) > 200 {
		t.Errorf("%d terms", len(b.Terms))
	}
}

func TestTheWordsOfACaseAreBoundedAndTheTitleGoesFirst(t *testing.T) {
	w := newWorld(t)
	var events strings.Builder
	for i := range 3000 {
		events.WriteString("  - {id: x" + letters(i) + ", kind: published, by: maker, of: lib, at: \"2026-11-20T10:00:00Z\", text: \"" + letters(i*7919) + " " + letters(i*104729) + "\"}\n")
	}
	h := w.keep(flawed("TOC-1") + events.String())
	w.project(h)
	row := w.row(h)
	if n := len(row.Words); n < 4000 || n > 4200 {
		t.Errorf("%d words", n)
	}
	for _, word := range []string{"libexample", "libe", "44228", "acme", "\x00id TOC-1"} {
		if !slices.Contains(row.Words, escalation.Keys(lookup).Word(word)) {
			t.Errorf("%q is not among the words", word)
		}
	}
	if slices.Contains(row.Words, escalation.Keys([32]byte{9}).Word("libexample")) {
		t.Error("another key gives the same hash")
	}
}

// letters writes a number as a word.
func letters(n int) string {
	var b []byte
	for i := 0; i < 8; i++ {
		b = append(b, byte('a'+n%26))
		n = n/26 + 31*i
	}
	return string(b)
}

func FuzzAsk(f *testing.F) {
	for _, s := range []string{"log4j", "CVE-2021-44228", "pkg:npm/a@1", "漏洞 a漏-洞b", "İstanbul ﬁne", "\xff\xfe", "ａ゛ｶﾞ", "e\u0301"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		a := escalation.Ask(query)
		if len(a.Terms) > 12 {
			t.Fatalf("%d terms", len(a.Terms))
		}
		folded := escalation.Fold(text)
		for _, term := range a.Terms {
			if i := escalation.In(folded, term); i >= 0 && !strings.HasPrefix(folded[i:], term) {
				t.Fatalf("%q is not at %d of %q", term, i, folded)
			}
			if len(escalation.Tokens(term)) == 0 {
				t.Fatalf("the term %q has no words", term)
			}
		}
		for _, token := range escalation.Tokens(text) {
			if len(escalation.Stored(token)) == 0 || token == "" {
				t.Fatalf("the token %q is stored nowhere", token)
			}
		}
		if len(a.Terms) == 1 && folded == a.Terms[0] && !found(text, query) && len(text) < 60 {
			t.Fatalf("%q does not find itself", text)
		}
	})
}
