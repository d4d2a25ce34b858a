package coordination_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
	"tocsin/rulebook"
)

// earlyWarning is the duty that the stories rely on.
func earlyWarning(w *office, who access.Reader, h string) string {
	for _, d := range w.plan(who, h).Plan.Duties {
		if d.Rule == "EU-CRA-14-2A-AEV24" && d.Obliged == "acme" {
			return d.ID
		}
	}
	w.t.Fatal("there is no such duty")
	return ""
}

// The page of a date names each fact beneath it with how good its source is, and
// what is undecided.
func TestThePageOfADate(t *testing.T) {
	w, h := shared(t)
	attack := add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z`)
	sent := add(w, ada, h, `notified by=acme to=[eu-srp] of=gateway rule=EU-CRA-14-2A-AEV24 at=2026-11-23T08:30:00Z`)
	id := earlyWarning(w, ada, h)
	p, err := w.desk.Duty(w.ctx(), ada, h, id, "zh")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]coordination.Fact{}
	for _, f := range p.Facts {
		got[f.Event] = f
	}
	if f := got[attack]; f.Quality != coordination.QualityOwn || f.Bearing != coordination.BearsAnchor || f.Index < 0 {
		t.Errorf("%+v", f)
	}
	if f := got[sent]; f.Quality != coordination.QualityOwn || f.Bearing != coordination.BearsMet {
		t.Errorf("%+v", f)
	}
	if f, ok := got["e1"]; ok && f.Quality != coordination.QualityNone {
		t.Errorf("an imported event without a source: %+v", f)
	}
	if p.Duty.Operative == "" || p.Duty.Official == "" || len(p.Duty.Readings) < 2 || len(p.Duty.Readings[0].Steps) == 0 {
		t.Errorf("%+v", p.Duty)
	}
	_, err = w.desk.Duty(w.ctx(), ada, h, "no/such/duty", "en")
	wants(t, err, fault.NotFound, "no such duty")
	lab, err := w.desk.Duty(w.ctx(), mei, h, id, "en")
	if err == nil {
		t.Errorf("the laboratory reads the manufacturer's date: %+v", lab.Duty)
	}
	waits, err := w.desk.Duty(w.ctx(), ada, h, strings.Replace(id, "2A-AEV24/early-warning", "2C-AEVFINAL/final-report", 1), "en")
	if err == nil && len(waits.Open) == 0 {
		t.Error("a clock that waits has nothing open")
	}
}

// A snapshot tells which of the things beneath it is another now: the facts, the
// rule, the date; and never what its reader may not see any more.
func TestADateThatSomebodyReliedOn(t *testing.T) {
	w, h := shared(t)
	add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z`)
	id := earlyWarning(w, ada, h)
	due := monday.Add(20 * time.Hour)
	s, err := w.desk.Rely(w.ctx(), ada, h, id, "for the board", &coordination.Override{Due: due, Reason: "our own deadline is earlier"})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Due.Equal(monday.Add(23*time.Hour)) || s.Org != "acme" || s.Override.Due != due || len(s.Beneath) != 5 || len(s.Plan) == 0 {
		t.Errorf("%+v", s)
	}
	changed := func(who access.Reader) []string {
		t.Helper()
		all, _, err := w.desk.Snapshots(w.ctx(), who, coordination.Page{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		return all[0].Changed
	}
	if c := changed(ada); len(c) != 0 {
		t.Errorf("at once %v", c)
	}
	w.clock.Pass(5 * time.Minute)
	add(w, olga, h, `commented text="nothing to do with it" at=2026-11-23T08:00:00Z`)
	if c := changed(ben); len(c) != 0 {
		t.Errorf("a comment changed %v", c)
	}
	add(w, ada, h, `notified by=acme to=[eu-srp] of=gateway rule=EU-CRA-14-2A-AEV24 at=2026-11-23T08:30:00Z`)
	if c := changed(ben); !slices.Equal(c, []string{coordination.BeneathFacts, coordination.ChangedState}) {
		t.Errorf("a notice changed %v", c)
	}
	add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-22T08:00:00Z`)
	if c := changed(ada); !slices.Contains(c, coordination.ChangedDue) {
		t.Errorf("an earlier attack changed %v", c)
	}
	if p, err := w.desk.Duty(w.ctx(), ben, h, id, "en"); err != nil || len(p.Relied) != 1 || len(p.Relied[0].Changed) == 0 {
		t.Errorf("%+v %v", p, err)
	}
	// Another rulebook: the rule is another, and so is what lay beneath.
	other := w.o
	other.Book = amended(t)
	w.desk = coordination.New(other)
	if c := changed(ada); !slices.Contains(c, coordination.BeneathRule) {
		t.Errorf("an amended rule changed %v", c)
	}
	w.desk = coordination.New(w.o)
	for _, x := range mustSeats(w, h) {
		if x.Org == "acme" {
			if err := w.desk.TakeSeat(w.ctx(), olga, h, x.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, _, err := w.desk.Snapshots(w.ctx(), ada, coordination.Page{})
	if err != nil || len(all) != 1 || all[0].Case != "" || all[0].Note != "" || all[0].Plan != nil || !slices.Equal(all[0].Changed, []string{coordination.ChangedHidden}) {
		t.Errorf("%+v %v", all, err)
	}
	wants(t, w.desk.DropSnapshot(w.ctx(), ben, s.ID), fault.NotFound, "no such snapshot")
	if err := w.desk.DropSnapshot(w.ctx(), ada, s.ID); err != nil {
		t.Error(err)
	}
	_, err = w.desk.Rely(w.ctx(), olga, h, id, "", &coordination.Override{Due: due})
	wants(t, err, fault.Invalid, "reason")
	if list, _, err := w.desk.Snapshots(w.ctx(), mei, coordination.Page{}); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
}

func mustSeats(w *office, h string) []access.Seat {
	w.t.Helper()
	all, err := w.desk.Seats(w.ctx(), olga, h)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// amended is the shipped rulebook with another pace of the early warning.
func amended(t *testing.T) *rulebook.Book {
	t.Helper()
	b, err := rulebook.Load(rulebook.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	b.Rule("EU-CRA-14-2A-AEV24").Pace = "at once"
	return b
}

// A decision carries its reason, its evidence and the day on which it is looked at
// again; what is due for review is listed until it is decided anew.
func TestDecisions(t *testing.T) {
	w, h := shared(t)
	decide := func(a coordination.DecisionAsked) (casefile.Event, error) { return w.desk.Decision(w.ctx(), ada, h, a) }
	for words, a := range map[string]coordination.DecisionAsked{
		"reason":    {Result: "aware", Of: "gateway"},
		"review-on": {Result: "not-reportable", Of: "gateway", Reason: "no attack is known"},
		"result":    {Result: "whatever", Of: "gateway", Reason: "x"},
		"source":    {Result: "aware", Of: "gateway", Reason: "x", Evidence: "S9"},
	} {
		_, err := decide(a)
		wants(t, err, fault.Invalid, words)
	}
	_, err := decide(coordination.DecisionAsked{By: "lab", Result: "aware", Reason: "x"})
	wants(t, err, fault.Forbidden, "not-yours-to-decide")
	e, err := decide(coordination.DecisionAsked{Result: "not-reportable", Of: "gateway", Reason: "no attack is known", ReviewOn: "2026-11-25"})
	if err != nil {
		t.Fatal(err)
	}
	if e.By != "acme" || e.Kind != "decided" {
		t.Errorf("%+v", e)
	}
	r, err := w.desk.AddEvent(w.ctx(), ada, h, e, record.AnyVersion, "")
	if err != nil {
		t.Fatal(err)
	}
	list := func() []coordination.Review {
		l, err := w.desk.Reviews(w.ctx(), ada, h)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := list(); len(l) != 1 || l[0].Event != r.ID || l[0].Due {
		t.Errorf("%+v", l)
	}
	w.clock.Pass(48 * time.Hour)
	if l := list(); !l[0].Due {
		t.Errorf("on its day: %+v", l)
	}
	e, err = decide(coordination.DecisionAsked{Result: "aware", Of: "gateway", Reason: "a customer's log shows an attack", At: at("2026-11-25T08:00:00Z")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.AddEvent(w.ctx(), ada, h, e, record.AnyVersion, ""); err != nil {
		t.Fatal(err)
	}
	if l := list(); len(l) != 0 {
		t.Errorf("decided anew: %+v", l)
	}
}
