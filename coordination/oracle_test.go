package coordination_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// asked runs fn and tells what both stores were asked meanwhile.
func (w *office) asked(fn func()) string {
	w.lines.Calls()
	n := 0
	w.records.Before = func(int) error { n++; return nil }
	fn()
	w.records.Before = nil
	return fmt.Sprintf("%d of the record; %s", n, strings.Join(w.lines.Calls(), " "))
}

// What is not there and what is not the reader's cost the same statements in the
// same order and give the same error, by handle and by id, warm and cold, in
// every use of a case.
func TestNotThereIsNotYours(t *testing.T) {
	w := newOffice(t)
	h := w.imports(ada, gateway)
	missing := strings.Repeat("a", 26)
	uses := map[string]func(ref string) error{
		"see": func(ref string) error { _, err := w.desk.See(w.ctx(), ivan, ref); return err },
		"plan": func(ref string) error {
			_, err := w.desk.Plan(w.ctx(), ivan, ref, coordination.PlanOptions{WhatIf: []string{"leaked"}})
			return err
		},
		"preview": func(ref string) error {
			_, err := w.desk.PreviewEvent(w.ctx(), ivan, ref, event("commented by=acme"))
			return err
		},
		"add": func(ref string) error {
			_, err := w.desk.AddEvent(w.ctx(), ivan, ref, event("commented by=acme"), 1, "k")
			return err
		},
		"adopt": func(ref string) error { _, err := w.desk.Adopt(w.ctx(), ivan, ref, "e1", "", 1, "k"); return err },
		"state": func(ref string) error {
			_, err := w.desk.AddStatement(w.ctx(), ivan, ref, record.Statement{}, 1, "k")
			return err
		},
		"export":  func(ref string) error { _, err := w.desk.Export(w.ctx(), ivan, ref, "yaml"); return err },
		"receipt": func(ref string) error { _, err := w.desk.Receipt(w.ctx(), ivan, ref, "e1", "", nil); return err },
		"seats":   func(ref string) error { _, err := w.desk.Seats(w.ctx(), ivan, ref); return err },
		"give": func(ref string) error {
			_, err := w.desk.GiveSeat(w.ctx(), ivan, ref, coordination.SeatAsked{Org: "elsewhere", Role: access.Observes})
			return err
		},
		"take": func(ref string) error { return w.desk.TakeSeat(w.ctx(), ivan, ref, "x") },
		"erase": func(ref string) error {
			_, err := w.desk.AskErase(w.ctx(), ivan, ref, coordination.EraseAsked{})
			return err
		},
		"ask":     func(ref string) error { _, err := w.desk.AskExport(w.ctx(), ivan, ref); return err },
		"duty":    func(ref string) error { _, err := w.desk.Duty(w.ctx(), ivan, ref, "x", "en"); return err },
		"rely":    func(ref string) error { _, err := w.desk.Rely(w.ctx(), ivan, ref, "x", "", nil); return err },
		"reviews": func(ref string) error { _, err := w.desk.Reviews(w.ctx(), ivan, ref); return err },
	}
	for name, use := range uses {
		var want, words string
		for i, ref := range []string{missing, h, "TOC-GATEWAY", "TOC-NOWHERE", h} {
			if i == 4 {
				w.see(ada, h) // now the case is warm
			}
			var err error
			got := w.asked(func() { err = use(ref) })
			if fault.KindOf(err) != fault.NotFound {
				t.Fatalf("%s of %s: %v", name, ref, err)
			}
			if want == "" {
				want, words = got, err.Error()
			}
			if got != want || err.Error() != words {
				t.Errorf("%s of %s: %q after %s; of what is not there %q after %s", name, ref, err, got, words, want)
			}
		}
	}
	// The control: the reader whose case it is sees it, and is asked less.
	var s *coordination.Seen
	got := w.asked(func() { s = w.see(ada, h) })
	if s == nil || got != "1 of the record; SeatsAmong" {
		t.Errorf("a warm case costs %s", got)
	}
}

// A token that was not made for reading is refused before any case is looked for.
func TestATokenIsRefusedAlike(t *testing.T) {
	w := newOffice(t)
	h := w.imports(ada, gateway)
	tok := ivan
	tok.Scopes = []string{"open"}
	for _, ref := range []string{h, strings.Repeat("b", 26)} {
		var err error
		got := w.asked(func() { _, err = w.desk.See(w.ctx(), tok, ref) })
		wants(t, err, fault.Forbidden, "scope")
		if got != "0 of the record; " {
			t.Errorf("asked %s", got)
		}
	}
}

// A case that a name leads to among the reader's own cases hides no other one:
// two organisations may keep a case of the same id, and none can tell.
func TestTwoCasesOfOneName(t *testing.T) {
	w := newOffice(t)
	first := w.imports(ada, gateway)
	second, err := w.desk.Import(w.ctx(), mei, "case.yaml", []byte(strings.Replace(gateway, "A flaw", "Another flaw", 1)), "")
	if err != nil {
		t.Fatal("an importer is told of a hidden case:", err)
	}
	for who, want := range map[string]string{"ada": first, "mei": second.Handle} {
		reader := map[string]access.Reader{"ada": ada, "mei": mei}[who]
		s := w.see(reader, "TOC-GATEWAY")
		if s.Handle != want {
			t.Errorf("%s is led to %s", who, s.Handle)
		}
		out, err := w.desk.Export(w.ctx(), reader, "TOC-GATEWAY", "yaml")
		if err != nil || !strings.Contains(string(out), "case: TOC-GATEWAY") {
			t.Errorf("%s %v", out, err)
		}
	}
	_, err = w.desk.Import(w.ctx(), ben, "case.yaml", []byte(gateway), "")
	wants(t, err, fault.Conflict, "among yours")
	if err := w.keeper.Rebuild(w.ctx()); err != nil {
		t.Fatal(err)
	}
	rep, err := w.keeper.Audit(w.ctx(), nil)
	if err != nil || len(rep.Findings) > 0 || rep.Cases != 2 {
		t.Errorf("%+v %v", rep, err)
	}
	if s := w.see(mei, "TOC-GATEWAY"); s.Handle != second.Handle {
		t.Error("the rebuilt projection leads elsewhere")
	}
}

// An import that is sent again with its key is one case; another file under the
// key is refused.
func TestImportAgain(t *testing.T) {
	w := newOffice(t)
	one, err := w.desk.Import(w.ctx(), ada, "case.yaml", []byte(gateway), "key")
	if err != nil {
		t.Fatal(err)
	}
	two, err := w.desk.Import(w.ctx(), ada, "case.yaml", []byte(gateway), "key")
	if err != nil || two.Handle != one.Handle || !two.Replayed {
		t.Errorf("%+v %v", two, err)
	}
	_, err = w.desk.Import(w.ctx(), ada, "case.yaml", []byte(strings.Replace(gateway, "A flaw", "B flaw", 1)), "key")
	wants(t, err, fault.Conflict, "another command")
	if seats, err := w.desk.Seats(w.ctx(), ada, one.Handle); err != nil || len(seats) != 1 {
		t.Errorf("%v %v", seats, err)
	}
	other, err := w.desk.Import(w.ctx(), mei, "case.yaml", []byte(gateway), "key") // keys are each person's own
	if err != nil || other.Handle == one.Handle {
		t.Errorf("%+v %v", other, err)
	}
	bad := []string{"", "format: x", strings.Replace(gateway, "roles: [finder]", "roles: [wizard]", 1)}
	for _, text := range bad {
		if _, err := w.desk.Import(w.ctx(), ada, "bad.yaml", []byte(text), ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if list, _ := w.keeper.List(w.ctx()); len(list) != 2 {
		t.Errorf("%d cases are kept", len(list))
	}
	if rows, _ := w.lines.SeatsOf(w.ctx(), one.Handle); len(rows) != 1 || !slices.ContainsFunc(rows, func(r coordination.SeatRow) bool { return r.Every }) {
		t.Errorf("%+v", rows)
	}
}

// What is RED is its opener's alone, by name; what is GREEN is for people of
// organisations in good standing, who do nothing to it.
func TestLabelsFromTheDoor(t *testing.T) {
	w := newOffice(t)
	red := w.imports(ada, strings.Replace(gateway, "tlp: AMBER", "tlp: RED", 1))
	w.see(ada, red)
	_, err := w.desk.See(w.ctx(), ben, red)
	wants(t, err, fault.NotFound, "no such case")
	_, err = w.desk.GiveSeat(w.ctx(), ada, red, coordination.SeatAsked{Org: "acme", Role: access.Observes})
	wants(t, err, fault.Invalid, "named people")
	w.seat(ada, red, coordination.SeatAsked{Org: "acme", Person: "ben", Role: access.Observes})
	w.see(ben, red)

	green := w.imports(ada, strings.Replace(strings.Replace(gateway, "tlp: AMBER", "tlp: GREEN", 1), "TOC-GATEWAY", "TOC-GREEN", 1))
	for _, ref := range []string{green, "TOC-GREEN"} {
		if s := w.see(ivan, ref); !s.View.All || s.Role != "" || len(s.Parties) > 0 || s.May[access.Add].Allowed || s.May[access.Export].Allowed {
			t.Errorf("%+v", s)
		}
	}
	if _, err := w.desk.AddEvent(w.ctx(), ivan, green, event("commented at=2026-11-23T08:00:00Z"), record.AnyVersion, ""); err == nil {
		t.Error("whoever reads it by its label writes")
	}
	if seats, err := w.desk.Seats(w.ctx(), ivan, green); err != nil || len(seats) != 0 {
		t.Errorf("the label shows who sits there: %+v %v", seats, err)
	}
	nobody := access.Reader{Person: "guest"}
	_, err = w.desk.See(w.ctx(), nobody, green)
	wants(t, err, fault.NotFound, "no such case")
}
