package timeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDefaults(t *testing.T) {
	s := Sheet{Lanes: []Lane{{ID: "acme"}}, Marks: []Mark{{Lane: "acme", At: exactly("2026-01-02")}}, Arrows: nil}.tidy(Options{})
	if s.Zone != time.UTC || s.Lang != "en" || s.Words.Due != "due" || s.Lanes[0].Title != "acme" || s.Marks[0].Tone != Fact {
		t.Errorf("%+v", s)
	}
	o := Options{}.or()
	if o.Width != 1440 || o.Prefix != "tl" {
		t.Errorf("%+v", o)
	}
}

func TestPrefixesAreNames(t *testing.T) {
	for in, want := range map[string]string{"": "tl", "case7": "case7", "a-b": "a-b", "7a": "tl", "a b": "tl", `a"`: "tl", "é": "tl", "-a": "tl"} {
		if got := (Options{Prefix: in}).or().Prefix; got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestWhereASignStands(t *testing.T) {
	for _, c := range []struct {
		name  string
		s     Span
		point string
		first string
	}{
		{"an instant", exactly("2026-01-02T10:00:00Z"), "2026-01-02T10:00:00Z", "2026-01-02T10:00:00Z"},
		{"a day: its middle", onDay("2026-01-02"), "2026-01-02T12:00:00Z", "2026-01-02T00:00:00Z"},
		{"a day whose zone is not known: its middle", between("2026-01-01T10:00:00Z", "2026-01-03T12:00:00Z"), "2026-01-02T11:00:00Z", "2026-01-01T10:00:00Z"},
		{"longer: the end, by which it had happened", between("2026-01-02", "2026-01-09"), "2026-01-09T00:00:00Z", "2026-01-02T00:00:00Z"},
		{"no later than: that end", Span{To: utc("2026-01-02")}, "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"},
		{"not before: that end", Span{From: utc("2026-01-02")}, "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"},
	} {
		if got := c.s.point().Format(time.RFC3339); got != c.point {
			t.Errorf("%s: point %s, want %s", c.name, got, c.point)
		}
		if got := c.s.first().Format(time.RFC3339); got != c.first {
			t.Errorf("%s: first %s, want %s", c.name, got, c.first)
		}
	}
}

func TestZoomKeepsWhatTouchesTheWindow(t *testing.T) {
	o := Options{From: utc("2026-01-10"), To: utc("2026-01-20")}
	s := Sheet{Lanes: []Lane{{ID: "a"}, {ID: "b"}}, Footer: "Foot.", Now: utc("2026-03-01"),
		Marks:  []Mark{{ID: "in", Lane: "a", At: exactly("2026-01-15")}, {ID: "out", Lane: "a", At: exactly("2026-01-25")}, {ID: "long", Lane: "a", At: between("2026-01-01", "2026-02-01")}},
		Arrows: []Arrow{{ID: "edge", From: "a", To: "b", At: exactly("2026-01-20")}, {ID: "late", From: "a", To: "b", At: exactly("2026-01-21")}},
		Flags:  []Flag{{ID: "early", Lane: "a", At: exactly("2026-01-01"), State: Due}},
		Bands: []Band{{ID: "through", Lane: "a", Kind: Embargo, From: exactly("2026-01-01"), To: exactly("2026-02-01")}, {ID: "before", Lane: "a", Kind: Embargo, To: exactly("2026-01-05")},
			{ID: "always", Lane: "a", Kind: Embargo}},
		Runs: []Run{{ID: "on", Lane: "a", From: utc("2026-01-01")}, {ID: "gone", Lane: "a", From: utc("2026-01-01"), To: utc("2026-01-02")}},
	}
	got := s.tidy(o)
	var ids []string
	for _, m := range got.Marks {
		ids = append(ids, m.ID)
	}
	for _, a := range got.Arrows {
		ids = append(ids, a.ID)
	}
	for _, f := range got.Flags {
		ids = append(ids, f.ID)
	}
	for _, b := range got.Bands {
		ids = append(ids, b.ID)
	}
	for _, r := range got.Runs {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{"in", "edge", "through", "always", "on"}, ids); diff != "" {
		t.Error(diff)
	}
	if got.Footer != "Foot. 6 signs lie outside this window." {
		t.Errorf("footer %q", got.Footer)
	}
	if !got.Now.IsZero() {
		t.Error("now lies outside and is still drawn")
	}
	if b := got.Bands[0]; b.From != (Span{}) || b.To != (Span{}) {
		t.Errorf("a band through the whole window goes on at both rims: %+v", b)
	}
	if len(s.Marks) != 3 || s.Bands[0].From == (Span{}) {
		t.Error("zooming changed the caller's sheet")
	}
}

func TestLanguageTags(t *testing.T) {
	for in, want := range map[string]string{"": "en", "zh-Hans": "zh-Hans", `de" x="`: "dex", "é": "en"} {
		if got := langTag(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestNumbersAreShortAndSteady(t *testing.T) {
	for f, want := range map[float64]string{1: "1", 1.04: "1", 1.05000001: "1.1", -0.01: "0", 12.5: "12.5", -3: "-3"} {
		if got := num(f); got != want {
			t.Errorf("%v became %q, want %q", f, got, want)
		}
	}
}
