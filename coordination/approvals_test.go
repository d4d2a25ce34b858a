package coordination_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// run is the gateway case of Acme, with ben as her colleague.
func run(t *testing.T, second ...access.Act) (*office, string) {
	t.Helper()
	w := newOffice(t, func(o *coordination.Options) { o.SecondPerson = second })
	return w, w.imports(ada, gateway)
}

// To erase needs two people always; the second sees exactly what was asked, and
// it is done once.
func TestTwoPeopleErase(t *testing.T) {
	w, h := run(t)
	w.see(ada, h)
	a, err := w.desk.AskErase(w.ctx(), ada, h, coordination.EraseAsked{Event: "e1", Fields: []string{"text"}, Ground: "Art. 17(1)(a) GDPR"})
	if err != nil {
		t.Fatal(err)
	}
	if a.State != coordination.Asked || a.Args["fields"] != "text" || !a.Expires.Equal(monday.Add(72*time.Hour)) {
		t.Errorf("%+v", a)
	}
	_, err = w.desk.Decide(w.ctx(), ada, a.ID, true, "")
	wants(t, err, fault.Forbidden, "another-person")
	for _, who := range []access.Reader{ivan, mei} {
		_, err = w.desk.Decide(w.ctx(), who, a.ID, true, "")
		wants(t, err, fault.NotFound, "nothing of this kind")
		if list, _, err := w.desk.Approvals(w.ctx(), who, coordination.Page{}); err != nil || len(list) != 0 {
			t.Errorf("%s sees %+v %v", who.Person, list, err)
		}
	}
	counsel := responder("cara", "acme", "DE")
	counsel.Acting[0].Roles = []partner.Role{partner.Counsel}
	_, err = w.desk.Decide(w.ctx(), counsel, a.ID, true, "")
	wants(t, err, fault.Forbidden, "member-role")
	stale := ben
	stale.Fresh = false
	_, err = w.desk.Decide(w.ctx(), stale, a.ID, true, "")
	wants(t, err, fault.Forbidden, "step-up")
	if list, _, _ := w.desk.Approvals(w.ctx(), stale, coordination.Page{}); len(list) != 1 {
		t.Error("whoever could decide after a step-up does not see it")
	}
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if a, err := w.desk.Decide(w.ctx(), ben, a.ID, true, "seen"); err == nil && a.State == coordination.Done {
				done.Add(1)
			}
		})
	}
	wg.Wait()
	rep, err := w.keeper.Audit(w.ctx(), nil)
	if err != nil || len(rep.Findings) > 0 || rep.Erased != 1 {
		t.Errorf("%+v %v", rep, err)
	}
	if done.Load() < 1 {
		t.Error("nobody was told that it is done")
	}
	if e := w.see(ada, h).Case.Event("e1"); e.Text != "" {
		t.Errorf("the words are still shown: %q", e.Text)
	}
	list, _, err := w.desk.Approvals(w.ctx(), ada, coordination.Page{})
	if err != nil || len(list) != 1 || list[0].State != coordination.Done || list[0].With != "ben" || strings.Contains(list[0].Args["fields"], "text") {
		t.Errorf("%+v %v", list, err)
	}
}

// What was asked wrongly is refused when it is asked, what cannot be done when it
// is decided, and nothing waits for ever.
func TestAnApprovalThatComesToNothing(t *testing.T) {
	w, h := run(t)
	for name, e := range map[string]coordination.EraseAsked{
		"nothing":        {Ground: "Art. 17 GDPR"},
		"both":           {Event: "e1", Person: "lab", Fields: []string{"text"}, Ground: "Art. 17 GDPR"},
		"no fields":      {Event: "e1", Ground: "Art. 17 GDPR"},
		"no clause":      {Event: "e1", Fields: []string{"text"}, Ground: "because"},
		"no such person": {Person: "nobody", Ground: "Art. 17 GDPR"},
	} {
		if _, err := w.desk.AskErase(w.ctx(), ada, h, e); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	ask := func(event string) coordination.Approval {
		a, err := w.desk.AskErase(w.ctx(), ada, h, coordination.EraseAsked{Event: event, Fields: []string{"text"}, Ground: "Art. 17 GDPR"})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := ask("e9")
	if _, err := w.desk.Decide(w.ctx(), ben, a.ID, true, ""); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	_, err := w.desk.Decide(w.ctx(), ben, a.ID, true, "")
	wants(t, err, fault.Conflict, "declined")
	a = ask("e1")
	if a, err = w.desk.Decide(w.ctx(), ben, a.ID, false, "a hold is on it"); err != nil || a.State != coordination.Declined || a.Reason != "a hold is on it" {
		t.Errorf("%+v %v", a, err)
	}
	a = ask("e1")
	if a, err = w.desk.Decide(w.ctx(), ada, a.ID, false, "I take it back"); err != nil || a.State != coordination.Declined {
		t.Errorf("%+v %v", a, err)
	}
	a = ask("e1")
	w.clock.Pass(72 * time.Hour)
	_, err = w.desk.Decide(w.ctx(), ben, a.ID, true, "")
	wants(t, err, fault.Conflict, "too long ago")
	list, _, _ := w.desk.Approvals(w.ctx(), ben, coordination.Page{})
	states := map[string]int{}
	for _, a := range list {
		states[a.State]++
	}
	if states[coordination.Expired] != 1 || states[coordination.Declined] != 3 {
		t.Errorf("%v", states)
	}
	if e := w.see(ada, h).Case.Event("e1"); e.Text == "" {
		t.Error("something was erased")
	}
	page, next, err := w.desk.Approvals(w.ctx(), ada, coordination.Page{Limit: 3})
	if err != nil || len(page) != 3 || next == "" {
		t.Fatalf("%d %q %v", len(page), next, err)
	}
	if rest, next, err := w.desk.Approvals(w.ctx(), ada, coordination.Page{Limit: 3, After: next}); err != nil || len(rest) != 1 || next != "" {
		t.Errorf("%d %q %v", len(rest), next, err)
	}
}

// Where the platform is set up for it, a whole case leaves it only with a second
// person, once, to whoever asked.
func TestTwoPeopleExport(t *testing.T) {
	w, h := run(t, access.Export)
	_, err := w.desk.Export(w.ctx(), ada, h, "yaml")
	wants(t, err, fault.Forbidden, "second-person")
	a, err := w.desk.AskExport(w.ctx(), ada, h)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.desk.Export(w.ctx(), ada, h, "yaml")
	wants(t, err, fault.Forbidden, "second-person")
	if a, err = w.desk.Decide(w.ctx(), ben, a.ID, true, "for the audit"); err != nil || a.State != coordination.Approved {
		t.Fatalf("%+v %v", a, err)
	}
	_, err = w.desk.Export(w.ctx(), ben, h, "yaml") // he did not ask
	wants(t, err, fault.Forbidden, "second-person")
	var got atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := w.desk.Export(w.ctx(), ada, h, "json"); err == nil {
				got.Add(1)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 {
		t.Errorf("it was given %d times", got.Load())
	}
	stale := ada
	stale.Fresh = false
	_, err = w.desk.Export(w.ctx(), stale, h, "yaml")
	wants(t, err, fault.Forbidden, "step-up")
	_, err = w.desk.Export(w.ctx(), ada, h, "pdf")
	wants(t, err, fault.Invalid, "format")
	if a, err = w.desk.AskExport(w.ctx(), ada, h); err != nil {
		t.Fatal(err)
	}
	if _, err = w.desk.Decide(w.ctx(), ben, a.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	w.clock.Pass(73 * time.Hour)
	_, err = w.desk.Export(w.ctx(), ada, h, "yaml")
	wants(t, err, fault.Forbidden, "second-person")
}
