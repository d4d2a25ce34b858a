package timeline

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"tocsin/internal/plaintext"
)

func TestWidths(t *testing.T) {
	for _, c := range []struct {
		name, text string
		size       float64
		want       float64
	}{
		{"one Chinese letter is one em", "报", 12, 12},
		{"full-width punctuation too", "，", 12, 12},
		{"a combining mark has no width of its own", "e\u0301", 100, 62},
		{"a dash is half an em", "–", 12, 6},
		{"W is nearly one", "W", 100, 99},
		{"nothing is nothing", "", 12, 0},
	} {
		if got := measure(c.text, c.size, false); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if measure("abc", 12, true) <= measure("abc", 12, false) {
		t.Error("bold is not wider than plain")
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float64
		lines      int
		want       []string
	}{
		{"short", "fix released", 176, 3, []string{"fix released"}},
		{"two lines", "attack seen, according to Cisco Talos", 176, 3, []string{"attack seen, according to", "Cisco Talos"}},
		{"Chinese breaks between letters", "收到漏洞报告并开始核实", 72, 3, []string{"收到漏洞报告", "并开始核实"}},
		{"no line begins with a comma", "收到漏洞报告，并核实", 72, 3, []string{"收到漏洞报", "告，并核实"}},
		{"a long word is cut", "aaaaaaaaaaaaaaaaaaaa", 60, 9, []string{"aaaaaaaa", "aaaaaaaa", "aaaa"}},
		{"too long ends in an ellipsis", "one two three four five six seven", 60, 2, []string{"one two", "three fo…"}},
		{"empty", "", 60, 2, nil},
	} {
		if got := wrap(c.text, 12, false, c.width, c.lines); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A label of three lines grows wider before a word of it is lost.
func TestLongLabelsGrowBeforeTheyAreCut(t *testing.T) {
	text := "attack seen, according to Cloudflare; none before 9 December, according to the review board of the authority"
	got := strings.Join(balance(text, 12, labelWide, 3), " ")
	if got != text {
		t.Errorf("lost words: %q", got)
	}
}

// No line is wider than asked, no line too many, and nothing gets lost but
// behind an ellipsis.
func TestWrapLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := plaintext.Clean(rapid.String().Draw(t, "text"))
		width := rapid.Float64Range(30, 300).Draw(t, "width")
		n := rapid.IntRange(1, 4).Draw(t, "n")
		lines := wrap(text, 12, false, width, n)
		if len(lines) > n {
			t.Fatalf("%d lines of %d", len(lines), n)
		}
		for _, l := range lines {
			if w := measure(l, 12, false); w > width+1e-6 && letters(l) > 2 {
				t.Fatalf("%q is %v wide, allowed %v", l, w, width)
			}
		}
		if !cutShort(lines, text) {
			squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
			if squeeze(strings.Join(lines, "")) != squeeze(text) {
				t.Fatalf("%q became %q", text, lines)
			}
		}
	})
}

// letters counts without combining marks: one letter and an ellipsis may be
// wider than a very narrow line.
func letters(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.Is(unicode.M, r) {
			n++
		}
	}
	return n
}
