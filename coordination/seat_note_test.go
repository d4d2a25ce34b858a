package coordination_test

import (
	"testing"

	"tocsin/access"
	"tocsin/coordination"
)

// The log says to whom a seat was given and from whom it was taken, by ids: the
// seat itself is gone by the time at which somebody asks.
func TestTheLogSaysWhoseASeatWas(t *testing.T) {
	w := newOffice(t)
	h := w.imports(olga, gateway)
	seat, err := w.desk.GiveSeat(w.ctx(), olga, h, coordination.SeatAsked{Org: "acme", Role: access.Observes})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.TakeSeat(w.ctx(), olga, h, seat.ID); err != nil {
		t.Fatal(err)
	}
	notes, err := w.keeper.Notes(w.ctx(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, n := range notes {
		if n.Body["seat"] == seat.ID {
			told[n.Kind] = n.Body["org"] == "acme" && n.Body["person"] == nil
		}
	}
	if !told["seat-given"] || !told["seat-taken"] {
		t.Errorf("what the log says of the seat: %v of %+v", told, notes)
	}
}
