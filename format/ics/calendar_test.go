package ics

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tocsin/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	shanghai = time.FixedZone("", 8*3600)
	stamp    = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	due      = time.Date(2026, 11, 22, 14, 51, 0, 0, shanghai)
)

// plan is what the command line writes of a plan: opaque titles, the words for
// those who may open the case behind a link.
func plan() Calendar {
	return Calendar{
		Name: "Tocsin TOC-2026-0001", Stamp: stamp,
		Events: []Event{
			{
				UID: "7d0e9c1f@tocsin", Start: due, Summary: "TOC-2026-0001: duty 1 due",
				Description: "Open the case for what is due.\nOuter limit by the strictest reading; see the plan.",
				URL:         "https://desk.example.org/cases/TOC-2026-0001?duty=1;lang=en",
				Categories:  []string{"Tocsin", "due"}, Alarm: []time.Duration{time.Hour, 24 * time.Hour, time.Hour},
				Status: Confirmed,
			},
			{
				UID: "11aa22bb@tocsin", Start: time.Date(2026, 11, 25, 0, 0, 0, 0, shanghai), End: time.Date(2026, 12, 1, 0, 0, 0, 0, shanghai),
				Summary: "TOC-2026-0001: 窗口 1", Description: "保密期内不得对外发布；逗号, 分号; 反斜线\\ 都要转义。" + strings.Repeat("漏洞", 40),
				Sequence: 3, Status: Tentative,
			},
			{UID: "00000000@tocsin", Start: due.Add(-48 * time.Hour), Summary: "TOC-2026-0001: duty 2 withdrawn", Sequence: 1, Status: Cancelled},
		},
	}
}

func TestGolden(t *testing.T) {
	got := write(t, plan())
	path := filepath.Join("testdata", "plan.ics")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it, then run with -update\n%s", path, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
}

// byInstant compares times as instants: zones are given up on purpose.
var byInstant = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

// A reader written by others gets back what was meant, in order of start.
func TestAnIndependentReaderGetsTheSameValues(t *testing.T) {
	in := plan()
	got := read(t, write(t, in))
	want := plan()
	want.Events = []Event{in.Events[2], in.Events[0], in.Events[1]}
	want.Events[1].Alarm = []time.Duration{24 * time.Hour, time.Hour} // as they ring, each once
	if d := cmp.Diff(want, got, byInstant); d != "" {
		t.Error(d)
	}
}

// What every file and every event says, whatever the caller wanted.
func TestEveryEventIsPrivateAndTakesNoTime(t *testing.T) {
	out := string(write(t, plan()))
	head := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tocsin//Plan//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
	if !strings.HasPrefix(out, head) {
		t.Errorf("it begins\n%.200s", out)
	}
	for _, line := range []string{"CLASS:PRIVATE", "TRANSP:TRANSPARENT", "DTSTAMP:20261120T090000Z"} {
		if n := strings.Count(out, "\r\n"+line+"\r\n"); n != 3 {
			t.Errorf("%s stands %d times, want once an event", line, n)
		}
	}
	for _, never := range []string{"ORGANIZER", "ATTENDEE", "LOCATION", "TZID", "ATTACH"} {
		if strings.Contains(out, never) {
			t.Errorf("%s is in the file", never)
		}
	}
}

func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		start, end time.Time
		want       string
	}{
		"another zone becomes UTC":           {due, time.Time{}, "DTSTART:20261122T065100Z"},
		"a fraction is cut, never late":      {due.Add(999 * time.Millisecond), time.Time{}, "DTSTART:20261122T065100Z"},
		"an end":                             {due, due.Add(time.Hour), "DTSTART:20261122T065100Z\r\nDTEND:20261122T075100Z"},
		"an end at the start is an instant":  {due, due, "DTSTART:20261122T065100Z"},
		"an end in the same second as well":  {due, due.Add(time.Millisecond), "DTSTART:20261122T065100Z"},
		"an end across the second counts":    {due.Add(999 * time.Millisecond), due.Add(time.Second), "DTSTART:20261122T065100Z\r\nDTEND:20261122T065101Z"},
		"an early year has four digits":      {time.Date(33, 4, 3, 0, 0, 0, 0, time.UTC), time.Time{}, "DTSTART:00330403T000000Z"},
		"the last second that can be put so": {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Time{}, "DTSTART:99991231T235959Z"},
	} {
		out := string(write(t, Calendar{Stamp: stamp, Events: []Event{{UID: "u", Start: c.start, End: c.end}}}))
		if want := "\r\n" + c.want + "\r\nSEQUENCE:0\r\n"; !strings.Contains(out, want) {
			t.Errorf("%s: want %q in\n%s", name, want, out)
		}
	}
}

func TestRefusals(t *testing.T) {
	good := func(change func(*Event)) Calendar {
		e := Event{UID: "u", Start: due}
		change(&e)
		return Calendar{Stamp: stamp, Events: []Event{e}}
	}
	many := make([]Event, maxEvents+1)
	for name, c := range map[string]struct {
		in   Calendar
		want string
	}{
		"no event":            {Calendar{Stamp: stamp}, "at least one event"},
		"too many":            {Calendar{Stamp: stamp, Events: many}, "events: 10001 events are more"},
		"no stamp":            {Calendar{Events: []Event{{UID: "u", Start: due}}}, "stamp: a time is needed"},
		"no uid":              {good(func(e *Event) { e.UID = "" }), "events[0].uid: an event needs a UID"},
		"a uid of two lines":  {good(func(e *Event) { e.UID = "a\nb" }), "events[0].uid: "},
		"a hidden character":  {good(func(e *Event) { e.UID = "a\u200bb" }), "events[0].uid: "},
		"a uid twice":         {Calendar{Stamp: stamp, Events: []Event{{UID: "u", Start: due}, {UID: "u", Start: due}}}, `events[1].uid: "u" is already the UID of events[0]`},
		"no start":            {good(func(e *Event) { e.Start = time.Time{} }), "events[0].start: a time is needed"},
		"year 10000":          {good(func(e *Event) { e.Start = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }), "events[0].start: the year 10000"},
		"year 10000 in UTC":   {good(func(e *Event) { e.Start = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200)) }), "the year 10000"},
		"year 0":              {good(func(e *Event) { e.Start = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }), "the year 0"},
		"a late end":          {good(func(e *Event) { e.End = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) }), "events[0].end: the year 12000"},
		"the end first":       {good(func(e *Event) { e.End = due.Add(-time.Second) }), "events[0].end: the event would end before it starts"},
		"a script":            {good(func(e *Event) { e.URL = "javascript:alert(1)" }), "events[0].url: "},
		"a relative address":  {good(func(e *Event) { e.URL = "/cases/1" }), "not an absolute http or https address"},
		"no host":             {good(func(e *Event) { e.URL = "https:///x" }), "not an absolute http or https address"},
		"a line in a URL":     {good(func(e *Event) { e.URL = "https://a.example/\r\nATTENDEE:x" }), "must be percent-encoded"},
		"Chinese in a URL":    {good(func(e *Event) { e.URL = "https://a.example/报" }), "must be percent-encoded"},
		"an unparsable URL":   {good(func(e *Event) { e.URL = "https://a.example/%zz" }), "cannot be parsed"},
		"an alarm afterwards": {good(func(e *Event) { e.Alarm = []time.Duration{time.Hour, -time.Hour} }), "events[0].alarm[1]: "},
		"a negative sequence": {good(func(e *Event) { e.Sequence = -1 }), "events[0].sequence: "},
		"a huge sequence":     {good(func(e *Event) { e.Sequence = 1 << 31 }), "events[0].sequence: "},
		"an own status":       {good(func(e *Event) { e.Status = "confirmed" }), "events[0].status: "},
	} {
		var b bytes.Buffer
		err := Write(&b, c.in)
		switch {
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case fault.KindOf(err) != fault.Invalid:
			t.Errorf("%s: kind %s", name, fault.KindOf(err))
		case b.Len() > 0:
			t.Errorf("%s: refused, but %d bytes were written", name, b.Len())
		}
	}
	if err := Write(&bytes.Buffer{}, Calendar{Stamp: stamp}); !errors.Is(err, ErrNoEvents) {
		t.Errorf("an empty calendar gives %v", err)
	}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestAFailingWriterIsReported(t *testing.T) {
	if err := Write(brokenPipe{}, plan()); !errors.Is(err, errPipe) {
		t.Errorf("%v", err)
	}
}

// Law: the order in which events come does not matter, and the caller's slices
// stay as they were.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := plan()
		for i, n := 0, rapid.IntRange(0, 6).Draw(rt, "more"); i < n; i++ {
			c.Events = append(c.Events, Event{
				UID: string(rune('a' + i)), Start: due.Add(time.Duration(rapid.IntRange(-3, 3).Draw(rt, "hours")) * time.Hour),
				Alarm: rapid.SliceOf(rapid.SampledFrom([]time.Duration{0, 1, time.Second, time.Hour})).Draw(rt, "alarm"),
			})
		}
		var a, b bytes.Buffer
		if err := Write(&a, c); err != nil {
			rt.Fatal(err)
		}
		shuffled := Calendar{Name: c.Name, Stamp: c.Stamp, Events: rapid.Permutation(c.Events).Draw(rt, "order")}
		kept := slices.Clone(shuffled.Events)
		if err := Write(&b, shuffled); err != nil {
			rt.Fatal(err)
		}
		if a.String() != b.String() {
			rt.Fatal(cmp.Diff(a.String(), b.String()))
		}
		if d := cmp.Diff(kept, shuffled.Events); d != "" {
			rt.Fatalf("the caller's events changed: %s", d)
		}
	})
}
