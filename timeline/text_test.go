package timeline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func text(t *testing.T, s Sheet) string {
	t.Helper()
	var b strings.Builder
	if err := s.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The text form of a small case, word for word.
func TestTextOfASmallCase(t *testing.T) {
	want := `Who knew what, when · TOC-2026-0007
A kept record.
Times in UTC.
now: 19 Sep 2026 08:00

Finder
  - 14 Sep 2026 09:05: flaw found
  - 14 Sep 2026 10:12: tells Acme Networks: report by mail

Acme Networks (vendor, DE)
  - 14 Sep 2026 10:12: told by Finder: report by mail
  - from 14 Sep 2026 10:12 to 18 Sep 2026 16:30: embargo: embargo agreed with the finder
  - 15 Sep 2026 13:00: aware of exploitation (leak, attack or sanction)
  - 16 Sep 2026 11:20: tells Single reporting platform: early warning
  - 16 Sep 2026 13:00: due, done in time: early warning, 24 h
  - 18 Sep 2026 13:00: due, done late or not yet: notification, 72 h
  - from 18 Sep 2026 13:00 to 18 Sep 2026 20:00: from due to done
  - 18 Sep 2026 16:30: fix released (fix or publication)

Single reporting platform (authority)
  - 16 Sep 2026 11:20: told by Acme Networks: early warning
`
	if diff := cmp.Diff(want, text(t, small3())); diff != "" {
		t.Error(diff)
	}
}

// What is not certain is said, and never more than is known.
func TestTextIsHonestAboutTime(t *testing.T) {
	for _, c := range []struct {
		name string
		at   Span
		want string
	}{
		{"instant", exactly("2021-12-06T23:13:21Z"), "6 Dec 2021 23:13:21"},
		{"minute", exactly("2021-11-24T14:51:00Z"), "24 Nov 2021 14:51"},
		{"a time to the minute", between("2021-11-24T06:51:00Z", "2021-11-24T06:51:59Z"), "24 Nov 2021 06:51"},
		{"a minute that begins elsewhere is not rounded", between("2021-11-24T06:51:01Z", "2021-11-24T06:52:00Z"), "between 24 Nov 2021 06:51:01 and 24 Nov 2021 06:52"},
		{"a whole day to the next midnight", onDay("2021-12-10"), "10 Dec 2021"},
		{"a whole day to its last second", between("2021-12-10T00:00:00Z", "2021-12-10T23:59:59Z"), "10 Dec 2021"},
		{"a day of another zone is not rounded", between("2021-12-09T16:00:00Z", "2021-12-10T16:00:00Z"), "between 9 Dec 2021 16:00 and 10 Dec 2021 16:00"},
		{"open beginning", Span{To: utc("2021-11-24T14:51:00Z")}, "no later than 24 Nov 2021 14:51"},
		{"open end", Span{From: utc("2021-11-24T14:51:00Z")}, "not before 24 Nov 2021 14:51"},
	} {
		got := text(t, Sheet{Lanes: []Lane{{ID: "a", Title: "A"}}, Marks: []Mark{{Lane: "a", At: c.at, Label: "x"}}})
		if !strings.Contains(got, "  - "+c.want+": x\n") {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

func TestTextNamesClaimsAssumptionsAndConditions(t *testing.T) {
	got := text(t, Sheet{Lanes: []Lane{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}, {ID: "c", Title: "C"}},
		Marks:  []Mark{{Lane: "a", At: exactly("2026-01-02"), Label: "aware", Hollow: true, Assumed: true}},
		Arrows: []Arrow{{From: "a", To: "b", At: exactly("2026-01-03"), Dashed: true}},
		Bands: []Band{{Lane: "b", Kind: Prohibition, Label: "silence", Conditional: true}, {Lane: "b", Kind: Window, To: exactly("2026-01-09")},
			{Lane: "b", Kind: Suspension, From: exactly("2026-01-08")}},
		Runs: []Run{{Lane: "b", From: utc("2026-01-05")}}})
	for _, want := range []string{"aware (disputed or a claim; assumed)", "told by A (disputed or a claim)", "from …, goes on: prohibition: silence (only if the stated assumption holds)",
		"already running, to 9 Jan 2026 00:00: window", "from 8 Jan 2026 00:00, goes on: suspension", "from 5 Jan 2026 00:00, goes on: from due to done, by outside or disputed sources", "C\n  - nothing recorded"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// Lines come in the order of the earliest time at which each can have been.
func TestTextIsInTimeOrder(t *testing.T) {
	got := text(t, Sheet{Lanes: []Lane{{ID: "a"}}, Marks: []Mark{
		{Lane: "a", At: exactly("2026-01-05"), Label: "third"},
		{Lane: "a", At: Span{To: utc("2026-01-04")}, Label: "second"},
		{Lane: "a", At: between("2026-01-01", "2026-02-01"), Label: "first"}}})
	if a, b, c := strings.Index(got, "first"), strings.Index(got, "second"), strings.Index(got, "third"); a > b || b > c {
		t.Error(got)
	}
}

func TestTextUsesTheSheetsZone(t *testing.T) {
	got := text(t, Sheet{Zone: time.FixedZone("UTC+8", 8*3600), Lanes: []Lane{{ID: "a"}}, Marks: []Mark{{Lane: "a", At: exactly("2026-03-04T16:00:00Z"), Label: "due"}}})
	if !strings.Contains(got, "Times in UTC+8.") || !strings.Contains(got, "5 Mar 2026 00:00: due") {
		t.Error(got)
	}
}

// The picture and the text say the same: every label of the one is in the
// other, and the description inside the picture is the text itself.
func TestTextHoldsEveryLabel(t *testing.T) {
	for name, s := range sheets() {
		got := text(t, s)
		var all []string
		for _, m := range s.Marks {
			all = append(all, m.Label)
		}
		for _, a := range s.Arrows {
			all = append(all, a.Label)
		}
		for _, f := range s.Flags {
			all = append(all, f.Label)
		}
		for _, b := range s.Bands {
			all = append(all, b.Label)
		}
		for _, l := range all {
			if !strings.Contains(got, l) {
				t.Errorf("%s: %q is not in the text", name, l)
			}
		}
		if d := svg(t, s, Options{}); !strings.Contains(d, escape(got)) {
			t.Errorf("%s: the picture's description is not the text form", name)
		}
	}
}
