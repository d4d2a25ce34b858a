package sharing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/fault"
)

// Before the authority shares it sees whom it reaches and whom not, and that is
// who reads it afterwards; the preview itself shares nothing.
func TestAnAudienceIsWhoReads(t *testing.T) {
	w := newWorld(t)
	w.suspended("borel")
	g, err := w.PutGroup(t.Context(), w.who("karin"), Group{Platform: "circle", Name: "Energy", Orgs: []string{"borel"}})
	w.must(err)
	said := func(d Draft) string {
		t.Helper()
		a, err := w.Audience(t.Context(), w.who("karin"), "circle", d)
		w.must(err)
		var out []string
		for _, r := range a.Members {
			out = append(out, fmt.Sprintf("%s %s %t %d", r.Org, r.Standing, r.Under, r.People))
		}
		return fmt.Sprintf("%t %d: %s", a.Named, a.People, strings.Join(out, "; "))
	}
	all, group, named, red, clear := report("AMBER", "all"), report("AMBER", "group"), report("GREEN", "named"), report("RED", "red"), report("CLEAR", "clear")
	group.Groups, named.To = []string{g.ID}, []string{"acme"}
	red.To, red.People = []string{"acme"}, []string{"ada", "cleo", "karin"}
	for _, c := range []struct {
		d    Draft
		want string
	}{
		{all, "true 1: acme active true 1; borel suspended false 0"},
		{group, "true 0: borel suspended false 0"},
		{named, "true 1: acme active true 1"}, // ben's unit did not join by itself
		{red, "true 1: acme active true 1"},
		{clear, "true 2: acme active true 1; borel suspended true 1"},
	} {
		if got := said(c.d); got != c.want {
			t.Errorf("%s: %s, want %s", c.d.Words["en"].Title, got, c.want)
		}
	}
	if got := w.titles("ada", Filter{}); got != "" {
		t.Errorf("a preview shared %q", got)
	}
	if got := w.seers(w.shares("karin", all).ID); got != "[karin anton ada ben]" {
		t.Errorf("read by %s", got)
	}
}

// A member is not told who the others are, nor where they stand; what Share would
// refuse is refused before.
func TestAnAudienceTellsMembersNothing(t *testing.T) {
	w := newWorld(t)
	w.suspended("borel")
	a, err := w.Audience(t.Context(), w.who("ada"), "circle", report("GREEN", "x"))
	w.must(err)
	if a.Named || len(a.Members) > 0 || a.People > 0 {
		t.Errorf("%+v", a)
	}
	_, err = w.Audience(t.Context(), w.who("cleo"), "circle", report("GREEN", "x"))
	w.wants(err, fault.Suspended, "authority alone")
	alone := report("GREEN", "x")
	alone.To = []string{"office"}
	if _, err := w.Audience(t.Context(), w.who("cleo"), "circle", alone); err != nil {
		t.Error(err)
	}
	_, err = w.Audience(t.Context(), w.who("dora"), "circle", report("GREEN", "x"))
	w.wants(err, fault.NotFound, "no such platform")
	_, err = w.Audience(t.Context(), w.who("karin"), "circle", Draft{Kind: Report, TLP: "GREEN"})
	w.wants(err, fault.Invalid, "words")
}

// A group that was dissolved reaches no member, and what was shared with it stays
// with its sender and the authority.
func TestAGroupIsDissolved(t *testing.T) {
	w := newWorld(t)
	g, err := w.PutGroup(t.Context(), w.who("karin"), Group{Platform: "circle", Name: "Energy", Orgs: []string{"acme", "borel"}})
	w.must(err)
	d := report("GREEN", "x")
	d.Groups = []string{g.ID}
	it := w.shares("cleo", d)
	if got := w.seers(it.ID); got != "[karin anton ada ben cleo]" {
		t.Errorf("before, read by %s", got)
	}
	w.wants(w.DropGroup(t.Context(), w.who("ada"), "circle", g.ID, g.Version), fault.Forbidden, "authority")
	w.wants(w.DropGroup(t.Context(), w.who("dora"), "circle", g.ID, g.Version), fault.NotFound, "no such platform")
	w.wants(w.DropGroup(t.Context(), w.who("karin"), "circle", "nothing", 1), fault.NotFound, "no such group")
	w.wants(w.DropGroup(t.Context(), w.who("karin"), "circle", g.ID, g.Version+1), fault.Conflict, "")
	w.must(w.DropGroup(t.Context(), w.who("otto"), "circle", g.ID, g.Version))
	if got := w.seers(it.ID); got != "[karin anton cleo]" {
		t.Errorf("afterwards, read by %s", got)
	}
	if list, err := w.Groups(t.Context(), w.who("karin"), "circle"); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

// Who read what others shared is kept, and what nobody read is not.
func TestReadsAreKept(t *testing.T) {
	w := newWorld(t)
	it := w.shares("karin", report("GREEN", "x"))
	for _, p := range []string{"ada", "anton", "karin", "dora"} {
		w.sees(p, it.ID)
	}
	if _, err := w.GetVersion(t.Context(), w.who("cleo"), it.ID, 7); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	theirs := w.shares("ada", report("GREEN", "y"))
	w.sees("karin", theirs.ID)
	if want := []string{"ada shared " + it.ID + " false", "karin shared " + theirs.ID + " true"}; !slices.Equal(w.looked, want) {
		t.Errorf("kept %q, want %q", w.looked, want)
	}
}
