package document

import (
	"strings"
	"testing"
	"time"
)

// fill repeats a unit between a head and a tail, up to a size in bytes.
func fill(head, unit, tail string, size, most int) string {
	n := max(0, (size-len(head)-len(tail))/len(unit))
	if most > 0 {
		n = min(n, most)
	}
	return head + strings.Repeat(unit, n) + tail
}

// hostile makes files that cost, of a size in bytes and a number of values, with
// a part of the message that each must get; "" for one that is read.
func hostile(size, values int) map[string][2]string {
	return map[string][2]string{
		"as many values as it goes": {fill("a: [", "x,", "]", size, values), ""},
		"pairs in a list":           {fill("a: [", "x: y,", "]", size, values/2), ""},
		"lines in a list":           {fill("a:\n", "- x\n", "", size, values), ""},
		"numbers in JSON":           {fill(`{"a":[`, "1,", "1]}", size, values), ""},
		"maps in JSON":              {fill(`{"a":[`, "{},", "{}]}", size, values/2), ""},
		"lines in JSON":             {fill(`{"a":[`, "1\n,", "1]}", size, values/2), ""},
		"anchors":                   {fill("a: [", "&a x,", "]", size, values), "anchors (&a) are not allowed"},
		"one word":                  {fill("a: \"", "x", "\"", size, 0), ""},
		"quotes":                    {fill("a: '", "''", "'", size, 0), ""},
		"escapes in JSON":           {fill(`{"a":"`, `\u0061`, `"}`, size, 0), ""},
		"a key without an end":      {fill("", "x", ": 1", size, 0), ""},
		"tags":                      {fill("a: ", "!", " x", size, 0), ""},
		"comments":                  {fill("", "# a\n", "", size, values), "the file is empty"},
		"documents":                 {fill("a: b\n", "---\n", "", size, values), "a second document begins here"},
		"directives":                {fill("", "%X a\n", "--- a\n", size, values), ""},
		"an open list":              {fill("a: [", "b\n,", "", size, values/2), "not readable as YAML"},
		"folded lines":              {fill("a: >\n", "  x\n\n", "", size, values/2), ""},
		"plain lines":               {fill("a: x\n", " x\n", "", size, values), ""},
		"lists in lists, fewer":     {fill("a: ", "[", "", size, values), "nested more than 40 levels"},
		"maps in maps, JSON":        {fill("", `{"a":`, "", size, values/2), "nested more than 40 levels"},
		"dashes":                    {fill("", "- ", "", size, 0), "nested more than 40 levels"},
		"question marks":            {fill("", "? ", "", size, 0), "nested more than 40 levels"},
		"the billion laughs":        {bomb(), "anchors (&a) are not allowed"},
	}
}

func costs(t *testing.T, in, want string, most time.Duration) {
	t.Helper()
	began := time.Now()
	_, err := Parse("f", []byte(in), Limits{})
	if took := time.Since(began); took > most {
		t.Errorf("took %v", took)
	}
	if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got %v, want %q", err, want)
	}
	if err != nil && len(err.Error()) > 1000 {
		t.Errorf("a message of %d bytes", len(err.Error()))
	}
}

// At a sixteenth of what is read, each costs a fraction of a second. What grew
// with the square of the size (counting lines anew for each value did) would
// take far longer already; BenchmarkHostile measures the full size.
func TestHostileFilesEndSoon(t *testing.T) {
	for name, c := range hostile(1<<20, 120_000) {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) { costs(t, c[0], c[1], 8*time.Second) })
	}
}

// What is larger than is read costs one look at its bytes.
func TestTooLargeIsRefusedUnread(t *testing.T) {
	const size = 16 << 20
	for name, c := range map[string][2]string{
		"100 MB":            {strings.Repeat("a: b\n", 20<<20), "the file has 104857600 bytes; at most 16777216 are read"},
		"one byte too many": {"a: " + strings.Repeat("x", size-2), "the file has 16777217 bytes; at most 16777216 are read"},
		"too many lists":    {fill("a: ", "[", "", size, 0), "the file holds more than 2000000 values"},
		"too many lines":    {fill("a:\n", "- x\n", "", size, 0), "the file holds more than 2000000 values"},
		"too many in JSON":  {fill(`{"a":[`, "1,", "1]}", size, 0), "the file holds more than 2000000 values"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			costs(t, c[0], c[1], 4*time.Second)
			if n := testing.AllocsPerRun(1, func() { _, _ = Parse("f", []byte(c[0]), Limits{}) }); n > 20 {
				t.Errorf("%v allocations before it was refused", n)
			}
		})
	}
}

// BenchmarkHostile measures the worst files of the full size.
func BenchmarkHostile(b *testing.B) {
	for name, c := range hostile(16<<20, 1_990_000) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			data := []byte(c[0])
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse("f", data, Limits{})
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
