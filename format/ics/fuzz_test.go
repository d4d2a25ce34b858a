package ics

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/fault"
)

// FuzzWrite puts any texts into every field. What comes is refused with a
// reason and nothing written, or it is well formed and an independent reader
// gets the cleaned texts back.
func FuzzWrite(f *testing.F) {
	f.Add("u", "TOC-2026-0001: duty 1 due", "line\nline", "https://desk.example.org/c/1", "a", "b,c", int64(1795330260), int64(3600), int64(time.Hour), 0)
	f.Add("u@x", "x\r\nEND:VCALENDAR\r\n", "\\;,\\n", "", "", "\x00", int64(0), int64(0), int64(0), 7)
	f.Add(strings.Repeat("报", 60), "\u202egnp.exe", "\xff\xfe", "javascript:x", ";", ",", int64(-62135596799), int64(-1), int64(-1), -1)
	f.Add("\t", " ", "\r", "HTTP://EXAMPLE.org/?q=a,b;c", "\\", "\n", int64(253402300799), int64(1), int64(1), 1<<31-1)
	f.Add("u", "s", "", "", "", "", int64(0), int64(0), int64(math.MaxInt64), 0)
	f.Fuzz(func(t *testing.T, uid, summary, description, link, category, other string, start, length, lead int64, sequence int) {
		e := Event{
			UID: uid, Start: time.Unix(start, 0), Summary: summary, Description: description, URL: link,
			Categories: []string{category, other}, Alarm: []time.Duration{time.Duration(lead)}, Sequence: sequence, Status: Confirmed,
		}
		if length != 0 {
			e.End = time.Unix(start+length, 0)
		}
		c := Calendar{Name: summary, Stamp: stamp, Events: []Event{e}}
		var b bytes.Buffer
		if err := Write(&b, c); err != nil {
			if b.Len() > 0 || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "events[0].") {
				t.Fatalf("%v, %d bytes written", err, b.Len())
			}
			return
		}
		if err := strict(b.Bytes()); err != nil {
			t.Fatalf("%v in\n%q", err, b.String())
		}
		got := read(t, b.Bytes())
		want := Calendar{Name: clean(summary), Stamp: stamp, Events: []Event{{
			UID: uid, Start: e.Start, End: e.End, Summary: clean(summary), Description: clean(description),
			URL: got.Events[0].URL, Alarm: leads(e.Alarm), Sequence: sequence, Status: Confirmed,
		}}}
		for _, s := range e.Categories {
			if s = clean(s); s != "" {
				want.Events[0].Categories = append(want.Events[0].Categories, s)
			}
		}
		// The reader's URL type writes addresses its own way; the bytes are ours.
		if link != "" && !strings.Contains(strings.ReplaceAll(b.String(), "\r\n ", ""), "\r\nURL:"+link+"\r\n") {
			t.Fatalf("the address %q is not in\n%s", link, b.String())
		}
		// In the last second that a Duration can hold there is no room to round up.
		if lead > math.MaxInt64-int64(time.Second) {
			got.Events[0].Alarm = want.Events[0].Alarm
		}
		if d := cmp.Diff(want, got, byInstant); d != "" {
			t.Fatal(d)
		}
	})
}
