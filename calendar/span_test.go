package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noonUTC = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// hours makes a span from hours after noon; open marks an open side.
const open = -999

func hours(from, to int) Span {
	var s Span
	if from != open {
		s.Earliest = noonUTC.Add(time.Duration(from) * time.Hour)
	}
	if to != open {
		s.Latest = noonUTC.Add(time.Duration(to) * time.Hour)
	}
	return s
}

func TestSpanOrder(t *testing.T) {
	for _, c := range []struct {
		name          string
		a, b          Span
		before, maybe bool
	}{
		{"apart", hours(0, 1), hours(2, 3), true, true},
		{"touching ends are not before", hours(0, 2), hours(2, 3), false, true},
		{"overlapping", hours(0, 3), hours(2, 4), false, true},
		{"the other way round", hours(2, 3), hours(0, 1), false, false},
		{"the same instant", hours(1, 1), hours(1, 1), false, false},
		{"open beginning may reach back", hours(open, 5), hours(0, 1), false, true},
		{"open beginning, and over in time", hours(open, 0), hours(1, 2), true, true},
		{"open end is never certainly before", hours(0, open), hours(1, 2), false, true},
		{"open end of the other is no help", hours(0, 1), hours(2, open), true, true},
		{"open beginning of the other", hours(0, 1), hours(open, 3), false, true},
		{"both wholly open", Span{}, Span{}, false, true},
	} {
		if got := c.a.Before(c.b); got != c.before {
			t.Errorf("%s: Before %v", c.name, got)
		}
		if got := c.a.MaybeBefore(c.b); got != c.maybe {
			t.Errorf("%s: MaybeBefore %v", c.name, got)
		}
	}
}

func TestSpanMinMaxUnion(t *testing.T) {
	for _, c := range []struct {
		name            string
		in              []Span
		min, max, union Span
	}{
		{"none", nil, Span{}, Span{}, Span{}},
		{"one", []Span{hours(1, 2)}, hours(1, 2), hours(1, 2), hours(1, 2)},
		{"crossing", []Span{hours(0, 9), hours(3, 5)}, hours(0, 5), hours(3, 9), hours(0, 9)},
		{"an open end", []Span{hours(0, open), hours(3, 5)}, hours(0, 5), hours(3, open), hours(0, open)},
		{"an open beginning", []Span{hours(open, 4), hours(3, 5)}, hours(open, 4), hours(3, 5), hours(open, 5)},
		{"all open ends", []Span{hours(0, open), hours(3, open)}, hours(0, open), hours(3, open), hours(0, open)},
		{"open first and last", []Span{hours(open, open), hours(3, 5), hours(open, open)}, hours(open, 5), hours(3, open), hours(open, open)},
	} {
		for name, pair := range map[string][2]Span{"Min": {Min(c.in...), c.min}, "Max": {Max(c.in...), c.max}, "Union": {Union(c.in...), c.union}} {
			if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
				t.Errorf("%s: %s:\n%s", c.name, name, diff)
			}
		}
	}
}

var anySpan = rapid.Custom(func(t *rapid.T) Span {
	a := rapid.IntRange(-50, 50).Draw(t, "from")
	b := a + rapid.IntRange(0, 50).Draw(t, "length")
	if rapid.IntRange(0, 4).Draw(t, "open beginning") == 0 {
		a = open
	}
	if rapid.IntRange(0, 4).Draw(t, "open end") == 0 {
		b = open
	}
	return hours(a, b)
})

func TestSpanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anySpan.Draw(t, "a"), anySpan.Draw(t, "b")
		if a.Before(b) && (b.MaybeBefore(a) || !a.MaybeBefore(b)) {
			t.Fatalf("%s is certainly before %s and may also follow it", a, b)
		}
		if Min(a, b) != Min(b, a) || Max(a, b) != Max(b, a) {
			t.Fatal("order of arguments matters")
		}
		u := Union(a, b)
		for _, s := range []Span{a, b} {
			for _, at := range []time.Time{s.Earliest, s.Latest} {
				if !at.IsZero() && !u.Contains(at) {
					t.Fatalf("the union %s leaves out %s", u, at)
				}
			}
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back Span
		if err := json.Unmarshal(data, &back); err != nil || back != a {
			t.Fatalf("%s reads back as %s, %v", data, back, err)
		}
	})
}

func TestSpanJSON(t *testing.T) {
	data, err := json.Marshal(hours(open, 0))
	if err != nil || string(data) != `{"earliest":null,"latest":"2026-11-22T12:00:00Z"}` {
		t.Errorf("got %s, %v", data, err)
	}
	for _, bad := range []string{`{"earliest":"2026-11-22T12:00:00Z","latest":"2026-11-22T11:00:00Z"}`, `{"earliest":"noon"}`, `[]`} {
		var s Span
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
	if !Instant(noonUTC).Certain() || hours(0, 1).Certain() || hours(0, open).Certain() || (Span{}).Certain() {
		t.Error("Certain means one known instant")
	}
	if got := hours(open, 0).String(); got != "…/2026-11-22T12:00:00Z" {
		t.Errorf("String %s", got)
	}
}

// The end of a day is the day's own, also of the days on which clocks are moved.
func TestDayEnds(t *testing.T) {
	berlin, err := Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for day, hours := range map[string]int{"2022-03-27": 23, "2022-03-28": 24, "2022-10-30": 25} {
		d, err := ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		s := Span{Earliest: d.Start(berlin), Latest: d.End(berlin).Add(-time.Second)}
		got := DayEnds(s, berlin, false)
		if !got.Earliest.Equal(d.End(berlin)) || !got.Latest.Equal(d.End(berlin)) || got.Earliest.Sub(s.Earliest) != time.Duration(hours)*time.Hour {
			t.Errorf("%s ends %v to %v", day, got.Earliest, got.Latest)
		}
	}
	two := Span{Earliest: time.Date(2021, 12, 17, 0, 0, 0, 0, berlin), Latest: time.Date(2021, 12, 18, 23, 59, 59, 0, berlin)}
	if got := DayEnds(two, berlin, false); !got.Earliest.Equal(time.Date(2021, 12, 18, 0, 0, 0, 0, berlin)) || !got.Latest.Equal(time.Date(2021, 12, 19, 0, 0, 0, 0, berlin)) {
		t.Errorf("two days end %v to %v", got.Earliest, got.Latest)
	}
	noon := Instant(time.Date(2022, 3, 27, 12, 0, 0, 0, berlin))
	open := Span{Latest: noon.Latest}
	if DayEnds(noon, berlin, false) != noon || DayEnds(open, berlin, false) != open {
		t.Error("what is no day was made one")
	}
}
