package coordination_test

import (
	"testing"
	"time"
)

// An embargo that waits for a side's word is told to that side, and to nobody
// else, until the word is given.
func TestAnEmbargoWaitsForAWord(t *testing.T) {
	w, h := shared(t)
	waits := func() bool {
		t.Helper()
		w.clock.Pass(3 * time.Second) // what others did shows within a moment
		list, err := w.desk.Waiting(w.ctx(), ada)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			if x.Handle != h || x.Case != "TOC-GATEWAY" || x.Title == "" {
				t.Errorf("%+v", x)
			}
		}
		return len(list) > 0
	}
	if waits() {
		t.Error("nothing is proposed, and a word is asked for")
	}
	add(w, olga, h, `embargo-proposed by=project to=[acme,lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	projected(t, w, h)
	if !waits() {
		t.Error("the side that is asked is not told")
	}
	if list, err := w.desk.Waiting(w.ctx(), olga); err != nil || len(list) > 0 {
		t.Errorf("who runs the case is asked: %v, %v", list, err)
	}
	add(w, ada, h, `embargo-accepted by=acme at=2026-11-21T10:00:00Z`)
	projected(t, w, h)
	if waits() {
		t.Error("the word is given, and still asked for")
	}
}

// projected brings the lists up to what is recorded, as the watcher does.
func projected(t *testing.T, w *office, h string) {
	t.Helper()
	if err := w.watch.Project(w.ctx(), h); err != nil {
		t.Fatal(err)
	}
}

// Whoever answers sees at once that nothing waits any more.
func TestOnesOwnWordShowsAtOnce(t *testing.T) {
	w, h := shared(t)
	add(w, olga, h, `embargo-proposed by=project to=[acme,lab] until=2027-02-01T00:00:00Z at=2026-11-21T09:30:00Z basis=on-behalf mandate="mail of today"`)
	projected(t, w, h)
	waits := func() int {
		t.Helper()
		list, err := w.desk.Waiting(w.ctx(), ada)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if waits() != 1 {
		t.Fatal("nothing waits")
	}
	add(w, ada, h, `embargo-accepted by=acme at=2026-11-21T10:00:00Z`)
	projected(t, w, h)
	if waits() != 0 {
		t.Error("one's own answer does not show")
	}
}
