package coordination_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/record"
)

// silentOn says who has not answered, as somebody is told it.
func silentOn(t *testing.T, w *office, who access.Reader, h string) string {
	t.Helper()
	list, err := w.desk.Silent(w.ctx(), who, h)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range list {
		out = append(out, s.Party+" "+s.Event+" "+s.Since.UTC().Format("Jan2T15:04"))
	}
	return strings.Join(out, ", ")
}

// Whoever runs a case is told whom its embargo waits for, and since when, on the
// case and on the desk; a party is not told about the others.
func TestAnEmbargoTellsWhomItWaitsFor(t *testing.T) {
	w, h := shared(t)
	check := func(want string) {
		t.Helper()
		projected(t, w, h)
		if got := silentOn(t, w, olga, h); got != want {
			t.Errorf("the case waits for %q, want %q", got, want)
		}
		var names []string
		w.clock.Pass(3 * time.Second) // what others did shows within a moment
		list, err := w.desk.Pending(w.ctx(), olga)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			for _, s := range p.Silent {
				names = append(names, s.Party)
			}
		}
		for _, name := range names {
			if !strings.Contains(want, name) {
				t.Errorf("the desk waits for %s, the case for %q", name, want)
			}
		}
		if want != "" && len(names) != strings.Count(want, ",")+1 {
			t.Errorf("the desk waits for %v, the case for %q", names, want)
		}
	}
	check("")
	p := add(w, olga, h, `embargo-proposed by=project to=[acme,lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	asked := p + " Nov21T09:30"
	check("acme " + asked + ", lab " + asked)
	for _, who := range []access.Reader{ada, mei} {
		if got := silentOn(t, w, who, h); got != "" {
			t.Errorf("%s is told that it waits for %s", who.Name, got)
		}
	}
	add(w, ada, h, `embargo-accepted by=acme at=2026-11-21T10:00:00Z`)
	check("lab " + asked)
	add(w, olga, h, `embargo-declined by=lab at=2026-11-21T11:00:00Z basis=on-behalf mandate="a call"`)
	check("") // a no is an answer
	r := add(w, olga, h, `embargo-revised by=project until=2027-03-01T00:00:00Z at=2026-11-22T08:00:00Z basis=on-behalf mandate="mail of today"`)
	check("acme " + r + " Nov22T08:00, lab " + r + " Nov22T08:00")
	add(w, olga, h, `embargo-terminated by=project at=2026-11-22T09:00:00Z basis=on-behalf mandate="mail of today"`)
	check("")
}

// A party that nobody addressed is asked too, from when it has a seat.
func TestASeatUnderAnEmbargoIsAskedFromItsFirstDay(t *testing.T) {
	w := newOffice(t)
	h := w.imports(olga, gateway)
	p := add(w, olga, h, `embargo-proposed by=project to=[lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	if got := silentOn(t, w, olga, h); got != "lab "+p+" Nov21T09:30" {
		t.Errorf("before the seat: %s", got)
	}
	w.seat(olga, h, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	if got := silentOn(t, w, olga, h); got != "lab "+p+" Nov21T09:30, acme "+p+" Nov23T09:00" {
		t.Errorf("after it: %s", got)
	}
}

// What somebody else says that a party did waits for the party's word, on the
// desk of whoever may give it, until it is adopted or disputed.
func TestClaimsAboutAPartyWaitForItsWord(t *testing.T) {
	w, h := shared(t)
	claims := func(who access.Reader) (out []string) {
		t.Helper()
		projected(t, w, h)
		w.clock.Pass(3 * time.Second) // what others did shows within a moment
		list, err := w.desk.Pending(w.ctx(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			if p.Handle != h || p.Case != "TOC-GATEWAY" || p.Title == "" {
				t.Errorf("%+v", p)
			}
			out = append(out, p.Claims...)
		}
		return out
	}
	if got := claims(ada); len(got) > 0 {
		t.Errorf("nothing is claimed, and %v waits", got)
	}
	first := add(w, olga, h, `aware by=acme of=gateway how=told at=2026-11-20T10:00:00Z`)
	second := add(w, olga, h, `assessed by=acme of=gateway result=valid at=2026-11-21T10:00:00Z`)
	if got := claims(ada); !slices.Equal(got, []string{first, second}) {
		t.Errorf("%v waits, want %s and %s", got, first, second)
	}
	if got := claims(mei); len(got) > 0 {
		t.Errorf("another party is asked about %v", got)
	}
	if got := claims(olga); len(got) > 0 {
		t.Errorf("whoever made the claim is asked about %v", got)
	}
	if _, err := w.desk.Adopt(w.ctx(), ada, h, first, "It is right.", record.AnyVersion, ""); err != nil {
		t.Fatal(err)
	}
	if got := claims(ada); !slices.Equal(got, []string{second}) {
		t.Errorf("after one is adopted %v waits", got)
	}
	add(w, ada, h, `commented by=acme disputes=[`+second+`] text="Not so." at=2026-11-23T08:00:00Z`)
	if got := claims(ada); len(got) > 0 {
		t.Errorf("after the other is disputed %v waits", got)
	}
}
