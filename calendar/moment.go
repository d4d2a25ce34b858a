package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Precision is the finest unit that a source states.
type Precision string

// The precisions, finest first. Nothing finer than a second is reckoned with,
// though a fraction that was stated is kept.
const (
	Second Precision = "second"
	Minute Precision = "minute"
	Hour   Precision = "hour"
	Day    Precision = "day"
	Month  Precision = "month"
)

// UnknownZone is the zone of a time whose source does not say where its clock
// hung: it can be any from −12:00 to +14:00.
const UnknownZone = "unknown"

// Moment is a time as a source states it. It always stands for an interval:
// the value 14:51 of precision minute is the closed interval from 14:51:00 to
// 14:51:59 of each zone that comes into question.
//
// Exactly one of three forms is filled in: Value; From and To; or one of
// NotBefore and NotAfter. Each is RFC 3339, or a local date-time, date or
// month, and then Zone says whose clock it was.
type Moment struct {
	Value     string    // "2021-11-24T14:51:00+08:00", "2021-11-24T14:51", "2021-11-24", "2021-11"
	Precision Precision // of Value; left out, it follows from the digits given
	From, To  string    // both ends included: a day as To runs to 23:59:59, a minute to second 59
	NotBefore string
	NotAfter  string
	Zone      []string // IANA names and offsets that come into question, or UnknownZone
	Likely    []string // zones that get readings of their own beside UnknownZone
}

// ParseMoment reads the plain-string form: RFC 3339, also without seconds
// (precision minute). A time without an offset is an error, since a string has
// no place for its zone.
func ParseMoment(s string) (Moment, error) {
	m := Moment{Value: s}
	if _, err := m.Span(); err != nil {
		return Moment{}, err
	}
	return m, nil
}

// IsZero reports whether the moment states nothing.
func (m Moment) IsZero() bool {
	return m.Value == "" && m.Precision == "" && m.From == "" && m.To == "" &&
		m.NotBefore == "" && m.NotAfter == "" && len(m.Zone) == 0 && len(m.Likely) == 0
}

// Grain is the precision that counts: the one stated, else what the digits of
// the value show. It is empty for the forms that have no value.
func (m Moment) Grain() Precision {
	if m.Precision != "" || m.Value == "" {
		return m.Precision
	}
	st, err := parseStamp(m.Value)
	if err != nil {
		return ""
	}
	return st.grain
}

// ends returns the two stamps that bound the moment, nil for an open side; at
// is the key that each was read from.
func (m Moment) ends() (from, to *stamp, err error) {
	read := func(key, s string) *stamp {
		if s == "" || err != nil {
			return nil
		}
		st, bad := parseStamp(s)
		if bad != nil {
			err = fmt.Errorf("%s %q: %w", key, s, bad)
			return nil
		}
		return &st
	}
	if m.Value != "" {
		from = read("value", m.Value)
		if err == nil && m.Precision != "" {
			*from, err = from.coarser(m.Precision)
		}
		return from, from, err
	}
	if m.NotBefore != "" {
		return read("not-before", m.NotBefore), nil, err
	}
	if m.NotAfter != "" {
		return nil, read("not-after", m.NotAfter), err
	}
	from, to = read("from", m.From), read("to", m.To)
	return from, to, err
}

// Validate reports the first thing wrong with the moment, naming the key.
func (m Moment) Validate() error {
	_, err := m.Span()
	return err
}

// shape checks which keys are filled in together, before any is read.
func (m Moment) shape() error {
	switch {
	case m.IsZero():
		return fmt.Errorf("time is empty: give value, from and to, not-before or not-after")
	case m.Value != "" && (m.From != "" || m.To != "" || m.NotBefore != "" || m.NotAfter != ""):
		return fmt.Errorf("value cannot stand beside from, to, not-before or not-after")
	case (m.From != "" || m.To != "") && (m.NotBefore != "" || m.NotAfter != ""):
		return fmt.Errorf("from and to cannot stand beside not-before or not-after")
	case m.NotBefore != "" && m.NotAfter != "":
		return fmt.Errorf("not-before and not-after are one-sided: write both ends as from and to")
	case m.From != "" && m.To == "":
		return fmt.Errorf("from has no to: an open end is written not-before")
	case m.To != "" && m.From == "":
		return fmt.Errorf("to has no from: an open beginning is written not-after")
	case m.Value == "" && m.From == "" && m.NotBefore == "" && m.NotAfter == "":
		return fmt.Errorf("time has no value, from and to, not-before or not-after")
	case m.Precision != "" && m.Value == "":
		return fmt.Errorf("precision belongs to value: the other forms say how exact they are by their ends")
	case !slices.Contains([]Precision{"", Second, Minute, Hour, Day, Month}, m.Precision):
		return fmt.Errorf("precision %q: want second, minute, hour, day or month", m.Precision)
	}
	return m.shapeZones()
}

func (m Moment) shapeZones() error {
	unknown := slices.Contains(m.Zone, UnknownZone)
	if unknown && len(m.Zone) > 1 {
		return fmt.Errorf("zone unknown stands alone: name the candidates under likely")
	}
	if len(m.Likely) > 0 && !unknown {
		return fmt.Errorf("likely belongs to zone unknown: a list of candidates is written under zone")
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"zone", m.Zone}, {"likely", m.Likely}} {
		for i, name := range list.names {
			if slices.Contains(list.names[:i], name) {
				return fmt.Errorf("%s %q is named twice", list.key, name)
			}
			if list.key == "zone" && name == UnknownZone {
				continue
			}
			if _, err := Zone(name); err != nil {
				return fmt.Errorf("%s: %w", list.key, err)
			}
		}
	}
	return nil
}

// Zones lists the zones that get readings of their own: each of a list of two
// or more, and each likely one.
func (m Moment) Zones() []string {
	if len(m.Likely) > 0 {
		return slices.Clone(m.Likely)
	}
	if len(m.Zone) > 1 {
		return slices.Clone(m.Zone)
	}
	return nil
}

// Location is where to print the moment: the offset that it carries, its one
// zone, or UTC when that is unknown or one of several.
func (m Moment) Location() *time.Location {
	if len(m.Zone) == 1 && m.Zone[0] != UnknownZone {
		if loc, err := Zone(m.Zone[0]); err == nil {
			return loc
		}
	}
	if len(m.Zone) == 0 {
		for _, s := range []string{m.Value, m.From, m.NotBefore, m.NotAfter} {
			if st, err := parseStamp(s); err == nil && st.zone != nil {
				return st.zone
			}
		}
	}
	return time.UTC
}

// Span is the interval in which the moment certainly lies: the union over the
// zones in question. Its times are in Location.
func (m Moment) Span() (Span, error) {
	if err := m.shape(); err != nil {
		return Span{}, err
	}
	if len(m.Zone) == 0 {
		s, err := m.spanOf(nil, "")
		return m.located(s), err
	}
	if m.Zone[0] == UnknownZone {
		// A likely zone in which the clocks never showed the time is a mistake
		// worth hearing of before a reading is asked for.
		for _, name := range m.Likely {
			if _, err := m.SpanIn(name); err != nil {
				return Span{}, err
			}
		}
		east, err := m.spanOf(time.FixedZone("", 14*3600), UnknownZone)
		if err != nil {
			return Span{}, err
		}
		west, err := m.spanOf(time.FixedZone("", -12*3600), UnknownZone)
		if err != nil {
			return Span{}, err
		}
		return m.located(Union(east, west)), nil
	}
	var spans []Span
	for _, name := range m.Zone {
		s, err := m.SpanIn(name)
		if err != nil {
			return Span{}, err
		}
		spans = append(spans, s)
	}
	return m.located(Union(spans...)), nil
}

// SpanIn is the interval if the clock hung in that zone, which must be one of
// those in question. Its times are in that zone.
func (m Moment) SpanIn(zone string) (Span, error) {
	if !slices.Contains(m.Zone, zone) && !slices.Contains(m.Likely, zone) || zone == UnknownZone {
		return Span{}, fmt.Errorf("zone %q is none of those in question (%s)", zone, strings.Join(append(slices.Clone(m.Zone), m.Likely...), ", "))
	}
	loc, err := Zone(zone)
	if err != nil {
		return Span{}, err
	}
	return m.spanOf(loc, zone)
}

// spanOf reads the moment by clocks in loc; nil when the values must carry
// their own offsets.
func (m Moment) spanOf(loc *time.Location, zone string) (Span, error) {
	from, to, err := m.ends()
	if err != nil {
		return Span{}, err
	}
	var out Span
	for _, st := range []*stamp{from, to} {
		if st == nil {
			continue
		}
		if st.zone == nil && loc == nil {
			return Span{}, fmt.Errorf("zone is missing: %q has no offset (zone may be unknown)", st.text)
		}
		if st.zone != nil && loc != nil {
			return Span{}, fmt.Errorf("zone cannot stand beside %q, which carries its own offset", st.text)
		}
	}
	if from != nil {
		s, err := from.span(loc, zone)
		if err != nil {
			return Span{}, err
		}
		out.Earliest = s.Earliest
	}
	if to != nil {
		s, err := to.span(loc, zone)
		if err != nil {
			return Span{}, err
		}
		out.Latest = s.Latest
	}
	if from != nil && to != nil && out.Latest.Before(out.Earliest) {
		return Span{}, fmt.Errorf("to %q is before from %q", m.To, m.From)
	}
	return out, nil
}

func (m Moment) located(s Span) Span {
	loc := m.Location()
	if !s.Earliest.IsZero() {
		s.Earliest = s.Earliest.In(loc)
	}
	if !s.Latest.IsZero() {
		s.Latest = s.Latest.In(loc)
	}
	return s
}
