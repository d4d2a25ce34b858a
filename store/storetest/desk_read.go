package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/record"
)

// deskWorld is a desk with a naive account of it beside the store.
type deskWorld struct {
	cases []escalation.CaseRow
	lines []escalation.Row // in order
	seats []escalation.SeatRow
}

func (w *deskWorld) sees(q escalation.Query, l escalation.Row) bool {
	sees, own := false, q.Only == nil
	for _, s := range w.seats {
		if s.Handle != l.Handle {
			continue
		}
		sees = sees || (slices.Contains(q.Who, s.Who) && (s.Every || s.Party == l.Party))
		own = own || s.Who == *q.Only
	}
	return sees && own
}

// answer is what Lines has to give, by looking at everything.
func (w *deskWorld) answer(q escalation.Query) (out []escalation.Row) {
	for _, l := range w.lines {
		behind := q.After == nil || cmp.Or(cmp.Compare(l.Due, q.After.Due), cmp.Compare(l.Handle, q.After.Handle), cmp.Compare(l.N, q.After.N)) > 0
		if behind && l.Due >= q.From && (q.Before == 0 || l.Due < q.Before) && (q.Handle == "" || q.Handle == l.Handle) &&
			(q.Party == nil || *q.Party == l.Party) && (q.Law == nil || *q.Law == l.Law) && len(out) < q.Limit && w.sees(q, l) {
			out = append(out, l)
		}
	}
	return out
}

// sitAt gives seats, all at once.
func (w *deskWorld) sitAt(rows ...escalation.SeatRow) { w.seats = append(w.seats, rows...) }

// early and late are times; in the cases of the second half everything is late.
const early, late = int64(1_000_000), int64(2_000_000)

// makeDesk has lines enough that every way of finding them is gone: dense and
// sparse, near and far.
func makeDesk(t testing.TB, s Desk, cases, each int) *deskWorld {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, 11))
	w := &deskWorld{}
	var wg sync.WaitGroup
	gate := make(chan struct{}, 8)
	for i := range cases {
		h := fmt.Sprintf("case-%06d", i)
		base := early
		if i >= cases/2 {
			base = late
		}
		var lines []escalation.Row
		for range each {
			due := base + rnd.Int64N(2000)
			if rnd.IntN(20) == 0 {
				due = escalation.NoDue
			}
			lines = append(lines, line(due, h, fmt.Sprintf("p%d", rnd.IntN(4)), []string{"eu", "cn", "cn", "cn"}[rnd.IntN(4)]))
		}
		slices.SortStableFunc(lines, func(a, b escalation.Row) int { return cmp.Compare(a.Due, b.Due) })
		for n := range lines {
			lines[n].Handle, lines[n].N, lines[n].Sealed = h, n, fmt.Appendf(nil, "line %s/%d", h, n)
		}
		w.lines = append(w.lines, lines...)
		c := caseRow(h, 1)
		if i%10 == 3 {
			c.Open = 1 + i/10%2
		}
		w.cases = append(w.cases, c)
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			if err := s.PutLines(t.Context(), c, lines); err != nil {
				t.Errorf("put lines: %v (%v)", err, causes(err))
			}
		})
		id := func(who string) string { return who + "/" + h }
		w.sitAt(seat(id("coordinator"), h, "coordinator", ""))
		if i%2 == 0 {
			w.sitAt(seat(id("half"), h, "half", ""), seat(id("vendor"), h, "vendor", fmt.Sprintf("p%d", i%4)))
		}
		if i >= cases/2 {
			w.sitAt(seat(id("far"), h, "far", ""))
		}
		if i < 2 || i == cases-1 {
			w.sitAt(seat(id("member"), h, "member", "p1"), seat(id("member2"), h, "member", "p2"), seat(id("boss"), h, "boss", ""))
		}
	}
	wg.Wait()
	slices.SortFunc(w.lines, func(a, b escalation.Row) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.N, b.N))
	})
	for part := range slices.Chunk(w.seats, 1000) {
		sit(t, s, part...)
	}
	return w
}

func linesSeen(t *testing.T, s DeskStore) {
	w := makeDesk(t, s, 320, 30)
	eu, boss, p1 := law("eu"), who("boss"), side("case-000001", "p1")
	filters := map[string]escalation.Query{
		"everything":         {},
		"past a time":        {From: early + 1000},
		"within a time":      {From: early + 500, Before: late + 500},
		"an empty time":      {From: late, Before: late},
		"of a law":           {Law: &eu},
		"of a law that none": {Law: &boss},
		"one's own":          {Only: &boss},
		"one's own of a law": {Only: &boss, Law: &eu, Before: late + 1500},
		"of a party":         {Party: &p1},
		"of a case":          {Handle: "case-000001"},
		"of a party of it":   {Handle: "case-000001", Party: &p1},
		"of another case":    {Handle: "case-000002", Party: &p1},
		"of a case, own":     {Handle: "case-000001", Only: &boss, From: early + 500},
		"of a case, foreign": {Handle: "case-000005", Only: &boss},
		"of no case":         {Handle: "case-none"},
	}
	for _, names := range []string{"coordinator", "half", "vendor", "far", "member", "boss member", "nobody", "half member far vendor", "member coordinator"} {
		for what, q := range filters {
			for _, name := range strings.Fields(names) {
				q.Who = append(q.Who, who(name))
			}
			for _, limit := range []int{1, 50, 700} {
				q.Limit, q.After = limit, nil
				for pages := range 3 {
					want := w.answer(q)
					got, err := s.Lines(t.Context(), q)
					if err != nil {
						t.Fatalf("%s, %s: %v (%v)", names, what, err, causes(err))
					}
					if !slices.Equal(places(got), places(want)) {
						t.Fatalf("%s, %s, page %d of %d lines: got %v, want %v", names, what, pages, limit, places(got), places(want))
					}
					for i := range got {
						if !sameRow(got[i], want[i]) {
							t.Fatalf("%s, %s: got %+v, want %+v", names, what, got[i], want[i])
						}
					}
					if len(got) < limit {
						break
					}
					last := got[limit-1]
					q.After = &escalation.Place{Due: last.Due, Handle: last.Handle, N: last.N}
				}
			}
		}
	}
}

func sameRow(a, b escalation.Row) bool {
	return a.Handle == b.Handle && a.N == b.N && a.Due == b.Due && a.Party == b.Party && a.Law == b.Law && string(a.Sealed) == string(b.Sealed)
}

func linesAtOnce(t *testing.T, s DeskStore) {
	sit(t, s, seat("1", "case-a", "ada", ""))
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range int64(10) {
				v := i*8 + int64(g) + 1
				own := fmt.Sprintf("case-%d", g)
				for _, h := range []string{"case-a", own} {
					l := line(v, h, "p", "eu")
					l.Handle, l.Sealed = h, []byte("line")
					if err := s.PutLines(t.Context(), caseRow(h, v), []escalation.Row{l}); err != nil {
						t.Errorf("%s: %v (%v)", h, err, causes(err))
					}
				}
			}
		})
	}
	wg.Wait()
	same(t, "the newest of all", all(t, s, "ada"), nil, []string{"80/case-a/0"})
	// Whoever gives up waiting is told so, and the next one is not held up.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fails(t, "a caller who has gone", s.PutLines(ctx, caseRow("case-b", 1), nil), fault.Unavailable)
	project(t, s, "case-b", 1)
}

func seats(t *testing.T, s DeskStore) {
	ctx := t.Context()
	a, b, c := seat("1", "case-a", "ada", ""), seat("2", "case-a", "bob", "p"), seat("3", "case-b", "ada", "p")
	sit(t, s, c, b, a)
	sit(t, s) // nobody
	got, err := s.SeatsOf(ctx, "case-a")
	same(t, "the seats of a case", got, err, []escalation.SeatRow{a, b})
	got, err = s.SeatsOf(ctx, "case-c")
	same(t, "the seats of no case", len(got), err, 0)
	among := func(what string, handles []string, names []string, want ...escalation.SeatRow) {
		t.Helper()
		var w [][32]byte
		for _, n := range names {
			w = append(w, who(n))
		}
		got, err := s.SeatsAmong(ctx, handles, w)
		slices.SortFunc(got, func(a, b escalation.SeatRow) int { return cmp.Compare(a.ID, b.ID) })
		same(t, what, got, err, want)
	}
	among("ada's", []string{"case-a", "case-b"}, []string{"ada"}, a, c)
	among("on one", []string{"case-a", "case-a"}, []string{"ada", "bob", "ada"}, a, b)
	among("of a stranger", []string{"case-a"}, []string{"eve"})
	among("of nobody", []string{"case-a"}, nil)
	among("on nothing", nil, []string{"ada"})
	a.Every, a.Party, a.Sealed = false, side("case-a", "q"), []byte("changed")
	sit(t, s, a)
	got, err = s.SeatsOf(ctx, "case-a")
	same(t, "a seat that was changed", got, err, []escalation.SeatRow{a, b})
	moved, last := a, a
	moved.Handle, last.Handle = "case-b", "case-d"
	sit(t, s, moved, last) // of two with one id the later counts
	got, err = s.SeatsOf(ctx, "case-d")
	same(t, "a seat that moved", got, err, []escalation.SeatRow{last})
	for range 2 { // one that is not there is no error
		if err := s.DropSeat(ctx, "1"); err != nil {
			t.Fatal(err)
		}
	}
	among("ada's that stay", []string{"case-a", "case-b", "case-d"}, []string{"ada"}, c)
	fails(t, "a seat without a case", s.PutSeat(ctx, escalation.SeatRow{ID: "9"}), fault.Internal)
	if err := s.DropLines(ctx); err != nil {
		t.Fatal(err)
	}
	got, err = s.SeatsOf(ctx, "case-b")
	same(t, "seats when the lines are dropped", got, err, []escalation.SeatRow{c})
}

// casesAnswer is what the lists of cases have to give, by looking at everything.
func (w *deskWorld) casesAnswer(names []string, narrow bool, open int, words [][32]byte, after string, limit int) (out []string) {
	for _, c := range w.cases {
		visible := !narrow && open > 0 && c.Open >= open
		for _, s := range w.seats {
			visible = visible || (s.Handle == c.Handle && (!narrow || !s.Every) && slices.ContainsFunc(names, func(n string) bool { return who(n) == s.Who }))
		}
		for _, x := range words {
			visible = visible && slices.Contains(c.Words, x)
		}
		if visible && c.Handle > after && len(out) < limit {
			out = append(out, c.Handle)
		}
	}
	return out
}

func handles(list []escalation.CaseRow) (out []string) {
	for _, c := range list {
		out = append(out, c.Handle)
	}
	return out
}

func casesListed(t *testing.T, s DeskStore) {
	w := makeDesk(t, s, 150, 1)
	for _, names := range [][]string{{"coordinator"}, {"half", "member"}, {"member"}, {"vendor", "far"}, {"nobody"}, nil} {
		var hashes [][32]byte
		for _, n := range names {
			hashes = append(hashes, who(n))
		}
		for _, after := range []string{"", "case-000003", "case-000140", "z"} {
			for _, limit := range []int{1, 20, 500} {
				for open := range 3 {
					list, err := s.CasesOf(t.Context(), hashes, open, after, limit)
					same(t, fmt.Sprint("cases of ", names, open, after, limit), handles(list), err, w.casesAnswer(names, false, open, nil, after, limit))
				}
				list, err := s.NarrowCases(t.Context(), hashes, after, limit)
				same(t, fmt.Sprint("narrow cases of ", names, after, limit), handles(list), err, w.casesAnswer(names, true, 0, nil, after, limit))
			}
		}
	}
	list, err := s.CasesOf(t.Context(), [][32]byte{who("coordinator")}, 0, "case-000012", 1)
	want := w.cases[13]
	want.Words = nil
	same(t, "a case to the byte", list, err, []escalation.CaseRow{want})
}

func casesSearched(t *testing.T, s DeskStore) {
	w := makeDesk(t, s, 60, 1)
	for i := range w.cases {
		w.cases[i].Version++
		if i%3 == 0 {
			w.cases[i].Words = append(w.cases[i].Words, word("third"))
		}
		if i%7 == 0 {
			w.cases[i].Words = append(w.cases[i].Words, word("seventh"))
		}
		if err := s.PutLines(t.Context(), w.cases[i], nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, names := range [][]string{{"coordinator"}, {"member"}, {"half", "vendor"}, {"nobody"}, nil} {
		var hashes [][32]byte
		for _, n := range names {
			hashes = append(hashes, who(n))
		}
		for _, words := range [][]string{{"all"}, {"third"}, {"third", "seventh", "all"}, {"case-000001"}, {"all", "none"}, {"third", "third"}, nil} {
			var asked [][32]byte
			for _, x := range words {
				asked = append(asked, word(x))
			}
			for open := range 3 {
				for _, after := range []string{"", "case-000020"} {
					list, err := s.CasesWith(t.Context(), hashes, open, asked, after, 5)
					same(t, fmt.Sprint(names, words, open, after), handles(list), err, w.casesAnswer(names, false, open, asked, after, 5))
				}
			}
		}
	}
	// Words that a case lost are not found any more.
	c := w.cases[0]
	c.Words, c.Version = [][32]byte{word("new"), word("new")}, 9
	if err := s.PutLines(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	for x, want := range map[string]int{"new": 1, "case-000000": 0} {
		list, err := s.CasesWith(t.Context(), [][32]byte{who("coordinator")}, 0, [][32]byte{word(x)}, "", 5)
		same(t, x, len(list), err, want)
	}
}

func versions(t *testing.T, s DeskStore) {
	update(t, s, func(ctx context.Context, w record.Tx) error {
		return w.PutView(ctx, viewOf("case-a", 3), viewOf("case-b", 7))
	})
	got, err := s.Versions(t.Context(), []string{"case-b", "case-a", "case-c", "case-a"})
	same(t, "the versions", got, err, map[string]int64{"case-a": 3, "case-b": 7})
	got, err = s.Versions(t.Context(), nil)
	same(t, "the versions of nothing", got, err, map[string]int64{})
	var many []string
	for i := range 600 {
		many = append(many, fmt.Sprint("case-", i))
	}
	got, err = s.Versions(t.Context(), append(many, "case-b"))
	same(t, "the versions of many", got, err, map[string]int64{"case-b": 7})
}

func hostileQueries(t *testing.T, s DeskStore) {
	ctx := t.Context()
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"))
	sit(t, s, seat("1", "case-a", "ada", ""))
	ada := [][32]byte{who("ada")}
	for what, q := range map[string]escalation.Query{
		"no limit":       {Who: ada},
		"a limit below":  {Who: ada, Limit: -1},
		"behind the end": {Who: ada, Limit: 9, After: &escalation.Place{Due: math.MaxInt64, Handle: "z", N: 9}},
		"from the end":   {Who: ada, Limit: 9, From: math.MaxInt64},
		"backwards":      {Who: ada, Limit: 9, From: 20, Before: 5},
		"a quote":        {Who: ada, Limit: 9, Handle: "' OR '1'='1"},
	} {
		list, err := s.Lines(ctx, q)
		same(t, what, len(list), err, 0)
	}
	list, err := s.Lines(ctx, escalation.Query{Who: ada, Limit: math.MaxInt32, From: math.MinInt64, After: &escalation.Place{Due: math.MinInt64, N: math.MinInt32}})
	same(t, "everything there is", len(list), err, 1)
	_, err = s.Lines(ctx, escalation.Query{Who: ada, Limit: 9, Handle: "\x00"})
	fails(t, "a handle with a zero", err, fault.Invalid)
	_, err = s.Lines(ctx, escalation.Query{Who: ada, Limit: 9, After: &escalation.Place{Handle: "\xff"}})
	fails(t, "a place that is no UTF-8", err, fault.Invalid)
	_, err = s.CasesOf(ctx, ada, 0, "\x00", 9)
	fails(t, "a case with a zero", err, fault.Invalid)
	_, err = s.CasesOf(ctx, make([][32]byte, 1), 0, "", math.MinInt32)
	if err != nil {
		t.Error(err)
	}
	var crowd [][32]byte
	for i := range 201 {
		crowd = append(crowd, who(fmt.Sprint(i)))
	}
	_, err = s.CasesOf(ctx, crowd, 1, "", 9)
	fails(t, "a crowd", err, fault.Internal)
	if _, err = s.CasesOf(ctx, crowd[:200], 1, "", 9); err != nil {
		t.Errorf("a small crowd: %v (%v)", err, causes(err))
	}
	if _, err = s.CasesWith(ctx, crowd[:200], 1, crowd[:60], "", 9); err != nil {
		t.Errorf("a small crowd that searches: %v (%v)", err, causes(err))
	}
}
