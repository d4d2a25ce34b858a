package coordination

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/earlier"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// fromOutside is the report of a third party, which arrived a day after the makers
// of flaw knew.
func fromOutside() EarlierAsked {
	return EarlierAsked{Report: earlier.Report{Flaws: []string{"cve-2026-44228"}, Purls: []string{"pkg:generic/acme/libexample@3.0"},
		Received: calendar.Instant(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)), By: "A third party"}}
}

// earlier asks until the end, and gives all members and how many answers that took.
func (r *room) earlier(who access.Reader, a EarlierAsked) (out []earlier.Member, asked int) {
	r.t.Helper()
	for range 1000 {
		got, err := r.d.Earlier(r.t.Context(), who, a)
		if err != nil {
			r.t.Fatal(err)
		}
		out, asked = append(out, got.Members...), asked+1
		if a.After, a.Skip = got.Next, 0; a.After == "" {
			return out, asked
		}
	}
	r.t.Fatal("the answers never end")
	return nil, 0
}

func member(list []earlier.Member, name string) *earlier.Member {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func TestAReportFindsWhoKnewBefore(t *testing.T) {
	for _, fake := range []bool{false, true} {
		r := newRoom(t, fake, nil)
		h := r.keep(flawed("TOC-1"))
		r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
		r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		boss := someone("cora", "house")
		got, err := r.d.Earlier(t.Context(), boss, fromOutside())
		if err != nil {
			t.Fatal(err)
		}
		acme := member(got.Members, "Acme Works")
		if acme == nil || acme.When != earlier.Before || !slices.Equal(acme.Orgs, []string{"acme"}) || acme.Rows[0].Handle != h || got.Cases != 1 || got.Weighed != 1 || got.Skip != 0 || got.Next != "" {
			t.Fatalf("fake %t: %+v", fake, got)
		}
		row := acme.Rows[0]
		grounds := map[string]bool{}
		for _, o := range row.Owed {
			grounds[o.Ground] = true
			if o.Citation == "" || o.Modality == "" || o.State == "" {
				t.Errorf("%+v", o)
			}
		}
		if !row.Weighed || !grounds["statute"] || len(row.Marks) == 0 || row.Marks[0].Event == "" {
			t.Errorf("what it owed: %+v", row)
		}
		other := member(got.Members, "Borealis")
		if other == nil || other.When != earlier.Perhaps || len(other.Rows[0].Uncertain) == 0 {
			t.Errorf("who knew of another product: %+v", other)
		}
		if n := len(r.d.reads.waiting); n != 1 {
			t.Errorf("%d reads wait: what was told of a case is one", n)
		}
		before := fromOutside()
		before.Received = calendar.Instant(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
		if list, _ := r.earlier(boss, before); len(list) != 0 {
			t.Errorf("fake %t: nobody knew before the first of them did: %+v", fake, list)
		}
	}
}

func TestAMemberThatKnewOfSomethingElseIsNotFound(t *testing.T) {
	r := newRoom(t, false, nil)
	text := strings.NewReplacer("CVE-2026-44228", "CVE-2026-1", "pkg:generic/acme/libexample@2.1", "pkg:generic/acme/lamp@1", "name: libexample", "name: Lamp").Replace(flawed("TOC-1"))
	r.seat(r.keep(text), access.Seat{Org: "house", Role: access.Coordinates})
	boss := someone("cora", "house")
	if list, _ := r.earlier(boss, fromOutside()); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	a := fromOutside()
	a.Flaws, a.Purls, a.Names = nil, nil, []string{"LAMP"}
	if list, _ := r.earlier(boss, a); len(list) != 2 || list[0].When != earlier.Perhaps { // the control: the maker, and who told it
		t.Errorf("by its name: %+v", list)
	}
}

func TestADisputedClaimIsPerhaps(t *testing.T) {
	r := newRoom(t, false, nil)
	text := strings.ReplaceAll(flawed("TOC-1"), "by: other, of: box", "by: other, of: lib")
	h := r.keep(text)
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	boss := someone("cora", "house")
	if list, _ := r.earlier(boss, fromOutside()); member(list, "Borealis").When != earlier.Before {
		t.Fatalf("before anybody contests it: %+v", list)
	}
	r.add(h, `aware by=other of=lib at=2026-11-23T10:00:00Z disputes=[e4]`)
	r.add(h, `mark-contested by=other re=e5 at=2026-11-23T10:00:00Z`)
	list, _ := r.earlier(boss, fromOutside())
	b := member(list, "Borealis")
	if b == nil || b.When != earlier.Perhaps || !slices.ContainsFunc(b.Rows[0].For, func(p earlier.Point) bool { return p.Code == earlier.Contested }) {
		t.Errorf("%+v", b)
	}
	if list[0].Name != "Acme Works" {
		t.Errorf("the firmest is not the first: %+v", list)
	}
}

// What a side does not show is not found by it, and costs the same as what is not
// there; so does a case on which the reader has no seat.
func TestEarlierKnowledgeDoesNotTellWhatIsHidden(t *testing.T) {
	r := newRoom(t, true, nil)
	for i := range 8 {
		h := r.keep(flawed(fmt.Sprintf("TOC-%d", i)))
		if i%2 == 0 {
			r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
		}
	}
	ask := func(a EarlierAsked) EarlierAsked {
		a.Received = fromOutside().Received
		return a
	}
	hidden := ask(EarlierAsked{Report: earlier.Report{Names: []string{"Bluebox"}}})
	nowhere := ask(EarlierAsked{Report: earlier.Report{Names: []string{"Nowhere"}}})
	for _, who := range []access.Reader{someone("ada", "acme"), someone("eve", "evil")} {
		r.earlier(who, fromOutside())
		var calls []string
		for _, a := range []EarlierAsked{nowhere, hidden} {
			r.fake.Calls()
			got, err := r.d.Earlier(t.Context(), who, a)
			if err != nil || len(got.Members) > 0 || got.Cases > 0 || got.Next != "" {
				t.Errorf("%s asks for %v: %+v, %v", who.Person, a.Names, got, err)
			}
			now := r.fake.Calls()
			if calls != nil && !slices.Equal(now, calls) {
				t.Errorf("%s asks for %v: the statements are %v, not %v", who.Person, a.Names, now, calls)
			}
			calls = now
		}
	}
	list, _ := r.earlier(someone("ada", "acme"), fromOutside()) // the control
	acme := member(list, "Acme Works")
	if acme == nil || len(acme.Rows) != 4 || member(list, "Borealis") != nil {
		t.Fatalf("the own side: %+v", list)
	}
	if u := acme.Rows[0].Uncertain; !slices.ContainsFunc(u, func(p earlier.Point) bool { return p.Code == earlier.SideOnly }) {
		t.Errorf("that it is a side only is not said: %+v", u)
	}
	for i, what := range []string{"aware by=other of=box at=2026-11-10T10:00:00Z", "commented by=other of=box at=2026-11-21T10:00:00Z text=libexample", "aware by=other of=lib at=2026-11-11T10:00:00Z basis=claim"} {
		r.add(acme.Rows[i].Handle, what)
	}
	if after, _ := r.earlier(someone("ada", "acme"), fromOutside()); !reflect.DeepEqual(after, list) {
		t.Errorf("what others did unseen shows:\n%+v\n%+v", after, list)
	}
	if list, _ := r.earlier(someone("eve", "evil"), fromOutside()); len(list) != 0 {
		t.Errorf("a stranger finds %+v", list)
	}
	suspended := someone("ada", "acme")
	suspended.Acting[0].Standing = partner.Suspended
	list, _ = r.earlier(suspended, fromOutside())
	for _, m := range list {
		if m.Name == "Borealis" {
			t.Errorf("a suspended member is told of %s", m.Name)
		}
	}
}

// However many cases there are that the reader may not see, of whatever kind, the
// answer is the same.
func TestLawWhatIsNotTheReadersNeverChangesTheAnswer(t *testing.T) {
	r := newRoom(t, true, nil)
	mine := r.keep(flawed("TOC-1"))
	r.seat(mine, access.Seat{Org: "house", Role: access.Coordinates})
	side := r.keep(flawed("TOC-2"))
	r.seat(side, access.Seat{Org: "house", Role: access.PartySeat, Party: "other"})
	boss := someone("cora", "house")
	want, _ := r.earlier(boss, fromOutside())
	n := 2
	rapid.Check(t, func(t *rapid.T) {
		n++
		text := flawed(fmt.Sprintf("TOC-%d", n))
		if rapid.Bool().Draw(t, "of another flaw") {
			text = strings.ReplaceAll(text, "CVE-2026-44228", "CVE-2026-1")
		}
		if rapid.Bool().Draw(t, "of another day") {
			text = strings.ReplaceAll(text, "2026-11-20", "2026-11-0"+fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "day")))
		}
		if rapid.Bool().Draw(t, "of people alone") {
			text = strings.ReplaceAll(text, "tlp: AMBER", "tlp: RED")
		}
		h := r.keep(text)
		switch rapid.IntRange(0, 2).Draw(t, "seat") {
		case 0:
			r.seat(h, access.Seat{Org: "evil", Role: access.Owner})
		case 1:
			r.seat(h, access.Seat{Org: "evil", Role: access.PartySeat, Party: "maker"})
		}
		got, _ := r.earlier(boss, fromOutside())
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	})
	r.seat(r.keep(flawed("TOC-0")), access.Seat{Org: "house", Role: access.Observes}) // the control
	if got, _ := r.earlier(boss, fromOutside()); reflect.DeepEqual(got, want) {
		t.Error("a case more of the reader's own changes nothing")
	}
}

// Twenty cases are looked at for what was owed; Skip gives the next.
func TestTheDutiesOfManyCasesComeInTurn(t *testing.T) {
	r := newRoom(t, false, nil)
	const n = 45
	for i := range n {
		r.seat(r.keep(flawed(fmt.Sprintf("TOC-%d", i))), access.Seat{Org: "house", Role: access.Coordinates})
	}
	a, weighed, rounds := fromOutside(), map[string]bool{}, 0
	for {
		got, err := r.d.Earlier(t.Context(), someone("cora", "house"), a)
		if err != nil {
			t.Fatal(err)
		}
		if got.Cases != n {
			t.Fatalf("%d cases of %d", got.Cases, n)
		}
		for _, m := range got.Members {
			for _, row := range m.Rows {
				if row.Weighed {
					weighed[row.Handle] = true
				}
			}
		}
		rounds++
		if got.Skip == 0 {
			break
		}
		if a.Skip = got.Skip; a.Skip != 20*rounds {
			t.Fatalf("after %d answers the next begins at %d", rounds, a.Skip)
		}
	}
	if rounds != 3 || len(weighed) != n {
		t.Errorf("%d answers tell of the duties of %d cases", rounds, len(weighed))
	}
}

// Whoever has very many narrow seats gets them in several answers, each case once.
func TestManySidesComeInSeveralAnswers(t *testing.T) {
	r := newRoom(t, true, nil)
	const n = narrowMost + 20
	small := strings.Split(flaw, "  - {id: e3")[0]
	for i := range n {
		r.seat(r.keep(strings.Replace(small, "case: ID", fmt.Sprintf("case: TOC-%d", i), 1)), access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
	}
	list, asked := r.earlier(someone("ada", "acme"), fromOutside())
	seen := map[string]bool{}
	for _, m := range list {
		for _, row := range m.Rows {
			if seen[row.Handle+row.Party] {
				t.Fatalf("%s is told of twice", row.Handle)
			}
			seen[row.Handle+row.Party] = true
		}
	}
	if len(seen) != 2*n || asked != 2 { // the maker, and who told it
		t.Errorf("%d rows of %d cases in %d answers", len(seen), n, asked)
	}
}

// A case too large for the projection is loaded, and told of all the same.
func TestALargeCaseIsLoaded(t *testing.T) {
	r := newRoom(t, false, nil)
	var parties, events strings.Builder
	for i := range 200 {
		fmt.Fprintf(&parties, "  - {id: w%d, name: Warehouse %d, country: DE}\n", i, i)
		fmt.Fprintf(&events, "  - {id: w%d, kind: aware, by: w%d, of: lib, at: \"2026-11-20T10:00:00Z\"}\n", i, i)
	}
	text := strings.Replace(flawed("TOC-1"), "events:\n", parties.String()+"events:\n"+events.String(), 1)
	h := r.keep(text)
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	rows, err := r.o.Lines.CaseRows(t.Context(), []string{h})
	if err != nil {
		t.Fatal(err)
	}
	brief, err := rows[0].Brief(r.d.opener)
	if err != nil || brief.Known != nil {
		t.Fatalf("the brief holds %d bytes (%v)", len(brief.Known), err)
	}
	if list, _ := r.earlier(someone("cora", "house"), fromOutside()); len(list) < 201 {
		t.Errorf("%d members of more than 200", len(list))
	}
}

func TestWhatCannotBeLookedFor(t *testing.T) {
	r := newRoom(t, true, nil)
	who := someone("cora", "house")
	many := fromOutside()
	for i := range 40 {
		many.Names = append(many.Names, fmt.Sprintf("Product %d", i))
	}
	untimed, elsewhere := fromOutside(), fromOutside()
	untimed.Received = calendar.Span{}
	elsewhere.After = "AAAA"
	for name, a := range map[string]EarlierAsked{"nothing": {Report: earlier.Report{Purls: []string{"log4j"}, Received: many.Received}}, "too much": many, "no time": untimed, "a cursor that is none": elsewhere} {
		if _, err := r.d.Earlier(t.Context(), who, a); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := r.d.Earlier(t.Context(), access.Reader{}, fromOutside()); err != nil || len(got.Members) != 0 {
		t.Errorf("a stranger: %+v %v", got, err)
	}
}
