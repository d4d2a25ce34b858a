package plaintext

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"two\nlines\tand 两日":              "two\nlines\tand 两日",
		"\x1b]0;title\x07\u009b31m\r\x7f": "]0;title31m",
		"report\u202egpj.exe\u2066":       "reportgpj.exe",
		strings.Repeat("x", 5000):         strings.Repeat("x", 5000),
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", "CVE-2021-44228 reserved", "CVE-2021-44228 reserved"},
		{"Chinese stays", "两日期限届满", "两日期限届满"},
		{"lines become one", " a\r\n\tb  c\u00a0 ", "a b c"},
		{"control characters go", "a\x00b\x1b[31mc\x7f", "ab[31mc"},
		{"an override cannot turn a name round", "report\u202egpj.exe", "reportgpj.exe"},
		{"isolates go too", "a\u2066b\u2069", "ab"},
		{"zero-width signs carry no hidden bits", "a\u200bb\u200cc\u200dd\ufeff", "abcd"},
		{"tag characters carry no hidden text", "a\U000e0041\U000e0042", "a"},
		{"nor do variation selectors", "a\ufe01\U000e0101b", "ab"},
		{"nor fillers", "a\u3164\u115fb", "ab"},
		{"broken bytes show", "a\xffb", "a\ufffdb"},
		{"non-characters show", "a\uffffb\ufdd0", "a\ufffdb\ufffd"},
		{"letters do not climb", "a" + strings.Repeat("\u0301", 40), "a\u0301\u0301\u0301"},
		{"a mark without a letter goes", "\u0301a", "a"},
		{"accents stay", "e\u0301te", "e\u0301te"},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	// A replaced byte is one letter, so cleaning twice changes nothing (found by FuzzClean).
	if once := Clean(strings.Repeat("\xff", 900)); Clean(once) != once {
		t.Error("cleaning 900 invalid bytes again cuts them short")
	}
	if got := Clean(strings.Repeat("x", 5000)); len(got) > maxText+4 || !strings.HasSuffix(got, "…") {
		t.Errorf("an endless text became %d bytes", len(got))
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\u202eb\x00c")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || Clean(got) != got {
			t.Errorf("%q became %q, then %q", s, got, Clean(got))
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Errorf("%q still holds %U", got, r)
			}
		}
	})
}
