package document

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// Files made to cost: each is as large as is read, or larger, and must be
// refused or read within seconds and without a multiple of its size in memory
// beyond what two million values take.
func TestHostileFilesEndSoon(t *testing.T) {
	const size = 16 << 20
	fill := func(head, unit, tail string, most int) string {
		n := (size - len(head) - len(tail)) / len(unit)
		if most > 0 {
			n = min(n, most)
		}
		return head + strings.Repeat(unit, n) + tail
	}
	const values = 1_990_000
	for name, c := range map[string]struct {
		in    string
		wants string // part of the message; "" for one that is read
	}{
		"100 MB":                    {strings.Repeat("a: b\n", 20<<20), "the file has 104857600 bytes; at most 16777216 are read"},
		"one byte too many":         {"a: " + strings.Repeat("x", size-2), "at most 16777216 are read"},
		"lists in lists":            {fill("a: ", "[", "", 0), "holds more than 2000000 values"},
		"lists in lists, fewer":     {fill("a: ", "[", "", values), "nested more than 40 levels"},
		"maps in maps, JSON":        {fill("", `{"a":`, "", values/2), "nested more than 40 levels"},
		"dashes":                    {fill("", "- ", "", 0), "nested more than 40 levels"},
		"question marks":            {fill("", "? ", "", 0), "nested more than 40 levels"},
		"as many values as it goes": {fill("a: [", "x,", "]", values), ""},
		"pairs in a list":           {fill("a: [", "x: y,", "]", values/2), ""},
		"lines in a list":           {fill("a:\n", "- x\n", "", values), ""},
		"numbers in JSON":           {fill(`{"a":[`, "1,", "1]}", values), ""},
		"maps in JSON":              {fill(`{"a":[`, "{},", "{}]}", values/2), ""},
		"lines in JSON":             {fill(`{"a":[`, "1\n,", "1]}", values/2), ""},
		"anchors":                   {fill("a: [", "&a x,", "]", values), "anchors (&a) are not allowed"},
		"one word":                  {fill("a: \"", "x", "\"", 0), ""},
		"quotes":                    {fill("a: '", "''", "'", 0), ""},
		"escapes in JSON":           {fill(`{"a":"`, `\u0061`, `"}`, 0), ""},
		"a key without an end":      {fill("", "x", ": 1", 0), ""},
		"tags":                      {fill("a: ", "!", " x", 0), ""},
		"comments":                  {fill("", "# a\n", "", values), "the file is empty"},
		"documents":                 {fill("a: b\n", "---\n", "", values), "a second document begins here"},
		"directives":                {fill("", "%X a\n", "--- a\n", values), ""},
		"an open list":              {fill("a: [", "b\n,", "", values/2), "not readable as YAML"},
		"folded lines":              {fill("a: >\n", "  x\n\n", "", values/2), ""},
		"plain lines":               {fill("a: x\n", " x\n", "", values), ""},
		"the billion laughs":        {bomb(), "anchors (&a) are not allowed"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := Parse("f", []byte(c.in), Limits{})
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 1500 {
				t.Errorf("took %d MB", mb)
			}
			if c.wants != "" && (err == nil || !strings.Contains(err.Error(), c.wants)) {
				t.Errorf("got %v, want %q", err, c.wants)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
		})
	}
}

// bomb is the classic: nine levels of ten aliases each would be 10⁹ words.
func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a [lol]\n")
	for c := 'b'; c <= 'j'; c++ {
		b.WriteString(string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 10) + "]\n")
	}
	return b.String()
}
