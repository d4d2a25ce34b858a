package escalation_test

import (
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/escalation"
)

// notes counts the records about the log itself.
func (w *world) notes() int {
	n := 0
	rep, err := w.k.Audit(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, v := range w.recorded() {
		n -= int(v)
	}
	return n + int(rep.Records)
}

// stop lets the watcher run once and ends it.
func (w *world) once() {
	w.t.Helper()
	tick, stop := w.run()
	beat := w.clock.Now().Unix()
	w.until(tick, "a beat", func() bool {
		last, err := w.store.Alive(w.t.Context())
		return err == nil && last >= beat
	})
	tick <- w.clock.Now()
	stop()
}

func TestWhatWasMissedWhileNobodyWatchedIsNoticed(t *testing.T) {
	w := newWorld(t)
	h := w.keep(flawed("TOC-1"))
	w.once()
	full, notes := find(t, w.lines(h), "notification"), w.notes()
	if full.Noticed != nil || find(t, w.lines(h), "early-warning").Noticed != nil {
		t.Error("something was noticed though nothing was missed unseen")
	}

	w.clock.Pass(full.Due.Sub(w.clock.Now()) + 10*time.Hour) // the program is down meanwhile
	back := w.clock.Now().UTC().Truncate(time.Second)
	w.restart()
	w.once()
	late := find(t, w.lines(h), "notification")
	if late.State != "missed" || late.Noticed == nil || !late.Noticed.Equal(back) || !late.Due.Equal(*full.Due) {
		t.Errorf("it is %s, due %v, noticed %v; the program came back at %v", late.State, late.Due, late.Noticed, back)
	}
	if early := find(t, w.lines(h), "early-warning"); early.Noticed != nil {
		t.Error("what was missed before the program stopped was noticed when it came back")
	}
	if n := w.notes(); n != notes+1 {
		t.Errorf("the gap is %d events of the log", n-notes)
	}

	// It stays what it was: with further events, after further hours, after a rebuild.
	w.clock.Pass(3 * time.Minute)
	w.add(h, "published by=maker of=lib detail=advisory")
	w.project(h)
	if again := find(t, w.lines(h), "notification"); again.Noticed == nil || !again.Noticed.Equal(back) {
		t.Errorf("after an event it is noticed at %v", again.Noticed)
	}
	cases, lines := w.store.Projected()
	w.restart()
	if err := w.w.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	casesAgain, linesAgain := w.store.Projected()
	if !reflect.DeepEqual(cases, casesAgain) || !reflect.DeepEqual(lines, linesAgain) {
		t.Error("a rebuild gave other bytes")
	}
}

func TestAFactThatCameLaterWasNotMissedBefore(t *testing.T) {
	w := newWorld(t)
	w.keep(flawed("TOC-0"))
	w.once()
	w.clock.Pass(5 * 24 * time.Hour)
	w.restart()
	w.once()
	w.clock.Pass(time.Hour)
	h := w.keep(flawed("TOC-1")) // all its dates lie in the gap, but nobody here could know
	w.project(h)
	if l := find(t, w.lines(h), "notification"); l.State != "missed" || l.Noticed != nil {
		t.Errorf("it is %s, noticed %v", l.State, l.Noticed)
	}
}

func TestAShortPauseIsNoEvent(t *testing.T) {
	w := newWorld(t)
	w.keep(flawed("TOC-1"))
	w.once()
	notes := w.notes()
	for _, d := range []time.Duration{30 * time.Second, 100 * time.Second, 4 * time.Minute} {
		w.clock.Pass(d)
		w.restart()
		w.once()
	}
	if n := w.notes(); n != notes {
		t.Errorf("%d events for pauses of less than five minutes", n-notes)
	}
	gaps, err := w.store.Gaps(t.Context())
	if err != nil || len(gaps) != 1 || gaps[0].To-gaps[0].From != 240 {
		t.Errorf("gaps %v, %v: four minutes are one, what is shorter than two beats is none", gaps, err)
	}
}

func TestAGapIsNotedOnceTheLogTakesIt(t *testing.T) {
	w := newWorld(t)
	w.keep(flawed("TOC-1"))
	w.once()
	notes := w.notes()
	w.clock.Pass(time.Hour)
	w.restart()
	var shut atomic.Bool
	shut.Store(true)
	w.kept.Commit = func(int) (bool, error) {
		if shut.Load() {
			return false, errors.New("the disk is full")
		}
		return true, nil
	}
	tick, stop := w.run()
	defer stop()
	for range 5 {
		tick <- w.clock.Now()
	}
	shut.Store(false)
	if n := w.notes(); n != notes {
		t.Fatalf("%d notes while the log takes none", n-notes)
	}
	w.clock.Pass(61 * time.Second)
	w.until(tick, "the note", func() bool { return w.notes() == notes+1 })
	w.clock.Pass(61 * time.Second)
	tick <- w.clock.Now()
	tick <- w.clock.Now()
	if n := w.notes(); n != notes+1 {
		t.Errorf("the gap was noted %d times", n-notes)
	}
	_ = escalation.Gap{}
}
