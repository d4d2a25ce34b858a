package directive

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/examples"
)

// same compares two directives by what they say.
var same = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" }, cmp.Ignore()),
}

func lossless(t testing.TB, d *Directive) {
	t.Helper()
	for name, write := range map[string]func() ([]byte, error){"x.yaml": d.YAML, "x.json": d.JSON} {
		data, err := write()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := Parse(name, data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(d.File, back.File, same); diff != "" {
			t.Fatalf("%s is not the same:\n%s", name, diff)
		}
	}
}

func TestExamplesAreLossless(t *testing.T) {
	entries, err := examples.Directives.ReadDir("directives")
	if err != nil || len(entries) < 2 {
		t.Fatalf("%d examples, %v", len(entries), err)
	}
	for _, e := range entries {
		lossless(t, example(t, e.Name()))
	}
}

// FuzzParse: no bytes make the reader or the folding panic; a directive that it
// takes is lossless, and its figures add up.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"format": "tocsin-directive/1", "directive": "d", "number": "1", "title": {"en": "t"}, "authorities": [{"id": "o"}], "issued-by": "o",
		"issued": {"value": "2026-03-02", "zone": "unknown"}, "basis": [{"text": "t", "citation": "c", "official": "https://l.example"}],
		"scope": [{"id": "s", "sectors": ["x"]}], "members": [{"id": "m"}, {"id": "n", "sectors": ["x"]}],
		"steps": [{"id": "p", "kind": "patch", "title": {"en": "t"}, "asks": [{"of": ["s"], "modality": "should"}], "due": {"from": "2026-04", "to": "2026-05", "zone": "UTC"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse("d.yaml", data)
		if err != nil {
			if msg := err.Error(); !strings.HasPrefix(msg, "d.yaml:") || strings.Contains(msg, "\n") {
				t.Fatalf("a message without its place: %q", msg)
			}
			return
		}
		lossless(t, d)
		for _, days := range []int{-1, 0, 30, 400} {
			s, err := Fold(d, d.Acts, d.issued.Latest.Add(time.Duration(days)*24*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for _, n := range s.Counts {
				sum += n
			}
			if sum != len(d.Members)*len(d.Steps) {
				t.Fatalf("%d cells of %d", sum, len(d.Members)*len(d.Steps))
			}
		}
	})
}
