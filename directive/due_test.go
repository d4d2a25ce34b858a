package directive

import (
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/casefile"
)

// A limit is the last second within it, and the strict end of what is uncertain.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		m              calendar.Moment
		strict, latest string
	}{
		"a time of day":           {calendar.Moment{Value: "2021-12-23T17:00", Zone: []string{"America/New_York"}}, "2021-12-23T22:00:00Z", "2021-12-23T22:00:00Z"},
		"a time of day in RFC":    {calendar.Moment{Value: "2021-12-23T17:00:00-05:00"}, "2021-12-23T22:00:00Z", "2021-12-23T22:00:00Z"},
		"a day":                   {calendar.Moment{Value: "2026-06-30", Zone: []string{"Europe/Berlin"}}, "2026-06-30T21:59:59Z", "2026-06-30T21:59:59Z"},
		"a month":                 {calendar.Moment{Value: "2026-06", Zone: []string{"UTC"}}, "2026-06-30T23:59:59Z", "2026-06-30T23:59:59Z"},
		"an hour":                 {calendar.Moment{Value: "2026-06-30T17:00", Precision: calendar.Hour, Zone: []string{"UTC"}}, "2026-06-30T17:00:00Z", "2026-06-30T17:59:59Z"},
		"two zones":               {calendar.Moment{Value: "2026-06-30", Zone: []string{"Asia/Shanghai", "Europe/Berlin"}}, "2026-06-30T15:59:59Z", "2026-06-30T21:59:59Z"},
		"an unknown zone":         {calendar.Moment{Value: "2026-06-30", Zone: []string{"unknown"}}, "2026-06-30T09:59:59Z", "2026-07-01T11:59:59Z"},
		"one of several days":     {calendar.Moment{From: "2026-06-22", To: "2026-06-30", Zone: []string{"UTC"}}, "2026-06-22T23:59:59Z", "2026-06-30T23:59:59Z"},
		"a day with a short hour": {calendar.Moment{Value: "2026-03-29", Zone: []string{"Europe/Berlin"}}, "2026-03-29T21:59:59Z", "2026-03-29T21:59:59Z"},
	} {
		got, err := dueOf(casefile.Time{Moment: c.m})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s, l := got.Earliest.UTC().Format(time.RFC3339), got.Latest.UTC().Format(time.RFC3339); s != c.strict || l != c.latest {
			t.Errorf("%s: %s to %s, want %s to %s", name, s, l, c.strict, c.latest)
		}
	}
	for name, m := range map[string]calendar.Moment{
		"no end":     {NotBefore: "2026-06-30", Zone: []string{"UTC"}},
		"no zone":    {Value: "2026-06-30"},
		"no date":    {Value: "2026-02-30", Zone: []string{"UTC"}},
		"backwards":  {From: "2026-06-30", To: "2026-06-22", Zone: []string{"UTC"}},
		"no content": {},
	} {
		if got, err := dueOf(casefile.Time{Moment: m}); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A reminder lies a civil period before: a month that lacks the day gives its last.
func TestBefore(t *testing.T) {
	berlin, err := calendar.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	due := time.Date(2027, 3, 31, 23, 59, 59, 0, berlin)
	for p, want := range map[string]string{"P1M": "2027-02-28T23:59:59+01:00", "P1Y": "2026-03-31T23:59:59+02:00", "P1W": "2027-03-24T23:59:59+01:00", "PT72H": "2027-03-28T23:59:59+02:00", "P3D": "2027-03-28T23:59:59+02:00"} {
		period, err := calendar.ParsePeriod(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := before(due, period).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}

// Each line of a scope, for members of whom more or less is known.
func TestWhomALineReaches(t *testing.T) {
	d := &Directive{members: map[string]*Member{}}
	m := &Member{ID: "m", Kind: "unit", Groups: []string{"g"}, Sectors: []string{"water"}, PartOf: "top"}
	d.members["m"], d.members["top"] = m, &Member{ID: "top"}
	vague := &Member{ID: "v"}
	for name, c := range map[string]struct {
		line  Scope
		m     *Member
		want  reach
		given reach // what a person decided; out: nothing
	}{
		"all":                           {Scope{All: true}, vague, in, out},
		"its group":                     {Scope{Groups: []string{"f", "g"}}, m, in, out},
		"another group":                 {Scope{Groups: []string{"f"}}, m, out, out},
		"by name":                       {Scope{Members: []string{"m"}}, m, in, out},
		"by the name of the whole":      {Scope{Members: []string{"top"}}, m, out, out},
		"with units":                    {Scope{Members: []string{"top"}, Units: true}, m, in, out},
		"its sector":                    {Scope{Sectors: []string{"water"}}, m, in, out},
		"a sector that is not stated":   {Scope{Sectors: []string{"water"}}, vague, undecided, out},
		"a kind that is not stated":     {Scope{Kinds: []string{"unit"}}, vague, undecided, out},
		"its kind and another sector":   {Scope{Kinds: []string{"unit"}, Sectors: []string{"energy"}}, m, out, out},
		"words":                         {Scope{Condition: Text{"en": "x"}}, m, undecided, out},
		"words, decided":                {Scope{ID: "s", Condition: Text{"en": "x"}}, m, in, in},
		"words for another group":       {Scope{Condition: Text{"en": "x"}, Groups: []string{"f"}}, m, out, out},
		"a decision opens no list":      {Scope{ID: "s", Groups: []string{"f"}}, m, out, in},
		"excepted by name":              {Scope{All: true, Except: []Scope{{Members: []string{"m"}}}}, m, out, out},
		"excepted by words":             {Scope{All: true, Except: []Scope{{Condition: Text{"en": "x"}}}}, m, undecided, out},
		"an exception that may not fit": {Scope{All: true, Except: []Scope{{Sectors: []string{"x"}}}}, vague, undecided, out},
	} {
		decided := map[[2]string]reach{}
		if c.given != out {
			decided[[2]string{"s", c.m.ID}] = c.given
		}
		if got := d.reaches(&c.line, c.m, decided); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
