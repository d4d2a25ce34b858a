package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/cabinet"
	"tocsin/internal/fault"
)

// Cabinet holds the store that open gives, empty each time, to the promises of
// cabinet.Store.
func Cabinet(t *testing.T, open func(t *testing.T) cabinet.Store) {
	for _, c := range []struct {
		promise string
		hold    func(t *testing.T, s cabinet.Store)
	}{
		{"what is put is read again to the byte", docRoundTrip},
		{"a change is made to the version that was read, or not", docVersions},
		{"a unique key is one document's", docUnique},
		{"a unique key is free when its owner lets go of it", docHandedOver},
		{"documents are found by key, in order, page by page", docFound},
		{"several change together or not at all", docTogether},
		{"an edition grows with each change of its kind", docEditions},
		{"of writers of one version one wins", docWriters},
		{"of takers of one unique key one wins", docTakers},
		{"changes of many kinds wait for none in a circle", docCircle},
		{"a caller who has gone changes nothing", docGone},
		{"odd values are kept or refused, never bent", docOdd},
		{"many documents are changed at once", docMany},
		{"what a backup takes is put again", docAnnexed},
	} {
		t.Run(c.promise, func(t *testing.T) { c.hold(t, open(t)) })
	}
}

// doc is a document with keys made of words; those that begin with = are unique.
func doc(kind, id string, version int64, words ...string) cabinet.Row {
	r := cabinet.Row{Kind: kind, ID: id, Version: version, Sealed: fmt.Appendf(nil, "sealed %s/%s/%d", kind, id, version)}
	for _, w := range words {
		k := sha256.Sum256([]byte(w))
		r.Keys = append(r.Keys, k)
		if strings.HasPrefix(w, "=") {
			r.Unique = append(r.Unique, k)
		}
	}
	slices.SortFunc(r.Keys, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	slices.SortFunc(r.Unique, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return r
}

func put(rows ...cabinet.Row) cabinet.Change { return cabinet.Change{Put: rows} }

func drop(rows ...cabinet.Row) cabinet.Change { return cabinet.Change{Drop: rows} }

func change(t *testing.T, s cabinet.Store, c cabinet.Change) {
	t.Helper()
	if err := s.CabinetChange(t.Context(), c); err != nil {
		t.Fatalf("change: %v (%v)", err, causes(err))
	}
}

// kept compares a document with what is there.
func kept(t *testing.T, s cabinet.Store, want cabinet.Row) {
	t.Helper()
	got, err := s.CabinetGet(t.Context(), want.Kind, want.ID)
	want.Keys, want.Unique = nil, nil
	same(t, want.Kind+"/"+want.ID, got, err, want)
}

func absent(t *testing.T, s cabinet.Store, kind, id string) {
	t.Helper()
	_, err := s.CabinetGet(t.Context(), kind, id)
	fails(t, kind+"/"+id, err, fault.NotFound)
}

// found gives the ids that a key finds.
func found(t *testing.T, s cabinet.Store, kind, word string) string {
	t.Helper()
	key := sha256.Sum256([]byte(word))
	rows, err := s.CabinetFind(t.Context(), kind, &key, "", 100)
	if err != nil {
		t.Fatalf("find %s: %v (%v)", word, err, causes(err))
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

func docRoundTrip(t *testing.T, s cabinet.Store) {
	absent(t, s, "person", "a")
	a, b := doc("person", "a", 1, "x"), doc("org", "a", 1)
	b.Sealed = []byte{0, 255, 0}
	change(t, s, put(a, b))
	kept(t, s, a)
	kept(t, s, b)
	a2 := doc("person", "a", 2, "x")
	change(t, s, put(a2))
	kept(t, s, a2)
	change(t, s, drop(cabinet.Row{Kind: "person", ID: "a"}))
	absent(t, s, "person", "a")
	kept(t, s, b)
	if ids := found(t, s, "person", "x"); ids != "" {
		t.Errorf("a dropped document is found: %s", ids)
	}
	change(t, s, put(doc("person", "a", 1))) // and may be made again
	change(t, s, cabinet.Change{})           // nothing is no change
}

func docVersions(t *testing.T, s cabinet.Store) {
	change(t, s, put(doc("person", "a", 1, "x")))
	for what, c := range map[string]cabinet.Change{
		"new, and it is there":        put(doc("person", "a", 1)),
		"a version that was skipped":  put(doc("person", "a", 3)),
		"a change of what is not":     put(doc("person", "b", 2)),
		"dropped at another version":  drop(cabinet.Row{Kind: "person", ID: "a", Version: 2}),
		"dropped, and it is not":      drop(cabinet.Row{Kind: "person", ID: "b", Version: 1}),
		"a good one with a stale one": put(doc("person", "c", 1), doc("person", "a", 1)),
	} {
		fails(t, what, s.CabinetChange(t.Context(), c), fault.Conflict)
	}
	kept(t, s, doc("person", "a", 1))
	absent(t, s, "person", "b")
	absent(t, s, "person", "c")
	change(t, s, drop(cabinet.Row{Kind: "person", ID: "b"})) // at any version, also none
	change(t, s, drop(cabinet.Row{Kind: "person", ID: "a", Version: 1}))
	absent(t, s, "person", "a")
}

func docUnique(t *testing.T, s cabinet.Store) {
	change(t, s, put(doc("person", "a", 1, "=login:ada", "team")))
	taken := func(what string, c cabinet.Change) {
		t.Helper()
		fails(t, what, s.CabinetChange(t.Context(), c), fault.Conflict)
	}
	taken("taken by another", put(doc("person", "b", 1, "=login:ada")))
	taken("twice in one change", put(doc("person", "c", 1, "=x"), doc("person", "d", 1, "=x")))
	change(t, s, put(doc("person", "b", 1, "=login:bob", "team")))
	taken("taken by a change of another", put(doc("person", "b", 2, "=login:ada")))
	change(t, s, put(doc("org", "b", 1, "=login:ada"))) // of another kind
	change(t, s, put(doc("person", "a", 2, "=login:ada", "team", "new")))
	kept(t, s, doc("person", "b", 1))
	for word, want := range map[string]string{"=login:ada": "a", "=login:bob": "b", "team": "a b", "new": "a", "=x": ""} {
		if got := found(t, s, "person", word); got != want {
			t.Errorf("%s finds %q, want %q", word, got, want)
		}
	}
}

func docHandedOver(t *testing.T, s cabinet.Store) {
	change(t, s, put(doc("person", "a", 1, "=x"), doc("person", "b", 1, "=y")))
	change(t, s, put(doc("person", "a", 2, "=y"), doc("person", "b", 2, "=x"))) // both at once
	change(t, s, cabinet.Change{Put: []cabinet.Row{doc("person", "c", 1, "=y")}, Drop: []cabinet.Row{{Kind: "person", ID: "a"}}})
	for word, want := range map[string]string{"=x": "b", "=y": "c"} {
		if got := found(t, s, "person", word); got != want {
			t.Errorf("%s finds %q, want %q", word, got, want)
		}
	}
	// What was unique may become common, and the other way round.
	change(t, s, put(doc("person", "b", 3, "z"), doc("person", "d", 1, "=z")))
	if got := found(t, s, "person", "=z"); got != "d" {
		t.Errorf("=z finds %q", got)
	}
}

func docFound(t *testing.T, s cabinet.Store) {
	var rows []cabinet.Row
	for i := range 25 {
		words := []string{"all"}
		if i%5 == 0 {
			words = append(words, "fifth")
		}
		rows = append(rows, doc("session", fmt.Sprintf("%02x", i), 1, words...))
	}
	change(t, s, put(append(rows, doc("person", "00", 1, "all"))...))
	all, fifth := sha256.Sum256([]byte("all")), sha256.Sum256([]byte("fifth"))
	for _, c := range []struct {
		key   *[32]byte
		after string
		limit int
		want  string
	}{
		{nil, "", 3, "00 01 02"},
		{nil, "02", 2, "03 04"},
		{nil, "17", 9, "18"},
		{nil, "18", 9, ""},
		{nil, "", 0, ""},
		{&all, "0f", 2, "10 11"},
		{&fifth, "", 9, "00 05 0a 0f 14"},
		{&fifth, "05", 2, "0a 0f"},
	} {
		rows, err := s.CabinetFind(t.Context(), "session", c.key, c.after, c.limit)
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.ID)
			if string(r.Sealed) != fmt.Sprintf("sealed session/%s/1", r.ID) || r.Version != 1 || r.Kind != "session" {
				t.Errorf("found %+v", r)
			}
		}
		if got := strings.Join(ids, " "); err != nil || got != c.want {
			t.Errorf("after %q, %d: got %q, %v; want %q", c.after, c.limit, got, err, c.want)
		}
	}
}

func docTogether(t *testing.T, s cabinet.Store) {
	change(t, s, put(doc("person", "a", 1, "=x"), doc("session", "s", 1)))
	before, err := s.CabinetEdition(t.Context(), "person")
	if err != nil {
		t.Fatal(err)
	}
	c := cabinet.Change{
		Put:  []cabinet.Row{doc("org", "o", 1, "=o"), doc("person", "b", 1, "=x")},
		Drop: []cabinet.Row{{Kind: "session", ID: "s"}},
	}
	fails(t, "a change of which one part cannot be", s.CabinetChange(t.Context(), c), fault.Conflict)
	absent(t, s, "org", "o")
	absent(t, s, "person", "b")
	kept(t, s, doc("session", "s", 1))
	after, err := s.CabinetEdition(t.Context(), "person")
	same(t, "the edition after a change that was not made", after, err, before)
	c.Put[1] = doc("person", "b", 1, "=y")
	change(t, s, c)
	kept(t, s, doc("org", "o", 1))
	absent(t, s, "session", "s")
}

func docEditions(t *testing.T, s cabinet.Store) {
	last := int64(-1)
	edition := func(kind string) int64 {
		t.Helper()
		n, err := s.CabinetEdition(t.Context(), kind)
		if err != nil {
			t.Fatalf("edition: %v (%v)", err, causes(err))
		}
		return n
	}
	for i, c := range []cabinet.Change{put(doc("person", "a", 1)), put(doc("person", "a", 2)), drop(cabinet.Row{Kind: "person", ID: "a"})} {
		other := edition("org")
		change(t, s, c)
		if n := edition("person"); n <= last {
			t.Errorf("change %d: the edition went from %d to %d", i, last, n)
		} else {
			last = n
		}
		if n := edition("org"); n != other {
			t.Errorf("change %d: the edition of another kind went from %d to %d", i, other, n)
		}
	}
	if n := edition("never"); n != 0 {
		t.Errorf("a kind that never was has edition %d", n)
	}
}

func docWriters(t *testing.T, s cabinet.Store) {
	change(t, s, put(doc("person", "a", 1)))
	for round := range int64(5) {
		won := race(8, func(g int) error {
			r := doc("person", "a", round+2)
			r.Sealed = fmt.Appendf(nil, "writer %d", g)
			return s.CabinetChange(t.Context(), put(r))
		}, t)
		if len(won) != 1 {
			t.Fatalf("round %d: %d writers of one version won", round, len(won))
		}
		got, err := s.CabinetGet(t.Context(), "person", "a")
		same(t, "the winner's", string(got.Sealed), err, fmt.Sprintf("writer %d", won[0]))
	}
}

func docTakers(t *testing.T, s cabinet.Store) {
	for round := range 5 {
		word := fmt.Sprintf("=login%d", round)
		won := race(8, func(g int) error {
			return s.CabinetChange(t.Context(), put(doc("person", fmt.Sprintf("%d-%d", round, g), 1, word, "all")))
		}, t)
		if len(won) != 1 {
			t.Fatalf("round %d: %d takers of one key won", round, len(won))
		}
		if got, want := found(t, s, "person", word), fmt.Sprintf("%d-%d", round, won[0]); got != want {
			t.Errorf("%s finds %q, want %q", word, got, want)
		}
	}
}

// race gives those that had no error; any error but a conflict fails the test.
func race(n int, try func(g int) error, t *testing.T) (won []int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	start := make(chan struct{})
	for g := range n {
		wg.Go(func() {
			<-start
			err := try(g)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won = append(won, g)
			case fault.KindOf(err) != fault.Conflict:
				t.Errorf("%d: %v (%v)", g, err, causes(err))
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

// Each change touches the same documents in another order.
func docCircle(t *testing.T, s cabinet.Store) {
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 10 {
				rows := []cabinet.Row{
					doc("person", fmt.Sprintf("%d-%d", g, i), 1, "=p", "all"),
					doc("org", fmt.Sprintf("%d-%d", g, i), 1, "=o", "all"),
					doc("session", fmt.Sprintf("%d-%d", g, i), 1, "=s", "all"),
				}
				if g%2 == 1 {
					slices.Reverse(rows)
				}
				err := s.CabinetChange(t.Context(), put(rows...))
				if err == nil {
					c := cabinet.Change{Drop: rows}
					if err = s.CabinetChange(t.Context(), c); err != nil {
						t.Errorf("%d/%d: %v (%v)", g, i, err, causes(err))
					}
				} else if fault.KindOf(err) != fault.Conflict {
					t.Errorf("%d/%d: %v (%v)", g, i, err, causes(err))
				}
			}
		})
	}
	wg.Wait()
	for _, kind := range []string{"person", "org", "session"} {
		if got := found(t, s, kind, "all"); got != "" {
			t.Errorf("of kind %s stayed %s", kind, got)
		}
	}
}

func docGone(t *testing.T, s cabinet.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fails(t, "a change", s.CabinetChange(ctx, put(doc("person", "a", 1))), fault.Unavailable)
	absent(t, s, "person", "a")
	_, err := s.CabinetGet(ctx, "person", "a")
	fails(t, "a read", err, fault.Unavailable)
}

func docOdd(t *testing.T, s cabinet.Store) {
	for what, r := range map[string]cabinet.Row{
		"an id with a zero byte": doc("person", "a\x00b", 1),
		"an id that is no UTF-8": doc("person", "\xff", 1),
		"a kind with a zero":     doc("per\x00son", "a", 1),
	} {
		fails(t, what, s.CabinetChange(t.Context(), put(r)), fault.Invalid)
	}
	for _, id := range []string{"'; DROP TABLE cabinet; --", "$1", "%", strings.Repeat("x", 300)} {
		r := doc("person", id, 1)
		r.Sealed = nil
		change(t, s, put(r))
		got, err := s.CabinetGet(t.Context(), "person", id)
		same(t, "an empty document", len(got.Sealed), err, 0)
	}
}

func docMany(t *testing.T, s cabinet.Store) {
	const n = 700
	var rows []cabinet.Row
	for i := range n {
		rows = append(rows, doc("person", fmt.Sprintf("%04d", i), 1, "all", fmt.Sprintf("=%d", i)))
	}
	change(t, s, put(rows...))
	for i := range rows {
		rows[i] = doc("person", rows[i].ID, 2, "all", fmt.Sprintf("=%d", (i+1)%n)) // all keys move on by one
	}
	change(t, s, put(rows...))
	if got := found(t, s, "person", "=0"); got != fmt.Sprintf("%04d", n-1) {
		t.Errorf("=0 finds %q", got)
	}
	change(t, s, cabinet.Change{Drop: rows})
	if rows, err := s.CabinetFind(t.Context(), "person", nil, "", n); err != nil || len(rows) != 0 {
		t.Errorf("%d documents stayed, %v", len(rows), err)
	}
}
