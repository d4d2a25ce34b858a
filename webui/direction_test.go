package webui

import (
	"strings"
	"testing"
)

func TestNothingTurnsTheDirectionOfText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "abc\u202ecod.exe": "abc\uFFFDcod.exe", "\u2066x\u2069\u200e": "\uFFFDx\uFFFD\uFFFD", "a\u061cb": "a  b",
		"中文 – “quoted” … עברית": "中文 – “quoted” … עברית", "family \U0001F468\u200d\U0001F469": "family \U0001F468\u200d\U0001F469", "\u202e": "\uFFFD", "x\u202e\u202ey": "x\uFFFD\uFFFDy",
	} {
		if got := string(steady([]byte(in))); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func BenchmarkSteady(b *testing.B) {
	page := []byte(strings.Repeat("<td>a cell – with “words” 中文</td>\n", 20_000))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		steady(page)
	}
}
