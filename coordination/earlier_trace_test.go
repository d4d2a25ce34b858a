package coordination_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/calendar"
	"tocsin/coordination"
	"tocsin/earlier"
)

// A case on which the reader has no seat is not found by any of its words, and
// both stores are asked the same as for what is nowhere, warm and cold.
func TestNoSeatNothingEarlier(t *testing.T) {
	w := newOffice(t)
	asked := func(flaw, name string) coordination.EarlierAsked {
		return coordination.EarlierAsked{Report: earlier.Report{Flaws: []string{flaw}, Names: []string{name}, Received: calendar.Instant(monday.Add(time.Hour))}}
	}
	h := w.imports(ada, strings.Replace(gateway, "tlp: AMBER", "tlp: AMBER\nvulnerabilities: [CVE-2026-7]", 1))
	if err := w.watch.Project(w.ctx(), h); err != nil {
		t.Fatal(err)
	}
	want := ""
	for i, a := range []coordination.EarlierAsked{asked("CVE-2026-8", "Nowhere"), asked("CVE-2026-7", "Example Parser"), asked("CVE-2026-8", "Example Gateway"), asked("CVE-2026-7", "Example Parser")} {
		if i == 3 {
			w.see(ada, h)
		}
		var out *coordination.Earlier
		got := w.asked(func() {
			var err error
			if out, err = w.desk.Earlier(w.ctx(), ivan, a); err != nil {
				t.Fatal(err)
			}
		})
		if want == "" {
			want = got
		}
		if len(out.Members) != 0 || out.Cases != 0 || got != want {
			t.Errorf("%v: %+v after %s, not %s", a.Flaws, out, got, want)
		}
	}
	// The control: whoever runs the case finds it, and it costs more.
	var out *coordination.Earlier
	got := w.asked(func() {
		var err error
		if out, err = w.desk.Earlier(w.ctx(), ada, asked("CVE-2026-7", "Example Parser")); err != nil {
			t.Fatal(err)
		}
	})
	if out.Cases != 1 || out.Members[0].When != earlier.Before || got == want {
		t.Errorf("%+v after %s", out, got)
	}
}
