package ics

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFolding(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for name, c := range map[string]struct{ in, want string }{
		"75 octets fit":                     {x(75), x(75) + "\r\n"},
		"76 do not":                         {x(76), x(75) + "\r\n x\r\n"},
		"the space of a fold counts":        {x(75 + 74), x(75) + "\r\n " + x(74) + "\r\n"},
		"and a third line begins after it":  {x(75 + 75), x(75) + "\r\n " + x(74) + "\r\n x\r\n"},
		"a character is not split":          {x(74) + "报", x(74) + "\r\n 报\r\n"},
		"nor one of four octets":            {x(72) + "🔔", x(72) + "\r\n 🔔\r\n"},
		"a character that just fits stays":  {x(72) + "报", x(72) + "报\r\n"},
		"a space after a fold is kept":      {x(75) + " y", x(75) + "\r\n  y\r\n"},
		"a fold may fall within an escape":  {x(74) + `\n`, x(74) + "\\\r\n n\r\n"},
		"three-octet characters, long line": {strings.Repeat("报", 50), strings.Repeat("报", 25) + "\r\n " + strings.Repeat("报", 24) + "\r\n 报\r\n"},
	} {
		var p page
		p.fold(c.in)
		if got := p.b.String(); got != c.want {
			t.Errorf("%s: %s", name, cmp.Diff(c.want, got))
		}
		if back := strings.ReplaceAll(strings.TrimSuffix(p.b.String(), "\r\n"), "\r\n ", ""); back != c.in {
			t.Errorf("%s: unfolded it is %q", name, back)
		}
	}
}

func TestEscaping(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"nothing to do":               {`a "b": c`, `a "b": c`},
		"commas and semicolons":       {"a,b;c", `a\,b\;c`},
		"a backslash comes first":     {`\n`, `\\n`},
		"a line break":                {"a\nb", `a\nb`},
		"one of Windows is one":       {"a\r\nb", `a\nb`},
		"an old one":                  {"a\rb", `a\nb`},
		"those of Unicode":            {"a\u2028b\u2029c\u0085d", `a\nb\nc\nd`},
		"a tab stays":                 {"a\tb", "a\tb"},
		"controls go":                 {"a\x00b\x07c\x1bd\x7fe\u009bf", "abcdef"},
		"reversing characters go":     {"in\u202evoice\u2066x\u2069", "invoicex"},
		"hidden ones too":             {"a\u200b\ufeff\U000e0041b", "ab"},
		"broken UTF-8 shows":          {"a\xff\xfeb\xe6\x8a", "a\uFFFDb\uFFFD"},
		"a forged property is a text": {"x\r\nATTENDEE:mailto:a@example.org", `x\nATTENDEE:mailto:a@example.org`},
		"colons need none":            {"10:00", "10:00"},
	} {
		if got := escape(c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTriggers(t *testing.T) {
	for in, want := range map[time.Duration]string{
		0:                              "PT0S",
		time.Second:                    "-PT1S",
		time.Minute:                    "-PT1M",
		61 * time.Second:               "-PT1M1S",
		time.Hour:                      "-PT1H",
		time.Hour + 5*time.Second:      "-PT1H0M5S", // the grammar has no T1H5S
		time.Hour + 5*time.Minute:      "-PT1H5M",
		48 * time.Hour:                 "-PT48H", // never P2D: a day is not exact
		90*24*time.Hour + 59*time.Hour: "-PT2219H",
	} {
		if got := before(in); got != want {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
}

func TestAlarmsRingOnceInOrderAndNeverLater(t *testing.T) {
	got := leads([]time.Duration{time.Second, 0, time.Hour, 999 * time.Millisecond, time.Hour, 1, math.MaxInt64})
	want := []time.Duration{math.MaxInt64, time.Hour, time.Second, 0}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Laws: cleaning twice changes nothing more, and what is clean already is kept.
func TestCleaningSettles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.String().Draw(rt, "text")
		once := clean(s)
		if twice := clean(once); twice != once {
			rt.Fatalf("%q became %q and then %q", s, once, twice)
		}
		plain := rapid.StringMatching(`[ -~一-龥]*`).Draw(rt, "plain")
		if got := clean(plain); got != plain {
			rt.Fatalf("%q became %q", plain, got)
		}
	})
}
