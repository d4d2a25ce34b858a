package coordination_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// What others do unseen neither shows in the version, the ids and the records of
// a narrow reader, nor stands in the way of a write.
func TestANarrowReaderLearnsNothingOfOthers(t *testing.T) {
	w, h := shared(t)
	before := w.see(ada, h)
	if before.View.All || before.Role != access.PartySeat || before.Case.Event("e1") == nil {
		t.Fatalf("%+v", before.View)
	}
	for range 3 {
		add(w, mei, h, `assessed by=lab of=parser result=valid at=2026-11-21T08:00:00Z text="what only the laboratory knows"`)
	}
	after := w.see(ada, h)
	if after.Version != before.Version || len(after.Records) != len(before.Records) || len(after.Case.Events) != len(before.Case.Events) {
		t.Errorf("version %d was %d, %d records were %d", after.Version, before.Version, len(after.Records), len(before.Records))
	}
	r, err := w.desk.AddEvent(w.ctx(), ada, h, event(`aware by=acme of=gateway how=told at=2026-11-21T09:00:00Z`), before.Version, "")
	if err != nil {
		t.Fatal("hidden events stand in the way:", err)
	}
	if !strings.HasPrefix(r.ID, "x") || len(r.ID) != 9 {
		t.Errorf("the id %s counts what is hidden", r.ID)
	}
	_, err = w.desk.AddEvent(w.ctx(), ada, h, event(`commented by=acme at=2026-11-21T09:00:00Z`), before.Version, "")
	wants(t, err, fault.Conflict, "at version")
	if strings.Contains(err.Error(), "version 2") && !strings.Contains(err.Error(), "expects") {
		t.Error(err)
	}
	// An id that a hidden event has is not refused: that would tell that it is there.
	hidden := ""
	for _, e := range w.see(olga, h).Case.Events {
		if e.Kind == "assessed" {
			hidden = e.ID
		}
	}
	r, err = w.desk.AddEvent(w.ctx(), ada, h, casefile.Event{ID: hidden, Kind: "commented", By: "acme", At: at("2026-11-21T09:30:00Z")}, record.AnyVersion, "")
	if err != nil || r.ID == hidden {
		t.Errorf("%+v %v", r, err)
	}
	for _, m := range w.see(ada, h).Records {
		if m.By != "" && m.By != "ada" {
			t.Errorf("%s %s tells that %s recorded it", m.Entry, m.ID, m.By)
		}
		if m.Entry == "receipt" && m.Party != "acme" {
			t.Errorf("a receipt of %s shows", m.Party)
		}
	}
	for _, name := range []string{"what only", hidden} {
		out, err := w.desk.Export(w.ctx(), ada, h, "json")
		if err != nil || strings.Contains(string(out), name) {
			t.Errorf("the export holds %q (%v)", name, err)
		}
	}
	_, err = w.desk.Receipt(w.ctx(), ada, h, hidden, "", nil)
	wants(t, err, fault.NotFound, "no event")
	_, err = w.desk.Receipt(w.ctx(), ada, h, "", "", nil)
	wants(t, err, fault.Invalid, "name the event")
	_, err = w.desk.Receipt(w.ctx(), ada, h, "", "lab", nil)
	wants(t, err, fault.NotFound, "no numbered receipt")
	_, err = w.desk.Receipt(w.ctx(), ada, h, r.ID, "acme", nil)
	wants(t, err, fault.TooEarly, "checkpoint")
	_, err = w.desk.Plan(w.ctx(), ada, h, coordination.PlanOptions{Party: "lab"})
	if err == nil {
		p, _ := w.desk.Plan(w.ctx(), ada, h, coordination.PlanOptions{Party: "lab"})
		if len(p.Plan.Duties) != 0 {
			t.Errorf("the plan shows what another owes: %v", rules(p, "lab"))
		}
	}
}

// A party states itself, its products, its sources; nothing of others, and never
// what it is in the directory.
func TestWhatAPartyStates(t *testing.T) {
	w, h := shared(t)
	state := func(who access.Reader, st record.Statement) (record.Result, error) {
		return w.desk.AddStatement(w.ctx(), who, h, st, record.AnyVersion, "")
	}
	acme := *w.see(ada, h).Case.Party("acme")
	acme.Markets = []string{"EU", "US"}
	if _, err := state(ada, record.Statement{Party: &acme}); err != nil {
		t.Fatal(err)
	}
	if got := w.see(olga, h).Case.Party("acme"); !slices.Equal(got.Markets, acme.Markets) || got.Attributes["eu-main-establishment"].String() != "DE" {
		t.Errorf("%+v", got)
	}
	r, err := state(ada, record.Statement{Product: &casefile.Product{ID: "gateway-2", Name: "Gateway Two", Provider: "acme"}})
	if err != nil || r.ID == "gateway-2" {
		t.Errorf("%+v %v", r, err)
	}
	r, err = state(ada, record.Statement{Party: &casefile.Party{ID: "authority", Name: "An authority that asked", Country: "FR"}})
	if err != nil {
		t.Fatal(err)
	}
	add(w, ada, h, `requested by=`+r.ID+` to=[acme] of=gateway at=2026-11-23T08:00:00Z`)
	office := acme
	office.Is = []string{"eu-srp"}
	lab := casefile.Party{ID: "lab", Name: "Renamed"}
	for name, st := range map[string]record.Statement{
		"an office":         {Party: &office},
		"another party":     {Party: &lab},
		"a new office":      {Party: &casefile.Party{ID: "mine", Is: []string{"eu-srp"}}},
		"another's product": {Product: &casefile.Product{ID: "parser", Name: "Renamed", Provider: "project"}},
		"a stolen product":  {Product: &casefile.Product{ID: "parser", Name: "Ours now", Provider: "acme"}},
		"the header":        {Header: &casefile.File{Format: casefile.Format, Case: "TOC-GATEWAY", TLP: "CLEAR"}},
		"a window":          {Window: &casefile.Window{Kind: "freeze", From: at("2026-11-21T09:30:00Z"), To: at("2026-11-22T09:30:00Z")}},
		"nothing at all":    {},
		"another's source":  {Source: &casefile.Source{ID: "S1", Publisher: "Ours"}},
	} {
		_, err := state(ada, st)
		if name == "another's source" { // it is not seen, so that it is a new one
			if err != nil || w.see(olga, h).Case.Source("S1").Publisher != "A paper" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		wants(t, err, fault.Forbidden, "not-yours-to-state")
	}
	_, err = state(olga, record.Statement{Party: &casefile.Party{ID: "lab", Roles: []casefile.Ref{{ID: "wizard"}}}})
	wants(t, err, fault.Invalid, "not a role")
	if _, err := state(olga, record.Statement{Header: &casefile.File{Format: casefile.Format, Case: "TOC-GATEWAY", Record: "kept", TLP: "RED", Title: "Now red"}}); err != nil {
		t.Fatal(err)
	}
	if s := w.see(olga, h); s.Case.TLP != "RED" {
		t.Error("whoever made it red lost it")
	}
	_, err = w.desk.See(w.ctx(), ada, h)
	wants(t, err, fault.NotFound, "no such case")
}

// While an embargo that the party has not accepted is in force, it sees its own
// and the embargo.
func TestAnEmbargoNotAccepted(t *testing.T) {
	w, h := shared(t)
	add(w, olga, h, `embargo-proposed by=project to=[acme,lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	if s := w.see(ada, h); !s.View.Own || s.Case.Event("e1") != nil && s.Case.Event("e1").Text != "" {
		t.Errorf("%+v %+v", s.View, s.Case.Event("e1"))
	}
	add(w, ada, h, `embargo-accepted by=acme at=2026-11-21T10:00:00Z`)
	if s := w.see(ada, h); s.View.Own || s.Case.Event("e1").Text == "" {
		t.Errorf("%+v", s.View)
	}
	if s := w.see(mei, h); !s.View.Own {
		t.Errorf("another's consent opened it: %+v", s.View)
	}
}
