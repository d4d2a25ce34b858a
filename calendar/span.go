package calendar

import (
	"encoding/json"
	"fmt"
	"time"
)

// Span is a closed interval of instants, of second resolution. A zero Earliest
// is an open beginning (minus infinity), a zero Latest an open end (plus
// infinity). In JSON it is {"earliest": RFC 3339 or null, "latest": …}.
type Span struct {
	Earliest, Latest time.Time
}

// Instant is the span that holds t alone.
func Instant(t time.Time) Span { return Span{t, t} }

// Certain reports whether the span is one known instant.
func (s Span) Certain() bool { return !s.Earliest.IsZero() && s.Earliest.Equal(s.Latest) }

// Before reports whether s is certainly before o: the latest instant of s is
// known, the earliest of o is known, and the one precedes the other.
func (s Span) Before(o Span) bool {
	return !s.Latest.IsZero() && !o.Earliest.IsZero() && s.Latest.Before(o.Earliest)
}

// MaybeBefore reports whether s can be before o: some instant of s precedes
// some instant of o. An open side can always reach far enough.
func (s Span) MaybeBefore(o Span) bool {
	return s.Earliest.IsZero() || o.Latest.IsZero() || s.Earliest.Before(o.Latest)
}

// Contains reports whether t can be the instant meant.
func (s Span) Contains(t time.Time) bool {
	return (s.Earliest.IsZero() || !t.Before(s.Earliest)) && (s.Latest.IsZero() || !t.After(s.Latest))
}

// Min is the span of the earlier of several times, endpoint by endpoint. Open
// beginnings count as minus infinity, open ends as plus infinity; of no spans
// it is the wholly open span.
func Min(spans ...Span) Span {
	var out Span
	for i, s := range spans {
		if i == 0 {
			out = s
			continue
		}
		if s.Earliest.IsZero() || (!out.Earliest.IsZero() && s.Earliest.Before(out.Earliest)) {
			out.Earliest = s.Earliest
		}
		if !s.Latest.IsZero() && (out.Latest.IsZero() || s.Latest.Before(out.Latest)) {
			out.Latest = s.Latest
		}
	}
	return out
}

// Max is the span of the later of several times, endpoint by endpoint.
func Max(spans ...Span) Span {
	var out Span
	for i, s := range spans {
		if i == 0 {
			out = s
			continue
		}
		if !s.Earliest.IsZero() && (out.Earliest.IsZero() || s.Earliest.After(out.Earliest)) {
			out.Earliest = s.Earliest
		}
		if s.Latest.IsZero() || (!out.Latest.IsZero() && s.Latest.After(out.Latest)) {
			out.Latest = s.Latest
		}
	}
	return out
}

// Union is the smallest span that holds all of the spans: what is known when
// any one of them may be the right one.
func Union(spans ...Span) Span {
	return Span{Min(spans...).Earliest, Max(spans...).Latest}
}

// String writes the two ends, an open one as "…".
func (s Span) String() string {
	show := func(t time.Time) string {
		if t.IsZero() {
			return "…"
		}
		return t.Format(time.RFC3339Nano)
	}
	if s.Certain() {
		return show(s.Earliest)
	}
	return show(s.Earliest) + "/" + show(s.Latest)
}

type spanJSON struct {
	Earliest *time.Time `json:"earliest"`
	Latest   *time.Time `json:"latest"`
}

// MarshalJSON writes an open end as null.
func (s Span) MarshalJSON() ([]byte, error) {
	var out spanJSON
	if !s.Earliest.IsZero() {
		out.Earliest = &s.Earliest
	}
	if !s.Latest.IsZero() {
		out.Latest = &s.Latest
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads null or a missing key as an open end, and refuses an end
// before the beginning.
func (s *Span) UnmarshalJSON(data []byte) error {
	var in spanJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("span: %w", err)
	}
	var out Span
	if in.Earliest != nil {
		out.Earliest = *in.Earliest
	}
	if in.Latest != nil {
		out.Latest = *in.Latest
	}
	if !out.Earliest.IsZero() && !out.Latest.IsZero() && out.Latest.Before(out.Earliest) {
		return fmt.Errorf("span: latest %s is before earliest %s", out.Latest.Format(time.RFC3339), out.Earliest.Format(time.RFC3339))
	}
	*s = out
	return nil
}

// DayEnds turns a span that is whole days of a zone into the exclusive bound of
// the days that it leaves open: from the end of the first to the end of the last.
// A day is one of the calendar, of 23 to 25 hours where clocks are moved. anyZone
// tells that the days may be those of any zone. What is no whole day, and what is
// open on a side, stays as it is.
func DayEnds(s Span, loc *time.Location, anyZone bool) Span {
	if s.Earliest.IsZero() || s.Latest.IsZero() || s.Latest.Sub(s.Earliest) < 22*time.Hour {
		return s
	}
	first := s.Earliest.Add(24 * time.Hour)
	if !anyZone {
		first = DateOf(s.Earliest, loc).End(loc)
	}
	return Span{Earliest: first, Latest: s.Latest.Add(time.Second)}
}
