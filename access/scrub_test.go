package access_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/access"
)

func TestNamesAreStruckFromOthersWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"nobody is named", "nobody is named"},
		{"Borel knew", "[…] knew"},
		{"said BOREL.", "said […]."},
		{"borel-told", "[…]-told"},
		{"Borelian, Aborel and Borel2 are others", "Borelian, Aborel and Borel2 are others"},
		{"Borel & Sons told Dirac AG; Borel, too", "[…] told […]; […], too"},
		{"Borel &  Sons", "[…] &  Sons"},
		{"据康托尔实验室称", "据[…]称"},
		{"康托尔", "康托尔"},
		{"İBOREL and Ⅷ Dirac Ag!", "İBOREL and Ⅷ […]!"},
		{"see https://borel.example/dirac", "see https://[…].example/dirac"},
		{"7x", "[…]"},
	} {
		got := access.Scrubbed(c.text, "borel", "Borel & Sons", "Dirac AG", "康托尔实验室", "7x", "", "…")
		if got != c.want {
			t.Errorf("%q became %q, want %q", c.text, got, c.want)
		}
		if again := access.Scrubbed(got, "borel", "Borel & Sons", "Dirac AG", "康托尔实验室", "7x"); again != got {
			t.Errorf("%q, struck again, became %q", got, again)
		}
	}
}

// Whatever the bytes: no panic, nothing left to strike, nothing lost beside it.
func FuzzScrub(f *testing.F) {
	f.Add("Borel told 康托尔实验室", "borel")
	f.Add("a\x00b\xff", "b")
	f.Add("ǅ ß ſ", "ß")
	f.Fuzz(func(t *testing.T, text, name string) {
		if !utf8.ValidString(text) || !utf8.ValidString(name) {
			return // a case file holds UTF-8 only
		}
		once := access.Scrubbed(text, name)
		if !strings.Contains(once, "[…]") && once != text {
			t.Fatalf("%q became %q without a mark", text, once)
		}
		if !strings.Contains(name, "…") && access.Scrubbed(once, name) != once {
			t.Fatalf("%q: struck again it is %q", once, access.Scrubbed(once, name))
		}
	})
}
