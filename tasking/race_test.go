package tasking

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/directive"
	"tocsin/internal/fault"
)

// Acts that race have one winner, in one process and in several.
func TestRacingActsHaveOneWinner(t *testing.T) {
	w := newWorld(t)
	v := w.issues(order())
	done := w.acts("ada", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}})
	seen := w.sees("karin", v.ID).Version
	karin, ctx := w.who("karin"), t.Context()
	services := []*Service{w.Service, w.another(), w.another()}
	var wg sync.WaitGroup
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() {
			a := directive.Act{Kind: directive.Accepted, Re: done}
			if i%2 == 0 {
				a = directive.Act{Kind: directive.Returned, Re: done, Reason: "Wet."}
			}
			expected := -1
			if i%3 == 0 {
				expected = seen
			}
			_, errs[i] = services[i%len(services)].Act(ctx, karin, v.ID, a, expected, "")
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
			t.Errorf("the loser is told %v", err)
		}
	}
	if after := w.sees("karin", v.ID); won != 1 || after.Version != seen+1 {
		t.Errorf("%d winners, and version %d after %d", won, after.Version, seen)
	}
	_, err := w.Act(ctx, karin, v.ID, directive.Act{Kind: directive.Reminded}, seen, "")
	w.wants(err, fault.Conflict, "moved on")

	// Different members do not stand in one another's way.
	people := []string{"ada", "cleo", "carl"}
	for i, p := range people {
		who := w.who(p)
		wg.Go(func() {
			_, errs[i] = services[i].Act(ctx, who, v.ID, directive.Act{Kind: directive.Progressed, Steps: []string{"move"}, Done: n(1), Total: n(2)}, -1, "")
		})
	}
	wg.Wait()
	for i, p := range people {
		if errs[i] != nil {
			t.Errorf("%s: %v", p, errs[i])
		}
	}
}

// What is sent again is done once, by whichever process.
func TestTheSameKeyActsOnce(t *testing.T) {
	w := newWorld(t)
	ctx, karin := t.Context(), w.who("karin")
	d, err := w.Draft(ctx, karin, "circle", order(), "a")
	w.must(err)
	d, err = w.Redraft(ctx, karin, d.ID, order("Move them", "Move all of them"), d.Version, "b")
	w.must(err)
	again, err := w.Redraft(ctx, karin, d.ID, order("Move them", "Move all of them"), d.Version, "b")
	w.must(err)
	if again.Version != 2 {
		t.Errorf("saved twice: %d", again.Version)
	}
	_, err = w.Redraft(ctx, karin, d.ID, order(), 1, "")
	w.wants(err, fault.Conflict, "somebody else has saved")
	for range 3 {
		_, err = w.another().Issue(ctx, karin, d.ID, -1, "c")
		w.must(err)
	}
	_, err = w.Issue(ctx, karin, d.ID, -1, "d")
	w.wants(err, fault.Conflict, "issued already")
	_, err = w.Redraft(ctx, karin, d.ID, order(), -1, "e")
	w.wants(err, fault.Conflict, "never changes")
	w.wants(w.Discard(ctx, karin, d.ID), fault.Conflict, "stays")
	for range 3 {
		w.clock.Pass(time.Minute)
		v, err := w.another().Act(ctx, w.who("ada"), d.ID, directive.Act{Kind: directive.Acknowledged}, -1, "f")
		w.must(err)
		if len(v.Acts) != 1 {
			t.Errorf("acknowledged %d times", len(v.Acts))
		}
	}
	_, err = w.Act(ctx, w.who("ada"), d.ID, directive.Act{Kind: directive.Completed}, -1, "f")
	w.wants(err, fault.Conflict, "used for something else")
	_, err = w.Draft(ctx, karin, "circle", order("Move them", "Leave them"), "a")
	w.wants(err, fault.Conflict, "used for something else")
}

// Reminders that fell due are put on record once, over two processes and after a
// crash, and each leaves a line with the members that it is for.
func TestRemindersFallDueOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	v := w.issues(order())
	w.acts("cleo", v.ID, directive.Act{Kind: directive.Completed, Steps: []string{"inventory"}})
	w.must(w.Sweep(ctx))
	if got := w.sees("karin", v.ID); len(got.Acts) != 1 {
		t.Fatalf("too early: %s", got.kinds())
	}
	w.until(time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)) // P14D before the end of 14 December is over, P7D is to come
	first, second := w.Service, w.another()
	var wg sync.WaitGroup
	for range 4 {
		for _, s := range []*Service{first, second} {
			wg.Go(func() {
				if err := s.Sweep(ctx); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	got := w.sees("karin", v.ID)
	if got.kinds() != "completed reminded" || fmt.Sprintf("%v %v %s", got.Acts[1].For, got.Acts[1].Steps, got.Acts[1].Person) != "[acme acme-psirt] [inventory] sweep" {
		t.Fatalf("on record: %s", got.kinds())
	}
	w.until(time.Date(2026, 12, 8, 8, 0, 0, 0, time.UTC))
	w.store.Fail(fault.New(fault.Unavailable, "the database is away"))
	if err := second.Sweep(ctx); err == nil {
		t.Error("a sweep without a database says nothing")
	}
	w.store.Fail(nil)
	w.must(w.another().Sweep(ctx)) // who comes after the crash
	w.must(first.Sweep(ctx))
	if got := w.sees("karin", v.ID); got.kinds() != "completed reminded reminded" {
		t.Errorf("on record: %s", got.kinds())
	}
	lines, err := w.Reminders(ctx, w.who("ada"), monday)
	w.must(err)
	none, err := w.Reminders(ctx, w.who("cleo"), monday)
	w.must(err)
	if len(lines) != 2 || lines[0].Step != "inventory" || len(lines[0].Members) != 2 || len(none) != 0 {
		t.Errorf("lines %+v, and %+v", lines, none)
	}
	due := w.sees("ada", v.ID).Duties[0].Due
	if due.Latest.Format("2006-01-02") != "2026-12-14" {
		t.Errorf("a reminder moved the date to %s", due.Latest)
	}
	w.acts("karin", v.ID, directive.Act{Kind: directive.Closed, Text: "Done."})
	w.until(time.Date(2027, 1, 20, 8, 0, 0, 0, time.UTC))
	w.must(w.Sweep(ctx))
	if got := w.sees("karin", v.ID); got.kinds() != "completed reminded reminded closed" || got.Status != Ended {
		t.Errorf("on record after the end: %s", got.kinds())
	}
}

// Each version and each act is committed to in the log, and can be checked.
func TestWhatIsOnRecordCanBeProved(t *testing.T) {
	w := newWorld(t)
	v := w.issues(order())
	w.acts("ada", v.ID, directive.Act{Kind: directive.Acknowledged})
	v = w.sees("karin", v.ID)
	notes, err := w.keeper.Notes(t.Context(), 0, 100)
	w.must(err)
	committed := map[string]bool{}
	for _, x := range notes {
		if x.Kind == "directive" {
			committed[fmt.Sprint(x.Body["hash"], x.Epoch, x.Index)] = true
		}
	}
	check := func(what string, sealed []byte, p Proof) {
		t.Helper()
		x := sha256.Sum256(sealed)
		if hex.EncodeToString(x[:]) != p.Hash || !committed[fmt.Sprint(p.Hash, p.Epoch, p.Index)] {
			t.Errorf("%s is not committed to: %+v", what, p)
		}
	}
	check("the directive", v.Sealed, v.Editions[0].Proof)
	check("the act", v.Acts[0].Sealed, v.Acts[0].Proof)
	own := w.sees("ada", v.ID)
	check("the directive, for a member,", own.Sealed, own.Editions[0].Proof)
	if len(committed) != 3 || len(own.Editions) != 1 || len(v.Editions) != 2 {
		t.Errorf("%d commitments, %d and %d editions", len(committed), len(own.Editions), len(v.Editions))
	}
}
