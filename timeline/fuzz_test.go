package timeline

import (
	"strings"
	"testing"
	"time"
)

// FuzzSheet builds a small sheet from raw bytes: odd times, odd texts, odd
// numbers. Whatever comes, the sheet is refused with a sentence or drawn well
// formed, harmless and without a collision.
func FuzzSheet(f *testing.F) {
	f.Add(int64(1637765460), int64(60), int64(86400*200), "report\u202e", "<script>alert(1)</script>", uint16(0x1234), 1440)
	f.Add(int64(0), int64(0), int64(0), "", "]]>&\x00", uint16(0xffff), 0)
	f.Add(int64(-62135596800), int64(1<<40), int64(-1), strings.Repeat("报", 90), "\xff\xfe", uint16(7), 640)
	f.Fuzz(func(t *testing.T, base, step, leap int64, a, b string, bits uint16, width int) {
		at := func(n int64) time.Time { return time.Unix(base+n*step, n%7) }
		s := Sheet{Title: a, Subtitle: b, Footer: a + b, Lang: b, Lanes: []Lane{{"x", a, b}, {"y", b, a}, {"z", "z", ""}}, Words: Words{Now: b}}
		tones := []Tone{Fact, Told, Good, Bad, Muted}
		lanes := []string{"x", "y", "z"}
		for i := range int64(bits%9 + 1) {
			sp := Span{at(i), at(i)}
			switch (bits >> i) % 4 {
			case 1:
				sp.To = sp.To.Add(time.Duration(leap) * time.Second)
			case 2:
				sp.From = time.Time{}
			case 3:
				sp.To = time.Time{}
			}
			s.Marks = append(s.Marks, Mark{Lane: lanes[i%3], At: sp, Label: a, Tip: b, Tone: tones[i%5], Hollow: i%2 == 0, Assumed: i%3 == 0})
			s.Arrows = append(s.Arrows, Arrow{From: lanes[i%3], To: lanes[(i+1+i%2)%3], At: sp, Label: b})
			s.Flags = append(s.Flags, Flag{Lane: "y", At: sp, Label: a, State: Due})
			s.Bands = append(s.Bands, Band{Lane: "z", From: sp, Kind: Prohibition, Label: b})
			s.Runs = append(s.Runs, Run{Lane: "x", From: at(i), To: at(i + 1)})
		}
		var out, words strings.Builder
		err := s.SVG(&out, Options{Width: width, Prefix: a, Link: func(kind, id string) string { return b }})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "timeline: ") || out.Len() > 0 {
				t.Fatalf("%v, %d bytes written", err, out.Len())
			}
			return
		}
		if err := s.Text(&words); err != nil {
			t.Fatal(err)
		}
		o := Options{Prefix: a}.or()
		if err := harmless(out.String(), o.Prefix); err != nil {
			t.Fatal(err)
		}
		if l, _ := s.Layout(Options{Width: width}); len(l.Overlaps()) > 0 {
			t.Fatalf("overlaps: %+v", l.Overlaps()[0])
		}
	})
}
