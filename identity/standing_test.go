package identity

import (
	"testing"
	"time"

	"tocsin/cabinet"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// A decision on where an organisation stands holds from its instant on, for its
// units too, together with what had to change with it or not at all.
func TestStandsOnAPlatform(t *testing.T) {
	w := newWorld(t)
	now := w.now()
	joined := partner.Stand{From: now.Add(-time.Hour), Standing: partner.Active}
	cut := partner.Stand{From: now.Add(time.Hour), Standing: partner.Suspended}
	letter := cabinet.Item{Ref: cabinet.Ref{Kind: "letter", ID: "l1"}, Value: "suspended"}
	if err := w.SetStands(t.Context(), w.admin.Person, "o-lab", "circle", partner.Stands{joined, cut}, letter); err != nil {
		t.Fatal(err)
	}
	var got string
	if _, err := w.o.Cabinet.Get(t.Context(), "letter", "l1", &got); err != nil || got != "suspended" {
		t.Errorf("%q %v", got, err)
	}
	stands := func() partner.Standing {
		t.Helper()
		all, err := w.ReadersOf(t.Context(), "o-lab")
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		for _, a := range all[0].Acting {
			if a.Org == "o-lab" {
				return a.On["circle"]
			}
		}
		return ""
	}
	if s := stands(); s != partner.Active {
		t.Errorf("before the day it stands as %q", s)
	}
	w.clock.pass(2 * time.Hour)
	if s := stands(); s != partner.Suspended {
		t.Errorf("from the day on it stands as %q", s)
	}
	// The letter is there already: nothing changes.
	err := w.SetStands(t.Context(), w.admin.Person, "o-lab", "circle", partner.Stands{joined}, letter)
	if fault.KindOf(err) != fault.Conflict || err == nil {
		t.Errorf("what changes with it was taken: %v", err)
	}
	if s := stands(); s != partner.Suspended {
		t.Errorf("half a change: %q", s)
	}
	if err := w.SetStands(t.Context(), w.admin.Person, "o-nobody", "circle", nil); fault.KindOf(err) != fault.NotFound || err == nil {
		t.Error(err)
	}
	// An administrator changes a name, and not where it stands.
	o, version, err := w.Org(t.Context(), "o-lab")
	w.must(err)
	o.On, o.Name = nil, "Laboratory AG"
	if _, err := w.PutOrg(t.Context(), w.admin, o, version); err != nil {
		t.Fatal(err)
	}
	if s := stands(); s != partner.Suspended {
		t.Errorf("an administrator lifted it: %q", s)
	}
}
