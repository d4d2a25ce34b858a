package coordination

import (
	"testing"

	"tocsin/access"
	"tocsin/partner"
)

// An open desk is told what changes above its lines: that somebody opened one of
// its cases by office, and that a claim waits for a word.
func TestTheDeskTellsWhatStandsAboveItsLines(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Owner})
	r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
	owner, side := &session{who: someone("cora", "house")}, &session{who: someone("ada", "acme")}
	ofOwner, err := r.d.Changes(t.Context(), owner.again, "")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, tick, owner, ofOwner)
	admin := someone("ines", "elsewhere")
	admin.Platform, admin.Fresh = []partner.Role{partner.Administrator}, true
	if _, err := r.d.BreakGlass(t.Context(), admin, h, "the owner cannot be reached and a date passes"); err != nil {
		t.Fatal(err)
	}
	if x, open := next(t, tick, ofOwner); !open || x.Handle != "" {
		t.Errorf("the desk of the owner is not told: %+v, open %t", x, open)
	}
	ofSide, err := r.d.Changes(t.Context(), side.again, "")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, tick, side, ofSide)
	r.add(h, `commented by=maker basis=claim text="They knew." at=2026-11-20T09:00:00Z`)
	if x, open := next(t, tick, ofSide); !open || x.Handle != "" {
		t.Errorf("the desk of the party is not told: %+v, open %t", x, open)
	}
}
