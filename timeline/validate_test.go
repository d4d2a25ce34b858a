package timeline

import (
	"strings"
	"testing"
	"time"
)

func TestValidateSaysWhatIsWrongAndWhere(t *testing.T) {
	ok := exactly("2026-01-02")
	backwards := Span{utc("2026-01-03"), utc("2026-01-02")}
	for _, c := range []struct {
		name   string
		change func(*Sheet)
		want   string
	}{
		{"lane without an id", func(s *Sheet) { s.Lanes = append(s.Lanes, Lane{Title: "x"}) }, "timeline: lane 3 has no id"},
		{"lane twice", func(s *Sheet) { s.Lanes = append(s.Lanes, Lane{ID: "a"}) }, `timeline: lane "a" is given twice`},
		{"mark nowhere", func(s *Sheet) { s.Marks = []Mark{{ID: "m", Lane: "z", At: ok}} }, `timeline: mark "m" is in lane "z", which the sheet does not have`},
		{"mark without an id is counted", func(s *Sheet) { s.Marks = []Mark{{Lane: "z", At: ok}} }, `timeline: mark 1 is in lane "z", which the sheet does not have`},
		{"mark without a time", func(s *Sheet) { s.Marks = []Mark{{ID: "m", Lane: "a"}} }, `timeline: mark "m" has no time at all`},
		{"mark backwards", func(s *Sheet) { s.Marks = []Mark{{ID: "m", Lane: "a", At: backwards}} }, `timeline: mark "m" has its time end before it begins`},
		{"unknown tone", func(s *Sheet) { s.Marks = []Mark{{ID: "m", Lane: "a", At: ok, Tone: "pink"}} }, `timeline: mark "m" has the unknown tone "pink"`},
		{"a percent sign in an id is only text", func(s *Sheet) { s.Marks = []Mark{{ID: "50%d", Lane: "a"}} }, `timeline: mark "50%d" has no time at all`},
		{"arrow to nowhere", func(s *Sheet) { s.Arrows = []Arrow{{ID: "r", From: "a", To: "z", At: ok}} }, `timeline: arrow "r" is in lane "z", which the sheet does not have`},
		{"arrow to itself", func(s *Sheet) { s.Arrows = []Arrow{{ID: "r", From: "a", To: "a", At: ok}} }, `timeline: arrow "r" starts and ends in lane "a"`},
		{"unknown band", func(s *Sheet) { s.Bands = []Band{{ID: "b", Lane: "a", Kind: "ban"}} }, `timeline: band "b" has the unknown kind "ban"`},
		{"band backwards", func(s *Sheet) {
			s.Bands = []Band{{ID: "b", Lane: "a", Kind: Embargo, From: exactly("2026-02-01"), To: exactly("2026-01-01")}}
		}, `timeline: band "b" ends before it begins`},
		{"unknown state", func(s *Sheet) { s.Flags = []Flag{{ID: "f", Lane: "a", At: ok, State: "overdue"}} }, `timeline: flag "f" has the unknown state "overdue"`},
		{"run without a beginning", func(s *Sheet) { s.Runs = []Run{{ID: "r", Lane: "a", To: utc("2026-01-02")}} }, `timeline: run "r" has no beginning`},
		{"a year no calendar follows", func(s *Sheet) {
			s.Marks = []Mark{{ID: "m", Lane: "a", At: Instant(time.Date(200000, 1, 1, 0, 0, 0, 0, time.UTC))}}
		}, `timeline: mark "m" has its time out of range: the year 200000 is not between 2 and 9998`},
		{"now out of range", func(s *Sheet) { s.Now = time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC) }, `timeline: now: the year -5 is not between 2 and 9998`},
		{"too many lanes", func(s *Sheet) { s.Lanes = make([]Lane, 500) }, "timeline: 500 lanes are too many, the limit is 200"},
		{"too many signs", func(s *Sheet) { s.Marks = make([]Mark, 6000) }, "timeline: 6000 signs are too many, the limit is 5000"},
	} {
		s := Sheet{Lanes: []Lane{{ID: "a"}, {ID: "b"}}}
		c.change(&s)
		var b strings.Builder
		_, layout := s.Layout(Options{})
		for how, err := range map[string]error{"Validate": s.Validate(), "SVG": s.SVG(&b, Options{}), "Text": s.Text(&b), "Layout": layout} {
			if err == nil || err.Error() != c.want {
				t.Errorf("%s, %s: %v, want %s", c.name, how, err, c.want)
			}
		}
		if b.Len() > 0 {
			t.Errorf("%s: something was written all the same", c.name)
		}
	}
}

func TestValidSheetsPass(t *testing.T) {
	for name, s := range sheets() {
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
