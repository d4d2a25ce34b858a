package escalation_test

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"tocsin/casefile"
	"tocsin/escalation"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/sqlite"
)

// The whole story on the real engine: the watcher finds what is kept, wakes when
// dates pass, notices what it slept through, and a rebuild gives the same bytes.
func TestOnSQLite(t *testing.T) {
	ctx := t.Context()
	s, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "tocsin.db")})
	if err != nil {
		t.Fatal(err)
	}
	clock := recordtest.NewClock(start)
	if err := recordtest.OpenLog(ctx, s, start); err != nil {
		t.Fatal(err)
	}
	k, err := record.New(s, record.Options{Wraps: recordtest.NewWraps(), LookupKey: [32]byte{1}, Erasures: &recordtest.Erasures{}, Now: clock.Now, Elapsed: clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = k.Close()
		_ = s.Close()
	})
	var handles []string
	for _, id := range []string{"TOC-1", "TOC-2", "TOC-3"} {
		c, err := casefile.Parse("case.yaml", []byte(flawed(id)))
		if err != nil {
			t.Fatal(err)
		}
		r, err := k.Import(ctx, c, "clerk", "")
		if err != nil {
			t.Fatal(err)
		}
		handles = append(handles, r.Handle)
	}
	keys := escalation.Keys(lookup)
	for _, h := range handles {
		if err := s.PutSeat(ctx, escalation.SeatRow{ID: "seat-" + h, Handle: h, Who: keys.Who("house"), Every: true, Sealed: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	watcher := func() *escalation.Watcher {
		return escalation.New(escalation.Options{Store: s, Keeper: k, Book: shipped(t), Lookup: lookup, Now: clock.Now})
	}
	rows := func() (lines []escalation.Row, cases []escalation.CaseRow) {
		t.Helper()
		lines, err := s.Lines(ctx, escalation.Query{Who: [][32]byte{keys.Who("house")}, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if cases, err = s.CaseRows(ctx, handles); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(cases, func(a, b escalation.CaseRow) int {
			return slices.Index(handles, a.Handle) - slices.Index(handles, b.Handle)
		})
		return lines, cases
	}
	count := func(what func(escalation.Line) bool) (n int) {
		t.Helper()
		lines, _ := rows()
		for i := range lines {
			l, err := lines[i].Open(escalation.LineSealer(keys))
			if err != nil {
				t.Fatal(err)
			}
			if what(l) {
				n++
			}
		}
		return n
	}
	session := func(done func() bool) {
		t.Helper()
		run, stop := context.WithCancel(ctx)
		tick, ended := make(chan time.Time), make(chan error, 1)
		w := watcher()
		go func() { ended <- w.Run(run, tick) }()
		end := time.After(30 * time.Second)
		for !done() {
			select {
			case tick <- clock.Now():
			case <-end:
				t.Fatal("it never came")
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	missed := func() int {
		return count(func(l escalation.Line) bool { return l.Stage == "notification" && l.State == "missed" })
	}
	session(func() bool { _, cases := rows(); return len(cases) == 3 })
	if n := missed(); n != 0 {
		t.Fatalf("%d notifications are missed before their time", n)
	}
	clock.Pass(3 * 24 * time.Hour)
	session(func() bool { return missed() == 3 })
	if n := count(func(l escalation.Line) bool { return l.Noticed != nil && l.Stage == "notification" }); n != 3 {
		t.Errorf("%d of 3 notifications were noticed late", n)
	}
	lines, cases := rows()
	if err := watcher().Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	if again, casesAgain := rows(); len(lines) == 0 || !reflect.DeepEqual(lines, again) || !reflect.DeepEqual(cases, casesAgain) {
		t.Error("a rebuild gave other bytes")
	}
}
