package coordination

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/internal/fault"
)

// cases gives all pages of the list, a few a page.
func (r *room) cases(who access.Reader, size int) (out []Listed) {
	r.t.Helper()
	p := Page{Limit: size}
	for range 1000 {
		list, next, err := r.d.Cases(r.t.Context(), who, p)
		if err != nil {
			r.t.Fatal(err)
		}
		if out = append(out, list...); next == "" {
			return out
		}
		p.After = next
	}
	r.t.Fatal("the pages never end")
	return nil
}

func TestTheListOfCases(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		one, two, green := r.keep(flawed("TOC-1")), r.keep(flawed("TOC-2")), r.keep(strings.Replace(flawed("TOC-G"), "tlp: AMBER", "tlp: GREEN", 1))
		r.keep(flawed("TOC-3"))
		r.seat(one, access.Seat{Org: "acme", Role: access.Owner, Party: "maker"})
		r.seat(two, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		who := someone("ada", "acme")
		for _, size := range []int{1, 2, 3, 50} {
			got := r.cases(who, size)
			if len(got) != 3 || !slices.IsSortedFunc(got, func(a, b Listed) int { return strings.Compare(a.Handle, b.Handle) }) {
				t.Fatalf("fake %t: in pages of %d there are %d cases", fake, size, len(got))
			}
			for _, l := range got {
				lines := r.lines(who, Filter{Case: l.Handle}, 100)
				switch l.Handle {
				case one:
					if l.Role != access.Owner || l.Case != "TOC-1" || l.Open != len(lines) || l.Next == nil || l.TLP != "AMBER" || l.Record != "kept" {
						t.Errorf("the own case: %+v, %d lines", l, len(lines))
					}
				case two:
					if l.Role != access.PartySeat || l.Title == "" || l.Open != len(lines) || l.Open == 0 {
						t.Errorf("the case of a side: %+v, %d lines", l, len(lines))
					}
				case green:
					if l.Role != "" || l.Title == "" {
						t.Errorf("the green case: %+v", l)
					}
				}
			}
		}
		if got := r.cases(access.Reader{Person: "eve"}, 50); len(got) != 0 {
			t.Errorf("somebody of no organisation sees %d cases", len(got))
		}
		if got := r.cases(access.Reader{}, 50); len(got) != 0 {
			t.Errorf("a stranger sees %d cases", len(got))
		}
	}
}

// A seat is in the database before the lines are, and another process may have
// written the case: then it is loaded.
func TestACaseThatIsNotProjectedYetIsListed(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "acme", Role: access.Owner})
	if err := r.o.Lines.DropLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.cases(someone("ada", "acme"), 50); len(got) != 1 || got[0].Case != "TOC-1" || got[0].Open == 0 {
		t.Errorf("%+v", got)
	}
	if got := r.cases(someone("eve", "evil"), 50); len(got) != 0 {
		t.Errorf("a stranger sees %d cases", len(got))
	}
}

// search gives all pages of a search.
func (r *room) search(who access.Reader, words string, size int) (out []Hit) {
	r.t.Helper()
	p := Page{Limit: size}
	for range 1000 {
		hits, next, err := r.d.Search(r.t.Context(), who, words, p)
		if err != nil {
			r.t.Fatal(err)
		}
		if out = append(out, hits...); next == "" {
			return out
		}
		p.After = next
	}
	r.t.Fatal("the pages never end")
	return nil
}

func TestASearchFindsWhatTheReaderMaySee(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		one, two := r.keep(flawed("TOC-1")), r.keep(flawed("TOC-2"))
		r.keep(flawed("TOC-3"))
		r.seat(one, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(two, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(one, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		boss, side, out := someone("cora", "house"), someone("ada", "acme"), someone("eve", "evil")
		for _, c := range []struct {
			who   access.Reader
			words string
			want  int
		}{
			{boss, "libexample", 2},
			{boss, "CVE-2026-44228", 2},
			{boss, "TOC-2", 1},
			{boss, "zebra", 2},
			{boss, "zebra libexample bluebox", 2},
			{boss, "zebra nowhere", 0},
			{side, "libexample", 1},
			{side, "parser overflows", 1},
			{side, "zebra", 0}, // what the other found is not the maker's
			{side, "libexample zebra", 0},
			{out, "libexample", 0},
			{out, "nowhere", 0},
			{boss, "", 0},
			{boss, "  -- ", 0},
		} {
			for _, size := range []int{1, 50} {
				if got := r.search(c.who, c.words, size); len(got) != c.want {
					t.Errorf("fake %t: %s looks for %q in pages of %d and finds %d, not %d", fake, c.who.Person, c.words, size, len(got), c.want)
				}
			}
		}
		hit := r.search(boss, "zebra", 50)[0]
		if len(hit.Places) != 1 || hit.Places[0].Entry != "event" || hit.Places[0].ID != "e4" || !strings.Contains(hit.Places[0].Text, "zebra in the basement") {
			t.Errorf("places %+v", hit.Places)
		}
	}
}

// A search that found nothing and one that found what is hidden are one and the
// same: the answer, and the statements behind it.
func TestASearchDoesNotTellWhatIsHidden(t *testing.T) {
	r := newRoom(t, true, nil)
	for i := range 8 {
		h := r.keep(flawed(fmt.Sprintf("TOC-%d", i)))
		if i%2 == 0 {
			r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		}
	}
	side, out := someone("ada", "acme"), someone("eve", "evil")
	for _, who := range []access.Reader{side, out} {
		r.search(who, "warm", 50)
		var calls []string
		for _, words := range []string{"nowhere", "zebra", "nothing at all", "zebra basement", "bluebox"} {
			r.fake.Calls()
			hits, next, err := r.d.Search(t.Context(), who, words, Page{})
			if hits != nil || next != "" || err != nil {
				t.Errorf("%s looks for %q: %v, %q, %v", who.Person, words, hits, next, err)
			}
			got := r.fake.Calls()
			if calls == nil {
				calls = got
			} else if !slices.Equal(got, calls) {
				t.Errorf("%s looks for %q: the statements are %v, not %v", who.Person, words, got, calls)
			}
		}
	}
	r.fake.Calls()
	if hits := r.search(side, "libexample", 50); len(hits) != 4 { // the control
		t.Errorf("what is the reader's own is found %d times", len(hits))
	}
}

func TestExcerpts(t *testing.T) {
	long := strings.Repeat("many words before ", 20) + "the NEEDLE stands here" + strings.Repeat(" and many behind", 20)
	for _, c := range []struct{ text, term, want string }{
		{"A flaw in libexample", "flaw", "A flaw in libexample"},
		{"ＦＵＬＬ width", "full", "ＦＵＬＬ width"},
		{"Die Straße ist lang", "strasse", "Die Straße ist lang"},
		{"网络产品安全漏洞管理规定", "漏洞", "网络产品安全漏洞管理规定"},
	} {
		if got := excerpt(c.text, c.term); got != c.want {
			t.Errorf("%q around %q: %q", c.text, c.term, got)
		}
	}
	got := excerpt(long, "needle")
	if !strings.Contains(got, "NEEDLE stands here") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || len(got) > 130 {
		t.Errorf("%q", got)
	}
}

func TestAPageIsBounded(t *testing.T) {
	for in, want := range map[int]int{-1: 50, 0: 50, 1: 1, 500: 500, 501: 500, 1 << 40: 500} {
		if got := (Page{Limit: in}).limit(); got != want {
			t.Errorf("a page of %d has %d", in, got)
		}
	}
	r := newRoom(t, false, nil)
	for _, f := range []func(p Page) error{
		func(p Page) error { _, _, err := r.d.Cases(t.Context(), someone("ada", "acme"), p); return err },
		func(p Page) error {
			_, _, err := r.d.Search(t.Context(), someone("ada", "acme"), "word", p)
			return err
		},
	} {
		if err := f(Page{After: "AAAA"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a cursor that is none: %v", err)
		}
	}
}
