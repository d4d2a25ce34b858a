package calendar

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyMoment makes valid moments of all forms.
var anyMoment = rapid.Custom(func(t *rapid.T) Moment {
	at := noonUTC.Add(time.Duration(rapid.IntRange(-4e8, 4e8).Draw(t, "second")) * time.Second)
	formats := map[string]string{"second": "2006-01-02T15:04:05", "minute": "2006-01-02T15:04", "day": "2006-01-02", "month": "2006-01"}
	digits := rapid.SampledFrom([]string{"second", "minute", "day", "month"}).Draw(t, "digits")
	local := rapid.Bool().Draw(t, "local")
	if !local && digits != "second" {
		digits = "minute"
	}
	write := func(at time.Time) string {
		s := at.Format(formats[digits])
		if !local {
			s += rapid.SampledFrom([]string{"Z", "+08:00", "-05:00", "+05:45"}).Draw(t, "offset")
		}
		return s
	}
	var m Moment
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		m.Value = write(at)
		order := []Precision{Second, Minute, Hour, Day, Month}
		least := map[string]int{"second": 0, "minute": 1, "day": 3, "month": 4}[digits]
		if rapid.Bool().Draw(t, "precision stated") {
			m.Precision = rapid.SampledFrom(order[least:]).Draw(t, "precision")
		}
	case 1:
		m.From, m.To = write(at), write(at.Add(time.Duration(rapid.IntRange(48, 9999).Draw(t, "hours"))*time.Hour))
	case 2:
		m.NotBefore = write(at)
	case 3:
		m.NotAfter = write(at)
	}
	if local {
		candidates := []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "+05:30", "UTC"}
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(candidates), 1, 3, rapid.ID[string])
		if rapid.Bool().Draw(t, "unknown") {
			m.Zone = []string{UnknownZone}
			if rapid.Bool().Draw(t, "likely") {
				m.Likely = some.Draw(t, "likely zones")
			}
		} else {
			m.Zone = some.Draw(t, "zones")
		}
	}
	if m.Validate() != nil {
		t.Skip("the clocks of a zone skipped the time")
	}
	return m
})

func TestMomentJSONLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoment.Draw(t, "moment")
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back Moment
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, m) {
			t.Fatalf("%+v → %s → %+v, %v", m, data, back, err)
		}
	})
}

func TestMomentSpanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoment.Draw(t, "moment")
		s, err := m.Span()
		if err != nil {
			t.Fatal(err)
		}
		if !s.Earliest.IsZero() && !s.Latest.IsZero() && s.Latest.Before(s.Earliest) {
			t.Fatalf("%v: %s runs backwards", m, s)
		}
		if (m.NotAfter != "") != s.Earliest.IsZero() || (m.NotBefore != "") != s.Latest.IsZero() {
			t.Fatalf("%v: %s is open on the wrong side", m, s)
		}
		// Each candidate lies within the whole.
		for _, zone := range m.Zones() {
			in, err := m.SpanIn(zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []time.Time{in.Earliest, in.Latest} {
				if !at.IsZero() && !s.Contains(at) {
					t.Fatalf("%v: in %s it is %s, outside %s", m, zone, in, s)
				}
			}
		}
		// A coarser precision never makes the interval smaller.
		if m.Value != "" && m.Grain() != Month {
			coarse := m
			coarse.Precision = Month
			wide, err := coarse.Span()
			if err != nil {
				t.Fatal(err)
			}
			if !wide.Contains(s.Earliest) || !wide.Contains(s.Latest) {
				t.Fatalf("%v: the month %s leaves out %s", m, wide, s)
			}
		}
	})
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"2021-11-24T14:51:07+08:00", "2026-12-24T16:20+01:00", "2021-11-24T14:51:07.5Z", "2021-11-24", "2021-11-24T23:59:60Z", "9999-12-31T23:59:59-14:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMoment(s)
		if err != nil {
			return
		}
		span, err := m.Span()
		if err != nil || span.Earliest.IsZero() || span.Latest.IsZero() || span.Latest.Before(span.Earliest) {
			t.Fatalf("%q: %s, %v", s, span, err)
		}
		// What has seconds is RFC 3339 for everybody.
		if m.Grain() == Second {
			at, err := time.Parse(time.RFC3339Nano, s)
			if err != nil || !at.Equal(span.Earliest) {
				t.Fatalf("%q: %s here, %s by the standard library, %v", s, span.Earliest, at, err)
			}
		}
	})
}

func FuzzMomentJSON(f *testing.F) {
	for _, s := range []string{
		`"2021-11-24T14:51:00+08:00"`,
		`{"value":"2021-11-24T14:51","precision":"minute","zone":"unknown","likely":["Asia/Shanghai","America/New_York"]}`,
		`{"from":"2021-11-24","to":"2021-11-25","zone":["+08:00","UTC"]}`,
		`{"not-after":"2021-11-24","zone":"unknown"}`, `null`, `{}`, `{"value":"2021-11","zone":[]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Moment
		if json.Unmarshal(data, &m) != nil {
			return
		}
		out, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("%s was read as %+v, which cannot be written: %v", data, m, err)
		}
		var back Moment
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%s → %s: %v", data, out, err)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(out) {
			t.Fatalf("%s → %s → %s, %v", data, out, again, err)
		}
	})
}
