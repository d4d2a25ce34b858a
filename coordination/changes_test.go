package coordination

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// session is who asks, until the test ends it.
type session struct {
	mu    sync.Mutex
	who   access.Reader
	ended bool
	asked int
}

func (s *session) again(context.Context) (access.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; s.ended {
		return access.Reader{}, errors.New("the session has ended")
	}
	return s.who, nil
}

func (s *session) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
}

func (s *session) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// liveRoom is a room whose ticks are the test's.
func liveRoom(t *testing.T) (*room, chan time.Time) {
	tick := make(chan time.Time)
	r := newRoom(t, true, func(o *Options) { o.Live.Tick = tick })
	return r, tick
}

// next waits for a signal, ticking.
func next(t *testing.T, tick chan time.Time, c <-chan Change) (Change, bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		select {
		case x, open := <-c:
			return x, open
		case tick <- time.Time{}:
		case <-end:
			t.Fatal("no signal came")
		}
	}
}

// quiet ticks often enough that everybody was asked again, and sees no signal.
func quiet(t *testing.T, tick chan time.Time, s *session, c <-chan Change) {
	t.Helper()
	end := time.After(20 * time.Second)
	for want := s.count() + 3; s.count() < want; {
		select {
		case x, open := <-c:
			t.Fatalf("there was a signal: %+v, open %t", x, open)
		case tick <- time.Time{}:
		case <-end:
			t.Fatal("nobody was asked again")
		}
	}
}

func TestACaseTellsItsChanges(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	s := &session{who: someone("cora", "house")}
	c, err := r.d.Changes(t.Context(), s.again, "TOC-1")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, tick, s, c)
	r.add(h, `published by=maker of=lib detail=advisory`) // by another process: nobody told the hub
	if x, open := next(t, tick, c); !open || x.Handle != h || x.Version != r.recorded()[h] {
		t.Errorf("%+v, open %t", x, open)
	}
	for what, own := range map[string]func() error{
		"a write of this process":       func() error { r.d.touched(h, 0); return nil },
		"lines that this process makes": func() error { return r.watch.Project(t.Context(), h) },
	} {
		for range 2 { // when the second is taken the first is done with: it may be woken at once again
			tick <- time.Time{}
		}
		quiet(t, tick, s, c)
		r.add(h, `published by=other of=box detail=advisory`)
		if err := own(); err != nil {
			t.Fatal(err)
		}
		select { // and no tick is needed
		case x, open := <-c:
			if !open || x.Version != r.recorded()[h] {
				t.Errorf("%s: %+v, open %t", what, x, open)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s is not told without a tick", what)
		}
	}
}

func TestTheDeskTellsItsChanges(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	hidden := r.keep(flawed("TOC-2"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	s := &session{who: someone("cora", "house")}
	c, err := r.d.Changes(t.Context(), s.again, "")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, tick, s, c)
	r.add(hidden, `commented by=maker to=[finder] text=hidden`)
	quiet(t, tick, s, c)
	r.seat(hidden, access.Seat{Person: "cora", Role: access.Observes}) // the case comes onto the desk
	if x, open := next(t, tick, c); !open || x.Handle != "" {
		t.Errorf("%+v, open %t", x, open)
	}
	lines := r.lines(s.who, Filter{Case: h}, 10)
	r.add(h, "notified by="+lines[0].Obliged+" to="+lines[0].To[0]+" of="+lines[0].Of+" rule="+lines[0].Rule+" stage="+lines[0].Stage)
	if x, open := next(t, tick, c); !open || x.Handle != "" {
		t.Errorf("%+v, open %t", x, open)
	}
}

func TestNothingIsToldOfWhatASideDoesNotSee(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "acme", Role: access.PartySeat, Party: "maker"})
	s := &session{who: someone("ada", "acme")}
	for _, ref := range []string{h, ""} {
		c, err := r.d.Changes(t.Context(), s.again, ref)
		if err != nil {
			t.Fatal(err)
		}
		quiet(t, tick, s, c)
		r.add(h, `reported by=finder to=other of=box text=hidden`)
		r.d.touched(h, 0)
		quiet(t, tick, s, c)
		lines := r.lines(s.who, Filter{}, 10)
		r.add(h, "notified by=maker to="+lines[0].To[0]+" of=lib rule="+lines[0].Rule+" stage="+lines[0].Stage)
		if _, open := next(t, tick, c); !open {
			t.Errorf("%q: the control: the reader's own act is told", ref)
		}
	}
}

func TestWhoMayNotSeeItAnyMoreIsCutOff(t *testing.T) {
	for what, ref := range map[string]string{"a case": "TOC-1", "the desk": ""} {
		t.Run(what, func(t *testing.T) {
			r, tick := liveRoom(t)
			h := r.keep(flawed("TOC-1"))
			id := r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
			s := &session{who: someone("cora", "house")}
			c, err := r.d.Changes(t.Context(), s.again, ref)
			if err != nil {
				t.Fatal(err)
			}
			if ref != "" {
				if err := r.o.Seats.DropSeat(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			} else {
				s.end()
			}
			if x, open := next(t, tick, c); open {
				t.Errorf("there was a signal %+v and no end", x)
			}
		})
	}
	r, _ := liveRoom(t)
	r.keep(flawed("TOC-1"))
	s := &session{who: someone("eve", "evil")}
	if _, err := r.d.Changes(t.Context(), s.again, "TOC-1"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what is not hers: %v", err)
	}
	if _, err := r.d.Changes(t.Context(), (&session{}).again, ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a stranger: %v", err)
	}
	s.end()
	if _, err := r.d.Changes(t.Context(), s.again, ""); err == nil {
		t.Error("an ended session listens")
	}
	if r.d.hub.stop != nil || len(r.d.hub.all) != 0 {
		t.Error("somebody who was refused is still there")
	}
}

// Where an organisation stands worse than when its people began to listen, their
// streams end: they look at the page anew. One that stands better goes on.
func TestAStreamEndsWithTheStanding(t *testing.T) {
	for what, ref := range map[string]string{"a case": "TOC-1", "the desk": ""} {
		t.Run(what, func(t *testing.T) {
			r, tick := liveRoom(t)
			h := r.keep(flawed("TOC-1"))
			r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
			listen := func(on partner.Standing) (*session, <-chan Change) {
				t.Helper()
				s := &session{who: someone("cora", "house")}
				s.who.Acting[0].On = map[string]partner.Standing{"circle": on}
				c, err := r.d.Changes(t.Context(), s.again, ref)
				if err != nil {
					t.Fatal(err)
				}
				return s, c
			}
			stands := func(s *session, on partner.Standing) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.who.Acting = slices.Clone(s.who.Acting)
				s.who.Acting[0].On = map[string]partner.Standing{"circle": on}
			}
			better, open := listen(partner.Warned)
			stands(better, partner.Active)
			quiet(t, tick, better, open)
			worse, c := listen(partner.Active)
			stands(worse, partner.Suspended)
			if x, open := next(t, tick, c); open {
				t.Errorf("there was a signal %+v and no end", x)
			}
		})
	}
}

// Somebody who writes all the time does not make those who listen look all the
// time: the first write is told at once, the next ones at the tick.
func TestAListenerLooksOnceATick(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	s := &session{who: someone("cora", "house")}
	c, err := r.d.Changes(t.Context(), s.again, h)
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, tick, s, c)
	asked := s.count()
	for range 1000 {
		r.d.touched(h, 0)
		runtime.Gosched()
	}
	if n := s.count() - asked; n > 2 {
		t.Errorf("a thousand writes made it look %d times without a tick", n)
	}
	r.add(h, `published by=maker of=lib detail=advisory`)
	r.d.touched(h, 0)
	if x, open := next(t, tick, c); !open || x.Version != r.recorded()[h] {
		t.Errorf("%+v, open %t: the last write is not lost", x, open)
	}
}

func TestListenersAreBoundedAndTheSlowBlockNobody(t *testing.T) {
	r, tick := liveRoom(t)
	h := r.keep(flawed("TOC-1"))
	r.seat(h, access.Seat{Org: "house", Role: access.Coordinates})
	ctx, cancel := context.WithCancel(t.Context())
	s := &session{who: someone("cora", "house")}
	var slow []<-chan Change
	for range usualListeners {
		c, err := r.d.Changes(ctx, s.again, h)
		if err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	if _, err := r.d.Changes(ctx, s.again, h); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("one too many: %v", err)
	}
	other := &session{who: someone("carl", "house")}
	c, err := r.d.Changes(ctx, other.again, h)
	if err != nil {
		t.Fatalf("another person: %v", err)
	}
	for i := range 5 { // nobody reads what the slow are told
		r.add(h, []string{`published by=maker of=lib`, `published by=other of=box`}[i%2]+" detail=advisory")
		if x, open := next(t, tick, c); !open || x.Version != r.recorded()[h] {
			t.Fatalf("%+v, open %t", x, open)
		}
	}
	for signals := 1; ; signals++ { // whoever was slow gets one signal for all of it, or the newest after it
		x, open := next(t, tick, slow[0])
		if !open || signals > 2 {
			t.Fatalf("%d signals, open %t", signals, open)
		}
		if x.Version == r.recorded()[h] {
			break
		}
	}
	cancel()
	for _, c := range append(slow, c) {
		for range c { // until it is closed
		}
	}
	end := time.Now().Add(20 * time.Second)
	for {
		r.d.hub.mu.Lock()
		left := len(r.d.hub.all)
		gone := r.d.hub.stop == nil
		r.d.hub.mu.Unlock()
		if left == 0 && gone {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d listeners are left, poller gone: %t", left, gone)
		}
		runtime.Gosched()
	}
	for n := 0; ; n++ { // the poller may take one tick more before it sees that it is over
		select {
		case tick <- time.Time{}:
			if n > 3 {
				t.Fatal("a poller looks although nobody listens")
			}
			continue
		case <-time.After(10 * time.Millisecond):
		}
		break
	}
}
