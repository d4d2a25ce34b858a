package coordination

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"tocsin/access"
)

// notes tells how many notes are in the log.
func (r *room) notes() int {
	r.t.Helper()
	rep, err := r.k.Audit(r.t.Context(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	n := int(rep.Records)
	for _, v := range r.recorded() {
		n -= int(v)
	}
	return n
}

type frozen struct {
	mu    sync.Mutex
	list  []string
	error error
}

func (f *frozen) Freeze(_ context.Context, session, why string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.error != nil {
		return f.error
	}
	if why == "" {
		return errors.New("no reason")
	}
	f.list = append(f.list, session)
	return nil
}

func (f *frozen) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.list)
}

func TestReadsAreOneNoteABatch(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	before := r.notes()
	who := someone("cora", "house")
	for range 100 {
		if _, err := r.d.See(t.Context(), who, h); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.d.reads.waiting) != 1 {
		t.Errorf("%d different reads wait", len(r.d.reads.waiting))
	}
	if n := r.notes(); n != before {
		t.Errorf("%d notes before the batch is due", n-before)
	}
	for range 2 { // the second has nothing to write
		if err := r.d.closeLists(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.notes(); n != before+1 {
		t.Errorf("%d notes for one batch", n-before)
	}
}

// What is no case is kept in the same batch, and is none of the cases that a session
// may read.
func TestWhatIsNoCaseIsReadToo(t *testing.T) {
	f := &frozen{}
	r := newRoom(t, false, func(o *Options) { o.Freezer, o.Reads = f, Reads{Cases: 3} })
	before := r.notes()
	who := someone("cora", "house")
	who.Session = "s1"
	for i := range 50 {
		r.d.Looked(who, "shared", fmt.Sprint("item", i), i == 0)
	}
	if err := r.d.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.notes() - before; got != 1 || f.count() != 0 {
		t.Errorf("%d notes, frozen %d times", got, f.count())
	}
}

func TestRefusedReadsAndListsAreNoReads(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	if _, err := r.d.See(t.Context(), someone("eve", "evil"), h); err == nil {
		t.Fatal("a stranger sees the case")
	}
	r.lines(someone("cora", "house"), Filter{}, 50)
	r.cases(someone("cora", "house"), 50)
	if n := len(r.d.reads.waiting); n != 0 {
		t.Errorf("%d reads wait", n)
	}
	r.search(someone("cora", "house"), "libexample", 50)
	if n := len(r.d.reads.waiting); n != 1 {
		t.Errorf("%d reads wait: a search that shows words of a case is one", n)
	}
}

func TestABatchIsWrittenWhenItIsDueOrFull(t *testing.T) {
	r := newRoom(t, false, func(o *Options) { o.Reads = Reads{Every: 5 * time.Minute, Most: 10} })
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	who, tick := someone("cora", "house"), make(chan time.Time)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.d.Run(ctx, tick) }()
	wait := func(what string, want int, ticking bool) {
		t.Helper()
		end := time.After(20 * time.Second)
		for r.notes() != want {
			if !ticking {
				runtime.Gosched()
			}
			select {
			case tick <- time.Time{}:
			case <-end:
				t.Fatalf("%s: %d notes, not %d", what, r.notes(), want)
			default:
			}
		}
	}
	before := r.notes()
	r.d.read(who, "case", h, access.Viewpoint{All: true})
	tick <- time.Time{}
	tick <- time.Time{}
	if n := r.notes(); n != before {
		t.Errorf("%d notes before anything is due", n-before)
	}
	r.clock.Pass(5 * time.Minute)
	wait("five minutes", before+1, true)
	for range 10 {
		r.d.read(who, "case", h, access.Viewpoint{All: true})
	}
	wait("ten reads", before+2, false)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWhatTheLogDoesNotTakeWaits(t *testing.T) {
	r := newRoom(t, false, nil)
	h := r.keep(flawed("TOC-1"))
	r.d.read(someone("cora", "house"), "case", h, access.Viewpoint{All: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.d.flush(ctx); err == nil {
		t.Fatal("the log took a note of somebody who has gone; another fault is needed here")
	}
	r.d.read(someone("cora", "house"), "case", h, access.Viewpoint{All: true})
	if len(r.d.reads.waiting) != 1 {
		t.Fatalf("%d reads wait", len(r.d.reads.waiting))
	}
	for _, c := range r.d.reads.waiting {
		if c.n != 2 {
			t.Errorf("%d reads of two are left", c.n)
		}
	}
	before := r.notes()
	if err := r.d.flush(t.Context()); err != nil || r.notes() != before+1 {
		t.Errorf("%v, %d notes", err, r.notes()-before)
	}
}

func TestWhoReadsMoreThanAnybodyIsFrozen(t *testing.T) {
	f := &frozen{error: errors.New("away")}
	r := newRoom(t, false, func(o *Options) { o.Freezer, o.Reads = f, Reads{Cases: 20} })
	who := someone("mallory", "house")
	see := func(from, to int) {
		for i := from; i < to; i++ {
			r.d.read(who, "case", fmt.Sprintf("case-%d", i), access.Viewpoint{All: true})
		}
	}
	see(0, 20)
	see(0, 20) // the same again is no more cases
	if f.count() != 0 {
		t.Fatal("frozen for what is allowed")
	}
	for range 30 {
		r.d.read(who, "search", "another", access.Viewpoint{All: true})
	}
	see(20, 21) // and the identity service is away
	f.mu.Lock()
	f.error = nil
	f.mu.Unlock()
	before := r.notes()
	see(21, 40)
	if f.count() != 1 || f.list[0] != who.Session {
		t.Errorf("frozen %v", f.list)
	}
	if n := r.notes(); n != before+1 {
		t.Errorf("%d notes of it", n-before)
	}
	other := someone("cora", "house")
	for i := range 20 {
		r.d.read(other, "case", fmt.Sprintf("case-%d", i), access.Viewpoint{All: true})
	}
	r.clock.Pass(61 * time.Minute)
	for i := range 20 {
		r.d.read(other, "case", fmt.Sprintf("other-%d", i), access.Viewpoint{All: true})
	}
	if f.count() != 1 {
		t.Errorf("frozen %v: forty cases in two hours are allowed", f.list)
	}
	if err := r.d.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.clock.Pass(61 * time.Minute)
	r.d.reads.mu.Lock()
	r.d.reads.forget(r.clock.Now())
	left := len(r.d.reads.cases) + len(r.d.reads.froze)
	r.d.reads.mu.Unlock()
	if left != 0 {
		t.Errorf("%d sessions are remembered that read nothing for an hour", left)
	}
}

func TestReadsAreBoundedInMemory(t *testing.T) {
	r := newRoom(t, false, nil)
	who := someone("cora", "house")
	for i := range waitingMost + 7 {
		r.d.read(who, "case", fmt.Sprint(i), access.Viewpoint{Own: true})
	}
	if len(r.d.reads.waiting) != waitingMost || r.d.reads.dropped != 7 {
		t.Errorf("%d wait, %d were dropped", len(r.d.reads.waiting), r.d.reads.dropped)
	}
	before := r.notes()
	if err := r.d.flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := r.notes() - before; n != waitingMost/batchMost || len(r.d.reads.waiting) != 0 || r.d.reads.dropped != 0 {
		t.Errorf("%d notes, %d still wait, %d dropped", n, len(r.d.reads.waiting), r.d.reads.dropped)
	}
}
