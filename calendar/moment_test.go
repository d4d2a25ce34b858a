package calendar

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMomentSpans(t *testing.T) {
	both := []string{"Asia/Shanghai", "America/New_York"}
	for _, c := range []struct {
		name             string
		m                Moment
		earliest, latest string // RFC 3339 in Location, "" for an open side
	}{
		{"an instant", Moment{Value: "2021-11-24T14:51:07+08:00"}, "2021-11-24T14:51:07+08:00", "2021-11-24T14:51:07+08:00"},
		{"a fraction is kept", Moment{Value: "2021-11-24T14:51:07.25Z"}, "2021-11-24T14:51:07.25Z", "2021-11-24T14:51:07.25Z"},
		{"minutes and an offset", Moment{Value: "2026-12-24T16:20+01:00"}, "2026-12-24T16:20:00+01:00", "2026-12-24T16:20:59+01:00"},
		{"a minute in a zone", Moment{Value: "2021-11-24T14:51", Precision: Minute, Zone: []string{"Asia/Shanghai"}}, "2021-11-24T14:51:00+08:00", "2021-11-24T14:51:59+08:00"},
		{"an hour", Moment{Value: "2021-11-24T14:51", Precision: Hour, Zone: []string{"+08:00"}}, "2021-11-24T14:00:00+08:00", "2021-11-24T14:59:59+08:00"},
		{"a day from its digits", Moment{Value: "2021-11-24", Zone: []string{"Asia/Shanghai"}}, "2021-11-24T00:00:00+08:00", "2021-11-24T23:59:59+08:00"},
		{"a day of 25 hours", Moment{Value: "2026-10-25", Zone: []string{"Europe/Berlin"}}, "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00"},
		{"a month", Moment{Value: "2024-02", Zone: []string{"UTC"}}, "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"},
		{"December", Moment{Value: "2021-12", Precision: Month, Zone: []string{"UTC"}}, "2021-12-01T00:00:00Z", "2021-12-31T23:59:59Z"},
		{"an instant that is only a day", Moment{Value: "2021-11-26T00:00:00Z", Precision: Day}, "2021-11-26T00:00:00Z", "2021-11-26T23:59:59Z"},
		{"that day in its own offset", Moment{Value: "2021-11-26T23:30:00-05:00", Precision: Day}, "2021-11-26T00:00:00-05:00", "2021-11-26T23:59:59-05:00"},
		{"seconds stated as a minute", Moment{Value: "2021-11-26T10:11:12Z", Precision: Minute}, "2021-11-26T10:11:00Z", "2021-11-26T10:11:59Z"},
		{"unknown zone", Moment{Value: "2021-11-24T14:51", Zone: []string{UnknownZone}}, "2021-11-24T00:51:00Z", "2021-11-25T02:51:59Z"},
		{"unknown zone, with likely ones", Moment{Value: "2021-11-24T14:51", Zone: []string{UnknownZone}, Likely: both}, "2021-11-24T00:51:00Z", "2021-11-25T02:51:59Z"},
		{"candidates", Moment{Value: "2021-11-24T14:51", Zone: both}, "2021-11-24T06:51:00Z", "2021-11-24T19:51:59Z"},
		{"from day to day", Moment{From: "2021-11-24", To: "2021-11-26", Zone: []string{"+08:00"}}, "2021-11-24T00:00:00+08:00", "2021-11-26T23:59:59+08:00"},
		{"from minute to minute", Moment{From: "2021-11-24T14:51", To: "2021-11-24T15:00", Zone: []string{"+08:00"}}, "2021-11-24T14:51:00+08:00", "2021-11-24T15:00:59+08:00"},
		{"from instant to instant", Moment{From: "2021-11-24T14:51:00+08:00", To: "2021-11-24T15:00:00Z"}, "2021-11-24T14:51:00+08:00", "2021-11-24T23:00:00+08:00"},
		{"not before a day", Moment{NotBefore: "2021-11-24", Zone: []string{"UTC"}}, "2021-11-24T00:00:00Z", ""},
		{"not after a day", Moment{NotAfter: "2021-11-24", Zone: []string{"UTC"}}, "", "2021-11-24T23:59:59Z"},
		{"not after, zone unknown", Moment{NotAfter: "2021-11-24T14:51", Zone: []string{UnknownZone}, Likely: both}, "", "2021-11-25T02:51:59Z"},
		{"not after an instant", Moment{NotAfter: "2021-11-24T14:51:00Z"}, "", "2021-11-24T14:51:00Z"},
		{"an hour that came twice", Moment{Value: "2026-10-25T02:30", Zone: []string{"Europe/Berlin"}}, "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:59+01:00"},
		{"an hour of which half was skipped", Moment{Value: "2026-10-04T02:00", Precision: Hour, Zone: []string{"Australia/Lord_Howe"}}, "2026-10-04T02:30:00+11:00", "2026-10-04T02:59:59+11:00"},
		{"an instant that came twice", Moment{Value: "2026-10-25T02:30:00", Zone: []string{"Europe/Berlin"}}, "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := c.m.Span()
			if err != nil {
				t.Fatal(err)
			}
			show := func(at time.Time) string {
				if at.IsZero() {
					return ""
				}
				return at.Format(time.RFC3339Nano)
			}
			if diff := cmp.Diff([]string{c.earliest, c.latest}, []string{show(s.Earliest), show(s.Latest)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Each bad combination has a sentence of its own that names the key.
func TestMomentValidateNamesTheKey(t *testing.T) {
	unknown := []string{UnknownZone}
	for _, c := range []struct {
		m    Moment
		want string
	}{
		{Moment{}, "time is empty"},
		{Moment{Zone: unknown}, "time has no value"},
		{Moment{Value: "x", From: "y"}, "value cannot stand beside from"},
		{Moment{From: "x", To: "y", NotAfter: "z"}, "from and to cannot stand beside"},
		{Moment{NotBefore: "x", NotAfter: "y"}, "one-sided"},
		{Moment{From: "2021-11-24", Zone: unknown}, "from has no to"},
		{Moment{To: "2021-11-24", Zone: unknown}, "to has no from"},
		{Moment{From: "2021-11-24", To: "2021-11-25", Precision: Day, Zone: unknown}, "precision belongs to value"},
		{Moment{Value: "2021-11-24", Precision: "week", Zone: unknown}, `precision "week": want second`},
		{Moment{Value: "2021-11-24", Precision: Minute, Zone: unknown}, `precision minute is finer than the value`},
		{Moment{Value: "2021-11", Precision: Day, Zone: unknown}, `precision day is finer`},
		{Moment{Value: "2021-11-24T14:51"}, "zone is missing"},
		{Moment{From: "2021-11-24T14:51:00Z", To: "2021-11-25"}, "zone is missing"},
		{Moment{From: "2021-11-24T14:51:00Z", To: "2021-11-25", Zone: unknown}, "zone cannot stand beside"},
		{Moment{Value: "2021-11-24T14:51:00Z", Zone: unknown}, "zone cannot stand beside"},
		{Moment{Value: "2021-11-24", Zone: []string{"unknown", "UTC"}}, "zone unknown stands alone"},
		{Moment{Value: "2021-11-24", Zone: []string{"UTC"}, Likely: []string{"UTC"}}, "likely belongs to zone unknown"},
		{Moment{Value: "2021-11-24T10:00:00Z", Likely: []string{"UTC"}}, "likely belongs to zone unknown"},
		{Moment{Value: "2021-11-24", Zone: []string{"Mars/Base"}}, `zone: zone "Mars/Base" is unknown`},
		{Moment{Value: "2021-11-24", Zone: unknown, Likely: []string{"Mars/Base"}}, `likely: zone "Mars/Base" is unknown`},
		{Moment{Value: "2021-11-24", Zone: unknown, Likely: []string{UnknownZone}}, `likely: zone "unknown"`},
		{Moment{Value: "2021-11-24", Zone: []string{"UTC", "UTC"}}, `zone "UTC" is named twice`},
		{Moment{Value: "2021-11-31", Zone: unknown}, `value "2021-11-31": is no real date`},
		{Moment{Value: "2021-11-24T24:00", Zone: unknown}, "is no real date and time"},
		{Moment{Value: "yesterday", Zone: unknown}, `value "yesterday": want RFC 3339`},
		{Moment{NotAfter: "2021", Zone: unknown}, `not-after "2021": want RFC 3339`},
		{Moment{NotBefore: "24.11.2021", Zone: unknown}, `not-before "24.11.2021"`},
		{Moment{From: "2021-11-24", To: "soon", Zone: unknown}, `to "soon"`},
		{Moment{From: "soon", To: "2021-11-24", Zone: unknown}, `from "soon"`},
		{Moment{From: "2021-11-25", To: "2021-11-24", Zone: unknown}, `to "2021-11-24" is before from`},
		{Moment{Value: "2026-03-29T02:30", Zone: []string{"Europe/Berlin"}}, "does not exist in zone Europe/Berlin"},
		{Moment{Value: "2026-03-29T02:30", Zone: unknown, Likely: []string{"Europe/Berlin"}}, "does not exist in zone Europe/Berlin"},
		{Moment{Value: "2021-11-24T14:51:00+15:00"}, "more than 14 hours"},
		{Moment{Value: "2021-11-24T14:51:60Z"}, "is no real date and time"},
		{Moment{Value: "0001-01-01T00:00:00Z"}, "before the year 1000"},
		{Moment{Value: "2021-11-24T14:51:00,5Z"}, "want RFC 3339"},
		{Moment{Value: "2021-11-24 14:51:00Z"}, "want RFC 3339"},
		{Moment{Value: "2021-11-24Z"}, "want RFC 3339"},
	} {
		err := c.m.Validate()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v; want an error with %q", c.m, err, c.want)
		}
		if _, err := c.m.MarshalJSON(); err == nil && !c.m.IsZero() {
			t.Errorf("%+v was written although it is invalid", c.m)
		}
	}
}

func TestParseMomentTakesTheStringForm(t *testing.T) {
	for text, grain := range map[string]Precision{
		"2021-11-24T14:51:07+08:00": Second,
		"2021-11-24T14:51:07.5Z":    Second,
		"2026-12-24T16:20+01:00":    Minute,
		"2026-12-24T16:20Z":         Minute,
	} {
		m, err := ParseMoment(text)
		if err != nil || m.Grain() != grain || m.String() != text {
			t.Errorf("%s: %v, grain %s, %v", text, m, m.Grain(), err)
		}
	}
	for _, bad := range []string{"", "2021-11-24", "2021-11-24T14:51", "2021-11", "now", "2021-11-24T14+08:00"} {
		if m, err := ParseMoment(bad); err == nil {
			t.Errorf("%q was read as %v", bad, m)
		}
	}
}

// The zones that get readings of their own, and where to print.
func TestMomentZonesAndLocation(t *testing.T) {
	for _, c := range []struct {
		m        Moment
		zones    []string
		location string
	}{
		{Moment{Value: "2021-11-24T14:51:00+08:00"}, nil, "+08:00"},
		{Moment{Value: "2021-11-24T14:51:00Z"}, nil, "UTC"},
		{Moment{From: "2021-11-24T14:51:00-05:00", To: "2021-11-24T23:00:00Z"}, nil, "-05:00"},
		{Moment{Value: "2021-11-24", Zone: []string{"Asia/Shanghai"}}, nil, "Asia/Shanghai"},
		{Moment{Value: "2021-11-24", Zone: []string{"UTC", "Asia/Shanghai"}}, []string{"UTC", "Asia/Shanghai"}, "UTC"},
		{Moment{Value: "2021-11-24", Zone: []string{UnknownZone}}, nil, "UTC"},
		{Moment{Value: "2021-11-24", Zone: []string{UnknownZone}, Likely: []string{"Asia/Shanghai"}}, []string{"Asia/Shanghai"}, "UTC"},
	} {
		if got := c.m.Zones(); !reflect.DeepEqual(got, c.zones) {
			t.Errorf("%v: zones %v, want %v", c.m, got, c.zones)
		}
		if got := c.m.Location().String(); got != c.location {
			t.Errorf("%v: location %s, want %s", c.m, got, c.location)
		}
	}
	// Changing what Zones returned leaves the moment as it was.
	m := Moment{Value: "2021-11-24", Zone: []string{"UTC", "Asia/Shanghai"}}
	m.Zones()[0] = "x"
	if m.Zone[0] != "UTC" {
		t.Error("Zones gave away its own list")
	}
}

// Trap 1 once more: each likely zone has its own span, inside the whole one.
func TestSpanInEachCandidate(t *testing.T) {
	m := Moment{Value: "2021-11-24T14:51", Zone: []string{UnknownZone}, Likely: []string{"Asia/Shanghai", "America/New_York"}}
	whole, err := m.Span()
	if err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]string{
		"Asia/Shanghai":    "2021-11-24T14:51:00+08:00/2021-11-24T14:51:59+08:00",
		"America/New_York": "2021-11-24T14:51:00-05:00/2021-11-24T14:51:59-05:00",
	} {
		s, err := m.SpanIn(zone)
		if err != nil || s.String() != want {
			t.Errorf("%s: %s, %v; want %s", zone, s, err, want)
		}
		if !whole.Contains(s.Earliest) || !whole.Contains(s.Latest) {
			t.Errorf("%s: %s lies outside %s", zone, s, whole)
		}
	}
	for _, bad := range []string{"Europe/Berlin", UnknownZone, "", "Mars/Base"} {
		if s, err := m.SpanIn(bad); err == nil {
			t.Errorf("%q gave %s", bad, s)
		}
	}
}

func TestMomentJSONForms(t *testing.T) {
	for text, want := range map[string]Moment{
		`"2021-11-24T14:51:00+08:00"`:                        {Value: "2021-11-24T14:51:00+08:00"},
		`{"value":"2021-11-26T00:00:00Z","precision":"day"}`: {Value: "2021-11-26T00:00:00Z", Precision: Day},
		`{"value":"2021-11-24T14:51","precision":"minute","zone":"unknown","likely":["Asia/Shanghai","America/New_York"]}`: {Value: "2021-11-24T14:51", Precision: Minute, Zone: []string{UnknownZone}, Likely: []string{"Asia/Shanghai", "America/New_York"}},
		`{"value":"2021-11-24","zone":["Asia/Shanghai","UTC"]}`:                                                            {Value: "2021-11-24", Zone: []string{"Asia/Shanghai", "UTC"}},
		`{"from":"2021-11-24","to":"2021-11-25","zone":"+08:00"}`:                                                          {From: "2021-11-24", To: "2021-11-25", Zone: []string{"+08:00"}},
		`{"from":"2021-11-24T10:00:00Z","to":"2021-11-25T10:00:00Z"}`:                                                      {From: "2021-11-24T10:00:00Z", To: "2021-11-25T10:00:00Z"},
		`{"not-before":"2021-11-24","zone":"UTC"}`:                                                                         {NotBefore: "2021-11-24", Zone: []string{"UTC"}},
		`{"not-after":"2021-11-24T14:51","zone":"unknown","likely":"UTC"}`:                                                 {NotAfter: "2021-11-24T14:51", Zone: []string{UnknownZone}, Likely: []string{"UTC"}},
		`null`: {},
	} {
		var m Moment
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
		if data, err := json.Marshal(m); err != nil || string(data) != text {
			t.Errorf("%s was written back as %s, %v", text, data, err)
		}
	}
	for text, reason := range map[string]string{
		`{"value":"2021-11-24","zones":"UTC"}`: "unknown field",
		`{"value":"2021-11-24","zone":7}`:      "name or a list",
		`{"value":"2021-11-24"}`:               "zone is missing",
		`"2021-11-24"`:                         "zone is missing",
		`17`:                                   "time:",
		`[]`:                                   "time:",
		`{}`:                                   "time is empty",
		`""`:                                   "time is empty",
	} {
		m := Moment{Value: "kept"}
		err := json.Unmarshal([]byte(text), &m)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v; want an error with %q", text, err, reason)
		}
		if m.Value != "kept" {
			t.Errorf("%s: a failed read changed the moment", text)
		}
	}
}

func TestMomentStringSaysItAll(t *testing.T) {
	for want, m := range map[string]Moment{
		"2021-11-24T14:51:00Z":                 {Value: "2021-11-24T14:51:00Z"},
		"":                                     {},
		`{"not-after":"2021-11","zone":"UTC"}`: {NotAfter: "2021-11", Zone: []string{"UTC"}},
		`(zone is missing: "2021-11" has no offset (zone may be unknown))`: {NotAfter: "2021-11"},
	} {
		if got := m.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
