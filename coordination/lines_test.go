package coordination

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

func TestTheDeskShowsToEachWhatIsTheirs(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		h := r.keep(flawed("TOC-1"))
		r.keep(flawed("TOC-2")) // nobody here has a seat on it
		r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})

		whole := r.lines(someone("cora", "house"), Filter{}, 50)
		own := r.lines(someone("ada", "acme"), Filter{}, 50)
		none := r.lines(someone("eve", "evil"), Filter{}, 50)
		if len(none) != 0 || len(own) == 0 || len(whole) <= len(own) {
			t.Fatalf("fake %t: the coordinator sees %d lines, the maker %d, a stranger %d", fake, len(whole), len(own), len(none))
		}
		for _, l := range whole {
			if l.Handle != h || l.Case != "TOC-1" || l.Title != "A flaw in libexample" || l.Mine || l.Step != "ask" {
				t.Errorf("the coordinator's line %s: case %s, title %q, mine %t, step %s", l.Duty, l.Case, l.Title, l.Mine, l.Step)
			}
		}
		for _, l := range own {
			if l.Obliged != "maker" || !l.Mine || l.Step != "add-event" {
				t.Errorf("the maker's line %s: owed by %s, mine %t, step %s", l.Duty, l.Obliged, l.Mine, l.Step)
			}
			if !slices.ContainsFunc(whole, func(o DeskLine) bool { return o.Duty == l.Duty }) {
				t.Errorf("the maker owes %s and the coordinator does not see it", l.Duty)
			}
		}
	}
}

func TestEveryPageSizeGivesTheSameLinesInOrder(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		for i := range 6 {
			h := r.keep(flawed("TOC-" + string(rune('a'+i))))
			switch i % 3 {
			case 0:
				r.seat(h, access.Seat{Org: "acme", Role: access.Coordinates})
			case 1:
				r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
			case 2:
				r.seat(h, access.Seat{Person: "ada", Role: access.Observes})
			}
		}
		who := someone("ada", "acme")
		want := r.lines(who, Filter{}, 500)
		for i, l := range want {
			if i > 0 && (want[i-1].Sorts() > l.Sorts() || want[i-1].Sorts() == l.Sorts() && want[i-1].Handle > l.Handle) {
				t.Errorf("line %d stands before line %d", i-1, i)
			}
		}
		for _, size := range []int{1, 2, 3, 7, len(want) - 1, len(want), len(want) + 1} {
			got := r.lines(who, Filter{}, size)
			if len(got) != len(want) {
				t.Errorf("in pages of %d there are %d lines, of %d in one", size, len(got), len(want))
				continue
			}
			for i := range got {
				if got[i].Duty != want[i].Duty || got[i].Handle != want[i].Handle {
					t.Errorf("in pages of %d line %d is another", size, i)
				}
			}
		}
	}
}

func TestFilters(t *testing.T) {
	r := newRoom(t, false, nil)
	one, two := r.keep(flawed("TOC-1")), r.keep(flawed("TOC-2"))
	r.seat(one, access.Seat{Org: "house", Role: access.Coordinates})
	r.seat(two, access.Seat{Person: "cora", Role: access.Owner})
	who := someone("cora", "house")
	all := r.lines(who, Filter{}, 100)
	some := func(what string, f Filter, keep func(DeskLine) bool) {
		t.Helper()
		want := 0
		for _, l := range all {
			if keep(l) {
				want++
			}
		}
		got := r.lines(who, f, 100)
		if want == 0 || want == len(all) && what != "week" && what != "law" || len(got) != want {
			t.Errorf("%s: %d lines of %d, want %d", what, len(got), len(all), want)
		}
		for _, l := range got {
			if !keep(l) {
				t.Errorf("%s: %s does not belong there", what, l.Duty)
			}
		}
	}
	some("case by handle", Filter{Case: one}, func(l DeskLine) bool { return l.Handle == one })
	some("case by id", Filter{Case: "TOC-2"}, func(l DeskLine) bool { return l.Handle == two })
	some("party", Filter{Case: one, Party: "other"}, func(l DeskLine) bool { return l.Handle == one && l.Obliged == "other" })
	some("law", Filter{Law: "eu-cra"}, func(l DeskLine) bool { return l.Pack == "eu-cra" })
	some("mine", Filter{Mine: true}, func(l DeskLine) bool { return l.Handle == two })
	some("past", Filter{Past: true}, func(l DeskLine) bool { return l.PastDue })
	if got := r.lines(who, Filter{Law: "cn-rmsv"}, 100); len(got) != 0 {
		t.Errorf("a law that asks nothing of anybody gives %d lines", len(got))
	}
	week := r.clock.Now().Add(7 * 24 * time.Hour).Unix()
	some("week", Filter{Week: true}, func(l DeskLine) bool { return l.Sorts() < week })

	for what, f := range map[string]Filter{"a case that is not there": {Case: "TOC-9"}, "a party that is not there": {Case: one, Party: "nobody"}} {
		if _, err := r.d.Lines(t.Context(), who, f, Page{}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := r.d.Lines(t.Context(), who, Filter{Party: "maker"}, Page{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a party without its case: %v", err)
	}
	page, err := r.d.Lines(t.Context(), who, Filter{}, Page{})
	if err != nil || !slices.Contains(page.Laws, "eu-cra") || !slices.IsSorted(page.Laws) {
		t.Errorf("laws %v, %v", page.Laws, err)
	}
}

func TestACursorIsOneReadersAndCannotBeAltered(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	who := someone("cora", "house")
	first, err := r.d.Lines(t.Context(), who, Filter{}, Page{Limit: 1})
	if err != nil || first.Next == "" {
		t.Fatalf("next %q, %v", first.Next, err)
	}
	if strings.Contains(first.Next, h) {
		t.Error("the cursor tells the handle")
	}
	raw, err := base64.RawURLEncoding.DecodeString(first.Next)
	if err != nil || strings.Contains(string(raw), h) {
		t.Errorf("the cursor tells the handle, or is no base64: %v", err)
	}
	if _, err := r.d.Lines(t.Context(), who, Filter{}, Page{After: first.Next, Limit: 1}); err != nil {
		t.Errorf("the reader's own cursor: %v", err)
	}
	raw[len(raw)-1] ^= 1
	for what, try := range map[string]func() error{
		"another reader": func() error {
			_, err := r.d.Lines(t.Context(), someone("carl", "house"), Filter{}, Page{After: first.Next})
			return err
		},
		"another filter": func() error {
			_, err := r.d.Lines(t.Context(), who, Filter{Past: true}, Page{After: first.Next})
			return err
		},
		"another list": func() error { _, _, err := r.d.Cases(t.Context(), who, Page{After: first.Next}); return err },
		"altered": func() error {
			_, err := r.d.Lines(t.Context(), who, Filter{}, Page{After: base64.RawURLEncoding.EncodeToString(raw)})
			return err
		},
		"nonsense": func() error {
			_, err := r.d.Lines(t.Context(), who, Filter{}, Page{After: "!"})
			return err
		},
		"huge": func() error {
			_, err := r.d.Lines(t.Context(), who, Filter{}, Page{After: strings.Repeat("A", 1<<20)})
			return err
		},
	} {
		if err := try(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A line of the projection is made of the whole case. Whoever sees a side gets
// what that side alone makes of the duty, so that an event that they may not see
// moves nothing on their desk.
func TestADeskOfASideIsMadeOfThatSide(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		h := r.keep(flawed("TOC-1"))
		r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		who, boss := someone("ada", "acme"), someone("cora", "house")
		before, whole := r.lines(who, Filter{}, 100), r.lines(boss, Filter{}, 100)
		r.add(h, `aware by=other of=box how=told`)
		r.add(h, `reported by=finder to=other of=box`)
		if after := r.lines(who, Filter{}, 100); !sameLines(before, after) {
			t.Error("what another did unseen moved the maker's desk")
		}
		for _, l := range whole {
			if l.Obliged == "other" && l.Stage == "notification" {
				r.add(h, "notified by=other to="+l.To[0]+" of=box rule="+l.Rule+" stage="+l.Stage)
				break
			}
		}
		if after := r.lines(boss, Filter{}, 100); sameLines(whole, after) {
			t.Error("the control: what the other did moves the coordinator's desk")
		}
	}
}

func sameLines(a, b []DeskLine) bool {
	return slices.EqualFunc(a, b, func(x, y DeskLine) bool {
		return x.Duty == y.Duty && x.State == y.State && x.Sorts() == y.Sorts() && x.Handle == y.Handle
	})
}

func TestStandingTokensAndStrangers(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Owner, Party: "maker"})
	with := func(change func(*access.Reader)) access.Reader {
		who := someone("ada", "house")
		change(&who)
		return who
	}
	whole := r.lines(someone("ada", "house"), Filter{}, 100)
	for what, c := range map[string]struct {
		who  access.Reader
		some bool
		step string
	}{
		"counsel":       {with(func(r *access.Reader) { r.Acting[0].Roles = []partner.Role{partner.Counsel} }), true, "look"},
		"left":          {with(func(r *access.Reader) { r.Acting[0].Standing = partner.Left }), false, ""},
		"invited":       {with(func(r *access.Reader) { r.Acting[0].Standing = partner.Invited }), false, ""},
		"empty token":   {with(func(r *access.Reader) { r.Scopes = []string{} }), false, ""},
		"reading token": {with(func(r *access.Reader) { r.Scopes = []string{"see"} }), true, "look"},
		"stranger":      {access.Reader{}, false, ""},
	} {
		got := r.lines(c.who, Filter{}, 100)
		if c.some != (len(got) > 0) {
			t.Errorf("%s: %d lines", what, len(got))
		}
		for _, l := range got {
			if l.Step != c.step {
				t.Errorf("%s: step %s", what, l.Step)
			}
		}
	}
	suspended := r.lines(with(func(r *access.Reader) { r.Acting[0].Standing = partner.Suspended }), Filter{}, 100)
	if len(suspended) == 0 || len(suspended) >= len(whole) {
		t.Errorf("a suspended partner sees %d of %d lines: its own", len(suspended), len(whole))
	}
	for _, l := range suspended {
		if l.Obliged != "maker" {
			t.Errorf("a suspended partner sees what %s owes", l.Obliged)
		}
	}
}
