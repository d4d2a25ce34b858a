package coordination_test

import (
	"strings"
	"testing"

	"tocsin/coordination"
	"tocsin/internal/fault"
)

// A case for named people is not there for their colleagues: not by its name, not as
// a name that is taken, not as a date that somebody relies on or an act that waits;
// and each of these asks the stores what it asks without the case.
func TestAColleagueLearnsNothing(t *testing.T) {
	w := newOffice(t)
	w.imports(mei, strings.Replace(gateway, "TOC-GATEWAY", "TOC-OTHER", 1)) // somebody else's, before and after
	questions := map[string]func() (int, error){
		"see": func() (int, error) { _, err := w.desk.See(w.ctx(), ben, "TOC-GATEWAY"); return 0, err },
		"relied": func() (int, error) {
			l, _, err := w.desk.Snapshots(w.ctx(), ben, coordination.Page{})
			return len(l), err
		},
		"approvals": func() (int, error) {
			l, _, err := w.desk.Approvals(w.ctx(), ben, coordination.Page{})
			return len(l), err
		},
		"search": func() (int, error) {
			l, _, err := w.desk.Search(w.ctx(), ben, "gateway", coordination.Page{})
			return len(l), err
		},
		"desk": func() (int, error) {
			l, err := w.desk.Lines(w.ctx(), ben, coordination.Filter{}, coordination.Page{})
			return len(l.Lines), err
		},
	}
	type told struct {
		n     int
		err   string
		asked string
	}
	ask := func(fn func() (int, error)) (a told) {
		a.asked = w.asked(func() {
			n, err := fn()
			if a.n = n; err != nil {
				a.err = err.Error()
			}
		})
		return a
	}
	before := map[string]told{}
	for name, fn := range questions {
		before[name] = ask(fn)
	}
	h := w.imports(ada, strings.Replace(gateway, "tlp: AMBER", "tlp: RED", 1))
	p := w.plan(ada, h)
	if _, err := w.desk.Rely(w.ctx(), ada, h, p.Plan.Duties[0].ID, "", nil); err != nil {
		t.Fatal(err)
	}
	fresh := ada
	fresh.Fresh = true
	if _, err := w.desk.AskExport(w.ctx(), fresh, h); err != nil {
		t.Fatal(err)
	}
	for name, fn := range questions {
		if got := ask(fn); got != before[name] {
			t.Errorf("%s: a colleague gets %+v, and got %+v before there was such a case", name, got, before[name])
		}
	}
	if _, err := w.desk.Import(w.ctx(), ben, "case.yaml", []byte(gateway), ""); err != nil {
		t.Error("a colleague is told that the name is taken:", err)
	}
	// The control: whoever is named sees each of them.
	if l, _, err := w.desk.Snapshots(w.ctx(), ada, coordination.Page{}); err != nil || len(l) != 1 {
		t.Errorf("%v %v", l, err)
	}
	if l, _, err := w.desk.Approvals(w.ctx(), ada, coordination.Page{}); err != nil || len(l) != 1 {
		t.Errorf("%v %v", l, err)
	}
	_, err := w.desk.Import(w.ctx(), ada, "case.yaml", []byte(gateway), "")
	wants(t, err, fault.Conflict, "among yours")
	// A colleague on the case sees what the other relies on there.
	open := w.imports(ada, strings.Replace(gateway, "TOC-GATEWAY", "TOC-OPEN", 1))
	if _, err := w.desk.Rely(w.ctx(), ada, open, w.plan(ada, open).Plan.Duties[0].ID, "", nil); err != nil {
		t.Fatal(err)
	}
	if l, _, err := w.desk.Snapshots(w.ctx(), ben, coordination.Page{}); err != nil || len(l) != 1 || l[0].Case != open {
		t.Errorf("%v %v", l, err)
	}
	// An approval of nobody's costs what one of a hidden case costs.
	list, _, err := w.desk.Approvals(w.ctx(), ada, coordination.Page{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	decide := func(id string) string {
		var err error
		asked := w.asked(func() { _, err = w.desk.Decide(w.ctx(), ben, id, true, "") })
		return asked + " " + err.Error()
	}
	if a, b := decide(list[0].ID), decide(strings.Repeat("w", 20)); a != b {
		t.Errorf("an approval that is there: %s\none that is not: %s", a, b)
	}
}
