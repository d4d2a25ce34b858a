package coordination_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

func holdsWords(err error, words string) bool {
	var r *coordination.Refusal
	return strings.Contains(err.Error(), words) || errors.As(err, &r) && r.Code == words
}

// A manufacturer imports a case, sees it with its plan, adds what it knows, and
// exports the same file again.
func TestACaseFromImportToExport(t *testing.T) {
	w := newOffice(t)
	h := w.imports(ada, gateway)
	for _, ref := range []string{h, "TOC-GATEWAY"} {
		s, err := w.desk.See(w.ctx(), ada, ref)
		if err != nil {
			t.Fatal(err)
		}
		if s.Handle != h || s.Role != access.Owner || !s.View.All || s.Case.Title == "" || s.Version != 9 {
			t.Errorf("%s: version %d, role %s, %+v", ref, s.Version, s.Role, s.View)
		}
	}
	if state, _, ok := duty(w.plan(ada, h), "EU-CRA-14-2A-AEV24", "acme"); !ok || state != "awaiting-anchor" {
		t.Errorf("before any attack: %q", state)
	}
	w.seat(ada, h, coordination.SeatAsked{Org: "acme", Role: access.Owner, Party: "acme"})
	r, err := w.desk.AddEvent(w.ctx(), ada, h, event(`aware by=acme of=gateway how=told at=2026-11-20T09:00:00Z`), record.AnyVersion, "k")
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "e2" {
		t.Errorf("%+v", r)
	}
	s, err := w.desk.See(w.ctx(), ben, h)
	if err != nil {
		t.Fatal(err)
	}
	if e := s.Case.Event("e2"); e.Basis != "own" || e.RecordedAt == "" || !slices.Equal(s.Parties, []string{"acme"}) {
		t.Errorf("%+v %v", e, s.Parties)
	}
	for _, m := range s.Records {
		if m.ID == "e2" && m.By != "ada" {
			t.Errorf("recorded by %q", m.By)
		}
	}
	add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z`)
	if state, due, _ := duty(w.plan(ada, h), "EU-CRA-14-2A-AEV24", "acme"); state != "running" || !due.Equal(monday.Add(23*time.Hour)) {
		t.Errorf("attacked: %q %v", state, due)
	}
	again, err := w.desk.AddEvent(w.ctx(), ada, h, event(`aware by=acme of=gateway how=told at=2026-11-20T09:00:00Z`), record.AnyVersion, "k")
	if err != nil || !again.Replayed || again.ID != "e2" {
		t.Errorf("%+v %v", again, err)
	}
	_, err = w.desk.AddEvent(w.ctx(), ben, h, event(`aware by=acme of=gateway how=told at=2026-11-20T09:00:00Z`), 3, "k")
	wants(t, err, fault.Conflict, "at version")
	out, err := w.desk.Export(w.ctx(), ada, h, "yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse("again", out)
	if err != nil || c.Event("e2") == nil || c.Event("e1").Text != "words of the laboratory" {
		t.Errorf("%v %v", c, err)
	}
}

// add keeps an event, which must work, and gives its id.
func add(w *office, who access.Reader, ref, spec string) string {
	w.t.Helper()
	r, err := w.desk.AddEvent(w.ctx(), who, ref, event(spec), record.AnyVersion, "")
	if err != nil {
		w.t.Fatalf("%s: %v", spec, err)
	}
	return r.ID
}

func (w *office) see(who access.Reader, ref string) *coordination.Seen {
	w.t.Helper()
	s, err := w.desk.See(w.ctx(), who, ref)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}
