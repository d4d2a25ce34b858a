package earlier_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/earlier"
)

func TestAPackageIsTheSameHoweverItIsWritten(t *testing.T) {
	for _, same := range [][]string{
		{"pkg:maven/org.apache.logging.log4j/log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "PKG:Maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar#sub/path", "pkg://maven/org.apache.logging.log4j/log4j-core", " pkg:maven/org.apache.logging.log4j//log4j-core@2.14.1"},
		{"pkg:npm/%40angular/core@12.0.0", "pkg:npm/@angular/core@12.0.0", "pkg:npm/@angular/core", "pkg:npm/%40Angular/core?vcs_url=git%2Bhttps://example.org/x@y"},
		{"pkg:pypi/typing_extensions@4", "pkg:pypi/typing-extensions", "pkg:pypi/Typing.Extensions", "pkg:pypi/typing__extensions"},
		{"pkg:github/Example/Parser@v1", "pkg:github/example/parser"},
		{"pkg:golang/example.org/a/b@v1.2.3#cmd/c", "pkg:golang/example.org/a/b"},
	} {
		for _, s := range same {
			if got, want := earlier.PurlKey(s), earlier.PurlKey(same[0]); got != want || got == "" {
				t.Errorf("%q is %q, and %q is %q", s, got, same[0], want)
			}
		}
	}
	if got := earlier.PurlKey("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"); got != "pkg:maven/org.apache.logging.log4j/log4j-core" {
		t.Errorf("the key is %q", got)
	}
	for _, none := range []string{"", "log4j", "https://example.org/a", "pkg:", "pkg:maven", "pkg:maven/", "pkg:/log4j"} {
		if got := earlier.PurlKey(none); got != "" {
			t.Errorf("%q is no package, and gives %q", none, got)
		}
	}
	for _, other := range []string{"pkg:maven/org.apache.logging.log4j/log4j-api", "pkg:npm/log4j-core", "pkg:maven/log4j-core"} {
		if earlier.PurlKey(other) == earlier.PurlKey("pkg:maven/org.apache.logging.log4j/log4j-core") {
			t.Errorf("%q is taken for another package", other)
		}
	}
}

func TestIdsAndNamesAreTheSameHoweverTheyAreTyped(t *testing.T) {
	for _, s := range []string{"CVE-2021-44228", " cve-2021-44228\n", "CVE‑2021–44228", "ＣＶＥ-2021-44228", "cve-2021- 44228"} {
		if got := earlier.FlawKey(s); got != "CVE-2021-44228" {
			t.Errorf("%q is %q", s, got)
		}
	}
	for _, s := range []string{"Example Parser", "example  PARSER", "Example-Parser!", "Ｅｘａｍｐｌｅ parser"} {
		if got := earlier.NameKey(s); got != "example parser" {
			t.Errorf("%q is %q", s, got)
		}
	}
	if earlier.NameKey("示例 网关") == "" || earlier.NameKey(" - ") != "" {
		t.Error("a name in Chinese is one, a hyphen is none")
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"pkg:npm/%40a/b@1", "CVE-2021-1", "\xff", "pkg:a/%zz/b", strings.Repeat("漏", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, key := range map[string]func(string) string{"flaw": earlier.FlawKey, "name": earlier.NameKey, "purl": earlier.PurlKey} {
			k := key(s)
			if utf8.RuneCountInString(k) > 300 {
				t.Fatalf("%s: the key of %q has no bound", name, s)
			}
			if name != "purl" && key(k) != k {
				t.Fatalf("%s: the key of %q is %q, and the key of that %q", name, s, k, key(k))
			}
		}
	})
}
