package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"pgregory.net/rapid"

	"tocsin/internal/plaintext"
)

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	for _, tc := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"a longwordindeed b", 6, []string{"a", "longwo", "rdinde", "ed b"}},
		{"应当在2日内向平台报送", 10, []string{"应当在2日", "内向平台报", "送"}},
	} {
		got := wrap(tc.in, tc.width)
		if strings.Join(got, "|") != strings.Join(tc.want, "|") {
			t.Errorf("wrap(%q, %d) = %q, want %q", tc.in, tc.width, got, tc.want)
		}
	}
}

// No line is wider than asked, and no letter is lost, whatever the text.
func TestWrapLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("abc 日本語 ,.-"))).Draw(t, "text")
		width := rapid.IntRange(4, 40).Draw(t, "width")
		lines := wrap(s, width)
		for _, l := range lines {
			if displaywidth.String(l) > width {
				t.Fatalf("line %q is wider than %d", l, width)
			}
		}
		if got, want := squeeze(strings.Join(lines, "")), squeeze(s); got != want {
			t.Fatalf("letters lost: %q, want %q", got, want)
		}
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// Text from a case file cannot steer the terminal or reverse what it says.
func TestCleanStripsWhatSteers(t *testing.T) {
	in := "red\x1b[31m \u202Egnp.exe\u202C tab\tnew\nline \u009b bell\a"
	got := plaintext.Clean(in)
	if strings.ContainsAny(got, "\x1b\a\n\t\u202e\u202c\u009b") {
		t.Errorf("clean left control characters: %q", got)
	}
	if !strings.Contains(got, "gnp.exe") {
		t.Errorf("clean lost text: %q", got)
	}
}

// What is piped carries no colour.
func TestPipedIsPlain(t *testing.T) {
	var b bytes.Buffer
	p := newPage(&b, 60)
	p.para(late, "! ", "past the limit")
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("colour in a pipe: %q", b.String())
	}
	p.colour = true // the control: a terminal does get colour
	p.para(late, "! ", "past the limit")
	if !strings.Contains(b.String(), "\x1b[31m") {
		t.Error("a terminal should see colour")
	}
}

func TestPageIsNeverTooNarrow(t *testing.T) {
	if p := newPage(&bytes.Buffer{}, 5); p.width != 50 {
		t.Errorf("width %d, want the least that can be read, 50", p.width)
	}
}
