package storetest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"tocsin/escalation"
	"tocsin/internal/fault"
	"tocsin/record"
)

// Desk is what the desk is read from: lines and cases as escalation.Store has
// them, seats as coordination.SeatStore has them.
type Desk interface {
	escalation.Store
	PutSeat(ctx context.Context, rows ...escalation.SeatRow) error
	DropSeat(ctx context.Context, id string) error
	SeatsOf(ctx context.Context, handle string) ([]escalation.SeatRow, error)
	SeatsAmong(ctx context.Context, handles []string, who [][32]byte) ([]escalation.SeatRow, error)
	CasesOf(ctx context.Context, who [][32]byte, open int, after string, limit int) ([]escalation.CaseRow, error)
	CasesWith(ctx context.Context, who [][32]byte, open int, words [][32]byte, after string, limit int) ([]escalation.CaseRow, error)
	NarrowCases(ctx context.Context, who [][32]byte, after string, limit int) ([]escalation.CaseRow, error)
	Versions(ctx context.Context, handles []string) (map[string]int64, error)
	Figures(ctx context.Context, now int64) (escalation.Figures, error)
}

// DeskStore is a desk in one database with the record.
type DeskStore interface {
	Desk
	record.Store
}

// Desks holds the store that open gives, empty each time, to its promises.
func Desks(t *testing.T, open func(t *testing.T) DeskStore) {
	for _, c := range []struct {
		promise string
		hold    func(t *testing.T, s DeskStore)
	}{
		{"lines are replaced as a whole", linesReplaced},
		{"an older projection is dropped", linesOlder},
		{"nobody sees a line without a seat", linesUnseen},
		{"lines come in order, page by page, to whoever may see them", linesSeen},
		{"what is stale is found, and nothing else", linesStale},
		{"what another process added is found", linesBehind},
		{"the next change is the earliest", linesNext},
		{"dropped lines are gone and made again", linesDropped},
		{"forgotten lines do not come back", linesForgotten},
		{"many project at once", linesAtOnce},
		{"a line of another case is refused", linesFalse},
		{"the pulse is kept with its gaps", pulse},
		{"lines are counted", figures},
		{"seats are put, replaced, dropped and found", seats},
		{"cases are listed by seat and by openness", casesListed},
		{"a search finds cases that have all the words", casesSearched},
		{"versions are those of the record", versions},
		{"hostile queries give nothing", hostileQueries},
	} {
		t.Run(c.promise, func(t *testing.T) { c.hold(t, open(t)) })
	}
}

// Names for hashes.
func who(name string) [32]byte           { return sha256.Sum256([]byte("who " + name)) }
func side(handle, party string) [32]byte { return sha256.Sum256([]byte(handle + "/" + party)) }
func law(name string) [32]byte           { return sha256.Sum256([]byte("law " + name)) }
func word(w string) [32]byte             { return sha256.Sum256([]byte("word " + w)) }

var basis = sha256.Sum256([]byte("basis"))

// project puts lines of a case: each of them "due party law".
func project(t testing.TB, s Desk, handle string, version int64, lines ...escalation.Row) {
	t.Helper()
	projectCase(t, s, caseRow(handle, version), lines...)
}

func caseRow(handle string, version int64) escalation.CaseRow {
	return escalation.CaseRow{Handle: handle, Version: version, Changes: escalation.NoDue, Basis: basis,
		Sealed: fmt.Appendf(nil, "case %s", handle), Words: [][32]byte{word("all"), word(handle)}}
}

func projectCase(t testing.TB, s Desk, c escalation.CaseRow, lines ...escalation.Row) {
	t.Helper()
	slices.SortStableFunc(lines, func(a, b escalation.Row) int { return cmp.Compare(a.Due, b.Due) })
	for i := range lines {
		lines[i].Handle, lines[i].N = c.Handle, i
		lines[i].Sealed = fmt.Appendf(nil, "line %s/%d due %d", c.Handle, i, lines[i].Due)
	}
	if err := s.PutLines(t.Context(), c, lines); err != nil {
		t.Fatalf("put lines: %v (%v)", err, causes(err))
	}
}

func line(due int64, handle, party, pack string) escalation.Row {
	return escalation.Row{Due: due, Party: side(handle, party), Law: law(pack)}
}

func seat(id, handle, name, party string) escalation.SeatRow {
	r := escalation.SeatRow{ID: id, Handle: handle, Who: who(name), Every: party == "", Sealed: []byte("seat " + id)}
	if party != "" {
		r.Party = side(handle, party)
	}
	return r
}

func sit(t testing.TB, s Desk, rows ...escalation.SeatRow) {
	t.Helper()
	if err := s.PutSeat(t.Context(), rows...); err != nil {
		t.Fatalf("put seats: %v (%v)", err, causes(err))
	}
}

func places(list []escalation.Row) (out []string) {
	for _, l := range list {
		out = append(out, fmt.Sprintf("%d/%s/%d", l.Due, l.Handle, l.N))
	}
	return out
}

// all is everything that one sees.
func all(t *testing.T, s Desk, names ...string) []string {
	t.Helper()
	q := escalation.Query{Limit: 1000}
	for _, n := range names {
		q.Who = append(q.Who, who(n))
	}
	list, err := s.Lines(t.Context(), q)
	if err != nil {
		t.Fatalf("lines: %v (%v)", err, causes(err))
	}
	return places(list)
}

func linesReplaced(t *testing.T, s DeskStore) {
	sit(t, s, seat("1", "case-a", "ada", ""))
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"), line(20, "case-a", "p", "eu"), line(30, "case-a", "q", "cn"))
	same(t, "the lines", all(t, s, "ada"), nil, []string{"10/case-a/0", "20/case-a/1", "30/case-a/2"})
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"), line(15, "case-a", "p", "eu")) // of the same version: made anew
	same(t, "the lines", all(t, s, "ada"), nil, []string{"10/case-a/0", "15/case-a/1"})
	project(t, s, "case-a", 2, line(15, "case-a", "p", "eu"), line(escalation.NoDue, "case-a", "p", "eu"))
	list, err := s.Lines(t.Context(), escalation.Query{Who: [][32]byte{who("ada")}, Limit: 9})
	same(t, "the lines to the byte", list, err, []escalation.Row{
		{Handle: "case-a", N: 0, Due: 15, Party: side("case-a", "p"), Law: law("eu"), Sealed: []byte("line case-a/0 due 15")},
		{Handle: "case-a", N: 1, Due: escalation.NoDue, Party: side("case-a", "p"), Law: law("eu"), Sealed: fmt.Appendf(nil, "line case-a/1 due %d", escalation.NoDue)},
	})
	before, err := s.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	project(t, s, "case-a", 3)
	same(t, "no lines", all(t, s, "ada"), nil, nil)
	if after, err := s.Edition(t.Context()); err != nil || after <= before {
		t.Errorf("the edition went from %d to %d, %v", before, after, err)
	}
}

func linesOlder(t *testing.T, s DeskStore) {
	sit(t, s, seat("1", "case-a", "ada", ""))
	project(t, s, "case-a", 5, line(10, "case-a", "p", "eu"))
	project(t, s, "case-a", 4, line(99, "case-a", "p", "eu"))
	same(t, "the lines", all(t, s, "ada"), nil, []string{"10/case-a/0"})
	rows, err := s.CaseRows(t.Context(), []string{"case-a", "case-b"})
	want := caseRow("case-a", 5)
	want.Words = nil
	same(t, "the case", rows, err, []escalation.CaseRow{want})
}

func linesUnseen(t *testing.T, s DeskStore) {
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"), line(20, "case-a", "q", "eu"))
	project(t, s, "case-b", 1, line(10, "case-b", "p", "eu"))
	same(t, "without a seat", all(t, s, "eve"), nil, nil)
	same(t, "nobody", all(t, s), nil, nil)
	sit(t, s, seat("1", "case-a", "eve", "p"))
	same(t, "with a party's seat", all(t, s, "eve"), nil, []string{"10/case-a/0"})
	if err := s.DropSeat(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	same(t, "when it was taken", all(t, s, "eve"), nil, nil)
	// A seat whose hash of a party is that of another case opens nothing there.
	odd := seat("2", "case-b", "eve", "p")
	odd.Party = side("case-a", "p")
	sit(t, s, odd)
	same(t, "with a seat that fits nothing", all(t, s, "eve"), nil, nil)
}

func linesStale(t *testing.T, s DeskStore) {
	stale := func(b [32]byte, now int64, limit int) []string {
		t.Helper()
		list, err := s.Stale(t.Context(), b, now, limit)
		if err != nil {
			t.Fatalf("stale: %v (%v)", err, causes(err))
		}
		slices.Sort(list)
		return list
	}
	same(t, "of nothing", stale(basis, 100, 9), nil, nil)
	recorded(t, s, "case-a", 1)
	recorded(t, s, "case-b", 1)
	recorded(t, s, "case-c", 1)
	same(t, "never projected", stale(basis, 100, 9), nil, []string{"case-a", "case-b", "case-c"})
	if n := len(stale(basis, 100, 2)); n != 2 {
		t.Errorf("%d of at most 2", n)
	}
	for _, h := range []string{"case-a", "case-b", "case-c"} {
		c := caseRow(h, 1)
		c.Changes = map[string]int64{"case-a": 500, "case-b": 600, "case-c": escalation.NoDue}[h]
		projectCase(t, s, c)
	}
	same(t, "all projected", stale(basis, 499, 9), nil, nil)
	recorded(t, s, record.LogHandle, 1) // notes of the log are no case
	same(t, "a note of the log", stale(basis, 499, 9), nil, nil)
	same(t, "one has changed by itself", stale(basis, 500, 9), nil, []string{"case-a"})
	same(t, "at the end of time", stale(basis, escalation.NoDue, 9), nil, []string{"case-a", "case-b"})
	recorded(t, s, "case-b", 2)
	same(t, "a new version", stale(basis, 0, 9), nil, []string{"case-b"})
	same(t, "still", stale(basis, 0, 9), nil, []string{"case-b"})
	project(t, s, "case-b", 2)
	same(t, "projected again", stale(basis, 0, 9), nil, nil)
	same(t, "another basis", stale(word("basis"), 0, 9), nil, []string{"case-a", "case-b", "case-c"})
	same(t, "and back", stale(basis, 0, 9), nil, nil)
	same(t, "with a note of the log", stale(word("other"), 0, 9), nil, []string{"case-a", "case-b", "case-c"})
	// What is in no view of the record, such as a canary's lines, is never stale.
	c := caseRow("canary-1", 1)
	c.Changes = 1
	projectCase(t, s, c, line(1, "canary-1", "p", "eu"))
	same(t, "of no case", stale(word("basis"), 100, 9), nil, []string{"case-a", "case-b", "case-c"})
}

// recorded gives a case of the record a version, with a record in the log.
func recorded(t testing.TB, s record.Store, handle string, version int64) {
	t.Helper()
	update(t, s, func(ctx context.Context, w record.Tx) error {
		next := int64(0)
		if err := w.EachRow(ctx, 1, 0, func(r record.Row) error { next = r.Index + 1; return nil }); err != nil {
			return err
		}
		if err := w.PutRows(ctx, []record.Row{row(1, next, handle, version)}); err != nil {
			return err
		}
		v := viewOf(handle, version)
		return w.PutView(ctx, v)
	})
}

// The store looks at all cases once and then at what the log grew by; many
// cases take many stretches.
func linesBehind(t *testing.T, s DeskStore) {
	const n = 5000
	update(t, s, func(ctx context.Context, w record.Tx) error {
		var views []record.View
		var rows []record.Row
		for i := range n {
			h := fmt.Sprintf("case-%05d", i)
			views = append(views, viewOf(h, 1))
			rows = append(rows, row(1, int64(i), h, 1))
		}
		if err := w.PutRows(ctx, rows); err != nil {
			return err
		}
		return w.PutView(ctx, views...)
	})
	seen := map[string]bool{}
	for rounds := 0; ; rounds++ {
		list, err := s.Stale(t.Context(), basis, 0, 700)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		if rounds > n/700+2 {
			t.Fatalf("no end after %d rounds", rounds)
		}
		for _, h := range list {
			if h != "case-00007" || len(seen) > 4000 { // one fails for long
				project(t, s, h, 1)
			}
			seen[h] = true
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d cases were found", len(seen), n)
	}
	recorded(t, s, "case-00001", 2)
	recorded(t, s, "case-99999", 1)
	list, err := s.Stale(t.Context(), basis, 0, 9)
	same(t, "what came since", list, err, []string{"case-00001", "case-99999"})
}

func linesNext(t *testing.T, s DeskStore) {
	n, err := s.NextChange(t.Context())
	same(t, "of nothing", n, err, escalation.NoDue)
	for i, at := range []int64{700, 500, escalation.NoDue} {
		c := caseRow(fmt.Sprintf("case-%d", i), 1)
		c.Changes = at
		projectCase(t, s, c)
	}
	n, err = s.NextChange(t.Context())
	same(t, "the earliest", n, err, 500)
}

func linesDropped(t *testing.T, s DeskStore) {
	recorded(t, s, "case-a", 1)
	sit(t, s, seat("1", "case-a", "ada", ""))
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"))
	if list, err := s.Stale(t.Context(), basis, 0, 9); err != nil || len(list) != 0 {
		t.Errorf("stale before: %v, %v", list, err)
	}
	before, _ := s.Edition(t.Context())
	if err := s.DropLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := s.Edition(t.Context()); err != nil || after <= before {
		t.Errorf("the edition went from %d to %d, %v", before, after, err)
	}
	same(t, "the lines", all(t, s, "ada"), nil, nil)
	list, err := s.Stale(t.Context(), basis, 0, 9)
	same(t, "stale", list, err, []string{"case-a"})
	cases, err := s.CasesOf(t.Context(), [][32]byte{who("ada")}, 0, "", 9)
	same(t, "the case without a projection", cases, err, []escalation.CaseRow{{Handle: "case-a"}})
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"))
	same(t, "the lines again", all(t, s, "ada"), nil, []string{"10/case-a/0"})
}

func linesForgotten(t *testing.T, s DeskStore) {
	recorded(t, s, "case-a", 1)
	sit(t, s, seat("1", "case-a", "ada", ""))
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"))
	recorded(t, s, "case-a", 2)
	update(t, s, func(ctx context.Context, w record.Tx) error { return w.ForgetLines(ctx, "case-a", 2) })
	same(t, "the lines", all(t, s, "ada"), nil, nil)
	hits, err := s.CasesWith(t.Context(), [][32]byte{who("ada")}, 0, [][32]byte{word("all")}, "", 9)
	same(t, "the search", len(hits), err, 0)
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu")) // by somebody who read the case before
	same(t, "the lines of before", all(t, s, "ada"), nil, nil)
	list, err := s.Stale(t.Context(), basis, 0, 9)
	same(t, "stale", list, err, []string{"case-a"})
	rows, err := s.CaseRows(t.Context(), []string{"case-a"})
	same(t, "the case", len(rows), err, 0)
	cases, err := s.CasesOf(t.Context(), [][32]byte{who("ada")}, 0, "", 9)
	same(t, "the case in a list", cases, err, []escalation.CaseRow{{Handle: "case-a"}})
	project(t, s, "case-a", 2, line(20, "case-a", "p", "eu"))
	same(t, "the lines of after", all(t, s, "ada"), nil, []string{"20/case-a/0"})
}

func linesFalse(t *testing.T, s DeskStore) {
	l := line(10, "case-b", "p", "eu")
	l.Handle = "case-b"
	fails(t, "a line of another case", s.PutLines(t.Context(), caseRow("case-a", 1), []escalation.Row{l}), fault.Internal)
	l.Handle = "case-a"
	fails(t, "two lines of one number", s.PutLines(t.Context(), caseRow("case-a", 1), []escalation.Row{l, l}), fault.Internal)
	fails(t, "a handle with a zero", s.PutLines(t.Context(), caseRow("case\x00", 1), nil), fault.Invalid)
	sit(t, s, seat("1", "case-a", "ada", ""))
	same(t, "nothing of it", all(t, s, "ada"), nil, nil)
}

func pulse(t *testing.T, s DeskStore) {
	ctx := t.Context()
	at, err := s.Alive(ctx)
	same(t, "never alive", at, err, 0)
	beat := func(now int64, gap *escalation.Gap) {
		t.Helper()
		if err := s.Beat(ctx, now, gap); err != nil {
			t.Fatalf("beat: %v (%v)", err, causes(err))
		}
	}
	beat(100, nil)
	beat(500, &escalation.Gap{From: 100, To: 500})
	beat(600, nil)
	beat(90, &escalation.Gap{From: 7, To: 9})
	at, err = s.Alive(ctx)
	same(t, "alive", at, err, 90)
	gaps, err := s.Gaps(ctx)
	same(t, "the gaps", gaps, err, []escalation.Gap{{From: 7, To: 9}, {From: 100, To: 500}})
	fails(t, "a gap that runs backwards", s.Beat(ctx, 700, &escalation.Gap{From: 9, To: 7}), fault.Internal)
}

func figures(t *testing.T, s DeskStore) {
	f, err := s.Figures(t.Context(), 100)
	same(t, "of nothing", f, err, escalation.Figures{})
	project(t, s, "case-a", 1, line(10, "case-a", "p", "eu"), line(20, "case-a", "p", "eu"), line(100, "case-a", "p", "eu"))
	f, err = s.Figures(t.Context(), 100)
	same(t, "of three", f, err, escalation.Figures{Open: 3, Past: 2, Oldest: 10})
}
